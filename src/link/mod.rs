//! From values to the graph: evaluates what the candidate files declare and gives every table,
//! enum and relation its owner.
//!
//! Nothing here reads a file: [`World`] gives modules and answers what a drizzle.config's `schema`
//! matches.

mod again;
mod bracketed;
mod columns;
mod comments;
mod cycles;
mod exported;
mod extras;
mod imports;
mod inverse;
mod kept;
mod links;
mod loose;
mod mirrors;
mod names;
mod predicate;
mod projects;
mod relations;
mod relations_again;
mod tables;
mod third_argument;
mod types;
mod written_imports;

pub use again::link_again;
pub use kept::Kept;
pub use links::LinkFiles;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::eval::drizzle::{self, Entity, Relations};
use crate::eval::{Evaluator, Object, Value, World};
use crate::graph::{Binding, Dialect, Namespace, Package, SchemaGraph, TableId, Unknown, Unreadable};
use crate::source::{FileId, Span};
use crate::syntax::{BindingKind, Comments, ExprKind};

/// What to link.
#[derive(Debug, Default)]
pub struct Input {
    /// Files that may declare tables, by path.
    pub candidates: Vec<FileId>,
    /// drizzle.configs, by path.
    pub configs: Vec<FileId>,
    /// What stands in place of one.
    pub projects: Vec<ConfiguredProject>,
    /// Where links are looked for.
    pub links: LinkFiles,
}

/// What the config of this program says in place of a drizzle.config.
#[derive(Debug)]
pub struct ConfiguredProject {
    /// The file that says it.
    pub config: FileId,
    /// The project's folder, relative to the root.
    pub package: Arc<str>,
    /// Its schema files, as paths and globs from the folder of the config, with where each stands.
    pub schema: Vec<(String, Span)>,
    /// Where migrations are written.
    pub out: Option<Arc<str>>,
    /// The database.
    pub dialect: crate::graph::Dialect,
    /// The line of drizzle-orm, when it is said.
    pub line: Option<crate::graph::DrizzleLine>,
    /// How names without one of their own are spelled.
    pub casing: Option<crate::graph::Casing>,
}

/// What an import loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    /// A file that has been read.
    Read(FileId),
    /// A file of the repository that has not.
    Unread,
    /// Nothing that could be part of a cycle.
    Outside,
}

/// Answers that only the workspace has.
pub trait LinkWorld: World {
    /// The files that a value of a drizzle.config's `schema` matches, by path, and the folder that it was
    /// taken from, relative to the root.
    fn schema_files(&self, config: FileId, pattern: &str) -> (Arc<str>, Vec<FileId>);
    /// The folder that a drizzle.config's `out` means, relative to the root.
    fn out_folder(&self, config: FileId, out: &str) -> Arc<str>;
    /// The folder of the package.json that governs a file, relative to the root.
    fn package(&self, file: FileId) -> Arc<str>;
    /// The name in that package.json.
    fn package_name(&self, file: FileId) -> Option<SmolStr>;
    /// Whether the Drizzle of a drizzle.config is a 1.0 that still has the key `casing`.
    fn has_casing_key(&self, config: FileId) -> bool;
    /// Whether the Drizzle of a file takes a list as the third argument of a table.
    fn takes_lists(&self, file: FileId, dialect: Dialect) -> bool;
    /// The path of a file, relative to the root.
    fn path(&self, file: FileId) -> Arc<str>;
    /// Files without a table function of their own that call one of those names, by path.
    fn loose_files_calling(&self, functions: &[String]) -> Vec<FileId>;
    /// The text of a file.
    fn text(&self, file: FileId) -> Arc<str>;
    /// The scripts that were read, those of packages outside left out.
    fn files(&self) -> Vec<FileId>;
    /// The file that a specifier leads to; nothing is read for it.
    fn file_read(&self, from: FileId, specifier: &str) -> Loaded;
    /// Whether a file belongs to a package outside the repository.
    fn is_external(&self, file: FileId) -> bool;
}

/// Evaluates the candidates and builds the graph; its `sources` are left empty.
pub fn link(world: &dyn LinkWorld, input: &Input) -> SchemaGraph {
    link_and_keep(world, input, false).0
}

/// The same; if asked for, with what a later link needs to do only a part of it.
pub fn link_and_keep(world: &dyn LinkWorld, input: &Input, keeps: bool) -> (SchemaGraph, Option<Kept>) {
    let mut linker = Linker::new(world);
    for file in &input.candidates {
        linker.evaluate_file(*file);
    }
    linker.evaluate_loose_files();
    let mut projects = projects::read(&mut linker, &input.configs, &input.projects);
    for file in projects.schema_files() {
        linker.evaluate_file(file);
    }
    linker.evaluate_factory_files();
    let linkables = links::evaluate(&mut linker, &input.links);
    linker.name_tables();
    linker.build_tables(&mut projects);
    let forms = linker.build_relations();
    // Relations may lead to tables that nothing else does.
    linker.build_tables(&mut projects);
    linker.complete_tables();
    links::build(&mut linker, &input.links, linkables);
    linker.graph.imports = linker.written_imports();
    inverse::judge(&mut linker.graph, &forms);
    mirrors::find(&mut linker.graph, &projects);
    let reads = linker.eval.eager_reads();
    let mut kept = keeps.then(|| Kept::of(&mut linker, input, &reads, forms));
    let (cycles, loads) = cycles::find(&mut linker, reads, &projects.list);
    (linker.graph.eager_cycles, linker.graph.loads) = (cycles, Arc::new(loads));
    let graph = linker.finish(projects);
    if let Some(kept) = &mut kept {
        kept.settle(&graph);
    }
    (graph, kept)
}

/// A place where a value was found: a top-level name, or a member inside its value.
#[derive(Debug, Clone)]
struct Holder {
    file: FileId,
    /// The top-level name.
    binding: SmolStr,
    /// `.users` inside its value; empty for the value itself.
    path: SmolStr,
}

type TableKey = *const drizzle::Table;

struct Linker<'w> {
    world: &'w dyn LinkWorld,
    eval: Evaluator<'w>,
    graph: SchemaGraph,
    /// Who holds each table, in the order found.
    table_holders: FxHashMap<TableKey, Vec<Holder>>,
    enum_holders: FxHashMap<*const drizzle::EnumType, Vec<Holder>>,
    sequence_holders: FxHashMap<*const drizzle::Sequence, Vec<Holder>>,
    /// Of pgSchemas: by the call that made each.
    schema_holders: FxHashMap<Span, Vec<Holder>>,
    /// `relations()` calls, in the order found, each once.
    relations_v1: Vec<Rc<Relations>>,
    relation_holders: FxHashMap<*const Relations, Vec<Holder>>,
    /// Files with values that may be relations, and why they are not known.
    possible_relations: Vec<(FileId, Arc<Unknown>)>,
    /// Objects that `defineRelations` made, in the order found.
    relations_v2: Vec<Rc<Object>>,
    /// Who holds what each declaration of a link gave.
    link_holders: FxHashMap<*const Object, Vec<Holder>>,
    /// Numbers of the tables, once named.
    table_ids: FxHashMap<TableKey, TableId>,
    /// The tables, in the order of their numbers.
    tables: Vec<(Rc<drizzle::Table>, Binding)>,
    strays: extras::Strays,
    evaluated: FxHashSet<FileId>,
    /// Files whose code decides more than what is linked of them; see [`Kept::decisive`].
    decisive: FxHashSet<FileId>,
    /// How many tables some name holds: those are the first.
    named: usize,
    /// What the names of each file hold.
    holdings: FxHashMap<FileId, Vec<kept::Held>>,
    /// The files that made each relation and each place of relations.
    relations_of: kept::MadeBy,
    /// In another link, what its tables are called; see [`again`].
    numbers: Option<again::Numbers<'w>>,
    /// Where in the graph each package is, by its folder.
    packages: FxHashMap<Arc<str>, usize>,
    /// Exported names that make tables, or may.
    makers: FxHashSet<SmolStr>,
    unreadable: Vec<Unreadable>,
}

impl<'w> Linker<'w> {
    fn new(world: &'w dyn LinkWorld) -> Self {
        Self {
            world,
            eval: Evaluator::new(world),
            graph: SchemaGraph::default(),
            table_holders: FxHashMap::default(),
            enum_holders: FxHashMap::default(),
            sequence_holders: FxHashMap::default(),
            schema_holders: FxHashMap::default(),
            relations_v1: Vec::new(),
            relation_holders: FxHashMap::default(),
            possible_relations: Vec::new(),
            relations_v2: Vec::new(),
            link_holders: FxHashMap::default(),
            table_ids: FxHashMap::default(),
            tables: Vec::new(),
            strays: extras::Strays::default(),
            evaluated: FxHashSet::default(),
            decisive: FxHashSet::default(),
            named: 0,
            holdings: FxHashMap::default(),
            relations_of: kept::MadeBy::default(),
            numbers: None,
            packages: FxHashMap::default(),
            makers: FxHashSet::default(),
            unreadable: Vec::new(),
        }
    }

    /// Evaluates every top-level name of a file and notes what each holds.
    fn evaluate_file(&mut self, file: FileId) {
        if !self.evaluated.insert(file) {
            return;
        }
        let module = self.eval.module(file);
        let mut nested = Vec::new();
        for (name, binding) in &module.bindings {
            match &binding.kind {
                BindingKind::Import { .. } | BindingKind::Function(_) => continue,
                BindingKind::Declared(index) => {
                    let value = module.declarators[*index].value.as_ref();
                    if value.is_some_and(|value| matches!(value.kind, ExprKind::Function(_))) {
                        continue;
                    }
                }
                BindingKind::Value(_) => {}
            }
            let value = self.eval.top_level(file, name);
            if let Value::Unknown(why) = &value
                && let BindingKind::Declared(index) = &binding.kind
            {
                let value = module.declarators[*index].value.as_ref();
                let is_table = value.is_some_and(|value| self.eval.looks_like_table(file, value));
                if is_table {
                    let span = binding.range.in_file(file);
                    self.unreadable(format!("table `{name}`"), why, span, None);
                }
            }
            if let Value::Unknown(why) = &value
                && name.to_ascii_lowercase().contains("relation")
            {
                self.possible_relations.push((file, why.clone()));
            }
            let holder = Holder { file, binding: name.clone(), path: SmolStr::default() };
            self.note_opaque(&value, &holder);
            // Names come before objects that merely collect what has a name.
            if !self.hold(&value, &holder) {
                nested.push((value, holder));
            }
        }
        let mut budget = extras::Budget::default();
        for (value, holder) in nested {
            self.hold_members(&value, &holder, 0, &mut budget);
        }
        self.note_makers(file);
    }

    /// Notes a holder of something that Drizzle made; false for any other value.
    fn hold(&mut self, value: &Value, holder: &Holder) -> bool {
        self.note_held(value, holder);
        match value {
            Value::Entity(Entity::Table(table) | Entity::Wrapped(table, _)) => {
                self.table_holders.entry(Rc::as_ptr(table)).or_default().push(holder.clone());
            }
            Value::Entity(Entity::Enum(made)) => {
                self.enum_holders.entry(Rc::as_ptr(made)).or_default().push(holder.clone());
            }
            Value::Entity(Entity::Sequence(made)) => {
                self.sequence_holders.entry(Rc::as_ptr(made)).or_default().push(holder.clone());
            }
            Value::Entity(Entity::Namespace(made)) => {
                self.schema_holders.entry(made.at).or_default().push(holder.clone());
            }
            Value::Entity(Entity::Relations(relations)) => {
                let holders = self.relation_holders.entry(Rc::as_ptr(relations)).or_default();
                if holders.is_empty() {
                    self.relations_v1.push(relations.clone());
                }
                holders.push(holder.clone());
            }
            Value::Entity(Entity::Constraint(constraint)) => self.strays.hold(constraint, holder),
            Value::Object(object) if self.eval.is_link(object) => {
                self.link_holders.entry(Rc::as_ptr(object)).or_default().push(holder.clone());
            }
            Value::Object(object) if relations::is_v2(object) => {
                self.relations_v2.push(object.clone());
            }
            _ => return false,
        }
        true
    }

    fn hold_members(&mut self, value: &Value, holder: &Holder, depth: usize, budget: &mut extras::Budget) {
        if depth >= extras::MAX_NESTING || !budget.take() {
            return;
        }
        let members: Vec<(SmolStr, Value)> = match value {
            Value::Object(object) => {
                let members = object.members.borrow();
                members.iter().map(|(key, member)| (key.clone(), member.value.clone())).collect()
            }
            Value::Array(items) => {
                let items = items.borrow();
                let indexed = items.iter().enumerate();
                indexed.map(|(index, item)| (format_smolstr!("{index}"), item.clone())).collect()
            }
            Value::Class(class) => {
                return self.hold_members(&Value::Object(class.statics.clone()), holder, depth, budget);
            }
            _ => return,
        };
        for (key, value) in members {
            let path = format_smolstr!("{}.{key}", holder.path);
            let inner = Holder { path, ..holder.clone() };
            if !self.hold(&value, &inner) {
                self.hold_members(&value, &inner, depth + 1, budget);
            }
        }
    }

    /// Tables and enums may have been made in files that are no candidates themselves: by a factory that
    /// is used there, or because a foreign key leads there. Those files declare schemas, too.
    fn evaluate_factory_files(&mut self) {
        let mut seen = (0, 0, 0);
        loop {
            let eval = &self.eval;
            let tables = eval.tables[seen.0..].iter().map(|made| made.binding.0);
            let enums = eval.enums[seen.1..].iter().map(|made| made.binding.0);
            let sequences = eval.sequences[seen.2..].iter().map(|made| made.binding.0);
            let mut files: Vec<FileId> = tables.chain(enums).chain(sequences).collect();
            files.sort_unstable();
            files.dedup();
            files.retain(|file| !self.evaluated.contains(file));
            seen = (eval.tables.len(), eval.enums.len(), eval.sequences.len());
            if files.is_empty() {
                return;
            }
            files.into_iter().for_each(|file| self.evaluate_file(file));
        }
    }

    /// Gives tables their numbers, by file and place, and their names.
    fn name_tables(&mut self) {
        let mut named = Vec::new();
        for table in self.eval.tables.clone() {
            let holders = self.table_holders.get(&Rc::as_ptr(&table)).cloned();
            match self.name_of(holders.as_ref(), &table.binding) {
                Some(binding) => named.push((table, binding)),
                None => self.note_lost_table(&table),
            }
        }
        let (world, start) = (self.world, |table: &drizzle::Table| table.at.range.start);
        named.sort_by_cached_key(|(table, of)| (world.path(of.file), start(table), of.name.clone()));
        self.named = named.len();
        for (table, binding) in named {
            self.add_table(table, binding);
        }
    }

    /// A table that a top-level name was given, had the value of that name been known.
    fn note_lost_table(&mut self, table: &drizzle::Table) {
        let (file, name) = &table.binding;
        if let Value::Unknown(why) = self.eval.top_level(*file, name) {
            self.unreadable(format!("table `{name}`"), &why, table.at, None);
        }
    }

    fn add_table(&mut self, table: Rc<drizzle::Table>, binding: Binding) -> TableId {
        let id = TableId(self.tables.len() as u32);
        self.table_ids.insert(Rc::as_ptr(&table), id);
        self.tables.push((table, binding));
        id
    }

    /// The number of a table that has one.
    fn known_id(&mut self, table: &Rc<drizzle::Table>) -> Option<TableId> {
        let own = self.table_ids.get(&Rc::as_ptr(table)).copied();
        own.or_else(|| self.numbers.as_mut()?.known(table))
    }

    /// The number of a table. One that no name holds, but that a key or a relation leads to, gets its
    /// number now and counts as not exported.
    fn table_id(&mut self, table: &Rc<drizzle::Table>) -> TableId {
        if let Some(id) = self.table_ids.get(&Rc::as_ptr(table)) {
            return *id;
        }
        if let Some(numbers) = &mut self.numbers {
            return numbers.of(table);
        }
        let (file, name) = table.binding.clone();
        let binding = Binding { file, name, exported: false, nested: true };
        self.add_table(table.clone(), binding)
    }

    /// The holder that names something: in the file where it was made before any other, by itself
    /// before inside an object.
    fn name_of(&mut self, holders: Option<&Vec<Holder>>, made: &(FileId, SmolStr)) -> Option<Binding> {
        let holders = holders?;
        let rank =
            |holder: &&Holder| (holder.file != made.0, !holder.path.is_empty(), holder.binding != made.1);
        let holder = holders.iter().min_by_key(rank)?.clone();
        let module = self.eval.module(holder.file);
        let mut names = module.exported_names(&holder.binding).peekable();
        let first = names.peek().copied().cloned();
        let same = names.any(|name| *name == holder.binding);
        // Another name of it may be exported: `export const people = overrides.people ?? defaults`.
        let exported = first.is_some()
            || holders.iter().filter(|other| other.path.is_empty()).any(|other| {
                let module = self.eval.module(other.file);
                module.exported_names(&other.binding).next().is_some()
            });
        let name = match first {
            Some(first) if !same => first,
            _ => holder.binding.clone(),
        };
        let nested = !holder.path.is_empty();
        let name = if nested { format_smolstr!("{name}{}", holder.path) } else { name };
        Some(Binding { file: holder.file, name, exported, nested })
    }

    /// The number of the package that governs a file.
    fn package_index(&mut self, file: FileId) -> usize {
        let folder = self.world.package(file);
        let next = self.graph.packages.len();
        let index = *self.packages.entry(Arc::clone(&folder)).or_insert(next);
        if index == next {
            let name = self.world.package_name(file);
            self.graph.packages.push(Package { folder, name, unqueried: false, line_is_guessed: false });
        }
        index
    }

    /// The comments that speak of what stands at a place.
    fn comments_at(&mut self, span: Span) -> Vec<Span> {
        let (module, text) = (self.eval.module(span.file), self.world.text(span.file));
        let found = Comments::new(&module, &text).of(span.range);
        found.into_iter().map(|range| range.in_file(span.file)).collect()
    }

    /// The same of relations.
    fn unreadable_relation(
        &mut self,
        subject: String,
        why: &Arc<Unknown>,
        span: Span,
        table: Option<TableId>,
    ) {
        let why = why.clone();
        self.unreadable.push(Unreadable { subject, why, span, table, of_relations: true });
    }

    fn unreadable(&mut self, subject: String, why: &Arc<Unknown>, span: Span, table: Option<TableId>) {
        self.unreadable.push(Unreadable { subject, why: why.clone(), span, table, of_relations: false });
    }

    fn finish(mut self, mut projects: projects::Projects) -> SchemaGraph {
        self.build_types(&mut projects);
        let world = self.world;
        let place = |span: Span| (world.path(span.file), span.range);
        let mut namespaces: BTreeMap<(crate::graph::Dialect, SmolStr), usize> = BTreeMap::new();
        for table in self.graph.tables.iter().filter(|table| !table.external) {
            if let Some(Ok(name)) = &table.namespace {
                *namespaces.entry((table.dialect, name.clone())).or_default() += 1;
            }
        }
        self.graph.namespaces = namespaces
            .into_iter()
            .map(|((dialect, name), tables)| Namespace { dialect, name, tables })
            .collect();
        self.graph.unreadable = std::mem::take(&mut self.unreadable);
        self.graph.unreadable.sort_by_cached_key(|gap| (place(gap.span), gap.subject.clone()));
        self.graph.unreadable.dedup();
        self.graph.missing_imports = std::mem::take(&mut self.eval.missing_imports);
        self.graph.missing_imports.sort_by_cached_key(|(span, _)| place(*span));
        self.graph.missing_imports.dedup();
        self.read_comments();
        self.graph.projects = projects.list;
        self.graph
    }
}
