//! Which indexes SQL creates that the schema does not declare: in migrations of drizzle-kit that somebody added to, in those
//! of another tool, and in scripts that migrate.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::relative;
use crate::discover::indexes::{Change, Indexes};
use crate::graph::{Coverage, Dialect, SchemaGraph, Server, Servers, SqlIndex, Table, needs_indexes};
use crate::overlay::Overlay;

/// Whether somebody will ask: a foreign key has no index, or a table of SQLite no key.
pub(super) fn are_asked_for(graph: &SchemaGraph) -> bool {
    graph.own_tables().any(|(_, table)| lacks_index(table) || lacks_key(table))
}

fn lacks_index(table: &Table) -> bool {
    if table.foreign_keys.is_empty() || !needs_indexes(table.dialect) {
        return false;
    }
    let servers = Servers::new(table, &Server::ALL);
    let mut keys = table.foreign_keys.iter().filter_map(|key| key.columns.as_ref().ok());
    keys.any(|columns| matches!(servers.coverage(columns, |_| false), Coverage::Lacking(_)))
}

fn lacks_key(table: &Table) -> bool {
    table.dialect == Dialect::Sqlite && table.primary_keys.is_empty()
}

/// Gives each table the indexes that texts create; those must be sorted. Of a name that several tables have, only texts
/// count that stand in the package of the table, or where its migrations are written.
pub(super) fn mark_sql_indexes(
    root: &Path,
    graph: &mut SchemaGraph,
    texts: &[PathBuf],
    overlay: &Overlay,
    changes_of: &(impl Fn(&Path, Option<&Arc<[u8]>>) -> Arc<Vec<Change>> + Sync),
) {
    let changes: Vec<Arc<Vec<Change>>> =
        texts.par_iter().map(|path| changes_of(path, overlay.get(path))).collect();
    let mut indexes = Indexes::default();
    for (text, changes) in changes.iter().enumerate() {
        indexes.follow(text, changes);
    }
    let mut named: FxHashMap<String, usize> = FxHashMap::default();
    let name_of = |table: &Table| Some(table.name.as_ref().ok()?.to_lowercase());
    for name in graph.own_tables().filter_map(|(_, table)| name_of(table)) {
        *named.entry(name).or_default() += 1;
    }
    for number in 0..graph.tables.len() {
        let table = &graph.tables[number];
        let Some(name) = name_of(table).filter(|name| named.contains_key(name)) else { continue };
        let project = &graph.projects[table.project];
        let folders =
            [Some(&graph.packages[table.package].folder), Some(&project.package), project.out.as_ref()];
        let folders: Vec<PathBuf> =
            folders.into_iter().flatten().map(|folder| root.join(&**folder)).collect();
        let counts =
            |text: usize| named[&name] == 1 || folders.iter().any(|folder| texts[text].starts_with(folder));
        let column =
            |name: &str| table.columns.iter().position(|column| column.display_name().to_lowercase() == name);
        let found = indexes.of(&name).filter(|(_, text)| counts(*text)).filter_map(|(index, text)| {
            let columns: Vec<usize> = index.columns.iter().map_while(|name| column(name)).collect();
            let file = relative(root, &texts[*text]).into();
            (!columns.is_empty()).then(|| SqlIndex { columns, name: index.name.clone(), file })
        });
        let found: Vec<SqlIndex> = found.collect();
        let is_virtual = table.dialect == Dialect::Sqlite && indexes.is_virtual(&name);
        if is_virtual || !found.is_empty() {
            let table = graph.table_mut(number);
            (table.sql_indexes, table.is_virtual) = (found, is_virtual);
        }
    }
}
