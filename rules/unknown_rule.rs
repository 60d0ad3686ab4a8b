//! Rules that do not exist.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Findings, Level, Meta, Review, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnknownRule {}

impl Rule for UnknownRule {
    const META: Meta = Meta {
        name: "unknown-rule",
        summary: "a comment or a baseline that names a rule that does not exist",
        group: "House-keeping",
        docs: include_str!("unknown_rule.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: true,
        since: "0.1.0",
    };

    fn review(&self, review: &Review<'_>, out: &mut Findings) {
        for suppression in review.suppressions {
            if suppression.rules.is_empty() {
                out.report("schemalint-ignore", suppression.span, "`schemalint-ignore` names no rule")
                    .label("which rule?")
                    .help("name the rule and say why: `schemalint-ignore unindexed-foreign-key -- reason`");
            }
            for named in &suppression.rules {
                review.report_unknown(&named.rule, named.span, out);
            }
        }
        for (rule, span) in review.baselined {
            review.report_unknown(rule, *span, out);
        }
    }
}
