//! Soft references whose type is not that of the key they mean.

use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::graph::Table;
use crate::model::{Evidence, sql_type};
use crate::rule::{Confidence, Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SoftReferenceTypeMismatch {}

impl Rule for SoftReferenceTypeMismatch {
    const META: Meta = Meta {
        name: "soft-reference-type-mismatch",
        summary: "a column that means a row of another table but has another type than its key",
        group: "Boundaries",
        docs: include_str!("soft_reference_type_mismatch.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        for reference in &context.model.soft_references {
            if reference.evidence.confidence() < Confidence::Certain {
                continue;
            }
            let (table, target) = (graph.table(reference.table), graph.table(reference.target));
            for (column, other) in reference.columns.iter().zip(&reference.target_columns) {
                let (Some(own), Some(key)) = (sql_type(table, *column), sql_type(target, *other)) else {
                    continue;
                };
                let is_list = |table: &Table, column: usize| {
                    table.columns[column].facts.as_ref().is_ok_and(|facts| facts.dimensions > 0)
                };
                if comparable(&own) == comparable(&key) || is_list(table, *column) || is_list(target, *other)
                {
                    continue;
                }
                let (subject, to) = (table.subject(&[*column]), target.subject(&[*other]));
                let message = format!("`{subject}` is `{own}`, but `{to}`, which it means, is `{key}`");
                let finding = out.report(subject, table.columns[*column].span, message);
                finding
                    .label("a join needs a cast, and values that are no key get in unnoticed")
                    .related(target.columns[*other].span, "the key that it means")
                    .help(format!(
                        "declare it as the key is: `{}`",
                        graph.declared_like(table, *column, target, *other)
                    ));
                if let Evidence::Relation(relation) = reference.evidence {
                    finding.related(graph.relations[relation].span, "this relation joins them");
                }
            }
        }
    }
}

/// Texts compare with each other whatever their length.
fn comparable(sql_type: &SmolStr) -> SmolStr {
    let head = sql_type.split('(').next().unwrap_or(sql_type).trim();
    match head {
        "varchar" | "char" | "character varying" | "text" | "citext" | "nvarchar" | "nchar" | "tinytext"
        | "mediumtext" | "longtext" => SmolStr::new_static("text"),
        "binary" | "varbinary" => SmolStr::new_static("binary"),
        _ => sql_type.clone(),
    }
}
