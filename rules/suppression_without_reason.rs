//! Exceptions that do not say why.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Findings, Level, Meta, Review, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SuppressionWithoutReason {}

impl Rule for SuppressionWithoutReason {
    const META: Meta = Meta {
        name: "suppression-without-reason",
        summary: "a `schemalint-ignore` comment that does not say why",
        group: "House-keeping",
        docs: include_str!("suppression_without_reason.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: true,
        since: "0.1.0",
    };

    fn review(&self, review: &Review<'_>, out: &mut Findings) {
        for suppression in review.suppressions.iter().filter(|suppression| suppression.reason.is_none()) {
            let names: Vec<&str> = suppression.rules.iter().map(|named| named.rule.as_str()).collect();
            if names.is_empty() {
                continue;
            }
            let subject = names.join(", ");
            out.report(
                subject.as_str(),
                suppression.span,
                format!("`{subject}` is suppressed without a reason"),
            )
            .label("why may this stand?")
            .help(format!("say why, for whoever reads it next: `schemalint-ignore {subject} -- reason`"));
        }
    }
}
