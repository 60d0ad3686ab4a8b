//! Polymorphic references: an id whose table another column names.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::OnceCell;

use super::names::{Named, Names, spellings};
use super::tags::{PolymorphicTag, Tag, polymorphic, tag};
use crate::config;
use crate::graph::{Casing, Column, ColumnFacts, Default, SchemaGraph, Table, TableId};
use crate::source::Span;

/// An id column and the discriminator that says which table it means.
#[derive(Debug)]
pub struct PolymorphicReference {
    /// The table that has both.
    pub table: TableId,
    /// The id column.
    pub id: usize,
    /// The column that says which table it means.
    pub discriminator: usize,
    /// What the discriminator is limited to; `None` when any text fits, or when that is not known.
    pub values: Option<Vec<Target>>,
    /// Only a type that is not read, `$type<Kind>()`, says what it is limited to.
    pub has_unread_type: bool,
    /// The `@polymorphic` tag.
    pub tag: Option<(Tag, PolymorphicTag)>,
    /// The config says which tables it may mean.
    pub is_configured: bool,
    /// The pair of the config that names it, by its index.
    pub pair: Option<usize>,
}

/// A value of the discriminator, and the table that bears its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As the database stores it.
    pub value: SmolStr,
    /// The table of that name, when there is exactly one.
    pub table: Option<TableId>,
}

/// Polymorphic references, and what the config says that leads nowhere.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By table and column.
    pub references: Vec<PolymorphicReference>,
    /// Pairs that are none: the place and what is wrong there.
    pub dangling: Vec<(Span, String)>,
}

/// Finds them, by table and column.
pub(super) fn find(graph: &SchemaGraph, names: &Names, config: &config::Polymorphic) -> Found {
    let mut found = Found::default();
    let keys = OnceCell::new();
    let may_decide = |column: &Column| {
        may_name_a_table(column)
            && (!config.pairs.is_empty() || {
                let name = Casing::Snake.apply(column.display_name());
                config.discriminator_suffixes.iter().any(|end| name.ends_with(end.as_str()))
            })
    };
    for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        if !table.columns.iter().any(may_decide) {
            continue;
        }
        let snake: Vec<String> =
            table.columns.iter().map(|column| Casing::Snake.apply(column.display_name())).collect();
        for discriminator in 0..table.columns.len() {
            if !may_name_a_table(&table.columns[discriminator]) {
                continue;
            }
            for candidate in candidates(config, table, &snake, discriminator) {
                let column = candidate.id;
                if column == discriminator || !may_refer(table, column) {
                    continue;
                }
                let comments = [&table.columns[column], &table.columns[discriminator]]
                    .into_iter()
                    .flat_map(|column| column.comments.iter().copied());
                let tag = tag(&graph.sources, &comments.collect::<Vec<_>>(), "polymorphic");
                let tag = tag.map(|tag| (polymorphic(&tag.text), tag)).map(|(read, tag)| (tag, read));
                let certain = tag.is_some() || candidate.by_config.is_some();
                let reference = PolymorphicReference {
                    table: id,
                    id: column,
                    discriminator,
                    values: values(graph, names, id, &table.columns[discriminator]),
                    has_unread_type: has_unread_type(&table.columns[discriminator]),
                    tag,
                    is_configured: candidate
                        .by_config
                        .is_some_and(|pair| config.pairs[pair].targets.is_some()),
                    pair: candidate.by_config,
                };
                let keys = || keys.get_or_init(|| own_keys(graph));
                if certain || is_polymorphic(graph, names, &reference, &candidate, keys) {
                    found.references.push(reference);
                }
            }
        }
    }
    for (index, pair) in config.pairs.iter().enumerate() {
        if !found.references.iter().any(|reference| reference.pair == Some(index)) {
            let message = format!("no table has an id `{}` with a `{}`", *pair.id, *pair.discriminator);
            found.dangling.push((pair.id.span, message));
        }
    }
    found
}

/// An id column that a discriminator may belong to.
struct Candidate<'s> {
    id: usize,
    /// The name of the discriminator without its ending.
    stem: &'s str,
    /// The ending says that it names a table: `_table`, `_entity`.
    names_table: bool,
    /// The pair of the config that names it.
    by_config: Option<usize>,
}

fn candidates<'s>(
    config: &config::Polymorphic,
    table: &Table,
    snake: &'s [String],
    discriminator: usize,
) -> Vec<Candidate<'s>> {
    let all = || 0..table.columns.len();
    let pairs = config.pairs.iter().enumerate();
    let mut pairs = pairs.filter(|(_, pair)| is_named(&pair.discriminator, table, discriminator));
    let configured = pairs.find_map(|(index, pair)| {
        let id = all().find(|column| is_named(&pair.id, table, *column))?;
        Some(Candidate { id, stem: "", names_table: false, by_config: Some(index) })
    });
    if let Some(candidate) = configured {
        return vec![candidate];
    }
    let named = &snake[discriminator];
    let stems =
        config.discriminator_suffixes.iter().filter_map(|end| Some((named.strip_suffix(end.as_str())?, end)));
    for (stem, end) in stems.filter(|(stem, _)| !stem.is_empty()) {
        let names_table = matches!(end.as_str(), "_table" | "_entity");
        let candidate = |id| Candidate { id, stem, names_table, by_config: None };
        let ids = |of: &dyn Fn(&str) -> bool| -> Vec<Candidate<'s>> {
            let is_id = |column: &usize| {
                config.id_suffixes.iter().any(|end| snake[*column].strip_suffix(end.as_str()).is_some_and(of))
            };
            all().filter(is_id).map(candidate).collect()
        };
        let same = ids(&|of| of == stem);
        if !same.is_empty() {
            return same;
        }
        // `parent_resource_id` and `child_resource_id` beside one `resource_type`.
        if is_open(stem) {
            let longer = ids(&|of| of.strip_suffix(stem).is_some_and(|rest| rest.ends_with('_')));
            if !longer.is_empty() {
                return longer;
            }
        }
    }
    Vec::new()
}

/// The names of columns that are the own key of a table, by project, with the table.
type OwnKeys = FxHashMap<(usize, String), TableId>;

fn own_keys(graph: &SchemaGraph) -> OwnKeys {
    let mut keys = OwnKeys::default();
    for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        let primary = table.primary_key_columns();
        for (index, column) in table.columns.iter().enumerate() {
            let name = column.display_name();
            // `id` is everybody's.
            if (primary == [index] || is_numbered(column))
                && name.len() > 2
                && !table.may_be_foreign_key(index)
            {
                let name = Casing::Snake.apply(name);
                if name.contains('_') {
                    keys.entry((table.project, name)).or_insert(id);
                }
            }
        }
    }
    keys
}

/// `subject_id` where another table's own key is `subject_id`: the tables have prefixes that their keys do not
/// have, and it means a row of that one.
fn is_key_elsewhere(graph: &SchemaGraph, reference: &PolymorphicReference, keys: &OwnKeys) -> bool {
    let holder = graph.table(reference.table);
    let name = Casing::Snake.apply(holder.columns[reference.id].display_name());
    let mut rest = name.as_str();
    loop {
        let key = (holder.project, rest.to_string());
        match (keys.get(&key), rest.split_once('_')) {
            (Some(table), _) if *table != reference.table => return true,
            (_, Some((_, shorter))) => rest = shorter,
            (_, None) => return false,
        }
    }
}

/// What the database counts up is a key of its own.
fn is_numbered(column: &Column) -> bool {
    column.facts.as_ref().is_ok_and(|facts| {
        facts.auto_increment || facts.identity.is_some() || facts.function.ends_with("serial")
    })
}

/// Not the table's own key, nor numbered by the database, nor under a foreign key.
fn may_refer(table: &Table, column: usize) -> bool {
    let numbered = is_numbered(&table.columns[column]);
    !numbered && table.primary_key_columns() != [column] && !table.may_be_foreign_key(column)
}

/// A pair of the config names a column alone, or with its table.
fn is_named(written: &str, table: &Table, column: usize) -> bool {
    let facts = &table.columns[column];
    let (owner, name) = written.rsplit_once('.').unwrap_or(("", written));
    let is_column = facts.display_name() == name || facts.key == name;
    is_column && (owner.is_empty() || spellings(table).iter().any(|spelled| spelled == owner))
}

/// Text, enums and small numbers can; flags, dates and documents cannot.
fn may_name_a_table(column: &Column) -> bool {
    let Ok(ColumnFacts { sql_type: Ok(sql_type), enum_name, dimensions: 0, .. }) = &column.facts else {
        return false;
    };
    let head = sql_type.split(['(', ' ']).next().unwrap_or_default();
    enum_name.is_some()
        || matches!(
            head,
            "text"
                | "varchar"
                | "char"
                | "character"
                | "enum"
                | "tinytext"
                | "mediumtext"
                | "longtext"
                | "citext"
                | "nvarchar"
                | "nchar"
                | "string"
                | "str"
                | "smallint"
                | "tinyint"
                | "int"
                | "integer"
                | "int2"
                | "int4"
        )
}

/// What the discriminator is limited to.
fn values(graph: &SchemaGraph, names: &Names, near: TableId, column: &Column) -> Option<Vec<Target>> {
    let facts = column.facts.as_ref().ok()?;
    let values = facts.enum_values.as_ref().or(facts.typed.as_ref())?.as_ref().ok()?;
    let target =
        |value: &SmolStr| Target { value: value.clone(), table: names.of_word(graph, value, near).one() };
    (!values.is_empty()).then(|| values.iter().map(target).collect())
}

/// Whether only a type that is not read here says what a discriminator is limited to.
fn has_unread_type(column: &Column) -> bool {
    column
        .facts
        .as_ref()
        .is_ok_and(|facts| facts.enum_values.is_none() && facts.typed.as_ref().is_some_and(Result::is_err))
}

/// Names that people give to an id that may mean rows of several tables (facts/idioms.md 10).
const OPEN_NAMES: [&str; 28] = [
    "actor",
    "aggregate",
    "asset",
    "attached",
    "author",
    "content",
    "context",
    "entity",
    "holder",
    "item",
    "linked",
    "model",
    "object",
    "origin",
    "owner",
    "parent",
    "party",
    "principal",
    "recipient",
    "record",
    "ref",
    "reference",
    "related",
    "resource",
    "scope",
    "source",
    "subject",
    "target",
];

fn is_open(stem: &str) -> bool {
    let last = stem.rsplit('_').next().unwrap_or(stem);
    OPEN_NAMES.contains(&last) || last.len() > 5 && last.ends_with("able")
}

/// Two columns of such names are a category and an id of its own more often than a polymorphic reference:
/// there must be a sign that the id means rows of several tables.
fn is_polymorphic<'k>(
    graph: &SchemaGraph,
    names: &Names,
    reference: &PolymorphicReference,
    candidate: &Candidate<'_>,
    keys: impl Fn() -> &'k OwnKeys,
) -> bool {
    let stem = candidate.stem;
    let own = stem_tables(graph, names, reference.table, stem);
    if let Some(values) = &reference.values {
        let mut tables = values.iter().filter_map(|target| target.table);
        // `prsn_type` with the values `prsn` and `crt`: what the id is called is one of the things it may mean.
        let last = stem.rsplit('_').next().unwrap_or(stem);
        let names_itself = values.len() > 1 && values.iter().any(|target| target.value == last);
        if tables.any(|table| !own.contains(&table)) || names_itself {
            return true;
        }
    }
    if candidate.names_table {
        return true;
    }
    // `document_id` and `document_type` where there are `documents`: one table and a category.
    if !own.is_empty() || is_key_elsewhere(graph, reference, keys()) {
        return false;
    }
    // Any text fits, but what stands there by itself is no table: `'Activity'` of an xAPI object.
    let facts = graph.table(reference.table).columns[reference.discriminator].facts.as_ref();
    let default = facts.ok().and_then(|facts| facts.default.as_ref());
    if reference.values.is_none()
        && let Some(Default::Value(serde_json::Value::String(default))) = default
        && !default.is_empty()
        && names.of_word(graph, default, reference.table).one().is_none()
    {
        return false;
    }
    is_open(stem)
}

/// The tables that bear the stem's name, or that of its last words: `interest_subject` and `subjects`, also behind
/// a prefix that most tables share.
fn stem_tables(graph: &SchemaGraph, names: &Names, near: TableId, stem: &str) -> Vec<TableId> {
    let mut rest = stem;
    loop {
        let found = match names.of_word(graph, rest, near) {
            Named::One(table) => vec![table],
            Named::Several(tables) => tables,
            Named::Nothing => names.behind_prefix(graph, rest).to_vec(),
        };
        // The last word alone is too common a name when it is an open one: `posts.parent_item` and `items`.
        match rest.split_once('_') {
            _ if !found.is_empty() => return found,
            Some((_, shorter)) => rest = shorter,
            None => return found,
        }
    }
}
