//! Which files load which when they run, for those who add an import.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::source::FileId;

/// What the files that declare tables or relations load, and what those load.
#[derive(Debug, Default)]
pub struct Loads {
    /// By file.
    files: FxHashMap<FileId, Loaded>,
}

/// What one file loads.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The files, types left out.
    pub files: Vec<FileId>,
    /// It loads one that was not read.
    pub is_blind: bool,
    /// The files whose names it reads while it runs: those that declare them.
    pub reads: Vec<FileId>,
}

impl Loads {
    /// Those of these files.
    pub const fn new(files: FxHashMap<FileId, Loaded>) -> Self {
        Self { files }
    }

    /// Every file with what it loads, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Loaded)> {
        self.files.iter().map(|(file, loaded)| (*file, loaded))
    }

    /// Whether a file can import another and nothing is read too early for it. `at_once`: what is imported is read
    /// while the file runs, not only by its functions.
    pub fn may_add(&self, from: FileId, to: FileId, at_once: bool) -> bool {
        let Some(reached) = self.reached(std::iter::once(to), &FxHashSet::default()) else { return false };
        // Nothing leads back: the other file has run before this one in any case.
        if !reached.contains(&from) {
            return true;
        }
        if at_once {
            return false;
        }
        let cycle = self.cycle(from, &reached);
        cycle.iter().all(|file| {
            let Some(loaded) = self.files.get(file) else { return false };
            if loaded.reads.is_empty() {
                return true;
            }
            // What stands outside of the cycle runs before all of it, if the reading file itself leads there.
            let outside = loaded.files.iter().copied().filter(|file| !cycle.contains(file));
            let before = self.reached(outside, &cycle);
            before.is_some_and(|before| loaded.reads.iter().all(|read| before.contains(read)))
        })
    }

    /// Whether a file loads another.
    pub fn has(&self, from: FileId, to: FileId) -> bool {
        self.files.get(&from).is_some_and(|loaded| loaded.files.contains(&to))
    }

    /// Whether a file can read names of another while it runs: where it does so
    /// already, or where nothing leads back.
    pub fn may_read(&self, from: FileId, of: FileId) -> bool {
        self.files.get(&from).is_some_and(|loaded| loaded.reads.contains(&of)) || self.may_add(from, of, true)
    }

    /// Everything that those files lead to, themselves among them; `None` where that is not known.
    fn reached(
        &self,
        from: impl Iterator<Item = FileId>,
        without: &FxHashSet<FileId>,
    ) -> Option<FxHashSet<FileId>> {
        let mut open: Vec<FileId> = from.collect();
        let mut reached: FxHashSet<FileId> = open.iter().copied().collect();
        while let Some(file) = open.pop() {
            let loaded = self.files.get(&file).filter(|loaded| !loaded.is_blind)?;
            let next = loaded.files.iter().filter(|file| !without.contains(file));
            open.extend(next.copied().filter(|file| reached.insert(*file)));
        }
        Some(reached)
    }

    /// The files among those that lead to a file: with an import of them, one cycle.
    fn cycle(&self, to: FileId, among: &FxHashSet<FileId>) -> FxHashSet<FileId> {
        let mut loaded_by: FxHashMap<FileId, Vec<FileId>> = FxHashMap::default();
        for file in among {
            for loaded in self.files.get(file).into_iter().flat_map(|loaded| &loaded.files) {
                loaded_by.entry(*loaded).or_default().push(*file);
            }
        }
        let mut cycle = FxHashSet::from_iter([to]);
        let mut open = vec![to];
        while let Some(file) = open.pop() {
            let above = loaded_by.get(&file).map(Vec::as_slice).unwrap_or_default();
            open.extend(above.iter().copied().filter(|file| cycle.insert(*file)));
        }
        cycle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files with what they load and what they read while they run; `?` loads what was not read.
    fn loads(files: &[(u32, &[u32], &[u32])]) -> Loads {
        let ids = |numbers: &[u32]| numbers.iter().map(|number| FileId(*number)).collect::<Vec<_>>();
        let files = files.iter().map(|(file, loads, reads)| {
            let is_blind = loads.contains(&99);
            let loads: Vec<u32> = loads.iter().copied().filter(|file| *file != 99).collect();
            (FileId(*file), Loaded { files: ids(&loads), is_blind, reads: ids(reads) })
        });
        Loads::new(files.collect())
    }

    fn may(loads: &Loads, from: u32, to: u32, at_once: bool) -> bool {
        loads.may_add(FileId(from), FileId(to), at_once)
    }

    #[test]
    fn a_cycle_is_closed_only_where_nothing_is_read_too_early() {
        // 1 users, 2 posts, 3 enums, 4 relations.
        let lazy = loads(&[(1, &[3], &[3]), (2, &[1, 3], &[3]), (3, &[], &[]), (4, &[1], &[1])]);
        assert!(may(&lazy, 4, 2, true), "nothing leads back");
        assert!(may(&lazy, 1, 2, false), "both read only the enums while they run");
        assert!(!may(&lazy, 1, 2, true));
        let eager = loads(&[(1, &[], &[]), (2, &[1], &[1])]);
        assert!(!may(&eager, 1, 2, false), "2 reads 1 while it runs");
        assert!(eager.may_read(FileId(2), FileId(1)) && !eager.may_read(FileId(1), FileId(2)));
        // The enums are reached by way of the other file alone.
        let around = loads(&[(1, &[2], &[3]), (2, &[3, 4], &[]), (3, &[], &[]), (4, &[1], &[])]);
        assert!(!may(&around, 1, 4, false));
        let third = loads(&[(1, &[], &[]), (2, &[5], &[]), (5, &[1], &[1])]);
        assert!(!may(&third, 1, 2, false), "a file between the two reads at once");
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        let blind = loads(&[(1, &[], &[]), (2, &[99], &[]), (3, &[2], &[])]);
        assert!(!may(&blind, 1, 2, false));
        assert!(!may(&blind, 1, 3, false));
        assert!(!may(&blind, 1, 7, false));
        assert!(may(&blind, 2, 1, true), "what the importing file loads besides is no matter");
    }
}
