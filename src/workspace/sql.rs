//! What SQL creates that no drizzle.config does: migrations that people wrote, of which there can be many megabytes.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::sql_indexes::SqlTexts;
use crate::config::{Config, Setting};
use crate::discover::Discovery;
use crate::discover::ddl::{self, Statements};
use crate::discover::indexes::changes;
use crate::discover::search::Kind as Why;
use crate::graph::{Entity, Kind, SchemaGraph, Table};
use crate::overlay::Overlay;
use crate::packages::Packages;
use crate::rules::RULES;

/// The SQL files of a repository, read when somebody asks.
pub(super) struct Sql<'f> {
    files: &'f [PathBuf],
    /// Those that people wrote, and those of drizzle-kit.
    split: OnceLock<(Vec<&'f Path>, Vec<&'f Path>)>,
    read: OnceLock<Vec<Statements>>,
    /// Somebody will ask.
    is_asked: bool,
}

impl<'f> Sql<'f> {
    pub(super) fn of(found: &'f Discovery, packages: &Packages) -> Self {
        let package = |path: &Path| packages.folder_of(path);
        let scripts = || found.scripts.iter();
        let configured: FxHashSet<_> =
            scripts().filter(|script| script.is_config).map(|script| package(&script.path)).collect();
        let mut candidates = scripts().filter(|script| script.kind == Why::Candidate);
        let is_asked = candidates.any(|script| !configured.contains(&package(&script.path)));
        Self { files: &found.sql, split: OnceLock::new(), read: OnceLock::new(), is_asked }
    }

    /// Reads all SQL once, for its indexes, and what people wrote for what it creates, when somebody will ask: it is likely,
    /// not certain, that a package without a drizzle.config has tables that belong to none.
    pub(super) fn read_all(&self, scripts: &[PathBuf], overlay: &Overlay) -> SqlTexts {
        let by_hand: FxHashSet<&Path> = match self.is_asked {
            true => self.split().0.iter().copied().collect(),
            false => FxHashSet::default(),
        };
        let paths = SqlTexts::paths(self.files, scripts);
        let read = |path: &PathBuf| {
            let of_text =
                |text: &str| (changes(text), by_hand.contains(path.as_path()).then(|| Statements::of(text)));
            match overlay.get(path) {
                Some(bytes) => of_text(&String::from_utf8_lossy(bytes)),
                None => ddl::with_text(path, of_text).unwrap_or_default(),
            }
        };
        let read: Vec<_> = paths.par_iter().map(read).collect();
        let (changes, statements): (Vec<_>, Vec<_>) =
            read.into_iter().map(|(changes, statements)| (Arc::new(changes), statements)).unzip();
        if self.is_asked {
            let _ = self.read.set(statements.into_iter().flatten().collect());
        }
        SqlTexts { paths, changes }
    }

    fn read_by_hand(&self) -> &[Statements] {
        self.read.get_or_init(|| ddl::read(&self.split().0))
    }

    fn split(&self) -> &(Vec<&'f Path>, Vec<&'f Path>) {
        self.split.get_or_init(|| ddl::by_hand(self.files))
    }

    /// Tables of projects without a drizzle.config may be created by SQL that people write.
    pub(super) fn mark_tables(&self, graph: &mut SchemaGraph) {
        let projects = &graph.projects;
        let orphan = |table: &Arc<Table>| projects[table.project].config.is_none() && table.view.is_none();
        if !graph.tables.iter().any(orphan) {
            return;
        }
        let by_hand = self.read_by_hand().iter().filter(|statements| !statements.is_kits);
        let created: FxHashSet<&str> = by_hand
            .flat_map(|statements| &statements.created)
            .filter(|(kind, _)| *kind == "table")
            .map(|(_, name)| name.as_str())
            .collect();
        for table in &mut graph.tables {
            let project = &mut graph.projects[table.project];
            let is_created = !created.is_empty()
                && project.config.is_none()
                && table.name.as_ref().is_ok_and(|name| created.contains(&*name.to_lowercase()));
            project.created_by_sql |= is_created;
            if table.created_by_sql != is_created {
                Arc::make_mut(table).created_by_sql = is_created;
            }
        }
    }

    /// What no drizzle.config creates may be created by SQL, in migrations that people wrote or in code that was read.
    pub(super) fn mark_entities(self, graph: &mut SchemaGraph, config: &Config) {
        let mut missing: FxHashSet<Entity> =
            graph.unexported().into_iter().map(|missing| missing.entity).collect();
        if asks_for_other_tables(config) {
            let others = graph.own_tables().filter(|(_, table)| table.taken_by.is_empty());
            missing.extend(others.filter_map(|(_, table)| table.entity()));
        }
        if missing.is_empty() {
            return;
        }
        self.read_by_hand();
        let by_kit = ddl::read(&self.split().1);
        let by_hand = self.read.into_inner().unwrap_or_default();
        // Some create a schema in the script that applies the migrations.
        let scripts = ddl::of_texts(graph.sources.iter().map(|source| &*source.text).collect());
        let all = by_hand.into_iter().chain(by_kit).chain(scripts);
        let created: FxHashSet<(&str, String)> = all.flat_map(Statements::names).collect();
        let key = |entity: &Entity| {
            let kind = match entity.kind {
                Kind::Schema => "schema",
                Kind::Enum => "type",
                Kind::Sequence => "sequence",
                Kind::Table => "table",
            };
            // A name with a dot, `pgTable("billing.plans")`, is read from SQL as its last part, too.
            (kind, entity.name.rsplit('.').next().unwrap_or_default().to_lowercase())
        };
        graph.created_in_sql = missing.into_iter().filter(|entity| created.contains(&key(entity))).collect();
        graph.created_in_sql.sort_unstable();
    }
}

/// Whether a rule that is on speaks of tables that no drizzle.config takes.
fn asks_for_other_tables(config: &Config) -> bool {
    let mut readers = RULES.iter().filter(|entry| entry.reads_other_tables);
    readers.any(|entry| config.rules.variants(entry.meta.name).iter().any(Setting::is_on))
}
