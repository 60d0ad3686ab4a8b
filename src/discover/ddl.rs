//! Which tables SQL files create.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};

/// Dumps are larger, and create nothing.
const MAX_BYTES: u64 = 8 << 20;

/// The names of the tables that those files create, in small letters and without their schema.
pub fn created_tables(files: &[PathBuf]) -> FxHashSet<String> {
    let read = |path: &PathBuf| {
        let small = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= MAX_BYTES);
        small.then(|| std::fs::read(path).ok()).flatten()
    };
    let names = files.par_iter().filter_map(read).map(|bytes| created_in(&bytes));
    names.flatten_iter().collect()
}

/// Whether a file is a snapshot or a migration of drizzle-kit's own.
pub fn is_migration(path: &Path) -> bool {
    let folder = path.parent();
    folder.is_some_and(|folder| {
        folder.join("meta/_journal.json").is_file() || folder.join("snapshot.json").is_file()
    })
}

/// `CREATE TABLE [IF NOT EXISTS] [schema.]name`, in any case and quoting.
fn created_in(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    // drizzle-kit wrote it, though its journal may be elsewhere.
    if text.contains("statement-breakpoint") {
        return Vec::new();
    }
    let mut names = Vec::new();
    for (at, _) in text.match_indices("create table") {
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        if text[line..at].contains("--") {
            continue;
        }
        let rest = text[at + "create table".len()..].trim_start();
        let rest = rest.strip_prefix("if not exists").unwrap_or(rest).trim_start();
        let end = rest.find(['(', ' ', '\n', '\r', '\t', ';']).unwrap_or(rest.len());
        let name = rest[..end].rsplit('.').next().unwrap_or_default();
        let name = name.trim_matches(['"', '`', '[', ']']);
        if !name.is_empty() {
            names.push(name.to_string());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_in_any_spelling() {
        let sql = "CREATE TABLE users(id int);\ncreate table if not exists \"public\".\"Orders\" (\n-- é\nCreate Table `a.b`;";
        assert_eq!(created_in(sql.as_bytes()), ["users", "orders", "b"]);
        assert!(created_in(b"-- we do not create table users\n").is_empty());
        assert!(created_in(b"create table a();--> statement-breakpoint\n").is_empty());
        assert!(created_in(b"create table").is_empty() && created_in(b"\xff").is_empty());
    }
}
