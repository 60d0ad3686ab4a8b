//! Imports that a table needs and that lead nowhere.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnresolvedImport {}

impl Rule for UnresolvedImport {
    const META: Meta = Meta {
        name: "unresolved-import",
        summary: "an import that a table needs and that leads to no file",
        group: "House-keeping",
        docs: include_str!("unresolved_import.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: true,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for (span, specifier) in &context.graph.missing_imports {
            out.report(specifier.clone(), *span, format!("`{specifier}` leads to no file"))
                .label("imported here, and needed by a table")
                .help(
                    "correct the path, or add it to `paths` of the tsconfig or to `exports` of the package",
                );
        }
    }
}
