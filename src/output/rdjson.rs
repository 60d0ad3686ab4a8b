//! For reviewdog: its Diagnostic Format, `DiagnosticResult`.

use serde_json::{Map, Value, json};

use super::location::{Location, Point};
use super::text::{visible, visible_json};
use super::{Report, rule_page};
use crate::rule::{Finding, Level};
use crate::source::Span;

/// One document. Lines count from 1, columns from 1 in bytes, ends are exclusive.
pub fn rdjson(report: &Report<'_>) -> String {
    let broken = report.run.broken_rules.iter().map(|(rule, message)| {
        json!({
            "message": format!("internal error: the rule `{rule}` panicked: {}", visible(message)),
            "location": { "path": "schemalint" },
            "severity": "ERROR",
            "code": { "value": rule },
        })
    });
    let diagnostics: Vec<Value> =
        report.run.findings.iter().map(|finding| diagnostic(report, finding)).chain(broken).collect();
    let source = json!({ "name": "schemalint", "url": env!("CARGO_PKG_REPOSITORY") });
    let document = json!({ "source": source, "diagnostics": diagnostics });
    format!("{}\n", visible_json(format!("{document:#}")))
}

fn diagnostic(report: &Report<'_>, finding: &Finding) -> Value {
    let help = finding.help.as_ref().map(|help| format!("\n\n{help}")).unwrap_or_default();
    let mut code = Map::from_iter([("value".to_string(), json!(finding.rule))]);
    if let Some(page) = rule_page(finding.rule) {
        code.insert("url".to_string(), json!(page));
    }
    let related = finding.related.iter();
    let related: Vec<Value> = related
        .map(|label| json!({ "message": label.text, "location": location(report, label.span) }))
        .collect();
    // reviewdog offers each suggestion by itself, for the file that the diagnostic stands in: half of a fix is none.
    let only = finding.fix.iter().filter_map(|fix| match &fix.edits[..] {
        [edit] => Some(edit),
        _ => None,
    });
    let suggestions: Vec<Value> = only
        .filter(|edit| edit.span.file == finding.primary.span.file)
        .map(|edit| json!({ "range": range(report, edit.span), "text": edit.text }))
        .collect();
    json!({
        "message": format!("{}{help}", finding.message),
        "location": location(report, finding.primary.span),
        "severity": if finding.level == Level::Error { "ERROR" } else { "WARNING" },
        "code": code,
        "related_locations": related,
        "suggestions": suggestions,
    })
}

fn location(report: &Report<'_>, span: Span) -> Value {
    json!({ "path": Location::new(report, span).path, "range": range(report, span) })
}

fn range(report: &Report<'_>, span: Span) -> Value {
    let place = Location::new(report, span);
    let point = |point: &Point| json!({ "line": point.line, "column": point.byte_column });
    json!({ "start": point(&place.start), "end": point(&place.end) })
}
