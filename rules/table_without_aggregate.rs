//! Tables in no aggregate, or in two.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::Table;
use crate::model::singular;
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TableWithoutAggregate {}

impl Rule for TableWithoutAggregate {
    const META: Meta = Meta {
        name: "table-without-aggregate",
        summary: "a table in no aggregate, or in two",
        group: "Aggregates",
        docs: include_str!("table_without_aggregate.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (graph, aggregates) = (context.graph, &context.model.aggregates);
        if aggregates.groups.is_empty() {
            return;
        }
        for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            let is_named = table.name.is_ok() && !matches!(table.namespace, Some(Err(_)));
            let name = table.display_name();
            let place = table.head(&graph.sources);
            match aggregates.of(id) {
                [_] => {}
                [] if !is_named || !aggregates.is_total => {}
                [] => {
                    out.report(name.as_str(), place, format!("`{name}` is in no aggregate"))
                        .label("nothing says which tables change together with it")
                        .help(format!("put it into a group of `aggregates`: `{}`", group(table)));
                }
                several => {
                    let groups = several.iter().map(|index| &aggregates.groups[*index]);
                    let names: Vec<String> =
                        groups.clone().map(|group| format!("`{}`", group.name)).collect();
                    let finding = out.report(
                        name.as_str(),
                        place,
                        format!("`{name}` is in {} aggregates: {}", names.len(), names.join(" and ")),
                    );
                    finding.label("which of them does it change with?").help("leave it out of all but one");
                    for group in groups {
                        finding.related(group.span, "one of them");
                    }
                }
            }
        }
    }
}

/// A group for the table alone: `"commerce.Booking": { "root": "bookings" }`.
fn group(table: &Table) -> String {
    let name = table.name.as_deref().unwrap_or(&table.binding.name);
    let words = singular(name);
    let words = words.split('_').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    });
    let context = match &table.namespace {
        Some(Ok(namespace)) => format!("{namespace}."),
        _ => String::new(),
    };
    format!("\"{context}{}\": {{ \"root\": \"{name}\" }}", words.collect::<String>())
}
