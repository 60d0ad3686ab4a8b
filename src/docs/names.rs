//! By which names records are found: numbers, paths, slugs, titles.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::naming::{as_words, in_stem};
use super::record::DecisionRecord;
use super::{is_index, paths};

/// The names of all records.
#[derive(Debug, Default)]
pub(super) struct Names {
    labels: FxHashSet<String>,
    numbers: FxHashMap<u32, Vec<usize>>,
    /// By the last segment of their pages, in lower case.
    stems: FxHashMap<String, Vec<usize>>,
    /// The pages: paths without extension and index file.
    pages: Vec<String>,
    folders: FxHashSet<String>,
    /// The prefix of each record in lower case, and its slug.
    records: Vec<(String, String)>,
    slugs: Option<AhoCorasick>,
    slug_records: Vec<usize>,
    words: FxHashMap<String, Vec<usize>>,
    /// The significant words of each record's slug and title, for titles of one word.
    titles: Vec<(String, String)>,
}

impl Names {
    /// Collects the names.
    pub(super) fn of<'r>(records: impl Iterator<Item = &'r DecisionRecord>) -> Self {
        let mut names = Self::default();
        let mut slugs: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (at, record) in records.enumerate() {
            names.labels.insert(record.prefix.to_ascii_lowercase());
            if let Some(number) = record.number {
                names.numbers.entry(number).or_default().push(at);
            }
            let page = page_of(&record.path);
            let (folder, stem) = page.rsplit_once('/').unwrap_or(("", page));
            names.folders.insert(last_segment(folder).to_lowercase());
            names.stems.entry(stem.to_lowercase()).or_default().push(at);
            let slug = record.slug.to_lowercase();
            for name in [stem.to_lowercase(), slug.clone()] {
                let records = slugs.entry(name).or_default();
                if records.last() != Some(&at) {
                    records.push(at);
                }
            }
            for word in
                words(&as_words(&slug)).chain(words(&record.title)).filter(|word| is_significant(word))
            {
                let records = names.words.entry(word).or_default();
                if records.last() != Some(&at) {
                    records.push(at);
                }
            }
            names.titles.push((significant(&as_words(&slug)), significant(&record.title)));
            names.pages.push(page.to_owned());
            names.records.push((record.prefix.to_lowercase(), slug));
        }
        // A slug of one word is a word; one that two records have names neither.
        let slugs =
            slugs.into_iter().filter(|(slug, records)| records.len() == 1 && slug.contains(['-', '_']));
        let (slugs, slug_records): (Vec<String>, Vec<Vec<usize>>) = slugs.unzip();
        // The quickest automaton takes longer to make than the others to search the few citations.
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA));
        names.slugs = builder.ascii_case_insensitive(true).build(slugs).ok();
        names.slug_records = slug_records.into_iter().flatten().collect();
        names
    }

    /// The records with that number.
    pub(super) fn with_number(&self, number: u32) -> &[usize] {
        self.numbers.get(&number).map_or(&[], Vec::as_slice)
    }

    /// The records of that label and number: those of another label only when none has it.
    pub(super) fn labelled(&self, label: &str, number: u32) -> Vec<usize> {
        let all = self.with_number(number);
        let same = |record: &&usize| self.records.get(**record).is_some_and(|(prefix, _)| prefix == label);
        let same: Vec<usize> = all.iter().filter(same).copied().collect();
        if same.is_empty() { all.to_vec() } else { same }
    }

    /// Whether records are labelled so, apart from `ADR`.
    pub(super) fn is_label(&self, label: &str) -> bool {
        self.labels.contains(label)
    }

    /// Whether a word begins as a label does, `decision record` among them. Quick, and never wrong with a no.
    pub(super) fn may_begin_label(&self, word: &str) -> bool {
        let first = word.as_bytes().first().map_or(0, u8::to_ascii_lowercase);
        matches!(first, b'a' | b'd' | 0x80..)
            || self.labels.iter().any(|label| label.as_bytes().first() == Some(&first))
    }

    /// Whether a record has that slug.
    pub(super) fn has_slug(&self, record: usize, slug: &str) -> bool {
        self.records.get(record).is_some_and(|(_, own)| !own.is_empty() && own.eq_ignore_ascii_case(slug))
    }

    /// Whether a folder of that name holds records.
    pub(super) fn is_folder(&self, name: &str) -> bool {
        paths::is_record_folder(name) || !name.is_empty() && self.folders.contains(&name.to_lowercase())
    }

    /// The records at a path, seen from the file `base`.
    pub(super) fn at_path(&self, path: &str, base: Option<&str>) -> Vec<usize> {
        let page = page_of(path);
        let stem = last_segment(page).to_lowercase();
        let Some(candidates) = self.stems.get(&stem) else { return Vec::new() };
        let page_of_record = |record: &usize| self.pages.get(*record).map_or("", String::as_str);
        if let Some(base) = base {
            let target = paths::join(base, page);
            if let Some(record) = candidates.iter().find(|record| page_of_record(record) == target) {
                return vec![*record];
            }
        }
        let clean = paths::without_dots(page);
        let ends = |record: &&usize| paths::one_ends_with_other(page_of_record(record), clean);
        let found: Vec<usize> = candidates.iter().filter(ends).copied().collect();
        // `/adrs/x` of a site may be `docs/adr/x.mdx` in the repository.
        let is_route = found.is_empty() && paths::without_extension(path) == path;
        if is_route && paths::is_record_folder(folder_of(page)) { candidates.clone() } else { found }
    }

    /// The slugs and file names in a text that stand as whole words, with their records.
    pub(super) fn slugs_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize, usize)> + 't {
        let hits = self.slugs.iter().flat_map(move |slugs| slugs.find_iter(text));
        hits.filter_map(move |hit| {
            let (before, after) = (&text[..hit.start()], &text[hit.end()..]);
            let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '@');
            let dotted = after.strip_prefix('.').unwrap_or(after).starts_with(inside);
            let whole = !before.ends_with(inside) && !before.ends_with('.') && !dotted;
            let record = *self.slug_records.get(hit.pattern().as_usize())?;
            whole.then_some((hit.start(), hit.end(), record))
        })
    }

    /// The records whose slug and title hold a word; the word in lower case.
    pub(super) fn with_word(&self, word: &str) -> &[usize] {
        self.words.get(&singular(word)).map_or(&[], Vec::as_slice)
    }

    /// Whether one word is all that a record is called.
    pub(super) fn is_called(&self, record: usize, word: &str) -> bool {
        let word = singular(word);
        self.titles.get(record).is_some_and(|(slug, title)| *slug == word || *title == word)
    }
}

/// The words of a text in lower case, as they are compared.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| singular(&word.to_lowercase()))
}

fn significant(text: &str) -> String {
    words(text).filter(|word| is_significant(word)).collect::<Vec<_>>().join(" ")
}

/// A plural is its singular.
fn singular(word: &str) -> String {
    let stripped = word.strip_suffix('s').filter(|rest| rest.len() > 2 && !rest.ends_with('s'));
    stripped.unwrap_or(word).to_owned()
}

/// Whether a word in lower case says what a text is about.
pub(super) fn is_significant(word: &str) -> bool {
    const SMALL: [&str; 24] = [
        "the", "and", "for", "are", "not", "our", "per", "adr", "its", "with", "from", "into", "that",
        "this", "via", "use", "using", "les", "des", "une", "pour", "der", "die", "und",
    ];
    (word.chars().count() > 2 || word.bytes().any(|byte| byte.is_ascii_digit())) && !SMALL.contains(&word)
}

/// The page that a path leads to: without fragment, extension and index file.
fn page_of(path: &str) -> &str {
    let path = path.split(['#', '?']).next().unwrap_or_default();
    let page = paths::without_extension(path).trim_end_matches('/');
    match page.rsplit_once('/') {
        Some((folder, name)) if is_index(name) => folder,
        _ => page,
    }
}

/// The last segment of a path.
pub(super) fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The name of the folder that a path's last segment stands in.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit('/').nth(1).unwrap_or_default()
}

/// The number in the last segment of a path, and whether it is all of the segment.
pub(super) fn number_at(path: &str) -> Option<(u32, bool)> {
    let named = in_stem(last_segment(page_of(path)));
    let number = named.digits?.parse().ok()?;
    Some((number, named.rest.is_empty()))
}
