//! The façade that the command line, the editor and tests call: from paths to a graph.

mod ahead;
mod around;
mod changed;
mod index_order;
mod last;
mod migrations;
mod prepare;
mod repository;
mod schema_files;
mod session;
mod settings;
mod sql;
mod sql_indexes;
mod written;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::config::{self, Config};
use crate::discover::search::{self, Names};
use crate::discover::{self, CONFIG, Discovery, Options, discover_surroundings};
use crate::docs::Problem;
use crate::eval::Target;
use crate::graph::{DrizzleLine, SchemaGraph};
use crate::link::{ConfiguredProject, Input, link_and_keep};
use crate::model::Written;
use crate::packages::Packages;
use crate::resolve::Resolver;
use crate::source::{FileId, Range, SourceFile};
use crate::syntax::{Failure, Module, lower};
use ahead::Ahead;
use around::Around;
use last::Last;
use repository::{Files, Repository};
use session::Cache;
use sql::Sql;
use written::{Documents, declared, documents};

pub use changed::changed_files;
pub use prepare::{
    BrokenBaseline, Prepared, STACK as THREAD_STACK, baseline_path, canonical, prepare, read_baseline,
};
pub use session::Session;
pub use settings::{
    Failure as SettingsFailure, Settings, find as find_config, load as load_settings,
    load_over as load_settings_over,
};

/// What a run read.
#[derive(Debug)]
pub struct Reading {
    /// The schema.
    pub graph: SchemaGraph,
    /// Decision records, entity pages, and what manifests declare.
    pub written: Written,
    /// Documents of which something could not be read.
    pub problems: Vec<Problem>,
    /// Files that the config leaves out, though something leads to them.
    pub excluded: FxHashSet<FileId>,
    /// Files and folders that could not be opened.
    pub unreadable_paths: Vec<(PathBuf, String)>,
    /// Files that look like schemas but that a `.gitignore` leaves out.
    pub ignored: Vec<PathBuf>,
    /// Configs of this program below the root that are not in use.
    pub other_configs: Vec<PathBuf>,
    /// How many scripts were looked at.
    pub looked_at: usize,
    /// How many files were parsed.
    pub parsed: usize,
    /// How long each stage took.
    pub timings: Vec<(SmolStr, Duration)>,
    /// What the scripts say, by the numbers of their files; nothing of other files.
    pub modules: Vec<Arc<Module>>,
    /// Where the specifiers lead that were followed.
    pub resolved: Arc<FxHashMap<(FileId, String), Target>>,
    paths: Vec<PathBuf>,
}

impl Reading {
    /// Where a file is on the disk.
    pub fn path_of(&self, file: FileId) -> Option<&Path> {
        self.paths.get(file.0 as usize).map(PathBuf::as_path)
    }
}

/// Evaluation recurses as deep as the code nests. The threads of the program have as much ([`THREAD_STACK`]); others get it.
const STACK: usize = 96 << 20;

/// Reads the repository around those paths, which exist and are absolute, as the config says.
pub fn read(root: &Path, options: &Options, settings: &Settings) -> Reading {
    read_with(root, options, settings, &Cache::default())
}

fn read_with(root: &Path, options: &Options, settings: &Settings, cache: &Cache) -> Reading {
    let mut clock = Clock::new();
    let config = &settings.config;
    let mut found = cache.discover(options, &links(config));
    let links = &config.links;
    let repository_root = repository_root(root);
    if repository_root != root {
        // The packages around a folder that was named belong to its meaning.
        let (packages, records) = discover_surroundings(repository_root);
        found.packages.extend(packages);
        found.records.extend(records);
        found.packages.sort();
        found.packages.dedup();
        found.records.sort();
        found.records.dedup();
    }
    clock.lap("discover");
    let packages = Packages::new(repository_root, &found.packages);
    let v1: FxHashSet<PathBuf> = found
        .scripts
        .iter()
        .filter(|script| script.uses_v1)
        .filter_map(|script| packages.folder_of(&script.path).map(Path::to_path_buf))
        .collect();
    let resolver = Resolver::with_unsaved(repository_root, packages.by_name(), options.overlay.unsaved());
    let lowered: Vec<Parsed> = cache.lower(root, &found.scripts);
    clock.lap("parse");
    // An editor's texts are few and its session remembers more than this finds out.
    let ahead = match cache.forgets() && options.overlay.is_empty() {
        true => Ahead::of(&found.scripts, &lowered, &resolver, &cache.lowering(root)),
        false => Ahead::default(),
    };
    clock.lap("follow imports");
    let line_of = |path: &Path| {
        let configured = config.projects.iter().find(|project| path.starts_with(root.join(&**project.root)));
        if let Some(line) = configured.and_then(|project| project.drizzle) {
            return line;
        }
        let package = packages.folder_of(path);
        let used = package.is_some_and(|package| v1.contains(package));
        // What the package asks for decides; what its code uses only where that says nothing.
        packages.line_of(path).unwrap_or(if used { DrizzleLine::V1 } else { DrizzleLine::V0 })
    };
    let mut repository =
        Repository::new((root, repository_root), &packages, &resolver, &line_of, (&found.loose, cache));
    repository.overlay = options.overlay.clone();
    repository.ahead = ahead.into();
    repository.name_link_functions(settings.folder.as_deref().unwrap_or(root), links);
    let changed = cache
        .take_last()
        .and_then(|last| last.changed(root, (&found, &lowered), (options, cache), &settings.sources));
    let again =
        changed.and_then(|changed| stacker::maybe_grow(STACK, STACK, || changed.link(&mut repository)));
    let stage = if again.is_some() { "link again" } else { "evaluate and link" };
    let sql = Sql::of(&found, &packages);
    let mut sql_texts = OnceLock::new();
    // A session remembers them.
    let scripts_with_sql = found.all_ddl().filter(|_| cache.forgets());
    let (mut graph, kept) = again.map(|(graph, kept)| (graph, Some(kept))).unwrap_or_else(|| {
        cache.link_all();
        repository.resume(Files::default());
        let input = input(root, settings, &found, lowered, &mut repository);
        // Evaluation is one thread.
        rayon::in_place_scope(|scope| {
            if let Some(scripts) = scripts_with_sql {
                scope.spawn(|_| {
                    let _ = sql_texts.set(sql.read_all(scripts, &options.overlay));
                });
            }
            stacker::maybe_grow(STACK, STACK, || link_and_keep(&repository, &input, cache.keeps()))
        })
    });
    let linked = kept.map(|kept| (graph.clone(), kept));
    let count = repository.count();
    let mut unreadable_paths = [&*found.failures, &packages.broken].concat();
    let around =
        Around { root, repository_root, found: &found, packages: &packages, overlay: &options.overlay };
    unreadable_paths.extend(around.mark(&mut graph, &sql, (sql_texts.take(), cache)));
    mark_guessed_lines(&mut graph, root, config, &packages, &v1);
    sql.mark_tables(&mut graph);
    index_order::mark_migrated_indexes(root, &mut graph);
    clock.lap(stage);
    let Documents { mut written, problems } =
        documents(root, config, &found.records, &repository, &mut unreadable_paths);
    written.declared = declared(&graph, config, (root, repository_root), &repository, &mut unreadable_paths);
    clock.lap("documents");
    let manifests: Vec<PathBuf> =
        found.packages.iter().filter_map(|(path, _)| path.parent().map(Path::to_path_buf)).collect();
    written.migrations =
        migrations::migrations(root, config, &manifests, &repository, &mut graph, &mut unreadable_paths);
    clock.lap("migrations");
    let finished = repository.finish();
    if let Some((graph, kept)) = linked {
        let (files, settings) = (repository.into_files(count), settings.sources.len());
        cache.keep_last(|calling| Last::of(&found, (settings, calling), files, kept, graph));
    }
    graph.sources = finished.sources;
    let SchemaGraph { unreadable, sources, .. } = &mut graph;
    unreadable.sort_by_cached_key(|gap| {
        (sources.get(gap.span.file).path.clone(), gap.span.range, gap.subject.clone())
    });
    graph.syntax_errors = finished.syntax_errors;
    sql.mark_entities(&mut graph, config);
    unreadable_paths.extend(finished.failures);
    let excluded = graph.sources.numbered().filter(|(_, source)| config.files.exclude.is_match(&source.path));
    Reading {
        excluded: excluded.map(|(file, _)| file).collect(),
        parsed: graph.sources.len(),
        graph,
        written,
        problems,
        unreadable_paths,
        ignored: found.ignored,
        other_configs: found.settings.into_iter().filter(|path| path.parent() != Some(root)).collect(),
        looked_at: found.looked_at,
        timings: clock.laps,
        modules: finished.modules,
        resolved: finished.resolved,
        paths: finished.paths,
    }
}

/// Gives the files their numbers, and says what is to be linked of them.
fn input(
    root: &Path,
    settings: &Settings,
    found: &Discovery,
    lowered: Vec<Parsed>,
    repository: &mut Repository<'_>,
) -> Input {
    let links = &settings.config.links;
    for source in settings.sources.iter() {
        repository.add_text(root.join(&*source.path), source.clone());
    }
    let mut input = Input { projects: projects(root, &settings.config), ..Input::default() };
    for (script, parsed) in found.scripts.iter().zip(lowered) {
        let file = repository.add(script.path.clone(), parsed, script.kind == search::Kind::Candidate);
        if script.is_config {
            input.configs.push(file);
        }
        if script.kind == search::Kind::Candidate {
            input.candidates.push(file);
        }
        if script.names_links {
            input.links.files.push(file);
        }
    }
    input.links.linkable_type = links.linkable_type.as_ref().map(|name| SmolStr::new(&**name));
    input.links.declaring = links.files.as_ref().map(|globs| {
        let base = settings.folder.as_deref().unwrap_or(root);
        let declaring = input.links.files.iter().copied();
        declaring.filter(|file| globs.is_match(&relative(base, &repository.path_of(*file)))).collect()
    });
    input
}

/// Marks the packages of which nothing says which Drizzle they use.
fn mark_guessed_lines(
    graph: &mut SchemaGraph,
    root: &Path,
    config: &Config,
    packages: &Packages,
    v1: &FxHashSet<PathBuf>,
) {
    for package in &mut graph.packages {
        let inside = root.join(&*package.folder).join(CONFIG);
        let said = config
            .projects
            .iter()
            .any(|project| project.drizzle.is_some() && inside.starts_with(root.join(&*project.root)));
        let used = inside.parent().is_some_and(|folder| v1.contains(folder));
        package.line_is_guessed = !said && !used && packages.line_of(&inside).is_none();
    }
}

/// Which files may declare links.
fn links(config: &Config) -> discover::Links {
    let links = &config.links;
    discover::Links { names: Names::of(&links.needles()), files: links.files.clone() }
}

/// What the config says in place of a drizzle.config.
fn projects(root: &Path, config: &Config) -> Vec<ConfiguredProject> {
    let Some(file) = config.file else { return Vec::new() };
    let inside = |project: &config::Project, path: &str| {
        let folder = project.root.trim_start_matches("./").trim_end_matches('/');
        if folder.is_empty() || folder == "." { path.to_string() } else { format!("{folder}/{path}") }
    };
    let configured = config.projects.iter().map(|project| ConfiguredProject {
        config: file,
        package: relative(root, &root.join(&**project.root)).trim_matches('/').into(),
        schema: project
            .schema
            .list()
            .iter()
            .map(|glob| (inside(project, glob.pattern()), glob.span()))
            .collect(),
        out: project.out.as_ref().map(|out| inside(project, out).into()),
        dialect: project.dialect,
        line: project.drizzle,
        casing: project.casing,
    });
    configured.collect()
}

/// How long each stage takes.
struct Clock {
    since: Instant,
    laps: Vec<(SmolStr, Duration)>,
}

impl Clock {
    fn new() -> Self {
        Self { since: Instant::now(), laps: Vec::new() }
    }

    fn lap(&mut self, stage: &'static str) {
        self.laps.push((SmolStr::new_static(stage), self.since.elapsed()));
        self.since = Instant::now();
    }
}

/// The repository that a folder is in: the nearest folder above with `.git` or a workspace, else itself.
pub fn repository_root(folder: &Path) -> &Path {
    let is_root = |folder: &&Path| {
        folder.join(".git").exists()
            || folder.join("pnpm-workspace.yaml").is_file()
            || is_workspace(&folder.join("package.json"))
    };
    folder.ancestors().find(is_root).unwrap_or(folder)
}

fn is_workspace(package: &Path) -> bool {
    // A link may lead anywhere.
    if !package.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let text = crate::files::read_text(package).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|json| json.get("workspaces").is_some())
}

/// A file's text and what it says.
#[derive(Clone)]
struct Parsed {
    source: Arc<SourceFile>,
    module: Arc<Module>,
    failure: Option<Failure>,
}

impl Parsed {
    fn of_bytes(path: &str, bytes: &[u8]) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                // Up to the broken byte the positions are those of the file.
                let at = error.valid_up_to() as u32;
                let end = at + '\u{fffd}'.len_utf8() as u32;
                let message = "the file is not valid UTF-8 from here on".to_string();
                let failure = Failure { message, range: Range::new(at, end) };
                return Self::new(path, &String::from_utf8_lossy(bytes), Err(failure));
            }
        };
        Self::new(path, text, lower(path, text))
    }

    fn new(path: &str, text: &str, lowered: Result<Module, Failure>) -> Self {
        let (module, failure) = match lowered {
            Ok(module) => (module, None),
            Err(failure) => (Module::default(), Some(failure)),
        };
        Self { source: Arc::new(SourceFile::new(path, text)), module: Arc::new(module), failure }
    }
}

/// A path as people see it: from the root, `/` between folders, `..` where it lies outside.
pub fn relative(root: &Path, path: &Path) -> String {
    let mut up = 0;
    let inside = root.ancestors().find_map(|base| {
        let inside = path.strip_prefix(base).ok();
        up += usize::from(inside.is_none());
        inside
    });
    let shown = match inside {
        // Nothing in common but the root of the disk: better said whole.
        Some(inside) if up < root.components().count() - 1 || up == 0 => {
            format!("{}{}", "../".repeat(up), inside.to_string_lossy())
        }
        _ => path.to_string_lossy().into_owned(),
    };
    if cfg!(windows) { shown.replace('\\', "/") } else { shown }
}
