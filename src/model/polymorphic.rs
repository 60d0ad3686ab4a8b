//! Polymorphic references: an id whose table another column names.

use smol_str::SmolStr;

use super::names::{Named, Names, spellings};
use super::tags::{PolymorphicTag, Tag, polymorphic, tags};
use crate::config;
use crate::graph::{Casing, Column, ColumnFacts, SchemaGraph, Table, TableId};
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
    for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        let snake: Vec<String> =
            table.columns.iter().map(|column| Casing::Snake.apply(column.display_name())).collect();
        for discriminator in 0..table.columns.len() {
            if !may_name_a_table(&table.columns[discriminator]) {
                continue;
            }
            let named = &snake[discriminator];
            let stems =
                config.discriminator_suffixes.iter().filter_map(|end| named.strip_suffix(end.as_str()));
            let by_name = stems.filter(|stem| !stem.is_empty()).find_map(|stem| {
                let is_id = |name: &String| {
                    let rest = name.strip_prefix(stem);
                    rest.is_some_and(|rest| config.id_suffixes.iter().any(|end| end == rest))
                };
                Some((snake.iter().position(is_id)?, stem))
            });
            let by_config = config.pairs.iter().enumerate().find_map(|(index, pair)| {
                let named = is_named(&pair.discriminator, table, discriminator);
                let mut columns = 0..table.columns.len();
                let column = named.then(|| columns.find(|column| is_named(&pair.id, table, *column)))??;
                Some((column, index))
            });
            let Some(column) = by_config.map(|(column, _)| column).or(by_name.map(|(column, _)| column))
            else {
                continue;
            };
            if column == discriminator
                || table.primary_key_columns() == [column]
                || is_counted(&table.columns[column])
                || table.may_be_foreign_key(column)
            {
                continue;
            }
            let comments = [&table.columns[column], &table.columns[discriminator]]
                .into_iter()
                .flat_map(|column| column.comments.iter().copied());
            let tag = tags(&graph.sources, &comments.collect::<Vec<_>>(), "polymorphic").into_iter().next();
            let tag = tag.map(|tag| (polymorphic(&tag.text), tag)).map(|(read, tag)| (tag, read));
            let values = values(graph, names, id, &table.columns[discriminator]);
            let pair = by_config.map(|(_, index)| index);
            let config_says = pair.is_some_and(|index| config.pairs[index].targets.is_some());
            let certain = tag.is_some() || by_config.is_some();
            let reference = PolymorphicReference {
                table: id,
                id: column,
                discriminator,
                values,
                tag,
                is_configured: config_says,
                pair,
            };
            let stem = by_name.map_or("", |(_, stem)| stem);
            if certain || is_polymorphic(graph, names, &reference, stem) {
                found.references.push(reference);
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

/// What the database counts up is a key of its own.
fn is_counted(column: &Column) -> bool {
    column.facts.as_ref().is_ok_and(|facts| {
        facts.auto_increment || facts.identity.is_some() || facts.function.ends_with("serial")
    })
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
    let values = facts.enum_values.as_ref()?.as_ref().ok()?;
    let target =
        |value: &SmolStr| Target { value: value.clone(), table: names.of_word(graph, value, near).one() };
    (!values.is_empty()).then(|| values.iter().map(target).collect())
}

/// Names that people give to an id that may mean rows of several tables (facts/idioms.md 10).
const OPEN_NAMES: [&str; 27] = [
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
    "subject",
    "target",
];

/// Two columns of such names are a category and an id of its own more often than a polymorphic reference:
/// there must be a sign that the id means rows of several tables.
fn is_polymorphic(graph: &SchemaGraph, names: &Names, reference: &PolymorphicReference, stem: &str) -> bool {
    let own = stem_table(graph, names, reference.table, stem);
    if let Some(values) = &reference.values {
        let tables: Vec<TableId> = values.iter().filter_map(|target| target.table).collect();
        if tables.iter().any(|table| own != Some(*table)) {
            return true;
        }
    }
    // `document_id` and `document_type` where there are `documents`: one table and a category.
    if own.is_some() {
        return false;
    }
    let last = stem.rsplit('_').next().unwrap_or(stem);
    OPEN_NAMES.contains(&last) || last.len() > 5 && last.ends_with("able")
}

fn stem_table(graph: &SchemaGraph, names: &Names, near: TableId, stem: &str) -> Option<TableId> {
    match names.of_word(graph, stem, near) {
        Named::One(table) => Some(table),
        Named::Several(tables) => tables.first().copied(),
        Named::Nothing => None,
    }
}
