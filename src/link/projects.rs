//! Which drizzle.config each table belongs to.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::relations::is_v2;
use super::{ConfiguredProject, Linker, MAX_NESTING, TableKey};
use crate::eval::drizzle::{self, Entity};
use crate::eval::{Value, why};
use crate::graph::{Casing, Dialect, DrizzleLine, Project, Unknown};
use crate::source::{FileId, Range, Span};
use crate::syntax::Export;

/// The projects, and which tables each creates.
pub(super) struct Projects {
    /// Those of a drizzle.config first, by path; then packages without one.
    pub(super) list: Vec<Project>,
    /// The projects whose schema files export a table, an enum, a sequence or a pgSchema.
    takers: FxHashMap<Key, Vec<usize>>,
    /// The projects whose schema files export an object that holds a table.
    holders: FxHashMap<TableKey, Vec<usize>>,
    /// The projects with a drizzle.config of each package.
    configs_of: FxHashMap<Arc<str>, Vec<usize>>,
    /// Whether a drizzle.config creates each table, by its number.
    is_created: Vec<bool>,
    without_config: FxHashMap<(Arc<str>, Dialect, DrizzleLine), usize>,
}

/// Something that Drizzle made, by where it is kept.
type Key = *const ();

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
        schema_open: None,
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
        schema_open: None,
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
                project.schema_open.get_or_insert(why);
            }
            _ => {
                let why = why("it is neither a path nor a list of paths", at);
                linker.unreadable("`schema` of this drizzle.config".into(), &why, at, None);
                project.schema_open.get_or_insert(why);
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

/// What drizzle-kit finds in the exports of some files.
#[derive(Default)]
struct Exported {
    /// Tables, enums, sequences and pgSchemas.
    taken: FxHashSet<Key>,
    /// Tables inside objects: it does not look there.
    held: FxHashSet<TableKey>,
    /// Why there may be more.
    open: Option<Arc<Unknown>>,
}

/// What drizzle-kit takes: what stands in `Object.values` of each file's exports.
fn exported_by(linker: &mut Linker<'_>, files: &[FileId]) -> Exported {
    let mut exported = Exported::default();
    for file in files {
        let (names, open) = linker.eval.export_names(*file);
        if let Some(why) = open {
            exported.open.get_or_insert(why);
        }
        for name in names {
            let value = linker.eval.export_value(*file, &name);
            match key_of(&value) {
                Some(key) => {
                    exported.taken.insert(key);
                }
                None => hold(&value, &mut exported.held, 0),
            }
        }
    }
    exported
}

fn key_of(value: &Value) -> Option<Key> {
    let Value::Entity(entity) = value else { return None };
    Some(match entity {
        Entity::Table(table) | Entity::Wrapped(table, _) => Rc::as_ptr(table).cast(),
        Entity::Enum(made) => Rc::as_ptr(made).cast(),
        Entity::Sequence(made) => Rc::as_ptr(made).cast(),
        Entity::Namespace(made) => Rc::as_ptr(made).cast(),
        _ => return None,
    })
}

/// The tables inside an exported object or list.
fn hold(value: &Value, held: &mut FxHashSet<TableKey>, depth: usize) {
    let mut look = |value: &Value| match value {
        Value::Entity(Entity::Table(table)) => {
            held.insert(Rc::as_ptr(table));
        }
        other if depth < MAX_NESTING => hold(other, held, depth + 1),
        _ => {}
    };
    match value {
        // What `defineRelations` gives names tables, but declares none.
        Value::Object(object) if is_v2(object) => {}
        Value::Object(object) => object.members.borrow().values().for_each(|member| look(&member.value)),
        Value::Array(items) => items.borrow().iter().for_each(look),
        _ => {}
    }
}

impl Projects {
    fn add(&mut self, linker: &mut Linker<'_>, mut project: Project) {
        let index = self.list.len();
        let exported = exported_by(linker, &project.schema_files);
        for key in exported.taken {
            self.takers.entry(key).or_default().push(index);
        }
        for table in exported.held {
            self.holders.entry(table).or_default().push(index);
        }
        project.schema_open = project.schema_open.or(exported.open);
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

    /// The projects whose schema files export it.
    pub(super) fn takers(&self, of: Key) -> Vec<usize> {
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
        self.list.push(Project {
            config: None,
            package,
            dialect: Some(table.dialect),
            line: table.line,
            casing: Ok(None),
            out: None,
            schema_files: Vec::new(),
            unmatched_schema: Vec::new(),
            schema_open: None,
        });
        self.without_config.insert(key, self.list.len() - 1);
        self.list.len() - 1
    }
}
