//! What Drizzle's functions make: the vocabulary between the interpreter and the graph.

use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::relation_entity::*;
use crate::eval::budget::MAX_TEXT;
use crate::eval::unknown;
use crate::eval::value::{Object, Value};
use crate::graph::{Casing, Dialect, DrizzleLine, Fact, LostModifier, Unknown};
use crate::source::{FileId, Span};
use crate::syntax::OrderedMap;

/// Something that Drizzle made.
#[derive(Clone)]
pub enum Entity {
    /// A function that makes tables: `pgTable`, a creator, `schema.table`.
    TableMaker(Rc<TableMaker>),
    /// `pgSchema("billing")`.
    Namespace(Rc<Namespace>),
    /// `pgEnum("status", […])`: a column builder with a name and values.
    Enum(Rc<EnumType>),
    /// `customType({…})`: a column builder.
    CustomType(Rc<CustomType>),
    /// A column under construction; shared, and changed by its modifiers, as in JavaScript.
    Builder(Rc<RefCell<ColumnBuilder>>),
    /// A table or a view.
    Table(Rc<Table>),
    /// A column of a table, by its key.
    Column(ColumnRef),
    /// A part of the third argument of a table.
    Constraint(Rc<RefCell<Constraint>>),
    /// `` sql`…` ``.
    Sql(Rc<Sql>),
    /// `pgView("name", columns?)` before `.as()` or `.existing()`.
    ViewBuilder(Rc<ViewBuilder>),
    /// A query inside a view: the fields that it selects, and the tables that it reads.
    Query(Rc<Query>),
    /// `pgSequence(…)`.
    Sequence(Rc<Sequence>),
    /// `pgRole(…)`.
    Role(Rc<Role>),
    /// `relations(table, …)` of 0.x.
    Relations(Rc<Relations>),
    /// `one(…)` or `many(…)` of 0.x.
    Relation(Rc<Relation>),
    /// `one` and `many` of 0.x, before the call; true for `one`, with the source table.
    RelationHelper(bool),
    /// The helper of `defineRelations`.
    RelationsHelper(Rc<RelationsSchema>),
    /// `r.one` (true) and `r.many` of `defineRelations`.
    RelationsKind(Rc<RelationsSchema>, bool),
    /// `r.one.users` before the call.
    RelationsTarget(Rc<RelationsSchema>, bool, SmolStr),
    /// `r.users` of `defineRelations`.
    RelationsTable(Rc<RelationsTable>),
    /// `r.users.id`, perhaps with `.through(r.members.user_id)`.
    RelationsColumn(Rc<RelationsColumn>),
    /// `r.one.users({…})`.
    RelationV2(Rc<RelationV2>),
    /// `z.enum([…])` and its like: values that enums are made of.
    Options(Rc<Vec<Value>>),
    /// The result of a call that this tool does not follow but that was given this table.
    Wrapped(Rc<Table>, Arc<Unknown>),
}

/// A column, or an index part made of it: `t.email.desc().op("…")`.
#[derive(Clone)]
pub struct ColumnRef {
    /// Its table.
    pub table: Rc<Table>,
    /// Its property key.
    pub key: SmolStr,
    /// What an index adds to it.
    pub order: Order,
}

/// How an index sorts a column.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Order {
    /// `.desc()`.
    pub descending: bool,
    /// `.nullsFirst()`, `.nullsLast()`.
    pub nulls_first: Option<bool>,
    /// `.op("…")`.
    pub operator_class: Option<SmolStr>,
}

/// A function that makes tables.
#[derive(Clone)]
pub struct TableMaker {
    /// Of which database.
    pub dialect: Dialect,
    /// Of which line.
    pub line: DrizzleLine,
    /// In which pgSchema.
    pub namespace: Option<Rc<Namespace>>,
    /// What `pgTableCreator` was given: it turns the name into the SQL name.
    pub rename: Option<Value>,
    /// Casing that belongs to the table itself (1.0, Ponder).
    pub casing: Option<Casing>,
    /// `withRLS`.
    pub row_level_security: bool,
    /// Ponder's `onchainTable`, whose column builders differ.
    pub ponder: bool,
    /// Makes views, not tables.
    pub view: Option<ViewKind>,
}

/// `pgSchema("billing")`.
pub struct Namespace {
    /// Of which database.
    pub dialect: Dialect,
    /// Of which line.
    pub line: DrizzleLine,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Casing of its tables (1.0).
    pub casing: Option<Casing>,
    /// `.existing()`: Drizzle does not create it.
    pub existing: bool,
    /// The call.
    pub at: Span,
    /// The top-level binding that was evaluated when it was made.
    pub binding: (FileId, SmolStr),
}

/// `pgEnum("status", […])`.
pub struct EnumType {
    /// Of which database.
    pub dialect: Dialect,
    /// Of which line.
    pub line: DrizzleLine,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Its pgSchema.
    pub namespace: Option<Fact<SmolStr>>,
    /// The call that made its pgSchema.
    pub namespace_at: Option<Span>,
    /// Its values.
    pub values: Fact<Vec<SmolStr>>,
    /// The call.
    pub at: Span,
    /// The top-level binding that was evaluated when it was made.
    pub binding: (FileId, SmolStr),
}

/// `customType({…})`.
pub struct CustomType {
    /// Of which database.
    pub dialect: Dialect,
    /// Of which line.
    pub line: DrizzleLine,
    /// Its `dataType` function.
    pub data_type: Value,
}

/// A column under construction.
#[derive(Clone)]
pub struct ColumnBuilder {
    /// The file whose names were given their values when it was made.
    pub made_by: Option<FileId>,
    /// Of which database.
    pub dialect: Dialect,
    /// Of which line.
    pub line: DrizzleLine,
    /// The function that made it: `varchar`, `pgEnum`, `customType`.
    pub function: SmolStr,
    /// The name that it was given, when it was given one.
    pub name: Fact<Option<SmolStr>>,
    /// The name that it got from the key of the first table that used it.
    pub settled_name: Option<SmolStr>,
    /// As `getSQLType()` spells it, without the dimensions of 1.0's arrays.
    pub sql_type: Fact<SmolStr>,
    /// `.notNull()` and what implies it.
    pub not_null: bool,
    /// `.primaryKey()`.
    pub primary_key: bool,
    /// `.unique(name?, { nulls })`.
    pub unique: Option<UniqueModifier>,
    /// As Drizzle's `hasDefault`: database defaults and run-time ones.
    pub has_default: bool,
    /// `.default(…)`, `.defaultNow()`, `.defaultRandom()`.
    pub default: Option<Value>,
    /// `$default` and `$defaultFn`.
    pub default_fn: bool,
    /// `$onUpdate` and `$onUpdateFn`.
    pub on_update_fn: bool,
    /// `.generatedAlwaysAs(…)`.
    pub generated: bool,
    /// `always` or `byDefault` of an identity column.
    pub identity: Option<SmolStr>,
    /// `.autoincrement()` and its like.
    pub auto_increment: bool,
    /// `.references(…)`, in order.
    pub references: Vec<Reference>,
    /// Values that the column is limited to.
    pub enum_values: Option<Fact<Vec<SmolStr>>>,
    /// Texts that `$type<…>` allows.
    pub typed: Option<Fact<Vec<SmolStr>>>,
    /// The pgEnum that it is of.
    pub enum_type: Option<Rc<EnumType>>,
    /// Dimensions of the array; 0 when it is none.
    pub dimensions: u32,
    /// Why it may have other modifiers than it seems to have.
    pub tainted: Option<Arc<Unknown>>,
    /// Methods that the repository added to it by `Object.assign`.
    pub methods: Option<Rc<Object>>,
    /// Its modifiers so far, those that change more than types.
    pub modifiers: Vec<(SmolStr, Span)>,
    /// Modifiers that 0.x drops because `.array()` came after them.
    pub lost: Vec<LostModifier>,
    /// The call of the function.
    pub at: Span,
}

/// `.unique(name?, { nulls })`.
#[derive(Clone, Debug)]
pub struct UniqueModifier {
    /// The name, when written.
    pub name: Fact<Option<SmolStr>>,
    /// The name that it got from the first table that used the builder (0.x).
    pub settled_name: Option<SmolStr>,
    /// `{ nulls: "not distinct" }`.
    pub nulls_not_distinct: bool,
    /// The modifier.
    pub at: Span,
}

/// `.references(() => users.id, { onDelete })`.
#[derive(Clone)]
pub struct Reference {
    /// The function that names the column.
    pub target: Value,
    /// The second argument.
    pub options: Value,
    /// The call.
    pub at: Span,
}

/// What a table object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ViewKind {
    /// `CREATE VIEW`.
    View,
    /// `CREATE MATERIALIZED VIEW`.
    Materialized,
}

/// A table or a view.
pub struct Table {
    /// Of which database.
    pub dialect: Dialect,
    /// Of which line.
    pub line: DrizzleLine,
    /// Its pgSchema; `None` without one.
    pub namespace: Option<Fact<SmolStr>>,
    /// The call that made its pgSchema.
    pub namespace_at: Option<Span>,
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Which kind of view it is; `None` for a table.
    pub view: Option<ViewKind>,
    /// A view that Drizzle does not create.
    pub existing: bool,
    /// Its columns by key, in Drizzle's order.
    pub columns: OrderedMap<SmolStr, Column>,
    /// Why there may be more columns.
    pub open: Option<Arc<Unknown>>,
    /// The third argument, not yet evaluated; `None` when the call has only two.
    pub extra: Option<Value>,
    /// `.enableRLS()` or `withRLS`.
    pub row_level_security: Cell<bool>,
    /// A policy outside the table is linked to it.
    pub linked_policy: Cell<bool>,
    /// Made by Ponder.
    pub ponder: bool,
    /// Casing that belongs to the table itself.
    pub casing: Option<Casing>,
    /// The call.
    pub at: Span,
    /// The top-level binding that was evaluated when it was made.
    pub binding: (FileId, SmolStr),
}

/// A column of a table.
pub struct Column {
    /// What it was built from, or why that is not known.
    pub builder: Fact<ColumnBuilder>,
    /// The property, in the table or in the helper that it comes from.
    pub written: Span,
    /// The spread in the table that brought it in.
    pub spread: Option<Span>,
}

/// A part of the third argument of a table.
pub struct Constraint {
    /// The file whose names were given their values, or whose tables were built, when it was made.
    pub made_by: Option<FileId>,
    /// What it is.
    pub kind: ConstraintKind,
    /// Its name, when it was given one.
    pub name: Fact<Option<SmolStr>>,
    /// The calls: `index("…").on(t.a)`.
    pub at: Span,
}

/// The parts that Drizzle knows.
pub enum ConstraintKind {
    /// `index()`, `uniqueIndex()`; without `.on()` Drizzle ignores it.
    Index {
        /// `uniqueIndex`.
        unique: bool,
        /// What `.on()` or `.using()` was given.
        columns: Option<Vec<Value>>,
        /// The method of `.using()`.
        method: Fact<Option<SmolStr>>,
        /// `.where(…)`.
        predicate: Option<Value>,
    },
    /// `unique()`; without `.on()` Drizzle ignores it.
    Unique {
        /// What `.on()` was given.
        columns: Option<Vec<Value>>,
        /// `.nullsNotDistinct()`.
        nulls_not_distinct: bool,
    },
    /// `primaryKey({ columns })`.
    PrimaryKey {
        /// The columns.
        columns: Value,
    },
    /// `foreignKey({ columns, foreignColumns })`.
    ForeignKey {
        /// Its argument, or what the deprecated callback returns.
        config: Value,
        /// `.onDelete(…)`.
        on_delete: Value,
        /// `.onUpdate(…)`.
        on_update: Value,
    },
    /// `check(name, sql)`.
    Check {
        /// The condition.
        condition: Value,
    },
    /// `pgPolicy(name, {…})`.
    Policy {
        /// `.link(table)`, for a policy outside its table.
        table: Option<Value>,
    },
}

/// `` sql`…` ``, as its parts.
#[derive(Default)]
pub struct Sql {
    /// Texts and values in turn.
    pub parts: Vec<SqlPart>,
    /// `.as("alias")`.
    pub alias: Option<SmolStr>,
    /// How many are in one another.
    depth: u32,
    /// How many parts and bytes there are in all of them, each counted wherever it stands.
    size: usize,
}

impl Sql {
    /// Deeper than people write, and than can be walked by functions that call themselves.
    const MOST: u32 = 200;

    /// Those parts, with an alias.
    pub fn new(parts: Vec<SqlPart>, alias: Option<SmolStr>) -> Self {
        let (mut depth, mut size) = (0, 0_usize);
        for part in &parts {
            let more = match part {
                SqlPart::Text(text) | SqlPart::Value(Value::String(text)) => text.len(),
                SqlPart::Value(Value::Entity(Entity::Sql(inner))) => {
                    depth = depth.max(inner.depth + 1);
                    inner.size
                }
                SqlPart::Value(_) => 0,
            };
            size = size.saturating_add(more + 1);
        }
        Self { parts, alias, depth, size }
    }

    /// Those parts as a value; unknown where they are more than can be walked.
    pub fn value(parts: Vec<SqlPart>, at: Span) -> Value {
        let sql = Self::new(parts, None);
        if sql.depth > Self::MOST {
            return unknown("the SQL nests too deep", at);
        }
        if sql.size > MAX_TEXT {
            return unknown("the SQL is too long to be part of a schema", at);
        }
        Value::Entity(Entity::Sql(Rc::new(sql)))
    }
}

/// A part of an `` sql`…` ``.
#[derive(Clone)]
pub enum SqlPart {
    /// Text.
    Text(SmolStr),
    /// A value between the texts.
    Value(Value),
}

/// `pgView("name", columns?)`.
pub struct ViewBuilder {
    /// The maker it came from.
    pub maker: Rc<TableMaker>,
    /// Its SQL name.
    pub name: Value,
    /// Its columns, when written out.
    pub columns: Value,
    /// The call.
    pub at: Span,
}

/// A query: only what a view's columns need of it.
#[derive(Clone)]
pub struct Query {
    /// What `select` was given.
    pub fields: Value,
    /// The table of `from`.
    pub from: Value,
    /// Whether other tables were joined.
    pub joined: bool,
}

/// `pgSequence(name)`.
pub struct Sequence {
    /// Its SQL name.
    pub name: Fact<SmolStr>,
    /// Its pgSchema.
    pub namespace: Option<Fact<SmolStr>>,
    /// The call that made its pgSchema.
    pub namespace_at: Option<Span>,
    /// The call.
    pub at: Span,
    /// The top-level binding that was evaluated when it was made.
    pub binding: (FileId, SmolStr),
}

/// `pgRole(name)`.
pub struct Role {
    /// Its SQL name.
    pub name: Value,
}

impl Table {
    /// The column of that key.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.get(key)
    }
}
