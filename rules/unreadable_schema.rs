//! What could not be read, and why.

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnreadableSchema {}

impl Rule for UnreadableSchema {
    const META: Meta = Meta {
        name: "unreadable-schema",
        summary: "a part of the schema that could not be read without running it",
        group: "House-keeping",
        docs: include_str!("unreadable_schema.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: true,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let missing: FxHashSet<Span> = graph.missing_imports.iter().map(|(span, _)| *span).collect();
        // An import that leads nowhere is its own finding.
        for gap in graph.unreadable.iter().filter(|gap| !missing.contains(&gap.why.span)) {
            let message = format!("{} could not be read: {}", gap.subject, gap.why.reason);
            let finding = out.report(gap.subject.as_str(), gap.span, message);
            if gap.why.span == gap.span {
                finding.label("this cannot be read");
            } else {
                finding.label("needed here").related(gap.why.span, gap.why.reason.to_string());
            }
            finding.help(if gap.subject.ends_with("this drizzle.config") {
                "rules say nothing of what drizzle-kit takes; correct it, or say in `projects` of schemalint.json what \
                 it says when it runs"
            } else if gap.subject.ends_with("this config") {
                "correct it: paths of a project begin at its `root`"
            } else {
                "rules say nothing about what is missing; write it so that it can be read without running it"
            });
        }
    }
}
