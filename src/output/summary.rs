//! What is said of a run as a whole, in words and small tables.

use indexmap::IndexMap;
use std::fmt::Write;

use super::text::visible;
use crate::check::{Detected, Run};
use crate::graph::DrizzleLine;
use crate::rule::{Level, listed};

/// How many findings there are of a level.
pub(super) fn of_level(run: &Run, level: Level) -> usize {
    run.findings.iter().filter(|finding| finding.level == level).count()
}

/// `1 table`, `2 tables`.
pub(super) fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// The run in one line: what was read, what was found, what was left out, what was detected.
pub(super) fn line(run: &Run) -> String {
    let counts = run.counts;
    let mut levels = Vec::new();
    let mut level = |count: usize, one: &str, more: &str| {
        if count > 0 {
            levels.push(many(count, one, more));
        }
    };
    level(of_level(run, Level::Error), "error", "errors");
    level(of_level(run, Level::Warn), "warning", "warnings");
    if levels.is_empty() {
        levels.push(if counts.hidden > 0 { "no errors" } else { "no findings" }.to_string());
    }
    let read = format!(
        "{} and {} in {}, {} ms: {}",
        many(counts.tables, "table", "tables"),
        many(counts.foreign_keys, "foreign key", "foreign keys"),
        many(counts.files, "file", "files"),
        run.took.as_millis(),
        levels.join(", "),
    );
    let tables = many(counts.incomplete, "table", "tables");
    let left_out = [
        (counts.hidden, format!("{} not shown", many(counts.hidden, "warning", "warnings"))),
        (counts.suppressed, format!("{} suppressed", counts.suppressed)),
        (counts.baselined, format!("{} in the baseline", counts.baselined)),
        (counts.elsewhere, format!("{} elsewhere, where nothing was asked for", counts.elsewhere)),
        (
            counts.incomplete,
            format!("{tables} could not be read completely, rules that need the rest are silent"),
        ),
    ];
    let mut parts = vec![read];
    parts.extend(fixable(run));
    parts.extend(left_out.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words));
    parts.extend(detected(&run.detected));
    parts.join("; ")
}

/// What `--fix` can do, and what it does only when it is asked to change the database.
fn fixable(run: &Run) -> Option<String> {
    let fixes = || run.findings.iter().filter_map(|finding| finding.fix.as_ref());
    let schema = fixes().filter(|fix| fix.changes_schema).count();
    match (fixes().count() - schema, schema) {
        (0, 0) => None,
        (code, 0) => Some(format!("{code} fixable with --fix")),
        (0, schema) => Some(format!("{schema} fixable with --fix=schema")),
        (code, schema) => Some(format!("{code} fixable with --fix, {schema} more with --fix=schema")),
    }
}

fn detected(found: &Detected) -> Option<String> {
    let mut parts = Vec::new();
    if !found.dialects.is_empty() {
        let names: Vec<String> = found.dialects.iter().map(|dialect| dialect.name().to_string()).collect();
        parts.push(listed(&names));
    }
    if !found.lines.is_empty() {
        let name = |line: &DrizzleLine| match line {
            // Nobody asked which of them it is.
            DrizzleLine::V0 => "0.x".to_string(),
            DrizzleLine::V1 => line.name().to_string(),
        };
        let names: Vec<String> = found.lines.iter().map(name).collect();
        parts.push(format!("Drizzle {}", listed(&names)));
    }
    if !found.boundaries.is_empty() {
        let names: Vec<String> = found.boundaries.iter().map(|name| visible(name).into_owned()).collect();
        parts.push(format!("boundaries by {}", listed(&names)));
    }
    if found.records > 0 {
        parts.push(many(found.records, "decision record", "decision records"));
    }
    if let Some(config) = &found.config {
        parts.push(format!("config {}", visible(config)));
    }
    (!parts.is_empty()).then(|| format!("detected: {}", parts.join(", ")))
}

/// How many errors and warnings each rule found, most errors first.
pub(super) fn counted(run: &Run) -> IndexMap<&'static str, (usize, usize)> {
    let mut rules: IndexMap<&'static str, (usize, usize)> = IndexMap::new();
    for finding in &run.findings {
        let (errors, warnings) = rules.entry(finding.rule).or_default();
        match finding.level {
            Level::Error => *errors += 1,
            Level::Warn | Level::Off => *warnings += 1,
        }
    }
    rules.sort_by(|left, left_counts, right, right_counts| {
        right_counts.cmp(left_counts).then_with(|| left.cmp(right))
    });
    rules
}

/// Findings by rule, most errors first; empty without findings.
pub fn by_rule(run: &Run) -> String {
    let number = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let rows: Vec<[String; 3]> = counted(run)
        .into_iter()
        .map(|(rule, (errors, warnings))| [rule.to_string(), number(errors), number(warnings)])
        .collect();
    table(["rule", "errors", "warnings"], &rows)
}

/// Stages and rules by the time that they took, slowest first.
pub fn timings(run: &Run) -> String {
    let mut timings: Vec<_> = run.timings.iter().collect();
    timings.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    let rows: Vec<[String; 2]> = timings
        .into_iter()
        .map(|(name, took)| [visible(name).into_owned(), format!("{:.1}", took.as_secs_f64() * 1000.0)])
        .collect();
    table(["stage or rule", "ms"], &rows)
}

/// Rows under their heading: the first column to the left, numbers to the right.
fn table<const COLUMNS: usize>(heading: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let heading = heading.map(str::to_string);
    let lines = || std::iter::once(&heading).chain(rows);
    let widths: [usize; COLUMNS] =
        std::array::from_fn(|at| lines().map(|line| line[at].chars().count()).max().unwrap_or(0));
    let mut out = String::new();
    for line in lines() {
        let mut text = format!("{:width$}", line[0], width = widths[0]);
        for (cell, width) in line.iter().zip(widths).skip(1) {
            // Writing to a String does not fail.
            let _ = write!(text, "  {cell:>width$}");
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}
