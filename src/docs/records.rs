//! The decision records of a repository, ready to be asked.

use rayon::prelude::*;
use regex::Regex;
use rustc_hash::FxHashSet;

use super::citations::{self, Citation, Cited};
use super::names::Names;
use super::naming::in_stem;
use super::record::{DecisionRecord, Draft, Successor, is_no_record};
use super::status::Status;
use super::{Document, Problem};
use crate::source::Range;

/// How many records a number that several have stands for at most where it names a successor: of more, which one is
/// meant helps nobody, and all of them together would be as many as there are records, for each of them.
const SUCCESSORS: usize = 8;

/// The records, in the order of their paths.
#[derive(Debug, Default)]
pub struct Records {
    records: Vec<DecisionRecord>,
    names: Names,
    patterns: Vec<Regex>,
    problems: Vec<Problem>,
}

impl Records {
    /// Reads the documents of the folders that hold records; indexes and templates among them are left
    /// out. `patterns` are further spellings of citations.
    pub fn read(documents: &[Document<'_>], patterns: &[Regex]) -> Self {
        let mut documents: Vec<&Document<'_>> =
            documents.iter().filter(|document| !is_no_record(document)).collect();
        documents.sort_by_key(|document| document.path);
        let mut drafts: Vec<Draft> = documents.par_iter().map(|document| Draft::read(document)).collect();
        let problems = drafts.iter_mut().filter_map(|draft| draft.problem.take()).collect();
        let names = Names::of(drafts.iter().map(|draft| &draft.record));
        let records = drafts.iter().map(|draft| draft.record.clone()).collect();
        let mut read = Self { records, names, patterns: patterns.to_vec(), problems };
        for (record, successor) in read.successors(&documents, &drafts) {
            read.records[record].superseded_by.push(successor);
        }
        read
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// The record of that number in [`Cited::Record`].
    pub fn get(&self, record: usize) -> Option<&DecisionRecord> {
        self.records.get(record)
    }

    /// All records.
    pub fn iter(&self) -> std::slice::Iter<'_, DecisionRecord> {
        self.records.iter()
    }

    /// The records with that number; there can be several.
    pub fn by_number(&self, number: u32) -> impl Iterator<Item = &DecisionRecord> {
        self.names.with_number(number).iter().filter_map(|record| self.get(*record))
    }

    /// What could not be read, by path.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Every citation in a text, in its order: a comment, several lines of them, an entry of a page, a
    /// reason. Paths in it are those seen from `base_path`, the file that holds the text.
    pub fn citations(&self, text: &str, base_path: Option<&str>) -> Vec<Citation> {
        citations::find(&self.names, &self.patterns, text, base_path)
    }

    /// Which record was superseded by which, as its own file or its successor's says.
    fn successors(&self, documents: &[&Document<'_>], drafts: &[Draft]) -> Vec<(usize, Successor)> {
        let mut found = Vec::new();
        let mut known: FxHashSet<(usize, usize)> = FxHashSet::default();
        let mut missing: FxHashSet<(usize, String)> = FxHashSet::default();
        for (at, (document, draft)) in documents.iter().zip(drafts).enumerate() {
            for range in &draft.superseded_by {
                for (label, cited) in self.cited_at(document, *range) {
                    if cited.is_empty() && missing.insert((at, label.clone())) {
                        found.push((at, Successor { label: label.into(), record: None }));
                    }
                    let others = cited.into_iter().filter(|record| *record != at).take(SUCCESSORS);
                    let new = others.filter(|record| known.insert((at, *record)));
                    found.extend(new.map(|record| (at, self.successor(record))));
                }
            }
            // What is only proposed has not taken any place yet.
            if matches!(draft.record.status, Some(Status::Proposed | Status::Rejected)) {
                continue;
            }
            for range in &draft.supersedes {
                let said = document.slice(*range).to_ascii_lowercase();
                if said.contains("partial") || said.contains("in part") || said.contains("part of") {
                    continue;
                }
                for (_, cited) in self.cited_at(document, *range) {
                    if let [record] = cited[..]
                        && record != at
                        && known.insert((record, at))
                    {
                        found.push((record, self.successor(at)));
                    }
                }
            }
        }
        found
    }

    fn successor(&self, record: usize) -> Successor {
        let label = self.get(record).map(DecisionRecord::label).unwrap_or_default();
        Successor { label: label.into(), record: Some(record) }
    }

    /// The records named at a place that names records: there a bare number or file name is a citation.
    fn cited_at(&self, document: &Document<'_>, range: Range) -> Vec<(String, Vec<usize>)> {
        let text = document.slice(range);
        let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
        let named = in_stem(bare);
        if let Some(number) =
            named.digits.and_then(|digits| digits.parse().ok()).filter(|_| named.rest.is_empty())
        {
            return vec![(bare.to_owned(), self.names.with_number(number).to_vec())];
        }
        let citations = self.citations(text, Some(document.path)).into_iter();
        let known = citations.filter_map(|citation| match citation.to {
            Cited::Record(record) => Some((citation.text.to_string(), vec![record])),
            Cited::Ambiguous(records) => Some((citation.text.to_string(), records)),
            Cited::Missing => Some((citation.text.to_string(), Vec::new())),
            Cited::Document => None,
        });
        known.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn records(files: &[(&str, &str)]) -> Records {
        let documents = files.iter().enumerate();
        let documents: Vec<Document<'_>> =
            documents.map(|(at, (path, text))| Document { file: FileId(at as u32), path, text }).collect();
        Records::read(&documents, &[])
    }

    #[test]
    fn records_are_kept_by_path_and_number() {
        let records = records(&[
            ("docs/adr/README.md", "# ADRs\n"),
            ("docs/adr/0020-product-lifecycle.md", "# ADR 0020: P\n"),
            ("docs/adr/0000-template.md", "# ADR-NNN: T\n"),
            ("docs/adr/0020-booking-amendments.md", "---\na: b: c\n---\n# ADR-0020: B\n"),
        ]);
        let slugs: Vec<&str> = records.iter().map(|record| record.slug.as_str()).collect();
        assert_eq!(slugs, ["booking-amendments", "product-lifecycle"]);
        assert_eq!(records.by_number(20).count(), 2);
        assert_eq!(records.by_number(21).count(), 0);
        let [problem] = records.problems() else { panic!("one problem") };
        assert_eq!(problem.span.file, FileId(3));
        assert!(Records::default().is_empty());
    }

    /// All of them for each was cubic.
    #[test]
    fn of_many_records_of_one_number_some_are_successors() {
        let files: Vec<String> = (0..500).map(|at| format!("adr/0001-a-{at}.md")).collect();
        let text = "# ADR-0001: A\n\nStatus: Superseded by ADR-0001, ADR-0001, ADR-9 and ADR-9\n";
        let files: Vec<(&str, &str)> = files.iter().map(|path| (path.as_str(), text)).collect();
        let records = records(&files);
        for (at, record) in records.iter().enumerate() {
            let by: Vec<Option<usize>> = record.superseded_by.iter().map(|by| by.record).collect();
            let others = (0..500).filter(|other| *other != at).take(SUCCESSORS).map(Some);
            assert_eq!(by, others.chain([None]).collect::<Vec<_>>());
        }
    }

    #[test]
    fn successors_are_found_from_both_sides() {
        let records = records(&[
            (
                "adr/0001-a-x.md",
                "# ADR-0001: A\n\n- **Status:** Superseded by [ADR-0002](./0002-b-x.md) (2026)\n",
            ),
            (
                "adr/0002-b-x.md",
                "# ADR-0002: B\n\nStatus: accepted\nSupersedes: [ADR-0001](./0001-a-x.md), ADR-3\n",
            ),
            ("adr/0003-c-x.md", "# 3. C\n\n## Status\n\nAccepted\n"),
            (
                "adr/0004-d-x.md",
                "---\nstatus: proposed\nsupersedes: [ADR-0005]\nsuperseded-by: 99\n---\n# D\n",
            ),
            ("adr/0005-e-x.md", "# E\n\n## Status\n\nSuperceded by [2. B](0002-b-x.md)\n"),
            ("adr/0006-f-x.md", "---\nstatus: \"superseded by ADR-0007\"\n---\n# F\n"),
            ("adr/0007-g-x.md", "# G\n\nSupersedes: parts of ADR-0003 (partially)\n"),
        ]);
        let by = |record: usize| -> Vec<(String, Option<usize>)> {
            let by = &records.get(record).unwrap().superseded_by;
            by.iter().map(|by| (by.label.to_string(), by.record)).collect()
        };
        let known = |label: &str, at: usize| vec![(label.to_owned(), Some(at))];
        assert_eq!(by(0), known("ADR-0002", 1));
        assert_eq!(by(1), []);
        assert_eq!(by(2), known("ADR-0002", 1));
        assert_eq!(by(3), [("99".to_owned(), None)]);
        assert_eq!(by(4), known("ADR-0002", 1));
        assert_eq!(by(5), known("ADR-0007", 6));
        assert_eq!(records.get(4).unwrap().status, Some(Status::Superseded));
    }
}
