//! What differs between a table of the schema and the same table of a snapshot, as drizzle-kit compares them.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::Difference;
use super::constraints;
use super::values::{Text, same_default, same_type, written_default};
use super::wanted::{Wanted, WantedColumn};
use crate::graph::{DrizzleLine, Table};
use crate::snapshots;
use crate::source::Span;

/// Where the differences of a table are collected.
#[derive(Debug)]
pub(super) struct Differences<'d> {
    pub(super) table: &'d Table,
    pub(super) found: Vec<Difference>,
}

impl Differences<'_> {
    pub(super) fn push(&mut self, what: String, span: Option<Span>) {
        self.found.push(Difference { what, span });
    }
}

/// The differences of a table; `moved` is how tables of the snapshot are named now.
pub(super) fn compare(
    table: &Table,
    wanted: &Wanted,
    written: &snapshots::Table,
    moved: impl Fn(&Option<SmolStr>, &SmolStr) -> Option<(Option<SmolStr>, SmolStr)>,
) -> Vec<Difference> {
    let mut out = Differences { table, found: Vec::new() };
    let mut written = written.clone();
    let renamed = columns(wanted, &written, &mut out);
    follow(&mut written, &renamed);
    if table.line == DrizzleLine::V1 {
        // A key follows its table.
        for key in &mut written.foreign_keys {
            if let Some((namespace, name)) = moved(&key.target_namespace, &key.target) {
                (key.target_namespace, key.target) = (namespace, name);
            }
        }
    }
    constraints::primary_key(wanted, &written, &mut out);
    constraints::uniques(wanted, &written, &mut out);
    constraints::indexes(wanted, &written, &mut out);
    constraints::foreign_keys(wanted, &written, &mut out);
    constraints::checks(wanted, &written, &mut out);
    out.found
}

/// The columns; what was probably renamed, old names first.
fn columns(
    wanted: &Wanted,
    written: &snapshots::Table,
    out: &mut Differences<'_>,
) -> Vec<(SmolStr, SmolStr)> {
    let there: FxHashMap<&SmolStr, &snapshots::Column> =
        written.columns.iter().map(|column| (&column.name, column)).collect();
    let here: FxHashSet<&SmolStr> = wanted.columns.iter().map(|column| &column.name).collect();
    let keys: FxHashSet<&SmolStr> = written.primary_key.iter().flat_map(|key| &key.columns).collect();
    let mut added: Vec<&WantedColumn> = Vec::new();
    for column in &wanted.columns {
        match there.get(&column.name) {
            Some(old) => changes(column, old, keys.contains(&column.name), out),
            None => added.push(column),
        }
    }
    let is_open = wanted.columns_open;
    let mut dropped: Vec<&snapshots::Column> =
        written.columns.iter().filter(|column| !is_open && !here.contains(&column.name)).collect();
    let mut renamed = Vec::new();
    let table = out.table;
    let candidates = |new: &WantedColumn, olds: &[&snapshots::Column]| -> Vec<SmolStr> {
        let alike = olds.iter().filter(|old| is_alike(table, new, old));
        alike.map(|old| old.name.clone()).collect()
    };
    let mut rivals: FxHashMap<SmolStr, usize> = FxHashMap::default();
    // Many of both are no renames, and would be compared with each other.
    if added.len().saturating_mul(dropped.len()) <= MANY {
        for new in &added {
            candidates(new, &dropped).into_iter().for_each(|old| *rivals.entry(old).or_default() += 1);
        }
        added.retain(|new| {
            let [old] = &candidates(new, &dropped)[..] else { return true };
            if rivals.get(old) != Some(&1) || !is_renaming(old, new, written, wanted) {
                return true;
            }
            out.push(format!("column `{old}` was probably renamed to `{}`", new.name), Some(new.span));
            renamed.push((old.clone(), new.name.clone()));
            false
        });
        dropped.retain(|old| renamed.iter().all(|(from, _)| *from != old.name));
    }
    for new in added {
        out.push(format!("column `{}` was added", new.name), Some(new.span));
    }
    for old in dropped {
        out.push(format!("column `{}` was removed", old.name), None);
    }
    renamed
}

/// Pairs of added and dropped columns that are looked at for renames.
const MANY: usize = 4096;

/// Whether a new column may be an old one under another name.
fn is_alike(table: &Table, new: &WantedColumn, old: &snapshots::Column) -> bool {
    let sql_type = new.sql_type.as_ref();
    let same_default = match (&new.default, written_default(old.default.as_ref())) {
        (Ok(Some(new)), Some(old)) => same_default(new, &old) != Some(false),
        (Ok(new), old) => new.is_none() && old.is_none(),
        (Err(()), _) => false,
    };
    sql_type.is_some_and(|sql_type| same_type(table.line, sql_type, &old.sql_type) == Some(true))
        && new.not_null.is_none_or(|not_null| not_null == old.not_null)
        && new.generated == old.generated
        && new.identity == old.identity
        && same_default
}

/// Whether more speaks for a rename than that both are alike: a word in common, or the same columns around them.
fn is_renaming(old: &SmolStr, new: &WantedColumn, written: &snapshots::Table, wanted: &Wanted) -> bool {
    if words(old).any(|word| words(&new.name).any(|other| other == word)) {
        return true;
    }
    let around = |names: &[&SmolStr], name: &SmolStr| {
        let at = names.iter().position(|other| *other == name)?;
        let before = at.checked_sub(1).map(|at| names[at].clone());
        Some((before, names.get(at + 1).map(|name| (*name).clone())))
    };
    let before: Vec<&SmolStr> = written.columns.iter().map(|column| &column.name).collect();
    let now: Vec<&SmolStr> = wanted.columns.iter().map(|column| &column.name).collect();
    around(&before, old).is_some_and(|place| around(&now, &new.name) == Some(place))
}

/// The words of a name that say something, in small letters: `created` of `created_at` and `createdOn`.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut parted = String::with_capacity(name.len());
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small || !letter.is_alphanumeric() {
            parted.push(' ');
        }
        after_small = letter.is_lowercase();
        parted.extend(letter.is_alphanumeric().then_some(letter).into_iter().flat_map(char::to_lowercase));
    }
    let words: Vec<String> = parted.split_whitespace().map(str::to_string).collect();
    let says_nothing =
        |word: &String| matches!(word.as_str(), "id" | "at" | "by" | "on" | "is" | "has" | "of" | "to");
    words.into_iter().filter(move |word| !says_nothing(word))
}

/// What changed about a column. `was_key` when the snapshot has it in the primary key.
fn changes(new: &WantedColumn, old: &snapshots::Column, was_key: bool, out: &mut Differences<'_>) {
    let line = out.table.line;
    let (name, span) = (&new.name, Some(new.span));
    if let Some(sql_type) = &new.sql_type
        && same_type(line, sql_type, &old.sql_type) == Some(false)
    {
        out.push(format!("column `{name}` is `{sql_type}`, was `{}`", old.sql_type), span);
    }
    let by_key = line == DrizzleLine::V1 && was_key;
    if let Some(not_null) = new.not_null
        && not_null != old.not_null
        && !by_key
    {
        let what = if not_null { "became" } else { "is no longer" };
        out.push(format!("column `{name}` {what} `not null`"), span);
    }
    if let Ok(default) = &new.default
        && !new.generated
        && !old.generated
    {
        match (default, written_default(old.default.as_ref())) {
            (Some(default), Some(before)) if same_default(default, &before) == Some(false) => {
                let texts = (shown(default), shown(&before));
                out.push(format!("the default of `{name}` is {}, was {}", texts.0, texts.1), span);
            }
            (Some(_), None) => out.push(format!("column `{name}` got a default"), span),
            (None, Some(_)) => out.push(format!("column `{name}` lost its default"), span),
            _ => {}
        }
    }
    if new.generated != old.generated {
        let what = if new.generated { "became" } else { "is no longer" };
        out.push(format!("column `{name}` {what} generated"), span);
    }
    if new.identity != old.identity {
        out.push(format!("the identity of `{name}` changed"), span);
    }
    if let Some(counts) = new.auto_increment
        && counts != old.auto_increment
        && !(line == DrizzleLine::V1 && old.sql_type == "serial")
    {
        let what = if counts { "became" } else { "is no longer" };
        out.push(format!("column `{name}` {what} `autoincrement`"), span);
    }
}

fn shown(text: &Text) -> String {
    match text {
        Text::Literal(text) if text.is_empty() => "the empty text".into(),
        Text::Literal(text) | Text::Sql(_, text) => format!("`{text}`"),
        Text::Some => "another".into(),
    }
}

/// Keys and indexes follow a column that is renamed, so that the rename is said once.
fn follow(written: &mut snapshots::Table, renamed: &[(SmolStr, SmolStr)]) {
    if renamed.is_empty() {
        return;
    }
    let follow = |name: &mut SmolStr| {
        if let Some((_, new)) = renamed.iter().find(|(old, _)| old == name) {
            *name = new.clone();
        }
    };
    let table = (written.namespace.clone(), written.name.clone());
    written.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(follow);
    written.uniques.iter_mut().flat_map(|key| &mut key.columns).for_each(follow);
    for key in &mut written.foreign_keys {
        key.columns.iter_mut().for_each(follow);
        if (&key.target_namespace, &key.target) == (&table.0, &table.1) {
            key.target_columns.iter_mut().for_each(follow);
        }
    }
    let parts = written.indexes.iter_mut().flat_map(|index| &mut index.parts);
    parts.filter(|part| !part.is_expression).for_each(|part| follow(&mut part.text));
}
