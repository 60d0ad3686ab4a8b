//! Root and child, or versions of one row, without a foreign key.

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Table, TableId};
use crate::model::{Aggregate, Reference};
use crate::rule::{Confidence, Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SoftReferenceInsideAggregate {
    /// How sure it must be that a column is a reference. When left out: `certain` where the rule is an error,
    /// `probable` where it is a warning.
    min_confidence: Option<Confidence>,
}

impl Rule for SoftReferenceInsideAggregate {
    const META: Meta = Meta {
        name: "soft-reference-inside-aggregate",
        summary: "a root and its child, or versions of one row, without a foreign key",
        group: "Aggregates",
        docs: include_str!("soft_reference_inside_aggregate.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (graph, model) = (context.graph, context.model);
        let aggregates = &model.aggregates;
        let least = model.least_confidence(self.min_confidence, out.level());
        let mut told: FxHashSet<TableId> = FxHashSet::default();
        for reference in aggregates.references.iter().filter(|reference| reference.from == reference.to) {
            let Reference::Soft(index) = reference.by else { continue };
            let soft = &model.soft_references[index];
            if soft.evidence.confidence() < least || !soft.could_be_key(graph) {
                continue;
            }
            let (table, target) = (graph.table(reference.table), graph.table(reference.target));
            let (subject, to) = (table.subject(&reference.columns), target.display_name());
            let name = aggregates.groups[reference.from].name;
            let message = format!(
                "`{subject}` means a row of `{to}` in its own aggregate `{name}` and has no foreign key"
            );
            let key = graph.as_foreign_key(table, &reference.columns, target, &soft.target_columns);
            if reference.table != reference.target {
                told.insert(reference.table);
            }
            out.report(subject, table.columns[reference.columns[0]].span, message)
                .label("they change together, and nothing holds them together")
                .related(target.head(&graph.sources), format!("in `{name}`, too"))
                .help(format!("make it a foreign key: `{key}`"));
        }
        for (id, column) in &aggregates.versions {
            let [group] = aggregates.of(*id) else { continue };
            let table = graph.table(*id);
            let subject = table.subject(&[*column]);
            let name = aggregates.groups[*group].name;
            let message =
                format!("`{subject}` names another version of its row in `{name}` and has no foreign key");
            let key = graph.as_foreign_key(table, &[*column], table, &table.primary_key_columns());
            out.report(subject, table.columns[*column].span, message)
                .label("the chain of versions can end in a row that never was")
                .help(format!(
                    "make it a foreign key: `{key}`; where it means something else: `// @ref none`"
                ));
        }
        for group in &aggregates.groups {
            loose_children(context, group, &told, out);
        }
    }
}

/// Tables that no foreign key joins to the rest of their aggregate.
fn loose_children(
    context: &Context<'_>,
    group: &Aggregate<'_>,
    told: &FxHashSet<TableId>,
    out: &mut Findings,
) {
    let graph = context.graph;
    let leads = |from: TableId, to: TableId| {
        graph
            .table(from)
            .foreign_keys
            .iter()
            .any(|key| key.target.as_ref().map_or(true, |target| graph.owner(target.table) == to))
    };
    let is_known = |table: &Table| {
        table.columns_open.is_none()
            && table.extras_open.is_none()
            && table.columns.iter().all(|column| column.facts.is_ok())
    };
    let [root, ..] = group.roots[..] else { return };
    for id in group.tables.iter().copied().filter(|id| !group.roots.contains(id) && !told.contains(id)) {
        let table = graph.table(id);
        let mut others = group.tables.iter().copied().filter(|other| *other != id);
        let is_joined =
            others.any(|other| leads(id, other) || leads(other, id) || !is_known(graph.table(other)));
        if is_joined || !is_known(table) || context.model.aggregates.of(id).len() != 1 || table.ponder {
            continue;
        }
        let (name, top) = (table.display_name(), graph.table(root));
        let message = format!(
            "`{name}` is in aggregate `{}`, and no foreign key joins it to `{}` or another of its tables",
            group.name,
            top.display_name()
        );
        let key = match top.primary_key_columns()[..] {
            [key] => format!(".references(() => {}.{})", top.binding.name, top.columns[key].key),
            _ => format!("foreignKey({{ columns: […], foreignColumns: […] }}) to `{}`", top.binding.name),
        };
        out.report(name, table.head(&graph.sources), message)
            .label("its rows can stay behind when their root goes")
            .related(group.span, "declared a part of it here")
            .help(format!("refer to the root from the column that names it: `{key}`"));
    }
}
