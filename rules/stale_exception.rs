//! Exceptions that match nothing any more.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Findings, Level, Meta, Review, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct StaleException {}

impl Rule for StaleException {
    const META: Meta = Meta {
        name: "stale-exception",
        summary: "an `allow`, a tag, a glob of documents or an entry of the baseline that matches nothing",
        group: "House-keeping",
        docs: include_str!("stale_exception.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: true,
        since: "0.1.0",
    };

    fn review(&self, review: &Review<'_>, out: &mut Findings) {
        for stale in review.stale {
            out.report(stale.subject.clone(), stale.span, stale.message.as_str())
                .label(stale.label)
                .help(stale.help);
        }
    }
}
