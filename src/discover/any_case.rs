//! Search for words in any case, through many megabytes: a part of each word is searched for in every spelling, which is
//! quicker than a search without regard to case.

use aho_corasick::{AhoCorasick, MatchKind};

use super::search::automaton;

/// How many letters of a word are searched for: as few as find it seldom where it is not.
const LENGTH: usize = 4;

/// A search for words.
pub(super) struct AnyCase {
    /// With the word that each part is of; nothing when it could not be built.
    search: Option<(AhoCorasick, Vec<usize>)>,
    words: Vec<(&'static str, usize)>,
}

impl AnyCase {
    /// Words of ASCII in small letters, each with the place of a rare part of it.
    pub(super) fn new(words: &[(&'static str, usize)]) -> Self {
        let (mut parts, mut of_words) = (Vec::new(), Vec::new());
        for (index, (word, start)) in words.iter().enumerate() {
            let part = &word[*start..start + LENGTH];
            for cases in 0..1_u32 << LENGTH {
                let letter = |(at, letter): (usize, char)| match cases >> at & 1 {
                    0 => letter,
                    _ => letter.to_ascii_uppercase(),
                };
                let spelled: String = part.chars().enumerate().map(letter).collect();
                if !parts.contains(&spelled) {
                    parts.push(spelled);
                    of_words.push(index);
                }
            }
        }
        let search = automaton(MatchKind::LeftmostFirst).build(parts).ok().map(|search| (search, of_words));
        Self { search, words: words.to_vec() }
    }

    /// Where the words stand, with the number of each; also inside longer words.
    pub(super) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let hits = self.search.iter().flat_map(move |(search, of_words)| {
            search.find_iter(text).map(|hit| (hit.start(), of_words[hit.pattern().as_usize()]))
        });
        hits.filter_map(move |(at, index)| {
            let (word, part) = self.words[index];
            let start = at.checked_sub(part)?;
            let found = text.as_bytes().get(start..start + word.len())?;
            found.eq_ignore_ascii_case(word.as_bytes()).then_some((start, index))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case() {
        let search = AnyCase::new(&[("create ", 0), ("rename to ", 5)]);
        let found = |text| search.find(text).collect::<Vec<_>>();
        assert_eq!(found("CREATE x; cReAtE y"), [(0, 0), (10, 0)]);
        assert_eq!(found("é rename TO b; recreate "), [(3, 1), (18, 0)]);
        assert_eq!(found("crea, created, e to , create"), []);
    }
}
