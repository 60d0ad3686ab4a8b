//! Tables of exposed schemas without row-level security.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, DrizzleLine, SchemaGraph, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RowLevelSecurityOff {
    /// The schemas that are exposed: whose tables a public API reads and writes, such as that of Supabase.
    schemas: Vec<String>,
}

impl Default for RowLevelSecurityOff {
    fn default() -> Self {
        Self { schemas: vec!["public".into()] }
    }
}

impl Rule for RowLevelSecurityOff {
    const META: Meta = Meta {
        name: "row-level-security-off",
        summary: "a table of an exposed schema without row-level security",
        group: "Tables",
        docs: include_str!("row_level_security_off.md"),
        level: Level::Off,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        for (_, table) in graph.own_tables().filter(|(_, table)| is_off(graph, table)) {
            let schema = match &table.namespace {
                None => "public",
                Some(Ok(name)) => name.as_str(),
                Some(Err(_)) => continue,
            };
            if self.schemas.iter().any(|exposed| exposed == schema) {
                report(graph, table, schema, out);
            }
        }
    }
}

/// Whether a table that is created has neither row-level security nor a policy, which switches it on.
fn is_off(graph: &SchemaGraph, table: &Table) -> bool {
    table.dialect == Dialect::Postgres
        && table.is_created(graph)
        && table.owner.is_none()
        && !table.ponder
        && !table.row_level_security
        && !table.linked_policy
        && table.policies.is_empty()
        && table.extras_open.is_none()
}

fn report(graph: &SchemaGraph, table: &Table, schema: &str, out: &mut Findings) {
    let name = table.display_name();
    let message = format!("`{name}` of the exposed schema `{schema}` has no row-level security");
    let written = graph.sources.text(table.span);
    let maker = written.split_once('(').map_or("pgTable", |(maker, _)| maker.trim());
    let help = match table.line {
        DrizzleLine::V0 => "add `.enableRLS()` to the table, and `pgPolicy(…)` for who may do what".into(),
        DrizzleLine::V1 => {
            format!("make it by `{maker}.withRLS(…)`, and add `pgPolicy(…)` for who may do what")
        }
    };
    out.report(name, table.head(&graph.sources), message)
        .label("whoever reaches the schema reads and writes all of its rows, as far as grants go")
        .help(help);
}
