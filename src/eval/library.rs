//! Which packages and globals have a meaning that is built in.

use super::drizzle::prelude_of;
use crate::graph::{Dialect, DrizzleLine};

/// A package or a global whose members are built in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Library {
    /// `drizzle-orm/pg-core` and its like.
    Core(Dialect, DrizzleLine),
    /// The builders that the function form of a table's columns is given by Ponder.
    PonderColumns(DrizzleLine),
    /// `drizzle-orm` itself, and `drizzle-orm/relations`.
    Orm(DrizzleLine),
    /// `drizzle-kit`.
    Kit,
    /// `ponder`.
    Ponder(DrizzleLine),
    /// Ramda, Remeda, Lodash, es-toolkit, Radash: pure helpers over objects and lists.
    Functional,
    /// `change-case`.
    ChangeCase,
    /// `zod` and what re-exports it; only lists of values are read.
    Zod,
    /// `node:path`.
    Path,
    /// `node:url`.
    Url,
    /// A package outside the repository with functions that declare links, by the first of them.
    Links(usize),
    /// A global: `Object`, `Array`, `String`, `Number`, `Math`, `JSON`, `Symbol`, `Set`, `Map`.
    Global(Global),
}

/// The globals that schemas use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each is named as in JavaScript")]
pub enum Global {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Math,
    Json,
    Set,
    Date,
    Process,
    ImportMeta,
    Symbol,
    Console,
    Url,
}

impl Library {
    /// The library that a module specifier names, for a file on that line of Drizzle.
    pub fn of_specifier(specifier: &str, line: DrizzleLine) -> Option<Self> {
        let specifier = specifier.strip_prefix("npm:").unwrap_or(specifier);
        // A path into the installed package is the package.
        let specifier = specifier.rsplit_once("node_modules/").map_or(specifier, |(_, inside)| inside);
        if prelude_of(specifier).is_some() {
            return None;
        }
        if let Some(path) = drizzle_path(specifier) {
            return Some(match path.trim_end_matches("/index").trim_end_matches(".js") {
                "pg-core" => Self::Core(Dialect::Postgres, line),
                "mysql-core" => Self::Core(Dialect::MySql, line),
                "sqlite-core" => Self::Core(Dialect::Sqlite, line),
                "singlestore-core" => Self::Core(Dialect::SingleStore, line),
                "gel-core" => Self::Core(Dialect::Gel, line),
                "cockroach-core" => Self::Core(Dialect::Cockroach, line),
                "mssql-core" => Self::Core(Dialect::MsSql, line),
                other => match other.strip_suffix("/columns").or_else(|| core_of(other)) {
                    Some(core) => return Self::of_specifier(&format!("drizzle-orm/{core}"), line),
                    None => Self::Orm(line),
                },
            });
        }
        Some(match specifier {
            "drizzle-kit" => Self::Kit,
            "ponder" | "@ponder/core" => Self::Ponder(line),
            "ramda" | "remeda" | "lodash" | "lodash-es" | "es-toolkit" | "es-toolkit/compat" | "radash"
            | "rambda" | "es-toolkit/object" => Self::Functional,
            "change-case" => Self::ChangeCase,
            "zod" | "zod/v4" | "zod/v3" | "zod/mini" | "@hono/zod-openapi" | "astro:schema" | "astro/zod"
            | "valibot" => Self::Zod,
            "path" | "node:path" => Self::Path,
            "url" | "node:url" => Self::Url,
            _ => return None,
        })
    }

    /// `lodash/omit` is the function `omit` of Lodash.
    pub fn single_function(specifier: &str) -> Option<&str> {
        let (package, function) = specifier.split_once('/')?;
        let known = matches!(package, "lodash" | "lodash-es" | "ramda");
        known.then(|| function.trim_end_matches(".js"))
    }
}

/// What follows `drizzle-orm/`; empty for the package itself.
fn drizzle_path(specifier: &str) -> Option<&str> {
    let rest = specifier.strip_prefix("drizzle-orm")?;
    // A version may follow: `npm:drizzle-orm@0.45/pg-core`.
    let rest = match rest.strip_prefix('@') {
        Some(version) => version.find('/').map_or("", |at| &version[at..]),
        None => rest,
    };
    match rest.strip_prefix('/') {
        Some(path) => Some(path),
        None => rest.is_empty().then_some(""),
    }
}

/// `pg-core/columns/uuid` is a part of `pg-core`.
fn core_of(path: &str) -> Option<&str> {
    let (core, _) = path.split_once('/')?;
    core.ends_with("-core").then_some(core)
}
