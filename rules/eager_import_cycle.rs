//! Import cycles in which a file reads what has no value yet.

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
    finding.help(help(graph, cycle));
}

/// What the files of a cycle are called: by their last names, where these differ.
struct Names<'g> {
    graph: &'g SchemaGraph,
    are_short: bool,
}

impl<'g> Names<'g> {
    fn new(graph: &'g SchemaGraph, cycle: &EagerCycle) -> Self {
        let mut files: Vec<FileId> = vec![cycle.read.file, cycle.declared.file, cycle.first];
        for (span, target) in &cycle.imports {
            files.extend([span.file, *target]);
        }
        files.sort_unstable();
        files.dedup();
        let names = Self { graph, are_short: true };
        let mut short: Vec<&str> = files.iter().map(|file| stem(names.of(*file))).collect();
        short.sort_unstable();
        let are_short = short.windows(2).all(|pair| pair[0] != pair[1]);
        Self { graph, are_short }
    }

    fn of(&self, file: FileId) -> &'g str {
        let path = &*self.graph.sources.get(file).path;
        let last = path.rsplit('/').next().filter(|_| self.are_short);
        last.unwrap_or(path)
    }

    /// `users → orders → users`.
    fn chain(&self, cycle: &EagerCycle) -> String {
        let first = cycle.imports.first().map(|(span, _)| span.file);
        let files = first.into_iter().chain(cycle.imports.iter().map(|(_, target)| *target));
        files.map(|file| stem(self.of(file))).collect::<Vec<_>>().join(" → ")
    }
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

fn help(graph: &SchemaGraph, cycle: &EagerCycle) -> String {
    let text = &graph.sources.get(cycle.read.file).text;
    let before = text.get(..cycle.read.range.start as usize).unwrap_or_default().trim_end();
    if before.ends_with("relations(") {
        return "declare these relations in a file of their own, which imports their tables and which no table imports"
            .into();
    }
    format!(
        "move `{}` into a file that imports none of these; what is only read inside of a function, as in \
         `.references(() => …)`, may stay in the cycle",
        cycle.name
    )
}
