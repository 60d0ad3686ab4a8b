//! Foreign keys that no index covers.

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::fixes::{IndexNames, add_index};
use crate::graph::{
    Coverage, ForeignKey, Lacking, SchemaGraph, Server, Servers, Table, nearest, needs_indexes,
};
use crate::model::is_table;
use crate::rule::{Context, Finding, Findings, Glob, Level, Meta, Rule};

/// Options.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnindexedForeignKey {
    /// What may serve a foreign key.
    accept: Vec<Server>,
    /// How the suggested index is named: `{table}` and `{columns}` are filled in.
    name: String,
    /// Tables that are not checked: small ones, or such as are never deleted from.
    ignore_tables: Vec<Glob>,
}

impl Default for UnindexedForeignKey {
    fn default() -> Self {
        Self { accept: Server::ALL.to_vec(), name: "{table}_{columns}_idx".into(), ignore_tables: Vec::new() }
    }
}

impl Rule for UnindexedForeignKey {
    const META: Meta = Meta {
        name: "unindexed-foreign-key",
        summary: "a foreign key that no index covers",
        group: "Foreign keys and indexes",
        docs: include_str!("unindexed_foreign_key.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        // Made for the first finding: most graphs have none.
        let mut names = None;
        let (mut elsewhere, mut in_sql) = (0, Vec::new());
        for (_, table) in context.graph.own_tables() {
            if table.created_by_sql {
                elsewhere += 1;
                continue;
            }
            if table.left_out
                || table.foreign_keys.is_empty()
                || !needs_indexes(table.dialect)
                || self.ignore_tables.iter().any(|glob| is_table(glob, table))
            {
                continue;
            }
            // One index serves every key of the same columns: it is asked for once.
            let mut seen: FxHashSet<&[usize]> = FxHashSet::default();
            let servers = Servers::new(table, &self.accept);
            for key in &table.foreign_keys {
                let Ok(columns) = &key.columns else { continue };
                if !seen.insert(columns) {
                    continue;
                }
                let identify = |first: &[usize]| identifies(context.graph, table, key, first);
                match servers.coverage(columns, identify) {
                    Coverage::Lacking(lacking) => {
                        let names = names.get_or_insert_with(|| IndexNames::new(context.graph));
                        self.report(context.graph, table, key, &lacking, names, out);
                    }
                    Coverage::InSql(index) => in_sql.push((table.subject(columns), index)),
                    Coverage::Full | Coverage::Unknown => {}
                }
            }
        }
        if let Some((key, index)) = in_sql.first() {
            let others = match in_sql.len() {
                1 => String::new(),
                more => format!(", and of {} more", more - 1),
            };
            let name = index.name.as_ref().map_or_else(|| "an index".to_string(), |name| format!("`{name}`"));
            out.note(format!(
                "`unindexed-foreign-key` says nothing of `{key}`{others}: {name} in `{}` serves it, which the schema does not declare",
                index.file
            ));
        }
        if elsewhere > 0 {
            let tables = if elsewhere == 1 { "1 table".to_string() } else { format!("{elsewhere} tables") };
            out.say_nothing(format!(
                "`unindexed-foreign-key` says nothing of {tables} that SQL files create: there is no drizzle.config, \
                 so an index in TypeScript would create nothing"
            ));
        }
    }
}

impl UnindexedForeignKey {
    fn report(
        &self,
        graph: &SchemaGraph,
        table: &Table,
        key: &ForeignKey,
        lacking: &Lacking<'_>,
        names: &mut IndexNames,
        out: &mut Findings,
    ) {
        let (Ok(target), Ok(columns)) = (&key.target, &key.columns) else { return };
        let (name, to) = (table.display_name(), graph.table(graph.owner(target.table)).display_name());
        let subject = table.subject(columns);
        let mut message = format!("foreign key `{subject}` to `{to}` has no index");
        if lacking.partly.is_some() && lacking.partial.is_empty() {
            message.push_str(" on all of its columns");
        }
        message.push_str(&lacking.but_partial());
        let finding = out.report(subject, table.place_of(key), message);
        match &lacking.partly {
            None => finding.label(format!("deleting a row of `{to}` scans the whole of `{name}`")),
            Some((_, first)) => {
                let first: Vec<&str> = first.iter().map(|column| table.column_name(*column)).collect();
                let first = first.join(", ");
                finding.label(format!(
                    "deleting a row of `{to}` reads every row of `{name}` with the same `{first}`"
                ))
            }
        };
        for index in &lacking.partial {
            finding.related(index.span, "its `where` keeps the database from using it to check the key");
        }
        if let Some((span, first)) = &lacking.partly {
            let only = if first.len() == 1 { "a part" } else { "parts" };
            finding.related(*span, format!("it begins with {only} of the key only"));
        } else if lacking.partial.is_empty()
            && let Some((index, why)) = nearest(table, columns)
        {
            finding.related(index.span, why);
        }
        from_helper(table, key, finding);
        finding.fix = add_index(graph, table, columns, &self.name, names);
        finding.help(table.index_to_write(columns, &self.name));
    }
}

/// Whether some columns of a key lead to few rows: they hold a key of the table that is referred to, or one of
/// the table itself.
fn identifies(graph: &SchemaGraph, table: &Table, key: &ForeignKey, first: &[usize]) -> bool {
    let (Ok(columns), Ok(target)) = (&key.columns, &key.target) else { return false };
    let pairs = columns.iter().zip(&target.columns);
    let referred: Vec<usize> =
        pairs.filter(|(column, _)| first.contains(column)).map(|(_, other)| *other).collect();
    table.is_identified_by(first) || graph.table(target.table).is_identified_by(&referred)
}

fn from_helper(table: &Table, key: &ForeignKey, finding: &mut Finding) {
    if finding.primary.span != key.span {
        finding.related(key.span, format!("the key of `{}` is written in this helper", table.display_name()));
    }
}
