//! Foreign keys that no index covers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{
    Coverage, ForeignKey, Index, SchemaGraph, Server, Table, coverage, nearest, needs_indexes,
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
        for (_, table) in context.graph.own_tables() {
            if !needs_indexes(table.dialect) || self.ignore_tables.iter().any(|glob| is_table(glob, table)) {
                continue;
            }
            // One index serves every key of the same columns: it is asked for once.
            let mut seen: Vec<&[usize]> = Vec::new();
            for key in &table.foreign_keys {
                let Ok(columns) = &key.columns else { continue };
                if seen.contains(&columns.as_slice()) {
                    continue;
                }
                seen.push(columns);
                let partial = match coverage(table, columns, &self.accept) {
                    Coverage::None => None,
                    Coverage::Partial(index) => Some(index),
                    Coverage::Full | Coverage::Unknown => continue,
                };
                self.report(context.graph, table, key, partial, out);
            }
        }
    }
}

impl UnindexedForeignKey {
    fn report(
        &self,
        graph: &SchemaGraph,
        table: &Table,
        key: &ForeignKey,
        partial: Option<&Index>,
        out: &mut Findings,
    ) {
        let (Ok(target), Ok(columns)) = (&key.target, &key.columns) else { return };
        let (name, to) = (table.display_name(), graph.table(graph.owner(target.table)).display_name());
        let subject = table.subject(columns);
        let mut message = format!("foreign key `{subject}` to `{to}` has no index");
        let partial_name = partial.map(|index| index.name.as_ref().ok().and_then(Option::as_deref));
        if let Some(partial) = partial_name {
            let partial = partial.map(|name| format!("`{name}`")).unwrap_or_else(|| "the index on it".into());
            message.push_str(&format!(" that can serve it: {partial} is partial"));
        }
        let finding = out.report(subject, table.place_of(key), message);
        finding.label(format!("deleting a row of `{to}` scans the whole of `{name}`"));
        match (partial, nearest(table, columns)) {
            (Some(index), _) => {
                finding.related(index.span, "its `where` keeps the database from using it to check the key");
            }
            (None, Some((index, why))) => {
                finding.related(index.span, why);
            }
            (None, None) => {}
        }
        from_helper(table, key, finding);
        let plural = if columns.len() == 1 { "" } else { "s" };
        let names: Vec<&str> = columns.iter().map(|column| table.column_name(*column)).collect();
        let table_name = table.name.as_deref().unwrap_or(&table.binding.name);
        let suggested = self.name.replace("{table}", table_name).replace("{columns}", &names.join("_"));
        finding.help(format!(
            "index the column{plural} in the third argument of the table: `index(\"{suggested}\").on({})`",
            table.column_keys("t", columns)
        ));
    }
}

fn from_helper(table: &Table, key: &ForeignKey, finding: &mut Finding) {
    if finding.primary.span != key.span {
        finding.related(key.span, format!("the key of `{}` is written in this helper", table.display_name()));
    }
}
