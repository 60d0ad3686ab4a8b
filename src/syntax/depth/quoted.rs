//! What is quoted: comments, strings, templates and regular expressions nest nothing.

use super::{Before, Lexer, Step};

impl Lexer<'_> {
    /// `/`: a comment, a quotient, or an expression in which everything is quoted.
    pub(super) fn slash(&mut self, next: u8) -> Step {
        match (next, self.before) {
            (b'/', _) => {
                self.skip_line();
                self.at -= 1;
            }
            (b'*', _) => {
                let end = memchr::memmem::find(&self.bytes[self.at + 2..], b"*/");
                let end = end.map_or(self.bytes.len(), |end| self.at + 2 + end + 2);
                // A newline in it is one; the last two kinds begin with this byte.
                let inside = &self.bytes[self.at..end];
                self.newline |= memchr::memchr3(b'\n', b'\r', 0xe2, inside).is_some();
                self.at = end - 1;
            }
            (_, Before::Operand | Before::ColonName) => self.operator()?,
            (_, Before::Brace | Before::Angle | Before::PerhapsKeyword | Before::Step) => {
                self.is_sure = false;
                self.operator()?;
            }
            _ => self.regex(),
        }
        Ok(())
    }

    pub(super) fn regex(&mut self) {
        let (mut at, mut in_class) = (self.at + 1, false);
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => break,
                b'\n' | b'\r' | 0xe2 => {
                    self.is_sure = false;
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        self.at = at.min(self.bytes.len().saturating_sub(1));
        self.before = Before::Operand;
    }

    pub(super) fn skip_line(&mut self) {
        // U+2028 and U+2029 end it too, and both begin with this byte.
        let ends = memchr::memchr3_iter(b'\n', b'\r', 0xe2, &self.bytes[self.at..]);
        let mut ends = ends.map(|end| self.at + end);
        let is_end = |at: &usize| {
            self.bytes[*at] != 0xe2 || matches!(self.bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9]))
        };
        self.at = ends.find(is_end).unwrap_or(self.bytes.len());
    }

    /// To the last byte of a string. Where everything counts, what is quoted counts too.
    pub(super) fn string(&mut self, quote: u8) {
        if !self.is_sure {
            return;
        }
        let mut at = self.at + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += if self.bytes[at + 1..].starts_with(b"\r\n") { 2 } else { 1 },
                b'\n' | b'\r' => {
                    self.is_sure = false;
                    break;
                }
                _ if *byte == quote => break,
                _ => {}
            }
            at += 1;
        }
        self.at = at.min(self.bytes.len() - 1);
    }

    /// From inside a template past its end, or to the value in it.
    pub(super) fn template(&mut self) -> Step {
        while self.is_sure {
            let Some(at) = memchr::memchr3(b'`', b'\\', b'$', &self.bytes[self.at.min(self.bytes.len())..])
            else {
                self.at = self.bytes.len();
                return Ok(());
            };
            self.at += at;
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                b'$' if self.peek(1) == b'{' => {
                    self.open(b'}', true)?;
                    self.at += 2;
                    return Ok(());
                }
                b'$' => self.at += 1,
                _ => {
                    self.at += 1;
                    self.before = Before::Operand;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A letter, a blank or something wrong, of another script than ours.
    pub(super) fn unusual(&mut self) {
        let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            self.at += 1;
            return;
        };
        self.at += c.len_utf8();
        if matches!(c, '\u{2028}' | '\u{2029}') {
            self.newline = true;
        } else if !c.is_whitespace() && c != '\u{feff}' {
            self.before = Before::Operand;
            self.newline = false;
        }
    }
}
