//! Foreign keys between aggregates that change or delete rows.

use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::graph::Fact;
use crate::model::Reference;
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CascadeAcrossAggregates {
    /// Check also what happens when the key that is referred to changes.
    on_update: bool,
}

impl Rule for CascadeAcrossAggregates {
    const META: Meta = Meta {
        name: "cascade-across-aggregates",
        summary: "a foreign key from one aggregate to another that deletes or changes rows",
        group: "Aggregates",
        docs: include_str!("cascade_across_aggregates.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (graph, aggregates) = (context.graph, &context.model.aggregates);
        for reference in aggregates.references.iter().filter(|reference| reference.from != reference.to) {
            let Reference::ForeignKey(index) = reference.by else { continue };
            let table = graph.table(reference.table);
            let key = &table.foreign_keys[index];
            let on_update = if self.on_update { acts(&key.on_update) } else { None };
            let (event, property, action) = match (acts(&key.on_delete), on_update) {
                (Some(action), _) => ("delete", "onDelete", action),
                (None, Some(action)) => ("update", "onUpdate", action),
                (None, None) => continue,
            };
            let (from, to) = (table.display_name(), graph.table(reference.target).display_name());
            let (here, there) =
                (aggregates.groups[reference.from].name, aggregates.groups[reference.to].name);
            let subject = table.subject(&reference.columns);
            let message = format!(
                "foreign key `{subject}` leads from aggregate `{here}` to `{to}` in `{there}` with `on {event} {action}`"
            );
            let label = match (event, action) {
                ("delete", "cascade") => format!("deleting a row of `{to}` deletes rows of `{from}`"),
                ("delete", _) => format!("deleting a row of `{to}` changes rows of `{from}`"),
                _ => format!("changing the key of a row of `{to}` changes rows of `{from}`"),
            };
            out.report(subject, table.place_of(key), message)
                .label(label)
                .related(aggregates.groups[reference.to].span, "the other aggregate")
                .help(format!(
                    "let `{here}` decide: leave the action out, or write `{property}: \"restrict\"`"
                ));
        }
    }
}

/// An action that changes the rows that refer.
fn acts(action: &Fact<Option<SmolStr>>) -> Option<&str> {
    let action = action.as_ref().ok()?.as_deref()?;
    matches!(action, "cascade" | "set null" | "set default").then_some(action)
}
