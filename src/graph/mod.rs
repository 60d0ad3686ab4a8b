//! What the repository means: one immutable graph of projects, tables, keys, indexes and relations.
//!
//! Rules see this and nothing else. Facts that could not be read are `Err` ([`Fact`]), so that a rule
//! never mistakes "could not read" for "is not there". Nothing here evaluates, reads files or knows
//! SWC; `link` builds the graph, [`json`] writes it down.

mod actions;
mod between;
mod bracketed;
mod contradiction;
mod coverage;
mod created;
mod declared;
mod dialect;
mod exports;
mod fact;
mod following;
pub mod json;
mod key_types;
mod link;
mod loads;
mod named;
mod names;
mod reference;
mod relation;
mod relation_index;
mod spread;
mod subject;
mod table;
mod uniqueness;

pub use actions::{Event, effect_of_delete, first_argument};
pub use between::{KeysBetween, KnownKey};
pub use bracketed::{Bracketed, Imported, Imports, Lead};
pub use contradiction::Contradiction;
pub use coverage::{Coverage, Lacking, Server, Servers, coverage, nearest, needs_indexes};
pub use created::Created;
pub use dialect::*;
pub use exports::{Entity, Kind, Unexported};
pub use fact::*;
pub use following::{Follows, KeyPair, KeyRelations, is_unique, pairs_of};
pub use key_types::{TypeClash, type_clash};
pub use link::*;
pub use loads::{Loaded, Loads};
pub use named::*;
pub use names::GeneratedNames;
pub use reference::Reference;
pub use relation::*;
pub use relation_index::RelationIndex;
pub use spread::{WrittenColumn, written_columns};
pub use subject::head_of;
pub use table::*;
pub use uniqueness::Uniqueness;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;
use std::sync::Arc;

use crate::source::{FileId, Sources, Span};

/// The whole schema of a repository.
#[derive(Debug, Clone, Default)]
pub struct SchemaGraph {
    /// The files, for texts and positions.
    pub sources: Sources,
    /// Projects, by their place in the repository.
    pub projects: Vec<Project>,
    /// pgSchemas by use, sorted.
    pub namespaces: Vec<Namespace>,
    /// Tables and views, by file and place. A graph that is made from another shares what is the same in both.
    pub tables: Vec<Arc<Table>>,
    /// pgSchemas as they are declared, by file and place.
    pub schemas: Vec<Schema>,
    /// Enums, by file and place.
    pub enums: Vec<EnumType>,
    /// Sequences, by file and place.
    pub sequences: Vec<Sequence>,
    /// Indexes, unique constraints and keys that no table has, by file and place.
    pub stray_constraints: Vec<StrayConstraint>,
    /// What SQL files create of that which no drizzle.config does.
    pub created_in_sql: Vec<Entity>,
    /// Relations, by file and place.
    pub relations: Vec<Relation>,
    /// Where relations are declared, also where none are yet.
    pub relation_sets: Vec<RelationSet>,
    /// The calls of `defineRelations` and `defineRelationsPart`.
    pub relation_calls: Vec<RelationCall>,
    /// Whether code queries by relations (`db.query.users.findMany`); not known where there is no code beside
    /// schemas, and not asked where there are no relations.
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
    /// What the files that declare tables or relations import.
    pub imports: FxHashMap<FileId, Arc<Imports>>,
    /// What those files load when they run.
    pub loads: Arc<Loads>,
    /// Import cycles in which a file reads what does not have its value yet, by file and place.
    pub eager_cycles: Vec<EagerCycle>,
    /// Comments of the files that declare something: files by path, comments by place.
    pub comments: IndexMap<FileId, Vec<Span>, FxBuildHasher>,
    /// Comments that speak to this program, by file and place.
    pub directives: Vec<Directive>,
    /// Files that are not TypeScript, or not text, with the place and what is wrong.
    pub syntax_errors: Vec<(Span, String)>,
}

/// One drizzle.config, or a package with tables and without one.
#[derive(Debug, Clone)]
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
    /// It has no drizzle.config, but SQL files of the repository create tables of it.
    pub created_by_sql: bool,
    /// Files that its `schema` names.
    pub schema_files: Vec<FileId>,
    /// What its schema files export more than once.
    pub exported_again: Vec<ExportedAgain>,
    /// Values of `schema` that match no file, with where they stand.
    pub unmatched_schema: Vec<(SmolStr, Span)>,
    /// Why its schema files may be more, or export more, than is known.
    pub schema_open: Option<Arc<Unknown>>,
    /// What drizzle-kit takes of those files.
    pub taken: Taken,
    /// The drizzle.config as a value.
    pub span: Option<Span>,
}

/// What drizzle-kit takes of the files that a drizzle.config names: what they export.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Tables, without views.
    pub tables: Vec<TableId>,
    /// Enums, as indexes into the graph's.
    pub enums: Vec<usize>,
    /// Why there may be more.
    pub open: Option<Arc<Unknown>>,
}

/// A file of an import cycle that, while it is loaded, reads what a file declares which has not run yet.
#[derive(Debug, Clone)]
pub struct EagerCycle {
    /// The name that is read.
    pub name: SmolStr,
    /// Where.
    pub read: Span,
    /// Where the name is declared.
    pub declared: Span,
    /// The imports that lead from the file which waits to the one that reads, and back; with what each loads.
    pub imports: Vec<(Span, FileId)>,
    /// The import of the declaring file, where it comes only after those.
    pub later: Option<Span>,
    /// The file that is loaded first.
    pub first: FileId,
    /// The project whose drizzle-kit loads it first.
    pub kit: Option<usize>,
}

/// A table, a view, an enum or a sequence that schema files export more than once: `export *` beside the file itself, or an alias.
#[derive(Debug, Clone)]
pub struct ExportedAgain {
    /// Where it is at home.
    pub first: ExportPlace,
    /// Where it is exported once more.
    pub again: ExportPlace,
}

/// Where a file exports something.
#[derive(Debug, Clone)]
pub struct ExportPlace {
    /// The declaration, or what passes it on.
    pub span: Span,
    /// Under which name.
    pub name: SmolStr,
    /// The file declares it.
    pub declares: bool,
}

/// A package.json.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its folder, relative to the root; empty for the root.
    pub folder: Arc<str>,
    /// Its name, when it has one.
    pub name: Option<SmolStr>,
    /// Code queries by relations, but none that depends on this package.
    pub unqueried: bool,
    /// Nothing says which line of drizzle-orm it uses: 0.x is taken for granted.
    pub line_is_guessed: bool,
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
#[derive(Debug, Clone)]
pub struct Namespace {
    /// The database.
    pub dialect: Dialect,
    /// Its SQL name.
    pub name: SmolStr,
    /// How many tables are in it.
    pub tables: usize,
}

/// A pgSchema as it is declared.
#[derive(Debug, Clone)]
pub struct Schema {
    /// The name that the file gives it; `None` when it has none.
    pub binding: Option<Binding>,
    /// The database.
    pub dialect: Dialect,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// `.existing()`: Drizzle does not create it.
    pub existing: bool,
    /// The projects whose schema files export it.
    pub taken_by: Vec<usize>,
    /// The call.
    pub span: Span,
}

/// An enum type.
#[derive(Debug, Clone)]
pub struct EnumType {
    /// The name that the file gives it.
    pub binding: Binding,
    /// The database.
    pub dialect: Dialect,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Its pgSchema.
    pub namespace: Option<Fact<SmolStr>>,
    /// The call that made its pgSchema.
    pub namespace_at: Option<Span>,
    /// Its values.
    pub values: Fact<Vec<SmolStr>>,
    /// The projects whose schema files export it.
    pub taken_by: Vec<usize>,
    /// The call.
    pub span: Span,
}

/// A sequence.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// The name that the file gives it.
    pub binding: Binding,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Its pgSchema.
    pub namespace: Option<Fact<SmolStr>>,
    /// The call that made its pgSchema.
    pub namespace_at: Option<Span>,
    /// The projects whose schema files export it.
    pub taken_by: Vec<usize>,
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
            .map(|(index, table)| (TableId(index as u32), &**table))
            .filter(|(_, table)| table.view.is_none() && !table.external)
    }

    /// The table of that number, to be changed here and not in other graphs that have it.
    pub fn table_mut(&mut self, index: usize) -> &mut Table {
        Arc::make_mut(&mut self.tables[index])
    }
}
