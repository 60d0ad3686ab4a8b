//! Table objects that copy another's SQL table: `*Ref` copies and id-only stubs.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::projects::Projects;
use crate::graph::{Column, Dialect, SchemaGraph, Table, TableId};

/// Gives every mirror its owner. Evidence, never the name alone: the mirror's columns are a subset of
/// the owner's, it declares no keys or indexes that the owner has not, and no drizzle.config creates it.
///
/// A table that says more than that is left out when a drizzle.config takes tables of its package, among them another of
/// its name: it is a draft, or what a generator wrote beside it.
pub(super) fn find(graph: &mut SchemaGraph, projects: &Projects) {
    let mut by_identity: FxHashMap<(Dialect, SmolStr, SmolStr), Vec<usize>> = FxHashMap::default();
    for (index, table) in graph.tables.iter().enumerate() {
        if let (Ok(name), None, false) = (&table.name, &table.view, table.external) {
            let namespace = match &table.namespace {
                Some(Ok(namespace)) => namespace.clone(),
                Some(Err(_)) => continue,
                None => SmolStr::default(),
            };
            by_identity.entry((table.dialect, namespace, name.clone())).or_default().push(index);
        }
    }
    let created = (0..graph.tables.len()).filter(|table| projects.creates(*table));
    let configured: FxHashSet<usize> = created.map(|table| graph.tables[table].package).collect();
    let mut drafts = Vec::new();
    let mut owners: FxHashMap<usize, TableId> = FxHashMap::default();
    for mut same in by_identity.into_values().filter(|same| same.len() > 1) {
        // The fullest first: what is found to be a copy owns nothing.
        same.sort_by_key(|index| (usize::MAX - graph.tables[*index].columns.len(), *index));
        for mirror in same.iter().rev().copied() {
            if projects.creates(mirror) {
                continue;
            }
            let copy = &graph.tables[mirror];
            let package = |table: usize| &projects.list[graph.tables[table].project].package;
            let candidates =
                same.iter().copied().filter(|owner| *owner != mirror && !owners.contains_key(owner));
            let candidates: Vec<usize> = candidates
                .filter(|owner| is_subset(copy, &graph.tables[*owner]) && !adds(copy, &graph.tables[*owner]))
                // Two applications may each have a table of that name.
                .filter(|owner| {
                    // A package with a drizzle.config that leaves the copy out does not create it.
                    let left_out = projects.configures(package(mirror));
                    projects.creates(*owner) || package(*owner) == package(mirror) || left_out
                })
                // Two bare copies of each other: neither is the owner, unless it alone is created.
                .filter(|owner| {
                    let owner_table = &graph.tables[*owner];
                    projects.creates(*owner)
                        || owner_table.columns.len() > copy.columns.len()
                        || adds(owner_table, copy)
                })
                .collect();
            // Created ones first; several left means that the owner is not known.
            let created: Vec<usize> =
                candidates.iter().copied().filter(|owner| projects.creates(*owner)).collect();
            let chosen = if created.is_empty() { candidates } else { created };
            if let [owner] = chosen[..] {
                owners.insert(mirror, TableId(owner as u32));
            }
        }
        if same.iter().any(|table| projects.creates(*table)) {
            let others =
                same.into_iter().filter(|table| !projects.creates(*table) && !owners.contains_key(table));
            drafts.extend(others.filter(|table| configured.contains(&graph.tables[*table].package)));
        }
    }
    // Whoever was found to be a copy later passes on what is a copy of it.
    let root = |mut owner: TableId| {
        while let Some(next) = owners.get(&(owner.0 as usize)) {
            owner = *next;
        }
        owner
    };
    let found: Vec<(usize, TableId)> = owners.iter().map(|(mirror, owner)| (*mirror, root(*owner))).collect();
    for draft in drafts {
        graph.table_mut(draft).left_out = true;
    }
    for (mirror, owner) in found {
        graph.table_mut(mirror).owner = Some(owner);
    }
}

/// Whether a copy declares what its owner does not: only the primary key may be repeated.
fn adds(mirror: &Table, owner: &Table) -> bool {
    let names = |table: &Table| -> Option<Vec<String>> {
        let key = table.primary_keys.first()?.columns.as_ref().ok()?;
        let mut names: Vec<String> =
            key.iter().map(|column| table.column_name(*column).to_string()).collect();
        names.sort();
        Some(names)
    };
    !(mirror.foreign_keys.is_empty()
        && mirror.indexes.is_empty()
        && mirror.uniques.is_empty()
        && mirror.checks.is_empty())
        || mirror.extras_open.is_some()
        || !mirror.primary_keys.is_empty() && names(mirror) != names(owner)
}

fn is_subset(mirror: &Table, owner: &Table) -> bool {
    mirror.columns_open.is_none()
        && mirror.columns.iter().all(|column| {
            let name = column.display_name();
            let same = owner.columns.iter().find(|other| other.display_name() == name);
            same.map_or(owner.columns_open.is_some(), |same| !contradict(column, same))
        })
}

/// Whether two columns are known to hold values of different kinds.
fn contradict(left: &Column, right: &Column) -> bool {
    let kind = |column: &Column| -> Option<&'static str> {
        let facts = column.facts.as_ref().ok()?;
        let name = facts.sql_type.as_ref().ok()?;
        Some(match name.split(['(', ' ', '[']).next()? {
            "uuid" => "uuid",
            "int" | "integer" | "smallint" | "bigint" | "tinyint" | "mediumint" | "serial" | "bigserial"
            | "smallserial" | "numeric" | "decimal" => "number",
            "text" | "varchar" | "char" | "citext" | "tinytext" | "mediumtext" | "longtext" => "text",
            "boolean" => "boolean",
            _ => return None,
        })
    };
    matches!((kind(left), kind(right)), (Some(left), Some(right)) if left != right)
}
