//! From a key to what it leads to, and from there to all keys that lead to it.

use super::checked::Found;
use super::find::{Subject, name_of};
use super::hover::keys_to;
use crate::graph::{ForeignKey, TableId};
use crate::source::Span;

/// Where something is declared. A column that holds a key leads on, when that is asked for at its declaration.
pub(super) fn definition(found: &Found, subject: Subject, at: Span) -> Vec<Span> {
    let graph = found.graph();
    match subject {
        Subject::Table(id) => vec![name_of(found, id)],
        Subject::Key(id, key) => target(found, &graph.table(id).foreign_keys[key]),
        Subject::Column(id, column) => {
            let table = graph.table(id);
            let place = table.columns[column].helper.unwrap_or(table.columns[column].span);
            if !table.columns[column].span.contains(at) {
                return vec![place];
            }
            let onward: Vec<Span> =
                keys_of(found, id, column).into_iter().flat_map(|key| target(found, key)).collect();
            if onward.is_empty() { vec![place] } else { onward }
        }
    }
}

/// The keys that lead to something: to the target, when it is a key itself or a column that only holds one.
pub(super) fn references(found: &Found, subject: Subject, with_declaration: bool) -> Vec<Span> {
    let graph = found.graph();
    let (id, column) = match subject {
        Subject::Table(id) => (id, None),
        Subject::Key(id, key) => match &graph.table(id).foreign_keys[key].target {
            Ok(target) => (target.table, single(&target.columns)),
            Err(_) => return Vec::new(),
        },
        Subject::Column(id, column) => {
            let leads_nowhere = keys_to(graph, id, Some(column)).next().is_none();
            let onward = keys_of(found, id, column).into_iter().find_map(|key| key.target.as_ref().ok());
            match onward.filter(|_| leads_nowhere) {
                Some(target) => (target.table, single(&target.columns)),
                None => (id, Some(column)),
            }
        }
    };
    let mut places: Vec<Span> = Vec::new();
    if with_declaration {
        places.push(match column {
            Some(column) => {
                let column = &graph.table(id).columns[column];
                column.helper.unwrap_or(column.span)
            }
            None => name_of(found, id),
        });
    }
    places.extend(keys_to(graph, id, column).map(|(table, key)| table.place_of(key)));
    if column.is_none() {
        let soft = found.meaning.soft.iter().filter(|soft| soft.target == graph.owner(id));
        places.extend(soft.flat_map(|soft| {
            soft.columns.iter().map(|column| graph.table(soft.table).columns[*column].span)
        }));
    }
    let path = |span: &Span| graph.sources.get(span.file).path.clone();
    places.sort_by_cached_key(|span| (path(span), span.range));
    places.dedup();
    places
}

fn single(columns: &[usize]) -> Option<usize> {
    match columns {
        [column] => Some(*column),
        _ => None,
    }
}

/// The keys that a column holds.
fn keys_of(found: &Found, id: TableId, column: usize) -> Vec<&ForeignKey> {
    let keys = found.graph().table(id).foreign_keys.iter();
    keys.filter(|key| key.columns.as_ref().is_ok_and(|columns| columns.contains(&column))).collect()
}

/// The columns that a key leads to, or their table.
fn target(found: &Found, key: &ForeignKey) -> Vec<Span> {
    let Ok(target) = &key.target else { return Vec::new() };
    let table = found.graph().table(target.table);
    let columns: Vec<Span> = target
        .columns
        .iter()
        .map(|column| table.columns[*column].helper.unwrap_or(table.columns[*column].span))
        .collect();
    if columns.is_empty() { vec![name_of(found, target.table)] } else { columns }
}
