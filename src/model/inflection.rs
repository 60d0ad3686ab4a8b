//! The singular of a word, as the crate `pluralizer` says it, for the words that names are made of.
//!
//! The crate compiles a hundred regular expressions before its first answer, which takes longer than all rules together.
//! Its rules for small letters and digits are endings; those stand here, in the same order. The test at the end compares
//! the two; every other word is asked of the crate.

use pluralizer::pluralize;

/// The singular of one word.
pub(super) fn singular_of(word: &str) -> String {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return pluralize(word, 1, false);
    }
    if IRREGULAR.iter().any(|(one, _)| *one == word) {
        return word.to_string();
    }
    // Of several singulars the last one counts: `they` is `she`.
    if let Some((one, _)) = IRREGULAR.iter().rev().find(|(_, many)| *many == word) {
        return (*one).to_string();
    }
    if UNCOUNTABLE.binary_search(&word).is_ok() || stays(word) {
        return word.to_string();
    }
    by_ending(word)
}

/// Words of an ending that is singular and plural.
fn stays(word: &str) -> bool {
    let ends = |ending: &str| word.ends_with(ending);
    ["pokemon", "deer", "fish", "measles", "ois", "ous", "pox", "sheep"].into_iter().any(ends)
        || word.strip_suffix("ese").is_some_and(|stem| stem.ends_with(|c: char| !is_vowel(c)))
}

/// The last of the crate's rules that holds.
fn by_ending(word: &str) -> String {
    // An ending, what must stand before it, and what takes its place.
    let with = |ending: &str, before: &[&str], singular: &str| {
        let stem = word.strip_suffix(ending)?;
        before.iter().any(|before| stem.ends_with(before)).then(|| format!("{stem}{singular}"))
    };
    let of_word = |ending: &str, words: &[&str], singular: &str| {
        let stem = word.strip_suffix(ending)?;
        words.contains(&stem).then(|| format!("{stem}{singular}"))
    };
    with("men", &[""], "man")
        .or_else(|| with("eaux", &[""], "eau"))
        .or_else(|| with("eau", &[""], "eau"))
        .or_else(|| with("ren", &["child"], ""))
        .or_else(|| with("rson", &["pe"], "rson"))
        .or_else(|| with("ople", &["pe"], "rson"))
        .or_else(|| with("ices", &["matr", "append"], "ix"))
        .or_else(|| with("ices", &["cod", "mur", "sil", "vert", "ind"], "ex"))
        .or_else(|| with("ae", &["alumn", "alg", "vertebr"], "a"))
        .or_else(|| with("a", ON, "on"))
        .or_else(|| with("a", UM, "um"))
        .or_else(|| with("us", US, "us"))
        .or_else(|| with("i", US, "us"))
        .or_else(|| with("is", &["test"], "is"))
        .or_else(|| with("es", &["test"], "is"))
        .or_else(|| with("s", &["movie", "twelve", "abuse", "emu", "enu"], ""))
        .or_else(|| with("sis", SIS, "sis"))
        .or_else(|| with("ses", SIS, "sis"))
        .or_else(|| hissing(word))
        .or_else(|| with("im", &["seraph", "cherub"], ""))
        .or_else(|| of_word("ice", &["m", "titm", "l"], "ouse"))
        .or_else(|| of_word("ies", &["mon", "smil"], "ey"))
        .or_else(|| of_word("ies", IE_WORDS, "ie"))
        .or_else(|| with("ies", IE, "ie"))
        .or_else(|| with("ies", &[""], "y"))
        .or_else(|| with("ves", &["ar", "wol", "al", "el", "ea", "eo", "oa", "oo"], "f"))
        .or_else(|| with("ves", &["wi", "kni"], "fe"))
        .or_else(|| of_word("ves", &["li"], "fe"))
        .or_else(|| with("ves", &["afterli", "halfli", "highli", "lowli", "midli", "nonli", "nightli"], "fe"))
        .or_else(|| with("ss", &[""], "ss"))
        .or_else(|| with("s", &[""], ""))
        .unwrap_or_else(|| word.to_string())
}

/// `boxes`, `statuses`: the plural adds `es`, and the singular may end in `s`.
fn hissing(word: &str) -> Option<String> {
    let is = |stem: &str| {
        let before = |ending: &str, of: fn(char) -> bool| {
            stem.strip_suffix(ending).is_some_and(|rest| rest.ends_with(of))
        };
        HISSING.iter().any(|ending| stem.ends_with(ending))
            || before("us", |c| !matches!(c, 'a' | 'o' | 'u'))
            || before("ris", is_vowel)
    };
    let stem = word.strip_suffix("es").filter(|stem| is(stem));
    stem.or_else(|| is(word).then_some(word)).map(str::to_string)
}

const fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

const HISSING: &[&str] =
    &["x", "ch", "ss", "sh", "zz", "tto", "go", "cho", "alias", "tlas", "tmas", "gas", "hero", "ato", "gro"];
const SIS: &[&str] = &["analy", "diagno", "parenthe", "progno", "synop", "the", "empha", "cri", "ne"];
const US: &[&str] = &[
    "alumn", "syllab", "vir", "radi", "nucle", "fung", "cact", "stimul", "termin", "bacill", "foc", "uter",
    "loc", "strat",
];
const UM: &[&str] = &[
    "agend",
    "addend",
    "millenni",
    "dat",
    "extrem",
    "bacteri",
    "desiderat",
    "strat",
    "candelabr",
    "errat",
    "ov",
    "symposi",
    "curricul",
    "quor",
];
const ON: &[&str] = &[
    "apheli",
    "hyperbat",
    "periheli",
    "asyndet",
    "noumen",
    "phenomen",
    "criteri",
    "organ",
    "prolegomen",
    "hedr",
    "automat",
];
const IE: &[&str] = &[
    "dg", "ss", "ois", "lk", "ok", "wn", "mb", "th", "ch", "ec", "oal", "is", "ck", "ix", "sser", "ts", "wb",
];
const IE_WORDS: &[&str] = &[
    "l", "t", "neckt", "crosst", "hogt", "aunt", "coll", "faer", "food", "gen", "goon", "group", "hipp",
    "junk", "vegg", "p", "porkp", "charl", "calor", "cut",
];

/// Singulars and plurals.
const IRREGULAR: &[(&str, &str)] = &[
    ("i", "we"),
    ("me", "us"),
    ("he", "they"),
    ("she", "they"),
    ("them", "them"),
    ("myself", "ourselves"),
    ("yourself", "yourselves"),
    ("itself", "themselves"),
    ("herself", "themselves"),
    ("himself", "themselves"),
    ("themself", "themselves"),
    ("is", "are"),
    ("was", "were"),
    ("has", "have"),
    ("this", "these"),
    ("that", "those"),
    ("my", "our"),
    ("its", "their"),
    ("his", "their"),
    ("her", "their"),
    ("echo", "echoes"),
    ("dingo", "dingoes"),
    ("volcano", "volcanoes"),
    ("tornado", "tornadoes"),
    ("torpedo", "torpedoes"),
    ("genus", "genera"),
    ("viscus", "viscera"),
    ("stigma", "stigmata"),
    ("stoma", "stomata"),
    ("dogma", "dogmata"),
    ("lemma", "lemmata"),
    ("schema", "schemata"),
    ("anathema", "anathemata"),
    ("ox", "oxen"),
    ("axe", "axes"),
    ("die", "dice"),
    ("yes", "yeses"),
    ("foot", "feet"),
    ("eave", "eaves"),
    ("goose", "geese"),
    ("tooth", "teeth"),
    ("quiz", "quizzes"),
    ("human", "humans"),
    ("proof", "proofs"),
    ("carve", "carves"),
    ("valve", "valves"),
    ("looey", "looies"),
    ("thief", "thieves"),
    ("groove", "grooves"),
    ("pickaxe", "pickaxes"),
    ("passerby", "passersby"),
    ("canvas", "canvases"),
];

/// Words without a plural, in order.
const UNCOUNTABLE: &[&str] = &[
    "adulthood",
    "advice",
    "agenda",
    "aid",
    "aircraft",
    "alcohol",
    "ammo",
    "analytics",
    "anime",
    "athletics",
    "audio",
    "bison",
    "blood",
    "bream",
    "buffalo",
    "butter",
    "carp",
    "cash",
    "chassis",
    "chess",
    "clothing",
    "cod",
    "commerce",
    "cooperation",
    "corps",
    "debris",
    "diabetes",
    "digestion",
    "elk",
    "energy",
    "equipment",
    "excretion",
    "expertise",
    "firmware",
    "flounder",
    "fun",
    "gallows",
    "garbage",
    "graffiti",
    "hardware",
    "headquarters",
    "health",
    "herpes",
    "highjinks",
    "homework",
    "housework",
    "information",
    "jeans",
    "justice",
    "kudos",
    "labour",
    "literature",
    "machinery",
    "mackerel",
    "mail",
    "manga",
    "media",
    "mews",
    "moose",
    "mud",
    "music",
    "news",
    "only",
    "personnel",
    "pike",
    "plankton",
    "pliers",
    "police",
    "pollution",
    "premises",
    "rain",
    "research",
    "rice",
    "salmon",
    "scissors",
    "series",
    "sewage",
    "shambles",
    "shrimp",
    "software",
    "staff",
    "swine",
    "tennis",
    "traffic",
    "transportation",
    "trout",
    "tuna",
    "wealth",
    "welfare",
    "whiting",
    "wildebeest",
    "wildlife",
    "you",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every ending that a rule speaks of, and some that are near, behind every beginning.
    #[test]
    fn singulars_are_those_of_the_crate() {
        const ENDINGS: &[&str] = &[
            "", "s", "es", "ss", "sses", "ies", "y", "ie", "ves", "f", "fe", "x", "xes", "ches", "ch",
            "shes", "sh", "zzes", "ttoes", "goes", "choes", "alias", "aliases", "us", "uses", "tlases",
            "tmas", "gases", "oes", "ris", "rises", "sis", "ses", "movies", "menus", "emus", "is", "i", "a",
            "ae", "um", "on", "ices", "ice", "ix", "ex", "rson", "ople", "ren", "im", "eau", "eaux", "men",
            "man", "ese", "deer", "fish", "measles", "ois", "ous", "pox", "sheep", "pokemon", "ious", "1",
            "2s", "ses1",
        ];
        let beginnings =
            [&["", "a", "b", "e", "o", "u", "r", "li", "wi", "kni", "wol", "al", "oa", "child", "pe"], US];
        let lists = [UM, ON, IE, IE_WORDS, SIS, HISSING];
        let others = [
            "test", "matr", "append", "cod", "ind", "alumn", "alg", "seraph", "titm", "m", "mon", "smil",
            "midli", "hea", "leo",
        ];
        let beginnings = beginnings.into_iter().chain(lists).flatten().copied().chain(others);
        let mut words: Vec<String> =
            beginnings.flat_map(|start| ENDINGS.iter().map(move |end| format!("{start}{end}"))).collect();
        words.extend(IRREGULAR.iter().flat_map(|(one, many)| [one.to_string(), many.to_string()]));
        words.extend(UNCOUNTABLE.iter().map(ToString::to_string));
        words.extend(["Users", "user_roles", "straßen", "my-people", "ÄPFEL"].map(str::to_string));
        for word in words {
            assert_eq!(singular_of(&word), pluralize(&word, 1, false), "{word}");
        }
        assert!(UNCOUNTABLE.is_sorted());
    }
}
