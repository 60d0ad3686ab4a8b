//! Relations on which Drizzle throws.

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::fixes::resolve_relation;
use crate::graph::{Relation, RelationApi, RelationError, RelationIndex, SchemaGraph, TableId, Verdict};
use crate::rule::{Context, Finding, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnresolvableRelation {}

impl Rule for UnresolvableRelation {
    const META: Meta = Meta {
        name: "unresolvable-relation",
        summary: "a relation on which Drizzle throws: when a query uses it, or as soon as the schema is loaded",
        group: "Relations",
        docs: include_str!("unresolvable_relation.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let errors = graph.relations.iter().enumerate().filter_map(|(index, relation)| {
            let Ok(Verdict::Error(error)) = &relation.verdict else { return None };
            Some((index, relation, error))
        });
        let errors: Vec<(usize, &Relation, &RelationError)> = errors.collect();
        if errors.is_empty() {
            return;
        }
        let schema = Schema { graph, relations: RelationIndex::new(graph) };
        // What has one cause is reported once.
        let mut groups: FxHashMap<Cause<'_>, Vec<usize>> = FxHashMap::default();
        for (index, relation, error) in &errors {
            groups.entry(schema.cause(*index, relation, error)).or_default().push(*index);
        }
        let mut reported = FxHashSet::default();
        for (index, relation, error) in errors {
            let group = &groups[&schema.cause(index, relation, error)];
            if reported.contains(&index) {
                continue;
            }
            reported.extend(group.iter().copied());
            let first = group.iter().copied().min_by_key(|other| (!schema.holds_key(*other), *other));
            schema.report(first.unwrap_or(index), group, out);
        }
    }
}

/// Relations that throw for one reason.
#[derive(PartialEq, Eq, Hash)]
enum Cause<'g> {
    /// Two that lead back and forth, neither with columns.
    Pair(usize, usize),
    /// Several relations of one table, between which the same ones of the other cannot be told apart.
    Ambiguous(TableId, &'g [usize]),
    Own(usize),
}

/// The schema, by what a finding needs.
struct Schema<'g> {
    graph: &'g SchemaGraph,
    relations: RelationIndex<'g>,
}

impl<'g> Schema<'g> {
    fn cause(&self, index: usize, relation: &Relation, error: &'g RelationError) -> Cause<'g> {
        use RelationError as E;
        match error {
            E::NoInverse(Some(other)) | E::ReverseWithoutColumns(other) if self.leads_back(*other, index) => {
                Cause::Pair(index.min(*other), index.max(*other))
            }
            E::SeveralNamed(found)
            | E::SeveralBetween(found)
            | E::SeveralAlias(found)
            | E::SeveralReverse(found) => Cause::Ambiguous(relation.table, found),
            _ => Cause::Own(index),
        }
    }

    fn leads_back(&self, index: usize, to: usize) -> bool {
        matches!(
            &self.graph.relations[index].verdict,
            Ok(Verdict::Error(RelationError::NoInverse(Some(back)) | RelationError::ReverseWithoutColumns(back)))
                if *back == to
        )
    }

    /// Whether the key that joins the two tables stands on the relation's own.
    fn holds_key(&self, index: usize) -> bool {
        let relation = &self.graph.relations[index];
        matches!(relation.target, Ok(Some(target)) if !self.relations.keys.of(relation.table, target).is_empty())
    }

    fn report(&self, index: usize, group: &[usize], out: &mut Findings) {
        let graph = self.graph;
        let relation = &graph.relations[index];
        let Ok(Verdict::Error(error)) = &relation.verdict else { return };
        let subject = format!("{}.{}", graph.table(relation.table).display_name(), relation.name);
        let text = error.text(graph, relation).replace('\n', " ");
        let message = match (error.is_immediate(), relation.api) {
            (true, RelationApi::V2) => format!("`defineRelations` throws on relation `{subject}`: `{text}`"),
            (true, RelationApi::V1) => format!("`drizzle()` throws on relation `{subject}`: `{text}`"),
            (false, _) => {
                format!(
                    "a query that loads relation `{subject}`, `with: {{ {}: true }}`, throws `{text}`",
                    relation.name
                )
            }
        };
        let finding = out.report(subject, relation.span, message);
        finding.label(self.seen(relation, error));
        for other in group.iter().filter(|other| **other != index) {
            finding.related(graph.relations[*other].span, "this one throws, too");
        }
        self.relate(relation, error, group, finding);
        finding.help(resolve_relation(&self.relations, relation, error));
    }

    /// What is to be seen at the relation.
    fn seen(&self, relation: &Relation, error: &RelationError) -> String {
        use RelationError as E;
        let graph = self.graph;
        let source = graph.table(relation.table).display_name();
        let target = self.relations.target_name(relation);
        let name = relation.relation_name.as_ref().ok().and_then(Option::as_deref);
        let back = |other: usize| {
            format!("`{target}.{}` leads back, but says no columns either", graph.relations[other].name)
        };
        match error {
            E::NoInverse(None) => match name {
                Some(name) => format!("no relation of `{target}` has `relationName: \"{name}\"`"),
                None => format!("it says no columns, and no relation of `{target}` leads back to `{source}`"),
            },
            E::NoReverse | E::NoRelations => {
                format!(
                    "it says no columns, and this call declares no relation of `{target}` back to `{source}` without an `alias`"
                )
            }
            E::NoAlias => format!(
                "no relation of `{target}` in this call has `alias: \"{}\"`",
                name.unwrap_or_default()
            ),
            E::NoInverse(Some(other)) | E::ReverseWithoutColumns(other) => back(*other),
            E::SeveralNamed(found) | E::SeveralAlias(found) => {
                format!("{} relations of `{target}` have this name", found.len())
            }
            E::SeveralBetween(_) if relation.target == Ok(Some(relation.table)) => {
                format!(
                    "it leads to its own table: without a name, each relation of `{target}` to itself is its inverse, itself too"
                )
            }
            E::SeveralBetween(found) | E::SeveralReverse(found) => {
                format!("{} relations of `{target}` lead back to `{source}`", found.len())
            }
            E::NoFields => "a second argument of `one()` must have `fields`".into(),
            E::FewerReferences { .. } => "`references` has fewer columns than `fields`".into(),
            E::View { .. } => format!("`{target}` is a view: `relations()` can lead to tables only"),
            E::NoFunction(_) if relation.target == Ok(None) => {
                format!("the schema that is given to `defineRelations` has no `{}`", relation.keys.target)
            }
            E::NoFunction(_) => format!("a table called `{}` hides this helper", relation.kind()),
            E::NameOfColumn(_) => format!("`{source}` has a column of that name"),
            E::EmptyAlias => "the `alias` is empty".into(),
            E::EmptyFrom => "`from` is empty".into(),
            E::EmptyTo => "`to` is empty".into(),
            E::Lengths => "`from` and `to` have different numbers of columns".into(),
            E::ForeignFrom(other) => format!("`from` holds a column of `{other}`"),
            E::ForeignTo(other) => format!("`to` holds a column of `{other}`"),
            E::PlainColumn { .. } => {
                "it holds a column of a table itself, where one of the helper must stand".into()
            }
            E::ThroughSome => "`.through()` stands on some of the columns only".into(),
            E::ThroughTables => "`.through()` leads to several tables".into(),
            E::OneSide => "`from` and `to` belong together".into(),
        }
    }

    fn relate(&self, relation: &Relation, error: &RelationError, group: &[usize], finding: &mut Finding) {
        use RelationError as E;
        let graph = self.graph;
        match error {
            E::SeveralNamed(found)
            | E::SeveralBetween(found)
            | E::SeveralAlias(found)
            | E::SeveralReverse(found) => {
                // Of a table to itself, the relation is one of those that lead back.
                let others = found.iter().map(|other| &graph.relations[*other]);
                for other in others.filter(|other| other.span != relation.span) {
                    finding.related(other.span, "it leads back");
                }
            }
            E::NoInverse(Some(other)) | E::ReverseWithoutColumns(other) if !group.contains(other) => {
                finding.related(graph.relations[*other].span, "it leads back, without columns");
            }
            E::NameOfColumn(column) => {
                let column = &graph.table(relation.table).columns[*column];
                finding.related(column.span, "the column");
            }
            E::NoInverse(_) | E::NoReverse | E::NoAlias | E::NoRelations => {
                let Ok(Some(target)) = relation.target else { return };
                if let Some(other) = self.relations.named_otherwise(relation) {
                    let name = match other.relation_name {
                        Ok(None) => "it leads back, without a name",
                        _ => "it leads back under another name",
                    };
                    finding.related(other.span, name);
                } else if let Some(other) = self.relations.to_another_object(relation) {
                    finding.related(other.span, "it leads back to another object of the table");
                } else if let [key] = self.relations.keys.of(target, relation.table)[..] {
                    let place = graph.table(key.table).place_of(key.key);
                    finding.related(place, "the foreign key that it would follow");
                }
            }
            _ => {}
        }
    }
}
