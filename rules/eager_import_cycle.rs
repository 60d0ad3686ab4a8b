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
    let (reader, name, first) = (path(cycle.read.file), &cycle.name, path(cycle.first));
    let declaring = path(cycle.declared.file);
    let message = match cycle.kit {
        Some(_) => {
            format!("drizzle-kit loads `{first}` first, and `{reader}` reads `{name}` before it has a value")
        }
        None => {
            format!("where `{first}` is loaded before `{reader}`, `{name}` is read before it has a value")
        }
    };
    let finding = out.report(format!("{reader} -> {declaring}"), cycle.read, message);
    // As long as another file comes first, it works.
    if !cycle.kit.is_some_and(|kit| stops(graph, cycle, kit)) {
        finding.matters(Level::Warn);
    }
    finding.label(format!("`{declaring}`, which declares `{name}`, has not run yet"));
    let last = cycle.imports.len().saturating_sub(1);
    for (index, (span, target)) in cycle.imports.iter().enumerate() {
        let (file, target) = (path(span.file), path(*target));
        finding.related(
            *span,
            if index == last {
                format!("`{file}` loads `{target}`, which is on its way already and not waited for")
            } else {
                format!("`{file}` loads `{target}` first")
            },
        );
    }
    if let Some(span) = cycle.later {
        finding.related(span, format!("only then `{}` loads what leads to `{name}`", path(span.file)));
    }
    finding.help(help(graph, cycle));
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
