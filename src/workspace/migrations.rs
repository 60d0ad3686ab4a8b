//! Reads the folders of migrations: the newest snapshots of drizzle-kit, and SQL.

use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

use super::repository::{Failures, Repository};
use super::{relative, repository_root};
use crate::boundary::{OUTSIDE, clean, is_inside};
use crate::config::{Config, Proof, Setting};
use crate::graph::{Dialect, SchemaGraph, Unknown, Unreadable};
use crate::rules::RULES;
use crate::snapshots::sql::SqlTables;
use crate::snapshots::{
    Damage, Folder, Header, Layout, Link, Migrations, Snapshot, before_newest, header, is_later, newest,
    read, replay,
};
use crate::source::SourceFile;

/// What links and rules need of snapshots and migrations, as the config asks for it: nothing is read that nobody
/// asked for. `packages` are the folders of package.json files. What is damaged goes to the graph, beside everything else that could not be read.
pub(super) fn migrations(
    root: &Path,
    config: &Config,
    packages: &[PathBuf],
    repository: &Repository<'_>,
    graph: &mut SchemaGraph,
    failures: &mut Failures,
) -> Migrations {
    let evidence: &[Proof] =
        if config.links.is_configured() { &config.links.evidence } else { Default::default() };
    let asked = Asked {
        snapshots: evidence.contains(&Proof::Snapshot) || rules_read_snapshots(config),
        sql: evidence.contains(&Proof::MigrationSql),
    };
    if !asked.snapshots && !asked.sql {
        return Migrations::default();
    }
    let mut folders: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for (index, project) in graph.projects.iter().enumerate() {
        if let Some(out) = &project.out {
            folders.entry(clean(&root.join(&**out))).or_default().push(index);
        }
    }
    if asked.sql {
        for package in packages {
            folders.entry(package.join("migrations")).or_default();
        }
    }
    let boundary = repository_root(root);
    let is_there = |path: &Path| is_inside(boundary, path) && path.is_dir();
    let folders: Vec<_> = folders.into_iter().filter(|(path, _)| is_there(path)).collect();
    let read: Vec<Read> = folders
        .par_iter()
        .map(|(path, projects)| {
            let dialect = projects.first().and_then(|index| graph.projects[*index].dialect);
            let dialect = dialect.or_else(|| dialect_of(graph, root, path)).unwrap_or(Dialect::Postgres);
            asked.folder((root, boundary), path, dialect, projects.clone())
        })
        .collect();
    let is_somewhere = |project: &crate::graph::Project| project.config.is_none() || project.out.is_some();
    let is_partial = !graph.projects.iter().all(is_somewhere);
    let mut migrations = Migrations { folders: Vec::new(), is_partial, has_snapshots: asked.snapshots };
    for Read { mut folder, damaged, failed, .. } in read {
        folder.is_partial = !failed.is_empty();
        failures.extend(failed);
        for (path, text, damage) in damaged {
            let shown = relative(root, &path);
            let source = Arc::new(SourceFile::new(shown.as_str(), text));
            let span = damage.range.in_file(repository.add_text(path, source));
            let why = Unknown { reason: damage.message.clone().into(), span, external: false };
            let subject = format!("the snapshot `{shown}`");
            graph.unreadable.push(Unreadable {
                subject,
                why: Arc::new(why),
                span,
                table: None,
                of_relations: false,
            });
            folder.damaged.push((span, damage.message));
        }
        migrations.folders.push(folder);
    }
    migrations
}

/// Whether a rule that is on compares with snapshots.
fn rules_read_snapshots(config: &Config) -> bool {
    let mut readers = RULES.iter().filter(|entry| entry.reads_snapshots);
    readers.any(|entry| config.rules.variants(entry.meta.name).iter().any(Setting::is_on))
}

/// The database of the package whose `migrations` a folder is.
fn dialect_of(graph: &SchemaGraph, root: &Path, folder: &Path) -> Option<Dialect> {
    let package = relative(root, folder.parent()?);
    let project = graph.projects.iter().find(|project| *project.package == *package);
    project.and_then(|project| project.dialect)
}

/// What is looked for.
#[derive(Clone, Copy)]
struct Asked {
    snapshots: bool,
    sql: bool,
}

/// A folder as it was read, on any thread.
#[derive(Default)]
struct Read {
    /// Nothing beyond is read, also where a link leads there.
    boundary: PathBuf,
    folder: Folder,
    damaged: Vec<(PathBuf, String, Damage)>,
    failed: Failures,
}

impl Asked {
    fn folder(
        self,
        (root, boundary): (&Path, &Path),
        path: &Path,
        dialect: Dialect,
        projects: Vec<usize>,
    ) -> Read {
        let folder = Folder { path: relative(root, path).into(), projects, ..Folder::default() };
        let mut read = Read { folder, boundary: boundary.to_path_buf(), ..Read::default() };
        if self.snapshots {
            read.snapshots(root, path);
        }
        if self.sql {
            read.sql(root, path, dialect);
        }
        read
    }
}

impl Read {
    fn snapshots(&mut self, root: &Path, path: &Path) {
        // 1.0: a folder for each migration, no `meta`.
        let mut files: Vec<PathBuf> =
            names(path).into_iter().map(|name| path.join(name).join("snapshot.json")).collect();
        files.retain(|file| file.is_file());
        if files.is_empty() {
            let meta = path.join("meta");
            let names = names(&meta);
            for index in newest(&Layout::Meta(names.clone())) {
                let file = meta.join(&names[index]);
                let Some(text) = self.text(&file) else { continue };
                self.folder.later = later_files(path, &names[index]);
                let own = header(&text).ok();
                self.snapshot(root, file, text);
                // Two people who each made one leave two that follow the same: what the other one holds is missing.
                let before = before_newest(&names).map(|index| &names[index]);
                let previous = before.and_then(|name| header(&self.text(&meta.join(name))?).ok());
                if let (Some(own), Some(previous), Some(last)) =
                    (own, previous, self.folder.newest.last_mut())
                {
                    last.skips = before
                        .filter(|_| !own.prev_id.is_empty() && own.prev_id != previous.id)
                        .map(SmolStr::new);
                }
            }
            return;
        }
        let texts: Vec<Option<String>> = files.iter().map(|file| self.text(file)).collect();
        let headers = files.iter().zip(&texts).map(|(file, text)| {
            let known: Option<Header> = text.as_ref().and_then(|text| header(text).ok());
            (file.to_string_lossy().into_owned(), known)
        });
        let headers: Vec<(String, Option<Header>)> = headers.collect();
        let leaves = newest(&Layout::Folders(headers.clone()));
        if let [leaf] = leaves[..] {
            self.folder.later = later_folders(path, &files[leaf]);
        }
        let is_diff = |header: &Option<Header>| header.as_ref().is_some_and(|header| header.kind == "diff");
        if headers.iter().any(|(_, header)| is_diff(header)) {
            return self.replayed(root, files, texts, &headers, &leaves);
        }
        for (index, (file, text)) in files.into_iter().zip(texts).enumerate() {
            if let (true, Some(text)) = (leaves.contains(&index), text) {
                self.snapshot(root, file, text);
            }
        }
    }

    /// Snapshots that hold only what changed, up to the newest.
    fn replayed(
        &mut self,
        root: &Path,
        mut files: Vec<PathBuf>,
        mut texts: Vec<Option<String>>,
        headers: &[(String, Option<Header>)],
        leaves: &[usize],
    ) {
        let links: Option<Vec<Link<'_>>> = headers
            .iter()
            .zip(&texts)
            .map(|((_, header), text)| Some(Link { header: header.as_ref()?, text: text.as_deref()? }))
            .collect();
        let outcome = match &links {
            Some(links) => replay(links, leaves),
            None => {
                let at = headers.iter().position(|(_, header)| header.is_none()).unwrap_or_default();
                let text = texts[at].as_deref().unwrap_or_default();
                let damage = header(text).err();
                Err((at, damage.unwrap_or_default()))
            }
        };
        match outcome {
            Ok(snapshot) => {
                let newest = leaves.last().map(|leaf| relative(root, &files[*leaf])).unwrap_or_default();
                self.folder.newest.push(Snapshot { path: newest.into(), ..snapshot });
            }
            Err((at, damage)) => {
                if let Some(text) = texts[at].take() {
                    self.damaged.push((std::mem::take(&mut files[at]), text, damage));
                }
            }
        }
    }

    fn snapshot(&mut self, root: &Path, file: PathBuf, text: String) {
        let (snapshot, damage): (Snapshot, _) = read(&text);
        self.folder.newest.push(Snapshot { path: relative(root, &file).into(), ..snapshot });
        if let Some(damage) = damage {
            self.damaged.push((file, text, damage));
        }
    }

    /// `0000_name.sql`, `<timestamp>_name/migration.sql`, in the order of their paths.
    fn sql(&mut self, root: &Path, path: &Path, dialect: Dialect) {
        let entries = WalkDir::new(path).min_depth(1).max_depth(2).sort_by_file_name().into_iter();
        let entries = entries.filter_entry(|entry| entry.file_name() != "meta");
        let mut tables = SqlTables::default();
        for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
            let name = entry.file_name().to_string_lossy();
            // What takes a migration back is not run.
            let is_undone = name == "down.sql" || name.ends_with(".down.sql");
            // Below, only what 1.0 writes: other folders have an order, or a database, of their own.
            let is_one = if entry.depth() == 1 { name.ends_with(".sql") } else { name == "migration.sql" };
            if is_one
                && !is_undone
                && let Some(text) = self.text(entry.path())
            {
                tables.follow(&relative(root, entry.path()), &text, dialect);
            }
        }
        self.folder.sql = Some(tables);
    }

    fn text(&mut self, path: &Path) -> Option<String> {
        let found = match std::fs::metadata(path) {
            Ok(_) if !is_inside(&self.boundary, path) => Err(OUTSIDE.to_string()),
            Ok(metadata) if !metadata.is_file() => Err("it is no file".to_string()),
            Ok(metadata) if metadata.len() > MAX_BYTES => {
                Err("it is too large to be a migration".to_string())
            }
            Ok(_) => std::fs::read(path).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match found
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_string()))
        {
            Ok(mut text) => {
                // The mark of UTF-8 would be a letter of the first word.
                if text.starts_with('\u{feff}') {
                    text.remove(0);
                }
                Some(text)
            }
            Err(error) => {
                self.failed.push((path.to_path_buf(), error));
                None
            }
        }
    }
}

/// How many SQL files of a folder come after a snapshot of its `meta`.
fn later_files(folder: &Path, snapshot: &str) -> usize {
    let is_one =
        |name: &&String| name.ends_with(".sql") && !name.ends_with(".down.sql") && is_later(name, snapshot);
    names(folder).iter().filter(is_one).count()
}

/// How many migrations come after the one of a snapshot, and have none (1.0).
fn later_folders(folder: &Path, snapshot: &Path) -> usize {
    let Some(newest) = snapshot.parent().and_then(Path::file_name) else { return 0 };
    let newest = newest.to_string_lossy();
    let is_one = |name: &&String| {
        let migration = folder.join(name);
        is_later(name, &newest)
            && migration.join("migration.sql").is_file()
            && !migration.join("snapshot.json").is_file()
    };
    names(folder).iter().filter(is_one).count()
}

/// Larger files hold data.
const MAX_BYTES: u64 = 64 << 20;

/// The names in a folder, sorted; none when there is no such folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name();
    entries.into_iter().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
