//! What a schema must contain, searched for as bytes: nothing is parsed to find candidates.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use memchr::memmem;
use std::sync::LazyLock;

/// Why a file is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It may declare tables or relations.
    Candidate,
    /// It is a drizzle.config and nothing else.
    Config,
    /// It may declare links, or what may be linked, and no tables.
    Links,
    /// It may call a table function of another file, or `relations` by way of one.
    Loose,
}

/// What a look at a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedAt {
    /// Why it is of interest; `None` for most files.
    pub kind: Option<Kind>,
    /// It is a drizzle.config, perhaps besides.
    pub is_config: bool,
    /// It names what only Drizzle 1.0 has.
    pub uses_v1: bool,
    /// It queries by relations: `db.query.users.findMany`.
    pub queries: bool,
    /// It holds SQL that creates tables or indexes.
    pub has_ddl: bool,
}

/// Functions that make tables, schemas, views and enums: a file that names one is a candidate.
pub const MAKERS: &[&str] = &[
    "pgTable",
    "mysqlTable",
    "sqliteTable",
    "singlestoreTable",
    "gelTable",
    "cockroachTable",
    "mssqlTable",
    "pgSchema",
    "mysqlSchema",
    "mysqlDatabase",
    "singlestoreSchema",
    "singlestoreDatabase",
    "gelSchema",
    "cockroachSchema",
    "mssqlSchema",
    "pgView",
    "pgMaterializedView",
    "mysqlView",
    "sqliteView",
    "cockroachView",
    "mssqlView",
    "pgEnum",
    "cockroachEnum",
    "pgSequence",
    "onchainTable",
    "onchainEnum",
    "defineRelations",
];
/// Names that are common elsewhere: they count in files that also name `drizzle-orm`.
pub const WEAK: &[&str] = &["relations(", "snakeCase", "camelCase"];
/// The name of the package.
pub const PACKAGE: &str = "drizzle-orm";
/// Calls that may be a table function of another file.
const LOOSE: &[&str] = &["able(", "able<"];
/// What relational queries begin with: `db.query.users`, `db._query.users`, `db?.query[name]`.
const QUERY: [&str; 2] = [".query", "_query"];

/// SQL in scripts that may create what serves a foreign key.
const DDL: [&str; 8] = [
    "CREATE TABLE",
    "create table",
    "CREATE INDEX",
    "create index",
    "CREATE UNIQUE INDEX",
    "create unique index",
    "CREATE VIRTUAL TABLE",
    "create virtual table",
];

static NEEDLES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let needles = MAKERS.iter().chain(WEAK).chain([&PACKAGE]).chain(LOOSE).chain(&QUERY).chain(&DDL);
    automaton(MatchKind::LeftmostFirst).build(needles).ok()
});

/// What builds a search for a few words, which vectors find: an automaton that is hardly ever entered need not be a quick
/// one, only quickly made.
pub(super) fn automaton(kind: MatchKind) -> AhoCorasickBuilder {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(kind).kind(Some(AhoCorasickKind::ContiguousNFA));
    builder
}

/// Whether a file name is that of a script.
pub fn is_script(name: &str) -> bool {
    matches!(
        name.rsplit_once('.').map(|(_, extension)| extension),
        Some("ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs")
    )
}

/// Whether a file name is that of a script, or of the one other file that says something of schemas.
pub fn may_be_read(name: &str) -> bool {
    is_script(name) || name == "drizzle.config.json"
}

/// Looks at a file's name and bytes.
pub fn look(name: &str, bytes: &[u8]) -> LookedAt {
    let is_config = is_config(name, bytes);
    let mut strong = name.rsplit_once('.').is_some_and(|(stem, _)| stem.ends_with(".schema"));
    let (mut weak, mut package, mut loose) = (false, false, false);
    let (mut uses_v1, mut queries, mut has_ddl) = (false, false, false);
    let package_at = MAKERS.len() + WEAK.len();
    let query_at = package_at + 1 + LOOSE.len();
    for found in NEEDLES.iter().flat_map(|needles| needles.find_iter(bytes)) {
        let index = found.pattern().as_usize();
        if index < MAKERS.len() {
            strong = true;
            uses_v1 |= MAKERS[index] == "defineRelations";
        } else if index < package_at {
            weak = true;
            // The function may come by way of a file of the repository.
            loose |= WEAK[index - MAKERS.len()] == "relations(";
        } else if index == package_at {
            package = true;
        } else if index >= query_at + QUERY.len() {
            has_ddl = true;
        } else if index >= query_at {
            queries |= finds(&bytes[found.end()..]) && !is_commented(&bytes[..found.start()]);
        } else {
            loose = true;
        }
    }
    let kind = if strong || weak && package {
        Some(Kind::Candidate)
    } else if is_config {
        Some(Kind::Config)
    } else if loose || package {
        Some(Kind::Loose)
    } else {
        None
    };
    LookedAt { kind, is_config, uses_v1, queries, has_ddl }
}

/// Whether the line that ends here is a comment.
fn is_commented(before: &[u8]) -> bool {
    let line = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]);
    let line = line.trim_ascii_start();
    line.starts_with(b"*") || line.starts_with(b"//") || line.starts_with(b"/*")
}

/// Whether what follows `.query` is a table, or an expression for one, and a method that finds rows.
fn finds(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"?").unwrap_or(rest);
    if !matches!(rest.first(), Some(b'.' | b'[')) {
        return false;
    }
    let near = &rest[..rest.len().min(REACH)];
    memmem::find(near, b".findMany").or_else(|| memmem::find(near, b".findFirst")).is_some()
}

/// A table's name and some white space are shorter.
const REACH: usize = 120;

/// Whether a file of that name may be a drizzle.config.
pub fn may_be_config(name: &str) -> bool {
    name.contains("config") || name.starts_with("drizzle")
}

/// `drizzle.config.ts`, `drizzle.migrations.config.ts`, `drizzle-dev.config.ts`, and any other config, or
/// `drizzle.prod.ts`, that imports drizzle-kit.
fn is_config(name: &str, bytes: &[u8]) -> bool {
    let imports_kit = || memmem::find(bytes, b"drizzle-kit").is_some();
    match name.find("config") {
        Some(at) => name[..at].starts_with("drizzle") || imports_kit(),
        None => name.starts_with("drizzle") && imports_kit(),
    }
}

/// Searches for what the config names.
#[derive(Debug, Default)]
pub struct Names(Option<AhoCorasick>);

impl Names {
    /// Those names; none are in no file.
    pub fn of(names: &[&str]) -> Self {
        Self(if names.is_empty() { None } else { AhoCorasick::new(names).ok() })
    }

    /// Whether there is none.
    pub fn are_none(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the bytes hold one of them.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|names| names.is_match(bytes))
    }
}

/// The bytes up to the end of the last import; `None` where the file takes whole modules, whose names can stand anywhere.
pub fn imports(bytes: &[u8]) -> Option<&[u8]> {
    let begins = |at: usize| begins_word(bytes, at) && !bytes[..at].ends_with(b".");
    let next = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let is_call = |at: usize| matches!(next(at), b'(' | b'/') || next(at).is_ascii_whitespace();
    if memmem::find_iter(bytes, REQUIRE).any(|at| begins(at) && is_call(at + REQUIRE.len())) {
        return None;
    }
    let is_import = |at: &usize| {
        let after = next(at + IMPORT.len());
        begins(*at) && (after.is_ascii_whitespace() || matches!(after, b'{' | b'*' | b'"' | b'\'' | b'/'))
    };
    let last = memmem::find_iter(bytes, IMPORT).filter(is_import).last();
    let end = last.map_or(0, |last| last + end_of_import(&bytes[last..]));
    let part = &bytes[..end];
    let mut stars = memchr::memchr_iter(b'*', part);
    let takes_all = stars.any(|at| part[at + 1..].trim_ascii_start().starts_with(b"as"));
    (!takes_all).then_some(part)
}

const IMPORT: &[u8] = b"import";
const REQUIRE: &[u8] = b"require";

/// Where the names of an import end: before `from "…"`, or at the module that is imported for its effects.
fn end_of_import(import: &[u8]) -> usize {
    let begins_text = |bytes: &[u8]| matches!(bytes.trim_ascii_start().first(), Some(b'"' | b'\''));
    if begins_text(&import[IMPORT.len()..]) {
        return IMPORT.len();
    }
    let mut ends = memmem::find_iter(import, b"from");
    ends.find(|at| begins_text(&import[at + 4..])).unwrap_or(import.len())
}

/// Searches for calls of some functions.
#[derive(Debug)]
pub struct Calls {
    names: Words,
    /// One of them is a default export, which every file calls as it likes.
    any_name: bool,
}

impl Calls {
    /// Whether imports may take one of those functions.
    pub fn are_named_in(&self, imports: &[u8]) -> bool {
        self.any_name || self.names.any_in(imports, |after| !after.is_some_and(is_name_byte))
    }

    /// Of those functions.
    pub fn of(functions: &[String]) -> Self {
        Self { names: Words::of(functions), any_name: functions.iter().any(|name| name == "default") }
    }

    /// Whether a file takes one of them from elsewhere and calls it.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        imports(bytes).is_none_or(|imports| self.are_named_in(imports)) && self.are_called_in(bytes)
    }

    fn are_called_in(&self, bytes: &[u8]) -> bool {
        self.names.any_in(bytes, |after| matches!(after, Some(b'(' | b'<' | b'.' | b' ')))
    }
}

/// A search for whole words.
#[derive(Debug)]
enum Words {
    /// Each by itself, which is quicker.
    Few(Vec<memmem::Finder<'static>>),
    /// All at once.
    Many(AhoCorasick),
}

impl Words {
    fn of(words: &[String]) -> Self {
        const FEW: usize = 4;
        // Of two names at one place the longer is the whole word; the search for all of both is far slower.
        let many = (words.len() > FEW).then(|| automaton(MatchKind::LeftmostLongest).build(words).ok());
        match many.flatten() {
            Some(many) => Self::Many(many),
            None => Self::Few(words.iter().map(|word| memmem::Finder::new(word).into_owned()).collect()),
        }
    }

    /// Whether one of them stands somewhere with a byte behind it that will do.
    fn any_in(&self, bytes: &[u8], will_do: impl Fn(Option<u8>) -> bool) -> bool {
        let is_one = |start: usize, end: usize| begins_word(bytes, start) && will_do(bytes.get(end).copied());
        match self {
            Self::Many(words) => words.find_iter(bytes).any(|found| is_one(found.start(), found.end())),
            Self::Few(words) => words
                .iter()
                .any(|word| word.find_iter(bytes).any(|start| is_one(start, start + word.needle().len()))),
        }
    }
}

/// Whether no name goes on at a place.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    !bytes[..at].last().copied().is_some_and(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_found_by_content_and_by_name() {
        let kind = |name: &str, text: &str| look(name, text.as_bytes()).kind;
        assert_eq!(kind("a.ts", "export const a = pgTable('a', {})"), Some(Kind::Candidate));
        assert_eq!(
            kind("a.ts", "import { relations } from 'drizzle-orm'; relations(a"),
            Some(Kind::Candidate)
        );
        assert_eq!(kind("a.ts", "relations(a)"), Some(Kind::Loose));
        assert_eq!(kind("a.ts", "createTable('x', {})"), Some(Kind::Loose));
        assert_eq!(kind("users.schema.ts", "export {}"), Some(Kind::Candidate));
        assert_eq!(kind("drizzle.config.ts", ""), Some(Kind::Config));
        assert_eq!(kind("mysql.config.ts", "from 'drizzle-kit'"), Some(Kind::Config));
        assert_eq!(kind("vite.config.ts", "drizzle"), None);
        assert_eq!(kind("drizzle.prod.ts", "from 'drizzle-kit'"), Some(Kind::Config));
        assert_eq!(kind("drizzle.ts", "connects"), None);
        let queries = |text: &str| look("a.ts", text.as_bytes()).queries;
        assert!(queries("await db.query.users.findMany()") && queries("tx.query.users\n  .findFirst({"));
        assert!(queries("db?.query?.posts?.findMany()") && queries("db._query.posts.findMany()"));
        assert!(
            queries("defineRelations(a); db.query\n.posts.findMany()")
                && queries("db.query[name].findFirst()")
        );
        assert!(!queries("req.query.tags.find(x)"));
        assert!(!queries("/**\n * await db.query.users.findMany()\n */"));
        assert!(!queries("request.query.id") && !queries("db.query.users") && !queries("a.query."));
    }

    #[test]
    fn names_from_elsewhere_stand_in_the_imports() {
        let part =
            |text: &'static str| imports(text.as_bytes()).map(|part| std::str::from_utf8(part).unwrap_or(""));
        assert_eq!(part("const a = 1"), Some(""));
        assert_eq!(
            part(
                "import { a } from './a'\nimport {\n  fromDate,\n  createTable,\n} from './b'\ncreateTable('x')"
            ),
            Some("import { a } from './a'\nimport {\n  fromDate,\n  createTable,\n} ")
        );
        assert_eq!(
            part("import { a } from\"a\"; foo(); import'./b'; a()"),
            Some("import { a } from\"a\"; foo(); import")
        );
        // What only looks like an import makes the part longer, never shorter.
        assert_eq!(
            part("import a from 'a'\n// we import nothing\na()"),
            Some("import a from 'a'\n// we import nothing\na()")
        );
        assert_eq!(part("import a from 'a'; important(); x.import; await import('b')"), Some("import a "));
        assert_eq!(part("import * as tables from './tables'\ntables.createTable('x')"), None);
        assert_eq!(part("/** A */\nimport a, *\nas tables from './tables'"), None);
        assert_eq!(part("import a = require('a')"), None);
        assert_eq!(part("const { createTable } = require (\n'a')"), None);
        assert_eq!(
            part("import a from 'a'; requires(a.required, is_require, b.require(1))"),
            Some("import a ")
        );
        let calls = Calls::of(&["createTable".to_string()]);
        assert!(calls.are_named_in(b"import {createTable} ") && calls.are_named_in(b"import createTable"));
        assert!(
            !calls.are_named_in(b"import { createTables } ")
                && !calls.are_named_in(b"import { recreateTable")
        );
    }

    #[test]
    fn calls_are_found_as_whole_words() {
        let calls = Calls::of(&["table".to_string(), "createTable".to_string()]);
        assert!(calls.are_called_in(b"const a = createTable('a'"));
        assert!(!calls.are_called_in(b"const a = recreateTable('a'"));
        assert!(!calls.are_called_in(b"createTables('a'"));
        assert!(calls.are_in(b"import { createTable } from './a'; createTable('a'"));
        assert!(!calls.are_in(b"import { other } from './a'; createTable('a'"));
        assert!(calls.are_in(b"import * as a from './a'; a.createTable('a'"));
        let nested = Calls::of(&["able".to_string(), "createTable".to_string(), "create".to_string()]);
        assert!(nested.are_called_in(b"createTable2(createTables); create('a'"));
        assert!(!nested.are_called_in(b"createTable2(createTables, able)"));
    }
}
