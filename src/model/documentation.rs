//! What is written about a column: comments at it and around it, and the entries of its entity page.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Written;
use super::names::{Named, Names, singular};
use crate::config::{Accept, Docs};
use crate::docs::{Citation, DecisionRecord, EntityPage, Records, Status};
use crate::graph::{ForeignKey, SchemaGraph, TableId};
use crate::source::{FileId, Range, Span};

/// Everything that the house has written down, and where it counts.
#[derive(Debug)]
pub struct Documentation<'d> {
    /// Decision records.
    pub records: &'d Records,
    /// Pages about tables.
    pub pages: &'d [EntityPage],
    /// The section of a page that speaks of columns.
    pub section: &'d str,
    /// Comments count.
    pub comments_count: bool,
    /// Entity pages count.
    pub pages_count: bool,
    /// Statuses of records that hold; when empty, all but those that say they do not.
    pub in_force: &'d [String],
    /// The page of each table, by index.
    page_of: FxHashMap<TableId, usize>,
    /// Comments at the head of each file that declares tables.
    headers: FxHashMap<FileId, Vec<Span>>,
}

/// A text about a column.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'t> {
    /// Its place.
    pub span: Span,
    /// Its words.
    pub text: &'t str,
    /// The file that it stands in, for links.
    pub path: &'t str,
    /// What it stands at.
    pub at: About,
}

/// What a text stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The column of that index.
    Column(usize),
    /// The key or the relation.
    Reference,
    /// The table.
    Table,
    /// The file.
    File,
    /// An entry of the entity page that names the column.
    Entry,
}

impl<'d> Documentation<'d> {
    /// What is written, as the config says where it counts.
    pub(super) fn new(graph: &SchemaGraph, config: &'d Docs, written: &'d Written) -> Self {
        Self {
            records: &written.records,
            pages: &written.pages,
            section: &config.entities.section,
            comments_count: config.accept.contains(&Accept::Comment),
            pages_count: config.accept.contains(&Accept::Entity),
            in_force: &config.adr.in_force,
            page_of: FxHashMap::default(),
            headers: headers(graph),
        }
    }

    /// Gives every table its page: the one whose front matter names it, then that of `map` (table, path of
    /// the page), then the one whose name is the table's.
    ///
    /// Returns the names that lead nowhere.
    pub(super) fn assign<'m>(
        &mut self,
        graph: &SchemaGraph,
        names: &Names,
        map: impl Iterator<Item = (&'m str, &'m str, Span)>,
    ) -> Vec<(Span, String)> {
        let mut dangling = Vec::new();
        let mut by_slug: FxHashMap<SmolStr, Vec<usize>> = FxHashMap::default();
        let mut by_front_matter = FxHashMap::default();
        for (index, page) in self.pages.iter().enumerate() {
            by_slug.entry(singular(&page.slug.to_lowercase().replace('-', "_"))).or_default().push(index);
            for (name, span) in &page.tables {
                match names.table(graph, name, None) {
                    Named::One(table) => {
                        by_front_matter.entry(table).or_insert(index);
                    }
                    Named::Several(tables) => tables.into_iter().for_each(|table| {
                        by_front_matter.entry(table).or_insert(index);
                    }),
                    Named::Nothing => {
                        dangling.push((*span, format!("`{name}` names no table of this schema")));
                    }
                }
            }
        }
        let mut page_of = FxHashMap::default();
        if !by_slug.is_empty() {
            for (id, _) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
                if let Some([page]) = by_slug.get(names.singular_of(graph, id)).map(Vec::as_slice) {
                    page_of.insert(id, *page);
                }
            }
        }
        for (table, path, span) in map {
            let page = self.pages.iter().position(|page| &*page.path == path.trim_start_matches("./"));
            match (names.table(graph, table, None), page) {
                (Named::One(table), Some(page)) => {
                    page_of.insert(table, page);
                }
                (Named::One(_), None) => {
                    dangling.push((span, format!("`{path}` is no page of `docs.entities.files`")));
                }
                (Named::Nothing, _) => {
                    dangling.push((span, format!("`{table}` names no table of this schema")));
                }
                (Named::Several(_), _) => {
                    let message = format!("`{table}` names several tables; write it with its namespace");
                    dangling.push((span, message));
                }
            }
        }
        page_of.extend(by_front_matter);
        self.page_of = page_of;
        dangling
    }

    /// The page of a table.
    pub fn page(&self, table: TableId) -> Option<&EntityPage> {
        self.page_of.get(&table).map(|index| &self.pages[*index])
    }

    /// What is written about columns of a table, where it counts: at the column first.
    pub fn passages<'t>(
        &'t self,
        graph: &'t SchemaGraph,
        table: TableId,
        columns: &[usize],
        key: Option<&ForeignKey>,
    ) -> Vec<Passage<'t>> {
        let mut found = Vec::new();
        let holder = graph.table(table);
        if self.comments_count {
            let mut add = |comments: &[Span], at: About| {
                found.extend(comments.iter().map(|span| Passage {
                    span: *span,
                    text: graph.sources.text(*span),
                    path: &graph.sources.get(span.file).path,
                    at,
                }));
            };
            for column in columns {
                add(&holder.columns[*column].comments, About::Column(*column));
            }
            if let Some(key) = key {
                add(&key.comments, About::Reference);
            }
            add(&holder.comments, About::Table);
            let header = self.headers.get(&holder.binding.file).map(Vec::as_slice).unwrap_or_default();
            add(header, About::File);
        }
        if self.pages_count
            && let Some(page) = self.page(graph.owner(table))
            && let Some(section) = page.section(self.section)
        {
            let columns = columns.iter().map(|column| &holder.columns[*column]);
            let spellings: Vec<&str> =
                columns.flat_map(|column| [column.display_name(), column.key.as_str()]).collect();
            found.extend(page.entries_naming(section, &spellings).into_iter().map(|entry| Passage {
                span: entry.span,
                text: graph.sources.text(entry.span),
                path: &page.path,
                at: About::Entry,
            }));
        }
        found
    }

    /// Whether a record may be cited as one that is in force.
    pub fn holds(&self, record: &DecisionRecord) -> bool {
        let Some(status) = &record.status else { return true };
        match self.in_force {
            [] => matches!(status, Status::Accepted | Status::Other(_)),
            names => names.iter().any(|name| status.is(name)),
        }
    }

    /// The citations in a passage, with their places.
    pub fn citations(&self, passage: &Passage<'_>) -> Vec<(Span, Citation)> {
        let found = self.records.citations(passage.text, Some(passage.path));
        let start = passage.span.range.start;
        found
            .into_iter()
            .map(|citation| {
                let range = Range::new(start + citation.range.start, start + citation.range.end);
                (range.in_file(passage.span.file), citation)
            })
            .collect()
    }
}

/// The comments before anything else in each file.
fn headers(graph: &SchemaGraph) -> FxHashMap<FileId, Vec<Span>> {
    let mut found: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
    let mut end_of = FxHashMap::default();
    for comment in graph.comments.values().flatten() {
        let end = end_of.entry(comment.file).or_insert(0);
        let before = Range::new(*end, comment.range.start).in_file(comment.file);
        let before = graph.sources.text(before).trim_start_matches('\u{feff}').trim();
        let is_directive = matches!(before.trim_end_matches(';'), "" | "'use strict'" | "\"use strict\"");
        if is_directive && *end != u32::MAX {
            *end = comment.range.end;
            found.entry(comment.file).or_default().push(*comment);
        } else {
            *end = u32::MAX;
        }
    }
    found
}
