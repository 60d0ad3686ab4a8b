//! What a record says of itself in its text: `- **Status:** Accepted`, `| Status | Accepted |`, `## Status`.

use super::Document;
use super::outline::{Outline, section_name, trimmed};
use super::status::{self, Status};
use crate::source::Range;

/// What was found, as places in the document.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// What stands as the status.
    pub(super) status: Option<Range>,
    /// What names the records that took this one's place.
    pub(super) superseded_by: Vec<Range>,
    /// What names the records whose place this one took.
    pub(super) supersedes: Vec<Range>,
}

impl Fields {
    /// Reads the lines above the first section, and the sections that are named for it.
    pub(super) fn read(document: &Document<'_>, outline: &Outline) -> Self {
        let mut fields = Self::default();
        let top = outline.headings.iter().find(|heading| heading.level > 1);
        let end = top.map_or(document.text.len() as u32, |heading| heading.range.start);
        let start = outline.front.map_or(0, |front| front.end);
        fields.read_lines(document, outline, Range::new(start.min(end), end), false);
        for (at, heading) in outline.headings.iter().enumerate() {
            let next =
                outline.headings.get(at + 1).map_or(document.text.len() as u32, |next| next.range.start);
            let body = Range::new(heading.range.end, next);
            match section_name(&heading.text).as_str() {
                "status" | "statut" | "state" => fields.read_lines(document, outline, body, true),
                "metadata" | "meta" | "details" => fields.read_lines(document, outline, body, false),
                "superseded by" => fields.superseded_by.push(body),
                "supersedes" => fields.supersedes.push(body),
                _ => {}
            }
        }
        fields
    }

    /// Reads fields; in the section `Status` a line need not be labelled.
    fn read_lines(&mut self, document: &Document<'_>, outline: &Outline, within: Range, is_status: bool) {
        let mut unlabelled = None;
        let lines = lines(document, outline, within);
        for (at, line) in lines.iter().enumerate() {
            let text = document.slice(*line);
            let lower = text.to_ascii_lowercase();
            if let Some(status) = below_head(document, &lines, at) {
                self.status = self.status.or(Some(status));
                continue;
            }
            match Label::of(&lower) {
                Some((Label::Status, value)) => {
                    self.status = self.status.or(value_of(document, *line, line.start + value));
                }
                Some((Label::SupersededBy, value)) => {
                    self.superseded_by.push(statement(document, &lines, at, line.start + value));
                }
                Some((Label::Supersedes, value)) => {
                    self.supersedes.push(statement(document, &lines, at, line.start + value));
                }
                None if is_status => {
                    let checked = lower.contains("[x]");
                    if checked || unlabelled.is_none() && !lower.contains("[ ]") {
                        unlabelled = Some(*line);
                    }
                    if lower.starts_with("supersedes ") || lower.starts_with("supercedes ") {
                        self.supersedes.push(statement(document, &lines, at, line.start));
                    }
                }
                None => {}
            }
            let about = is_status || self.status.is_some_and(|status| line.contains(status));
            if let Some(found) = status::find_superseded_by(&lower).filter(|_| about)
                && !status::is_partial(&lower[..found])
            {
                self.superseded_by.push(statement(document, &lines, at, line.start + found as u32));
            }
        }
        let unlabelled = unlabelled.map(|line: Range| {
            let text = document.slice(line);
            let box_end = text.find("[x]").or_else(|| text.find("[X]")).map_or(0, |at| at + 3);
            bare(document, Range::new(line.start + box_end as u32, line.end))
        });
        self.status = self.status.or(unlabelled);
    }
}

/// The names of fields.
#[derive(Clone, Copy)]
enum Label {
    Status,
    SupersededBy,
    Supersedes,
}

impl Label {
    /// The label at the start of a line, and where its value begins: a colon or a bar comes between.
    fn of(lower: &str) -> Option<(Self, u32)> {
        const NAMES: [(&str, Label); 9] = [
            ("status", Label::Status),
            ("statut", Label::Status),
            ("state", Label::Status),
            ("superseded by", Label::SupersededBy),
            ("superseded-by", Label::SupersededBy),
            ("superceded by", Label::SupersededBy),
            ("replaced by", Label::SupersededBy),
            ("supersedes", Label::Supersedes),
            ("replaces", Label::Supersedes),
        ];
        let start = lower.find(|c: char| c.is_alphanumeric())?;
        let (name, label) = NAMES.iter().find(|(name, _)| lower[start..].starts_with(name))?;
        let rest = &lower[start + name.len()..];
        let colon = rest.find(|c: char| !matches!(c, '*' | '_' | '`' | ' ' | '\t' | '\u{a0}'))?;
        rest[colon..].starts_with([':', '|']).then(|| (*label, (start + name.len() + colon + 1) as u32))
    }
}

/// The lines of a part that say something.
fn lines(document: &Document<'_>, outline: &Outline, within: Range) -> Vec<Range> {
    let mut start = within.start;
    let mut lines = Vec::new();
    for line in document.slice(within).split_inclusive('\n') {
        let range = Range::new(start, start + line.len() as u32);
        start = range.end;
        let range = trimmed(document.text, range);
        let before = outline.aside.partition_point(|aside| aside.start <= range.start);
        let aside = before > 0 && range.start < outline.aside[before - 1].end;
        if range.start < range.end && !aside {
            lines.push(range);
        }
    }
    lines
}

/// The value behind the label in a line: to the end of the line, or of the cell.
fn value_of(document: &Document<'_>, line: Range, start: u32) -> Option<Range> {
    let value = Range::new(start.min(line.end), line.end);
    let in_table = document.slice(line).starts_with('|');
    let value = if in_table { cells(document, value).next()? } else { value };
    Some(bare(document, value)).filter(|value| value.start < value.end)
}

/// The status below the head of a table that has a column of that name.
fn below_head(document: &Document<'_>, lines: &[Range], at: usize) -> Option<Range> {
    let [head, rule, row] = *lines.get(at..at + 3)? else { return None };
    let is_rule = document.slice(rule).chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    if !is_rule || !document.slice(head).starts_with('|') {
        return None;
    }
    let inner = |line: Range| Range::new(line.start + 1, line.end.max(line.start + 1));
    let heads: Vec<String> =
        cells(document, inner(head)).map(|cell| section_name(document.slice(cell))).collect();
    // `| Status | Accepted |` may be a head too.
    if matches!(heads.get(1).and_then(|cell| Status::read(cell)), Some(status) if !matches!(status, Status::Other(_)))
    {
        return None;
    }
    let column = heads.iter().position(|name| matches!(name.as_str(), "status" | "statut" | "state"))?;
    let cell = cells(document, inner(row)).nth(column)?;
    Some(bare(document, cell)).filter(|cell| cell.start < cell.end)
}

/// The cells of a table row behind its first bar.
fn cells(document: &Document<'_>, row: Range) -> impl Iterator<Item = Range> {
    let mut start = row.start;
    document.slice(row).split('|').map(move |cell| {
        let range = Range::new(start, start + cell.len() as u32);
        start = range.end + 1;
        range
    })
}

/// A range without the marks around what it says: bullets, emphasis, quotes.
fn bare(document: &Document<'_>, range: Range) -> Range {
    let marks = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`' | '-' | '>' | '+' | '"' | '|');
    let opened = document.slice(range).trim_start_matches(marks);
    let start = range.end - opened.len() as u32;
    Range::new(start, start + opened.trim_end_matches(marks).len() as u32)
}

/// What a line says from `start` on, with the lines that go on with it, up to a full stop.
fn statement(document: &Document<'_>, lines: &[Range], at: usize, start: u32) -> Range {
    const MOST_LINES: usize = 8;
    let mut end = lines[at].end;
    for line in lines[at + 1..].iter().take(MOST_LINES) {
        let text = document.slice(*line);
        let is_new = text.starts_with(['-', '*', '+', '|', '>', '#'])
            || Label::of(&text.to_ascii_lowercase()).is_some()
            || document.slice(Range::new(end, line.start)).matches('\n').count() > 1;
        if is_new {
            break;
        }
        end = line.end;
    }
    let said = Range::new(start.min(end), end);
    let mut brackets = 0_i32;
    let mut letters = document.slice(said).char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '[' => brackets += 1,
            ']' => brackets -= 1,
            // The one in `[2. Use x](0002-x.md)` ends nothing.
            '.' | ';' if brackets <= 0 && letters.peek().is_none_or(|(_, next)| next.is_whitespace()) => {
                return Range::new(said.start, said.start + at as u32);
            }
            _ => {}
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn read(text: &str) -> (String, Vec<String>, Vec<String>) {
        let document = Document { file: FileId(0), path: "a.md", text };
        let fields = Fields::read(&document, &Outline::of(&document));
        let slices =
            |ranges: Vec<Range>| ranges.into_iter().map(|range| document.slice(range).to_owned()).collect();
        let status = fields.status.map(|range| document.slice(range).to_owned()).unwrap_or_default();
        (status, slices(fields.superseded_by), slices(fields.supersedes))
    }

    #[test]
    fn statuses_stand_in_many_places() {
        for (text, status) in [
            ("# 😀\r\n\r\n- **Status:** Accepted (2026)\r\n- **Closes:** x\r\n", "Accepted (2026)"),
            ("# x\n\n**Status**: Accepted\n", "Accepted"),
            ("# x\n\n**Date :** 2025  \n**Statut :** Proposition\n", "Proposition"),
            ("# x\n\n* Status: ✅ accepted\n", "✅ accepted"),
            ("# x\n\nStatus: accepted\nSupersedes: y\n", "accepted"),
            ("# x\n\n🚦 _Status_: Draft\n", "Draft"),
            ("# x\n\n| Field | Value |\n|---|---|\n| **Status** | Accepted |\n", "Accepted"),
            ("# x\n\n| Status | Accepted |\n|---|---|\n| Date | 1 |\n", "Accepted"),
            ("# x\n\n| Date | Status | By |\n|---|---|---|\n| 1 | In review | me |\n", "In review"),
            ("# x\n\n## Status\n\nAccepted\n\n## Context\n\nStatus: 404\n", "Accepted"),
            ("# x\n\n## 8.1 Statut\n\n- **Accepté**\n", "Accepté"),
            ("# x\n\n## Status\n\n<!-- Proposed -->\n\n- [ ] Proposed\n- [x] Accepted\n", "Accepted"),
            ("# x\n\n## Metadata\n\n- Status: Accepted\n", "Accepted"),
            ("# x\n\n```yaml\nstatus: no\n```\n\n## Context\n\n- Status: 404\n", ""),
            ("# x\n\nStatuses: none\nstatus quo: bad\n", ""),
        ] {
            assert_eq!(read(text).0, status, "{text}");
        }
    }

    #[test]
    fn successors_and_predecessors() {
        let (status, by, _) =
            read("# x\n\n- **Status:** Superseded by\n  [2. Use x](0002-x.md) (2026). See ADR-9\n- b\n");
        assert_eq!(status, "Superseded by");
        assert_eq!(by, ["Superseded by\n  [2. Use x](0002-x.md) (2026)"]);
        let (_, by, supersedes) =
            read("# x\n\n## Status\n\nAccepted\n\nSupersedes ADR-3\n\nSuperseded by ADR-4; see ADR-5\n");
        assert_eq!(
            (by, supersedes),
            (vec!["Superseded by ADR-4".to_owned()], vec!["Supersedes ADR-3".to_owned()])
        );
        let (_, by, supersedes) =
            read("# x\n\nSuperseded by: [a](b.md)\nSupersedes: ADR-1,\n  ADR-2\n\nADR-7\n");
        assert_eq!(by, [" [a](b.md)"]);
        assert_eq!(supersedes, [" ADR-1,\n  ADR-2"]);
        assert!(read("# x\n\nStatus: Accepted, partially superseded by ADR-4\n").1.is_empty());
        assert!(read("# x\n\nThe old way is superseded by ADR-4\n").1.is_empty());
    }
}
