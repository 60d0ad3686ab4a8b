//! Links whose table nobody makes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Proof;
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnmaterializedLink {}

impl Rule for UnmaterializedLink {
    const META: Meta = Meta {
        name: "unmaterialized-link",
        summary: "a link whose table is in no newest snapshot and in no migration",
        group: "Links",
        docs: include_str!("unmaterialized_link.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (links, migrations) = (&context.model.links, context.model.migrations);
        if context.graph.links.is_empty() {
            return;
        }
        let evidence = links.evidence();
        if evidence.is_empty() {
            return out.note(
                "`unmaterialized-link` had nothing to check against: `links.evidence` in the config is empty",
            );
        }
        let (snapshot, sql) = (evidence.contains(&Proof::Snapshot), evidence.contains(&Proof::MigrationSql));
        // What could not be read may hold any table.
        if migrations.is_damaged() {
            return out.note(
                "`unmaterialized-link` was not checked: a snapshot, a migration or the path of a folder of them could \
                 not be read, and any table may be there",
            );
        }
        for link in context.graph.links.iter().filter(|link| link.read_only == Ok(false)) {
            let Ok(table) = &link.table else { continue };
            if snapshot && migrations.in_snapshot(table) || sql && migrations.in_sql(table) {
                continue;
            }
            let place = match (snapshot, sql) {
                (true, true) => "in no newest snapshot and in no migration",
                (true, false) => "in no newest snapshot",
                _ => "in no migration",
            };
            let message = match link.display_name() {
                name if name == table => format!("the link table `{table}` is {place}"),
                name => format!("the table `{table}` of the link `{name}` is {place}"),
            };
            let finding = out.report(table.as_str(), link.span, message);
            match migrations.dropped_by(table).filter(|_| sql) {
                Some(file) => finding.label(format!("`{file}` takes the table away")),
                None => finding.label("declared, but nobody creates its table"),
            };
            finding.help(
                "generate the link tables and their migration, or give the link `readOnly` when its rows are \
                 owned elsewhere",
            );
        }
    }
}
