//! Which tables SQL files create.

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Dumps are larger, and create nothing.
const MAX_BYTES: u64 = 8 << 20;

/// What statements begin with, and what only drizzle-kit writes.
const WORDS: [&str; 3] = ["create ", "rename to ", BREAKPOINT];
const BREAKPOINT: &str = "statement-breakpoint";

/// Migrations are many megabytes, of which statements are few: their words are searched for in any case, and only names
/// are put into small letters.
static SEARCH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());

/// The names of the tables that those files create, in small letters and without their schema.
pub fn created_tables(files: &[PathBuf]) -> FxHashSet<String> {
    let of = |path: &PathBuf| {
        let bytes = bytes(path)?;
        let text = String::from_utf8_lossy(&bytes);
        // drizzle-kit wrote it, though its journal may be elsewhere.
        let by_hand = !found(&text).any(|(_, word)| word == BREAKPOINT);
        by_hand.then(|| created_in(&text, "table"))
    };
    files.par_iter().filter_map(of).flatten_iter().collect()
}

/// What files and texts create, or rename so, whoever wrote them: `("type", "status")`, in small letters and
/// without its schema.
pub fn created(files: &[PathBuf], texts: &[&str]) -> FxHashSet<(&'static str, String)> {
    let read = files.par_iter().filter_map(|path| bytes(path));
    let read = read.map(|bytes| statements(&String::from_utf8_lossy(&bytes)));
    read.chain(texts.par_iter().map(|text| statements(text))).flatten_iter().collect()
}

const KINDS: [&str; 4] = ["table", "type", "schema", "sequence"];

fn statements(text: &str) -> Vec<(&'static str, String)> {
    let mut made = Vec::new();
    for (at, word) in found(text) {
        if word == "rename to " {
            let name = name_at(&text[at + word.len()..]);
            made.extend(KINDS.map(|kind| (kind, name.clone())));
        } else {
            made.extend(KINDS.iter().filter_map(|kind| Some((*kind, created_at(text, at, kind)?))));
        }
    }
    made
}

/// Where the words stand.
fn found(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    let hits = SEARCH.iter().flat_map(move |search| search.find_iter(text));
    hits.map(|hit| (hit.start(), WORDS[hit.pattern().as_usize()]))
}

/// A file, unless it is too large.
fn bytes(path: &Path) -> Option<Vec<u8>> {
    let small = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= MAX_BYTES);
    small.then(|| crate::files::read(path).ok()).flatten()
}

/// Whether a file is a snapshot or a migration of drizzle-kit's own.
pub fn is_migration(path: &Path) -> bool {
    let folder = path.parent();
    folder.is_some_and(|folder| {
        folder.join("meta/_journal.json").is_file() || folder.join("snapshot.json").is_file()
    })
}

/// What a text creates of one kind.
fn created_in(text: &str, kind: &str) -> Vec<String> {
    let creates = found(text).filter(|(_, word)| *word == "create ");
    creates.filter_map(|(at, _)| created_at(text, at, kind)).collect()
}

/// `CREATE TABLE [IF NOT EXISTS] [schema.]name` at a place, in any quoting, when it is of that kind.
fn created_at(text: &str, at: usize, kind: &str) -> Option<String> {
    let rest = without(text[at + "create ".len()..].trim_start(), kind)?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    if text[line..at].contains("--") {
        return None;
    }
    let rest = rest.trim_start();
    let rest = without(rest, "if not exists").unwrap_or(rest).trim_start();
    Some(name_at(rest)).filter(|name| !name.is_empty())
}

/// A text behind a word that it begins with, in any case.
fn without<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

/// The name that a text begins with, without its schema and its quotes, in small letters.
fn name_at(text: &str) -> String {
    let end = text.find(['(', ')', ' ', '\n', '\r', '\t', ';']).unwrap_or(text.len());
    let name = text[..end].rsplit('.').next().unwrap_or_default();
    name.trim_matches(['"', '\'', '`', '[', ']', '\\']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_in_any_spelling() {
        let sql = "CREATE TABLE users(id int);\ncreate table if not exists \"public\".\"Orders\" (\n-- é\nCreate Table `a.b`;";
        assert_eq!(created_in(sql, "table"), ["users", "orders", "b"]);
        assert!(created_in("-- we do not create table users\n", "table").is_empty());
        assert!(created_in("create table", "table").is_empty());
        assert_eq!(
            created_in("do $$ begin create type \"public\".\"status\" as enum('a')", "type"),
            ["status"]
        );
        assert_eq!(created_in("create schema if not exists billing;", "schema"), ["billing"]);
    }
}
