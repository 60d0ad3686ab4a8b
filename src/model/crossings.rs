//! References from one domain to another, and what allows them.

use super::boundaries::{Declared, Ends, Partition, allows};
use super::soft::SoftReference;
use crate::config::Boundary;
use crate::graph::{SchemaGraph, TableId};
use smol_str::SmolStr;

/// A reference from one domain to another.
#[derive(Debug)]
pub struct Crossing {
    /// Which partition has the boundary.
    pub partition: usize,
    /// The table that refers.
    pub table: TableId,
    /// Its columns.
    pub columns: Vec<usize>,
    /// The table that is referred to: an owner, never a mirror.
    pub target: TableId,
    /// The domain of the table that refers.
    pub from: SmolStr,
    /// The domain that is referred to.
    pub to: SmolStr,
    /// What refers.
    pub by: Reference,
    /// What allows it.
    pub allowance: Allowance,
}

/// What refers to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// A foreign key of the table, by its index there.
    ForeignKey(usize),
    /// A soft reference, by its index in the model.
    Soft(usize),
}

/// What allows a reference across a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// Nothing.
    Nothing,
    /// An entry of `allow`, by its index.
    Entry(usize),
    /// The manifest of the package.
    Declared,
    /// The manifest lists it, but the column does not say why, as it must.
    Unexplained,
}

impl Allowance {
    /// Whether the reference may stand.
    pub const fn is_given(self) -> bool {
        matches!(self, Self::Entry(_) | Self::Declared)
    }
}

/// Every foreign key and soft reference whose two tables are in different domains.
pub(super) fn find(
    graph: &SchemaGraph,
    boundaries: &[Boundary],
    declared: &[Declared],
    partitions: &[Partition],
    soft: &[SoftReference],
) -> Vec<Crossing> {
    let mut found = Vec::new();
    for (index, partition) in partitions.iter().enumerate() {
        let boundary = &boundaries[index];
        let mut add = |table: TableId, columns: &[usize], target: TableId, by: Reference| {
            let target = graph.owner(target);
            let (Some(from), Some(to)) = (partition.domain(table), partition.domain(target)) else { return };
            if from == to {
                return;
            }
            let ends = Ends { from: (table, from), columns, to: (target, to) };
            found.push(Crossing {
                partition: index,
                table,
                columns: columns.to_vec(),
                target,
                from: from.clone(),
                to: to.clone(),
                by,
                allowance: allowance(graph, boundary, declared.get(index), ends, by),
            });
        };
        for (id, table) in graph.own_tables() {
            for (at, key) in table.foreign_keys.iter().enumerate() {
                if let (Ok(columns), Ok(target)) = (&key.columns, &key.target) {
                    add(id, columns, target.table, Reference::ForeignKey(at));
                }
            }
        }
        for (at, reference) in soft.iter().enumerate() {
            add(reference.table, &reference.columns, reference.target, Reference::Soft(at));
        }
    }
    found
}

fn allowance(
    graph: &SchemaGraph,
    boundary: &Boundary,
    declared: Option<&Declared>,
    ends: Ends<'_>,
    by: Reference,
) -> Allowance {
    if let Some(entry) = boundary.allow.iter().position(|allow| allows(allow, graph, ends)) {
        return Allowance::Entry(entry);
    }
    let Some(settings) = &boundary.allow_declared else { return Allowance::Nothing };
    let table = graph.table(ends.from.0);
    let manifest = declared.and_then(|declared| declared.of(table.binding.file));
    if !manifest.is_some_and(|(_, manifest)| manifest.lists(ends.to.1)) {
        return Allowance::Nothing;
    }
    let at_key = match by {
        Reference::ForeignKey(key) => !table.foreign_keys[key].comments.is_empty(),
        Reference::Soft(_) => true,
    };
    let at_column = ends.columns.iter().any(|column| !table.columns[*column].comments.is_empty());
    if settings.comment && !at_key && !at_column { Allowance::Unexplained } else { Allowance::Declared }
}
