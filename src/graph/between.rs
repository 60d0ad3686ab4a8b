//! Foreign keys by the tables that they join.

use rustc_hash::FxHashMap;

use super::{ForeignKey, ForeignKeyTarget, SchemaGraph, TableId};

/// A foreign key whose columns and target are known.
#[derive(Debug, Clone, Copy)]
pub struct KnownKey<'g> {
    /// The table that has it.
    pub table: TableId,
    /// The key.
    pub key: &'g ForeignKey,
    /// Its columns.
    pub columns: &'g [usize],
    /// What it refers to.
    pub target: &'g ForeignKeyTarget,
}

/// The foreign keys of owners, by the owners that they lead to.
#[derive(Debug)]
pub struct KeysBetween<'g> {
    graph: &'g SchemaGraph,
    to: FxHashMap<TableId, Vec<KnownKey<'g>>>,
}

impl<'g> KeysBetween<'g> {
    /// Those of a graph.
    pub fn new(graph: &'g SchemaGraph) -> Self {
        let mut to: FxHashMap<TableId, Vec<KnownKey<'g>>> = FxHashMap::default();
        for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            for key in &table.foreign_keys {
                if let (Ok(columns), Ok(target)) = (&key.columns, &key.target) {
                    let known = KnownKey { table: id, key, columns, target };
                    to.entry(graph.owner(target.table)).or_default().push(known);
                }
            }
        }
        Self { graph, to }
    }

    /// The keys of one table, or of its owner, that lead to another.
    pub fn of(&self, from: TableId, to: TableId) -> Vec<KnownKey<'g>> {
        let from = self.graph.owner(from);
        self.leading_to(to).iter().filter(|key| key.table == from).copied().collect()
    }

    /// The only table that does nothing but join two others: it has two keys, one to each, that are its own key
    /// together.
    pub fn junction(&self, left: TableId, right: TableId) -> Option<TableId> {
        let (left, right) = (self.graph.owner(left), self.graph.owner(right));
        let joins = |table: TableId| {
            let keys = &self.graph.table(table).foreign_keys;
            let to_right = |key: &ForeignKey| {
                key.target.as_ref().is_ok_and(|target| self.graph.owner(target.table) == right)
            };
            let columns: Vec<usize> =
                keys.iter().filter_map(|key| key.columns.clone().ok()).flatten().collect();
            keys.len() == 2 && keys.iter().any(to_right) && self.graph.table(table).is_identified_by(&columns)
        };
        let mut found = self
            .leading_to(left)
            .iter()
            .map(|key| key.table)
            .filter(|table| *table != left && *table != right && joins(*table));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    fn leading_to(&self, table: TableId) -> &[KnownKey<'g>] {
        self.to.get(&self.graph.owner(table)).map_or(&[], Vec::as_slice)
    }
}
