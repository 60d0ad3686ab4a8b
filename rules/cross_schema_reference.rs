//! Foreign keys from one domain to another.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ForeignKey, SchemaGraph, Table, effect_of_delete};
use crate::model::{Allowance, Crossing, Reference};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::{Range, Span};

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
    let action = key.on_delete.as_ref().ok().and_then(Option::as_deref).unwrap_or("no action");
    finding.partition(partition).label(effect_of_delete(action, &table.display_name(), &to));
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
        bare_column(context, table, key, &crossing.columns, &to)
    });
}

/// The column without its key, and the tag that says what it means.
fn bare_column(
    context: &Context<'_>,
    table: &Table,
    key: &ForeignKey,
    columns: &[usize],
    to: &str,
) -> String {
    let graph = context.graph;
    let cites = !context.model.documentation.records.is_empty();
    let tag = format!("// @ref {to}{}", if cites { " @adr ADR-…" } else { "" });
    let allow = "or allow it in `boundaries.allow` of the config, with the reason";
    let written = columns.first().map(|column| table.columns[*column].span);
    let bare = written
        .filter(|_| key.inline && table.place_of(key) == key.span)
        .and_then(|written| without(graph, written, key.span));
    match (bare, columns) {
        (Some(bare), _) => {
            format!("keep the id without the key, and say what it means: `{bare}, {tag}`; {allow}")
        }
        (None, [_]) => format!("drop the key, and say at the column what it means: `{tag}`; {allow}"),
        (None, several) => {
            let last = several.last().map_or("", |column| table.columns[*column].key.as_str());
            format!("drop the key, and say at `{last}` what it means: `{tag}`; {allow}")
        }
    }
}

/// The text of a property without a call in its chain and without comments, on one line.
fn without(graph: &SchemaGraph, property: Span, call: Span) -> Option<String> {
    let source = graph.sources.get(property.file);
    let inside = graph.comments_in(property).iter().copied();
    let mut cut: Vec<Span> = inside.filter(|comment| !call.contains(*comment)).collect();
    cut.push(call);
    cut.sort_by_key(|span| span.range);
    let mut text = String::new();
    let mut at = property.range.start;
    for span in cut {
        let before = source.slice(Range::new(at, span.range.start)).trim_end();
        text.push_str(if span == call { before.strip_suffix('.')?.trim_end() } else { before });
        at = span.range.end;
    }
    text.push_str(source.slice(Range::new(at, property.range.end)));
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ").replace(" .", "."))
}
