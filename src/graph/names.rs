//! The names that drizzle-kit gives to what was given none.
//!
//! drizzle-kit 0.31: `facts/drizzle.md` 2.4 and 2.5. 1.0: `defaultNameFor…` of each dialect.

use smol_str::{SmolStr, format_smolstr};

use super::{Dialect, DrizzleLine};

/// The generated names of one table.
#[derive(Debug, Clone, Copy)]
pub struct GeneratedNames<'t> {
    /// The database.
    pub dialect: Dialect,
    /// The line of Drizzle.
    pub line: DrizzleLine,
    /// The table's SQL name.
    pub table: &'t str,
}

impl GeneratedNames<'_> {
    /// The name of a foreign key.
    pub fn foreign_key(self, columns: &[&str], to: &str, to_columns: &[&str]) -> SmolStr {
        let table = self.table;
        let body = format!("{table}_{}_{to}_{}", columns.join("_"), to_columns.join("_"));
        match (self.line, self.dialect) {
            (DrizzleLine::V0, _) | (_, Dialect::SingleStore | Dialect::Gel) => {
                format_smolstr!("{body}_fk")
            }
            (_, Dialect::Sqlite) => format_smolstr!("fk_{body}_fk"),
            (_, Dialect::MsSql) => self.shortened(&body, "_fk", 128, 110),
            (_, Dialect::Postgres | Dialect::Cockroach | Dialect::MySql) => {
                self.shortened(&body, "_fkey", 63, 45)
            }
        }
    }

    /// The name of a primary key.
    pub fn primary_key(self, columns: &[&str]) -> SmolStr {
        let table = self.table;
        match (self.line, self.dialect) {
            (DrizzleLine::V1, Dialect::Postgres | Dialect::Cockroach | Dialect::MsSql) => {
                format_smolstr!("{table}_pkey")
            }
            (DrizzleLine::V1, Dialect::MySql) => SmolStr::new_static("PRIMARY"),
            (DrizzleLine::V1, Dialect::Sqlite) => format_smolstr!("{table}_pk"),
            _ => format_smolstr!("{table}_{}_pk", columns.join("_")),
        }
    }

    /// The name of a unique constraint; `at_column` for `.unique()` at a column.
    pub fn unique(self, columns: &[&str], at_column: bool) -> SmolStr {
        let table = self.table;
        let columns = columns.join("_");
        match (self.line, self.dialect) {
            (DrizzleLine::V1, Dialect::Postgres | Dialect::Cockroach) if at_column => {
                format_smolstr!("{table}_{columns}_key")
            }
            (DrizzleLine::V1, Dialect::MsSql) => {
                self.shortened(&format!("{table}_{columns}"), "_key", 128, 110)
            }
            (DrizzleLine::V1, Dialect::MySql) => format_smolstr!("{columns}_unique"),
            _ => format_smolstr!("{table}_{columns}_unique"),
        }
    }

    /// The name of an index.
    pub fn index(self, columns: &[&str]) -> SmolStr {
        format_smolstr!("{}_{}_index", self.table, columns.join("_"))
    }

    /// `body` with its suffix, hashed by drizzle-kit 1.0 when it is longer than `limit`; the table stays
    /// in front of the hash when it is shorter than `table_limit`.
    fn shortened(self, body: &str, suffix: &str, limit: usize, table_limit: usize) -> SmolStr {
        let desired = format!("{body}{suffix}");
        let length = |text: &str| text.encode_utf16().count();
        if length(&desired) <= limit {
            return SmolStr::new(desired);
        }
        let hash = hash(&desired);
        if length(self.table) < table_limit {
            format_smolstr!("{}_{hash}{suffix}", self.table)
        } else {
            format_smolstr!("{hash}{suffix}")
        }
    }
}

/// The 12-letter polynomial hash of drizzle-kit 1.0 (`dialects/common.ts`).
fn hash(text: &str) -> String {
    const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const LENGTH: u32 = 12;
    let base = LETTERS.len() as u128;
    let modulus = base.pow(LENGTH);
    let (mut hash, mut power) = (0_u128, 1_u128);
    for letter in text.chars() {
        hash = (hash + letter as u128 * power) % modulus;
        power = power * 53 % modulus;
    }
    let mut result = [0_u8; LENGTH as usize];
    for slot in result.iter_mut().rev() {
        *slot = LETTERS[(hash % base) as usize];
        hash /= base;
    }
    String::from_utf8_lossy(&result).into_owned()
}
