//! References between aggregates that are not as it was decided.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::ForeignKey;
use crate::model::{Decision, Inner, Reference};
use crate::rule::{Confidence, Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AggregateDispositionMismatch {
    /// How sure it must be that a column is a reference to a stable aggregate. When left out: `certain` where the
    /// rule is an error, `probable` where it is a warning.
    min_confidence: Option<Confidence>,
}

impl Rule for AggregateDispositionMismatch {
    const META: Meta = Meta {
        name: "aggregate-disposition-mismatch",
        summary: "a reference between aggregates that is declared soft and has a foreign key, or hard and has none",
        group: "Aggregates",
        docs: include_str!("aggregate_disposition_mismatch.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (model, aggregates) = (context.model, &context.model.aggregates);
        for decision in &aggregates.decisions {
            let table = context.graph.table(decision.table);
            let on_column = |key: &&ForeignKey| {
                key.columns.as_ref().is_ok_and(|columns| columns.contains(&decision.column))
            };
            let keys: Vec<&ForeignKey> = table.foreign_keys.iter().filter(on_column).collect();
            if decision.hard {
                hard(context, decision, &keys, out);
            } else if let Some(key) = keys.iter().find(|key| contradicts(context, decision, key)) {
                soft(context, decision, key, out);
            }
        }
        let least = model.least_confidence(self.min_confidence, out.level());
        for reference in &aggregates.references {
            let Reference::Soft(index) = reference.by else { continue };
            if reference.from != reference.to
                && !reference.is_across
                && aggregates.groups[reference.to].stable
                && aggregates.decision(reference).is_none()
                && model.soft_references[index].evidence.confidence() >= least
                && model.soft_references[index].could_be_key(context.graph)
            {
                stable(context, reference, out);
            }
        }
    }
}

/// `soft in ADR-036: unbounded collection`.
fn declared(decision: &Decision<'_>) -> String {
    let kind = if decision.hard { "hard" } else { "soft" };
    match decision.adr {
        Some(adr) => format!("declared {kind} in {adr}: {}", decision.reason),
        None => format!("declared {kind}: {}", decision.reason),
    }
}

/// ` of `commerce.Booking``, when the table is in one aggregate.
fn of(context: &Context<'_>, table: crate::graph::TableId) -> String {
    let aggregates = &context.model.aggregates;
    match aggregates.of(table) {
        [one] => format!(" of `{}`", aggregates.groups[*one].name),
        _ => String::new(),
    }
}

/// Whether a key is what was decided to be none. A composite key to another table only passes by, as one of a
/// tenant and an order does for a decision about the tenant.
fn contradicts(context: &Context<'_>, decision: &Decision<'_>, key: &ForeignKey) -> bool {
    let is_alone = key.columns.as_ref().is_ok_and(|columns| columns.len() == 1);
    key.target.as_ref().is_ok_and(|target| is_alone || context.graph.owner(target.table) == decision.target)
}

fn soft(context: &Context<'_>, decision: &Decision<'_>, key: &ForeignKey, out: &mut Findings) {
    let graph = context.graph;
    let table = graph.table(decision.table);
    let Ok(target) = &key.target else { return };
    let to = graph.table(graph.owner(target.table)).display_name();
    let subject = table.subject(&[decision.column]);
    let (here, there) = (of(context, decision.table), of(context, graph.owner(target.table)));
    let message =
        format!("`{subject}`{here} has a foreign key to `{to}`{there}, but is {}", declared(decision));
    let effect = match key.on_delete.as_ref().map(|action| action.as_deref()) {
        Ok(Some("cascade")) => {
            format!("deleting a row of `{to}` deletes rows of `{}`", table.display_name())
        }
        Ok(Some("set null" | "set default")) => {
            format!("deleting a row of `{to}` changes rows of `{}`", table.display_name())
        }
        _ => {
            format!("a row of `{to}` cannot be deleted while rows of `{}` refer to it", table.display_name())
        }
    };
    out.report(subject, table.place_of(key), message)
        .label(effect)
        .related(decision.span, "it was decided here")
        .help(format!("drop the key, and say at the column what it means: `// @ref {to}`"));
}

fn hard(context: &Context<'_>, decision: &Decision<'_>, keys: &[&ForeignKey], out: &mut Findings) {
    let graph = context.graph;
    let table = graph.table(decision.table);
    let leads = |key: &&&ForeignKey| match &key.target {
        Ok(target) => graph.owner(target.table) == decision.target,
        Err(_) => true,
    };
    if keys.iter().any(|key| leads(&key)) || keys.is_empty() && table.may_be_foreign_key(decision.column) {
        return;
    }
    let target = graph.table(decision.target);
    let (subject, to) = (table.subject(&[decision.column]), target.display_name());
    let (here, there) = (of(context, decision.table), of(context, decision.target));
    let message =
        format!("`{subject}`{here} has no foreign key to `{to}`{there}, but is {}", declared(decision));
    let finding = out.report(subject, table.columns[decision.column].span, message);
    finding
        .label(format!("it may mean a row of `{to}` that never was"))
        .related(decision.span, "it was decided here");
    for key in keys {
        finding.related(table.place_of(key), "its key leads elsewhere");
    }
    finding.help(match target.primary_key_columns()[..] {
        [key] if keys.is_empty() => {
            let text = graph.as_foreign_key(table, &[decision.column], target, &[key]);
            format!("make it a foreign key: `{text}`")
        }
        _ => format!("let a foreign key lead to `{to}`, or correct what was decided"),
    });
}

fn stable(context: &Context<'_>, reference: &Inner, out: &mut Findings) {
    let (graph, aggregates) = (context.graph, &context.model.aggregates);
    let (table, target) = (graph.table(reference.table), graph.table(reference.target));
    let (subject, to) = (table.subject(&reference.columns), target.display_name());
    let group = &aggregates.groups[reference.to];
    let message = format!(
        "`{subject}`{} has no foreign key to `{to}` of `{}`, which is stable",
        of(context, reference.table),
        group.name
    );
    let Reference::Soft(index) = reference.by else { return };
    let columns = &context.model.soft_references[index].target_columns;
    let key = graph.as_foreign_key(table, &reference.columns, target, columns);
    out.report(subject, table.columns[reference.columns[0]].span, message)
        .label(format!("it may mean a row of `{to}` that never was"))
        .related(group.span, "stable: what leads to it is hard, unless `soft` says otherwise")
        .help(format!("make it a foreign key: `{key}`"));
}
