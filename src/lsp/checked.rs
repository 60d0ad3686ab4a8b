//! One check of one folder, as the command line would do it, and what the server wants to know of it.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::baseline::Baseline;
use crate::check::{Asked, Run, Scope, check_and};
use crate::config::Error;
use crate::graph::{SchemaGraph, TableId};
use crate::model::Model;
use crate::overlay::Overlay;
use crate::source::{FileId, Range, SourceFile, Sources};
use crate::workspace::{
    self, BrokenBaseline, Prepared, Reading, Session, Settings, SettingsFailure, baseline_path, read_baseline,
};

/// What is to be checked.
#[derive(Debug)]
pub(super) struct Asking {
    /// The folder that the client has open: what the command line would be given.
    pub(super) folder: PathBuf,
    /// Texts of open documents.
    pub(super) overlay: Overlay,
    /// Their versions.
    pub(super) versions: FxHashMap<PathBuf, i32>,
    /// Files with other texts than before.
    pub(super) touched: Vec<PathBuf>,
    /// Files came or went.
    pub(super) walk: bool,
    /// The client tells of changes in the folder.
    pub(super) is_told: bool,
}

/// What came out.
pub(super) struct Checked {
    /// The versions of the documents that it read.
    pub(super) versions: FxHashMap<PathBuf, i32>,
    /// What is wrong with the config or the baseline.
    pub(super) wrong: Vec<Wrong>,
    /// The findings and what they were made of; nothing without a config that can be used.
    pub(super) found: Option<Arc<Found>>,
    /// The root of the run.
    pub(super) root: PathBuf,
}

/// The findings and what they were made of.
pub(super) struct Found {
    pub(super) reading: Reading,
    pub(super) run: Run,
    pub(super) meaning: Meaning,
    files: FxHashMap<PathBuf, FileId>,
}

/// An error of a config or a baseline.
pub(super) struct Wrong {
    pub(super) path: PathBuf,
    pub(super) source: Arc<SourceFile>,
    pub(super) range: Range,
    pub(super) message: String,
    /// `config` or `baseline`.
    pub(super) what: &'static str,
}

/// What the model says that is shown to people.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    pub(super) soft: Vec<Soft>,
    domains: FxHashMap<TableId, Vec<SmolStr>>,
    by_name: FxHashMap<(FileId, SmolStr), TableId>,
}

/// A column that means a row of another table without a foreign key.
#[derive(Debug)]
pub(super) struct Soft {
    pub(super) table: TableId,
    pub(super) columns: Vec<usize>,
    pub(super) target: TableId,
}

impl Found {
    /// The file at a path, when it was read.
    pub(super) fn file(&self, path: &Path) -> Option<FileId> {
        self.files.get(path).copied()
    }

    /// The files that were read.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// The path of a file; `None` for what is none: a preset, a module of Drizzle.
    pub(super) fn path(&self, file: FileId) -> Option<&Path> {
        self.reading.path_of(file).filter(|path| self.files.contains_key(*path))
    }

    pub(super) fn graph(&self) -> &SchemaGraph {
        &self.reading.graph
    }
}

impl Meaning {
    fn new(graph: &SchemaGraph, model: &Model<'_>) -> Self {
        let mut meaning = Self::default();
        for reference in &model.soft_references {
            let (table, target) = (reference.table, reference.target);
            meaning.soft.push(Soft { table, columns: reference.columns.clone(), target });
        }
        for (index, table) in graph.tables.iter().enumerate() {
            let id = TableId(index as u32);
            let domains: Vec<SmolStr> =
                model.partitions.iter().filter_map(|partition| partition.domain(id).cloned()).collect();
            if !domains.is_empty() {
                meaning.domains.insert(id, domains);
            }
            meaning.by_name.entry((table.binding.file, table.binding.name.clone())).or_insert(id);
        }
        meaning
    }

    /// The domains of a table.
    pub(super) fn domains(&self, table: TableId) -> &[SmolStr] {
        self.domains.get(&table).map(Vec::as_slice).unwrap_or_default()
    }

    /// The table that a file has by that name.
    pub(super) fn table(&self, file: FileId, name: &str) -> Option<TableId> {
        self.by_name.get(&(file, SmolStr::new(name))).copied()
    }
}

/// What stays between the checks of one folder.
#[derive(Default)]
pub(super) struct Checker {
    session: Option<(PathBuf, bool, Session)>,
    /// The texts of the last config that could be used, and of its files.
    good_config: Option<(Option<PathBuf>, Overlay)>,
    /// The last baseline that could be used.
    good_baseline: Option<(PathBuf, Vec<u8>)>,
    /// The texts of the settings of the last check.
    settings: Vec<(Arc<str>, Arc<str>)>,
    /// What the last check found.
    found: Option<Arc<Found>>,
}

impl Checker {
    /// Reads and checks, as `schemalint check` of the folder does.
    pub(super) fn check(&mut self, asking: Asking) -> Checked {
        let since = Instant::now();
        let mut wrong = Vec::new();
        let Asking { folder, overlay, versions, touched, walk, is_told } = asking;
        let prepared = workspace::prepare(vec![folder.clone()], overlay.clone(), false, |common| {
            self.settings(common, &overlay, &mut wrong)
        });
        let Ok(mut prepared) = prepared else {
            return Checked { versions, wrong, found: None, root: folder };
        };
        let baseline = self.baseline(&mut prepared, &mut wrong);
        let texts: Vec<(Arc<str>, Arc<str>)> = prepared
            .settings
            .sources
            .iter()
            .map(|source| (source.path.clone(), source.text.clone()))
            .collect();
        let are_same = texts == self.settings;
        self.settings = texts;
        // Nobody tells of what changes above the folder.
        let is_told = is_told && prepared.root.starts_with(&folder);
        let known = self.session.take().filter(|(root, told, _)| *root == prepared.root && *told == is_told);
        let last = self.found.take().filter(|_| known.is_some() && are_same && !walk);
        let (.., mut session) =
            known.unwrap_or_else(|| (prepared.root.clone(), is_told, Session::new(is_told)));
        session.touch(touched);
        if walk {
            session.walk_again();
        }
        if !are_same {
            session.settings_changed();
        }
        // Most saves are of files that hold no schema.
        if let Some(last) = last {
            let text_of = |path: &Path| Some(&*last.graph().sources.get(last.file(path)?).text);
            if session.says_the_same(&prepared.options, &prepared.settings, text_of) {
                self.session = Some((prepared.root.clone(), is_told, session));
                self.found = Some(Arc::clone(&last));
                return Checked { versions, wrong, found: Some(last), root: prepared.root };
            }
        }
        let reading = session.read(&prepared.root, &prepared.options, &prepared.settings);
        self.session = Some((prepared.root.clone(), is_told, session));
        let holds = |file: FileId| prepared.names(&reading, file);
        let scope = (!prepared.is_whole()).then_some(Scope { holds: &holds, with_related: false });
        let asked = Asked { baseline: baseline.as_ref(), scope };
        let (run, meaning) = check_and(&reading, &prepared.settings.config, &asked, since, |model| {
            Meaning::new(&reading.graph, model)
        });
        // Presets and modules of Drizzle are no files; those stand among the settings, these have no folder.
        let settings = prepared.settings.sources.len() as u32;
        let is_file =
            |file: FileId, path: &Path| if file.0 < settings { path.is_file() } else { path.is_absolute() };
        let mut files = FxHashMap::default();
        for (file, _) in reading.graph.sources.numbered() {
            if let Some(path) = reading.path_of(file).filter(|path| is_file(file, path)) {
                files.insert(path.to_path_buf(), file);
            }
        }
        let found = Arc::new(Found { reading, run, meaning, files });
        self.found = Some(Arc::clone(&found));
        Checked { versions, wrong, found: Some(found), root: prepared.root }
    }

    /// The settings of a folder; the last good ones while they are broken.
    fn settings(&mut self, common: &Path, overlay: &Overlay, wrong: &mut Vec<Wrong>) -> Result<Settings, ()> {
        let file = workspace::find_config(common);
        match workspace::load_settings_over(file.as_deref(), &[], overlay) {
            Ok(settings) => {
                let mut texts = Overlay::default();
                if let Some(folder) = &settings.folder {
                    for source in settings.sources.iter() {
                        texts.insert(folder.join(&*source.path), source.text.as_bytes());
                    }
                }
                self.good_config = Some((file, texts));
                Ok(settings)
            }
            Err(SettingsFailure { errors, sources }) => {
                if let Some(file) = &file {
                    let folder = file.parent().unwrap_or(common);
                    let all = errors.iter();
                    wrong.extend(all.map(|error| Wrong::new("config", error, &sources, folder, file)));
                }
                let Some((file, texts)) = &self.good_config else { return Err(()) };
                workspace::load_settings_over(file.as_deref(), &[], texts).map_err(|_| ())
            }
        }
    }

    /// The baseline; the last good one while it is broken.
    fn baseline(&mut self, prepared: &mut Prepared, wrong: &mut Vec<Wrong>) -> Option<Baseline> {
        let path = baseline_path(prepared);
        let broken = match read_baseline(prepared) {
            Ok(baseline) => {
                let last = prepared.settings.sources.iter().last();
                let text = last.filter(|_| baseline.is_some()).map(|source| source.text.as_bytes().to_vec());
                self.good_baseline = text.map(|text| (path, text));
                return baseline;
            }
            Err(broken) => broken,
        };
        let root = prepared.root.clone();
        let errors = match broken {
            BrokenBaseline::Unreadable(message) => vec![Error::new(message)],
            BrokenBaseline::Wrong(errors) => errors,
        };
        let sources = &prepared.settings.sources;
        wrong.extend(errors.iter().map(|error| Wrong::new("baseline", error, sources, &root, &path)));
        let (good, text) = self.good_baseline.clone().filter(|(good, _)| *good == path)?;
        let known = prepared.options.overlay.get(&good).cloned();
        prepared.options.overlay.insert(good.clone(), text);
        let baseline = read_baseline(prepared).ok().flatten();
        match known {
            Some(known) => prepared.options.overlay.insert(good, known),
            None => prepared.options.overlay.remove(&good),
        }
        baseline
    }
}

impl Wrong {
    /// An error where it is, or at the beginning of the file that it is said of.
    fn new(what: &'static str, error: &Error, sources: &Sources, folder: &Path, file: &Path) -> Self {
        let message = match &error.help {
            Some(help) => format!("{}\nhelp: {help}", error.message),
            None => error.message.clone(),
        };
        match error.span {
            Some(span) => {
                let source = Arc::clone(sources.get(span.file));
                Self {
                    path: workspace::canonical(&folder.join(&*source.path)),
                    source,
                    range: span.range,
                    message,
                    what,
                }
            }
            None => {
                let source = Arc::new(SourceFile::new("", ""));
                Self { path: workspace::canonical(file), source, range: Range::default(), message, what }
            }
        }
    }
}
