//! Table objects that copy another's SQL table: `*Ref` copies and id-only stubs.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::projects::Projects;
use crate::graph::{Dialect, SchemaGraph, Table, TableId};

/// Gives every mirror its owner. Evidence, never the name alone: the mirror's columns are a subset of
/// the owner's, it declares no keys or indexes that the owner has not, and no drizzle.config creates it.
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
    let mut owners = Vec::new();
    for same in by_identity.values().filter(|same| same.len() > 1) {
        for mirror in same {
            if projects.creates(*mirror) {
                continue;
            }
            let candidates: Vec<usize> = same
                .iter()
                .copied()
                .filter(|owner| owner != mirror)
                .filter(|owner| is_subset(&graph.tables[*mirror], &graph.tables[*owner]))
                .filter(|owner| !adds(&graph.tables[*mirror], &graph.tables[*owner]))
                // Two applications may each have a table of that name.
                .filter(|owner| {
                    let package = |table: usize| &projects.list[graph.tables[table].project].package;
                    // A package with a drizzle.config that leaves the copy out does not create it.
                    let left_out = projects.configures(package(*mirror));
                    projects.creates(*owner) || package(*owner) == package(*mirror) || left_out
                })
                // Two bare copies of each other: neither is the owner, unless it alone is created.
                .filter(|owner| {
                    projects.creates(*owner)
                        || graph.tables[*owner].columns.len() > graph.tables[*mirror].columns.len()
                        || declares_more(&graph.tables[*owner])
                })
                .collect();
            // Created ones first; several left means that the owner is not known.
            let created: Vec<usize> =
                candidates.iter().copied().filter(|owner| projects.creates(*owner)).collect();
            let chosen = if created.is_empty() { candidates } else { created };
            if let [owner] = chosen[..] {
                owners.push((*mirror, TableId(owner as u32)));
            }
        }
    }
    for (mirror, owner) in owners {
        graph.tables[mirror].owner = Some(owner);
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

fn declares_more(table: &Table) -> bool {
    !(table.foreign_keys.is_empty()
        && table.indexes.is_empty()
        && table.uniques.is_empty()
        && table.primary_keys.is_empty()
        && table.checks.is_empty())
        || table.extras_open.is_some()
}

fn is_subset(mirror: &Table, owner: &Table) -> bool {
    mirror.columns_open.is_none()
        && mirror.columns.iter().all(|column| {
            let name = column.display_name();
            owner.columns_open.is_some() || owner.columns.iter().any(|other| other.display_name() == name)
        })
}
