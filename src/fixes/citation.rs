//! Citing a decision record in the comment of a column or of a key.

use crate::graph::{ForeignKey, SchemaGraph, Table};
use crate::rule::{Edit, Fix};
use crate::source::{Range, Sources, Span};

/// What stands for a record until somebody names it: no rule takes it for one.
pub const UNNAMED: &str = "ADR-…";

/// Cites a record where the columns are declared, or where their key is. `record` is `None` where only a person can
/// tell which: what is written then is to be completed, and is no citation yet.
pub fn cite(
    graph: &SchemaGraph,
    table: &Table,
    columns: &[usize],
    key: Option<&ForeignKey>,
    record: Option<&str>,
) -> Option<Fix> {
    let (place, mut comments) = match (columns, key) {
        (_, Some(key)) if !key.inline => (key.span, key.comments.clone()),
        ([column], key) => {
            let column = &table.columns[*column];
            let at_key = key.into_iter().flat_map(|key| &key.comments);
            (column.span, column.comments.iter().chain(at_key).copied().collect())
        }
        _ => return None,
    };
    // What a helper says is said of every table that it is for.
    if !table.span.contains(place) {
        return None;
    }
    comments.retain(|comment| table.span.contains(*comment));
    comments.sort_unstable_by_key(|comment| comment.range);
    let sources = &graph.sources;
    let begun = |comment: &Span| sources.text(*comment).contains("@adr");
    if record.is_none() && comments.iter().any(begun) {
        return None;
    }
    let tag = format!("@adr {}", record.unwrap_or(UNNAMED));
    let with_tags = comments.iter().rev().find(|comment| sources.text(**comment).contains("@ref"));
    let is_doc = |comment: &&Span| sources.text(**comment).starts_with("/**");
    let edit = match with_tags.or_else(|| comments.iter().rev().find(is_doc)) {
        Some(comment) => in_comment(sources, *comment, &tag)?,
        None => above(sources, place, &tag)?,
    };
    let title = match record {
        Some(record) => format!("cite `{record}`"),
        None => format!("write `{tag}`, to be completed"),
    };
    Some(Fix { title, edits: vec![edit], changes_schema: false })
}

/// At the end of a comment: on a line of its own where it has several.
fn in_comment(sources: &Sources, comment: Span, tag: &str) -> Option<Edit> {
    let text = sources.text(comment);
    let insert = |at: usize, text: String| {
        let at = comment.range.start + at as u32;
        Some(Edit::new(Range::new(at, at).in_file(comment.file), text))
    };
    let Some(inside) = text.strip_suffix("*/") else {
        return insert(text.trim_end().len(), format!(" {tag}"));
    };
    let Some(line) = inside.rfind('\n').map(|newline| newline + 1) else {
        return insert(inside.trim_end().len(), format!(" {tag}"));
    };
    let indent = &inside[line..];
    if !indent.trim().is_empty() {
        return insert(inside.trim_end().len(), format!(" {tag}"));
    }
    let newline = if inside.contains("\r\n") { "\r\n" } else { "\n" };
    insert(line, format!("{indent}* {tag}{newline}"))
}

/// On a line of its own above something that begins its line.
fn above(sources: &Sources, place: Span, tag: &str) -> Option<Edit> {
    let text = &sources.get(place.file).text;
    let before = text.get(..place.range.start as usize)?;
    let line = before.rfind('\n')? + 1;
    let indent = &before[line..];
    if !indent.trim().is_empty() {
        return None;
    }
    let newline = if before.ends_with("\r\n") || before[..line].ends_with("\r\n") { "\r\n" } else { "\n" };
    let at = place.range.start;
    Some(Edit::new(Range::new(at, at).in_file(place.file), format!("// {tag}{newline}{indent}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use std::sync::Arc;

    /// The text with the tag in the comment that is marked by `«»`, or above what is.
    fn tagged(marked: &str) -> Option<String> {
        let start = marked.find('«').unwrap();
        let text = marked.replacen('«', "", 1);
        let end = text.find('»').unwrap();
        let text = text.replacen('»', "", 1);
        let mut sources = Sources::default();
        let file = sources.add(Arc::new(SourceFile::new("a.ts", &*text)));
        let place = Range::new(start as u32, end as u32).in_file(file);
        let edit = match text[start..].starts_with('/') {
            true => in_comment(&sources, place, "@adr X")?,
            false => above(&sources, place, "@adr X")?,
        };
        let at = edit.span.range.start as usize;
        Some([&text[..at], &edit.text, &text[at..]].concat())
    }

    #[test]
    fn a_tag_goes_where_the_others_are() {
        for (text, expected) in [
            ("  a: b(), «// @ref c »\n", "  a: b(), // @ref c @adr X \n"),
            ("  «/** @ref c */»\n  a,", "  /** @ref c @adr X */\n  a,"),
            ("\t«/**\n\t * Why.\n\t */»\n\ta,", "\t/**\n\t * Why.\n\t * @adr X\n\t */\n\ta,"),
            ("  «/** Why,\r\n   * and\r\n   */»\r\n", "  /** Why,\r\n   * and\r\n   * @adr X\r\n   */\r\n"),
            ("  «/** Why,\n   * and */»\n", "  /** Why,\n   * and @adr X */\n"),
            ("{\n  «a: b()»,", "{\n  // @adr X\n  a: b(),"),
            ("{\r\n\t«a: b()»,", "{\r\n\t// @adr X\r\n\ta: b(),"),
        ] {
            assert_eq!(tagged(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(tagged("{ «a: b()» }"), None);
        assert_eq!(tagged("{\n  c, «a: b()»,"), None);
    }
}
