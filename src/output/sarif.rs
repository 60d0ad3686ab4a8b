//! SARIF 2.1.0, for GitHub code scanning, Azure and viewers of editors.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};

use super::fingerprint::Fingerprints;
use super::location::Location;
use super::text::{visible, visible_json, visible_lines};
use super::{Report, rule_page};
use crate::rule::{Finding, Fix, Label, Level, Meta};
use crate::rules::RULES;
use crate::source::Span;

/// The key that fingerprints stand under; another way to make them gets another number.
const FINGERPRINT: &str = "schemalintSubject/v1";

/// What paths are relative to: viewers and GitHub take it for the checkout.
const ROOT: &str = "%SRCROOT%";

/// One log with one run. Lines and columns count from 1, columns in Unicode characters, ends are exclusive.
pub fn sarif(report: &Report<'_>) -> String {
    let run = report.run;
    let mut rules = Rules::default();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<Value> = run
        .findings
        .iter()
        .map(|finding| result(report, finding, rules.index(finding), fingerprints.next(finding)))
        .collect();
    let broken = run.broken_rules.iter().map(|(rule, message)| {
        let text = format!("the rule `{rule}` panicked: {}", visible(message));
        json!({ "level": "error", "message": { "text": text } })
    });
    let notes = run.notes.iter().map(|note| json!({ "level": "note", "message": { "text": visible(note) } }));
    let notifications: Vec<Value> = broken.chain(notes).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "schemalint",
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.described,
            } },
            "columnKind": "unicodeCodePoints",
            // By default a lone carriage return is none, and the separators of Unicode are none for us either.
            "newlineSequences": ["\r\n", "\n", "\r"],
            "invocations": [{
                "executionSuccessful": run.broken_rules.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    format!("{}\n", visible_json(format!("{log:#}")))
}

/// The rules that found something, described once each.
#[derive(Default)]
struct Rules {
    described: Vec<Value>,
    index: FxHashMap<&'static str, usize>,
}

impl Rules {
    fn index(&mut self, finding: &Finding) -> usize {
        let described = &mut self.described;
        *self.index.entry(finding.rule).or_insert_with(|| {
            let meta = RULES.iter().map(|entry| entry.meta).find(|meta| meta.name == finding.rule);
            described.push(meta.map_or_else(|| json!({ "id": finding.rule }), rule));
            described.len() - 1
        })
    }
}

fn rule(meta: &Meta) -> Value {
    let page = meta.explanation();
    json!({
        "id": meta.name,
        "name": pascal_case(meta.name),
        "shortDescription": { "text": format!("{}.", capital(meta.summary)) },
        "fullDescription": { "text": format!("{}.", capital(meta.summary)) },
        "help": { "text": page, "markdown": page },
        "helpUri": rule_page(meta.name),
        "defaultConfiguration": { "level": level(meta.level) },
        "properties": { "tags": [meta.group] },
    })
}

fn result(report: &Report<'_>, finding: &Finding, rule: usize, fingerprint: String) -> Value {
    let help = finding.help.as_ref().map(|help| format!("\n\n{}", visible_lines(help))).unwrap_or_default();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": level(finding.level),
        "message": { "text": escaped(&format!("{}{help}", capital(&visible(&finding.message)))) },
        "locations": [place(report, &finding.primary)],
        "partialFingerprints": { FINGERPRINT: fingerprint },
    });
    let related = finding.related.iter().enumerate().map(|(id, label)| {
        let mut place = place(report, label);
        place["id"] = json!(id + 1);
        place
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([changes(report, fix)]);
    }
    result
}

fn changes(report: &Report<'_>, fix: &Fix) -> Value {
    let mut files: Vec<(Value, Vec<Value>)> = Vec::new();
    for edit in &fix.edits {
        let artifact = artifact(report, edit.span);
        let replacement = json!({
            "deletedRegion": region(report, edit.span),
            "insertedContent": { "text": edit.text },
        });
        match files.iter_mut().find(|(file, _)| *file == artifact) {
            Some((_, replacements)) => replacements.push(replacement),
            None => files.push((artifact, vec![replacement])),
        }
    }
    let files = files.into_iter();
    let files: Vec<Value> = files
        .map(|(file, replacements)| json!({ "artifactLocation": file, "replacements": replacements }))
        .collect();
    json!({ "description": { "text": capital(&fix.title) }, "artifactChanges": files })
}

fn place(report: &Report<'_>, label: &Label) -> Value {
    let physical = json!({
        "artifactLocation": artifact(report, label.span),
        "region": region(report, label.span),
    });
    let mut place = Map::from_iter([("physicalLocation".to_string(), physical)]);
    if !label.text.is_empty() {
        place.insert("message".to_string(), json!({ "text": escaped(&visible(&label.text)) }));
    }
    Value::Object(place)
}

/// What RFC 3986 allows in the segments of a path.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

fn artifact(report: &Report<'_>, span: Span) -> Value {
    let path = Location::new(report, span).path;
    let uri = utf8_percent_encode(&path, IN_PATH).to_string();
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || is_drive {
        let slash = if is_drive { "/" } else { "" };
        return json!({ "uri": format!("file://{slash}{}", uri.replacen("%3A", ":", usize::from(is_drive))) });
    }
    // `../a.ts` lies outside of the root.
    if path.starts_with("../") {
        return json!({ "uri": uri });
    }
    json!({ "uri": uri, "uriBaseId": ROOT })
}

fn region(report: &Report<'_>, span: Span) -> Value {
    let place = Location::new(report, span);
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Off => "none",
    }
}

/// Text of a message. Only what would be a link, `[a](1)`, or a placeholder, `{0}`, is escaped: viewers that know of
/// neither show the escapes.
fn escaped(text: &str) -> String {
    let mut out = text.to_string();
    if out.contains("](") {
        out = out.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    let has_placeholder = |text: &str| {
        let mut opened = text.split('{').skip(1);
        opened.any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains('}'))
    };
    if has_placeholder(&out) { out.replace('{', "{{").replace('}', "}}") } else { out }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn pascal_case(name: &str) -> String {
    name.split('-').map(capital).collect()
}
