//! The tables that migrations in SQL leave: created, renamed, moved and dropped, in the order of the files.
//!
//! Everything but these few statements is skipped. What a function or a `DO` block does is not followed.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::tokens::{Token, Tokens};
use crate::graph::Dialect;

/// A table by its namespace (`None` for `public`, or where there are none) and its name.
pub type Id = (Option<SmolStr>, SmolStr);

/// The tables that a folder's migrations leave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SqlTables {
    /// With the file that created each, or gave it its name.
    tables: FxHashMap<Id, SmolStr>,
    /// With the file that dropped each, or took it its name.
    gone: FxHashMap<Id, SmolStr>,
}

impl SqlTables {
    /// Whether there is a table of that name without a namespace.
    pub fn holds(&self, name: &str) -> bool {
        self.tables.contains_key(&(None, SmolStr::new(name)))
    }

    /// The file that dropped it, when it is not there any more.
    pub fn dropped_by(&self, name: &str) -> Option<&SmolStr> {
        self.gone.get(&(None, SmolStr::new(name)))
    }

    /// Every table, sorted.
    pub fn all(&self) -> Vec<&Id> {
        let mut all: Vec<&Id> = self.tables.keys().collect();
        all.sort();
        all
    }

    fn create(&mut self, id: Id, file: &str) {
        self.gone.remove(&id);
        self.tables.entry(id).or_insert_with(|| SmolStr::new(file));
    }

    fn drop(&mut self, id: &Id, file: &str) -> bool {
        let was = self.tables.remove(id).is_some();
        if was {
            self.gone.insert(id.clone(), SmolStr::new(file));
        }
        was
    }

    fn rename(&mut self, from: &Id, to: Id, file: &str) {
        if self.drop(from, file) {
            self.create(to, file);
        }
    }

    /// Follows a file: `file` is its path, as people see it.
    pub fn follow(&mut self, file: &str, text: &str, dialect: Dialect) {
        let mut statement: Vec<Token<'_>> = Vec::new();
        for token in Tokens::new(text, dialect) {
            if token != Token::End {
                // More than the head of a statement is only needed of lists of names.
                if statement.len() < MAX_TOKENS {
                    statement.push(token);
                }
                continue;
            }
            Statement { tokens: &statement, at: 0, dialect }.follow(self, file);
            statement.clear();
        }
        Statement { tokens: &statement, at: 0, dialect }.follow(self, file);
    }
}

/// `DROP TABLE` with more names than that is not a statement that people write.
const MAX_TOKENS: usize = 4_000;

struct Statement<'s, 't> {
    tokens: &'s [Token<'t>],
    at: usize,
    dialect: Dialect,
}

impl Statement<'_, '_> {
    fn follow(mut self, tables: &mut SqlTables, file: &str) {
        let Some(Token::Word(first)) = self.tokens.first() else { return };
        self.at = 1;
        match first.to_ascii_lowercase().as_str() {
            "create" => {
                let is_temporary = self.any(&["global", "local"]) | self.any(&["temp", "temporary"]);
                self.any(&["unlogged", "foreign", "virtual", "external", "rowstore", "columnstore"]);
                if self.word("table") && !is_temporary {
                    self.phrase(&["if", "not", "exists"]);
                    if let Some(id) = self.id() {
                        tables.create(id, file);
                    }
                }
            }
            "drop" => {
                let schema = self.any(&["schema", "database"]);
                if schema || self.any(&["foreign"]) | self.word("table") {
                    self.phrase(&["if", "exists"]);
                    while let Some(id) = self.id() {
                        match schema {
                            true => drop_schema(tables, &id.1, file),
                            false => {
                                tables.drop(&id, file);
                            }
                        }
                        if !self.comma() {
                            break;
                        }
                    }
                }
            }
            "alter" => self.alter(tables, file),
            // MySQL: `RENAME TABLE a TO b, c TO d`.
            "rename" if self.any(&["table", "tables"]) => {
                while let Some(from) = self.id() {
                    if !self.word("to") {
                        break;
                    }
                    let Some(to) = self.id() else { break };
                    tables.rename(&from, to, file);
                    if !self.comma() {
                        break;
                    }
                }
            }
            _ => {}
        }
    }

    fn alter(&mut self, tables: &mut SqlTables, file: &str) {
        if self.word("schema") {
            let (Some(from), true, true) = (self.name(), self.word("rename"), self.word("to")) else {
                return;
            };
            let Some(to) = self.name() else { return };
            let inside: Vec<Id> =
                tables.tables.keys().filter(|id| id.0.as_ref() == Some(&from)).cloned().collect();
            for id in inside {
                tables.rename(&id, (namespace(to.clone()), id.1.clone()), file);
            }
            return;
        }
        self.word("foreign");
        if !self.word("table") {
            return;
        }
        self.phrase(&["if", "exists"]);
        self.word("only");
        let Some(from) = self.id() else { return };
        if self.phrase(&["rename", "to"]) || self.is_mysql() && self.is_rename() {
            if let Some((namespace, name)) = self.id() {
                // A new name stands in the old namespace, where it may not say another.
                let namespace = if self.is_mysql() { namespace } else { from.0.clone() };
                tables.rename(&from, (namespace, name), file);
            }
        } else if self.phrase(&["set", "schema"])
            && let Some(to) = self.name()
        {
            tables.rename(&from, (namespace(to), from.1.clone()), file);
        }
    }

    /// MySQL, which needs no `TO`: `RENAME b`, but not `RENAME COLUMN x TO y`.
    fn is_rename(&mut self) -> bool {
        self.word("rename") && (self.word("as") || !self.any(&["column", "index", "key"]))
    }

    const fn is_mysql(&self) -> bool {
        matches!(self.dialect, Dialect::MySql | Dialect::SingleStore)
    }

    /// Takes a keyword, when it is next.
    fn word(&mut self, keyword: &str) -> bool {
        let is_it =
            matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    /// Takes keywords, all of them or none.
    fn phrase(&mut self, keywords: &[&str]) -> bool {
        let before = self.at;
        let all = keywords.iter().all(|keyword| self.word(keyword));
        if !all {
            self.at = before;
        }
        all
    }

    fn any(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.word(keyword))
    }

    fn comma(&mut self) -> bool {
        let is_it = self.tokens.get(self.at) == Some(&Token::Sign(b','));
        self.at += usize::from(is_it);
        is_it
    }

    fn name(&mut self) -> Option<SmolStr> {
        let name = match self.tokens.get(self.at)? {
            // Databases fold names without quotes; MySQL and SQLite compare as the disk or as ASCII does.
            Token::Word(word) if matches!(self.dialect, Dialect::Postgres | Dialect::Cockroach) => {
                SmolStr::new(word.to_lowercase())
            }
            Token::Word(word) => SmolStr::new(word),
            Token::Quoted(name) => SmolStr::new(name),
            Token::Sign(_) | Token::End => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// `name`, `namespace.name`, `database.namespace.name`.
    fn id(&mut self) -> Option<Id> {
        let mut name = self.name()?;
        let mut before = None;
        while self.tokens.get(self.at) == Some(&Token::Sign(b'.')) {
            self.at += 1;
            before = Some(std::mem::replace(&mut name, self.name()?));
        }
        Some((before.and_then(namespace), name))
    }
}

fn namespace(name: SmolStr) -> Option<SmolStr> {
    // `main` is SQLite's word for it, `dbo` SQL Server's.
    (!matches!(name.as_str(), "public" | "main" | "dbo")).then_some(name)
}

fn drop_schema(tables: &mut SqlTables, name: &SmolStr, file: &str) {
    let schema = namespace(name.clone());
    let inside: Vec<Id> = tables.tables.keys().filter(|id| id.0 == schema).cloned().collect();
    for id in inside {
        tables.drop(&id, file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(dialect: Dialect, texts: &[&str]) -> Vec<String> {
        let mut tables = SqlTables::default();
        for (index, text) in texts.iter().enumerate() {
            tables.follow(&format!("{index}.sql"), text, dialect);
        }
        let shown = tables.all().into_iter().map(|(namespace, name)| {
            namespace.as_ref().map_or_else(|| name.to_string(), |namespace| format!("{namespace}.{name}"))
        });
        shown.collect()
    }

    fn postgres(text: &str) -> Vec<String> {
        left(Dialect::Postgres, &[text])
    }

    #[test]
    fn tables_come_and_go_in_order() {
        assert_eq!(
            postgres("CREATE TABLE \"A\" (id int);\ncreate table if not exists Public.B(x text)"),
            ["A", "b"]
        );
        assert_eq!(
            postgres(
                "CREATE UNLOGGED TABLE \"crm\".\"a\" (); CREATE TEMP TABLE t (); CREATE TEMPORARY TABLE u ()"
            ),
            ["crm.a"]
        );
        assert_eq!(
            postgres("CREATE TABLE a (); CREATE TABLE b (); DROP TABLE IF EXISTS a, \"b\" CASCADE;"),
            [] as [&str; 0]
        );
        assert_eq!(postgres("CREATE TABLE a (); ALTER TABLE IF EXISTS ONLY a RENAME TO \"B\";"), ["B"]);
        assert_eq!(
            postgres(
                "CREATE TABLE a (); ALTER TABLE a RENAME COLUMN x TO y; ALTER TABLE a RENAME x TO y; ALTER TABLE a RENAME CONSTRAINT k TO l"
            ),
            ["a"]
        );
        assert_eq!(
            postgres("CREATE TABLE a (); ALTER TABLE public.a SET SCHEMA crm; ALTER TABLE crm.a RENAME TO b"),
            ["crm.b"]
        );
        assert_eq!(
            postgres(
                "CREATE TABLE crm.a (); ALTER SCHEMA crm RENAME TO sales; CREATE TABLE crm.b (); DROP SCHEMA crm CASCADE"
            ),
            ["sales.a"]
        );
        assert_eq!(
            left(Dialect::Postgres, &["CREATE TABLE a ()", "DROP TABLE a", "CREATE TABLE a ()"]),
            ["a"]
        );
        assert_eq!(
            postgres(
                "DROP TABLE a; ALTER TABLE b RENAME TO c; ALTER TYPE a RENAME TO b; CREATE INDEX i ON a (x)"
            ),
            [] as [&str; 0]
        );
        let recreated = "CREATE TABLE `__new_a` (`id` integer);--> statement-breakpoint\nINSERT INTO `__new_a` SELECT 1;\
            DROP TABLE `a`;--> statement-breakpoint\nALTER TABLE `__new_a` RENAME TO `a`;";
        assert_eq!(left(Dialect::Sqlite, &["CREATE TABLE `a` (`id` integer);", recreated]), ["a"]);
        assert_eq!(
            left(
                Dialect::MySql,
                &[
                    "CREATE TABLE `Db`.`A` (x int); CREATE TABLE b (x int); RENAME TABLE b TO c, Db.A TO d; ALTER TABLE c RENAME AS e"
                ]
            ),
            ["d", "e"]
        );
        assert_eq!(
            left(
                Dialect::MySql,
                &[
                    "CREATE TABLE a (x int); ALTER TABLE a RENAME COLUMN x TO y; ALTER TABLE a RENAME INDEX i TO j; ALTER TABLE a RENAME b"
                ]
            ),
            ["b"]
        );
        assert_eq!(left(Dialect::MsSql, &["CREATE TABLE [dbo].[a b] (x int)"]), ["a b"]);
    }

    #[test]
    fn comments_texts_and_bodies_are_no_statements() {
        for hidden in [
            "-- CREATE TABLE a ();\n",
            "/* CREATE TABLE a (); /* nested */ CREATE TABLE b (); */",
            "SELECT 'x; CREATE TABLE a ();'';CREATE TABLE b ();';",
            "SELECT E'it\\'s; CREATE TABLE a ();';",
            "CREATE FUNCTION f() RETURNS void AS $$ BEGIN; CREATE TABLE a (); END; $$ LANGUAGE sql;",
            "CREATE FUNCTION f() RETURNS void AS $body$ $$; CREATE TABLE a (); $body$;",
            "COMMENT ON TABLE \"x;CREATE TABLE a\" IS 'y';",
            "SELECT $1; SELECT a$b$; SELECT '",
            "SELECT \"never closed; CREATE TABLE a ();",
            "/* never closed; CREATE TABLE a ();",
        ] {
            assert_eq!(postgres(hidden), [] as [&str; 0], "{hidden}");
        }
        for down in ["-- +goose Down", "--migrate:down", "-- Down Migration"] {
            assert_eq!(postgres(&format!("CREATE TABLE a ();\n{down}\nDROP TABLE a;")), ["a"]);
        }
        assert_eq!(postgres("CREATE TABLE a ();\n-- Down, it goes\nDROP TABLE a;"), [] as [&str; 0]);
        assert_eq!(postgres("CREATE /* a */ TABLE -- b\n\"c\" ()"), ["c"]);
        assert_eq!(postgres("CREATE TABLE \"say \"\"hi\"\"\" ()"), ["say \"hi\""]);
        assert_eq!(postgres("SELECT 'a\\'; CREATE TABLE a ();"), ["a"]);
        assert_eq!(
            left(
                Dialect::MySql,
                &["SELECT 'a\\'; CREATE TABLE a (); '; # CREATE TABLE b ();\nCREATE TABLE c ()"]
            ),
            ["c"]
        );
        assert_eq!(
            postgres("CREATE TABLE a (x text) --> statement-breakpoint\nCREATE TABLE b (x text)"),
            ["a", "b"]
        );
        assert_eq!(postgres("CREATE TABLE ü (); CREATE TABLE"), ["ü"]);
    }

    #[test]
    fn no_text_breaks_the_reading() {
        let text =
            "CREATE TABLE ü ('\\ü', E'\\ü', \"ü\"\"\", `ü`, $ü$ü$ü$, /*ü/*ü*/ü*/ [ü], --ü\n#ü\n) ü; $ü '\\";
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::MsSql] {
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            for (index, start) in bounds.iter().enumerate() {
                for end in &bounds[index..] {
                    left(dialect, &[&text[*start..*end]]);
                }
            }
        }
    }

    #[test]
    fn what_dropped_a_table_is_known() {
        let mut tables = SqlTables::default();
        tables.follow("a.sql", "CREATE TABLE a (); CREATE TABLE b ()", Dialect::Postgres);
        tables.follow("b.sql", "DROP TABLE a; ALTER TABLE b RENAME TO c", Dialect::Postgres);
        assert_eq!(tables.dropped_by("a").map(SmolStr::as_str), Some("b.sql"));
        assert_eq!(tables.dropped_by("b").map(SmolStr::as_str), Some("b.sql"));
        assert_eq!(tables.dropped_by("c"), None);
        assert!(tables.holds("c") && !tables.holds("a"));
    }

    #[test]
    fn reading_takes_time_in_proportion() {
        let since = std::time::Instant::now();
        for text in [
            "(".repeat(4 << 20),
            "$".repeat(4 << 20),
            "/*".repeat(2 << 20),
            "$a$".repeat(1 << 20),
            "'".repeat(4 << 20),
        ] {
            assert!(postgres(&text).is_empty());
        }
        assert!(since.elapsed().as_secs() < 20, "{:?}", since.elapsed());
    }
}
