//! Discriminators that any text fits.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Column, ColumnFacts, Dialect, Table};
use crate::model::PolymorphicReference;
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct OpenPolymorphicDiscriminator {}

impl Rule for OpenPolymorphicDiscriminator {
    const META: Meta = Meta {
        name: "open-polymorphic-discriminator",
        summary: "a column that names the table of an id, and that any text fits",
        group: "Polymorphic references",
        docs: include_str!("open_polymorphic_discriminator.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        // One column may name the table of several ids.
        let mut seen = Vec::new();
        for reference in &context.model.polymorphic_references {
            let table = context.graph.table(reference.table);
            let place = (reference.table, reference.discriminator);
            if is_open(table, reference.discriminator) && !seen.contains(&place) {
                seen.push(place);
                report(context, reference, out);
            }
        }
    }
}

/// Whether it is a text that nothing limits; false when that is not known.
fn is_open(table: &Table, discriminator: usize) -> bool {
    let column = &table.columns[discriminator];
    let Ok(ColumnFacts { sql_type: Ok(sql_type), enum_values: None, enum_name: None, .. }) = &column.facts
    else {
        return false;
    };
    let head = sql_type.split(['(', ' ']).next().unwrap_or_default();
    let is_text = head.ends_with("text")
        || matches!(head, "varchar" | "char" | "character" | "nvarchar" | "nchar" | "string" | "str");
    // A table of kinds limits it, too, when a key leads there.
    is_text
        && !table.may_be_foreign_key(discriminator)
        && table.checks.iter().all(|check| !may_limit(&check.sql, column))
}

/// Whether a check names the column; true as well when a part of it could not be read.
fn may_limit(sql: &str, column: &Column) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let names = [column.display_name(), column.name_before_casing(), &column.key];
    let is_named = |name: &str| {
        sql.match_indices(name)
            .any(|(at, _)| !sql[..at].ends_with(is_part) && !sql[at + name.len()..].starts_with(is_part))
    };
    sql.contains(['?', '…']) || names.into_iter().any(is_named)
}

fn report(context: &Context<'_>, reference: &PolymorphicReference, out: &mut Findings) {
    let table = context.graph.table(reference.table);
    let (id, discriminator) = (&table.columns[reference.id], &table.columns[reference.discriminator]);
    let subject = table.subject(&[reference.discriminator]);
    let message = format!("`{subject}` names the table of `{}`, and any text fits", id.display_name());
    let finding = out.report(subject, discriminator.span, message);
    finding
        .label("a misspelled value means no table, and nothing notices")
        .related(id.span, "the id whose table it names");
    let values = match &reference.tag {
        Some((_, tag)) if !tag.targets.is_empty() => {
            let values = tag.targets.iter().map(|(value, _)| format!("\"{value}\""));
            values.collect::<Vec<_>>().join(", ")
        }
        _ => "…".to_string(),
    };
    let (key, name) = (&discriminator.key, discriminator.display_name());
    finding.help(match table.dialect {
        Dialect::Postgres | Dialect::Cockroach => format!(
            "list its values: `export const {key} = pgEnum(\"{name}\", [{values}])`, then `{key}: \
             {key}(\"{name}\")`"
        ),
        Dialect::MySql | Dialect::SingleStore => {
            let function = if table.dialect == Dialect::MySql { "mysqlEnum" } else { "singlestoreEnum" };
            format!("list its values: `{key}: {function}(\"{name}\", [{values}])`")
        }
        Dialect::Sqlite | Dialect::MsSql | Dialect::Gel => {
            let function = discriminator.facts.as_ref().map_or("text", |facts| facts.function.as_str());
            format!(
                "list its values: `{key}: {function}(\"{name}\", {{ enum: [{values}] }})`, or add a `check()`"
            )
        }
    });
}
