//! Relations, and what Drizzle makes of them.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

use super::{Binding, Bracketed, Fact, SchemaGraph, TableId};
use crate::source::Span;

/// Which interface of Drizzle declares a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationApi {
    /// `relations()`.
    V1,
    /// `defineRelations()`.
    V2,
}

/// A relation that is declared on a table.
#[derive(Debug, Clone)]
pub struct Relation {
    /// By which interface.
    pub api: RelationApi,
    /// The file's name for the declaration.
    pub binding: Binding,
    /// Index into the graph's packages: the nearest package.json above its file.
    pub package: usize,
    /// The table that has it.
    pub table: TableId,
    /// Its name.
    pub name: SmolStr,
    /// `one`; else `many`.
    pub one: bool,
    /// Where it leads; `Ok(None)` when the schema has no such table.
    pub target: Fact<Option<TableId>>,
    /// What Drizzle's schema calls the two tables: the keys of v2, the exported names of v1.
    pub keys: TableKeys,
    /// The columns of this side and of the other, when written.
    pub columns: Option<Fact<ColumnPairs>>,
    /// `relationName` (v1), `alias` (v2).
    pub relation_name: Fact<Option<SmolStr>>,
    /// What Drizzle makes of it.
    pub verdict: Fact<Verdict>,
    /// `through`: the junction (v2).
    pub through: Option<Through>,
    /// Comments that speak of it.
    pub comments: Vec<Span>,
    /// The property.
    pub span: Span,
}

impl Relation {
    /// `one` or `many`.
    pub const fn kind(&self) -> &'static str {
        if self.one { "one" } else { "many" }
    }
}

/// Where relations of a table are declared: a call of `relations()`, or an entry of `defineRelations`.
#[derive(Debug, Clone)]
pub struct RelationSet {
    /// By which interface.
    pub api: RelationApi,
    /// The table.
    pub table: TableId,
    /// The file's name for the declaration.
    pub binding: Binding,
    /// The call.
    pub span: Span,
    /// The object of relations, where it is written out.
    pub entries: Option<Bracketed>,
    /// What its function calls what it is given.
    pub helpers: Helpers,
    /// What the schema of `defineRelations` calls its tables.
    pub keys: Arc<FxHashMap<TableId, SmolStr>>,
}

/// A call of `defineRelations` or `defineRelationsPart`.
#[derive(Debug, Clone)]
pub struct RelationCall {
    /// The call.
    pub span: Span,
    /// The object of tables that its function gives, where it is written out and nothing is spread into it.
    pub entries: Option<Bracketed>,
    /// The tables that have an entry there.
    pub named: Vec<TableId>,
    /// What its function calls what it is given.
    pub helpers: Helpers,
    /// What its schema calls its tables.
    pub keys: Arc<FxHashMap<TableId, SmolStr>>,
}

/// What a function calls the helpers that it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Helpers {
    /// `(r) => …`
    Whole(SmolStr),
    /// `({ one, many: several }) => …`: helper, name, and the place of the name.
    Taken(Vec<(SmolStr, SmolStr, Span)>),
    /// Otherwise, or none.
    Other,
}

impl Helpers {
    /// Whether a name stands for what the function is given.
    pub fn gives(&self, name: &str) -> bool {
        match self {
            Self::Whole(whole) => whole == name,
            Self::Taken(taken) => taken.iter().any(|(_, local, _)| local == name),
            Self::Other => false,
        }
    }
}

/// What a schema calls the tables of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableKeys {
    /// The table that has it.
    pub source: SmolStr,
    /// Where it leads.
    pub target: SmolStr,
}

/// The columns that a relation joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPairs {
    /// `fields`, `from`.
    pub fields: Vec<ColumnRef>,
    /// `references`, `to`.
    pub references: Vec<ColumnRef>,
}

/// A junction, and its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// Its table.
    pub table: TableId,
    /// What each column of `from` is joined with.
    pub source: Vec<ColumnRef>,
    /// What each column of `to` is joined with.
    pub target: Vec<ColumnRef>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ColumnRef {
    /// The table.
    pub table: TableId,
    /// Index into its columns.
    pub column: usize,
}

/// What Drizzle makes of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It joins the columns that it says.
    Written,
    /// It joins those of that other relation, sides swapped.
    From(usize, ColumnPairs),
    /// Drizzle throws.
    Error(RelationError),
}

/// Why Drizzle throws. Numbers are those of other relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationError {
    /// v1: no relation of the other table, or one without columns.
    NoInverse(Option<usize>),
    /// v1: several of the same `relationName`.
    SeveralNamed(Vec<usize>),
    /// v1: several that lead back.
    SeveralBetween(Vec<usize>),
    /// v1: `one()` with a second argument but without `fields`.
    NoFields,
    /// v1: fewer `references` than `fields`, or none.
    FewerReferences {
        /// There are none.
        none: bool,
    },
    /// v1: it leads to a view; without columns when `inferred`.
    View {
        /// The columns are not written.
        inferred: bool,
    },
    /// v2: the helper has no such function.
    NoFunction(SmolStr),
    /// v2: a column has its name.
    NameOfColumn(usize),
    /// v2: `alias: ""`.
    EmptyAlias,
    /// v2: `from: []`.
    EmptyFrom,
    /// v2: `to: []`.
    EmptyTo,
    /// v2: `from` and `to` have different lengths.
    Lengths,
    /// v2: a column of `from` is one of the table of that key.
    ForeignFrom(SmolStr),
    /// v2: a column of `to` is one of the table of that key.
    ForeignTo(SmolStr),
    /// v2: a column of a table instead of one of the helper: `users.id` for `r.users.id`.
    PlainColumn {
        /// It is what `.through()` is given.
        through: bool,
    },
    /// v2: `.through()` on some columns only.
    ThroughSome,
    /// v2: `.through()` of several tables.
    ThroughTables,
    /// v2: only one of `from` and `to`.
    OneSide,
    /// v2: the call says nothing of the other table.
    NoRelations,
    /// v2: no relation of that alias on the other table.
    NoAlias,
    /// v2: several of that alias.
    SeveralAlias(Vec<usize>),
    /// v2: no relation without an alias leads back.
    NoReverse,
    /// v2: several without an alias lead back.
    SeveralReverse(Vec<usize>),
    /// v2: the one that leads back has no columns.
    ReverseWithoutColumns(usize),
}

impl RelationError {
    /// Whether Drizzle throws as soon as the schema is loaded or given to `drizzle()`; else when a query uses the
    /// relation.
    pub const fn is_immediate(&self) -> bool {
        !matches!(
            self,
            Self::NoInverse(_)
                | Self::SeveralNamed(_)
                | Self::SeveralBetween(_)
                | Self::FewerReferences { .. }
                | Self::View { .. }
        )
    }

    /// What Drizzle throws, word for word (1.0.0-rc.5 for v2, 0.45 for v1).
    pub fn text(&self, graph: &SchemaGraph, relation: &Relation) -> String {
        let TableKeys { source, target } = &relation.keys;
        let name = &relation.name;
        let alias = relation.relation_name.as_ref().ok().and_then(Option::as_deref).unwrap_or_default();
        let text = match self {
            Self::NoInverse(_) => {
                return format!("There is not enough information to infer relation \"{source}.{name}\"");
            }
            Self::SeveralNamed(_) => {
                return format!("There are multiple relations with name \"{alias}\" in table \"{target}\"");
            }
            Self::SeveralBetween(_) => {
                let table = graph.table(relation.table);
                let from = table.name.as_ref().unwrap_or(&table.binding.name);
                return format!(
                    "There are multiple relations between \"{target}\" and \"{from}\". Please specify relation name"
                );
            }
            Self::NoFields => return undefined("reduce"),
            Self::FewerReferences { none: true } => return undefined("0"),
            Self::FewerReferences { none: false } => return undefined("table"),
            Self::View { inferred: false } => return undefined("columns"),
            Self::View { inferred: true } => return "Table \"undefined\" not found in schema".into(),
            Self::NoFunction(callee) => return format!("{callee} is not a function"),
            Self::PlainColumn { through: false } => return undefined("through"),
            Self::PlainColumn { through: true } => return undefined("tableName"),
            Self::NameOfColumn(_) => {
                format!("relation name collides with column \"{name}\" of table \"{source}\"")
            }
            Self::EmptyAlias => "\"alias\" cannot be an empty string - omit it if you don't need it".into(),
            Self::EmptyFrom => "\"from\" cannot be empty".into(),
            Self::EmptyTo => "\"to\" cannot be empty".into(),
            Self::Lengths => {
                "\"from\" and \"to\" fields without \"through\" must have the same length".into()
            }
            Self::ForeignFrom(other) => format!(
                "all \"from\" columns must belong to table \"{source}\", found column of table \"{other}\""
            ),
            Self::ForeignTo(other) => format!(
                "all \"to\" columns must belong to table \"{target}\", found column of table \"{other}\""
            ),
            Self::ThroughSome => {
                "\".through(column)\" must be used either on all columns in \"from\" and \"to\" or \
                                  not defined on any of them"
                    .into()
            }
            Self::ThroughTables => {
                "\".through(column)\" must be used on the same table by all columns of the relation".into()
            }
            Self::OneSide => {
                "relation must have either both \"from\" and \"to\" defined, or none of them".into()
            }
            // The last quote is Drizzle's.
            Self::NoRelations => {
                format!("{NOT_ENOUGH}, and no reverse relations of table \"{target}\" were found\"")
            }
            Self::NoAlias => format!(
                "{NOT_ENOUGH}, and there is no reverse relation of table \"{target}\" with alias \"{alias}\""
            ),
            Self::SeveralAlias(found) => {
                let names: Vec<String> =
                    found.iter().map(|other| format!("\"{}\"", graph.relations[*other].name)).collect();
                let names = names.join(", ");
                format!(
                    "{NOT_ENOUGH}, and multiple relations with alias \"{alias}\" found in table \"{target}\": {names}"
                )
            }
            Self::NoReverse => format!(
                "{NOT_ENOUGH}, and no reverse relation of table \"{target}\" with target table \"{source}\" was found"
            ),
            Self::SeveralReverse(_) => format!(
                "{NOT_ENOUGH}, and multiple relations between \"{target}\" and \"{source}\" were found.\nHint: you can \
                 specify \"alias\" on both sides of the relation with the same value"
            ),
            Self::ReverseWithoutColumns(other) => format!(
                "{NOT_ENOUGH}, and reverse relation \"{target}.{}\" does not have \"from\"/\"to\" defined",
                graph.relations[*other].name
            ),
        };
        let kind = if relation.one { "one" } else { "many" };
        format!("relations -> {source}: {{ {name}: r.{kind}.{target}(...) }}: {text}")
    }
}

const NOT_ENOUGH: &str = "not enough data provided to build the relation - \"from\"/\"to\" are not defined";

fn undefined(member: &str) -> String {
    format!("Cannot read properties of undefined (reading '{member}')")
}
