//! Front matter: what a document says of itself in YAML, with places.

use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use smol_str::SmolStr;

use super::{Document, Problem};
use crate::source::Range;

/// The front matter of one document; empty without one.
#[derive(Debug, Default)]
pub(super) struct FrontMatter {
    fields: FxHashMap<String, Vec<(SmolStr, Range)>>,
    /// Why it could not be read.
    pub(super) problem: Option<Problem>,
}

impl FrontMatter {
    /// Reads what stands at `range`.
    pub(super) fn read(document: &Document<'_>, range: Option<Range>) -> Self {
        let Some(range) = range.filter(|range| !document.slice(*range).trim().is_empty()) else {
            return Self::default();
        };
        let yaml = document.slice(range);
        let options = serde_saphyr::options! {
            duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins,
        };
        match serde_saphyr::from_str_with_options::<FxHashMap<String, Spanned<Node>>>(yaml, options) {
            Ok(nodes) => {
                let fields = nodes.into_iter().map(|(key, node)| {
                    let mut texts = Vec::new();
                    texts_of(node, yaml, range.start, &mut texts);
                    (folded(&key), texts)
                });
                Self { fields: fields.collect(), problem: None }
            }
            Err(error) => {
                let problem = problem(document, range, &error);
                Self { fields: FxHashMap::default(), problem: Some(problem) }
            }
        }
    }

    /// The texts of a field, one or a list; `supersededBy`, `superseded-by` and `superseded_by` are one
    /// name. The first of `names` that is there counts.
    pub(super) fn texts(&self, names: &[&str]) -> &[(SmolStr, Range)] {
        names.iter().find_map(|name| self.fields.get(&folded(name))).map_or(&[], Vec::as_slice)
    }
}

fn folded(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

fn texts_of(node: Spanned<Node>, yaml: &str, shift: u32, texts: &mut Vec<(SmolStr, Range)>) {
    let place = node.referenced.span();
    let (start, length) = (place.byte_offset().unwrap_or(0), place.byte_len().unwrap_or(0));
    let (start, end) = (start as usize, (start + length) as usize);
    let range = Range::new(shift + start as u32, shift + end as u32);
    match node.value {
        Node::Text(text) => texts.push((text, range)),
        // As written: the leading zeros of 0036 are for people, not for octal numbers.
        Node::Plain => texts.push((SmolStr::new(yaml.get(start..end).unwrap_or_default()), range)),
        Node::List(items) => items.into_iter().for_each(|item| texts_of(item, yaml, shift, texts)),
        Node::Other => {}
    }
}

fn problem(document: &Document<'_>, range: Range, error: &serde_saphyr::Error) -> Problem {
    let message = error.without_snippet().to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(said, _)| said);
    let yaml = document.slice(range);
    let at = error.location().and_then(|place| {
        let mut lines = yaml.split_inclusive('\n').scan(0, |start, line| {
            *start += line.len();
            Some((*start - line.len(), line))
        });
        let (start, line) = lines.nth((place.line() as usize).checked_sub(1)?)?;
        let column = (place.column() as usize).saturating_sub(1);
        let within = line.char_indices().nth(column).map_or(line.trim_end().len(), |(at, _)| at);
        let length = line.get(within..).map_or(0, |rest| rest.trim_end().len());
        Some(Range::new((start + within) as u32, (start + within + length) as u32))
    });
    let place = at.map_or(range, |at| Range::new(range.start + at.start, range.start + at.end));
    Problem {
        span: place.in_file(document.file),
        message: format!("the front matter is not YAML: {message}"),
    }
}

/// A value: what is neither a text nor a list of texts is not asked for.
enum Node {
    Text(SmolStr),
    /// A number or a truth value.
    Plain,
    List(Vec<Spanned<Node>>),
    Other,
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(SmolStr::new(text)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Plain)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Node::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::outline::Outline;
    use crate::source::FileId;

    fn read(text: &str) -> (Document<'_>, FrontMatter) {
        let document = Document { file: FileId(0), path: "a.md", text };
        let front = Outline::of(&document).front;
        (document, FrontMatter::read(&document, front))
    }

    #[test]
    fn fields_have_places() {
        let (document, front) = read(
            "---\r\ntitle: 😀\r\nstatus: \"accepted\"\r\nid: 0036\r\nsuperseded-by: [ADR-1, 'x']\r\nat: {a: b}\r\nno: ~\r\n---\r\n",
        );
        let read = |name: &str| -> Vec<(String, &str)> {
            let texts = front.texts(&[name]).iter();
            texts.map(|(text, range)| (text.to_string(), document.slice(*range))).collect()
        };
        let pair = |text: &str, written: &'static str| (text.to_owned(), written);
        assert_eq!(front.problem, None);
        assert_eq!(read("status"), [pair("accepted", "\"accepted\"")]);
        assert_eq!(read("id"), [pair("0036", "0036")]);
        assert_eq!(read("supersededBy"), [pair("ADR-1", "ADR-1"), pair("x", "'x'")]);
        assert_eq!(read("at"), []);
        assert_eq!(read("no"), []);
    }

    #[test]
    fn broken_front_matter_is_a_problem_with_a_place() {
        for (text, message, written) in [
            ("---\nname: 😀\na: b: c\n---\n", "mapping values are not allowed in this context", ": c"),
            ("---\njust text\n---\n", "expected mapping start", "just text"),
        ] {
            let (document, front) = read(text);
            let problem = front.problem.unwrap();
            assert_eq!(problem.message, format!("the front matter is not YAML: {message}"));
            assert_eq!(document.slice(problem.span.range), written);
        }
        assert_eq!(read("no front matter").1.problem, None);
    }
}
