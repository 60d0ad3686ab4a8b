//! The graph equals what drizzle-orm itself reports.
//!
//! `fixtures/truth/*/truth.json` are recordings of the real drizzle-orm and drizzle-kit, made by
//! `tests/truth/record.mjs`; see the README there. Every fact of a recording must be in the graph, and
//! the graph may hold no table, column, key or relation that the recording does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use schemalint::discover::Options;
use schemalint::graph::json as graph_json;
use schemalint::workspace;

#[test]
fn the_graph_is_what_drizzle_reports() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/truth");
    let settings = workspace::load_settings(None, &[]).unwrap();
    let mut compared = 0;
    let mut differences = Vec::new();
    for entry in fs::read_dir(&fixtures).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(truth) = fs::read_to_string(folder.join("truth.json")) else { continue };
        let truth: Value = serde_json::from_str(&truth).unwrap();
        let options = Options { paths: vec![folder.clone()], no_ignore: true, ..Options::default() };
        let reading = workspace::read(&folder, &options, &settings);
        let model = graph_json::graph(&reading.graph);
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (truth, model) = (facts(&truth, &truth), facts(&model, &truth));
        compared += truth.len();
        for (fact, expected) in &truth {
            match model.get(fact) {
                Some(found) if found == expected => {}
                Some(found) => differences.push(format!("{name}: {fact}: drizzle {expected}, graph {found}")),
                None => differences.push(format!("{name}: {fact}: drizzle {expected}, not in the graph")),
            }
        }
        for (fact, found) in model.iter().filter(|(fact, _)| !truth.contains_key(*fact)) {
            differences.push(format!("{name}: {fact}: graph {found}, unknown to drizzle"));
        }
    }
    assert!(compared > 10_000, "only {compared} facts were compared");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

type Facts = BTreeMap<String, Value>;

/// Members of a column that both sides write in the same way; absent means the same as `null`.
const COLUMN: &[&str] = &[
    "name",
    "nameFromKey",
    "sqlType",
    "notNull",
    "hasDefault",
    "default",
    "primary",
    "unique",
    "isArray",
    "dimensions",
    "enumValues",
    "enumName",
    "enumSchema",
    "generated",
    "identity",
    "autoIncrement",
    "onUpdate",
    "nullsNotDistinct",
];

/// Everything that a recording or a graph says, a line each. `truth` says which facts drizzle has an
/// answer for.
fn facts(side: &Value, truth: &Value) -> Facts {
    let mut facts = Facts::new();
    let by_id = |side: &Value| -> BTreeMap<String, Value> {
        list(side, "tables").iter().map(|table| (id(table), table.clone())).collect()
    };
    let recorded = by_id(truth);
    // Tables that only a key or a relation leads to have no owner in drizzle's report.
    let known: BTreeSet<&String> = recorded.keys().collect();
    for table in list(side, "tables") {
        let id = id(table);
        if !known.contains(&id) && table["exported"] == json!(false) && table["nested"] == json!(true) {
            continue;
        }
        table_facts(&id, table, recorded.get(&id).unwrap_or(&Value::Null), &mut facts);
    }
    for made in list(side, "enums") {
        let id = id(made);
        facts.insert(
            format!("enum {id}"),
            json!([made["name"], made["schema"], made["values"], made["exported"]]),
        );
    }
    for made in list(side, "sequences") {
        facts.insert(format!("sequence {}", id(made)), json!([made["name"], made["schema"]]));
    }
    // Calls and callbacks that throw declare nothing; the graph says what would be there, and why it is not.
    let thrown = list(truth, "relationErrors").iter().chain(list(truth, "thrown"));
    let throwing: BTreeMap<String, String> = thrown.map(|it| (id(it), text(&it["error"]))).collect();
    for (declaration, error) in &throwing {
        let relations = list(side, "relations").iter().filter(|relation| id(relation) == *declaration);
        let said: Vec<String> = relations.map(|relation| text(&relation["inferError"])).collect();
        // Drizzle throws the first fault of several.
        let is_said = said.contains(error) || std::ptr::eq(side, truth);
        facts.insert(format!("thrown by {declaration}"), if is_said { json!(error) } else { json!(said) });
    }
    for relation in list(side, "relations").iter().filter(|relation| !throwing.contains_key(&id(relation))) {
        let at =
            format!("relation {} on {}.{}", id(relation), id(&relation["table"]), text(&relation["name"]));
        let mut put = |what: &str, value: Value| {
            facts.insert(format!("{at} {what}"), value);
        };
        put("kind", relation["kind"].clone());
        put("api", relation["api"].clone());
        put("target", id(&relation["referencedTable"]).into());
        for member in ["fields", "references", "relationName", "inferredFields", "inferredReferences"] {
            if !relation[member].is_null() {
                put(member, relation[member].clone());
            }
        }
        put("throws", relation["inferError"].clone());
        if !relation["through"].is_null() {
            let through = &relation["through"];
            put("through", json!([id(&through["table"]), through["source"], through["target"]]));
        }
    }
    facts
}

fn table_facts(id: &str, table: &Value, recorded: &Value, facts: &mut Facts) {
    let mut put = |what: String, value: Value| {
        facts.insert(format!("{id} {what}"), value);
    };
    for member in ["exported", "nested", "dialect", "schema", "name", "isView"] {
        put(member.into(), some(&table[member]));
    }
    let is_view = table["isView"] == json!(true);
    if is_view {
        put("materialized".into(), some(&table["materialized"]));
        put("existing".into(), some(&table["existing"]));
    }
    let columns = list(table, "columns");
    put("columns".into(), columns.iter().map(|column| column["key"].clone()).collect());
    for column in columns {
        let key = text(&column["key"]);
        for member in COLUMN {
            // A view's expression has no type that Drizzle could tell.
            let told = list(recorded, "columns").iter().find(|other| other["key"] == column["key"]);
            if is_view && told.is_some_and(|told| told["sqlType"].is_null()) {
                continue;
            }
            put(format!("column {key} {member}"), some(&column[*member]));
        }
    }
    if is_view {
        return;
    }
    for member in ["checks", "checkNames", "policies", "policyNames", "rls"] {
        put(member.into(), some(&table[member]));
    }
    for (at, key) in list(table, "primaryKeys").iter().enumerate() {
        put(format!("primary key {at}"), key["columns"].clone());
    }
    for (at, unique) in list(table, "uniques").iter().enumerate() {
        let nulls = some(&unique["nullsNotDistinct"]);
        put(format!("unique {at}"), json!([unique["columns"], nulls]));
    }
    for (at, index) in list(table, "indexes").iter().enumerate() {
        let known = ["name", "unique", "columns", "where", "method"].map(|member| some(&index[member]));
        put(format!("index {at}"), known.to_vec().into());
    }
    for (at, key) in list(table, "foreignKeys").iter().enumerate() {
        let target = match key["foreignTable"]["external"] == json!(true) {
            true => {
                format!("{}.{}", text(&key["foreignTable"]["schema"]), text(&key["foreignTable"]["name"]))
            }
            false => self::id(&key["foreignTable"]),
        };
        let actions = ["onDelete", "onUpdate"].map(|action| match &key[action] {
            Value::Null => json!("no action"),
            written => written.clone(),
        });
        put(format!("foreign key {at}"), json!([key["columns"], target, key["foreignColumns"], actions]));
    }
    kit_facts(table, recorded, &mut put);
}

/// The names in SQL, as drizzle-kit writes them, where it could be asked.
fn kit_facts(table: &Value, recorded: &Value, put: &mut impl FnMut(String, Value)) {
    let kit = &recorded["kit"];
    if kit.is_null() {
        return;
    }
    let is_truth = table["kit"].is_object();
    if is_truth {
        for (key, name) in kit["columns"].as_object().into_iter().flatten() {
            put(format!("kit column {key}"), name.clone());
        }
        let names = |member: &str| -> Value {
            let mut names: Vec<String> = list(kit, member).iter().map(|made| text(&made["name"])).collect();
            names.sort();
            names.into()
        };
        for member in ["uniques", "indexes", "foreignKeys"] {
            put(format!("kit {member}"), names(member));
        }
        if !kit["primaryKey"].is_null() {
            put("kit primary key".into(), kit["primaryKey"]["name"].clone());
        }
        return;
    }
    for column in list(table, "columns") {
        put(format!("kit column {}", text(&column["key"])), some(&column["sqlName"]));
    }
    let names = |member: &str, name: &str| -> Vec<String> {
        list(table, member).iter().map(|made| text(&made[name])).collect()
    };
    let unique_columns = list(table, "columns").iter().filter(|column| column["unique"] == json!(true));
    let mut uniques: Vec<String> = unique_columns.map(|column| text(&column["uniqueName"])).collect();
    uniques.extend(names("uniques", "name"));
    let mut indexes = names("indexes", "sqlName");
    // SQLite, and MySQL in 1.0, keep unique constraints as indexes.
    if list(kit, "uniques").is_empty() && list(kit, "indexes").len() == indexes.len() + uniques.len() {
        indexes.append(&mut uniques);
    }
    let mut keys = names("foreignKeys", "name");
    // Of two keys with one name drizzle-kit keeps the last.
    for names in [&mut uniques, &mut indexes, &mut keys] {
        names.sort();
        names.dedup();
    }
    put("kit uniques".into(), uniques.into());
    put("kit indexes".into(), indexes.into());
    put("kit foreignKeys".into(), keys.into());
    // The key of a single column has a name only where drizzle-kit gives it one.
    if !kit["primaryKey"].is_null() {
        let written = list(table, "primaryKeys").first().map(|key| key["name"].clone());
        put("kit primary key".into(), written.unwrap_or_else(|| kit["primaryKey"]["name"].clone()));
    }
}

fn list<'v>(value: &'v Value, member: &str) -> &'v [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}

fn id(value: &Value) -> String {
    format!("{}#{}", text(&value["file"]), text(&value["exportName"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_string()
}

/// `false` and an empty list say the same as nothing.
fn some(value: &Value) -> Value {
    match value {
        Value::Bool(false) => Value::Null,
        Value::Array(items) if items.is_empty() => Value::Null,
        other => other.clone(),
    }
}
