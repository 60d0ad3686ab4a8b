//! Which tables SQL files create.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::any_case::AnyCase;
use super::buffer::{BUFFER, read_reused};

/// Dumps are larger, and create nothing.
pub const MAX_BYTES: u64 = 8 << 20;

/// What statements begin with, and what only drizzle-kit writes; names alone are put into small letters.
static SEARCH: LazyLock<AnyCase> = LazyLock::new(|| AnyCase::new(&WORDS));
const WORDS: [(&str, usize); 3] = [("create ", 0), ("rename to ", 5), ("statement-breakpoint", 7)];
const RENAME: usize = 1;
const BREAKPOINT: usize = 2;

/// What a text of SQL, or one that holds some, creates.
#[derive(Debug, Default)]
pub struct Statements {
    /// `("table", "users")`: in small letters and without its schema, by place.
    pub created: Vec<(&'static str, String)>,
    /// Names that something gets, of whatever kind it is.
    pub renamed: Vec<String>,
    /// drizzle-kit wrote it, though its journal may be elsewhere.
    pub is_kits: bool,
}

impl Statements {
    /// What there is afterwards and was not before.
    pub fn names(self) -> impl Iterator<Item = (&'static str, String)> {
        let renamed = |name: String| KINDS.map(|kind| (kind, name.clone()));
        self.created.into_iter().chain(self.renamed.into_iter().flat_map(renamed))
    }

    /// Those of a text.
    pub fn of(text: &str) -> Self {
        let mut made = Self::default();
        for (at, word) in SEARCH.find(text) {
            match word {
                BREAKPOINT => made.is_kits = true,
                RENAME => made.renamed.push(name_at(&text[at + WORDS[RENAME].0.len()..])),
                _ => made
                    .created
                    .extend(KINDS.iter().filter_map(|kind| Some((*kind, created_at(text, at, kind)?)))),
            }
        }
        made
    }
}

/// What files create; those that cannot be read or are too large create nothing.
pub fn read(files: &[&Path]) -> Vec<Statements> {
    files.par_iter().filter_map(|path| with_text(path, Statements::of)).collect()
}

/// What texts create.
pub fn of_texts(texts: Vec<&str>) -> Vec<Statements> {
    texts.into_par_iter().map(Statements::of).collect()
}

const KINDS: [&str; 4] = ["table", "type", "schema", "sequence"];

/// Gives the text of a file, unless it is too large.
pub fn with_text<T>(path: &Path, then: impl FnOnce(&str) -> T) -> Option<T> {
    let small = fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_BYTES);
    BUFFER.with_borrow_mut(|buffer| {
        let bytes = small.then(|| read_reused(path, buffer).ok()).flatten()?;
        Some(match str::from_utf8(bytes) {
            Ok(text) => then(text),
            Err(_) => then(&String::from_utf8_lossy(bytes)),
        })
    })
}

/// Which files are no snapshot or migration of drizzle-kit's own, and which are.
pub fn by_hand(files: &[PathBuf]) -> (Vec<&Path>, Vec<&Path>) {
    // Hundreds of migrations share a folder.
    let mut folders: FxHashMap<&Path, bool> = FxHashMap::default();
    files.iter().map(PathBuf::as_path).partition(|path| {
        let folder = path.parent().unwrap_or(path);
        let is_kits = folders.entry(folder).or_insert_with(|| {
            folder.join("meta/_journal.json").is_file() || folder.join("snapshot.json").is_file()
        });
        !*is_kits
    })
}

/// `CREATE TABLE [IF NOT EXISTS] [schema.]name` at a place, in any quoting, when it is of that kind.
fn created_at(text: &str, at: usize, kind: &str) -> Option<String> {
    let rest = without(text[at + "create ".len()..].trim_start(), kind)?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    if is_commented(text, at) {
        return None;
    }
    let rest = rest.trim_start();
    let rest = without(rest, "if not exists").unwrap_or(rest).trim_start();
    Some(name_at(rest)).filter(|name| !name.is_empty())
}

/// Whether a comment begins before a place, on its line and not far from it.
pub(super) fn is_commented(text: &str, at: usize) -> bool {
    const FAR: usize = 512;
    let near = &text.as_bytes()[at.saturating_sub(FAR)..at];
    let line = memchr::memrchr(b'\n', near).map_or(near, |newline| &near[newline + 1..]);
    memchr::memmem::find(line, b"--").is_some()
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
        let created_in = |text: &str, kind: &str| {
            let created = Statements::of(text).created.into_iter();
            created.filter(|(other, _)| *other == kind).map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(created_in(sql, "table"), ["users", "orders", "b"]);
        assert!(created_in("-- we do not create table users\n", "table").is_empty());
        assert!(created_in("create table", "table").is_empty());
        assert_eq!(
            created_in("do $$ begin create type \"public\".\"status\" as enum('a')", "type"),
            ["status"]
        );
        let said =
            "CREATE TYPE a AS; cReAtE  tAbLe B; created at; ALTER TABLE x RENAME TO \"C\"; recreate table d";
        let said: Vec<_> = Statements::of(said).names().collect();
        for made in [("type", "a"), ("table", "b"), ("table", "c"), ("sequence", "c"), ("table", "d")] {
            assert!(said.contains(&(made.0, made.1.to_string())), "{made:?} in {said:?}");
        }
        assert_eq!(said.len(), 7);
        assert!(Statements::of("--> Statement-Breakpoint").is_kits);
        assert_eq!(created_in("create schema if not exists billing;", "schema"), ["billing"]);
    }
}
