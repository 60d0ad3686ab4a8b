//! From what was named to a root with its settings: what the command line and editors share, so that both report the
//! same.

use std::path::{Path, PathBuf};

use super::{Settings, relative, repository_root};
use crate::baseline::{self, Baseline};
use crate::boundary::{OUTSIDE, is_inside};
use crate::config::{Error, Errors};
use crate::discover::{Files, Options, left_out};
use crate::overlay::Overlay;
use crate::source::{FileId, SourceFile, Sources};
use crate::workspace::Reading;

/// Stack of each thread: the parser's tree is taken apart recursively, however deep it nests. Virtual
/// memory until it is used.
pub const STACK: usize = 128 << 20;

/// What is to be read, and with which settings.
#[derive(Debug)]
pub struct Prepared {
    /// Read whole, and shown paths begin here.
    pub root: PathBuf,
    /// What was named, absolute.
    pub named: Vec<PathBuf>,
    /// The config with its files, and the baseline when it was read.
    pub settings: Settings,
    /// What is walked.
    pub options: Options,
}

impl Prepared {
    /// Reads what was named and nothing around it.
    pub fn narrow(&mut self) {
        self.root = common_folder(&self.named);
        self.options.paths.clone_from(&self.named);
    }

    /// Whether all of the root was named.
    pub fn is_whole(&self) -> bool {
        self.named.contains(&self.root)
    }

    /// Whether a file was named, or a folder around it.
    pub fn names(&self, reading: &Reading, file: FileId) -> bool {
        let Some(path) = reading.path_of(file) else { return false };
        self.is_whole() || self.named.iter().any(|named| path.starts_with(named))
    }
}

/// A path without links, also when its file is not there yet.
pub fn canonical(path: &Path) -> PathBuf {
    if let Ok(path) = std::fs::canonicalize(path) {
        return path;
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => canonical(folder).join(name),
        _ => path.to_path_buf(),
    }
}

/// Finds the root of what was named, which is absolute, and the config that governs it by `load`, which is given the
/// folder around all of it.
///
/// # Errors
/// Those of `load`.
pub fn prepare<E>(
    named: Vec<PathBuf>,
    overlay: Overlay,
    no_ignore: bool,
    load: impl FnOnce(&Path) -> Result<Settings, E>,
) -> Result<Prepared, E> {
    let common = common_folder(&named);
    let mut settings = load(&common)?;
    let governed = settings.folder.clone().filter(|folder| common.starts_with(folder));
    let root = governed.unwrap_or_else(|| repository_root(&common).to_path_buf());
    settings.show_from(&root);
    let mut paths = vec![root.clone()];
    // A folder on the way of the walk is not walked twice; a file that is named is a candidate in any case.
    paths.extend(named.iter().filter(|path| !path.is_dir() || left_out(&root, path)).cloned());
    let files = Files { root: root.clone(), config: settings.config.files.clone() };
    let options = Options { paths, no_ignore, overlay, files, memory: None };
    Ok(Prepared { root, named, settings, options })
}

fn common_folder(paths: &[PathBuf]) -> PathBuf {
    let folder = |path: &PathBuf| {
        if path.is_dir() { path.clone() } else { path.parent().unwrap_or(path).to_path_buf() }
    };
    let mut common = paths.first().map(folder).unwrap_or_default();
    for path in paths {
        while !path.starts_with(&common) && common.pop() {}
    }
    common
}

/// A baseline that cannot be used.
#[derive(Debug)]
pub enum BrokenBaseline {
    /// It cannot be opened, or is no text.
    Unreadable(String),
    /// What it says is wrong; places are in the sources of the settings.
    Wrong(Errors),
}

impl BrokenBaseline {
    /// What is wrong with it.
    pub fn errors(self) -> Errors {
        match self {
            Self::Unreadable(message) => vec![Error::new(message)],
            Self::Wrong(errors) => errors,
        }
    }
}

/// The baseline's place: beside the config, or at the root.
pub fn baseline_path(prepared: &Prepared) -> PathBuf {
    prepared.settings.folder.as_ref().unwrap_or(&prepared.root).join(baseline::FILE)
}

/// Reads the baseline, when there is one.
///
/// # Errors
/// What is wrong with it.
pub fn read_baseline(prepared: &mut Prepared) -> Result<Option<Baseline>, BrokenBaseline> {
    let path = baseline_path(prepared);
    let read = match prepared.options.overlay.get(&path) {
        Some(text) => Ok(text.to_vec()),
        None if is_inside(repository_root(path.parent().unwrap_or(&path)), &path) => {
            crate::files::read(&path)
        }
        None => return Err(BrokenBaseline::Unreadable(format!("`{}`: {OUTSIDE}", path.display()))),
    };
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BrokenBaseline::Unreadable(format!("`{}`: {error}", path.display()))),
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| BrokenBaseline::Unreadable(format!("`{}` is not valid UTF-8", path.display())))?;
    // Findings may point into it.
    let source = SourceFile::new(relative(&prepared.root, &path), text);
    let text = source.text.clone();
    let sources: &mut Sources = &mut prepared.settings.sources;
    let file = sources.add(source.into());
    Baseline::read(file, &text).map(Some).map_err(BrokenBaseline::Wrong)
}
