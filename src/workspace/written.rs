//! What stands beside the code: decision records, entity pages, and what manifests declare.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

use super::repository::{Failures, Repository};
use super::{relative, repository_root};
use crate::boundary::is_inside;
use crate::config::{AllowDeclared, Config, Globs, Kind, Node};
use crate::docs::{Document, EntityPage, Problem, Records};
use crate::graph::SchemaGraph;
use crate::model::{Declared, Manifest, Written};
use crate::source::{FileId, Range, SourceFile, Span};

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
            match repository.text(path, MAX_BYTES) {
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
        if !is_inside(repository_root(root), &base) {
            unmatched.push((glob.span(), format!("`{}` leads out of the repository", glob.pattern())));
            continue;
        }
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
    (root, repository_root): (&Path, &Path),
    repository: &Repository<'_>,
    failures: &mut Failures,
) -> Vec<Declared> {
    let mut files: Vec<FileId> = graph.own_tables().map(|(_, table)| table.binding.file).collect();
    files.sort_unstable();
    files.dedup();
    // Boundaries share manifests: each is read once.
    let mut texts: FxHashMap<PathBuf, Option<Text>> = FxHashMap::default();
    let mut text_of = |path: &Path| -> Option<Text> {
        let read = || {
            let text = path.is_file().then(|| Text::read(root, path, repository))?;
            if let Text { tree: Err((_, message)), .. } = &text {
                failures.push((path.to_path_buf(), message.clone()));
            }
            Some(text)
        };
        texts.entry(path.to_path_buf()).or_insert_with(read).clone()
    };
    let mut read = |settings: &AllowDeclared| -> Declared {
        let mut declared = Declared::default();
        let mut seen: FxHashMap<PathBuf, Option<usize>> = FxHashMap::default();
        for file in &files {
            let path = repository.path_of(*file);
            for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(repository_root)) {
                let manifest = folder.join(&**settings.file);
                let index = *seen.entry(manifest.clone()).or_insert_with(|| {
                    declared.manifests.push(text_of(&manifest)?.manifest(settings));
                    Some(declared.manifests.len() - 1)
                });
                if let Some(index) = index {
                    declared.nearest.insert(*file, index);
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

/// A manifest that was read.
#[derive(Clone)]
struct Text {
    path: Arc<str>,
    /// What it says, or what is wrong with it and where; nowhere when it could not be opened.
    tree: Result<Arc<Node>, (Option<Span>, String)>,
}

impl Text {
    fn read(root: &Path, path: &Path, repository: &Repository<'_>) -> Self {
        let shown: Arc<str> = relative(root, path).into();
        let tree = repository.text(path, MAX_BYTES).map_err(|error| (None, error)).and_then(|text| {
            let source = Arc::new(SourceFile::new(Arc::clone(&shown), text));
            let file = repository.add_text(path.to_path_buf(), Arc::clone(&source));
            Node::parse(file, &source.text).map(Arc::new).map_err(|errors| {
                let first = errors.into_iter().next();
                let (span, message) = first.map(|error| (error.span, error.message)).unwrap_or_default();
                (span.or_else(|| Some(Range::new(0, 0).in_file(file))), message)
            })
        });
        Self { path: shown, tree }
    }

    /// The texts of the list, or the keys of the object, that the pointer leads to.
    fn manifest(self, settings: &AllowDeclared) -> Manifest {
        let path = self.path;
        let broken = |place: Span, message: String| Manifest {
            path: Arc::clone(&path),
            place,
            listed: None,
            faults: vec![(place, message)],
        };
        let root = match self.tree {
            Ok(root) => root,
            Err((Some(place), message)) => return broken(place, format!("`{path}` is no JSON: {message}")),
            Err((None, message)) => {
                return broken(settings.file.span, format!("`{path}` cannot be read: {message}"));
            }
        };
        // The last key on the way is shown where the way ends too early.
        let start = root.span.range.start;
        let mut place = Range::new(start, start + 1).in_file(root.span.file);
        let mut node: &Node = &root;
        for part in settings.pointer.split('/').skip(1) {
            let key = part.replace("~1", "/").replace("~0", "~");
            let next = match &node.kind {
                Kind::List(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => node.member(&key).map(|member| {
                    place = member.key_span;
                    &member.value
                }),
            };
            let Some(next) = next else {
                return Manifest { path, place, listed: None, faults: Vec::new() };
            };
            node = next;
        }
        let (mut listed, mut faults) = (Vec::new(), Vec::new());
        match &node.kind {
            Kind::List(items) => {
                for item in items {
                    match &item.kind {
                        Kind::Text(text) => listed.push((SmolStr::new(text), item.span)),
                        _ => faults.push((item.span, format!("expected text, found {}", item.describe()))),
                    }
                }
            }
            Kind::Object(members) => {
                listed.extend(members.iter().map(|member| (SmolStr::new(&member.key), member.key_span)));
            }
            _ => {
                let message = format!("expected a list or an object, found {}", node.describe());
                return broken(node.span, format!("`{}` of `{path}`: {message}", *settings.pointer));
            }
        }
        Manifest { path, place: node.span, listed: Some(listed), faults }
    }
}
