//! The link of a few files, in a graph that has everything else already.
//!
//! What may be changed this way is what is written inside the declarations of a file: columns, keys, indexes,
//! relations. Whatever concerns more than the tables and relations of the files that need the changed ones, another
//! name, another export, something that cannot be read, makes it give up: then all is linked. So the graph is always
//! the one that a whole link gives, but for the numbers of files.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::inverse;
use super::kept::{Kept, Needs, by_reader};
use super::relations_again::RelationsAgain;
use super::tables::Home;
use super::{LinkWorld, Linker, Loaded};
use crate::eval::Dependencies;
use crate::eval::drizzle;
use crate::graph::{Directive, EnumType, Fact, SchemaGraph, Sequence, Table, TableId, Unknown};
use crate::source::{FileId, Span};
use crate::syntax::{BindingKind, Export, ImportName, Module, used_names};

/// So many files are linked again, however few there are.
const FEW: usize = 32;

/// The numbers that tables have already.
pub(super) struct Numbers<'k> {
    kept: &'k FxHashMap<(FileId, SmolStr), Vec<TableId>>,
    tables: Vec<Arc<Table>>,
    /// Some table has none, or may have several.
    is_lost: bool,
}

impl Numbers<'_> {
    /// The number of a table that another file made, which has one.
    pub(super) fn of(&mut self, table: &drizzle::Table) -> TableId {
        let known = self.known(table);
        self.is_lost |= known.is_none();
        known.unwrap_or(TableId(0))
    }

    /// The number of a table that another file made.
    pub(super) fn known(&mut self, table: &drizzle::Table) -> Option<TableId> {
        let known = self.kept.get(&table.binding)?;
        if let [only] = known.as_slice() {
            return Some(*only);
        }
        let mut there = known.iter().filter(|id| self.tables[id.0 as usize].span == table.at);
        let found = there.next().copied().filter(|_| there.next().is_none());
        self.is_lost |= found.is_none();
        found
    }
}

/// Links files that have other texts than in the last link, given with what they said then. `None` when everything is
/// to be linked.
pub fn link_again(
    world: &dyn LinkWorld,
    last: SchemaGraph,
    kept: &mut Kept,
    changed: &[(FileId, Arc<Module>)],
) -> Option<SchemaGraph> {
    let is_alike = |(file, before): &(FileId, Arc<Module>)| has_shape(world, *file, before);
    if !kept.is_simple || !changed.iter().all(is_alike) {
        return None;
    }
    let changed: Vec<FileId> = changed.iter().map(|(file, _)| *file).collect();
    let files = kept.needs.concerned(&changed, FEW.max(kept.evaluated.len() / 8))?;
    if concerns_more(&last, kept, &files) {
        return None;
    }
    let mut linker = Linker::new(world);
    let tables = last.tables.clone();
    linker.graph = last;
    linker.packages =
        linker.graph.packages.iter().enumerate().map(|(at, package)| (package.folder.clone(), at)).collect();
    linker.numbers = Some(Numbers { kept: &kept.numbers, tables, is_lost: false });
    linker.evaluate_again(kept, &files)?;
    linker.build_tables_again(kept, &files)?;
    let relations = linker.build_relations_again(kept, &files)?;
    linker.note_texts_again(&relations, &files)?;
    relations.are_apart(world, &linker.graph, kept, &files).then_some(())?;
    linker.is_whole(kept, &files).then_some(())?;
    let needs = linker.needs_again(kept, &files)?;
    let mut graph = linker.graph;
    // From here on nothing is given up.
    kept.take_over(&files, needs);
    relations.put_into(world, &mut graph, kept, &files);
    inverse::judge(&mut graph, &kept.forms);
    Some(graph)
}

/// Whether a file has the names, imports and exports that it had.
fn has_shape(world: &dyn LinkWorld, file: FileId, before: &Module) -> bool {
    let now = world.module(file);
    let same_bindings = now.bindings.len() == before.bindings.len()
        && now.bindings.iter().zip(&before.bindings).all(|((name, binding), (other, was))| {
            let same_kind = match (&binding.kind, &was.kind) {
                (BindingKind::Declared(index), BindingKind::Declared(other)) => index == other,
                (BindingKind::Function(_), BindingKind::Function(_))
                | (BindingKind::Value(_), BindingKind::Value(_)) => true,
                (
                    BindingKind::Import { specifier, name },
                    BindingKind::Import { specifier: other, name: was },
                ) => specifier == other && same_import(name, was),
                _ => false,
            };
            name == other && same_kind
        });
    let same_exports = now.exports.len() == before.exports.len()
        && now.exports.iter().zip(&before.exports).all(|((name, export), (other, was))| {
            let same_kind = match (export, was) {
                (Export::Local(name), Export::Local(other)) => name == other,
                (Export::From { specifier, name }, Export::From { specifier: other, name: was }) => {
                    specifier == other && same_import(name, was)
                }
                _ => false,
            };
            name == other && same_kind
        });
    let texts = |module: &Module| -> Vec<SmolStr> {
        module.specifiers.iter().map(|specifier| specifier.text.clone()).collect()
    };
    same_bindings
        && same_exports
        && texts(&now) == texts(before)
        && now.star_exports == before.star_exports
        && now.bare_imports == before.bare_imports
        // A file that only does something runs for those who import it.
        && now.effects.is_empty() == before.effects.is_empty()
        && used_files(world, file, &now) == used_files(world, file, before)
}

fn same_import(left: &ImportName, right: &ImportName) -> bool {
    match (left, right) {
        (ImportName::Named(left), ImportName::Named(right)) => left == right,
        (ImportName::Namespace, ImportName::Namespace) => true,
        _ => false,
    }
}

/// The imports of other files that the code uses: the others are gone when it runs.
fn used_files(world: &dyn LinkWorld, file: FileId, module: &Module) -> FxHashSet<SmolStr> {
    let mut used = used_names(module);
    used.retain(|name| match module.bindings.get(name).map(|binding| &binding.kind) {
        Some(BindingKind::Import { specifier, .. }) => {
            world.file_read(file, &module.specifier(*specifier).text) != Loaded::Outside
        }
        _ => false,
    });
    used
}

/// Whether something of the graph that is not linked again speaks of those files.
fn concerns_more(last: &SchemaGraph, kept: &Kept, files: &FxHashSet<FileId>) -> bool {
    let is_one = |span: &Span| files.contains(&span.file);
    let of_table =
        |id: &TableId| kept.tables.get(id.0 as usize).is_some_and(|(file, _)| files.contains(file));
    // What is written in a helper may be there because of those who use it.
    let needed = kept.needs.needed(files.iter().copied());
    let is_needed = |span: &Span| needed.contains(&span.file);
    let is_opened = |why: &Option<Arc<Unknown>>| why.as_ref().is_some_and(|why| is_one(&why.span));
    !files.is_disjoint(&kept.decisive)
        || last.unreadable.iter().any(|gap| match &gap.table {
            Some(table) => is_one(&gap.span) || of_table(table),
            None => is_needed(&gap.span),
        })
        || last.missing_imports.iter().any(|(span, _)| is_needed(span))
        || kept.tables.iter().skip(kept.named).any(|(file, _)| needed.contains(file))
        || last.projects.iter().any(|project| {
            is_opened(&project.schema_open)
                || is_opened(&project.taken.open)
                || project
                    .exported_again
                    .iter()
                    .any(|again| is_one(&again.first.span) || is_one(&again.again.span))
        })
}

/// Whether two have one name, in one pgSchema; what is not known is like what is not known.
fn are_called_alike(
    (name, namespace): (&Fact<SmolStr>, &Option<Fact<SmolStr>>),
    (other, other_namespace): (&Fact<SmolStr>, &Option<Fact<SmolStr>>),
) -> bool {
    let known = |name: &Fact<SmolStr>| name.as_ref().ok().cloned();
    known(name) == known(other) && namespace.as_ref().map(known) == other_namespace.as_ref().map(known)
}

impl Linker<'_> {
    /// Evaluates the files, and looks whether their names hold what they held.
    fn evaluate_again(&mut self, kept: &Kept, files: &FxHashSet<FileId>) -> Option<()> {
        let world = self.world;
        let mut evaluated: Vec<FileId> = files.intersection(&kept.evaluated).copied().collect();
        evaluated.sort_by_cached_key(|file| world.path(*file));
        evaluated.iter().for_each(|file| self.evaluate_file(*file));
        let is_same = |file: &FileId| self.holdings.get(file) == kept.holdings.get(file);
        evaluated.iter().all(is_same).then_some(())
    }

    fn build_tables_again(&mut self, kept: &Kept, files: &FxHashSet<FileId>) -> Option<()> {
        let made = self.tables_again(kept, files)?;
        for (id, table) in &made {
            self.table_ids.insert(Rc::as_ptr(table), *id);
        }
        let mut calls: FxHashMap<Span, u32> = FxHashMap::default();
        for (_, table) in &made {
            *calls.entry(table.at).or_default() += 1;
        }
        for (id, table) in &made {
            let old = Arc::clone(&self.graph.tables[id.0 as usize]);
            let casing = self.graph.projects[old.project].casing.clone();
            let home =
                Home { project: old.project, taken_by: old.taken_by.clone(), held_by: old.held_by.clone() };
            let mut built = self.build_table(*id, table, old.binding.clone(), home, Some(&casing));
            let is_view = |table: &Table| table.view.map(|view| (view.materialized, view.existing));
            let is_same = built.dialect == old.dialect
                && built.line == old.line
                && built.name.is_ok()
                && are_called_alike((&built.name, &built.namespace), (&old.name, &old.namespace))
                && built.namespace_at == old.namespace_at
                && is_view(&built) == is_view(&old);
            if !is_same {
                return None;
            }
            (built.owner, built.left_out) = (old.owner, old.left_out);
            let is_here = built.span.file == built.binding.file;
            built.third_argument.is_own &= is_here && calls.get(&built.span) == Some(&1);
            self.graph.tables[id.0 as usize] = Arc::new(built);
        }
        made.iter().for_each(|(id, _)| self.name_constraints_of(id.0 as usize));
        (self.are_alone(&made) && self.are_in_order(&made, kept.named)).then_some(())
    }

    /// The tables that the files make, by the numbers that they have.
    fn tables_again(
        &self,
        kept: &Kept,
        files: &FxHashSet<FileId>,
    ) -> Option<Vec<(TableId, Rc<drizzle::Table>)>> {
        let mut made: FxHashMap<&(FileId, SmolStr), Vec<Rc<drizzle::Table>>> = FxHashMap::default();
        for table in self.eval.tables.iter().filter(|table| files.contains(&table.binding.0)) {
            made.entry(&table.binding).or_default().push(table.clone());
        }
        let mut found = Vec::new();
        for (name, mut tables) in made {
            let mut numbers = kept.numbers.get(name).cloned().unwrap_or_default();
            if numbers.len() != tables.len() {
                return None;
            }
            // Several of one name are told apart by their order.
            let start = |id: &TableId| self.graph.table(*id).span.range.start;
            tables.sort_by_key(|table| table.at.range.start);
            numbers.sort_by_key(start);
            let are_apart = tables.windows(2).all(|pair| {
                pair[0].at.file == pair[1].at.file && pair[0].at.range.start != pair[1].at.range.start
            }) && numbers.windows(2).all(|pair| start(&pair[0]) != start(&pair[1]));
            if !are_apart {
                return None;
            }
            found.extend(numbers.into_iter().zip(tables));
        }
        let expected = kept.tables.iter().filter(|(file, _)| files.contains(file)).count();
        found.sort_by_key(|(id, _)| *id);
        (found.len() == expected).then_some(found)
    }

    /// Whether no other table is called like one of those: then none is, or was, a copy of another.
    fn are_alone(&self, made: &[(TableId, Rc<drizzle::Table>)]) -> bool {
        let name = |table: &Table| table.name.as_ref().ok().cloned();
        let own: FxHashSet<SmolStr> = made.iter().filter_map(|(id, _)| name(self.graph.table(*id))).collect();
        let same = self.graph.tables.iter().filter_map(|table| table.name.as_ref().ok());
        own.len() == made.len() && same.filter(|name| own.contains(*name)).count() == made.len()
    }

    /// Whether those tables stand where they stood among the others.
    fn are_in_order(&self, made: &[(TableId, Rc<drizzle::Table>)], named: usize) -> bool {
        let tables = self.graph.tables.get(..named).unwrap_or_default();
        let key = |table: &Arc<Table>| (table.span.range.start, table.binding.name.clone());
        let are_apart = |at: usize| match (tables.get(at), tables.get(at + 1)) {
            (Some(left), Some(right)) => left.binding.file != right.binding.file || key(left) < key(right),
            _ => true,
        };
        made.iter().all(|(id, _)| {
            let at = id.0 as usize;
            are_apart(at) && at.checked_sub(1).is_none_or(are_apart)
        })
    }

    fn build_relations_again(&mut self, kept: &Kept, files: &FxHashSet<FileId>) -> Option<RelationsAgain> {
        let mut relations = Vec::new();
        let before = self.graph.relation_sets.len();
        let mut makers = Vec::new();
        for call in self.relations_v1.clone() {
            if files.contains(&call.binding.0) {
                self.relations_v1(&call, &mut relations);
                makers.resize(self.graph.relation_sets.len() - before, call.binding.0);
            }
        }
        let sets = self.graph.relation_sets.split_off(before);
        let mut old: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
        for (index, maker) in kept.made_by.sets.iter().enumerate().rev() {
            if files.contains(maker) {
                old.entry(*maker).or_default().push(index);
            }
        }
        let mut placed = Vec::with_capacity(sets.len());
        for (set, maker) in sets.into_iter().zip(makers) {
            let index = old.get_mut(&maker)?.pop()?;
            let was = &self.graph.relation_sets[index];
            if was.binding != set.binding || was.table != set.table {
                return None;
            }
            placed.push((index, set));
        }
        old.values().all(Vec::is_empty).then_some(RelationsAgain { relations, sets: placed })
    }

    /// What stands in the texts themselves: types, comments, imports.
    fn note_texts_again(&mut self, relations: &RelationsAgain, files: &FxHashSet<FileId>) -> Option<()> {
        let world = self.world;
        self.place_types_again(files)?;
        let tables = self.graph.tables.iter().filter(|table| !table.external).map(|table| table.binding.file);
        let own = relations.relations.iter().map(|built| built.relation.binding.file);
        let declaring: FxHashSet<FileId> = tables.chain(own).filter(|file| files.contains(file)).collect();
        self.graph.directives.retain(|directive| !files.contains(&directive.comment.file));
        let mut files: Vec<FileId> = files.iter().copied().collect();
        files.sort_by_cached_key(|file| world.path(*file));
        for file in files {
            let declares = declaring.contains(&file);
            if declares != self.graph.comments.contains_key(&file) {
                return None;
            }
            let (comments, directives) = self.comments_of(file, declares);
            if declares {
                self.graph.comments.insert(file, comments);
            }
            let path = world.path(file);
            let before = |directive: &Directive| world.path(directive.comment.file) < path;
            let at = self.graph.directives.partition_point(before);
            self.graph.directives.splice(at..at, directives);
            if self.graph.imports.contains_key(&file) {
                let imports = self.written_imports_of(file);
                self.graph.imports.insert(file, Arc::new(imports));
            }
        }
        Some(())
    }

    /// Enums, sequences and pgSchemas have moved with the text around them, and may have other values.
    fn place_types_again(&mut self, files: &FxHashSet<FileId>) -> Option<()> {
        let world = self.world;
        let is_of = |made: &(FileId, SmolStr)| files.contains(&made.0);
        let (mut enums, mut sequences) = (Vec::new(), Vec::new());
        for made in self.eval.enums.clone().iter().filter(|made| is_of(&made.binding)) {
            let holders = self.enum_holders.get(&Rc::as_ptr(made)).cloned();
            enums
                .extend(self.name_of(holders.as_ref(), &made.binding).map(|binding| (binding, made.clone())));
        }
        for made in self.eval.sequences.clone().iter().filter(|made| is_of(&made.binding)) {
            let holders = self.sequence_holders.get(&Rc::as_ptr(made)).cloned();
            let binding = self.name_of(holders.as_ref(), &made.binding);
            sequences.extend(binding.map(|binding| (binding, made.clone())));
        }
        let graph = &mut self.graph;
        let there = graph.enums.iter_mut().filter(|known| files.contains(&known.binding.file));
        let mut count = 0;
        for known in there {
            let (_, made) = enums.iter().find(|(binding, _)| *binding == known.binding)?;
            let is_same = known.dialect == made.dialect
                && are_called_alike((&known.name, &known.namespace), (&made.name, &made.namespace));
            if !is_same {
                return None;
            }
            (known.values, known.span, known.namespace_at) =
                (made.values.clone(), made.at, made.namespace_at);
            count += 1;
        }
        let place =
            |made: &EnumType| (world.path(made.span.file), made.span.range, made.binding.name.clone());
        if count != enums.len() || !graph.enums.is_sorted_by_key(place) {
            return None;
        }
        let there = graph.sequences.iter_mut().filter(|known| files.contains(&known.binding.file));
        count = 0;
        for known in there {
            let (_, made) = sequences.iter().find(|(binding, _)| *binding == known.binding)?;
            if !are_called_alike((&known.name, &known.namespace), (&made.name, &made.namespace)) {
                return None;
            }
            (known.span, known.namespace_at) = (made.at, made.namespace_at);
            count += 1;
        }
        let place =
            |made: &Sequence| (world.path(made.span.file), made.span.range, made.binding.name.clone());
        if !graph.sequences.is_sorted_by_key(place) {
            return None;
        }
        let are_schemas = graph.schemas.iter().any(|made| files.contains(&made.span.file));
        (count == sequences.len() && !are_schemas).then_some(())
    }

    /// Whether nothing came up that concerns more than these files.
    fn is_whole(&mut self, kept: &Kept, files: &FxHashSet<FileId>) -> bool {
        let reads = by_reader(&self.eval.eager_reads());
        files.iter().all(|file| reads.get(file) == kept.eager.get(file))
            && self.unreadable.is_empty()
            && self.possible_relations.is_empty()
            && self.relations_v2.is_empty()
            && self.eval.relation_calls.is_empty()
            && self.eval.missing_imports.is_empty()
            && !self.has_strays()
            && !self.eval.is_exhausted()
            && self.numbers.as_ref().is_some_and(|numbers| !numbers.is_lost)
    }

    /// What the files need now; `None` when the order of evaluation may decide something.
    fn needs_again(&mut self, kept: &Kept, files: &FxHashSet<FileId>) -> Option<NeedsAgain> {
        let Dependencies { reads, looks, changes, settled, demands, .. } =
            std::mem::take(&mut self.eval.dependencies);
        // Other files of which other parts are needed now would need to be linked again, too.
        if files.iter().any(|file| demands.get(file) != kept.demands.get(file)) {
            return None;
        }
        let is_settled = |(at, name): (&Span, &SmolStr)| {
            files.contains(&at.file) || kept.settled.get(at).is_none_or(|known| known == name)
        };
        if !changes.is_empty() || !settled.iter().all(is_settled) {
            return None;
        }
        let on = reads.iter().chain(&looks).map(|(_, on)| *on);
        if kept.needs.are_ordered(|needs| needs.needed(files.iter().copied().chain(on))) {
            return None;
        }
        Some(NeedsAgain { needs: Needs::of(reads, looks, changes), settled })
    }
}

/// What files need that were linked again.
pub(super) struct NeedsAgain {
    needs: Needs,
    settled: FxHashMap<Span, SmolStr>,
}

impl Kept {
    fn take_over(&mut self, files: &FxHashSet<FileId>, again: NeedsAgain) {
        self.needs.replace(files, again.needs);
        self.settled.retain(|at, _| !files.contains(&at.file));
        self.settled.extend(again.settled);
    }
}
