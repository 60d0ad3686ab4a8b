//! What drizzle-kit's SQL refers to and never creates.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, DrizzleLine, Kind, SchemaGraph, Unexported, head_of};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::FileId;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnexportedEntity {}

impl Rule for UnexportedEntity {
    const META: Meta = Meta {
        name: "unexported-entity",
        summary: "a table, enum, pgSchema or sequence that is needed and that no schema file of the drizzle.config exports",
        group: "What drizzle-kit lets through",
        docs: include_str!("unexported_entity.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for missing in context.graph.unexported() {
            report(context.graph, &missing, out);
        }
    }
}

/// As many places are shown that need something; more say nothing new.
const SHOWN: usize = 3;

fn report(graph: &SchemaGraph, missing: &Unexported<'_>, out: &mut Findings) {
    let name = missing.entity.display_name();
    let noun = noun(missing);
    let is_nested = missing.binding.is_some_and(|binding| binding.nested);
    let is_exported = missing.binding.is_some_and(|binding| binding.exported) && !is_nested;
    let message = match missing.binding {
        Some(binding) if is_nested && binding.exported && missing.table.is_some() => {
            format!("{noun} `{name}` is exported only inside of an object, where drizzle-kit does not look")
        }
        _ if is_exported => {
            format!(
                "{noun} `{name}` is exported by no schema file of the drizzle.config, so drizzle-kit does not create it"
            )
        }
        _ => format!("{noun} `{name}` is not exported, so drizzle-kit does not create it"),
    };
    let (declared, nothing) = (
        head_of(missing.span, &graph.sources),
        format!("no `{}` is written for it", statement(missing.entity.kind)),
    );
    let finding = match (missing.binding, missing.needs.first()) {
        // Made on the spot, or by a helper: what is the user's own is where it is needed.
        (None, Some((span, what))) => {
            let finding = out.report(name, *span, message);
            finding.label(format!("{what}, and {nothing}"));
            if !span.contains(declared) {
                finding.related(declared, "it is made here");
            }
            finding
        }
        _ => {
            let finding = out.report(name, declared, message);
            finding.label(nothing)
        }
    };
    let shown = usize::from(missing.binding.is_none()).min(missing.needs.len());
    let others = &missing.needs[shown..];
    for (span, what) in others.iter().take(SHOWN) {
        finding.related(*span, what.as_str());
    }
    if let Some((span, _)) = others.get(SHOWN) {
        let more = others.len() - SHOWN;
        let more = if more == 1 { "one more place needs".into() } else { format!("{more} more places need") };
        finding.related(*span, format!("{more} it"));
    }
    finding.help(help(graph, missing, is_exported));
}

fn noun(missing: &Unexported<'_>) -> &'static str {
    match (missing.entity.kind, missing.entity.dialect) {
        (Kind::Schema, _) => "schema",
        (Kind::Enum, _) => "enum",
        (Kind::Sequence, _) => "sequence",
        (Kind::Table, _) => "table",
    }
}

const fn statement(kind: Kind) -> &'static str {
    match kind {
        Kind::Schema => "CREATE SCHEMA",
        Kind::Enum => "CREATE TYPE",
        Kind::Sequence => "CREATE SEQUENCE",
        Kind::Table => "CREATE TABLE",
    }
}

fn help(graph: &SchemaGraph, missing: &Unexported<'_>, is_exported: bool) -> String {
    let project = &graph.projects[missing.project];
    let config =
        project.config.map_or("the drizzle.config".into(), |file| format!("`{}`", path(graph, file)));
    let elsewhere = match missing.entity.kind {
        Kind::Schema if project.line == DrizzleLine::V1 && missing.entity.dialect == Dialect::Postgres => {
            format!("; or, where it exists without drizzle-kit, write `pgSchema(\"{}\").existing()`", missing.entity.name)
        }
        _ => "; or, where something else creates it, say so above it: `// schemalint-ignore unexported-entity -- reason`"
            .into(),
    };
    let Some(binding) = missing.binding else {
        return format!("give it a name at the top level of a schema file and export that{elsewhere}");
    };
    let last = binding.name.rsplit('.').next().unwrap_or(&binding.name);
    if binding.nested {
        return format!(
            "export it by itself: `export const {last} = …`, and put `{last}` into the object{elsewhere}"
        );
    }
    let is_schema_file = project.schema_files.contains(&binding.file);
    if is_exported || !is_schema_file {
        let export = if is_exported { "" } else { "export it, and " };
        let file = path(graph, binding.file);
        return format!(
            "{export}name `{file}` in `schema` of {config}, or export `{last}` from a file that stands there{elsewhere}"
        );
    }
    format!("export it: `export const {last} = …`{elsewhere}")
}

fn path(graph: &SchemaGraph, file: FileId) -> &str {
    &graph.sources.get(file).path
}
