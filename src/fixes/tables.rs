//! Tables as files call them, with the edits that import those that they do not have yet.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

use super::imports::{add_import, add_name};
use super::specifier::{Goal, folder_of, specifier};
use crate::graph::{Imports, Lead, SchemaGraph, TableId};
use crate::rule::Edit;
use crate::source::FileId;

/// Where tables can be had.
pub(super) struct Tables<'g> {
    graph: &'g SchemaGraph,
    doors: FxHashMap<TableId, Vec<Door<'g>>>,
    /// Specifiers that files of a folder have for others of their package.
    leads_of: FxHashMap<&'g str, Vec<&'g Lead>>,
}

/// A file that exports a table: its own, or one that passes it on.
struct Door<'g> {
    file: FileId,
    /// The name there.
    name: SmolStr,
    /// The package of its file, where files of that package say so.
    package: Option<usize>,
    /// By package: how many files of it import the table from there.
    used: FxHashMap<usize, u32>,
    /// By package: what its files write that does not begin with a dot.
    aliases: FxHashMap<usize, FxHashSet<&'g SmolStr>>,
}

impl<'g> Tables<'g> {
    pub(super) fn new(graph: &'g SchemaGraph) -> Self {
        let mut tables = Self { graph, doors: FxHashMap::default(), leads_of: FxHashMap::default() };
        for (index, table) in graph.tables.iter().enumerate() {
            let binding = &table.binding;
            if binding.exported && !binding.nested && binding.name != "default" {
                let door = tables.door(TableId(index as u32), binding.file, &binding.name);
                door.package = Some(table.package);
            }
        }
        let mut files: Vec<(&FileId, &Imports)> =
            graph.imports.iter().map(|(file, imports)| (file, &**imports)).collect();
        files.sort_by_key(|(file, _)| &graph.sources.get(**file).path);
        for (file, imports) in files {
            let near = imports.leads.iter().filter(|lead| lead.is_near);
            tables.leads_of.entry(folder_of(tables.path(*file))).or_default().extend(near);
            tables.note(imports);
        }
        tables
    }

    /// What a file says of where its tables come from.
    fn note(&mut self, imports: &'g Imports) {
        let known: FxHashMap<&SmolStr, TableId> =
            imports.tables.iter().map(|(name, table)| (name, *table)).collect();
        let leads: FxHashMap<&SmolStr, &Lead> =
            imports.leads.iter().map(|lead| (&lead.specifier, lead)).collect();
        for imported in &imports.named {
            let (Some(table), Some(lead)) = (known.get(&imported.local), leads.get(&imported.from)) else {
                continue;
            };
            let door = self.door(*table, lead.file, &imported.name);
            *door.used.entry(imports.package).or_default() += 1;
            if lead.is_near {
                door.package = Some(imports.package);
            }
            if !lead.specifier.starts_with('.') {
                door.aliases.entry(imports.package).or_default().insert(&lead.specifier);
            }
        }
    }

    fn door(&mut self, table: TableId, file: FileId, name: &SmolStr) -> &mut Door<'g> {
        let doors = self.doors.entry(table).or_default();
        let at = doors.iter().position(|door| door.file == file && door.name == *name);
        let at = at.unwrap_or_else(|| {
            let (used, aliases) = (FxHashMap::default(), FxHashMap::default());
            doors.push(Door { file, name: name.clone(), package: None, used, aliases });
            doors.len() - 1
        });
        &mut doors[at]
    }

    fn path(&self, file: FileId) -> &'g str {
        &self.graph.sources.get(file).path
    }

    /// What a file calls a table that it has.
    pub(super) fn local(&self, file: FileId, table: TableId) -> Option<SmolStr> {
        let tables = &self.graph.imports.get(&file)?.tables;
        tables.iter().find(|(_, id)| *id == table).map(|(name, _)| name.clone())
    }

    /// How a file can call a table, and the edit that imports it. `at_once`: its value is read while the file runs,
    /// not only by functions. `None` where there is more than one way, or where a cycle of imports would break.
    pub(super) fn name(
        &self,
        file: FileId,
        table: TableId,
        at_once: bool,
    ) -> Option<(SmolStr, Option<Edit>)> {
        let graph = self.graph;
        let home = graph.table(table).binding.file;
        if at_once && home != file && !graph.loads.may_read(file, home) {
            return None;
        }
        if let Some(name) = self.local(file, table) {
            return Some((name, None));
        }
        let imports = graph.imports.get(&file)?;
        let doors = self.doors.get(&table)?;
        let lead = |specifier: &SmolStr| imports.leads.iter().find(|lead| lead.specifier == *specifier);
        for (specifier, namespace) in &imports.namespaces {
            let Some(lead) = lead(specifier) else { continue };
            if let Some(door) = doors.iter().find(|door| door.file == lead.file) {
                return Some((format_smolstr!("{namespace}.{}", door.name), None));
            }
        }
        let is_free = |door: &&Door<'_>| {
            !imports.names.contains(&door.name)
                && (graph.loads.has(file, door.file) || graph.loads.may_add(file, door.file, at_once))
        };
        // Beside others that come from there.
        for door in doors.iter().filter(|door| door.file != file) {
            let beside = imports.named.iter().rev();
            let mut beside =
                beside.filter(|named| lead(&named.from).is_some_and(|lead| lead.file == door.file));
            if let Some(last) = beside.next() {
                let edit = Some(door).filter(is_free).map(|door| add_name(graph, last, &door.name))?;
                return Some((door.name.clone(), Some(edit)));
            }
        }
        let used = |door: &&Door<'_>| door.used.get(&imports.package).copied().unwrap_or_default();
        let most = doors.iter().map(|door| used(&door)).max()?;
        let door = doors.iter().find(|door| used(door) == most).filter(is_free)?;
        let own = imports.leads.iter().filter(|lead| lead.is_near);
        let mut leads: Vec<&Lead> = own.collect();
        if leads.is_empty() {
            leads.clone_from(self.leads_of.get(folder_of(self.path(file)))?);
        }
        let leads: Vec<(&Lead, &str)> = leads.into_iter().map(|lead| (lead, self.path(lead.file))).collect();
        let goal = Goal {
            path: self.path(door.file),
            is_near: door.package == Some(imports.package),
            aliases: door.aliases.get(&imports.package).into_iter().flatten().copied().collect(),
        };
        let from = specifier(self.path(file), &goal, &leads)?;
        Some((door.name.clone(), Some(add_import(graph, imports, &from, &door.name)?)))
    }
}
