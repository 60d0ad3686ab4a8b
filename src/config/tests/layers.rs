//! What lies over what.

use super::{Case, alone, good};
use crate::config::schema::plain;
use crate::config::{Config, Origin};
use crate::rule::Level;
use serde_json::{Value, json};

fn effective(config: &Config, pointer: &str) -> Value {
    plain(config.effective()).pointer(pointer).cloned().unwrap_or(Value::Null)
}

fn rule(text: &str, files: &[(&str, &str)], command_line: &[&str]) -> Value {
    let (config, _) = good(&Case { text, files, command_line });
    effective(&config, "/rules/missing-relation")
}

#[test]
fn objects_merge_and_the_rest_is_replaced() {
    let base = (
        "base.json",
        r#"{ "files": { "include": ["a"], "exclude": ["b"] }, "docs": { "accept": ["comment"] } }"#,
    );
    let text = r#"{ "extends": ["./base.json"], "files": { "exclude": ["c"] } }"#;
    let (config, _) = good(&Case { text, files: &[base], command_line: &[] });
    assert_eq!(effective(&config, "/files"), json!({ "include": ["a"], "exclude": ["c"] }));
    assert_eq!(effective(&config, "/docs/accept"), json!(["comment"]));
    assert_eq!(effective(&config, "/docs/entities/section"), json!("Invariants"));
    assert_eq!(effective(&config, "/extends"), Value::Null);
}

#[test]
fn a_bare_level_keeps_the_options() {
    let base = ("base.json", r#"{ "rules": { "missing-relation": ["warn", { "inverse": true }] } }"#);
    let over = |entry: &str| {
        let text = format!(
            r#"{{ "extends": ["./base.json"], "boundaries": {{ "a": {{ "by": "file" }} }},
            "rules": {{ "missing-relation": {entry} }} }}"#
        );
        rule(&text, &[base], &[])
    };
    assert_eq!(over(r#""error""#), json!(["error", { "inverse": true }]));
    assert_eq!(over(r#"["error"]"#), json!(["error", { "inverse": true }]));
    assert_eq!(over(r#"["error", {}]"#), json!(["error", {}]));
    assert_eq!(over(r#"{ "a": "error" }"#), json!([{ "*": "warn", "a": "error" }, { "inverse": true }]));
    assert_eq!(over(r#"[{ "a": "error" }, {}]"#), json!([{ "*": "warn", "a": "error" }, {}]));
    assert_eq!(
        over(r#"{ "*": "off", "a": "error" }"#),
        json!([{ "*": "off", "a": "error" }, { "inverse": true }])
    );
}

#[test]
fn later_entries_win_over_earlier_and_the_file_over_all() {
    let files = [
        ("off.json", r#"{ "rules": { "missing-relation": "off" } }"#),
        ("both.json", r#"{ "extends": ["./off.json", "strict"] }"#),
    ];
    assert_eq!(rule("{}", &files, &[]), json!("warn"));
    assert_eq!(rule(r#"{ "extends": ["strict"] }"#, &files, &[]), json!("error"));
    assert_eq!(rule(r#"{ "extends": ["strict", "./off.json"] }"#, &files, &[]), json!("off"));
    assert_eq!(rule(r#"{ "extends": ["./off.json", "strict"] }"#, &files, &[]), json!("error"));
    assert_eq!(rule(r#"{ "extends": ["./both.json"] }"#, &files, &[]), json!("error"));
    assert_eq!(rule(r#"{ "extends": ["./both.json", "./off.json"] }"#, &files, &[]), json!("off"));
    let own = r#"{ "extends": ["./off.json"], "rules": { "missing-relation": "warn" } }"#;
    assert_eq!(rule(own, &files, &[]), json!("warn"));
    assert_eq!(rule(own, &files, &["missing-relation=error", "missing-relation=off"]), json!("off"));
    let argument = r#"missing-relation=["error", { "inverse": true }]"#;
    assert_eq!(rule(own, &files, &[argument]), json!(["error", { "inverse": true }]));
}

#[test]
fn files_that_are_extended_often_are_read_once() {
    let text: Vec<String> =
        (0..30).map(|n| format!(r#"{{ "extends": ["./{}.json", "./{}.json"] }}"#, n + 1, n + 1)).collect();
    let names: Vec<String> = (0..=30).map(|n| format!("{n}.json")).collect();
    let mut files: Vec<(&str, &str)> =
        names.iter().zip(&text).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push((&names[30], "{}"));
    good(&Case { text: r#"{ "extends": ["./0.json"] }"#, files: &files, command_line: &[] });
}

#[test]
fn strict_is_every_rule_that_needs_no_configuration() {
    let (config, _) = good(&alone(r#"{ "extends": ["strict"] }"#));
    let level = |rule: &str| config.rules.variants(rule)[0].level;
    assert_eq!(level("missing-relation"), Level::Error);
    assert_eq!(level("syntax-error"), Level::Error);
    assert_eq!(level("naming-convention"), Level::Off);
}

#[test]
fn kinds_of_boundaries_do_not_mix() {
    let base = |text| [("base.json", text)];
    let directory =
        base(r#"{ "boundaries": { "by": "directory", "pattern": "{name}/**", "shared": ["a"] } }"#);
    let several = base(r#"{ "boundaries": { "x": { "by": "file" }, "y": { "by": "package" } } }"#);
    let over = |text: &str, files: &[(&str, &str)]| {
        let text = format!(r#"{{ "extends": ["./base.json"], "boundaries": {text} }}"#);
        let (config, _) = good(&Case { text: &text, files, command_line: &[] });
        effective(&config, "/boundaries")
    };
    assert_eq!(over(r#"{ "by": "file" }"#, &directory), json!({ "by": "file", "shared": ["a"] }));
    assert_eq!(over(r#"{ "z": { "by": "file" } }"#, &directory), json!({ "z": { "by": "file" } }));
    assert_eq!(over(r#"{ "by": "file" }"#, &several), json!({ "by": "file" }));
    let merged = over(r#"{ "x": { "by": "none" } }"#, &several);
    assert_eq!(merged, json!({ "x": { "by": "none" }, "y": { "by": "package" } }));
}

#[test]
fn every_part_knows_where_it_comes_from() {
    let base = ("base.json", "{\n  \"files\": { \"include\": [\"a\"] }\n}");
    let text = "{ \"extends\": [\"strict\", \"./base.json\"],\n \"docs\": { \"accept\": [\"entity\"] } }";
    let (config, sources) = good(&Case { text, files: &[base], command_line: &["naming-convention=warn"] });
    let origin = |path: &[&str]| {
        let node = path.iter().fold(config.effective(), |node, key| node.get(key).unwrap());
        config.origin(node.span, &sources).to_string()
    };
    assert_eq!(origin(&["files", "include"]), "base.json:2");
    assert_eq!(origin(&["docs", "accept"]), "schemalint.json:2");
    assert_eq!(origin(&["docs", "entities", "section"]), "default");
    assert_eq!(origin(&["rules", "missing-relation"]), "preset strict");
    assert_eq!(origin(&["rules", "naming-convention"]), "command line");
    let span = config.effective().get("docs").unwrap().span;
    assert_eq!(config.origin(span, &sources), Origin::File { path: "schemalint.json".to_string(), line: 2 });
}
