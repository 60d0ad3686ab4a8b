//! Numbers behind a label: `ADR-036`, `ADR 0016 decision 6`, `ADRs 4 and 7`.

use super::names::Names;

/// A word: letters and digits, as bytes of the text.
pub(super) type Word = (usize, usize);

/// Longer slugs are not looked for behind a number.
const MOST_SLUG_WORDS: usize = 32;

/// Longer words are no label.
const LONGEST_LABEL: usize = 12;

/// A number that was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Numbered<'t> {
    /// First byte: that of the label, or of a further number in a list.
    pub(super) start: usize,
    /// One past the last byte, with the part of the record that is named.
    pub(super) end: usize,
    /// The label in lower case.
    pub(super) label: String,
    /// The number.
    pub(super) number: u32,
    /// What is joined to it: `tenant-scoping` in `ADR-0001-tenant-scoping`.
    pub(super) slug: Option<&'t str>,
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        match (letter.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| (from, text.len())));
    words
}

/// Whether the words from `at` on are a label, and how many words it has.
pub(super) fn label_at(text: &str, words: &[Word], at: usize, names: &Names) -> Option<Label> {
    let word = |at: usize| words.get(at).and_then(|(start, end)| text.get(*start..*end));
    let first = word(at)?;
    // Every word of every comment comes by here.
    if first.len() > LONGEST_LABEL || !names.may_begin_label(first) {
        return None;
    }
    let (mut buffer, lowered) = ([0; LONGEST_LABEL], (!first.is_ascii()).then(|| first.to_lowercase()));
    let lower = match &lowered {
        Some(lower) => lower.as_str(),
        None => {
            let bytes = &mut buffer[..first.len()];
            bytes.copy_from_slice(first.as_bytes());
            bytes.make_ascii_lowercase();
            std::str::from_utf8(bytes).unwrap_or_default()
        }
    };
    let (singular, plural) = match lower.strip_suffix('s') {
        Some(singular) => (singular, true),
        None => (lower, false),
    };
    if singular == "adr" || names.is_label(singular) {
        return Some(Label { name: singular.to_owned(), words: 1, plural });
    }
    if names.is_label(lower) {
        return Some(Label { name: lower.to_owned(), words: 1, plural: false });
    }
    let record = word(at + 1).filter(|_| lower == "decision" && gap(text, words, at) == " ")?;
    let plural = record.eq_ignore_ascii_case("records");
    (plural || record.eq_ignore_ascii_case("record")).then(|| Label {
        name: "adr".to_owned(),
        words: 2,
        plural,
    })
}

/// A label in a text.
#[derive(Debug)]
pub(super) struct Label {
    /// In lower case and singular.
    pub(super) name: String,
    /// How many words it has.
    pub(super) words: usize,
    /// Whether it announces several.
    pub(super) plural: bool,
}

/// Every number behind a label.
pub(super) fn find<'t>(text: &'t str, words: &[Word], names: &Names) -> Vec<Numbered<'t>> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        if let Some(label) = label_at(text, words, at, names) {
            list(text, words, at, &label, &mut found);
        } else if let Some(joined) = joined(text, words, at) {
            found.push(joined);
        }
    }
    found
}

/// The numbers behind the label at `at`.
fn list<'t>(text: &'t str, words: &[Word], at: usize, label: &Label, found: &mut Vec<Numbered<'t>>) {
    let last = at + label.words - 1;
    let Some(separator) = Separator::of(gap(text, words, last)) else { return };
    let mut number = last + 1;
    let mut is_marked = separator == Separator::Marked;
    if matches!(word(text, words, number), "no" | "No" | "n" | "N" | "nr" | "Nr" | "number" | "numéro") {
        if gap(text, words, number).chars().any(|c| !matches!(c, '.' | '°' | 'º' | ' ')) {
            return;
        }
        number += 1;
        is_marked = true;
    }
    // `adr_1` is a column, `ADR: 120` a price.
    let loose = matches!(separator, Separator::None | Separator::Loose) && !is_marked;
    let Some(mut next) = numbered(text, words, number, label) else { return };
    let digits = word(text, words, number);
    if loose && digits.len() < 3
        || separator == Separator::Loose
            && !digits.starts_with('0')
            && text[..words[number].0].ends_with([':', ' '])
    {
        return;
    }
    next.0.start = words[at].0;
    loop {
        let (one, after) = next;
        found.push(one);
        let Some((further, is_range)) = continuation(text, words, after) else { return };
        let digits = word(text, words, further);
        let is_number = label.plural || digits.starts_with('0') && digits.len() > 1 && !is_range;
        match numbered(text, words, further, label).filter(|_| is_number) {
            Some(number) => next = number,
            None => return,
        }
    }
}

/// The word that goes on with a list, behind `, 7`, `/7`, ` and 7`; and whether it ends a range.
fn continuation(text: &str, words: &[Word], last: usize) -> Option<(usize, bool)> {
    let between = gap(text, words, last).trim();
    if matches!(between, "," | "/" | "&" | "+" | "-" | "–") {
        let joins = matches!(word(text, words, last + 1), "and" | "or");
        let further = if joins && gap(text, words, last + 1) == " " { last + 2 } else { last + 1 };
        return Some((further, matches!(between, "-" | "–")));
    }
    let joins =
        between.is_empty() && matches!(word(text, words, last + 1), "and" | "or" | "to" | "et" | "und");
    (joins && gap(text, words, last + 1) == " ").then_some((last + 2, false))
}

/// What stands between a label and its number.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Separator {
    /// `ADR-36`, `ADR 36`, `adr/36`.
    Usual,
    /// `ADR #36`.
    Marked,
    /// `adr_036`, `ADR: 036`.
    Loose,
    /// `ADR036`.
    None,
}

impl Separator {
    fn of(gap: &str) -> Option<Self> {
        match gap.trim_matches([' ', '\t', '\u{a0}']) {
            "" if gap.is_empty() => Some(Self::None),
            "" | "-" | "‐" | "\u{2011}" | "–" | "/" => Some(Self::Usual),
            "#" | "-#" => Some(Self::Marked),
            "_" | ":" => Some(Self::Loose),
            _ => None,
        }
    }
}

/// The number that the word at `at` is, with what names a part of the record; and its last word.
fn numbered<'t>(text: &'t str, words: &[Word], at: usize, label: &Label) -> Option<(Numbered<'t>, usize)> {
    let (start, mut end) = *words.get(at)?;
    let digits = text.get(start..end)?;
    let plain = digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || is_date(text, words, at) || is_code_file(text, words, at) {
        return None;
    }
    let number = digits.parse().ok()?;
    let mut last = at;
    let mut slug_end = at;
    while slug_end < at + MOST_SLUG_WORDS
        && gap(text, words, slug_end) == "-"
        && !word(text, words, slug_end + 1).is_empty()
    {
        slug_end += 1;
    }
    let is_slug = slug_end > at && word(text, words, at + 1).starts_with(char::is_alphabetic);
    let slug = is_slug.then(|| &text[words[at + 1].0..words[slug_end].1]);
    if slug.is_none() {
        last = part(text, words, at);
        end = words[last].1;
    }
    Some((Numbered { start, end, label: label.name.clone(), number, slug }, last))
}

/// The last word of the part that is named behind a number: ` decision 6`, ` §3-5`, ` §Negative`.
fn part(text: &str, words: &[Word], at: usize) -> usize {
    const PARTS: [&str; 7] = ["decision", "decisions", "section", "sections", "sec", "point", "amendment"];
    let between = gap(text, words, at);
    let mut last = at;
    if between.contains('§') && between.chars().all(|c| matches!(c, '§' | ' ' | ',')) {
        last = at + 1;
    } else if matches!(between, " " | ", ")
        && PARTS.iter().any(|part| word(text, words, at + 1).eq_ignore_ascii_case(part))
    {
        let named = word(text, words, at + 2);
        if matches!(gap(text, words, at + 1), " " | ". ") && named.starts_with(|c: char| c.is_ascii_digit()) {
            last = at + 2;
        }
    }
    let is_number = |at: usize| word(text, words, at).starts_with(|c: char| c.is_ascii_digit());
    while last > at && matches!(gap(text, words, last), "-" | "–" | ".") && is_number(last + 1) {
        last += 1;
    }
    last.min(words.len() - 1)
}

/// `ADR036`: label and number in one word.
fn joined<'t>(text: &'t str, words: &[Word], at: usize) -> Option<Numbered<'t>> {
    let (start, end) = words[at];
    let (label, digits) = text.get(start..end)?.split_at_checked(3)?;
    let is_number = (3..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let known = label.eq_ignore_ascii_case("adr") && is_number && !is_code_file(text, words, at);
    let number = digits.parse().ok().filter(|_| known)?;
    let last = part(text, words, at);
    Some(Numbered { start, end: words[last].1, label: "adr".to_owned(), number, slug: None })
}

fn is_date(text: &str, words: &[Word], at: usize) -> bool {
    let is = |at: usize, length: usize| {
        let word = word(text, words, at);
        word.len() == length && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    is(at, 4) && is(at + 1, 2) && gap(text, words, at) == "-" && gap(text, words, at + 1) == "-"
}

fn is_code_file(text: &str, words: &[Word], at: usize) -> bool {
    const CODE: [&str; 7] = ["ts", "tsx", "js", "mjs", "json", "sql", "test"];
    gap(text, words, at) == "." && CODE.contains(&word(text, words, at + 1))
}

fn word<'t>(text: &'t str, words: &[Word], at: usize) -> &'t str {
    words.get(at).and_then(|(start, end)| text.get(*start..*end)).unwrap_or_default()
}

/// What stands between a word and the next one.
pub(super) fn gap<'t>(text: &'t str, words: &[Word], at: usize) -> &'t str {
    let end = words.get(at).map_or(text.len(), |word| word.1);
    let next = words.get(at + 1).map_or(text.len(), |word| word.0);
    text.get(end..next).unwrap_or_default()
}
