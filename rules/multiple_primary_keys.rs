//! Tables with more than one primary key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, DrizzleLine, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MultiplePrimaryKeys {}

impl Rule for MultiplePrimaryKeys {
    const META: Meta = Meta {
        name: "multiple-primary-keys",
        summary: "a table with more than one primary key",
        group: "What drizzle-kit lets through",
        docs: include_str!("multiple_primary_keys.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for (_, table) in context.graph.own_tables() {
            if !table.ponder && table.is_created(context.graph) {
                check(table, out);
            }
        }
    }
}

/// A primary key of a table.
struct Key {
    /// Its columns; `None` when they are not known.
    columns: Option<Vec<usize>>,
    /// Where the table has it.
    place: Span,
    /// The helper that it is written in.
    helper: Option<Span>,
}

fn check(table: &Table, out: &mut Findings) {
    let of_columns = table.columns.iter().enumerate().filter_map(|(index, column)| {
        let facts = column.facts.as_ref().ok().filter(|facts| facts.primary)?;
        let helper = column.helper.map(|_| facts.builder);
        Some(Key { columns: Some(vec![index]), place: column.span, helper })
    });
    let inline: Vec<Key> = of_columns.collect();
    let own = |span: Span| table.span.contains(span);
    let composite = table.primary_keys.iter().map(|key| Key {
        columns: key.columns.as_ref().ok().cloned(),
        place: if own(key.span) { key.span } else { table.span },
        helper: (!own(key.span)).then_some(key.span),
    });
    let composite: Vec<Key> = composite.collect();
    let is_same = inline.len() == 1 && composite.len() == 1 && inline[0].columns == composite[0].columns;
    // One column that is said twice to be the key is one key, but for drizzle-kit 0.31 with PostgreSQL.
    if inline.len() + composite.len() < 2 || is_same && !refuses_the_same(table) {
        return;
    }
    let fate = fate(table, &inline, &composite);
    let all: Vec<&Key> = inline.iter().chain(&composite).collect();
    let names: Vec<String> = all.iter().map(|key| format!("`{}`", name(table, key))).collect();
    let (Some((last, names)), Some((reported, others))) = (names.split_last(), all.split_last()) else {
        return;
    };
    let count = if names.len() == 1 { "two".to_string() } else { (names.len() + 1).to_string() };
    let message =
        format!("`{}` has {count} primary keys: {} and {last}", table.display_name(), names.join(", "));
    let finding = out.report(table.display_name(), reported.place, message);
    finding.label(fate);
    for key in others {
        finding.related(key.place, format!("`{}` is a primary key, too", name(table, key)));
    }
    for helper in all.iter().filter_map(|key| key.helper) {
        finding.related(helper, format!("a key of `{}` is written in this helper", table.display_name()));
    }
    finding.help(help(table, &inline, &composite));
}

fn name(table: &Table, key: &Key) -> String {
    let Some(columns) = &key.columns else { return "primaryKey(…)".into() };
    let names: Vec<&str> = columns.iter().map(|column| table.column_name(*column)).collect();
    names.join(", ")
}

fn refuses_the_same(table: &Table) -> bool {
    table.line == DrizzleLine::V0 && table.dialect == Dialect::Postgres
}

/// What becomes of the keys, as measured.
fn fate(table: &Table, inline: &[Key], composite: &[Key]) -> String {
    let kept = |key: Option<&Key>| key.map_or_else(String::new, |key| name(table, key));
    match (table.line, table.dialect) {
        (DrizzleLine::V1, _) if composite.len() > 1 => "drizzle-kit 1.0 stops here".into(),
        (DrizzleLine::V1, _) => {
            let key = kept(composite.first().or(inline.first()));
            format!("drizzle-kit 1.0 makes `{key}` the primary key and says nothing of the rest")
        }
        (DrizzleLine::V0, Dialect::MySql | Dialect::SingleStore) => {
            let key = kept(inline.first().or(composite.first()));
            format!("drizzle-kit 0.31 makes `{key}` the primary key and says nothing of the rest")
        }
        (DrizzleLine::V0, Dialect::Postgres) if inline.is_empty() => {
            let key = kept(composite.first());
            format!("drizzle-kit 0.31 makes `{key}` the primary key and says nothing of the rest")
        }
        (DrizzleLine::V0, Dialect::Postgres) => {
            let name = table.name.as_deref().unwrap_or("…");
            format!(
                "PostgreSQL refuses the table: `multiple primary keys for table \"{name}\" are not allowed`"
            )
        }
        (DrizzleLine::V0, Dialect::Sqlite) => {
            let name = table.name.as_deref().unwrap_or("…");
            format!("SQLite refuses the table: `table \"{name}\" has more than one primary key`")
        }
        (DrizzleLine::V0, dialect) => format!("{} takes one", dialect.title()),
    }
}

fn help(table: &Table, inline: &[Key], composite: &[Key]) -> String {
    let columns = |keys: &[Key]| {
        let mut columns: Vec<usize> =
            keys.iter().filter_map(|key| key.columns.as_ref()).flatten().copied().collect();
        let mut seen = Vec::new();
        columns.retain(|column| {
            let new = !seen.contains(column);
            seen.push(*column);
            new
        });
        columns
    };
    match (inline, composite) {
        (_, []) => format!(
            "for one key of all of them: `primaryKey({{ columns: [{}] }})` in the third argument and no `.primaryKey()`; \
             else keep one and write `.unique()` at the rest",
            table.column_keys("t", &columns(inline))
        ),
        ([], _) => "keep one of them, and write `unique().on(…)` for the rest".into(),
        (_, [one]) if columns(inline).iter().all(|column| one.columns.as_ref().is_some_and(|all| all.contains(column))) => {
            "take `.primaryKey()` away from the column: `primaryKey()` has it".into()
        }
        _ => "keep one of them: take `.primaryKey()` away from the column, or make `primaryKey()` a `unique().on(…)`".into(),
    }
}
