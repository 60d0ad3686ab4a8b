//! References without a foreign key that no index covers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Coverage, Dialect, Lacking, SchemaGraph, Server, Table, coverage, nearest};
use crate::model::{SoftReference, is_table};
use crate::rule::{Confidence, Context, Findings, Glob, Level, Meta, Rule};

/// Options.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnindexedSoftReference {
    /// What may serve a reference.
    accept: Vec<Server>,
    /// How the suggested index is named: `{table}` and `{columns}` are filled in.
    name: String,
    /// Tables that are not checked: small ones, or such as are never read from the other side.
    ignore_tables: Vec<Glob>,
    /// How sure it must be that a column is a reference. When left out: `certain` where the rule is an error,
    /// `probable` where it is a warning.
    min_confidence: Option<Confidence>,
}

impl Default for UnindexedSoftReference {
    fn default() -> Self {
        Self {
            accept: Server::ALL.to_vec(),
            name: "{table}_{columns}_idx".into(),
            ignore_tables: Vec::new(),
            min_confidence: None,
        }
    }
}

impl Rule for UnindexedSoftReference {
    const META: Meta = Meta {
        name: "unindexed-soft-reference",
        summary: "a column that means a row of another table without a foreign key, and that no index covers",
        group: "Boundaries",
        docs: include_str!("unindexed_soft_reference.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let least = context.model.least_confidence(self.min_confidence, out.level());
        for reference in &context.model.soft_references {
            let table = context.graph.table(reference.table);
            if reference.evidence.confidence() < least
                || matches!(table.dialect, Dialect::SingleStore | Dialect::Gel)
                || self.ignore_tables.iter().any(|glob| is_table(glob, table))
                || reference.columns.iter().any(|column| is_list(table, *column))
            {
                continue;
            }
            let identify = |first: &[usize]| table.is_identified_by(first);
            let covered = coverage(table, &reference.columns, &self.accept, identify);
            let Coverage::Lacking(lacking) = covered else { continue };
            self.report(context.graph, reference, &lacking, out);
        }
    }
}

/// A list of ids is served by other indexes than one id.
fn is_list(table: &Table, column: usize) -> bool {
    table.columns[column].facts.as_ref().is_ok_and(|facts| facts.dimensions > 0)
}

impl UnindexedSoftReference {
    fn report(
        &self,
        graph: &SchemaGraph,
        reference: &SoftReference,
        lacking: &Lacking<'_>,
        out: &mut Findings,
    ) {
        let columns = reference.columns.as_slice();
        let (table, target) = (graph.table(reference.table), graph.table(reference.target));
        let (subject, to) = (table.subject(columns), target.display_name());
        let mut message = format!("soft reference `{subject}` to `{to}` has no index");
        message.push_str(&lacking.but_partial());
        let finding = out.report(subject, table.columns[columns[0]].span, message);
        finding.label(format!(
            "finding the rows of one of `{to}` scans the whole of `{}`",
            table.display_name()
        ));
        for index in &lacking.partial {
            finding.related(index.span, "its `where` leaves rows out");
        }
        if lacking.partial.is_empty()
            && let Some((index, why)) = nearest(table, columns)
        {
            finding.related(index.span, why);
        }
        if let Some((span, said)) = reference.evidence.shown(graph, &to) {
            finding.related(span, said);
        }
        finding.help(table.index_to_write(columns, &self.name));
    }
}
