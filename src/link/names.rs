//! The names that drizzle-kit generates, once every table is known.

use smol_str::SmolStr;
use std::sync::Arc;

use super::Linker;
use crate::graph::*;

impl Linker<'_> {
    /// Fills in the names that drizzle-kit generates, once every table is there.
    pub(super) fn name_constraints(&mut self) {
        (0..self.graph.tables.len()).for_each(|at| self.name_constraints_of(at));
    }

    /// The same of one table; those that its keys lead to are there.
    pub(super) fn name_constraints_of(&mut self, at: usize) {
        let Ok(name) = self.graph.tables[at].name.clone() else { return };
        let mut keys = std::mem::take(&mut self.graph.table_mut(at).foreign_keys);
        for key in keys.iter_mut().filter(|key| !key.explicit) {
            key.name = self.foreign_key_name(&self.graph.tables[at], &name, key);
        }
        let table = self.graph.table_mut(at);
        table.foreign_keys = keys;
        let names = GeneratedNames { dialect: table.dialect, line: table.line, table: &name };
        let columns = &mut table.columns;
        let spelled = |indexes: &[usize]| -> Vec<String> {
            indexes.iter().map(|index| columns[*index].display_name().to_string()).collect()
        };
        let raw = |indexes: &[usize]| -> Vec<String> {
            indexes.iter().map(|index| columns[*index].name_before_casing().to_string()).collect()
        };
        // The primary key of MySQL has no name of its own; 1.0 knows that.
        let unnamed = table.dialect == Dialect::MySql && table.line == DrizzleLine::V1;
        for key in table.primary_keys.iter_mut().filter(|key| !key.explicit || unnamed) {
            key.name = key.columns.clone().map(|indexes| names.primary_key(&strs(&spelled(&indexes))));
        }
        for unique in table.uniques.iter_mut().filter(|unique| !unique.explicit) {
            // 0.x spells these from the names before casing.
            unique.name = unique.columns.clone().map(|indexes| names.unique(&strs(&raw(&indexes)), false));
        }
        for index in table.indexes.iter_mut().filter(|index| !index.explicit) {
            let parts = index.parts.iter().map(|part| match part {
                IndexPart::Column { column, .. } => Some(*column),
                _ => None,
            });
            let parts: Option<Vec<usize>> = parts.collect();
            index.name = Ok(parts.map(|indexes| names.index(&strs(&spelled(&indexes)))));
        }
        for column in columns.iter_mut() {
            let before = column.name_before_casing().to_string();
            if let Ok(ColumnFacts { unique: Some(unique), .. }) = &mut column.facts
                && matches!(&unique.name, Ok(name) if name.is_empty())
            {
                unique.name = Ok(names.unique(&[&before], true));
            }
        }
    }

    fn foreign_key_name(&self, table: &Table, name: &str, key: &ForeignKey) -> Fact<SmolStr> {
        let (columns, target) =
            (key.columns.as_ref().map_err(Arc::clone)?, key.target.as_ref().map_err(Arc::clone)?);
        let to = self.graph.table(target.table);
        let to_name = to.name.as_ref().map_err(Arc::clone)?;
        let own: Vec<&str> = columns.iter().map(|index| table.column_name(*index)).collect();
        let other: Vec<&str> = target.columns.iter().map(|index| to.column_name(*index)).collect();
        let names = GeneratedNames { dialect: table.dialect, line: table.line, table: name };
        Ok(names.foreign_key(&own, to_name, &other))
    }
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}
