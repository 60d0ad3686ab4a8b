//! For GitHub: workflow commands that become annotations.
//!
//! The runner takes every line of a step's output that begins with `::` for a command, and unescapes what
//! it finds: `ActionCommand.cs` in actions/runner is the other end of what is escaped here.

use std::borrow::Cow;
use std::fmt::Write;

use super::location::Location;
use super::summary::{many, of_level};
use super::text::{visible, visible_lines};
use super::{Report, summary};
use crate::rule::{Finding, Level, listed};

/// How many annotations of a level GitHub shows for one step; the others are only in its log.
const SHOWN: usize = 10;

/// One annotation per finding, errors first, then the summary, and what GitHub will not show.
pub fn github(report: &Report<'_>) -> String {
    let run = report.run;
    let mut out = String::new();
    // Writing to a String does not fail.
    for (rule, message) in &run.broken_rules {
        let text = format!("internal error: the rule `{rule}` panicked: {}", visible(message));
        let _ = writeln!(out, "::error title=schemalint::{}", data(&text));
    }
    for level in [Level::Error, Level::Warn] {
        for finding in run.findings.iter().filter(|finding| finding.level == level) {
            annotation(report, finding, &mut out);
        }
    }
    for note in &run.notes {
        let _ = writeln!(out, "note: {}", visible(note));
    }
    let _ = writeln!(out, "{}", summary::line(run));
    let errors = (run.broken_rules.len() + of_level(run, Level::Error)).saturating_sub(SHOWN);
    let warnings = of_level(run, Level::Warn).saturating_sub(SHOWN);
    let mut rest = Vec::new();
    if errors > 0 {
        rest.push(many(errors, "more error", "more errors"));
    }
    if warnings > 0 {
        rest.push(many(warnings, "more warning", "more warnings"));
    }
    if !rest.is_empty() {
        let verb = if errors + warnings == 1 { "is" } else { "are" };
        let text = format!(
            "{} {verb} only in the log of this step: GitHub shows {SHOWN} annotations of a level",
            listed(&rest)
        );
        let _ = writeln!(out, "::notice title=schemalint::{}", data(&text));
    }
    out
}

fn annotation(report: &Report<'_>, finding: &Finding, out: &mut String) {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warn | Level::Off => "warning",
    };
    let place = Location::new(report, finding.primary.span);
    let _ = write!(
        out,
        "::{command} file={},line={},endLine={}",
        property(&visible(&place.path)),
        place.start.line,
        place.last_line
    );
    // The runner refuses columns of several lines. Its documentation does not say whether the end column
    // is part of the place; it is taken not to be, as by ruff and oxlint (github/docs#40038).
    if place.start.line == place.end.line {
        let _ = write!(out, ",col={},endColumn={}", place.start.column, place.end.column);
    }
    let _ = write!(out, ",title={}", property(&format!("schemalint({})", finding.rule)));
    // The log shows the data alone, so that it has the places, too.
    let mut text = visible(&finding.message).into_owned();
    if let Some(help) = &finding.help {
        let _ = write!(text, "\n{}", visible_lines(help));
    }
    for label in std::iter::once(&finding.primary).chain(&finding.related) {
        let _ = write!(text, "\n{}", Location::new(report, label.span).readable());
        if !label.text.is_empty() {
            let _ = write!(text, ": {}", visible(&label.text));
        }
    }
    let _ = writeln!(out, "::{}", data(&text));
}

/// What stands after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '\r', '\n', ':', ',']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(data(text).replace(':', "%3A").replace(',', "%2C"))
}
