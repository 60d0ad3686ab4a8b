//! Which indexes and unique constraints SQL creates, in migrations or inside scripts: drizzle-kit does not know of those that people write.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::cell::Cell;
use std::sync::LazyLock;

use super::any_case::AnyCase;
use super::ddl::is_commented;

/// What every statement that is of interest says in its first words. A script that holds none is not searched.
static KINDS: LazyLock<AnyCase> = LazyLock::new(|| AnyCase::new(&WORDS));
const WORDS: [(&str, usize); 2] = [("index", 0), ("table", 0)];
const TABLE: usize = 1;

/// An index, as SQL says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlIndex {
    /// The schema of its table, where that is said and is not the usual one; in small letters.
    pub schema: Option<SmolStr>,
    /// Its table, in small letters.
    pub table: SmolStr,
    /// Its first columns, up to an expression; in small letters.
    pub columns: Vec<SmolStr>,
    /// Its name, when it has one.
    pub name: Option<SmolStr>,
    /// It holds only rows where that column is not null.
    pub required: Option<SmolStr>,
}

/// What one text does, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An index comes.
    Index(SqlIndex),
    /// An index goes.
    NoIndex(SmolStr),
    /// A table goes, with its indexes.
    NoTable(SmolStr),
    /// A table gets another name.
    Renamed(SmolStr, SmolStr),
    /// A virtual table of SQLite comes.
    Virtual(SmolStr),
}

/// What a text does. Whatever is not understood is left out.
pub fn changes(text: &str) -> Vec<Change> {
    let budget = Cell::new(text.len().saturating_mul(LOOKS) + LONGEST_LIST);
    let mut changes = Vec::new();
    let starts = KINDS.find(text).filter_map(|(at, kind)| start(text, at, kind));
    for start in starts.filter(|start| !is_commented(text, *start)) {
        let words = || Words { rest: &text[start..], budget: &budget };
        changes.extend(words().change());
        changes.extend(words().constraints().into_iter().map(Change::Index));
    }
    changes
}

/// Where a statement begins that names its kind at a place: `CREATE UNIQUE INDEX`, `DROP TABLE`.
fn start(text: &str, at: usize, kind: usize) -> Option<usize> {
    let (before, after) = text.split_at(at);
    if after[WORDS[kind].0.len()..].starts_with(is_letter) {
        return None;
    }
    if let Some(start) = ["unique", "virtual"].into_iter().find_map(|sort| without_last(before, sort)) {
        return without_last(start, "create").map(str::len);
    }
    let verbs = ["create", "drop", "alter"].into_iter().filter(|verb| kind == TABLE || *verb != "alter");
    verbs.map(|verb| without_last(before, verb)).find_map(|start| start.map(str::len))
}

/// A text before the word that it ends with, in any case, with blanks behind it.
fn without_last<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let end = text.trim_ascii_end();
    let (before, last) = end.split_at_checked(end.len().checked_sub(word.len())?)?;
    // `$$create index …$$`: a dollar is no part of this word.
    let goes_on = before.ends_with(|letter: char| is_letter(letter) && letter != '$');
    let is_last = end.len() < text.len() && last.eq_ignore_ascii_case(word) && !goes_on;
    is_last.then_some(before)
}

/// How often each byte of a text may be looked at, in search of the end of a list: lists that never end are not SQL.
const LOOKS: usize = 16;

/// What is there after all texts, in their order.
#[derive(Debug, Default)]
pub struct Indexes {
    /// With the text that creates each, by its number.
    all: Vec<(SqlIndex, usize)>,
    gone: FxHashSet<usize>,
    /// In the order of their texts.
    by_table: FxHashMap<SmolStr, Vec<usize>>,
    by_name: FxHashMap<SmolStr, Vec<usize>>,
    virtual_tables: FxHashSet<SmolStr>,
    merged: usize,
}

/// Nobody gives a table the name of another as often.
const MOST_MERGED: usize = 1_000;

impl Indexes {
    /// Follows a text. What the same text creates it takes away only on the way back: `-- down`, `down: async () =>`.
    pub fn follow(&mut self, text: usize, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Index(index) => {
                    let number = self.all.len();
                    self.by_table.entry(index.table.clone()).or_default().push(number);
                    if let Some(name) = &index.name {
                        self.by_name.entry(name.clone()).or_default().push(number);
                    }
                    self.all.push((index.clone(), text));
                }
                Change::NoIndex(name) => {
                    Self::lose(&self.all, &mut self.gone, self.by_name.get_mut(name), text)
                }
                Change::NoTable(table) => {
                    Self::lose(&self.all, &mut self.gone, self.by_table.get_mut(table), text);
                }
                Change::Renamed(from, to) => {
                    let mut moved = self.by_table.remove(from).unwrap_or_default();
                    let there = self.by_table.entry(to.clone()).or_default();
                    if there.is_empty() {
                        *there = moved;
                    } else if !moved.is_empty() && self.merged < MOST_MERGED {
                        self.merged += 1;
                        there.append(&mut moved);
                        there.sort_unstable();
                    }
                }
                Change::Virtual(table) => {
                    self.virtual_tables.insert(table.clone());
                }
            }
        }
    }

    /// Those of earlier texts are gone.
    fn lose(
        all: &[(SqlIndex, usize)],
        gone: &mut FxHashSet<usize>,
        list: Option<&mut Vec<usize>>,
        text: usize,
    ) {
        let Some(list) = list else { return };
        let earlier = list.partition_point(|number| all[*number].1 < text);
        gone.extend(list.drain(..earlier));
    }

    /// The indexes of a table, with the text that creates each.
    pub fn of(&self, table: &str) -> impl Iterator<Item = &(SqlIndex, usize)> {
        let numbers = self.by_table.get(table).into_iter().flatten();
        numbers.filter(|number| !self.gone.contains(number)).map(|number| &self.all[*number])
    }

    /// Whether a table is a virtual one.
    pub fn is_virtual(&self, table: &str) -> bool {
        self.virtual_tables.contains(table)
    }
}

/// What is left of a statement.
struct Words<'t> {
    rest: &'t str,
    /// How many bytes may still be looked at to find the ends of lists.
    budget: &'t Cell<usize>,
}

impl<'t> Words<'t> {
    fn change(mut self) -> Option<Change> {
        if self.word("drop") {
            let is_table = self.word("table");
            if !is_table && !self.word("index") {
                return None;
            }
            let _ = self.word("concurrently");
            let _ = self.word("if") && self.word("exists");
            let name = self.name()?;
            return Some(if is_table { Change::NoTable(name) } else { Change::NoIndex(name) });
        }
        if self.word("alter") {
            let _ = self.word("table");
            let _ = self.word("if") && self.word("exists");
            let _ = self.word("only");
            let from = self.name()?;
            if self.word("drop") && self.word("constraint") {
                let _ = self.word("if") && self.word("exists");
                return self.name().map(Change::NoIndex);
            }
            return (self.word("rename") && self.word("to"))
                .then(|| self.name().map(|to| Change::Renamed(from, to)))?;
        }
        let _ = self.word("create");
        if self.word("virtual") {
            let _ = self.word("table");
            self.if_not_exists();
            return self.name().map(Change::Virtual);
        }
        let _ = self.word("unique");
        if !self.word("index") {
            return None;
        }
        let _ = self.word("concurrently");
        self.if_not_exists();
        let name = if self.word("on") { None } else { Some(self.name()?) };
        if name.is_some() && !self.word("on") {
            return None;
        }
        let _ = self.word("only");
        let (schema, table) = self.table()?;
        // Other methods do not serve a look-up of a value.
        if self.word("using") && !matches!(&*self.name()?, "btree" | "hash") {
            return None;
        }
        let (list, rest) = self.bracketed()?;
        let columns = self.columns(list);
        let required = match self.at(rest).predicate() {
            None => None,
            // Rows that are left out for another reason may be asked for.
            Some(column) => Some(column?),
        };
        let index = SqlIndex { schema, table, columns, name, required };
        (!index.columns.is_empty()).then_some(Change::Index(index))
    }

    /// The predicate behind the list of an index, when there is one: the column of which it asks only that it is not null.
    fn predicate(mut self) -> Option<Option<SmolStr>> {
        loop {
            if self.word("include") || self.word("with") {
                self.rest = self.bracketed()?.1;
            } else if self.word("nulls") {
                let _ = self.word("not");
                let _ = self.word("distinct");
            } else if self.word("tablespace") {
                let _ = self.name();
            } else {
                break;
            }
        }
        if !self.word("where") {
            return None;
        }
        let mut words = self.at(self.rest.trim_start().trim_start_matches('('));
        let column = words.name();
        let asks_no_more = words.word("is") && words.word("not") && words.word("null");
        let rest = words.rest.trim_start().trim_start_matches(')').trim_start();
        let ends = rest.is_empty() || rest.starts_with([';', '-', '`', '\'', '"']);
        Some(column.filter(|_| asks_no_more && ends))
    }

    /// Takes the name of a table, with its schema.
    fn table(&mut self) -> Option<(Option<SmolStr>, SmolStr)> {
        let mut before = None;
        loop {
            let name = self.part()?;
            match self.rest.strip_prefix('.') {
                Some(after) => (self.rest, before) = (after, Some(name)),
                None => {
                    let is_usual = |schema: &SmolStr| matches!(&**schema, "public" | "main" | "dbo");
                    return Some((before.filter(|schema| !is_usual(schema)), name));
                }
            }
        }
    }

    /// The constraints of a `CREATE TABLE` that have an index: `UNIQUE (a, b)`, `CONSTRAINT x PRIMARY KEY (a)`, `a text
    /// UNIQUE`.
    fn constraints(mut self) -> Vec<SqlIndex> {
        if !self.word("create") || !self.word("table") {
            return Vec::new();
        }
        self.if_not_exists();
        let Some(((schema, table), (list, _))) = self.table().and_then(|it| Some((it, self.bracketed()?)))
        else {
            return Vec::new();
        };
        let of_part = |part: &'t str| {
            let mut words = self.at(part);
            let name = if words.word("constraint") { Some(words.name()?) } else { None };
            let is_list = words.word("unique") || words.word("primary") && words.word("key");
            let columns = match is_list {
                true => self.columns(words.bracketed()?.0),
                // Of a column, the word stands behind its name and its type. Most have none, and their names are not taken.
                false if holds_word(words.rest, "unique") => {
                    let column = words.name()?;
                    holds_word(words.rest, "unique").then(|| vec![column])?
                }
                false => return None,
            };
            (!columns.is_empty()).then(|| SqlIndex {
                schema: schema.clone(),
                table: table.clone(),
                columns,
                name,
                required: None,
            })
        };
        parts(list).filter_map(of_part).collect()
    }

    fn if_not_exists(&mut self) {
        let _ = self.word("if") && self.word("not") && self.word("exists");
    }

    /// Other text of the same statement.
    const fn at<'p>(&self, rest: &'p str) -> Words<'p>
    where
        't: 'p,
    {
        Words { rest, budget: self.budget }
    }

    /// The columns of an index, up to an expression.
    fn columns(&self, list: &str) -> Vec<SmolStr> {
        let column = |part| {
            let mut words = self.at(part);
            words.name().filter(|_| !words.rest.trim_start().starts_with('('))
        };
        parts(list).map_while(column).collect()
    }

    /// What stands in the brackets that come next, and what follows them.
    fn bracketed(&self) -> Option<(&'t str, &'t str)> {
        let inside = self.rest.trim_start().strip_prefix('(')?;
        let most = LONGEST_LIST.min(self.budget.get());
        let mut depth = 1_u32;
        let near = &inside.as_bytes()[..most.min(inside.len())];
        for at in memchr::memchr2_iter(b'(', b')', near) {
            match near[at] {
                b'(' => depth += 1,
                _ => depth -= 1,
            }
            if depth == 0 {
                self.budget.set(self.budget.get().saturating_sub(at));
                return Some((&inside[..at], &inside[at + 1..]));
            }
        }
        self.budget.set(self.budget.get().saturating_sub(most));
        None
    }

    /// Takes a word, when it comes next.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_ascii_start();
        let Some((start, after)) = rest.split_at_checked(word.len()) else { return false };
        let is_next = start.eq_ignore_ascii_case(word) && !after.starts_with(is_letter);
        if is_next {
            self.rest = after;
        }
        is_next
    }

    /// Takes a name without its schema.
    fn name(&mut self) -> Option<SmolStr> {
        self.table().map(|(_, name)| name)
    }

    /// Takes a name, or a part of one, in any quoting; gives it in small letters.
    fn part(&mut self) -> Option<SmolStr> {
        // Inside a script, quotes may be escaped.
        let rest = self.rest.trim_start().trim_start_matches('\\');
        let close = match rest.chars().next()? {
            quote @ ('"' | '`' | '\'') => Some(quote),
            '[' => Some(']'),
            _ => None,
        };
        let (name, after) = match close {
            Some(close) => {
                let near = &rest.as_bytes()[1..rest.len().min(LONGEST)];
                let end = 1 + memchr::memchr(close as u8, near)?;
                (rest[1..end].trim_end_matches('\\'), &rest[end + 1..])
            }
            None => rest.split_at(rest.find(|next: char| !is_letter(next)).unwrap_or(rest.len())),
        };
        if name.is_empty() || name.len() > LONGEST {
            return None;
        }
        self.rest = after;
        Some(SmolStr::new(name.to_lowercase()))
    }
}

/// No database has longer names.
const LONGEST: usize = 256;
/// Nor has a table more in its brackets.
const LONGEST_LIST: usize = 64 << 10;

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$')
}

/// Whether a word stands in a text, in any case and between blanks.
fn holds_word(text: &str, word: &str) -> bool {
    text.split_ascii_whitespace().any(|other| other.eq_ignore_ascii_case(word))
}

/// The parts of a list.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let mut signs = memchr::memchr3_iter(b'(', b')', b',', list.as_bytes());
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let end = signs.find(|at| {
            match list.as_bytes()[*at] {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => return depth == 0,
            }
            false
        });
        start = end.map(|end| end + 1);
        Some(&list[from..end.unwrap_or(list.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(texts: &[&str], table: &str) -> Vec<String> {
        let mut indexes = Indexes::default();
        for (number, text) in texts.iter().enumerate() {
            indexes.follow(number, &changes(text));
        }
        indexes.of(table).map(|(index, by)| format!("{} {by}", index.columns.join(","))).collect()
    }

    #[test]
    fn indexes_are_found_in_any_spelling() {
        for text in [
            "CREATE INDEX IF NOT EXISTS \"i\" ON \"public\".\"posts\" (\"user_id\", lower(\"x\"), \"y\");",
            "create unique index concurrently i on only posts using btree (user_id desc nulls last);",
            "CREATE INDEX `i` ON `posts` (`user_id`);",
            "db.run(sql`CREATE INDEX i ON posts (user_id)`)",
            "db.run(sql`CREATE INDEX \\`i\\` ON \\`posts\\` (\\`user_id\\`)`)",
            "create index on posts(user_id) where user_id is not null;",
            "create index i on posts (user_id)\n  where (\"user_id\" IS NOT NULL);--> statement-breakpoint",
            "sql`create index i on posts (user_id) include (a) where user_id is not null`; where();",
            "run(sql`create index i on posts (user_id)`), // where it is read",
            "do $$create index i on posts (user_id); $$;",
            "execute $q$create index i on posts (user_id)$q$;",
            "CREATE INDEX [i] ON [dbo].[posts] ([user_id])",
        ] {
            assert_eq!(after(&[text], "posts"), ["user_id 0"], "{text}");
        }
        for text in [
            "create index i on posts using gin (user_id);",
            "create index i on posts (user_id) where deleted_at is null;",
            "create index i on posts (user_id) where user_id is not null and deleted_at is null",
            "create index i on posts (user_id) where user_id > 1",
            "create index i on posts (lower(user_id));",
            "-- create index i on posts (user_id);",
            "create table posts (\"what is unique here\" int)",
            "recreate index i on posts (user_id)",
            "é_create index i on posts (user_id)",
            "create index i on posts (user_id",
            "create index",
            "drop index; drop table; alter table; create virtual table",
        ] {
            assert!(after(&[text], "posts").is_empty(), "{text}");
        }
        assert_eq!(
            after(&["create index i on posts (a, b); create index j on posts (c)"], "posts"),
            ["a,b 0", "c 0"]
        );
    }

    #[test]
    fn what_a_predicate_asks_for_is_known() {
        let text =
            "create index i on posts (user_id, deleted_at) where \"posts\".\"deleted_at\" is not null;";
        let required = changes(text).into_iter().find_map(|change| match change {
            Change::Index(index) => index.required,
            _ => None,
        });
        assert_eq!(required.as_deref(), Some("deleted_at"));
    }

    #[test]
    fn constraints_have_indexes() {
        let table = "CREATE TABLE IF NOT EXISTS \"posts\" (\"id\" uuid PRIMARY KEY, a text NOT NULL, b numeric(10, 2) unique,\n\
                     UNIQUE(\"a\", \"b\"), CONSTRAINT x PRIMARY KEY (\"c\"), FOREIGN KEY (\"d\") REFERENCES y(\"id\"));";
        assert_eq!(after(&[table], "posts"), ["b 0", "a,b 0", "c 0"]);
        assert!(
            after(&["create table posts as select 1", "create table posts (", "create table"], "posts")
                .is_empty()
        );
    }

    #[test]
    fn what_goes_later_is_gone() {
        let create = "create index i on posts (user_id);";
        assert!(after(&[create, "DROP INDEX IF EXISTS \"public\".\"I\";"], "posts").is_empty());
        assert!(after(&[create, "drop table posts cascade"], "posts").is_empty());
        let unique = "create table posts (a int, constraint u unique (a))";
        assert!(after(&[unique, "ALTER TABLE posts DROP CONSTRAINT u;"], "posts").is_empty());
        assert_eq!(after(&[create, "drop index j"], "posts"), ["user_id 0"]);
        // On the way back.
        let both = "up: sql`create index i on posts (user_id)`, down: sql`drop index i`";
        assert_eq!(after(&[both], "posts"), ["user_id 0"]);
        // SQLite changes a table by making another.
        let moved = "create index i on new_posts (user_id);\ndrop table posts;\nalter table new_posts rename to posts;";
        assert_eq!(after(&[create, moved], "posts"), ["user_id 1"]);
    }

    #[test]
    fn virtual_tables_are_found() {
        let found = changes("sql`CREATE VIRTUAL TABLE IF NOT EXISTS documents_fts USING fts5(name)`");
        assert_eq!(found, [Change::Virtual("documents_fts".into())]);
    }
}
