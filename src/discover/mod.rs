//! Walks the tree in parallel, reads each script once, and picks the files that may declare schemas.
//!
//! A file is a candidate by its name (`*.schema.ts`) or by what it contains ([`search`]); nothing is
//! parsed here but package.json files. Only regular files are opened, links are not followed out of
//! the root, and folders that hold no source of the user are not entered ([`exclude`]).

pub mod ddl;
pub mod exclude;
mod gitignore;
pub mod search;

use rayon::Scope;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use walkdir::WalkDir;

use crate::config;
use gitignore::{Ignores, Tracked};
use search::{Kind, LookedAt};

/// The name of this program's config.
pub const CONFIG: &str = "schemalint.json";

/// Texts that stand for what is on the disk, by path: what an editor has, what fixes made.
pub type Overlay = FxHashMap<PathBuf, Arc<[u8]>>;

/// What to walk.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Folders and files that were named: absolute, and never excluded themselves.
    pub paths: Vec<PathBuf>,
    /// Leave out nothing but `node_modules` and `.git`.
    pub no_ignore: bool,
    /// Files whose text is not that on the disk.
    pub overlay: Overlay,
    /// What replaces or narrows the search for schemas.
    pub files: Files,
}

/// Files that the config names as schemas, by paths relative to a folder.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The folder.
    pub root: PathBuf,
    /// What the config says.
    pub config: config::Files,
}

impl Files {
    /// Whether the config leaves a file out.
    pub fn excludes(&self, path: &Path) -> bool {
        self.config.exclude.is_match(&self.inside(path))
    }

    fn inside<'p>(&self, path: &'p Path) -> std::borrow::Cow<'p, str> {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy()
    }

    /// Why a file is of interest, given what its content says.
    fn kind(&self, path: &Path, looked_at: LookedAt) -> Option<Kind> {
        let LookedAt { kind, is_config, .. } = looked_at;
        let included = self.config.include.as_ref().map(|globs| globs.is_match(&self.inside(path)));
        match (included, self.excludes(path)) {
            (Some(true), false) => Some(Kind::Candidate),
            (Some(false), _) | (_, true) => is_config.then_some(Kind::Config),
            (None, false) => kind,
        }
    }
}

/// Which files may declare links.
#[derive(Debug, Default)]
pub struct Links {
    /// What such a file contains.
    pub names: search::Names,
    /// Files that the config names, by paths from the root of [`Files`].
    pub files: Option<config::Globs>,
}

impl Links {
    fn may_be_in(&self, files: &Files, path: &Path, bytes: &[u8]) -> bool {
        let is_named = |globs: &config::Globs| globs.is_match(&files.inside(path));
        (self.names.are_in(bytes) || self.files.as_ref().is_some_and(is_named)) && !files.excludes(path)
    }
}

/// What the walk found; the order of every list is that of the paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Files that may declare schemas, with their text.
    pub scripts: Vec<Script>,
    /// Files that may call a table function of another file: read again only when there is one.
    pub loose: Vec<PathBuf>,
    /// package.json files with their text.
    pub packages: Vec<(PathBuf, String)>,
    /// Markdown in folders that hold decision records by their name.
    pub records: Vec<PathBuf>,
    /// Configs of this program.
    pub settings: Vec<PathBuf>,
    /// Files that look like schemas but are ignored by a `.gitignore`, and not tracked.
    pub ignored: Vec<PathBuf>,
    /// What could not be read.
    pub failures: Vec<(PathBuf, String)>,
    /// How many scripts were looked at.
    pub looked_at: usize,
    /// Scripts that query by relations.
    pub queries: Vec<PathBuf>,
    /// There are files whose scripts are not looked at: `.vue`, `.svelte`, `.astro`.
    pub other_scripts: bool,
    /// SQL files.
    pub sql: Vec<PathBuf>,
}

/// A file with its text.
#[derive(Debug)]
pub struct Script {
    /// Absolute path.
    pub path: PathBuf,
    /// Why it is here.
    pub kind: Kind,
    /// It is a drizzle.config, perhaps besides.
    pub is_config: bool,
    /// Its bytes, as they stand in the file.
    pub bytes: Vec<u8>,
    /// It uses what only Drizzle 1.0 has.
    pub uses_v1: bool,
    /// It may declare links, or what may be linked.
    pub names_links: bool,
}

/// What hooks name beside scripts: such a file says what is reported, and never declares a table.
fn is_data(name: &str) -> bool {
    matches!(
        name.rsplit_once('.').map(|(_, extension)| extension),
        Some("json" | "jsonc" | "sql" | "md" | "mdx" | "yml" | "yaml")
    )
}

/// Walks the paths.
pub fn discover(options: &Options, links: &Links) -> Discovery {
    let walk = Walk {
        options,
        links,
        tracked: Tracked::default(),
        looked_at: AtomicUsize::default(),
        other_scripts: AtomicBool::default(),
        found: Mutex::default(),
    };
    rayon::scope(|scope| {
        for path in &options.paths {
            if options.overlay.contains_key(path) || path.is_file() {
                walk.file(path, true, false);
            } else {
                let ignores = Ignores::above(path, options.no_ignore);
                walk.folder(scope, path.clone(), Arc::new(ignores));
            }
        }
    });
    let mut found = walk.found.into_inner().unwrap_or_default();
    found.looked_at = walk.looked_at.into_inner();
    found.queries.sort();
    found.other_scripts = walk.other_scripts.into_inner();
    found.sql.sort();
    // A file that was named and met on the walk is a candidate in any case.
    found.scripts.sort_by(|left, right| {
        left.path.cmp(&right.path).then((left.kind != Kind::Candidate).cmp(&(right.kind != Kind::Candidate)))
    });
    found.scripts.dedup_by(|left, right| left.path == right.path);
    found.loose.sort();
    found.loose.dedup();
    found.packages.sort();
    found.packages.dedup();
    found.records.sort();
    found.records.dedup();
    found.settings.sort();
    found.settings.dedup();
    found.failures.sort();
    found.ignored.sort();
    found
}

/// What stands around a folder in its repository: package.json files with their text, and decision
/// records; scripts are not looked at.
pub fn discover_surroundings(root: &Path) -> (Vec<(PathBuf, String)>, Vec<PathBuf>) {
    let entries = WalkDir::new(root).follow_links(false).into_iter();
    let entries = entries.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !entry.file_type().is_dir() || !exclude::folder(&name, true)
    });
    let (mut packages, mut records) = (Vec::new(), Vec::new());
    for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
        if entry.file_name() == "package.json" {
            if let Ok(text) = fs::read_to_string(entry.path()) {
                packages.push((entry.into_path(), text));
            }
        } else if is_record(entry.path(), &entry.file_name().to_string_lossy()) {
            records.push(entry.into_path());
        }
    }
    (packages, records)
}

/// Whether the walk from a root would not reach a path: it lies elsewhere, or a folder on the way is left out.
pub fn left_out(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else { return true };
    let mut folder = root.to_path_buf();
    for part in inside {
        let beside_package = folder.join("package.json").is_file();
        let ignores = Ignores::above(&folder.join(part), false);
        folder.push(part);
        if exclude::folder(&part.to_string_lossy(), beside_package) || ignores.matches(&folder, true) {
            return true;
        }
    }
    false
}

/// Whether a file is a Markdown page in a folder that holds decision records by its name.
fn is_record(path: &Path, name: &str) -> bool {
    let folder = path.parent().and_then(Path::file_name).map(|folder| folder.to_string_lossy());
    (name.ends_with(".md") || name.ends_with(".mdx"))
        && folder.is_some_and(|folder| {
            matches!(&*folder.to_lowercase(), "adr" | "adrs" | "decisions" | "decision-records")
        })
}

struct Walk<'o> {
    options: &'o Options,
    links: &'o Links,
    tracked: Tracked,
    looked_at: AtomicUsize,
    other_scripts: AtomicBool,
    found: Mutex<Discovery>,
}

thread_local! {
    /// One buffer per thread: most files are looked at and let go.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Walk<'_> {
    /// Reads one folder, hands its folders to other threads and looks at its files.
    fn folder<'s>(&'s self, scope: &Scope<'s>, folder: PathBuf, ignores: Arc<Ignores>) {
        let ignores = match Ignores::inside(&ignores, &folder) {
            Some(inner) => Arc::new(inner),
            None => ignores,
        };
        let entries = WalkDir::new(&folder).min_depth(1).max_depth(1).follow_links(false);
        let entries: Vec<_> = entries.into_iter().collect();
        let is_package = entries.iter().flatten().any(|entry| entry.file_name() == "package.json");
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(&folder).to_path_buf();
                    match error.io_error() {
                        Some(error) => self.fail(path, error),
                        None => self.fail(path, &error),
                    }
                    continue;
                }
            };
            let name = entry.file_name().to_string_lossy();
            let (mut kind, path) = (entry.file_type(), entry.path());
            if kind.is_symlink() {
                // A link to a file inside the root is read; a link to a folder would be walked twice.
                match fs::metadata(path) {
                    Ok(target) if target.is_file() && self.is_inside(path) => kind = target.file_type(),
                    _ => continue,
                }
            }
            if kind.is_dir() {
                let skipped = if self.options.no_ignore {
                    matches!(&*name, "node_modules" | ".git")
                } else {
                    exclude::folder(&name, is_package) || ignores.matches(path, true)
                };
                if !skipped {
                    let (path, ignores) = (path.to_path_buf(), Arc::clone(&ignores));
                    scope.spawn(move |scope| self.folder(scope, path, ignores));
                }
            } else if kind.is_file() {
                if name == "package.json" {
                    self.package(path);
                } else if name == CONFIG {
                    self.with(|found| found.settings.push(path.to_path_buf()));
                } else if [".vue", ".svelte", ".astro"].iter().any(|end| name.ends_with(end)) {
                    self.other_scripts.store(true, Ordering::Relaxed);
                } else if name.ends_with(".sql") {
                    self.with(|found| found.sql.push(path.to_path_buf()));
                } else if is_record(path, &name) {
                    self.with(|found| found.records.push(path.to_path_buf()));
                } else if search::may_be_read(&name) && (self.options.no_ignore || !exclude::file(&name)) {
                    self.file(path, false, ignores.matches(path, false));
                }
            }
        }
    }

    fn is_inside(&self, path: &Path) -> bool {
        let Ok(target) = fs::canonicalize(path) else { return false };
        self.options
            .paths
            .iter()
            .any(|root| fs::canonicalize(root).is_ok_and(|root| target.starts_with(root)))
    }

    fn package(&self, path: &Path) {
        match fs::read_to_string(path) {
            Ok(text) => self.with(|found| found.packages.push((path.to_path_buf(), text))),
            Err(error) => self.fail(path.to_path_buf(), &error),
        }
    }

    fn file(&self, path: &Path, named: bool, ignored: bool) {
        BUFFER.with_borrow_mut(|buffer| {
            match self.options.overlay.get(path) {
                Some(text) => {
                    buffer.clear();
                    buffer.extend_from_slice(text);
                }
                None => {
                    if let Err(error) = read_into(path, buffer) {
                        return self.fail(path.to_path_buf(), &error);
                    }
                }
            }
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let looked_at = search::look(&name, buffer);
            if is_data(&name) && !looked_at.is_config {
                return;
            }
            if looked_at.queries {
                self.with(|found| found.queries.push(path.to_path_buf()));
            }
            let kind = self.options.files.kind(path, looked_at);
            let kind = if named { kind.or(Some(Kind::Candidate)) } else { kind };
            let names_links = self.links.may_be_in(&self.options.files, path, buffer);
            let is_loose = kind == Some(Kind::Loose);
            let kind = if names_links && (kind.is_none() || is_loose) { Some(Kind::Links) } else { kind };
            let of_interest = matches!(kind, Some(Kind::Candidate | Kind::Config | Kind::Links));
            if ignored && !(of_interest && self.tracked.contains(path)) {
                if kind == Some(Kind::Candidate) {
                    self.with(|found| found.ignored.push(path.to_path_buf()));
                }
                return;
            }
            self.looked_at.fetch_add(1, Ordering::Relaxed);
            let path = path.to_path_buf();
            if is_loose && names_links {
                self.with(|found| found.loose.push(path.clone()));
            }
            match kind {
                Some(Kind::Loose) => self.with(|found| found.loose.push(path)),
                Some(kind) => {
                    let LookedAt { is_config, uses_v1, .. } = looked_at;
                    let script =
                        Script { path, kind, is_config, bytes: buffer.clone(), uses_v1, names_links };
                    self.with(|found| found.scripts.push(script));
                }
                None => {}
            }
        });
    }

    fn fail(&self, path: PathBuf, error: &dyn std::fmt::Display) {
        self.with(|found| found.failures.push((path, error.to_string())));
    }

    fn with(&self, change: impl FnOnce(&mut Discovery)) {
        if let Ok(mut found) = self.found.lock() {
            change(&mut found);
        }
    }
}

/// Reads a file into a buffer that is used again. The caller knows that it is a regular one.
///
/// # Errors
/// When it cannot be opened or read.
pub fn read_into(path: &Path, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    buffer.clear();
    let mut file = fs::File::open(path)?;
    file.read_to_end(buffer)?;
    Ok(())
}
