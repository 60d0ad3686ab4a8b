//! What the repository means: one immutable graph of projects, tables, keys, indexes and relations.
//!
//! Rules see this and nothing else. Facts that could not be read are `Err` ([`Fact`]), so that a rule
//! never mistakes "could not read" for "is not there". Nothing here evaluates, reads files or knows
//! SWC; `link` builds the graph, [`json`] writes it down.

mod actions;
mod coverage;
mod dialect;
mod fact;
pub mod json;
mod link;
mod names;
mod subject;
mod table;

pub use actions::effect_of_delete;
pub use coverage::{Coverage, Lacking, Server, coverage, nearest, needs_indexes};
pub use dialect::*;
pub use fact::*;
pub use link::*;
pub use names::GeneratedNames;
pub use table::*;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;
use std::sync::Arc;

use crate::source::{FileId, Sources, Span};

/// The whole schema of a repository.
#[derive(Debug, Default)]
pub struct SchemaGraph {
    /// The files, for texts and positions.
    pub sources: Sources,
    /// Projects, by their place in the repository.
    pub projects: Vec<Project>,
    /// pgSchemas by use, sorted.
    pub namespaces: Vec<Namespace>,
    /// Tables and views, by file and place.
    pub tables: Vec<Table>,
    /// Enums, by file and place.
    pub enums: Vec<EnumType>,
    /// Sequences, by file and place.
    pub sequences: Vec<Sequence>,
    /// Relations, by file and place.
    pub relations: Vec<Relation>,
    /// `relations()` calls, also those that declare none: the table and the name that the file gives it.
    pub relation_sets: Vec<(TableId, Binding)>,
    /// Whether code queries by relations (`db.query.users.findMany`); not known where there is no code beside
    /// schemas.
    pub queries_relations: Option<bool>,
    /// What may be linked: what says so by its type first, by file and place, then what only links name.
    pub linkables: Vec<Linkable>,
    /// Links between tables, by file and place.
    pub links: Vec<Link>,
    /// What could not be read, by file and place, each once.
    pub unreadable: Vec<Unreadable>,
    /// Imports that a table needs and that lead nowhere.
    pub missing_imports: Vec<(Span, SmolStr)>,
    /// Packages that hold tables, or what may be linked.
    pub packages: Vec<Package>,
    /// Comments of the files that declare something: files by path, comments by place.
    pub comments: IndexMap<FileId, Vec<Span>, FxBuildHasher>,
    /// Comments that speak to this program, by file and place.
    pub directives: Vec<Directive>,
    /// Files that are not TypeScript, or not text, with the place and what is wrong.
    pub syntax_errors: Vec<(Span, String)>,
}

/// One drizzle.config, or a package with tables and without one.
#[derive(Debug)]
pub struct Project {
    /// The drizzle.config.
    pub config: Option<FileId>,
    /// The folder of the package.json, relative to the root; empty for the root.
    pub package: Arc<str>,
    /// The database, when it is known.
    pub dialect: Option<Dialect>,
    /// The line of drizzle-orm.
    pub line: DrizzleLine,
    /// `casing` of the drizzle.config (0.45).
    pub casing: Fact<Option<Casing>>,
    /// Where migrations are written, relative to the root.
    pub out: Option<Arc<str>>,
    /// Files that its `schema` names.
    pub schema_files: Vec<FileId>,
    /// Values of `schema` that match no file, with where they stand.
    pub unmatched_schema: Vec<(SmolStr, Span)>,
    /// What drizzle-kit takes of those files.
    pub taken: Taken,
    /// The drizzle.config as a value.
    pub span: Option<Span>,
}

/// What drizzle-kit takes of the files that a drizzle.config names: what they export.
#[derive(Debug, Default)]
pub struct Taken {
    /// Tables, without views.
    pub tables: Vec<TableId>,
    /// Enums, as indexes into the graph's.
    pub enums: Vec<usize>,
    /// Why there may be more.
    pub open: Option<Arc<Unknown>>,
}

/// A package.json.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its folder, relative to the root; empty for the root.
    pub folder: Arc<str>,
    /// Its name, when it has one.
    pub name: Option<SmolStr>,
}

/// A comment that speaks to this program: `// schemalint-ignore …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directive {
    /// The comment.
    pub comment: Span,
    /// The declaration, property or entry that it stands on.
    pub under: Option<Span>,
}

/// What a comment must hold to be a [`Directive`].
pub const DIRECTIVE: &str = "schemalint-ignore";

/// A pgSchema (`public` is not listed): the name decides, not the constant.
#[derive(Debug)]
pub struct Namespace {
    /// The database.
    pub dialect: Dialect,
    /// Its SQL name.
    pub name: SmolStr,
    /// How many tables are in it.
    pub tables: usize,
}

/// An enum type.
#[derive(Debug)]
pub struct EnumType {
    /// The name that the file gives it.
    pub binding: Binding,
    /// The database.
    pub dialect: Dialect,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Its pgSchema.
    pub namespace: Option<Fact<SmolStr>>,
    /// Its values.
    pub values: Fact<Vec<SmolStr>>,
    /// The call.
    pub span: Span,
}

/// A sequence.
#[derive(Debug)]
pub struct Sequence {
    /// The name that the file gives it.
    pub binding: Binding,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Its pgSchema.
    pub namespace: Option<Fact<SmolStr>>,
    /// The call.
    pub span: Span,
}

/// How a file names what it declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The file that declares it.
    pub file: FileId,
    /// The exported name, else the local one; `tables.users` inside an object.
    pub name: SmolStr,
    /// Whether the file exports it.
    pub exported: bool,
    /// Whether it stands inside an object.
    pub nested: bool,
}

/// Which interface of Drizzle declares a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationApi {
    /// `relations()`.
    V1,
    /// `defineRelations()`.
    V2,
}

/// A relation that is declared on a table.
#[derive(Debug)]
pub struct Relation {
    /// By which interface.
    pub api: RelationApi,
    /// The file's name for the declaration.
    pub binding: Binding,
    /// The table that has it.
    pub table: TableId,
    /// Its name.
    pub name: SmolStr,
    /// `one`; else `many`.
    pub one: bool,
    /// Where it leads; `Ok(None)` when the schema has no such table.
    pub target: Fact<Option<TableId>>,
    /// The columns of this side and of the other, when written.
    pub columns: Option<Fact<ColumnPairs>>,
    /// `relationName` (v1), `alias` (v2).
    pub relation_name: Fact<Option<SmolStr>>,
    /// How Drizzle pairs it when the columns are not written.
    pub inferred: Fact<Inferred>,
    /// `through`: the junction (v2).
    pub through: Option<TableId>,
    /// Comments that speak of it.
    pub comments: Vec<Span>,
    /// The property.
    pub span: Span,
}

/// The columns that a relation joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPairs {
    /// `fields`, `from`.
    pub fields: Vec<ColumnRef>,
    /// `references`, `to`.
    pub references: Vec<ColumnRef>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ColumnRef {
    /// The table.
    pub table: TableId,
    /// Index into its columns.
    pub column: usize,
}

/// What Drizzle makes of a relation without columns of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inferred {
    /// It has columns of its own: nothing to infer.
    Written,
    /// Taken from that relation, sides swapped.
    From(usize, ColumnPairs),
    /// Drizzle throws, with that message.
    Error(String),
}

/// Something that a table needs and that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is missing: ``the columns of `users` ``.
    pub subject: String,
    /// Why, and where the reading stopped.
    pub why: Arc<Unknown>,
    /// The table's own place.
    pub span: Span,
    /// The table that has the gap.
    pub table: Option<TableId>,
    /// It is about relations.
    pub of_relations: bool,
}

impl SchemaGraph {
    /// A table by its number.
    ///
    /// # Panics
    /// When the number is not of this graph.
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0 as usize]
    }

    /// The comments inside a place.
    pub fn comments_in(&self, place: Span) -> &[Span] {
        let all = self.comments.get(&place.file).map(Vec::as_slice).unwrap_or_default();
        let first = all.partition_point(|comment| comment.range.start < place.range.start);
        let count = all[first..].partition_point(|comment| comment.range.end <= place.range.end);
        &all[first..first + count]
    }

    /// The table whose SQL table a table object stands for: its owner when it is a mirror, else itself.
    pub fn owner(&self, id: TableId) -> TableId {
        self.table(id).owner.unwrap_or(id)
    }

    /// Tables without views, without those that a package outside declares.
    pub fn own_tables(&self) -> impl Iterator<Item = (TableId, &Table)> {
        let numbered = self.tables.iter().enumerate();
        numbered
            .map(|(index, table)| (TableId(index as u32), table))
            .filter(|(_, table)| table.view.is_none() && !table.external)
    }
}
