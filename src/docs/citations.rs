//! Citations of decision records in texts.

use regex::Regex;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::fold::Folded;
use super::names::Names;
use super::search::{Found, Search};
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
    /// What records of one name are.
    pub(super) fn of(records: &[usize]) -> Self {
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
    let found = Search::new(names, &folded.text, base).run(patterns);
    let mut citations: Vec<Citation> = Vec::new();
    for (start, Found { end, to, path }) in found {
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
    let cited: FxHashSet<usize> = cited.collect();
    for citation in citations {
        if let Cited::Ambiguous(records) = &citation.to
            && let [record] = records.iter().filter(|record| cited.contains(record)).collect::<Vec<_>>()[..]
        {
            citation.to = Cited::Record(*record);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::{Document, Records};
    use crate::source::FileId;

    const FILES: [(&str, &str); 12] = [
        ("docs/adr/0001-tenant-scoping.md", "# ADR-0001: Tenant scoping is enforced at the boundary\n"),
        ("docs/adr/0004-trpc.md", "# 4. Use tRPC\n"),
        ("docs/adr/0007-module-subsetting.md", "# ADR-0007: Module subsetting and required core modules\n"),
        ("docs/adr/0016-modules-as-components.md", "# ADR-0016: Modules are components\n"),
        ("docs/adr/0019-booking-policies.md", "# ADR-0019: Booking v1 commitment-point policies\n"),
        ("docs/adr/0020-booking-amendments.md", "# ADR-0020: Booking amendments\n"),
        ("docs/adr/0020-product-lifecycle.md", "# ADR 0020: Product lifecycle\n"),
        ("docs/adr/0025-caching.md", "# Caching\n"),
        ("docs/adr/0036-outbox.md", "# Outbox\n"),
        ("docs/adr/cross-schema-without-fk.mdx", "# References\n"),
        ("docs/adr/custom-fields-unification-adr.md", "# ADR: Unify custom fields\n"),
        ("docs/rfc/RFC-0012-x.md", "# RFC-0012: Something\n"),
    ];

    fn records() -> Records {
        let documents = FILES.iter().map(|(path, text)| Document { file: FileId(0), path, text });
        let patterns = [Regex::new(r"SPEC-\d+(?: P\d+)?").unwrap(), Regex::new(r"design\.md D\d+").unwrap()];
        Records::read(&documents.collect::<Vec<_>>(), &patterns)
    }

    /// What is cited, each as the text at its place, an arrow, and the number or slug of the record.
    fn cited(text: &str, base: Option<&str>) -> String {
        let records = records();
        let name = |record: &usize| {
            let record = records.get(*record).unwrap();
            record.number.map_or_else(|| record.slug.to_string(), |number| number.to_string())
        };
        let citations = records.citations(text, base).into_iter().map(|citation| {
            let to = match &citation.to {
                Cited::Record(record) => name(record),
                Cited::Ambiguous(records) => records.iter().map(name).collect::<Vec<_>>().join("|"),
                Cited::Missing => "missing".to_owned(),
                Cited::Document => "document".to_owned(),
            };
            let range = citation.range.start as usize..citation.range.end as usize;
            format!("{} → {to}", &text[range])
        });
        citations.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn every_spelling_is_found_where_it_stands() {
        for (text, expected) in [
            ("see ADR-036", "ADR-036 → 36"),
            ("😀 see ADR 036.", "ADR 036 → 36"),
            ("adr-36, Adr 0036", "adr-36 → 36; Adr 0036 → 36"),
            ("ADR036 ADR_036 ADR: 036", "ADR036 → 36; ADR_036 → 36; ADR: 036 → 36"),
            ("l'ADR #36; ADR no. 36, ADR n° 36", "ADR #36 → 36; ADR no. 36 → 36; ADR n° 36 → 36"),
            ("(ADR-0016 decision 6)", "ADR-0016 decision 6 → 16"),
            ("(ADR-025 §3-5)", "ADR-025 §3-5 → 25"),
            ("ADR-019 §Negative says", "ADR-019 §Negative → 19"),
            ("See ADR 0016 section 7 and", "ADR 0016 section 7 → 16"),
            ("(ADR-0001)", "ADR-0001 → 1"),
            ("numeric().notNull(), // ADR-004: half sizes", "ADR-004 → 4"),
            ("// ADR-036 — road routing", "ADR-036 → 36"),
            ("adr/0036", "adr/0036 → 36"),
            ("docs/adr/0036-outbox", "docs/adr/0036-outbox → 36"),
            ("docs/adr/0001-tenant-scoping.md", "docs/adr/0001-tenant-scoping.md → 1"),
            ("`docs/adr/0001-tenant-scoping.md#why`.", "docs/adr/0001-tenant-scoping.md#why → 1"),
            (
                "[x](../../adr/0016-modules-as-components.md) y",
                "[x](../../adr/0016-modules-as-components.md) → 16",
            ),
            ("[ADR-4](./0004-trpc.md \"t\"), ADR-7", "[ADR-4](./0004-trpc.md \"t\") → 4; ADR-7 → 7"),
            ("https://github.com/a/b/docs/adr/0004-trpc.md", "//github.com/a/b/docs/adr/0004-trpc.md → 4"),
            (
                "ADR [x](/adrs/cross-schema-without-fk)",
                "[x](/adrs/cross-schema-without-fk) → cross-schema-without-fk",
            ),
            ("See ADR [cross-schema-without-fk].", "cross-schema-without-fk → cross-schema-without-fk"),
            ("`0001-Tenant-Scoping`", "0001-Tenant-Scoping → 1"),
            ("see tenant-scoping.", "tenant-scoping → 1"),
            ("tenant-scoping", "tenant-scoping → 1"),
            ("@adr tenant-scoping: x", "tenant-scoping → 1"),
            ("no key (`tenant-scoping`)", "tenant-scoping → 1"),
            ("for cross-schema-without-fk reasons", "cross-schema-without-fk → cross-schema-without-fk"),
            ("0004-trpc.md", "0004-trpc.md → 4"),
            ("ADR-004, ADR-007", "ADR-004 → 4; ADR-007 → 7"),
            ("ADR-004/ADR-007", "ADR-004 → 4; ADR-007 → 7"),
            ("ADRs 4 and 7", "ADRs 4 → 4; 7 → 7"),
            ("ADRs 4, 7, and 16.", "ADRs 4 → 4; 7 → 7; 16 → 16"),
            ("ADR-0004/0007, 0016", "ADR-0004 → 4; 0007 → 7; 0016 → 16"),
            ("ADR-0016, 3 modules and 7 more", "ADR-0016 → 16"),
            (
                "decision record 36; Decision Records 4 & 7",
                "decision record 36 → 36; Decision Records 4 → 4; 7 → 7",
            ),
            ("ADR-\r\n * 036", "ADR-\r\n * 036 → 36"),
            ("// 😀 see ADR\n  // 0016: x", "ADR\n  // 0016 → 16"),
            ("ADR-0099", "ADR-0099 → missing"),
            ("docs/adr/0099-gone.md", "docs/adr/0099-gone.md → missing"),
            ("docs/adr/0016-old.md", "docs/adr/0016-old.md → missing"),
            ("[ADR-0016](../adr/0016-old.md)", "ADR-0016 → 16"),
            ("[gone](docs/adr/gone.md)", "[gone](docs/adr/gone.md) → missing"),
            ("ADR-0020", "ADR-0020 → 20|20"),
            ("ADR-0020-product-lifecycle", "ADR-0020-product-lifecycle → 20"),
            ("ADR-0020 (booking-amendments)", "ADR-0020 → 20; booking-amendments → 20"),
            ("ADR-0016-compliant", "ADR-0016 → 16"),
            (
                "see the custom-fields unification ADR.",
                "custom-fields unification ADR → custom-fields-unification-adr",
            ),
            (
                "/**\n * é see the custom-fields\n * unification ADR). */",
                "custom-fields\n * unification ADR → custom-fields-unification-adr",
            ),
            ("our tRPC ADR", "tRPC ADR → 4"),
            ("tenant scoping decision record", "tenant scoping decision record → 1"),
            (
                "the module subsetting architecture decision record",
                "module subsetting architecture decision record → 7",
            ),
            ("RFC-12, RFC 4122", "RFC-12 → 12"),
            ("ADR: docs/architecture/x.md.", "docs/architecture/x.md → document"),
            ("`docs/architecture/collector-adr.md`", "docs/architecture/collector-adr.md → document"),
            ("SPEC-187 P2, (design.md D1)", "SPEC-187 P2 → document; design.md D1 → document"),
        ] {
            assert_eq!(cited(text, None), expected, "{text}");
        }
    }

    #[test]
    fn false_friends_are_no_citations() {
        for text in [
            "address 36, the ADRs, quadr-12, HADR 5, adr.ts, 36, 0036, MADR 4, badr/36",
            "adr1 adr_1 ADR: 120 EUR, ADR-2026-08-01, adr-0036.ts, ADR-NNN, ADR.\n\n36",
            "caching, outbox and trpc; src/tenant-scoping/index.ts, tenant-scoping.ts, my-tenant-scoping",
            "@acme/tenant-scoping, tenant-scopings, docs/adr/, docs/adr/README.md, ../adr/template.md",
            "see docs/architecture/caching.md and [a](../x/0016.md), [b](#adr)",
            "this ADR, the ADR, a superseding ADR, the booking ADR, the original caching plan ADR",
            "the tenant-scoping of the house, (a tenant-scoping)",
            "booking amendments. ADR follows; ADRs under docs",
            "ADR\n\n036",
            "",
            "](](](",
        ] {
            assert_eq!(cited(text, None), "", "{text}");
        }
    }

    #[test]
    fn paths_are_seen_from_the_file() {
        for (text, base, expected) in [
            ("[a](../adr/0004-trpc.md)", "docs/x/a.md", "[a](../adr/0004-trpc.md) → 4"),
            ("[a](0004-trpc)", "docs/adr/a.md", "[a](0004-trpc) → 4"),
            ("./0004-trpc.md", "docs/adr/a.md", "./0004-trpc.md → 4"),
            ("/docs/adr/0004-trpc.md", "src/a.ts", "/docs/adr/0004-trpc.md → 4"),
        ] {
            assert_eq!(cited(text, Some(base)), expected);
        }
        let citations = records().citations("see ADR:\n// docs/x/y.md#z; ADR\n// 036", None);
        let paths: Vec<_> = citations.iter().map(|citation| citation.path.as_deref()).collect();
        assert_eq!(paths, [Some("docs/x/y.md"), None]);
        assert_eq!(citations[1].text, "ADR 036");
    }

    #[test]
    fn without_records_numbers_are_missing() {
        let citations =
            Records::default().citations("ADR-036, tenant-scoping, the x y ADR, docs/adr/1-x.md", None);
        let texts: Vec<&str> = citations.iter().map(|citation| citation.text.as_str()).collect();
        assert_eq!(texts, ["ADR-036", "docs/adr/1-x.md"]);
        assert!(citations.iter().all(|citation| citation.to == Cited::Missing));
    }

    #[test]
    fn long_texts_take_linear_time() {
        let records = records();
        for unit in
            ["[", "](", "ADR ", "ADR-036, ", "a/", "a-", "tenant-scoping ", "ADR-0016-", "/*\n", "[a](x "]
        {
            let _ = records.citations(&unit.repeat(20_000), None);
        }
    }
}
