//! Whether a column of one type can refer to a key of another.
//!
//! PostgreSQL's answers are recorded (`tests/postgres/key-types.json`) and SQLite's were tried; MySQL's are those
//! of InnoDB's `cmp_cols_are_equal`. A type that is not known here clashes with nothing.

mod mysql;
mod others;
mod postgres;
mod sql_type;
mod sqlite;

use super::{ColumnFacts, Dialect, Fact, Table};
use smol_str::SmolStr;
use sql_type::SqlType;

/// What is wrong with the type of a foreign key's column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeClash {
    /// The database does not create the key, for that reason.
    Refused(&'static str),
    /// The key is created, but it does not hold what it is meant to, for that reason.
    Unequal(&'static str),
    /// The key is created, but values above that do not fit.
    TooSmall(String),
}

/// What is wrong with the type of a column for that key; `None` when nothing is, or when it is not known.
pub fn type_clash(table: &Table, column: usize, target: &Table, key: usize) -> Option<TypeClash> {
    let own = table.columns.get(column)?.facts.as_ref().ok()?;
    let other = target.columns.get(key)?.facts.as_ref().ok()?;
    if let Some(clash) = enums(table.dialect, own, other)? {
        return Some(clash);
    }
    let (own, other) = (SqlType::of(own)?, SqlType::of(other)?);
    match table.dialect {
        Dialect::Postgres => postgres::clash(&own, &other),
        Dialect::MySql => mysql::clash(&own, &other),
        Dialect::Sqlite => {
            let is_row_id = target.primary_key_columns() == [key];
            sqlite::clash(&own, &other, is_row_id)
        }
        Dialect::Cockroach => others::cockroach(&own, &other),
        Dialect::MsSql => others::mssql(&own, &other),
        // Without foreign keys, or without SQL.
        Dialect::SingleStore | Dialect::Gel => None,
    }
}

/// Two enum types are equal when their names are. `None` when they decide that nothing is wrong or known.
fn enums(dialect: Dialect, own: &ColumnFacts, other: &ColumnFacts) -> Option<Option<TypeClash>> {
    type Name = (Fact<SmolStr>, Option<Fact<SmolStr>>);
    let known = |name: &Name| -> Option<(SmolStr, Option<SmolStr>)> {
        let namespace = match &name.1 {
            Some(namespace) => Some(namespace.as_ref().ok()?.clone()),
            None => None,
        };
        Some((name.0.as_ref().ok()?.clone(), namespace))
    };
    match (&own.enum_name, &other.enum_name) {
        (Some(own), Some(other)) => {
            let same = known(own)? == known(other)?;
            (!same).then_some(Some(refused(dialect)))
        }
        _ => Some(None),
    }
}

/// The database does not create the key.
const fn refused(dialect: Dialect) -> TypeClash {
    TypeClash::Refused(match dialect {
        Dialect::Postgres => "PostgreSQL refuses the key: \"foreign key constraint cannot be implemented\"",
        Dialect::MySql => "MySQL refuses the key: error 3780, the columns are incompatible",
        Dialect::MsSql => "SQL Server refuses the key: error 1778, \"is not the same data type\"",
        _ => "the database refuses the key",
    })
}

/// A text that is shorter than the key that it is to hold.
fn too_short(own: Option<u64>, other: Option<u64>) -> Option<TypeClash> {
    let (own, other) = (own?, other?);
    let unit = if own == 1 { "character" } else { "characters" };
    (own < other).then(|| TypeClash::TooSmall(format!("more than {own} {unit} long")))
}

/// An integer of fewer bytes than the key that it is to hold.
fn too_small(own: u32, other: u32) -> Option<TypeClash> {
    (own < other).then(|| TypeClash::TooSmall(format!("above {}", (1_u64 << (8 * own - 1)) - 1)))
}
