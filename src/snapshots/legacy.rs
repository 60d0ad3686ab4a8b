//! Snapshots of drizzle-kit up to 0.31: objects of tables.

use serde::Deserialize;
use smol_str::SmolStr;

use super::snapshot::{Column, Table, namespace};
use crate::config::Entries;

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    tables: Entries<WrittenTable, SmolStr>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenTable {
    name: SmolStr,
    /// Empty for `public`; not there in MySQL and SQLite.
    schema: Option<SmolStr>,
    columns: Entries<WrittenColumn, SmolStr>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenColumn {
    name: SmolStr,
    #[serde(rename = "type")]
    sql_type: SmolStr,
    not_null: bool,
}

/// The tables of a snapshot.
pub(super) fn tables(text: &str) -> serde_json::Result<Vec<Table>> {
    let written: Written = serde_json::from_str(text)?;
    let tables = written.tables.0.into_iter().map(|(key, table)| {
        // The key is `public.users`, or `users`.
        let bare = key.rsplit_once('.').map_or(key.as_str(), |(_, name)| name);
        let name = if table.name.is_empty() { SmolStr::new(bare) } else { table.name };
        let columns = table.columns.0.into_iter().map(|(key, column)| Column {
            name: if column.name.is_empty() { key } else { column.name },
            sql_type: column.sql_type,
            not_null: column.not_null,
        });
        Table { namespace: namespace(table.schema), name, columns: columns.collect() }
    });
    Ok(tables.collect())
}
