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
                report_ignored(graph, table, extra, out);
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

fn report_ignored(graph: &SchemaGraph, table: &Table, extra: &IgnoredExtra, out: &mut Findings) {
    let name = table.display_name();
    let (effect, label) = match table.line {
        DrizzleLine::V0 => ("ignored", "drizzle-kit creates nothing for it"),
        DrizzleLine::V1 => ("refused", "drizzle-kit 1.0 stops: \"Invalid extra config value\""),
    };
    let message = format!("the third argument of `{name}` holds {}, which is {effect}", extra.reason);
    let finding = out.report(name, extra.span, message);
    finding.label(label).help(instead(graph, table, extra));
}

/// What to write, with what is known of it.
fn instead(graph: &SchemaGraph, table: &Table, extra: &IgnoredExtra) -> String {
    let t = table.parameter();
    let text = graph.sources.text(extra.span);
    // In the object form, an entry stands behind its key.
    let (key, written) = match text.split_once(':') {
        Some((key, rest)) if key.chars().all(|letter| letter.is_alphanumeric() || letter == '_') => {
            (format!("{key}: "), rest.trim())
        }
        _ => (String::new(), text),
    };
    let short = (written.len() <= MAX_SHOWN && !written.contains('\n')).then_some(written);
    match extra.reason {
        "an index without columns" => {
            format!("say which columns: `{}.on({t}.…)`", short.unwrap_or("index(\"…\")"))
        }
        "a unique constraint without columns" => {
            format!("say which columns: `{}.on({t}.…)`", short.unwrap_or("unique(\"…\")"))
        }
        "plain SQL" => {
            "write a condition as a `check(\"…\", sql`…`)`; other SQL belongs into a migration of its own"
                .into()
        }
        "a column by itself" => {
            let column = table.column_keys(t, &extra.columns);
            let column = if column.is_empty() { format!("{t}.…") } else { column };
            format!("say what is made of it: `{key}index(\"…\").on({column})`")
        }
        "a plain object" => of_object(graph, table, extra, &key),
        "a list inside the object form" => {
            format!("return a list of all of them: `({t}) => [{}]`", entries(short, t))
        }
        "an entry outside a list" => format!("return a list: `({t}) => [{}]`", entries(short, t)),
        _ => format!("write the entries into the list itself: `({t}) => [{}]`", entries(short, t)),
    }
}

/// Longer entries are not repeated.
const MAX_SHOWN: usize = 120;

/// The entries of a list, as they are written.
fn entries(short: Option<&str>, t: &str) -> String {
    let inner = short.map(|text| text.trim_matches(['[', ']', ' ', ',']));
    // Brackets of an entry itself may have gone with those of the list.
    let is_whole = |text: &&str| {
        let count = |letter| text.matches(letter).count();
        !text.is_empty() && count('[') == count(']')
    };
    inner.filter(is_whole).map_or_else(|| format!("index(\"…\").on({t}.…)"), str::to_string)
}

/// A plain object says in other words what an entry would.
fn of_object(graph: &SchemaGraph, table: &Table, extra: &IgnoredExtra, key: &str) -> String {
    if let Some((name, sql)) = &extra.check {
        let text = graph.sources.text(*sql);
        let text = text.split_once("sql`").map(|(_, rest)| format!("sql`{rest}"));
        let text = text.filter(|text| text.len() <= MAX_SHOWN && text.ends_with('`'));
        let sql = text.unwrap_or_else(|| "sql`…`".to_string());
        return format!("write it as an entry: `{key}check(\"{name}\", {sql})`");
    }
    let t = table.parameter();
    if extra.columns.is_empty() {
        return format!(
            "write what it means as an entry: `index(\"…\").on({t}.…)`, `unique(\"…\").on({t}.…)`, `check(\"…\", sql`…`)`"
        );
    }
    let columns = table.column_keys(t, &extra.columns);
    let says = |word: &str| key.to_ascii_lowercase().contains(word);
    if says("uniq") {
        format!("write it as an entry: `{key}unique().on({columns})`")
    } else if says("index") || says("idx") {
        format!("write it as an entry: `{key}index(\"…\").on({columns})`")
    } else {
        format!(
            "write what it means as an entry: `{key}unique().on({columns})` or `{key}index(\"…\").on({columns})`"
        )
    }
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
