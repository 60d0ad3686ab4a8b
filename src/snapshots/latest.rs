//! Which snapshots of a folder are its newest.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::snapshot::Header;

/// How a folder holds its snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// `meta/NNNN_snapshot.json` (up to 0.31): the names of the files in `meta`.
    Meta(Vec<String>),
    /// `<timestamp>_<name>/snapshot.json` (1.0): the names of those folders, with what orders them; `None` for
    /// one that could not be read.
    Folders(Vec<(String, Option<Header>)>),
}

/// The newest snapshots, by index: the last file by name, or the leaves, those that no other follows.
/// One that could not be read may be a leaf.
pub fn newest(layout: &Layout) -> Vec<usize> {
    match layout {
        Layout::Meta(names) => {
            let snapshots = names.iter().enumerate().filter(|(_, name)| is_snapshot(name));
            snapshots.max_by_key(|(_, name)| name.as_str()).map(|(index, _)| index).into_iter().collect()
        }
        Layout::Folders(folders) => {
            let headers = folders.iter().filter_map(|(_, header)| header.as_ref());
            let followed = headers.flat_map(|header| header.prev_ids.iter().filter(|id| **id != header.id));
            let followed: FxHashSet<&SmolStr> = followed.collect();
            let is_leaf =
                |header: &Option<Header>| header.as_ref().is_none_or(|header| !followed.contains(&header.id));
            let leaves = folders.iter().enumerate().filter(|(_, (_, header))| is_leaf(header));
            let leaves: Vec<usize> = leaves.map(|(index, _)| index).collect();
            // Where all follow each other, their names, which begin with the time, are what is left.
            if leaves.is_empty() {
                return folders
                    .iter()
                    .enumerate()
                    .max_by_key(|(_, (name, _))| name)
                    .map(|(index, _)| index)
                    .into_iter()
                    .collect();
            }
            leaves
        }
    }
}

/// The snapshot before the newest one, by index.
pub fn before_newest(names: &[String]) -> Option<usize> {
    let newest = newest(&Layout::Meta(names.to_vec())).first().copied()?;
    let before = names.iter().enumerate().filter(|(index, name)| *index != newest && is_snapshot(name));
    before.max_by_key(|(_, name)| name.as_str()).map(|(index, _)| index)
}

/// Whether a migration comes after another, by the number or the time that their names begin with; numbers and times
/// are not compared with each other.
pub fn is_later(name: &str, than: &str) -> bool {
    let number = |name: &str| name.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(name.len());
    let (own, other) = (&name[..number(name)], &than[..number(than)]);
    !own.is_empty() && own.len() == other.len() && own > other
}

/// drizzle-kit takes every file of `meta` but those that begin with `_`.
fn is_snapshot(name: &str) -> bool {
    !name.starts_with('_') && !name.starts_with('.') && name.ends_with(".json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_ordered_by_what_their_names_begin_with() {
        assert!(is_later("0053_roles.sql", "0052_snapshot.json"));
        assert!(is_later("20260102120000_roles", "20260101120000_first"));
        assert!(!is_later("0052_roles.sql", "0052_snapshot.json"));
        assert!(!is_later("20260101120000_roles.sql", "0052_snapshot.json"));
        assert!(!is_later("roles.sql", "0052_snapshot.json"));
        assert!(!is_later("roles.sql", "snapshot.json"));
    }

    #[test]
    fn the_last_by_name_and_the_leaves() {
        let names =
            ["_journal.json", "0001_snapshot.json", "20260101_snapshot.json", "0002_snapshot.json", "z.md"];
        assert_eq!(newest(&Layout::Meta(names.map(str::to_string).to_vec())), [2]);
        assert_eq!(newest(&Layout::Meta(vec!["_journal.json".to_string()])), [] as [usize; 0]);
        let folder = |id: &str, previous: &[&str]| {
            let prev_ids = previous.iter().map(SmolStr::new).collect();
            (id.to_string(), Some(Header { id: SmolStr::new(id), prev_ids, ..Header::default() }))
        };
        let merged =
            [folder("a", &["0"]), folder("b", &["a"]), folder("c", &["a"]), folder("d", &["b", "c"])];
        assert_eq!(newest(&Layout::Folders(merged.to_vec())), [3]);
        assert_eq!(newest(&Layout::Folders(merged[..3].to_vec())), [1, 2]);
        assert_eq!(newest(&Layout::Folders(vec![folder("a", &["a"])])), [0]);
        assert_eq!(newest(&Layout::Folders(vec![folder("a", &["b"]), folder("b", &["a"])])), [1]);
        let broken = [folder("a", &["0"]), ("b".to_string(), None)];
        assert_eq!(newest(&Layout::Folders(broken.to_vec())), [0, 1]);
    }
}
