//! Foreign keys that no index covers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, Dialect, Fact, ForeignKey, Index, IndexPart, Predicate, SchemaGraph, Table};
use crate::model::is_table;
use crate::rule::{Context, Finding, Findings, Glob, Level, Meta, Rule};

/// Options.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnindexedForeignKey {
    /// What may serve a foreign key.
    accept: Vec<Server>,
    /// How the suggested index is named: `{table}` and `{columns}` are filled in.
    name: String,
    /// Tables that are not checked: small ones, or such as are never deleted from.
    ignore_tables: Vec<Glob>,
}

/// What may serve a foreign key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Server {
    /// An `index()` or `uniqueIndex()`.
    Index,
    /// A unique constraint.
    Unique,
    /// The primary key.
    PrimaryKey,
}

impl Default for UnindexedForeignKey {
    fn default() -> Self {
        Self {
            accept: vec![Server::Index, Server::Unique, Server::PrimaryKey],
            name: "{table}_{columns}_idx".into(),
            ignore_tables: Vec::new(),
        }
    }
}

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
            if !needs_indexes(table.dialect) || self.ignore_tables.iter().any(|glob| is_table(glob, table)) {
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
                let partial = match self.coverage(table, columns) {
                    Coverage::None => None,
                    Coverage::Partial(index) => Some(index),
                    Coverage::Full | Coverage::Unknown => continue,
                };
                self.report(context.graph, table, key, partial, out);
            }
        }
    }
}

impl UnindexedForeignKey {
    /// Some index, unique or primary key must have the columns as its first key columns, in any order.
    fn coverage<'t>(&self, table: &'t Table, columns: &[usize]) -> Coverage<'t> {
        let accepts = |server| self.accept.contains(&server);
        let begins =
            |key: &Fact<Vec<usize>>| key.as_ref().map(|key| begins_with(key, columns)).unwrap_or(false);
        let at_column = |index: usize| match &table.columns[index].facts {
            Ok(ColumnFacts { primary, unique, .. }) => {
                *primary && accepts(Server::PrimaryKey) || unique.is_some() && accepts(Server::Unique)
            }
            Err(_) => false,
        };
        let constrained = matches!(columns, [column] if at_column(*column))
            || accepts(Server::PrimaryKey) && table.primary_keys.iter().any(|key| begins(&key.columns))
            || accepts(Server::Unique) && table.uniques.iter().any(|unique| begins(&unique.columns));
        if constrained {
            return Coverage::Full;
        }
        let mut partial = None;
        let mut unknown = table.extras_open.is_some()
            || columns.iter().any(|column| table.columns[*column].facts.is_err())
            || table.primary_keys.iter().any(|key| key.columns.is_err())
            || table.uniques.iter().any(|unique| unique.columns.is_err());
        for index in table.indexes.iter().filter(|_| accepts(Server::Index)) {
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

    fn report(
        &self,
        graph: &SchemaGraph,
        table: &Table,
        key: &ForeignKey,
        partial: Option<&Index>,
        out: &mut Findings,
    ) {
        let (Ok(target), Ok(columns)) = (&key.target, &key.columns) else { return };
        let (name, to) = (table.display_name(), graph.table(graph.owner(target.table)).display_name());
        let subject = table.subject(columns);
        let mut message = format!("foreign key `{subject}` to `{to}` has no index");
        let partial_name = partial.map(|index| index.name.as_ref().ok().and_then(Option::as_deref));
        if let Some(partial) = partial_name {
            let partial = partial.map(|name| format!("`{name}`")).unwrap_or_else(|| "the index on it".into());
            message.push_str(&format!(" that can serve it: {partial} is partial"));
        }
        let finding = out.report(subject, table.place_of(key), message);
        finding.label(format!("deleting a row of `{to}` scans the whole of `{name}`"));
        match (partial, nearest(table, columns)) {
            (Some(index), _) => {
                finding.related(index.span, "its `where` keeps the database from using it to check the key");
            }
            (None, Some((index, why))) => {
                finding.related(index.span, why);
            }
            (None, None) => {}
        }
        from_helper(table, key, finding);
        let plural = if columns.len() == 1 { "" } else { "s" };
        let names: Vec<&str> = columns.iter().map(|column| table.column_name(*column)).collect();
        let table_name = table.name.as_deref().unwrap_or(&table.binding.name);
        let suggested = self.name.replace("{table}", table_name).replace("{columns}", &names.join("_"));
        finding.help(format!(
            "index the column{plural} in the third argument of the table: `index(\"{suggested}\").on({})`",
            table.column_keys("t", columns)
        ));
    }
}

/// The index that almost serves the columns, and what keeps it from doing so.
fn nearest<'t>(table: &'t Table, columns: &[usize]) -> Option<(&'t Index, String)> {
    table.indexes.iter().find_map(|index| {
        let parts: Vec<Option<usize>> = index.parts.iter().map(IndexPart::column).collect();
        let holds = |column: &usize| parts.contains(&Some(*column));
        if !columns.iter().any(holds) {
            return None;
        }
        let first = parts[0].map(|column| table.column_name(column));
        let method = index.method.as_ref().ok().and_then(Option::as_deref);
        let why = match (method, first) {
            (Some(method), _) if !matches!(method, "btree" | "hash") => {
                format!("a {method} index does not serve the check of a key")
            }
            _ if !columns.iter().all(holds) => "it does not hold all columns of the key".to_string(),
            (_, Some(first)) if parts[0].is_some_and(|column| !columns.contains(&column)) => {
                format!("it begins with `{first}`")
            }
            (_, None) => "it begins with an expression".to_string(),
            _ => "the columns of the key are not its first ones".to_string(),
        };
        Some((index, why))
    })
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

fn from_helper(table: &Table, key: &ForeignKey, finding: &mut Finding) {
    if finding.primary.span != key.span {
        finding.related(key.span, format!("the key of `{}` is written in this helper", table.display_name()));
    }
}
