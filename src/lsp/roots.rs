//! The folders that the client has open, each checked as the command line would, and when.

use lsp_types::Diagnostic;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::checked::{Asking, Checked};
use super::documents::Documents;
use crate::baseline;
use crate::discover::CONFIG;
use crate::discover::search::is_script;

/// How long somebody must stop typing before a check begins.
pub(super) const PAUSE: Duration = Duration::from_millis(150);

/// A folder and what is known of it.
pub(super) struct Root {
    pub(super) id: usize,
    /// Without links.
    pub(super) folder: PathBuf,
    /// As the client spells it.
    pub(super) shown: PathBuf,
    /// The client has not opened it, but documents in it.
    pub(super) implicit: bool,
    /// When the next check is to begin.
    due: Option<Instant>,
    busy: bool,
    /// A check ended, well or not.
    tried: bool,
    touched: Vec<PathBuf>,
    walk: bool,
    /// The last check that ended well.
    pub(super) checked: Option<Arc<Checked>>,
    /// What came of it.
    pub(super) diagnostics: FxHashMap<PathBuf, Vec<Diagnostic>>,
}

impl Root {
    fn new(id: usize, folder: PathBuf, shown: PathBuf, implicit: bool) -> Self {
        Self {
            id,
            folder,
            shown,
            implicit,
            due: Some(Instant::now()),
            busy: false,
            tried: false,
            touched: Vec::new(),
            walk: false,
            checked: None,
            diagnostics: FxHashMap::default(),
        }
    }

    /// Whether what is said of a file may depend on this folder, and the other way round.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        path.starts_with(&self.folder)
            || self.checked.as_ref().is_some_and(|checked| path.starts_with(&checked.root))
    }

    /// Whether files of a folder were read.
    pub(super) fn read_below(&self, folder: &Path) -> bool {
        let found = self.checked.as_ref().and_then(|checked| checked.found.as_ref());
        found.is_some_and(|found| found.paths().any(|path| path != folder && path.starts_with(folder)))
    }

    /// Whether nothing is under way and nothing waits.
    pub(super) fn is_settled(&self) -> bool {
        self.tried && !self.busy && self.due.is_none()
    }

    /// Whether this is the first check.
    pub(super) fn is_first(&self) -> bool {
        !self.tried
    }

    /// A check is wanted after that time; one that is wanted sooner stays so.
    pub(super) fn want(&mut self, pause: Duration) {
        let due = Instant::now() + pause;
        // Who types on puts it off.
        self.due = Some(if pause.is_zero() { self.due.map_or(due, |known| known.min(due)) } else { due });
    }

    /// The file has another text.
    pub(super) fn touch(&mut self, path: &Path, pause: Duration) {
        self.touched.push(path.to_path_buf());
        self.want(pause);
    }

    /// Files came or went.
    pub(super) fn walk(&mut self, pause: Duration) {
        self.walk = true;
        self.want(pause);
    }

    /// Somebody waits for the result.
    pub(super) fn hurry(&mut self) {
        if self.due.is_some() {
            self.want(Duration::ZERO);
        }
    }

    /// When the next check may begin.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| !self.busy)
    }

    /// What is to be checked now.
    pub(super) fn begin(&mut self, documents: &Documents, is_told: bool) -> Asking {
        self.due = None;
        self.busy = true;
        Asking {
            folder: self.folder.clone(),
            overlay: documents.overlay(),
            versions: documents.versions(),
            touched: std::mem::take(&mut self.touched),
            walk: std::mem::take(&mut self.walk),
            is_told,
        }
    }

    /// A check ended. Gives the one before, which takes time to be taken apart.
    pub(super) fn end(&mut self, checked: Option<Arc<Checked>>) -> Option<Arc<Checked>> {
        self.busy = false;
        self.tried = true;
        let checked = checked?;
        self.checked.replace(checked)
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Roots {
    all: Vec<Root>,
    next: usize,
}

impl Roots {
    /// Adds a folder, unless it is there.
    pub(super) fn add(&mut self, folder: PathBuf, shown: PathBuf, implicit: bool) {
        if let Some(known) = self.all.iter_mut().find(|root| root.folder == folder) {
            known.implicit &= implicit;
            return;
        }
        self.all.push(Root::new(self.next, folder, shown, implicit));
        self.next += 1;
    }

    /// Takes out the folders for which that holds.
    pub(super) fn remove(&mut self, mut is_gone: impl FnMut(&Root) -> bool) -> Vec<Root> {
        let (gone, left) = std::mem::take(&mut self.all).into_iter().partition(|root| is_gone(root));
        self.all = left;
        gone
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Root> {
        self.all.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Root> {
        self.all.iter_mut()
    }

    pub(super) fn get_mut(&mut self, id: usize) -> Option<&mut Root> {
        self.all.iter_mut().find(|root| root.id == id)
    }

    /// Those that a file concerns, the innermost first.
    pub(super) fn concerned(&self, path: &Path) -> Vec<&Root> {
        let mut found: Vec<&Root> = self.all.iter().filter(|root| root.concerns(path)).collect();
        found.sort_by_key(|root| {
            (!path.starts_with(&root.folder), std::cmp::Reverse(root.folder.components().count()))
        });
        found
    }

    /// When the next check may begin.
    pub(super) fn due(&self) -> Option<Instant> {
        self.all.iter().filter_map(Root::due).min()
    }
}

/// Whether a check reads files of that name.
pub(super) fn is_of_interest(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let endings = [".md", ".mdx", ".json", ".jsonc", ".yaml", ".yml", ".sql", ".vue", ".svelte", ".astro"];
    is_script(&name)
        || matches!(&*name, CONFIG | baseline::FILE | ".gitignore")
        || endings.iter().any(|ending| name.ends_with(ending))
}

/// The same as globs, for clients that watch files.
pub(super) const WATCHED: &[&str] = &[
    "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}",
    "**/*.{json,jsonc,yaml,yml}",
    "**/*.{md,mdx,sql}",
    "**/*.{vue,svelte,astro}",
    "**/.gitignore",
];
