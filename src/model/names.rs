//! Tables and columns by the names that people write: in the config, in tags, in documents.
//!
//! A table id is `namespace.table` in SQL names, `public` where there is no pgSchema; the name in TypeScript
//! is accepted too, and the namespace may be left out while the rest is unique.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use crate::config::Glob;
use crate::graph::{ColumnRef, SchemaGraph, Table, TableId};

/// Finds tables by name.
#[derive(Debug, Default)]
pub struct Names {
    /// Owners, never mirrors, by every way to spell them.
    tables: FxHashMap<SmolStr, Vec<TableId>>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<T> {
    /// Nothing that is known.
    Nothing,
    /// One thing.
    One(T),
    /// Several things: it must be said more exactly.
    Several(Vec<T>),
}

impl<T> Named<T> {
    /// The thing, when it is one.
    pub fn one(self) -> Option<T> {
        match self {
            Self::One(one) => Some(one),
            Self::Nothing | Self::Several(_) => None,
        }
    }
}

impl Names {
    /// The names of every table that is no view, those of packages outside included.
    pub fn new(graph: &SchemaGraph) -> Self {
        let mut names = Self::default();
        for (index, table) in graph.tables.iter().enumerate() {
            if table.view.is_some() {
                continue;
            }
            let id = graph.owner(TableId(index as u32));
            for name in spellings(table) {
                let tables = names.tables.entry(name).or_default();
                if !tables.contains(&id) {
                    tables.push(id);
                }
            }
        }
        names
    }

    /// The table of a name. Of several that share it, the one of the same project as `near` is meant,
    /// then that of the same package, then that of the same database.
    pub fn table(&self, graph: &SchemaGraph, written: &str, near: Option<TableId>) -> Named<TableId> {
        let Some(all) = self.tables.get(written) else { return Named::Nothing };
        if let [one] = all[..] {
            return Named::One(one);
        }
        if let Some(near) = near.map(|near| graph.table(near)) {
            let closer: [&dyn Fn(&Table) -> bool; 3] = [
                &|table| table.project == near.project && table.dialect == near.dialect,
                &|table| table.package == near.package && table.dialect == near.dialect,
                &|table| table.dialect == near.dialect,
            ];
            for is_close in closer {
                let close: Vec<TableId> =
                    all.iter().copied().filter(|id| is_close(graph.table(*id))).collect();
                match close[..] {
                    [] => {}
                    [one] => return Named::One(one),
                    _ => return Named::Several(close),
                }
            }
        }
        Named::Several(all.clone())
    }

    /// The column of a name: `namespace.table.column`.
    pub fn column(&self, graph: &SchemaGraph, written: &str, near: Option<TableId>) -> Named<ColumnRef> {
        let Some((table, column)) = written.rsplit_once('.') else { return Named::Nothing };
        let find = |table: TableId| {
            let column = graph.table(table).column_named(column)?;
            Some(ColumnRef { table, column })
        };
        match self.table(graph, table, near) {
            Named::One(table) => find(table).map_or(Named::Nothing, Named::One),
            Named::Nothing => Named::Nothing,
            Named::Several(tables) => {
                let mut found: Vec<ColumnRef> = tables.into_iter().filter_map(find).collect();
                match found.len() {
                    0 => Named::Nothing,
                    1 => Named::One(found.remove(0)),
                    _ => Named::Several(found),
                }
            }
        }
    }
}

/// Every way to write a table.
pub fn spellings(table: &Table) -> Vec<SmolStr> {
    let binding = &table.binding.name;
    let mut all = vec![binding.clone()];
    let names = table.name.iter().chain([binding]);
    match &table.namespace {
        None => all.extend(names.map(|name| format_smolstr!("public.{name}"))),
        Some(Ok(namespace)) => all.extend(names.map(|name| format_smolstr!("{namespace}.{name}"))),
        Some(Err(_)) => {}
    }
    all.extend(table.name.iter().cloned());
    all.sort();
    all.dedup();
    all
}

/// Whether a glob of the config means a table: `crm.*`, `template_*_assignments`.
pub fn is_table(glob: &Glob, table: &Table) -> bool {
    spellings(table).iter().any(|name| glob.is_match(name))
}

/// Whether a glob of the config means a column: `*.sent_by`.
pub fn is_column(glob: &Glob, table: &Table, column: usize) -> bool {
    let column = &table.columns[column];
    let names = [column.display_name().to_smolstr(), column.key.clone()];
    spellings(table)
        .iter()
        .any(|table| names.iter().any(|column| glob.is_match(&format!("{table}.{column}"))))
}
