//! Text that came out of source files, made safe to show.
//!
//! A name can hold anything: escape sequences that repaint the terminal, marks that turn the reading
//! direction, a newline and then a workflow command. GitHub's runner reads the output of every step: a
//! line that begins with `::` after blanks is a command, and so is `##[` anywhere in a line.

use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

use crate::source::{FileId, SourceFile, Sources};

/// How GitHub's runner spells the start of an old command, in any column.
const OLD_COMMAND: &str = "##[";

/// One line of text in which everything can be seen: `\n`, `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) && !text.contains(OLD_COMMAND) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            '[' if out.ends_with("##") => out.extend(c.escape_unicode()),
            c if is_hostile(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Text in which everything can be seen, and whose newlines are meant.
pub(super) fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// Lines of which none is a command to GitHub's runner, whatever was wrapped to their start.
pub(super) fn without_commands(text: String) -> String {
    let is_command = |line: &str| line.trim_start().starts_with("::");
    if !text.lines().any(is_command) {
        return text;
    }
    text.split_inclusive('\n')
        .map(|line| if is_command(line) { line.replacen(':', "\\u{3a}", 1) } else { line.to_string() })
        .collect()
}

/// A JSON document that means the same and can be shown: characters of its strings are written as JSON
/// escapes.
pub fn visible_json(document: String) -> String {
    // Newlines are between the members: those inside strings are escaped already.
    let is_hostile = |c: char| c != '\n' && is_hostile(c);
    if !document.contains(is_hostile) && !document.contains(OLD_COMMAND) {
        return document;
    }
    let mut out = String::with_capacity(document.len() + 8);
    for c in document.chars() {
        if is_hostile(c) || (c == '[' && out.ends_with("##")) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// What does something else than be seen: controls (C0, DEL, C1), line separators, marks of direction.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Files as frames show them.
pub(super) struct ShownFiles<'s> {
    sources: &'s Sources,
    made: FxHashMap<FileId, ShownFile>,
}

/// A file in which every hostile character has a stand-in of one character, so that lines and columns are
/// those of the file; only bytes move.
pub(super) struct ShownFile {
    pub(super) file: Arc<SourceFile>,
    /// Where a stand-in is longer: the byte after the character, and by how much all bytes from there on
    /// have moved.
    moved: Vec<(u32, u32)>,
}

impl<'s> ShownFiles<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, made: FxHashMap::default() }
    }

    pub(super) fn get(&mut self, id: FileId) -> &ShownFile {
        let sources = self.sources;
        self.made.entry(id).or_insert_with(|| ShownFile::new(sources.get(id)))
    }
}

impl ShownFile {
    fn new(file: &Arc<SourceFile>) -> Self {
        let text = &*file.text;
        let is_clean = !text.contains(|c| is_hostile(c) && !matches!(c, '\n' | '\t'));
        if is_clean && !text.contains(OLD_COMMAND) {
            return Self { file: file.clone(), moved: Vec::new() };
        }
        let mut shown = String::with_capacity(text.len() + 64);
        let mut moved = Vec::new();
        for (at, c) in text.char_indices() {
            let rest = &text[at + c.len_utf8()..];
            let stand_in = match c {
                '\n' | '\t' => c,
                '\r' if rest.starts_with('\n') => c,
                // A newline for us and for editors, but not for miette, nor for a terminal.
                '\r' => '\n',
                '[' if text[..at].ends_with("##") => char::REPLACEMENT_CHARACTER,
                '\u{7f}' => '\u{2421}',
                '\0'..' ' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
                c if is_hostile(c) => char::REPLACEMENT_CHARACTER,
                c => c,
            };
            shown.push(stand_in);
            if stand_in.len_utf8() != c.len_utf8() {
                let end = at + c.len_utf8();
                moved.push((end as u32, (shown.len() - end) as u32));
            }
        }
        Self { file: Arc::new(SourceFile::new(file.path.clone(), shown)), moved }
    }

    /// Where a byte of the file is in what is shown.
    pub(super) fn at(&self, byte: u32) -> u32 {
        let before = self.moved.partition_point(|(end, _)| *end <= byte);
        byte + before.checked_sub(1).map_or(0, |last| self.moved[last].1)
    }
}
