//! Writing a relation where the relations of its table stand.

use smol_str::{SmolStr, format_smolstr};

use super::brackets::add_entry;
use super::imports::import;
use super::is_name;
use crate::graph::{Helpers, RelationApi, RelationSet, SchemaGraph, Table, TableId};
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
}

/// Adds a relation to those of its table, or declares the first; `None` where a table would have to be imported.
pub fn add_relation(graph: &SchemaGraph, relation: NewRelation<'_>) -> Option<Fix> {
    let mut sets = graph.relation_sets.iter().filter(|set| set.table == relation.table);
    let edits = match (sets.next(), sets.next()) {
        (Some(set), None) => add_to(graph, set, relation)?,
        (None, _) => declare(graph, relation)?,
        // Which of several is the one for it, nobody said.
        (Some(_), Some(_)) => return None,
    };
    let title = format!("add the relation `{}`", relation.name);
    Some(Fix { title, edits, changes_schema: false })
}

fn add_to(graph: &SchemaGraph, set: &RelationSet, relation: NewRelation<'_>) -> Option<Vec<Edit>> {
    let entries = set.entries?;
    let file = entries.span.file;
    let mut edits = Vec::new();
    let written = match set.api {
        RelationApi::V1 => {
            let (function, taken) = helper(&set.helpers, if relation.one { "one" } else { "many" })?;
            edits.extend(taken);
            v1(graph, file, &function, relation)?
        }
        RelationApi::V2 => {
            let Helpers::Whole(helper) = &set.helpers else { return None };
            v2(graph, set, helper, relation)?
        }
    };
    edits.extend(add_entry(&graph.sources, entries, &written)?);
    Some(edits)
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
fn v1(graph: &SchemaGraph, file: FileId, function: &str, relation: NewRelation<'_>) -> Option<String> {
    let (from, to) = (local(graph, file, relation.table)?, local(graph, file, relation.target)?);
    let mut options = Vec::new();
    if let Some((fields, references)) = relation.columns {
        let fields = keys(graph.table(relation.table), &from, fields)?;
        let references = keys(graph.table(relation.target), &to, references)?;
        options.push(format!("fields: [{fields}], references: [{references}]"));
    }
    options.extend(relation.pair.map(|pair| format!("relationName: \"{pair}\"")));
    let options = if options.is_empty() { String::new() } else { format!(", {{ {} }}", options.join(", ")) };
    Some(format!("{}: {function}({to}{options})", relation.name))
}

/// `user: r.one.users({ from: r.orders.userId, to: r.users.id })`
fn v2(graph: &SchemaGraph, set: &RelationSet, helper: &str, relation: NewRelation<'_>) -> Option<String> {
    let (from, to) = (set.keys.get(&relation.table)?, set.keys.get(&relation.target)?);
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
    options.extend(relation.pair.map(|pair| format!("alias: \"{pair}\"")));
    let options = if options.is_empty() { String::new() } else { format!("{{ {} }}", options.join(", ")) };
    let kind = if relation.one { "one" } else { "many" };
    is_name(to).then(|| format!("{}: {helper}.{kind}.{to}({options})", relation.name))
}

/// The first `relations()` of a table: behind the last of its file, or of the one file that has both tables.
fn declare(graph: &SchemaGraph, relation: NewRelation<'_>) -> Option<Vec<Edit>> {
    let table = graph.table(relation.table);
    let of_project =
        |set: &&RelationSet| set.api == RelationApi::V1 && graph.table(set.table).project == table.project;
    let sets = || graph.relation_sets.iter().filter(of_project);
    let own = table.binding.file;
    let file = match sets().any(|set| set.span.file == own) {
        true => own,
        false => {
            let mut files: Vec<FileId> = sets().map(|set| set.span.file).collect();
            files.sort_unstable();
            files.dedup();
            files.retain(|file| local(graph, *file, relation.table).is_some());
            let [only] = files[..] else { return None };
            only
        }
    };
    let last = sets().filter(|set| set.span.file == file).max_by_key(|set| set.span.range.end)?;
    let from = local(graph, file, relation.table)?;
    let name = format!("{from}Relations");
    if graph.imports.get(&file)?.names.contains(name.as_str()) {
        return None;
    }
    // 1.0 keeps it apart.
    let of_last = graph.imports.get(&file)?.named.iter().find(|imported| imported.name == "relations")?;
    let (function, imported) = import(graph, file, &of_last.from, "relations")?;
    let kind = if relation.one { "one" } else { "many" };
    let entry = v1(graph, file, kind, relation)?;
    let text = &graph.sources.get(file).text;
    // A table has no value before its declaration has run.
    let declared = Some(table.span).filter(|span| span.file == file).map_or(0, |span| span.range.end);
    let end = last.span.range.end.max(declared);
    let rest = text.get(end as usize..)?;
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let semicolon = rest[..line].trim_end();
    if !matches!(semicolon, "" | ";") {
        return None;
    }
    let newline = if rest[line..].starts_with("\r\n") { "\r\n" } else { "\n" };
    let at = end + semicolon.len() as u32;
    let text = format!(
        "{newline}{newline}export const {name} = {function}({from}, ({{ {kind} }}) => ({{{newline}  {entry},{newline}}})){semicolon}"
    );
    let mut edits: Vec<Edit> = imported.into_iter().collect();
    edits.push(Edit::new(Range::new(at, at).in_file(file), text));
    Some(edits)
}

/// What a file calls a table.
fn local(graph: &SchemaGraph, file: FileId, table: TableId) -> Option<SmolStr> {
    let tables = &graph.imports.get(&file)?.tables;
    tables.iter().find(|(_, id)| *id == table).map(|(name, _)| name.clone())
}

fn keys(table: &Table, of: &str, columns: &[usize]) -> Option<String> {
    let are_names = columns.iter().all(|column| is_name(&table.columns[*column].key));
    are_names.then(|| table.column_keys(of, columns))
}
