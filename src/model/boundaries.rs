//! Partitions into domains: which side of a boundary each table is on.

use globset::GlobMatcher;
use regex::Regex;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::names::{is_column, is_table};
use crate::graph::{Dialect, SchemaGraph, Table, TableId};
use crate::source::{FileId, Span};

/// A way to divide the tables, as the config has it.
#[derive(Debug, Default)]
pub struct Boundary {
    /// Its name, when there are several.
    pub name: Option<SmolStr>,
    /// What decides.
    pub by: By,
    /// Files whose tables belong to no domain and may be referred to from anywhere.
    pub shared: Vec<GlobMatcher>,
    /// References across it that are allowed.
    pub allow: Vec<Allow>,
    /// Whether the holder's manifest may allow a reference.
    pub allow_declared: Option<AllowDeclared>,
}

/// What decides on which side a table is.
#[derive(Debug, Default)]
pub enum By {
    /// Its pgSchema, where a project uses two or more. What holds without a config.
    #[default]
    PgSchemaWhereUsed,
    /// Its pgSchema.
    PgSchema,
    /// The file that declares it.
    File,
    /// The first group of an expression over the path of the file that declares it.
    Directory(Regex),
    /// The package that declares it.
    Package,
    /// Globs of table ids for each domain.
    Tables(Vec<(SmolStr, Vec<GlobMatcher>)>),
    /// Nothing: there are no domains.
    Nothing,
}

/// A reference that may cross, and why.
#[derive(Debug)]
pub struct Allow {
    /// From where: a domain, a table or a column; from anywhere when it is not said.
    pub from: Option<(SmolStr, GlobMatcher)>,
    /// To where.
    pub to: Option<(SmolStr, GlobMatcher)>,
    /// Why.
    pub reason: SmolStr,
    /// The decision record that says so.
    pub record: Option<(SmolStr, Span)>,
    /// The entry of the config.
    pub span: Span,
}

/// What a manifest declares allows references.
#[derive(Debug)]
pub struct AllowDeclared {
    /// `package.json`.
    pub file: SmolStr,
    /// Where in it: `/voyant/requiresSchemas`.
    pub pointer: SmolStr,
    /// The column must say why, too.
    pub comment: bool,
    /// What the manifest of each file that declares tables lists.
    pub declared: FxHashMap<FileId, FxHashSet<SmolStr>>,
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
        let divided = divided_projects(graph);
        let stems = FileDomains::new(graph);
        let sides = graph
            .tables
            .iter()
            .enumerate()
            .map(|(index, table)| {
                let owner = graph.owner(TableId(index as u32));
                side(graph, boundary, graph.table(owner), &divided, &stems).unwrap_or(if table.external {
                    Side::Undivided
                } else {
                    Side::Outside
                })
            })
            .collect();
        Self { name: boundary.name.clone(), by: boundary.by.in_words(), sides }
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

impl By {
    const fn in_words(&self) -> &'static str {
        match self {
            Self::PgSchemaWhereUsed | Self::PgSchema => "pg-schema",
            Self::File => "file",
            Self::Directory(_) => "directory",
            Self::Package => "package",
            Self::Tables(_) => "tables",
            Self::Nothing => "none",
        }
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
    if boundary.shared.iter().any(|glob| glob.is_match(&**path)) {
        return Some(Side::Shared);
    }
    Some(Side::In(match &boundary.by {
        By::PgSchemaWhereUsed if !divided.contains(&table.project) => return Some(Side::Undivided),
        By::PgSchemaWhereUsed | By::PgSchema => match &table.namespace {
            Some(Ok(namespace)) => namespace.clone(),
            Some(Err(_)) => return Some(Side::Unknown),
            None if table.dialect == Dialect::Postgres => SmolStr::new_static("public"),
            None => return Some(Side::Undivided),
        },
        By::File => files.domain(table.binding.file)?,
        By::Directory(pattern) => SmolStr::new(pattern.captures(path)?.get(1)?.as_str()),
        By::Package => {
            let package = graph.packages.get(table.package)?;
            package.name.clone().unwrap_or_else(|| SmolStr::new(&*package.folder))
        }
        By::Tables(domains) => {
            let of =
                |(_, globs): &&(SmolStr, Vec<GlobMatcher>)| globs.iter().any(|glob| is_table(glob, table));
            domains.iter().find(of)?.0.clone()
        }
        By::Nothing => return Some(Side::Undivided),
    }))
}

/// Projects whose own tables stand in two pgSchemas or more.
fn divided_projects(graph: &SchemaGraph) -> FxHashSet<usize> {
    let mut seen: FxHashMap<usize, FxHashSet<Option<&SmolStr>>> = FxHashMap::default();
    for (_, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        if table.dialect != Dialect::Postgres || is_stub(table) {
            continue;
        }
        match &table.namespace {
            Some(Ok(namespace)) => seen.entry(table.project).or_default().insert(Some(namespace)),
            Some(Err(_)) => false,
            None => seen.entry(table.project).or_default().insert(None),
        };
    }
    seen.into_iter().filter(|(_, namespaces)| namespaces.len() > 1).map(|(project, _)| project).collect()
}

/// A table of somebody else's that is only there to be referred to: `pgSchema("auth").table("users", { id })`.
fn is_stub(table: &Table) -> bool {
    table.namespace.is_some()
        && table.columns.len() <= 2
        && table.foreign_keys.is_empty()
        && table.indexes.is_empty()
        && table.uniques.is_empty()
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
pub struct Ends<'e> {
    /// The table that refers.
    pub from: (TableId, &'e SmolStr),
    /// Its columns.
    pub columns: &'e [usize],
    /// The table that is referred to.
    pub to: (TableId, &'e SmolStr),
}

impl Allow {
    /// Whether it allows that reference.
    pub fn covers(&self, graph: &SchemaGraph, ends: Ends<'_>) -> bool {
        let is = |(text, glob): &(SmolStr, GlobMatcher), (table, domain): (TableId, &SmolStr)| {
            text == domain || is_table(glob, graph.table(table))
        };
        let from_column = |(_, glob): &(SmolStr, GlobMatcher)| {
            let table = graph.table(ends.from.0);
            ends.columns.iter().any(|column| is_column(glob, table, *column))
        };
        self.from.as_ref().is_none_or(|from| is(from, ends.from) || from_column(from))
            && self.to.as_ref().is_none_or(|to| is(to, ends.to))
    }
}

impl AllowDeclared {
    /// Whether the manifest of the file that declares a table lists a domain.
    pub fn lists(&self, graph: &SchemaGraph, table: TableId, domain: &str) -> bool {
        let file = graph.table(table).binding.file;
        self.declared.get(&file).is_some_and(|declared| declared.contains(domain))
    }
}
