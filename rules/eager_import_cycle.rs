//! Import cycles in which a file reads what has no value yet.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{DrizzleLine, EagerCycle, SchemaGraph};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::FileId;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct EagerImportCycle {}

impl Rule for EagerImportCycle {
    const META: Meta = Meta {
        name: "eager-import-cycle",
        summary: "an import cycle in which a file, while it is loaded, reads what another has yet to declare",
        group: "What drizzle-kit lets through",
        docs: include_str!("eager_import_cycle.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for cycle in &context.graph.eager_cycles {
            report(context.graph, cycle, out);
        }
    }
}

fn report(graph: &SchemaGraph, cycle: &EagerCycle, out: &mut Findings) {
    let path = |file: FileId| &*graph.sources.get(file).path;
    let subject = format!("{} -> {}", path(cycle.read.file), path(cycle.declared.file));
    let names = Names::new(graph, cycle);
    let (name, first) = (&cycle.name, names.of(cycle.first));
    let declaring = names.of(cycle.declared.file);
    let what = format!("`{name}` is read before `{declaring}` has declared it");
    let throws = match is_hoisted(graph, cycle) {
        true => String::new(),
        false => format!(": `ReferenceError: Cannot access '{name}' before initialization`"),
    };
    let message = match cycle.kit.map(|kit| graph.projects[kit].line) {
        // Its own loader gives `undefined`.
        Some(DrizzleLine::V1) => format!("{what}, when drizzle-kit loads `{first}` first"),
        Some(DrizzleLine::V0) => format!("{what}, as drizzle-kit loads `{first}` first{throws}"),
        None => format!("{what}, if `{first}` is imported first{throws}"),
    };
    let finding = out.report(subject, cycle.read, message);
    // As long as another file comes first, it works.
    if !cycle.kit.is_some_and(|kit| stops(graph, cycle, kit)) {
        finding.matters(Level::Warn);
    }
    let chain = names.chain(cycle);
    finding.label(match cycle.imports.first() {
        Some((waiting, _)) if waiting.file == cycle.declared.file => {
            format!("`{declaring}` is still loading: `{chain}`")
        }
        _ => format!("`{declaring}` has not run yet: `{chain}`"),
    });
    if let Some((span, target)) = cycle.imports.last() {
        let target = names.of(*target);
        finding.related(*span, format!("`{target}` is on its way already and not waited for"));
    }
    if let Some(span) = cycle.later {
        let file = names.of(span.file);
        finding.related(span, format!("only then `{file}` loads what leads to `{name}`"));
    }
    finding.help(help(graph, cycle, &names));
}

/// What the files of a cycle are called: by as many of their last names as tell them apart.
struct Names<'g>(FxHashMap<FileId, &'g str>);

impl<'g> Names<'g> {
    fn new(graph: &'g SchemaGraph, cycle: &EagerCycle) -> Self {
        let mut files: Vec<FileId> = vec![cycle.read.file, cycle.declared.file, cycle.first];
        for (span, target) in &cycle.imports {
            files.extend([span.file, *target]);
        }
        files.sort_unstable();
        files.dedup();
        let path = |file: FileId| &*graph.sources.get(file).path;
        let mut names = FxHashMap::default();
        for depth in 1..=MAX_DEPTH {
            let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
            for file in &files {
                *counts.entry(stem(last(path(*file), depth))).or_default() += 1;
            }
            for file in &files {
                let name = last(path(*file), depth);
                if depth == MAX_DEPTH || counts[stem(name)] == 1 {
                    names.entry(*file).or_insert(name);
                }
            }
        }
        Self(names)
    }

    fn of(&self, file: FileId) -> &'g str {
        self.0.get(&file).copied().unwrap_or_default()
    }

    /// `users → orders → users`.
    fn chain(&self, cycle: &EagerCycle) -> String {
        let first = cycle.imports.first().map(|(span, _)| span.file);
        let files = first.into_iter().chain(cycle.imports.iter().map(|(_, target)| *target));
        files.map(|file| stem(self.of(file))).collect::<Vec<_>>().join(" → ")
    }
}

/// Folders nested deeper tell no files apart that people write.
const MAX_DEPTH: usize = 8;

/// The last names of a path.
fn last(path: &str, depth: usize) -> &str {
    path.rmatch_indices('/').nth(depth - 1).map_or(path, |(at, _)| &path[at + 1..])
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// An `enum` and a `var` are there from the beginning, and `undefined`.
fn is_hoisted(graph: &SchemaGraph, cycle: &EagerCycle) -> bool {
    let text = &graph.sources.get(cycle.declared.file).text;
    let before = text.get(..cycle.declared.range.start as usize).unwrap_or_default();
    let declared = text.get(cycle.declared.range.start as usize..).unwrap_or_default();
    ["enum", "var"].iter().any(|word| {
        let own = declared.strip_prefix(word).is_some_and(|rest| rest.starts_with(char::is_whitespace));
        own || before.trim_end().ends_with(&format!(" {word}")) || before.trim_end() == *word
    })
}

/// Whether drizzle-kit stops there, or goes on with what it should not. 1.0 makes `undefined` of the name, and
/// takes the tables of the reading file from another load, in which they are whole.
fn stops(graph: &SchemaGraph, cycle: &EagerCycle, kit: usize) -> bool {
    let text = &graph.sources.get(cycle.read.file).text;
    let after = text.get(cycle.read.range.end as usize..).unwrap_or_default().trim_start();
    graph.projects[kit].line == DrizzleLine::V0 || after.starts_with(['(', '.', '['])
}

fn help(graph: &SchemaGraph, cycle: &EagerCycle, names: &Names<'_>) -> String {
    let text = &graph.sources.get(cycle.read.file).text;
    let before = text.get(..cycle.read.range.start as usize).unwrap_or_default().trim_end();
    if before.ends_with("relations(") {
        return "declare these relations in a file of their own, which imports their tables and which no table imports"
            .into();
    }
    if let Some((importing, barrel)) = by_way_of(graph, cycle) {
        return format!(
            "let `{}` import what it needs from the files that declare it, not through `{}`, which loads `{}`, too; or \
             move `{}` into a file that imports none of these",
            names.of(importing),
            names.of(barrel),
            names.of(cycle.read.file),
            cycle.name
        );
    }
    format!(
        "move `{}` into a file that imports none of these; what is only read inside of a function, as in \
         `.references(() => …)`, may stay in the cycle",
        cycle.name
    )
}

/// An `index.ts` that passes the reading file on, and who imports it.
fn by_way_of(graph: &SchemaGraph, cycle: &EagerCycle) -> Option<(FileId, FileId)> {
    let pairs = cycle.imports.windows(2);
    let found = pairs.into_iter().find(|pair| pair[1].1 == cycle.read.file)?;
    let (importing, passing) = (found[0].0, found[1].0);
    let text = &graph.sources.get(passing.file).text;
    let line = text.get(..passing.range.start as usize)?.rsplit('\n').next()?;
    line.trim_start().starts_with("export ").then_some((importing.file, passing.file))
}
