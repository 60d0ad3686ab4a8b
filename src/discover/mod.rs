//! Walks the tree in parallel, reads each script once, and picks the files that may declare schemas.
//!
//! A file is a candidate by its name (`*.schema.ts`) or by what it contains ([`search`]); nothing is
//! parsed here but package.json files. Only regular files are opened, links are not followed out of
//! the root, and folders that hold no source of the user are not entered ([`exclude`]).

mod buffer;
pub mod ddl;
pub mod exclude;
mod gitignore;
mod memory;
pub mod search;

use rayon::Scope;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use walkdir::WalkDir;

use crate::config;
use crate::overlay::Overlay;
use buffer::{BUFFER, read_reused};
use gitignore::{Ignores, Tracked};
use memory::Stamp;
use search::{Kind, LookedAt};

use memory::Before;
pub use memory::Memory;

/// The name of this program's config.
pub const CONFIG: &str = "schemalint.json";

/// What to walk.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Folders and files that were named: absolute, and never excluded themselves.
    pub paths: Vec<PathBuf>,
    /// Leave out nothing but `node_modules` and `.git`.
    pub no_ignore: bool,
    /// Files whose text is not that on the disk, but the one that an editor has.
    pub overlay: Overlay,
    /// What was read the last time, when there will be a next time.
    pub memory: Option<Arc<Memory>>,
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
        if self.config.include.is_none() && self.config.exclude.is_empty() {
            return kind;
        }
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
#[derive(Debug, Default, Clone)]
pub struct Discovery {
    /// Files that may declare schemas, with their text.
    pub scripts: Vec<Script>,
    /// Files that may call a table function of another file.
    pub loose: Vec<Loose>,
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
    /// Which files and folders there are, as one number, and how old those are that say what the others mean:
    /// while it is the same, imports lead where they led. Only with a [`Memory`].
    pub shape: u64,
}

/// A file that may call a table function of another one.
#[derive(Debug, Clone)]
pub struct Loose {
    /// Absolute path.
    pub path: PathBuf,
    /// What was kept of it; a [`Memory`] has all of it where there is one.
    pub text: Option<Text>,
}

/// What is kept of a file that most likely nobody will read.
#[derive(Debug, Clone)]
pub enum Text {
    /// Its bytes.
    Whole(Arc<[u8]>),
    /// Those up to the end of its imports, where every name stands that it takes from elsewhere.
    Imports(Arc<[u8]>),
}

/// A file with its text.
#[derive(Debug, Clone)]
pub struct Script {
    /// Absolute path.
    pub path: PathBuf,
    /// Why it is here.
    pub kind: Kind,
    /// It is a drizzle.config, perhaps besides.
    pub is_config: bool,
    /// Its bytes, as they stand in the file.
    pub bytes: Arc<[u8]>,
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
    let walk = Walk::new(options, links);
    rayon::scope(|scope| {
        for path in &options.paths {
            if options.overlay.get(path).is_some() || path.is_file() {
                walk.file(path, true, false);
            } else {
                let ignores = Ignores::above(path, options.no_ignore);
                walk.folder(scope, path.clone(), Arc::new(ignores));
            }
        }
        // What an editor has not saved yet is not met on the walk.
        for path in &options.overlay.unsaved() {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let is_script = search::is_script(&name) && !exclude::file(&name);
            if is_script && !options.paths.contains(path) && !left_out(&options.files.root, path) {
                walk.file(path, false, false);
            }
        }
    });
    let mut found = walk.found.into_inner().unwrap_or_default();
    found.looked_at = walk.looked_at.into_inner();
    found.queries.sort();
    found.other_scripts = walk.other_scripts.into_inner();
    found.shape = walk.shape.into_inner();
    found.sql.sort();
    // A file that was named and met on the walk is a candidate in any case.
    found.scripts.sort_by(|left, right| {
        left.path.cmp(&right.path).then((left.kind != Kind::Candidate).cmp(&(right.kind != Kind::Candidate)))
    });
    found.scripts.dedup_by(|left, right| left.path == right.path);
    found.loose.sort_by(|left, right| left.path.cmp(&right.path));
    found.loose.dedup_by(|left, right| left.path == right.path);
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

/// Brings what a walk found up to date, when of all files only those have other texts than before. False when
/// another walk must tell: a file is new or gone, is of interest for another reason, or says what others mean.
pub fn update(found: &mut Discovery, options: &Options, links: &Links, touched: &[PathBuf]) -> bool {
    let Some(memory) = &options.memory else { return false };
    let walk = Walk::new(options, links);
    for path in touched {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if !search::is_script(&name) {
            let is_text =
                [".md", ".mdx", ".sql", ".vue", ".svelte", ".astro"].iter().any(|end| name.ends_with(end));
            if is_text && memory.before(path) != Before::Unknown
                || name == CONFIG
                || name == crate::baseline::FILE
            {
                continue;
            }
            return false;
        }
        let Before::Looked(before) = memory.before(path) else { return false };
        let Ok(look) = BUFFER.with_borrow_mut(|buffer| walk.look(path, buffer)) else { return false };
        if before != (look.looked_at, look.names_links) {
            return false;
        }
        if let Ok(index) = found.scripts.binary_search_by(|script| script.path.cmp(path)) {
            match look.bytes.map_or_else(|| walk.bytes(path), Ok) {
                Ok(bytes) => found.scripts[index].bytes = bytes,
                Err(_) => return false,
            }
        }
    }
    true
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

fn is_page(name: &str) -> bool {
    name.ends_with(".md") || name.ends_with(".mdx")
}

/// Whether a file is a Markdown page in a folder that holds decision records by its name.
fn is_record(path: &Path, name: &str) -> bool {
    let folder = || path.parent().and_then(Path::file_name).map(|folder| folder.to_string_lossy());
    is_page(name)
        && folder().is_some_and(|folder| {
            matches!(&*folder.to_lowercase(), "adr" | "adrs" | "decisions" | "decision-records")
        })
}

struct Walk<'o> {
    options: &'o Options,
    links: &'o Links,
    tracked: Tracked,
    looked_at: AtomicUsize,
    other_scripts: AtomicBool,
    shape: AtomicU64,
    found: Mutex<Discovery>,
}

impl<'o> Walk<'o> {
    fn new(options: &'o Options, links: &'o Links) -> Self {
        Self {
            options,
            links,
            tracked: Tracked::default(),
            looked_at: AtomicUsize::default(),
            other_scripts: AtomicBool::default(),
            shape: AtomicU64::default(),
            found: Mutex::default(),
        }
    }

    /// Reads one folder, hands its folders to other threads and looks at its files.
    fn folder<'s>(&'s self, scope: &Scope<'s>, folder: PathBuf, ignores: Arc<Ignores>) {
        let entries = match self.entries(&folder) {
            Ok(entries) => entries,
            Err(error) => return self.fail(folder, &error),
        };
        let has = |wanted: &str| entries.iter().any(|(name, _)| name == wanted);
        let inner = if has(".gitignore") { Ignores::inside(&ignores, &folder) } else { None };
        let ignores = inner.map_or(ignores, Arc::new);
        let is_package = has("package.json");
        for (name, mut kind) in entries {
            let shown = name.to_string_lossy();
            // Most files are of no interest: only the others get a path.
            let path = || folder.join(&name);
            self.note_shape(&folder, &shown);
            if kind.is_symlink() {
                // A link to a file inside the root is read; a link to a folder would be walked twice.
                let path = path();
                match fs::metadata(&path) {
                    Ok(target) if target.is_file() && self.is_inside(&path) => kind = target.file_type(),
                    _ => continue,
                }
            }
            if kind.is_dir() {
                if self.options.no_ignore {
                    if matches!(&*shown, "node_modules" | ".git") {
                        continue;
                    }
                } else if exclude::folder(&shown, is_package) {
                    continue;
                }
                let path = path();
                if self.options.no_ignore || !ignores.matches(&path, true) {
                    let ignores = Arc::clone(&ignores);
                    scope.spawn(move |scope| self.folder(scope, path, ignores));
                }
            } else if kind.is_file() {
                if search::may_be_read(&shown) {
                    if self.options.no_ignore || !exclude::file(&shown) {
                        let path = path();
                        let ignored = ignores.matches(&path, false);
                        self.file(&path, false, ignored);
                    }
                } else if shown == "package.json" {
                    self.package(&path());
                } else if shown == CONFIG {
                    self.with(|found| found.settings.push(path()));
                } else if [".vue", ".svelte", ".astro"].iter().any(|end| shown.ends_with(end)) {
                    self.other_scripts.store(true, Ordering::Relaxed);
                } else if shown.ends_with(".sql") {
                    self.with(|found| found.sql.push(path()));
                } else if is_page(&shown) {
                    let path = path();
                    if is_record(&path, &shown) {
                        self.with(|found| found.records.push(path));
                    }
                }
            }
        }
    }

    /// What stands in a folder.
    fn entries(&self, folder: &Path) -> std::io::Result<Vec<(OsString, FileType)>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok(entry) => entries.push(entry),
                Err(error) => self.fail(folder.to_path_buf(), &error),
            }
        }
        Ok(entries)
    }

    fn is_inside(&self, path: &Path) -> bool {
        let Ok(target) = fs::canonicalize(path) else { return false };
        self.options
            .paths
            .iter()
            .any(|root| fs::canonicalize(root).is_ok_and(|root| target.starts_with(root)))
    }

    fn package(&self, path: &Path) {
        let text = match self.options.overlay.get(path) {
            Some(text) => Ok(String::from_utf8_lossy(text).into_owned()),
            None => fs::read_to_string(path),
        };
        match text {
            Ok(text) => self.with(|found| found.packages.push((path.to_path_buf(), text))),
            Err(error) => self.fail(path.to_path_buf(), &error),
        }
    }

    /// Adds a path to the shape of the tree, whichever thread meets it when.
    fn note_shape(&self, folder: &Path, name: &str) {
        if self.options.memory.is_none() {
            return;
        }
        let path = folder.join(name);
        let decides = matches!(name, "package.json" | ".gitignore" | "pnpm-workspace.yaml" | ".yarnrc.yml")
            || (name.ends_with(".json") && (name.contains("tsconfig") || name.contains("jsconfig")));
        let age = decides.then(|| fs::metadata(&path).ok()).flatten();
        let age = age.map(|metadata| (metadata.modified().ok(), metadata.len()));
        let hash = rustc_hash::FxBuildHasher.hash_one((path, age));
        self.shape.fetch_add(hash, Ordering::Relaxed);
    }

    fn file(&self, path: &Path, named: bool, ignored: bool) {
        BUFFER.with_borrow_mut(|buffer| {
            let look = match self.look(path, buffer) {
                Ok(look) => look,
                Err(error) => return self.fail(path.to_path_buf(), &error),
            };
            let (looked_at, names_links) = (look.looked_at, look.names_links);
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            if is_data(&name) && !looked_at.is_config {
                return;
            }
            if looked_at.queries {
                self.with(|found| found.queries.push(path.to_path_buf()));
            }
            let kind = self.options.files.kind(path, looked_at);
            let kind = if named { kind.or(Some(Kind::Candidate)) } else { kind };
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
            if is_loose {
                let whole = || look.bytes.clone().map(Text::Whole);
                let text = look.imports.clone().map(Text::Imports).or_else(whole);
                let loose =
                    Loose { path: path.clone(), text: text.filter(|_| self.options.memory.is_none()) };
                self.with(|found| found.loose.push(loose));
            }
            match kind {
                Some(Kind::Loose) => {}
                Some(kind) => {
                    let LookedAt { is_config, uses_v1, .. } = looked_at;
                    // A look at what is remembered may not have kept its text.
                    let bytes = match look.bytes.map_or_else(|| self.bytes(&path), Ok) {
                        Ok(bytes) => bytes,
                        Err(error) => return self.fail(path, &error),
                    };
                    let script = Script { path, kind, is_config, bytes, uses_v1, names_links };
                    self.with(|found| found.scripts.push(script));
                }
                None => {}
            }
        });
    }

    /// Looks at a file, or remembers what a look told.
    fn look(&self, path: &Path, buffer: &mut Vec<u8>) -> std::io::Result<Look> {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let tell = |bytes: &[u8]| {
            (search::look(&name, bytes), self.links.may_be_in(&self.options.files, path, bytes))
        };
        if let Some(text) = self.options.overlay.get(path) {
            let told = tell(text);
            if let Some(memory) = &self.options.memory {
                memory.remember(path, None, told, None);
            }
            let bytes = Some(Arc::clone(text));
            return Ok(Look { looked_at: told.0, names_links: told.1, bytes, imports: None });
        }
        let Some(memory) = &self.options.memory else {
            let read = read_reused(path, buffer)?;
            let (looked_at, names_links) = tell(read);
            // Most files are let go at once, and of most others little is needed.
            let is_loose = looked_at.kind == Some(Kind::Loose) && !names_links;
            let imports = if is_loose { search::imports(read) } else { None };
            let keeps = imports.is_none() && (looked_at.kind.is_some() || names_links);
            let bytes = keeps.then(|| read.into());
            return Ok(Look { looked_at, names_links, bytes, imports: imports.map(Arc::from) });
        };
        let stamp = fs::metadata(path).ok().and_then(|metadata| Stamp::of(&metadata));
        if let Some(look) = stamp.and_then(|stamp| memory.looked_at(path, stamp)) {
            return Ok(look);
        }
        let read = read_reused(path, buffer)?;
        let (looked_at, names_links) = tell(read);
        let keeps = looked_at.kind.is_some() || names_links;
        let bytes: Option<Arc<[u8]>> = keeps.then(|| read.into());
        memory.remember(path, stamp, (looked_at, names_links), bytes.clone());
        Ok(Look { looked_at, names_links, bytes, imports: None })
    }

    fn bytes(&self, path: &Path) -> std::io::Result<Arc<[u8]>> {
        match &self.options.memory {
            Some(memory) => memory.read(path),
            None => fs::read(path).map(Arc::from),
        }
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

/// What a look at a file told, and its text where somebody will want it.
struct Look {
    looked_at: LookedAt,
    names_links: bool,
    bytes: Option<Arc<[u8]>>,
    /// In place of the bytes: those of the imports.
    imports: Option<Arc<[u8]>>,
}
