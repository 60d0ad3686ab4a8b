//! What stands beside the code: decision records, entity pages, and what manifests declare.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

use super::relative;
use super::repository::{Failures, Repository};
use crate::config::{AllowDeclared, Config, Globs};
use crate::docs::{Document, EntityPage, Problem, Records};
use crate::graph::SchemaGraph;
use crate::model::{Declared, Written};
use crate::source::{FileId, SourceFile, Span};

/// Documents and what of them could not be read.
pub(super) struct Documents {
    pub(super) written: Written,
    pub(super) problems: Vec<Problem>,
}

/// Reads the records and pages that the config names, or the records that stand in folders of that name.
pub(super) fn documents(
    root: &Path,
    config: &Config,
    found_records: &[PathBuf],
    repository: &Repository<'_>,
    failures: &mut Failures,
) -> Documents {
    let docs = &config.docs;
    let mut unmatched = Vec::new();
    let records = match &docs.adr.files {
        Some(globs) => matching(root, globs, &mut unmatched),
        None => found_records.to_vec(),
    };
    let pages = docs.entities.files.as_ref();
    let pages = pages.map(|globs| matching(root, globs, &mut unmatched)).unwrap_or_default();
    let mut read = |paths: &[PathBuf]| -> Vec<(FileId, Arc<SourceFile>)> {
        let mut texts = Vec::new();
        for path in paths {
            match text(path) {
                Ok(text) => {
                    let source = Arc::new(SourceFile::new(relative(root, path), text));
                    texts.push((repository.add_text(path.clone(), Arc::clone(&source)), source));
                }
                Err(error) => failures.push((path.clone(), error)),
            }
        }
        texts
    };
    let (records, pages) = (read(&records), read(&pages));
    let document =
        |(file, source): &'_ (FileId, Arc<SourceFile>)| (*file, source.path.clone(), source.text.clone());
    let records: Vec<_> = records.iter().map(document).collect();
    let records: Vec<Document<'_>> =
        records.iter().map(|(file, path, text)| Document { file: *file, path, text }).collect();
    let patterns: Vec<_> = docs.adr.patterns.iter().map(|pattern| pattern.regex.clone()).collect();
    let records = Records::read(&records, &patterns);
    let pages: Vec<EntityPage> = pages
        .iter()
        .map(|(file, source)| {
            EntityPage::read(&Document { file: *file, path: &source.path, text: &source.text })
        })
        .collect();
    let mut problems = records.problems().to_vec();
    problems.extend(pages.iter().filter_map(|page| page.problem.clone()));
    Documents { written: Written { records, pages, unmatched, ..Written::default() }, problems }
}

/// Larger files are no documents.
const MAX_BYTES: u64 = 4 << 20;

fn text(path: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err("it is no document".to_string());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_string())
}

/// The files that globs match, from the folder that the config's paths begin at; globs that match none go
/// to `unmatched`.
fn matching(root: &Path, globs: &Globs, unmatched: &mut Vec<(Span, String)>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for glob in globs.list() {
        let pattern = glob.pattern().trim_start_matches("./");
        let fixed = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
        let base = fixed.fold(root.to_path_buf(), |base, part| match part {
            ".." => base.parent().map(Path::to_path_buf).unwrap_or(base),
            part => base.join(part),
        });
        let entries = WalkDir::new(&base).sort_by_file_name().into_iter().filter_entry(|entry| {
            !entry.file_type().is_dir()
                || !matches!(&*entry.file_name().to_string_lossy(), "node_modules" | ".git")
        });
        let files = entries.flatten().filter(|entry| entry.file_type().is_file());
        let before = found.len();
        found.extend(
            files.map(walkdir::DirEntry::into_path).filter(|path| glob.is_match(&relative(root, path))),
        );
        if found.len() == before {
            unmatched.push((glob.span(), format!("`{}` matches no file", glob.pattern())));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What the nearest manifest of each file that declares tables lists, for each boundary of the config.
pub(super) fn declared(
    graph: &SchemaGraph,
    config: &Config,
    repository_root: &Path,
    path_of: impl Fn(FileId) -> PathBuf,
    failures: &mut Failures,
) -> Vec<Declared> {
    let files: FxHashSet<FileId> = graph.own_tables().map(|(_, table)| table.binding.file).collect();
    let mut read = |settings: &AllowDeclared| -> Declared {
        let mut manifests: FxHashMap<PathBuf, Option<FxHashSet<SmolStr>>> = FxHashMap::default();
        let mut declared = Declared::default();
        for file in &files {
            let path = path_of(*file);
            for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(repository_root)) {
                let manifest = folder.join(&**settings.file);
                let listed = manifests.entry(manifest).or_insert_with_key(|manifest| {
                    let text = std::fs::read_to_string(manifest).ok()?;
                    match list(&text, &settings.pointer) {
                        Ok(listed) => Some(listed),
                        Err(error) => {
                            failures.push((manifest.clone(), error));
                            Some(FxHashSet::default())
                        }
                    }
                });
                if let Some(listed) = listed {
                    declared.insert(*file, listed.clone());
                    break;
                }
            }
        }
        declared
    };
    config
        .boundaries
        .iter()
        .map(|boundary| boundary.allow_declared.as_ref().map(&mut read).unwrap_or_default())
        .collect()
}

/// The texts of the list, or the keys of the object, that a JSON pointer leads to.
fn list(manifest: &str, pointer: &str) -> Result<FxHashSet<SmolStr>, String> {
    let json: serde_json::Value = serde_json::from_str(manifest).map_err(|error| error.to_string())?;
    Ok(match json.pointer(pointer) {
        Some(serde_json::Value::Array(items)) => {
            items.iter().filter_map(|item| item.as_str()).map(SmolStr::new).collect()
        }
        Some(serde_json::Value::Object(members)) => members.keys().map(SmolStr::new).collect(),
        _ => FxHashSet::default(),
    })
}
