//! Records cited by their title alone: `see the custom-fields unification ADR`.

use super::names::{Names, is_significant};
use super::numbers::{Word, gap};

/// Longer titles are not looked for.
const MOST_WORDS: usize = 16;

/// Words at which what names a record may begin: the words before them are another thought.
const FIRST: [&str; 28] = [
    "the",
    "this",
    "that",
    "our",
    "your",
    "its",
    "their",
    "a",
    "an",
    "see",
    "per",
    "also",
    "cf",
    "via",
    "under",
    "by",
    "with",
    "from",
    "following",
    "and",
    "or",
    "in",
    "of",
    "to",
    "is",
    "read",
    "le",
    "la",
];

/// The record that the words in front of the word `at` name, and where they begin: all of them that say
/// something must be in the title or slug of exactly one record.
pub(super) fn named_before(text: &str, words: &[Word], at: usize, names: &Names) -> Option<(usize, usize)> {
    let mut candidates: Option<Vec<usize>> = None;
    let mut only = String::new();
    let mut significant = 0;
    for word in words[..at].iter().enumerate().rev().take(MOST_WORDS).map(|(at, _)| at) {
        let joined =
            gap(text, words, word).chars().all(|c| matches!(c, ' ' | '-' | '`' | '"' | '\'' | '’' | '*'));
        let written = text.get(words[word].0..words[word].1)?;
        if !joined || FIRST.iter().any(|first| written.eq_ignore_ascii_case(first)) {
            let named = verdict(candidates.as_deref(), significant, &only, names);
            if let Some(record) = named {
                return Some((words[word + 1].0, record));
            }
            if !joined {
                return None;
            }
            continue;
        }
        let lower = written.to_lowercase();
        if !is_significant(&lower) {
            continue;
        }
        significant += 1;
        let with_word = names.with_word(&lower);
        let left = match candidates {
            None => with_word.to_vec(),
            Some(left) => left.into_iter().filter(|record| with_word.binary_search(record).is_ok()).collect(),
        };
        if left.is_empty() {
            return None;
        }
        candidates = Some(left);
        only = lower;
    }
    let first = at.saturating_sub(MOST_WORDS);
    let record = verdict(candidates.as_deref(), significant, &only, names).filter(|_| first == 0)?;
    Some((words[first].0, record))
}

/// The one record that is left. A single word must be all that it is called.
fn verdict(candidates: Option<&[usize]>, significant: usize, only: &str, names: &Names) -> Option<usize> {
    match candidates {
        Some([record]) if significant > 1 || names.is_called(*record, only) => Some(*record),
        _ => None,
    }
}
