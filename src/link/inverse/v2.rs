//! Relations of 1.0: what `defineRelations` checks, facts/drizzle.md 2.8. In its order, as the first fault is thrown.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::sync::Arc;

use super::{Forms, swapped};
use crate::graph::{
    ColumnPairs, ColumnRef, Fact, Relation, RelationError, SchemaGraph, TableId, Through, Unknown, Verdict,
};

/// One call of `defineRelations`.
#[derive(Debug)]
pub(in crate::link) struct Call {
    /// The tables that it has relations of; `None` for all of its schema.
    pub(in crate::link) tables: Option<FxHashSet<SmolStr>>,
    /// Why it may say more.
    pub(in crate::link) open: Option<Arc<Unknown>>,
}

/// How a relation is written.
#[derive(Debug)]
pub(in crate::link) struct Form {
    /// The number of the call.
    pub(in crate::link) call: usize,
    /// Its place among all relations, in Drizzle's order.
    pub(in crate::link) order: usize,
    /// What is called, when the helper has no such function.
    pub(in crate::link) no_function: Option<SmolStr>,
    /// `from`.
    pub(in crate::link) from: Option<Fact<Vec<Part>>>,
    /// `to`.
    pub(in crate::link) to: Option<Fact<Vec<Part>>>,
}

/// A column in `from` or `to`.
#[derive(Debug)]
pub(in crate::link) enum Part {
    /// One of the helper.
    Column {
        /// Its table's key.
        key: SmolStr,
        /// The column of the junction.
        through: Option<Junction>,
    },
    /// One of the table itself.
    Plain,
}

/// What `.through()` is given.
#[derive(Debug, Clone, Copy)]
pub(in crate::link) enum Junction {
    /// A column of the helper.
    Column(ColumnRef),
    /// One of the table itself.
    Plain,
}

impl Part {
    const fn junction(&self) -> Option<Junction> {
        match self {
            Self::Column { through, .. } => *through,
            Self::Plain => None,
        }
    }
}

struct Judge<'g> {
    graph: &'g SchemaGraph,
    forms: &'g Forms,
    /// The relations of each table of each call.
    of_table: FxHashMap<(usize, &'g str), Vec<usize>>,
    /// What relations without columns took from others so far.
    taken: FxHashMap<usize, (ColumnPairs, Option<Through>)>,
}

/// The verdict on every relation of `defineRelations()`, and the junctions that they take from others.
pub(super) fn judge(graph: &SchemaGraph, forms: &Forms) -> Vec<(usize, Fact<Verdict>, Option<Through>)> {
    let all = forms.of.iter().enumerate();
    let mut ours: Vec<(usize, &Form)> = all
        .filter_map(|(index, form)| match form {
            super::Form::V2(form) => Some((index, form)),
            super::Form::V1(_) => None,
        })
        .collect();
    ours.sort_by_key(|(_, form)| form.order);
    let mut of_table: FxHashMap<(usize, &str), Vec<usize>> = FxHashMap::default();
    for (index, form) in &ours {
        let source = graph.relations[*index].keys.source.as_str();
        of_table.entry((form.call, source)).or_default().push(*index);
    }
    let mut judge = Judge { graph, forms, of_table, taken: FxHashMap::default() };
    let verdicts = ours.into_iter().map(|(index, form)| {
        let verdict = judge.of(index, form);
        let through = judge.taken.get(&index).and_then(|(_, through)| through.clone());
        (index, verdict, through)
    });
    verdicts.collect()
}

impl Judge<'_> {
    fn of(&mut self, index: usize, form: &Form) -> Fact<Verdict> {
        let relation = &self.graph.relations[index];
        let written =
            |side: &Option<Fact<Vec<Part>>>| side.as_ref().and_then(|side| side.as_ref().ok().map(Vec::len));
        if let Some(error) = self.before_columns(relation, form) {
            return Ok(Verdict::Error(error));
        }
        if written(&form.from) == Some(0) {
            return Ok(Verdict::Error(RelationError::EmptyFrom));
        }
        if written(&form.to) == Some(0) {
            return Ok(Verdict::Error(RelationError::EmptyTo));
        }
        match (&form.from, &form.to) {
            (Some(from), Some(to)) => {
                let (from, to) = (from.as_ref().map_err(Clone::clone)?, to.as_ref().map_err(Clone::clone)?);
                Ok(columns(relation, from, to).map_or(Verdict::Written, Verdict::Error))
            }
            (None, None) => self.inferred(index, relation, form),
            (Some(_), None) | (None, Some(_)) => Ok(Verdict::Error(RelationError::OneSide)),
        }
    }

    /// What is thrown whatever the columns are.
    fn before_columns(&self, relation: &Relation, form: &Form) -> Option<RelationError> {
        if let Some(callee) = &form.no_function {
            return Some(RelationError::NoFunction(callee.clone()));
        }
        for part in
            [&form.from, &form.to].into_iter().flatten().filter_map(|side| side.as_ref().ok()).flatten()
        {
            match part {
                Part::Plain => return Some(RelationError::PlainColumn { through: false }),
                Part::Column { through: Some(Junction::Plain), .. } => {
                    return Some(RelationError::PlainColumn { through: true });
                }
                Part::Column { .. } => {}
            }
        }
        let columns = &self.graph.table(relation.table).columns;
        if let Some(column) = columns.iter().position(|column| column.key == relation.name) {
            return Some(RelationError::NameOfColumn(column));
        }
        matches!(&relation.relation_name, Ok(Some(alias)) if alias.is_empty())
            .then_some(RelationError::EmptyAlias)
    }

    fn inferred(&mut self, index: usize, relation: &Relation, form: &Form) -> Fact<Verdict> {
        let call = &self.forms.calls[form.call];
        // Relations of a table that is not known are not known either.
        relation.target.clone()?;
        let target = relation.keys.target.as_str();
        if call.open.is_none() && call.tables.as_ref().is_some_and(|tables| !tables.contains(target)) {
            return Ok(Verdict::Error(RelationError::NoRelations));
        }
        let alias = relation.relation_name.clone()?;
        let mut found = Vec::new();
        for other in self.of_table.get(&(form.call, target)).into_iter().flatten() {
            let there = &self.graph.relations[*other];
            let matches = match &alias {
                Some(alias) => there.relation_name.clone()?.as_ref() == Some(alias),
                None => {
                    there.target.clone()? == Some(relation.table) && there.relation_name.clone()?.is_none()
                }
            };
            if matches && *other != index {
                found.push(*other);
            }
        }
        let [other] = found[..] else {
            let none = found.is_empty();
            let gap = || relation.target.as_ref().ok().copied().flatten().and_then(|target| self.gap(target));
            if let Some(why) = call.open.clone().or_else(gap).filter(|_| none) {
                return Err(why);
            }
            return Ok(Verdict::Error(match (none, alias.is_some()) {
                (true, true) => RelationError::NoAlias,
                (true, false) => RelationError::NoReverse,
                (false, true) => RelationError::SeveralAlias(found),
                (false, false) => RelationError::SeveralReverse(found),
            }));
        };
        let there = &self.graph.relations[other];
        let columns = match (&there.columns, self.taken.get(&other)) {
            // Only one of `from` and `to` is as good as none.
            (Some(Ok(columns)), _) if columns.fields.is_empty() || columns.references.is_empty() => None,
            (Some(columns), _) => Some((columns.clone()?, there.through.clone())),
            (None, taken) => taken.cloned(),
        };
        let Some((columns, through)) = columns else {
            return Ok(Verdict::Error(RelationError::ReverseWithoutColumns(other)));
        };
        let columns = swapped(columns);
        let through = through.map(|Through { table, source, target }| Through {
            table,
            source: target,
            target: source,
        });
        self.taken.insert(index, (columns.clone(), through));
        Ok(Verdict::From(other, columns))
    }

    fn gap(&self, target: TableId) -> Option<Arc<Unknown>> {
        self.forms.gaps.of_table.get(&target).cloned()
    }
}

/// What is wrong with written columns.
fn columns(relation: &Relation, from: &[Part], to: &[Part]) -> Option<RelationError> {
    let through = |side: &[Part]| -> Vec<TableId> {
        let junctions = side.iter().filter_map(Part::junction);
        junctions
            .filter_map(|junction| match junction {
                Junction::Column(column) => Some(column.table),
                Junction::Plain => None,
            })
            .collect()
    };
    let (source, target) = (through(from), through(to));
    let junction = source.first().or(target.first());
    if from.len() != to.len() && junction.is_none() {
        return Some(RelationError::Lengths);
    }
    let foreign = |side: &[Part], own: &str| {
        side.iter().find_map(|part| match part {
            Part::Column { key, .. } if key != own => Some(key.clone()),
            _ => None,
        })
    };
    if let Some(other) = foreign(from, &relation.keys.source) {
        return Some(RelationError::ForeignFrom(other));
    }
    if let Some(other) = foreign(to, &relation.keys.target) {
        return Some(RelationError::ForeignTo(other));
    }
    let junction = junction?;
    if source.len() != from.len() || target.len() != to.len() {
        return Some(RelationError::ThroughSome);
    }
    source.iter().chain(&target).any(|table| table != junction).then_some(RelationError::ThroughTables)
}
