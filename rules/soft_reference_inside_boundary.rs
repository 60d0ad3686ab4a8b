//! References without a foreign key that stay inside one domain.

use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::model::SoftReference;
use crate::rule::{Confidence, Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SoftReferenceInsideBoundary {
    /// How sure it must be that a column is a reference. When left out: `certain`.
    min_confidence: Option<Confidence>,
}

impl Rule for SoftReferenceInsideBoundary {
    const META: Meta = Meta {
        name: "soft-reference-inside-boundary",
        summary: "a column that means a row of the same domain without a foreign key",
        group: "Boundaries",
        docs: include_str!("soft_reference_inside_boundary.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let least = self.min_confidence.unwrap_or(Confidence::Certain);
        for reference in &context.model.soft_references {
            if reference.evidence.confidence() < least || !reference.could_be_key(context.graph) {
                continue;
            }
            // What one boundary separates is no foreign key, whatever the others say.
            let partitions = &context.model.partitions;
            let sides = partitions.iter().map(|partition| {
                (partition, partition.domain(reference.table), partition.domain(reference.target))
            });
            let (inside, separated): (Vec<_>, Vec<_>) = sides
                .filter_map(|(partition, from, to)| Some((partition, from?, to?)))
                .partition(|(_, from, to)| from == to);
            if separated.is_empty() {
                for (partition, domain, _) in inside {
                    report(context, reference, (partition.name.as_ref(), domain), out);
                }
            }
        }
    }
}

fn report(
    context: &Context<'_>,
    reference: &SoftReference,
    (partition, domain): (Option<&SmolStr>, &SmolStr),
    out: &mut Findings,
) {
    let graph = context.graph;
    let (table, target) = (graph.table(reference.table), graph.table(reference.target));
    let (subject, to) = (table.subject(&reference.columns), target.display_name());
    let kind = partition.map(|name| format!("{name} ")).unwrap_or_default();
    let message =
        format!("`{subject}` means a row of `{to}`, both in {kind}`{domain}`, and has no foreign key");
    let finding = out.report(subject, table.columns[reference.columns[0]].span, message);
    finding.partition(partition).label(format!("a row of `{to}` can go while this still means it"));
    finding.related(target.columns[reference.target_columns[0]].span, "the key that it means");
    if let Some((span, said)) = reference.evidence.shown(graph, &to) {
        finding.related(span, said);
    }
    let key = graph.as_foreign_key(table, &reference.columns, target, &reference.target_columns);
    finding.help(format!("make it a foreign key: `{key}`"));
}
