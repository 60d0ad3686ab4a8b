//! What evaluation will ask for, found out by every thread before it does: where the imports of the candidates lead, and
//! what the files say that they lead to.
//!
//! Nothing is concluded here: a file counts as read only when it is asked for, and what is not foreseen is read then.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Parsed;
use crate::discover::search::{Calls, is_script};
use crate::discover::{Loose, MAX_BYTES, Script, Text};
use crate::resolve::{Resolved, Resolver};
use crate::syntax::{BindingKind, Declarator, Export, ExprKind, ImportName, Module};

/// How many steps lead from a candidate to a file that is read ahead: to a barrel, and to what that passes on.
const STEPS: usize = 3;

/// What is known ahead.
#[derive(Default)]
pub(super) struct Ahead {
    /// Where specifiers lead, by the file that has them.
    pub(super) resolved: FxHashMap<PathBuf, FxHashMap<String, Resolved>>,
    /// Files that no candidate is, lowered.
    pub(super) parsed: FxHashMap<PathBuf, Parsed>,
}

impl Ahead {
    /// Follows the imports of the candidates.
    pub(super) fn of(
        scripts: &[Script],
        lowered: &[Parsed],
        resolver: &Resolver,
        lower: &(impl Fn(&Path, &Arc<[u8]>) -> Parsed + Sync),
    ) -> Self {
        let mut ahead = Self::default();
        let candidates: FxHashSet<&Path> = scripts.iter().map(|script| &*script.path).collect();
        // What has been asked for of each file that was read ahead.
        let mut asked: FxHashMap<PathBuf, Names> = FxHashMap::default();
        let mut wave: Vec<Step> = scripts
            .iter()
            .zip(lowered)
            .map(|(script, parsed)| Step {
                path: script.path.clone(),
                module: Arc::clone(&parsed.module),
                wanted: of_candidate(&parsed.module),
                is_read_for: makes_values(&parsed.module),
            })
            .collect();
        for _ in 0..STEPS {
            let followed: Vec<Vec<(usize, Resolved)>> = wave
                .par_iter()
                .map(|step| {
                    let known = ahead.resolved.get(&step.path);
                    let resolve = |specifier: &str| match known.and_then(|known| known.get(specifier)) {
                        Some(known) => known.clone(),
                        None => resolver.resolve(&step.path, specifier),
                    };
                    let to = step.wanted.keys();
                    to.map(|index| (*index, resolve(&step.module.specifier(*index).text))).collect()
                })
                .collect();
            let mut next: FxHashMap<PathBuf, Names> = FxHashMap::default();
            for (step, targets) in wave.into_iter().zip(followed) {
                let Step { path, module, mut wanted, is_read_for } = step;
                for (index, target) in &targets {
                    if is_read_for
                        && let (Resolved::File(path), Some(names)) = (target, wanted.remove(index))
                        && path.file_name().is_some_and(|name| is_script(&name.to_string_lossy()))
                        && !candidates.contains(&**path)
                    {
                        next.entry(path.clone()).or_default().add(names);
                    }
                }
                let known = ahead.resolved.entry(path).or_default();
                known.extend(
                    targets.into_iter().map(|(index, to)| (module.specifier(index).text.to_string(), to)),
                );
            }
            next.retain(|path, names| names.are_new_to(asked.get(path)));
            let read = |(path, names): (PathBuf, Names)| {
                let parsed = match ahead.parsed.get(&path) {
                    Some(parsed) => parsed.clone(),
                    None => {
                        // What is odd is left to whoever asks for it.
                        let is_usual =
                            fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= MAX_BYTES as u64);
                        let bytes: Arc<[u8]> = is_usual.then(|| fs::read(&path).ok()).flatten()?.into();
                        lower(&path, &bytes)
                    }
                };
                Some((path, names, parsed))
            };
            let read: Vec<(PathBuf, Names, Parsed)> = next.into_par_iter().filter_map(read).collect();
            wave = Vec::new();
            for (path, names, parsed) in read {
                let wanted = passed_on(&parsed.module, &names);
                let module = Arc::clone(&parsed.module);
                wave.push(Step { path: path.clone(), module, wanted, is_read_for: true });
                asked.entry(path.clone()).or_default().add(names);
                ahead.parsed.insert(path, parsed);
            }
            if wave.is_empty() {
                break;
            }
        }
        ahead
    }
}

/// A file whose imports are followed.
struct Step {
    path: PathBuf,
    module: Arc<Module>,
    /// What is asked for of its specifiers, by their index.
    wanted: FxHashMap<usize, Names>,
    /// The files that those lead to are read.
    is_read_for: bool,
}

/// Exports that are asked for; `None` for all of them.
struct Names(Option<FxHashSet<SmolStr>>);

impl Default for Names {
    fn default() -> Self {
        Self(Some(FxHashSet::default()))
    }
}

impl Names {
    const ALL: Self = Self(None);

    fn of(name: &ImportName) -> Self {
        match name {
            ImportName::Named(name) => Self(Some(FxHashSet::from_iter([name.clone()]))),
            ImportName::Namespace => Self::ALL,
        }
    }

    fn add(&mut self, other: Self) {
        match (&mut self.0, other.0) {
            (Some(names), Some(others)) => names.extend(others),
            (names, _) => *names = None,
        }
    }

    /// Whether they ask for more than others do.
    fn are_new_to(&self, others: Option<&Self>) -> bool {
        match (&self.0, others.map(|others| &others.0)) {
            (_, None) => true,
            (_, Some(None)) => false,
            (None, Some(Some(_))) => true,
            (Some(names), Some(Some(others))) => !names.is_subset(others),
        }
    }
}

/// Whether a file calls something for the value of a name: the others are services, which are read for their imports
/// only where somebody asks.
fn makes_values(module: &Module) -> bool {
    let calls = |declarator: &Declarator| {
        declarator
            .value
            .as_ref()
            .is_some_and(|value| matches!(value.kind, ExprKind::Call(..) | ExprKind::Object(_)))
    };
    module.declarators.iter().any(calls) || !module.effects.is_empty()
}

/// What a candidate asks for: all that it imports and passes on.
fn of_candidate(module: &Module) -> FxHashMap<usize, Names> {
    let mut wanted: FxHashMap<usize, Names> = FxHashMap::default();
    // An import for its effects asks for no name.
    for index in 0..module.specifiers.len() {
        wanted.entry(index).or_default();
    }
    for binding in module.bindings.values() {
        if let BindingKind::Import { specifier, name } = &binding.kind {
            wanted.entry(*specifier).or_default().add(Names::of(name));
        }
    }
    let mut exported = passed_on(module, &Names::ALL);
    for (specifier, names) in exported.drain() {
        wanted.entry(specifier).or_default().add(names);
    }
    wanted
}

/// What a file asks for of others because some names are asked of it.
fn passed_on(module: &Module, names: &Names) -> FxHashMap<usize, Names> {
    let mut wanted: FxHashMap<usize, Names> = FxHashMap::default();
    let mut pass_on = |export: &Export| {
        if let Export::From { specifier, name } = export {
            wanted.entry(*specifier).or_default().add(Names::of(name));
        }
    };
    let others = match &names.0 {
        None => {
            module.exports.values().for_each(pass_on);
            Names::ALL
        }
        Some(names) => {
            names.iter().filter_map(|name| module.exports.get(name)).for_each(&mut pass_on);
            let others = names.iter().filter(|name| !module.exports.contains_key(*name));
            Names(Some(others.cloned().collect()))
        }
    };
    if others.0.as_ref().is_none_or(|others| !others.is_empty()) {
        for specifier in &module.star_exports {
            wanted.entry(*specifier).or_default().add(Names(others.0.clone()));
        }
    }
    wanted
}

/// The loose files that call one of some functions, by path; those that are not known yet are lowered, by every thread:
/// all of them will be asked for.
pub(super) fn lower_calling(
    loose: &[Loose],
    known: &[bool],
    calls: &Calls,
    bytes_of: impl Fn(&Path) -> Option<Arc<[u8]>> + Sync,
    lower: &(impl Fn(&Path, &Arc<[u8]>) -> Parsed + Sync),
) -> Vec<(PathBuf, Option<Parsed>)> {
    let calling = |(loose, known): (&'_ Loose, &bool)| {
        let bytes = match &loose.text {
            Some(Text::Whole(bytes)) => Some(Arc::clone(bytes)),
            Some(Text::Imports(imports)) if !calls.are_named_in(imports) => None,
            _ => bytes_of(&loose.path),
        };
        let bytes = bytes.filter(|bytes| calls.are_in(bytes))?;
        let is_new = !known && bytes.len() <= MAX_BYTES;
        Some((loose.path.clone(), is_new.then(|| lower(&loose.path, &bytes))))
    };
    loose.par_iter().zip(known).filter_map(calling).collect()
}
