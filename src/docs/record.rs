//! A decision record, as its file tells it.

use std::sync::Arc;

use smol_str::{SmolStr, ToSmolStr};

use super::fields::Fields;
use super::front_matter::FrontMatter;
use super::naming::{Named, as_words, in_heading, in_stem};
use super::outline::{Heading, Outline};
use super::status::Status;
use super::{Document, Problem, is_index, paths};
use crate::source::{Range, Span};

/// A decision record (ADR).
#[derive(Debug, Clone)]
pub struct DecisionRecord {
    /// Its number: 36 for `ADR-036` and for `0036-x.md`.
    pub number: Option<u32>,
    /// The label in front of the number: `ADR`, unless the file or its heading has another.
    pub prefix: SmolStr,
    /// The file name without label, number and extension: `tenant-scoping`.
    pub slug: SmolStr,
    /// The heading without label and number.
    pub title: SmolStr,
    /// Whether it holds, when it says so.
    pub status: Option<Status>,
    /// What took its place, as far as it or its successor says so.
    pub superseded_by: Vec<Successor>,
    /// Path relative to the root of the run.
    pub path: Arc<str>,
    /// The heading; without one, the first line.
    pub span: Span,
    /// Where its status stands.
    pub status_span: Option<Span>,
    digits: Option<SmolStr>,
}

/// The record that took another one's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// Its label, or how it is cited when it is not among the records.
    pub label: SmolStr,
    /// Its number in [`Records`](super::Records).
    pub record: Option<usize>,
}

impl DecisionRecord {
    /// How people name it: `ADR-036`, or its path.
    pub fn label(&self) -> String {
        match &self.digits {
            Some(digits) => format!("{}-{digits}", self.prefix),
            None => self.path.to_string(),
        }
    }
}

/// A record, and what of its file speaks of other records.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) record: DecisionRecord,
    /// Where it names its successors.
    pub(super) superseded_by: Vec<Range>,
    /// Where it names its predecessors.
    pub(super) supersedes: Vec<Range>,
    pub(super) problem: Option<Problem>,
}

impl Draft {
    /// Reads a file.
    pub(super) fn read(document: &Document<'_>) -> Self {
        let outline = Outline::of(document);
        let front = FrontMatter::read(document, outline.front);
        let fields = Fields::read(document, &outline);
        let stem = in_stem(document.stem());
        let heading = outline.headings.iter().find(|heading| is_title(heading));
        let titled = heading.map(|heading| in_heading(&heading.text)).unwrap_or_default();
        let id = front.texts(&["number", "id", "adr"]).first();
        let id = id.map(|(text, _)| in_stem(text)).unwrap_or_default();
        // The file name is what one sees and links to; headings are copied and forgotten.
        let digits = stem.digits.or(id.digits).or(titled.digits);
        let title = match (heading, front.texts(&["title"]).first()) {
            (Some(_), _) if !titled.rest.is_empty() => titled.rest.to_smolstr(),
            (_, Some((title, _))) => in_heading(title).rest.to_smolstr(),
            _ => as_words(stem.rest).to_smolstr(),
        };
        let (status, status_at) = status(document, &front, &fields);
        let mut superseded_by = fields.superseded_by;
        superseded_by.extend(front.texts(&["supersededBy", "replacedBy"]).iter().map(|(_, range)| *range));
        let mut supersedes = fields.supersedes;
        supersedes.extend(front.texts(&["supersedes", "replaces"]).iter().map(|(_, range)| *range));
        if let (Some(Status::Superseded), Some(range)) = (&status, status_at) {
            superseded_by.push(range);
        }
        let span = heading.map_or_else(|| document.first_line(), |heading| heading.range);
        let record = DecisionRecord {
            number: digits.and_then(|digits| digits.parse().ok()),
            prefix: prefix(&[stem, id, titled]),
            slug: SmolStr::new(stem.rest),
            title,
            status,
            superseded_by: Vec::new(),
            path: Arc::from(document.path),
            span: span.in_file(document.file),
            status_span: status_at.map(|range| range.in_file(document.file)),
            digits: digits.map(SmolStr::new),
        };
        Self { record, superseded_by, supersedes, problem: front.problem }
    }
}

/// Whether a file in a folder of records is not one: an index, or what new records are copied from.
pub(super) fn is_no_record(document: &Document<'_>) -> bool {
    let stem = document.stem();
    let named = in_stem(stem);
    let file = document.path.rsplit('/').next().unwrap_or_default();
    if is_index(paths::without_extension(file)) && named.digits.is_none() {
        return true;
    }
    let slug = named.rest.to_ascii_lowercase();
    let about_template = slug.split(['-', '_', ' ', '.']).any(|word| word == "template");
    let numbered = named.digits.is_some_and(|digits| digits.bytes().any(|digit| digit != b'0'));
    // `0012-template-rendering.md` is a decision.
    about_template && (!numbered || matches!(slug.as_str(), "template" | "adr-template"))
}

/// The first heading is the title when it is of the first level or has a number.
fn is_title(heading: &Heading) -> bool {
    heading.level == 1 || in_heading(&heading.text).prefix.is_some()
}

fn status(document: &Document<'_>, front: &FrontMatter, fields: &Fields) -> (Option<Status>, Option<Range>) {
    let in_front = front.texts(&["status", "statut", "state"]).first();
    let found = in_front.and_then(|(text, range)| Some((Status::read(text)?, *range)));
    let found = found.or_else(|| {
        let range = fields.status?;
        Some((Status::read(document.slice(range))?, range))
    });
    found.unzip()
}

/// The label in front of a number, as it is shown.
fn prefix(names: &[Named<'_>]) -> SmolStr {
    let written = names.iter().find_map(|name| name.prefix.filter(|_| name.digits.is_some()));
    match written {
        Some(prefix) if prefix.len() <= 4 => SmolStr::new(prefix.to_ascii_uppercase()),
        Some(prefix) if prefix.bytes().all(|letter| letter.is_ascii_uppercase()) => SmolStr::new(prefix),
        _ => SmolStr::new_static("ADR"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn read(path: &str, text: &str) -> Draft {
        Draft::read(&Document { file: FileId(0), path, text })
    }

    #[test]
    fn names_come_from_file_front_matter_and_heading() {
        for (path, text, number, label, slug, title) in [
            (
                "docs/adr/0001-tenant-scoping.md",
                "# ADR-0001: Tenant `x`\n",
                Some(1),
                "ADR-0001",
                "tenant-scoping",
                "Tenant x",
            ),
            ("adr/ADR-036-a.md", "😀\n\n# Title\n", Some(36), "ADR-036", "a", "Title"),
            (
                "adr/a-b.mdx",
                "---\ntitle: A title\nid: ADR-012\n---\n\n## Context\n",
                Some(12),
                "ADR-012",
                "a-b",
                "A title",
            ),
            ("adr/a-b.md", "---\nnumber: 036\n---\n", Some(36), "ADR-036", "a-b", "a b"),
            ("adr/a-b.md", "# 36. Title\n", Some(36), "ADR-36", "a-b", "Title"),
            ("adr/a-b.md", "# ADR: Title\n", None, "adr/a-b.md", "a-b", "Title"),
            // The number of the file counts: the heading is a copy.
            (
                "adr/0012-sous-actions.md",
                "# 11. Modélisation\n",
                Some(12),
                "ADR-0012",
                "sous-actions",
                "Modélisation",
            ),
            ("dr/DR-7-x.md", "", Some(7), "DR-7", "x", "x"),
            ("adr/0003-x/README.md", "# X\n", Some(3), "ADR-0003", "x", "X"),
        ] {
            let record = read(path, text).record;
            assert_eq!(record.number, number, "{path}");
            assert_eq!(record.label(), label);
            assert_eq!((record.slug.as_str(), record.title.as_str()), (slug, title));
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "\u{feff}---\r\nstatus: \"accepted\"\r\n---\r\n\r\n# 😀 Title\r\n\r\nx\r\n";
        let record = read("adr/1-x.md", text).record;
        let slice = |span: Span| &text[span.range.start as usize..span.range.end as usize];
        assert_eq!(slice(record.span), "# 😀 Title");
        assert_eq!(record.status_span.map(slice), Some("\"accepted\""));
        assert_eq!(record.status, Some(Status::Accepted));
        let text = "\u{feff}just text\r\nmore";
        let span = read("adr/1-x.md", text).record.span;
        assert_eq!(&text[span.range.start as usize..span.range.end as usize], "just text");
        assert_eq!(read("a.md", "").record.span.range, Range::new(0, 0));
    }

    #[test]
    fn indexes_and_templates_are_no_records() {
        for (path, expected) in [
            ("docs/adr/README.md", true),
            ("docs/adr/index.mdx", true),
            ("docs/adr/_index.md", true),
            ("docs/adr/template.md", true),
            ("docs/adr/0000-template.md", true),
            ("docs/adr/000-adr-template.md", true),
            ("docs/adr/adr-template.md", true),
            ("docs/adr/ADR-000-template.md", true),
            ("docs/adr/template-short.md", true),
            ("docs/adr/0012-template-rendering.md", false),
            ("docs/adr/0000-use-markdown-any-decision-records.md", false),
            ("docs/adr/0003-x/README.md", false),
        ] {
            assert_eq!(is_no_record(&Document { file: FileId(0), path, text: "" }), expected, "{path}");
        }
    }
}
