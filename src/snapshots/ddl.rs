//! Snapshots of drizzle-kit 1.0: one list of everything.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::Value;
use smol_str::SmolStr;

use super::snapshot::{
    Column, Enum, ForeignKey, Index, IndexPart, Odd, PrimaryKey, Snapshot, Table, Unique, action, namespace,
};

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    ddl: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entity {
    entity_type: SmolStr,
    schema: Option<SmolStr>,
    table: Option<SmolStr>,
    name: Option<SmolStr>,
    name_explicit: bool,
    #[serde(rename = "type")]
    sql_type: Option<SmolStr>,
    dimensions: Option<u32>,
    not_null: Option<bool>,
    default: Option<Value>,
    generated: Option<Value>,
    identity: Option<Value>,
    #[serde(alias = "autoincrement")]
    auto_increment: Option<bool>,
    columns: Vec<Value>,
    nulls_not_distinct: Option<bool>,
    is_unique: Option<bool>,
    method: Option<SmolStr>,
    #[serde(rename = "where")]
    predicate: Option<String>,
    schema_to: Option<SmolStr>,
    table_to: Option<SmolStr>,
    columns_to: Vec<SmolStr>,
    on_delete: Option<SmolStr>,
    on_update: Option<SmolStr>,
    value: Option<String>,
    values: Vec<SmolStr>,
}

/// Reads the tables and enums of a snapshot, and what is odd about its first odd part.
pub(super) fn read(text: &str, snapshot: &mut Snapshot) -> serde_json::Result<Option<Odd>> {
    let written: Written = serde_json::from_str(text)?;
    Ok(entities(written.ddl, snapshot))
}

type Key = (Option<SmolStr>, SmolStr);

/// Reads entities.
pub(super) fn entities(written: Vec<Value>, snapshot: &mut Snapshot) -> Option<Odd> {
    let mut odd = None;
    let mut tables: FxHashMap<Key, Table> = FxHashMap::default();
    let mut order: Vec<Key> = Vec::new();
    for value in written {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(SmolStr::new);
        let kind = text("entityType").unwrap_or_default();
        let is_table = kind == "tables";
        let owner = if is_table { text("name") } else { text("table") };
        let key = owner.map(|owner| (namespace(text("schema")), owner));
        let name = text("name");
        let entity: Entity = match serde_json::from_value(value) {
            Ok(entity) => entity,
            Err(error) => {
                let named = key.as_ref().map(|(_, table)| table).or(name.as_ref());
                odd.get_or_insert_with(|| Odd::new(named.map_or("ddl", SmolStr::as_str), &error));
                match key {
                    Some(key) => tables.entry(key).or_default().is_partial = true,
                    None => snapshot.is_partial = true,
                }
                continue;
            }
        };
        if kind == "enums" {
            let name = entity.name.unwrap_or_default();
            snapshot.enums.push(Enum { namespace: namespace(entity.schema), name, values: entity.values });
            continue;
        }
        let Some(key) = key else {
            // Schemas, sequences, roles, views: not read.
            snapshot.is_partial |= kind.is_empty();
            continue;
        };
        if is_table {
            order.push(key.clone());
        }
        let table = tables.entry(key).or_default();
        table.is_partial |= !is_table && !add(table, &kind, entity);
    }
    for key in order {
        if let Some(mut table) = tables.remove(&key) {
            (table.namespace, table.name) = key;
            snapshot.tables.push(table);
        }
    }
    odd
}

/// Adds an entity to its table; false when it says less than it must.
fn add(table: &mut Table, kind: &str, entity: Entity) -> bool {
    let Some(name) = entity.name else { return false };
    let explicit = entity.name_explicit;
    let names = || -> Option<Vec<SmolStr>> {
        entity.columns.iter().map(|column| column.as_str().map(SmolStr::new)).collect()
    };
    match kind {
        "columns" => table.columns.push(Column {
            name,
            sql_type: {
                let brackets = "[]".repeat(entity.dimensions.unwrap_or_default() as usize);
                smol_str::format_smolstr!("{}{brackets}", entity.sql_type.unwrap_or_default())
            },
            not_null: entity.not_null.unwrap_or_default(),
            default: entity.default,
            generated: entity.generated.is_some(),
            identity: entity
                .identity
                .map(|identity| identity.get("type").and_then(Value::as_str).unwrap_or_default().into()),
            auto_increment: entity.auto_increment.unwrap_or_default(),
        }),
        "pks" => {
            let Some(columns) = names() else { return false };
            table.primary_key = Some(PrimaryKey { name: Some(name), explicit, columns });
        }
        "uniques" => {
            let Some(columns) = names() else { return false };
            let nulls_not_distinct = entity.nulls_not_distinct.unwrap_or_default();
            table.uniques.push(Unique { name, explicit, columns, nulls_not_distinct });
        }
        "indexes" => {
            let Some(parts) = entity.columns.iter().map(part).collect() else { return false };
            table.indexes.push(Index {
                name,
                explicit,
                unique: entity.is_unique.unwrap_or_default(),
                parts,
                method: entity.method,
                predicate: entity.predicate.filter(|text| !text.is_empty()),
            });
        }
        "fks" => {
            let (Some(columns), Some(target)) = (names(), entity.table_to.clone()) else { return false };
            table.foreign_keys.push(ForeignKey {
                name,
                explicit,
                columns,
                target_namespace: namespace(entity.schema_to),
                target,
                target_columns: entity.columns_to,
                on_delete: action(entity.on_delete.as_deref()),
                on_update: action(entity.on_update.as_deref()),
            });
        }
        "checks" => table.checks.push((name, entity.value.unwrap_or_default())),
        _ => {}
    }
    true
}

fn part(written: &Value) -> Option<IndexPart> {
    let flag = |key: &str| written.get(key).and_then(Value::as_bool);
    let class = written.get("opclass").and_then(|class| class.get("name")).and_then(Value::as_str);
    Some(IndexPart {
        text: written.get("value")?.as_str()?.into(),
        is_expression: flag("isExpression").unwrap_or_default(),
        descending: !flag("asc").unwrap_or(true),
        nulls_first: flag("nullsFirst"),
        operator_class: class.map(SmolStr::new),
    })
}
