//! Import cycles that break: a file runs before the one whose names it reads.
//!
//! As in the specification of modules: a file's imports run before it, in their order, each once; what is
//! already on its way is not waited for.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Linker;
use super::imports::Imports;
use crate::eval::Origin;
use crate::graph::{DrizzleLine, EagerCycle, Loads, Project};
use crate::source::{FileId, Range, Span};

/// As many files of cycles are each taken for the first that is loaded: each means a walk over all.
const MAX_ENTRIES: usize = 500;

/// Every pair of a reading and a declaring file, once: as drizzle-kit meets it, else as whoever loads the waiting
/// file first does. And what the files load, for those who add a relation.
pub(super) fn find(
    linker: &mut Linker<'_>,
    reads: Vec<(FileId, Origin, Span)>,
    projects: &[Project],
) -> (Vec<EagerCycle>, Loads) {
    let mut files: Vec<FileId> = reads.iter().map(|(reader, ..)| *reader).collect();
    let graph = &linker.graph;
    if !graph.relation_sets.is_empty() {
        files.extend(graph.imports.keys());
    }
    let world = linker.world;
    files.sort_unstable();
    files.dedup();
    let imports = Imports::of(linker, files.into_iter());
    let loads = imports.as_loads(&reads);
    if reads.is_empty() {
        return (Vec::new(), loads);
    }
    let mut search =
        Search { imports, needs: FxHashMap::default(), found: Vec::new(), seen: FxHashSet::default() };
    for (reader, origin, at) in reads {
        search.add(reader, origin, at);
    }
    search.leave_out_unreachable();
    for needs in search.needs.values_mut() {
        needs.sort_by_key(|need| (need.at.range, need.origin.name.clone()));
    }
    for (index, project) in projects.iter().enumerate().filter(|(_, project)| project.config.is_some()) {
        search.kit(index, project);
    }
    let mut entries = search.entries();
    entries.sort_by_cached_key(|file| world.path(search.imports.files[*file]));
    for entry in entries.into_iter().take(MAX_ENTRIES) {
        let mut run = Run::new(search.imports.files.len());
        if let Some(stop) = search.load(entry, &mut run) {
            search.report(stop, &run, entry, None);
        }
    }
    let mut found = search.finish(linker);
    found.sort_by_cached_key(|cycle| (world.path(cycle.read.file), cycle.read.range));
    (found, loads)
}

/// What a file reads while it runs.
struct Need {
    reader: usize,
    declaring: usize,
    origin: Origin,
    at: Span,
}

struct Search {
    imports: Imports,
    /// By the file that reads; only where it is in a cycle.
    needs: FxHashMap<usize, Vec<Need>>,
    found: Vec<Found>,
    /// Reading and declaring files that were found.
    seen: FxHashSet<(usize, usize)>,
}

struct Found {
    origin: Origin,
    read: Span,
    imports: Vec<(Span, FileId)>,
    later: Option<Span>,
    first: FileId,
    kit: Option<usize>,
}

/// A load from some file on.
struct Run {
    state: Vec<State>,
    /// The files on their way, each with how many of its imports have been loaded.
    stack: Vec<(usize, usize)>,
    /// A file that was not read may have been loaded, and others with it.
    is_blind: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnItsWay,
    Done,
}

/// The reading file, and which of its needs is not met.
type Stop = (usize, usize);

impl Run {
    fn new(files: usize) -> Self {
        Self { state: vec![State::New; files], stack: Vec::new(), is_blind: false }
    }
}

impl Search {
    fn add(&mut self, reader: FileId, origin: Origin, at: Span) {
        let number = |file: FileId| self.imports.numbers.get(&file).copied();
        let (Some(reader), Some(declaring)) = (number(reader), number(origin.file)) else { return };
        if self.imports.is_in_cycle(reader) {
            self.needs.entry(reader).or_default().push(Need { reader, declaring, origin, at });
        }
    }

    /// A file that nothing leads to was read some other way.
    fn leave_out_unreachable(&mut self) {
        let imports = &self.imports;
        let groups = &imports.groups;
        // All files of a group lead to the same.
        let mut reached_from: FxHashMap<usize, FxHashSet<usize>> = FxHashMap::default();
        for (reader, needs) in &mut self.needs {
            if needs.iter().all(|need| groups[need.declaring] == groups[*reader]) {
                continue;
            }
            let reached = reached_from.entry(groups[*reader]).or_insert_with(|| {
                let mut reached = FxHashSet::default();
                let mut open = vec![*reader];
                while let Some(file) = open.pop() {
                    for (target, _) in &imports.loads[file] {
                        if reached.insert(*target) {
                            open.push(*target);
                        }
                    }
                }
                reached
            });
            needs.retain(|need| reached.contains(&need.declaring));
        }
    }

    /// The files of cycles that have not run when they are loaded first and a need arises: those that declare
    /// what is needed, else those that the reading file waits for in vain.
    fn entries(&self) -> Vec<usize> {
        let groups = &self.imports.groups;
        let mut entries: FxHashSet<usize> = FxHashSet::default();
        for need in self.needs.values().flatten() {
            let group = groups[need.reader];
            if group == groups[need.declaring] {
                entries.insert(need.declaring);
            } else {
                let loads = self.imports.loads[need.reader].iter().map(|(target, _)| *target);
                entries.extend(loads.filter(|target| groups[*target] == group));
            }
        }
        entries.into_iter().collect()
    }

    /// drizzle-kit 0.31 loads one file after the other, 1.0 each by itself.
    fn kit(&mut self, index: usize, project: &Project) {
        let is_known = project.schema_open.is_none() && project.unmatched_schema.is_empty();
        let mut run = Run::new(self.imports.files.len());
        for file in &project.schema_files {
            let Some(entry) = self.imports.numbers.get(file).copied() else { continue };
            if project.line == DrizzleLine::V1 {
                run = Run::new(self.imports.files.len());
            } else if !is_known {
                // Another file may come before.
                return;
            }
            if let Some(stop) = self.load(entry, &mut run) {
                self.report(stop, &run, entry, Some(index));
                if project.line == DrizzleLine::V0 {
                    return;
                }
            }
        }
    }

    /// Loads a file with all that it leads to, up to the first need that is not met.
    fn load(&self, entry: usize, run: &mut Run) -> Option<Stop> {
        if run.state[entry] != State::New {
            return None;
        }
        let is_first = run.state.iter().all(|state| *state == State::New);
        run.state[entry] = State::OnItsWay;
        run.is_blind |= self.imports.is_blind[entry];
        run.stack.push((entry, 0));
        while let Some((file, edge)) = run.stack.last_mut() {
            if let Some((target, _)) = self.imports.loads[*file].get(*edge).copied() {
                *edge += 1;
                if run.state[target] == State::New {
                    run.state[target] = State::OnItsWay;
                    run.is_blind |= self.imports.is_blind[target];
                    run.stack.push((target, 0));
                }
                continue;
            }
            let file = *file;
            let needs = self.needs.get(&file).map(Vec::as_slice).unwrap_or_default();
            // Whatever else is loaded, the very first file runs last.
            let is_certain = |need: &Need| !run.is_blind || is_first && need.declaring == entry;
            let unmet =
                needs.iter().position(|need| run.state[need.declaring] != State::Done && is_certain(need));
            if let Some(need) = unmet {
                return Some((file, need));
            }
            run.state[file] = State::Done;
            run.stack.pop();
        }
        None
    }

    fn report(&mut self, (reader, need): Stop, run: &Run, entry: usize, kit: Option<usize>) {
        let Some(need) = self.needs.get(&reader).and_then(|needs| needs.get(need)) else { return };
        // The way back ends at a file that is still on its way.
        let Some(back) = self.path(reader, need.declaring) else { return };
        let Some(end) = back.iter().position(|(file, _)| run.state[*file] == State::OnItsWay) else { return };
        let waiting = back[end].0;
        let Some(from) = run.stack.iter().position(|(file, _)| *file == waiting) else { return };
        let files = &self.imports.files;
        let mut imports = Vec::new();
        for pair in run.stack[from..].windows(2) {
            let (file, edge) = pair[0];
            if let Some((target, range)) = self.imports.loads[file].get(edge.wrapping_sub(1)) {
                imports.push((range.in_file(files[file]), files[*target]));
            }
        }
        let mut file = reader;
        for (target, range) in &back[..=end] {
            imports.push((range.in_file(files[file]), files[*target]));
            file = *target;
        }
        let later = back.get(end + 1).map(|(_, range)| range.in_file(files[waiting]));
        let key = (reader, need.declaring);
        if imports.len() < 2 || !self.seen.insert(key) {
            return;
        }
        self.found.push(Found {
            origin: need.origin.clone(),
            read: need.at,
            imports,
            later,
            first: files[entry],
            kit,
        });
    }

    /// A shortest way from a file to another: what each step loads, and where that is written.
    fn path(&self, from: usize, to: usize) -> Option<Vec<(usize, Range)>> {
        let mut before: FxHashMap<usize, (usize, Range)> = FxHashMap::default();
        let mut wave = vec![from];
        while !wave.is_empty() && !before.contains_key(&to) {
            let mut next = Vec::new();
            for file in wave {
                for (target, range) in &self.imports.loads[file] {
                    if *target != from && !before.contains_key(target) {
                        before.insert(*target, (file, *range));
                        next.push(*target);
                    }
                }
            }
            wave = next;
        }
        let mut path = Vec::new();
        let mut at = to;
        while at != from {
            let (file, range) = before.get(&at)?;
            path.push((at, *range));
            at = *file;
        }
        path.reverse();
        Some(path)
    }

    fn finish(self, linker: &mut Linker<'_>) -> Vec<EagerCycle> {
        let mut cycles = Vec::new();
        for found in self.found {
            let module = linker.eval.module(found.origin.file);
            let Some(binding) = module.bindings.get(&found.origin.name) else { continue };
            cycles.push(EagerCycle {
                name: found.origin.name,
                read: found.read,
                declared: binding.range.in_file(found.origin.file),
                imports: found.imports,
                later: found.later,
                first: found.first,
                kit: found.kit,
            });
        }
        cycles
    }
}
