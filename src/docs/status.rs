//! The status of a decision record, however it is spelled.

use std::fmt;

use smol_str::SmolStr;

/// Whether a decision holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Not decided.
    Proposed,
    /// In force.
    Accepted,
    /// Decided against.
    Rejected,
    /// No longer to be followed.
    Deprecated,
    /// Another record took its place.
    Superseded,
    /// What else stands there, in lower case.
    Other(SmolStr),
}

impl Status {
    /// Whether this is the status of that name: `accepted`, or the first words of another one.
    pub fn is(&self, name: &str) -> bool {
        let name = name.trim().to_lowercase();
        match self {
            Self::Other(text) => {
                let rest = text.strip_prefix(name.as_str()).filter(|_| !name.is_empty());
                rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            }
            known => known.to_string() == name || first_word(&name) == Some(known.clone()),
        }
    }

    /// Reads what stands behind `Status:` or below the heading; nothing when there are no words, or only
    /// the choices of a template.
    pub(super) fn read(written: &str) -> Option<Self> {
        let said = said(written).to_lowercase();
        let choices = said.split('|').filter(|part| first_word(part).is_some()).count();
        if choices > 1 {
            return None;
        }
        let words = said.trim_matches(|c: char| !c.is_alphanumeric());
        if words.is_empty() {
            return None;
        }
        if find_superseded_by(words).is_some_and(|at| !is_partial(&words[..at])) {
            return Some(Self::Superseded);
        }
        Some(first_word(words).unwrap_or_else(|| {
            let end = words
                .find(['(', '.', ',', ';', ':', '–', '—', '|', '·', '*', '`', '\n'])
                .unwrap_or(words.len());
            let words: Vec<&str> = words[..end].split_whitespace().take(4).collect();
            Self::Other(SmolStr::new(words.join(" ")))
        }))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Deprecated => "deprecated",
            Self::Superseded => "superseded",
            Self::Other(text) => text,
        })
    }
}

/// Where a text begins to say what took the record's place; the text is in lower case.
pub(super) fn find_superseded_by(lower: &str) -> Option<usize> {
    const SPELLINGS: [&str; 5] =
        ["superseded by", "superceded by", "superseded-by", "replaced by", "remplacé par"];
    SPELLINGS.iter().filter_map(|spelling| lower.find(spelling)).min()
}

/// Whether the words in front of "superseded" say that part of the record still holds.
pub(super) fn is_partial(before: &str) -> bool {
    let before = before.trim_end();
    ["partially", "partly", "in part", "parts", "partiellement"].iter().any(|word| before.ends_with(word))
}

fn first_word(lower: &str) -> Option<Status> {
    let start = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let word = start.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    Some(match word {
        "proposed" | "proposal" | "proposé" | "proposée" | "proposition" => Status::Proposed,
        "accepted" | "accepté" | "acceptée" => Status::Accepted,
        "rejected" | "rejeté" | "rejetée" => Status::Rejected,
        "deprecated" | "déprécié" | "dépréciée" => Status::Deprecated,
        "superseded" | "superceded" | "remplacé" | "remplacée" => Status::Superseded,
        _ => return None,
    })
}

/// The words without what is struck out, and the text of links and badges without their targets.
fn said(written: &str) -> String {
    let mut said = String::with_capacity(written.len());
    for (at, part) in written.split("~~").enumerate() {
        if at % 2 == 0 {
            said.push_str(part);
        }
    }
    if said.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
        said = written.replace("~~", "");
    }
    while let Some(open) = said.find("](") {
        let close = said[open..].find(')').map_or(said.len(), |close| open + close + 1);
        said.replace_range(open..close, " ");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let other = |text: &str| Some(Status::Other(SmolStr::new(text)));
        for (written, status) in [
            ("Accepted (2026-04-25)", Some(Status::Accepted)),
            ("accepted", Some(Status::Accepted)),
            ("✅ **Accepted**", Some(Status::Accepted)),
            ("~~Proposed~~ Accepted", Some(Status::Accepted)),
            ("~~Accepted~~", Some(Status::Accepted)),
            ("Accepted (2026-07-11), amended 2026-07-21", Some(Status::Accepted)),
            ("![Accepted](https://img.shields.io/badge/superseded)", Some(Status::Accepted)),
            ("Accepted, superseded by [ADR-0018](x.md)", Some(Status::Superseded)),
            ("Accepted; partially superseded by ADR-0018", Some(Status::Accepted)),
            ("Superseded by the unified deployment graph", Some(Status::Superseded)),
            ("Superceded by [2. x](0002-x.md)", Some(Status::Superseded)),
            ("Proposed (2026-08-04). **Amended**", Some(Status::Proposed)),
            ("Proposition", Some(Status::Proposed)),
            ("Accepté", Some(Status::Accepted)),
            ("Rejected", Some(Status::Rejected)),
            ("deprecated since 2.0", Some(Status::Deprecated)),
            ("Approved on 1 May (all)", other("approved on 1 may")),
            ("In review", other("in review")),
            ("**Active** · tracking", other("active")),
            ("[Proposed | Accepted | Superseded by ADR-NNN]", None),
            ("—", None),
            ("", None),
        ] {
            assert_eq!(Status::read(written), status, "{written}");
        }
    }

    #[test]
    fn statuses_are_asked_for_by_name() {
        let approved = Status::Other(SmolStr::new("approved on 1 may"));
        assert!(approved.is("Approved"));
        assert!(!approved.is("app"));
        assert!(!approved.is(""));
        assert!(Status::Accepted.is("ACCEPTED"));
        assert!(Status::Accepted.is("accepté"));
        assert!(!Status::Proposed.is("accepted"));
    }
}
