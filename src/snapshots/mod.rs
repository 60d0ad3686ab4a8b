//! What drizzle-kit and migrations left behind: snapshots as JSON, and migrations as SQL.
//!
//! Pure: texts in, tables out. The workspace reads the files. What cannot be read is damage with its place;
//! the rest is read.

mod ddl;
mod latest;
mod legacy;
mod replay;
mod snapshot;
pub mod sql;
mod tokens;

pub use latest::{Layout, before_newest, is_later, newest};
pub use replay::{Link, replay};
pub use snapshot::{
    Column, Damage, Enum, ForeignKey, Header, Index, IndexPart, PrimaryKey, Snapshot, Table, Unique, header,
    read,
};

use smol_str::SmolStr;
use std::sync::Arc;

use crate::source::Span;
use sql::SqlTables;

/// What shows that tables were made: the folders of snapshots and migrations that were read.
#[derive(Debug, Default)]
pub struct Migrations {
    /// By path.
    pub folders: Vec<Folder>,
    /// Whether a project has a folder whose path could not be read.
    pub is_partial: bool,
    /// Whether snapshots were asked for.
    pub has_snapshots: bool,
}

/// A folder of migrations.
#[derive(Debug, Default)]
pub struct Folder {
    /// Its path, relative to the root.
    pub path: Arc<str>,
    /// The projects whose `out` it is, as indexes into the graph's projects.
    pub projects: Vec<usize>,
    /// The newest snapshot; several where branches were not merged (1.0).
    pub newest: Vec<Snapshot>,
    /// How many migrations come after the newest snapshot, by their names, and have none of their own.
    pub later: usize,
    /// The tables that its SQL leaves; `None` when SQL was not asked for.
    pub sql: Option<SqlTables>,
    /// Snapshots that could not be read whole.
    pub damaged: Vec<(Span, String)>,
    /// Whether a snapshot or migration in it could not be read at all.
    pub is_partial: bool,
}

impl Migrations {
    /// Whether the newest snapshot of a folder holds a table without a namespace.
    pub fn in_snapshot(&self, name: &str) -> bool {
        self.tables(name).next().is_some()
    }

    /// The tables of that name without a namespace in the newest snapshots.
    pub fn tables<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Table> {
        let snapshots = self.folders.iter().flat_map(|folder| &folder.newest);
        snapshots.flat_map(|snapshot| &snapshot.tables).filter(move |table| table.is(name))
    }

    /// Whether the SQL of a folder leaves a table without a namespace.
    pub fn in_sql(&self, name: &str) -> bool {
        self.folders.iter().filter_map(|folder| folder.sql.as_ref()).any(|sql| sql.holds(name))
    }

    /// The file that drops a table, or renames it, last.
    pub fn dropped_by(&self, name: &str) -> Option<&SmolStr> {
        self.folders.iter().filter_map(|folder| folder.sql.as_ref()).find_map(|sql| sql.dropped_by(name))
    }

    /// Whether something may be in a snapshot or migration that could not be read.
    pub fn is_damaged(&self) -> bool {
        self.is_partial || self.folders.iter().any(|folder| folder.is_partial || !folder.damaged.is_empty())
    }
}
