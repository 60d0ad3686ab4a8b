//! Runs the rules over a graph, in parallel, and puts their findings in order.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::graph::{Dialect, DrizzleLine};
use crate::model::Model;
use crate::rule::{Context, Finding, Findings, Level};
use crate::rules::RULES;
use crate::source::{Sources, Span};
use crate::workspace::Reading;

/// What a check found, and what it was made of.
#[derive(Debug)]
pub struct Run {
    /// The findings, by file, place and rule.
    pub findings: Vec<Finding>,
    /// Rules that panicked, with what they said. Everything else still ran.
    pub broken_rules: Vec<(&'static str, String)>,
    /// Tables, views and foreign keys.
    pub counts: Counts,
    /// What the run found out by itself, for the summary.
    pub detected: Detected,
    /// What else people should know: sentences without a full stop, names in backticks.
    pub notes: Vec<String>,
    /// How long the reading and the rules took.
    pub took: Duration,
    /// How long each stage and each rule took, in that order.
    pub timings: Vec<(SmolStr, Duration)>,
}

/// What a run found out by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detected {
    /// The config, as people see its path.
    pub config: Option<String>,
    /// Databases in use.
    pub dialects: Vec<Dialect>,
    /// Lines of Drizzle in use.
    pub lines: Vec<DrizzleLine>,
    /// Partitions into domains, in words: `pg-schema (8 domains)`.
    pub boundaries: Vec<String>,
    /// How many decision records there are.
    pub records: usize,
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tables.
    pub tables: usize,
    /// Foreign keys.
    pub foreign_keys: usize,
    /// Files that declare tables.
    pub files: usize,
    /// Scripts that were looked at.
    pub looked_at: usize,
    /// Tables with a gap that silences rules.
    pub incomplete: usize,
    /// Findings that a comment suppresses.
    pub suppressed: usize,
    /// Findings that the baseline holds.
    pub baselined: usize,
    /// Findings that do not concern the paths or changes that were asked for.
    pub elsewhere: usize,
}

/// Checks what was read. `since` is when the reading began.
pub fn check(reading: &Reading, since: Instant) -> Run {
    let model = Model::new(
        &reading.graph,
        vec![crate::model::Boundary::default()],
        &crate::model::Spelling {
            id_suffixes: &["_id".to_string()],
            discriminator_suffixes: &["_type", "_kind", "_table", "_entity"].map(String::from),
            pairs: &[],
        },
        &crate::model::Sought {
            columns: Vec::new(),
            helpers: FxHashSet::default(),
            least: crate::rule::Confidence::Probable,
        },
    );
    let context = Context { graph: &reading.graph, model: &model };
    let results: Vec<Result<Vec<Finding>, (&'static str, String)>> = RULES
        .par_iter()
        .filter(|rule| rule.meta.level != Level::Off)
        .map(|rule| {
            let mut out = Findings::new(rule.meta.name, rule.meta.level);
            let checked = catch_unwind(AssertUnwindSafe(|| {
                (rule.make)(None).map(|made| made.check(&context, &mut out))
            }));
            match checked {
                Ok(_) => Ok(out.into_vec()),
                Err(panic) => Err((rule.meta.name, said(&*panic))),
            }
        })
        .collect();
    let mut findings = reading_findings(reading);
    let mut broken_rules = Vec::new();
    for result in results {
        match result {
            Ok(found) => findings.extend(found),
            Err(broken) => broken_rules.push(broken),
        }
    }
    sort(&mut findings, &reading.graph.sources);
    Run {
        findings,
        broken_rules,
        counts: counts(reading),
        detected: Detected::default(),
        notes: Vec::new(),
        took: since.elapsed(),
        timings: Vec::new(),
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn sort(findings: &mut [Finding], sources: &Sources) {
    findings.sort_by(|left, right| {
        let place = |finding: &Finding| finding.primary.span.range;
        let path = |finding: &Finding| sources.get(finding.primary.span.file).path.clone();
        path(left)
            .cmp(&path(right))
            .then_with(|| place(left).cmp(&place(right)))
            .then_with(|| left.rule.cmp(right.rule))
            .then_with(|| left.subject.cmp(&right.subject))
    });
}

/// What the reading itself found: house-keeping rules, which are always on.
fn reading_findings(reading: &Reading) -> Vec<Finding> {
    let graph = &reading.graph;
    let mut syntax = Findings::new("syntax-error", Level::Error);
    for (span, message) in &graph.syntax_errors {
        let path = graph.sources.get(span.file).path.clone();
        syntax
            .report(&*path, *span, format!("`{path}` cannot be read: {message}"))
            .label("here")
            .help("tables of this file are missing from the schema; everything else was still read");
    }
    let mut imports = Findings::new("unresolved-import", Level::Warn);
    for (span, specifier) in &graph.missing_imports {
        imports
            .report(specifier.clone(), *span, format!("`{specifier}` leads to no file"))
            .label("imported here, and needed by a table")
            .help("correct the path, or add it to `paths` of the tsconfig or to `exports` of the package");
    }
    let mut unreadable = Findings::new("unreadable-schema", Level::Warn);
    let missing: FxHashSet<Span> = graph.missing_imports.iter().map(|(span, _)| *span).collect();
    for gap in &graph.unreadable {
        // An import that leads nowhere is its own finding.
        if missing.contains(&gap.why.span) {
            continue;
        }
        let message = format!("{} could not be read: {}", gap.subject, gap.why.reason);
        let finding = unreadable.report(gap.subject.as_str(), gap.span, message);
        if gap.why.span == gap.span {
            finding.label(gap.why.reason.to_string());
        } else {
            finding.label("needed here").related(gap.why.span, gap.why.reason.to_string());
        }
    }
    let mut findings = syntax.into_vec();
    findings.extend(imports.into_vec());
    findings.extend(unreadable.into_vec());
    findings
}

fn counts(reading: &Reading) -> Counts {
    let graph = &reading.graph;
    let mut counts = Counts { looked_at: reading.looked_at, ..Counts::default() };
    let mut files = Vec::new();
    for (_, table) in graph.own_tables() {
        counts.tables += 1;
        counts.foreign_keys += table.foreign_keys.len();
        files.push(table.binding.file);
        counts.incomplete += usize::from(
            table.columns_open.is_some()
                || table.extras_open.is_some()
                || table.name.is_err()
                || table.columns.iter().any(|column| column.facts.is_err())
                || table.foreign_keys.iter().any(|key| key.target.is_err()),
        );
    }
    files.sort_unstable();
    files.dedup();
    counts.files = files.len();
    counts
}
