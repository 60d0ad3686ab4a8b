//! Which files load which when they run: the import graph that is left once types are gone.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Linker, Loaded};
use crate::eval::Origin;
use crate::graph::{self, Loads};
use crate::source::{FileId, Range, Span};
use crate::syntax::{BindingKind, Export, ImportName, Module, used_names};

/// Files by number, and what each loads, in the order in which it does.
#[derive(Default)]
pub(super) struct Imports {
    pub(super) files: Vec<FileId>,
    pub(super) numbers: FxHashMap<FileId, usize>,
    /// The file that is loaded, and the specifier that names it.
    pub(super) loads: Vec<Vec<(usize, Range)>>,
    /// Of each file: whether it loads one that was not read.
    pub(super) is_blind: Vec<bool>,
    /// Of each file: the number of its group of files that all lead to each other.
    pub(super) groups: Vec<usize>,
    /// How many files each group has.
    sizes: Vec<usize>,
}

impl Imports {
    /// What those files lead to, among the files that were read.
    pub(super) fn of(linker: &mut Linker<'_>, from: impl Iterator<Item = FileId>) -> Self {
        let mut imports = Self::default();
        for file in from {
            imports.number(file);
        }
        // What stands in `files` from here on has not been looked at.
        let mut next = 0;
        while next < imports.files.len() {
            let file = imports.files[next];
            let module = linker.eval.module(file);
            let (mut loads, mut is_blind) = (Vec::new(), false);
            for (specifier, form) in module.specifiers.iter().zip(forms(&module)) {
                if !form.loads() {
                    continue;
                }
                match linker.world.file_read(file, &specifier.text) {
                    Loaded::Read(target) if target != file => {
                        loads.push((imports.number(target), specifier.range));
                    }
                    Loaded::Unread if !is_blind => {
                        let is_used = |used: &FxHashSet<SmolStr>| {
                            form.imported.iter().any(|local| used.contains(*local))
                        };
                        is_blind =
                            form.for_effect || !form.passed_on.is_empty() || is_used(&used_names(&module));
                    }
                    _ => {}
                }
            }
            imports.loads.push(loads);
            imports.is_blind.push(is_blind);
            next += 1;
        }
        imports.group();
        imports.leave_out_types(linker);
        imports.group();
        imports
    }

    /// The same for those who ask by file, with what each reads of others while it runs.
    pub(super) fn as_loads(&self, reads: &[(FileId, Origin, Span)]) -> Loads {
        let mut by_file: FxHashMap<FileId, graph::Loaded> = FxHashMap::default();
        for (number, file) in self.files.iter().enumerate() {
            let files = self.loads[number].iter().map(|(target, _)| self.files[*target]).collect();
            let is_blind = self.is_blind[number];
            by_file.insert(*file, graph::Loaded { files, is_blind, reads: Vec::new() });
        }
        for (reader, origin, _) in reads {
            if let Some(loaded) = by_file.get_mut(reader) {
                loaded.reads.push(origin.file);
            }
        }
        for loaded in by_file.values_mut() {
            loaded.reads.sort_unstable();
            loaded.reads.dedup();
        }
        Loads::new(by_file)
    }

    fn number(&mut self, file: FileId) -> usize {
        let files = &mut self.files;
        *self.numbers.entry(file).or_insert_with(|| {
            files.push(file);
            files.len() - 1
        })
    }

    /// Whether a file is in a cycle.
    pub(super) fn is_in_cycle(&self, file: usize) -> bool {
        self.sizes[self.groups[file]] > 1
    }

    /// Only what is in a cycle is looked at closely: it costs a walk through the file.
    fn leave_out_types(&mut self, linker: &mut Linker<'_>) {
        for file in 0..self.files.len() {
            if !self.is_in_cycle(file) {
                continue;
            }
            let id = self.files[file];
            let module = linker.eval.module(id);
            let path = linker.world.path(id);
            if [".js", ".mjs", ".cjs", ".jsx"].iter().any(|end| path.ends_with(end)) {
                continue;
            }
            let used = used_names(&module);
            let targets: FxHashMap<Range, usize> =
                self.loads[file].iter().map(|(target, range)| (*range, *target)).collect();
            let mut kept: FxHashSet<Range> = FxHashSet::default();
            for (specifier, form) in module.specifiers.iter().zip(forms(&module)) {
                let Some(target) = targets.get(&specifier.range) else { continue };
                let target = self.files[*target];
                let mut is_value = |name: &ImportName| match name {
                    ImportName::Namespace => true,
                    ImportName::Named(name) => linker.eval.has_export(target, name),
                };
                let is_kept = form.for_effect
                    || form.imported.iter().any(|local| used.contains(*local))
                    || form.passed_on.into_iter().any(&mut is_value);
                if is_kept {
                    kept.insert(specifier.range);
                }
            }
            self.loads[file].retain(|(_, range)| kept.contains(range));
        }
    }

    /// Finds the groups of files that all lead to each other: Tarjan's algorithm, without recursion.
    fn group(&mut self) {
        const NEW: usize = usize::MAX;
        let count = self.files.len();
        let (mut order, mut low) = (vec![NEW; count], vec![0; count]);
        let (mut open, mut is_open) = (Vec::new(), vec![false; count]);
        let mut work: Vec<(usize, usize)> = Vec::new();
        let mut next_order = 0;
        self.groups = vec![0; count];
        self.sizes.clear();
        for root in 0..count {
            if order[root] != NEW {
                continue;
            }
            work.push((root, 0));
            while let Some((file, edge)) = work.pop() {
                if edge == 0 {
                    order[file] = next_order;
                    low[file] = next_order;
                    next_order += 1;
                    open.push(file);
                    is_open[file] = true;
                }
                if let Some((target, _)) = self.loads[file].get(edge).copied() {
                    work.push((file, edge + 1));
                    if order[target] == NEW {
                        work.push((target, 0));
                    } else if is_open[target] {
                        low[file] = low[file].min(order[target]);
                    }
                    continue;
                }
                if low[file] == order[file] {
                    let mut size = 0;
                    while let Some(member) = open.pop() {
                        is_open[member] = false;
                        self.groups[member] = self.sizes.len();
                        size += 1;
                        if member == file {
                            break;
                        }
                    }
                    self.sizes.push(size);
                }
                if let Some((above, _)) = work.last() {
                    low[*above] = low[*above].min(low[file]);
                }
            }
        }
    }
}

/// What a file wants of one that it names.
#[derive(Default)]
struct Form<'m> {
    /// That it runs: `import "x"`, `export * from "x"`.
    for_effect: bool,
    /// Names that it gives to imports.
    imported: Vec<&'m SmolStr>,
    /// What it exports of it, as that is named there.
    passed_on: Vec<&'m ImportName>,
}

impl Form<'_> {
    const fn loads(&self) -> bool {
        self.for_effect || !self.imported.is_empty() || !self.passed_on.is_empty()
    }
}

/// Of each specifier of a file, in their order.
fn forms(module: &Module) -> Vec<Form<'_>> {
    let mut forms: Vec<Form<'_>> = module.specifiers.iter().map(|_| Form::default()).collect();
    for index in module.bare_imports.iter().chain(&module.star_exports) {
        forms[*index].for_effect = true;
    }
    for (local, binding) in &module.bindings {
        if let BindingKind::Import { specifier, .. } = &binding.kind {
            forms[*specifier].imported.push(local);
        }
    }
    for export in module.exports.values() {
        match export {
            Export::From { specifier, name } => forms[*specifier].passed_on.push(name),
            Export::Local(local) => {
                if let Some(BindingKind::Import { specifier, name }) =
                    module.bindings.get(local).map(|binding| &binding.kind)
                {
                    forms[*specifier].passed_on.push(name);
                }
            }
        }
    }
    forms
}
