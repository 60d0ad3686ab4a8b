//! What stands around a schema and says something of it: SQL that creates its indexes, code that queries its relations.

use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};

use super::repository::Failures;
use super::session::Cache;
use super::sql::Sql;
use super::sql_indexes::{SqlTexts, are_asked_for, mark_sql_indexes};
use crate::discover::{Discovery, Other};
use crate::graph::SchemaGraph;
use crate::overlay::Overlay;
use crate::packages::Packages;

/// Where it is looked for.
pub(super) struct Around<'r> {
    pub(super) root: &'r Path,
    pub(super) repository_root: &'r Path,
    pub(super) found: &'r Discovery,
    pub(super) packages: &'r Packages,
    pub(super) overlay: &'r Overlay,
}

impl Around<'_> {
    /// Marks it, as far as somebody may ask; gives the scripts that could not be read. SQL may have been read already.
    pub(super) fn mark(
        &self,
        graph: &mut SchemaGraph,
        sql: &Sql<'_>,
        (texts, cache): (Option<SqlTexts>, &Cache),
    ) -> Failures {
        let asks_for_indexes = are_asked_for(graph);
        let other = match asks_for_indexes || !graph.relations.is_empty() {
            true => self.found.other(self.overlay),
            false => Other::default(),
        };
        if asks_for_indexes {
            let read = || match cache.sql() {
                Some(memory) => {
                    SqlTexts::again(SqlTexts::paths(&self.found.sql, &other.ddl), self.overlay, &memory)
                }
                None => sql.read_all(&other.ddl, self.overlay),
            };
            mark_sql_indexes(self.root, graph, &texts.unwrap_or_else(read));
        }
        if !graph.relations.is_empty() {
            self.mark_queries(graph, &other.queries);
        }
        other.failures
    }

    fn mark_queries(&self, graph: &mut SchemaGraph, queries: &[PathBuf]) {
        // Nothing follows from code that was not looked at.
        let all_code =
            self.repository_root == self.root && !self.found.other_scripts && self.found.other_code;
        graph.queries_relations = (!queries.is_empty() || all_code).then_some(!queries.is_empty());
        if all_code {
            self.mark_unqueried(graph, queries);
        }
    }

    /// Marks the packages that no code can query by relations, where the manifests explain whose tables every query is of.
    fn mark_unqueried(&self, graph: &mut SchemaGraph, queries: &[PathBuf]) {
        let Self { root, packages, .. } = *self;
        let of_tables: FxHashSet<usize> = graph.tables.iter().map(|table| table.package).collect();
        let folder = |package: usize| root.join(&*graph.packages[package].folder);
        let holders: FxHashSet<PathBuf> = of_tables.into_iter().map(folder).collect();
        let Some(asking) =
            queries.iter().map(|file| packages.folder_of(file)).collect::<Option<FxHashSet<&Path>>>()
        else {
            return;
        };
        let by_name = packages.by_name();
        let mut queried = FxHashSet::default();
        for folder in asking {
            let reached = packages.reached_from(folder, &by_name);
            if reached.is_disjoint(&holders) {
                return;
            }
            queried.extend(reached);
        }
        for package in &mut graph.packages {
            package.unqueried = !queries.is_empty() && !queried.contains(&root.join(&*package.folder));
        }
    }
}
