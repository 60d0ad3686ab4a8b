//! What a config of a repository would speak of. Nothing here reads a file.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::time::Instant;

use super::houses::{Beside, House, houses};
use crate::check::{Asked, Run, check};
use crate::config::{Boundary, By, Config, DirectoryPattern, Spanned};
use crate::docs::{Document, EntityPage};
use crate::graph::{Dialect, Project, SchemaGraph, TableId};
use crate::model::{Model, Partition, Reference, Written, helper_call};
use crate::rule::Level;
use crate::source::FileId;
use crate::workspace::Reading;

/// The five rules that most houses care for.
const MAIN: [&str; 5] = [
    "cross-schema-reference",
    "missing-adr-citation",
    "undocumented-polymorphic-reference",
    "unindexed-foreign-key",
    "missing-relation",
];
/// Folders whose folders are domains, by their names.
const DIVIDED: [&str; 4] = ["modules", "domains", "features", "contexts"];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// `postgresql with Drizzle 0.45`.
    pub(super) databases: Vec<String>,
    /// Table objects, as `check` counts them.
    pub(super) tables: usize,
    /// Tables without those that are copies of others.
    pub(super) owners: usize,
    pub(super) configs: Vec<DrizzleConfig>,
    /// The pgSchemas with their numbers of tables, when there are two or more.
    pub(super) schemas: Vec<(String, usize)>,
    /// Foreign keys from one of them to another.
    pub(super) crossings: usize,
    /// The tables that most of these lead to.
    pub(super) crossed: Vec<(String, usize)>,
    /// Packages that declare tables, when foreign keys lead from one to another.
    pub(super) packages: Option<Division>,
    /// Folders side by side that declare tables.
    pub(super) folders: Option<(String, Division)>,
    pub(super) records: usize,
    /// The folders of the decision records.
    pub(super) record_folders: Vec<String>,
    /// A glob of the records, when they are in one folder.
    pub(super) record_files: Option<String>,
    pub(super) pages: Option<Pages>,
    pub(super) helpers: Vec<Helper>,
    pub(super) rules: Vec<MainRule>,
    /// Presets that it resembles.
    pub(super) houses: Vec<House>,
    /// All findings with the config that is written, and how many of them are errors.
    pub(super) findings: (usize, usize),
}

/// A drizzle.config.
#[derive(Debug, Default)]
pub(super) struct DrizzleConfig {
    pub(super) path: String,
    pub(super) dialect: Option<&'static str>,
    pub(super) line: &'static str,
    pub(super) out: Option<String>,
    /// What of it could not be read, or leads nowhere, in words.
    pub(super) gaps: Vec<String>,
    /// The entry of `projects` that would stand for it, when it has gaps and tables.
    pub(super) project: Option<serde_json::Value>,
}

/// A way to divide the tables.
#[derive(Debug, Default)]
pub(super) struct Division {
    /// How many domains it has.
    pub(super) domains: usize,
    /// How many tables are in them.
    pub(super) tables: usize,
    /// Foreign keys from one to another.
    pub(super) crossings: usize,
}

/// Markdown pages that bear the names of tables.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) files: String,
    pub(super) named: usize,
    pub(super) of: usize,
}

/// A function that makes columns which mean other rows.
#[derive(Debug, Default)]
pub(super) struct Helper {
    pub(super) name: String,
    /// Which argument is the SQL name.
    pub(super) argument: usize,
    /// How many columns without a foreign key it makes.
    pub(super) columns: usize,
}

/// One of the main rules.
#[derive(Debug, Default)]
pub(super) struct MainRule {
    pub(super) name: &'static str,
    pub(super) findings: usize,
    /// Why it has nothing to look at.
    pub(super) silent: Option<&'static str>,
}

impl Found {
    /// What a reading tells. `config` is the default one.
    pub(super) fn of(reading: &Reading, mut config: Config, beside: &Beside, since: Instant) -> Self {
        let graph = &reading.graph;
        let mut found = Self { records: reading.written.records.len(), ..Self::default() };
        found.folders = folders(graph, &config);
        found.packages = division(graph, &config, By::Package).filter(|packages| packages.crossings > 0);
        let divided = config.boundaries.first().map(|boundary| Partition::new(graph, boundary));
        if divided.is_some_and(|partition| partition.domains().len() > 1) {
            // As the config will say it: what is counted here must be what it then reports.
            config.boundaries.iter_mut().for_each(|boundary| boundary.by = Some(By::PgSchema));
            found.boundaries(graph, &Model::new(graph, &config, &reading.written));
        }
        let run = check(reading, &config, &Asked::default(), since);
        found.databases = databases(graph);
        found.tables = run.counts.tables;
        found.owners = graph.own_tables().filter(|(_, table)| table.owner.is_none()).count();
        let numbered = graph.projects.iter().enumerate();
        found.configs =
            numbered.filter_map(|(index, project)| drizzle_config(graph, index, project)).collect();
        found.configs.sort_by_key(|config| config.gaps.is_empty());
        found.records_of(reading);
        found.pages = named_like_tables(graph, &config, &beside.pages);
        found.helpers = helpers(graph);
        found.rules(graph, &run);
        found.houses = houses(graph, &config, &found, beside);
        found
    }

    fn boundaries(&mut self, graph: &SchemaGraph, model: &Model<'_>) {
        let mut schemas: BTreeMap<String, usize> = BTreeMap::new();
        for (id, _) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            if let Some(domain) = model.partitions.first().and_then(|partition| partition.domain(id)) {
                *schemas.entry(domain.to_string()).or_default() += 1;
            }
        }
        self.schemas = schemas.into_iter().collect();
        self.schemas.sort_by_key(|(_, tables)| std::cmp::Reverse(*tables));
        let mut crossed: BTreeMap<String, usize> = BTreeMap::new();
        for crossing in &model.crossings {
            if matches!(crossing.by, Reference::ForeignKey(_)) {
                self.crossings += 1;
                *crossed.entry(graph.table(crossing.target).id()).or_default() += 1;
            }
        }
        self.crossed = crossed.into_iter().filter(|(table, _)| is_plain(table)).collect();
        self.crossed.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        self.crossed.truncate(5);
    }

    fn records_of(&mut self, reading: &Reading) {
        let paths: Vec<&str> = reading.written.records.iter().map(|record| &*record.path).collect();
        self.record_folders = paths.iter().map(|path| folder_of(path).to_string()).collect();
        self.record_folders.sort();
        self.record_folders.dedup();
        if let [folder] = &self.record_folders[..]
            && is_plain(folder)
        {
            self.record_files = Some(format!("{folder}/{}", markdown(&paths)));
        }
    }

    fn rules(&mut self, graph: &SchemaGraph, run: &Run) {
        let is_error = |level: Level| level == Level::Error;
        let errors = run.findings.iter().filter(|finding| is_error(finding.level)).count();
        self.findings = (run.findings.len(), errors);
        self.rules = MAIN
            .iter()
            .map(|name| MainRule {
                name,
                findings: run.findings.iter().filter(|finding| finding.rule == *name).count(),
                silent: match *name {
                    "cross-schema-reference" | "missing-adr-citation" if self.schemas.is_empty() => {
                        Some("nothing to look at without `boundaries`")
                    }
                    "missing-adr-citation" if self.records == 0 => {
                        Some("nothing to look at without decision records")
                    }
                    "missing-relation" if graph.relations.is_empty() => {
                        Some("silent where a project declares no relations")
                    }
                    _ => None,
                },
            })
            .collect();
    }
}

/// Whether a path or name means itself as a glob, and shows all of itself.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('!')
        && !text.contains(|c: char| matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') || c.is_control())
}

pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What matches the names of Markdown files.
fn markdown(paths: &[&str]) -> &'static str {
    match (paths.iter().any(|path| path.ends_with(".md")), paths.iter().any(|path| path.ends_with(".mdx"))) {
        (true, true) => "*.{md,mdx}",
        (false, true) => "*.mdx",
        _ => "*.md",
    }
}

fn databases(graph: &SchemaGraph) -> Vec<String> {
    let tables = graph.own_tables();
    let mut found: Vec<(Dialect, _)> = tables.map(|(_, table)| (table.dialect, table.line)).collect();
    found.sort_unstable();
    found.dedup();
    found.iter().map(|(dialect, line)| format!("{} with Drizzle {}", dialect.name(), line.name())).collect()
}

/// The tables divided in some way; nothing when that gives fewer than two domains.
fn division(graph: &SchemaGraph, config: &Config, by: By) -> Option<Division> {
    let boundary = Boundary { by: Some(by), ..config.boundaries.first()?.clone() };
    let partition = Partition::new(graph, &boundary);
    let (mut domains, mut tables, mut crossings) = (FxHashSet::default(), 0, 0);
    for (id, table) in graph.own_tables() {
        let Some(domain) = partition.domain(id) else { continue };
        if table.owner.is_none() {
            domains.insert(domain);
            tables += 1;
        }
        let leads_out = |target: TableId| {
            partition.domain(graph.owner(target)).is_some_and(|other| other != domain)
                && !graph.table(target).external
        };
        let keys = table.foreign_keys.iter().filter_map(|key| key.target.as_ref().ok());
        crossings += keys.filter(|target| leads_out(target.table)).count();
    }
    (domains.len() > 1).then_some(Division { domains: domains.len(), tables, crossings })
}

/// `src/modules/{name}/**`: the folder whose folders declare most tables.
fn folders(graph: &SchemaGraph, config: &Config) -> Option<(String, Division)> {
    let mut bases: BTreeMap<String, (FxHashSet<&str>, usize)> = BTreeMap::new();
    for (_, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        let folders: Vec<&str> = folder_of(&graph.sources.get(table.binding.file).path).split('/').collect();
        let at = folders.iter().rposition(|folder| DIVIDED.contains(folder));
        if let Some(at) = at
            && let Some(name) = folders.get(at + 1)
        {
            let base = bases.entry(folders[..=at].join("/")).or_default();
            base.0.insert(name);
            base.1 += 1;
        }
    }
    let bases = bases.into_iter().filter(|(base, (names, _))| names.len() > 1 && is_plain(base));
    let (base, _) = bases.max_by_key(|(_, (_, tables))| *tables)?;
    let pattern = format!("{base}/{{name}}/**");
    let span = config.boundaries.first()?.span;
    let by = By::Directory(DirectoryPattern::new(Spanned { value: pattern.clone(), span }).ok()?);
    Some((pattern, division(graph, config, by)?))
}

fn drizzle_config(graph: &SchemaGraph, index: usize, project: &Project) -> Option<DrizzleConfig> {
    let file = project.config?;
    let path = graph.sources.get(file).path.to_string();
    let unread = graph.unreadable.iter().filter(|gap| gap.span.file == file && gap.table.is_none());
    let unread = unread.filter_map(|gap| match gap.subject.as_str() {
        "this drizzle.config" => Some("it"),
        subject => subject.strip_suffix(" of this drizzle.config"),
    });
    // Where migrations go matters to nobody else.
    let unread = unread.filter(|key| matches!(*key, "it" | "`schema`" | "`dialect`" | "`driver`"));
    let mut gaps: Vec<String> = unread.map(|key| format!("{key} could not be read")).collect();
    // A path that leads nowhere can be read: it is the drizzle.config that is to be corrected.
    let project_entry = if gaps.is_empty() { None } else { entry(graph, index, project) };
    let unmatched = project.unmatched_schema.iter();
    gaps.extend(unmatched.map(|(pattern, _)| format!("`schema` names `{pattern}`, which is no file here")));
    Some(DrizzleConfig {
        path,
        dialect: project.dialect.map(Dialect::name),
        line: project.line.name(),
        out: project.out.as_ref().map(ToString::to_string),
        gaps,
        project: project_entry,
    })
}

/// What stands in `projects` for a drizzle.config, as far as its tables tell.
fn entry(graph: &SchemaGraph, index: usize, project: &Project) -> Option<serde_json::Value> {
    let inside = |path: &str| match &*project.package {
        "" => Some(path.to_string()),
        folder => path.strip_prefix(folder)?.strip_prefix('/').map(str::to_string),
    };
    let tables = || graph.own_tables().filter(|(_, table)| table.project == index && table.owner.is_none());
    let mut files: Vec<String> =
        tables().filter_map(|(_, table)| inside(&graph.sources.get(table.binding.file).path)).collect();
    files.sort();
    files.dedup();
    if files.len() > 3 {
        let extension = |file: &str| file.rsplit_once('.').map_or("ts", |(_, end)| end).to_string();
        let globs = files.iter().map(|file| format!("{}/*.{}", folder_of(file), extension(file)));
        files = globs.map(|glob| glob.trim_start_matches('/').to_string()).collect();
        files.dedup();
    }
    let dialect = project.dialect.or_else(|| tables().next().map(|(_, table)| table.dialect))?;
    let root = if project.package.is_empty() { "." } else { &*project.package };
    let out = project.out.as_deref().and_then(inside);
    (!files.is_empty()).then(|| {
        let mut entry = serde_json::json!({ "root": root, "schema": files, "dialect": dialect.name() });
        if let Some(out) = out {
            entry["out"] = out.into();
        }
        entry
    })
}

/// Pages that the names of tables find: at least three, and no small part of what their folder holds.
fn named_like_tables(graph: &SchemaGraph, config: &Config, paths: &[String]) -> Option<Pages> {
    let page = |path: &String| EntityPage::read(&Document { file: FileId(0), path, text: "" });
    let written = Written { pages: paths.iter().map(page).collect(), ..Written::default() };
    let model = Model::new(graph, config, &written);
    let tables = graph.own_tables().filter(|(_, table)| table.owner.is_none());
    let named: FxHashSet<&str> =
        tables.filter_map(|(id, _)| model.documentation.page(id)).map(|page| &*page.path).collect();
    let mut folder = named.iter().next().map(|path| folder_of(path))?;
    while !named.iter().all(|path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))) {
        folder = (!folder.is_empty()).then(|| folder_of(folder))?;
    }
    let below: Vec<&str> = paths
        .iter()
        .filter(|path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
        .map(String::as_str)
        .collect();
    let is_enough = named.len() > 2 && named.len() * 4 >= below.len() && is_plain(folder);
    is_enough.then(|| Pages {
        files: format!("{folder}/**/{}", markdown(&below)),
        named: named.len(),
        of: below.len(),
    })
}

/// Functions whose names end in `Ref` and that make three columns or more without a foreign key.
fn helpers(graph: &SchemaGraph) -> Vec<Helper> {
    let mut found: BTreeMap<&str, FxHashMap<usize, usize>> = BTreeMap::new();
    for (_, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        for (index, column) in table.columns.iter().enumerate() {
            if let Some((name, arguments)) = helper_call(graph, column)
                && name.ends_with("Ref")
                && !table.may_be_foreign_key(index)
            {
                *found.entry(name).or_default().entry(name_argument(arguments)).or_default() += 1;
            }
        }
    }
    let helpers = found.into_iter().map(|(name, arguments)| Helper {
        name: name.to_string(),
        argument: arguments
            .iter()
            .max_by_key(|(at, count)| (**count, usize::MAX - **at))
            .map_or(0, |(at, _)| *at),
        columns: arguments.values().sum(),
    });
    helpers.filter(|helper| helper.columns > 2).collect()
}

/// The first argument that is text; those before it hold no comma in what people write.
fn name_argument(arguments: &str) -> usize {
    let own = arguments.split(')').next().unwrap_or_default();
    own.split(',').position(|argument| argument.trim_start().starts_with(['"', '\'', '`'])).unwrap_or(0)
}
