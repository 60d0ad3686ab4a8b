//! Which tables SQL files create.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};

/// Dumps are larger, and create nothing.
const MAX_BYTES: u64 = 8 << 20;

/// The names of the tables that those files create, in small letters and without their schema.
pub fn created_tables(files: &[PathBuf]) -> FxHashSet<String> {
    // drizzle-kit wrote it, though its journal may be elsewhere.
    let by_hand = |text: &String| !text.contains("statement-breakpoint");
    let texts = files.par_iter().filter_map(|path| text(path)).filter(by_hand);
    texts.flat_map_iter(|text| created_in(&text, "table")).collect()
}

/// What files and texts create, or rename so, whoever wrote them: `("type", "status")`, in small letters and
/// without its schema.
pub fn created(files: &[PathBuf], texts: &[&str]) -> FxHashSet<(&'static str, String)> {
    let read = files.par_iter().filter_map(|path| text(path));
    let given = texts.par_iter().map(|text| text.to_lowercase());
    read.chain(given).flat_map_iter(|text| statements(&text)).collect()
}

fn statements(text: &str) -> Vec<(&'static str, String)> {
    let renamed = text.match_indices("rename to ").map(|(at, to)| name_at(&text[at + to.len()..]));
    let renamed: Vec<String> = renamed.collect();
    let of = |kind: &'static str| {
        let created = created_in(text, kind).into_iter().chain(renamed.iter().cloned());
        created.map(move |name| (kind, name)).collect::<Vec<_>>()
    };
    ["table", "type", "schema", "sequence"].into_iter().flat_map(of).collect()
}

/// A file in small letters.
fn text(path: &Path) -> Option<String> {
    let small = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= MAX_BYTES);
    let bytes = small.then(|| crate::files::read(path).ok()).flatten()?;
    Some(String::from_utf8_lossy(&bytes).to_lowercase())
}

/// Whether a file is a snapshot or a migration of drizzle-kit's own.
pub fn is_migration(path: &Path) -> bool {
    let folder = path.parent();
    folder.is_some_and(|folder| {
        folder.join("meta/_journal.json").is_file() || folder.join("snapshot.json").is_file()
    })
}

/// `CREATE TABLE [IF NOT EXISTS] [schema.]name`, in any quoting; the text is in small letters.
fn created_in(text: &str, kind: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices("create ") {
        let rest = text[at + "create ".len()..].trim_start();
        let Some(rest) = rest.strip_prefix(kind).filter(|rest| rest.starts_with(char::is_whitespace)) else {
            continue;
        };
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        if text[line..at].contains("--") {
            continue;
        }
        let rest = rest.trim_start();
        let rest = rest.strip_prefix("if not exists").unwrap_or(rest).trim_start();
        let name = name_at(rest);
        if !name.is_empty() {
            names.push(name);
        }
    }
    names
}

/// The name that a text begins with, without its schema and its quotes.
fn name_at(text: &str) -> String {
    let end = text.find(['(', ')', ' ', '\n', '\r', '\t', ';']).unwrap_or(text.len());
    let name = text[..end].rsplit('.').next().unwrap_or_default();
    name.trim_matches(['"', '\'', '`', '[', ']', '\\']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_in_any_spelling() {
        let sql = "CREATE TABLE users(id int);\ncreate table if not exists \"public\".\"Orders\" (\n-- é\nCreate Table `a.b`;";
        assert_eq!(created_in(&sql.to_lowercase(), "table"), ["users", "orders", "b"]);
        assert!(created_in("-- we do not create table users\n", "table").is_empty());
        assert!(created_in("create table", "table").is_empty());
        assert_eq!(
            created_in("do $$ begin create type \"public\".\"status\" as enum('a')", "type"),
            ["status"]
        );
        assert_eq!(created_in("create schema if not exists billing;", "schema"), ["billing"]);
    }
}
