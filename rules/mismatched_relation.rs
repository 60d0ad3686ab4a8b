//! Relations that join the wrong columns, without an error.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{
    ColumnPairs, ColumnRef, Contradiction, KeysBetween, Relation, RelationApi, SchemaGraph, Table, TableId,
    Verdict,
};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MismatchedRelation {}

impl Rule for MismatchedRelation {
    const META: Meta = Meta {
        name: "mismatched-relation",
        summary: "a relation that joins columns which have nothing to do with each other, without an error",
        group: "Relations",
        docs: include_str!("mismatched_relation.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let keys = KeysBetween::new(graph);
        for relation in &graph.relations {
            let joined = Joined { graph, keys: &keys, relation };
            match (&relation.verdict, &relation.columns) {
                (Ok(Verdict::From(other, _)), _) => joined.check_inverse(&graph.relations[*other], out),
                (Ok(Verdict::Written), Some(Ok(pairs))) => joined.check_written(pairs, out),
                _ => {}
            }
        }
    }
}

/// A relation and what it joins.
#[derive(Clone, Copy)]
struct Joined<'g> {
    graph: &'g SchemaGraph,
    keys: &'g KeysBetween<'g>,
    relation: &'g Relation,
}

impl<'g> Joined<'g> {
    /// A name is looked up on the other table alone, wherever the relation of that name leads.
    fn check_inverse(self, other: &Relation, out: &mut Findings) {
        let (graph, relation) = (self.graph, self.relation);
        let (Ok(Some(target)), Ok(Some(name))) = (&other.target, &relation.relation_name) else { return };
        if self.is_same_table(*target, relation.table) {
            return;
        }
        let table = graph.table(relation.table).display_name();
        let (subject, third) = (self.subject(), graph.table(*target).display_name());
        let there = format!("{}.{}", graph.table(other.table).display_name(), other.name);
        let message = format!(
            "relation `{subject}` takes its columns from `{there}`, which leads to `{third}`, not to `{table}`"
        );
        let property = self.property();
        out.report(subject, relation.span, message)
            .label(format!("it compares columns of `{third}` where those of `{table}` belong"))
            .related(other.span, format!("the only relation there with `{property}: \"{name}\"`"))
            .help(format!(
                "give the relation of `{}` back to `{table}` that name, and this pair another one",
                graph.table(other.table).display_name()
            ));
    }

    fn check_written(self, pairs: &ColumnPairs, out: &mut Findings) {
        if self.relation.api == RelationApi::V1 && self.check_columns(pairs, out) {
            return;
        }
        let compared: Vec<(ColumnRef, ColumnRef)> = match &self.relation.through {
            None => zip(&pairs.fields, &pairs.references),
            Some(through) => {
                let mut compared = zip(&pairs.fields, &through.source);
                compared.extend(zip(&pairs.references, &through.target));
                compared
            }
        };
        let found = compared.into_iter().find_map(|(near, far)| self.graph.contradiction(near, far));
        if let Some(found) = found {
            self.report_contradiction(&found, out);
        }
    }

    /// What 0.45 does not check: whose columns they are, and how many.
    fn check_columns(self, pairs: &ColumnPairs, out: &mut Findings) -> bool {
        let relation = self.relation;
        let Ok(Some(target)) = relation.target else { return true };
        let (near, far) =
            (self.foreign(&pairs.fields, relation.table), self.foreign(&pairs.references, target));
        let subject = self.subject();
        match (near, far) {
            (Some(column), Some(_)) if self.are_swapped(pairs, target) => {
                let message = format!("`fields` and `references` of relation `{subject}` are swapped");
                out.report(subject, relation.span, message)
                    .label(self.by_name(column, relation.table))
                    .help(format!("write `{}`", self.as_columns(&pairs.references, &pairs.fields)));
            }
            (Some(column), _) => self.report_foreign("fields", column, relation.table, out),
            (None, Some(column)) => self.report_foreign("references", column, target, out),
            (None, None) if pairs.fields.is_empty() => {
                let to = self.graph.table(target).display_name();
                out.report(subject.clone(), relation.span, format!("relation `{subject}` joins no columns"))
                    .label(format!("it loads the first row of `{to}` for every row"))
                    .help("write the columns that are joined in `fields` and `references`");
            }
            (None, None) if pairs.references.len() > pairs.fields.len() => {
                let ignored = pairs.references[pairs.fields.len()];
                let message = format!("relation `{subject}` does not compare `{}`", self.name(ignored));
                out.report(subject, relation.span, message)
                    .label("`references` has more columns than `fields`: Drizzle ignores the last ones")
                    .help("give each of `references` its column in `fields`");
            }
            (None, None) => return false,
        }
        true
    }

    /// A column of another table than the one it must be of.
    fn foreign(self, columns: &[ColumnRef], of: TableId) -> Option<ColumnRef> {
        columns.iter().copied().find(|column| !self.is_same_table(column.table, of))
    }

    fn are_swapped(self, pairs: &ColumnPairs, target: TableId) -> bool {
        let all =
            |columns: &[ColumnRef], of| columns.iter().all(|column| self.is_same_table(column.table, of));
        pairs.fields.len() == pairs.references.len()
            && all(&pairs.fields, target)
            && all(&pairs.references, self.relation.table)
    }

    /// Whether two table objects stand for one table of the database, as far as is known.
    fn is_same_table(self, left: TableId, right: TableId) -> bool {
        if self.graph.owner(left) == self.graph.owner(right) {
            return true;
        }
        let (left, right) = (self.graph.table(left), self.graph.table(right));
        let is_known = |table: &Table| table.name.is_ok() && !matches!(table.namespace, Some(Err(_)));
        !is_known(left) || !is_known(right) || left.id() == right.id()
    }

    fn report_foreign(self, list: &str, column: ColumnRef, of: TableId, out: &mut Findings) {
        let (graph, relation) = (self.graph, self.relation);
        let table = graph.table(of);
        let subject = self.subject();
        let message = format!(
            "`{list}` of relation `{subject}` holds `{}`, a column of another table",
            self.name(column)
        );
        out.report(subject, relation.span, message)
            .label(self.by_name(column, of))
            .related(graph.table(column.table).columns[column.column].span, "the column")
            .help(format!("write columns of `{}` in `{list}`", table.binding.name));
    }

    /// Drizzle takes the name of a column and the table that it expects.
    fn by_name(self, column: ColumnRef, of: TableId) -> String {
        let table = self.graph.table(of);
        let name = self.graph.table(column.table).column_name(column.column);
        let has = table.columns.iter().any(|column| column.display_name() == name);
        let read = format!("{}.{name}", table.display_name());
        match has || table.columns_open.is_some() {
            true => format!("Drizzle takes the name alone and compares `{read}`"),
            false => format!("Drizzle takes the name alone, and the database has no `{read}`"),
        }
    }

    fn report_contradiction(self, found: &Contradiction<'_>, out: &mut Findings) {
        let (graph, relation) = (self.graph, self.relation);
        let subject = self.subject();
        let (column, with, to) = (self.name(found.column), self.name(found.with), self.name(found.refers_to));
        let message =
            format!("relation `{subject}` joins `{column}` with `{with}`, but `{column}` refers to `{to}`");
        let table = graph.table(found.column.table);
        out.report(subject, relation.span, message)
            .label(format!("it finds no row, or the wrong one: `{with}` holds other values"))
            .related(table.place_of(found.key), format!("`{column}` refers to `{to}`"))
            .help(self.advice(found));
    }

    fn advice(self, found: &Contradiction<'_>) -> String {
        let (graph, relation) = (self.graph, self.relation);
        if relation.through.is_some() {
            return "join each side with the column of the junction that refers to it".into();
        }
        let Ok(Some(target)) = relation.target else { return String::new() };
        let mut right = Vec::new();
        for key in self.keys.of(relation.table, target) {
            right.push(
                self.as_columns(&refs(key.table, key.columns), &refs(key.target.table, &key.target.columns)),
            );
        }
        if right.is_empty() {
            for key in self.keys.of(target, relation.table) {
                right.push(
                    self.as_columns(
                        &refs(key.target.table, &key.target.columns),
                        &refs(key.table, key.columns),
                    ),
                );
            }
        }
        right.truncate(3);
        match &right[..] {
            [] => format!(
                "lead the relation to `{}`, or join columns that refer to each other",
                graph.table(found.refers_to.table).binding.name
            ),
            right => format!("join the columns of the foreign key: `{}`", right.join("` or `")),
        }
    }

    /// `fields: [posts.authorId], references: [users.id]`
    fn as_columns(self, near: &[ColumnRef], far: &[ColumnRef]) -> String {
        let (v1, keys) = (self.relation.api == RelationApi::V1, &self.relation.keys);
        let list = |columns: &[ColumnRef], key: &str| {
            let of = if v1 { key.to_string() } else { format!("r.{key}") };
            let names = columns
                .iter()
                .map(|at| format!("{of}.{}", self.graph.table(at.table).columns[at.column].key));
            let names = names.collect::<Vec<_>>().join(", ");
            if v1 || columns.len() > 1 { format!("[{names}]") } else { names }
        };
        let (from, to) = if v1 { ("fields", "references") } else { ("from", "to") };
        format!("{from}: {}, {to}: {}", list(near, &keys.source), list(far, &keys.target))
    }

    fn subject(self) -> String {
        format!("{}.{}", self.graph.table(self.relation.table).display_name(), self.relation.name)
    }

    fn name(self, column: ColumnRef) -> String {
        let table = self.graph.table(column.table);
        format!("{}.{}", table.display_name(), table.column_name(column.column))
    }

    const fn property(self) -> &'static str {
        match self.relation.api {
            RelationApi::V1 => "relationName",
            RelationApi::V2 => "alias",
        }
    }
}

fn zip(near: &[ColumnRef], far: &[ColumnRef]) -> Vec<(ColumnRef, ColumnRef)> {
    near.iter().copied().zip(far.iter().copied()).collect()
}

fn refs(table: TableId, columns: &[usize]) -> Vec<ColumnRef> {
    columns.iter().map(|column| ColumnRef { table, column: *column }).collect()
}
