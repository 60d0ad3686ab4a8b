//! Foreign keys to columns that are no key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Dialect, DrizzleLine, Index, Reference, SchemaGraph, Table, Uniqueness};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ForeignKeyTargetNotUnique {}

impl Rule for ForeignKeyTargetNotUnique {
    const META: Meta = Meta {
        name: "foreign-key-target-not-unique",
        summary: "a foreign key to columns that are neither a primary key nor unique",
        group: "Foreign keys and indexes",
        docs: include_str!("foreign_key_target_not_unique.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in context.graph.references() {
            let target = reference.target;
            // What SQL files or other people create may have keys that TypeScript does not speak of.
            if target.external || context.graph.is_made_elsewhere(target) || is_stub(target) {
                continue;
            }
            match target.uniqueness(&reference.target_columns) {
                Uniqueness::Constraint | Uniqueness::Unknown => {}
                Uniqueness::Index(index)
                    if target.has_late_unique_indexes()
                        && !index.migrated
                        && !context.graph.packages[target.package].line_is_guessed =>
                {
                    report_index(&reference, index, out);
                }
                Uniqueness::Index(_) => {}
                Uniqueness::Nothing { partial } => {
                    let any_index_will_do = matches!(target.dialect, Dialect::MySql);
                    if any_index_will_do && target.may_begin_with(&reference.target_columns)
                        || matches!(target.dialect, Dialect::SingleStore | Dialect::Gel)
                    {
                        continue;
                    }
                    report(context.graph, &reference, &partial, out);
                }
            }
        }
    }
}

/// A table without any key: unless a drizzle.config certainly creates it, its keys are told elsewhere.
fn is_stub(table: &Table) -> bool {
    let has_key = !table.primary_key_columns().is_empty()
        || !table.uniques.is_empty()
        || table.indexes.iter().any(|index| index.unique)
        || table.columns.iter().any(|column| column.facts.as_ref().is_ok_and(|facts| facts.unique.is_some()));
    // A table in a schema of its own, as Supabase's `auth`, may be somebody else's.
    let is_created = !table.taken_by.is_empty() && table.namespace.is_none();
    !has_key && !is_created
}

fn report_index(reference: &Reference<'_>, index: &Index, out: &mut Findings) {
    let Reference { table, target, key, columns, .. } = reference;
    let (subject, to) = (table.subject(columns), target.subject(&reference.target_columns));
    let kit = if target.line == DrizzleLine::V0 { "0.31" } else { "1.0" };
    let message = format!("foreign key `{subject}` refers to `{to}`, which only a unique index makes unique");
    let finding = out.report(subject, table.place_of(key), message);
    let name = index.name.as_ref().ok().and_then(Option::as_deref).unwrap_or_default();
    finding
        .label(format!(
            "drizzle-kit {kit} writes the foreign key before the unique index: the migration fails"
        ))
        .related(index.span, "this index is created too late")
        .help(format!(
            "make it a unique constraint, which is created with the table: `unique(\"{name}\").on({})`",
            target.column_keys(target.parameter(), &reference.target_columns)
        ));
}

fn report(graph: &SchemaGraph, reference: &Reference<'_>, partial: &[&Index], out: &mut Findings) {
    let Reference { table, target, key, columns, .. } = reference;
    let (subject, to) = (table.subject(columns), target.subject(&reference.target_columns));
    let message = format!("foreign key `{subject}` refers to `{to}`, which is not unique");
    let finding = out.report(subject, table.place_of(key), message);
    finding.label(match target.dialect {
        Dialect::Postgres | Dialect::Cockroach => {
            "the database refuses the key: \"there is no unique constraint matching given keys\""
        }
        Dialect::MySql => "MySQL refuses the key: error 1822, \"Missing index for constraint\"",
        Dialect::Sqlite => "every insert fails: \"foreign key mismatch\"",
        _ => "SQL Server refuses the key: error 1776, \"There are no primary or candidate keys\"",
    });
    for index in partial {
        finding.related(index.span, "it is partial: a key must be unique in all rows");
    }
    let primary = target.primary_key_columns();
    let is_part = reference.target_columns.iter().all(|column| primary.contains(column));
    let first = reference.target_columns.first().copied().unwrap_or_default();
    let place = target.columns[first].span;
    if is_part {
        let names: Vec<&str> = primary.iter().map(|column| target.column_name(*column)).collect();
        finding.related(place, format!("only a part of the primary key (`{}`)", names.join("`, `")));
    } else if partial.is_empty() {
        finding.related(place, "what it refers to");
    }
    let of_several = |of: &str| format!("unique().on({})", target.column_keys(of, &reference.target_columns));
    let name = target.display_name();
    let mut help = match reference.target_columns[..] {
        [column] => match target.spread_of(column, graph) {
            None => {
                format!("make it unique in `{name}`: `{}`", target.with_modifier(column, ".unique()", graph))
            }
            Some(spread) => format!(
                "in the third argument of `{name}`: `{}` (`{}` comes from `{spread}`, which other tables may spread, too)",
                target.entry("unique", of_several),
                target.columns[column].key
            ),
        },
        _ => format!("in the third argument of `{name}`: `{}`", target.entry("unique", of_several)),
    };
    if is_part {
        let all = target.column_keys(&target.binding.name, &primary);
        help.push_str(&format!("; or refer to the whole key: `foreignColumns: [{all}]`"));
    }
    finding.help(help);
}
