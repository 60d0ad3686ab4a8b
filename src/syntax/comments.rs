//! Which comments speak of a declaration or a property.
//!
//! A comment belongs to what stands directly below it, or to what it trails on the same line, also
//! behind the comma: `size: numeric(), // half sizes exist`. A blank line detaches.

use super::Module;
use crate::source::Range;

/// The comments of one file, ready to be asked for.
#[derive(Clone, Copy)]
pub struct Comments<'m> {
    ranges: &'m [Range],
    text: &'m str,
}

impl<'m> Comments<'m> {
    /// The comments of `module`, whose text is `text`.
    pub fn new(module: &'m Module, text: &'m str) -> Self {
        Self { ranges: &module.comments, text }
    }

    /// The comments that speak of what stands at `range`, in source order: those above it without a
    /// blank line between, then one trailing on its last line.
    pub fn of(self, range: Range) -> Vec<Range> {
        let mut found = self.above(range);
        found.extend(self.trailing(range));
        found
    }

    fn above(self, range: Range) -> Vec<Range> {
        let mut found = Vec::new();
        let mut below = range.start;
        let before = self.ranges.partition_point(|comment| comment.end <= range.start);
        for comment in self.ranges[..before].iter().rev() {
            let gap = self.text(comment.end, below);
            // Most comments are far away: asked first, this ends at the first letter of the code between.
            if !gap.trim_start().is_empty() {
                break;
            }
            let newlines = gap.bytes().filter(|byte| *byte == b'\n').count();
            // A line comment's range may or may not hold its newline, so one more is no blank line
            // only for what stands on the next line.
            if newlines > 1 || newlines > 0 && !self.starts_its_line(*comment) {
                break;
            }
            found.push(*comment);
            below = comment.start;
        }
        found.reverse();
        found
    }

    fn trailing(self, range: Range) -> Option<Range> {
        let next = self.ranges.partition_point(|comment| comment.start < range.end);
        let comment = *self.ranges.get(next)?;
        let gap = self.text(range.end, comment.start);
        let same_line = gap.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b',' | b';' | b')'));
        same_line.then_some(comment)
    }

    fn starts_its_line(self, comment: Range) -> bool {
        let before = self.text(0, comment.start);
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        before[line..].trim().is_empty()
    }

    fn text(self, start: u32, end: u32) -> &'m str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ExprKind, Property, lower};
    use super::*;

    fn comments_of(key: &str, text: &str) -> Vec<String> {
        let module = lower("a.ts", text).unwrap();
        let declarator = &module.declarators[0];
        let comments = Comments::new(&module, text);
        let range = match &declarator.value.as_ref().unwrap().kind {
            ExprKind::Object(properties) => properties
                .iter()
                .find_map(|property| match property {
                    Property::Value(super::super::PropertyKey::Name(name), _, range) => {
                        (name == key).then_some(*range)
                    }
                    _ => None,
                })
                .unwrap_or(declarator.statement),
            _ => declarator.statement,
        };
        comments.of(range).into_iter().map(|r| text[r.start as usize..r.end as usize].into()).collect()
    }

    const TEXT: &str = "
// =====  banner

/** The users.
 *  All of them. */
// second
export const users = {
  // above
  id: 1, // behind the comma
  name: 2,

  // detached

  age: 3, /* a */ city: 4
};";

    #[test]
    fn comments_attach_to_what_they_speak_of() {
        assert_eq!(comments_of("-", TEXT), ["/** The users.\n *  All of them. */", "// second"]);
        assert_eq!(comments_of("id", TEXT), ["// above", "// behind the comma"]);
        assert_eq!(comments_of("name", TEXT), Vec::<String>::new());
        assert_eq!(comments_of("city", TEXT), ["/* a */"]);
    }
}
