//! Exceptions in comments: `// schemalint-ignore rule[, rule] -- reason` covers the declaration, property or
//! entry that it stands on, `// schemalint-ignore-file rule -- reason` the file.
//!
//! A finding is covered by its place or by its subject: a comment on the column `userId` also covers what
//! is said of `orders.user_id` where an index or a key of the third argument stands.

use rustc_hash::{FxHashMap, FxHashSet};
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
    covered: Covered,
}

/// What findings about the tables and columns of a place are keyed by.
#[derive(Debug, Default)]
struct Covered {
    subjects: FxHashSet<String>,
    /// Tables, for keys of several columns: `orders(`.
    tables: Vec<String>,
    /// Tables of any file take these columns in.
    is_shared: bool,
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
    if graph.directives.is_empty() {
        return found;
    }
    let covered = Coverable::new(graph);
    for directive in &graph.directives {
        let comment = directive.comment;
        for line in lines(&graph.sources, comment) {
            let text = graph.sources.text(line);
            let Some(rest) = text.strip_prefix(DIRECTIVE) else { continue };
            let (of_file, rest) = match rest.strip_prefix("-file") {
                Some(rest) => (true, rest),
                // Other linters call it so.
                None => (false, rest.strip_prefix("-next-line").unwrap_or(rest)),
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
            let dash =
                ["--", "—", "–", " - "].iter().filter_map(|dash| Some((rest.find(dash)?, dash.len()))).min();
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
                scope,
                covered: covered.of(graph, scope),
            });
        }
    }
    found
}

/// Takes out the findings that a suppression covers, marks those that were used, and says how many went.
pub fn apply(findings: &mut Vec<Finding>, suppressions: &mut [Suppression]) -> usize {
    let before = findings.len();
    if suppressions.is_empty() {
        return 0;
    }
    // Only what stands in the finding's file, or is shared between files, can cover it.
    let mut of_file: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
    let mut shared = Vec::new();
    for (index, suppression) in suppressions.iter().enumerate() {
        match suppression.covered.is_shared {
            true => shared.push(index),
            false => of_file.entry(suppression.comment.file).or_default().push(index),
        }
    }
    findings.retain(|finding| {
        let mut covered = false;
        let own = of_file.get(&finding.primary.span.file).map(Vec::as_slice).unwrap_or_default();
        for index in own.iter().chain(&shared) {
            let suppression = &mut suppressions[*index];
            if !suppression.rules.iter().any(|named| named.rule == finding.rule)
                || !suppression.covers(finding)
            {
                continue;
            }
            for named in suppression.rules.iter_mut().filter(|named| named.rule == finding.rule) {
                named.used = true;
                covered = true;
            }
        }
        !covered
    });
    before - findings.len()
}

impl Suppression {
    fn covers(&self, finding: &Finding) -> bool {
        let place = finding.primary.span;
        match self.scope {
            Scope::File(file) => place.file == file,
            Scope::Place(under) => {
                let Covered { subjects, tables, is_shared } = &self.covered;
                let near = place.file == under.file || *is_shared;
                let subject = finding.subject.as_str();
                under.contains(place)
                    || near && subjects.contains(subject)
                    || near && tables.iter().any(|table| subject.starts_with(table.as_str()))
            }
            Scope::Nothing => false,
        }
    }
}

/// Tables and columns by the file that declares them.
#[derive(Default)]
struct Coverable {
    tables: FxHashMap<FileId, Vec<usize>>,
    /// Columns that tables take in from elsewhere, by where they are written.
    shared: FxHashMap<FileId, Vec<(usize, usize)>>,
}

impl Coverable {
    fn new(graph: &SchemaGraph) -> Self {
        let mut coverable = Self::default();
        for (index, table) in graph.tables.iter().enumerate() {
            coverable.tables.entry(table.span.file).or_default().push(index);
            for (at, column) in table.columns.iter().enumerate() {
                if let Some(helper) = column.helper {
                    coverable.shared.entry(helper.file).or_default().push((index, at));
                }
            }
        }
        coverable
    }

    fn of(&self, graph: &SchemaGraph, scope: Scope) -> Covered {
        let Scope::Place(place) = scope else { return Covered::default() };
        let mut covered = Covered::default();
        for index in self.tables.get(&place.file).into_iter().flatten() {
            let table = &graph.tables[*index];
            let whole = place.contains(table.span);
            if whole {
                covered.subjects.insert(table.display_name());
                covered.tables.push(format!("{}(", table.display_name()));
            }
            for (at, column) in table.columns.iter().enumerate() {
                if whole || table.span.contains(place) && place.contains(column.span) {
                    covered.subjects.insert(table.subject(&[at]));
                }
            }
        }
        for (index, at) in self.shared.get(&place.file).into_iter().flatten() {
            let table = &graph.tables[*index];
            if table.columns[*at].helper.is_some_and(|helper| place.contains(helper)) {
                covered.subjects.insert(table.subject(&[*at]));
                covered.is_shared |= table.span.file != place.file;
            }
        }
        covered
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
