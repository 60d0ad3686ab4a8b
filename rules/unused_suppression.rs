//! Comments that suppress nothing.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Findings, Level, Meta, Review, Rule, Scope, Suppression};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnusedSuppression {}

impl Rule for UnusedSuppression {
    const META: Meta = Meta {
        name: "unused-suppression",
        summary: "a `schemalint-ignore` comment that has nothing to suppress",
        group: "House-keeping",
        docs: include_str!("unused_suppression.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: true,
        since: "0.1.0",
    };

    fn review(&self, review: &Review<'_>, out: &mut Findings) {
        let judged = |suppression: &&Suppression| !review.gaps.contains(&suppression.comment.file);
        for suppression in review.suppressions.iter().filter(judged) {
            // Nothing can be concluded of a rule that did not run.
            let unused = suppression.rules.iter().filter(|named| !named.used && review.ran(&named.rule));
            let unused: Vec<_> = unused.collect();
            for named in &unused {
                let message = format!("there is nothing of `{}` to suppress here", named.rule);
                let finding = out.report(named.rule.clone(), named.span, message);
                match suppression.scope {
                    Scope::Nothing => finding.label("this comment stands on nothing").help(
                        "write it directly above the declaration, or behind it on its line, without a blank line",
                    ),
                    Scope::Place(place) => finding
                        .label("not needed")
                        .related(place, "what it covers")
                        .help("remove it: an exception that is not needed hides the next mistake"),
                    Scope::File(_) => finding
                        .label("not needed")
                        .help("remove it: an exception that is not needed hides the next mistake"),
                };
                if unused.len() == suppression.rules.len() {
                    finding.fix = review.removal(suppression);
                }
            }
        }
    }
}
