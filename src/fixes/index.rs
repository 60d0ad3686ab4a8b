//! Writing an index into the third argument of a table.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::brackets::{add_entry, end_of_arguments};
use super::imports::import;
use super::is_name;
use super::style::Style;
use crate::graph::{Dialect, Form, SchemaGraph, Table};
use crate::rule::{Edit, Fix};
use crate::source::Span;

/// Names that an index cannot have, because something has them already, another fix among them.
#[derive(Debug, Default)]
pub struct IndexNames {
    /// By project and database.
    taken: FxHashSet<(usize, Dialect, SmolStr)>,
    /// New properties of third arguments that are objects.
    keys: FxHashSet<(Span, String)>,
    /// Where a third argument can be written, by the call: the line of that place is searched for comments, and all
    /// indexes of a table go there.
    ends: FxHashMap<Span, Option<Span>>,
}

impl IndexNames {
    /// The names of all tables, indexes and unique constraints.
    pub fn new(graph: &SchemaGraph) -> Self {
        let mut taken = FxHashSet::default();
        for table in &graph.tables {
            let indexes = table.indexes.iter().filter_map(|index| index.name.as_ref().ok()?.as_ref());
            let uniques = table.uniques.iter().filter_map(|unique| unique.name.as_ref().ok());
            let names = table.name.as_ref().ok().into_iter().chain(indexes).chain(uniques);
            taken.extend(names.map(|name| (table.project, table.dialect, name.clone())));
        }
        Self { taken, ..Self::default() }
    }
}

/// Indexes the columns, by a name of that template that is not taken.
pub fn add_index(
    graph: &SchemaGraph,
    table: &Table,
    columns: &[usize],
    template: &str,
    names: &mut IndexNames,
) -> Option<Fix> {
    let third = &table.third_argument;
    let keys = columns.iter().map(|column| table.columns[*column].key.as_str());
    // A factory's call is every table's that it makes.
    if !third.is_own || !keys.clone().all(is_name) {
        return None;
    }
    let name = table.index_name(columns, template);
    let (function, imported) = import(graph, table.span.file, table.dialect.module(), "index")?;
    let parameter = match &third.form {
        Form::List(parameter) | Form::Object(parameter) => parameter.as_str(),
        Form::Missing => "t",
        Form::Other => return None,
    };
    if function == parameter {
        return None;
    }
    let file = graph.sources.get(table.span.file);
    let style = Style::of(file);
    let index = format!("{function}({}).on({})", style.quoted(&name), table.column_keys(parameter, columns));
    let mut edits: Vec<Edit> = imported.into_iter().collect();
    match (&third.form, third.entries) {
        (Form::Missing, _) => {
            let end = names.ends.entry(table.span);
            let span = (*end.or_insert_with(|| end_of_arguments(&graph.sources, table.span)))?;
            let key = table.index_key(columns);
            let written = match graph.sources.text(table.span).contains('\n') {
                true => {
                    let entry = third.entry(&key, &index);
                    format!("(t) => {}", style.over_lines(file, span, &entry, !third.takes_list))
                }
                false => third.alone(&key, &index),
            };
            edits.push(Edit::new(span, format!(", {written}")));
        }
        (Form::List(_), Some(list)) => edits.extend(joining(add_entry(&graph.sources, list, &index)?)),
        (Form::Object(_), Some(object)) => {
            let key = table.index_key(columns);
            if graph.sources.text(object.span).contains(&key) {
                return None;
            }
            edits.extend(joining(add_entry(&graph.sources, object, &format!("{key}: {index}"))?));
            if !names.keys.insert((object.span, key)) {
                return None;
            }
        }
        _ => return None,
    }
    if !names.taken.insert((table.project, table.dialect, SmolStr::new(&name))) {
        return None;
    }
    Some(Fix { title: format!("add the index `{name}`"), edits, changes_schema: true })
}

/// Several indexes can go to the end of one list at once, where each brings all that it takes.
fn joining(mut edits: Vec<Edit>) -> Vec<Edit> {
    if let [edit] = &mut edits[..] {
        edit.joins = edit.span.range.start == edit.span.range.end;
    }
    edits
}
