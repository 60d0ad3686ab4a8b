//! Where a text cites decisions: by link, path, number, slug, spelling of the house, or title.

use std::collections::BTreeMap;

use regex::Regex;
use smol_str::SmolStr;

use super::citations::Cited;
use super::names::{Names, folder_of, last_segment, number_at};
use super::numbers::{self, Word};
use super::{is_index, paths, titles};

/// A search through one folded text.
pub(super) struct Search<'s> {
    names: &'s Names,
    base: Option<&'s str>,
    text: &'s str,
    words: Vec<Word>,
    /// By first byte; they do not overlap.
    found: BTreeMap<usize, Found>,
}

/// A place that is taken.
pub(super) struct Found {
    /// One past its last byte.
    pub(super) end: usize,
    /// Nothing where only the place is taken.
    pub(super) to: Option<Cited>,
    /// The path, without fragment.
    pub(super) path: Option<SmolStr>,
}

impl<'s> Search<'s> {
    /// A search that has found nothing yet.
    pub(super) fn new(names: &'s Names, text: &'s str, base: Option<&'s str>) -> Self {
        Self { names, base, text, words: numbers::words(text), found: BTreeMap::new() }
    }

    /// Every place, by its first byte. What says more goes first: a link holds a path, a path a slug and a
    /// number.
    pub(super) fn run(mut self, patterns: &[Regex]) -> BTreeMap<usize, Found> {
        self.links();
        self.paths();
        self.numbers();
        self.slugs();
        for pattern in patterns {
            for hit in pattern.find_iter(self.text).filter(|hit| !hit.is_empty()) {
                self.claim(hit.start(), hit.end(), Some(Cited::Document), None);
            }
        }
        self.titles();
        self.found
    }

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
            let Some(open) = open else { continue };
            let bytes = || text[floor..].bytes().take(LONGEST_TARGET);
            let Some(close) = bytes().position(|byte| byte == b')').map(|at| floor + at + 1) else {
                continue;
            };
            // A title may stand behind the target.
            let length = bytes().position(|byte| matches!(byte, b')' | b' ')).unwrap_or_default();
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
            floor = close;
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
            if self.is_name(start, end) {
                self.claim(start, end, Some(Cited::Record(record)), None);
            }
        }
    }

    /// Whether a slug stands where a name stands. Slugs of two words are often what the house calls a
    /// thing (`sous-actions`): they must be marked, introduced, or all that is said.
    fn is_name(&self, start: usize, end: usize) -> bool {
        const INTRODUCE: [&str; 9] =
            ["adr", "adrs", "decision", "record", "see", "per", "cf", "voir", "siehe"];
        let separators = self.text[start..end].matches(['-', '_']).count();
        let (before, after) = (self.text[..start].trim_end(), self.text[end..].trim_start());
        let marks = ['`', '[', ']', '(', ')', '«', '»'];
        let marked = before.ends_with(marks) && after.starts_with(marks);
        let introduced = before.trim_end_matches([':', '.', '[', '`', '"', ' ']);
        let word = introduced.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        separators > 1
            || marked
            || before.is_empty() && after.is_empty()
            || INTRODUCE.iter().any(|known| word.eq_ignore_ascii_case(known))
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
            if let Some((start, record)) = titles::named_before(self.text, &self.words, at, self.names) {
                self.claim(start, end, Some(Cited::Record(record)), None);
            }
        }
    }
}

/// Whether a path ends like a page of Markdown.
fn is_page(path: &str) -> bool {
    // Every word of every comment comes by here.
    if !path.contains('.') {
        return false;
    }
    let path = path.split(['#', '?']).next().unwrap_or_default();
    paths::without_extension(path) != path
}
