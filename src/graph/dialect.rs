//! Databases, Drizzle's two lines, and its two ways to spell names.

/// A database that Drizzle speaks to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dialect {
    /// `pg-core`, and Ponder's tables.
    Postgres,
    /// `mysql-core`.
    MySql,
    /// `sqlite-core`.
    Sqlite,
    /// `singlestore-core`.
    SingleStore,
    /// `gel-core` (0.x only).
    Gel,
    /// `cockroach-core` (1.0 only).
    Cockroach,
    /// `mssql-core` (1.0 only).
    MsSql,
}

impl Dialect {
    /// The name that drizzle.config uses, and the JSON graph.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::MySql => "mysql",
            Self::Sqlite => "sqlite",
            Self::SingleStore => "singlestore",
            Self::Gel => "gel",
            Self::Cockroach => "cockroach",
            Self::MsSql => "mssql",
        }
    }

    /// The module that its tables, columns and indexes are made with.
    pub const fn module(self) -> &'static str {
        match self {
            Self::Postgres => "drizzle-orm/pg-core",
            Self::MySql => "drizzle-orm/mysql-core",
            Self::Sqlite => "drizzle-orm/sqlite-core",
            Self::SingleStore => "drizzle-orm/singlestore-core",
            Self::Gel => "drizzle-orm/gel-core",
            Self::Cockroach => "drizzle-orm/cockroach-core",
            Self::MsSql => "drizzle-orm/mssql-core",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::Sqlite => "SQLite",
            Self::SingleStore => "SingleStore",
            Self::Gel => "Gel",
            Self::Cockroach => "CockroachDB",
            Self::MsSql => "SQL Server",
        }
    }

    /// The dialect that a drizzle.config names; `turso` is SQLite.
    pub fn from_config(name: &str) -> Option<Self> {
        Some(match name {
            "postgresql" | "postgres" | "pg" => Self::Postgres,
            "mysql" => Self::MySql,
            "sqlite" | "turso" => Self::Sqlite,
            "singlestore" => Self::SingleStore,
            "gel" => Self::Gel,
            "cockroach" => Self::Cockroach,
            "mssql" => Self::MsSql,
            _ => return None,
        })
    }
}

/// The two lines of drizzle-orm, which differ in names, casing, arrays and relations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum DrizzleLine {
    /// 0.x, as of 0.45.
    #[default]
    V0,
    /// 1.0 and its release candidates.
    V1,
}

impl DrizzleLine {
    /// The version that people know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V0 => "0.45",
            Self::V1 => "1.0",
        }
    }
}

/// How names without one of their own are spelled in SQL.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Casing {
    /// `created_at`.
    Snake,
    /// `createdAt`.
    Camel,
}

impl Casing {
    /// The value that drizzle.config uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Snake => "snake_case",
            Self::Camel => "camelCase",
        }
    }

    /// The casing that a drizzle.config names.
    pub fn from_config(name: &str) -> Option<Self> {
        match name {
            "snake_case" => Some(Self::Snake),
            "camelCase" => Some(Self::Camel),
            _ => None,
        }
    }

    /// Spells a property key as drizzle-orm's `casing.ts` does: letters outside ASCII are dropped.
    pub fn apply(self, key: &str) -> String {
        if matches!(self, Self::Snake) && is_snake(key) {
            return key.to_string();
        }
        let key = key.replace(['\'', '\u{2019}'], "");
        let words = words(&key);
        match self {
            Self::Snake => words.iter().map(|word| word.to_ascii_lowercase()).collect::<Vec<_>>().join("_"),
            Self::Camel => words
                .iter()
                .enumerate()
                .map(|(index, word)| {
                    let lower = word.to_ascii_lowercase();
                    if index == 0 {
                        lower
                    } else {
                        format!("{}{}", lower[..1].to_ascii_uppercase(), &word[1..])
                    }
                })
                .collect(),
        }
    }
}

/// Whether a name is what its words in snake case would be: most are.
fn is_snake(key: &str) -> bool {
    let mut before = b'_';
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => {}
            b'_' if before != b'_' => {}
            _ => return false,
        }
        before = byte;
    }
    before != b'_' || key.is_empty()
}

/// `/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g`, the words of drizzle-orm's casing.
fn words(key: &str) -> Vec<&str> {
    let bytes = key.as_bytes();
    let lower = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let upper = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        if lower(at) {
            while lower(at) {
                at += 1;
            }
        } else if upper(at) {
            while upper(at) {
                at += 1;
            }
            // The run of capitals may not be followed by a small letter: give one back.
            if bytes.get(at).is_some_and(u8::is_ascii_lowercase) {
                at -= 1;
            }
            if at == start {
                at += 1;
                while lower(at) {
                    at += 1;
                }
            }
        } else {
            at += 1;
            continue;
        }
        words.push(&key[start..at]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values were taken from drizzle-orm itself (facts/drizzle.md 2.2).
    #[test]
    fn snake_case_is_drizzles() {
        let golden = [
            ("userID2", "user_id_2"),
            ("HTTPServer", "http_server"),
            ("address1Line", "address1_line"),
            ("a1B2", "a1_b_2"),
            ("userURLPath", "user_url_path"),
            ("createdAtUTC", "created_at_utc"),
            ("_private", "private"),
            ("émail", "mail"),
            ("a__b_", "a_b"),
            ("in_snake_2_case", "in_snake_2_case"),
            ("", ""),
        ];
        for (key, name) in golden {
            assert_eq!(Casing::Snake.apply(key), name, "{key}");
        }
    }
}
