//! Source files and places in them.
//!
//! A place is a [`Span`]: a file and a range of UTF-8 bytes. This module alone turns bytes into
//! lines and columns; every output asks it, so that no two outputs can disagree.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// A file of one run, by its number in [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// A range of UTF-8 bytes inside one file, the end not included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Range {
    /// The range from `start` up to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Whether `other` lies within this range.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same range in a file.
    pub const fn in_file(self, file: FileId) -> Span {
        Span { file, range: self }
    }
}

/// A place: a range of bytes in a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub range: Range,
}

impl Span {
    /// Whether `other` lies within this place.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.range.contains(other.range)
    }
}

/// A position as people count: the first line is 1, the first column is 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// 1-based line; `\n`, `\r\n` and a lone `\r` end a line.
    pub line: u32,
    /// 1-based column in Unicode scalar values.
    pub column: u32,
}

/// What columns are counted in, where programs count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Unit {
    fn of(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A position as editors count: both from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Point {
    /// The line.
    pub line: u32,
    /// The column, in some [`Unit`].
    pub column: u32,
}

/// One file's text, with the path that people see.
pub struct SourceFile {
    /// Path relative to the root of the run, `/` between folders.
    pub path: Arc<str>,
    /// The text as it stands in the file, byte order mark included.
    pub text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
    characters: OnceLock<Vec<u32>>,
}

/// Bytes after which the characters are counted once for all: much more than a line has that somebody wrote.
const COUNTED: usize = 4096;

/// How many characters begin in that text.
fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

impl SourceFile {
    /// A file with its text.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into(), lines: OnceLock::new(), characters: OnceLock::new() }
    }

    /// The byte at which each line starts.
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
                let ends_crlf = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
                if !ends_crlf {
                    starts.push(at as u32 + 1);
                }
            }
            starts
        })
    }

    /// The first byte of the line that a byte is on.
    pub fn line_start(&self, byte: u32) -> u32 {
        self.line_of(byte as usize).1 as u32
    }

    /// The line that a byte is on, from 0, and its first byte.
    fn line_of(&self, byte: usize) -> (usize, usize) {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start as usize <= byte) - 1;
        (line, starts[line] as usize)
    }

    /// How many characters begin between two bytes, of which each may be asked for on a line that is a whole file.
    fn characters_between(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        if end - start <= COUNTED {
            return characters(&bytes[start..end]);
        }
        let before_block = self.characters.get_or_init(|| {
            let mut sum = 0;
            let mut before = Vec::with_capacity(bytes.len() / COUNTED + 1);
            for block in bytes.chunks(COUNTED) {
                before.push(sum);
                sum += characters(block) as u32;
            }
            before
        });
        let before = |byte: usize| {
            let block = (byte / COUNTED).min(before_block.len() - 1);
            before_block[block] as usize + characters(&bytes[block * COUNTED..byte])
        };
        before(end) - before(start)
    }

    /// Where a byte is, as people count. Bytes past the end are the end.
    pub fn position(&self, byte: u32) -> Position {
        let byte = (byte as usize).min(self.text.len());
        let (line, start) = self.line_of(byte);
        let count = if self.text.is_char_boundary(byte) { self.characters_between(start, byte) } else { 0 };
        // A byte order mark is part of the file but not of the first line.
        let mark = usize::from(start == 0 && count > 0 && self.text.starts_with('\u{feff}'));
        Position { line: line as u32 + 1, column: (count - mark) as u32 + 1 }
    }

    /// Where a byte is, as editors count in that unit. Bytes past the end are the end, one inside a character is that
    /// character; a byte order mark at the start is not there for editors.
    pub fn point(&self, byte: u32, unit: Unit) -> Point {
        let mut byte = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let (line, start) = self.line_of(byte);
        let before = &self.text[start..byte];
        let before = if line == 0 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before };
        let column: usize = before.chars().map(|c| unit.of(c)).sum();
        Point { line: line as u32, column: column as u32 }
    }

    /// The byte at a point. A column past the end of its line is that end, a line past the last is the end of the
    /// text, a column inside a character is its first byte.
    pub fn byte(&self, point: Point, unit: Unit) -> u32 {
        let starts = self.line_starts();
        let Some(start) = starts.get(point.line as usize).map(|start| *start as usize) else {
            return self.text.len() as u32;
        };
        let end = starts.get(point.line as usize + 1).map_or(self.text.len(), |end| *end as usize);
        let line = self.text[start..end].trim_end_matches(['\n', '\r']);
        let mark = if point.line == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut column = 0;
        for (at, c) in line[mark..].char_indices() {
            column += unit.of(c);
            if column > point.column as usize {
                return (start + mark + at) as u32;
            }
        }
        (start + line.len()) as u32
    }

    /// The last line that a range has a byte on; its own line when it is empty.
    pub fn last_line(&self, range: Range) -> u32 {
        self.position(range.end.saturating_sub(1).max(range.start)).line
    }

    /// The bytes of the lines from `first` to `last`, both 1-based and both included, with the newline at
    /// the end; lines that are not there are left out.
    pub fn lines(&self, first: u32, last: u32) -> Range {
        let starts = self.line_starts();
        let start = |line: u32| starts.get(line as usize).copied().unwrap_or(self.text.len() as u32);
        Range::new(start(first.saturating_sub(1)), start(last))
    }

    /// The text of a range; empty when the range is not one of this file.
    pub fn slice(&self, range: Range) -> &str {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The files of one run, numbered.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
}

impl Sources {
    /// Adds a file and gives its number.
    pub fn add(&mut self, file: Arc<SourceFile>) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of that number.
    ///
    /// # Panics
    /// When the number is not one that [`Sources::add`] gave.
    pub fn get(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.0 as usize]
    }

    /// The files in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.iter()
    }

    /// The files with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text at a place.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).slice(span.range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_every_kind_of_newline() {
        let file = SourceFile::new("a.ts", "\u{feff}a\nb\r\nc\rdé😀x");
        let at = |needle: &str| {
            let byte = file.text.find(needle).unwrap() as u32;
            let p = file.position(byte);
            (p.line, p.column)
        };
        assert_eq!(at("a"), (1, 1));
        assert_eq!(at("b"), (2, 1));
        assert_eq!(at("c"), (3, 1));
        assert_eq!(at("d"), (4, 1));
        assert_eq!(at("x"), (4, 4));
        assert_eq!(file.position(9999), Position { line: 4, column: 5 });
        assert_eq!(file.slice(file.lines(2, 2)), "b\r\n");
        assert_eq!(file.last_line(file.lines(2, 2)), 2);
        assert_eq!(file.last_line(file.lines(1, 2)), 2);
        assert_eq!(file.last_line(Range::default()), 1);
        assert_eq!(file.slice(file.lines(3, 99)), "c\rdé😀x");
    }

    #[test]
    fn columns_of_long_lines_are_counted_in_blocks() {
        let file = SourceFile::new("a.ts", format!("\u{feff}a\n{}\n{0}", "aé😀".repeat(3_000)));
        for line in [0, 1, 2] {
            let start = file.line_start(file.lines(line + 1, line + 1).start);
            let text = file.slice(file.lines(line + 1, line + 1));
            for (column, (at, _)) in text.char_indices().filter(|(_, c)| *c != '\u{feff}').enumerate() {
                let position = Position { line: line + 1, column: column as u32 + 1 };
                assert_eq!(file.position(start + at as u32), position);
            }
        }
    }

    #[test]
    fn points_are_counted_in_every_unit() {
        let file = SourceFile::new("a.ts", "\u{feff}a\r\né😀x\ry");
        let x = file.text.find('x').unwrap() as u32;
        for (unit, column) in [(Unit::Utf8, 6), (Unit::Utf16, 3), (Unit::Utf32, 2)] {
            let point = Point { line: 1, column };
            assert_eq!(file.point(x, unit), point);
            assert_eq!(file.byte(point, unit), x);
            // There and back, wherever a character begins; an editor has no byte order mark.
            for (byte, c) in file.text.char_indices().filter(|(_, c)| *c != '\n' && *c != '\u{feff}') {
                assert_eq!(file.byte(file.point(byte as u32, unit), unit), byte as u32, "{c:?} in {unit:?}");
            }
        }
    }

    #[test]
    fn points_past_an_end_are_that_end() {
        let file = SourceFile::new("a.ts", "ab\r\n😀\n");
        let byte = |line, column| file.byte(Point { line, column }, Unit::Utf16);
        assert_eq!((byte(0, 99), byte(1, 1), byte(1, 2), byte(1, 3)), (2, 4, 8, 8));
        assert_eq!((byte(2, 0), byte(2, 5), byte(7, 7)), (9, 9, 9));
        assert_eq!(file.point(99, Unit::Utf8), Point { line: 2, column: 0 });
        assert_eq!(file.point(6, Unit::Utf16), Point { line: 1, column: 0 });
    }

    #[test]
    fn only_the_first_byte_order_mark_is_no_character() {
        let file = SourceFile::new("a.ts", "\u{feff}a\u{feff}b");
        assert_eq!(file.position(3), Position { line: 1, column: 1 });
        assert_eq!(file.position(7), Position { line: 1, column: 3 });
    }
}
