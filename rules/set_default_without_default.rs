//! `set default` on columns that have none.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{ColumnFacts, Default as ColumnDefault, Dialect, Event, Reference};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SetDefaultWithoutDefault {}

impl Rule for SetDefaultWithoutDefault {
    const META: Meta = Meta {
        name: "set-default-without-default",
        summary: "a foreign key that sets a default where a column has none in the database",
        group: "Foreign keys and indexes",
        docs: include_str!("set_default_without_default.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in context.graph.references() {
            let Some(event) = reference.key.takes("set default") else { continue };
            let facts = |column: usize| reference.table.columns[column].facts.as_ref();
            if reference.columns.iter().any(|column| facts(*column).is_err()) {
                continue;
            }
            let without = |column: &usize| facts(*column).is_ok_and(|facts| !has_default(facts));
            let missing: Vec<usize> = reference.columns.iter().copied().filter(without).collect();
            // The one that fails is the one to speak of.
            let fails = |column: &usize| facts(*column).is_ok_and(|facts| facts.effective_not_null);
            let column = missing.iter().copied().find(|column| fails(column)).or(missing.first().copied());
            if let Some(column) = column {
                report(&reference, column, fails(&column), event, out);
            }
        }
    }
}

/// Whether the database has a default for the column.
fn has_default(facts: &ColumnFacts) -> bool {
    match &facts.default {
        Some(ColumnDefault::Value(value)) => !value.is_null(),
        Some(ColumnDefault::Sql(_) | ColumnDefault::Unknown) => true,
        Some(ColumnDefault::Function | ColumnDefault::OnUpdate) | None => {
            facts.identity.is_some()
                || facts.generated
                || facts.auto_increment
                || facts.function.ends_with("serial")
        }
    }
}

fn report(reference: &Reference<'_>, column: usize, fails: bool, event: Event, out: &mut Findings) {
    let Reference { table, key, columns, target, .. } = reference;
    let subject = table.subject(columns);
    let (name, to) = (table.column_name(column), target.display_name());
    let (option, action) = (event.option(), event.words());
    let changing = event.doing();
    let which = if columns.len() == 1 { "the column".to_string() } else { format!("its column `{name}`") };
    let message =
        format!("foreign key `{subject}` sets the default {action}, but {which} has none in the database");
    let finding = out.report(subject, table.place_of(key), message);
    finding.label(match (table.dialect, fails) {
        (Dialect::MySql, _) => "InnoDB does not support `set default`, and there is none".to_string(),
        (_, true) => {
            format!("{changing} a row of `{to}` that is referred to fails: there is no default, and null is not allowed")
        }
        (_, false) => format!("{changing} a row of `{to}` sets null: nothing else is there to set"),
    });
    // It does what `set null` does, as many want it to.
    if !fails && table.dialect != Dialect::MySql {
        finding.matters(Level::Warn);
    }
    let facts = table.columns[column].facts.as_ref();
    let at_run_time = facts
        .is_ok_and(|facts| matches!(facts.default, Some(ColumnDefault::Function | ColumnDefault::OnUpdate)));
    if at_run_time || !key.inline {
        let why = if at_run_time {
            "this default is one of run time: the database does not know it"
        } else {
            "it has no default"
        };
        finding.related(table.columns[column].span, why);
    }
    let other = if fails || event == Event::Update { "cascade" } else { "set null" };
    finding.help(format!(
        "write what happens: `{option}: \"{other}\"`; or give `{}` a `.default(…)` that is a row of `{to}`",
        table.columns[column].key
    ));
}
