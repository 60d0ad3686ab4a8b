//! Which indexes serve a look-up of columns.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ColumnFacts, Dialect, Fact, Index, IndexPart, Predicate, Table};

/// Whether the database can look the columns up.
#[derive(Debug)]
pub enum Coverage<'t> {
    /// Something serves.
    Full,
    /// Only this partial index has them, and its predicate keeps it from serving.
    Partial(&'t Index),
    /// Nothing serves.
    None,
    /// Something was not read that might cover them.
    Unknown,
}

/// What may serve a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Server {
    /// An `index()` or `uniqueIndex()`.
    Index,
    /// A unique constraint.
    Unique,
    /// The primary key.
    PrimaryKey,
}

impl Server {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Index, Self::Unique, Self::PrimaryKey];
}

/// Whether something of `accepted` serves a look-up of the columns: an index, unique constraint or primary key
/// that has them as its first key columns, in any order (facts/peers.md 2.1, held to PostgreSQL by tests/postgres).
pub fn coverage<'t>(table: &'t Table, columns: &[usize], accepted: &[Server]) -> Coverage<'t> {
    let accepts = |server| accepted.contains(&server);
    let begins = |key: &Fact<Vec<usize>>| key.as_ref().map(|key| begins_with(key, columns)).unwrap_or(false);
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

/// The index that almost serves the columns, and what keeps it from doing so.
pub fn nearest<'t>(table: &'t Table, columns: &[usize]) -> Option<(&'t Index, String)> {
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
                format!("a {method} index does not serve a look-up of one value")
            }
            _ if !columns.iter().all(holds) => "it does not hold all of the columns".to_string(),
            (_, Some(first)) if parts[0].is_some_and(|column| !columns.contains(&column)) => {
                format!("it begins with `{first}`")
            }
            (_, None) => "it begins with an expression".to_string(),
            _ => "the columns are not its first ones".to_string(),
        };
        Some((index, why))
    })
}

/// Whether foreign keys need an index of their own: InnoDB makes them itself, SingleStore and Gel have no keys
/// that could be indexed.
pub fn needs_indexes(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Sqlite | Dialect::Cockroach | Dialect::MsSql => true,
        Dialect::MySql | Dialect::SingleStore | Dialect::Gel => false,
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
