//! Partitions into domains: which side of a boundary each table is on.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::sync::Arc;

use super::names::{is_column, is_table};
use crate::config::{Allow, Boundary, By, Glob, Globs};
use crate::graph::{Dialect, SchemaGraph, Table, TableId};
use crate::source::{FileId, Span};

/// What the manifests of a boundary with `allowDeclared` list.
#[derive(Debug, Default)]
pub struct Declared {
    /// The manifests next to or above files that declare tables, by path.
    pub manifests: Vec<Manifest>,
    /// Which of them is the nearest to each file that declares tables.
    pub nearest: FxHashMap<FileId, usize>,
}

/// A manifest: a package.json.
#[derive(Debug)]
pub struct Manifest {
    /// As people see it.
    pub path: Arc<str>,
    /// The list; without one, what stands there of the way to it.
    pub place: Span,
    /// What it lists; `None` when the pointer leads nowhere in it, or it could not be read.
    pub listed: Option<Vec<(SmolStr, Span)>>,
    /// What is wrong with it, and where.
    pub faults: Vec<(Span, String)>,
}

impl Declared {
    /// The manifest of a file.
    pub fn of(&self, file: FileId) -> Option<(usize, &Manifest)> {
        let index = *self.nearest.get(&file)?;
        Some((index, self.manifests.get(index)?))
    }
}

impl Manifest {
    /// Whether it lists a domain.
    pub fn lists(&self, domain: &str) -> bool {
        self.listed.iter().flatten().any(|(name, _)| name == domain)
    }
}

/// A partition of the tables into domains.
#[derive(Debug)]
pub struct Partition {
    /// Its name, when there are several.
    pub name: Option<SmolStr>,
    /// What decides, in words: `pg-schema`.
    pub by: &'static str,
    /// The side of each table, by its number.
    sides: Vec<Side>,
    /// A domain that was taken for shared, because the config does not speak of boundaries: its name, how many
    /// foreign keys lead to it from others, and how many lead from any domain to another.
    pub kernel: Option<(SmolStr, usize, usize)>,
}

/// On which side of a boundary a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// In this domain.
    In(SmolStr),
    /// In a file that is shared: it may be referred to from anywhere.
    Shared,
    /// In none, although there are domains.
    Outside,
    /// There are no domains where it is.
    Undivided,
    /// What decides could not be read.
    Unknown,
}

impl Partition {
    /// Puts every table on its side.
    pub fn new(graph: &SchemaGraph, boundary: &Boundary) -> Self {
        let platform = platform_tables(graph);
        let divided = divided_projects(graph, &platform);
        let stems = FileDomains::new(graph);
        let sides = graph
            .tables
            .iter()
            .enumerate()
            .map(|(index, table)| {
                let owner = graph.owner(TableId(index as u32));
                if boundary.by.is_none() && platform.contains(&owner) {
                    return Side::Undivided;
                }
                side(graph, boundary, graph.table(owner), &divided, &stems).unwrap_or(if table.external {
                    Side::Undivided
                } else {
                    Side::Outside
                })
            })
            .collect();
        let mut partition = Self { name: boundary.name.clone(), by: in_words(boundary), sides, kernel: None };
        if boundary.by.is_none() {
            partition.share_kernel(graph);
        }
        partition
    }

    /// Without a word of the config nobody has said that pgSchemas are boundaries: the domain that most crossing
    /// keys lead to (users, tenants) is taken for one that all others share.
    fn share_kernel(&mut self, graph: &SchemaGraph) {
        let mut into: FxHashMap<SmolStr, usize> = FxHashMap::default();
        let mut all = 0;
        for (id, table) in graph.own_tables() {
            for target in table.foreign_keys.iter().filter_map(|key| key.target.as_ref().ok()) {
                if let (Some(from), Some(to)) = (self.domain(id), self.domain(graph.owner(target.table)))
                    && from != to
                {
                    *into.entry(to.clone()).or_default() += 1;
                    all += 1;
                }
            }
        }
        let most = into.into_iter().max_by(|left, right| left.1.cmp(&right.1).then(right.0.cmp(&left.0)));
        let Some((kernel, count)) = most.filter(|(_, count)| *count >= KERNEL_KEYS && *count * 2 >= all)
        else {
            return;
        };
        for side in &mut self.sides {
            if matches!(side, Side::In(domain) if *domain == kernel) {
                *side = Side::Shared;
            }
        }
        self.kernel = Some((kernel, count, all));
    }

    /// The side of a table; that of its owner when it is a mirror.
    pub fn side(&self, table: TableId) -> &Side {
        self.sides.get(table.0 as usize).unwrap_or(&Side::Unknown)
    }

    /// The domain of a table.
    pub fn domain(&self, table: TableId) -> Option<&SmolStr> {
        match self.side(table) {
            Side::In(domain) => Some(domain),
            Side::Shared | Side::Outside | Side::Undivided | Side::Unknown => None,
        }
    }

    /// The domains, sorted.
    pub fn domains(&self) -> Vec<&SmolStr> {
        let domains: FxHashSet<&SmolStr> = self
            .sides
            .iter()
            .filter_map(|side| if let Side::In(domain) = side { Some(domain) } else { None })
            .collect();
        let mut domains: Vec<&SmolStr> = domains.into_iter().collect();
        domains.sort();
        domains
    }

    /// The tables that are in no domain although there are domains.
    pub fn outside<'p>(&'p self, graph: &'p SchemaGraph) -> impl Iterator<Item = &'p Table> {
        graph
            .own_tables()
            .filter(|(id, table)| table.owner.is_none() && *self.side(*id) == Side::Outside)
            .map(|(_, table)| table)
    }
}

/// Fewer keys than that make no kernel.
const KERNEL_KEYS: usize = 10;

/// What decides, in words.
const fn in_words(boundary: &Boundary) -> &'static str {
    match &boundary.by {
        None | Some(By::PgSchema) => "pg-schema",
        Some(By::File) => "file",
        Some(By::Directory(_)) => "directory",
        Some(By::Package) => "package",
        Some(By::Domains(_)) => "tables",
        Some(By::None) => "none",
    }
}

/// `None` when nothing puts the table into a domain.
fn side(
    graph: &SchemaGraph,
    boundary: &Boundary,
    table: &Table,
    divided: &FxHashSet<usize>,
    files: &FileDomains,
) -> Option<Side> {
    let path = &graph.sources.get(table.binding.file).path;
    if boundary.shared.is_match(path) {
        return Some(Side::Shared);
    }
    Some(Side::In(match &boundary.by {
        None if !divided.contains(&table.project) => return Some(Side::Undivided),
        None | Some(By::PgSchema) => match &table.namespace {
            Some(Ok(namespace)) => namespace.clone(),
            Some(Err(_)) => return Some(Side::Unknown),
            None if table.dialect == Dialect::Postgres => SmolStr::new_static("public"),
            None => return Some(Side::Undivided),
        },
        Some(By::File) => files.domain(table.binding.file)?,
        Some(By::Directory(pattern)) => SmolStr::new(pattern.name(path)?),
        Some(By::Package) => {
            let package = graph.packages.get(table.package)?;
            package.name.clone().unwrap_or_else(|| SmolStr::new(&*package.folder))
        }
        Some(By::Domains(domains)) => {
            let holds = |globs: &Globs| globs.list().iter().any(|glob| is_table(glob, table));
            SmolStr::new(&*domains.0.iter().find(|(_, globs)| holds(globs))?.0)
        }
        Some(By::None) => return Some(Side::Undivided),
    }))
}

/// Projects whose own tables stand in two pgSchemas or more.
fn divided_projects(graph: &SchemaGraph, platform: &FxHashSet<TableId>) -> FxHashSet<usize> {
    let mut seen: FxHashMap<usize, FxHashSet<Option<&SmolStr>>> = FxHashMap::default();
    for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        let namespace = match &table.namespace {
            _ if platform.contains(&id) => continue,
            Some(Ok(namespace)) => Some(namespace),
            None if table.dialect == Dialect::Postgres => None,
            Some(Err(_)) | None => continue,
        };
        seen.entry(table.project).or_default().insert(namespace);
    }
    seen.into_iter().filter(|(_, namespaces)| namespaces.len() > 1).map(|(project, _)| project).collect()
}

/// Tables of the platform's that are only there to be referred to, such as Supabase's
/// `pgSchema("auth").table("users", …)` (facts/idioms.md 3): in a namespace of that name whose tables have no
/// keys or indexes of their own, and that no drizzle.config creates.
fn platform_tables(graph: &SchemaGraph) -> FxHashSet<TableId> {
    let mut found: FxHashMap<(usize, &SmolStr), (bool, Vec<TableId>)> = FxHashMap::default();
    for (id, table) in graph.own_tables() {
        let Some(Ok(namespace)) = &table.namespace else { continue };
        if !matches!(namespace.as_str(), "auth" | "storage" | "realtime" | "vault") {
            continue;
        }
        let created = graph.projects[table.project].schema_files.contains(&table.binding.file);
        let bare = table.foreign_keys.is_empty() && table.indexes.is_empty() && table.uniques.is_empty();
        // A stub of a column or two is nobody's real table, wherever it stands.
        let foreign = bare && (!created || table.columns.len() <= 3);
        let (all, tables) = found.entry((table.project, namespace)).or_insert((true, Vec::new()));
        *all &= foreign;
        tables.push(id);
    }
    found.into_values().filter(|(all, _)| *all).flat_map(|(_, tables)| tables).collect()
}

/// The names of files as domains: the stem, or the path where two files share a stem.
struct FileDomains {
    names: FxHashMap<FileId, SmolStr>,
}

impl FileDomains {
    fn new(graph: &SchemaGraph) -> Self {
        let mut by_stem: FxHashMap<SmolStr, Vec<FileId>> = FxHashMap::default();
        for (_, table) in graph.own_tables() {
            let file = table.binding.file;
            let path = &graph.sources.get(file).path;
            let name = path.rsplit('/').next().unwrap_or(path);
            let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(name);
            let files = by_stem.entry(SmolStr::new(stem)).or_default();
            if !files.contains(&file) {
                files.push(file);
            }
        }
        let mut names = FxHashMap::default();
        for (stem, files) in by_stem {
            for file in &files {
                let path = || SmolStr::new(&*graph.sources.get(*file).path);
                names.insert(*file, if files.len() == 1 { stem.clone() } else { path() });
            }
        }
        Self { names }
    }

    fn domain(&self, file: FileId) -> Option<SmolStr> {
        self.names.get(&file).cloned()
    }
}

/// The two ends of a reference across a boundary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends<'e> {
    /// The table that refers.
    pub from: (TableId, &'e SmolStr),
    /// Its columns.
    pub columns: &'e [usize],
    /// The table that is referred to.
    pub to: (TableId, &'e SmolStr),
}

/// Whether an entry of `allow` allows a reference: it names a domain, a table, or on the near side a column.
pub(super) fn allows(allow: &Allow, graph: &SchemaGraph, ends: Ends<'_>) -> bool {
    let is = |glob: &Glob, (table, domain): (TableId, &SmolStr)| {
        glob.is_match(domain) || is_table(glob, graph.table(table))
    };
    let is_column =
        |glob: &Glob| ends.columns.iter().any(|column| is_column(glob, graph.table(ends.from.0), *column));
    is(&allow.to, ends.to) && allow.from.as_ref().is_none_or(|from| is(from, ends.from) || is_column(from))
}
