//! Keys, indexes and checks: paired by name, in 1.0 also by what they say when neither name was written.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::compare::Differences;
use super::values::same_sql;
use super::wanted::{Want, Wanted, WantedForeignKey, WantedIndex, Wants};
use crate::graph::{Dialect, DrizzleLine, Table};
use crate::snapshots;

pub(super) fn primary_key(wanted: &Wanted, written: &snapshots::Table, out: &mut Differences<'_>) {
    let Some(new) = &wanted.primary_key else { return };
    match (new, &written.primary_key) {
        (None, None) => {}
        (Some(new), None) => {
            out.push(format!("the primary key ({}) was added", list(&new.columns)), new.span);
        }
        (None, Some(old)) => {
            out.push(format!("the primary key ({}) was removed", list(&old.columns)), None);
        }
        (Some(new), Some(old)) if !same_key(out.table, &new.columns, &old.columns) => {
            let what = format!("the primary key is ({}), was ({})", list(&new.columns), list(&old.columns));
            out.push(what, new.span);
        }
        (Some(new), Some(old)) => {
            let keeps_both = out.table.line == DrizzleLine::V0 && out.table.dialect != Dialect::MySql;
            if keeps_both && new.inline != old.name.is_none() {
                let to = if new.inline { "to its column" } else { "from its column to `primaryKey()`" };
                out.push(format!("the primary key ({}) moved {to}", list(&new.columns)), new.span);
            } else if let (Some(name), Some(before)) = (&new.name, &old.name)
                && name != before
                && (out.table.line == DrizzleLine::V0 || new.explicit || old.explicit)
            {
                out.push(format!("the primary key `{before}` was renamed to `{name}`"), new.span);
            }
        }
    }
}

/// Whether two keys have the same columns. To 1.0 their order in SQLite means nothing.
fn same_key(table: &Table, new: &[SmolStr], old: &[SmolStr]) -> bool {
    let is_set = table.line == DrizzleLine::V1 && table.dialect == Dialect::Sqlite;
    new == old || is_set && new.len() == old.len() && new.iter().all(|column| old.contains(column))
}

pub(super) fn uniques(wanted: &Wanted, written: &snapshots::Table, out: &mut Differences<'_>) {
    let same = |new: &snapshots::Unique, old: &snapshots::Unique| {
        Some(new.columns == old.columns && new.nulls_not_distinct == old.nulls_not_distinct)
    };
    let name = |old: &snapshots::Unique| (old.name.clone(), old.explicit);
    let pairs = pair("unique constraint", &wanted.uniques, &written.uniques, name, same, |_, _| false, out);
    for (new, old) in pairs {
        if new.item.columns != old.columns {
            let (columns, before) = (list(&new.item.columns), list(&old.columns));
            let what = format!("unique constraint `{}` is on ({columns}), was on ({before})", new.name);
            out.push(what, Some(new.span));
        } else if new.item.nulls_not_distinct != old.nulls_not_distinct {
            out.push(format!("unique constraint `{}` treats nulls otherwise", new.name), Some(new.span));
        }
    }
}

pub(super) fn indexes(wanted: &Wanted, written: &snapshots::Table, out: &mut Differences<'_>) {
    let table = out.table;
    let same = |new: &WantedIndex, old: &snapshots::Index| {
        let parts = same_parts(table, new, old)?;
        Some(parts && new.unique == old.unique && same_predicate(table, new, old)?)
    };
    let name = |old: &snapshots::Index| (old.name.clone(), old.explicit);
    for (new, old) in pair("index", &wanted.indexes, &written.indexes, name, same, |_, _| false, out) {
        // 1.0 takes no notice of what an index of MySQL or SQLite is on, once it has its name.
        if table.line == DrizzleLine::V1 && table.dialect != Dialect::Postgres {
            continue;
        }
        let mut changed = Vec::new();
        if new.item.unique != old.unique {
            changed.push(if new.item.unique { "became unique" } else { "is no longer unique" }.to_string());
        }
        if same_parts(table, &new.item, old) == Some(false) {
            let here: Option<Vec<&snapshots::IndexPart>> =
                new.item.parts.iter().map(Option::as_ref).collect();
            changed.push(match here {
                Some(here) => format!("is on ({}), was on ({})", parts(&here), parts(&old.parts)),
                None => format!("is on other columns, was on ({})", parts(&old.parts)),
            });
        }
        if let (Some(method), Some(before)) = (&new.item.method, &old.method)
            && !method.eq_ignore_ascii_case(before)
        {
            changed.push(format!("uses `{method}`, used `{before}`"));
        }
        if same_predicate(table, &new.item, old) == Some(false) {
            changed.push("has another `where`".to_string());
        }
        if !changed.is_empty() {
            out.push(format!("index `{}` {}", new.name, changed.join(", ")), Some(new.span));
        }
    }
}

/// The parts of an index in words.
fn parts<P: std::borrow::Borrow<snapshots::IndexPart>>(parts: &[P]) -> String {
    let shown = parts.iter().map(|part| {
        let part: &snapshots::IndexPart = part.borrow();
        let order = if part.descending { " desc" } else { "" };
        let nulls = if part.nulls_first == Some(true) { " nulls first" } else { "" };
        let class = part.operator_class.as_ref().map(|class| format!(" {class}")).unwrap_or_default();
        format!("`{}{order}{nulls}{class}`", part.text)
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn same_parts(table: &Table, new: &WantedIndex, old: &snapshots::Index) -> Option<bool> {
    if new.parts.len() != old.parts.len() {
        return Some(false);
    }
    let mut is_known = true;
    for (new, old) in new.parts.iter().zip(&old.parts) {
        let Some(new) = new else {
            is_known = false;
            continue;
        };
        let same = match (new.is_expression, old.is_expression) {
            (true, true) => text(table, &new.text, &old.text),
            (false, false) => {
                let nulls = new.nulls_first.zip(old.nulls_first);
                let sorted = new.descending == old.descending && nulls.is_none_or(|(new, old)| new == old);
                let class = new.operator_class == old.operator_class;
                Some(new.text == old.text && (sorted && class || table.dialect != Dialect::Postgres))
            }
            _ => Some(false),
        };
        match same {
            Some(false) => return Some(false),
            Some(true) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(true)
}

fn same_predicate(table: &Table, new: &WantedIndex, old: &snapshots::Index) -> Option<bool> {
    match (&new.predicate, &old.predicate) {
        (None, None) => Some(true),
        // MySQL knows no partial indexes.
        (Some(_), None) if table.dialect == Dialect::MySql => Some(true),
        // 1.0 leaves out one that is always true.
        (Some(Ok(new)), None) if new.sql == "true" => None,
        (Some(_), None) | (None, Some(_)) => Some(false),
        (Some(Ok(new)), Some(old)) => text(table, &new.sql, old),
        (Some(Err(_)), Some(_)) => None,
    }
}

/// Texts hold the names of columns before casing.
fn text(table: &Table, new: &str, old: &str) -> Option<bool> {
    if table.casing.is_some() { None } else { same_sql(new, old) }
}

pub(super) fn foreign_keys(wanted: &Wanted, written: &snapshots::Table, out: &mut Differences<'_>) {
    let same = |new: &WantedForeignKey, old: &snapshots::ForeignKey| {
        let action = |new: &Option<SmolStr>, old: &SmolStr| {
            new.as_ref().is_none_or(|new| new.eq_ignore_ascii_case(old))
        };
        let actions = action(&new.on_delete, &old.on_delete) && action(&new.on_update, &old.on_update);
        Some(actions && same_ends(new, old))
    };
    let name = |old: &snapshots::ForeignKey| (old.name.clone(), old.explicit);
    for (new, old) in
        pair("foreign key", &wanted.foreign_keys, &written.foreign_keys, name, same, same_ends, out)
    {
        let mut changed = Vec::new();
        if !same_ends(&new.item, old) {
            changed.push(format!(
                "leads from ({}) to `{}` ({}), led from ({}) to `{}` ({})",
                list(&new.item.columns),
                new.item.target.1,
                list(&new.item.target_columns),
                list(&old.columns),
                old.target,
                list(&old.target_columns)
            ));
        }
        let actions = [
            ("on delete", &new.item.on_delete, &old.on_delete),
            ("on update", &new.item.on_update, &old.on_update),
        ];
        for (what, action, before) in actions {
            if let Some(action) = action
                && !action.eq_ignore_ascii_case(before)
            {
                changed.push(format!("says `{what} {action}`, said `{what} {before}`"));
            }
        }
        if !changed.is_empty() {
            let columns = list(&new.item.columns);
            let what =
                format!("the foreign key ({columns}) to `{}` {}", new.item.target.1, changed.join(", "));
            out.push(what, Some(new.span));
        }
    }
}

fn same_ends(new: &WantedForeignKey, old: &snapshots::ForeignKey) -> bool {
    new.columns == old.columns
        && new.target_columns == old.target_columns
        && (&new.target.0, &new.target.1) == (&old.target_namespace, &old.target)
}

pub(super) fn checks(wanted: &Wanted, written: &snapshots::Table, out: &mut Differences<'_>) {
    let table = out.table;
    let same = |new: &String, old: &(SmolStr, String)| text(table, new, &old.1);
    let name = |old: &(SmolStr, String)| (old.0.clone(), true);
    for (new, old) in pair("check", &wanted.checks, &written.checks, name, same, |_, _| false, out) {
        let is_overlooked = table.line == DrizzleLine::V1 && table.dialect == Dialect::MySql;
        if text(table, &new.item, &old.1) == Some(false) && !is_overlooked {
            out.push(format!("check `{}` says something else", new.name), Some(new.span));
        }
    }
}

/// Pairs what the schema and the snapshot have under one name. What only one side has is a difference.
fn pair<'w, W, S>(
    kind: &str,
    wanted: &'w Wants<W>,
    written: &'w [S],
    name: impl Fn(&S) -> (SmolStr, bool),
    same: impl Fn(&W, &S) -> Option<bool>,
    akin: impl Fn(&W, &S) -> bool,
    out: &mut Differences<'_>,
) -> Vec<(&'w Want<W>, &'w S)> {
    let mut left: FxHashMap<SmolStr, &S> = written.iter().map(|old| (name(old).0, old)).collect();
    let mut pairs = Vec::new();
    let mut added = Vec::new();
    // Of several of one name the last wins.
    let last: FxHashMap<&SmolStr, usize> =
        wanted.items.iter().enumerate().map(|(at, want)| (&want.name, at)).collect();
    for (at, want) in wanted.items.iter().enumerate() {
        if last.get(&want.name) != Some(&at) {
            continue;
        }
        match left.remove(&want.name) {
            Some(old) => pairs.push((want, old)),
            None => added.push(want),
        }
    }
    // The rest in the order of the snapshot.
    let mut left: Vec<&S> = written.iter().filter(|old| left.contains_key(&name(old).0)).collect();
    let by_content = out.table.line == DrizzleLine::V1;
    let mut alone = Vec::new();
    for want in added {
        let at = left.iter().position(|old| {
            let is_generated = !want.explicit && !name(old).1;
            same(&want.item, old).unwrap_or(by_content && is_generated)
        });
        match at.map(|at| left.remove(at)) {
            Some(old) if by_content && !want.explicit && !name(old).1 => {}
            Some(old) => {
                let what = format!("{kind} `{}` was renamed to `{}`", name(old).0, want.name);
                out.push(what, Some(want.span));
            }
            None => alone.push(want),
        }
    }
    // What was changed so that its name changed, too, is one difference.
    for want in alone {
        match left.iter().position(|old| akin(&want.item, old)).map(|at| left.remove(at)) {
            Some(old) => pairs.push((want, old)),
            None => out.push(format!("{kind} `{}` was added", want.name), Some(want.span)),
        }
    }
    if !wanted.open {
        for old in left {
            out.push(format!("{kind} `{}` was removed", name(old).0), None);
        }
    }
    pairs
}

fn list(names: &[SmolStr]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
