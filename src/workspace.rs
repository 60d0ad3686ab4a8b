//! The façade that the command line, the editor and tests call: from paths to a graph.

mod repository;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::search::Kind;
use crate::discover::{Options, Script, discover, discover_surroundings};
use crate::graph::{DrizzleLine, SchemaGraph};
use crate::link::{Input, link};
use crate::packages::Packages;
use crate::resolve::Resolver;
use crate::source::{Range, SourceFile};
use crate::syntax::{Failure, Module, lower};
use repository::Repository;

/// What a run read.
#[derive(Debug)]
pub struct Reading {
    /// The schema.
    pub graph: SchemaGraph,
    /// Files and folders that could not be opened.
    pub unreadable_paths: Vec<(PathBuf, String)>,
    /// Files that look like schemas but that a `.gitignore` leaves out.
    pub ignored: Vec<PathBuf>,
    /// How many scripts were looked at.
    pub looked_at: usize,
    /// How many files were parsed.
    pub parsed: usize,
}

/// Evaluation recurses as deep as the code nests; the stack is virtual memory until it is used.
const STACK: usize = 256 << 20;

/// Reads the repository around those paths, which exist and are absolute.
pub fn read(root: &Path, options: &Options) -> Reading {
    let mut found = discover(options);
    let repository_root = repository_root(root);
    if repository_root != root {
        // The packages around a folder that was named belong to its meaning.
        let (packages, records) = discover_surroundings(repository_root);
        found.packages.extend(packages);
        found.records.extend(records);
        found.packages.sort();
        found.packages.dedup();
    }
    let packages = Packages::new(repository_root, &found.packages);
    let v1: FxHashSet<PathBuf> = found
        .scripts
        .iter()
        .filter(|script| script.uses_v1)
        .filter_map(|script| packages.folder_of(&script.path).map(Path::to_path_buf))
        .collect();
    let resolver = Resolver::new(repository_root, packages.by_name());
    let lowered: Vec<Parsed> = found.scripts.par_iter().map(|script| Parsed::new(root, script)).collect();
    let line_of = |path: &Path| {
        let package = packages.folder_of(path);
        let used = package.is_some_and(|package| v1.contains(package));
        // What the package asks for decides; what its code uses only where that says nothing.
        packages.line_of(path).unwrap_or(if used { DrizzleLine::V1 } else { DrizzleLine::V0 })
    };
    let mut repository =
        Repository::new((root, repository_root), &packages, &resolver, &line_of, &found.loose);
    let mut input = Input::default();
    for (script, parsed) in found.scripts.iter().zip(lowered) {
        let file = repository.add(script.path.clone(), parsed, script.kind != Kind::Config);
        if script.is_config {
            input.configs.push(file);
        }
        if script.kind != Kind::Config {
            input.candidates.push(file);
        }
    }
    let mut graph = stacker::grow(STACK, || link(&repository, &input));
    let (sources, syntax_errors, mut unreadable_paths) = repository.finish();
    graph.sources = sources;
    graph.syntax_errors = syntax_errors;
    unreadable_paths.extend(found.failures);
    let parsed = graph.sources.len();
    Reading { graph, unreadable_paths, ignored: found.ignored, looked_at: found.looked_at, parsed }
}

/// The repository that a folder is in: the nearest folder above with `.git` or a workspace, else itself.
fn repository_root(folder: &Path) -> &Path {
    let is_root = |folder: &&Path| {
        folder.join(".git").exists()
            || folder.join("pnpm-workspace.yaml").is_file()
            || is_workspace(&folder.join("package.json"))
    };
    folder.ancestors().find(is_root).unwrap_or(folder)
}

fn is_workspace(package: &Path) -> bool {
    let text = std::fs::read_to_string(package).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|json| json.get("workspaces").is_some())
}

/// A file's text and what it says.
struct Parsed {
    source: Arc<SourceFile>,
    module: Arc<Module>,
    failure: Option<Failure>,
}

impl Parsed {
    fn new(root: &Path, script: &Script) -> Self {
        Self::of_bytes(&relative(root, &script.path), &script.bytes)
    }

    fn of_bytes(path: &str, bytes: &[u8]) -> Self {
        let (text, broken) = match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_string(), None),
            Err(error) => (String::from_utf8_lossy(bytes).into_owned(), Some(error.valid_up_to() as u32)),
        };
        let (module, failure) = match broken {
            // Up to the broken byte the positions are those of the file.
            Some(at) => {
                let end = at + '\u{fffd}'.len_utf8() as u32;
                let message = "the file is not valid UTF-8 from here on".to_string();
                (Module::default(), Some(Failure { message, range: Range::new(at, end) }))
            }
            None => match lower(path, &text) {
                Ok(module) => (module, None),
                Err(failure) => (Module::default(), Some(failure)),
            },
        };
        Self { source: Arc::new(SourceFile::new(path, text)), module: Arc::new(module), failure }
    }
}

/// A path as people see it: relative to the root when it is inside, `/` between folders.
fn relative(root: &Path, path: &Path) -> String {
    let shown = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    if cfg!(windows) { shown.replace('\\', "/") } else { shown.into_owned() }
}
