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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    let scopes = Scopes::new(suppressions);
    let mut used: FxHashSet<(Scope, &str)> = FxHashSet::default();
    findings.retain(|finding| {
        let covering = scopes.covering(finding);
        used.extend(covering.iter().map(|scope| (*scope, finding.rule)));
        covering.is_empty()
    });
    for suppression in suppressions {
        for named in &mut suppression.rules {
            named.used |= used.contains(&(suppression.scope, named.rule.as_str()));
        }
    }
    before - findings.len()
}

/// What suppressions cover, by what a finding has. Those of one scope cover the same.
#[derive(Default)]
struct Scopes {
    /// The rules that are named for a scope.
    rules: FxHashSet<(Scope, SmolStr)>,
    places: FxHashMap<FileId, Places<Scope>>,
    /// By subject; those of a file, or that count in any.
    subjects: FxHashMap<(Option<FileId>, String), Vec<Scope>>,
    /// By the beginning of a subject.
    tables: FxHashMap<(Option<FileId>, String), Vec<Scope>>,
}

impl Scopes {
    fn new(suppressions: &[Suppression]) -> Self {
        let mut scopes = Self::default();
        let mut seen: FxHashSet<Scope> = FxHashSet::default();
        let mut places: FxHashMap<FileId, Vec<(Range, Scope)>> = FxHashMap::default();
        for suppression in suppressions {
            let scope = suppression.scope;
            scopes.rules.extend(suppression.rules.iter().map(|named| (scope, named.rule.clone())));
            let Scope::Place(under) = scope else { continue };
            if !seen.insert(scope) {
                continue;
            }
            places.entry(under.file).or_default().push((under.range, scope));
            let Covered { subjects, tables, is_shared } = &suppression.covered;
            let file = (!is_shared).then_some(under.file);
            for subject in subjects {
                scopes.subjects.entry((file, subject.clone())).or_default().push(scope);
            }
            for table in tables {
                scopes.tables.entry((file, table.clone())).or_default().push(scope);
            }
        }
        scopes.places = places.into_iter().map(|(file, places)| (file, Places::new(places))).collect();
        scopes
    }

    /// The scopes that cover a finding and name its rule.
    fn covering(&self, finding: &Finding) -> Vec<Scope> {
        let place = finding.primary.span;
        let mut found = vec![Scope::File(place.file)];
        if let Some(places) = self.places.get(&place.file) {
            found.extend(places.around(place.range));
        }
        let subject = finding.subject.as_str();
        for file in [Some(place.file), None] {
            found.extend(self.subjects.get(&(file, subject.to_string())).into_iter().flatten());
            for (at, _) in subject.match_indices('(') {
                found.extend(self.tables.get(&(file, subject[..=at].to_string())).into_iter().flatten());
            }
        }
        found.retain(|scope| self.rules.contains(&(*scope, SmolStr::new(finding.rule))));
        found
    }
}

/// What stands at places of one file, by place.
struct Places<T> {
    /// By where they begin.
    list: Vec<(Range, T)>,
    /// How far each and those before it go.
    reach: Vec<u32>,
}

impl<T: Copy> Places<T> {
    fn new(mut list: Vec<(Range, T)>) -> Self {
        list.sort_by_key(|(range, _)| range.start);
        let mut reach = 0;
        let reaches = list.iter().map(|(range, _)| {
            reach = range.end.max(reach);
            reach
        });
        Self { reach: reaches.collect(), list }
    }

    /// Those that hold a range.
    fn around(&self, range: Range) -> impl Iterator<Item = T> {
        let end = self.list.partition_point(|(place, _)| place.start <= range.start);
        let may_hold = (0..end).rev().take_while(move |at| self.reach[*at] >= range.end);
        may_hold.map(|at| self.list[at]).filter(move |(place, _)| place.contains(range)).map(|(_, one)| one)
    }

    /// Those that lie within a range.
    fn within(&self, range: Range) -> impl Iterator<Item = T> {
        let from = self.list.partition_point(|(place, _)| place.start < range.start);
        let inside = self.list[from..].iter().take_while(move |(place, _)| place.start <= range.end);
        inside.filter(move |(place, _)| range.contains(*place)).map(|(_, one)| *one)
    }
}

/// Tables and columns by the file that declares them.
#[derive(Default)]
struct Coverable {
    tables: FxHashMap<FileId, Places<usize>>,
    /// Columns that tables take in from elsewhere, by where they are written.
    shared: FxHashMap<FileId, Vec<(usize, usize)>>,
}

impl Coverable {
    fn new(graph: &SchemaGraph) -> Self {
        let mut coverable = Self::default();
        let mut tables: FxHashMap<FileId, Vec<(Range, usize)>> = FxHashMap::default();
        for (index, table) in graph.tables.iter().enumerate() {
            tables.entry(table.span.file).or_default().push((table.span.range, index));
            for (at, column) in table.columns.iter().enumerate() {
                if let Some(helper) = column.helper {
                    coverable.shared.entry(helper.file).or_default().push((index, at));
                }
            }
        }
        coverable.tables = tables.into_iter().map(|(file, tables)| (file, Places::new(tables))).collect();
        coverable
    }

    fn of(&self, graph: &SchemaGraph, scope: Scope) -> Covered {
        let Scope::Place(place) = scope else { return Covered::default() };
        let mut covered = Covered::default();
        if let Some(tables) = self.tables.get(&place.file) {
            for table in tables.within(place.range).map(|index| &graph.tables[index]) {
                covered.subjects.insert(table.display_name());
                covered.tables.push(format!("{}(", table.display_name()));
                covered.subjects.extend((0..table.columns.len()).map(|at| table.subject(&[at])));
            }
            for table in tables.around(place.range).map(|index| &graph.tables[index]) {
                let columns = table.columns.iter().enumerate();
                let columns = columns.filter(|(_, column)| place.contains(column.span));
                covered.subjects.extend(columns.map(|(at, _)| table.subject(&[at])));
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
