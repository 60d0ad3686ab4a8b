//! Tables and columns by the names that people write: in the config, in tags, in documents.
//!
//! A table id is `namespace.table` in SQL names, `public` where there is no pgSchema; the name in TypeScript
//! is accepted too, and the namespace may be left out while the rest is unique.

use pluralizer::pluralize;
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use std::sync::OnceLock;

use super::inflection::singular_of;
use crate::config::Glob;
use crate::graph::{Casing, ColumnRef, SchemaGraph, Table, TableId};

/// Finds tables by name.
#[derive(Debug, Default)]
pub struct Names {
    /// Made when it is first asked for: most configs name nothing.
    written: OnceLock<Written>,
    /// Made when it is first asked for.
    singulars: OnceLock<Singulars>,
}

/// Tables by how people write them.
#[derive(Debug, Default)]
struct Written {
    /// Owners, never mirrors, by their SQL names, with and without the namespace.
    tables: FxHashMap<SmolStr, Vec<TableId>>,
    /// The same by their names in TypeScript, which count where no SQL name does.
    bindings: FxHashMap<SmolStr, Vec<TableId>>,
}

/// The singulars of the names of tables: `company` for `Companies`.
#[derive(Debug, Default)]
struct Singulars {
    of: FxHashMap<TableId, SmolStr>,
    tables: FxHashMap<SmolStr, Vec<TableId>>,
    /// By what follows a first word that most tables share: `subject` for `chii_subjects`.
    behind_prefix: FxHashMap<SmolStr, Vec<TableId>>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<T> {
    /// Nothing that is known.
    Nothing,
    /// One thing.
    One(T),
    /// Several things: it must be said more exactly.
    Several(Vec<T>),
}

impl<T> Named<T> {
    /// The thing, when it is one.
    pub fn one(self) -> Option<T> {
        match self {
            Self::One(one) => Some(one),
            Self::Nothing | Self::Several(_) => None,
        }
    }
}

impl Singulars {
    fn read_prefix(&mut self) {
        let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
        for word in self.of.values() {
            if let Some((first, _)) = word.split_once('_') {
                *counts.entry(first).or_default() += 1;
            }
        }
        // A few tables that begin alike share a topic, not a prefix.
        let shared = |count: &usize| *count >= 10 && *count * 2 > self.of.len();
        let Some((prefix, _)) = counts.into_iter().find(|(_, count)| shared(count)) else { return };
        let mut behind: FxHashMap<SmolStr, Vec<TableId>> = FxHashMap::default();
        for (table, word) in &self.of {
            if let Some((first, rest)) = word.split_once('_')
                && first == prefix
            {
                behind.entry(SmolStr::new(rest)).or_default().push(*table);
            }
        }
        behind.values_mut().for_each(|tables| tables.sort_unstable());
        self.behind_prefix = behind;
    }
}

impl Written {
    /// The names of every table that is no view, those of packages outside included.
    fn new(graph: &SchemaGraph) -> Self {
        let mut names = Self::default();
        for (index, table) in graph.tables.iter().enumerate() {
            if table.view.is_some() {
                continue;
            }
            let id = graph.owner(TableId(index as u32));
            let binding = &table.binding.name;
            for name in spellings(table) {
                let is_sql =
                    table.name.as_ref().is_ok_and(|sql| name == *sql || name.ends_with(&format!(".{sql}")));
                let is_binding = name == *binding || name.ends_with(&format!(".{binding}"));
                let lists = [(is_sql, &mut names.tables), (is_binding, &mut names.bindings)];
                for (_, list) in lists.into_iter().filter(|(is_one, _)| *is_one) {
                    let tables = list.entry(name.clone()).or_default();
                    if !tables.contains(&id) {
                        tables.push(id);
                    }
                }
            }
        }
        names
    }
}

impl Names {
    /// The table of a name. Of several that share it, the one of the same project as `near` is meant,
    /// then that of the same package, then that of the same database.
    pub fn table(&self, graph: &SchemaGraph, written: &str, near: Option<TableId>) -> Named<TableId> {
        let of = |list: &FxHashMap<SmolStr, Vec<TableId>>| {
            let all = list.get(written).map(Vec::as_slice).unwrap_or_default();
            choose(graph, all, near)
        };
        let names = self.written.get_or_init(|| Written::new(graph));
        match of(&names.tables) {
            Named::Nothing => of(&names.bindings),
            found => found,
        }
    }

    /// The tables whose name has that singular: `company` leads to `companies`.
    pub fn of_singular(&self, graph: &SchemaGraph, word: &str) -> &[TableId] {
        self.singulars(graph).tables.get(word).map(Vec::as_slice).unwrap_or_default()
    }

    /// The tables whose name has that singular behind a prefix that most tables share.
    pub fn behind_prefix(&self, graph: &SchemaGraph, word: &str) -> &[TableId] {
        let word = singular(word);
        self.singulars(graph).behind_prefix.get(&word).map(Vec::as_slice).unwrap_or_default()
    }

    /// The table whose name is a word, in the singular or the plural, however it is spelled; its name in
    /// TypeScript counts only where no SQL name does.
    pub fn of_word(&self, graph: &SchemaGraph, word: &str, near: TableId) -> Named<TableId> {
        let capitals = !word.chars().any(char::is_lowercase);
        let word = if capitals { word.to_lowercase() } else { Casing::Snake.apply(word) };
        match choose(graph, self.of_singular(graph, &singular(&word)), Some(near)) {
            Named::Nothing => self.table(graph, &word, Some(near)),
            found => found,
        }
    }

    /// The name of a table in the singular.
    pub fn singular_of(&self, graph: &SchemaGraph, table: TableId) -> &str {
        self.singulars(graph).of.get(&graph.owner(table)).map_or("", SmolStr::as_str)
    }

    fn singulars(&self, graph: &SchemaGraph) -> &Singulars {
        self.singulars.get_or_init(|| {
            let mut singulars = Singulars::default();
            for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
                if let Ok(name) = &table.name {
                    let word = singular(&Casing::Snake.apply(name));
                    singulars.tables.entry(word.clone()).or_default().push(id);
                    singulars.of.insert(id, word);
                }
            }
            singulars.read_prefix();
            singulars
        })
    }

    /// The column of a name: `namespace.table.column`.
    pub fn column(&self, graph: &SchemaGraph, written: &str, near: Option<TableId>) -> Named<ColumnRef> {
        let Some((table, column)) = written.rsplit_once('.') else { return Named::Nothing };
        let find = |table: TableId| {
            let column = graph.table(table).column_named(column)?;
            Some(ColumnRef { table, column })
        };
        match self.table(graph, table, near) {
            Named::One(table) => find(table).map_or(Named::Nothing, Named::One),
            Named::Nothing => Named::Nothing,
            Named::Several(tables) => {
                let mut found: Vec<ColumnRef> = tables.into_iter().filter_map(find).collect();
                match found.len() {
                    0 => Named::Nothing,
                    1 => Named::One(found.remove(0)),
                    _ => Named::Several(found),
                }
            }
        }
    }
}

/// The table that is meant by a name that several share: the one of the same project as `near`, then that of
/// the same package, then that of the same database.
fn choose(graph: &SchemaGraph, all: &[TableId], near: Option<TableId>) -> Named<TableId> {
    match all {
        [] => return Named::Nothing,
        [one] => return Named::One(*one),
        _ => {}
    }
    if let Some(near) = near.map(|near| graph.table(near)) {
        let closer: [&dyn Fn(&Table) -> bool; 3] = [
            &|table| table.project == near.project && table.dialect == near.dialect,
            &|table| table.package == near.package && table.dialect == near.dialect,
            &|table| table.dialect == near.dialect,
        ];
        for is_close in closer {
            let close: Vec<TableId> = all.iter().copied().filter(|id| is_close(graph.table(*id))).collect();
            match close[..] {
                [] => {}
                [one] => return Named::One(one),
                _ => return Named::Several(close),
            }
        }
    }
    Named::Several(all.to_vec())
}

/// The last word of a name in the singular: `price_matrices` → `price_matrix`.
pub fn singular(name: &str) -> SmolStr {
    match name.rsplit_once('_') {
        Some((head, last)) => format_smolstr!("{head}_{}", singular_of(last)),
        None => singular_of(name).into(),
    }
}

/// A word in the plural: `matrix` → `matrices`.
pub fn plural(word: &str) -> SmolStr {
    pluralize(word, 2, false).into()
}

/// Every way to write a table.
pub fn spellings(table: &Table) -> Vec<SmolStr> {
    let binding = &table.binding.name;
    let mut all = vec![binding.clone()];
    let names = table.name.iter().chain([binding]);
    match &table.namespace {
        None => all.extend(names.map(|name| format_smolstr!("public.{name}"))),
        Some(Ok(namespace)) => all.extend(names.map(|name| format_smolstr!("{namespace}.{name}"))),
        Some(Err(_)) => {}
    }
    all.extend(table.name.iter().cloned());
    all.sort();
    all.dedup();
    all
}

/// Whether a glob of the config means a table: `crm.*`, `template_*_assignments`.
pub fn is_table(glob: &Glob, table: &Table) -> bool {
    spellings(table).iter().any(|name| glob.is_match(name))
}

/// Whether a glob of the config means a column: `*.sent_by`.
pub fn is_column(glob: &Glob, table: &Table, column: usize) -> bool {
    column_spellings(table, column).iter().any(|name| glob.is_match(name))
}

/// Every way to write a column.
pub(super) fn column_spellings(table: &Table, column: usize) -> Vec<String> {
    let column = &table.columns[column];
    let names = [column.display_name(), column.key.as_str()];
    let tables = spellings(table);
    tables.iter().flat_map(|table| names.map(|column| format!("{table}.{column}"))).collect()
}
