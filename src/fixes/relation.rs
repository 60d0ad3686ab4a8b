//! Writing a relation where the relations of its table stand.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::brackets::add_entry;
use super::imports::merged;
use super::is_name;
use super::style::Style;
use super::tables::Tables;
use crate::graph::{Helpers, RelationApi, RelationCall, RelationSet, SchemaGraph, Table, TableId};
use crate::rule::{Edit, Fix};
use crate::source::{FileId, Range};

/// A relation to write.
#[derive(Debug, Clone, Copy)]
pub struct NewRelation<'n> {
    /// The table that gets it.
    pub table: TableId,
    /// Its name.
    pub name: &'n str,
    /// `one`; else `many`.
    pub one: bool,
    /// Where it leads.
    pub target: TableId,
    /// The columns of both sides; none where the other side says them.
    pub columns: Option<(&'n [usize], &'n [usize])>,
    /// `relationName`, `alias`.
    pub pair: Option<&'n str>,
    /// No other relation is asked for that would begin the relations of the same table.
    pub is_first: bool,
}

/// Where relations can be written.
pub struct RelationFixes<'g> {
    pub(super) graph: &'g SchemaGraph,
    pub(super) tables: Tables<'g>,
    sets: FxHashMap<TableId, Vec<&'g RelationSet>>,
    /// The `relations()` of each project.
    pub(super) of_project: FxHashMap<usize, Vec<&'g RelationSet>>,
    /// The calls of `defineRelations` that know each table.
    pub(super) calls: FxHashMap<TableId, Vec<&'g RelationCall>>,
    /// How many calls of `defineRelations` know tables of each project.
    pub(super) calls_of_project: FxHashMap<usize, usize>,
}

impl<'g> RelationFixes<'g> {
    /// Those of a graph.
    pub fn new(graph: &'g SchemaGraph) -> Self {
        let mut sets: FxHashMap<TableId, Vec<&RelationSet>> = FxHashMap::default();
        let mut of_project: FxHashMap<usize, Vec<&RelationSet>> = FxHashMap::default();
        for set in &graph.relation_sets {
            sets.entry(set.table).or_default().push(set);
            if set.api == RelationApi::V1 {
                of_project.entry(graph.table(set.table).project).or_default().push(set);
            }
        }
        let mut calls: FxHashMap<TableId, Vec<&RelationCall>> = FxHashMap::default();
        let mut calls_of_project: FxHashMap<usize, usize> = FxHashMap::default();
        for call in &graph.relation_calls {
            let mut projects: Vec<usize> =
                call.keys.keys().map(|table| graph.table(*table).project).collect();
            projects.sort_unstable();
            projects.dedup();
            projects.into_iter().for_each(|project| *calls_of_project.entry(project).or_default() += 1);
            call.keys.keys().for_each(|table| calls.entry(*table).or_default().push(call));
        }
        Self { graph, tables: Tables::new(graph), sets, of_project, calls, calls_of_project }
    }

    /// Adds a relation to those of its table, or writes the first; `None` where its place, or the way to a table, is
    /// not certain.
    pub fn add(&self, relation: NewRelation<'_>) -> Option<Fix> {
        let title = format!("add the relation `{}`", relation.name);
        Some(Fix { title, edits: self.edits(relation)?, changes_schema: false })
    }

    /// Adds both sides of a relation.
    pub fn add_both(&self, relation: NewRelation<'_>, back: NewRelation<'_>) -> Option<Fix> {
        // The second would begin the relations of the table once more.
        if relation.table == back.table && !self.sets.contains_key(&relation.table) {
            return None;
        }
        let mut edits = self.edits(relation)?;
        let count = edits.len();
        for edit in self.edits(back)? {
            let range = edit.span.range;
            let meets = |other: &&Edit| {
                let at = other.span.range;
                other.span.file == edit.span.file && range.start <= at.end && at.start <= range.end
            };
            let others: Vec<&Edit> = edits[..count].iter().filter(meets).collect();
            // The same import, which both want.
            if edit.joins && others.contains(&&edit) {
                continue;
            }
            let are_insertions = others
                .iter()
                .all(|other| other.span == edit.span && range.start == range.end && **other != edit);
            if !are_insertions {
                return None;
            }
            edits.push(edit);
        }
        let title = format!("add the relations `{}` and `{}`", relation.name, back.name);
        Some(Fix { title, edits, changes_schema: false })
    }

    fn edits(&self, relation: NewRelation<'_>) -> Option<Vec<Edit>> {
        if !is_name(relation.name) {
            return None;
        }
        match self.sets.get(&relation.table).map(Vec::as_slice) {
            Some([set]) => self.add_to(set, relation),
            // Which of several is the one for it, nobody said.
            Some(_) => None,
            None => {
                let by_call = self.calls.contains_key(&relation.table);
                match (by_call, self.of_project.contains_key(&self.graph.table(relation.table).project)) {
                    (true, false) => self.add_table(relation),
                    (false, true) => self.declare(relation),
                    // Neither interface, or both.
                    _ => None,
                }
            }
        }
    }

    fn add_to(&self, set: &RelationSet, relation: NewRelation<'_>) -> Option<Vec<Edit>> {
        let entries = set.entries?;
        let file = entries.span.file;
        let mut edits = Vec::new();
        let written = match set.api {
            RelationApi::V1 => {
                let (function, taken) = helper(&set.helpers, if relation.one { "one" } else { "many" })?;
                edits.extend(taken);
                let names = self.names(file, relation, false, &mut edits)?;
                if names.iter().any(|name| set.helpers.gives(name) || *name == function) {
                    return None;
                }
                v1(self.graph, file, &names, &function, relation)?
            }
            RelationApi::V2 => {
                let Helpers::Whole(helper) = &set.helpers else { return None };
                v2(self.graph, file, &set.keys, helper, relation)?
            }
        };
        edits.extend(add_entry(&self.graph.sources, entries, &written)?);
        Some(edits)
    }

    /// What a file calls the two tables. `at_once`: the table that has the relation is read while the file runs.
    pub(super) fn names(
        &self,
        file: FileId,
        relation: NewRelation<'_>,
        at_once: bool,
        edits: &mut Vec<Edit>,
    ) -> Option<[SmolStr; 2]> {
        let (from, first) = self.tables.name(file, relation.table, at_once)?;
        let (to, second) = self.tables.name(file, relation.target, false)?;
        match (first, second) {
            (Some(first), Some(second)) if first == second => edits.push(first),
            (Some(first), Some(second)) => match merged(&first, &second) {
                Some(both) => edits.push(both),
                None => edits.extend([first, second]),
            },
            (first, second) => edits.extend(first.or(second)),
        }
        Some([from, to])
    }
}

/// What `one` or `many` is called in a function, and the edit that takes it out of what the function is given.
fn helper(helpers: &Helpers, wanted: &'static str) -> Option<(SmolStr, Option<Edit>)> {
    match helpers {
        Helpers::Whole(name) => Some((format_smolstr!("{name}.{wanted}"), None)),
        Helpers::Taken(taken) => {
            if let Some((_, name, _)) = taken.iter().find(|(helper, ..)| helper == wanted) {
                return Some((name.clone(), None));
            }
            // `({ many: one })`: the name stands for something else.
            if taken.iter().any(|(_, name, _)| name == wanted) {
                return None;
            }
            let (.., last) = taken.last()?;
            let at = Range::new(last.range.end, last.range.end).in_file(last.file);
            Some((SmolStr::new_static(wanted), Some(Edit::new(at, format!(", {wanted}")))))
        }
        Helpers::Other => None,
    }
}

/// `user: one(users, { fields: [orders.userId], references: [users.id] })`
pub(super) fn v1(
    graph: &SchemaGraph,
    file: FileId,
    [from, to]: &[SmolStr; 2],
    function: &str,
    relation: NewRelation<'_>,
) -> Option<String> {
    let mut options = Vec::new();
    if let Some((fields, references)) = relation.columns {
        let fields = keys(graph.table(relation.table), from, fields)?;
        let references = keys(graph.table(relation.target), to, references)?;
        options.push(format!("fields: [{fields}], references: [{references}]"));
    }
    options.extend(relation.pair.map(|pair| format!("relationName: {}", quoted(graph, file, pair))));
    let options = if options.is_empty() { String::new() } else { format!(", {{ {} }}", options.join(", ")) };
    Some(format!("{}: {function}({to}{options})", relation.name))
}

/// `user: r.one.users({ from: r.orders.userId, to: r.users.id })`
pub(super) fn v2(
    graph: &SchemaGraph,
    file: FileId,
    keys_of: &FxHashMap<TableId, SmolStr>,
    helper: &str,
    relation: NewRelation<'_>,
) -> Option<String> {
    let (from, to) = (keys_of.get(&relation.table)?, keys_of.get(&relation.target)?);
    let mut options = Vec::new();
    if let Some((fields, references)) = relation.columns {
        let list = |table: TableId, key: &str, columns: &[usize]| {
            let keys = keys(graph.table(table), &format!("{helper}.{key}"), columns)?;
            Some(if columns.len() == 1 { keys } else { format!("[{keys}]") })
        };
        let (fields, references) =
            (list(relation.table, from, fields)?, list(relation.target, to, references)?);
        options.push(format!("from: {fields}, to: {references}"));
    }
    options.extend(relation.pair.map(|pair| format!("alias: {}", quoted(graph, file, pair))));
    let options = if options.is_empty() { String::new() } else { format!("{{ {} }}", options.join(", ")) };
    let kind = if relation.one { "one" } else { "many" };
    (is_name(to) && is_name(from)).then(|| format!("{}: {helper}.{kind}.{to}({options})", relation.name))
}

fn quoted(graph: &SchemaGraph, file: FileId, text: &str) -> String {
    Style::of(graph.sources.get(file)).quoted(text)
}

fn keys(table: &Table, of: &str, columns: &[usize]) -> Option<String> {
    let are_names = columns.iter().all(|column| is_name(&table.columns[*column].key));
    are_names.then(|| table.column_keys(of, columns))
}
