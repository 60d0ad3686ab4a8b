//! Files that are not TypeScript.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SyntaxError {}

impl Rule for SyntaxError {
    const META: Meta = Meta {
        name: "syntax-error",
        summary: "a file that cannot be read as TypeScript, or that is not text",
        group: "House-keeping",
        docs: include_str!("syntax_error.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: true,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        for (span, message) in &graph.syntax_errors {
            let path = graph.sources.get(span.file).path.clone();
            out.report(&*path, *span, format!("`{path}` cannot be read: {message}"))
                .label("here")
                .help("tables of this file are missing from the schema; everything else was still read");
        }
    }
}
