//! Runs the rules over what was read, in parallel, takes out what is excepted, and puts the rest in order.

use indexmap::IndexMap;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::baseline::Baseline;
use crate::config::{Config, Setting};
use crate::graph::{Dialect, DrizzleLine};
use crate::model::{Model, Reference};
use crate::review::{Review, Stale};
use crate::rule::{Context, Entry, Finding, Findings, Level};
use crate::rules::RULES;
use crate::source::{FileId, Sources};
use crate::suppress;
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
    /// References between domains, for a picture of them; the busiest first.
    pub domains: Vec<BetweenDomains>,
    /// What else people should know: sentences without a full stop, names in backticks.
    pub notes: Vec<String>,
    /// How long the reading and the rules took.
    pub took: Duration,
    /// How long each stage and each rule took, in that order.
    pub timings: Vec<(SmolStr, Duration)>,
}

/// How many references lead from one domain to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BetweenDomains {
    /// The partition into domains, when there are several.
    pub partition: Option<SmolStr>,
    /// The domain that refers.
    pub from: SmolStr,
    /// The domain that is referred to.
    pub to: SmolStr,
    /// Foreign keys that something allows.
    pub allowed: usize,
    /// Foreign keys that nothing allows.
    pub not_allowed: usize,
    /// Columns that refer without a foreign key.
    pub soft: usize,
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
    /// Warnings that are not shown, because only errors were asked for.
    pub hidden: usize,
}

/// What is asked of a check beside the rules.
#[derive(Default)]
pub struct Asked<'a> {
    /// What is accepted already.
    pub baseline: Option<&'a Baseline>,
    /// Which files findings are reported of; of all when it is not said.
    pub scope: Option<Scope<'a>>,
}

/// The files that findings are reported of.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// Whether a file is one of them.
    pub holds: &'a (dyn Fn(FileId) -> bool + Sync),
    /// A finding belongs to every file that it shows, not only to its own.
    pub with_related: bool,
}

/// Checks what was read. `since` is when the reading began.
pub fn check(reading: &Reading, config: &Config, asked: &Asked<'_>, since: Instant) -> Run {
    check_and(reading, config, asked, since, |_| ()).0
}

/// The same; takes from the model what is wanted of it beside the findings.
pub fn check_and<T>(
    reading: &Reading,
    config: &Config,
    asked: &Asked<'_>,
    since: Instant,
    take: impl FnOnce(&Model<'_>) -> T,
) -> (Run, T) {
    let graph = &reading.graph;
    let mut timings = reading.timings.clone();
    let started = Instant::now();
    let model = Model::new(graph, config, &reading.written);
    timings.push(("model".into(), started.elapsed()));
    let context = Context { graph, model: &model };
    let outcomes = run_rules(config, &graph.sources, |rule, out| rule.rule.check(&context, out));
    let mut outcome = Outcome::default();
    outcomes.into_iter().for_each(|other| outcome.add(other));
    // What the config leaves out is nobody's finding, and uses up no exception.
    outcome.findings.retain(|finding| !reading.excluded.contains(&finding.primary.span.file));
    sort(&mut outcome.findings, &graph.sources);
    let mut suppressions = suppress::read(graph);
    let suppressed = suppress::apply(&mut outcome.findings, &mut suppressions);
    let mut ran: FxHashSet<&'static str> = RULES
        .iter()
        .map(|entry| entry.meta.name)
        .filter(|name| config.rules.variants(name).iter().any(Setting::is_on))
        .collect();
    outcome.silent.iter().for_each(|rule| {
        ran.remove(rule);
    });
    let gaps = gaps(reading);
    let names = asked.baseline.map(Baseline::rules).unwrap_or_default();
    let mut stale = stale(&model, reading, &ran);
    if let Some(baseline) = asked.baseline {
        // What is said of exceptions themselves is not found yet.
        let judged = |rule: &str| ran.contains(rule) && !is_house_keeping(rule);
        stale.extend(baseline.stale(&outcome.findings, judged));
    }
    stale.retain(|stale| !config.is_of_preset(stale.span));
    // What seems to match nothing may match what was not read.
    if !gaps.is_empty() && !stale.is_empty() {
        stale.clear();
        let why = "parts of the schema could not be read, so exceptions that match nothing are not reported";
        outcome.notes.push(why.to_string());
    }
    let review = Review {
        sources: &graph.sources,
        suppressions: &suppressions,
        ran: &ran,
        gaps: &gaps,
        baselined: &names,
        stale: &stale,
    };
    for reviewed in run_rules(config, &graph.sources, |rule, out| rule.rule.review(&review, out)) {
        outcome.add(reviewed);
    }
    sort(&mut outcome.findings, &graph.sources);
    let baselined = asked.baseline.map_or(0, |baseline| baseline.apply(&mut outcome.findings));
    let elsewhere = narrow(&mut outcome.findings, asked.scope);
    let counts = Counts { suppressed, baselined, elsewhere, ..counts(reading, asked.scope) };
    timings.append(&mut outcome.timings);
    outcome.notes.extend(notes(&model, reading));
    let run = Run {
        findings: outcome.findings,
        broken_rules: outcome.broken,
        counts,
        detected: detected(&model, reading, config),
        domains: between_domains(&model),
        notes: outcome.notes,
        took: since.elapsed(),
        timings,
    };
    (run, take(&model))
}

fn between_domains(model: &Model<'_>) -> Vec<BetweenDomains> {
    let mut found: IndexMap<(usize, &str, &str), BetweenDomains> = IndexMap::new();
    for crossing in &model.crossings {
        let key = (crossing.partition, crossing.from.as_str(), crossing.to.as_str());
        let between = found.entry(key).or_insert_with(|| BetweenDomains {
            partition: model.partitions[crossing.partition].name.clone(),
            from: crossing.from.clone(),
            to: crossing.to.clone(),
            allowed: 0,
            not_allowed: 0,
            soft: 0,
        });
        match crossing.by {
            Reference::Soft(_) => between.soft += 1,
            Reference::ForeignKey(_) if crossing.allowance.is_given() => between.allowed += 1,
            Reference::ForeignKey(_) => between.not_allowed += 1,
        }
    }
    let mut found: Vec<BetweenDomains> = found.into_values().collect();
    found.sort_by_key(|between| {
        let weight = (between.not_allowed, between.allowed + between.soft);
        (between.partition.clone(), std::cmp::Reverse(weight), between.from.clone(), between.to.clone())
    });
    found
}

fn is_house_keeping(rule: &str) -> bool {
    RULES.iter().any(|entry| entry.meta.name == rule && entry.meta.always_on)
}

/// What came out of rules.
#[derive(Default)]
struct Outcome {
    findings: Vec<Finding>,
    notes: Vec<String>,
    broken: Vec<(&'static str, String)>,
    /// Rules that could say nothing of this repository.
    silent: Vec<&'static str>,
    timings: Vec<(SmolStr, Duration)>,
}

impl Outcome {
    fn add(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.notes.append(&mut other.notes);
        self.broken.append(&mut other.broken);
        self.silent.append(&mut other.silent);
        self.timings.append(&mut other.timings);
    }
}

/// Runs every rule in each way in which it is set, in parallel; a rule that panics is contained.
fn run_rules(
    config: &Config,
    sources: &Sources,
    run: impl Fn(&Setting, &mut Findings) + Sync,
) -> Vec<Outcome> {
    RULES.par_iter().map(|entry| run_rule(entry, config, sources, &run)).collect()
}

fn run_rule(
    entry: &Entry,
    config: &Config,
    sources: &Sources,
    run: &(impl Fn(&Setting, &mut Findings) + Sync),
) -> Outcome {
    let name = entry.meta.name;
    let started = Instant::now();
    let mut outcome = Outcome::default();
    for (index, setting) in config.rules.variants(name).iter().enumerate() {
        if !setting.is_on() {
            continue;
        }
        let highest = setting.by_partition.iter().map(|(_, level)| *level).fold(setting.level, Level::max);
        let mut out = Findings::new(name, highest);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(setting, &mut out))) {
            outcome.broken.push((name, said(&*panic)));
            continue;
        }
        if out.is_silent() {
            outcome.silent.push(name);
        }
        let (mut findings, mut notes) = out.into_parts();
        findings.retain_mut(|finding| {
            finding.level = setting.level_in(finding.partition.as_deref());
            if finding.level != Level::Off && !config.is_set_by_house(setting.span) {
                finding.level = finding.of_its_own.unwrap_or(finding.level);
            }
            let path = &sources.get(finding.primary.span.file).path;
            finding.level != Level::Off && config.variant_for(name, path) == index
        });
        outcome.findings.append(&mut findings);
        outcome.notes.append(&mut notes);
    }
    outcome.timings.push((SmolStr::new_static(name), started.elapsed()));
    outcome
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn sort(findings: &mut [Finding], sources: &Sources) {
    fn path<'s>(finding: &Finding, sources: &'s Sources) -> &'s str {
        &sources.get(finding.primary.span.file).path
    }
    findings.sort_by(|left, right| {
        let place = |finding: &Finding| finding.primary.span.range;
        path(left, sources)
            .cmp(path(right, sources))
            .then_with(|| place(left).cmp(&place(right)))
            .then_with(|| left.rule.cmp(right.rule))
            .then_with(|| left.subject.cmp(&right.subject))
            .then_with(|| left.partition.cmp(&right.partition))
    });
}

/// Leaves the findings of the files that were asked for.
fn narrow(findings: &mut Vec<Finding>, scope: Option<Scope<'_>>) -> usize {
    let before = findings.len();
    findings.retain(|finding| {
        let own = finding.primary.span.file;
        let Some(scope) = scope else { return true };
        (scope.holds)(own)
            || scope.with_related && finding.related.iter().any(|label| (scope.holds)(label.span.file))
    });
    before - findings.len()
}

/// Files of which something could not be read, or that need something that could not.
fn gaps(reading: &Reading) -> FxHashSet<FileId> {
    let graph = &reading.graph;
    let unreadable = graph.unreadable.iter().flat_map(|gap| [gap.span.file, gap.why.span.file]);
    let missing = graph.missing_imports.iter().map(|(span, _)| span.file);
    unreadable.chain(missing).chain(graph.syntax_errors.iter().map(|(span, _)| span.file)).collect()
}

/// Entries of the config, of pages and in tags that match nothing.
fn stale(model: &Model<'_>, reading: &Reading, ran: &FxHashSet<&'static str>) -> Vec<Stale> {
    let mut stale: Vec<Stale> = model
        .dangling
        .iter()
        .map(|(span, message)| Stale {
            subject: SmolStr::new(reading.graph.sources.text(*span)),
            span: *span,
            message: message.clone(),
            label: "matches nothing",
            help: "correct the name, or take it out",
        })
        .collect();
    // Nobody asked what crosses.
    let asks = ["cross-schema-reference", "missing-adr-citation", "undeclared-schema-dependency"];
    if !asks.iter().any(|rule| ran.contains(rule)) {
        return stale;
    }
    for (index, boundary) in model.boundaries.iter().enumerate() {
        for (at, allow) in boundary.allow.iter().enumerate() {
            let used = model.allowed_by(index, at);
            if !used {
                let from = allow.from.as_ref().map(|from| format!("{} → ", from.pattern()));
                let subject = format_smolstr!("allow {}{}", from.unwrap_or_default(), allow.to.pattern());
                stale.push(Stale {
                    subject,
                    span: allow.to.span(),
                    message: format!(
                        "nothing crosses the boundary to `{}` by this entry",
                        allow.to.pattern()
                    ),
                    label: "allows nothing",
                    help: "take it out: it would allow the next reference without anybody deciding it",
                });
            }
        }
    }
    stale
}

fn notes(model: &Model<'_>, reading: &Reading) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(model.links.note(&reading.graph));
    for partition in &model.partitions {
        if let Some((kernel, keys, all)) = &partition.kernel {
            notes.push(format!(
                "pgSchemas are taken for domains, and `{kernel}` for one that all share: {keys} of {all} foreign \
                 keys that cross lead there (`boundaries` in the config says what holds)"
            ));
        }
        let outside: Vec<String> =
            partition.outside(&reading.graph).map(|table| format!("`{}`", table.display_name())).collect();
        if outside.is_empty() {
            continue;
        }
        let shown = outside.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let rest = outside.len().saturating_sub(5);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let name = partition.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
        let is_are = if outside.len() == 1 { "table is" } else { "tables are" };
        notes.push(format!(
            "{} {is_are} in no domain of the boundary{name} by {}: {shown}{rest}",
            outside.len(),
            partition.by
        ));
    }
    notes
}

fn detected(model: &Model<'_>, reading: &Reading, config: &Config) -> Detected {
    let graph = &reading.graph;
    let mut dialects: Vec<Dialect> = graph.own_tables().map(|(_, table)| table.dialect).collect();
    dialects.sort_unstable();
    dialects.dedup();
    let mut lines: Vec<DrizzleLine> = graph.own_tables().map(|(_, table)| table.line).collect();
    lines.sort_unstable();
    lines.dedup();
    let boundaries = model.partitions.iter().filter_map(|partition| {
        let count = partition.domains().len();
        let name = partition.name.as_ref().filter(|name| *name != partition.by);
        let name = name.map(|name| format!("{name} by ")).unwrap_or_default();
        (count > 1).then(|| format!("{name}{} ({count} domains)", partition.by))
    });
    Detected {
        config: config.file.map(|file| graph.sources.get(file).path.to_string()),
        dialects,
        lines,
        boundaries: boundaries.collect(),
        records: reading.written.records.len(),
    }
}

fn counts(reading: &Reading, scope: Option<Scope<'_>>) -> Counts {
    let graph = &reading.graph;
    let mut counts = Counts { looked_at: reading.looked_at, ..Counts::default() };
    let mut files = Vec::new();
    for (_, table) in graph.own_tables() {
        let file = table.binding.file;
        if reading.excluded.contains(&file) || scope.is_some_and(|scope| !(scope.holds)(file)) {
            continue;
        }
        counts.tables += 1;
        counts.foreign_keys += table.foreign_keys.len();
        files.push(file);
        counts.incomplete += usize::from(
            table.columns_open.is_some()
                || table.extras_open.is_some()
                || table.name.is_err()
                || matches!(table.namespace, Some(Err(_)))
                || table.columns.iter().any(|column| column.facts.is_err())
                || table.foreign_keys.iter().any(|key| key.target.is_err() || key.columns.is_err()),
        );
    }
    files.sort_unstable();
    files.dedup();
    counts.files = files.len();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn a_rule_that_panics_is_named_and_the_others_run() {
        let settings = workspace::load_settings(None, &[]).unwrap();
        let outcomes = run_rules(&settings.config, &settings.sources, |setting, out| {
            let is_first = std::ptr::eq(setting, &settings.config.rules.variants(RULES[0].meta.name)[0]);
            assert!(!is_first, "the first rule is broken");
            out.note("ran");
        });
        let mut all = Outcome::default();
        outcomes.into_iter().for_each(|outcome| all.add(outcome));
        assert_eq!(all.broken, [(RULES[0].meta.name, "the first rule is broken".to_string())]);
        let on = |entry: &&Entry| settings.config.rules.variants(entry.meta.name).iter().any(Setting::is_on);
        assert_eq!(all.notes.len(), RULES.iter().filter(on).count() - 1);
    }
}
