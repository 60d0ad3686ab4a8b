//! Relations of 0.x: `normalizeRelation` and what builds queries, facts/drizzle.md 2.7.
//!
//! Which relations `drizzle()` is given is not known: it is taken to be given all that there are, and where that decides
//! nothing is concluded.

use rustc_hash::FxHashMap;
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
    of_table: FxHashMap<TableId, Vec<usize>>,
    /// Those that another one of their name replaces; which of them does depends on the order of exports.
    replaced: FxHashMap<TableId, Vec<usize>>,
    /// Table objects with relations, by what the database calls them: Drizzle finds relations by that name.
    objects: FxHashMap<Identity<'g>, Vec<TableId>>,
}

/// The verdict on every relation of `relations()`.
pub(super) fn judge(graph: &SchemaGraph, forms: &Forms) -> Vec<(usize, Fact<Verdict>, Option<Through>)> {
    let mut of_table: FxHashMap<TableId, Vec<usize>> = FxHashMap::default();
    let mut replaced: FxHashMap<TableId, Vec<usize>> = FxHashMap::default();
    for (index, relation) in v1(graph) {
        let relations = of_table.entry(relation.table).or_default();
        // Several `relations()` of one table merge; of one name the last counts.
        let same = relations.iter().position(|other| graph.relations[*other].name == relation.name);
        if let Some(same) = same {
            replaced.entry(relation.table).or_default().push(relations.remove(same));
        }
        relations.push(index);
    }
    let mut objects: FxHashMap<Identity<'_>, Vec<TableId>> = FxHashMap::default();
    for table in of_table.keys() {
        if let Some(identity) = identity(graph.table(*table)) {
            objects.entry(identity).or_default().push(*table);
        }
    }
    let judge = Judge { graph, forms, of_table, replaced, objects };
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
        let mut replaced = self.replaced.get(&relation.table).into_iter().flatten();
        replaced.any(|other| self.graph.relations[*other].name == relation.name)
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
        let matching = |relations: Option<&Vec<usize>>| -> Fact<Vec<usize>> {
            let mut found = Vec::new();
            for other in relations.into_iter().flatten() {
                let there = &self.graph.relations[*other];
                let matches = match &name {
                    Some(name) => *other != index && there.relation_name.clone()?.as_ref() == Some(name),
                    None => there.target.clone()? == Some(relation.table),
                };
                if matches {
                    found.push(*other);
                }
            }
            Ok(found)
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
