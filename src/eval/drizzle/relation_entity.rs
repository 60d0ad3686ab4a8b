//! What Drizzle's relation functions make.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use super::entity::*;
use crate::eval::value::{Closure, Value};
use crate::graph::{Fact, Unknown};
use crate::source::{FileId, Span};
use crate::syntax::OrderedMap;

/// `relations(table, helpers => ({…}))`.
pub struct Relations {
    /// The table.
    pub table: Value,
    /// The function.
    pub callback: Value,
    /// The call.
    pub at: Span,
    /// The top-level binding that was evaluated when it was made.
    pub binding: (FileId, SmolStr),
}

/// `one(table, {…})` or `many(table, {…})`.
pub struct Relation {
    /// `one`.
    pub one: bool,
    /// The table that it leads to.
    pub target: Value,
    /// The second argument.
    pub config: Value,
    /// The call.
    pub at: Span,
}

/// One call of `defineRelations` and the tables that it was given, by their keys.
pub struct RelationsSchema {
    /// Keys and tables.
    pub tables: OrderedMap<SmolStr, Rc<Table>>,
    /// Keys of what is not known to be a table: Drizzle takes subqueries, too.
    pub others: FxHashSet<SmolStr>,
    /// Why there may be more.
    pub open: Option<Arc<Unknown>>,
    /// It is `defineRelationsPart` with a function: only the tables that the function names have relations.
    pub part: bool,
    /// What the function names.
    pub named: OnceCell<NamedTables>,
}

/// A call of `defineRelations` with a function.
pub struct RelationsCall {
    /// The tables that it was given.
    pub schema: Rc<RelationsSchema>,
    /// The function.
    pub callback: Rc<Closure>,
    /// The call.
    pub at: Span,
}

/// The tables that a call of `defineRelations` names.
pub struct NamedTables {
    /// Their keys, in its order.
    pub keys: Vec<SmolStr>,
    /// Why there may be more.
    pub open: Option<Arc<Unknown>>,
}

/// A table as the helper of `defineRelations` has it.
pub struct RelationsTable {
    /// Its key in the schema.
    pub key: SmolStr,
    /// The table.
    pub table: Rc<Table>,
}

/// A column as the helper of `defineRelations` has it.
pub struct RelationsColumn {
    /// The key of its table.
    pub table_key: SmolStr,
    /// The column.
    pub column: ColumnRef,
    /// What `.through()` was given.
    pub through: Option<Value>,
}

/// `r.one.users({…})`.
pub struct RelationV2 {
    /// The call of `defineRelations` whose helper made it.
    pub call: Rc<RelationsSchema>,
    /// `one`.
    pub one: bool,
    /// The table that it leads to, by its key.
    pub target: SmolStr,
    /// That table, when the schema has it.
    pub table: Fact<Option<Rc<Table>>>,
    /// The argument.
    pub config: Value,
    /// The call.
    pub at: Span,
    /// The top-level binding that was evaluated when it was made.
    pub binding: (FileId, SmolStr),
}
