//! For people: miette frames, then a summary.

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    Severity, SourceCode, SourceSpan, SpanContents,
};
use std::fmt::{self, Write};
use std::sync::Arc;

use super::Report;
use crate::check::Run;
use crate::rule::{Finding, Label, Level};
use crate::source::{SourceFile, Sources};

/// How the text may look.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Colours, as on a terminal.
    pub colour: bool,
    /// Columns that a line may have.
    pub width: usize,
}

/// The findings as frames, and a summary. `prefix` goes before every path, so that it can be opened from
/// where the program was started.
pub fn human(report: &Report<'_>, style: Style) -> String {
    let Report { run, sources, prefix } = *report;
    let theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_context_lines(1);
    let mut out = String::new();
    for finding in &run.findings {
        let report = Frames::new(finding, sources, prefix);
        // Writing to a String does not fail.
        let _ = handler.render_report(&mut out, &report);
        out.push('\n');
    }
    for (rule, message) in &run.broken_rules {
        let _ = writeln!(out, "internal error: the rule `{rule}` panicked: {message}");
    }
    summary(run, &mut out);
    out
}

fn summary(run: &Run, out: &mut String) {
    let counts = run.counts;
    let many =
        |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    let of_level = |level: Level| run.findings.iter().filter(|finding| finding.level == level).count();
    let _ = write!(
        out,
        "{} and {} in {}, {} ms: {}, {}",
        many(counts.tables, "table", "tables"),
        many(counts.foreign_keys, "foreign key", "foreign keys"),
        many(counts.files, "file", "files"),
        run.took.as_millis(),
        many(of_level(Level::Error), "error", "errors"),
        many(of_level(Level::Warn), "warning", "warnings"),
    );
    if counts.incomplete > 0 {
        let tables = many(counts.incomplete, "table", "tables");
        let _ = write!(out, "; {tables} could not be read completely, rules are silent there");
    }
    out.push('\n');
}

/// A finding as miette sees it.
struct Frames {
    code: &'static str,
    severity: Severity,
    message: String,
    help: Option<String>,
    source: Frame,
    labels: Vec<LabeledSpan>,
    /// Places in other files, one report each.
    related: Vec<Frames>,
}

impl Frames {
    fn new(finding: &Finding, sources: &Sources, prefix: &str) -> Self {
        let file = finding.primary.span.file;
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
            finding.related.iter().partition(|label| label.span.file == file);
        let primary = label(&finding.primary, true);
        let mut labels = vec![primary];
        labels.extend(here.into_iter().map(|other| label(other, false)));
        Self {
            code: finding.rule,
            severity: match finding.level {
                Level::Error => Severity::Error,
                Level::Warn | Level::Off => Severity::Warning,
            },
            message: finding.message.clone(),
            help: finding.help.clone(),
            source: source(sources, &finding.primary, prefix),
            labels,
            related: elsewhere
                .into_iter()
                .map(|other| Self {
                    code: "",
                    severity: Severity::Advice,
                    message: other.text.clone(),
                    help: None,
                    source: source(sources, other, prefix),
                    labels: vec![label(&Label { text: String::new(), ..other.clone() }, true)],
                    related: Vec::new(),
                })
                .collect(),
        }
    }
}

fn source(sources: &Sources, label: &Label, prefix: &str) -> Frame {
    let file = sources.get(label.span.file).clone();
    Frame { name: format!("{prefix}{}", file.path), file }
}

/// A file as miette reads it: lines and columns come from [`SourceFile`], as everywhere, and a frame
/// costs its own lines, not the file.
struct Frame {
    name: String,
    file: Arc<SourceFile>,
}

impl SourceCode for Frame {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset() as u32, (span.offset() + span.len()) as u32);
        let first = self.file.position(start);
        let last = self.file.position(end.saturating_sub(1).max(start));
        let shown_first = first.line.saturating_sub(lines_before as u32).max(1);
        let lines = self.file.lines(shown_first, last.line + lines_after as u32);
        // Without lines around, miette asks for the span alone.
        let from = if lines_before == 0 { start } else { lines.start };
        let to = if lines_after == 0 { end } else { lines.end };
        let data =
            self.file.text.as_bytes().get(from as usize..to as usize).ok_or(MietteError::OutOfBounds)?;
        let column = if lines_before == 0 { first.column as usize - 1 } else { 0 };
        let count = (last.line - shown_first) as usize + 1 + lines_after;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            (from as usize, data.len()).into(),
            shown_first as usize - 1,
            column,
            count,
        )))
    }
}

fn label(label: &Label, primary: bool) -> LabeledSpan {
    let range = label.span.range;
    let text = Some(label.text.clone()).filter(|text| !text.is_empty());
    let span = (range.start as usize, (range.end - range.start) as usize);
    if primary {
        LabeledSpan::new_primary_with_span(text, span)
    } else {
        LabeledSpan::new_with_span(text, span)
    }
}

impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Frames {}

impl Diagnostic for Frames {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        (!self.code.is_empty()).then(|| Box::new(self.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related(&self) -> Option<Box<dyn Iterator<Item = &dyn Diagnostic> + '_>> {
        (!self.related.is_empty()).then(|| {
            Box::new(self.related.iter().map(|other| other as &dyn Diagnostic)) as Box<dyn Iterator<Item = _>>
        })
    }
}
