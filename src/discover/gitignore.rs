//! `.gitignore` files, nested as git nests them.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The files that git tracks although they are ignored: an ignore file does not speak of those.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    index: OnceLock<Vec<u8>>,
}

impl Tracked {
    /// Whether git's index names a file. The index holds each path as it is, with a NUL behind it.
    pub(super) fn contains(&self, path: &Path) -> bool {
        let Some(root) = path.ancestors().find(|folder| folder.join(".git").exists()) else { return false };
        let index =
            self.index.get_or_init(|| crate::files::read(&root.join(".git/index")).unwrap_or_default());
        let Some(inside) = path.strip_prefix(root).ok().and_then(Path::to_str) else { return false };
        memchr::memmem::find(index, format!("{inside}\0").as_bytes()).is_some()
    }
}

/// The ignore files that apply in a folder: its own, and those of the folders around.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    own: Option<Gitignore>,
    outer: Option<Arc<Ignores>>,
    off: bool,
}

impl Ignores {
    /// Those above a folder, up to the one that holds `.git`.
    pub(super) fn above(folder: &Path, off: bool) -> Self {
        let mut ignores = Self { off, ..Self::default() };
        if off || folder.join(".git").exists() {
            return ignores;
        }
        let mut chain = Vec::new();
        for above in folder.ancestors().skip(1) {
            chain.push(above);
            if above.join(".git").exists() {
                for above in chain.into_iter().rev() {
                    let outer = Arc::new(ignores);
                    ignores =
                        Self::inside(&outer, above).unwrap_or(Self { outer: Some(outer), ..Self::default() });
                }
                return ignores;
            }
        }
        ignores
    }

    /// With the `.gitignore` of a folder, when it has one.
    pub(super) fn inside(outer: &Arc<Self>, folder: &Path) -> Option<Self> {
        let path = folder.join(".gitignore");
        // Git does not follow a link here either.
        if outer.off || !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            return None;
        }
        let mut builder = GitignoreBuilder::new(folder);
        // A line that is no glob is skipped; the others count.
        builder.add(&path);
        let own = builder.build().ok()?;
        Some(Self { own: Some(own), outer: Some(Arc::clone(outer)), off: false })
    }

    /// Whether a path is ignored: the innermost file that says anything decides.
    pub(super) fn matches(&self, path: &Path, is_folder: bool) -> bool {
        let mut ignores = Some(self);
        while let Some(current) = ignores {
            if let Some(own) = &current.own {
                let verdict = own.matched(path, is_folder);
                if !verdict.is_none() {
                    return verdict.is_ignore();
                }
            }
            ignores = current.outer.as_deref();
        }
        false
    }
}
