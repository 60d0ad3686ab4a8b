//! Tables of which nothing says what they hold.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::Table;
use crate::model::Documentation;
use crate::model::tags::plain;
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UndocumentedTable {}

impl Rule for UndocumentedTable {
    const META: Meta = Meta {
        name: "undocumented-table",
        summary: "a table with neither a comment nor an entity page",
        group: "Tables",
        docs: include_str!("undocumented_table.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (graph, documentation) = (context.graph, &context.model.documentation);
        for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            let mut comments = table.comments.iter().map(|span| graph.sources.text(*span));
            if documentation.comments_count && comments.any(|comment| says_something(comment, table))
                || documentation.pages_count && documentation.page(id).is_some()
            {
                continue;
            }
            let name = table.display_name();
            let message = format!("{} says what `{name}` holds", missing(documentation));
            let finding = out.report(name.as_str(), table.head(&graph.sources), message);
            finding.label("a reader has nothing but the names of its columns");
            if let Some(span) = table.comments.first() {
                let why = match documentation.comments_count {
                    true => "this says nothing of its rows",
                    false => "comments do not count here (`docs.accept`)",
                };
                finding.related(*span, why);
            }
            let comment = format!("say above `{}` what a row is: `/** One row per … */`", table.binding.name);
            let page = format!("a page with `tables: [{name}]` in its front matter");
            let has_pages = documentation.pages_count && !documentation.pages.is_empty();
            finding.help(match (documentation.comments_count, has_pages) {
                (true, false) => comment,
                (true, true) => format!("{comment}, or write {page}"),
                (false, _) => format!("write {page}"),
            });
        }
    }
}

fn missing(documentation: &Documentation<'_>) -> &'static str {
    match (documentation.comments_count, documentation.pages_count && !documentation.pages.is_empty()) {
        (true, true) => "no comment and no entity page",
        (true, false) => "no comment",
        (false, _) => "no entity page",
    }
}

/// How comments begin that speak to tools.
const TO_TOOLS: [&str; 18] = [
    "schemalint-",
    "eslint",
    "biome-ignore",
    "oxlint-",
    "deno-",
    "prettier-ignore",
    "dprint-ignore",
    "tslint:",
    "jshint",
    "globals",
    "#region",
    "#endregion",
    "region",
    "endregion",
    "c8 ignore",
    "v8 ignore",
    "istanbul ignore",
    "@ts-",
];

/// Whether a line of a comment is there for people, and says more than the name of the table.
fn says_something(comment: &str, table: &Table) -> bool {
    let folded = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let name = table.name.as_deref().unwrap_or_default();
    let names = [folded(&table.display_name()), folded(name), folded(&table.binding.name)];
    comment.lines().map(plain).any(|line| {
        let line = line.trim_start_matches(['!', '#', '-', '=', '*', ' ']);
        let said = folded(line);
        !said.is_empty() && !names.contains(&said) && !TO_TOOLS.iter().any(|tool| line.starts_with(tool))
    })
}
