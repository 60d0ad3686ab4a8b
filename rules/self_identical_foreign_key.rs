//! Foreign keys from columns to themselves.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::Reference;
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SelfIdenticalForeignKey {}

impl Rule for SelfIdenticalForeignKey {
    const META: Meta = Meta {
        name: "self-identical-foreign-key",
        summary: "a foreign key from columns to themselves",
        group: "Foreign keys and indexes",
        docs: include_str!("self_identical_foreign_key.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in context.graph.references() {
            let Reference { table, key, columns, target, target_columns, .. } = &reference;
            if !std::ptr::eq(*table, *target) || **columns != **target_columns {
                continue;
            }
            let (subject, name) = (table.subject(columns), table.display_name());
            let columns = if columns.len() == 1 { "its own column" } else { "its own columns" };
            let message = format!("foreign key `{subject}` refers to {columns}");
            let finding = out.report(subject, table.place_of(key), message);
            finding
                .label(format!("every row of `{name}` refers to itself: the key holds nothing"))
                .help(
                    "remove it, or refer to the table that is meant (`drizzle-kit pull` writes this in place of a table \
                     that it did not read, such as `auth.users`: `authUsers` of \"drizzle-orm/supabase\")",
                );
        }
    }
}
