//! From a module specifier to a file of the repository.
//!
//! `oxc_resolver` knows relative paths, tsconfig paths, `exports` and `imports`. It is given a file
//! system in which every package of the workspace is installed, although none is, and in which a
//! tsconfig that extends a package that is not installed extends nothing. What a package builds
//! (`dist/index.js`) is mapped back to its source.

use oxc_resolver::{
    FileMetadata, FileSystem, FileSystemOs, ResolveError, ResolveOptions, ResolverGeneric, TsconfigDiscovery,
};
use rustc_hash::FxHashMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::boundary::{Boundary, clean};

/// What a specifier leads to, as paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// A file.
    File(PathBuf),
    /// A package from outside.
    External,
    /// A file of the repository that is not there.
    Missing,
}

/// Resolves the imports of one repository.
pub struct Resolver {
    /// Run-time conditions first; `types` only where they lead nowhere; then without tsconfig, because one
    /// that cannot be read makes every resolution fail.
    stages: [ResolverGeneric<InstalledWorkspace>; 3],
    files: InstalledWorkspace,
}

impl Resolver {
    /// A resolver for the repository at `root` with those packages, by name.
    pub fn new(root: &Path, packages: FxHashMap<String, PathBuf>) -> Self {
        Self::with_unsaved(root, packages, Vec::new())
    }

    /// The same, with files that only an editor has.
    pub fn with_unsaved(root: &Path, packages: FxHashMap<String, PathBuf>, unsaved: Vec<PathBuf>) -> Self {
        let (modules, packages) = (root.join("node_modules"), Arc::new(packages));
        let files = InstalledWorkspace {
            boundary: Arc::new(Boundary::new(root)),
            modules,
            packages,
            unsaved: unsaved.into(),
            folders: Arc::default(),
        };
        let stage =
            |types, tsconfig| ResolverGeneric::new_with_file_system(files.clone(), options(types, tsconfig));
        Self { stages: [stage(false, true), stage(true, true), stage(true, false)], files }
    }

    /// Frameworks that write the tsconfig with their path aliases when they are built: in a clean
    /// checkout it is not there, but what it would say is documented (Nuxt, SvelteKit). `@/` and `~/`
    /// are by far the most common aliases; where nothing defines them, the nearest folder that has such
    /// a file is what they mean.
    fn generated_alias(&self, from: &Path, specifier: &str) -> Option<Resolved> {
        let (alias, rest) = specifier.split_once('/').unwrap_or((specifier, ""));
        let (framework, folders): (Option<&str>, &[&str]) = match alias {
            "~~" | "@@" => (Some("nuxt.config"), &[""]),
            "#shared" => (Some("nuxt.config"), &["shared"]),
            "$lib" => (Some("svelte.config"), &["src/lib"]),
            "~" | "@" => (None, &["app", "src", ""]),
            _ => return None,
        };
        let has_config = |folder: &Path| {
            framework.is_none_or(|name| {
                ["ts", "js", "mjs"].iter().any(|ending| folder.join(format!("{name}.{ending}")).is_file())
            })
        };
        let repository = self.files.modules.parent()?;
        let above = from.ancestors().skip(1).take_while(|folder| folder.starts_with(repository));
        above.filter(|folder| has_config(folder)).find_map(|root| {
            folders.iter().find_map(|folder| {
                let resolution = self.stages[2].resolve(root, &format!("./{folder}/{rest}")).ok()?;
                Some(self.inside(resolution.into_path_buf()))
            })
        })
    }

    /// The file that a path leads to; one that lies outside of the repository is somebody else's.
    fn inside(&self, path: PathBuf) -> Resolved {
        if !self.files.boundary.names(&path) {
            return Resolved::External;
        }
        let real = self.files.real(&path);
        if self.files.boundary.names(&real) { Resolved::File(real) } else { Resolved::External }
    }

    /// What `specifier` leads to, seen from the file at `from`, which is absolute.
    pub fn resolve(&self, from: &Path, specifier: &str) -> Resolved {
        let is_foreign = !specifier.starts_with(['.', '/', '#', '$', '~'])
            && !specifier.starts_with("@/")
            && !self.files.packages.contains_key(package_name(specifier));
        for stage in &self.stages {
            match stage.resolve_file(from, specifier) {
                Ok(resolution) => {
                    let path = match self.inside(resolution.into_path_buf()) {
                        Resolved::File(path) => path,
                        outside => return outside,
                    };
                    if path.components().any(|part| part.as_os_str() == "node_modules") {
                        return Resolved::External;
                    }
                    return Resolved::File(path);
                }
                Err(ResolveError::Builtin { .. }) => return Resolved::External,
                // A package that is not there is there under no other condition either; most imports are such.
                Err(ResolveError::NotFound(_)) if is_foreign => break,
                Err(_) => {}
            }
        }
        if let Some(resolved) = self.generated_alias(from, specifier) {
            return resolved;
        }
        let own = specifier.starts_with('.')
            || specifier.starts_with('/')
            || specifier.starts_with('#')
            || specifier.starts_with('$')
            // No package can have such a name: an alias that nothing defines.
            || specifier.starts_with("@/")
            || specifier.starts_with('~')
            || self.files.packages.contains_key(package_name(specifier));
        if own { Resolved::Missing } else { Resolved::External }
    }
}

fn options(types: bool, tsconfig: bool) -> ResolveOptions {
    let strings = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let alias = |from: &str, to: &[&str]| (from.to_string(), strings(to));
    let mut conditions =
        strings(&["source", "development", "bun", "import", "module", "node", "require", "default"]);
    if types {
        conditions.push("types".into());
    }
    ResolveOptions {
        tsconfig: tsconfig.then_some(TsconfigDiscovery::Auto),
        condition_names: conditions,
        extensions: strings(&[".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"]),
        extension_alias: vec![
            alias(".js", &[".ts", ".tsx", ".js", ".jsx"]),
            alias(".jsx", &[".tsx", ".jsx"]),
            alias(".mjs", &[".mts", ".mjs"]),
            alias(".cjs", &[".cts", ".cjs"]),
        ],
        main_fields: strings(&["source", "module", "main"]),
        builtin_modules: true,
        node_path: false,
        symlinks: false,
        ..ResolveOptions::default()
    }
}

/// `@scope/name` or `name` of `@scope/name/sub/path`.
fn package_name(specifier: &str) -> &str {
    let slashes = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(slashes - 1) {
        Some((at, _)) => &specifier[..at],
        None => specifier,
    }
}

/// The file system, with the workspace's packages installed in the root's `node_modules`.
#[derive(Clone)]
struct InstalledWorkspace {
    /// Nothing beyond is read: what leads there is a package from outside.
    boundary: Arc<Boundary>,
    modules: PathBuf,
    packages: Arc<FxHashMap<String, PathBuf>>,
    /// Files that are not there yet.
    unsaved: Arc<[PathBuf]>,
    /// Folders without links, by how they were met.
    folders: Arc<Mutex<FxHashMap<PathBuf, PathBuf>>>,
}

impl InstalledWorkspace {
    /// Where a path really is: packages lie in their folders, and what they build in their source.
    fn real(&self, path: &Path) -> PathBuf {
        let path = self.installed(path).unwrap_or_else(|| path.to_path_buf());
        if let Some(source) = source_of(&path) {
            return source;
        }
        self.canonical(&path).unwrap_or(path)
    }

    /// A path without links. Many files stand in few folders, and every part of a path is a question to the system.
    fn canonical(&self, path: &Path) -> Option<PathBuf> {
        let (folder, name) = (path.parent()?, path.file_name()?);
        let known = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let is_link = std::fs::symlink_metadata(path).ok()?.file_type().is_symlink();
        if is_link || path.components().any(|part| matches!(part, Component::ParentDir)) {
            return std::fs::canonicalize(path).ok();
        }
        let found = known().get(folder).cloned();
        let folder = match found {
            Some(real) => real,
            None => {
                let real = std::fs::canonicalize(folder).ok()?;
                known().insert(folder.to_path_buf(), real.clone());
                real
            }
        };
        Some(folder.join(name))
    }

    /// A path below the root's `node_modules` that is in a package of the workspace.
    fn installed(&self, path: &Path) -> Option<PathBuf> {
        let inside = path.strip_prefix(&self.modules).ok()?;
        let mut parts = inside.components();
        let first = parts.next()?.as_os_str().to_str()?;
        let folder = match first.starts_with('@') {
            false => self.packages.get(first)?,
            true => {
                let second = parts.next()?.as_os_str().to_str()?;
                self.packages.get(&format!("{first}/{second}"))?
            }
        };
        Some(folder.join(parts.as_path()))
    }

    /// Whether a path is `node_modules` itself, a scope or a package in it: all are taken to be there, so
    /// that a tsconfig that extends one of them is read on.
    fn is_modules_folder(&self, path: &Path) -> bool {
        path.strip_prefix(&self.modules).is_ok_and(|inside| inside.components().count() <= 2)
    }

    /// A tsconfig of a package that is not installed: one that says nothing.
    fn is_foreign_tsconfig(&self, path: &Path) -> bool {
        path.starts_with(&self.modules)
            && path.extension().is_some_and(|extension| extension == "json")
            && path.to_str().is_some_and(|path| path.contains("tsconfig"))
    }

    fn find(&self, path: &Path) -> io::Result<PathBuf> {
        // Behind a link `..` would lead elsewhere than it says.
        let found = clean(&self.installed(path).unwrap_or_else(|| path.to_path_buf()));
        if self.boundary.names(&found) { Ok(found) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// The same of a file that is going to be read: links are followed, but not out of the repository.
    fn readable(&self, path: &Path) -> io::Result<PathBuf> {
        let found = self.find(path)?;
        if self.boundary.holds(&found) { Ok(found) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

impl FileSystem for InstalledWorkspace {
    fn new() -> Self {
        Self {
            boundary: Arc::default(),
            modules: PathBuf::new(),
            packages: Arc::default(),
            unsaved: Arc::default(),
            folders: Arc::default(),
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        crate::files::read(&self.readable(path)?)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let missing_tsconfig = |error: io::Error| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // The resolver asks for a tsconfig that is not there only when another one extends it.
            let extended = name.contains("tsconfig") || self.is_foreign_tsconfig(path);
            if error.kind() == io::ErrorKind::NotFound && extended { Ok("{}".into()) } else { Err(error) }
        };
        self.read(path).and_then(text_of).or_else(missing_tsconfig)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let Ok(found) = self.find(path) else {
            // Whether it is there is not asked: it leads out, and what is said is the same in both cases. Settings that apply
            // from above are those of somebody else.
            let is_setting = path.extension().is_some_and(|extension| extension == "json");
            return if is_setting {
                Err(io::ErrorKind::NotFound.into())
            } else {
                Ok(FileMetadata::new(true, false, false))
            };
        };
        match FileSystemOs::metadata(&found) {
            Ok(metadata) => Ok(metadata),
            Err(_) if self.unsaved.contains(&found) => Ok(FileMetadata::new(true, false, false)),
            Err(_) if source_of(&found).is_some() => Ok(FileMetadata::new(true, false, false)),
            Err(_) if self.is_modules_folder(path) => Ok(FileMetadata::new(false, true, false)),
            Err(_) if self.is_foreign_tsconfig(path) => Ok(FileMetadata::new(true, false, false)),
            Err(error) => Err(error),
        }
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        FileSystemOs::read_link(&self.find(path)?)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        FileSystemOs::canonicalize(&self.find(path)?)
    }
}

/// A text without its byte order mark.
fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    let text = String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
}

/// Folders that packages build into.
const BUILT: &[&str] = &["dist", "build", "lib", "out", "esm", "cjs"];
/// Extensions of built files, longest first.
const BUILT_EXTENSIONS: &[&str] = &[".d.mts", ".d.cts", ".d.ts", ".mjs", ".cjs", ".js"];
const SOURCE_EXTENSIONS: &[&str] = &[".ts", ".tsx", ".mts", ".cts"];

/// The source of a built file: `dist/schema/index.js` is `src/schema/index.ts`, or `schema/index.ts`.
fn source_of(path: &Path) -> Option<PathBuf> {
    let name = path.to_str()?;
    let (stem, _) = BUILT_EXTENSIONS.iter().find_map(|ending| Some((name.strip_suffix(ending)?, ending)))?;
    let parts: Vec<Component<'_>> = Path::new(stem).components().collect();
    let is_built = |part: &Component<'_>| BUILT.iter().any(|built| part.as_os_str() == *built);
    // The outermost such folder of the package: the last one that has a package.json beside it, else
    // the first.
    for (index, _) in parts.iter().enumerate().rev().filter(|(_, part)| is_built(part)) {
        let before: PathBuf = parts[..index].iter().collect();
        if !before.join("package.json").is_file() {
            continue;
        }
        let mut inside: Vec<Component<'_>> = parts[index + 1..].to_vec();
        // `dist/esm/index.js` and `dist/cjs/index.js` have one source.
        while inside.first().is_some_and(is_built) {
            inside.remove(0);
        }
        let inside: PathBuf = inside.iter().collect();
        for folder in ["src", ""] {
            for extension in SOURCE_EXTENSIONS {
                let mut candidate = before.join(folder).join(&inside).into_os_string();
                candidate.push(extension);
                let candidate = PathBuf::from(candidate);
                if candidate.is_file() {
                    return Some(candidate);
                }
            }
        }
    }
    None
}
