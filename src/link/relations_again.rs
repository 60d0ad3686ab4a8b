//! The relations of files that are linked again take the places of the old ones.

use rustc_hash::{FxHashMap, FxHashSet};

use super::LinkWorld;
use super::kept::Kept;
use super::relations::Built;
use crate::graph::{RelationSet, SchemaGraph};
use crate::source::{FileId, Span};

/// Relations and their places, as they are now.
pub(super) struct RelationsAgain {
    pub(super) relations: Vec<Built>,
    /// With where they stand in the graph.
    pub(super) sets: Vec<(usize, RelationSet)>,
}

impl RelationsAgain {
    /// Whether none stands where one of another file stands, by a helper that makes both: then the order of evaluation
    /// is theirs.
    pub(super) fn are_apart(
        &self,
        world: &dyn LinkWorld,
        graph: &SchemaGraph,
        kept: &Kept,
        files: &FxHashSet<FileId>,
    ) -> bool {
        let key = |span: Span| (world.path(span.file), span.range);
        let known = &graph.relations;
        let mut makers: FxHashMap<Span, FileId> = FxHashMap::default();
        self.relations.iter().all(|built| {
            let own = key(built.relation.span);
            let from = known.partition_point(|other| key(other.span) < own);
            let there = known.iter().zip(&kept.made_by.relations).skip(from);
            let mut same = there.take_while(|(other, _)| key(other.span) == own);
            let maker = *makers.entry(built.relation.span).or_insert(built.made_by);
            maker == built.made_by && same.all(|(_, other)| *other == maker || files.contains(other))
        })
    }

    /// Takes the place of what those files had.
    pub(super) fn put_into(
        self,
        world: &dyn LinkWorld,
        graph: &mut SchemaGraph,
        kept: &mut Kept,
        files: &FxHashSet<FileId>,
    ) {
        for (index, set) in self.sets {
            graph.relation_sets[index] = set;
        }
        let made_by = &mut kept.made_by.relations;
        let forms = std::mem::take(&mut kept.forms.of);
        let relations = std::mem::take(&mut graph.relations);
        let makers = std::mem::take(made_by);
        let old = relations.into_iter().zip(forms).zip(makers);
        for ((relation, form), maker) in old.filter(|(_, maker)| !files.contains(maker)) {
            graph.relations.push(relation);
            kept.forms.of.push(form);
            made_by.push(maker);
        }
        for Built { relation, form, made_by: maker } in self.relations {
            let key = |span: Span| (world.path(span.file), span.range);
            let own = key(relation.span);
            let at = graph.relations.partition_point(|other| key(other.span) <= own);
            graph.relations.insert(at, relation);
            kept.forms.of.insert(at, form);
            made_by.insert(at, maker);
        }
    }
}
