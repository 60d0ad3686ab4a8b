//! Which fixes go together, and what comes out of them. Pure: texts in, texts out.

use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

use crate::rule::{Edit, Finding, Fix};
use crate::source::{FileId, Sources};

/// What one round of fixes makes of the files.
#[derive(Debug, Default)]
pub struct Round {
    /// The new texts, by file.
    pub texts: BTreeMap<FileId, String>,
    /// The findings whose fixes are in them, by index.
    pub applied: Vec<usize>,
    /// How many have to wait for another round, because they change the same places.
    pub deferred: usize,
}

/// Applies the fixes of the findings that are wanted, as many as go together: in the order of the findings, and
/// none in part, and at most so many. The same change wanted twice is made once.
pub fn apply(
    findings: &[Finding],
    sources: &Sources,
    most: usize,
    wanted: impl Fn(&Finding, &Fix) -> bool,
) -> Round {
    let mut round = Round::default();
    let mut edits: FxHashMap<FileId, Edits<'_>> = FxHashMap::default();
    for (index, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| wanted(finding, fix)) else { continue };
        let is_valid = |edit: &Edit| {
            let range = edit.span.range;
            sources.get(edit.span.file).text.get(range.start as usize..range.end as usize).is_some()
        };
        if fix.edits.is_empty() || !fix.edits.iter().all(is_valid) {
            continue;
        }
        let fits = |edit: &Edit| edits.get(&edit.span.file).is_none_or(|edits| edits.fits(edit));
        if round.applied.len() == most || !fix.edits.iter().all(fits) {
            round.deferred += 1;
            continue;
        }
        for edit in &fix.edits {
            edits.entry(edit.span.file).or_default().add(edit);
        }
        round.applied.push(index);
    }
    let texts = edits.into_iter().map(|(file, edits)| (file, edits.applied_to(&sources.get(file).text)));
    round.texts = texts.collect();
    round
}

/// Edits of one file that go together, by where they begin. Where several do, they join.
#[derive(Debug, Default)]
struct Edits<'f> {
    by_start: BTreeMap<u32, Vec<&'f Edit>>,
}

impl<'f> Edits<'f> {
    /// Whether an edit leaves the others as they are. Two that meet have an order only where both replace something.
    fn fits(&self, edit: &Edit) -> bool {
        let range = edit.span.range;
        let apart = |other: &Edit| {
            let other = other.span.range;
            let is_insertion = range.start == range.end || other.start == other.end;
            if is_insertion {
                range.end < other.start || other.end < range.start
            } else {
                range.end <= other.start || other.end <= range.start
            }
        };
        let joins = |other: &Edit| edit.joins && other.joins && other.span == edit.span;
        // Those that join are alike: the first speaks for all.
        let first = |(_, edits): (_, &Vec<&'f Edit>)| edits.first().copied();
        let before = self.by_start.range(..=range.start).next_back().and_then(first);
        let after = self.by_start.range(range.start..).next().and_then(first);
        before.into_iter().chain(after).all(|other| other == edit || apart(other) || joins(other))
    }

    fn add(&mut self, edit: &'f Edit) {
        let here = self.by_start.entry(edit.span.range.start).or_default();
        if !here.contains(&edit) {
            here.push(edit);
        }
    }

    fn applied_to(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 256);
        let mut at = 0;
        for edit in self.by_start.values().flatten() {
            let range = edit.span.range;
            out.push_str(&text[at..range.start as usize]);
            out.push_str(&edit.text);
            at = range.end as usize;
        }
        out.push_str(&text[at..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Findings, Level};
    use crate::source::{Range, SourceFile};
    use std::sync::Arc;

    /// Fixes of `0123456789`, each a list of `(start, end, text)`.
    fn applied(fixes: &[&[(u32, u32, &str)]]) -> (String, usize, usize) {
        let mut sources = Sources::default();
        let file = sources.add(Arc::new(SourceFile::new("a.ts", "0123456789")));
        let mut out = Findings::new("a", Level::Error);
        for edits in fixes {
            let edits = edits.iter().map(|(start, end, text)| Edit {
                span: Range::new(*start, *end).in_file(file),
                text: (*text).to_string(),
                joins: text.starts_with('+'),
            });
            let fix = Fix { title: String::new(), edits: edits.collect(), changes_schema: false };
            out.report("a", Range::new(0, 1).in_file(file), "a").fix = Some(fix);
        }
        let round = apply(&out.into_parts().0, &sources, usize::MAX, |_, _| true);
        let text = round.texts.into_values().next().unwrap_or_default();
        (text, round.applied.len(), round.deferred)
    }

    #[test]
    fn fixes_go_together_or_wait() {
        let of = |text: &str, applied, deferred| (text.to_string(), applied, deferred);
        assert_eq!(applied(&[&[(1, 2, "a"), (5, 5, "b")], &[(2, 3, "")]]), of("0a34b56789", 2, 0));
        assert_eq!(applied(&[&[(3, 6, "x")], &[(1, 2, "y"), (5, 7, "z")]]), of("012x6789", 1, 1));
        assert_eq!(applied(&[&[(3, 6, "x")], &[(6, 7, "z")], &[(2, 3, "")]]), of("01xz789", 3, 0));
        // What is inserted at one place has no order, beside what is replaced neither.
        assert_eq!(
            applied(&[&[(3, 3, "x")], &[(3, 3, "y")], &[(3, 4, "z")], &[(2, 3, "z")]]),
            of("012x3456789", 1, 3)
        );
        assert_eq!(applied(&[&[(3, 6, "x")], &[(4, 4, "y")], &[(3, 3, "y")]]), of("012x6789", 1, 2));
        // The same import, wanted by two.
        assert_eq!(
            applied(&[&[(3, 3, ", index"), (5, 5, "a")], &[(3, 3, ", index"), (7, 7, "b")]]),
            of("012, index34a56b789", 2, 0)
        );
        assert_eq!(applied(&[&[(9, 99, "x")], &[]]), of("", 0, 0));
        // Entries of one list, in order; what else is inserted there waits, beside what is replaced they wait.
        assert_eq!(
            applied(&[&[(3, 3, "+a")], &[(3, 3, "+b")], &[(3, 3, "+a")], &[(3, 3, "c")], &[(3, 4, "d")]]),
            of("012+a+b3456789", 3, 2)
        );
        assert_eq!(applied(&[&[(2, 3, "a")], &[(3, 3, "+b")], &[(4, 4, "+c")]]), of("01a3+c456789", 2, 1));
    }
}
