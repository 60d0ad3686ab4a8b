//! `schema-drift` reports what the real drizzle-kit would write, and nothing else.
//!
//! `tests/drift/recorded.json` holds projects with their snapshots and single changes of their schemas, and the SQL
//! that `drizzle-kit generate` writes for each (`tests/drift/verify.mjs`; `?` where it asks what was renamed).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::Instant;

use schemalint::check::{Asked, check};
use schemalint::discover::Options;
use schemalint::workspace;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The messages of the rule for a project with that schema.
fn messages(root: &Path) -> Vec<String> {
    let settings = workspace::load_settings(None, &["schema-drift=warn".to_string()]).unwrap();
    let options = Options { paths: vec![root.to_path_buf()], no_ignore: true, ..Options::default() };
    let reading = workspace::read(root, &options, &settings);
    assert_eq!(reading.graph.unreadable, []);
    let run = check(&reading, &settings.config, &Asked::default(), Instant::now());
    assert!(run.broken_rules.is_empty(), "{:?}", run.broken_rules);
    assert!(!run.notes.iter().any(|note| note.contains("schema-drift")), "{:?}", run.notes);
    let findings = run.findings.into_iter().filter(|finding| finding.rule == "schema-drift");
    findings.map(|finding| finding.message).collect()
}

#[test]
fn what_is_reported_is_what_drizzle_kit_would_write() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drift");
    let recorded = fs::read_to_string(tests.join("recorded.json")).unwrap();
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    let (mut cases, mut wrong) = (0, Vec::new());
    for project in recorded.as_array().unwrap() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let line = text(&project["line"]);
        let (version, snapshot) = match line {
            "1.0" => ("1.0.0-rc.5", "drizzle/20260101000000_init/snapshot.json"),
            _ => ("0.45.4", "drizzle/meta/0000_snapshot.json"),
        };
        let casing = project["casing"].as_str().map(|casing| format!(", casing: \"{casing}\""));
        let config = format!(
            "export default {{ dialect: \"{}\", schema: \"./schema.ts\", out: \"./drizzle\"{} }};",
            text(&project["dialect"]),
            casing.unwrap_or_default()
        );
        let manifest = format!(r#"{{ "name": "app", "dependencies": {{ "drizzle-orm": "{version}" }} }}"#);
        fs::create_dir_all(root.join(snapshot).parent().unwrap()).unwrap();
        fs::write(root.join(snapshot), project["snapshot"].to_string()).unwrap();
        fs::write(root.join("package.json"), manifest).unwrap();
        fs::write(root.join("drizzle.config.ts"), config).unwrap();
        let schema = tests.join(format!("projects/{}.ts", text(&project["name"])));
        let schema = fs::read_to_string(schema).unwrap();
        for case in project["cases"].as_array().unwrap() {
            cases += 1;
            let (start, gone) = (case["edit"][0].as_u64().unwrap(), case["edit"][1].as_u64().unwrap());
            let (before, after) = (&schema[..start as usize], &schema[(start + gone) as usize..]);
            fs::write(root.join("schema.ts"), format!("{before}{}{after}", text(&case["edit"][2]))).unwrap();
            let sql = case["sql"].as_array().unwrap();
            let messages = messages(&root);
            if messages.is_empty() != sql.is_empty() {
                let name = format!("{} {line}, {}", text(&project["name"]), text(&case["name"]));
                wrong.push(format!("{name}:\n  drizzle-kit {sql:?}\n  schemalint  {messages:?}"));
            } else if std::env::var_os("SHOW").is_some() {
                println!("{} {line}, {}: {messages:?}", text(&project["name"]), text(&case["name"]));
            }
        }
    }
    assert!(cases > 200, "only {cases} changes were compared");
    assert!(wrong.is_empty(), "{} of {cases} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// `tests/drift/branches` was written by drizzle-kit 1.0.0-rc.5: the first snapshot is whole, the second renames a
/// schema, an enum, a table and a column, and two branches follow that were not merged.
#[test]
fn snapshots_that_hold_only_changes_are_replayed() {
    let branches = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drift/branches");
    assert_eq!(messages(&branches), [] as [&str; 0]);
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let copy = |from: &Path, to: &Path| fs::copy(from, to).map(|_| ()).unwrap();
    for name in ["package.json", "drizzle.config.ts"] {
        copy(&branches.join(name), &root.join(name));
    }
    for entry in fs::read_dir(branches.join("drizzle")).unwrap() {
        let name = entry.unwrap().file_name();
        let name = name.to_string_lossy().into_owned();
        fs::create_dir_all(root.join("drizzle").join(&name)).unwrap();
        let file = format!("drizzle/{name}/snapshot.json");
        copy(&branches.join(&file), &root.join(&file));
    }
    // Only what the left branch has.
    let schema = fs::read_to_string(branches.join("schema.ts")).unwrap();
    fs::write(root.join("schema.ts"), schema.replace("right: integer().notNull(), ", "")).unwrap();
    assert_eq!(messages(&root), ["`posts` differs from the newest snapshot: column `right` was removed"]);
    // Without the second the others lead nowhere.
    let second = fs::read_dir(root.join("drizzle")).unwrap().map(|entry| entry.unwrap().path());
    let second = second.into_iter().find(|path| path.to_string_lossy().ends_with("_two")).unwrap();
    fs::remove_dir_all(second).unwrap();
    let settings = workspace::load_settings(None, &["schema-drift=warn".to_string()]).unwrap();
    let options = Options { paths: vec![root.clone()], no_ignore: true, ..Options::default() };
    let reading = workspace::read(&root, &options, &settings);
    let gaps: Vec<_> = reading.graph.unreadable.iter().map(|gap| gap.why.reason.to_string()).collect();
    assert_eq!(gaps, ["the snapshot that this one follows is not in the folder"]);
    // Nobody asked for snapshots.
    let settings = workspace::load_settings(None, &[]).unwrap();
    let reading = workspace::read(&root, &options, &settings);
    assert!(reading.written.migrations.folders.is_empty() && reading.graph.unreadable.is_empty());
}
