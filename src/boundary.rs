//! Where a repository ends: what its files name beyond is not read, and not written.
//!
//! Names in a repository are those of whoever wrote it, perhaps in a pull request that nobody has read; what is read may be
//! quoted in the log of a build. Links are followed as far as they stay inside.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Why something is not read.
pub const OUTSIDE: &str = "it lies outside of the repository";

/// Whether a path leads to something inside of a folder, which is a real path. What is not there leads nowhere else.
pub fn is_inside(folder: &Path, path: &Path) -> bool {
    match fs::canonicalize(path) {
        Ok(real) => real.starts_with(folder),
        Err(_) => clean(path).starts_with(folder),
    }
}

/// Writes a file that was asked for; not where a link inside of the repository leads out of it.
///
/// # Errors
/// When it cannot be written.
pub fn write_asked(repository: &Path, path: &Path, text: &str) -> io::Result<()> {
    let is_of_repository = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::canonicalize(folder).is_ok_and(|folder| folder.starts_with(repository))
    };
    if is_of_repository(path) && !is_of_repository(&followed(path)) {
        return Err(io::Error::other("it is a link that leads out of the repository"));
    }
    fs::write(path, text)
}

/// Where a link leads, also when nothing is there yet.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf();
    // The system follows no more either.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// A path without `.` and `..`.
pub fn clean(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                result.pop();
            }
            Component::CurDir => {}
            other => result.push(other),
        }
    }
    result
}
