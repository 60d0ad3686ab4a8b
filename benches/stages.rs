//! Every stage by itself, on a repository that is generated: 400 files with 2,000 tables.
//!
//! ```sh
//! cargo bench --bench stages                  # all of them
//! cargo bench --bench stages -- lower eval    # some
//! ```
//!
//! What a save costs in the language server is `lsp_save`, whole processes are `ratios.py`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench fails by panicking")]

#[path = "../tests/support/generate.rs"]
mod generate;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Instant;

use divan::{Bencher, counter::BytesCount, counter::ItemsCount};
use generate::Size;
use schemalint::check::{Asked, Run, check};
use schemalint::discover::{Discovery, Links, Options, discover, search};
use schemalint::eval::{Evaluator, Target, World};
use schemalint::graph::{Dialect, DrizzleLine};
use schemalint::link::{Input, LinkWorld, Loaded, link};
use schemalint::model::Model;
use schemalint::output::{self, Report, Style};
use schemalint::packages::Packages;
use schemalint::resolve::Resolver;
use schemalint::source::FileId;
use schemalint::syntax::{Module, lower};
use schemalint::workspace::{Reading, Settings, THREAD_STACK, load_settings, read};
use smol_str::SmolStr;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // Evaluation and parsing recurse as deep as the code nests.
    rayon::ThreadPoolBuilder::new().stack_size(THREAD_STACK).build_global().unwrap();
    thread::Builder::new().stack_size(2 * THREAD_STACK).spawn(divan::main).unwrap().join().unwrap();
}

/// The repository, and what each stage makes of it.
struct Repository {
    root: PathBuf,
    options: Options,
    found: Discovery,
    settings: Settings,
    reading: Reading,
    _folder: tempfile::TempDir,
}

static REPOSITORY: LazyLock<Repository> = LazyLock::new(|| {
    // `cargo test --benches` only sees that it runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let size = if is_bench { Size { packages: 8, files: 50, tables: 5, others: 4 } } else { Size::SMALL };
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    size.write(&root).unwrap();
    let settings = load_settings(None, &[]).expect("defaults are a config");
    let options = Options { paths: vec![root.clone()], ..Options::default() };
    let found = discover(&options, &Links::default());
    let reading = read(&root, &options, &settings);
    Repository { root, options, found, settings, reading, _folder: folder }
});

impl Repository {
    /// Files that may declare tables, as text.
    fn texts(&self) -> Vec<(String, &str)> {
        let text = |script: &'static schemalint::discover::Script| {
            Some((script.path.to_string_lossy().into_owned(), std::str::from_utf8(&script.bytes).ok()?))
        };
        REPOSITORY.found.scripts.iter().filter_map(text).collect()
    }

    fn run(&self) -> Run {
        check(&self.reading, &self.settings.config, &Asked::default(), Instant::now())
    }
}

#[divan::bench]
fn walk_and_search(bencher: Bencher<'_, '_>) {
    let files = REPOSITORY.found.looked_at;
    bencher.counter(ItemsCount::new(files)).bench(|| discover(&REPOSITORY.options, &Links::default()));
}

#[divan::bench]
fn search_bytes(bencher: Bencher<'_, '_>) {
    let texts = REPOSITORY.texts();
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        texts.iter().filter(|(path, text)| search::look(path, text.as_bytes()).kind.is_some()).count()
    });
}

#[divan::bench]
fn parse_and_lower(bencher: Bencher<'_, '_>) {
    let texts = REPOSITORY.texts();
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench(|| texts.iter().filter_map(|(path, text)| lower(path, text).ok()).collect::<Vec<_>>());
}

#[divan::bench]
fn resolve(bencher: Bencher<'_, '_>) {
    let repository = &*REPOSITORY;
    let imports: Vec<(PathBuf, &str)> = repository
        .reading
        .modules
        .iter()
        .enumerate()
        .filter_map(|(file, module)| {
            Some((repository.reading.path_of(FileId(file as u32))?.to_path_buf(), module))
        })
        .flat_map(|(path, module)| {
            module.specifiers.iter().map(move |specifier| (path.clone(), specifier.text.as_str()))
        })
        .collect();
    let packages = Packages::new(&repository.root, &repository.found.packages);
    bencher.counter(ItemsCount::new(imports.len())).bench(|| {
        let resolver = Resolver::new(&repository.root, packages.by_name());
        imports.iter().map(|(from, specifier)| resolver.resolve(from, specifier)).collect::<Vec<_>>()
    });
}

#[divan::bench]
fn evaluate(bencher: Bencher<'_, '_>) {
    let world = Recorded::new(&REPOSITORY.reading);
    bencher.bench_local(|| {
        let mut evaluator = Evaluator::new(&world);
        for file in world.files() {
            let module = evaluator.module(file);
            for name in module.bindings.keys() {
                divan::black_box(evaluator.top_level(file, name));
            }
        }
        evaluator.tables.len()
    });
}

#[divan::bench]
fn evaluate_and_link(bencher: Bencher<'_, '_>) {
    let world = Recorded::new(&REPOSITORY.reading);
    let input = Input { candidates: world.files(), configs: world.configs(), ..Input::default() };
    let tables = REPOSITORY.reading.graph.tables.len();
    assert_eq!(link(&world, &input).tables.len(), tables, "the recorded world is the one that was read");
    bencher.counter(ItemsCount::new(tables)).bench_local(|| link(&world, &input));
}

#[divan::bench]
fn model(bencher: Bencher<'_, '_>) {
    let Repository { reading, settings, .. } = &*REPOSITORY;
    bencher.bench(|| Model::new(&reading.graph, &settings.config, &reading.written).partitions.len());
}

#[divan::bench]
fn model_and_rules(bencher: Bencher<'_, '_>) {
    bencher.bench(|| REPOSITORY.run().findings.len());
}

/// The formats that most runs write.
#[divan::bench(args = ["human", "json", "sarif", "github"])]
fn write(bencher: Bencher<'_, '_>, format: &str) {
    let run = REPOSITORY.run();
    let report = Report { run: &run, sources: &REPOSITORY.reading.graph.sources, prefix: "" };
    let format: fn(&Report<'_>) -> String = match format {
        "human" => |report| output::human(report, Style::default()),
        "json" => output::json,
        "sarif" => output::sarif,
        _ => output::github,
    };
    bencher.counter(ItemsCount::new(run.findings.len())).bench(|| format(&report));
}

#[divan::bench]
fn everything(bencher: Bencher<'_, '_>) {
    let Repository { root, options, settings, .. } = &*REPOSITORY;
    bencher.bench(|| {
        let reading = read(root, options, settings);
        check(&reading, &settings.config, &Asked::default(), Instant::now()).findings.len()
    });
}

/// What a reading has read, once more, without a disk.
struct Recorded<'r> {
    reading: &'r Reading,
    resolved: BTreeMap<(FileId, SmolStr), Target>,
}

impl<'r> Recorded<'r> {
    fn new(reading: &'r Reading) -> Self {
        let resolved = reading.resolved.iter();
        let resolved = resolved.map(|((from, to), target)| ((*from, SmolStr::new(to)), target.clone()));
        Self { reading, resolved: resolved.collect() }
    }

    fn configs(&self) -> Vec<FileId> {
        self.files().into_iter().filter(|file| self.path(*file).contains("drizzle.config")).collect()
    }
}

impl World for Recorded<'_> {
    fn module(&self, file: FileId) -> Arc<Module> {
        Arc::clone(&self.reading.modules[file.0 as usize])
    }

    fn resolve(&self, from: FileId, specifier: &str) -> Target {
        let key = (from, SmolStr::new(specifier));
        self.resolved.get(&key).cloned().unwrap_or(Target::External)
    }

    fn declares_schema(&self, file: FileId) -> bool {
        self.path(file).contains("/schema/")
    }

    fn line(&self, _file: FileId) -> DrizzleLine {
        DrizzleLine::V0
    }

    fn absolute_path(&self, file: FileId) -> String {
        self.path(file).to_string()
    }

    fn package_folder(&self, file: FileId) -> String {
        self.package(file).to_string()
    }
}

impl LinkWorld for Recorded<'_> {
    fn schema_files(&self, config: FileId, _pattern: &str) -> (Arc<str>, Vec<FileId>) {
        let package = self.package(config);
        let is_schema = |file: &FileId| self.package(*file) == package && self.declares_schema(*file);
        let files = self.files().into_iter().filter(is_schema).collect();
        (package, files)
    }

    fn out_folder(&self, config: FileId, out: &str) -> Arc<str> {
        format!("{}/{out}", self.package(config)).into()
    }

    fn package(&self, file: FileId) -> Arc<str> {
        self.path(file).split_once("/src/").map_or("", |(package, _)| package).into()
    }

    fn package_name(&self, _file: FileId) -> Option<SmolStr> {
        None
    }

    fn has_casing_key(&self, _config: FileId) -> bool {
        false
    }

    fn takes_lists(&self, _file: FileId, _dialect: Dialect) -> bool {
        true
    }

    fn path(&self, file: FileId) -> Arc<str> {
        Arc::clone(&self.reading.graph.sources.get(file).path)
    }

    fn loose_files_calling(&self, _functions: &[String]) -> Vec<FileId> {
        Vec::new()
    }

    fn text(&self, file: FileId) -> Arc<str> {
        Arc::clone(&self.reading.graph.sources.get(file).text)
    }

    fn files(&self) -> Vec<FileId> {
        let scripts =
            self.reading.graph.sources.numbered().filter(|(_, source)| source.path.ends_with(".ts"));
        scripts.map(|(file, _)| file).collect()
    }

    fn file_read(&self, from: FileId, specifier: &str) -> Loaded {
        match self.resolve(from, specifier) {
            Target::File(file) => Loaded::Read(file),
            _ => Loaded::Outside,
        }
    }

    fn is_external(&self, _file: FileId) -> bool {
        false
    }
}
