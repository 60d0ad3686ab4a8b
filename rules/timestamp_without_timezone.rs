//! Timestamps without a time zone.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, Dialect, written_columns};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TimestampWithoutTimezone {}

impl Rule for TimestampWithoutTimezone {
    const META: Meta = Meta {
        name: "timestamp-without-timezone",
        summary: "a timestamp column without a time zone",
        group: "Tables",
        docs: include_str!("timestamp_without_timezone.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let is_without = |facts: &ColumnFacts| {
            let sql_type = facts.sql_type.as_deref().unwrap_or("with time zone");
            facts.function == "timestamp" && !sql_type.contains("with time zone")
        };
        let columns = written_columns(graph, |table, facts| {
            matches!(table.dialect, Dialect::Postgres | Dialect::Cockroach) && is_without(facts)
        });
        for column in columns {
            let message = format!("{} is a timestamp without a time zone", column.title(graph));
            let written = graph.sources.text(column.facts.builder);
            out.report(column.subject(graph), column.span, message)
                .label("it holds no time zone: reading it elsewhere shifts it")
                .help(with_timezone(written));
        }
    }
}

/// The call with `withTimezone`.
fn with_timezone(written: &str) -> String {
    let said = written.replace("withTimezone: false", "withTimezone: true");
    let call = match written.split_once('{') {
        _ if said != written => said,
        Some((before, after)) if after.trim_start().starts_with('}') => {
            format!("{before}{{ withTimezone: true {}", after.trim_start())
        }
        Some((before, after)) => format!("{before}{{ withTimezone: true, {}", after.trim_start()),
        None if written.ends_with("()") => {
            format!("{}{{ withTimezone: true }})", &written[..written.len() - 1])
        }
        None if written.ends_with("\")") || written.ends_with("')") => {
            format!("{}, {{ withTimezone: true }})", &written[..written.len() - 1])
        }
        None => return "give it `{ withTimezone: true }`".into(),
    };
    format!("`{}`", call.split_whitespace().collect::<Vec<_>>().join(" "))
}
