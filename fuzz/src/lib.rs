//! What fuzz targets share: a repository out of bytes, in the temporary folder.

#[path = "../../tests/support/holds.rs"]
pub mod holds;

use rayon::ThreadPool;
use schemalint::baseline::FILE;
use schemalint::check::{Asked, Run, check};
use schemalint::overlay::Overlay;
use schemalint::workspace::{self, Prepared, Reading, THREAD_STACK};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;
use tempfile::TempDir;

/// Begins each piece of an input; the rest of the line says what it is.
pub const MARK: &str = "//// ";

/// The pieces of an input: what the line of each says, and its text. What stands before the first has no name.
pub fn pieces(data: &[u8]) -> Vec<(String, Vec<u8>)> {
    note(data);
    let mut pieces = vec![(String::new(), Vec::new())];
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(MARK.as_bytes()) {
            Some(name) => pieces.push((String::from_utf8_lossy(name).trim().to_string(), Vec::new())),
            None => pieces.last_mut().expect("there is one").1.extend(line),
        }
    }
    pieces
}

/// Keeps an input in the temporary folder while it runs: libFuzzer writes none when the stack overflows.
pub fn note(data: &[u8]) {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let file = FILE.get_or_init(|| std::env::temp_dir().join("schemalint-fuzz-input"));
    fs::write(file, data).expect("the temporary folder can be written to");
}

/// Runs with the stack that the program gives its threads, on one thread.
pub fn on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<ThreadPool> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(THREAD_STACK);
        pool.build().expect("threads can be started")
    });
    pool.install(run)
}

/// A repository.
pub struct Tree {
    folder: TempDir,
    pub root: PathBuf,
}

impl Tree {
    /// The files of an input. Names cannot leave the folder; what cannot be a file is left out.
    pub fn new(data: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let root = fs::canonicalize(folder.path()).expect("it is there");
        // The repository ends here, whatever stands above.
        fs::create_dir(root.join(".git")).expect("it is new");
        let tree = Self { folder, root };
        for (name, text) in pieces(data).into_iter().take(24) {
            let name = if name.is_empty() { "schema.ts" } else { &name };
            tree.write(name, &text);
        }
        tree
    }

    pub fn write(&self, name: &str, text: &[u8]) {
        let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".." | ".git")).take(6);
        let inside: PathBuf = parts.map(|part| part.replace('\0', "")).collect();
        let path = self.folder.path().join(inside);
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = fs::write(path, text);
    }

    /// Reads and checks it as the command line does. `None` when the config or the baseline is wrong.
    pub fn check(&self) -> Option<(Prepared, Reading, Run)> {
        on_large_stack(|| {
            let load = |folder: &Path| {
                workspace::load_settings(workspace::find_config(folder).as_deref(), &all_rules())
            };
            let mut prepared =
                workspace::prepare(vec![self.root.clone()], Overlay::default(), false, load).ok()?;
            let baseline = workspace::read_baseline(&mut prepared).ok()?;
            let reading = workspace::read(&prepared.root, &prepared.options, &prepared.settings);
            let asked = Asked { baseline: baseline.as_ref(), scope: None };
            let run = check(&reading, &prepared.settings.config, &asked, Instant::now());
            Some((prepared, reading, run))
        })
    }

    /// The scripts with their texts, by path.
    pub fn texts(&self, reading: &Reading) -> Vec<(PathBuf, Vec<u8>)> {
        let files = reading.graph.sources.numbered().filter_map(|(file, _)| reading.path_of(file));
        files.filter_map(|path| Some((path.to_path_buf(), fs::read(path).ok()?))).collect()
    }

    /// Whether it has a baseline: what that accepts is not found.
    pub fn has_baseline(&self) -> bool {
        self.root.join(FILE).exists()
    }
}

/// Every rule that can be on without being configured.
fn all_rules() -> Vec<String> {
    use schemalint::rule::Level;
    let rules = schemalint::rules::RULES.iter().map(|rule| rule.meta);
    rules
        .filter(|meta| meta.level == Level::Off && !meta.needs_configuration)
        .map(|meta| format!("{}=warn", meta.name))
        .collect()
}
