//! `json` where there is `jsonb`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, written_columns};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct JsonColumn {}

impl Rule for JsonColumn {
    const META: Meta = Meta {
        name: "json-column",
        summary: "a column of type `json`, not `jsonb`",
        group: "Tables",
        docs: include_str!("json_column.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let columns = written_columns(graph, |table, facts| {
            table.dialect == Dialect::Postgres && facts.function == "json"
        });
        for column in columns {
            let message = format!("{} is `json`, not `jsonb`", column.title(graph));
            let written = graph.sources.text(column.facts.builder);
            out.report(column.subject(graph), column.span, message)
                .label("it is kept as text: it cannot be compared, and gin cannot index it")
                .help(format!("`{}`", written.replacen("json", "jsonb", 1)));
        }
    }
}
