//! One walk: folders by all threads, each file read once.

use rayon::Scope;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::buffer::{BUFFER, read_reused};
use super::gitignore::{Ignores, Tracked};
use super::memory::Stamp;
use super::search::{self, Kind, LookedAt};
use super::{
    CONFIG, Discovery, Links, Loose, MAX_BYTES, Options, Script, TOO_LARGE, Text, exclude, is_page, is_record,
};

/// A walk under way.
pub(super) struct Walk<'o> {
    options: &'o Options,
    links: &'o Links,
    tracked: Tracked,
    looked_at: AtomicUsize,
    other_code: AtomicBool,
    other_scripts: AtomicBool,
    shape: AtomicU64,
    found: Mutex<Discovery>,
}

impl<'o> Walk<'o> {
    pub(super) fn new(options: &'o Options, links: &'o Links) -> Self {
        Self {
            options,
            links,
            tracked: Tracked::default(),
            looked_at: AtomicUsize::default(),
            other_code: AtomicBool::default(),
            other_scripts: AtomicBool::default(),
            shape: AtomicU64::default(),
            found: Mutex::default(),
        }
    }

    /// What was found, in no order.
    pub(super) fn finish(self) -> Discovery {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Discovery {
            looked_at: self.looked_at.into_inner(),
            other_code: self.other_code.into_inner(),
            other_scripts: self.other_scripts.into_inner(),
            shape: self.shape.into_inner(),
            ..found
        }
    }

    /// Reads one folder, hands its folders to other threads and looks at its files.
    pub(super) fn folder<'s>(&'s self, scope: &Scope<'s>, folder: PathBuf, ignores: Arc<Ignores>) {
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
                        if self.passes_by(&path, &shown) {
                            self.count(false);
                            self.with(|found| found.passed_by.push(path));
                        } else {
                            self.file(&path, Some(&ignores), true);
                        }
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

    /// Whether nothing in a file can be of interest but what it queries, or which SQL it holds. A memory wants to know each file, so that a
    /// save can be compared with it.
    fn passes_by(&self, path: &Path, name: &str) -> bool {
        let files = &self.options.files;
        self.options.memory.is_none()
            && files.passes_by(path)
            && !search::may_be_config(name)
            && !self.links.ask_for(files, path)
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

    /// Looks at a file: one that was met, with what is ignored there, or one that was named. `counts` says whether nobody
    /// else looks at it.
    pub(super) fn file(&self, path: &Path, ignores: Option<&Ignores>, counts: bool) {
        // Of most files nobody needs to know.
        let ignored = || ignores.is_some_and(|ignores| ignores.matches(path, false));
        BUFFER.with_borrow_mut(|buffer| {
            let look = match self.look(path, buffer) {
                Ok(look) => look,
                Err(_) if ignored() && !self.tracked.contains(path) => return,
                Err(error) => return self.fail(path.to_path_buf(), &error),
            };
            let (looked_at, names_links) = (look.looked_at, look.names_links);
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            if is_data(&name) && !looked_at.is_config {
                return;
            }
            if looked_at.queries {
                self.with(|found| found.querying.push(path.to_path_buf()));
            }
            if looked_at.has_ddl {
                self.with(|found| found.ddl.push(path.to_path_buf()));
            }
            let kind = self.options.files.kind(path, looked_at);
            let kind = if ignores.is_none() { kind.or(Some(Kind::Candidate)) } else { kind };
            let is_loose = kind == Some(Kind::Loose);
            let kind = if names_links && (kind.is_none() || is_loose) { Some(Kind::Links) } else { kind };
            let of_interest = matches!(kind, Some(Kind::Candidate | Kind::Config | Kind::Links));
            if kind.is_some() && ignored() && !(of_interest && self.tracked.contains(path)) {
                if kind == Some(Kind::Candidate) {
                    self.with(|found| found.ignored.push(path.to_path_buf()));
                }
                return;
            }
            if counts {
                self.count(of_interest);
            }
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

    fn count(&self, of_interest: bool) {
        self.looked_at.fetch_add(1, Ordering::Relaxed);
        if !of_interest {
            self.other_code.store(true, Ordering::Relaxed);
        }
    }

    /// Looks at a file, or remembers what a look told.
    pub(super) fn look(&self, path: &Path, buffer: &mut Vec<u8>) -> std::io::Result<Look> {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let tell = |bytes: &[u8]| {
            (search::look(&name, bytes), self.links.may_be_in(&self.options.files, path, bytes))
        };
        // What is large and may only call a table function is a bundle.
        let tell_file = |bytes: &[u8]| match tell(bytes) {
            told if bytes.len() <= MAX_BYTES => Ok(told),
            (looked_at, false) if matches!(looked_at.kind, None | Some(Kind::Loose)) => {
                Ok((LookedAt { kind: None, ..looked_at }, false))
            }
            _ => Err(std::io::Error::other(TOO_LARGE)),
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
            let (looked_at, names_links) = tell_file(read)?;
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
        let (looked_at, names_links) = tell_file(read)?;
        let keeps = looked_at.kind.is_some() || names_links;
        let bytes: Option<Arc<[u8]>> = keeps.then(|| read.into());
        memory.remember(path, stamp, (looked_at, names_links), bytes.clone());
        Ok(Look { looked_at, names_links, bytes, imports: None })
    }

    pub(super) fn bytes(&self, path: &Path) -> std::io::Result<Arc<[u8]>> {
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
pub(super) struct Look {
    pub(super) looked_at: LookedAt,
    pub(super) names_links: bool,
    pub(super) bytes: Option<Arc<[u8]>>,
    /// In place of the bytes: those of the imports.
    pub(super) imports: Option<Arc<[u8]>>,
}

/// What hooks name beside scripts: such a file says what is reported, and never declares a table.
fn is_data(name: &str) -> bool {
    matches!(
        name.rsplit_once('.').map(|(_, extension)| extension),
        Some("json" | "jsonc" | "sql" | "md" | "mdx" | "yml" | "yaml")
    )
}
