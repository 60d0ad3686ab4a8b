//! Columns where they are written: once in a helper, also when a hundred tables have them.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::{ColumnFacts, SchemaGraph, Table, TableId};
use crate::source::Span;

/// A column as it is written, with the tables that have it.
#[derive(Debug)]
pub struct WrittenColumn<'g> {
    /// Where it is written.
    pub span: Span,
    /// It stands in a helper.
    pub in_helper: bool,
    /// What it is in the first table that has it.
    pub facts: &'g ColumnFacts,
    /// The tables that have it, and as which column.
    pub tables: Vec<(TableId, usize)>,
}

/// The columns of tables that are created, once where each is written.
pub fn written_columns<'g>(
    graph: &'g SchemaGraph,
    wanted: impl Fn(&Table, &ColumnFacts) -> bool,
) -> Vec<WrittenColumn<'g>> {
    let mut found: IndexMap<Span, WrittenColumn<'g>, FxBuildHasher> = IndexMap::default();
    let tables = graph.own_tables().filter(|(_, table)| table.is_created(graph) && !table.ponder);
    for (id, table) in tables {
        for (index, column) in table.columns.iter().enumerate() {
            let Ok(facts) = &column.facts else { continue };
            if !wanted(table, facts) {
                continue;
            }
            let span = column.helper.unwrap_or(column.span);
            let in_helper = column.helper.is_some();
            let new = || WrittenColumn { span, in_helper, facts, tables: Vec::new() };
            found.entry(span).or_insert_with(new).tables.push((id, index));
        }
    }
    found.into_values().collect()
}

impl WrittenColumn<'_> {
    /// What a finding about it is keyed by: `orders.created_at`, and `*.created_at` in a helper.
    pub fn subject(&self, graph: &SchemaGraph) -> String {
        let Some((table, column)) = self.tables.first() else { return String::new() };
        let table = graph.table(*table);
        if self.in_helper {
            return format!("*.{}", table.column_name(*column));
        }
        table.subject(&[*column])
    }

    /// How it is spoken of: `` `orders.created_at` ``, ``column `created_at` of 12 tables``.
    pub fn title(&self, graph: &SchemaGraph) -> String {
        match (self.in_helper, &self.tables[..]) {
            (true, [(table, column), _, ..]) => {
                let name = graph.table(*table).column_name(*column);
                format!("column `{name}` of {} tables", self.tables.len())
            }
            (_, [(table, column), ..]) => format!("`{}`", graph.table(*table).subject(&[*column])),
            (_, []) => String::new(),
        }
    }
}
