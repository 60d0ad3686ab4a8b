//! Foreign keys from one domain to another.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ForeignKey, SchemaGraph, Table};
use crate::model::{Allowance, Crossing, Reference};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CrossSchemaReference {}

impl Rule for CrossSchemaReference {
    const META: Meta = Meta {
        name: "cross-schema-reference",
        summary: "a foreign key from one domain to another that nothing allows",
        group: "Boundaries",
        docs: include_str!("cross_schema_reference.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for crossing in &context.model.crossings {
            if let Reference::ForeignKey(key) = crossing.by
                && !crossing.allowance.is_given()
            {
                let key = &context.graph.table(crossing.table).foreign_keys[key];
                report(context, crossing, key, out);
            }
        }
    }
}

fn report(context: &Context<'_>, crossing: &Crossing, key: &ForeignKey, out: &mut Findings) {
    let graph = context.graph;
    let table = graph.table(crossing.table);
    let target = graph.table(crossing.target);
    let (subject, to) = (table.subject(&crossing.columns), target.display_name());
    let Crossing { from: here, to: there, .. } = crossing;
    let partition = context.model.partitions[crossing.partition].name.as_ref();
    let kind = partition.map(|name| format!("{name} ")).unwrap_or_default();
    let unexplained = crossing.allowance == Allowance::Unexplained;
    let mut message =
        format!("foreign key `{subject}` leads from {kind}`{here}` to `{to}` in {kind}`{there}`");
    if unexplained {
        message.push_str(", declared but not explained at the column");
    }
    let finding = out.report(subject, table.place_of(key), message);
    finding.partition(partition).label(effect(table, key, &to));
    if let Ok(named) = &key.target {
        let object = graph.table(named.table);
        let column = named.columns.first().and_then(|column| object.columns.get(*column));
        if object.owner.is_some() {
            finding.related(object.span, format!("a copy of `{to}`"));
        }
        let owned = column.and_then(|column| target.column_named(column.display_name()));
        let place = owned.map_or(target.span, |column| target.columns[column].span);
        finding.related(place, format!("the target, in {kind}`{there}`"));
    }
    finding.help(if unexplained {
        format!("say in a comment at the column why `{here}` depends on `{there}`")
    } else {
        bare_column(graph, table, key, &crossing.columns, &to)
    });
}

/// What the key does across the boundary.
fn effect(table: &Table, key: &ForeignKey, to: &str) -> String {
    let from = table.display_name();
    match key.on_delete.as_ref().map(|action| action.as_deref()) {
        Ok(Some("cascade")) => format!("deleting a row of `{to}` deletes rows of `{from}`"),
        Ok(Some("set null" | "set default")) => format!("deleting a row of `{to}` changes rows of `{from}`"),
        _ => format!("a row of `{to}` cannot be deleted while rows of `{from}` refer to it"),
    }
}

/// The column without its key, and the tag that says what it means.
fn bare_column(graph: &SchemaGraph, table: &Table, key: &ForeignKey, columns: &[usize], to: &str) -> String {
    let written = columns.first().map(|column| graph.sources.text(table.columns[*column].span));
    let called = graph.sources.text(key.span);
    let bare = written
        .filter(|_| key.inline && table.place_of(key) == key.span)
        .and_then(|written| written.split_once(called))
        .map(|(before, after)| format!("{}{after}", before.trim_end().trim_end_matches('.').trim_end()));
    match bare {
        Some(bare) => {
            let bare: Vec<&str> = bare.split_whitespace().collect();
            format!("keep the id without the key, and say what it means: `{}, // @ref {to}`", bare.join(" "))
        }
        None => format!("drop the key, and say at the column what it means: `// @ref {to}`"),
    }
}
