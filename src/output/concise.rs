//! One line per finding, as editors and `grep` read them.

use std::fmt::Write;

use super::location::Location;
use super::text::{visible, without_commands};
use super::{Report, summary};

/// `path:line:column: level rule: message` for every finding, and the summary line.
pub fn concise(report: &Report<'_>) -> String {
    let run = report.run;
    let mut out = String::new();
    for finding in &run.findings {
        let place = Location::new(report, finding.primary.span).readable();
        // Writing to a String does not fail.
        let _ = writeln!(
            out,
            "{place}: {} {}: {}",
            finding.level.name(),
            finding.rule,
            visible(&finding.message)
        );
    }
    for (rule, message) in &run.broken_rules {
        let _ = writeln!(out, "internal error: the rule `{rule}` panicked: {}", visible(message));
    }
    for note in &run.notes {
        let _ = writeln!(out, "note: {}", visible(note));
    }
    let _ = writeln!(out, "{}", summary::line(run));
    without_commands(out)
}
