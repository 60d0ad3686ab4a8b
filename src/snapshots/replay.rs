//! The state that snapshots of drizzle-kit 1.0 lead to, where each holds only what changed (PostgreSQL, from
//! 1.0.0-rc.5 on): the first is whole, the others are replayed in the order of drizzle-kit's `reconstruct`.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::snapshot::{self, Damage, Snapshot};
use super::{Header, ddl};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    ddl: Vec<Value>,
    deltas: Vec<Delta>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delta {
    op: SmolStr,
    key: String,
    row: Map<String, Value>,
    set: Map<String, Value>,
}

/// A snapshot of the folder: what orders it, and its text.
#[derive(Debug, Clone, Copy)]
pub struct Link<'t> {
    /// What orders it.
    pub header: &'t Header,
    /// Its text.
    pub text: &'t str,
}

type Rows = IndexMap<String, Map<String, Value>, FxBuildHasher>;

/// The state of the newest snapshots together; `links` are in the order of their folders. An error says why
/// their history cannot be followed, and at which of them.
///
/// # Errors
/// When one that the newest follow is not there, or is damaged.
pub fn replay(links: &[Link<'_>], newest: &[usize]) -> Result<Snapshot, (usize, Damage)> {
    let Some(last) = newest.last() else { return Ok(Snapshot::default()) };
    let fail = |at: usize, message: String| {
        let range = crate::source::Range::new(0, links[at].text.find('\n').unwrap_or(0) as u32);
        (at, Damage { range, message })
    };
    let (mut snapshot, problem) = snapshot::kind(links[*last].text).map_err(|damage| (*last, damage))?;
    if let Some(problem) = problem {
        return Err((*last, problem));
    }
    let by_id: FxHashMap<&SmolStr, usize> =
        links.iter().enumerate().map(|(at, link)| (&link.header.id, at)).collect();
    // drizzle-kit begins with the last leaf.
    let mut leaves: Vec<usize> = newest.to_vec();
    leaves.reverse();
    let mut chain = Vec::new();
    let mut seen = FxHashSet::default();
    let mut at = leaves[0];
    loop {
        if !seen.insert(at) {
            return Err(fail(at, "the snapshots follow each other in a circle".into()));
        }
        chain.push(at);
        if links[at].header.kind != "diff" {
            break;
        }
        let before = links[at].header.prev_ids.first();
        match before.and_then(|id| by_id.get(id)) {
            Some(before) => at = *before,
            None => return Err(fail(at, "the snapshot that this one follows is not in the folder".into())),
        }
    }
    let mut rows = Rows::default();
    for at in chain.into_iter().rev() {
        let parents: Vec<usize> =
            links[at].header.prev_ids.iter().filter_map(|id| by_id.get(id).copied()).collect();
        if links[at].header.kind == "diff" && parents.len() > 1 {
            apply_others(links, &by_id, &parents, &mut rows)?;
        }
        apply(links, at, &mut rows)?;
    }
    if leaves.len() > 1 {
        apply_others(links, &by_id, &leaves, &mut rows)?;
    }
    let rows = rows.into_values().map(Value::Object).collect();
    if let Some(odd) = ddl::entities(rows, &mut snapshot) {
        return Err(fail(*last, format!("the state that it leads to is damaged at `{}`", odd.key)));
    }
    Ok(snapshot)
}

/// What the other parents bring that is not in the history of the first.
fn apply_others(
    links: &[Link<'_>],
    by_id: &FxHashMap<&SmolStr, usize>,
    parents: &[usize],
    rows: &mut Rows,
) -> Result<(), (usize, Damage)> {
    let history = |first: &[usize]| {
        let mut found: FxHashSet<usize> = FxHashSet::default();
        let mut open = first.to_vec();
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(links[at].header.prev_ids.iter().filter_map(|id| by_id.get(id)));
            }
        }
        found
    };
    let known = history(&parents[..1]);
    let others = history(&parents[1..]);
    for (at, link) in links.iter().enumerate() {
        if others.contains(&at) && !known.contains(&at) && link.header.kind == "diff" {
            apply(links, at, rows)?;
        }
    }
    Ok(())
}

fn apply(links: &[Link<'_>], at: usize, rows: &mut Rows) -> Result<(), (usize, Damage)> {
    let text = links[at].text;
    let written: Written =
        serde_json::from_str(text).map_err(|error| (at, snapshot::damage(text, &error)))?;
    for row in written.ddl {
        if let Value::Object(row) = row {
            rows.insert(key_of(&row), row);
        }
    }
    for delta in written.deltas {
        match delta.op.as_str() {
            "create" => {
                rows.insert(key_of(&delta.row), delta.row);
            }
            "drop" => {
                rows.swap_remove(&delta.key);
            }
            _ => change(rows, &delta),
        }
    }
    Ok(())
}

/// How drizzle-kit keys an entity: its kind, and the parts of its name as a list.
fn key_of(row: &Map<String, Value>) -> String {
    let kind = text(row, "entityType");
    let parts: Vec<&str> = match kind {
        "schemas" | "roles" => vec!["name"],
        "tables" | "enums" | "sequences" | "views" | "indexes" => vec!["schema", "name"],
        "privileges" => vec!["schema", "table", "grantor", "grantee", "type"],
        _ => vec!["schema", "table", "name"],
    };
    let parts: Vec<&str> = parts.into_iter().map(|part| text(row, part)).collect();
    format!("{kind}\0{}", serde_json::to_string(&parts).unwrap_or_default())
}

fn text<'r>(row: &'r Map<String, Value>, key: &str) -> &'r str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// An entity gets other values; whoever names it follows when its name changes.
fn change(rows: &mut Rows, delta: &Delta) {
    let Some(row) = rows.get_mut(&delta.key) else { return };
    let before = row.clone();
    for (key, value) in &delta.set {
        row.insert(key.clone(), value.clone());
    }
    let after = row.clone();
    if key_of(&before) == key_of(&after) {
        return;
    }
    for row in rows.values_mut() {
        follow(row, &before, &after);
    }
    *rows = std::mem::take(rows).into_values().map(|row| (key_of(&row), row)).collect();
}

/// A row that names what was renamed.
fn follow(row: &mut Map<String, Value>, before: &Map<String, Value>, after: &Map<String, Value>) {
    let kind = text(before, "entityType");
    let own = text(row, "entityType").to_string();
    let (old, new) = (text(before, "name"), text(after, "name"));
    let set = |row: &mut Map<String, Value>, key: &str, value: &str| {
        row.insert(key.to_string(), Value::from(value));
    };
    match kind {
        "schemas" => {
            for key in ["schema", "schemaTo", "typeSchema"] {
                if text(row, key) == old {
                    set(row, key, new);
                }
            }
        }
        "tables" => {
            let (from, to) = (text(before, "schema"), text(after, "schema"));
            for (schema, table) in [("schema", "table"), ("schemaTo", "tableTo")] {
                if text(row, schema) == from && text(row, table) == old {
                    set(row, schema, to);
                    set(row, table, new);
                }
            }
        }
        "enums" if own == "columns" => {
            let is_it = text(row, "type") == old && text(row, "typeSchema") == text(before, "schema");
            if is_it {
                set(row, "type", new);
                set(row, "typeSchema", text(after, "schema"));
            }
        }
        "columns" => {
            for (schema, table, columns) in
                [("schema", "table", "columns"), ("schemaTo", "tableTo", "columnsTo")]
            {
                let is_it =
                    text(row, schema) == text(before, "schema") && text(row, table) == text(before, "table");
                if let (true, Some(Value::Array(columns))) = (is_it, row.get_mut(columns)) {
                    columns.iter_mut().for_each(|column| rename(column, old, new));
                }
            }
        }
        _ => {}
    }
}

/// A column in a list of names, or of parts of an index.
fn rename(column: &mut Value, old: &str, new: &str) {
    match column {
        Value::String(name) if name == old => *name = new.to_string(),
        Value::Object(part)
            if text(part, "value") == old && part.get("isExpression") != Some(&Value::Bool(true)) =>
        {
            part.insert("value".into(), new.into());
        }
        _ => {}
    }
}
