//! The outline of a Markdown file: front matter, headings, list items, table rows, with their places.

use std::borrow::Cow;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::Document;
use crate::source::Range;

/// List items deeper than this are part of the items around them: `- - - - …` costs a byte or two each.
const DEEPEST_ITEM: usize = 24;

/// The outline of one file.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The text between the `---` lines at the top.
    pub(super) front: Option<Range>,
    /// The headings, in order.
    pub(super) headings: Vec<Heading>,
    /// List items and table rows (not the heads of tables), in the order in which they begin.
    pub(super) entries: Vec<Range>,
    /// Code blocks and HTML comments: what is not said by the page itself.
    pub(super) aside: Vec<Range>,
}

/// A heading.
#[derive(Debug)]
pub(super) struct Heading {
    /// Its text, without emphasis and links.
    pub(super) text: String,
    /// 1 to 6.
    pub(super) level: u8,
    /// Its bytes, without the newline at the end.
    pub(super) range: Range,
}

impl Outline {
    /// Reads a file.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let markdown = without_jsx(document);
        // A byte order mark would keep the front matter from being the first thing.
        let skipped = if markdown.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        let events = Parser::new_ext(markdown.get(skipped..).unwrap_or_default(), options);
        let mut outline = Self::default();
        let mut heading = None;
        let mut in_front_matter = false;
        let mut depth = 0;
        for (event, bytes) in events.into_offset_iter() {
            let whole = Range::new((bytes.start + skipped) as u32, (bytes.end + skipped) as u32);
            let range = trimmed(&markdown, whole);
            match event {
                Event::Start(Tag::MetadataBlock(_)) => in_front_matter = bytes.start == 0,
                Event::End(TagEnd::MetadataBlock(_)) => in_front_matter = false,
                Event::Text(_) if in_front_matter => match &mut outline.front {
                    Some(front) => front.end = whole.end,
                    none => *none = Some(whole),
                },
                Event::Start(Tag::Heading { level, .. }) => {
                    heading = Some(Heading { text: String::new(), level: level as u8, range });
                }
                Event::End(TagEnd::Heading(_)) => outline.headings.extend(heading.take().map(tidied)),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.text.push_str(&text);
                    }
                }
                Event::SoftBreak | Event::HardBreak => {
                    if let Some(heading) = &mut heading {
                        heading.text.push(' ');
                    }
                }
                Event::Start(Tag::Item) => {
                    depth += 1;
                    if depth <= DEEPEST_ITEM {
                        outline.entries.push(range);
                    }
                }
                Event::End(TagEnd::Item) => depth -= 1,
                Event::Start(Tag::TableRow) => outline.entries.push(range),
                Event::Start(Tag::CodeBlock(_)) => outline.aside.push(range),
                Event::Start(Tag::HtmlBlock) if document.slice(range).starts_with("<!--") => {
                    outline.aside.push(range);
                }
                _ => {}
            }
        }
        outline
    }

    /// The bytes under a heading: up to the next one of its level or higher.
    pub(super) fn body(&self, heading: usize, document: &Document<'_>) -> Range {
        let end = document.text.len() as u32;
        let Some(own) = self.headings.get(heading) else { return Range::new(end, end) };
        let mut below = self.headings[heading + 1..].iter();
        let next = below.find(|next| next.level <= own.level);
        Range::new(own.range.end, next.map_or(end, |next| next.range.start))
    }
}

/// The name of a section, for comparing: lower case, without its number, emoji and punctuation around.
pub(super) fn section_name(heading: &str) -> String {
    let name = heading.trim_start_matches(|c: char| !c.is_alphabetic());
    name.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn tidied(heading: Heading) -> Heading {
    Heading { text: heading.text.trim().to_owned(), ..heading }
}

/// The range without white space at its ends.
pub(super) fn trimmed(text: &str, range: Range) -> Range {
    let text = text.get(range.start as usize..range.end as usize).unwrap_or_default();
    let end = range.start + text.trim_end().len() as u32;
    Range::new(end - text.trim().len() as u32, end)
}

/// The text with lines that are only a JSX tag blanked, at the same length: Markdown would take them for
/// HTML and read no list below them.
fn without_jsx<'t>(document: &Document<'t>) -> Cow<'t, str> {
    if !document.path.ends_with(".mdx") {
        return Cow::Borrowed(document.text);
    }
    let mut text = String::with_capacity(document.text.len());
    for line in document.text.split_inclusive('\n') {
        let tag = line.trim();
        let begins = tag.strip_prefix("</").or_else(|| tag.strip_prefix('<'));
        let names = begins.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '>'));
        if names && tag.ends_with('>') {
            text.extend(
                line.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte as char } else { ' ' }),
            );
        } else {
            text.push_str(line);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn read(path: &'static str, text: &str) -> (Vec<String>, Vec<String>, Option<String>) {
        let document = Document { file: FileId(0), path, text };
        let outline = Outline::of(&document);
        let slice = |range: Range| document.slice(range).to_owned();
        let headings = outline.headings.iter().map(|heading| heading.text.clone()).collect();
        (headings, outline.entries.into_iter().map(slice).collect(), outline.front.map(slice))
    }

    #[test]
    fn headings_and_entries_have_places() {
        let text = "\u{feff}---\r\ntitle: 😀 x\r\n---\r\n\r\n# 😀 A `b` [c](d) {#id}\r\n\r\n- one\r\n  - two\r\n\r\n\
                    | h | i |\r\n|---|---|\r\n| a | b |\r\n\r\n```md\r\n# no\r\n- no\r\n```\r\n\r\nSetext\r\n---\r\n";
        let (headings, entries, front) = read("a.md", text);
        assert_eq!(headings, ["😀 A b c", "Setext"]);
        assert_eq!(entries, ["- one\r\n  - two", "- two", "| a | b |"]);
        assert_eq!(front.as_deref().map(str::trim), Some("title: 😀 x"));
    }

    #[test]
    fn mdx_is_tolerated() {
        let text = "import { Callout } from \"x\"\nexport const a = 1\n\n<Callout type=\"é\">\n- one\n- <B /> two\n</Callout>\n\
                    {/* note */}\n## Next <Badge>new</Badge>\n\n<>\n- three {a}\n</>\n";
        let (headings, entries, _) = read("a.mdx", text);
        assert_eq!(headings, ["Next new"]);
        assert_eq!(entries, ["- one", "- <B /> two", "- three {a}"]);
    }

    #[test]
    fn sections_are_named_in_many_ways() {
        for heading in ["Status", "8.1 Status", "🚦 STATUS:", "1) status"] {
            assert_eq!(section_name(heading), "status");
        }
        assert_eq!(section_name("Key & invariants (v2)"), "key & invariants (v2");
    }
}
