//! Where a repository ends: what its files name beyond is not read, and not written.
//!
//! Names in a repository are those of whoever wrote it, perhaps in a pull request that nobody has read; what is read may be
//! quoted in the log of a build. Links are followed as far as they stay inside.

use rustc_hash::FxHashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

/// Why something is not read.
pub const OUTSIDE: &str = "it lies outside of the repository";

/// Whether a path leads to something inside of a folder, which is a real path. What is not there leads nowhere else.
pub fn is_inside(folder: &Path, path: &Path) -> bool {
    match fs::canonicalize(path) {
        Ok(real) => real.starts_with(folder),
        Err(_) => clean(path).starts_with(folder),
    }
}

/// A folder that is asked about many paths: most have no link on their way, which is known of the folders above already.
#[derive(Debug, Default)]
pub struct Boundary {
    folder: PathBuf,
    /// Folders that are where they seem to be.
    real: Mutex<FxHashSet<PathBuf>>,
}

impl Boundary {
    /// That of a real path.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), real: Mutex::default() }
    }

    /// Whether a path is inside by its name.
    pub fn names(&self, path: &Path) -> bool {
        clean(path).starts_with(&self.folder)
    }

    /// Whether a path without `.` and `..` leads to something inside, or to nothing.
    pub fn holds(&self, path: &Path) -> bool {
        let is_link = || path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        path.parent().is_some_and(|above| self.is_real(above)) && !is_link() || is_inside(&self.folder, path)
    }

    /// Whether no part of the way to a folder is a link.
    fn is_real(&self, folder: &Path) -> bool {
        let Ok(mut real) = self.real.lock() else { return false };
        let known = |folder: &Path, real: &FxHashSet<PathBuf>| folder == self.folder || real.contains(folder);
        let unknown: Vec<&Path> = folder.ancestors().take_while(|above| !known(above, &real)).collect();
        for above in unknown.into_iter().rev() {
            let is_folder = above.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
            if !is_folder || !above.starts_with(&self.folder) {
                return false;
            }
            real.insert(above.to_path_buf());
        }
        true
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
    crate::files::replace(path, text.as_bytes())
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

/// A path without `.`, `..`, and separators that are doubled or last.
pub fn clean(path: &Path) -> PathBuf {
    // Most are clean, and are not taken apart.
    let bytes = path.as_os_str().as_encoded_bytes();
    let may_have = |part: &str| memchr::memmem::find(bytes, part.as_bytes()).is_some();
    if cfg!(unix) && path.is_absolute() && !may_have("/.") && !may_have("//") && !bytes.ends_with(b"/") {
        return path.to_path_buf();
    }
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_clean_path_is_spelled_one_way() {
        for (path, expected) in [
            ("/a/b", "/a/b"),
            ("/a//b", "/a/b"),
            ("/a/b/", "/a/b"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/.b/c", "/a/.b/c"),
            ("/", "/"),
            ("a/../b", "b"),
        ] {
            assert_eq!(clean(Path::new(path)).to_str(), Some(expected), "{path}");
        }
    }

    #[test]
    fn links_are_followed_as_far_as_they_stay_inside() {
        let folder = tempfile::tempdir().unwrap();
        let at = fs::canonicalize(folder.path()).unwrap();
        let root = at.join("root");
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir(at.join("outside")).unwrap();
        for file in ["root/a/b/c", "outside/c"] {
            fs::write(at.join(file), "").unwrap();
        }
        symlink("a", root.join("inside")).unwrap();
        symlink("../outside", root.join("out")).unwrap();
        symlink("../../outside/c", root.join("a/file")).unwrap();
        let boundary = Boundary::new(&root);
        for (path, expected) in [
            ("a/b/c", true),
            ("inside/b/c", true),
            ("a/b/not-there", true),
            ("out/c", false),
            ("a/file", false),
            ("inside/file", false),
            ("../outside/c", false),
            ("../root-and-more", false),
        ] {
            let path = root.join(path);
            assert_eq!(is_inside(&root, &path), expected, "{}", path.display());
            // What is known of the folders by now says the same.
            for _ in 0..2 {
                assert_eq!(boundary.holds(&clean(&path)), expected, "{}", path.display());
            }
        }
    }

    #[test]
    fn what_is_written_stays_inside() {
        let folder = tempfile::tempdir().unwrap();
        let at = fs::canonicalize(folder.path()).unwrap();
        let root = at.join("root");
        fs::create_dir(&root).unwrap();
        symlink("second", root.join("first")).unwrap();
        symlink("../outside", root.join("second")).unwrap();
        symlink("new", root.join("inside")).unwrap();
        assert!(write_asked(&root, &root.join("first"), "x").is_err());
        assert!(!at.join("outside").exists());
        write_asked(&root, &root.join("inside"), "x").unwrap();
        write_asked(&root, &at.join("asked"), "x").unwrap();
        assert!(root.join("new").is_file() && at.join("asked").is_file());
    }
}
