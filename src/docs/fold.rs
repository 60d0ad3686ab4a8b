//! A text as one reads it: without what decorates comments, and every line break a space.

use crate::source::Range;

/// A folded text that knows where its parts come from. A blank line is `\n`, every other line break is a
/// space.
#[derive(Debug)]
pub(super) struct Folded {
    /// The text to search.
    pub(super) text: String,
    /// Where each piece begins, in the folded and in the original text.
    pieces: Vec<(u32, u32)>,
}

impl Folded {
    /// Folds a comment, or several with what stands between them, or plain text.
    pub(super) fn of(original: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(original.len()), pieces: Vec::new() };
        let mut start = 0;
        let mut blank = false;
        for line in original.split_inclusive('\n') {
            let (from, to) = content(line);
            if from == to {
                blank = true;
            } else {
                if !folded.text.is_empty() {
                    folded.text.push(if blank { '\n' } else { ' ' });
                }
                folded.pieces.push((folded.text.len() as u32, (start + from) as u32));
                folded.text.push_str(&line[from..to]);
                blank = false;
            }
            start += line.len();
        }
        folded
    }

    /// The range of the original text that a range of the folded one came from.
    pub(super) fn original(&self, start: usize, end: usize) -> Range {
        let last = end.saturating_sub(1).max(start);
        Range::new(self.map(start as u32), self.map(last as u32) + u32::from(end > start))
    }

    fn map(&self, at: u32) -> u32 {
        let piece = self.pieces.partition_point(|(folded, _)| *folded <= at);
        let (folded, original) = self.pieces.get(piece.wrapping_sub(1)).copied().unwrap_or_default();
        original + (at - folded)
    }
}

/// What a line of a comment says: without `//`, `/**`, `*`, `*/`, `<!--`, `-->` and `>` around.
fn content(line: &str) -> (usize, usize) {
    let trimmed = line.trim_end();
    let trimmed = ["*/}", "*/", "-->"].iter().find_map(|end| trimmed.strip_suffix(end)).unwrap_or(trimmed);
    let trimmed = trimmed.trim_end();
    let mut rest = trimmed.trim_start();
    let opened = ["<!--", "{/*", "/*", "//"].iter().find_map(|open| rest.strip_prefix(open));
    if let Some(opened) = opened {
        rest = opened.trim_start_matches(['*', '/', '!']);
    } else if let Some(starred) = rest.strip_prefix(['*', '>']) {
        // `**bold**` and `*emphasis*` are text.
        rest = if starred.is_empty() || starred.starts_with(char::is_whitespace) { starred } else { rest };
    }
    let rest = rest.trim_start();
    (trimmed.len() - rest.len(), trimmed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_fold_to_what_they_say() {
        for (original, folded) in [
            ("/** see ADR-1 */", "see ADR-1"),
            (
                "/**\r\n * 😀 see the ADR\r\n * 036.\r\n *\r\n * **Next**\r\n */",
                "😀 see the ADR 036.\n**Next**",
            ),
            ("// see ADR\n    // 0016\n\n    /// or", "see ADR 0016\nor"),
            ("<!-- a\n b -->", "a b"),
            ("{/* a */}", "a"),
            ("- a\n  b docs/*/x\nhttps://x", "- a b docs/*/x https://x"),
            ("*/", ""),
            ("", ""),
        ] {
            assert_eq!(Folded::of(original).text, folded, "{original:?}");
        }
    }

    #[test]
    fn ranges_are_those_of_the_original() {
        let original = "/** 😀\r\n * see é ADR\r\n * 036. */";
        let folded = Folded::of(original);
        let start = folded.text.find("ADR").unwrap();
        let range = folded.original(start, folded.text.find('.').unwrap());
        assert_eq!(&original[range.start as usize..range.end as usize], "ADR\r\n * 036");
        assert_eq!(Folded::of("").original(0, 0), Range::new(0, 0));
    }
}
