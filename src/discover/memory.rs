//! What was read the last time, so that a file that did not change is not read again.

use rustc_hash::FxHashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::search::LookedAt;
use super::walk::Look;

/// What is known of files. A file whose stamp did not change did not change.
#[derive(Debug, Default)]
pub struct Memory {
    files: Mutex<FxHashMap<PathBuf, Known>>,
}

#[derive(Debug, Default, Clone)]
struct Known {
    stamp: Option<Stamp>,
    looked_at: Option<(LookedAt, bool)>,
    bytes: Option<Arc<[u8]>>,
}

/// What was known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Unknown,
    /// Its text, for another reason than to look at it.
    Read,
    /// What a look told.
    Looked((LookedAt, bool)),
}

/// What the file system says of a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: SystemTime,
    length: u64,
    /// Where there is one: it changes whenever the file does, also when its time is set back.
    changed: (i64, i64, u64),
}

impl Stamp {
    /// `None` when the file changed so recently that it could change again without another time.
    pub(super) fn of(metadata: &fs::Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?;
        let age = SystemTime::now().duration_since(modified).ok()?;
        (age > Duration::from_millis(100)).then(|| Self {
            modified,
            length: metadata.len(),
            changed: changed(metadata),
        })
    }
}

#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> (i64, i64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec(), metadata.ino())
}

#[cfg(not(unix))]
fn changed(_metadata: &fs::Metadata) -> (i64, i64, u64) {
    (0, 0, 0)
}

impl Memory {
    fn files(&self) -> MutexGuard<'_, FxHashMap<PathBuf, Known>> {
        // A thread that panicked left a whole map: every change of it is one insertion.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody says that a file changed: it is read again, whatever its stamp says.
    pub fn distrust(&self, path: &Path) {
        if let Some(known) = self.files().get_mut(path) {
            known.stamp = None;
        }
    }

    /// What was known of a file, whether it changed or not.
    pub(super) fn before(&self, path: &Path) -> Before {
        match self.files().get(path) {
            None => Before::Unknown,
            Some(known) => known.looked_at.map_or(Before::Read, Before::Looked),
        }
    }

    /// Forgets what was concluded from texts, but not the texts: other things are looked for now.
    pub fn forget_looks(&self) {
        self.files().values_mut().for_each(|known| known.looked_at = None);
    }

    /// What a look at an unchanged file told, with its text when that was kept.
    pub(super) fn looked_at(&self, path: &Path, stamp: Stamp) -> Option<Look> {
        let files = self.files();
        let known = files.get(path).filter(|known| known.stamp == Some(stamp))?;
        let (looked_at, names_links) = known.looked_at?;
        Some(Look { looked_at, names_links, bytes: known.bytes.clone(), imports: None })
    }

    /// Remembers what a look told.
    pub(super) fn remember(
        &self,
        path: &Path,
        stamp: Option<Stamp>,
        looked_at: (LookedAt, bool),
        bytes: Option<Arc<[u8]>>,
    ) {
        let known = Known { stamp, looked_at: Some(looked_at), bytes };
        self.files().insert(path.to_path_buf(), known);
    }

    /// The bytes of a regular file, read only when it changed.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        let stamp = Stamp::of(&fs::metadata(path)?);
        if let Some(known) = self.files().get(path)
            && stamp.is_some()
            && known.stamp == stamp
            && let Some(bytes) = &known.bytes
        {
            return Ok(Arc::clone(bytes));
        }
        let bytes: Arc<[u8]> = fs::read(path)?.into();
        let mut files = self.files();
        let known = files.entry(path.to_path_buf()).or_default();
        if known.stamp != stamp || stamp.is_none() {
            known.looked_at = None;
        }
        known.stamp = stamp;
        known.bytes = Some(Arc::clone(&bytes));
        Ok(bytes)
    }
}
