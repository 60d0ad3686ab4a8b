//! Relations by their tables, with the keys that they could follow.

use rustc_hash::FxHashMap;

use super::{KeysBetween, Relation, RelationApi, SchemaGraph, TableId};

/// The relations of a graph, by what one wants to know of two tables.
#[derive(Debug)]
pub struct RelationIndex<'g> {
    /// The graph.
    pub graph: &'g SchemaGraph,
    /// The foreign keys.
    pub keys: KeysBetween<'g>,
    of_table: FxHashMap<TableId, Vec<usize>>,
    /// The `relations()` of each table.
    sets: FxHashMap<TableId, &'g str>,
}

impl<'g> RelationIndex<'g> {
    /// Those of a graph.
    pub fn new(graph: &'g SchemaGraph) -> Self {
        let mut of_table: FxHashMap<TableId, Vec<usize>> = FxHashMap::default();
        for (index, relation) in graph.relations.iter().enumerate() {
            of_table.entry(graph.owner(relation.table)).or_default().push(index);
        }
        let mut sets = FxHashMap::default();
        for set in graph.relation_sets.iter().filter(|set| set.api == RelationApi::V1) {
            sets.entry(set.table).or_insert(set.binding.name.as_str());
        }
        Self { graph, keys: KeysBetween::new(graph), of_table, sets }
    }

    /// The relations of a table, or of its copies.
    pub fn of(&self, table: TableId) -> impl Iterator<Item = &'g Relation> + use<'g, '_> {
        let graph = self.graph;
        let found = self.of_table.get(&graph.owner(table));
        found.into_iter().flatten().map(move |index| &graph.relations[*index])
    }

    /// The name of the `relations()` of a table.
    pub fn set_of(&self, table: TableId) -> Option<&'g str> {
        self.sets.get(&table).copied()
    }

    /// The relation back with columns that Drizzle does not consider because of its name.
    pub fn named_otherwise(&self, relation: &Relation) -> Option<&'g Relation> {
        let mut back = self.back(relation).filter(|back| back.target == Ok(Some(relation.table)));
        back.find(|back| back.relation_name != relation.relation_name)
    }

    /// The relation back to a copy of the table: Drizzle compares objects.
    pub fn to_another_object(&self, relation: &Relation) -> Option<&'g Relation> {
        self.back(relation).find(|back| back.target != Ok(Some(relation.table)))
    }

    /// The relations with columns from the target to the table, or to a copy of it.
    fn back<'r>(&self, relation: &'r Relation) -> impl Iterator<Item = &'g Relation> + use<'r, 'g, '_> {
        let graph = self.graph;
        let target = relation.target.as_ref().ok().copied().flatten();
        let (owner, api, binding) = (graph.owner(relation.table), relation.api, &relation.binding);
        target.into_iter().flat_map(|target| self.of(target)).filter(move |other| {
            let leads_back = matches!(other.target, Ok(Some(to)) if graph.owner(to) == owner);
            let is_seen = api == RelationApi::V1 || other.binding == *binding;
            leads_back && other.api == api && is_seen && other.columns.is_some()
        })
    }

    /// What a relation leads to, as one calls it.
    pub fn target_name(&self, relation: &Relation) -> String {
        match relation.target {
            Ok(Some(target)) => self.graph.table(target).display_name(),
            _ => relation.keys.target.to_string(),
        }
    }
}
