//! Tables without a primary key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, Dialect, IndexPart, SchemaGraph, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TableWithoutPrimaryKey {}

impl Rule for TableWithoutPrimaryKey {
    const META: Meta = Meta {
        name: "table-without-primary-key",
        summary: "a table that has no primary key",
        group: "Tables",
        docs: include_str!("table_without_primary_key.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for (_, table) in context.graph.own_tables() {
            if has_none(context.graph, table) && !is_link(table) {
                report(context.graph, table, out);
            }
        }
    }
}

/// Whether a table has no primary key for certain.
fn has_none(graph: &SchemaGraph, table: &Table) -> bool {
    let is_no_key = |facts: &ColumnFacts| !facts.primary;
    table.is_created(graph)
        && table.owner.is_none()
        && !table.ponder
        && !table.is_virtual
        && table.columns_open.is_none()
        && table.extras_open.is_none()
        && table.primary_keys.is_empty()
        && !table.columns.is_empty()
        && table.columns.iter().all(|column| column.facts.as_ref().is_ok_and(is_no_key))
}

/// Whether two keys that are unique together name its rows.
fn is_link(table: &Table) -> bool {
    let is_foreign = |column: &usize| {
        table
            .foreign_keys
            .iter()
            .any(|key| key.columns.as_ref().is_ok_and(|columns| columns.contains(column)))
    };
    identities(table)
        .iter()
        .any(|identity| identity.columns.len() > 1 && identity.columns.iter().all(is_foreign))
}

/// Columns that are unique together and never null.
struct Identity {
    columns: Vec<usize>,
    /// How it is written.
    written: &'static str,
}

fn identities(table: &Table) -> Vec<Identity> {
    let mut found = Vec::new();
    let is_never_null =
        |column: &usize| table.columns[*column].facts.as_ref().is_ok_and(|facts| facts.effective_not_null);
    let mut add = |columns: Vec<usize>, written| {
        if !columns.is_empty() && columns.iter().all(is_never_null) {
            found.push(Identity { columns, written });
        }
    };
    for (index, column) in table.columns.iter().enumerate() {
        if column.facts.as_ref().is_ok_and(|facts| facts.unique.is_some()) {
            add(vec![index], ".unique()");
        }
    }
    for unique in &table.uniques {
        if let Ok(columns) = &unique.columns {
            add(columns.clone(), "unique()");
        }
    }
    for index in table.indexes.iter().filter(|index| index.unique && index.predicate.is_none()) {
        // `lower(email)` is unique; the column is not.
        let columns: Option<Vec<usize>> = index
            .parts
            .iter()
            .map(|part| match part {
                IndexPart::Column { column, .. } => Some(*column),
                _ => None,
            })
            .collect();
        add(columns.unwrap_or_default(), "uniqueIndex()");
    }
    found
}

fn report(graph: &SchemaGraph, table: &Table, out: &mut Findings) {
    let name = table.display_name();
    let identities = identities(table);
    let shortest = identities.iter().min_by_key(|identity| identity.columns.len());
    let id = table.columns.iter().position(|column| column.display_name() == "id" || column.key == "id");
    // What is called `id` is meant to be it.
    let shortest = shortest.filter(|identity| id.is_none_or(|id| identity.columns == [id]));
    let (but, label, help) = match (shortest, id) {
        (Some(identity), _) => {
            let names: Vec<&str> = identity.columns.iter().map(|column| table.column_name(*column)).collect();
            let names = names.join(", ");
            let help = match identity.columns[..] {
                [column] if table.spread_of(column, graph).is_some() => {
                    in_third_argument(graph, table, column)
                }
                [column] => format!(
                    "make `{}` the primary key: `.primaryKey()` in place of `{}`",
                    table.columns[column].key, identity.written
                ),
                _ => format!(
                    "make them the primary key: `primaryKey({{ columns: [{}] }})` in place of `{}`",
                    table.column_keys(table.parameter(), &identity.columns),
                    identity.written
                ),
            };
            let names = format!(", though `{names}` could be it");
            (names, "its rows can be told apart, but nothing says by what".to_string(), help)
        }
        (None, Some(id)) => (
            ", and nothing makes its `id` unique".into(),
            "two rows may have the same `id`".into(),
            in_third_argument(graph, table, id),
        ),
        (None, None) => (String::new(), "nothing tells its rows apart".into(), new_key(table)),
    };
    let finding =
        out.report(name.clone(), table.head(&graph.sources), format!("`{name}` has no primary key{but}"));
    finding.label(label).help(help);
}

/// A column as the key: at the column itself, unless a spread brings it in, which would make it the key of others.
fn in_third_argument(graph: &SchemaGraph, table: &Table, column: usize) -> String {
    let key = &table.columns[column].key;
    let Some(spread) = table.spread_of(column, graph) else {
        return format!("make `{key}` the primary key: `.primaryKey()`");
    };
    let columns = |of: &str| format!("primaryKey({{ columns: [{}] }})", table.column_keys(of, &[column]));
    let name = table.display_name();
    format!(
        "in the third argument of `{name}`: `{}` (`{key}` comes from `{spread}`, which other tables may spread, too)",
        table.entry("pk", columns)
    )
}

/// What to write where no column could be the key.
fn new_key(table: &Table) -> String {
    let keys: Vec<usize> = table
        .foreign_keys
        .iter()
        .filter_map(|key| key.columns.as_ref().ok().filter(|columns| columns.len() == 1))
        .map(|columns| columns[0])
        .collect();
    if let [one, other] = keys[..]
        && one != other
        && table.columns.len() <= 4
    {
        let columns =
            |of: &str| format!("primaryKey({{ columns: [{}] }})", table.column_keys(of, &[one, other]));
        return format!(
            "if the two keys are unique together, in the third argument: `{}`",
            table.entry("pk", columns)
        );
    }
    let id = match table.dialect {
        Dialect::Postgres | Dialect::Gel => "id: integer().primaryKey().generatedAlwaysAsIdentity()",
        Dialect::Cockroach => "id: int4().primaryKey().generatedAlwaysAsIdentity()",
        Dialect::MySql | Dialect::SingleStore => "id: int().primaryKey().autoincrement()",
        Dialect::Sqlite => "id: integer().primaryKey()",
        Dialect::MsSql => "id: int().primaryKey().identity()",
    };
    format!("give it one: `{id}`, or `primaryKey({{ columns: […] }})` of what tells the rows apart")
}
