//! Numbers and labels in the names of decision records: `0001-tenant-scoping`, `ADR 0020: Product lifecycle`.

/// A name taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Named<'t> {
    /// The label in front of the number: `ADR`.
    pub(super) prefix: Option<&'t str>,
    /// The number as written: `036`.
    pub(super) digits: Option<&'t str>,
    /// What remains.
    pub(super) rest: &'t str,
}

/// Labels that are recognized in lower case too, and without a number.
const LABELS: [&str; 6] = ["adr", "adrs", "dr", "decision", "rfc", "architecture decision record"];

/// A number has at most this many digits; more is a date or an issue.
const LONGEST_NUMBER: usize = 5;

/// Takes a file name without its extension apart.
pub(super) fn in_stem(stem: &str) -> Named<'_> {
    let stem = stem.trim_start_matches('_');
    if let Some(rest) = after_date(stem) {
        return Named { rest, ..Named::default() };
    }
    let (prefix, after) = label(stem);
    let numbered = digits(after.trim_start_matches(['-', '_', ' ', '.']))
        .filter(|(_, rest)| rest.is_empty() || rest.starts_with(['-', '_', ' ', '.']));
    let separators = |rest: &'_ str| rest.len() - rest.trim_start_matches(['-', '_', ' ', '.']).len();
    match numbered {
        Some((digits, rest)) => Named { prefix, digits: Some(digits), rest: &rest[separators(rest)..] },
        None if prefix.is_some_and(is_known) && separators(after) > 0 => {
            Named { prefix, digits: None, rest: &after[separators(after)..] }
        }
        None => Named { rest: stem, ..Named::default() },
    }
}

/// Takes a heading apart.
pub(super) fn in_heading(heading: &str) -> Named<'_> {
    let whole = Named { rest: heading, ..Named::default() };
    let (prefix, after) = label(heading.trim_start_matches(['[', '(', '#', ' ']));
    let known = prefix.is_some_and(is_known);
    let Some((digits, rest)) = digits(after.trim_start_matches(['-', '_', ' ', '#', ':'])) else {
        // `ADR: Unify custom fields`.
        let title = after.strip_prefix([':', '–', '—']).filter(|_| known).map(str::trim);
        return title.map_or(whole, |rest| Named { prefix, digits: None, rest });
    };
    let title = rest.trim_start_matches([']', ')', ' ']);
    let separated = title.strip_prefix([':', '.', '–', '—', '-', '|']).or_else(|| {
        // `12) Title` and `[ADR-3] Title`.
        rest.starts_with([']', ')']).then_some(title)
    });
    match separated {
        // `2026-08-01` and `1.2` are no numbers of records.
        Some(title) if !title.starts_with(|c: char| c.is_ascii_digit()) => {
            Named { prefix, digits: Some(digits), rest: title.trim() }
        }
        None if known && (rest.is_empty() || rest.starts_with(' ')) => {
            Named { prefix, digits: Some(digits), rest: title.trim() }
        }
        _ => whole,
    }
}

/// A slug as words: `tenant-scoping` is `tenant scoping`.
pub(super) fn as_words(slug: &str) -> String {
    slug.split(['-', '_', ' ', '.']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A label at the start: one that is known, or capitals.
fn label(text: &str) -> (Option<&str>, &str) {
    let known = LABELS.iter().rev().find_map(|label| {
        let (head, tail) = text.split_at_checked(label.len())?;
        let whole = !tail.starts_with(char::is_alphabetic);
        (whole && head.eq_ignore_ascii_case(label)).then_some((Some(head), tail))
    });
    known.unwrap_or_else(|| {
        let end = text.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(text.len());
        let (head, tail) = text.split_at(end);
        let is_label = (2..=8).contains(&end) && !tail.starts_with(char::is_alphabetic);
        if is_label { (Some(head), tail) } else { (None, text) }
    })
}

fn is_known(prefix: &str) -> bool {
    LABELS.iter().any(|label| prefix.eq_ignore_ascii_case(label))
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (1..=LONGEST_NUMBER).contains(&end).then(|| text.split_at(end))
}

/// What follows `2026-08-01-` or `20260801-`: such numbers say when, not which.
fn after_date(stem: &str) -> Option<&str> {
    let bytes = stem.as_bytes();
    let is = |shape: &[u8]| {
        bytes.len() > shape.len()
            && shape.iter().zip(bytes).all(|(want, have)| match want {
                b'0' => have.is_ascii_digit(),
                want => want == have,
            })
    };
    let length = if is(b"0000-00-00-") || is(b"0000-00-00_") {
        11
    } else if is(b"00000000-") || is(b"00000000_") {
        9
    } else {
        return None;
    };
    stem.get(length..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names() {
        for (stem, prefix, digits, rest) in [
            ("0001-tenant-scoping", None, Some("0001"), "tenant-scoping"),
            ("ADR-001-x", Some("ADR"), Some("001"), "x"),
            ("adr_036_x-y", Some("adr"), Some("036"), "x-y"),
            ("ADR036", Some("ADR"), Some("036"), ""),
            ("12.x", None, Some("12"), "x"),
            ("BDR-7-x", Some("BDR"), Some("7"), "x"),
            ("decision-012-x", Some("decision"), Some("012"), "x"),
            ("2026-08-01-use-x", None, None, "use-x"),
            ("20260801-use-x", None, None, "use-x"),
            ("phase-2-rollout", None, None, "phase-2-rollout"),
            ("3d-models", None, None, "3d-models"),
            ("adr-template", Some("adr"), None, "template"),
            ("address-book", None, None, "address-book"),
            ("cross-schema", None, None, "cross-schema"),
            ("_template", None, None, "template"),
            ("é", None, None, "é"),
            ("", None, None, ""),
        ] {
            assert_eq!(in_stem(stem), Named { prefix, digits, rest }, "{stem}");
        }
    }

    #[test]
    fn headings() {
        for (heading, prefix, digits, rest) in [
            ("ADR-0001: Tenant scoping", Some("ADR"), Some("0001"), "Tenant scoping"),
            ("ADR 0020: Product lifecycle", Some("ADR"), Some("0020"), "Product lifecycle"),
            ("0015. Payment adapter", None, Some("0015"), "Payment adapter"),
            ("8 – PDF", None, Some("8"), "PDF"),
            ("ADR: Unify custom fields — x", Some("ADR"), None, "Unify custom fields — x"),
            ("[ADR-3] Title", Some("ADR"), Some("3"), "Title"),
            ("ADR-3 Title", Some("ADR"), Some("3"), "Title"),
            ("DR-12: x", Some("DR"), Some("12"), "x"),
            ("Architecture Decision Record 7: x", Some("Architecture Decision Record"), Some("7"), "x"),
            ("HTTP 2 everywhere", None, None, "HTTP 2 everywhere"),
            ("3 ways to fail", None, None, "3 ways to fail"),
            ("2026-08-01 x", None, None, "2026-08-01 x"),
            ("Use Effect for retry policies", None, None, "Use Effect for retry policies"),
        ] {
            assert_eq!(in_heading(heading), Named { prefix, digits, rest }, "{heading}");
        }
    }
}
