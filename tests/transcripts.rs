//! What people read on the command line, word for word: tests/cmd. `TRYCMD=overwrite` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use regex::Regex;
use std::fs;

#[test]
fn the_command_line_says_what_is_written_down() {
    let cases = trycmd::TestCases::new();
    for (name, value) in [
        ("COLUMNS", "100"),
        ("GITHUB_ACTIONS", ""),
        ("GITHUB_WORKSPACE", ""),
        ("NO_COLOR", ""),
        ("CLICOLOR_FORCE", ""),
    ] {
        cases.env(name, value);
    }
    cases.case("tests/cmd/*.md");
    cases.run();
    if std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite") {
        leave_out_times();
    }
}

/// How long a run took is no part of what was written anew.
fn leave_out_times() {
    let times = Regex::new("(, |\"tookMs\": )[0-9]+( ms:|,)").unwrap();
    for entry in fs::read_dir("tests/cmd").unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.lines().map(|line| match line.contains(" ms:") || line.contains("tookMs") {
                true => times.replace(line, "$1[..]$2").into_owned(),
                false => line.to_string(),
            });
            fs::write(&path, text.collect::<Vec<_>>().join("\n") + "\n").unwrap();
        }
    }
}
