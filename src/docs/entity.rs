//! A page about tables, cut into sections and entries.

use std::sync::Arc;

use smol_str::SmolStr;

use super::front_matter::FrontMatter;
use super::outline::{Outline, section_name};
use super::{Document, Problem};
use crate::source::{FileId, Range, Span};

/// A Markdown or MDX page about one table, or about several that its front matter names.
#[derive(Debug, Clone)]
pub struct EntityPage {
    /// Path relative to the root of the run.
    pub path: Arc<str>,
    /// Its number in [`Sources`](crate::source::Sources).
    pub file: FileId,
    /// The file name without extension; for `index.mdx` the folder's.
    pub slug: SmolStr,
    /// The tables that the front matter names, in `tables:` or `table:`.
    pub tables: Vec<(SmolStr, Span)>,
    /// The sections, in order.
    pub sections: Vec<Section>,
    /// What of the page could not be read.
    pub problem: Option<Problem>,
    /// The entries of the whole page, in the order in which they begin.
    entries: Vec<Entry>,
}

/// A heading and what stands below it.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading's text.
    pub heading: String,
    /// 1 to 6.
    pub level: u8,
    /// The heading's bytes.
    pub span: Span,
    /// What stands below, up to the next heading of this level or higher.
    pub body: Range,
}

/// A list item or a row of a table: what documents one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its bytes, with those of the items below it.
    pub span: Span,
    /// Its text as it stands in the file, so that a range in it is one of the file from `span` on.
    pub text: String,
}

impl EntityPage {
    /// Reads a page.
    pub fn read(document: &Document<'_>) -> Self {
        let outline = Outline::of(document);
        let front = FrontMatter::read(document, outline.front);
        let file = document.file;
        let sections = outline.headings.iter().enumerate().map(|(at, heading)| Section {
            heading: heading.text.clone(),
            level: heading.level,
            span: heading.range.in_file(file),
            body: outline.body(at, document),
        });
        let entries = outline
            .entries
            .iter()
            .map(|range| Entry { span: range.in_file(file), text: document.slice(*range).to_owned() });
        let tables = front.texts(&["tables", "table"]).iter();
        Self {
            path: Arc::from(document.path),
            file,
            slug: SmolStr::new(document.stem()),
            tables: tables.map(|(name, range)| (name.clone(), range.in_file(file))).collect(),
            sections: sections.collect(),
            problem: front.problem,
            entries: entries.collect(),
        }
    }

    /// The first section of that name; case, numbers and emoji around it do not matter.
    pub fn section(&self, name: &str) -> Option<&Section> {
        let name = section_name(name);
        self.sections.iter().find(|section| section_name(&section.heading) == name)
    }

    /// The list items and table rows of a section.
    pub fn entries(&self, section: &Section) -> &[Entry] {
        let begins = |at: u32| self.entries.partition_point(|entry| entry.span.range.start < at);
        let (start, end) = (begins(section.body.start), begins(section.body.end));
        self.entries.get(start..end).unwrap_or_default()
    }

    /// The entries of a section that name a column in one of its spellings, as a whole word. Of items
    /// within items only the innermost count: what a list says of all is not said of each.
    pub fn entries_naming(&self, section: &Section, spellings: &[&str]) -> Vec<&Entry> {
        let mut naming: Vec<&Entry> = Vec::new();
        for entry in self.entries(section) {
            if !spellings.iter().any(|spelling| names(&entry.text, spelling)) {
                continue;
            }
            // Outer items begin before inner ones.
            while naming.last().is_some_and(|outer| outer.span.contains(entry.span)) {
                naming.pop();
            }
            naming.push(entry);
        }
        naming
    }
}

/// Whether a text has a name as a whole word: `companyId` in `companies.companyId`, not in `companyIds`.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + name.len()..]);
            // `id` is no word of `user-id` or of `id-only`.
            let joined_before = before.strip_suffix('-').unwrap_or(before).ends_with(is_part);
            let joined_after = after.strip_prefix('-').unwrap_or(after).starts_with(is_part);
            !joined_before && !joined_after
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\r\ntitle: Location 😀\r\nid: ENT-012\r\ntables: [activities.locations, 'stops']\r\n---\r\n\
        import { Note } from '@/note'\r\n\r\n## Purpose\r\n\r\n- companyId elsewhere\r\n\r\n## 🔒 Invariants\r\n\r\n<Note>\r\n\
        - `companyId` NOT NULL - no DB-level FK.\r\n  See ADR [x](/adrs/x).\r\n\
        - Owners:\r\n  - owner_id: é\r\n  - `parentId`\r\n</Note>\r\n\r\n### More\r\n\r\n\
        | Column | Why |\r\n|---|---|\r\n| `target_id` | 😀 ADR-4 |\r\n\r\n## Lifecycle\r\n\r\n- parentId\r\n";

    fn page() -> EntityPage {
        EntityPage::read(&Document { file: FileId(3), path: "content/domain/location.mdx", text: PAGE })
    }

    fn slice(span: Span) -> &'static str {
        &PAGE[span.range.start as usize..span.range.end as usize]
    }

    #[test]
    fn pages_have_tables_and_sections() {
        let page = page();
        assert_eq!(page.slug, "location");
        assert_eq!(page.problem, None);
        let tables: Vec<_> = page.tables.iter().map(|(name, span)| (name.as_str(), slice(*span))).collect();
        assert_eq!(tables, [("activities.locations", "activities.locations"), ("stops", "'stops'")]);
        let invariants = page.section("invariants").unwrap();
        assert_eq!((invariants.level, slice(invariants.span)), (2, "## 🔒 Invariants"));
        let body = slice(invariants.body.in_file(page.file));
        assert!(body.contains("### More") && body.contains("ADR-4") && !body.contains("Lifecycle"));
        assert!(page.section("Relationships").is_none());
        assert_eq!(page.entries(invariants).len(), 5);
    }

    #[test]
    fn entries_name_columns() {
        let page = page();
        let invariants = page.section("Invariants").unwrap();
        for (spellings, expected) in [
            (
                &["company_id", "companyId"][..],
                &["- `companyId` NOT NULL - no DB-level FK.\r\n  See ADR [x](/adrs/x)."][..],
            ),
            (&["owner_id", "ownerId"], &["- owner_id: é"]),
            (&["parent_id", "parentId"], &["- `parentId`"]),
            (&["target_id"], &["| `target_id` | 😀 ADR-4 |"]),
            (&["id"], &[]),
            (&["company"], &[]),
            (&["level"], &[]),
            (&[""], &[]),
        ] {
            let entries = page.entries_naming(invariants, spellings);
            let texts: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
            assert_eq!(texts, expected);
            assert!(entries.iter().all(|entry| slice(entry.span) == entry.text));
        }
    }

    #[test]
    fn names_are_whole_words() {
        for (text, expected) in [
            ("companies.companyId is", true),
            ("(companyId)", true),
            ("companyId - no FK", true),
            ("companyIds", false),
            ("_companyId", false),
            ("companyId-only", false),
            ("companyIds, companyId", true),
        ] {
            assert_eq!(names(text, "companyId"), expected, "{text}");
        }
    }
}
