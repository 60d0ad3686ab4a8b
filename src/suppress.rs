//! Exceptions in comments: `// schemalint-ignore rule[, rule] -- reason` covers the declaration, property or
//! entry that it stands on, `// schemalint-ignore-file rule -- reason` the file.
//!
//! A finding is covered by its place or by its subject: a comment on the column `userId` also covers what
//! is said of `orders.user_id` where an index or a key of the third argument stands.

use smol_str::SmolStr;

use crate::graph::{DIRECTIVE, SchemaGraph};
use crate::rule::Finding;
use crate::source::{FileId, Range, Sources, Span};

/// A comment that excepts something from rules.
#[derive(Debug)]
pub struct Suppression {
    /// The directive in its comment, up to the end of its reason.
    pub span: Span,
    /// The whole comment.
    pub comment: Span,
    /// The rules that it names, and whether each had something to suppress.
    pub rules: Vec<Named>,
    /// Why.
    pub reason: Option<Span>,
    /// What it covers.
    pub scope: Scope,
    /// What may be said of what it covers.
    subjects: Vec<String>,
}

/// A rule that a suppression names.
#[derive(Debug)]
pub struct Named {
    /// As written.
    pub rule: SmolStr,
    /// Where.
    pub span: Span,
    /// It suppressed a finding.
    pub used: bool,
}

/// What a suppression covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of its file.
    File(FileId),
    /// What it stands on.
    Place(Span),
    /// Nothing: a blank line follows, or the end of the file.
    Nothing,
}

/// The suppressions of all files, by file and place.
pub fn read(graph: &SchemaGraph) -> Vec<Suppression> {
    let mut found = Vec::new();
    for directive in &graph.directives {
        let comment = directive.comment;
        for line in lines(&graph.sources, comment) {
            let text = graph.sources.text(line);
            let Some(rest) = text.strip_prefix(DIRECTIVE) else { continue };
            let (of_file, rest) = match rest.strip_prefix("-file") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            if rest.chars().next().is_some_and(|next| next.is_alphanumeric() || next == '-' || next == '_') {
                continue;
            }
            let scope = match directive.under {
                _ if of_file => Scope::File(comment.file),
                Some(place) => Scope::Place(place),
                None => Scope::Nothing,
            };
            let start = line.range.end - rest.len() as u32;
            // Editors make a dash of two hyphens.
            let dash = ["--", "—", "–"].iter().filter_map(|dash| Some((rest.find(dash)?, dash.len()))).min();
            let (names, reason) = match dash {
                Some((at, length)) => (&rest[..at], Some(&rest[at + length..])),
                None => (rest, None),
            };
            let reason = reason.filter(|reason| !reason.trim().is_empty());
            let reason = reason.map(|reason| {
                let at = line.range.end - reason.trim_start().len() as u32;
                Range::new(at, line.range.end).in_file(comment.file)
            });
            found.push(Suppression {
                span: line,
                comment,
                rules: named(names, start, comment.file),
                reason,
                subjects: subjects(graph, scope),
                scope,
            });
        }
    }
    found
}

/// Takes out the findings that a suppression covers, marks those that were used, and says how many went.
pub fn apply(findings: &mut Vec<Finding>, suppressions: &mut [Suppression]) -> usize {
    let before = findings.len();
    if !suppressions.is_empty() {
        findings.retain(|finding| {
            let mut covered = false;
            for suppression in suppressions.iter_mut().filter(|suppression| suppression.covers(finding)) {
                for named in suppression.rules.iter_mut().filter(|named| named.rule == finding.rule) {
                    named.used = true;
                    covered = true;
                }
            }
            !covered
        });
    }
    before - findings.len()
}

impl Suppression {
    fn covers(&self, finding: &Finding) -> bool {
        let place = finding.primary.span;
        match self.scope {
            Scope::File(file) => place.file == file,
            Scope::Place(under) => {
                let is_subject = |subject: &String| {
                    finding
                        .subject
                        .strip_prefix(subject.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(']))
                };
                under.contains(place) || place.file == under.file && self.subjects.iter().any(is_subject)
            }
            Scope::Nothing => false,
        }
    }
}

/// The lines of a comment without its decoration, none of them blank.
fn lines(sources: &Sources, comment: Span) -> Vec<Span> {
    let text = sources.text(comment);
    let mut at = comment.range.start;
    let mut lines = Vec::new();
    for line in text.split_inclusive(['\n', '\r']) {
        let body = line.trim_start().trim_start_matches("/*").trim_start_matches(['/', '*']).trim_start();
        let start = at + (line.len() - body.len()) as u32;
        let body = body.trim_end().trim_end_matches("*/").trim_end();
        if !body.is_empty() {
            lines.push(Range::new(start, start + body.len() as u32).in_file(comment.file));
        }
        at += line.len() as u32;
    }
    lines
}

fn named(list: &str, start: u32, file: FileId) -> Vec<Named> {
    let mut rules = Vec::new();
    let mut at = start;
    for part in list.split_inclusive([',', ' ', '\t']) {
        let name = part.trim_matches([',', ' ', '\t', ':']);
        if !name.is_empty() {
            let from = at + part.find(name).unwrap_or(0) as u32;
            let span = Range::new(from, from + name.len() as u32).in_file(file);
            rules.push(Named { rule: SmolStr::new(name), span, used: false });
        }
        at += part.len() as u32;
    }
    rules
}

/// What findings about the tables and columns of a place are keyed by.
fn subjects(graph: &SchemaGraph, scope: Scope) -> Vec<String> {
    let Scope::Place(place) = scope else { return Vec::new() };
    let mut subjects = Vec::new();
    for table in graph.tables.iter().filter(|table| table.span.file == place.file) {
        if place.contains(table.span) {
            subjects.push(table.display_name());
        } else if table.span.contains(place) {
            let columns = table.columns.iter().enumerate();
            let inside = columns.filter(|(_, column)| place.contains(column.span));
            subjects.extend(inside.map(|(index, _)| table.subject(&[index])));
        }
    }
    subjects
}
