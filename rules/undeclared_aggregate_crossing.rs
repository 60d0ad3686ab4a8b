//! References from one aggregate to another that nobody has decided about.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Evidence, Inner, Reference};
use crate::rule::{Confidence, Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UndeclaredAggregateCrossing {
    /// How sure it must be that a column is a reference. When left out: `certain` where the rule is an error,
    /// `probable` where it is a warning.
    min_confidence: Option<Confidence>,
}

impl Rule for UndeclaredAggregateCrossing {
    const META: Meta = Meta {
        name: "undeclared-aggregate-crossing",
        summary: "a reference from one aggregate to another that is declared neither soft nor hard",
        group: "Aggregates",
        docs: include_str!("undeclared_aggregate_crossing.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (model, aggregates) = (context.model, &context.model.aggregates);
        let least = model.least_confidence(self.min_confidence, out.level());
        let mut seen: Vec<&Inner> = Vec::new();
        for reference in &aggregates.references {
            let is_sure = match reference.by {
                Reference::ForeignKey(_) => true,
                Reference::Soft(index) => model.soft_references[index].evidence.confidence() >= least,
            };
            let is_known = |other: &&Inner| {
                other.table == reference.table
                    && other.columns == reference.columns
                    && other.target == reference.target
            };
            let is_decided =
                aggregates.decision(reference).is_some() || aggregates.groups[reference.to].stable;
            let stays = reference.from == reference.to || reference.is_across;
            if is_sure && !stays && !is_decided && !seen.iter().any(is_known) {
                seen.push(reference);
                report(context, reference, out);
            }
        }
    }
}

fn report(context: &Context<'_>, reference: &Inner, out: &mut Findings) {
    let (graph, aggregates) = (context.graph, &context.model.aggregates);
    let (table, target) = (graph.table(reference.table), graph.table(reference.target));
    let (subject, to) = (table.subject(&reference.columns), target.display_name());
    let (here, there) = (aggregates.groups[reference.from].name, aggregates.groups[reference.to].name);
    let (what, place) = match reference.by {
        Reference::ForeignKey(key) => ("foreign key ", table.place_of(&table.foreign_keys[key])),
        Reference::Soft(_) => ("", table.columns[reference.columns[0]].span),
    };
    let message = format!(
        "{what}`{subject}` leads from aggregate `{here}` to `{to}` in `{there}`, declared neither soft nor hard"
    );
    let finding = out.report(subject, place, message);
    finding.label(match reference.by {
        Reference::ForeignKey(_) => {
            format!("a row of `{to}` cannot go, or be archived, while this one stands")
        }
        Reference::Soft(_) => format!("a row of `{to}` can go while this still means it"),
    });
    if let Reference::Soft(index) = reference.by
        && let Evidence::Relation(relation) = context.model.soft_references[index].evidence
    {
        finding.related(graph.relations[relation].span, "this relation joins them");
    }
    finding.related(target.head(&graph.sources), format!("in `{there}`"));
    let column = format!("{}.{}", table.id(), table.column_name(reference.columns[0]));
    let entry = format!("{{ \"{column}\": {{ \"to\": \"{to}\", \"reason\": \"…\" }} }}");
    finding.help(format!(
        "decide, and say so in `aggregates`: `\"soft\": {entry}` where the two live apart, `\"hard\"` where \
         rows of `{to}` are never deleted"
    ));
}
