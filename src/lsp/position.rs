//! Positions of the protocol and places of ours. Counting is done by `source.rs`.

use lsp_types::{Position, Range};

use crate::source::{self, Point, SourceFile, Unit};

/// A byte as a position.
pub(super) fn position(file: &SourceFile, byte: u32, unit: Unit) -> Position {
    let point = file.point(byte, unit);
    Position::new(point.line, point.column)
}

/// Bytes as a range.
pub(super) fn range(file: &SourceFile, range: source::Range, unit: Unit) -> Range {
    Range::new(position(file, range.start, unit), position(file, range.end, unit))
}

/// A position as a byte.
pub(super) fn byte(file: &SourceFile, position: Position, unit: Unit) -> u32 {
    file.byte(Point { line: position.line, column: position.character }, unit)
}

/// A range as bytes; one that ends before it begins is empty.
pub(super) fn bytes(file: &SourceFile, range: Range, unit: Unit) -> source::Range {
    let start = byte(file, range.start, unit);
    source::Range::new(start, byte(file, range.end, unit).max(start))
}
