//! For programs: one document; its shape is in docs/output.md.

use serde::Serialize;

use super::location::Location;
use super::summary::of_level;
use super::text::visible_json;
use super::{Report, rule_page};
use crate::check::Run;
use crate::rule::{Finding, Fix, Label, Level};

/// The version of this format. Members may be added under the same version.
const VERSION: u32 = 1;

/// The run as one JSON document.
pub fn json(report: &Report<'_>) -> String {
    let run = report.run;
    let document = Document {
        version: VERSION,
        findings: run.findings.iter().map(|finding| FoundJson::new(report, finding)).collect(),
        summary: Summary::new(run),
        notes: &run.notes,
        broken_rules: run.broken_rules.iter().map(|(rule, message)| Broken { rule, message }).collect(),
    };
    // Structs of numbers and strings can always be written.
    let mut text = visible_json(serde_json::to_string_pretty(&document).unwrap_or_default());
    text.push('\n');
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    version: u32,
    findings: Vec<FoundJson<'r>>,
    summary: Summary<'r>,
    notes: &'r [String],
    broken_rules: Vec<Broken<'r>>,
}

#[derive(Serialize)]
struct FoundJson<'r> {
    rule: &'r str,
    level: &'r str,
    message: &'r str,
    help: Option<&'r str>,
    subject: &'r str,
    partition: Option<&'r str>,
    url: Option<String>,
    fixable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixJson<'r>>,
    location: Location,
    label: &'r str,
    related: Vec<Related<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixJson<'r> {
    title: &'r str,
    changes_schema: bool,
    edits: Vec<EditJson<'r>>,
}

#[derive(Serialize)]
struct EditJson<'r> {
    location: Location,
    text: &'r str,
}

#[derive(Serialize)]
struct Related<'r> {
    location: Location,
    message: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'r> {
    tables: usize,
    foreign_keys: usize,
    files: usize,
    looked_at: usize,
    incomplete: usize,
    errors: usize,
    warnings: usize,
    fixable: usize,
    suppressed: usize,
    baselined: usize,
    elsewhere: usize,
    took_ms: u64,
    detected: DetectedJson<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DetectedJson<'r> {
    config: Option<&'r str>,
    dialects: Vec<&'static str>,
    drizzle: Vec<&'static str>,
    boundaries: &'r [String],
    decision_records: usize,
}

#[derive(Serialize)]
struct Broken<'r> {
    rule: &'r str,
    message: &'r str,
}

impl<'r> FoundJson<'r> {
    fn new(report: &Report<'_>, finding: &'r Finding) -> Self {
        Self {
            rule: finding.rule,
            level: finding.level.name(),
            message: &finding.message,
            help: finding.help.as_deref(),
            subject: &finding.subject,
            partition: finding.partition.as_deref(),
            url: rule_page(finding.rule),
            fixable: finding.fix.is_some(),
            fix: finding.fix.as_ref().map(|fix| FixJson::new(report, fix)),
            location: Location::new(report, finding.primary.span),
            label: &finding.primary.text,
            related: finding.related.iter().map(|label| Related::new(report, label)).collect(),
        }
    }
}

impl<'r> FixJson<'r> {
    fn new(report: &Report<'_>, fix: &'r Fix) -> Self {
        let edits = fix.edits.iter();
        Self {
            title: &fix.title,
            changes_schema: fix.changes_schema,
            edits: edits
                .map(|edit| EditJson { location: Location::new(report, edit.span), text: &edit.text })
                .collect(),
        }
    }
}

impl<'r> Related<'r> {
    fn new(report: &Report<'_>, label: &'r Label) -> Self {
        Self { location: Location::new(report, label.span), message: &label.text }
    }
}

impl<'r> Summary<'r> {
    fn new(run: &'r Run) -> Self {
        let (counts, found) = (run.counts, &run.detected);
        Self {
            tables: counts.tables,
            foreign_keys: counts.foreign_keys,
            files: counts.files,
            looked_at: counts.looked_at,
            incomplete: counts.incomplete,
            errors: of_level(run, Level::Error),
            warnings: of_level(run, Level::Warn),
            fixable: run.findings.iter().filter(|finding| finding.fix.is_some()).count(),
            suppressed: counts.suppressed,
            baselined: counts.baselined,
            elsewhere: counts.elsewhere,
            took_ms: run.took.as_millis() as u64,
            detected: DetectedJson {
                config: found.config.as_deref(),
                dialects: found.dialects.iter().map(|dialect| dialect.name()).collect(),
                drizzle: found.lines.iter().map(|line| line.name()).collect(),
                boundaries: &found.boundaries,
                decision_records: found.records,
            },
        }
    }
}
