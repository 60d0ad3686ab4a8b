//! Edits that concern more than they seem to: a session must find out, and say what a cold reading says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod marks;
#[path = "support/shown.rs"]
mod shown;

use std::fs;

use schemalint::discover::{Files, Options};
use schemalint::workspace::{self, Session};
use shown::shown;

/// Files as `=== path` with their texts; after each `---` those that are written before the next reading.
fn case(name: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for is_told in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let settings =
            workspace::load_settings(None, &[]).unwrap_or_else(|failure| panic!("{:?}", failure.errors));
        let files = Files { root: root.clone(), config: settings.config.files.clone() };
        let options = Options { paths: vec![root.clone()], files, ..Options::default() };
        let mut session = Session::new(is_told);
        for (step, part) in text.split("\n---\n").enumerate() {
            let mut written: Vec<(String, String)> = Vec::new();
            for line in part.lines() {
                if let Some(path) = line.strip_prefix("=== ") {
                    written.push((path.trim().to_string(), String::new()));
                } else if let Some((_, text)) = written.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            for (path, text) in &written {
                let is_new = !root.join(path).exists();
                marks::write(&root, path, text);
                session.touch([root.join(path)]);
                if is_new && step > 0 && is_told {
                    session.walk_again();
                }
            }
            let reading = session.read(&root, &options, &settings);
            let is_again = reading.timings.iter().any(|(stage, _)| stage == "link again");
            let cold = workspace::read(&root, &options, &settings);
            let (found, expected) = (shown(&reading), shown(&cold));
            if found != expected {
                let differs = found.bytes().zip(expected.bytes()).position(|(left, right)| left != right);
                let part = |text: &str| {
                    let from = differs
                        .unwrap_or(text.len().min(found.len()).min(expected.len()))
                        .saturating_sub(300);
                    String::from_utf8_lossy(text.as_bytes().get(from..).unwrap_or_default())
                        .chars()
                        .take(600)
                        .collect::<String>()
                };
                wrong.push(format!(
                    "{name}, step {step}, told {is_told}, in part {is_again}:\n   session {}\n   cold    {}",
                    part(&found),
                    part(&expected)
                ));
                break;
            }
        }
    }
    wrong
}

#[test]
fn edits_that_concern_more_than_they_seem_to() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/session_cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().to_string();
        wrong.extend(case(&name, &fs::read_to_string(&file).unwrap()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
