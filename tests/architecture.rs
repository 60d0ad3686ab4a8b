//! The invariants of ARCHITECTURE.md that the compiler does not hold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file below a folder, as its path from the root and its text.
fn files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty());
    found.sort();
    found
}

fn holding(folder: &str, needle: &str) -> Vec<String> {
    let files = files(folder).into_iter();
    files.filter(|(_, text)| text.contains(needle)).map(|(name, _)| name).collect()
}

#[test]
fn swc_stays_in_the_syntax_room() {
    for file in holding("src", "swc_") {
        assert!(file.starts_with("src/syntax/"), "{file} knows SWC");
    }
    assert!(holding("rules", "swc_").is_empty());
}

#[test]
fn only_these_files_touch_the_disk() {
    // The wire of the server reads and writes what `main` gives it.
    let allowed = [
        "src/cli/",
        "src/boundary.rs",
        "src/discover/",
        "src/files.rs",
        "src/packages.rs",
        "src/resolve.rs",
        "src/workspace",
        "src/lsp/wire.rs",
    ];
    for needle in ["std::fs", "use std::io", "File::open", "WalkDir"] {
        for file in holding("src", needle).iter().chain(&holding("rules", needle)) {
            let is_main = file == "src/main.rs";
            assert!(is_main || allowed.iter().any(|room| file.starts_with(room)), "{file} has `{needle}`");
        }
    }
}

#[test]
fn only_main_prints() {
    for needle in ["println!", "eprintln!", "io::stdout", "io::stderr"] {
        for file in holding("src", needle).iter().chain(&holding("rules", needle)) {
            assert!(file == "src/main.rs", "{file} has `{needle}`");
        }
    }
}

#[test]
fn rules_see_the_graph_and_nothing_else() {
    for (file, text) in files("rules") {
        for line in text.lines().filter(|line| line.contains("crate::")) {
            let allowed = [
                "crate::graph",
                "crate::model",
                "crate::fixes",
                "crate::docs",
                "crate::rule::",
                "crate::source::",
            ];
            assert!(allowed.iter().any(|room| line.contains(room)), "{file}: {line}");
        }
    }
}

#[test]
fn rooms_look_one_way() {
    let forbidden = [
        ("src/syntax/", &["crate::eval", "crate::link", "crate::graph", "crate::workspace"][..]),
        ("src/graph/", &["crate::eval", "crate::link", "crate::syntax", "crate::workspace"][..]),
        ("src/eval/", &["crate::link", "crate::workspace", "crate::discover", "crate::resolve"][..]),
        ("src/link/", &["crate::workspace", "crate::discover", "crate::resolve", "crate::check"][..]),
        (
            "src/config/",
            &["crate::eval", "crate::link", "crate::syntax", "crate::workspace", "crate::check"][..],
        ),
        (
            "src/snapshots/",
            &["crate::eval", "crate::link", "crate::syntax", "crate::workspace", "crate::check"][..],
        ),
        (
            "src/fixes/",
            &["crate::eval", "crate::link", "crate::syntax", "crate::workspace", "crate::check"][..],
        ),
        ("src/lsp/", &["crate::link", "crate::resolve", "crate::cli"][..]),
        ("src/output/", &["crate::eval", "crate::link", "crate::syntax", "crate::workspace"][..]),
    ];
    for (file, text) in files("src") {
        for (room, others) in forbidden.iter().filter(|(room, _)| file.starts_with(room)) {
            for other in *others {
                assert!(!text.contains(other), "{file}, in {room}, knows {other}");
            }
        }
    }
}

#[test]
fn files_stay_short() {
    for (file, text) in files("src").into_iter().chain(files("rules")) {
        let lines = text.lines().count();
        assert!(lines <= 550, "{file} has {lines} lines");
    }
}
