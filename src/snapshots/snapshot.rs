//! One snapshot of drizzle-kit, whichever layout it has.

use serde::Deserialize;
use serde::de::IgnoredAny;
use smol_str::SmolStr;
use std::sync::Arc;

use super::{ddl, legacy};
use crate::graph::{Dialect, DrizzleLine};
use crate::source::Range;

/// A snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Its path, as people see it.
    pub path: Arc<str>,
    /// The database; `None` when it is not known.
    pub dialect: Option<Dialect>,
    /// The line of drizzle-kit that wrote it.
    pub line: DrizzleLine,
    /// Its version is a known one: what it holds is what it seems to hold.
    pub is_known: bool,
    /// Its tables, in its order.
    pub tables: Vec<Table>,
    /// Its enums, in its order.
    pub enums: Vec<Enum>,
    /// Something in it could not be read, so there may be more tables.
    pub is_partial: bool,
    /// The one before it, by its name, when it does not follow that one (0.31).
    pub skips: Option<SmolStr>,
}

/// A table of a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Its namespace; `None` for `public`, or where there are none.
    pub namespace: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// Its columns, in its order.
    pub columns: Vec<Column>,
    /// Its primary key, at its columns or as a constraint.
    pub primary_key: Option<PrimaryKey>,
    /// Unique constraints.
    pub uniques: Vec<Unique>,
    /// Indexes.
    pub indexes: Vec<Index>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check constraints: names and conditions.
    pub checks: Vec<(SmolStr, String)>,
    /// Something of it could not be read.
    pub is_partial: bool,
}

/// A column of a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: SmolStr,
    /// Its type, as drizzle-kit spells it, arrays with their brackets.
    pub sql_type: SmolStr,
    /// `NOT NULL`, as drizzle-kit writes it down: not for every member of a primary key.
    pub not_null: bool,
    /// Its default.
    pub default: Option<serde_json::Value>,
    /// It is computed.
    pub generated: bool,
    /// `always` or `byDefault`.
    pub identity: Option<SmolStr>,
    /// It counts by itself (MySQL, SQLite).
    pub auto_increment: bool,
}

/// The primary key of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrimaryKey {
    /// Its name; `None` at a column.
    pub name: Option<SmolStr>,
    /// The name was written (1.0).
    pub explicit: bool,
    /// Its columns.
    pub columns: Vec<SmolStr>,
}

/// A unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unique {
    /// Its name.
    pub name: SmolStr,
    /// The name was written (1.0).
    pub explicit: bool,
    /// Its columns.
    pub columns: Vec<SmolStr>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
}

/// An index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: SmolStr,
    /// The name was written (1.0).
    pub explicit: bool,
    /// It is unique.
    pub unique: bool,
    /// Its parts, in order.
    pub parts: Vec<IndexPart>,
    /// `btree`, `gin`, …, where it is said.
    pub method: Option<SmolStr>,
    /// The predicate of a partial index.
    pub predicate: Option<String>,
}

/// A part of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexPart {
    /// The column, or the expression.
    pub text: SmolStr,
    /// It is an expression.
    pub is_expression: bool,
    /// Descending.
    pub descending: bool,
    /// Nulls come first, where that is said.
    pub nulls_first: Option<bool>,
    /// The operator class.
    pub operator_class: Option<SmolStr>,
}

/// A foreign key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignKey {
    /// Its name.
    pub name: SmolStr,
    /// The name was written (1.0).
    pub explicit: bool,
    /// Its columns.
    pub columns: Vec<SmolStr>,
    /// The namespace of the table that it leads to.
    pub target_namespace: Option<SmolStr>,
    /// The table that it leads to.
    pub target: SmolStr,
    /// The columns there.
    pub target_columns: Vec<SmolStr>,
    /// In small letters; `no action` when nothing is said.
    pub on_delete: SmolStr,
    /// In small letters; `no action` when nothing is said.
    pub on_update: SmolStr,
}

/// An enum type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enum {
    /// Its namespace; `None` for `public`.
    pub namespace: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// Its values, in order.
    pub values: Vec<SmolStr>,
}

impl Table {
    /// Whether it is the table of that name without a namespace.
    pub fn is(&self, name: &str) -> bool {
        self.namespace.is_none() && self.name == name
    }
}

/// An action as the schema writes it.
pub(super) fn action(written: Option<&str>) -> SmolStr {
    written.filter(|action| !action.is_empty()).unwrap_or("no action").to_ascii_lowercase().into()
}

/// Why a snapshot could not be read, or not whole, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Where.
    pub range: Range,
    /// What, as a sentence without its full stop.
    pub message: String,
}

/// What orders snapshots.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Header {
    /// Its id.
    pub id: SmolStr,
    /// Those that it follows (1.0).
    pub prev_ids: Vec<SmolStr>,
    /// The one that it follows (0.31).
    pub prev_id: SmolStr,
    /// `diff` when it holds only what changed since those (PostgreSQL, from 1.0.0-rc.5 on).
    #[serde(rename = "type")]
    pub kind: SmolStr,
}

/// What orders a snapshot among others.
///
/// # Errors
/// When it is no JSON, or no snapshot.
pub fn header(text: &str) -> Result<Header, Damage> {
    serde_json::from_str(text).map_err(|error| damage(text, &error))
}

/// The versions that are known, newest first, by the names of dialects: those of 1.0 hold `ddl`.
const VERSIONS: &[(&str, Dialect, &[&str])] = &[
    ("postgresql", Dialect::Postgres, &["7", "6", "5"]),
    ("pg", Dialect::Postgres, &["7", "6", "5"]),
    ("postgres", Dialect::Postgres, &["9", "8"]),
    ("mysql", Dialect::MySql, &["6", "5"]),
    ("sqlite", Dialect::Sqlite, &["7", "6", "5"]),
    ("turso", Dialect::Sqlite, &["7", "6", "5"]),
    ("singlestore", Dialect::SingleStore, &["2", "1"]),
    ("gel", Dialect::Gel, &["1"]),
    ("cockroach", Dialect::Cockroach, &["1"]),
    ("mssql", Dialect::MsSql, &["2", "1"]),
];

/// What every snapshot says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Kind {
    version: SmolStr,
    dialect: SmolStr,
    /// 1.0.
    ddl: Option<IgnoredAny>,
    /// 1.0, of a snapshot that holds only what changed.
    deltas: Option<IgnoredAny>,
    /// 0.31.
    tables: Option<IgnoredAny>,
}

/// Reads a snapshot. One of an unknown version is read as far as it looks like a known one. One that holds
/// only what changed is read by [`super::replay`].
pub fn read(text: &str) -> (Snapshot, Option<Damage>) {
    let (mut snapshot, problem) = match kind(text) {
        Ok(found) => found,
        Err(damage) => return (Snapshot { is_partial: true, ..Snapshot::default() }, Some(damage)),
    };
    let read = match snapshot.line {
        DrizzleLine::V1 => ddl::read(text, &mut snapshot),
        DrizzleLine::V0 => legacy::read(text, &mut snapshot),
    };
    snapshot.is_partial |= read.is_err();
    let problem = match read {
        Err(error) => Some(damage(text, &error)),
        Ok(odd) => problem.or_else(|| odd.map(|odd| odd.damage(text))),
    };
    (snapshot, problem)
}

/// What a snapshot says of itself: an empty one, and what is not known of it.
pub(super) fn kind(text: &str) -> Result<(Snapshot, Option<Damage>), Damage> {
    let kind: Kind = serde_json::from_str(text).map_err(|error| damage(text, &error))?;
    let known = VERSIONS.iter().find(|(name, ..)| *name == kind.dialect);
    let unknown = |message: String, key: &str| Damage { range: place_of(text, key), message };
    let is_new = kind.ddl.is_some() || kind.deltas.is_some();
    let problem = match known {
        None if !is_new && kind.tables.is_none() => {
            return Err(unknown("it is no snapshot of drizzle-kit".into(), ""));
        }
        None => Some(unknown(
            format!("`{}` is no dialect of drizzle-kit that is known here", kind.dialect),
            "dialect",
        )),
        Some((_, _, versions)) if !versions.contains(&kind.version.as_str()) => Some(unknown(
            format!("version {} of snapshots for {} is not known here", kind.version, kind.dialect),
            "version",
        )),
        Some(_) => None,
    };
    let snapshot = Snapshot {
        dialect: known.map(|(_, dialect, _)| *dialect),
        line: if is_new { DrizzleLine::V1 } else { DrizzleLine::V0 },
        is_known: problem.is_none(),
        ..Snapshot::default()
    };
    Ok((snapshot, problem))
}

/// A part of a snapshot that is not what it must be: the rest is read.
#[derive(Debug)]
pub(super) struct Odd {
    /// What it is the part of: `public.users`.
    pub(super) key: String,
    /// What is wrong.
    pub(super) message: String,
}

impl Odd {
    pub(super) fn new(key: &str, error: &serde_json::Error) -> Self {
        Self { key: key.to_string(), message: error.to_string() }
    }

    pub(super) fn damage(self, text: &str) -> Damage {
        let message = format!("the snapshot is damaged at `{}`: {}", self.key, self.message);
        Damage { range: place_of(text, &self.key), message }
    }
}

/// The namespace of a table as the rest of the program has it.
pub(super) fn namespace(written: Option<SmolStr>) -> Option<SmolStr> {
    written.filter(|name| !name.is_empty() && name != "public")
}

pub(super) fn damage(text: &str, error: &serde_json::Error) -> Damage {
    let (line, column) = (error.line().max(1), error.column());
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let end = text[at..].chars().next().map_or(at, |letter| at + letter.len_utf8());
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    Damage { range: Range::new(at as u32, end as u32), message: format!("the snapshot is damaged: {said}") }
}

/// The first place of a key with its value; the first line without one.
fn place_of(text: &str, key: &str) -> Range {
    let quoted = format!("\"{key}\"");
    let at = if key.is_empty() { None } else { memchr::memmem::find(text.as_bytes(), quoted.as_bytes()) };
    let start = at.unwrap_or(0);
    let end = text[start..].find(['\n', ',', '}']).map_or(text.len(), |length| start + length);
    Range::new(start as u32, end as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let (snapshot, damage) = read(text);
        assert_eq!(damage, None, "{text}");
        let shown = snapshot.tables.iter().map(|table| {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            let namespace = table.namespace.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
            format!("{namespace}{}({})", table.name, columns.join(", "))
        });
        shown.collect()
    }

    #[test]
    fn snapshots_of_both_lines_are_read() {
        let columns = r#"{ "id": { "name": "id", "type": "text", "primaryKey": true, "notNull": true },
            "at": { "name": "at", "type": "timestamp", "notNull": false } }"#;
        let old = |dialect: &str, version: &str, key: &str, schema: &str| {
            format!(
                r#"{{ "id": "a", "prevId": "b", "version": "{version}", "dialect": "{dialect}",
                "tables": {{ "{key}": {{ "name": "users", {schema} "columns": {columns}, "indexes": {{}} }} }},
                "enums": {{}}, "_meta": {{ "columns": {{}} }} }}"#
            )
        };
        assert_eq!(names(&old("postgresql", "7", "public.users", r#""schema": "","#)), ["users(id, at)"]);
        assert_eq!(names(&old("postgresql", "7", "crm.users", r#""schema": "crm","#)), ["crm.users(id, at)"]);
        assert_eq!(names(&old("pg", "5", "users", r#""schema": "","#)), ["users(id, at)"]);
        for (dialect, version) in [("mysql", "5"), ("sqlite", "6"), ("sqlite", "5"), ("singlestore", "1")] {
            assert_eq!(names(&old(dialect, version, "users", "")), ["users(id, at)"]);
        }
        let new = |dialect: &str, version: &str, schema: &str| {
            format!(
                r#"{{ "id": "a", "prevIds": ["b"], "version": "{version}", "dialect": "{dialect}", "renames": [],
                "ddl": [{{ "entityType": "columns", {schema} "table": "users", "name": "id", "type": "text",
                "notNull": true, "default": null }}, {{ "entityType": "tables", {schema} "name": "users" }},
                {{ "entityType": "pks", {schema} "table": "users", "columns": ["id"], "name": "k" }}] }}"#
            )
        };
        assert_eq!(names(&new("postgres", "8", r#""schema": "public","#)), ["users(id)"]);
        assert_eq!(names(&new("postgres", "8", r#""schema": "crm","#)), ["crm.users(id)"]);
        for (dialect, version) in [("mysql", "6"), ("sqlite", "7"), ("singlestore", "2")] {
            assert_eq!(names(&new(dialect, version, "")), ["users(id)"]);
        }
    }

    #[test]
    fn one_damaged_part_takes_only_itself_away() {
        let old = r#"{ "version": "7", "dialect": "postgresql", "tables": {
            "public.a": { "name": "a", "columns": { "id": { "name": "id", "type": 3 }, "n": { "name": "n", "type": "text" } } },
            "public.b": "what?", "public.c": { "name": "c", "columns": {} } } }"#;
        let (snapshot, damage) = read(old);
        let shown: Vec<_> = snapshot
            .tables
            .iter()
            .map(|table| (table.name.as_str(), table.columns.len(), table.is_partial))
            .collect();
        assert_eq!(shown, [("a", 1, true), ("b", 0, true), ("c", 0, false)]);
        let damage = damage.unwrap();
        assert_eq!(
            damage.message,
            "the snapshot is damaged at `public.a`: invalid type: integer `3`, expected a string"
        );
        assert!(old[damage.range.start as usize..].starts_with("\"public.a\""));
        let new = r#"{ "version": "7", "dialect": "sqlite", "ddl": [
            { "entityType": "tables", "name": "a" }, { "entityType": "tables", "name": "b" },
            { "entityType": "columns", "table": "a", "name": "id", "type": [] }, 7 ] }"#;
        let (snapshot, damage) = read(new);
        let shown: Vec<_> =
            snapshot.tables.iter().map(|table| (table.name.as_str(), table.is_partial)).collect();
        assert_eq!(shown, [("a", true), ("b", false)]);
        assert!(snapshot.is_partial && damage.is_some());
    }

    #[test]
    fn damage_has_a_place_and_the_rest_is_read() {
        let damaged = |text: &str| {
            let (snapshot, damage) = read(text);
            let damage = damage.unwrap();
            let place = &text[damage.range.start as usize..damage.range.end as usize];
            (snapshot.tables.len(), place.to_string(), damage.message)
        };
        let conflict = "{\n<<<<<<< HEAD\n\"id\": 1 }";
        assert_eq!(damaged(conflict).1, "<");
        assert_eq!(damaged(conflict).2, "the snapshot is damaged: key must be a string");
        assert_eq!(damaged("").2, "the snapshot is damaged: EOF while parsing a value");
        assert_eq!(damaged("{}").2, "it is no snapshot of drizzle-kit");
        let future =
            r#"{ "version": "9", "dialect": "postgresql", "tables": { "public.a": { "name": "a" } } }"#;
        let (tables, place, message) = damaged(future);
        assert_eq!((tables, &*place), (1, "\"version\": \"9\""));
        assert_eq!(message, "version 9 of snapshots for postgresql is not known here");
        let other =
            r#"{ "version": "1", "dialect": "oracle", "ddl": [{ "entityType": "tables", "name": "a" }] }"#;
        assert_eq!(damaged(other).0, 1);
        assert_eq!(damaged(other).2, "`oracle` is no dialect of drizzle-kit that is known here");
        // What a table says otherwise than expected takes only that away.
        let odd = r#"{ "version": "7", "dialect": "postgresql", "tables": { "public.a": { "columns": { "id": {} } } } }"#;
        assert_eq!(names(odd), ["a(id)"]);
    }
}
