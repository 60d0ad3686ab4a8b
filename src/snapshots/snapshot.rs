//! One snapshot of drizzle-kit, whichever layout it has.

use serde::Deserialize;
use serde::de::IgnoredAny;
use smol_str::SmolStr;

use super::{ddl, legacy};
use crate::graph::Dialect;
use crate::source::Range;

/// A snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The database; `None` when it is not known.
    pub dialect: Option<Dialect>,
    /// Its tables, in its order.
    pub tables: Vec<Table>,
}

/// A table of a snapshot.
///
/// Keys and indexes are not read yet: who compares them with the schema adds them here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Its namespace; `None` for `public`, or where there are none.
    pub namespace: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// Its columns, in its order.
    pub columns: Vec<Column>,
}

/// A column of a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: SmolStr,
    /// Its type, as drizzle-kit spells it.
    pub sql_type: SmolStr,
    /// `NOT NULL`, as drizzle-kit writes it down: not for every member of a primary key.
    pub not_null: bool,
}

impl Table {
    /// Whether it is the table of that name without a namespace.
    pub fn is(&self, name: &str) -> bool {
        self.namespace.is_none() && self.name == name
    }
}

/// Why a snapshot could not be read, or not whole, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    ("postgres", Dialect::Postgres, &["8"]),
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
    /// 0.31.
    tables: Option<IgnoredAny>,
}

/// Reads a snapshot. One of an unknown version is read as far as it looks like a known one.
pub fn read(text: &str) -> (Snapshot, Option<Damage>) {
    let kind: Kind = match serde_json::from_str(text) {
        Ok(kind) => kind,
        Err(error) => return (Snapshot::default(), Some(damage(text, &error))),
    };
    let known = VERSIONS.iter().find(|(name, ..)| *name == kind.dialect);
    let unknown = |message: String, key: &str| Damage { range: place_of(text, key), message };
    let problem = match known {
        None if kind.ddl.is_none() && kind.tables.is_none() => {
            return (Snapshot::default(), Some(unknown("it is no snapshot of drizzle-kit".into(), "")));
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
    let tables = if kind.ddl.is_some() { ddl::tables(text) } else { legacy::tables(text) };
    let dialect = known.map(|(_, dialect, _)| *dialect);
    match tables {
        Ok(tables) => (Snapshot { dialect, tables }, problem),
        Err(error) => (Snapshot { dialect, tables: Vec::new() }, Some(damage(text, &error))),
    }
}

/// The namespace of a table as the rest of the program has it.
pub(super) fn namespace(written: Option<SmolStr>) -> Option<SmolStr> {
    written.filter(|name| !name.is_empty() && name != "public")
}

fn damage(text: &str, error: &serde_json::Error) -> Damage {
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
