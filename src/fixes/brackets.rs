//! Adding an entry to a list or an object, so that it looks like the entries before it.

use crate::graph::Bracketed;
use crate::rule::Edit;
use crate::source::{Range, Sources, Span};

/// The edits that write another entry at the end; `None` where comments make the place uncertain.
pub(super) fn add_entry(sources: &Sources, place: Bracketed, entry: &str) -> Option<Vec<Edit>> {
    let text = sources.text(place.span);
    let start = place.span.range.start;
    let at = |offset: usize| {
        let byte = start + offset as u32;
        Range::new(byte, byte).in_file(place.span.file)
    };
    let inside_end = text.len().checked_sub(1)?;
    let Some(last) = place.last else {
        let inside = text.get(1..inside_end)?;
        // An object stands apart from its braces.
        let blank = if text.starts_with('{') { " " } else { "" };
        let span = Range::new(start + 1, start + inside_end as u32).in_file(place.span.file);
        let is_empty = inside.trim().is_empty();
        return is_empty.then(|| vec![Edit::new(span, format!("{blank}{entry}{blank}"))]);
    };
    let first_of_last = (last.range.start - start) as usize;
    let end_of_last = (last.range.end - start) as usize;
    let behind = text.get(end_of_last..inside_end)?;
    let (comma, line) = tail(behind)?;
    let line_start = sources.get(place.span.file).line_start(last.range.start);
    let line_start = line_start.checked_sub(start).filter(|from| *from > 0);
    let indent = line_start.map(|from| &text[from as usize..first_of_last]);
    let indent = indent.filter(|indent| indent.trim().is_empty());
    let Some(indent) = indent.filter(|_| behind.contains(['\n', '\r'])) else {
        // All on one line, or the last entry is not alone on its own.
        let entry = format!(", {entry}");
        return Some(vec![Edit::new(at(end_of_last), entry)]);
    };
    // As the line of the entry before it begins.
    let before = &text[..first_of_last - indent.len()];
    let newline = if before.ends_with("\r\n") { "\r\n" } else { "\n" };
    Some(match comma {
        Some(_) => vec![Edit::new(at(end_of_last + line), format!("{newline}{indent}{entry},"))],
        None if line == 0 => {
            vec![Edit::new(at(end_of_last), format!(",{newline}{indent}{entry}"))]
        }
        // A comment behind the entry stays behind it.
        None => vec![
            Edit::new(at(end_of_last), ",".to_string()),
            Edit::new(at(end_of_last + line), format!("{newline}{indent}{entry}")),
        ],
    })
}

/// What stands between the last entry and the closing bracket: where its comma is, and where the line of the entry
/// ends; `None` when there is more than blanks, a comma and comments of whole lines.
fn tail(behind: &str) -> Option<(Option<usize>, usize)> {
    let mut comma = None;
    let mut rest = behind;
    let mut line = None;
    while let Some(next) = rest.chars().next() {
        let at = behind.len() - rest.len();
        match next {
            '\n' | '\r' => {
                line.get_or_insert(at);
            }
            ',' if comma.is_none() && line.is_none() => comma = Some(at),
            '/' if rest.starts_with("//") => {
                rest = &rest[rest.find(['\n', '\r']).unwrap_or(rest.len())..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let length = rest.find("*/")? + 2;
                // A comment that goes on over lines belongs to nobody in particular.
                if rest[..length].contains(['\n', '\r']) && line.is_none() {
                    return None;
                }
                rest = &rest[length..];
                continue;
            }
            next if next.is_whitespace() => {}
            _ => return None,
        }
        rest = &rest[next.len_utf8()..];
    }
    let trimmed = behind.trim_end().len();
    Some((
        comma,
        line.map_or(trimmed.min(comma.map_or(0, |at| at + 1)), |line| behind[..line].trim_end().len()),
    ))
}

/// Where another argument can be written behind the last one of a call, which is given with its parentheses;
/// `None` where a comment makes that uncertain.
pub(super) fn end_of_arguments(sources: &Sources, call: Span) -> Option<Span> {
    let inside = sources.text(call).strip_suffix(')')?.trim_end();
    let inside = inside.strip_suffix(',').map_or(inside, str::trim_end);
    let end = call.range.start + inside.len() as u32;
    let line_start = sources.get(call.file).line_start(end).saturating_sub(call.range.start);
    let line = &inside[line_start as usize..];
    if line.contains("//") || inside.ends_with("*/") || inside.ends_with('(') {
        return None;
    }
    Some(Range::new(end, end).in_file(call.file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use std::sync::Arc;

    /// What comes out of adding `new` to the list in `before … after`, whose last entry is `last`.
    fn added(text: &str, last: &str) -> Option<String> {
        let mut sources = Sources::default();
        let file = sources.add(Arc::new(SourceFile::new("a.ts", text)));
        let start = text.find(['[', '{']).unwrap();
        let end = text.rfind([']', '}']).unwrap() + 1;
        let at = |start: usize, end: usize| Range::new(start as u32, end as u32).in_file(file);
        let last = (!last.is_empty()).then(|| {
            let from = text.rfind(last).unwrap();
            at(from, from + last.len())
        });
        let mut edits = add_entry(&sources, Bracketed { span: at(start, end), last }, "new")?;
        edits.sort_by_key(|edit| edit.span.range.start);
        let mut out = text.to_string();
        for edit in edits.iter().rev() {
            out.replace_range(edit.span.range.start as usize..edit.span.range.end as usize, &edit.text);
        }
        Some(out)
    }

    #[test]
    fn an_entry_looks_like_those_before_it() {
        for (text, last, expected) in [
            ("([])", "", "([new])"),
            ("([ \n ])", "", "([new])"),
            ("({})", "", "({ new })"),
            ("([a])", "a", "([a, new])"),
            ("([a,])", "a", "([a, new,])"),
            ("([\n  a\n])", "a", "([\n  a,\n  new\n])"),
            ("([\n  a,\n])", "a", "([\n  a,\n  new,\n])"),
            ("([\r\n\ta,\r\n])", "a", "([\r\n\ta,\r\n\tnew,\r\n])"),
            ("([\n  a, // why\n])", "a", "([\n  a, // why\n  new,\n])"),
            ("([\n  a // why\n])", "a", "([\n  a, // why\n  new\n])"),
            (
                "([\n  a /* , ] */, /* x */\n  // end\n])",
                "a",
                "([\n  a /* , ] */, /* x */\n  new,\n  // end\n])",
            ),
            ("([\n  b, a,\n])", "a", "([\n  b, a, new,\n])"),
            ("([b,\n  a(\n    x,\n  ),\n])", "a(\n    x,\n  )", "([b,\n  a(\n    x,\n  ),\n  new,\n])"),
            ("({\n  a: 1,\n})", "a: 1", "({\n  a: 1,\n  new,\n})"),
        ] {
            assert_eq!(added(text, last).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn where_a_comment_could_be_taken_apart_nothing_is_added() {
        for (text, last) in [
            ("([/* none */])", ""),
            ("([\n // none\n])", ""),
            ("([\n  a /* goes\n on */,\n])", "a"),
            ("([\n  a\n  , b\n])", "a"),
        ] {
            assert_eq!(added(text, last), None, "{text}");
        }
    }

    #[test]
    fn an_argument_comes_behind_the_last_one() {
        let after = |text: &str| {
            let mut sources = Sources::default();
            let file = sources.add(Arc::new(SourceFile::new("a.ts", text)));
            let call = Range::new(0, text.len() as u32).in_file(file);
            end_of_arguments(&sources, call).map(|at| at.range.start)
        };
        assert_eq!(after("f(a, {})"), Some(7));
        assert_eq!(after("f(a, {},\n)"), Some(7));
        assert_eq!(after("f(a, {} )"), Some(7));
        assert_eq!(after("f(a, {} // why\n)"), None);
        assert_eq!(after("f(a, {} /* why */)"), None);
        assert_eq!(after("f()"), None);
        assert_eq!(after("f(a).b"), None);
    }
}
