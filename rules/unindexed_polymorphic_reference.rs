//! Polymorphic references that no index covers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Coverage, Dialect, Index, Server, coverage, nearest};
use crate::model::{PolymorphicReference, is_table, sql_type};
use crate::rule::{Context, Findings, Glob, Level, Meta, Rule};

/// Options.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnindexedPolymorphicReference {
    /// How the suggested index is named: `{table}` and `{columns}` are filled in.
    name: String,
    /// Tables that are not checked: small ones, or such as are never read from the other side.
    ignore_tables: Vec<Glob>,
}

impl Default for UnindexedPolymorphicReference {
    fn default() -> Self {
        Self { name: "{table}_{columns}_idx".into(), ignore_tables: Vec::new() }
    }
}

impl Rule for UnindexedPolymorphicReference {
    const META: Meta = Meta {
        name: "unindexed-polymorphic-reference",
        summary: "an id whose table another column names, without an index that begins with the two",
        group: "Polymorphic references",
        docs: include_str!("unindexed_polymorphic_reference.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in &context.model.polymorphic_references {
            let table = context.graph.table(reference.table);
            if matches!(table.dialect, Dialect::SingleStore | Dialect::Gel)
                || self.ignore_tables.iter().any(|glob| is_table(glob, table))
            {
                continue;
            }
            let pair = [reference.discriminator, reference.id];
            // Ids that are made to be unique everywhere need no discriminator to be found by.
            let unique_anywhere = sql_type(table, reference.id).is_some_and(|name| {
                matches!(name.split('(').next(), Some("uuid" | "text" | "varchar" | "char"))
            });
            let identify = |first: &[usize]| {
                table.is_identified_by(first) || unique_anywhere && first.contains(&reference.id)
            };
            let Coverage::Lacking(lacking) = coverage(table, &pair, &Server::ALL, identify) else {
                continue;
            };
            let partial = lacking.partial.first().copied();
            self.report(context, reference, partial, out);
        }
    }
}

impl UnindexedPolymorphicReference {
    fn report(
        &self,
        context: &Context<'_>,
        reference: &PolymorphicReference,
        partial: Option<&Index>,
        out: &mut Findings,
    ) {
        let table = context.graph.table(reference.table);
        let pair = [reference.discriminator, reference.id];
        let (id, discriminator) = (&table.columns[reference.id], &table.columns[reference.discriminator]);
        let (subject, named) = (table.subject(&[reference.id]), discriminator.display_name());
        let mut message = format!("no index begins with `{subject}` and `{named}`, which names its table");
        if let Some(index) = partial {
            let name = index.name.as_ref().ok().and_then(Option::as_deref);
            let name = name.map_or_else(|| "the index on them".to_string(), |name| format!("`{name}`"));
            message =
                format!("`{subject}` and `{named}` have no index that can serve them: {name} is partial");
        }
        let finding = out.report(subject, id.span, message);
        let begins = |column| matches!(coverage(table, &[column], &Server::ALL, |_| false), Coverage::Full);
        finding.related(discriminator.span, "names the table").label(if begins(reference.id) {
            "finding what belongs to one row also reads what other tables have under this id".to_string()
        } else if begins(reference.discriminator) {
            format!("finding what belongs to one row reads all rows of one `{named}`")
        } else {
            format!("finding what belongs to one row scans the whole of `{}`", table.display_name())
        });
        match (partial, nearest(table, &pair)) {
            (Some(index), _) => {
                finding.related(index.span, "its `where` leaves rows out");
            }
            (None, Some((index, why))) => {
                finding.related(index.span, why);
            }
            (None, None) => {}
        }
        finding.help(table.index_to_write(&pair, &self.name));
    }
}
