//! Where something is, as every format writes it.

use serde::Serialize;

use super::Report;
use super::text::visible;
use crate::source::{SourceFile, Span};

/// A place with its path. The end is not part of it.
#[derive(Debug, Serialize)]
pub(super) struct Location {
    pub(super) path: String,
    pub(super) start: Point,
    pub(super) end: Point,
    /// The last line that it has something on; not the line of `end` when it ends with a newline.
    #[serde(skip)]
    pub(super) last_line: u32,
}

/// A point in a file: bytes from 0, lines and columns from 1, columns in Unicode characters.
#[derive(Debug, Serialize)]
pub(super) struct Point {
    byte: u32,
    pub(super) line: u32,
    pub(super) column: u32,
    /// The column in bytes, from 1; a byte order mark counts.
    #[serde(skip)]
    pub(super) byte_column: u32,
}

impl Location {
    pub(super) fn new(report: &Report<'_>, span: Span) -> Self {
        let file = report.sources.get(span.file);
        Self {
            path: format!("{}{}", report.prefix, file.path),
            start: Point::new(file, span.range.start),
            end: Point::new(file, span.range.end),
            last_line: file.last_line(span.range),
        }
    }

    /// `path:line:column` of the start, for people.
    pub(super) fn readable(&self) -> String {
        format!("{}:{}:{}", visible(&self.path), self.start.line, self.start.column)
    }
}

impl Point {
    fn new(file: &SourceFile, byte: u32) -> Self {
        let position = file.position(byte);
        let line_start = file.lines(position.line, position.line).start;
        let byte_column = byte.min(file.text.len() as u32) - line_start + 1;
        Self { byte, line: position.line, column: position.column, byte_column }
    }
}
