//! A summary in Markdown, for `$GITHUB_STEP_SUMMARY` and comments: what was found by rule, the worst of it, and
//! the domains as a picture.

use std::fmt::Write;

use super::location::Location;
use super::summary::{counted, many};
use super::text::visible;
use super::{Report, rule_page, summary};
use crate::check::BetweenDomains;
use crate::rule::Level;

/// How many findings are shown.
const WORST: usize = 10;

/// More arrows nobody can follow.
const MOST_ARROWS: usize = 40;

/// A table by rule, the first findings, errors before warnings, and a graph of domains with the references between
/// them.
pub fn markdown(report: &Report<'_>) -> String {
    let run = report.run;
    let mut out = String::from("## schemalint\n\n");
    // Writing to a String does not fail.
    let _ = writeln!(out, "{}\n", text(&summary::line(run)));
    for (rule, message) in &run.broken_rules {
        let _ = writeln!(out, "**Internal error**: the rule {} panicked: {}\n", code(rule), text(message));
    }
    by_rule(report, &mut out);
    worst(report, &mut out);
    for note in &run.notes {
        let _ = writeln!(out, "> {}\n", prose(note));
    }
    domains(&run.domains, &mut out);
    out
}

fn by_rule(report: &Report<'_>, out: &mut String) {
    let rules = counted(report.run);
    if rules.is_empty() {
        return;
    }
    out.push_str("| rule | errors | warnings |\n|---|---:|---:|\n");
    let number = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    for (rule, (errors, warnings)) in rules {
        let _ = writeln!(out, "| {} | {} | {} |", named(rule), number(errors), number(warnings));
    }
    out.push('\n');
}

fn worst(report: &Report<'_>, out: &mut String) {
    let findings = &report.run.findings;
    let of = |level: Level| findings.iter().filter(move |finding| finding.level == level);
    let worst: Vec<_> = of(Level::Error).chain(of(Level::Warn)).take(WORST).collect();
    if worst.is_empty() {
        return;
    }
    if findings.len() > WORST {
        let _ = writeln!(out, "The first {WORST} of {}:\n", findings.len());
    }
    out.push_str("| | rule | place | finding |\n|---|---|---|---|\n");
    for finding in worst {
        let place = Location::new(report, finding.primary.span);
        let place = format!("{}:{}", place.path, place.start.line);
        let level = if finding.level == Level::Error { "✖" } else { "⚠" };
        let rule = named(finding.rule);
        let _ = writeln!(out, "| {level} | {rule} | {} | {} |", code(&place), prose(&finding.message));
    }
    out.push('\n');
}

/// A graph for each partition: thick arrows are foreign keys that nothing allows, dotted ones have no foreign key.
fn domains(between: &[BetweenDomains], out: &mut String) {
    for partition in between.chunk_by(|left, right| left.partition == right.partition) {
        let name =
            partition[0].partition.as_ref().map(|name| format!(" of {}", code(name))).unwrap_or_default();
        let _ = writeln!(out, "<details><summary>Domains{name}</summary>\n\n```mermaid\ngraph LR");
        let shown = &partition[..partition.len().min(MOST_ARROWS)];
        let mut nodes: Vec<&str> = shown.iter().flat_map(|arrow| [&*arrow.from, &*arrow.to]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for (index, node) in nodes.iter().enumerate() {
            let _ = writeln!(out, "  d{index}[\"{}\"]", label(node));
        }
        let number = |domain: &str| nodes.binary_search(&domain).unwrap_or_default();
        for arrow in shown {
            let (from, to) = (number(&arrow.from), number(&arrow.to));
            for (arrow, count, what) in [
                ("==>", arrow.not_allowed, " not allowed"),
                ("-->", arrow.allowed, ""),
                ("-.->", arrow.soft, " soft"),
            ] {
                if count > 0 {
                    let _ = writeln!(out, "  d{from} {arrow}|\"{count}{what}\"| d{to}");
                }
            }
        }
        out.push_str("```\n\n");
        let rest = partition.len() - shown.len();
        if rest > 0 {
            let _ = writeln!(out, "{} between domains not drawn.\n", many(rest, "pair", "pairs"));
        }
        out.push_str("</details>\n\n");
    }
}

fn named(rule: &str) -> String {
    rule_page(rule).map_or_else(|| code(rule), |page| format!("[{}]({page})", code(rule)))
}

/// A message: what stands in backticks is code. Where backticks do not pair, a name holds one.
fn prose(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(message);
    }
    let parts = parts.iter().enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { text(part) }).collect()
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", self::text(text))
}

/// Text that is nothing but text, in a cell as in a line: whatever could be Markdown, HTML, a mention, a link or a
/// command is written as a reference to its character.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let shown = visible(text);
    let mut rest = shown.chars();
    while let Some(c) = rest.next() {
        match c {
            // `a: b`, and `a.ts:1`, but neither `https://` nor `::`.
            ':' if !rest.as_str().starts_with(['/', ':']) && !out.ends_with("&#58;") => out.push(c),
            ' ' | ',' | '.' | ';' | '(' | ')' | '/' | '-' | '\'' | '=' | '…' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
        }
    }
    out
}

/// A label of mermaid in quotes, which has characters by number, too.
fn label(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            ' ' | '.' | '-' | '/' | '_' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}
