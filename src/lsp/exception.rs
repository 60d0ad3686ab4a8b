//! Where a comment must stand to except a place from a rule, found by writing it and reading the file again.

use crate::graph::DIRECTIVE;
use crate::source::Range;
use crate::syntax::{Places, lower};

/// What stands for the reason until somebody writes it.
const REASON: &str = "why";

/// The byte before which a comment is written, and the comment with its newline, such that it covers `place`: as
/// little around it as can be. `None` where no comment would.
pub(super) fn comment(path: &str, text: &str, place: Range, rule: &str) -> Option<(u32, String)> {
    let module = lower(path, text).ok()?;
    let places = Places::new(&module, text);
    // Above the property rather than inside of its chain of calls.
    let mut starts: Vec<u32> = places.enclosing(place).map(|around| around.start).collect();
    starts.push(place.start);
    let mut lines: Vec<usize> = Vec::new();
    for start in starts {
        let before = text.get(..start as usize)?;
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let line = before.rfind(['\n', '\r']).map_or(mark, |at| at + 1);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.into_iter().find_map(|line| {
        let written = written(text, line, rule);
        covers(path, text, (line, &written), place).then_some((line as u32, written))
    })
}

/// The comment as deep as the line that it is put above.
fn written(text: &str, line: usize, rule: &str) -> String {
    let below = &text[line..];
    let indent = &below[..below.len() - below.trim_start_matches([' ', '\t']).len()];
    let end = below.find(['\n', '\r']).map_or("", |at| &below[at..]);
    let newline = if end.starts_with("\r\n") { "\r\n" } else { "\n" };
    format!("{indent}// {DIRECTIVE} {rule} -- {REASON}{newline}")
}

/// Whether the text with the comment has a comment there that stands on the place.
fn covers(path: &str, text: &str, (line, written): (usize, &str), place: Range) -> bool {
    let with = [&text[..line], written, &text[line..]].concat();
    let Ok(module) = lower(path, &with) else { return false };
    let indent = written.len() - written.trim_start().len();
    let Some(comment) = module.comments.iter().find(|comment| comment.start as usize == line + indent) else {
        return false;
    };
    let by = written.len() as u32;
    let moved = Range::new(place.start + by, place.end + by);
    let under = Places::new(&module, &with).under(*comment, &module.comments);
    under.is_some_and(|under| under.contains(moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with the exception for what is marked by `«»`.
    fn excepted(marked: &str) -> Option<String> {
        let start = marked.find('«').unwrap();
        let text = marked.replacen('«', "", 1);
        let end = text.find('»').unwrap();
        let text = text.replacen('»', "", 1);
        let place = Range::new(start as u32, end as u32);
        let (at, comment) = comment("a.ts", &text, place, "x-y")?;
        Some([&text[..at as usize], &comment, &text[at as usize..]].concat())
    }

    #[test]
    fn the_comment_stands_above_the_least_that_holds_the_place() {
        let cases = [
            ("export const a = «t()»;\n", "// C\nexport const a = t();\n"),
            (
                "const a = t('a', {\n  /** B. */\n  b: «c()»,\n});",
                "const a = t('a', {\n  /** B. */\n  // C\n  b: c(),\n});",
            ),
            (
                "const a = t('a', {\n\tb: c()\n\t\t.d(«() => e»),\n});",
                "const a = t('a', {\n\t// C\n\tb: c()\n\t\t.d(() => e),\n});",
            ),
            (
                "const a = t('a', {}, (x) => [\r\n  «i().on(x.y)»,\r\n]);",
                "const a = t('a', {}, (x) => [\r\n  // C\r\n  i().on(x.y),\r\n]);",
            ),
            ("const a = t('a', { b: «c()» });\n", "// C\nconst a = t('a', { b: c() });\n"),
            ("\u{feff}const a = «t()»;\n", "\u{feff}// C\nconst a = t();\n"),
            ("const q = `\n`, a = {\n  b: «c»,\n};", "const q = `\n`, a = {\n  // C\n  b: c,\n};"),
        ];
        for (text, expected) in cases {
            let expected = expected.replace("C", &format!("{DIRECTIVE} x-y -- {REASON}"));
            assert_eq!(excepted(text).as_deref(), Some(expected.as_str()));
        }
    }

    #[test]
    fn a_comment_that_would_be_none_is_not_offered() {
        // Not inside of the text, but above it.
        assert!(excepted("const a = `\n«b»`").is_none_or(|text| text.starts_with("//")));
        assert_eq!(excepted("const a = «{»"), None);
    }
}
