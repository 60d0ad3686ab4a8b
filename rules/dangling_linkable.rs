//! Linkables and links that lead nowhere, or to the same place twice.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::graph::Linkable;
use crate::model::Linked;
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct DanglingLinkable {}

impl Rule for DanglingLinkable {
    const META: Meta = Meta {
        name: "dangling-linkable",
        summary: "a linkable without its table or key, two of one name, or a link of what nothing makes linkable",
        group: "Links",
        docs: include_str!("dangling_linkable.md"),
        level: Level::Error,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for (index, linkable) in context.graph.linkables.iter().enumerate() {
            table_and_key(context, linkable, context.model.links.table_of(index), out);
        }
        let entities = same_entities(context, out);
        undeclared(context, &entities, out);
        same_tables(context, out);
    }
}

fn table_and_key(context: &Context<'_>, linkable: &Linkable, table: Linked, out: &mut Findings) {
    let (Ok(name), subject) = (&linkable.table, linkable.display_name()) else { return };
    match table {
        Linked::Unknown => {}
        Linked::Nowhere => {
            let message = format!("the table `{name}` of the linkable `{subject}` is declared nowhere");
            out.report(subject, linkable.table_span, message)
                .label("no table has this name in SQL")
                .help("write the name that the table has in SQL, or take the linkable out");
        }
        Linked::To(id) => {
            let (table, Ok(key)) = (context.graph.table(id), &linkable.primary_key) else { return };
            let may_be = table.columns_open.is_some()
                || table.columns.iter().any(|column| match &column.facts {
                    Ok(facts) => facts.sql_name.as_ref().is_err() || facts.sql_name.as_ref() == Ok(key),
                    Err(_) => true,
                });
            if !may_be {
                let message = format!(
                    "`{}` has no column `{key}`, the key of the linkable `{subject}`",
                    table.display_name()
                );
                let finding = out.report(subject, linkable.key_span, message);
                finding.label("links would hold it").related(table.span, "the table");
                finding.help("name the column that links hold: `primaryKey: \"…\"`");
            }
        }
    }
}

/// The first linkable of each `module.entity`; those that nothing declares do not count.
fn same_entities<'g>(
    context: &Context<'g>,
    out: &mut Findings,
) -> FxHashMap<(&'g SmolStr, &'g SmolStr), &'g Linkable> {
    let mut seen: FxHashMap<(&SmolStr, &SmolStr), &Linkable> = FxHashMap::default();
    for linkable in context.graph.linkables.iter().filter(|linkable| linkable.binding.is_some()) {
        let (Ok(module), Ok(entity)) = (&linkable.module, &linkable.entity) else { continue };
        match seen.get(&(module, entity)) {
            None => {
                seen.insert((module, entity), linkable);
            }
            Some(first) => {
                let subject = linkable.display_name();
                let message = format!("two linkables are called `{subject}`");
                out.report(subject, linkable.span, message)
                    .label("links of the two get the same table and columns")
                    .related(first.span, "the other")
                    .help("give one of them another `entity`, or use the other in its place");
            }
        }
    }
    seen
}

/// Links of objects that no declaration says to be linkable.
fn undeclared(
    context: &Context<'_>,
    declared: &FxHashMap<(&SmolStr, &SmolStr), &Linkable>,
    out: &mut Findings,
) {
    if !context.model.links.have_a_type() {
        return;
    }
    for link in &context.graph.links {
        for end in link.ends() {
            let Ok(index) = end.linkable else { continue };
            let linkable = &context.graph.linkables[index];
            let (Ok(module), Ok(entity)) = (&linkable.module, &linkable.entity) else { continue };
            if linkable.binding.is_some() || declared.contains_key(&(module, entity)) {
                continue;
            }
            let name = linkable.display_name();
            let message = format!(
                "the link `{}` is of `{name}`, which nothing declares to be linkable",
                link.display_name()
            );
            let finding = out.report(link.subject(), link.span, message);
            if linkable.span != link.span {
                finding.related(linkable.span, "not declared as what may be linked");
            }
            finding.help("the module that owns the table declares the linkable; import it");
        }
    }
}

/// Links that would share a table.
fn same_tables(context: &Context<'_>, out: &mut Findings) {
    let mut seen: FxHashMap<&SmolStr, usize> = FxHashMap::default();
    for (index, link) in context.graph.links.iter().enumerate() {
        let Ok(table) = &link.table else { continue };
        let first = *seen.entry(table).or_insert(index);
        if first != index {
            let other = &context.graph.links[first];
            let message = format!(
                "the links `{}` and `{}` have one table, `{table}`",
                other.display_name(),
                link.display_name()
            );
            out.report(table.as_str(), link.table_span, message)
                .label("rows of the two cannot be told apart")
                .related(other.span, "the other link")
                .help("give one of them its own: `{ database: { tableName: \"…\" } }`, or take it out");
        }
    }
}
