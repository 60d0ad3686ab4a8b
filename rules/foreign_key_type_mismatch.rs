//! Foreign keys whose columns cannot hold the key that they refer to.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Reference, SchemaGraph, Table, TypeClash, type_clash};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ForeignKeyTypeMismatch {}

impl Rule for ForeignKeyTypeMismatch {
    const META: Meta = Meta {
        name: "foreign-key-type-mismatch",
        summary: "a foreign key whose column has a type that cannot hold the key it refers to",
        group: "Foreign keys and indexes",
        docs: include_str!("foreign_key_type_mismatch.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in context.graph.references() {
            let pairs = reference.columns.iter().zip(&*reference.target_columns);
            for (column, key) in pairs {
                if let Some(clash) = type_clash(reference.table, *column, reference.target, *key) {
                    report(context.graph, &reference, (*column, *key), &clash, out);
                }
            }
        }
    }
}

fn report(
    graph: &SchemaGraph,
    reference: &Reference<'_>,
    (column, key): (usize, usize),
    clash: &TypeClash,
    out: &mut Findings,
) {
    let (table, target) = (reference.table, reference.target);
    let (own, other) = (spelled(table, column), spelled(target, key));
    let (subject, to) = (table.subject(&[column]), target.subject(&[key]));
    let message = match clash {
        TypeClash::TooSmall(_) => {
            format!(
                "foreign key `{subject}` is `{own}` and cannot hold every value of `{to}`, which is `{other}`"
            )
        }
        _ => format!("foreign key `{subject}` is `{own}`, but `{to}` is `{other}`"),
    };
    let finding = out.report(subject, table.place_of(reference.key), message);
    match clash {
        TypeClash::Refused(why) | TypeClash::Unequal(why) => finding.label(*why),
        TypeClash::TooSmall(which) => finding
            .label(format!("rows of `{}` whose key is {which} cannot be referred to", target.display_name()))
            // The database takes it, and such rows may never be.
            .matters(Level::Warn),
    };
    if !reference.key.inline {
        finding.related(table.columns[column].span, format!("it is `{own}`"));
    } else if let Some(helper) = table.columns[column].helper {
        finding.related(helper, "the column is declared in this helper");
    }
    finding
        .related(target.columns[key].span, format!("it is `{other}`"))
        .help(format!("declare it as the key is: `{}`", graph.declared_like(table, column, target, key)));
}

/// A type as people know it: an enum is called so.
fn spelled(table: &Table, column: usize) -> String {
    let Ok(facts) = &table.columns[column].facts else { return "?".into() };
    let spelled = facts.sql_type.as_deref().unwrap_or("?");
    if facts.enum_name.is_some() { format!("enum {spelled}") } else { spelled.to_string() }
}
