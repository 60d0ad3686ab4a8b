//! What stands at a place: a table, a column, a foreign key.
//!
//! Names are followed as the file says, through imports and barrels; nothing is guessed from a name alone.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::checked::Found;
use crate::eval::Target;
use crate::graph::{Form, Table, TableId};
use crate::source::{FileId, Range, Span};
use crate::syntax::{BindingKind, Export, ImportName};

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A table.
    Table(TableId),
    /// A column of a table.
    Column(TableId, usize),
    /// A foreign key of a table.
    Key(TableId, usize),
}

/// What stands at a byte, and the range that says so.
pub(super) fn subject(found: &Found, file: FileId, byte: u32) -> Option<(Subject, Range)> {
    let text = &*found.graph().sources.get(file).text;
    let word = word(text, byte);
    if let Some(word) = word
        && let Some(subject) = named(found, file, text, word)
    {
        return Some((subject, word));
    }
    declared(found, file, byte)
}

/// What a word means.
fn named(found: &Found, file: FileId, text: &str, at: Range) -> Option<Subject> {
    let name = &text[at.start as usize..at.end as usize];
    let Some(base) = base(text, at) else {
        // A property is a column before it is a table of the same name.
        let own = tables_around(found, file, at).into_iter().find_map(|id| {
            let columns = found.graph().table(id).columns.iter();
            let is_it = |(index, span): (usize, Span)| {
                let begins = span.range.start..=span.range.start + 1;
                (span.file == file && begins.contains(&at.start)).then_some(Subject::Column(id, index))
            };
            let named = columns.enumerate().filter(|(_, column)| column.key == name);
            named.map(|(index, column)| (index, column.span)).find_map(is_it)
        });
        return own.or_else(|| table(found, file, name, &mut Steps::default()).map(Subject::Table));
    };
    let of = &text[base.start as usize..base.end as usize];
    let by_parameter = || {
        tables_around(found, file, at).into_iter().find(|id| {
            match &found.graph().table(*id).third_argument.form {
                Form::List(parameter) | Form::Object(parameter) => parameter == of,
                Form::Missing | Form::Other => false,
            }
        })
    };
    // Further left something else begins: `a.users.id` is not followed.
    if self::base(text, base).is_some() {
        return None;
    }
    let id = by_parameter().or_else(|| table(found, file, of, &mut Steps::default()))?;
    let column = found.graph().table(id).columns.iter().position(|column| column.key == name)?;
    Some(Subject::Column(id, column))
}

/// The tables whose call is around a range, the innermost first.
fn tables_around(found: &Found, file: FileId, range: Range) -> Vec<TableId> {
    let tables = found.graph().tables.iter().enumerate();
    let around = tables.filter(|(_, table)| table.span.file == file && table.span.range.contains(range));
    let mut around: Vec<(u32, TableId)> = around
        .map(|(index, table)| (table.span.range.end - table.span.range.start, TableId(index as u32)))
        .collect();
    around.sort_unstable();
    around.into_iter().map(|(_, id)| id).collect()
}

/// The declaration around a byte: the key, else the column, else the head of the table.
fn declared(found: &Found, file: FileId, byte: u32) -> Option<(Subject, Range)> {
    let at = Range::new(byte, byte);
    let graph = found.graph();
    let is_here = |table: &Table, range: Range| table.span.file == file && range.contains(at);
    for id in tables_around(found, file, at) {
        let table = graph.table(id);
        let keys = table.foreign_keys.iter().enumerate();
        let key = keys.filter(|(_, key)| key.span.file == file && key.span.range.contains(at));
        if let Some((index, key)) = key.min_by_key(|(_, key)| key.span.range.end - key.span.range.start) {
            return Some((Subject::Key(id, index), key.span.range));
        }
        let columns = table.columns.iter().enumerate();
        let mut columns =
            columns.filter(|(_, column)| column.span.file == file && is_here(table, column.span.range));
        // A spread stands for several.
        if let (Some((index, column)), None) = (columns.next(), columns.next()) {
            return Some((Subject::Column(id, index), column.span.range));
        }
        let head = table.head(&graph.sources).range;
        if is_here(table, head) {
            return Some((Subject::Table(id), head));
        }
    }
    None
}

/// Exports that were looked at for a name.
type Steps = FxHashSet<(FileId, SmolStr)>;

/// How many of them at most.
const MOST_STEPS: usize = 256;

/// The table that a name of a file means.
fn table(found: &Found, file: FileId, name: &str, steps: &mut Steps) -> Option<TableId> {
    let module = found.reading.modules.get(file.0 as usize)?;
    let binding = module.bindings.get(name)?;
    if let BindingKind::Import { specifier, name: imported } = &binding.kind {
        let ImportName::Named(imported) = imported else { return None };
        return exported(found, target(found, file, *specifier)?, imported, steps);
    }
    let is_of_table = |id: &TableId| !found.graph().table(*id).binding.nested;
    let own = found.meaning.table(file, name);
    let renamed = || module.exported_names(name).find_map(|exported| found.meaning.table(file, exported));
    own.or_else(renamed).filter(is_of_table)
}

/// The table that an export of a file means.
fn exported(found: &Found, file: FileId, name: &SmolStr, steps: &mut Steps) -> Option<TableId> {
    // Barrels may pass on each other.
    if steps.len() > MOST_STEPS || !steps.insert((file, name.clone())) {
        return None;
    }
    let module = found.reading.modules.get(file.0 as usize)?;
    match module.exports.get(name) {
        Some(Export::Local(local)) => table(found, file, local, steps),
        Some(Export::From { specifier, name: ImportName::Named(name) }) => {
            exported(found, target(found, file, *specifier)?, name, steps)
        }
        Some(Export::From { .. }) => None,
        None => {
            let stars = module.star_exports.iter().filter_map(|specifier| target(found, file, *specifier));
            stars.into_iter().find_map(|file| exported(found, file, name, steps))
        }
    }
}

fn target(found: &Found, file: FileId, specifier: usize) -> Option<FileId> {
    let module = found.reading.modules.get(file.0 as usize)?;
    let key = (file, module.specifiers.get(specifier)?.text.to_string());
    match found.reading.resolved.get(&key) {
        Some(Target::File(file)) => Some(*file),
        _ => None,
    }
}

/// Where a table's name stands in its declaration; the head of its call where it has none of its own.
pub(super) fn name_of(found: &Found, id: TableId) -> Span {
    let table = found.graph().table(id);
    let file = table.binding.file;
    let module = found.reading.modules.get(file.0 as usize);
    let local = module.and_then(|module| match module.exports.get(&table.binding.name) {
        Some(Export::Local(local)) => module.bindings.get(local),
        _ => module.bindings.get(&table.binding.name),
    });
    match local {
        Some(binding) if !table.binding.nested => binding.range.in_file(file),
        _ => table.head(&found.graph().sources),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The word that a byte is in, or directly behind.
fn word(text: &str, byte: u32) -> Option<Range> {
    let byte = byte as usize;
    let (before, after) = (text.get(..byte)?, text.get(byte..)?);
    let start = before.trim_end_matches(is_word).len();
    let end = text.len() - after.trim_start_matches(is_word).len();
    (start < end).then(|| Range::new(start as u32, end as u32))
}

/// The word before the dot before a word.
fn base(text: &str, at: Range) -> Option<Range> {
    let before = text.get(..at.start as usize)?.trim_end();
    let before = before.strip_suffix('.')?;
    let before = before.strip_suffix('?').unwrap_or(before).trim_end();
    // `...users` spreads, it asks for no member.
    if before.ends_with('.') {
        return None;
    }
    let start = before.trim_end_matches(is_word).len();
    Some(Range::new(start as u32, before.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_what_they_are_asked_of() {
        let text = "a => users . id, ...times, f().x";
        let at = |needle: &str| text.find(needle).unwrap() as u32;
        let shown = |range: Option<Range>| range.map(|range| &text[range.start as usize..range.end as usize]);
        assert_eq!(shown(word(text, at("sers"))), Some("users"));
        assert_eq!(shown(word(text, at(" ."))), Some("users"));
        assert_eq!(shown(word(text, at("=>") + 1)), None);
        assert_eq!(shown(base(text, word(text, at("id,")).unwrap())), Some("users"));
        assert_eq!(base(text, word(text, at("times")).unwrap()), None);
        assert_eq!(shown(base(text, word(text, at("x")).unwrap())), Some(""));
        assert_eq!(word(text, 999), None);
    }
}
