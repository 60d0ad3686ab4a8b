//! A JSON document with comments, as an owned tree in which every node knows its place, its file included:
//! trees of different files can be merged and still point where they came from.

use jsonc_parser::{CollectOptions, ParseOptions, ast, parse_to_ast};
use rustc_hash::FxHashSet;
use serde_json::Number;

use super::{Error, Errors};
use crate::source::{FileId, Range, Span};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it is written.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, without its quotes and escapes.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object, in the order of the file; no key stands twice.
    Object(Vec<Member>),
}

/// One key of an object with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// Where it is written.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

/// How deep lists and objects may nest. A config nests seven deep.
const DEPTH: usize = 64;

impl Node {
    /// Reads a document: JSON, and also comments and commas before closing brackets.
    pub fn parse(file: FileId, text: &str) -> Result<Self, Errors> {
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let reader = Reader { file, mark };
        let text = &text[mark..];
        if text.len() > u32::MAX as usize / 2 {
            return Err(vec![Error::new("the file is too large for a config")]);
        }
        if let Some(at) = too_deep(text) {
            return Err(vec![Error::at(reader.span(at, at + 1), format!("nests more than {DEPTH} deep"))]);
        }
        let parsed = parse_to_ast(text, &CollectOptions::default(), &strict()).map_err(|error| {
            let (start, end) = (error.range().start, error.range().end);
            vec![Error::at(reader.span(start, end), sentence(&error.kind().to_string()))]
        })?;
        let Some(value) = parsed.value else {
            return Err(vec![Error::at(reader.span(0, text.len()), "the file is empty, expected an object")]);
        };
        let mut errors = Errors::new();
        let node = reader.node(value, &mut errors);
        if errors.is_empty() { Ok(node) } else { Err(errors) }
    }

    /// Whether a text stands anywhere in it.
    pub(super) fn says(&self, text: &str) -> bool {
        match &self.kind {
            Kind::Text(found) => found == text,
            Kind::List(items) => items.iter().any(|item| item.says(text)),
            Kind::Object(members) => members.iter().any(|member| member.value.says(text)),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => false,
        }
    }

    /// Its members, when it is an object.
    pub fn members(&self) -> Option<&[Member]> {
        match &self.kind {
            Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The value of a key, when it is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value)
    }

    /// A key with its value, when it is an object that has it.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members()?.iter().find(|member| member.key == key)
    }

    /// What it is, in the words of messages.
    pub const fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(true) => "true",
            Kind::Bool(false) => "false",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Object(_) => "an object",
        }
    }
}

/// JSON as it stands in the standard, with comments and trailing commas.
fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// A message of the parser in the style of ours: it begins small.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The bracket that is one too deep, found before the parser, which is recursive, sees the text.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH {
                    return Some(at);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                at += 1;
                while bytes.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += memchr::memchr2(b'\n', b'\r', &bytes[at..])?;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at += 2 + memchr::memmem::find(&bytes[at + 2..], b"*/")? + 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Turns the parser's tree into ours.
struct Reader {
    file: FileId,
    /// Bytes of a byte order mark, which the parser does not see.
    mark: usize,
}

impl Reader {
    fn span(&self, start: usize, end: usize) -> Span {
        Range::new((start + self.mark) as u32, (end + self.mark) as u32).in_file(self.file)
    }

    fn range(&self, range: jsonc_parser::common::Range) -> Span {
        self.span(range.start, range.end)
    }

    fn node(&self, value: ast::Value<'_>, errors: &mut Errors) -> Node {
        let (range, kind) = match value {
            ast::Value::NullKeyword(null) => (null.range, Kind::Null),
            ast::Value::BooleanLit(bool) => (bool.range, Kind::Bool(bool.value)),
            ast::Value::NumberLit(number) => {
                let kind = number.value.parse().map_or_else(
                    |_| {
                        let message = format!("`{}` is not a number of JSON", number.value);
                        errors.push(Error::at(self.range(number.range), message));
                        Kind::Null
                    },
                    Kind::Number,
                );
                (number.range, kind)
            }
            ast::Value::StringLit(text) => (text.range, Kind::Text(text.value.into_owned())),
            ast::Value::Array(list) => (
                list.range,
                Kind::List(list.elements.into_iter().map(|item| self.node(item, errors)).collect()),
            ),
            ast::Value::Object(object) => (object.range, self.object(object.properties, errors)),
        };
        Node { span: self.range(range), kind }
    }

    fn object(&self, properties: Vec<ast::ObjectProp<'_>>, errors: &mut Errors) -> Kind {
        let mut seen = FxHashSet::default();
        let mut members = Vec::with_capacity(properties.len());
        for property in properties {
            let (key, range) = match property.name {
                ast::ObjectPropName::String(text) => (text.value.into_owned(), text.range),
                ast::ObjectPropName::Word(word) => (word.value.to_string(), word.range),
            };
            let key_span = self.range(range);
            let value = self.node(property.value, errors);
            if seen.insert(key.clone()) {
                members.push(Member { key, key_span, value });
            } else {
                errors.push(Error::at(key_span, format!("`{key}` stands here a second time")));
            }
        }
        Kind::Object(members)
    }
}
