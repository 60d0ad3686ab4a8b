//! Texts that stand in place of those on the disk: what an editor has, or standard input.

use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Texts by absolute path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    texts: FxHashMap<PathBuf, Arc<[u8]>>,
}

impl Overlay {
    /// The text of a path, when it is not that on the disk.
    pub fn get(&self, path: &Path) -> Option<&Arc<[u8]>> {
        // Mostly there is none, and then no path has to be hashed.
        if self.texts.is_empty() { None } else { self.texts.get(path) }
    }

    /// Whether every text is that on the disk.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Puts a text in place of a file.
    pub fn insert(&mut self, path: PathBuf, text: impl Into<Arc<[u8]>>) {
        self.texts.insert(path, text.into());
    }

    /// The file counts again.
    pub fn remove(&mut self, path: &Path) {
        self.texts.remove(path);
    }

    /// The paths, in no order.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.texts.keys()
    }

    /// The paths that are not on the disk, sorted.
    pub fn unsaved(&self) -> Vec<PathBuf> {
        let mut unsaved: Vec<PathBuf> = self.paths().filter(|path| !path.exists()).cloned().collect();
        unsaved.sort();
        unsaved
    }
}
