//! What drizzle-kit would write into a snapshot for a table of the schema.

use smol_str::{SmolStr, format_smolstr};

use super::values::{Text, wanted_default};
use crate::graph::{
    Column, Dialect, DrizzleLine, Fact, ForeignKey, GeneratedNames, Index, IndexPart, Predicate, SchemaGraph,
    Table,
};
use crate::snapshots;
use crate::source::Span;

/// A table as drizzle-kit would write it.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) columns: Vec<WantedColumn>,
    /// There may be more columns.
    pub(super) columns_open: bool,
    /// `None` when it is not known.
    pub(super) primary_key: Option<Option<WantedPrimaryKey>>,
    pub(super) uniques: Wants<snapshots::Unique>,
    pub(super) indexes: Wants<WantedIndex>,
    pub(super) foreign_keys: Wants<WantedForeignKey>,
    pub(super) checks: Wants<String>,
}

/// A column.
#[derive(Debug)]
pub(super) struct WantedColumn {
    pub(super) name: SmolStr,
    pub(super) sql_type: Option<SmolStr>,
    pub(super) not_null: Option<bool>,
    pub(super) default: Result<Option<Text>, ()>,
    pub(super) generated: bool,
    pub(super) identity: Option<SmolStr>,
    pub(super) auto_increment: Option<bool>,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct WantedPrimaryKey {
    /// The name, where drizzle-kit compares it.
    pub(super) name: Option<SmolStr>,
    /// The name was written.
    pub(super) explicit: bool,
    /// drizzle-kit keeps it at the column.
    pub(super) inline: bool,
    pub(super) columns: Vec<SmolStr>,
    pub(super) span: Option<Span>,
}

/// Constraints of one kind.
#[derive(Debug)]
pub(super) struct Wants<T> {
    pub(super) items: Vec<Want<T>>,
    /// There may be more.
    pub(super) open: bool,
}

/// A constraint.
#[derive(Debug)]
pub(super) struct Want<T> {
    pub(super) name: SmolStr,
    pub(super) explicit: bool,
    pub(super) item: T,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct WantedIndex {
    pub(super) unique: bool,
    /// `None` where a part is not known.
    pub(super) parts: Vec<Option<snapshots::IndexPart>>,
    /// `None` when it is not known, or not compared.
    pub(super) method: Option<SmolStr>,
    pub(super) predicate: Option<Fact<Predicate>>,
}

#[derive(Debug)]
pub(super) struct WantedForeignKey {
    pub(super) columns: Vec<SmolStr>,
    /// Namespace and name of the table that it leads to.
    pub(super) target: (Option<SmolStr>, SmolStr),
    pub(super) target_columns: Vec<SmolStr>,
    pub(super) on_delete: Option<SmolStr>,
    pub(super) on_update: Option<SmolStr>,
}

/// Namespace and name of a table as a snapshot has them.
pub(super) fn name_of(table: &Table) -> Option<(Option<SmolStr>, SmolStr)> {
    let name = table.name.as_ref().ok()?.clone();
    match &table.namespace {
        None => Some((None, name)),
        Some(Ok(namespace)) => Some((Some(namespace.clone()), name)),
        Some(Err(_)) => None,
    }
}

/// What drizzle-kit would write of a table.
pub(super) fn wanted(graph: &SchemaGraph, table: &Table) -> Wanted {
    let mut wanted = Wanted {
        columns: Vec::with_capacity(table.columns.len()),
        columns_open: table.columns_open.is_some(),
        primary_key: None,
        uniques: wants(table),
        indexes: wants(table),
        foreign_keys: wants(table),
        checks: wants(table),
    };
    let names: Vec<Option<SmolStr>> = table.columns.iter().map(sql_name).collect();
    let members = table_key_members(table);
    for (index, column) in table.columns.iter().enumerate() {
        match (&names[index], &column.facts) {
            (Some(name), Ok(facts)) => wanted.columns.push(WantedColumn {
                name: name.clone(),
                sql_type: facts.sql_type.as_ref().ok().cloned(),
                not_null: not_null(table, facts, members.as_ref().map(|members| members.contains(&index))),
                default: wanted_default(
                    facts.default.as_ref(),
                    facts.sql_type.as_deref().map_or("json", |sql_type| sql_type),
                ),
                generated: facts.generated,
                identity: facts.identity.clone(),
                auto_increment: auto_increment(table, facts),
                span: column.span,
            }),
            _ => wanted.columns_open = true,
        }
    }
    let named = |columns: &[usize]| -> Option<Vec<SmolStr>> {
        columns.iter().map(|column| names.get(*column).cloned().flatten()).collect()
    };
    wanted.primary_key = primary_key(table, named);
    uniques(table, named, &mut wanted);
    for index in &table.indexes {
        let (Ok(Some(name)), false) = (&index.name, index.parts.is_empty()) else {
            wanted.indexes.open = true;
            continue;
        };
        let item = wanted_index(table, index, &names);
        wanted.indexes.items.push(Want {
            name: name.clone(),
            explicit: index.explicit,
            item,
            span: index.span,
        });
    }
    for key in &table.foreign_keys {
        match foreign_key(graph, key, named) {
            Some((name, item)) => wanted.foreign_keys.items.push(Want {
                name,
                explicit: key.explicit,
                item,
                span: table.place_of(key),
            }),
            None => wanted.foreign_keys.open = true,
        }
    }
    for check in &table.checks {
        match &check.name {
            Ok(Some(name)) => wanted.checks.items.push(Want {
                name: name.clone(),
                explicit: true,
                item: check.sql.clone(),
                span: check.span,
            }),
            _ => wanted.checks.open = true,
        }
    }
    wanted
}

fn wants<T>(table: &Table) -> Wants<T> {
    let open = table.extras_open.is_some() || table.columns_open.is_some();
    Wants { items: Vec::new(), open: open || table.columns.iter().any(|column| column.facts.is_err()) }
}

fn sql_name(column: &Column) -> Option<SmolStr> {
    column.facts.as_ref().ok()?.sql_name.as_ref().ok().cloned()
}

/// The members of table-level primary keys; `None` when that is not known.
fn table_key_members(table: &Table) -> Option<Vec<usize>> {
    if table.extras_open.is_some() {
        return None;
    }
    let mut members = Vec::new();
    for key in &table.primary_keys {
        members.extend(key.columns.as_ref().ok()?);
    }
    Some(members)
}

/// `NOT NULL` as drizzle-kit writes it down; `None` where the key decides it, or may.
fn not_null(table: &Table, facts: &crate::graph::ColumnFacts, is_member: Option<bool>) -> Option<bool> {
    match (table.line, table.dialect) {
        (DrizzleLine::V0, Dialect::MySql) => is_member.map(|is_member| facts.not_null || is_member),
        (DrizzleLine::V0, _) => Some(facts.not_null),
        (DrizzleLine::V1, Dialect::Sqlite) => Some(facts.not_null && !facts.primary),
        (DrizzleLine::V1, Dialect::MySql) if facts.auto_increment => None,
        (DrizzleLine::V1, _) if facts.primary || is_member != Some(false) => None,
        (DrizzleLine::V1, _) => Some(facts.not_null),
    }
}

fn auto_increment(table: &Table, facts: &crate::graph::ColumnFacts) -> Option<bool> {
    let counts = matches!(table.dialect, Dialect::MySql | Dialect::Sqlite) && facts.function != "serial";
    counts.then_some(facts.auto_increment)
}

fn primary_key(
    table: &Table,
    named: impl Fn(&[usize]) -> Option<Vec<SmolStr>>,
) -> Option<Option<WantedPrimaryKey>> {
    let is_open = table.extras_open.is_some() || table.columns_open.is_some();
    if is_open || table.columns.iter().any(|column| column.facts.is_err()) || table.primary_keys.len() > 1 {
        return None;
    }
    let is_primary = |column: &Column| column.facts.as_ref().is_ok_and(|facts| facts.primary);
    let inline: Vec<usize> = (0..table.columns.len()).filter(|at| is_primary(&table.columns[*at])).collect();
    match (&inline[..], table.primary_keys.first()) {
        ([], None) => Some(None),
        ([column], None) => {
            let columns = named(&[*column])?;
            // MySQL keeps every key beside the columns, 1.0 all of them.
            let inline = table.line == DrizzleLine::V0 && table.dialect != Dialect::MySql;
            let name = match (table.line, table.dialect) {
                (DrizzleLine::V0, Dialect::MySql) => {
                    Some(format_smolstr!("{}_{}", table.name.as_ref().ok()?, columns[0]))
                }
                (DrizzleLine::V1, Dialect::Postgres | Dialect::Sqlite) => {
                    let table_name = table.name.as_ref().ok()?;
                    let names =
                        GeneratedNames { dialect: table.dialect, line: table.line, table: table_name };
                    Some(names.primary_key(&[]))
                }
                _ => None,
            };
            let span = Some(table.columns[*column].span);
            Some(Some(WantedPrimaryKey { name, explicit: false, inline, columns, span }))
        }
        ([], Some(key)) => {
            let columns = named(key.columns.as_ref().ok()?)?;
            // SQLite keeps a key of one column at the column, and no name of any; 1.0 knows that MySQL has none.
            let inline =
                table.dialect == Dialect::Sqlite && table.line == DrizzleLine::V0 && columns.len() == 1;
            let is_named = !matches!(
                (table.line, table.dialect),
                (DrizzleLine::V0, Dialect::Sqlite) | (DrizzleLine::V1, Dialect::MySql)
            );
            let name = if is_named { Some(key.name.as_ref().ok()?.clone()) } else { None };
            let span = Some(key.span);
            Some(Some(WantedPrimaryKey { name, explicit: key.explicit, inline, columns, span }))
        }
        // What drizzle-kit makes of both depends on the database.
        _ => None,
    }
}

/// Unique constraints, which some databases keep as indexes.
fn uniques(table: &Table, named: impl Fn(&[usize]) -> Option<Vec<SmolStr>>, wanted: &mut Wanted) {
    let mut found: Vec<Want<snapshots::Unique>> = Vec::new();
    let mut open = false;
    for unique in &table.uniques {
        let columns = unique.columns.as_ref().ok().and_then(|columns| named(columns));
        let (Ok(name), Some(columns)) = (&unique.name, columns) else {
            open = true;
            continue;
        };
        let nulls_not_distinct = unique.nulls_not_distinct;
        let item = snapshots::Unique { columns, nulls_not_distinct, ..snapshots::Unique::default() };
        found.push(Want { name: name.clone(), explicit: unique.explicit, item, span: unique.span });
    }
    for (index, column) in table.columns.iter().enumerate() {
        let Some(unique) = column.facts.as_ref().ok().and_then(|facts| facts.unique.as_ref()) else {
            continue;
        };
        let (Ok(name), Some(columns)) = (&unique.name, named(&[index])) else {
            open = true;
            continue;
        };
        // 1.0 makes one constraint of two for the same column.
        let is_there = found.iter().any(|other| other.item.columns == columns);
        if table.line == DrizzleLine::V1 && (is_there || has_unique_index(table, index)) {
            continue;
        }
        let nulls_not_distinct = unique.nulls_not_distinct;
        let item = snapshots::Unique { columns, nulls_not_distinct, ..snapshots::Unique::default() };
        found.push(Want { name: name.clone(), explicit: unique.explicit, item, span: column.span });
    }
    let as_indexes = matches!(
        (table.line, table.dialect),
        (DrizzleLine::V0, Dialect::Sqlite) | (DrizzleLine::V1, Dialect::MySql)
    );
    if !as_indexes {
        wanted.uniques.items = found;
        wanted.uniques.open |= open;
        return;
    }
    wanted.indexes.open |= open;
    for unique in found {
        let parts = unique.item.columns.into_iter();
        let parts = parts.map(|text| Some(snapshots::IndexPart { text, ..snapshots::IndexPart::default() }));
        let item = WantedIndex { unique: true, parts: parts.collect(), method: None, predicate: None };
        let Want { name, explicit, span, .. } = unique;
        wanted.indexes.items.push(Want { name, explicit, item, span });
    }
}

/// SQLite of 1.0 takes `.unique()` for served by a unique index on the same column.
fn has_unique_index(table: &Table, column: usize) -> bool {
    let mut indexes = table.indexes.iter().filter(|index| index.unique && index.parts.len() == 1);
    table.dialect == Dialect::Sqlite
        && indexes
            .any(|index| matches!(index.parts[0], IndexPart::Column { column: other, .. } if other == column))
}

fn wanted_index(table: &Table, index: &Index, names: &[Option<SmolStr>]) -> WantedIndex {
    let parts = index.parts.iter().map(|part| match part {
        IndexPart::Column { column, descending, nulls_first, operator_class } => {
            let nulls = (table.dialect == Dialect::Postgres).then_some(nulls_first.unwrap_or(false));
            Some(snapshots::IndexPart {
                text: names.get(*column).cloned().flatten()?,
                is_expression: false,
                descending: *descending,
                nulls_first: nulls,
                operator_class: operator_class.clone(),
            })
        }
        IndexPart::Expression { sql, .. } => Some(snapshots::IndexPart {
            text: SmolStr::new(sql),
            is_expression: true,
            ..snapshots::IndexPart::default()
        }),
        IndexPart::Foreign | IndexPart::Unknown(_) => None,
    });
    let method = index.method.as_ref().ok().cloned().flatten();
    WantedIndex {
        unique: index.unique,
        parts: parts.collect(),
        method: method.filter(|_| table.dialect == Dialect::Postgres),
        predicate: index.predicate.clone(),
    }
}

fn foreign_key(
    graph: &SchemaGraph,
    key: &ForeignKey,
    named: impl Fn(&[usize]) -> Option<Vec<SmolStr>>,
) -> Option<(SmolStr, WantedForeignKey)> {
    let target = key.target.as_ref().ok()?;
    let to = graph.table(target.table);
    let target_columns: Option<Vec<SmolStr>> =
        target.columns.iter().map(|column| sql_name(to.columns.get(*column)?)).collect();
    let action = |action: &Fact<Option<SmolStr>>| {
        let action = action.as_ref().ok()?;
        Some(action.clone().unwrap_or(SmolStr::new_static("no action")))
    };
    let item = WantedForeignKey {
        columns: named(key.columns.as_ref().ok()?)?,
        target: name_of(to)?,
        target_columns: target_columns?,
        on_delete: action(&key.on_delete),
        on_update: action(&key.on_update),
    };
    Some((key.name.as_ref().ok()?.clone(), item))
}
