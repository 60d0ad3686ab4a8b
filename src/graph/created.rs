//! What is created together in one database: the scope of names.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::{Dialect, Named, SchemaGraph, Table, TableId};

/// What is created together in one database.
#[derive(Debug)]
pub struct Created<'g> {
    /// Tables and views.
    pub tables: Vec<TableId>,
    /// Enums and sequences.
    pub others: Vec<Named<'g>>,
}

impl Table {
    /// Whether it is created as it is written: a drizzle.config takes it, or there is none that could.
    /// Mirrors and what a package outside declares are not, nor is anything where SQL creates tables.
    pub fn is_created(&self, graph: &SchemaGraph) -> bool {
        !self.external
            && self.view.is_none_or(|view| !view.existing)
            && !self.left_out
            && (!self.taken_by.is_empty()
                || self.owner.is_none()
                    && graph.projects[self.project].config.is_none()
                    && !graph.projects[self.project].created_by_sql)
    }
}

impl SchemaGraph {
    /// What each drizzle.config creates. Of packages without one only what one file exports belongs together for
    /// certain: there may be a schema of another version, or of another database, beside it.
    pub fn created_together(&self) -> Vec<Created<'_>> {
        let mut units: IndexMap<(usize, Option<u32>, Dialect), Created<'_>, FxBuildHasher> =
            IndexMap::default();
        let empty = || Created { tables: Vec::new(), others: Vec::new() };
        for (index, table) in self.tables.iter().enumerate() {
            if !table.is_created(self) || table.ponder {
                continue;
            }
            let id = TableId(index as u32);
            for project in &table.taken_by {
                if self.projects[*project].dialect == Some(table.dialect) {
                    units.entry((*project, None, table.dialect)).or_insert_with(empty).tables.push(id);
                }
            }
            let is_exported = table.binding.exported && !table.binding.nested;
            if table.taken_by.is_empty() && is_exported {
                let key = (table.project, Some(table.binding.file.0), table.dialect);
                units.entry(key).or_insert_with(empty).tables.push(id);
            }
        }
        let line = |project: usize| self.projects[project].line;
        for made in &self.enums {
            for project in &made.taken_by {
                if self.projects[*project].dialect == Some(made.dialect)
                    && let Some(named) = made.named(line(*project))
                {
                    let key = (*project, None, made.dialect);
                    units.entry(key).or_insert_with(empty).others.push(named);
                }
            }
        }
        for made in &self.sequences {
            for project in &made.taken_by {
                if let Some(dialect) = self.projects[*project].dialect
                    && let Some(named) = made.named(dialect, line(*project))
                {
                    let key = (*project, None, dialect);
                    units.entry(key).or_insert_with(empty).others.push(named);
                }
            }
        }
        units.into_values().collect()
    }
}
