//! Whether migrations create a unique index before the foreign keys that need it.
//!
//! drizzle-kit writes some foreign keys before unique indexes. In a repository whose migrations have the index already,
//! another key to it comes later, and somebody may have moved the first one by hand.

use std::path::{Path, PathBuf};
use walkdir::WalkDir;

use super::repository_root;
use crate::boundary::is_inside;
use crate::graph::{Reference, SchemaGraph, Table, TableId, Uniqueness};

/// Marks the unique indexes that foreign keys refer to and that migrations create in time.
pub(super) fn mark_migrated_indexes(root: &Path, graph: &mut SchemaGraph) {
    let mut asked: Vec<Asked> = Vec::new();
    for reference in graph.references() {
        if reference.target.has_late_unique_indexes()
            && let Uniqueness::Index(index) = reference.target.uniqueness(&reference.target_columns)
            && let Ok(Some(name)) = &index.name
            && let Some(out) = &graph.projects[reference.target.project].out
        {
            let at = reference.target.indexes.iter().position(|other| std::ptr::eq(other, index));
            asked.push(Asked {
                table: reference.target_id,
                index: at.unwrap_or_default(),
                folder: root.join(&**out),
                name: bare(name),
                key: key_text(&reference),
            });
        }
    }
    // Many keys refer to one index: its migrations are searched once.
    asked.sort();
    asked.dedup();
    let boundary = repository_root(root);
    asked.retain(|asked| is_inside(boundary, &asked.folder));
    for same in asked.chunk_by(|left, right| left.folder == right.folder) {
        let text = same.first().map(|asked| migrations(&asked.folder)).unwrap_or_default();
        for Asked { table, index, name, key, .. } in same {
            let created = text.find(name.as_str());
            let referred = text.match_indices("references").find_map(|(at, _)| {
                let rest = &text[at + "references".len()..];
                let rest = rest.split_once('(').map_or(rest, |(target, _)| {
                    // The namespace may be left out.
                    let name = target.rsplit('.').next().unwrap_or(target);
                    &rest[target.len() - name.len()..]
                });
                rest.starts_with(key.as_str()).then_some(at)
            });
            let in_time = created.is_some_and(|created| referred.is_none_or(|referred| created < referred));
            if in_time && let Some(index) = graph.table_mut(table.0 as usize).indexes.get_mut(*index) {
                index.migrated = true;
            }
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    folder: PathBuf,
    table: TableId,
    index: usize,
    name: String,
    key: String,
}

/// `users(tenant_id,id)`.
fn key_text(reference: &Reference<'_>) -> String {
    let target: &Table = reference.target;
    let columns: Vec<&str> =
        reference.target_columns.iter().map(|column| target.column_name(*column)).collect();
    bare(&format!("{}({})", target.name.as_deref().unwrap_or_default(), columns.join(",")))
}

/// The migrations of a folder in their order, without quotes and blanks.
fn migrations(folder: &Path) -> String {
    let entries = WalkDir::new(folder).min_depth(1).max_depth(2).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| {
        entry.path().extension().is_some_and(|extension| extension == "sql")
            && entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() < MAX_BYTES)
    });
    files.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).map(|text| bare(&text)).collect()
}

/// Larger files hold data.
const MAX_BYTES: u64 = 16 << 20;

fn bare(text: &str) -> String {
    let letters =
        text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '"' | '[' | ']' | '`'));
    letters.flat_map(char::to_lowercase).collect()
}
