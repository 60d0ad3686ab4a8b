//! Tables, columns, and what stands on them.

use smol_str::SmolStr;
use std::sync::Arc;

use super::{Binding, Bracketed, Casing, ColumnRef, Dialect, DrizzleLine, Fact, Unknown};
use crate::source::Span;

/// A table by its number in [`super::SchemaGraph::tables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u32);

/// A table or a view.
#[derive(Debug, Clone)]
pub struct Table {
    /// The name that the file gives it.
    pub binding: Binding,
    /// The database.
    pub dialect: Dialect,
    /// The line of drizzle-orm.
    pub line: DrizzleLine,
    /// Index into the graph's projects.
    pub project: usize,
    /// Index into the graph's packages: the nearest package.json above its file.
    pub package: usize,
    /// Its pgSchema; `None` for `public`, or where there are none.
    pub namespace: Option<Fact<SmolStr>>,
    /// The call that made its pgSchema.
    pub namespace_at: Option<Span>,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Which kind of view it is.
    pub view: Option<View>,
    /// Its columns, in Drizzle's order.
    pub columns: Vec<Column>,
    /// Why it may have more columns.
    pub columns_open: Option<Arc<Unknown>>,
    /// Table-level primary keys.
    pub primary_keys: Vec<PrimaryKey>,
    /// Table-level unique constraints.
    pub uniques: Vec<Unique>,
    /// Indexes.
    pub indexes: Vec<Index>,
    /// Foreign keys, those at columns first.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Row-level security policies.
    pub policies: Vec<Policy>,
    /// Entries of the third argument that Drizzle ignores.
    pub ignored_extras: Vec<IgnoredExtra>,
    /// Entries of the third argument that stand on a column of another table.
    pub misplaced: Vec<Misplaced>,
    /// How the third argument is written.
    pub third_argument: ThirdArgument,
    /// Why the third argument may say more.
    pub extras_open: Option<Arc<Unknown>>,
    /// Row-level security is on.
    pub row_level_security: bool,
    /// A policy outside the table is linked to it: `pgPolicy(…).link(users)`.
    pub linked_policy: bool,
    /// Made by Ponder's `onchainTable`: Ponder creates it, and knows no foreign keys.
    pub ponder: bool,
    /// Casing that names of columns follow.
    pub casing: Option<Casing>,
    /// The table whose SQL table this object copies.
    pub owner: Option<TableId>,
    /// The projects whose schema files export it: their drizzle-kit creates it.
    pub taken_by: Vec<usize>,
    /// The projects whose schema files export an object that holds it: their drizzle-kit does not see it.
    pub held_by: Vec<usize>,
    /// No drizzle.config creates it, but SQL files of the repository do.
    pub created_by_sql: bool,
    /// drizzle-kit creates nothing for it, whoever exports it: it stands in a `mysqlSchema()`, or in a schema that is
    /// `.existing()`, or it is a draft of a table that a drizzle.config creates.
    pub left_out: bool,
    /// Indexes that SQL of the repository creates, whether or not drizzle-kit knows of them.
    pub sql_indexes: Vec<SqlIndex>,
    /// SQL of the repository makes it a virtual table of SQLite.
    pub is_virtual: bool,
    /// Declared by a package outside the repository (`authUsers` of Supabase).
    pub external: bool,
    /// Comments that speak of the declaration.
    pub comments: Vec<Span>,
    /// The call that makes it.
    pub span: Span,
}

/// An index that SQL creates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlIndex {
    /// Its first columns.
    pub columns: Vec<usize>,
    /// It holds only rows where that column is not null.
    pub required: Option<usize>,
    /// Its name; some have none.
    pub name: Option<SmolStr>,
    /// The file that creates it, relative to the root.
    pub file: Arc<str>,
}

/// How the third argument of a table is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThirdArgument {
    /// Its form.
    pub form: Form,
    /// What its function gives, where that is written out.
    pub entries: Option<Bracketed>,
    /// Whether the call is written for this table alone, so that a change of it concerns no other.
    pub is_own: bool,
    /// The name that the file has for all that `index` comes from: `pg` of `import * as pg from "drizzle-orm/pg-core"`.
    pub namespace: Option<SmolStr>,
    /// The Drizzle of the file takes a list; older ones take an object only.
    pub takes_list: bool,
    /// `index` is a name of the file.
    pub knows_index: bool,
    /// `foreignKey` is a name of the file.
    pub knows_foreign_key: bool,
}

impl ThirdArgument {
    /// A third argument with one entry, where there is none.
    pub fn alone(&self, key: &str, entry: &str) -> String {
        let written = self.entry(key, entry);
        if self.takes_list { format!("(t) => [{written}]") } else { format!("(t) => ({{ {written} }})") }
    }

    /// An entry as it stands there.
    pub fn entry(&self, key: &str, entry: &str) -> String {
        if self.takes_list { entry.to_string() } else { format!("{key}: {entry}") }
    }
}

/// The form of a third argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Form {
    /// There is none.
    #[default]
    Missing,
    /// A function that gives a list, with its parameter.
    List(SmolStr),
    /// A function that gives an object, with its parameter.
    Object(SmolStr),
    /// Something else.
    Other,
}

/// What a view is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Its rows are stored.
    pub materialized: bool,
    /// Drizzle does not create it.
    pub existing: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its property in TypeScript.
    pub key: SmolStr,
    /// What it is, or why that could not be read.
    pub facts: Fact<ColumnFacts>,
    /// Where the table gets it: its own property, or the spread that brings it in.
    pub span: Span,
    /// The property in the helper that it comes from.
    pub helper: Option<Span>,
    /// Comments that speak of it.
    pub comments: Vec<Span>,
}

/// What is known of a column.
#[derive(Debug, Clone)]
pub struct ColumnFacts {
    /// The name it was given, else its key: the name before casing.
    pub name: Fact<SmolStr>,
    /// The name in the database, after casing.
    pub sql_name: Fact<SmolStr>,
    /// It was given no name.
    pub name_from_key: bool,
    /// The function that makes it: `varchar`, `enum`, `customType`.
    pub function: SmolStr,
    /// As `getSQLType()` spells it, arrays with their brackets.
    pub sql_type: Fact<SmolStr>,
    /// As Drizzle sees it: `.notNull()`, `.primaryKey()`, serials, identities.
    pub not_null: bool,
    /// Also true for members of a table-level primary key.
    pub effective_not_null: bool,
    /// `.primaryKey()`.
    pub primary: bool,
    /// `.unique()`.
    pub unique: Option<ColumnUnique>,
    /// Any default, also one at run time.
    pub has_default: bool,
    /// The default.
    pub default: Option<Default>,
    /// `$onUpdate`.
    pub on_update: bool,
    /// `.generatedAlwaysAs()`.
    pub generated: bool,
    /// `always` or `byDefault`.
    pub identity: Option<SmolStr>,
    /// `.autoincrement()`.
    pub auto_increment: bool,
    /// How many dimensions the array has; 0 when it is none.
    pub dimensions: u32,
    /// Values that it is limited to.
    pub enum_values: Option<Fact<Vec<SmolStr>>>,
    /// Texts that its type allows, `$type<"post" | "user">()`: in code, not in the database.
    pub typed: Option<Fact<Vec<SmolStr>>>,
    /// Name and pgSchema of its enum type.
    pub enum_name: Option<(Fact<SmolStr>, Option<Fact<SmolStr>>)>,
    /// The call that made its enum type.
    pub enum_at: Option<Span>,
    /// What 0.x drops because `.array()` follows it, and nothing says again.
    pub lost_modifiers: Vec<LostModifier>,
    /// The call of its function.
    pub builder: Span,
}

/// A modifier that `.array()` drops in 0.x.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostModifier {
    /// Its name: `notNull`.
    pub name: SmolStr,
    /// Its place, from its name on.
    pub span: Span,
    /// The `.array()`.
    pub array: Span,
}

/// `.unique()` at a column.
#[derive(Debug, Clone)]
pub struct ColumnUnique {
    /// The name, written or generated.
    pub name: Fact<SmolStr>,
    /// It was written.
    pub explicit: bool,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// The modifier.
    pub span: Span,
}

/// A default.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// A value, as JSON.
    Value(serde_json::Value),
    /// SQL.
    Sql(String),
    /// A function of run time: no default in the database.
    Function,
    /// Only `$onUpdate`, which also fills in on insert.
    OnUpdate,
    /// There is one in the database, but its value could not be read.
    Unknown,
}

/// A table-level primary key.
#[derive(Debug, Clone)]
pub struct PrimaryKey {
    /// The name, written or generated.
    pub name: Fact<SmolStr>,
    /// It was written.
    pub explicit: bool,
    /// Its columns.
    pub columns: Fact<Vec<usize>>,
    /// The call.
    pub span: Span,
}

/// A table-level unique constraint.
#[derive(Debug, Clone)]
pub struct Unique {
    /// The name, written or generated.
    pub name: Fact<SmolStr>,
    /// It was written.
    pub explicit: bool,
    /// Its columns.
    pub columns: Fact<Vec<usize>>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// The call.
    pub span: Span,
    /// Its entry in the third argument, where that is written out; else the table's call.
    pub entry: Span,
}

/// An index.
#[derive(Debug, Clone)]
pub struct Index {
    /// The name, written or generated; `None` when it has none.
    pub name: Fact<Option<SmolStr>>,
    /// It was written.
    pub explicit: bool,
    /// `uniqueIndex()`.
    pub unique: bool,
    /// Its parts, in order.
    pub parts: Vec<IndexPart>,
    /// `btree`, `gin`, …; `None` where the dialect has no default.
    pub method: Fact<Option<SmolStr>>,
    /// The predicate of a partial index.
    pub predicate: Option<Fact<Predicate>>,
    /// Migrations create it, and no foreign key to its columns before it.
    pub migrated: bool,
    /// The call.
    pub span: Span,
    /// Its entry in the third argument, where that is written out; else the table's call.
    pub entry: Span,
}

/// A part of an index.
#[derive(Debug, Clone)]
pub enum IndexPart {
    /// A column of the table.
    Column {
        /// Index into the table's columns.
        column: usize,
        /// `.desc()`.
        descending: bool,
        /// `.nullsFirst()`, `.nullsLast()`.
        nulls_first: Option<bool>,
        /// `.op()`.
        operator_class: Option<SmolStr>,
    },
    /// SQL, which Drizzle does not look into.
    Expression {
        /// As text.
        sql: String,
        /// The column, when it is no more than a column and its order: `"a" desc nulls last`. The
        /// database indexes the column itself then.
        column: Option<usize>,
    },
    /// A column of another table, which Drizzle does not notice.
    Foreign,
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// The predicate of a partial index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicate {
    /// As text.
    pub sql: String,
    /// The columns, when it says no more than that they are not null.
    pub not_null: Option<Vec<usize>>,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// The name, written or generated.
    pub name: Fact<SmolStr>,
    /// It was written.
    pub explicit: bool,
    /// Its columns.
    pub columns: Fact<Vec<usize>>,
    /// What it refers to.
    pub target: Fact<ForeignKeyTarget>,
    /// What happens when the target row is deleted; `Ok(None)` when nothing is written.
    pub on_delete: Fact<Option<SmolStr>>,
    /// What happens when the target key changes.
    pub on_update: Fact<Option<SmolStr>>,
    /// `.references()`; else `foreignKey()`.
    pub inline: bool,
    /// Comments that speak of it.
    pub comments: Vec<Span>,
    /// The call.
    pub span: Span,
}

/// What a foreign key refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKeyTarget {
    /// The table object that is named, mirror or owner.
    pub table: TableId,
    /// Its columns.
    pub columns: Vec<usize>,
}

/// A check constraint.
#[derive(Debug, Clone)]
pub struct Check {
    /// The name.
    pub name: Fact<Option<SmolStr>>,
    /// The condition, as text.
    pub sql: String,
    /// The call.
    pub span: Span,
}

/// A row-level security policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name.
    pub name: Fact<Option<SmolStr>>,
    /// The call.
    pub span: Span,
}

/// An entry of the third argument that Drizzle ignores.
#[derive(Debug, Clone)]
pub struct IgnoredExtra {
    /// Why Drizzle ignores it.
    pub reason: &'static str,
    /// Its place.
    pub span: Span,
    /// The columns of the table that it names.
    pub columns: Vec<usize>,
    /// The name that a plain object says, and its SQL.
    pub check: Option<(SmolStr, Span)>,
}

/// An index, unique constraint or key of one table on a column of another.
#[derive(Debug, Clone)]
pub struct Misplaced {
    /// What it is: `index`.
    pub kind: &'static str,
    /// The other table's column, the first one.
    pub column: ColumnRef,
    /// Its place.
    pub span: Span,
}

/// An index, unique constraint or key that no table has.
#[derive(Debug, Clone)]
pub struct StrayConstraint {
    /// What it is: `index`.
    pub kind: &'static str,
    /// The table of its columns.
    pub table: TableId,
    /// Its columns.
    pub columns: Vec<usize>,
    /// The name that the file gives it.
    pub binding: Binding,
    /// Its place.
    pub span: Span,
}
