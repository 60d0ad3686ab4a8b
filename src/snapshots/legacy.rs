//! Snapshots of drizzle-kit up to 0.31: objects of tables.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use smol_str::SmolStr;

use super::snapshot::{
    Column, Enum, ForeignKey, Index, IndexPart, Odd, PrimaryKey, Snapshot, Table, Unique, action, namespace,
};
use crate::config::Entries;
use crate::graph::Dialect;

type Parts = Entries<Value, SmolStr>;

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    tables: Parts,
    #[serde(default)]
    enums: Option<Parts>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenTable {
    name: SmolStr,
    /// Empty for `public`; not there in MySQL and SQLite.
    schema: Option<SmolStr>,
    columns: Parts,
    indexes: Parts,
    foreign_keys: Parts,
    composite_primary_keys: Parts,
    unique_constraints: Parts,
    check_constraints: Parts,
    /// MySQL.
    check_constraint: Parts,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenColumn {
    name: SmolStr,
    #[serde(rename = "type")]
    sql_type: SmolStr,
    not_null: bool,
    primary_key: bool,
    autoincrement: bool,
    default: Option<Value>,
    generated: Option<Value>,
    identity: Option<Value>,
    /// Versions before 7 had it at the column.
    is_unique: bool,
    unique_name: Option<SmolStr>,
    nulls_not_distinct: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenKey {
    name: Option<SmolStr>,
    columns: Vec<SmolStr>,
    nulls_not_distinct: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenIndex {
    columns: Vec<WrittenPart>,
    is_unique: bool,
    method: Option<SmolStr>,
    #[serde(rename = "where")]
    predicate: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenPart {
    /// MySQL, SQLite.
    Text(SmolStr),
    /// PostgreSQL.
    #[serde(rename_all = "camelCase")]
    Whole {
        expression: SmolStr,
        #[serde(default)]
        is_expression: bool,
        #[serde(default = "yes")]
        asc: bool,
        #[serde(default)]
        nulls: Option<SmolStr>,
        #[serde(default)]
        opclass: Option<SmolStr>,
    },
}

const fn yes() -> bool {
    true
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenForeignKey {
    columns_from: Vec<SmolStr>,
    table_to: SmolStr,
    schema_to: Option<SmolStr>,
    columns_to: Vec<SmolStr>,
    on_delete: Option<SmolStr>,
    on_update: Option<SmolStr>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenCheck {
    value: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenEnum {
    name: SmolStr,
    schema: Option<SmolStr>,
    /// A list; before version 7 an object.
    values: Value,
}

/// Reads the tables and enums of a snapshot, and what is odd about its first odd part.
pub(super) fn read(text: &str, snapshot: &mut Snapshot) -> serde_json::Result<Option<Odd>> {
    let written: Written = serde_json::from_str(text)?;
    let mut odd = None;
    for (key, value) in written.tables.0 {
        let table = table(&key, value, snapshot.dialect, &mut odd);
        snapshot.tables.push(table);
    }
    for (key, value) in written.enums.map(|enums| enums.0).unwrap_or_default() {
        match made(&key, value) {
            Ok(made) => snapshot.enums.push(made),
            Err(error) => {
                odd.get_or_insert_with(|| Odd::new(&key, &error));
                snapshot.is_partial = true;
            }
        }
    }
    Ok(odd)
}

fn made(key: &str, value: Value) -> serde_json::Result<Enum> {
    let written: WrittenEnum = serde_json::from_value(value)?;
    let values = match written.values {
        Value::Object(values) => Value::Array(values.into_iter().map(|(_, value)| value).collect()),
        other => other,
    };
    let name = if written.name.is_empty() { bare(key) } else { written.name };
    Ok(Enum { namespace: namespace(written.schema), name, values: serde_json::from_value(values)? })
}

/// The key is `public.users`, or `users`.
fn bare(key: &str) -> SmolStr {
    key.rsplit_once('.').map_or(key, |(_, name)| name).into()
}

fn table(key: &SmolStr, value: Value, dialect: Option<Dialect>, odd: &mut Option<Odd>) -> Table {
    let written: WrittenTable = match serde_json::from_value(value) {
        Ok(written) => written,
        Err(error) => {
            odd.get_or_insert_with(|| Odd::new(key, &error));
            let namespace = key.rsplit_once('.').and_then(|(schema, _)| namespace(Some(schema.into())));
            return Table { namespace, name: bare(key), is_partial: true, ..Table::default() };
        }
    };
    let name = if written.name.is_empty() { bare(key) } else { written.name };
    let mut table = Table { namespace: namespace(written.schema), name, ..Table::default() };
    let mut parts = Reading { table: key, odd, is_partial: false };
    let columns: Vec<(SmolStr, WrittenColumn)> = parts.of(written.columns);
    let primary: Vec<SmolStr> = columns.iter().filter(|(_, it)| it.primary_key).map(named).collect();
    let keys: Vec<(SmolStr, WrittenKey)> = parts.of(written.composite_primary_keys);
    table.primary_key = match keys.into_iter().next() {
        Some((key, written)) => Some(PrimaryKey {
            name: Some(written.name.unwrap_or(key)),
            explicit: true,
            columns: written.columns,
        }),
        None if primary.is_empty() => None,
        None => Some(PrimaryKey { name: None, explicit: false, columns: primary }),
    };
    for (key, written) in &columns {
        if let (true, Some(name)) = (written.is_unique, &written.unique_name) {
            table.uniques.push(Unique {
                name: name.clone(),
                columns: vec![named(&(key.clone(), written))],
                nulls_not_distinct: written.nulls_not_distinct,
                explicit: true,
            });
        }
    }
    table.columns = columns.into_iter().map(|(key, written)| column(key, written)).collect();
    let uniques: Vec<(SmolStr, WrittenKey)> = parts.of(written.unique_constraints);
    table.uniques.extend(uniques.into_iter().map(|(key, written)| Unique {
        name: written.name.unwrap_or(key),
        explicit: true,
        columns: written.columns,
        nulls_not_distinct: written.nulls_not_distinct,
    }));
    let indexes: Vec<(SmolStr, WrittenIndex)> = parts.of(written.indexes);
    let columns = &table.columns;
    let is_column = |text: &str| columns.iter().any(|column| column.name == text);
    table.indexes = indexes
        .into_iter()
        .map(|(name, written)| Index {
            name,
            explicit: true,
            unique: written.is_unique,
            parts: written.columns.into_iter().map(|written| part(written, is_column)).collect(),
            method: written.method.filter(|_| dialect == Some(Dialect::Postgres)),
            predicate: written.predicate.filter(|text| !text.is_empty()),
        })
        .collect();
    let keys: Vec<(SmolStr, WrittenForeignKey)> = parts.of(written.foreign_keys);
    table.foreign_keys = keys.into_iter().map(|(name, written)| foreign_key(name, written)).collect();
    let mut checks: Vec<(SmolStr, WrittenCheck)> = parts.of(written.check_constraints);
    checks.append(&mut parts.of(written.check_constraint));
    table.checks = checks.into_iter().map(|(name, written)| (name, written.value)).collect();
    table.is_partial = parts.is_partial;
    table
}

fn named<C: std::borrow::Borrow<WrittenColumn>>((key, column): &(SmolStr, C)) -> SmolStr {
    let column = column.borrow();
    if column.name.is_empty() { key.clone() } else { column.name.clone() }
}

fn column(key: SmolStr, written: WrittenColumn) -> Column {
    Column {
        name: if written.name.is_empty() { key } else { written.name },
        sql_type: written.sql_type,
        not_null: written.not_null,
        default: written.default,
        generated: written.generated.is_some(),
        // An object; before version 7 a text whose second part it is.
        identity: written.identity.map(|identity| match &identity {
            Value::String(text) => text.split(';').nth(1).unwrap_or_default().into(),
            other => other.get("type").and_then(Value::as_str).unwrap_or_default().into(),
        }),
        auto_increment: written.autoincrement,
    }
}

fn part(written: WrittenPart, is_column: impl Fn(&str) -> bool) -> IndexPart {
    match written {
        WrittenPart::Text(text) => {
            IndexPart { is_expression: !is_column(&text), text, ..IndexPart::default() }
        }
        WrittenPart::Whole { expression, is_expression, asc, nulls, opclass } => IndexPart {
            text: expression,
            is_expression,
            descending: !asc,
            nulls_first: nulls.map(|nulls| nulls == "first"),
            operator_class: opclass.filter(|class| !class.is_empty()),
        },
    }
}

fn foreign_key(name: SmolStr, written: WrittenForeignKey) -> ForeignKey {
    ForeignKey {
        name,
        explicit: true,
        columns: written.columns_from,
        target_namespace: namespace(written.schema_to),
        target: written.table_to,
        target_columns: written.columns_to,
        on_delete: action(written.on_delete.as_deref()),
        on_update: action(written.on_update.as_deref()),
    }
}

/// Reads the parts of one table, each by itself.
struct Reading<'t> {
    table: &'t str,
    odd: &'t mut Option<Odd>,
    is_partial: bool,
}

impl Reading<'_> {
    fn of<T: DeserializeOwned>(&mut self, parts: Parts) -> Vec<(SmolStr, T)> {
        let mut read = Vec::with_capacity(parts.0.len());
        for (key, value) in parts.0 {
            match serde_json::from_value(value) {
                Ok(part) => read.push((key, part)),
                Err(error) => {
                    self.is_partial = true;
                    self.odd.get_or_insert_with(|| Odd::new(self.table, &error));
                }
            }
        }
        read
    }
}
