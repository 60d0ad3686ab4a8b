//! Foreign keys as the database gets them: what a copy of a table refers to, its owner is asked about.

use std::borrow::Cow;

use super::{ForeignKey, SchemaGraph, Table, TableId};

/// A foreign key of which both sides are known.
#[derive(Debug)]
pub struct Reference<'g> {
    /// The key.
    pub key: &'g ForeignKey,
    /// The table that has it.
    pub table: &'g Table,
    /// Its columns.
    pub columns: &'g [usize],
    /// The number of the table that it refers to.
    pub target_id: TableId,
    /// The table that it refers to; never a copy.
    pub target: &'g Table,
    /// The columns there, in the order of `columns`.
    pub target_columns: Cow<'g, [usize]>,
}

impl SchemaGraph {
    /// The foreign keys that are known and that Drizzle creates; Ponder knows none.
    pub fn references(&self) -> impl Iterator<Item = Reference<'_>> {
        self.own_tables()
            .map(|(_, table)| table)
            .filter(|table| !self.is_made_elsewhere(table) && !table.ponder && table.owner.is_none())
            .flat_map(|table| table.foreign_keys.iter().filter_map(|key| self.reference(table, key)))
    }

    /// Whether SQL files create a table, or drizzle-kit or the drizzle.config of its package leaves it out: what the database has is
    /// said elsewhere then. A drizzle.config whose `schema` could not be read leaves nothing out.
    pub fn is_made_elsewhere(&self, table: &Table) -> bool {
        let left_out = table.taken_by.is_empty() && !self.projects[table.project].schema_files.is_empty();
        table.created_by_sql || table.left_out || left_out
    }

    fn reference<'g>(&'g self, table: &'g Table, key: &'g ForeignKey) -> Option<Reference<'g>> {
        let (Ok(columns), Ok(target)) = (&key.columns, &key.target) else { return None };
        let named = self.table(target.table);
        let target_id = self.owner(target.table);
        let owner = self.table(target_id);
        let target_columns = match named.owner {
            None => Cow::Borrowed(&*target.columns),
            Some(_) => {
                let in_owner = target.columns.iter().map(|column| {
                    let name = named.column_name(*column);
                    owner.columns.iter().position(|column| column.display_name() == name)
                });
                Cow::Owned(in_owner.collect::<Option<_>>()?)
            }
        };
        let is_table = owner.view.is_none() && !owner.ponder;
        is_table.then_some(Reference { key, table, columns, target_id, target: owner, target_columns })
    }
}
