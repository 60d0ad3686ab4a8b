//! Walks the tree in parallel, reads each script once, and picks the files that may declare schemas.
//!
//! A file is a candidate by its name (`*.schema.ts`) or by what it contains ([`search`]); nothing is
//! parsed here but package.json files. Only regular files are opened, links are not followed out of
//! the root, and folders that hold no source of the user are not entered ([`exclude`]).

mod any_case;
mod buffer;
pub mod ddl;
pub mod exclude;
mod gitignore;
pub mod indexes;
mod memory;
mod order;
pub mod search;
mod walk;

use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

use crate::config;
use crate::overlay::Overlay;
use buffer::{BUFFER, read_reused};
use gitignore::Ignores;
use memory::Before;
use search::{Kind, LookedAt};
use walk::Walk;

pub use memory::Memory;
pub(crate) use order::by_folder;

/// The name of this program's config.
pub const CONFIG: &str = "schemalint.json";

/// Files larger than this are data, not schemas.
pub const MAX_BYTES: usize = 20 << 20;

/// Why a large file is not read.
pub const TOO_LARGE: &str = "the file is too large to be a schema";

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

    /// Whether the config names the schemas, and not this file.
    fn passes_by(&self, path: &Path) -> bool {
        let included = self.config.include.as_ref().map(|globs| globs.is_match(&self.inside(path)));
        included == Some(false) || included.is_some() && self.excludes(path)
    }

    /// Why a file is of interest, given what its content says.
    fn kind(&self, path: &Path, looked_at: LookedAt) -> Option<Kind> {
        let LookedAt { kind, is_config, .. } = looked_at;
        match &self.config.include {
            Some(_) if !self.passes_by(path) => Some(Kind::Candidate),
            None if self.config.exclude.is_empty() || !self.excludes(path) => kind,
            _ => is_config.then_some(Kind::Config),
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
        (self.names.are_in(bytes) || self.is_named(files, path)) && !files.excludes(path)
    }

    /// Whether a look at a file is needed to know.
    fn ask_for(&self, files: &Files, path: &Path) -> bool {
        !self.names.are_none() || self.is_named(files, path)
    }

    fn is_named(&self, files: &Files, path: &Path) -> bool {
        self.files.as_ref().is_some_and(|globs| globs.is_match(&files.inside(path)))
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
    /// How many scripts were looked at; of some only the name.
    pub looked_at: usize,
    /// Some of them say nothing of schemas.
    pub other_code: bool,
    /// Scripts that no look was needed at, because the config names the schemas.
    passed_by: Vec<PathBuf>,
    /// Of the others those that query by relations.
    querying: Vec<PathBuf>,
    /// Of the others those that hold SQL that creates tables or indexes.
    ddl: Vec<PathBuf>,
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

/// Walks the paths.
pub fn discover(options: &Options, links: &Links) -> Discovery {
    let walk = Walk::new(options, links);
    rayon::scope(|scope| {
        for path in &options.paths {
            if options.overlay.get(path).is_some() || path.is_file() {
                // One that the walk meets, too, counts there.
                let is_met = options.paths.iter().any(|other| other != path && path.starts_with(other))
                    && !left_out(&options.files.root, path);
                walk.file(path, None, !is_met);
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
                walk.file(path, Some(&Ignores::default()), true);
            }
        }
    });
    let mut found = walk.finish();
    // A file that was named and met on the walk is a candidate in any case.
    found.scripts.sort_by(|left, right| {
        by_folder(&left.path, &right.path)
            .then((left.kind != Kind::Candidate).cmp(&(right.kind != Kind::Candidate)))
    });
    found.scripts.dedup_by(|left, right| left.path == right.path);
    found.loose.sort_by(|left, right| by_folder(&left.path, &right.path));
    found.loose.dedup_by(|left, right| left.path == right.path);
    let Discovery { querying, ddl, passed_by, sql, records, settings, ignored, .. } = &mut found;
    for paths in [querying, ddl, passed_by, sql, records, settings, ignored] {
        paths.sort_by(|left, right| by_folder(left, right));
        paths.dedup();
    }
    found.packages.sort_by(|left, right| by_folder(&left.0, &right.0));
    found.packages.dedup();
    found.failures.sort();
    found
}

/// Scripts that say something of schemas without being part of one.
#[derive(Debug, Default)]
pub struct Other {
    /// They query by relations.
    pub queries: Vec<PathBuf>,
    /// They hold SQL that creates tables or indexes.
    pub ddl: Vec<PathBuf>,
    /// They could not be read.
    pub failures: Vec<(PathBuf, String)>,
}

impl Discovery {
    /// All scripts that hold SQL that matters, where none was passed by.
    pub fn all_ddl(&self) -> Option<&[PathBuf]> {
        self.passed_by.is_empty().then_some(&*self.ddl)
    }

    /// Whether a script is known to hold SQL that matters.
    pub fn has_ddl(&self, path: &Path) -> bool {
        self.ddl.binary_search_by(|other| other.as_path().cmp(path)).is_ok()
    }

    /// Those scripts. What was passed by is searched now: only who has relations, or keys without an index, needs to
    /// know, and it is most of the work where the config names the schemas.
    pub fn other(&self, overlay: &Overlay) -> Other {
        let search = |path: &PathBuf| {
            BUFFER.with_borrow_mut(|buffer| {
                let read = match overlay.get(path) {
                    Some(text) => Ok(&**text),
                    None => read_reused(path, buffer),
                };
                (path.clone(), read.map(|bytes| search::look("", bytes)).map_err(|error| error.to_string()))
            })
        };
        let searched: Vec<_> = self.passed_by.par_iter().map(search).collect();
        let mut other = Other { queries: self.querying.clone(), ddl: self.ddl.clone(), failures: Vec::new() };
        for (path, look) in searched {
            match look {
                Ok(look) => {
                    if look.has_ddl {
                        other.ddl.push(path.clone());
                    }
                    if look.queries {
                        other.queries.push(path);
                    }
                }
                Err(error) => other.failures.push((path, error)),
            }
        }
        other.queries.sort_by(|left, right| by_folder(left, right));
        other.ddl.sort_by(|left, right| by_folder(left, right));
        other
    }
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
