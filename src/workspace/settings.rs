//! Reads the config with what it extends.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::boundary::{OUTSIDE, is_inside};
use crate::config::{self, Config, Errors};
use crate::discover::CONFIG;
use crate::overlay::Overlay;
use crate::source::{SourceFile, Sources};
use crate::workspace::{relative, repository_root};

/// A config with its files.
#[derive(Debug)]
pub struct Settings {
    /// What it says.
    pub config: Config,
    /// Its files, which come first among those of the run.
    pub sources: Sources,
    /// Its folder: paths in it begin there. `None` without a file.
    pub folder: Option<PathBuf>,
}

/// A config that cannot be used.
#[derive(Debug)]
pub struct Failure {
    /// Everything that is wrong.
    pub errors: Errors,
    /// The files that it is wrong in.
    pub sources: Sources,
}

impl Settings {
    /// Gives its files the paths that they have from the root of the run, when that is not its folder.
    pub fn show_from(&mut self, root: &Path) {
        let Some(folder) = self.folder.as_deref().filter(|folder| *folder != root) else { return };
        let mut sources = Sources::default();
        for source in self.sources.iter() {
            let path = folder.join(&*source.path);
            // Presets and the command line are no files.
            sources.add(if path.is_file() {
                Arc::new(SourceFile::new(relative(root, &path), source.text.clone()))
            } else {
                source.clone()
            });
        }
        self.sources = sources;
    }
}

/// Reads a config, or the defaults when there is no file, with the levels that the command line sets.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(file: Option<&Path>, command_line: &[String]) -> Result<Settings, Failure> {
    load_over(file, command_line, &Overlay::default())
}

/// The same, with texts in place of those on the disk.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_over(
    file: Option<&Path>,
    command_line: &[String],
    overlay: &Overlay,
) -> Result<Settings, Failure> {
    let read = |path: &Path| match overlay.get(path) {
        Some(text) => String::from_utf8(text.to_vec()).map(Arc::from).map_err(|error| error.to_string()),
        None => {
            let boundary = file.and_then(Path::parent).map(repository_root);
            match boundary.is_none_or(|boundary| is_inside(boundary, path)) {
                true => read(path),
                false => Err(OUTSIDE.to_string()),
            }
        }
    };
    let mut sources = Sources::default();
    let folder = file.and_then(Path::parent).map(Path::to_path_buf);
    let root = folder.clone().unwrap_or_default();
    let first = match file {
        Some(path) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match read(path) {
                Ok(text) => Some(sources.add(Arc::new(SourceFile::new(name, text)))),
                Err(message) => {
                    let error = config::Error::new(format!("`{}` cannot be read: {message}", path.display()));
                    return Err(Failure { errors: vec![error], sources });
                }
            }
        }
        None => None,
    };
    let mut load = |path: &str| read(&root.join(path));
    match config::read(first, command_line, &mut sources, &mut load) {
        Ok(config) => Ok(Settings { config, sources, folder }),
        Err(errors) => Err(Failure { errors, sources }),
    }
}

/// A config is small; something large or endless is none.
const MAX_BYTES: u64 = 4 << 20;

fn read(path: &Path) -> Result<Arc<str>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is no file".to_string());
    }
    if metadata.len() > MAX_BYTES {
        return Err("it is too large to be a config".to_string());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes)
        .map(Arc::from)
        .map_err(|error| format!("it is not valid UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
}

/// The config that governs a folder: in it or in the nearest one above, up to the one that holds `.git`.
pub fn find(folder: &Path) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        let path = folder.join(CONFIG);
        // Also a link that leads nowhere: it is an error to say, not to pass over.
        if path.symlink_metadata().is_ok() {
            return Some(path);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}
