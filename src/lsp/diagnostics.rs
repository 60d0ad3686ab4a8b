//! From findings to diagnostics.

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Uri,
};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::checked::{Checked, Found, Wrong};
use super::client::Client;
use super::position;
use crate::output::rule_page;
use crate::rule::{Finding, Label, Level};
use crate::source::Span;

/// What the client sees as the origin of a diagnostic.
const SOURCE: &str = "schemalint";

/// How the client names a file.
pub(super) type Uris<'u> = &'u dyn Fn(&Path) -> Option<Uri>;

/// The diagnostics of every file that has any, in the order of the findings.
pub(super) fn diagnostics(
    checked: &Checked,
    client: Client,
    uris: Uris<'_>,
) -> FxHashMap<PathBuf, Vec<Diagnostic>> {
    let mut by_file: FxHashMap<PathBuf, Vec<Diagnostic>> = FxHashMap::default();
    for wrong in &checked.wrong {
        by_file.entry(wrong.path.clone()).or_default().push(of_wrong(wrong, client));
    }
    if let Some(found) = &checked.found {
        for finding in &found.run.findings {
            if let Some(path) = found.path(finding.primary.span.file) {
                let diagnostic = of_finding(found, finding, client, uris);
                by_file.entry(path.to_path_buf()).or_default().push(diagnostic);
            }
        }
    }
    by_file
}

/// One finding.
pub(super) fn of_finding(found: &Found, finding: &Finding, client: Client, uris: Uris<'_>) -> Diagnostic {
    let page = rule_page(finding.rule).filter(|_| client.code_description);
    let page = page.and_then(|page| Uri::from_str(&page).ok());
    let is_unnecessary = client.unnecessary && finding.rule == "unused-suppression";
    let related: Vec<_> = match client.related_information {
        true => finding.related.iter().filter_map(|label| of_label(found, label, client, uris)).collect(),
        false => Vec::new(),
    };
    Diagnostic {
        range: range(found, finding.primary.span, client),
        severity: Some(match finding.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warn | Level::Off => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.rule.to_string())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.into()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: is_unnecessary.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

/// What is wrong and, on a line of its own, what to write instead.
fn message(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    }
}

fn of_label(
    found: &Found,
    label: &Label,
    client: Client,
    uris: Uris<'_>,
) -> Option<DiagnosticRelatedInformation> {
    let location = location(found, label.span, client, uris)?;
    Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
}

fn of_wrong(wrong: &Wrong, client: Client) -> Diagnostic {
    Diagnostic {
        range: position::range(&wrong.source, wrong.range, client.unit),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(wrong.what.into())),
        source: Some(SOURCE.into()),
        message: wrong.message.clone(),
        ..Diagnostic::default()
    }
}

/// A place as a range in its file.
pub(super) fn range(found: &Found, span: Span, client: Client) -> lsp_types::Range {
    position::range(found.graph().sources.get(span.file), span.range, client.unit)
}

/// A place with its file; `None` for what is no file: a preset, a module of Drizzle.
pub(super) fn location(found: &Found, span: Span, client: Client, uris: Uris<'_>) -> Option<Location> {
    let uri = uris(found.path(span.file)?)?;
    Some(Location { uri, range: range(found, span, client) })
}
