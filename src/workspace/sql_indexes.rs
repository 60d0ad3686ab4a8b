//! Which indexes SQL creates that the schema does not declare: in migrations of drizzle-kit that somebody added to, in those
//! of another tool, and in scripts that migrate.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::relative;
use crate::discover::indexes::{self as discovered, Change, Indexes, changes};
use crate::discover::{Memory, by_folder, ddl};
use crate::graph::{Dialect, SchemaGraph, SqlIndex, Table, needs_indexes};
use crate::overlay::Overlay;

/// Whether somebody may ask: there is a foreign key that needs an index, or a table of SQLite without a key.
pub(super) fn are_asked_for(graph: &SchemaGraph) -> bool {
    let lacks_key =
        |table: &Table| table.dialect == Dialect::Sqlite && table.primary_key_columns().is_empty();
    let needs_index = |table: &Table| !table.foreign_keys.is_empty() && needs_indexes(table.dialect);
    graph.own_tables().any(|(_, table)| needs_index(table) || lacks_key(table))
}

/// Texts that may create indexes, in their order, with what each changes.
pub(super) struct SqlTexts {
    pub(super) paths: Vec<PathBuf>,
    pub(super) changes: Vec<Arc<Vec<Change>>>,
}

impl SqlTexts {
    /// SQL files and scripts, in the order in which they count.
    pub(super) fn paths(files: &[PathBuf], scripts: &[PathBuf]) -> Vec<PathBuf> {
        let mut paths = [files, scripts].concat();
        paths.sort_by(|left, right| by_folder(left, right));
        paths
    }

    /// Those files, as far as they changed.
    pub(super) fn again(paths: Vec<PathBuf>, overlay: &Overlay, memory: &SqlMemory<'_>) -> Self {
        let changes = paths.par_iter().map(|path| memory.changes(path, overlay.get(path))).collect();
        Self { paths, changes }
    }
}

/// SQL files, and scripts with SQL, with their bytes and what those change.
pub(super) type SqlChanges = FxHashMap<PathBuf, (Arc<[u8]>, Arc<Vec<Change>>)>;

/// What a session remembers of SQL.
pub(super) struct SqlMemory<'c> {
    pub(super) files: &'c Memory,
    pub(super) changes: &'c Mutex<SqlChanges>,
}

impl SqlMemory<'_> {
    /// What a file, or the text that an editor has of it, changes in the database; nothing of what cannot be read.
    fn changes(&self, path: &Path, text: Option<&Arc<[u8]>>) -> Arc<Vec<Change>> {
        let Some(bytes) = text.cloned().or_else(|| self.files.read(path).ok()) else { return Arc::default() };
        let lock = || self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, changes)) = lock().get(path)
            && Arc::ptr_eq(before, &bytes)
        {
            return Arc::clone(changes);
        }
        let is_small = bytes.len() as u64 <= ddl::MAX_BYTES;
        let changes = if is_small { changes(&String::from_utf8_lossy(&bytes)) } else { Vec::new() };
        let changes = Arc::new(changes);
        lock().insert(path.to_path_buf(), (bytes, Arc::clone(&changes)));
        changes
    }
}

/// Gives each table the indexes that texts create. What stands where a drizzle.config writes its migrations is said of its
/// tables; other texts speak of the only table of a name, or of that of their package.
pub(super) fn mark_sql_indexes(root: &Path, graph: &mut SchemaGraph, texts: &SqlTexts) {
    let SqlTexts { paths: texts, changes } = texts;
    let mut indexes = Indexes::default();
    for (text, changes) in changes.iter().enumerate() {
        indexes.follow(text, changes);
    }
    let mut outs: FxHashMap<PathBuf, Vec<usize>> = FxHashMap::default();
    for (at, project) in graph.projects.iter().enumerate() {
        if let Some(out) = &project.out {
            outs.entry(root.join(&**out)).or_default().push(at);
        }
    }
    let projects_of = |text: &PathBuf| -> Vec<usize> {
        text.ancestors().filter_map(|folder| outs.get(folder)).flatten().copied().collect()
    };
    let of_projects: Vec<Vec<usize>> = texts.iter().map(projects_of).collect();
    let files: Vec<OnceCell<Arc<str>>> = vec![OnceCell::new(); texts.len()];
    let mut named: FxHashMap<String, usize> = FxHashMap::default();
    let name_of = |table: &Table| Some(table.name.as_ref().ok()?.to_lowercase());
    for name in graph.own_tables().filter_map(|(_, table)| name_of(table)) {
        *named.entry(name).or_default() += 1;
    }
    for number in 0..graph.tables.len() {
        let table = &graph.tables[number];
        let Some(name) = name_of(table).filter(|name| named.contains_key(name)) else { continue };
        let folder = root.join(&*graph.packages[table.package].folder);
        let counts = |text: usize| match &of_projects[text][..] {
            [] => named[&name] == 1 || texts[text].starts_with(&folder),
            projects => projects.iter().any(|at| *at == table.project || table.taken_by.contains(at)),
        };
        let namespace = table.namespace.as_ref().and_then(|it| Some(it.as_ref().ok()?.to_lowercase()));
        let is_of_schema = |index: &discovered::SqlIndex| {
            index.schema.is_none() || index.schema.as_deref() == namespace.as_deref()
        };
        let mut found =
            indexes.of(&name).filter(|(index, text)| counts(*text) && is_of_schema(index)).peekable();
        let columns: Vec<String> = match found.peek() {
            Some(_) => table.columns.iter().map(|column| column.display_name().to_lowercase()).collect(),
            None => Vec::new(),
        };
        let column = |name: &str| columns.iter().position(|column| column == name);
        let found = found.filter_map(|(index, text)| {
            let columns: Vec<usize> = index.columns.iter().map_while(|name| column(name)).collect();
            let file = Arc::clone(files[*text].get_or_init(|| relative(root, &texts[*text]).into()));
            let required = match &index.required {
                Some(name) => Some(column(name)?),
                None => None,
            };
            (!columns.is_empty()).then(|| SqlIndex { columns, required, name: index.name.clone(), file })
        });
        let found: Vec<SqlIndex> = found.collect();
        let is_virtual = table.dialect == Dialect::Sqlite && indexes.is_virtual(&name);
        if is_virtual || !found.is_empty() {
            let table = graph.table_mut(number);
            (table.sql_indexes, table.is_virtual) = (found, is_virtual);
        }
    }
}
