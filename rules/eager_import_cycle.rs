//! Import cycles in which a file reads what has no value yet.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{EagerCycle, SchemaGraph};
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
        Some(_) => format!("drizzle-kit cannot load `{first}`: `{reader}` reads `{name}` before it has a value"),
        None => format!("where `{first}` is loaded before `{reader}`, `{name}` is read before it has a value"),
    };
    let finding = out.report(format!("{reader} -> {declaring}"), cycle.read, message);
    finding.label(format!("`{declaring}`, which declares `{name}`, has not run yet"));
    let last = cycle.imports.len().saturating_sub(1);
    for (index, (span, target)) in cycle.imports.iter().enumerate() {
        let (file, target) = (path(span.file), path(*target));
        finding.related(*span, match index {
            _ if index == last => format!("`{file}` loads `{target}`, which is on its way already and not waited for"),
            _ => format!("`{file}` loads `{target}` first"),
        });
    }
    if let Some(span) = cycle.later {
        finding.related(span, format!("only then `{}` loads what leads to `{name}`", path(span.file)));
    }
    finding.help(format!(
        "move `{name}` into a file that imports none of these; what is only read inside of a function, as in \
         `.references(() => …)`, may stay in the cycle"
    ));
}
