//! What the last reading linked, so that the next one links only what a changed text concerns.

use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Parsed;
use super::repository::{Files, Repository};
use super::session::Cache;
use crate::discover::search::{Calls, Kind};
use crate::discover::{Discovery, Options, Script};
use crate::graph::SchemaGraph;
use crate::link::{Kept, link_again};
use crate::source::{FileId, Sources};
use crate::syntax::Module;

/// The last link.
pub(super) struct Last {
    /// The scripts that were found, with their numbers.
    scripts: Vec<(Seen, FileId)>,
    loose: Vec<PathBuf>,
    packages: Vec<(PathBuf, String)>,
    /// Loose files that call what makes tables.
    calling: FxHashSet<PathBuf>,
    /// How many files the settings are.
    settings: usize,
    files: Files,
    kept: Kept,
    /// As it was linked, before anything else was said of its tables.
    graph: SchemaGraph,
}

/// What is known of a script beside its text.
#[derive(PartialEq, Eq)]
struct Seen {
    path: PathBuf,
    kind: Kind,
    flags: [bool; 3],
}

impl Seen {
    fn of(script: &Script) -> Self {
        let flags = [script.is_config, script.uses_v1, script.names_links];
        Self { path: script.path.clone(), kind: script.kind, flags }
    }

    fn is(&self, script: &Script) -> bool {
        self.path == script.path
            && self.kind == script.kind
            && self.flags == [script.is_config, script.uses_v1, script.names_links]
    }
}

/// Files that have another text than in the last link.
pub(super) struct Changed {
    last: Last,
    texts: Vec<(FileId, Parsed)>,
}

impl Last {
    /// What was linked of these.
    pub(super) fn of(
        found: &Discovery,
        (settings, calling): (usize, FxHashSet<PathBuf>),
        files: Files,
        kept: Kept,
        graph: SchemaGraph,
    ) -> Self {
        let number = |script: &Script| Some((Seen::of(script), files.number(&script.path)?));
        Self {
            scripts: found.scripts.iter().filter_map(number).collect(),
            loose: found.loose.iter().map(|loose| loose.path.clone()).collect(),
            packages: found.packages.clone(),
            calling,
            settings,
            files,
            kept,
            graph,
        }
    }

    /// Whether files that the walk does not see may come to be part of it: what leads nowhere, or to what is ignored,
    /// is looked for each time where nobody tells.
    fn may_find_more(&self) -> bool {
        let seen: FxHashSet<FileId> = self.scripts.iter().map(|(_, file)| *file).collect();
        !self.graph.missing_imports.is_empty()
            || self.files.miss_some()
            || self.graph.projects.iter().any(|project| {
                !project.unmatched_schema.is_empty()
                    || !project.schema_files.iter().all(|file| seen.contains(file))
            })
    }

    /// The files that have other texts now; `None` when there is more to it than that.
    pub(super) fn changed(
        self,
        root: &Path,
        (found, lowered): (&Discovery, &[Parsed]),
        (options, cache): (&Options, &Cache),
        settings: &Sources,
    ) -> Option<Changed> {
        let are_same = self.scripts.len() == found.scripts.len()
            && self.scripts.iter().zip(&found.scripts).all(|((seen, _), script)| seen.is(script))
            && self.loose.iter().eq(found.loose.iter().map(|loose| &loose.path))
            && self.packages == found.packages
            && self.settings == settings.len()
            && self.files.begins_with(settings.iter());
        let may_find_more = self.files.have_failed() || !cache.is_told() && self.may_find_more();
        if !are_same || may_find_more {
            return None;
        }
        let mut texts = Vec::new();
        let mut compare = |file: FileId, now: Parsed| {
            let before = self.files.parsed(file);
            if Arc::ptr_eq(&before.source, &now.source) {
                return Some(());
            }
            if before.failure.is_some() || now.failure.is_some() {
                return None;
            }
            texts.push((file, now));
            Some(())
        };
        for ((_, file), now) in self.scripts.iter().zip(lowered) {
            compare(*file, now.clone())?;
        }
        let (read, lower) = (cache.reader(), cache.lowering(root));
        let bytes_of = |path: &Path| match options.overlay.get(path) {
            Some(text) => Ok(Arc::clone(text)),
            None => read(path),
        };
        for (file, path) in self.files.led_to() {
            if cache.may_have_changed(path) {
                let bytes = bytes_of(path).ok()?;
                compare(file, lower(path, &bytes))?;
            }
        }
        let calls = Calls::of(&cache.makers());
        let mut loose = self.loose.iter().filter(|path| cache.may_have_changed(path));
        let calls_as_before = |path: &PathBuf| {
            let is_calling = bytes_of(path).is_ok_and(|bytes| calls.are_in(&bytes));
            is_calling == self.calling.contains(path)
        };
        loose.all(calls_as_before).then_some(Changed { texts, last: self })
    }
}

impl Changed {
    /// Links those files again; `None` when everything is to be linked.
    pub(super) fn link(self, repository: &mut Repository<'_>) -> Option<(SchemaGraph, Kept)> {
        let Last { files, mut kept, graph, .. } = self.last;
        let count = files.count();
        repository.resume(files);
        let replace = |(file, parsed): (FileId, Parsed)| (file, repository.replace(file, parsed));
        let changed: Vec<(FileId, Arc<Module>)> = self.texts.into_iter().map(replace).collect();
        if changed.is_empty() {
            return Some((graph, kept));
        }
        let graph = link_again(repository, graph, &mut kept, &changed)?;
        // Others may speak of a file that is read now.
        if repository.count() != count {
            return None;
        }
        Some((graph, kept))
    }
}
