//! `set null` on columns that are never null.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, Event, Reference};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SetNullOnNotNull {}

impl Rule for SetNullOnNotNull {
    const META: Meta = Meta {
        name: "set-null-on-not-null",
        summary: "a foreign key that sets null where a column is never null",
        group: "Foreign keys and indexes",
        docs: include_str!("set_null_on_not_null.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in context.graph.references() {
            let Some(event) = reference.key.takes("set null") else { continue };
            let never_null = reference.columns.iter().copied().find(|column| {
                let facts = reference.table.columns[*column].facts.as_ref();
                facts.is_ok_and(|facts| facts.effective_not_null)
            });
            if let Some(column) = never_null {
                report(&reference, column, event, out);
            }
        }
    }
}

fn report(reference: &Reference<'_>, column: usize, event: Event, out: &mut Findings) {
    let Reference { table, key, columns, target, .. } = reference;
    let subject = table.subject(columns);
    let name = table.column_name(column);
    let is_primary = table.primary_key_columns().contains(&column);
    let what = if is_primary { "is part of the primary key" } else { "is `notNull`" };
    let (option, action) = (event.option(), event.words());
    let message = if columns.len() == 1 {
        format!("foreign key `{subject}` sets null {action}, but the column {what}")
    } else {
        format!("foreign key `{subject}` sets null {action}, but its column `{name}` {what}")
    };
    let finding = out.report(subject, table.place_of(key), message);
    let changing = event.doing();
    let to = target.display_name();
    finding.label(match table.dialect {
        Dialect::MySql => "MySQL refuses the key: error 1830, \"cannot be NOT NULL\"".to_string(),
        Dialect::MsSql => "SQL Server refuses the key: error 1761, the columns are not nullable".to_string(),
        Dialect::Cockroach => {
            "CockroachDB refuses the key: \"cannot add a SET NULL cascading action\"".to_string()
        }
        Dialect::Sqlite if is_primary => {
            format!("{changing} a row of `{to}` fails, or leaves rows here without their primary key")
        }
        Dialect::Postgres => {
            format!("{changing} a row of `{to}` that is referred to fails: \"violates not-null constraint\"")
        }
        _ => format!("{changing} a row of `{to}` that is referred to fails: the column is not null"),
    });
    if !key.inline {
        let why = if is_primary { "it is part of the primary key" } else { "it is never null" };
        finding.related(table.columns[column].span, why);
    }
    if let Some(helper) = table.columns[column].helper
        && key.inline
    {
        finding.related(helper, "the column is declared in this helper");
    }
    let actions: &[&str] = if event == Event::Delete { &["cascade", "restrict"] } else { &["cascade"] };
    let write = |action: &&str| match key.inline {
        true => format!("`{option}: \"{action}\"`"),
        false => format!("`.{option}(\"{action}\")`"),
    };
    let instead = actions.iter().map(write).collect::<Vec<_>>().join(" or ");
    finding.help(if columns.len() > 1 {
        of_several(reference, column, event)
    } else if is_primary {
        format!("a key cannot become null: write {instead}")
    } else {
        format!(
            "write {instead}; or let the column be null: remove `.notNull()` of `{}`",
            table.columns[column].key
        )
    });
}

/// What to write for a key of several columns. Beside the one that may be null stands, as a rule, a tenant that must
/// not: neither is it to become null, nor is the row to go.
fn of_several(reference: &Reference<'_>, column: usize, event: Event) -> String {
    let Reference { table, columns, target, target_columns, .. } = reference;
    let restrict = format!("`.{}(\"restrict\")`", event.option());
    let nullable: Vec<usize> = (0..columns.len())
        .filter(|at| {
            let facts = table.columns[columns[*at]].facts.as_ref();
            facts.is_ok_and(|facts| !facts.effective_not_null)
        })
        .collect();
    let [at] = nullable[..] else {
        return format!(
            "`set null` sets all columns of the key, `{}` too: write {restrict}",
            table.columns[column].key
        );
    };
    let single = columns[at];
    let key_of = &table.columns[single].key;
    let alone = match target_columns.get(at).is_some_and(|to| target.is_identified_by(&[*to])) {
        true => format!(", or a key on `{key_of}` alone with `set null`"),
        false => String::new(),
    };
    let by_hand = match (table.dialect, table.column_name(single), event) {
        (Dialect::Postgres, name, Event::Delete) => {
            format!("; PostgreSQL's `SET NULL ({name})` needs SQL by hand")
        }
        _ => String::new(),
    };
    format!("`set null` sets all columns of the key: write {restrict}{alone}{by_hand}")
}
