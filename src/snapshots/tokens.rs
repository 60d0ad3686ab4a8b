//! SQL as words, quoted names and signs; comments, texts and bodies are skipped. One pass, no looking back.

use std::borrow::Cow;

use crate::graph::Dialect;

/// A token of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A keyword, a name without quotes, a number.
    Word(&'t str),
    /// A name in quotes, without them.
    Quoted(Cow<'t, str>),
    /// Any other sign.
    Sign(u8),
    /// The end of a statement: `;`, or drizzle-kit's breakpoint.
    End,
}

pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
}

const BREAKPOINT: &str = "--> statement-breakpoint";

/// Where goose, dbmate and node-pg-migrate begin what takes the migration back: it is not run.
const DOWN: [&str; 3] = ["+goose Down", "migrate:down", "Down Migration"];

impl<'t> Tokens<'t> {
    pub(super) const fn new(text: &'t str, dialect: Dialect) -> Self {
        Self { text, at: 0, dialect }
    }

    const fn is_mysql(&self) -> bool {
        matches!(self.dialect, Dialect::MySql | Dialect::SingleStore)
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Skips to the end of the line.
    fn line(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// Skips a comment of several lines; they nest, but not in MySQL.
    fn comment(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while self.at < bytes.len() {
            match (bytes[self.at], bytes.get(self.at + 1)) {
                (b'/', Some(b'*')) if depth == 0 || !self.is_mysql() => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// Skips what stands in quotes, from the first of them on, and gives it; a quote in it is doubled.
    fn quoted(&mut self, close: u8, escapes: bool) -> Cow<'t, str> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut doubled = false;
        self.at = start;
        while self.at < bytes.len() {
            if escapes && bytes[self.at] == b'\\' {
                self.at += 2;
            } else if bytes[self.at] != close {
                self.at += 1;
            } else if bytes.get(self.at + 1) == Some(&close) {
                doubled = true;
                self.at += 2;
            } else {
                break;
            }
        }
        let end = self.at.min(bytes.len());
        self.at = (end + 1).min(bytes.len());
        let inside = self.text.get(start..end).unwrap_or_default();
        if !doubled {
            return Cow::Borrowed(inside);
        }
        let close = char::from(close);
        Cow::Owned(inside.replace(&format!("{close}{close}"), &close.to_string()))
    }

    /// Skips `$tag$ … $tag$`; false when it is none.
    fn dollar(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let tag = rest[1..].bytes().take_while(|byte| is_name(*byte)).count();
        let digit = rest[1..].starts_with(|first: char| first.is_ascii_digit());
        if self.is_mysql() || digit || rest.as_bytes().get(tag + 1) != Some(&b'$') {
            return false;
        }
        let (open, body) = rest.split_at(tag + 2);
        match memchr::memmem::find(body.as_bytes(), open.as_bytes()) {
            Some(end) => self.at += end + 2 * open.len(),
            None => self.at = self.text.len(),
        }
        true
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let byte = self.byte(0)?;
            match (byte, self.byte(1)) {
                (b'-', Some(b'-')) => {
                    let start = self.at;
                    self.line();
                    let line = &self.text[start..self.at];
                    if DOWN.contains(&line.trim_start_matches('-').trim()) {
                        self.at = self.text.len();
                    }
                    if line.starts_with(BREAKPOINT) {
                        return Some(Token::End);
                    }
                }
                (b'#', _) if self.is_mysql() => self.line(),
                (b'/', Some(b'*')) => self.comment(),
                (b'\'', _) => {
                    self.quoted(b'\'', self.is_mysql());
                }
                (b'e' | b'E', Some(b'\'')) if !self.is_mysql() => {
                    self.at += 1;
                    self.quoted(b'\'', true);
                }
                (b'"' | b'`', _) => {
                    return Some(Token::Quoted(self.quoted(byte, byte == b'"' && self.is_mysql())));
                }
                (b'[', Some(first)) if self.dialect == Dialect::MsSql && is_name(first) => {
                    return Some(Token::Quoted(self.quoted(b']', false)));
                }
                (b'$', _) if self.dollar() => {}
                (b';', _) => {
                    self.at += 1;
                    return Some(Token::End);
                }
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ if is_name(byte) => {
                    let word = &self.text[self.at..];
                    // A dollar inside a name is part of it.
                    let length = word.bytes().take_while(|byte| is_name(*byte) || *byte == b'$').count();
                    self.at += length;
                    return Some(Token::Word(&word[..length]));
                }
                _ => {
                    self.at += 1;
                    return Some(Token::Sign(byte));
                }
            }
        }
    }
}

/// Letters beyond ASCII are letters.
const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
