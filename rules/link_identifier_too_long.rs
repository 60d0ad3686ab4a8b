//! Names of link tables that leave no room for the names of their indexes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct LinkIdentifierTooLong {}

/// PostgreSQL's 63 bytes without `_pair_idx`, which the unique index of a link table adds to its name.
const MOST: usize = 54;

impl Rule for LinkIdentifierTooLong {
    const META: Meta = Meta {
        name: "link-identifier-too-long",
        summary: "a link whose table has a name of more than 54 bytes: the names of its indexes are cut off",
        group: "Links",
        docs: include_str!("link_identifier_too_long.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for link in context.graph.links.iter().filter(|link| link.read_only == Ok(false)) {
            let Ok(table) = link.table.as_ref().map(|table| table.as_str()) else { continue };
            if table.len() <= MOST {
                continue;
            }
            let message =
                format!("the link table `{table}` has a name of {} bytes; {MOST} is the most", table.len());
            out.report(table, link.table_span, message)
                .label("PostgreSQL cuts names off after 63 bytes, and indexes add 9 to this one")
                .help("give it a shorter name: `{ database: { tableName: \"…\" } }` as the third argument");
        }
    }
}
