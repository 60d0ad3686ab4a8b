//! schemalint reads Drizzle ORM schemas without running them, builds one graph of tables, keys, indexes
//! and relations, and checks it against the rules of the house.
//!
//! The way of the data is in `ARCHITECTURE.md`: `discover` → `syntax` → `resolve` → `eval` → `link` →
//! `graph` → rules → `output`.

pub mod baseline;
pub mod boundary;
pub mod check;
pub mod cli;
pub mod config;
pub mod discover;
pub mod docs;
pub mod eval;
pub mod files;
pub mod fixes;
pub mod graph;
pub mod link;
pub mod lsp;
pub mod model;
pub mod output;
pub mod overlay;
pub mod packages;
pub mod resolve;
pub mod review;
pub mod rule;
pub mod snapshots;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod workspace;

#[path = "../rules/mod.rs"]
pub mod rules;
