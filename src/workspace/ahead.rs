//! What evaluation will ask for, found out by every thread before it does: where the imports of the candidates lead, and
//! what the files say that they lead to.
//!
//! Nothing is concluded here: a file counts as read only when it is asked for, and what is not foreseen is read then.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Parsed;
use super::repository::MAX_BYTES;
use crate::discover::search::{Calls, is_script};
use crate::discover::{Loose, Script};
use crate::resolve::{Resolved, Resolver};
use crate::syntax::{Declarator, Export, ExprKind, Module};

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
        let mut seen: FxHashSet<PathBuf> = scripts.iter().map(|script| script.path.clone()).collect();
        let mut wave: Vec<(PathBuf, Arc<Module>)> = scripts
            .iter()
            .zip(lowered)
            .map(|(script, parsed)| (script.path.clone(), Arc::clone(&parsed.module)))
            .collect();
        for step in 0..STEPS {
            let follow = |(path, module): &(PathBuf, Arc<Module>)| {
                let wanted = wanted(module, step == 0);
                let to = wanted
                    .into_iter()
                    .map(|specifier| (specifier.to_string(), resolver.resolve(path, specifier)));
                (path.clone(), to.collect::<FxHashMap<String, Resolved>>())
            };
            let resolved: Vec<(PathBuf, FxHashMap<String, Resolved>)> = wave.par_iter().map(follow).collect();
            let mut next: Vec<PathBuf> = Vec::new();
            let declaring =
                wave.iter().zip(&resolved).filter(|((_, module), _)| step > 0 || makes_values(module));
            for target in declaring.flat_map(|(_, (_, targets))| targets.values()) {
                if let Resolved::File(path) = target
                    && path.file_name().is_some_and(|name| is_script(&name.to_string_lossy()))
                    && seen.insert(path.clone())
                {
                    next.push(path.clone());
                }
            }
            ahead.resolved.extend(resolved);
            let read = |path: PathBuf| {
                // What is odd is left to whoever asks for it.
                let is_usual = fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= MAX_BYTES);
                let bytes: Arc<[u8]> = is_usual.then(|| fs::read(&path).ok()).flatten()?.into();
                let parsed = lower(&path, &bytes);
                Some((path, parsed))
            };
            let parsed: Vec<(PathBuf, Parsed)> = next.into_par_iter().filter_map(read).collect();
            wave = parsed.iter().map(|(path, parsed)| (path.clone(), Arc::clone(&parsed.module))).collect();
            ahead.parsed.extend(parsed);
            if wave.is_empty() {
                break;
            }
        }
        ahead
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

/// The specifiers of a file that evaluation will follow: all of a candidate; of any other what it passes on.
fn wanted(module: &Module, is_candidate: bool) -> Vec<&str> {
    if is_candidate {
        return module.specifiers.iter().map(|specifier| specifier.text.as_str()).collect();
    }
    let passed_on = module.exports.values().filter_map(|export| match export {
        Export::From { specifier, .. } => Some(*specifier),
        Export::Local(_) => None,
    });
    let mut indexes: Vec<usize> = passed_on.chain(module.star_exports.iter().copied()).collect();
    indexes.sort_unstable();
    indexes.dedup();
    indexes.into_iter().map(|index| module.specifier(index).text.as_str()).collect()
}

/// The loose files that call one of some functions, by path; those that are not known yet are lowered, by every thread:
/// all of them will be asked for.
pub(super) fn lower_calling(
    loose: &[Loose],
    known: &[bool],
    calls: &Calls,
    bytes_of: impl Fn(&Loose) -> Option<Arc<[u8]>> + Sync,
    lower: &(impl Fn(&Path, &Arc<[u8]>) -> Parsed + Sync),
) -> Vec<(PathBuf, Option<Parsed>)> {
    let calling = |(loose, known): (&'_ Loose, &bool)| {
        let bytes = bytes_of(loose).filter(|bytes| calls.are_in(bytes))?;
        let is_new = !known && bytes.len() as u64 <= MAX_BYTES;
        Some((loose.path.clone(), is_new.then(|| lower(&loose.path, &bytes))))
    };
    loose.par_iter().zip(known).filter_map(calling).collect()
}
