//! The modules of a repository, loaded when they are asked for.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ahead::{Ahead, lower_calling};
use super::session::Cache;
use super::{Parsed, relative};
use crate::boundary::{OUTSIDE, clean, is_inside};
use crate::config::Links;
use crate::discover::search::{Calls, is_script};
use crate::discover::{CONFIG, Loose, MAX_BYTES, TOO_LARGE};
use crate::eval::drizzle::prelude_of;
use crate::eval::{LinkFunction, Target, World};
use crate::graph::{Dialect, DrizzleLine};
use crate::link::{LinkWorld, Loaded};
use crate::overlay::Overlay;
use crate::packages::Packages;
use crate::resolve::{Resolved, Resolver};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::Module;

/// The repository as the linker sees it.
pub(super) struct Repository<'r> {
    /// What paths are shown from.
    pub(super) root: &'r Path,
    /// Where the repository begins.
    pub(super) repository: &'r Path,
    packages: &'r Packages,
    pub(super) resolver: &'r Resolver,
    line_of: &'r dyn Fn(&Path) -> DrizzleLine,
    loose: &'r [Loose],
    pub(super) cache: &'r Cache,
    files: RefCell<Vec<Entry>>,
    by_path: RefCell<FxHashMap<PathBuf, FileId>>,
    resolved: RefCell<Followed>,
    failures: RefCell<Failures>,
    /// The scripts below the folders where globs of a drizzle.config begin.
    pub(super) walked: RefCell<FxHashMap<PathBuf, Vec<PathBuf>>>,
    /// Functions that declare links, as they are imported.
    link_functions: Vec<LinkFunction>,
    /// The same, by file of the repository and export.
    link_exports: Vec<(PathBuf, SmolStr)>,
    /// Files whose text is not that on the disk.
    pub(super) overlay: Overlay,
    /// What was found out before it was asked for.
    pub(super) ahead: RefCell<Ahead>,
}

/// Where specifiers lead from files.
pub(super) type Followed = Arc<FxHashMap<(FileId, String), Target>>;

/// The files of a repository with their numbers, for the next reading.
#[derive(Default)]
pub(super) struct Files {
    entries: Vec<Entry>,
    by_path: FxHashMap<PathBuf, FileId>,
    resolved: Followed,
    failures: Failures,
}

/// Files that could not be read, and why.
pub(super) type Failures = Vec<(PathBuf, String)>;

/// What is left of a repository once everything is read.
pub(super) struct Finished {
    pub(super) sources: Sources,
    /// By file and place.
    pub(super) syntax_errors: Vec<(Span, String)>,
    pub(super) failures: Failures,
    /// Where each file is on the disk.
    pub(super) paths: Vec<PathBuf>,
    /// What each file says.
    pub(super) modules: Vec<Arc<Module>>,
    /// Where specifiers lead.
    pub(super) resolved: Followed,
}

struct Entry {
    path: PathBuf,
    parsed: Parsed,
    line: DrizzleLine,
    external: bool,
    candidate: bool,
    /// It was found by looking for it.
    listed: bool,
    /// The folder of its package, relative to the root, once somebody asked.
    package: OnceCell<Arc<str>>,
}

impl Files {
    /// Scripts that nobody listed but that something led to, by number and path.
    pub(super) fn led_to(&self) -> impl Iterator<Item = (FileId, &Path)> {
        let own = self.entries.iter().enumerate().filter(|(_, entry)| !entry.external && !entry.listed);
        own.map(|(index, entry)| (FileId(index as u32), &*entry.path))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.entries.len()
    }

    /// Whether some could not be read.
    pub(super) fn have_failed(&self) -> bool {
        !self.failures.is_empty()
    }

    /// Whether an import that was followed led nowhere.
    pub(super) fn miss_some(&self) -> bool {
        self.resolved.values().any(|target| *target == Target::Missing)
    }

    /// The number of a file.
    pub(super) fn number(&self, path: &Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// What a file says.
    pub(super) fn parsed(&self, file: FileId) -> &Parsed {
        &self.entries[file.0 as usize].parsed
    }

    /// Whether those are the first texts.
    pub(super) fn begins_with<'s>(&self, texts: impl Iterator<Item = &'s Arc<SourceFile>>) -> bool {
        let is_same = |(text, entry): (&Arc<SourceFile>, &Entry)| {
            text.path == entry.parsed.source.path && text.text == entry.parsed.source.text
        };
        texts.zip(&self.entries).all(is_same)
    }
}

impl<'r> Repository<'r> {
    pub(super) fn new(
        (root, repository): (&'r Path, &'r Path),
        packages: &'r Packages,
        resolver: &'r Resolver,
        line_of: &'r dyn Fn(&Path) -> DrizzleLine,
        (loose, cache): (&'r [Loose], &'r Cache),
    ) -> Self {
        Self {
            root,
            repository,
            packages,
            resolver,
            line_of,
            loose,
            cache,
            files: RefCell::default(),
            by_path: RefCell::default(),
            resolved: RefCell::default(),
            failures: RefCell::default(),
            walked: RefCell::default(),
            link_functions: Vec::new(),
            link_exports: Vec::new(),
            overlay: Overlay::default(),
            ahead: RefCell::default(),
        }
    }

    /// Remembers the functions that declare links. One of a package in the repository is known by its file,
    /// too, whichever way leads there; what it does there is not looked at.
    pub(super) fn name_link_functions(&mut self, base: &Path, links: &Links) {
        for define in &links.define {
            let (specifier, name) = (SmolStr::new(&define.specifier), SmolStr::new(&define.name));
            if let Resolved::File(path) = self.resolver.resolve(&base.join(CONFIG), &specifier) {
                self.link_exports.push((path, name.clone()));
            }
            // A path is written otherwise in every folder.
            if !specifier.starts_with('.') {
                self.link_functions.push(LinkFunction { specifier, name });
            }
        }
    }

    /// Adds a file that has been parsed.
    pub(super) fn add(&mut self, path: PathBuf, parsed: Parsed, candidate: bool) -> FileId {
        let line = (self.line_of)(&path);
        let file = self.insert(path, parsed, line, false);
        let entry = &mut self.files.borrow_mut()[file.0 as usize];
        (entry.candidate, entry.listed) = (candidate, true);
        file
    }

    /// Adds a file that is no script: a config, a document.
    pub(super) fn add_text(&self, path: PathBuf, source: Arc<SourceFile>) -> FileId {
        let parsed = Parsed { source, module: Arc::default(), failure: None };
        self.insert(path, parsed, DrizzleLine::default(), true)
    }

    fn insert(&self, path: PathBuf, parsed: Parsed, line: DrizzleLine, external: bool) -> FileId {
        let mut files = self.files.borrow_mut();
        let file = FileId(files.len() as u32);
        self.by_path.borrow_mut().insert(path.clone(), file);
        files.push(Entry {
            path,
            parsed,
            line,
            external,
            candidate: false,
            listed: false,
            package: OnceCell::new(),
        });
        file
    }

    /// The file at a path, loaded now when it was not before.
    pub(super) fn load(&self, path: PathBuf) -> Option<FileId> {
        if let Some(file) = self.by_path.borrow().get(&path) {
            return Some(*file);
        }
        if let Some(parsed) = self.ahead.borrow_mut().parsed.remove(&path) {
            return Some(self.add_found(path, parsed));
        }
        let bytes = match self.overlay.get(&path) {
            Some(text) => Arc::clone(text),
            None => {
                let metadata = std::fs::metadata(&path).ok()?;
                if !metadata.is_file() {
                    return None;
                }
                if metadata.len() > MAX_BYTES as u64 {
                    self.failures.borrow_mut().push((path, TOO_LARGE.into()));
                    return None;
                }
                match self.cache.reader()(&path) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        self.failures.borrow_mut().push((path, error.to_string()));
                        return None;
                    }
                }
            }
        };
        let parsed = self.cache.lowering(self.root)(&path, &bytes);
        Some(self.add_found(path, parsed))
    }

    /// Adds a file that something leads to.
    fn add_found(&self, path: PathBuf, parsed: Parsed) -> FileId {
        let line = (self.line_of)(&path);
        self.insert(path, parsed, line, false)
    }

    /// The text of a document.
    pub(super) fn text(&self, path: &Path, most: u64) -> Result<String, String> {
        let bytes = match self.overlay.get(path) {
            Some(text) => Arc::clone(text),
            None => {
                if !is_inside(self.repository, path) {
                    return Err(OUTSIDE.to_string());
                }
                let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
                if !metadata.is_file() || metadata.len() > most {
                    return Err("it is no document".to_string());
                }
                self.cache.reader()(path).map_err(|error| error.to_string())?
            }
        };
        std::str::from_utf8(&bytes).map(str::to_string).map_err(|_| "it is not valid UTF-8".to_string())
    }

    /// A module of Drizzle that is a schema itself.
    fn prelude(&self, specifier: &str, line: DrizzleLine) -> Option<FileId> {
        let text = prelude_of(specifier)?;
        // Each line has its own, because tables know their line.
        let path = PathBuf::from(format!("{specifier}@{}", line.name()));
        if let Some(file) = self.by_path.borrow().get(&path) {
            return Some(*file);
        }
        let parsed = Parsed::of_bytes(&format!("{specifier}.ts"), text.as_bytes());
        Some(self.insert(path, parsed, line, true))
    }

    fn followed(&self, from: &Path, specifier: &str) -> Resolved {
        if let Some(known) = self.ahead.borrow().resolved.get(from).and_then(|known| known.get(specifier)) {
            return known.clone();
        }
        self.cache.resolve(from, specifier, || self.resolver.resolve(from, specifier))
    }

    pub(super) fn path_of(&self, file: FileId) -> PathBuf {
        self.files.borrow()[file.0 as usize].path.clone()
    }

    pub(super) fn folder_of(&self, file: FileId) -> PathBuf {
        let path = self.path_of(file);
        let package = self.packages.folder_of(&path);
        package.or(path.parent()).map_or_else(|| self.root.to_path_buf(), Path::to_path_buf)
    }

    /// Takes the files of an earlier reading, with their numbers.
    pub(super) fn resume(&mut self, files: Files) {
        let Files { entries, by_path, resolved, failures } = files;
        self.files = RefCell::new(entries);
        self.by_path = RefCell::new(by_path);
        self.resolved = RefCell::new(resolved);
        self.failures = RefCell::new(failures);
    }

    /// Gives a file another text, and what the old one said.
    pub(super) fn replace(&self, file: FileId, parsed: Parsed) -> Arc<Module> {
        let entry = &mut self.files.borrow_mut()[file.0 as usize];
        std::mem::replace(&mut entry.parsed, parsed).module
    }

    /// What was read.
    pub(super) fn finish(&self) -> Finished {
        let mut sources = Sources::default();
        let (mut syntax_errors, mut paths, mut modules) = (Vec::new(), Vec::new(), Vec::new());
        for entry in self.files.borrow().iter() {
            let file = sources.add(entry.parsed.source.clone());
            paths.push(entry.path.clone());
            modules.push(entry.parsed.module.clone());
            if let Some(failure) = &entry.parsed.failure {
                syntax_errors.push((failure.range.in_file(file), failure.message.clone()));
            }
        }
        syntax_errors.sort_by_cached_key(|(span, _)| (sources.get(span.file).path.clone(), span.range));
        let (failures, resolved) = (self.failures.borrow().clone(), self.resolved.borrow().clone());
        Finished { sources, syntax_errors, failures, paths, modules, resolved }
    }

    /// How many files there are.
    pub(super) fn count(&self) -> usize {
        self.files.borrow().len()
    }

    /// Gives up the first files: those behind them, documents, are found anew each time.
    pub(super) fn into_files(self, count: usize) -> Files {
        let (mut entries, mut by_path) = (self.files.into_inner(), self.by_path.into_inner());
        entries.truncate(count);
        by_path.retain(|_, file| (file.0 as usize) < count);
        Files { entries, by_path, resolved: self.resolved.into_inner(), failures: self.failures.into_inner() }
    }
}

impl World for Repository<'_> {
    fn module(&self, file: FileId) -> Arc<Module> {
        self.files.borrow()[file.0 as usize].parsed.module.clone()
    }

    fn resolve(&self, from: FileId, specifier: &str) -> Target {
        let key = (from, specifier.to_string());
        if let Some(target) = self.resolved.borrow().get(&key) {
            return target.clone();
        }
        let line = self.line(from);
        let target = match self.prelude(specifier, line) {
            Some(file) => Target::File(file),
            None => match self.followed(&self.path_of(from), specifier) {
                Resolved::File(path) => {
                    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
                    if is_script(&name) {
                        self.load(path).map_or(Target::Missing, Target::File)
                    } else {
                        Target::Asset
                    }
                }
                Resolved::External => Target::External,
                Resolved::Missing => Target::Missing,
            },
        };
        Arc::make_mut(&mut self.resolved.borrow_mut()).insert(key, target.clone());
        target
    }

    fn declares_schema(&self, file: FileId) -> bool {
        self.files.borrow()[file.0 as usize].candidate
    }

    fn line(&self, file: FileId) -> DrizzleLine {
        self.files.borrow()[file.0 as usize].line
    }

    fn absolute_path(&self, file: FileId) -> String {
        self.path_of(file).to_string_lossy().into_owned()
    }

    fn package_folder(&self, file: FileId) -> String {
        self.folder_of(file).to_string_lossy().into_owned()
    }

    fn link_functions(&self) -> &[LinkFunction] {
        &self.link_functions
    }

    fn is_link_function(&self, file: FileId, name: &str) -> bool {
        let mut exports = self.link_exports.iter().filter(|(_, export)| export == name);
        exports.any(|(path, _)| self.files.borrow()[file.0 as usize].path == *path)
    }
}

impl LinkWorld for Repository<'_> {
    fn schema_files(&self, config: FileId, pattern: &str) -> (Arc<str>, Vec<FileId>) {
        for base in self.bases(config) {
            let files = self.matching(&base, pattern);
            if !files.is_empty() {
                return (relative(self.root, &base).into(), files);
            }
        }
        (Arc::default(), Vec::new())
    }

    fn out_folder(&self, config: FileId, out: &str) -> Arc<str> {
        let of_package = clean(&self.folder_of(config).join(out));
        let others = self.bases(config).into_iter().map(|base| clean(&base.join(out)));
        let there = std::iter::once(of_package.clone()).chain(others).find(|path| path.is_dir());
        relative(self.root, &there.unwrap_or(of_package)).into()
    }

    fn package(&self, file: FileId) -> Arc<str> {
        if let Some(known) = self.files.borrow()[file.0 as usize].package.get() {
            return Arc::clone(known);
        }
        let package: Arc<str> = relative(self.root, &self.folder_of(file)).into();
        let _ = self.files.borrow()[file.0 as usize].package.set(Arc::clone(&package));
        package
    }

    fn has_casing_key(&self, config: FileId) -> bool {
        self.packages.has_casing_key(&self.path_of(config))
    }

    fn package_name(&self, file: FileId) -> Option<SmolStr> {
        self.packages.name_of(&self.path_of(file)).map(SmolStr::new)
    }

    fn takes_lists(&self, file: FileId, dialect: Dialect) -> bool {
        self.packages.takes_lists(&self.path_of(file), dialect)
    }

    fn path(&self, file: FileId) -> Arc<str> {
        self.files.borrow()[file.0 as usize].parsed.source.path.clone()
    }

    fn text(&self, file: FileId) -> Arc<str> {
        self.files.borrow()[file.0 as usize].parsed.source.text.clone()
    }

    fn files(&self) -> Vec<FileId> {
        let files = self.files.borrow();
        (0..files.len()).filter(|index| !files[*index].external).map(|index| FileId(index as u32)).collect()
    }

    fn file_read(&self, from: FileId, specifier: &str) -> Loaded {
        if let Some(target) = self.resolved.borrow().get(&(from, specifier.to_string())) {
            return match target {
                Target::File(file) => Loaded::Read(*file),
                _ => Loaded::Outside,
            };
        }
        match self.followed(&self.path_of(from), specifier) {
            Resolved::File(path) => match self.by_path.borrow().get(&path) {
                Some(file) => Loaded::Read(*file),
                None if is_script(&path.to_string_lossy()) => Loaded::Unread,
                None => Loaded::Outside,
            },
            Resolved::External | Resolved::Missing => Loaded::Outside,
        }
    }

    fn is_external(&self, file: FileId) -> bool {
        self.files.borrow()[file.0 as usize].external
    }

    fn loose_files_calling(&self, functions: &[String]) -> Vec<FileId> {
        let calls = Calls::of(functions);
        let known: Vec<bool> = {
            let by_path = self.by_path.borrow();
            self.loose.iter().map(|loose| by_path.contains_key(&loose.path)).collect()
        };
        let (overlay, read) = (&self.overlay, self.cache.reader());
        let lower = self.cache.lowering(self.root);
        let found = lower_calling(
            self.loose,
            &known,
            &calls,
            |path| overlay.get(path).cloned().or_else(|| read(path).ok()),
            &lower,
        );
        self.cache.searched_for(functions, found.iter().map(|(path, _)| path));
        let load = |(path, parsed): (PathBuf, Option<Parsed>)| match parsed {
            Some(parsed) => Some(self.add_found(path, parsed)),
            None => self.load(path),
        };
        found.into_iter().filter_map(load).collect()
    }
}
