//! The diff of `--diff`: to a byte what `git apply` needs, unless a terminal shows it.
//!
//! A pipe or a file gets all of it, however long a line is: half a line is no patch. A terminal gets what can be seen. GitHub's
//! runner, which takes lines of a schema for commands, is told to take none until the diff has ended.

use similar::TextDiff;
use std::fmt::Write;

use super::Terminal;
use crate::output::{is_hostile, visible};

/// What a terminal gets of a line, from its start and from its end.
const SHOWN: usize = 300;

/// The diff of one file, with the path that both sides have.
pub(super) fn of_file(path: &str, before: &str, after: &str) -> String {
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (before, after) = (lines(before), lines(after));
    let diff = TextDiff::from_slices(&before, &after);
    let (old, new) = (quoted(format!("a/{path}")), quoted(format!("b/{path}")));
    let mut out = format!("--- {old}\n+++ {new}\n");
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        // Writing to a String does not fail.
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let line = change.value();
            let _ = write!(out, "{}{line}", change.tag());
            // A lone carriage return ends no line for `git apply`, as it does for whoever made the diff.
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// A whole diff for where it goes.
pub(super) fn shown(diff: String, terminal: Terminal) -> String {
    match terminal {
        Terminal { is_terminal: true, .. } => for_people(&diff),
        Terminal { is_github: true, .. } if diff.split(['\n', '\r']).any(is_command) => fenced(&diff),
        _ => diff,
    }
}

/// A path as git writes it where some of it cannot be seen, and reads it again.
fn quoted(path: String) -> String {
    if !path.contains(|c| is_hostile(c) || matches!(c, '"' | '\\')) {
        return path;
    }
    let mut out = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hostile(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:03o}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn for_people(diff: &str) -> String {
    let mut out = String::with_capacity(diff.len().min(1 << 20));
    for line in diff.split_terminator('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let start = line.char_indices().nth(SHOWN).map_or(line.len(), |(at, _)| at);
        let end = line.char_indices().rev().nth(SHOWN - 1).map_or(0, |(at, _)| at);
        if start < end {
            let left_out = line[start..end].chars().count();
            let _ = write!(out, "{} … {left_out} characters … ", seen(&line[..start]));
            out.push_str(&seen(&line[end..]));
        } else {
            out.push_str(&seen(line));
        }
        out.push('\n');
    }
    out
}

/// A line in which everything can be seen, tabs as they are.
fn seen(line: &str) -> String {
    line.split('\t').map(visible).collect::<Vec<_>>().join("\t")
}

/// Whether GitHub's runner would take a line for a command; a lone carriage return ends a line for it.
fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || line.contains("##[")
}

/// Without commands until a word that is not in the diff. `git apply` skips what stands around a diff.
fn fenced(diff: &str) -> String {
    let longest = diff.split(|c| c != 'x').map(str::len).max().unwrap_or_default();
    let word = format!("diff-{}", "x".repeat(longest + 1));
    format!("::stop-commands::{word}\n{diff}::{word}::\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Terminal = Terminal {
        is_terminal: true,
        stderr_is_terminal: true,
        width: 80,
        no_color: true,
        force_color: false,
        links: false,
        is_github: true,
    };

    #[test]
    fn a_terminal_gets_what_can_be_seen_of_a_line() {
        let long = "é".repeat(10_000_000);
        let after = format!("a\u{1b}[31m\u{2028}\tb\r\n{long}\n");
        let shown = shown(of_file("a\n.ts", "a\n", &after), TERMINAL);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[..2], ["--- \"a/a\\012.ts\"", "+++ \"b/a\\012.ts\""]);
        assert_eq!(lines[3..5], ["-a", "+a\\u{1b}[31m\\u{2028}\tb"]);
        let (start, end) = lines[5].split_once(" … 9999401 characters … ").unwrap();
        assert_eq!((start.chars().count(), end), (SHOWN, "é".repeat(SHOWN).as_str()));
    }

    #[test]
    fn whoever_applies_a_diff_gets_all_of_it() {
        let pipe = Terminal { is_terminal: false, is_github: false, ..TERMINAL };
        let after = format!("{}\u{1b}[31m\n\n::error::x", "x".repeat(10_000));
        let diff = of_file("a.ts", "", &after);
        assert!(diff.contains(&format!("+{}\u{1b}[31m\n+\n+::error::x\n\\ No newline", "x".repeat(10_000))));
        assert_eq!(shown(diff.clone(), pipe), diff);
        // None of it begins a line.
        assert_eq!(shown(diff.clone(), Terminal { is_github: true, ..pipe }), diff);
    }
}
