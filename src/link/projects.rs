//! Which drizzle.config each table belongs to.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::exported::{EntityKey, exported};
use super::{ConfiguredProject, Linker, TableKey};
use crate::eval::drizzle;
use crate::eval::{Value, why};
use crate::graph::{Casing, Dialect, DrizzleLine, Project, SchemaGraph, TableId, Taken, Unknown};
use crate::source::{FileId, Range, Span};
use crate::syntax::Export;

/// The projects, and which tables each creates.
pub(super) struct Projects {
    /// Those of a drizzle.config first, by path; then packages without one.
    pub(super) list: Vec<Project>,
    /// The projects whose schema files export a table, an enum, a sequence or a pgSchema.
    takers: FxHashMap<EntityKey, Vec<usize>>,
    /// The projects whose schema files export an object that holds a table.
    holders: FxHashMap<TableKey, Vec<usize>>,
    /// The projects with a drizzle.config of each package.
    configs_of: FxHashMap<Arc<str>, Vec<usize>>,
    /// Whether a drizzle.config creates each table, by its number.
    is_created: Vec<bool>,
    without_config: FxHashMap<(Arc<str>, Dialect, DrizzleLine), usize>,
}

/// Reads the drizzle.configs and follows their `schema`.
pub(super) fn read(
    linker: &mut Linker<'_>,
    configs: &[FileId],
    configured: &[ConfiguredProject],
) -> Projects {
    let mut projects = Projects {
        list: Vec::new(),
        takers: FxHashMap::default(),
        holders: FxHashMap::default(),
        configs_of: FxHashMap::default(),
        is_created: Vec::new(),
        without_config: FxHashMap::default(),
    };
    for config in configs {
        let value = linker.eval.export_value(*config, "default");
        let value = match value {
            Value::Module(_) | Value::Undefined => common_js(linker, *config),
            other => other,
        };
        // A config of something else that only names drizzle-kit.
        let path = linker.world.path(*config);
        let name = path.rsplit('/').next().unwrap_or_default();
        let named = name.starts_with("drizzle") && name.contains("config");
        let is_one = ["dialect", "driver", "schema"]
            .iter()
            .any(|key| !matches!(value.option(key), Value::Undefined | Value::Unknown(_)));
        let says_nothing = matches!(value, Value::Undefined) || !named;
        if matches!(value, Value::Undefined) && name.starts_with("drizzle.config.") {
            note_no_default(linker, *config);
        }
        if says_nothing && !is_one && !matches!(value, Value::Array(_)) {
            continue;
        }
        let several = match &value {
            Value::Array(items) => items.borrow().clone(),
            one => vec![one.clone()],
        };
        for value in several {
            let mut gaps = Vec::new();
            let project = project(linker, *config, &value, &mut gaps);
            // The house says itself what cannot be read there.
            if !gaps.is_empty() && configured.iter().any(|settings| settings.package == project.package) {
                continue;
            }
            for Gap { subject, why, at } in gaps {
                linker.unreadable(subject, &why, at, None);
            }
            let at = written(&value, "dialect").unwrap_or_else(|| config_span(linker, *config));
            projects.add(linker, project, at);
        }
    }
    for settings in configured {
        let project = configured_project(linker, settings);
        let at = settings.schema.first().map_or(Range::default().in_file(settings.config), |(_, at)| *at);
        projects.add(linker, project, at);
    }
    projects
}

/// A project of which nothing else is known.
fn nothing(package: Arc<str>, line: DrizzleLine) -> Project {
    Project {
        config: None,
        package,
        dialect: None,
        line,
        casing: Ok(None),
        out: None,
        schema_files: Vec::new(),
        unmatched_schema: Vec::new(),
        schema_open: None,
        created_by_sql: false,
        exported_again: Vec::new(),
        taken: Taken::default(),
        span: None,
    }
}

fn configured_project(linker: &mut Linker<'_>, settings: &ConfiguredProject) -> Project {
    let mut project = Project {
        config: Some(settings.config),
        dialect: Some(settings.dialect),
        casing: Ok(settings.casing),
        out: settings.out.clone(),
        ..nothing(settings.package.clone(), settings.line.unwrap_or_default())
    };
    for (pattern, at) in &settings.schema {
        let (_, files) = linker.world.schema_files(settings.config, pattern);
        if files.is_empty() {
            let subject = format!("`{pattern}` in `projects` of this config");
            linker.unreadable(subject, &why("no file matches it", *at), *at, None);
            project.unmatched_schema.push((SmolStr::new(pattern), *at));
        }
        project.schema_files.extend(files);
    }
    project
}

/// `module.exports = {…}` is the value itself.
fn common_js(linker: &mut Linker<'_>, config: FileId) -> Value {
    linker.eval.top_level(config, "default")
}

/// Reads one drizzle.config. What could not be read of it goes to `gaps`.
fn project(linker: &mut Linker<'_>, config: FileId, value: &Value, gaps: &mut Vec<Gap>) -> Project {
    let at = config_span(linker, config);
    let line = linker.world.line(config);
    let package = linker.world.package(config);
    let mut project = Project { config: Some(config), span: Some(at), ..nothing(package.clone(), line) };
    if let Value::Unknown(why) = value {
        gaps.push(Gap { subject: "this drizzle.config".into(), why: why.clone(), at });
        project.schema_open = Some(why.clone());
        project.casing = Err(why.clone());
        return project;
    }
    let place = |key: &str| written(value, key).filter(|written| written.file == config).unwrap_or(at);
    let of = |key: &str| format!("`{key}` of this drizzle.config");
    let mut text = |key: &str| match value.option(key) {
        Value::String(text) => Some(text),
        Value::Unknown(why) => {
            gaps.push(Gap { subject: of(key), why, at: place(key) });
            None
        }
        _ => None,
    };
    if matches!(value.option("dialect"), Value::Undefined | Value::Null) {
        // Before 0.21 the driver said it; most drivers say nothing.
        project.dialect = text("driver").and_then(|name| Dialect::from_config(&name));
    } else if let Some(name) = text("dialect") {
        project.dialect = Dialect::from_config(&name);
        if project.dialect.is_none() {
            let why = why(format!("schemalint knows no dialect `{name}`"), place("dialect"));
            gaps.push(Gap { subject: of("dialect"), why, at: place("dialect") });
        }
    }
    // 1.0 has no such key, but its first betas had.
    let honours_casing = line == DrizzleLine::V0 || linker.world.has_casing_key(config);
    project.casing = match value.option("casing") {
        Value::Unknown(why) if honours_casing => {
            gaps.push(Gap { subject: of("casing"), why: why.clone(), at: place("casing") });
            Err(why)
        }
        Value::String(name) if honours_casing => Ok(Casing::from_config(&name)),
        _ => Ok(None),
    };
    let base = schema_files(linker, value, &mut project, place("schema"), gaps);
    let out = match value.option("out") {
        Value::Undefined | Value::Null => Some("drizzle".into()),
        Value::String(text) => Some(text),
        Value::Unknown(why) => {
            gaps.push(Gap { subject: of("out"), why, at: place("out") });
            None
        }
        _ => None,
    };
    // Both are resolved from where drizzle-kit is started.
    project.out = out.map(|out| match (base, out.trim_start_matches("./")) {
        (None, _) => linker.world.out_folder(config, &out),
        (Some(base), out) if base.is_empty() => out.into(),
        (Some(base), out) => format!("{base}/{out}").into(),
    });
    project
}

/// Finds the schema files; gives the folder that the paths in the config begin at, when that shows.
fn schema_files(
    linker: &mut Linker<'_>,
    value: &Value,
    project: &mut Project,
    at: Span,
    gaps: &mut Vec<Gap>,
) -> Option<Arc<str>> {
    let config = project.config?;
    let patterns = match value.option("schema") {
        Value::Array(items) => items.borrow().clone(),
        Value::Undefined | Value::Null => Vec::new(),
        one => vec![one],
    };
    let mut base = None;
    for pattern in patterns {
        let why = match pattern {
            Value::String(pattern) => {
                let (from, files) = linker.world.schema_files(config, &pattern);
                if files.is_empty() {
                    let why = why("no file matches it", at);
                    let subject = format!("`{pattern}` in `schema` of this drizzle.config");
                    gaps.push(Gap { subject, why, at });
                    project.unmatched_schema.push((pattern, at));
                } else if !pattern.starts_with('/') {
                    base.get_or_insert(from);
                }
                project.schema_files.extend(files);
                continue;
            }
            Value::Unknown(why) => why,
            _ => why("it is neither a path nor a list of paths", at),
        };
        gaps.push(Gap { subject: "`schema` of this drizzle.config".into(), why: why.clone(), at });
        project.schema_open.get_or_insert(why);
    }
    let mut seen = FxHashSet::default();
    project.schema_files.retain(|file| seen.insert(*file));
    base
}

/// Something of a drizzle.config that could not be read.
struct Gap {
    subject: String,
    why: Arc<Unknown>,
    at: Span,
}

/// Where a property of the config is written.
fn written(value: &Value, key: &str) -> Option<Span> {
    match value {
        Value::Object(object) => object.members.borrow().get(key).map(|member| member.written),
        _ => None,
    }
}

/// A drizzle.config that exports nothing by default, unless it exports what it says by name.
fn note_no_default(linker: &mut Linker<'_>, config: FileId) {
    let module = linker.eval.module(config);
    let first = module.specifiers.first().map(|specifier| specifier.range);
    let first = first.or_else(|| module.bindings.values().next().map(|binding| binding.range));
    let by_name = ["schema", "dialect"].iter().any(|name| module.exports.contains_key(*name));
    if let Some(first) = first.filter(|_| !by_name) {
        let at = first.in_file(config);
        linker.unreadable("this drizzle.config".into(), &why("it has no default export", at), at, None);
    }
}

fn config_span(linker: &mut Linker<'_>, config: FileId) -> Span {
    let module = linker.eval.module(config);
    let range = match module.exports.get("default") {
        Some(Export::Local(name)) => module.bindings.get(name).map(|binding| binding.range),
        _ => None,
    };
    range.unwrap_or(Range::default()).in_file(config)
}

impl Projects {
    /// Adds a project; `at` is where it says its dialect.
    fn add(&mut self, linker: &mut Linker<'_>, mut project: Project, at: Span) {
        let index = self.list.len();
        let exported = exported(linker, &project.schema_files);
        // drizzle-kit looks for what is of its own dialect.
        let is_taken = |dialect: Dialect| project.dialect.is_none_or(|own| own == dialect);
        if let Some(other) = exported.dialects.first()
            && !exported.dialects.iter().any(|dialect| is_taken(*dialect))
        {
            let own = project.dialect.map_or("", Dialect::name);
            let reason = format!(
                "its `dialect` is `{own}`, but its schema files export tables of `{}`, which drizzle-kit leaves out then",
                other.name()
            );
            linker.unreadable("the tables of this drizzle.config".into(), &why(reason, at), at, None);
        }
        for (key, _) in exported.taken.iter().filter(|(_, dialect)| is_taken(**dialect)) {
            self.takers.entry(*key).or_default().push(index);
        }
        for table in exported.held {
            self.holders.entry(table).or_default().push(index);
        }
        project.taken.open = project.schema_open.clone().or(exported.open.clone()).or(exported.opaque);
        project.schema_open = project.schema_open.or(exported.open);
        project.exported_again = exported.again;
        self.configs_of.entry(project.package.clone()).or_default().push(index);
        self.list.push(project);
    }

    /// The files that the drizzle.configs name, by project.
    pub(super) fn schema_files(&self) -> Vec<FileId> {
        self.list.iter().flat_map(|project| project.schema_files.iter().copied()).collect()
    }

    /// The project of the next table, in the order of their numbers.
    pub(super) fn assign(&mut self, linker: &Linker<'_>, table: &Rc<drizzle::Table>, file: FileId) -> usize {
        let project = self.choose(linker, table, file);
        self.is_created.push(self.takers.contains_key(&Rc::as_ptr(table).cast()));
        project
    }

    /// Says of each project what drizzle-kit takes, now that the graph has its numbers. `known` is what the graph has.
    pub(super) fn settle(&mut self, graph: &SchemaGraph, known: &FxHashSet<EntityKey>) {
        let (tables, enums) = (graph.tables.iter().enumerate(), graph.enums.iter().enumerate());
        for (index, table) in tables.filter(|(_, table)| table.view.is_none()) {
            for project in &table.taken_by {
                self.list[*project].taken.tables.push(TableId(index as u32));
            }
        }
        for (index, made) in enums {
            for project in &made.taken_by {
                self.list[*project].taken.enums.push(index);
            }
        }
        for project in
            self.takers.iter().filter(|(key, _)| !known.contains(*key)).flat_map(|(_, takers)| takers)
        {
            let project = &mut self.list[*project];
            let at = project.config.map(|config| Range::default().in_file(config));
            let lost = at.map(|at| why("one of its exports has no place", at));
            project.taken.open = project.taken.open.take().or(lost);
        }
    }

    /// The projects whose schema files export it.
    pub(super) fn takers(&self, of: EntityKey) -> Vec<usize> {
        self.takers.get(&of).cloned().unwrap_or_default()
    }

    /// The projects whose schema files export an object that holds the table.
    pub(super) fn holders(&self, table: &Rc<drizzle::Table>) -> Vec<usize> {
        self.holders.get(&Rc::as_ptr(table)).cloned().unwrap_or_default()
    }

    /// Whether a package has a drizzle.config.
    pub(super) fn configures(&self, package: &Arc<str>) -> bool {
        self.configs_of.contains_key(package)
    }

    /// Whether a drizzle.config creates the table of that number.
    pub(super) fn creates(&self, table: usize) -> bool {
        self.is_created.get(table).copied().unwrap_or(false)
    }

    /// The config that creates the table, the nearest one when there are several; else the nearest of
    /// its package; else the package without one.
    fn choose(&mut self, linker: &Linker<'_>, table: &Rc<drizzle::Table>, file: FileId) -> usize {
        let world = linker.world;
        let path = world.path(file);
        let package = world.package(file);
        // How much of the way to the file the config's folder is; 0 when it is beside the way.
        let shared = |index: usize| {
            let config = self.list[index].config.map(|config| world.path(config));
            config.map_or(0, |config| {
                let folder = config.rfind('/').map_or("", |at| &config[..=at]);
                if path.starts_with(folder) { folder.len() + 1 } else { 0 }
            })
        };
        let speaks = |index: &usize| self.list[*index].dialect.is_none_or(|dialect| dialect == table.dialect);
        let nearest = |candidates: &[usize]| {
            let candidates = candidates.iter().copied().filter(speaks);
            candidates.max_by_key(|index| (shared(*index), usize::MAX - index))
        };
        let creators = self.takers.get(&Rc::as_ptr(table).cast());
        if let Some(index) = creators.and_then(|creators| nearest(creators)) {
            return index;
        }
        let neighbours = self.configs_of.get(&package);
        let neighbour = neighbours.and_then(|neighbours| nearest(neighbours));
        if let Some(index) = neighbour.filter(|index| shared(*index) > 0) {
            return index;
        }
        let key = (package.clone(), table.dialect, table.line);
        if let Some(index) = self.without_config.get(&key) {
            return *index;
        }
        self.list.push(Project { dialect: Some(table.dialect), ..nothing(package, table.line) });
        self.without_config.insert(key, self.list.len() - 1);
        self.list.len() - 1
    }
}
