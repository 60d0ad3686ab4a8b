//! Citations of decision records in texts.

use std::collections::BTreeMap;

use regex::Regex;
use smol_str::SmolStr;

use super::fold::Folded;
use super::names::{Names, folder_of, last_segment, number_at};
use super::numbers::{self, Word};
use super::{is_index, paths};
use crate::source::Range;

/// A place that cites a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The bytes of the text that was searched.
    pub range: Range,
    /// What stands there, with white space folded and comment marks left out.
    pub text: SmolStr,
    /// What it leads to.
    pub to: Cited,
    /// The path, when it is cited by path; without the fragment.
    pub path: Option<SmolStr>,
}

/// What a citation leads to. Records are given by their number in [`Records`](super::Records).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cited {
    /// One record.
    Record(usize),
    /// Several have that number.
    Ambiguous(Vec<usize>),
    /// A record that is not there.
    Missing,
    /// A spelling of the house, or a page that is called a decision but is no record: not checked.
    Document,
}

impl Cited {
    fn of(records: &[usize]) -> Self {
        match records {
            [] => Self::Missing,
            [record] => Self::Record(*record),
            several => Self::Ambiguous(several.to_vec()),
        }
    }
}

/// Finds every citation.
pub(super) fn find(names: &Names, patterns: &[Regex], text: &str, base: Option<&str>) -> Vec<Citation> {
    let folded = Folded::of(text);
    let words = numbers::words(&folded.text);
    let mut search = Search { names, base, text: &folded.text, words, found: BTreeMap::new() };
    // What says more goes first: a link holds a path, a path a slug and a number.
    search.links();
    search.paths();
    search.numbers();
    search.slugs();
    for pattern in patterns {
        for hit in pattern.find_iter(&folded.text).filter(|hit| !hit.is_empty()) {
            search.claim(hit.start(), hit.end(), Some(Cited::Document), None);
        }
    }
    search.titles();
    let mut citations: Vec<Citation> = Vec::new();
    for (start, Found { end, to, path }) in search.found {
        let Some(to) = to else { continue };
        let said: Vec<&str> = folded.text[start..end].split_whitespace().collect();
        citations.push(Citation {
            range: folded.original(start, end),
            text: SmolStr::new(said.join(" ")),
            to,
            path,
        });
    }
    settle(&mut citations);
    citations
}

/// Several records have one number: what the same text cites by another name is meant.
fn settle(citations: &mut [Citation]) {
    let cited = citations.iter().filter_map(|citation| match citation.to {
        Cited::Record(record) => Some(record),
        _ => None,
    });
    let cited: Vec<usize> = cited.collect();
    for citation in citations {
        if let Cited::Ambiguous(records) = &citation.to
            && let [record] = records.iter().filter(|record| cited.contains(record)).collect::<Vec<_>>()[..]
        {
            citation.to = Cited::Record(*record);
        }
    }
}

struct Search<'s> {
    names: &'s Names,
    base: Option<&'s str>,
    text: &'s str,
    words: Vec<Word>,
    /// By first byte; they do not overlap.
    found: BTreeMap<usize, Found>,
}

struct Found {
    end: usize,
    /// Nothing where only the place is taken.
    to: Option<Cited>,
    path: Option<SmolStr>,
}

impl Search<'_> {
    /// Takes a place, unless a part of it is taken.
    fn claim(&mut self, start: usize, end: usize, to: Option<Cited>, path: Option<&str>) {
        if self.is_free(start, end) {
            let path = path.map(|path| SmolStr::new(path.split(['#', '?']).next().unwrap_or_default()));
            self.found.insert(start, Found { end, to, path });
        }
    }

    fn is_free(&self, start: usize, end: usize) -> bool {
        self.found.range(..end).next_back().is_none_or(|(_, before)| before.end <= start)
    }

    /// `[ADR-0016](../adr/0016-x.md)`.
    fn links(&mut self) {
        const LONGEST_TARGET: usize = 1024;
        let text = self.text;
        let mut floor = 0;
        for (middle, _) in text.match_indices("](") {
            let open = text[floor.min(middle)..middle].rfind('[').map(|at| floor + at);
            floor = middle + 2;
            let target =
                text[floor..].bytes().take(LONGEST_TARGET).position(|byte| matches!(byte, b')' | b' '));
            let (Some(open), Some(length)) = (open, target) else { continue };
            let close = text[floor..].find(')').map_or(floor + length, |at| floor + at + 1);
            let target = text[floor..floor + length].trim_matches(['<', '>']);
            let label = &text[open + 1..middle];
            match self.at_path(target, true) {
                Some(to @ (Cited::Record(_) | Cited::Ambiguous(_))) => {
                    self.claim(open, close, Some(to), Some(target))
                }
                // A number in its text says more than a target that leads nowhere.
                to if numbers::find(label, &numbers::words(label), self.names).is_empty() => {
                    let to = to.or_else(|| self.labelled_document(target, open));
                    if to.is_some() {
                        self.claim(open, close, to, Some(target));
                    } else {
                        self.claim(floor, close, None, None);
                    }
                }
                _ => self.claim(floor, close, None, None),
            }
            floor = floor.max(close.min(text.len()));
        }
    }

    /// `docs/adr/0001-tenant-scoping.md`, `adr/0036`.
    fn paths(&mut self) {
        let text = self.text;
        let is_path =
            |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '~' | '@' | '%' | '+' | '#');
        let mut start = 0;
        for run in text.split(|c: char| !is_path(c)) {
            let from = start;
            start += run.len() + text[start + run.len()..].chars().next().map_or(0, char::len_utf8);
            let token = run.trim_end_matches(['.', '-', '#', '/']);
            let is_page = is_page(token);
            if !token.contains('/') && !is_page {
                continue;
            }
            let to = self.at_path(token, is_page).or_else(|| self.labelled_document(token, from));
            if to.is_some() {
                self.claim(from, from + token.len(), to, Some(token));
            }
        }
    }

    /// What a path leads to, when it leads to records; `is_sure` when it is a path beyond doubt.
    fn at_path(&self, path: &str, is_sure: bool) -> Option<Cited> {
        let records = self.names.at_path(path, self.base);
        if !records.is_empty() {
            return Some(Cited::of(&records));
        }
        let stem = last_segment(paths::without_extension(path.split(['#', '?']).next().unwrap_or_default()));
        let number = number_at(path);
        if self.names.is_folder(folder_of(path)) {
            return match number {
                Some((number, true)) => Some(Cited::of(self.names.with_number(number))),
                Some(_) => Some(Cited::Missing),
                None if is_index(stem) || stem.to_lowercase().contains("template") || stem.is_empty() => None,
                None => (is_sure && paths::is_record_folder(folder_of(path))).then_some(Cited::Missing),
            };
        }
        let lower = stem.to_lowercase();
        (is_page(path) && (lower.ends_with("-adr") || lower.starts_with("adr-"))).then_some(Cited::Document)
    }

    /// `ADR: docs/architecture/x.md`: a page that is called a decision.
    fn labelled_document(&self, path: &str, start: usize) -> Option<Cited> {
        let before = self.text[..start].trim_end_matches([' ', ':', '`', '(', '[', '"', '\'', '<']);
        let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let is_label = ["adr", "adrs"].iter().any(|label| word.eq_ignore_ascii_case(label));
        (is_label && is_page(path)).then_some(Cited::Document)
    }

    fn numbers(&mut self) {
        for found in numbers::find(self.text, &self.words, self.names) {
            let records = self.names.labelled(&found.label, found.number);
            // Only a decision record is known to be missing: `RFC 4122` may be anybody's.
            if records.is_empty() && found.label != "adr" {
                continue;
            }
            let named = found.slug.and_then(|slug| {
                let end = found.end + 1 + slug.len();
                let record = records.iter().find(|record| self.names.has_slug(**record, slug))?;
                Some((end, *record))
            });
            match named {
                Some((end, record)) => self.claim(found.start, end, Some(Cited::Record(record)), None),
                None => self.claim(found.start, found.end, Some(Cited::of(&records)), None),
            }
        }
    }

    fn slugs(&mut self) {
        for (start, end, record) in self.names.slugs_in(self.text) {
            self.claim(start, end, Some(Cited::Record(record)), None);
        }
    }

    /// `the custom-fields unification ADR`: the words in front name exactly one record.
    fn titles(&mut self) {
        for at in 1..self.words.len() {
            let label = numbers::label_at(self.text, &self.words, at, self.names);
            let Some(label) = label.filter(|label| label.name == "adr" && !label.plural) else { continue };
            let end = self.words[at + label.words - 1].1;
            // `Architecture Decision Record` is a label of three words.
            let first = &self.text[self.words[at - 1].0..self.words[at - 1].1];
            let at = if label.words == 2 && first.eq_ignore_ascii_case("architecture") { at - 1 } else { at };
            if let Some((start, record)) = super::titles::named_before(self.text, &self.words, at, self.names)
            {
                self.claim(start, end, Some(Cited::Record(record)), None);
            }
        }
    }
}

/// Whether a path ends like a page of Markdown.
fn is_page(path: &str) -> bool {
    let path = path.split(['#', '?']).next().unwrap_or_default();
    paths::without_extension(path) != path
}
