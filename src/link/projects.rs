//! Which drizzle.config each table belongs to.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::{ConfiguredProject, Linker, TableKey};
use crate::eval::drizzle::{self, Entity};
use crate::eval::{VALIDATION, Value, why};
use crate::graph::{Casing, Dialect, DrizzleLine, Project, TableId, Taken, Unknown};
use crate::source::{FileId, Range, Span};
use crate::syntax::Export;

/// The projects, and which tables each creates.
pub(super) struct Projects {
    /// Those of a drizzle.config first, by path; then packages without one.
    pub(super) list: Vec<Project>,
    /// What the files of each project with a drizzle.config export.
    exported: Vec<Exported>,
    /// The projects whose drizzle.config's `schema` exports a table.
    creators: FxHashMap<TableKey, Vec<usize>>,
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
        exported: Vec::new(),
        creators: FxHashMap::default(),
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
        let named = path.rsplit('/').next().is_some_and(|name| name.starts_with("drizzle"));
        let is_one = ["dialect", "driver", "schema"]
            .iter()
            .any(|key| !matches!(value.option(key), Value::Undefined | Value::Unknown(_)));
        let says_nothing = matches!(value, Value::Undefined) || !named;
        if says_nothing && !is_one && !matches!(value, Value::Array(_)) {
            continue;
        }
        let several = match &value {
            Value::Array(items) => items.borrow().clone(),
            one => vec![one.clone()],
        };
        for value in several {
            let project = project(linker, *config, &value);
            projects.add(linker, project);
        }
    }
    for settings in configured {
        let project = configured_project(linker, settings);
        projects.add(linker, project);
    }
    projects
}

fn configured_project(linker: &Linker<'_>, settings: &ConfiguredProject) -> Project {
    let mut project = Project {
        config: Some(settings.config),
        package: settings.package.clone(),
        dialect: Some(settings.dialect),
        line: settings.line.unwrap_or_default(),
        casing: Ok(settings.casing),
        out: settings.out.clone(),
        schema_files: Vec::new(),
        unmatched_schema: Vec::new(),
        taken: Taken::default(),
        span: None,
    };
    for pattern in &settings.schema {
        let files = linker.world.schema_files(settings.config, pattern);
        if files.is_empty() {
            let at = Range::default().in_file(settings.config);
            project.unmatched_schema.push((SmolStr::new(pattern), at));
        }
        project.schema_files.extend(files);
    }
    project
}

/// `module.exports = {…}` is the value itself.
fn common_js(linker: &mut Linker<'_>, config: FileId) -> Value {
    linker.eval.top_level(config, "default")
}

fn project(linker: &mut Linker<'_>, config: FileId, value: &Value) -> Project {
    let at = config_span(linker, config);
    let line = linker.world.line(config);
    let honours_casing = line == DrizzleLine::V0 || linker.world.has_casing_key(config);
    let mut text = |key: &str| match value.option(key) {
        Value::String(text) => Some(text),
        Value::Unknown(why) => {
            linker.unreadable(format!("`{key}` of this drizzle.config"), &why, at, None);
            None
        }
        _ => None,
    };
    let dialect = text("dialect").or_else(|| text("driver")).and_then(|name| Dialect::from_config(&name));
    // 1.0 has no such key, but its first betas had.
    let casing = match value.option("casing") {
        Value::Unknown(why) if honours_casing => {
            text("casing");
            Err(why)
        }
        Value::String(name) if honours_casing => Ok(Casing::from_config(&name)),
        _ => Ok(None),
    };
    let out = match value.option("out") {
        Value::Undefined | Value::Null => Some("drizzle".into()),
        _ => text("out"),
    };
    let package = linker.world.package(config);
    let out = out.map(|out| match out.trim_start_matches("./") {
        out if package.is_empty() => out.into(),
        out => format!("{package}/{out}").into(),
    });
    let mut project = Project {
        config: Some(config),
        package,
        dialect,
        line,
        casing,
        out,
        schema_files: Vec::new(),
        unmatched_schema: Vec::new(),
        taken: Taken::default(),
        span: Some(at),
    };
    let patterns = match value.option("schema") {
        Value::Array(items) => items.borrow().clone(),
        Value::Undefined | Value::Null => Vec::new(),
        one => vec![one],
    };
    for pattern in patterns {
        match pattern {
            Value::String(pattern) => {
                let files = linker.world.schema_files(config, &pattern);
                if files.is_empty() {
                    project.unmatched_schema.push((pattern, at));
                }
                project.schema_files.extend(files);
            }
            Value::Unknown(why) => {
                linker.unreadable("`schema` of this drizzle.config".into(), &why, at, None);
                project.taken.open.get_or_insert(why);
            }
            _ => {
                let why = why("it is neither a path nor a list of paths", at);
                project.taken.open.get_or_insert_with(|| why.clone());
                linker.unreadable("`schema` of this drizzle.config".into(), &why, at, None);
            }
        }
    }
    let mut seen = FxHashSet::default();
    project.schema_files.retain(|file| seen.insert(*file));
    project
}

fn config_span(linker: &mut Linker<'_>, config: FileId) -> Span {
    let module = linker.eval.module(config);
    let range = match module.exports.get("default") {
        Some(Export::Local(name)) => module.bindings.get(name).map(|binding| binding.range),
        _ => None,
    };
    range.unwrap_or(Range::default()).in_file(config)
}

/// What those files export, once each: what drizzle-kit takes.
#[derive(Default)]
struct Exported {
    tables: Vec<TableKey>,
    enums: Vec<EnumKey>,
    open: Option<Arc<Unknown>>,
}

type EnumKey = *const drizzle::EnumType;

fn exported(linker: &mut Linker<'_>, files: &[FileId]) -> Exported {
    let mut exported = Exported::default();
    let mut seen = FxHashSet::default();
    for file in files {
        let (names, open) = linker.eval.export_names(*file);
        exported.open = exported.open.or(open);
        for name in names {
            match linker.eval.export_value(*file, &name) {
                Value::Entity(Entity::Table(table)) if seen.insert(Rc::as_ptr(&table).cast::<()>()) => {
                    exported.tables.push(Rc::as_ptr(&table));
                }
                Value::Entity(Entity::Enum(made)) if seen.insert(Rc::as_ptr(&made).cast::<()>()) => {
                    exported.enums.push(Rc::as_ptr(&made));
                }
                // What a call gave back may be the table, or no table any more.
                Value::Unknown(why) if is_validation(&why) => {}
                Value::Unknown(why) | Value::Entity(Entity::Wrapped(_, why)) => {
                    exported.open.get_or_insert(why);
                }
                _ => {}
            }
        }
    }
    exported
}

/// Whether a value is not known only because libraries that validate are not evaluated: whatever they give, it
/// is no table.
fn is_validation(why: &Unknown) -> bool {
    const PACKAGES: &[&str] = &[
        "zod",
        "valibot",
        "arktype",
        "typebox",
        "@sinclair/typebox",
        "yup",
        "drizzle-zod",
        "drizzle-valibot",
        "drizzle-arktype",
        "drizzle-typebox",
    ];
    let reason = &why.reason;
    let package = reason.strip_prefix("the package `").and_then(|rest| rest.split('`').next());
    **reason == *VALIDATION
        || package.is_some_and(|package| PACKAGES.contains(&package))
        || ["Select", "Insert", "Update"]
            .iter()
            .any(|kind| reason.starts_with(&format!("`create{kind}Schema` of")))
}

impl Projects {
    fn add(&mut self, linker: &mut Linker<'_>, project: Project) {
        let index = self.list.len();
        let exported = exported(linker, &project.schema_files);
        for table in &exported.tables {
            self.creators.entry(*table).or_default().push(index);
        }
        self.exported.push(exported);
        self.configs_of.entry(project.package.clone()).or_default().push(index);
        self.list.push(project);
    }

    /// Says of each project what drizzle-kit takes, by the numbers that the graph gave.
    pub(super) fn settle(
        &mut self,
        tables: &FxHashMap<TableKey, TableId>,
        enums: &FxHashMap<EnumKey, usize>,
        is_view: impl Fn(TableId) -> bool,
    ) {
        for (project, exported) in self.list.iter_mut().zip(std::mem::take(&mut self.exported)) {
            let taken = &mut project.taken;
            let known = exported.tables.iter().filter_map(|key| tables.get(key).copied());
            taken.tables = known.filter(|table| !is_view(*table)).collect();
            taken.enums = exported.enums.iter().filter_map(|key| enums.get(key).copied()).collect();
            let is_lost = exported.tables.iter().any(|key| !tables.contains_key(key))
                || exported.enums.iter().any(|key| !enums.contains_key(key));
            let at = project.config.filter(|_| is_lost).map(|config| Range::default().in_file(config));
            let lost = at.map(|at| why("one of its exports has no place", at));
            taken.open = taken.open.take().or(exported.open).or(lost);
        }
    }

    /// The files that the drizzle.configs name, by project.
    pub(super) fn schema_files(&self) -> Vec<FileId> {
        self.list.iter().flat_map(|project| project.schema_files.iter().copied()).collect()
    }

    /// The project of the next table, in the order of their numbers.
    pub(super) fn assign(&mut self, linker: &Linker<'_>, table: &Rc<drizzle::Table>, file: FileId) -> usize {
        let project = self.choose(linker, table, file);
        let key = Rc::as_ptr(table);
        self.is_created.push(self.creators.contains_key(&key));
        project
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
        let creators = self.creators.get(&Rc::as_ptr(table));
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
        self.list.push(Project {
            config: None,
            package,
            dialect: Some(table.dialect),
            line: table.line,
            casing: Ok(None),
            out: None,
            schema_files: Vec::new(),
            unmatched_schema: Vec::new(),
            taken: Taken::default(),
            span: None,
        });
        self.without_config.insert(key, self.list.len() - 1);
        self.list.len() - 1
    }
}
