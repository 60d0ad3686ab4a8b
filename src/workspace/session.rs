//! What stays between two readings of one root, so that a save reads and lowers one file again.
//!
//! Everything here is only remembered, never concluded: a reading with a session and one without give the same.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::last::Last;
use super::sql_indexes::{SqlChanges, SqlMemory};
use super::{Parsed, Reading, links, read_with};
use crate::discover::search::{Calls, is_script};
use crate::discover::{Discovery, Links, Memory, Options, Script, discover, update};
use crate::resolve::Resolved;
use crate::workspace::Settings;

/// Reads one root again and again.
#[derive(Default)]
pub struct Session {
    cache: Cache,
}

impl Session {
    /// A session that has read nothing yet. `is_told` says whether somebody will tell of every file that changes:
    /// if not, each reading walks the tree and looks at the age of its files.
    pub fn new(is_told: bool) -> Self {
        let cache = Cache { memory: Some(Arc::default()), is_told, ..Cache::default() };
        Self { cache }
    }

    /// Those files have other texts than before.
    pub fn touch(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.cache.touched.borrow_mut().extend(paths);
    }

    /// Files came or went, or what says where imports lead changed.
    pub fn walk_again(&mut self) {
        self.cache.walk_again();
    }

    /// Whether all that was touched says what it said in the last reading, or nothing that is read: another reading
    /// would be the same. `text_of` gives the texts of the last reading.
    pub fn says_the_same<'t>(
        &mut self,
        options: &Options,
        settings: &Settings,
        text_of: impl Fn(&Path) -> Option<&'t str>,
    ) -> bool {
        let options = Options { memory: self.cache.memory.clone(), ..options.clone() };
        self.cache.note_unsaved(&options);
        let links = links(&settings.config);
        self.cache.says_the_same(&options, &links, text_of)
    }

    /// The settings are others.
    pub fn settings_changed(&mut self) {
        self.walk_again();
        if let Some(memory) = &self.cache.memory {
            memory.forget_looks();
        }
    }

    /// Reads as [`super::read`] does.
    pub fn read(&mut self, root: &Path, options: &Options, settings: &Settings) -> Reading {
        let options = Options { memory: self.cache.memory.clone(), ..options.clone() };
        self.cache.note_unsaved(&options);
        let reading = read_with(root, &options, settings, &self.cache);
        self.cache.keep(&reading);
        reading
    }
}

/// Whether of such a file only matters that it is there, and what a look tells; when nothing has read it.
fn is_only_looked_at(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    is_script(&name) || [".md", ".mdx", ".vue", ".svelte", ".astro"].iter().any(|end| name.ends_with(end))
}

/// Files with their bytes and what those say.
type Lowered = Mutex<FxHashMap<PathBuf, (Arc<[u8]>, Parsed)>>;

fn remembered(all: &Lowered, path: &Path, bytes: &Arc<[u8]>, parse: impl FnOnce(&[u8]) -> Parsed) -> Parsed {
    let lock = || all.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, parsed)) = lock().get(path)
        && (Arc::ptr_eq(known, bytes) || known == bytes)
    {
        return parsed.clone();
    }
    let parsed = parse(bytes);
    lock().insert(path.to_path_buf(), (Arc::clone(bytes), parsed.clone()));
    parsed
}

/// What is remembered; nothing without a [`Memory`].
#[derive(Default)]
pub(super) struct Cache {
    memory: Option<Arc<Memory>>,
    is_told: bool,
    touched: RefCell<Vec<PathBuf>>,
    found: RefCell<Option<Discovery>>,
    parsed: Lowered,
    /// Where specifiers lead from a file; what leads nowhere is looked for again.
    resolved: RefCell<FxHashMap<PathBuf, FxHashMap<String, Resolved>>>,
    /// What globs of a drizzle.config match.
    matching: RefCell<FxHashMap<PathBuf, Vec<PathBuf>>>,
    /// What SQL changes, by the bytes that say it.
    sql: Mutex<SqlChanges>,
    shape: Cell<u64>,
    /// Documents without a file.
    unsaved: RefCell<Vec<PathBuf>>,
    /// Functions that make tables, as the last whole link found them.
    makers: RefCell<Vec<String>>,
    /// Loose files that call one of those.
    calling: RefCell<FxHashSet<PathBuf>>,
    /// Files that somebody says have changed since the last reading.
    changed: RefCell<FxHashSet<PathBuf>>,
    last: RefCell<Option<Last>>,
}

impl Cache {
    /// Walks, or brings the last walk up to date.
    pub(super) fn discover(&self, options: &Options, links: &Links) -> Discovery {
        let Some(memory) = &self.memory else { return discover(options, links) };
        let touched = self.touched.take();
        self.changed.replace(touched.iter().cloned().collect());
        touched.iter().for_each(|path| memory.distrust(path));
        let mut last = self.found.take().filter(|_| self.is_told);
        if last.as_mut().is_some_and(|found| !update(found, options, links, &touched)) {
            last = None;
        }
        // What an editor has of a package.json or a tsconfig shows in no age.
        let decides = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
        if touched.iter().any(decides) {
            self.walk_again();
        }
        let found = last.unwrap_or_else(|| discover(options, links));
        if found.shape != self.shape.replace(found.shape) {
            self.matching.borrow_mut().clear();
            self.resolved.borrow_mut().clear();
            self.last.replace(None);
        }
        self.found.replace(Some(found.clone()));
        found
    }

    fn walk_again(&self) {
        self.last.replace(None);
        self.found.replace(None);
        self.resolved.borrow_mut().clear();
        self.matching.borrow_mut().clear();
    }

    /// A document whose file was not there yet and now is, or the other way round, changes where imports lead.
    fn note_unsaved(&self, options: &Options) {
        let unsaved = options.overlay.unsaved();
        if *self.unsaved.borrow() != unsaved {
            self.unsaved.replace(unsaved);
            self.walk_again();
        }
    }

    fn says_the_same<'t>(
        &self,
        options: &Options,
        links: &Links,
        text_of: impl Fn(&Path) -> Option<&'t str>,
    ) -> bool {
        let (Some(memory), true) = (&self.memory, self.is_told) else { return false };
        let Some(mut found) = self.found.take() else { return false };
        let touched = self.touched.take();
        touched.iter().for_each(|path| memory.distrust(path));
        if !update(&mut found, options, links, &touched) {
            self.touched.replace(touched);
            return false;
        }
        let calls = Calls::of(&self.makers.borrow());
        let is_same = touched.iter().all(|path| {
            let read = || crate::files::read(path).map(Arc::from);
            let Ok(bytes) = options.overlay.get(path).cloned().map_or_else(read, Ok) else { return false };
            match text_of(path) {
                Some(text) => text.as_bytes() == &*bytes,
                // Of the others only this matters of each, and that is as it was; one that calls what makes
                // tables would have been read.
                None if found.loose.binary_search_by(|loose| loose.path.cmp(path)).is_ok() => {
                    !calls.are_in(&bytes)
                }
                None => is_only_looked_at(path) && !found.has_ddl(path),
            }
        });
        self.found.replace(Some(found));
        if !is_same {
            self.touched.replace(touched);
        }
        is_same
    }

    /// What is remembered of SQL, where anything is.
    pub(super) fn sql(&self) -> Option<SqlMemory<'_>> {
        Some(SqlMemory { files: self.memory.as_ref()?, changes: &self.sql })
    }

    /// Other files were searched for calls of those functions, and those call one.
    pub(super) fn searched_for<'p>(&self, makers: &[String], calling: impl Iterator<Item = &'p PathBuf>) {
        if self.memory.is_some() {
            self.makers.borrow_mut().extend_from_slice(makers);
            self.calling.borrow_mut().extend(calling.cloned());
        }
    }

    /// Functions that make tables.
    pub(super) fn makers(&self) -> Vec<String> {
        self.makers.borrow().clone()
    }

    /// Whether somebody tells of every file that changes.
    pub(super) fn is_told(&self) -> bool {
        self.is_told
    }

    /// Whether a file may have another text than in the last reading.
    pub(super) fn may_have_changed(&self, path: &Path) -> bool {
        !self.is_told || self.changed.borrow().contains(path)
    }

    /// The last link; nothing is kept of it here.
    pub(super) fn take_last(&self) -> Option<Last> {
        self.last.take()
    }

    /// All is linked: what was found by the last link is found again.
    pub(super) fn link_all(&self) {
        self.makers.take();
        self.calling.take();
    }

    /// Whether a link is kept for the next reading.
    pub(super) fn keeps(&self) -> bool {
        self.memory.is_some()
    }

    /// Keeps a link.
    pub(super) fn keep_last(&self, last: impl FnOnce(FxHashSet<PathBuf>) -> Last) {
        self.last.replace(Some(last(self.calling.borrow().clone())));
    }

    /// The scripts lowered, now or before.
    pub(super) fn lower(&self, root: &Path, scripts: &[Script]) -> Vec<Parsed> {
        let lower = |script: &Script| Parsed::of_bytes(&super::relative(root, &script.path), &script.bytes);
        if self.memory.is_none() {
            return scripts.par_iter().map(lower).collect();
        }
        let parsed = &self.parsed;
        let lowered = scripts
            .par_iter()
            .map(|script| remembered(parsed, &script.path, &script.bytes, |_| lower(script)));
        lowered.collect()
    }

    /// Lowers a file, or remembers how it was lowered, on any thread.
    pub(super) fn lowering<'c>(
        &'c self,
        root: &'c Path,
    ) -> impl Fn(&Path, &Arc<[u8]>) -> Parsed + Sync + use<'c> {
        let parsed = self.memory.is_some().then_some(&self.parsed);
        move |path, bytes| {
            let parse = |bytes: &[u8]| Parsed::of_bytes(&super::relative(root, path), bytes);
            match parsed {
                None => parse(bytes),
                Some(parsed) => remembered(parsed, path, bytes, parse),
            }
        }
    }

    /// Whether nothing is remembered from one reading to the next.
    pub(super) fn forgets(&self) -> bool {
        self.memory.is_none()
    }

    /// Reads regular files, on any thread.
    pub(super) fn reader(&self) -> impl Fn(&Path) -> std::io::Result<Arc<[u8]>> + Sync + use<> {
        let memory = self.memory.clone();
        move |path| match &memory {
            Some(memory) => memory.read(path),
            None => crate::files::read(path).map(Arc::from),
        }
    }

    /// Where a specifier leads, now or before.
    pub(super) fn resolve(
        &self,
        from: &Path,
        specifier: &str,
        resolve: impl FnOnce() -> Resolved,
    ) -> Resolved {
        if self.memory.is_none() {
            return resolve();
        }
        let known = self.resolved.borrow().get(from).and_then(|known| known.get(specifier)).cloned();
        // A file that is gone is looked for again: something else may stand in its place.
        let is_there =
            |known: &Resolved| !matches!(known, Resolved::File(path) if !self.is_told && !path.is_file());
        if let Some(known) = known.filter(is_there) {
            return known;
        }
        let resolved = resolve();
        if resolved != Resolved::Missing {
            let mut all = self.resolved.borrow_mut();
            all.entry(from.to_path_buf()).or_default().insert(specifier.to_string(), resolved.clone());
        }
        resolved
    }

    /// The files that a full glob matches, now or before.
    pub(super) fn matching(&self, glob: &Path, walk: impl FnOnce() -> Vec<PathBuf>) -> Vec<PathBuf> {
        if self.memory.is_none() || !self.is_told {
            return walk();
        }
        if let Some(known) = self.matching.borrow().get(glob) {
            return known.clone();
        }
        let found = walk();
        self.matching.borrow_mut().insert(glob.to_path_buf(), found.clone());
        found
    }

    /// Forgets files that the last reading did not need.
    fn keep(&self, reading: &Reading) {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if parsed.len() > reading.paths.len() {
            let used: FxHashSet<&PathBuf> = reading.paths.iter().collect();
            parsed.retain(|path, _| used.contains(path));
            self.resolved.borrow_mut().retain(|path, _| used.contains(path));
        }
    }
}
