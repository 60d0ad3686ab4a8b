//! `serial` where there are identity columns.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, DrizzleLine, SchemaGraph, WrittenColumn, written_columns};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SerialColumn {}

impl Rule for SerialColumn {
    const META: Meta = Meta {
        name: "serial-column",
        summary: "a `serial` column, not an identity",
        group: "Tables",
        docs: include_str!("serial_column.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let columns = written_columns(graph, |table, facts| {
            table.dialect == Dialect::Postgres && integer(&facts.function).is_some()
        });
        for column in columns {
            let serial = &column.facts.function;
            let Some(integer) = integer(serial) else { continue };
            let message = format!("{} is `{serial}`, not an identity", column.title(graph));
            let written = graph.sources.text(column.facts.builder).replacen(serial.as_str(), integer, 1);
            out.report(column.subject(graph), column.span, message)
                .label("any insert may give a value of its own, which the sequence gives once more later")
                .help(format!("`{written}.generatedAlwaysAsIdentity()`{}", by_hand(graph, &column)));
        }
    }
}

/// What drizzle-kit does not write for a database that has the column.
fn by_hand(graph: &SchemaGraph, column: &WrittenColumn<'_>) -> &'static str {
    match column.tables.first().map(|(table, _)| graph.table(*table).line) {
        Some(DrizzleLine::V0) => {
            "; a database that has the column is changed by hand, as the migration that drizzle-kit 0.31 writes fails: \
             `DROP DEFAULT`, drop the sequence, `ADD GENERATED ALWAYS AS IDENTITY`, set its next value"
        }
        Some(DrizzleLine::V1) | None => "",
    }
}

/// The integer behind a serial.
fn integer(function: &str) -> Option<&'static str> {
    Some(match function {
        "serial" => "integer",
        "bigserial" => "bigint",
        "smallserial" => "smallint",
        _ => return None,
    })
}
