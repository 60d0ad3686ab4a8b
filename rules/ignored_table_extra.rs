//! Indexes and constraints that never reach their table.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, DrizzleLine, IgnoredExtra, Misplaced, SchemaGraph, StrayConstraint, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct IgnoredTableExtra {}

impl Rule for IgnoredTableExtra {
    const META: Meta = Meta {
        name: "ignored-table-extra",
        summary: "an index or constraint that never reaches its table",
        group: "Foreign keys and indexes",
        docs: include_str!("ignored_table_extra.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        for (_, table) in graph.own_tables().filter(|(_, table)| !graph.is_made_elsewhere(table)) {
            for extra in &table.ignored_extras {
                report_ignored(table, extra, out);
            }
            for misplaced in &table.misplaced {
                report_misplaced(graph, table, misplaced, out);
            }
        }
        for stray in &graph.stray_constraints {
            report_stray(graph, stray, out);
        }
    }
}

fn report_ignored(table: &Table, extra: &IgnoredExtra, out: &mut Findings) {
    let name = table.display_name();
    let (effect, label) = match table.line {
        DrizzleLine::V0 => ("ignored", "drizzle-kit creates nothing for it"),
        DrizzleLine::V1 => ("refused", "drizzle-kit 1.0 stops: \"Invalid extra config value\""),
    };
    let message = format!("the third argument of `{name}` holds {}, which is {effect}", extra.reason);
    let finding = out.report(name, extra.span, message);
    finding.label(label).help(match extra.reason {
        "an index without columns" => "say which columns: `index(\"…\").on(t.…)`",
        "a unique constraint without columns" => "say which columns: `unique(\"…\").on(t.…)`",
        "plain SQL" => {
            "write a condition as a `check(\"…\", sql`…`)`; other SQL belongs into a migration of its own"
        }
        "a column by itself" => "say what is made of it: `index(\"…\").on(t.…)`",
        "a plain object" => {
            "write what it means as an entry: `index(\"…\").on(t.…)`, `unique(\"…\").on(t.…)`, `check(\"…\", sql`…`)`"
        }
        "a list inside the object form" => "return a list of all of them: `(t) => [index(\"…\").on(t.…)]`",
        "an entry outside a list" => "return a list: `(t) => [index(\"…\").on(t.…)]`",
        _ => "write the entries into the list itself: `(t) => [index(\"…\").on(t.…)]`",
    });
}

/// An index of Postgres can only be made of the columns that the third argument is given, in 0.45.
fn crashes(table: &Table, kind: &str) -> bool {
    kind == "index" && table.dialect == Dialect::Postgres && table.line == DrizzleLine::V0
}

const CRASH: &str = "drizzle-orm 0.45 throws here: \"undefined\" is not valid JSON";

fn report_misplaced(graph: &SchemaGraph, table: &Table, misplaced: &Misplaced, out: &mut Findings) {
    let other = graph.table(misplaced.column.table);
    let column = other.column_name(misplaced.column.column);
    // By chance, or because the other object is a copy, the table has such a column itself.
    let has_it = table.columns_open.is_some()
        || table.columns.iter().any(|own| own.facts.is_err() || own.display_name() == column);
    let crashes = crashes(table, misplaced.kind);
    if has_it && !crashes {
        return;
    }
    let (kind, name) = (misplaced.kind, table.display_name());
    let message = format!(
        "{} {kind} of `{name}` is on a column of another table, `{}`",
        article(kind),
        other.subject(&[misplaced.column.column])
    );
    let finding = out.report(name.clone(), misplaced.span, message);
    if crashes {
        finding.label(CRASH);
    } else {
        finding.label(format!("`{name}` has no column `{column}`"));
    }
    finding.related(other.columns[misplaced.column.column].span, "the column").help(if has_it {
        format!(
            "name the table's own column: `{}.{}`",
            table.parameter(),
            other.columns[misplaced.column.column].key
        )
    } else {
        format!("write it in the third argument of `{}`", other.display_name())
    });
}

fn report_stray(graph: &SchemaGraph, stray: &StrayConstraint, out: &mut Findings) {
    let table = graph.table(stray.table);
    if table.external {
        return;
    }
    let kind = stray.kind;
    let message = format!("`{}` is {} {kind} outside any table", stray.binding.name, article(kind));
    let finding = out.report(table.subject(&stray.columns), stray.span, message);
    finding.label(if crashes(table, kind) { CRASH } else { "drizzle-kit creates nothing for it" });
    finding.related(table.head(&graph.sources), "the table of its columns").help(format!(
        "write it in the third argument of `{}`, with the columns that this is given: `({}) => […]`",
        table.display_name(),
        table.parameter()
    ));
}

fn article(kind: &str) -> &'static str {
    if kind == "index" { "an" } else { "a" }
}
