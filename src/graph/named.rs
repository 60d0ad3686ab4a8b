//! Everything that has a name in the database, and among what the name has to be the only one.

use smol_str::SmolStr;
use std::borrow::Cow;

use super::{Column, Dialect, DrizzleLine, EnumType, Fact, SchemaGraph, Sequence, Table, TableId};
use crate::source::Span;

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedKind {
    /// A table.
    Table,
    /// A view, stored or not.
    View,
    /// An enum type.
    Enum,
    /// A sequence.
    Sequence,
    /// A column.
    Column,
    /// A primary key of the third argument.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// An index, unique or not.
    Index,
    /// A foreign key.
    ForeignKey,
    /// A check constraint.
    Check,
    /// A row-level security policy.
    Policy,
}

impl NamedKind {
    /// What it is called in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Enum => "enum",
            Self::Sequence => "sequence",
            Self::Column => "column",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::Index => "index",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
            Self::Policy => "policy",
        }
    }
}

/// Something that has a name in the database.
#[derive(Debug, Clone)]
pub struct Named<'g> {
    /// What it is.
    pub kind: NamedKind,
    /// Its name.
    pub name: &'g str,
    /// The name is written; else drizzle-kit generates it.
    pub explicit: bool,
    /// Its pgSchema; empty for `public`.
    pub namespace: &'g str,
    /// The table that it is, or that it belongs to.
    pub table: Option<TableId>,
    /// The columns that it stands on, where they are known.
    pub columns: &'g [usize],
    /// Where it is written: in the table, or in a helper.
    pub written: Span,
    /// Where the table has it, when that is elsewhere.
    pub place: Span,
    /// The database.
    pub database: Dialect,
    /// The line of Drizzle.
    pub line: DrizzleLine,
}

/// Among what a name has to be the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope<'g> {
    /// Tables of a pgSchema, and what shares their names.
    Relations(&'g str),
    /// Types of a pgSchema: enums, and the row types of tables.
    Types(&'g str),
    /// Things of one kind in the whole database.
    Database(NamedKind),
    /// Constraints of one table.
    Constraints(TableId),
    /// Things of one kind in one table; unique constraints may count as indexes.
    Own(TableId, NamedKind),
}

/// The most that a name may be long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameLimit {
    /// So many bytes; what is longer is cut off.
    CutAfter(usize),
    /// So many characters; what is longer is refused.
    RefusedAfter(usize),
}

impl NameLimit {
    /// The limit of a database; `None` where there is none to speak of, or none that is known.
    pub const fn of(dialect: Dialect) -> Option<Self> {
        match dialect {
            Dialect::Postgres => Some(Self::CutAfter(63)),
            Dialect::MySql | Dialect::SingleStore => Some(Self::RefusedAfter(64)),
            Dialect::MsSql => Some(Self::RefusedAfter(128)),
            Dialect::Sqlite | Dialect::Cockroach | Dialect::Gel => None,
        }
    }

    /// How long a name is, when that is too long.
    pub fn exceeded_by(self, name: &str) -> Option<usize> {
        let (length, most) = match self {
            Self::CutAfter(most) => (name.len(), most),
            Self::RefusedAfter(most) => (name.encode_utf16().count(), most),
        };
        (length > most).then_some(length)
    }

    /// What the database makes of a name: PostgreSQL cuts between characters (`pg_mbcliplen`).
    pub fn kept(self, name: &str) -> &str {
        match self {
            Self::CutAfter(most) if name.len() > most => {
                let end = (0..=most).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
                &name[..end]
            }
            _ => name,
        }
    }
}

impl<'g> Named<'g> {
    /// Among what the name has to be the only one.
    pub fn scopes(&self) -> [Option<Scope<'g>>; 2] {
        use NamedKind::{Check, Column, Enum, ForeignKey, Index, Policy, PrimaryKey, Sequence, Unique, View};
        let relations = Some(Scope::Relations(self.namespace));
        let own = |kind| self.table.map(|table| Scope::Own(table, kind));
        let constraints = self.table.map(Scope::Constraints);
        let database = |kind| Some(Scope::Database(kind));
        match (self.database, self.kind) {
            (Dialect::Gel, _) => [None, None],
            (_, Column | Policy) => [own(self.kind), None],
            (Dialect::Postgres, NamedKind::Table | View) => [relations, Some(Scope::Types(self.namespace))],
            // 1.0 lets PostgreSQL find a name for what was given none.
            (Dialect::Postgres, Unique) if self.is_named_by_database() => [constraints, None],
            (Dialect::Postgres, Enum) => [Some(Scope::Types(self.namespace)), None],
            // Each is an index, too.
            (Dialect::Postgres, Unique | PrimaryKey) => [relations, constraints],
            (Dialect::Cockroach, Unique | PrimaryKey) => [own(Index), constraints],
            (Dialect::Postgres | Dialect::Cockroach, ForeignKey | Check) => [constraints, None],
            (Dialect::MySql | Dialect::SingleStore | Dialect::Sqlite, PrimaryKey) => [None, None],
            (Dialect::MySql | Dialect::SingleStore, Unique) => [own(Index), None],
            (Dialect::MySql | Dialect::SingleStore, ForeignKey | Check) => [database(self.kind), None],
            // 1.0 writes constraints into the table, whose names SQLite ignores; 0.31 makes indexes.
            (Dialect::Sqlite, Unique) if self.line == DrizzleLine::V1 => [own(Unique), None],
            (Dialect::Sqlite, ForeignKey | Check) => [own(self.kind), None],
            (Dialect::MsSql, Unique) => [relations, own(Index)],
            (Dialect::MySql | Dialect::SingleStore | Dialect::Cockroach | Dialect::MsSql, Index) => {
                [own(Index), None]
            }
            (
                _,
                NamedKind::Table | View | Enum | Sequence | PrimaryKey | Unique | Index | ForeignKey | Check,
            ) => [relations, None],
        }
    }

    /// The name is not written into migrations: 1.0 writes `UNIQUE` or `PRIMARY KEY` beside the column.
    pub fn is_named_by_database(&self) -> bool {
        let may_be = matches!(self.kind, NamedKind::Unique | NamedKind::PrimaryKey);
        let finds_one = matches!(self.database, Dialect::Postgres | Dialect::Cockroach);
        may_be && finds_one && self.line == DrizzleLine::V1 && !self.explicit && self.columns.len() < 2
    }

    /// The name as the database compares it.
    pub fn folded(&self) -> Cow<'g, str> {
        let is_relation = matches!(self.kind, NamedKind::Table | NamedKind::View);
        match self.database {
            Dialect::Sqlite => Cow::Owned(self.name.to_ascii_lowercase()),
            // Whether tables of MySQL differ by case alone depends on the server.
            Dialect::MySql | Dialect::SingleStore if !is_relation => Cow::Owned(self.name.to_lowercase()),
            _ => Cow::Borrowed(self.name),
        }
    }

    /// What a finding about it is keyed by: `orders.orders_user_id_fk`.
    pub fn subject(&self, graph: &SchemaGraph) -> String {
        let table = self.table.map(|table| graph.table(table).display_name());
        match (table, self.kind) {
            (Some(table), NamedKind::Table | NamedKind::View) => table,
            (Some(table), _) => format!("{table}.{}", self.name),
            (None, _) if self.namespace.is_empty() => self.name.to_string(),
            (None, _) => format!("{}.{}", self.namespace, self.name),
        }
    }
}

impl SchemaGraph {
    /// A table or a view itself, when its name is known.
    pub fn named_table(&self, id: TableId) -> Option<Named<'_>> {
        let table = self.table(id);
        let kind = if table.view.is_some() { NamedKind::View } else { NamedKind::Table };
        Some(Named {
            kind,
            name: table.name.as_ref().ok()?,
            explicit: true,
            namespace: namespace(&table.namespace)?,
            table: Some(id),
            columns: &[],
            written: table.span,
            place: table.span,
            database: table.dialect,
            line: table.line,
        })
    }

    /// What belongs to a table and has a name that is known, in the order in which it is declared.
    pub fn named_in(&self, id: TableId) -> Vec<Named<'_>> {
        let table = self.table(id);
        let Some(of_table) = self.named_table(id) else { return Vec::new() };
        let mut found =
            Vec::with_capacity(table.columns.len() + table.foreign_keys.len() + table.indexes.len());
        let mut add = |kind, name, explicit, columns, (written, place)| {
            found.push(Named { kind, name, explicit, columns, written, place, ..of_table.clone() });
        };
        for column in &table.columns {
            let Ok(facts) = &column.facts else { continue };
            let written = column.helper.unwrap_or(column.span);
            if let Ok(name) = &facts.sql_name {
                add(NamedKind::Column, name, !facts.name_from_key, &[][..], (written, column.span));
            }
            if let Some(unique) = &facts.unique
                && let Ok(name) = &unique.name
            {
                let places = (unique.span, at_column(table, column, unique.span));
                add(NamedKind::Unique, name, unique.explicit, &[], places);
            }
        }
        let own = |span: Span| (span, if table.span.contains(span) { span } else { table.span });
        for key in &table.primary_keys {
            if let Ok(name) = &key.name {
                add(NamedKind::PrimaryKey, name, key.explicit, known(&key.columns), own(key.span));
            }
        }
        for unique in &table.uniques {
            if let Ok(name) = &unique.name {
                add(NamedKind::Unique, name, unique.explicit, known(&unique.columns), own(unique.span));
            }
        }
        for index in &table.indexes {
            if let Ok(Some(name)) = &index.name {
                add(NamedKind::Index, name, index.explicit, &[], own(index.span));
            }
        }
        for key in &table.foreign_keys {
            if let Ok(name) = &key.name {
                let places = (key.span, table.place_of(key));
                add(NamedKind::ForeignKey, name, key.explicit, known(&key.columns), places);
            }
        }
        for check in &table.checks {
            if let Ok(Some(name)) = &check.name {
                add(NamedKind::Check, name, true, &[], own(check.span));
            }
        }
        for policy in &table.policies {
            if let Ok(Some(name)) = &policy.name {
                add(NamedKind::Policy, name, true, &[], own(policy.span));
            }
        }
        // What could not be read has an empty name in some places.
        found.retain(|named| !named.name.is_empty());
        found
    }
}

impl EnumType {
    /// The enum as something that has a name, when that is known.
    pub fn named(&self, line: DrizzleLine) -> Option<Named<'_>> {
        let (name, namespace) = (self.name.as_ref().ok()?, namespace(&self.namespace)?);
        Some(alone(NamedKind::Enum, name, namespace, (self.dialect, line), self.span))
    }
}

impl Sequence {
    /// The sequence as something that has a name, when that is known.
    pub fn named(&self, dialect: Dialect, line: DrizzleLine) -> Option<Named<'_>> {
        let (name, namespace) = (self.name.as_ref().ok()?, namespace(&self.namespace)?);
        Some(alone(NamedKind::Sequence, name, namespace, (dialect, line), self.span))
    }
}

fn alone<'g>(
    kind: NamedKind,
    name: &'g str,
    namespace: &'g str,
    (database, line): (Dialect, DrizzleLine),
    span: Span,
) -> Named<'g> {
    Named {
        kind,
        name,
        explicit: true,
        namespace,
        table: None,
        columns: &[],
        written: span,
        place: span,
        database,
        line,
    }
}

/// The name of a pgSchema; empty without one, `None` when it is not known.
fn namespace(namespace: &Option<Fact<SmolStr>>) -> Option<&str> {
    match namespace {
        None => Some(""),
        Some(Ok(name)) => Some(name),
        Some(Err(_)) => None,
    }
}

fn known(columns: &Fact<Vec<usize>>) -> &[usize] {
    columns.as_ref().map(Vec::as_slice).unwrap_or_default()
}

fn at_column(table: &Table, column: &Column, span: Span) -> Span {
    if table.span.contains(span) { span } else { column.span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_cuts_between_characters() {
        let limit = NameLimit::CutAfter(63);
        let ascii = "a".repeat(62);
        assert_eq!(limit.kept(&format!("{ascii}ö")), ascii);
        assert_eq!(limit.exceeded_by(&format!("{ascii}ö")), Some(64));
        assert_eq!(limit.kept(&format!("{ascii}b")), format!("{ascii}b"));
        assert_eq!(limit.exceeded_by(&format!("{ascii}b")), None);
        // MySQL counts characters, and refuses.
        let limit = NameLimit::RefusedAfter(64);
        assert_eq!(limit.exceeded_by(&"ö".repeat(64)), None);
        assert_eq!(limit.exceeded_by(&"ö".repeat(65)), Some(65));
    }
}
