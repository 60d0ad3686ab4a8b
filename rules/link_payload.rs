//! Link tables that hold more than the link.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Link, Table};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct LinkPayload {
    /// Names of further columns that every link table has, beside the two ids, `id`, `created_at`, `updated_at` and
    /// `deleted_at`.
    columns: Vec<String>,
}

impl Rule for LinkPayload {
    const META: Meta = Meta {
        name: "link-payload",
        summary: "a link table with columns beyond the pair, the row's identity and its timestamps",
        group: "Links",
        docs: include_str!("link_payload.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        for (_, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            // A link that reads the rows of another table owns none.
            let mut links = context.model.links.of_table(graph, table);
            if let Some(link) = links.find(|link| link.read_only == Ok(false)) {
                self.declared(context, table, link, out);
            }
        }
        for link in graph.links.iter().filter(|link| link.read_only == Ok(false)) {
            let Ok(name) = &link.table else { continue };
            let is_declared = graph
                .own_tables()
                .any(|(_, table)| table.namespace.is_none() && table.name.as_ref() == Ok(name));
            if !is_declared {
                self.in_snapshot(context, link, name, out);
            }
        }
    }
}

impl LinkPayload {
    /// Whether a column has no place in a link; `false` where the link's own columns are not known.
    fn is_payload(&self, link: &Link, column: &str) -> bool {
        let known = ["id", "created_at", "updated_at", "deleted_at"];
        let is_end = |link: &Link| {
            link.ends().iter().any(|end| end.column.as_ref().is_err() || end.column.as_deref() == Ok(column))
        };
        !known.contains(&column) && !self.columns.iter().any(|other| other == column) && !is_end(link)
    }

    fn declared(&self, context: &Context<'_>, table: &Table, link: &Link, out: &mut Findings) {
        let graph = context.graph;
        let columns = table.columns.iter().filter(|column| match &column.facts {
            Ok(facts) => facts.sql_name.as_ref().is_ok_and(|name| self.is_payload(link, name)),
            Err(_) => false,
        });
        let columns: Vec<_> = columns.collect();
        let [first, rest @ ..] = &columns[..] else { return };
        let names: Vec<&str> = columns.iter().map(|column| column.display_name()).collect();
        let generated = context.model.links.generate(&graph.sources.get(table.binding.file).path);
        let finding = out.report(table.display_name(), first.span, message(&table.display_name(), &names));
        finding.label(if generated {
            "the file is generated: the next run takes this away"
        } else {
            "no part of the link"
        });
        for column in rest {
            finding.related(column.span, "nor is this");
        }
        finding.related(link.span, "the link").help(help(&names));
    }

    /// The table is only known from drizzle-kit's newest snapshot.
    fn in_snapshot(&self, context: &Context<'_>, link: &Link, name: &str, out: &mut Findings) {
        let Some(table) = context.model.migrations.tables(name).next() else { return };
        let columns = table.columns.iter().map(|column| column.name.as_str());
        let names: Vec<&str> = columns.filter(|column| self.is_payload(link, column)).collect();
        if !names.is_empty() {
            let finding = out.report(name, link.span, message(name, &names));
            finding.label("its table has them in the newest snapshot").help(help(&names));
        }
    }
}

fn message(table: &str, columns: &[&str]) -> String {
    format!("the link table `{table}` carries {} beside the link", list(columns))
}

fn help(columns: &[&str]) -> String {
    format!(
        "make it an owned relationship record: a table of the module with the two ids and {}, and no link",
        list(columns)
    )
}

fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
