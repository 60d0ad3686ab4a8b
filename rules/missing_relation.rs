//! Foreign keys without the relation that Drizzle's queries need.

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::fixes::{NewRelation, Proposals, RelationFixes, proposals};
use crate::graph::{
    Follows, ForeignKey, KeyPair, KeyRelations, Relation, RelationApi, SchemaGraph, TableId, is_unique,
    pairs_of,
};
use crate::rule::{Context, Findings, Fix, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MissingRelation {
    /// Ask for the other side, too: `many()` or `one()` on the table that the key leads to.
    inverse: bool,
    /// Check projects that declare no relation at all, too.
    everywhere: bool,
}

impl Rule for MissingRelation {
    const META: Meta = Meta {
        name: "missing-relation",
        summary: "a foreign key without the `one()` that has exactly its columns",
        group: "Relations",
        docs: include_str!("missing_relation.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let known = Known { graph, relations: KeyRelations::new(graph), fixes: OnceCell::new() };
        let relations = &known.relations;
        if graph.queries_relations == Some(false) && !self.everywhere {
            if !graph.relations.is_empty() {
                out.say_nothing(
                    "`missing-relation` says nothing: no code here queries by relations (`db.query.…findMany`); \
                     `\"missing-relation\": [\"warn\", { \"everywhere\": true }]` asks for them all the same",
                );
            }
            return;
        }
        let mut unqueried = BTreeSet::new();
        for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
            if graph.packages[table.package].unqueried && !self.everywhere {
                unqueried.insert(table.package);
                continue;
            }
            let declares = self.everywhere || relations.projects.contains_key(&table.project);
            if !declares
                || relations.unknown.contains(&id)
                || relations.unknown_projects.contains(&table.project)
            {
                continue;
            }
            let mut seen: FxHashSet<(&[usize], TableId, &[usize])> = FxHashSet::default();
            let mut missing = Vec::new();
            for key in &table.foreign_keys {
                let (Ok(columns), Ok(target)) = (&key.columns, &key.target) else { continue };
                let to = graph.owner(target.table);
                // Tables of packages outside have no relations to be joined by; a key to itself joins nothing.
                let is_self = to == id && *columns == target.columns;
                if is_self || graph.table(to).external || !seen.insert((columns, to, &target.columns)) {
                    continue;
                }
                let pair = KeyPair { graph, from: id, columns, target, to };
                match relations.of(pair) {
                    Follows::Nothing => missing.push((pair, key)),
                    Follows::Part(relation) => pair.report_part(relation, key, out),
                    Follows::Whole if self.inverse && relations.inverse(pair) == Follows::Nothing => {
                        pair.report_inverse(&known, key, out);
                    }
                    Follows::Whole | Follows::Unknown => {}
                }
            }
            let proposals = proposals(relations, table, &missing);
            for (index, (pair, key)) in missing.iter().enumerate() {
                pair.report(&known, key, (&proposals, index, self.inverse), out);
            }
        }
        // Packages without relations are left alone in any case.
        let declaring: FxHashSet<usize> =
            graph.relations.iter().map(|relation| graph.table(relation.table).package).collect();
        unqueried.retain(|package| declaring.contains(package));
        for package in unqueried {
            let folder = &graph.packages[package].folder;
            out.say_nothing(format!(
                "`missing-relation` says nothing of `{folder}`: no code that depends on it queries by relations \
                 (`db.query.…findMany`); `\"missing-relation\": [\"warn\", {{ \"everywhere\": true }}]` asks for them all the same"
            ));
        }
    }
}

/// What is there, and where more can be written.
struct Known<'g> {
    graph: &'g SchemaGraph,
    relations: KeyRelations<'g>,
    /// Made for the first finding: most settings of the rule find nothing.
    fixes: OnceCell<RelationFixes<'g>>,
}

impl<'g> Known<'g> {
    fn fixes(&self) -> &RelationFixes<'g> {
        self.fixes.get_or_init(|| RelationFixes::new(self.graph))
    }
}

impl KeyPair<'_> {
    fn report(
        self,
        known: &Known<'_>,
        key: &ForeignKey,
        (proposals, index, with_inverse): (&Proposals, usize, bool),
        out: &mut Findings,
    ) {
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let subject = table.subject(self.columns);
        let message = format!("foreign key `{subject}` to `{}` has no relation", to.display_name());
        let property = table.binding.name.rsplit('.').next().unwrap_or_default();
        let finding = out.report(subject, table.place_of(key), message);
        finding.label(format!(
            "`db.query.{property}` cannot load its row of `{}` with `with`",
            to.display_name()
        ));
        if let Some((_, sibling)) = known.relations.on(self.from).first() {
            finding.related(sibling.span, format!("the relations of `{}` stand here", table.display_name()));
        }
        let mut help = proposals.help(index);
        if proposals.api != RelationApi::V2 && self.clashes(&known.relations, !proposals.names[index].1) {
            help.push_str(&format!(
                "; name the pair that is there (`relationName` on both sides) or `many({})` of `{}` becomes ambiguous",
                table.binding.name, to.binding.name
            ));
        }
        finding.help(help);
        finding.fix = self.fix(known, &proposals.names[index], index == 0, with_inverse);
    }

    /// The relation where the others of the table stand, or where they would, unless Drizzle would not know which of
    /// several is meant; with the other side, when that is asked for, and neither there nor waiting for this one.
    fn fix(
        self,
        known: &Known<'_>,
        (name, several): &(String, bool),
        is_first: bool,
        with_inverse: bool,
    ) -> Option<Fix> {
        let is_awaited = self.is_awaited(&known.relations);
        if *several && is_awaited || self.target.table != self.to {
            return None;
        }
        let with_inverse = with_inverse && !is_awaited && known.relations.inverse(self) == Follows::Nothing;
        // Both sides of a relation to itself lead back.
        let is_named = *several || with_inverse && self.from == self.to;
        let pair = is_named.then(|| format!("{}_{name}", self.graph.table(self.from).binding.name));
        let relation = NewRelation {
            table: self.from,
            name,
            one: true,
            target: self.to,
            columns: Some((self.columns, &self.target.columns)),
            pair: pair.as_deref(),
            is_first: is_first && !with_inverse,
        };
        if !with_inverse {
            return known.fixes().add(relation);
        }
        let back = self.inverse_name(known, name).filter(|_| !self.swapped().is_awaited(&known.relations));
        let both =
            back.and_then(|back| known.fixes().add_both(relation, self.inverse(&back, pair.as_deref())));
        // The other side is another finding then.
        both.or_else(|| known.fixes().add(relation))
    }

    /// The other side of the one relation that the key has.
    fn inverse_fix(self, known: &Known<'_>, name: &str, back: &Relation) -> Option<Fix> {
        let leads = |relation: &Relation| relation.target.as_ref().ok().copied().flatten() == Some(self.to);
        let there = known.relations.on(self.from).iter().filter(|(_, relation)| leads(relation));
        let pair = back.relation_name.as_ref().ok()?.as_deref();
        // Without a name, another one that leads there, or the new one itself, would be meant as well.
        let is_ambiguous = pair.is_none() && (there.count() > 1 || self.from == self.to);
        // Of two declarations of one name, the later replaces the other.
        let of_name = known.relations.on(self.from).iter().filter(|(_, relation)| relation.name == back.name);
        if is_ambiguous || of_name.count() > 1 || self.swapped().is_awaited(&known.relations) {
            return None;
        }
        known.fixes().add(self.inverse(name, pair))
    }

    /// The same two tables, the other one first: for what does not look at the columns.
    const fn swapped(self) -> Self {
        Self { from: self.to, to: self.from, ..self }
    }

    fn inverse<'n>(self, name: &'n str, pair: Option<&'n str>) -> NewRelation<'n> {
        let one = is_unique(self.graph.table(self.from), self.columns);
        let (table, target) = (self.to, self.from);
        NewRelation { table, name, one, target, columns: None, pair, is_first: false }
    }

    /// A free name for the other side: `posts`, else `editorPosts`.
    fn inverse_name(self, known: &Known<'_>, one: &str) -> Option<String> {
        let is_free = |name: &String| {
            let is_other = name != one || self.from != self.to;
            is_other
                && known.relations.on(self.to).iter().all(|(_, relation)| relation.name != *name)
                && self.graph.table(self.to).columns.iter().all(|column| column.key != *name)
        };
        let own = self.graph.table(self.from).binding.name.rsplit('.').next()?;
        let mut letters = own.chars();
        let first: String = letters.next()?.to_uppercase().collect();
        [own.to_string(), format!("{one}{first}{}", letters.as_str())].into_iter().find(is_free)
    }

    /// A relation joins fewer columns than the key has.
    fn report_part(self, relation: usize, key: &ForeignKey, out: &mut Findings) {
        let relation = &self.graph.relations[relation];
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let subject = table.subject(self.columns);
        let joined = pairs_of(relation).map(|pairs| {
            let names =
                pairs.fields.iter().map(|field| self.graph.table(field.table).column_name(field.column));
            names.collect::<Vec<_>>().join(", ")
        });
        let joined = joined.unwrap_or_default();
        let message =
            format!("relation `{}` joins only `{joined}` of the foreign key `{subject}`", relation.name);
        let target = self.graph.table(self.target.table);
        let (from, object) = (&table.binding.name, &to.binding.name);
        let columns = match relation.api {
            RelationApi::V1 => format!(
                "fields: [{}], references: [{}]",
                table.column_keys(from, self.columns),
                target.column_keys(object, &self.target.columns)
            ),
            RelationApi::V2 => format!(
                "from: [{}], to: [{}]",
                table.column_keys(&format!("r.{from}"), self.columns),
                target.column_keys(&format!("r.{object}"), &self.target.columns)
            ),
        };
        out.report(subject, table.place_of(key), message)
            .label(format!(
                "it may load another row of `{}` than the one the key refers to",
                to.display_name()
            ))
            .related(relation.span, format!("it joins by `{joined}` alone"))
            .help(format!("join all columns of the key: `{columns}`"));
    }

    /// Whether one more relation makes an unnamed `many()` of the other table ambiguous: Drizzle counts every relation
    /// that points back (facts/peers.md 2.3). The first one is what it waits for.
    fn clashes(self, relations: &KeyRelations<'_>, is_first: bool) -> bool {
        let mut others = relations.on(self.from).iter();
        self.is_awaited(relations) && (!is_first || others.any(|(_, other)| self.leads(other, self.to)))
    }

    /// Whether the other table has an unnamed relation back, that leaves the columns to this one.
    fn is_awaited(self, relations: &KeyRelations<'_>) -> bool {
        relations.on(self.to).iter().any(|(_, back)| {
            back.columns.is_none() && self.leads(back, self.from) && matches!(back.relation_name, Ok(None))
        })
    }

    fn report_inverse(self, known: &Known<'_>, key: &ForeignKey, out: &mut Findings) {
        let (table, to) = (self.graph.table(self.from), self.graph.table(self.to));
        let subject = table.subject(self.columns);
        let message = format!("`{}` has no relation back to `{subject}`", to.display_name());
        let kind = if is_unique(table, self.columns) { "one" } else { "many" };
        let (from, object) = (&table.binding.name, &to.binding.name);
        let back = known.relations.following(self);
        let name = back.and_then(|back| self.inverse_name(known, &back.name));
        let finding = out.report(subject, table.place_of(key), message);
        let shown = name.as_deref().unwrap_or(from);
        finding
            .label(format!(
                "`db.query.{object}` cannot load its rows of `{}` with `with`",
                table.display_name()
            ))
            .related(to.span, format!("`{}` is declared here", to.display_name()));
        let pair = back.and_then(|back| back.relation_name.as_ref().ok()?.as_deref());
        let written = match (back.map(|back| back.api), pair) {
            (Some(RelationApi::V2), None) => format!("r.{kind}.{from}()"),
            (Some(RelationApi::V2), Some(pair)) => format!("r.{kind}.{from}({{ alias: \"{pair}\" }})"),
            (_, Some(pair)) => format!("{kind}({from}, {{ relationName: \"{pair}\" }})"),
            (_, None) => format!("{kind}({from})"),
        };
        finding.help(format!("add to the relations of `{object}`: `{shown}: {written}`"));
        if let (Some(name), Some(back)) = (name, back) {
            finding.fix = self.inverse_fix(known, &name, back);
        }
    }
}
