//! Which files the `schema` of a drizzle.config means.

use globset::GlobSet;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

use super::repository::Repository;
use crate::boundary::{clean, is_inside};
use crate::config::glob;
use crate::discover::exclude;
use crate::discover::search::is_script;
use crate::link::LinkWorld;
use crate::resolve::Resolved;
use crate::source::FileId;

impl Repository<'_> {
    /// Where the paths of a drizzle.config may begin: drizzle-kit resolves from where it is started, which is the
    /// package, mostly the config's own folder.
    pub(super) fn bases(&self, config: FileId) -> Vec<PathBuf> {
        let config_folder = self.path_of(config).parent().map(Path::to_path_buf).unwrap_or_default();
        let package = self.folder_of(config);
        let above = package.ancestors().skip(1).take_while(|base| base.starts_with(self.repository));
        let above: Vec<PathBuf> = above.map(Path::to_path_buf).collect();
        [config_folder, package].into_iter().chain(above).collect()
    }

    /// The scripts that a path of a drizzle.config matches below a folder: a file, the files of a folder
    /// (not those of its folders, as in drizzle-kit), or a glob.
    pub(super) fn matching(&self, base: &Path, pattern: &str) -> Vec<FileId> {
        let pattern = pattern.trim_start_matches("./");
        let path = clean(&base.join(pattern));
        let is_inside = |path: &Path| is_inside(self.repository, path);
        if path.is_file() {
            if !is_inside(&path) {
                return Vec::new();
            }
            return self.load(path).into_iter().collect();
        }
        if path.is_dir() {
            if !is_inside(&path) {
                return Vec::new();
            }
            let found = self.cache.matching(&path, || walk(&path, 1));
            return found.into_iter().filter_map(|path| self.load(path)).collect();
        }
        if !pattern.contains(['*', '?', '{', '[', '!']) {
            // The source of a built file, or a path without its extension.
            let specifier = path.to_string_lossy();
            let from = base.join("drizzle.config.ts");
            return match self.resolver.resolve(&from, &specifier) {
                Resolved::File(path) => self.load(path).into_iter().collect(),
                _ => Vec::new(),
            };
        }
        let full = path.to_string_lossy().replace("!(", "{").replace("+(", "{").replace("@(", "{");
        let negated = excluded_by_extglob(&path.to_string_lossy());
        let full = if negated.is_empty() { full } else { without_extglob(&path.to_string_lossy()) };
        let Some(matcher) = glob::matcher(&full) else { return Vec::new() };
        let fixed: PathBuf = path
            .components()
            .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '{', '[', '(', '!']))
            .collect();
        // Also what is not there: nobody learns which folders a machine has.
        if !is_inside(&fixed) {
            return Vec::new();
        }
        let excluded: Vec<GlobSet> = negated.iter().filter_map(|glob| glob::matcher(glob)).collect();
        let is_meant =
            |path: &PathBuf| matcher.is_match(path) && !excluded.iter().any(|glob| glob.is_match(path));
        let found = self.cache.matching(&path, || {
            let mut walked = self.walked.borrow_mut();
            let scripts = walked.entry(fixed).or_insert_with_key(|folder| walk(folder, usize::MAX));
            scripts.iter().filter(|path| is_meant(path)).cloned().collect()
        });
        let mut files: Vec<FileId> = found.into_iter().filter_map(|path| self.load(path)).collect();
        files.sort_by_cached_key(|file| glob_order(&self.path(*file)));
        files
    }
}

/// The scripts below a folder, tests left out.
fn walk(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).min_depth(1).max_depth(depth).sort_by_file_name();
    let entries = entries
        .into_iter()
        .filter_entry(|entry| !entry.file_type().is_dir() || entry.file_name() != "node_modules");
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy();
        if entry.file_type().is_file() && is_script(&name) && !exclude::file(&name) {
            files.push(entry.into_path());
        }
    }
    files
}

/// `!(*.test).ts` of a path: the globs that it leaves out.
fn excluded_by_extglob(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once("!(") else { return Vec::new() };
    let Some((inside, after)) = rest.split_once(')') else { return Vec::new() };
    inside.split('|').map(|part| format!("{before}{part}{after}")).collect()
}

/// What drizzle-kit's glob sorts by, which is `localeCompare`: signs, digits, letters, case last.
fn glob_order(path: &str) -> (Vec<(usize, char)>, Vec<bool>) {
    const SIGNS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    let weight = |letter: char| match SIGNS.find(letter) {
        Some(at) => (at, letter),
        None => (SIGNS.len(), letter.to_ascii_lowercase()),
    };
    (path.chars().map(weight).collect(), path.chars().map(char::is_uppercase).collect())
}

/// The path with `*` for `!(…)`.
fn without_extglob(path: &str) -> String {
    let Some((before, rest)) = path.split_once("!(") else { return path.to_string() };
    let Some((_, after)) = rest.split_once(')') else { return path.to_string() };
    format!("{before}*{after}")
}
