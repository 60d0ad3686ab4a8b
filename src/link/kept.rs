//! What stays of a link beside the graph, so that a change of a few files can be linked without the others.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::exported::is_validation;
use super::inverse::Forms;
use super::{Holder, Input, Linker};
use crate::eval::drizzle::Entity;
use crate::eval::{Dependencies, Origin, Value};
use crate::graph::{Fact, SchemaGraph, TableId};
use crate::source::{FileId, Span};

/// What stays of a link.
#[derive(Debug, Default)]
pub struct Kept {
    /// Which files need which.
    pub(super) needs: Needs,
    /// Columns of other files that got their names from tables.
    pub(super) settled: FxHashMap<Span, SmolStr>,
    /// Files with names that were looked at.
    pub(super) evaluated: FxHashSet<FileId>,
    /// Files whose code decides more than what is linked of them: drizzle.configs, those that schema files pass on
    /// without being looked at themselves, those that might have made tables.
    pub(super) decisive: FxHashSet<FileId>,
    /// What names of other files each file asks for, where those are evaluated one by one.
    pub(super) demands: FxHashMap<FileId, FxHashSet<(FileId, SmolStr)>>,
    /// How many tables some name holds: those are the first, by their places.
    pub(super) named: usize,
    /// What the names of each file hold.
    pub(super) holdings: FxHashMap<FileId, Vec<Held>>,
    /// The file and the top-level name whose evaluation made each table, by its number.
    pub(super) tables: Vec<(FileId, SmolStr)>,
    /// The tables of each name.
    pub(super) numbers: FxHashMap<(FileId, SmolStr), Vec<TableId>>,
    /// Of relations and their places: the files that made them.
    pub(super) made_by: MadeBy,
    /// How relations are written.
    pub(super) forms: Forms,
    /// What the top level of each file reads of others while it runs.
    pub(super) eager: FxHashMap<FileId, FxHashSet<Origin>>,
    /// Whether a part of it can be done again at all.
    pub(super) is_simple: bool,
}

/// The files that made the relations and the places of relations, in the order of the graph.
#[derive(Debug, Default)]
pub(super) struct MadeBy {
    pub(super) relations: Vec<FileId>,
    pub(super) sets: Vec<FileId>,
}

/// Something that a name holds and that matters to others than the one who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    kind: Kind,
    binding: SmolStr,
    path: SmolStr,
    /// The name that was given its value when it was made.
    made: Option<(FileId, SmolStr)>,
    /// Its name in SQL: one evaluation may have made several.
    name: Option<SmolStr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    /// A table, perhaps.
    Wrapped,
    Enum,
    Sequence,
    Namespace,
    Relations,
    Constraint,
    /// What is not known and may be anything.
    Opaque,
    /// What makes tables for others.
    Maker,
}

impl Held {
    /// An export that makes tables for others.
    pub(super) fn maker(exported: &SmolStr) -> Self {
        Self {
            kind: Kind::Maker,
            binding: exported.clone(),
            path: SmolStr::default(),
            made: None,
            name: None,
        }
    }
}

impl Linker<'_> {
    /// Notes what a name holds.
    pub(super) fn note_held(&mut self, value: &Value, holder: &Holder) {
        let Value::Entity(entity) = value else { return };
        let said = |name: &Fact<SmolStr>| name.as_ref().ok().cloned();
        let name = match entity {
            Entity::Table(table) | Entity::Wrapped(table, _) => said(&table.name),
            Entity::Enum(made) => said(&made.name),
            Entity::Sequence(made) => said(&made.name),
            _ => None,
        };
        let (kind, made) = match entity {
            Entity::Table(table) => (Kind::Table, Some(&table.binding)),
            Entity::Wrapped(table, _) => (Kind::Wrapped, Some(&table.binding)),
            Entity::Enum(made) => (Kind::Enum, Some(&made.binding)),
            Entity::Sequence(made) => (Kind::Sequence, Some(&made.binding)),
            Entity::Namespace(made) => (Kind::Namespace, Some(&made.binding)),
            Entity::Relations(made) => (Kind::Relations, Some(&made.binding)),
            Entity::Constraint(_) => (Kind::Constraint, None),
            _ => return,
        };
        self.note(kind, holder, made.cloned(), name);
    }

    /// Notes a name whose value is not known.
    pub(super) fn note_opaque(&mut self, value: &Value, holder: &Holder) {
        if let Value::Unknown(why) = value
            && !is_validation(why)
        {
            self.note(Kind::Opaque, holder, None, None);
        }
    }

    fn note(&mut self, kind: Kind, holder: &Holder, made: Option<(FileId, SmolStr)>, name: Option<SmolStr>) {
        let (binding, path) = (holder.binding.clone(), holder.path.clone());
        let held = Held { kind, binding, path, made, name };
        self.holdings.entry(holder.file).or_default().push(held);
    }
}

impl Kept {
    /// What stays of a link that is almost done.
    pub(super) fn of(
        linker: &mut Linker<'_>,
        input: &Input,
        reads: &[(FileId, Origin, Span)],
        forms: Forms,
    ) -> Self {
        let links = !linker.world.link_functions().is_empty() || !linker.graph.linkables.is_empty();
        let v2 = !linker.relations_v2.is_empty() || !linker.eval.relation_calls.is_empty();
        let strays = linker.has_strays() || !linker.graph.stray_constraints.is_empty();
        let mut decisive = std::mem::take(&mut linker.decisive);
        decisive.retain(|file| !linker.evaluated.contains(file));
        decisive.extend(&input.configs);
        let Dependencies { reads: needed, looks, changes, settled, demands, .. } =
            std::mem::take(&mut linker.eval.dependencies);
        let mut numbers: FxHashMap<(FileId, SmolStr), Vec<TableId>> = FxHashMap::default();
        for (index, (table, _)) in linker.tables.iter().enumerate() {
            numbers.entry(table.binding.clone()).or_default().push(TableId(index as u32));
        }
        Self {
            numbers,
            needs: Needs::of(needed, looks, changes),
            settled,
            decisive,
            demands,
            named: linker.named,
            evaluated: std::mem::take(&mut linker.evaluated),
            holdings: std::mem::take(&mut linker.holdings),
            tables: linker.tables.iter().map(|(table, _)| table.binding.clone()).collect(),
            made_by: std::mem::take(&mut linker.relations_of),
            forms,
            eager: by_reader(reads),
            is_simple: !links && !v2 && !strays && !linker.eval.is_exhausted(),
        }
    }

    /// Looks at the graph that came of it.
    pub(super) fn settle(&mut self, graph: &SchemaGraph) {
        self.is_simple &= graph.eager_cycles.is_empty() && graph.links.is_empty();
    }
}

/// What each file reads of others while it runs.
pub(super) fn by_reader(reads: &[(FileId, Origin, Span)]) -> FxHashMap<FileId, FxHashSet<Origin>> {
    let mut found: FxHashMap<FileId, FxHashSet<Origin>> = FxHashMap::default();
    for (reader, origin, _) in reads {
        found.entry(*reader).or_default().insert(origin.clone());
    }
    found
}

/// Which files need which.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// What the values of a file need.
    reads: FxHashMap<FileId, FxHashSet<FileId>>,
    /// What only the linked parts of a file need.
    looks: FxHashMap<FileId, FxHashSet<FileId>>,
    /// The other way round.
    readers: FxHashMap<FileId, FxHashSet<FileId>>,
    lookers: FxHashMap<FileId, FxHashSet<FileId>>,
    /// Files between which the order of evaluation may decide.
    changes: FxHashSet<FileId>,
}

impl Needs {
    pub(super) fn of(
        reads: FxHashSet<(FileId, FileId)>,
        looks: FxHashSet<(FileId, FileId)>,
        changes: FxHashSet<FileId>,
    ) -> Self {
        let mut needs = Self { changes, ..Self::default() };
        reads.into_iter().for_each(|(file, on)| needs.add(file, on, true));
        looks.into_iter().for_each(|(file, on)| needs.add(file, on, false));
        needs
    }

    fn add(&mut self, file: FileId, on: FileId, is_value: bool) {
        let (there, back) = if is_value {
            (&mut self.reads, &mut self.readers)
        } else {
            (&mut self.looks, &mut self.lookers)
        };
        there.entry(file).or_default().insert(on);
        back.entry(on).or_default().insert(file);
    }

    /// The files that a change of some may concern: those whose values need them, and those whose linked parts need
    /// one of these. `None` when they are more than `most`.
    pub(super) fn concerned(&self, changed: &[FileId], most: usize) -> Option<FxHashSet<FileId>> {
        let mut found: FxHashSet<FileId> = changed.iter().copied().collect();
        let mut open: Vec<FileId> = changed.to_vec();
        while let Some(file) = open.pop() {
            open.extend(
                self.readers.get(&file).into_iter().flatten().filter(|reader| found.insert(**reader)),
            );
            if found.len() > most {
                return None;
            }
        }
        let lookers = found.iter().filter_map(|file| self.lookers.get(file)).flatten().copied();
        let lookers: Vec<FileId> = lookers.collect();
        found.extend(lookers);
        (found.len() <= most).then_some(found)
    }

    /// Everything that those files need, themselves included.
    pub(super) fn needed(&self, by: impl IntoIterator<Item = FileId>) -> FxHashSet<FileId> {
        let mut found: FxHashSet<FileId> = by.into_iter().collect();
        let mut open: Vec<FileId> = found.iter().copied().collect();
        while let Some(file) = open.pop() {
            let all = [&self.reads, &self.looks].into_iter().filter_map(|needs| needs.get(&file)).flatten();
            open.extend(all.filter(|on| found.insert(**on)));
        }
        found
    }

    /// Whether the order of evaluation may decide something of those files.
    pub(super) fn are_ordered(&self, files: impl FnOnce(&Self) -> FxHashSet<FileId>) -> bool {
        !self.changes.is_empty() && !self.needed(self.changes.iter().copied()).is_disjoint(&files(self))
    }

    /// Those files have been evaluated again, and needed that.
    pub(super) fn replace(&mut self, files: &FxHashSet<FileId>, by: Self) {
        for file in files {
            for (there, back) in [(&mut self.reads, &mut self.readers), (&mut self.looks, &mut self.lookers)]
            {
                for on in there.remove(file).into_iter().flatten() {
                    back.get_mut(&on).map(|back| back.remove(file));
                }
            }
        }
        for (all, is_value) in [(by.reads, true), (by.looks, false)] {
            for (file, on) in all {
                on.into_iter().for_each(|on| self.add(file, on, is_value));
            }
        }
    }
}
