//! What Drizzle makes of each relation: the columns that it joins, or why it throws.

pub(super) mod v1;
pub(super) mod v2;

use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::graph::{ColumnPairs, Relation, SchemaGraph, TableId, Unknown};

/// What the graph does not keep of how each relation is written, and what was not read.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// Of each relation.
    pub(super) of: Vec<Form>,
    /// The calls of `defineRelations`.
    pub(super) calls: Vec<v2::Call>,
    /// Relations that could not be read.
    pub(super) gaps: Gaps,
}

/// How a relation is written.
#[derive(Debug)]
pub(super) enum Form {
    /// In `relations()`.
    V1(v1::Config),
    /// In `defineRelations()`.
    V2(v2::Form),
}

/// Relations that could not be read.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// By the table that has them.
    pub(super) of_table: FxHashMap<TableId, Arc<Unknown>>,
    /// By the package, where it is not known which table has them.
    pub(super) of_package: FxHashMap<usize, Arc<Unknown>>,
}

impl Gaps {
    /// Why a table may have relations that are not known.
    fn on(&self, table: TableId, package: usize) -> Option<Arc<Unknown>> {
        self.of_table.get(&table).or_else(|| self.of_package.get(&package)).cloned()
    }
}

/// Fills in the verdict on every relation.
pub(super) fn judge(graph: &mut SchemaGraph, forms: &Forms) {
    let mut verdicts = v1::judge(graph, forms);
    verdicts.append(&mut v2::judge(graph, forms));
    for (index, verdict, through) in verdicts {
        let relation: &mut Relation = &mut graph.relations[index];
        relation.verdict = verdict;
        relation.through = through.or(relation.through.take());
    }
}

fn swapped(columns: ColumnPairs) -> ColumnPairs {
    ColumnPairs { fields: columns.references, references: columns.fields }
}
