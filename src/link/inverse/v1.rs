//! Relations of 0.x: `normalizeRelation` and what builds queries, facts/drizzle.md 2.7.
//!
//! Which relations `drizzle()` is given is not known: it is taken to be given all that there are, and where that decides
//! nothing is concluded.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::sync::Arc;

use super::{Form, Forms, swapped};
use crate::eval::why;
use crate::graph::{
    Dialect, DrizzleLine, Fact, Relation, RelationApi, RelationError, SchemaGraph, Table, TableId, Through,
    Unknown, Verdict,
};
use crate::source::FileId;

/// The second argument of `one()` or `many()`.
#[derive(Debug)]
pub(in crate::link) enum Config {
    /// There is none.
    Missing,
    /// It has `fields`.
    Fields {
        /// And `references`.
        references: bool,
    },
    /// It has none.
    NoFields,
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// What a database calls a table.
type Identity<'g> = (Dialect, Option<&'g SmolStr>, &'g SmolStr);

struct Judge<'g> {
    graph: &'g SchemaGraph,
    forms: &'g Forms,
    /// The relations of each table.
    of_table: FxHashMap<TableId, Sides>,
    /// Those that another one of their name replaces; which of them does depends on the order of exports.
    replaced: FxHashMap<TableId, Sides>,
    /// The names that several relations of a table have.
    rivals: FxHashSet<(TableId, &'g SmolStr)>,
    /// Table objects with relations, by what the database calls them: Drizzle finds relations by that name.
    objects: FxHashMap<Identity<'g>, Vec<TableId>>,
}

/// Relations of one table, by what a relation to it is matched with.
#[derive(Default)]
struct Sides {
    named: FxHashMap<SmolStr, Vec<usize>>,
    leading_to: FxHashMap<TableId, Vec<usize>>,
    /// Why the first of which it is not known has a name, or leads somewhere, that is not known.
    unknown_name: Option<Arc<Unknown>>,
    unknown_target: Option<Arc<Unknown>>,
}

impl Sides {
    fn add(&mut self, index: usize, relation: &Relation) {
        match &relation.relation_name {
            Ok(Some(name)) => self.named.entry(name.clone()).or_default().push(index),
            Ok(None) => {}
            Err(why) => drop(self.unknown_name.get_or_insert_with(|| why.clone())),
        }
        match &relation.target {
            Ok(Some(target)) => self.leading_to.entry(*target).or_default().push(index),
            Ok(None) => {}
            Err(why) => drop(self.unknown_target.get_or_insert_with(|| why.clone())),
        }
    }

    /// Those of a name, else those that lead to a table.
    fn matching(&self, name: Option<&SmolStr>, to: TableId) -> Fact<&[usize]> {
        let (unknown, found) = match name {
            Some(name) => (&self.unknown_name, self.named.get(name)),
            None => (&self.unknown_target, self.leading_to.get(&to)),
        };
        match unknown {
            Some(why) => Err(why.clone()),
            None => Ok(found.map_or(&[], Vec::as_slice)),
        }
    }
}

/// The verdict on every relation of `relations()`.
pub(super) fn judge(graph: &SchemaGraph, forms: &Forms) -> Vec<(usize, Fact<Verdict>, Option<Through>)> {
    let mut of_table: FxHashMap<TableId, Sides> = FxHashMap::default();
    let mut replaced: FxHashMap<TableId, Sides> = FxHashMap::default();
    // Several `relations()` of one table merge; of one name the last counts.
    let mut last: FxHashMap<(TableId, &SmolStr), usize> = FxHashMap::default();
    let mut rivals = FxHashSet::default();
    for (index, relation) in v1(graph) {
        if let Some(other) = last.insert((relation.table, &relation.name), index) {
            replaced.entry(relation.table).or_default().add(other, &graph.relations[other]);
            rivals.insert((relation.table, &relation.name));
        }
    }
    for (index, relation) in v1(graph) {
        if last.get(&(relation.table, &relation.name)) == Some(&index) {
            of_table.entry(relation.table).or_default().add(index, relation);
        }
    }
    let mut objects: FxHashMap<Identity<'_>, Vec<TableId>> = FxHashMap::default();
    for table in of_table.keys() {
        if let Some(identity) = identity(graph.table(*table)) {
            objects.entry(identity).or_default().push(*table);
        }
    }
    let judge = Judge { graph, forms, of_table, replaced, rivals, objects };
    v1(graph).map(|(index, relation)| (index, judge.of(index, relation), None)).collect()
}

fn v1(graph: &SchemaGraph) -> impl Iterator<Item = (usize, &Relation)> {
    graph.relations.iter().enumerate().filter(|(_, relation)| relation.api == RelationApi::V1)
}

fn identity(table: &Table) -> Option<Identity<'_>> {
    let namespace = table.namespace.as_ref().map(|namespace| namespace.as_ref().ok());
    match (&table.name, namespace) {
        (Ok(name), None) => Some((table.dialect, None, name)),
        (Ok(name), Some(Some(namespace))) => Some((table.dialect, Some(namespace), name)),
        _ => None,
    }
}

impl Judge<'_> {
    fn of(&self, index: usize, relation: &Relation) -> Fact<Verdict> {
        let missing = Config::Missing;
        let config = match &self.forms.of[index] {
            Form::V1(config) => config,
            Form::V2(_) => &missing,
        };
        let verdict = match (relation.one, config) {
            (true, Config::Unknown(why)) => Err(why.clone()),
            (true, Config::NoFields) => return Ok(Verdict::Error(RelationError::NoFields)),
            (true, Config::Fields { references }) => self.written(relation, *references),
            (true, Config::Missing) | (false, _) => self.inferred(index, relation),
        };
        match verdict {
            Ok(Verdict::Error(_)) if self.has_rival(relation) => {
                Err(why("another relation of its name may replace it", relation.span))
            }
            verdict => verdict,
        }
    }

    /// Whether several relations of its table have its name.
    fn has_rival(&self, relation: &Relation) -> bool {
        self.rivals.contains(&(relation.table, &relation.name))
    }

    fn written(&self, relation: &Relation, references: bool) -> Fact<Verdict> {
        if let Some(columns) = &relation.columns {
            let columns = columns.clone()?;
            if columns.fields.len() > columns.references.len() {
                return Ok(Verdict::Error(RelationError::FewerReferences { none: !references }));
            }
        }
        Ok(match relation.target {
            Ok(Some(target)) if self.is_view(target) => {
                Verdict::Error(RelationError::View { inferred: false })
            }
            _ => Verdict::Written,
        })
    }

    /// Whether 0.x does not find it in its schema, which is of tables only.
    fn is_view(&self, table: TableId) -> bool {
        let table = self.graph.table(table);
        table.view.is_some() && table.line == DrizzleLine::V0
    }

    fn inferred(&self, index: usize, relation: &Relation) -> Fact<Verdict> {
        let Some(target) = relation.target.clone()? else {
            return Err(why("what it leads to is no table that is known", relation.span));
        };
        if self.is_view(target) {
            return Ok(Verdict::Error(RelationError::View { inferred: true }));
        }
        let name = relation.relation_name.clone()?;
        let matching = |sides: Option<&Sides>| -> Fact<Vec<usize>> {
            let Some(sides) = sides else { return Ok(Vec::new()) };
            let found = sides.matching(name.as_ref(), relation.table)?.iter().copied();
            // By its name it does not lead back to itself; a table may lead to itself.
            Ok(found.filter(|other| name.is_none() || *other != index).collect())
        };
        let found = matching(self.of_table.get(&target))?;
        let replaced = self.replaced.get(&target);
        if found.len() > 1 {
            if !self.stand_together(&found) {
                return Err(why(
                    "which relations lead back depends on what `drizzle()` is given",
                    relation.span,
                ));
            }
            let several = match name {
                Some(_) => RelationError::SeveralNamed,
                None => RelationError::SeveralBetween,
            };
            return Ok(Verdict::Error(several(found)));
        }
        if let Some(other) = found.first()
            && let there = &self.graph.relations[*other]
            && there.one
            && let Some(columns) = &there.columns
        {
            return Ok(Verdict::From(*other, swapped(columns.clone()?)));
        }
        if found.is_empty() && !matching(replaced)?.is_empty() {
            return Err(why(
                "the relation that leads back may be replaced by another of its name",
                relation.span,
            ));
        }
        match self.may_have_more(relation, target) {
            Some(why) => Err(why),
            None => Ok(Verdict::Error(RelationError::NoInverse(found.first().copied()))),
        }
    }

    /// Whether two of these relations are surely given to one `drizzle()`: not those of several files, one of which may
    /// be left over, or meant for another application.
    fn stand_together(&self, found: &[usize]) -> bool {
        let found = found.iter().map(|index| &self.graph.relations[*index]);
        let certain = found.filter(|relation| !self.has_rival(relation));
        let mut files: Vec<FileId> = certain.map(|relation| relation.binding.file).collect();
        files.sort_unstable();
        files.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// Why a table may have relations that were not found on its object.
    fn may_have_more(&self, relation: &Relation, target: TableId) -> Option<Arc<Unknown>> {
        let gap = self.forms.gaps.on(target, relation.package);
        gap.or_else(|| {
            // Drizzle looks relations up by the name of the table: those of another object of it may be found.
            let objects = self.objects.get(&identity(self.graph.table(target))?)?;
            let another = objects.iter().any(|object| *object != target);
            another.then(|| why("another object of the table has relations", relation.span))
        })
    }
}
