//! Snapshots of drizzle-kit 1.0: one list of everything.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use smol_str::SmolStr;

use super::snapshot::{Column, Table, namespace};

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    ddl: Vec<Entity>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entity {
    entity_type: SmolStr,
    schema: Option<SmolStr>,
    table: Option<SmolStr>,
    name: Option<SmolStr>,
    #[serde(rename = "type")]
    sql_type: Option<SmolStr>,
    not_null: Option<bool>,
}

/// The tables of a snapshot.
pub(super) fn tables(text: &str) -> serde_json::Result<Vec<Table>> {
    let written: Written = serde_json::from_str(text)?;
    let mut tables: Vec<Table> = Vec::new();
    let mut columns: FxHashMap<(Option<SmolStr>, SmolStr), Vec<Column>> = FxHashMap::default();
    for entity in written.ddl {
        let (namespace, Some(name)) = (namespace(entity.schema), entity.name) else { continue };
        match (entity.entity_type.as_str(), entity.table) {
            ("tables", _) => tables.push(Table { namespace, name, columns: Vec::new() }),
            ("columns", Some(table)) => columns.entry((namespace, table)).or_default().push(Column {
                name,
                sql_type: entity.sql_type.unwrap_or_default(),
                not_null: entity.not_null.unwrap_or_default(),
            }),
            _ => {}
        }
    }
    for table in &mut tables {
        let key = (table.namespace.clone(), table.name.clone());
        table.columns = columns.remove(&key).unwrap_or_default();
    }
    Ok(tables)
}
