//! One finding as miette draws it.

use miette::{
    Diagnostic, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
};
use std::fmt;
use std::sync::Arc;

use super::rule_page;
use super::text::{ShownFiles, visible, visible_lines};
use crate::rule::{Finding, Label, Level};
use crate::source::{Range, SourceFile};

/// A finding, its place and what belongs to it.
pub(super) struct Frame {
    code: &'static str,
    url: Option<String>,
    severity: Severity,
    message: String,
    help: Option<String>,
    source: Source,
    labels: Vec<LabeledSpan>,
    /// Places in other files, one frame each.
    related: Vec<Frame>,
}

impl Frame {
    pub(super) fn new(finding: &Finding, files: &mut ShownFiles<'_>, prefix: &str) -> Self {
        let file = finding.primary.span.file;
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
            finding.related.iter().partition(|label| label.span.file == file);
        let mut labels = vec![mark(&finding.primary, &finding.primary.text, true, files)];
        labels.extend(here.into_iter().map(|other| mark(other, &other.text, false, files)));
        Self {
            code: finding.rule,
            url: rule_page(finding.rule),
            severity: match finding.level {
                Level::Error => Severity::Error,
                Level::Warn | Level::Off => Severity::Warning,
            },
            message: visible(&finding.message).into_owned(),
            help: finding.help.as_deref().map(visible_lines),
            source: Source::new(&finding.primary, files, prefix),
            labels,
            related: elsewhere.into_iter().map(|other| Self::elsewhere(other, files, prefix)).collect(),
        }
    }

    fn elsewhere(label: &Label, files: &mut ShownFiles<'_>, prefix: &str) -> Self {
        Self {
            code: "",
            url: None,
            severity: Severity::Advice,
            message: visible(&label.text).into_owned(),
            help: None,
            source: Source::new(label, files, prefix),
            labels: vec![mark(label, "", true, files)],
            related: Vec::new(),
        }
    }
}

fn mark(label: &Label, text: &str, primary: bool, files: &mut ShownFiles<'_>) -> LabeledSpan {
    let file = files.get(label.span.file);
    let (start, end) = (file.at(label.span.range.start), file.at(label.span.range.end));
    let span = (start as usize, end.saturating_sub(start) as usize);
    let text = (!text.is_empty()).then(|| visible(text).into_owned());
    if primary {
        LabeledSpan::new_primary_with_span(text, span)
    } else {
        LabeledSpan::new_with_span(text, span)
    }
}

/// A file as miette reads it: lines and columns come from [`SourceFile`], as everywhere, and a frame
/// costs its own lines, not the file.
struct Source {
    name: String,
    file: Arc<SourceFile>,
}

impl Source {
    fn new(label: &Label, files: &mut ShownFiles<'_>, prefix: &str) -> Self {
        let file = files.get(label.span.file).file.clone();
        Self { name: visible(&format!("{prefix}{}", file.path)).into_owned(), file }
    }
}

/// How many bytes of a file a frame shows. A line can be a whole file; miette cannot draw such, and nobody reads it.
const MAX_SHOWN: u32 = 16 << 10;
/// How many bytes of a line that is longer.
const EXCERPT: usize = 120;

impl Source {
    /// What is meant and a little behind it, as if its line began there.
    fn excerpt(&self, range: Range, line: u32) -> Result<Box<dyn SpanContents<'_> + '_>, MietteError> {
        let rest = self.file.text.get(range.start as usize..).ok_or(MietteError::OutOfBounds)?;
        let mut end = rest.find('\n').unwrap_or(rest.len()).min(EXCERPT);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let span = (range.start as usize, end).into();
        let (name, data) = (self.name.clone(), &rest.as_bytes()[..end]);
        Ok(Box::new(MietteSpanContents::new_named(name, data, span, line as usize - 1, 0, 1)))
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let range = Range::new(span.offset() as u32, (span.offset() + span.len()) as u32);
        let first = self.file.position(range.start);
        let last_line = self.file.last_line(range);
        let shown_first = first.line.saturating_sub(lines_before as u32).max(1);
        let lines = self.file.lines(shown_first, last_line + lines_after as u32);
        // Without lines around, miette asks for the span alone.
        let from = if lines_before == 0 { range.start } else { lines.start };
        let to = if lines_after == 0 { range.end } else { lines.end };
        if lines_after > 0 && lines.end.saturating_sub(lines.start) > MAX_SHOWN {
            return self.excerpt(range, first.line);
        }
        let data =
            self.file.text.as_bytes().get(from as usize..to as usize).ok_or(MietteError::OutOfBounds)?;
        let column = if lines_before == 0 { first.column as usize - 1 } else { 0 };
        let count = (last_line - shown_first) as usize + 1 + lines_after;
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

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Frame {}

impl Diagnostic for Frame {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        (!self.code.is_empty()).then(|| Box::new(self.code) as Box<dyn fmt::Display>)
    }

    fn url(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn fmt::Display>)
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
