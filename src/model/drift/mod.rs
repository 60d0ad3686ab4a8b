//! How the schema differs from the newest snapshots of drizzle-kit: what `drizzle-kit generate` would write.
//!
//! [`wanted`] says what drizzle-kit would write of a table, [`compare`] and [`constraints`] what differs from what
//! stands in the snapshot, in the way in which drizzle-kit compares. What is not known is no difference.

mod compare;
mod constraints;
mod values;
mod wanted;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::graph::{Dialect, EnumType, Project, SchemaGraph, Table, TableId};
use crate::snapshots::{self, Folder, Migrations, Snapshot};
use crate::source::Span;
use compare::compare;
use wanted::{Wanted, name_of, wanted};

/// What came of the comparison.
#[derive(Debug, Default)]
pub struct Drift<'m> {
    /// Folders that were compared.
    pub compared: Vec<Compared<'m>>,
    /// Projects of which nothing was compared, and why.
    pub skipped: Vec<(usize, Skipped<'m>)>,
}

/// Why a project was not compared.
#[derive(Debug, Clone, Copy)]
pub enum Skipped<'m> {
    /// It has no snapshot, or none that can be read.
    NoSnapshot,
    /// Its `schema` leads to no table that is known.
    NoTables(&'m Folder),
    /// Branches were not merged: there are several newest snapshots.
    SeveralLeaves(&'m Folder, usize),
    /// The snapshot is of the other line of drizzle-kit.
    OtherLine(&'m Snapshot),
    /// The snapshot is of another database.
    OtherDialect(&'m Snapshot),
    /// Nobody knows how snapshots of that database look in the schema's words.
    NotCompared(Dialect),
}

/// What was compared with one snapshot.
#[derive(Debug)]
pub struct Compared<'m> {
    /// The project.
    pub project: usize,
    /// The snapshot.
    pub snapshot: &'m Snapshot,
    /// How many migrations come after it that have none.
    pub later: usize,
    /// Tables that differ.
    pub tables: Vec<Changed>,
    /// Enums that differ.
    pub enums: Vec<ChangedEnum>,
    /// Tables and enums that only the snapshot has.
    pub gone: Vec<Gone>,
    /// How many tables the snapshot has that were not found, where that says nothing: why not.
    pub not_found: Option<(usize, String)>,
}

/// A table that differs.
#[derive(Debug)]
pub struct Changed {
    /// The table.
    pub table: TableId,
    /// It is not in the snapshot; with the table of the snapshot that it probably was.
    pub added: Option<Option<SmolStr>>,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// An enum that differs.
#[derive(Debug)]
pub struct ChangedEnum {
    /// Index into the graph's enums.
    pub index: usize,
    /// It is not in the snapshot; with the enum of the snapshot that it probably was.
    pub added: Option<Option<SmolStr>>,
    /// What differs.
    pub differences: Vec<String>,
}

/// What only the snapshot has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// `table`, `enum`.
    pub kind: &'static str,
    /// Its name, with its namespace.
    pub name: String,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In words: ``column `nickname` was added``.
    pub what: String,
    /// Where the schema has it.
    pub span: Option<Span>,
}

type Name = (Option<SmolStr>, SmolStr);

/// Compares every project with its newest snapshot.
pub fn find<'m>(graph: &SchemaGraph, migrations: &'m Migrations) -> Drift<'m> {
    let mut drift = Drift::default();
    let has_syntax_errors = !graph.syntax_errors.is_empty();
    let mut has_folder: FxHashSet<usize> = FxHashSet::default();
    for folder in &migrations.folders {
        // Of several drizzle.configs with one `out` each adds its tables: the same ones, mostly.
        let projects: Vec<usize> = folder
            .projects
            .iter()
            .copied()
            .filter(|at| !graph.projects[*at].taken.tables.is_empty())
            .collect();
        let Some(first) = projects.first().copied() else {
            let with_config = folder.projects.iter().filter(|at| graph.projects[**at].config.is_some());
            if !folder.newest.is_empty() {
                drift.skipped.extend(with_config.map(|at| (*at, Skipped::NoTables(folder))));
            }
            continue;
        };
        has_folder.extend(&projects);
        let project = &graph.projects[first];
        match comparable(project, folder) {
            Err(skipped) => drift.skipped.push((first, skipped)),
            Ok(snapshot) => {
                let mut side = Side::of(graph, &projects, snapshot);
                if has_syntax_errors {
                    side.open.get_or_insert_with(|| "a file is not TypeScript".into());
                }
                drift.compared.push(side.compare(first, snapshot, folder.later));
            }
        }
    }
    for (index, project) in graph.projects.iter().enumerate() {
        if project.config.is_some() && !project.taken.tables.is_empty() && !has_folder.contains(&index) {
            drift.skipped.push((index, Skipped::NoSnapshot));
        }
    }
    drift
}

/// The snapshot that a project is compared with.
fn comparable<'m>(project: &Project, folder: &'m Folder) -> Result<&'m Snapshot, Skipped<'m>> {
    let snapshot = match &folder.newest[..] {
        [one] => one,
        [] => return Err(Skipped::NoSnapshot),
        several => return Err(Skipped::SeveralLeaves(folder, several.len())),
    };
    let Some(dialect) = snapshot.dialect.filter(|_| snapshot.is_known) else {
        return Err(Skipped::NoSnapshot);
    };
    if !matches!(dialect, Dialect::Postgres | Dialect::MySql | Dialect::Sqlite) {
        return Err(Skipped::NotCompared(dialect));
    }
    if project.dialect.is_some_and(|own| own != dialect) {
        return Err(Skipped::OtherDialect(snapshot));
    }
    if project.line != snapshot.line {
        return Err(Skipped::OtherLine(snapshot));
    }
    Ok(snapshot)
}

/// What drizzle-kit would take of the schema.
struct Side<'g> {
    graph: &'g SchemaGraph,
    tables: FxHashMap<Name, TableId>,
    /// In their order.
    order: Vec<Name>,
    enums: FxHashMap<Name, usize>,
    /// Names of which several objects stand for one table, or that cannot be compared.
    unclear: FxHashSet<Name>,
    /// Why there may be more tables and enums.
    open: Option<String>,
}

impl<'g> Side<'g> {
    fn of(graph: &'g SchemaGraph, projects: &[usize], snapshot: &Snapshot) -> Self {
        let mut side = Self {
            graph,
            tables: FxHashMap::default(),
            order: Vec::new(),
            enums: FxHashMap::default(),
            unclear: FxHashSet::default(),
            open: None,
        };
        for index in projects {
            let project = &graph.projects[*index];
            let open = project.taken.open.as_ref().map(|why| why.reason.to_string());
            let unmatched = project.unmatched_schema.first();
            let unmatched = unmatched.map(|(pattern, _)| format!("`{pattern}` matches no file"));
            side.open = side.open.take().or(open).or(unmatched);
            for id in &project.taken.tables {
                let table = graph.table(*id);
                if Some(table.dialect) == snapshot.dialect {
                    // Its names are those of one drizzle.config; another may spell them otherwise.
                    let other = &graph.projects[table.project];
                    let same_casing = other.casing.is_ok() && other.casing == project.casing;
                    side.add(*id, table, table.line == snapshot.line && same_casing);
                }
            }
            for at in &project.taken.enums {
                let made = &graph.enums[*at];
                if Some(made.dialect) != snapshot.dialect {
                    continue;
                }
                let Some(name) = enum_name(made) else {
                    side.open.get_or_insert_with(|| "the name of an enum is not known".into());
                    continue;
                };
                if side.enums.insert(name.clone(), *at).is_some_and(|other| other != *at) {
                    side.unclear.insert(name);
                }
            }
        }
        side
    }

    fn add(&mut self, id: TableId, table: &Table, is_clear: bool) {
        let Some(name) = name_of(table) else {
            self.open.get_or_insert_with(|| "the name of a table is not known".into());
            return;
        };
        match self.tables.insert(name.clone(), id) {
            Some(other) if other == id => {}
            // The last one wins, and which one that is depends on how the files are loaded.
            Some(_) => {
                self.unclear.insert(name);
            }
            None => {
                if !is_clear {
                    self.unclear.insert(name.clone());
                }
                self.order.push(name);
            }
        }
    }

    fn compare<'m>(&self, project: usize, snapshot: &'m Snapshot, later: usize) -> Compared<'m> {
        let mut compared = Compared {
            project,
            snapshot,
            later,
            tables: Vec::new(),
            enums: Vec::new(),
            gone: Vec::new(),
            not_found: None,
        };
        let there: FxHashMap<Name, &snapshots::Table> = snapshot
            .tables
            .iter()
            .map(|table| ((table.namespace.clone(), table.name.clone()), table))
            .collect();
        let is_gone = |name: &Name| !self.tables.contains_key(name);
        let gone: Vec<&snapshots::Table> = snapshot
            .tables
            .iter()
            .filter(|table| is_gone(&(table.namespace.clone(), table.name.clone())))
            .collect();
        let gone = match &self.open {
            None => gone,
            Some(why) => {
                compared.not_found = Some((gone.len(), why.clone())).filter(|(count, _)| *count > 0);
                Vec::new()
            }
        };
        let mut added: Vec<(&Name, TableId, Wanted)> = Vec::new();
        let mut known: Vec<(TableId, Wanted, &snapshots::Table)> = Vec::new();
        for name in self.order.iter().filter(|name| !self.unclear.contains(*name)) {
            let id = self.tables[name];
            let wanted = wanted(self.graph, self.graph.table(id));
            match there.get(name) {
                Some(table) if table.is_partial => {}
                Some(table) => known.push((id, wanted, table)),
                None if snapshot.is_partial => {}
                None => added.push((name, id, wanted)),
            }
        }
        let moved = renames(&added, &gone);
        let moved_to: FxHashMap<Name, Name> =
            moved.iter().map(|(new, old)| ((*old).clone(), (*new).clone())).collect();
        let now = |namespace: &Option<SmolStr>, name: &SmolStr| {
            moved_to.get(&(namespace.clone(), name.clone())).cloned()
        };
        for (id, wanted, table) in &known {
            let differences = compare(self.graph.table(*id), wanted, table, now);
            if !differences.is_empty() {
                compared.tables.push(Changed { table: *id, added: None, differences });
            }
        }
        for (name, id, _) in &added {
            let old = moved.get(*name).map(|old| SmolStr::from(shown(old)));
            compared.tables.push(Changed { table: *id, added: Some(old), differences: Vec::new() });
        }
        for table in gone {
            let name: Name = (table.namespace.clone(), table.name.clone());
            if !moved_to.contains_key(&name) {
                compared.gone.push(Gone { kind: "table", name: shown(&name) });
            }
        }
        self.enums(snapshot, &mut compared);
        compared
    }

    fn enums(&self, snapshot: &Snapshot, compared: &mut Compared<'_>) {
        let there: FxHashMap<Name, &snapshots::Enum> =
            snapshot.enums.iter().map(|made| ((made.namespace.clone(), made.name.clone()), made)).collect();
        let mut enums: Vec<(&Name, usize)> = self.enums.iter().map(|(name, at)| (name, *at)).collect();
        enums.sort_unstable_by_key(|(_, at)| *at);
        let is_gone = |made: &&snapshots::Enum| {
            self.open.is_none() && !self.enums.contains_key(&(made.namespace.clone(), made.name.clone()))
        };
        let mut gone: Vec<&snapshots::Enum> = snapshot.enums.iter().filter(is_gone).collect();
        for (name, index) in enums {
            let values = &self.graph.enums[index].values;
            match there.get(name) {
                _ if self.unclear.contains(name) => {}
                None if snapshot.is_partial => {}
                None => {
                    // The only one that is gone and has the same values.
                    let mut alike =
                        gone.iter().enumerate().filter(|(_, old)| Ok(&old.values) == values.as_ref());
                    let old = alike.next().map(|(at, _)| at).filter(|_| alike.next().is_none());
                    let old = old.map(|at| gone.remove(at));
                    let old = old.map(|old| shown(&(old.namespace.clone(), old.name.clone())).into());
                    compared.enums.push(ChangedEnum { index, added: Some(old), differences: Vec::new() });
                }
                Some(old) => {
                    let Ok(values) = values else { continue };
                    let differences = values_differ(values, &old.values);
                    if !differences.is_empty() {
                        compared.enums.push(ChangedEnum { index, added: None, differences });
                    }
                }
            }
        }
        for made in gone {
            let name = shown(&(made.namespace.clone(), made.name.clone()));
            compared.gone.push(Gone { kind: "enum", name });
        }
    }
}

/// What differs between two lists of values.
fn values_differ(new: &[SmolStr], old: &[SmolStr]) -> Vec<String> {
    let (here, there): (FxHashSet<&SmolStr>, FxHashSet<&SmolStr>) =
        (new.iter().collect(), old.iter().collect());
    let added = new.iter().filter(|value| !there.contains(value));
    let mut differences: Vec<String> = added.map(|value| format!("value `{value}` was added")).collect();
    let removed = old.iter().filter(|value| !here.contains(value));
    differences.extend(removed.map(|value| format!("value `{value}` was removed")));
    if differences.is_empty() && new != old {
        differences.push("its values are in another order".into());
    }
    differences
}

fn enum_name(made: &EnumType) -> Option<Name> {
    let name = made.name.as_ref().ok()?.clone();
    match &made.namespace {
        None => Some((None, name)),
        Some(Ok(namespace)) => Some((Some(namespace.clone()), name)),
        Some(Err(_)) => None,
    }
}

fn shown((namespace, name): &Name) -> String {
    namespace.as_ref().map_or_else(|| name.to_string(), |namespace| format!("{namespace}.{name}"))
}

/// Tables that were probably renamed: the only new one and the only old one with the same columns.
fn renames<'a>(
    added: &[(&'a Name, TableId, Wanted)],
    gone: &[&snapshots::Table],
) -> FxHashMap<&'a Name, Name> {
    let mut new: FxHashMap<Vec<&SmolStr>, Vec<&'a Name>> = FxHashMap::default();
    for (name, _, wanted) in added.iter().filter(|(.., wanted)| !wanted.columns_open) {
        let mut columns: Vec<&SmolStr> = wanted.columns.iter().map(|column| &column.name).collect();
        columns.sort_unstable();
        new.entry(columns).or_default().push(name);
    }
    let mut old: FxHashMap<Vec<&SmolStr>, Vec<&snapshots::Table>> = FxHashMap::default();
    for table in gone.iter().filter(|table| !table.is_partial) {
        let mut columns: Vec<&SmolStr> = table.columns.iter().map(|column| &column.name).collect();
        columns.sort_unstable();
        old.entry(columns).or_default().push(table);
    }
    new.into_iter()
        .filter_map(|(columns, names)| match (&names[..], old.get(&columns).map(Vec::as_slice)) {
            ([name], Some([table])) => Some((*name, (table.namespace.clone(), table.name.clone()))),
            _ => None,
        })
        .collect()
}
