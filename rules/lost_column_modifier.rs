//! Modifiers of columns that `.array()` drops.

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, LostModifier, SchemaGraph, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule, listed};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct LostColumnModifier {}

impl Rule for LostColumnModifier {
    const META: Meta = Meta {
        name: "lost-column-modifier",
        summary: "a modifier of a column that `.array()` after it drops (0.45)",
        group: "Foreign keys and indexes",
        docs: include_str!("lost_column_modifier.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        // A helper's mistake is one, however many tables use it.
        let mut seen: FxHashSet<Span> = FxHashSet::default();
        for (_, table) in context.graph.own_tables() {
            let is_guess = context.graph.packages[table.package].line_is_guessed;
            if is_guess || context.graph.is_made_elsewhere(table) {
                continue;
            }
            for (at, column) in table.columns.iter().enumerate() {
                let Ok(facts) = &column.facts else { continue };
                if let Some(first) = facts.lost_modifiers.first()
                    && seen.insert(first.span)
                {
                    report(context.graph, table, at, facts, first, out);
                }
            }
        }
    }
}

fn report(
    graph: &SchemaGraph,
    table: &Table,
    column: usize,
    facts: &ColumnFacts,
    first: &LostModifier,
    out: &mut Findings,
) {
    let subject = table.subject(&[column]);
    let lost = &facts.lost_modifiers;
    let mut names: Vec<String> = lost.iter().map(|lost| format!("`.{}()`", lost.name)).collect();
    names.dedup();
    let message = format!("column `{subject}` loses {} to the `.array()` after it", listed(&names));
    let finding = out.report(subject, first.span, message);
    finding.label("drizzle-orm 0.x drops it: `.array()` begins a new column");
    for other in &lost[1..] {
        finding.related(other.span, "this, too");
    }
    finding.related(first.array, "only what follows here counts");
    let arrays = ".array()".repeat(facts.dimensions as usize);
    let is_reference = |lost: &&LostModifier| lost.name == "references";
    let kept: String =
        lost.iter().filter(|lost| !is_reference(lost)).map(|lost| after(graph, lost)).collect();
    let mut help = String::new();
    if !kept.is_empty() {
        help = format!("write it after `.array()`: `{arrays}{kept}`");
    }
    if lost.iter().any(|lost| is_reference(&lost)) {
        let between = if help.is_empty() { "" } else { "; " };
        help.push_str(between);
        help.push_str("a list cannot be a foreign key: make a table with a row for each of its elements");
    }
    finding.help(help);
}

/// The modifier as it is written after `.array()`: the default of a list is a list.
fn after(graph: &SchemaGraph, lost: &LostModifier) -> String {
    let text = one_line(graph.sources.text(lost.span));
    let value = text.strip_prefix("default(").and_then(|rest| rest.strip_suffix(')'));
    let is_literal = |value: &str| {
        value.starts_with(['"', '\'', '`'])
            || value.starts_with(|c: char| c.is_ascii_digit())
            || value == "true"
            || value == "false"
    };
    match (lost.name.as_str(), value) {
        ("defaultNow", _) => ".default(sql`array[now()]`)".into(),
        ("defaultRandom", _) => ".default(sql`array[gen_random_uuid()]`)".into(),
        // Lists do not count.
        ("generatedAlwaysAsIdentity" | "generatedByDefaultAsIdentity", _) => String::new(),
        (_, Some(value)) if is_literal(value) => format!(".default([{value}])"),
        _ => format!(".{text}"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
