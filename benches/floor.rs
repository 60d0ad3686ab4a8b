//! The least that a check of a repository can cost: walk it in parallel, read each script into one buffer per thread,
//! search it for what a schema must contain, parse what may be one with SWC. Nothing else.
//!
//! Which files are read is decided as the program decides it: by its lists of folders and files, by its name for
//! scripts, by `.gitignore`. `benches/ratios.mjs` divides whole runs of the program by whole runs of this.
//!
//! ```sh
//! cargo build --release --example floor
//! target/release/examples/floor ../some-repo            # every candidate
//! target/release/examples/floor ../some-repo --files a.ts b.ts    # just those
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_types,
    reason = "it prints one line, and knows SWC because it is what the program is measured by"
)]

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, MatchKind};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::Scope;
use schemalint::discover::exclude;
use schemalint::discover::search::{MAKERS, PACKAGE, WEAK, is_script};
use swc_common::BytePos;
use swc_common::input::StringInput;
use swc_ecma_parser::{Parser, Syntax, TsSyntax};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
struct Counts {
    folders: AtomicUsize,
    files: AtomicUsize,
    bytes: AtomicUsize,
    candidates: AtomicUsize,
    statements: AtomicUsize,
}

struct Ignores {
    own: Option<Gitignore>,
    outer: Option<Arc<Ignores>>,
}

impl Ignores {
    fn matches(&self, path: &Path, is_folder: bool) -> bool {
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

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let root = PathBuf::from(arguments.next().unwrap_or_else(|| ".".into()));
    let files: Option<Vec<PathBuf>> =
        arguments.next().map(|_| arguments.map(|file| root.join(file)).collect());
    let counts = Counts::default();
    let makers = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(MAKERS.iter().chain(WEAK).chain([&PACKAGE]))
        .unwrap();
    // The parser's tree is taken apart recursively.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build().unwrap();
    pool.install(|| {
        rayon::scope(|scope| match &files {
            Some(files) => {
                for path in files {
                    scope.spawn(|_| file(path, &makers, true, &counts));
                }
            }
            None => {
                let ignores = Arc::new(Ignores { own: None, outer: None });
                folder(scope, root, ignores, &makers, &counts);
            }
        });
    });
    let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    println!(
        "{} folders, {} files, {} bytes, {} candidates, {} statements",
        count(&counts.folders),
        count(&counts.files),
        count(&counts.bytes),
        count(&counts.candidates),
        count(&counts.statements)
    );
}

fn folder<'s>(
    scope: &Scope<'s>,
    path: PathBuf,
    mut ignores: Arc<Ignores>,
    makers: &'s AhoCorasick,
    counts: &'s Counts,
) {
    counts.folders.fetch_add(1, Ordering::Relaxed);
    let Ok(entries) = fs::read_dir(&path) else { return };
    let entries: Vec<_> =
        entries.flatten().filter_map(|entry| Some((entry.file_name(), entry.file_type().ok()?))).collect();
    if entries.iter().any(|(name, _)| name == ".gitignore") {
        let mut builder = GitignoreBuilder::new(&path);
        builder.add(path.join(".gitignore"));
        if let Ok(own) = builder.build() {
            ignores = Arc::new(Ignores { own: Some(own), outer: Some(ignores) });
        }
    }
    let is_package = entries.iter().any(|(name, _)| name == "package.json");
    for (name, kind) in &entries {
        let shown = name.to_string_lossy();
        if kind.is_dir() {
            if exclude::folder(&shown, is_package) {
                continue;
            }
            let inner = path.join(name);
            if !ignores.matches(&inner, true) {
                let ignores = Arc::clone(&ignores);
                scope.spawn(move |scope| folder(scope, inner, ignores, makers, counts));
            }
        } else if kind.is_file() && is_script(&shown) && !exclude::file(&shown) {
            let path = path.join(name);
            if !ignores.matches(&path, false) {
                file(&path, makers, shown.contains(".schema."), counts);
            }
        }
    }
}

fn file(path: &Path, makers: &AhoCorasick, is_named: bool, counts: &Counts) {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.is_empty() {
            buffer.resize(1 << 20, 0);
        }
        let Ok(mut file) = File::open(path) else { return };
        let mut length = 0;
        loop {
            let Ok(read) = file.read(&mut buffer[length..]) else { return };
            length += read;
            // A regular file gives less than was asked for only at its end.
            if length < buffer.len() {
                break;
            }
            buffer.resize(buffer.len() * 2, 0);
        }
        let bytes = &buffer[..length];
        counts.files.fetch_add(1, Ordering::Relaxed);
        counts.bytes.fetch_add(length, Ordering::Relaxed);
        let (mut weak, mut package) = (false, false);
        let is_candidate = is_named
            || makers.find_iter(bytes).any(|found| {
                let index = found.pattern().as_usize();
                weak |= (MAKERS.len()..MAKERS.len() + WEAK.len()).contains(&index);
                package |= index == MAKERS.len() + WEAK.len();
                index < MAKERS.len() || weak && package
            });
        if is_candidate && let Ok(text) = std::str::from_utf8(bytes) {
            counts.candidates.fetch_add(1, Ordering::Relaxed);
            counts.statements.fetch_add(parse(path, text), Ordering::Relaxed);
        }
    });
}

fn parse(path: &Path, text: &str) -> usize {
    let tsx = path.extension().is_some_and(|extension| extension == "tsx" || extension == "jsx");
    let syntax = Syntax::Typescript(TsSyntax { tsx, decorators: true, ..TsSyntax::default() });
    let input = StringInput::new(text, BytePos(0), BytePos(text.len() as u32));
    let module = Parser::new(syntax, input, None).parse_module();
    module.map_or(0, |module| module.body.len())
}
