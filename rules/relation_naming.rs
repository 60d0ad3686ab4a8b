//! Relations whose names have the wrong number.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Relation, SchemaGraph, Table};
use crate::model::{plural, singular};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RelationNaming {
    /// Words that are as well one thing as many, beside those that the rule knows: `backlog`.
    uncountable: Vec<String>,
}

/// Words that are as well one thing as many: they have no other number (`pricing`, `settings`), or name a whole of
/// many rows (`log`).
#[rustfmt::skip]
const UNCOUNTABLE: &[&str] = &[
    "access", "advice", "allowlist", "analytics", "attendance", "availability", "backlog", "billing",
    "blocklist", "commerce", "compliance", "content", "coverage", "credentials", "data", "details",
    "education", "eligibility", "employment", "equipment", "evidence", "expertise", "feed", "feedback",
    "funding", "guidance", "hardware", "history", "info", "information", "infrastructure", "insights",
    "insurance", "inventory", "knowledge", "ledger", "limits", "lineage", "list", "log", "logistics",
    "mail", "maintenance", "media", "metadata", "metrics", "music", "news", "options", "ownership",
    "params", "payroll", "performance", "permissions", "preferences", "presence", "pricing", "progress",
    "props", "provenance", "queue", "research", "revenue", "rights", "roster", "series", "settings",
    "shipping", "software", "specs", "staff", "statistics", "stats", "storage", "telemetry", "terms",
    "timeline", "totals", "tracking", "traffic", "trail", "training", "transportation", "tree", "usage",
    "visibility", "work",
];

/// Verbs that look like a plural: `supersedes: one(versions)`.
const VERBS: &[&str] = &[
    "belongs",
    "extends",
    "follows",
    "inherits",
    "overrides",
    "owns",
    "precedes",
    "replaces",
    "supersedes",
    "uses",
];

/// What follows them says which rows, not what they are: `postsByAuthor`.
const PREPOSITIONS: &[&str] = &[
    "as", "at", "by", "for", "from", "in", "of", "on", "through", "to", "using", "via", "where", "with",
    "without",
];

impl Rule for RelationNaming {
    const META: Meta = Meta {
        name: "relation-naming",
        summary: "a `many` relation with a singular name, or a `one` with a plural one",
        group: "Relations",
        docs: include_str!("relation_naming.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let mut seen = Vec::new();
        for relation in &context.graph.relations {
            // A helper may declare one relation of several tables.
            if seen.last() != Some(&relation.span) {
                seen.push(relation.span);
                self.check_relation(context.graph, relation, out);
            }
        }
    }
}

impl RelationNaming {
    fn check_relation(&self, graph: &SchemaGraph, relation: &Relation, out: &mut Findings) {
        let table = graph.table(relation.table);
        let target =
            relation.target.as_ref().ok().and_then(|target| target.map(|target| graph.table(target)));
        let name = without_column(&relation.name, table, target);
        if !name.is_ascii() {
            return;
        }
        let words = words(name);
        // The word that decides: the last one, or the last one before a preposition.
        let (Some(last), Some(head)) = (last(&words), last(before_preposition(&words))) else { return };
        let right = |word: &str| self.is_right(word, relation.one);
        if right(last.1) || right(head.1) {
            return;
        }
        // `messagesSent`, `usersBlocked`: a participle says which ones.
        let before_participle = words.iter().rev().nth(1).filter(|_| is_participle(last.1));
        if before_participle.is_some_and(|(_, word)| right(word)) {
            return;
        }
        let (at, word) = before_participle.copied().unwrap_or(head);
        let other = if relation.one { singular(word) } else { plural(word) };
        let suggested = format!("{}{other}{}", &name[..at], &relation.name[at + word.len()..]);
        let subject = format!("{}.{}", table.display_name(), relation.name);
        let (kind, number) = if relation.one { ("one", "plural") } else { ("many", "singular") };
        let message = format!("`{kind}` relation `{subject}` has a {number} name");
        let finding = out.report(subject, relation.span, message);
        finding.label(match relation.one {
            true => "it reads as a list, and is one row or none",
            false => "it reads as one row, and is a list",
        });
        let renamed = graph.sources.text(relation.span).strip_prefix(relation.name.as_str());
        let renamed = renamed.filter(|rest| !rest.contains('\n') && rest.len() < 80);
        finding.help(match renamed {
            Some(rest) => format!("call it `{suggested}`: `{suggested}{rest}`"),
            None => format!("call it `{suggested}`, here and where queries load it with `with`"),
        });
    }

    /// Whether a relation may have a name that ends in a word.
    fn is_right(&self, word: &str, one: bool) -> bool {
        let lower = word.to_lowercase();
        let lower = lower.trim_end_matches(|c: char| c.is_ascii_digit());
        // Three letters are an abbreviation: `sms`, `dns`, `gps`.
        if lower.len() <= 3 && lower.ends_with('s') {
            return true;
        }
        if UNCOUNTABLE.contains(&lower)
            || one && VERBS.contains(&lower)
            || self.uncountable.iter().any(|word| word.eq_ignore_ascii_case(lower))
        {
            return true;
        }
        let same = if one { singular(lower) } else { plural(lower) };
        same == lower
    }
}

/// `posts_authorId`, as drizzle-kit names what it finds in a database, is `posts`.
fn without_column<'n>(name: &'n str, table: &Table, target: Option<&Table>) -> &'n str {
    let is_column = |rest: &str| {
        let mut columns = table.columns.iter().chain(target.iter().flat_map(|target| &target.columns));
        columns.any(|column| column.key == rest || column.display_name() == rest)
    };
    let cut = name.match_indices('_').find(|(at, _)| *at > 0 && is_column(&name[at + 1..]));
    cut.map_or(name, |(at, _)| &name[..at])
}

/// The words of a name with where they begin: `auditLogs` has `audit` and `Logs`, `apiURLs` has `api` and `URLs`.
fn words(name: &str) -> Vec<(usize, &str)> {
    let bytes = name.as_bytes();
    let is = |at: usize, test: fn(&u8) -> bool| bytes.get(at).is_some_and(test);
    let mut words = Vec::new();
    let mut start = 0;
    for at in 0..=bytes.len() {
        let ends = !is(at, u8::is_ascii_alphanumeric);
        // The plural of an abbreviation is a part of it.
        let only_s = bytes.get(at + 1) == Some(&b's') && !is(at + 2, u8::is_ascii_lowercase);
        let after_capital = at > 0 && is(at - 1, u8::is_ascii_uppercase);
        let begins = at > start
            && is(at, u8::is_ascii_uppercase)
            && (!after_capital || is(at + 1, u8::is_ascii_lowercase) && !only_s);
        if (ends || begins) && at > start {
            words.push((start, &name[start..at]));
        }
        if ends {
            start = at + 1;
        } else if begins {
            start = at;
        }
    }
    words
}

fn before_preposition<'w, 'n>(words: &'w [(usize, &'n str)]) -> &'w [(usize, &'n str)] {
    let is_preposition = |(_, word): &(usize, &str)| PREPOSITIONS.contains(&word.to_lowercase().as_str());
    let cut = words.iter().skip(1).position(is_preposition);
    &words[..cut.map_or(words.len(), |at| at + 1)]
}

/// The last word that is no number and no version.
fn last<'n>(words: &[(usize, &'n str)]) -> Option<(usize, &'n str)> {
    let is_version = |word: &str| word.trim_start_matches(['v', 'V']).bytes().all(|b| b.is_ascii_digit());
    words.iter().rev().find(|(_, word)| !is_version(word)).copied()
}

fn is_participle(word: &str) -> bool {
    let lower = word.to_lowercase();
    lower.len() > 4 && lower.ends_with("ed")
        || matches!(
            lower.as_str(),
            "sent"
                | "made"
                | "given"
                | "taken"
                | "written"
                | "drawn"
                | "held"
                | "led"
                | "won"
                | "lost"
                | "sold"
                | "bought"
                | "paid"
                | "run"
        )
}
