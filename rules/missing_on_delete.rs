//! Foreign keys that do not say what happens on delete.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::fixes::say_on_delete;
use crate::graph::{ForeignKey, SchemaGraph, Table, effect_of_delete};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MissingOnDelete {}

impl Rule for MissingOnDelete {
    const META: Meta = Meta {
        name: "missing-on-delete",
        summary: "a foreign key that does not say what happens on delete",
        group: "Foreign keys and indexes",
        docs: include_str!("missing_on_delete.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for (_, table) in context.graph.own_tables() {
            for key in table.foreign_keys.iter().filter(|key| key.on_delete == Ok(None)) {
                report(context.graph, table, key, out);
            }
        }
    }
}

fn report(graph: &SchemaGraph, table: &Table, key: &ForeignKey, out: &mut Findings) {
    let (Ok(columns), Ok(target)) = (&key.columns, &key.target) else { return };
    let (from, to) = (table.display_name(), graph.table(graph.owner(target.table)).display_name());
    let subject = table.subject(columns);
    let message = format!("foreign key `{subject}` to `{to}` does not say what happens on delete");
    let finding = out.report(subject, table.place_of(key), message);
    finding.label(effect_of_delete("no action", &from, &to));
    let in_helper = finding.primary.span != key.span;
    if in_helper {
        finding.related(key.span, format!("the key of `{from}` is written in this helper"));
    }
    // With a column that is never null, `set null` would fail.
    let is_null =
        |column: &usize| table.columns[*column].facts.as_ref().is_ok_and(|facts| !facts.effective_not_null);
    let other = if columns.iter().all(is_null) { "set null" } else { "cascade" };
    let place = if in_helper { " in the helper" } else { "" };
    finding.fix = say_on_delete(&graph.sources, key, "no action");
    finding.help(format!(
        "say it{place}, also when nothing is meant to happen: `{}`; or \"{other}\"",
        key.written_with("no action", &graph.sources)
    ));
}
