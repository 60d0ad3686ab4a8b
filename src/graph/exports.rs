//! What the tables of a drizzle.config need that drizzle-kit does not create, because nothing exports it.
//!
//! drizzle-kit takes `Object.values` of each file that `schema` names, and writes SQL for that alone; what it
//! refers to is not looked for.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{
    Binding, ColumnFacts, Default, Dialect, EnumType, Fact, Schema, SchemaGraph, Sequence, Table, TableId,
};
use crate::source::{FileId, Span};

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A pgSchema.
    Schema,
    /// An enum type.
    Enum,
    /// A sequence.
    Sequence,
    /// A table.
    Table,
}

/// Something of a database, by its SQL name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    /// What it is.
    pub kind: Kind,
    /// The database.
    pub dialect: Dialect,
    /// Its pgSchema; empty without one.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
}

/// Something that a drizzle.config's tables need, and that none creates.
#[derive(Debug)]
pub struct Unexported<'g> {
    /// What it is.
    pub entity: Entity,
    /// The project whose tables need it, as an index into the graph's projects.
    pub project: usize,
    /// The name that its file gives it; `None` when it has none.
    pub binding: Option<&'g Binding>,
    /// The table, when it is one.
    pub table: Option<TableId>,
    /// The call that makes it.
    pub span: Span,
    /// Where it is needed, and what for: a sentence with neither capital nor full stop.
    pub needs: Vec<(Span, String)>,
}

impl Entity {
    /// `status`, `billing.status`.
    pub fn display_name(&self) -> String {
        if self.namespace.is_empty() {
            return self.name.to_string();
        }
        format!("{}.{}", self.namespace, self.name)
    }

    fn new(
        kind: Kind,
        dialect: Dialect,
        namespace: Option<&Fact<SmolStr>>,
        name: &Fact<SmolStr>,
    ) -> Option<Self> {
        let namespace = match namespace {
            None => SmolStr::default(),
            Some(namespace) => namespace.clone().ok()?,
        };
        Some(Self { kind, dialect, namespace, name: name.clone().ok()? })
    }

    fn schema(dialect: Dialect, name: &SmolStr) -> Self {
        Self { kind: Kind::Schema, dialect, namespace: SmolStr::default(), name: name.clone() }
    }
}

impl Table {
    /// What it is in the database, when that is known.
    pub fn entity(&self) -> Option<Entity> {
        Entity::new(Kind::Table, self.dialect, self.namespace.as_ref(), &self.name)
    }
}

impl SchemaGraph {
    /// What the tables of drizzle.configs need and none creates: each once, in the order of declarations.
    pub fn unexported(&self) -> Vec<Unexported<'_>> {
        let mut search = Search::new(self);
        if search.readable.iter().all(|readable| !readable) {
            return Vec::new();
        }
        for table in &self.tables {
            search.table(table);
        }
        for made in &self.enums {
            search.schema_of(
                made.dialect,
                made.namespace.as_ref(),
                made.namespace_at,
                &made.taken_by,
                || (made.span, "this enum"),
            );
        }
        for made in &self.sequences {
            let dialect = Dialect::Postgres;
            search.schema_of(dialect, made.namespace.as_ref(), made.namespace_at, &made.taken_by, || {
                (made.span, "this sequence")
            });
        }
        for (index, table) in self.tables.iter().enumerate() {
            search.held(TableId(index as u32), table);
        }
        let mut found = search.found;
        let place = |span: Span| (self.sources.get(span.file).path.clone(), span.range);
        found.sort_by_cached_key(|one| (place(one.span), one.entity.clone()));
        found
    }

    /// Whether all that a project's schema files export is known.
    pub fn knows_exports_of(&self, project: usize) -> bool {
        let broken = |file: &FileId| self.syntax_errors.iter().any(|(span, _)| span.file == *file);
        let project = &self.projects[project];
        project.config.is_some()
            && project.schema_open.is_none()
            && project.unmatched_schema.is_empty()
            && !project.schema_files.is_empty()
            && !project.schema_files.iter().any(broken)
    }
}

/// Schemas that the platforms bring along, whether or not anybody creates them.
const PROVIDED: &[&str] = &[
    "public",
    "dbo",
    "information_schema",
    "pg_catalog",
    "drizzle",
    // Supabase, Neon, Hasura, TimescaleDB and what extensions bring.
    "auth",
    "storage",
    "realtime",
    "vault",
    "extensions",
    "graphql",
    "graphql_public",
    "pgsodium",
    "net",
    "cron",
    "supabase_functions",
    "supabase_migrations",
    "neon_auth",
    "hdb_catalog",
    "pgmq",
    "partman",
    "pgboss",
];

struct Search<'g> {
    graph: &'g SchemaGraph,
    /// Of each project: whether all its exports are known.
    readable: Vec<bool>,
    /// Whether a drizzle.config may take more than is known.
    takes_more: bool,
    /// What some drizzle.config creates, or what is there without one.
    there: FxHashSet<Entity>,
    /// pgSchemas that tables which are created stand in.
    used_schemas: FxHashSet<(Dialect, SmolStr)>,
    /// Schemas that are `.existing()`.
    existing: FxHashSet<(Dialect, SmolStr)>,
    /// Projects with tables whose name is not known: they may be any.
    nameless: FxHashSet<usize>,
    enums: FxHashMap<(Span, &'g SmolStr), &'g EnumType>,
    schemas: FxHashMap<(Span, &'g SmolStr), &'g Schema>,
    sequences: FxHashMap<Entity, &'g Sequence>,
    found: Vec<Unexported<'g>>,
    /// Where in `found` each is.
    at: FxHashMap<Entity, usize>,
}

impl<'g> Search<'g> {
    fn new(graph: &'g SchemaGraph) -> Self {
        let readable: Vec<bool> = (0..graph.projects.len()).map(|at| graph.knows_exports_of(at)).collect();
        let configured = graph.projects.iter().zip(&readable);
        let takes_more =
            configured.into_iter().any(|(project, readable)| project.config.is_some() && !readable);
        let mut search = Self {
            graph,
            readable,
            takes_more,
            there: graph.created_in_sql.iter().cloned().collect(),
            used_schemas: FxHashSet::default(),
            existing: FxHashSet::default(),
            nameless: FxHashSet::default(),
            enums: FxHashMap::default(),
            schemas: FxHashMap::default(),
            sequences: FxHashMap::default(),
            found: Vec::new(),
            at: FxHashMap::default(),
        };
        for table in &graph.tables {
            let entity = table.entity();
            if table.external || table.created_by_sql {
                search.there.extend(entity);
            } else if !table.taken_by.is_empty() {
                if let Some(Ok(name)) = &table.namespace {
                    search.used_schemas.insert((table.dialect, name.clone()));
                }
                match entity {
                    Some(entity) => {
                        search.there.insert(entity);
                    }
                    None => search.nameless.extend(&table.taken_by),
                }
            }
        }
        for made in &graph.enums {
            if let Ok(name) = &made.name {
                search.enums.entry((made.span, name)).or_insert(made);
            }
            if !made.taken_by.is_empty() {
                search.there.extend(Entity::new(
                    Kind::Enum,
                    made.dialect,
                    made.namespace.as_ref(),
                    &made.name,
                ));
            }
        }
        for made in &graph.schemas {
            let Ok(name) = &made.name else { continue };
            search.schemas.entry((made.span, name)).or_insert(made);
            if made.existing {
                search.existing.insert((made.dialect, name.clone()));
            }
            if made.existing || !made.taken_by.is_empty() {
                search.there.insert(Entity::schema(made.dialect, name));
            }
        }
        for made in &graph.sequences {
            let dialect = Dialect::Postgres;
            let Some(entity) = Entity::new(Kind::Sequence, dialect, made.namespace.as_ref(), &made.name)
            else {
                continue;
            };
            if made.taken_by.is_empty() {
                search.sequences.entry(entity).or_insert(made);
            } else {
                search.there.insert(entity);
            }
        }
        search
    }

    /// The first of some projects whose exports are known.
    fn readable_of(&self, taken_by: &[usize]) -> Option<usize> {
        taken_by.iter().copied().find(|project| self.readable[*project])
    }

    fn table(&mut self, table: &'g Table) {
        let Some(project) = self.readable_of(&table.taken_by) else { return };
        if table.external || table.left_out || table.view.is_some_and(|view| view.existing) {
            return;
        }
        self.schema_of(table.dialect, table.namespace.as_ref(), table.namespace_at, &table.taken_by, || {
            (table.head(&self.graph.sources), if table.view.is_some() { "this view" } else { "this table" })
        });
        if table.view.is_some() {
            return;
        }
        for column in &table.columns {
            let Ok(facts) = &column.facts else { continue };
            let subject = || format!("{}.{}", table.display_name(), column.display_name());
            self.enum_of(table.dialect, facts, project, || {
                (column.span, format!("`{}` is of this type", subject()))
            });
            self.sequence_of(table.dialect, facts, project, || {
                (column.span, format!("the default of `{}` takes its values", subject()))
            });
        }
        for key in &table.foreign_keys {
            let Ok(target) = &key.target else { continue };
            self.target(target.table, project, || {
                let columns = key.columns.as_deref().unwrap_or_default();
                (table.place_of(key), format!("foreign key `{}` leads to it", table.subject(columns)))
            });
        }
    }

    fn target(&mut self, id: TableId, project: usize, need: impl FnOnce() -> (Span, String)) {
        let target = self.graph.table(id);
        // Most are there.
        if !target.taken_by.is_empty() || target.external || target.created_by_sql {
            return;
        }
        let Some(entity) = target.entity() else { return };
        let mute =
            target.view.is_some() || target.ponder || target.left_out || self.nameless.contains(&project);
        if mute {
            return;
        }
        // A table in a schema that nobody creates is somebody else's: Supabase's `auth.users`.
        let namespace = &entity.namespace;
        if !self.is_ours(target.dialect, namespace) {
            return;
        }
        self.needed(entity, project, Some(&target.binding), Some(id), target.span, Some(need()));
    }

    /// Whether a schema is one that this repository has something in; the default one is.
    fn is_ours(&self, dialect: Dialect, namespace: &SmolStr) -> bool {
        let is_created = self.there.contains(&Entity::schema(dialect, namespace))
            || self.used_schemas.contains(&(dialect, namespace.clone()));
        namespace.is_empty()
            || is_created
                && !PROVIDED.contains(&namespace.as_str())
                && !self.existing.contains(&(dialect, namespace.clone()))
    }

    fn enum_of(
        &mut self,
        dialect: Dialect,
        facts: &'g ColumnFacts,
        project: usize,
        need: impl FnOnce() -> (Span, String),
    ) {
        let (Some((name, namespace)), Some(at)) = (&facts.enum_name, facts.enum_at) else { return };
        let Some(entity) = Entity::new(Kind::Enum, dialect, namespace.as_ref(), name) else { return };
        // A type in a schema that nobody creates is somebody else's, too.
        if self.there.contains(&entity) || !self.is_ours(dialect, &entity.namespace) {
            return;
        }
        let binding = self.enums.get(&(at, &entity.name)).map(|made| &made.binding);
        self.needed(entity, project, binding, None, at, Some(need()));
    }

    fn sequence_of(
        &mut self,
        dialect: Dialect,
        facts: &ColumnFacts,
        project: usize,
        need: impl FnOnce() -> (Span, String),
    ) {
        let Some(Default::Sql(sql)) = &facts.default else { return };
        let Some((namespace, name)) = next_value(sql) else { return };
        let entity = Entity { kind: Kind::Sequence, dialect, namespace, name };
        let Some(made) = self.sequences.get(&entity).copied() else { return };
        if !self.is_ours(dialect, &entity.namespace) {
            return;
        }
        self.needed(entity, project, Some(&made.binding), None, made.span, Some(need()));
    }

    /// The schema that something stands in which is created.
    fn schema_of(
        &mut self,
        dialect: Dialect,
        namespace: Option<&'g Fact<SmolStr>>,
        at: Option<Span>,
        taken_by: &[usize],
        what: impl FnOnce() -> (Span, &'static str),
    ) {
        let creates = matches!(dialect, Dialect::Postgres | Dialect::Cockroach | Dialect::MsSql);
        let (Some(project), Some(Ok(name)), Some(at), true) =
            (self.readable_of(taken_by), namespace, at, creates)
        else {
            return;
        };
        let entity = Entity::schema(dialect, name);
        if self.there.contains(&entity) || PROVIDED.contains(&name.as_str()) {
            return;
        }
        let binding = self.schemas.get(&(at, name)).and_then(|made| made.binding.as_ref());
        let (span, what) = what();
        self.needed(entity, project, binding, None, at, Some((span, format!("{what} is created in it"))));
    }

    /// A table inside an exported object: drizzle-kit does not see it.
    fn held(&mut self, id: TableId, table: &'g Table) {
        let (Some(project), Some(entity)) = (self.readable_of(&table.held_by), table.entity()) else {
            return;
        };
        let is_meant = table.view.is_none() && !table.external && !table.ponder && !table.left_out;
        if is_meant && table.binding.nested && !self.nameless.contains(&project) {
            self.needed(entity, project, Some(&table.binding), Some(id), table.span, None);
        }
    }

    fn needed(
        &mut self,
        entity: Entity,
        project: usize,
        binding: Option<&'g Binding>,
        table: Option<TableId>,
        span: Span,
        need: Option<(Span, String)>,
    ) {
        // What a file exports may be taken by a drizzle.config that could not be read.
        let may_be_taken =
            binding.is_some_and(|binding| binding.exported && !binding.nested) && self.takes_more;
        if may_be_taken || self.there.contains(&entity) {
            return;
        }
        let at = *self.at.entry(entity.clone()).or_insert_with(|| {
            self.found.push(Unexported { entity, project, binding, table, span, needs: Vec::new() });
            self.found.len() - 1
        });
        self.found[at].needs.extend(need);
    }
}

/// The sequence of `nextval('billing.invoice_numbers')`, with its pgSchema.
fn next_value(sql: &str) -> Option<(SmolStr, SmolStr)> {
    let rest = sql.trim().strip_prefix("nextval(")?.trim_start().strip_prefix('\'')?;
    let (name, rest) = rest.split_once('\'')?;
    if !matches!(rest.trim(), ")" | "::regclass)") {
        return None;
    }
    let part = |part: &str| -> Option<SmolStr> {
        match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
            Some(quoted) => Some(SmolStr::new(quoted)),
            None => (!part.contains('"')).then(|| SmolStr::new(part.to_lowercase())),
        }
    };
    match name.split_once('.') {
        Some((namespace, name)) => Some((part(namespace)?, part(name)?)),
        None => Some((SmolStr::default(), part(name)?)),
    }
}
