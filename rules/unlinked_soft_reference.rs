//! References across a boundary without a link for the two tables.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{SchemaGraph, TableId};
use crate::model::{Allowance, Crossing, Evidence, Linked, Reference};
use crate::rule::{Confidence, Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnlinkedSoftReference {
    /// How sure it must be that a column is a reference. When left out: `certain` where the rule is an error,
    /// `probable` where it is a warning.
    min_confidence: Option<Confidence>,
}

impl Rule for UnlinkedSoftReference {
    const META: Meta = Meta {
        name: "unlinked-soft-reference",
        summary: "a reference across a boundary, without a foreign key and without a link for the two tables",
        group: "Boundaries",
        docs: include_str!("unlinked_soft_reference.md"),
        level: Level::Off,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (graph, model) = (context.graph, context.model);
        if !model.links.are_configured() {
            return;
        }
        let least = model.least_confidence(self.min_confidence, out.level());
        for crossing in &model.crossings {
            let Reference::Soft(index) = crossing.by else { continue };
            let evidence = model.soft_references[index].evidence;
            let table = graph.table(crossing.table);
            let is_meant = evidence.confidence() >= least
                && !matches!(crossing.allowance, Allowance::Entry(_))
                && model.links.are_needed_in(&graph.sources.get(table.binding.file).path)
                && !model.links.is_link_table(graph, table);
            if is_meant && !model.links.may_join(crossing.table, crossing.target) {
                report(context, crossing, evidence, out);
            }
        }
    }
}

fn report(context: &Context<'_>, crossing: &Crossing, evidence: Evidence, out: &mut Findings) {
    let graph = context.graph;
    let (table, target) = (graph.table(crossing.table), graph.table(crossing.target));
    let (subject, to) = (table.subject(&crossing.columns), target.display_name());
    let Crossing { from, to: there, .. } = crossing;
    let partition = context.model.partitions[crossing.partition].name.as_ref();
    let kind = partition.map(|name| format!("{name} ")).unwrap_or_default();
    let message = format!(
        "`{subject}` leads from {kind}`{from}` to `{to}` in {kind}`{there}`, and no link joins the two tables"
    );
    let place = table.columns[crossing.columns[0]].span;
    let finding = out.report(subject, place, message);
    finding.partition(partition).label(format!("only this column knows that it means a row of `{to}`"));
    if let Some((span, said)) = evidence.shown(graph, &to) {
        finding.related(span, said);
    }
    let function = context.model.links.function();
    let (one, other) = (linkable(context, crossing.table), linkable(context, crossing.target));
    finding.help(match (&one, &other) {
        (Some(one), Some(other)) => {
            format!("declare the link: `{function}({{ linkable: {one}, isList: true }}, {other})`")
        }
        _ => {
            let missing: Vec<String> = [(&one, crossing.table), (&other, crossing.target)]
                .into_iter()
                .filter(|(linkable, _)| linkable.is_none())
                .map(|(_, table)| format!("`{}`", graph.table(table).display_name()))
                .collect();
            format!("make {} linkable, and declare the link with `{function}`", missing.join(" and "))
        }
    });
}

/// The name of what makes a table linkable.
fn linkable<'g>(context: &Context<'g>, table: TableId) -> Option<&'g str> {
    let graph: &'g SchemaGraph = context.graph;
    let mut linkables = graph.linkables.iter().enumerate();
    linkables.find_map(|(index, linkable)| {
        let binding = linkable.binding.as_ref()?;
        (context.model.links.table_of(index) == Linked::To(table)).then_some(binding.name.as_str())
    })
}
