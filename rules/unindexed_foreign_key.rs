//! Foreign keys that no index covers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, Dialect, Fact, ForeignKey, Index, IndexPart, Predicate, SchemaGraph, Table};
use crate::rule::{Context, Finding, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnindexedForeignKey {}

impl Rule for UnindexedForeignKey {
    const META: Meta = Meta {
        name: "unindexed-foreign-key",
        summary: "a foreign key that no index covers",
        group: "Foreign keys and indexes",
        docs: include_str!("unindexed_foreign_key.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for (_, table) in context.graph.own_tables() {
            if !needs_indexes(table.dialect) {
                continue;
            }
            // One index serves every key of the same columns: it is asked for once.
            let mut seen: Vec<&[usize]> = Vec::new();
            for key in &table.foreign_keys {
                let Ok(columns) = &key.columns else { continue };
                if seen.contains(&columns.as_slice()) {
                    continue;
                }
                seen.push(columns);
                match coverage(table, columns) {
                    Coverage::None => report(context.graph, table, key, columns, None, out),
                    Coverage::Partial(index) => report(context.graph, table, key, columns, Some(index), out),
                    Coverage::Full | Coverage::Unknown => {}
                }
            }
        }
    }
}

/// InnoDB indexes foreign keys itself, SingleStore and Gel have none that could be indexed.
fn needs_indexes(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Sqlite | Dialect::Cockroach | Dialect::MsSql => true,
        Dialect::MySql | Dialect::SingleStore | Dialect::Gel => false,
    }
}

/// Whether the database can look the columns up.
enum Coverage<'t> {
    Full,
    /// Only this partial index has them, and its predicate keeps it from serving.
    Partial(&'t Index),
    None,
    /// Something was not read that might cover them.
    Unknown,
}

/// Some index, unique or primary key must have the columns as its first key columns, in any order.
fn coverage<'t>(table: &'t Table, columns: &[usize]) -> Coverage<'t> {
    let begins = |key: &Fact<Vec<usize>>| key.as_ref().map(|key| begins_with(key, columns)).unwrap_or(false);
    let at_column = |index: usize| match &table.columns[index].facts {
        Ok(ColumnFacts { primary, unique, .. }) => *primary || unique.is_some(),
        Err(_) => false,
    };
    let constrained = matches!(columns, [column] if at_column(*column))
        || table.primary_keys.iter().any(|key| begins(&key.columns))
        || table.uniques.iter().any(|unique| begins(&unique.columns));
    if constrained {
        return Coverage::Full;
    }
    let mut partial = None;
    let mut unknown = table.extras_open.is_some()
        || columns.iter().any(|column| table.columns[*column].facts.is_err())
        || table.primary_keys.iter().any(|key| key.columns.is_err())
        || table.uniques.iter().any(|unique| unique.columns.is_err());
    for index in &table.indexes {
        match index_coverage(index, columns) {
            Coverage::Full => return Coverage::Full,
            Coverage::Partial(index) => partial = Some(index),
            Coverage::Unknown => unknown = true,
            Coverage::None => {}
        }
    }
    match (unknown, partial) {
        (true, _) => Coverage::Unknown,
        (false, Some(index)) => Coverage::Partial(index),
        (false, None) => Coverage::None,
    }
}

fn index_coverage<'t>(index: &'t Index, columns: &[usize]) -> Coverage<'t> {
    let mut first = Vec::with_capacity(columns.len());
    for part in index.parts.iter().take(columns.len()) {
        match part {
            IndexPart::Column { column, .. } | IndexPart::Expression { column: Some(column), .. } => {
                first.push(*column);
            }
            IndexPart::Unknown(_) => return Coverage::Unknown,
            IndexPart::Expression { column: None, .. } | IndexPart::Foreign => return Coverage::None,
        }
    }
    if !begins_with(&first, columns) {
        return Coverage::None;
    }
    match &index.method {
        Err(_) => return Coverage::Unknown,
        Ok(Some(method)) if method == "hash" && columns.len() == 1 => {}
        Ok(Some(method)) if method != "btree" => return Coverage::None,
        Ok(_) => {}
    }
    match &index.predicate {
        None => Coverage::Full,
        Some(Ok(Predicate { not_null: Some(required), .. }))
            if required.iter().all(|column| columns.contains(column)) =>
        {
            Coverage::Full
        }
        Some(Ok(_)) => Coverage::Partial(index),
        Some(Err(_)) => Coverage::Unknown,
    }
}

/// Whether the first columns of `key` are `columns`, in any order.
fn begins_with(key: &[usize], columns: &[usize]) -> bool {
    key.len() >= columns.len() && columns.iter().all(|column| key[..columns.len()].contains(column))
}

fn report(
    graph: &SchemaGraph,
    table: &Table,
    key: &ForeignKey,
    columns: &[usize],
    partial: Option<&Index>,
    out: &mut Findings,
) {
    let Ok(target) = &key.target else { return };
    let to = graph.table(target.table);
    let (name, to_name) = (table.display_name(), to.display_name());
    let names: Vec<&str> = columns.iter().map(|column| table.column_name(*column)).collect();
    let list = names.join(", ");
    let subject = if columns.len() == 1 { format!("{name}.{list}") } else { format!("{name}({list})") };
    let message = format!("foreign key `{subject}` to `{to_name}` has no index");
    let finding = out.report(subject.as_str(), place(table, key, columns), message);
    let plural = if columns.len() == 1 { "" } else { "s" };
    match partial {
        None => {
            finding.label(format!("deleting a row of `{to_name}` scans the whole of `{name}`"));
        }
        Some(index) => {
            finding.label(format!("deleting a row of `{to_name}` scans `{name}`: the only index is partial"));
            finding.related(index.span, "its `where` keeps it from serving the foreign key");
        }
    }
    from_helper(table, key, finding);
    let arguments: Vec<String> =
        columns.iter().map(|column| format!("t.{}", table.columns[*column].key)).collect();
    let suggested =
        format!("{}_{}_idx", table.name.as_deref().unwrap_or(&table.binding.name), names.join("_"));
    finding.help(format!(
        "index the column{plural} in the third argument of the table: `index(\"{suggested}\").on({})`",
        arguments.join(", ")
    ));
}

/// The key where the table's own code has it: itself, or the spread that brings its column in.
fn place(table: &Table, key: &ForeignKey, columns: &[usize]) -> Span {
    let own = table.span.contains(key.span);
    match columns {
        _ if own => key.span,
        [column, ..] if key.inline => table.columns[*column].span,
        _ => table.span,
    }
}

fn from_helper(table: &Table, key: &ForeignKey, finding: &mut Finding) {
    if finding.primary.span != key.span {
        finding.related(key.span, format!("the key of `{}` is written in this helper", table.display_name()));
    }
}
