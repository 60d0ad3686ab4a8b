//! Foreign keys that count for themselves.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, Reference, SchemaGraph};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SerialForeignKey {}

impl Rule for SerialForeignKey {
    const META: Meta = Meta {
        name: "serial-foreign-key",
        summary: "a foreign-key column that is serial, identity or autoincrement",
        group: "Foreign keys and indexes",
        docs: include_str!("serial_foreign_key.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in context.graph.references() {
            for (column, key) in reference.columns.iter().zip(&*reference.target_columns) {
                let Ok(facts) = &reference.table.columns[*column].facts else { continue };
                // A key to itself is another mistake, and another rule's.
                let is_itself = std::ptr::eq(reference.table, reference.target) && column == key;
                if let (Some(what), false) = (counting(facts), is_itself) {
                    report(context.graph, &reference, (*column, *key), &what, out);
                }
            }
        }
    }
}

/// What makes a column count.
fn counting(facts: &ColumnFacts) -> Option<String> {
    if facts.function.ends_with("serial") {
        return Some(format!("`{}`", facts.function));
    }
    match &facts.identity {
        Some(_) => Some("an identity".to_string()),
        None => facts.auto_increment.then(|| "`autoincrement`".to_string()),
    }
}

fn report(
    graph: &SchemaGraph,
    reference: &Reference<'_>,
    (column, key): (usize, usize),
    what: &str,
    out: &mut Findings,
) {
    let Reference { table, target, .. } = reference;
    let (subject, to) = (table.subject(&[column]), target.subject(&[key]));
    let facts = table.columns[column].facts.as_ref();
    let always = facts.is_ok_and(|facts| facts.identity.as_deref() == Some("always"));
    let message = format!("foreign key `{subject}` to `{to}` is {what}");
    let finding = out.report(subject, table.columns[column].span, message);
    let to = target.display_name();
    finding.label(match always {
        true => format!("it counts by itself: no insert can say which row of `{to}` is meant"),
        false => format!(
            "an insert that leaves it out counts by itself and refers to any row of `{to}`, or to none"
        ),
    });
    if let Some(helper) = table.columns[column].helper {
        finding.related(helper, "the column is declared in this helper");
    }
    if !reference.key.inline {
        finding.related(reference.key.span, "the key");
    }
    finding
        .related(target.columns[key].span, "what it refers to")
        .help(format!("declare a plain column: `{}`", graph.declared_like(table, column, target, key)));
}
