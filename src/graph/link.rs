//! Links: associations that a function of the house declares, and what may be linked.

use smol_str::SmolStr;

use super::{Binding, Fact};
use crate::source::Span;

/// An object that says what may be linked.
#[derive(Debug, Clone)]
pub struct Linkable {
    /// The name that its file gives it; `None` when no declaration says that it is one.
    pub binding: Option<Binding>,
    /// Index into the graph's packages: the nearest package.json above its file.
    pub package: usize,
    /// The module that it says it is of: a label.
    pub module: Fact<SmolStr>,
    /// The entity.
    pub entity: Fact<SmolStr>,
    /// The SQL name of its table.
    pub table: Fact<SmolStr>,
    /// The column of that table which links hold.
    pub primary_key: Fact<SmolStr>,
    /// What ids begin with.
    pub id_prefix: Fact<Option<SmolStr>>,
    /// Where it is written, or the call that is given it.
    pub span: Span,
    /// Where its table is named.
    pub table_span: Span,
    /// Where its key is named; its table, when nothing names it.
    pub key_span: Span,
}

/// A link between two tables.
#[derive(Debug, Clone)]
pub struct Link {
    /// The name that its file gives it.
    pub binding: Binding,
    /// What is linked.
    pub left: LinkEnd,
    /// What it is linked to.
    pub right: LinkEnd,
    /// The SQL name of its table.
    pub table: Fact<SmolStr>,
    /// Where that name is written; the call, when nothing writes it.
    pub table_span: Span,
    /// Whether deleting a link deletes what is linked.
    pub delete_cascade: Fact<bool>,
    /// Whether it has no table of its own.
    pub read_only: Fact<bool>,
    /// The call.
    pub span: Span,
}

/// A side of a link.
#[derive(Debug, Clone)]
pub struct LinkEnd {
    /// Index into the graph's linkables.
    pub linkable: Fact<usize>,
    /// Whether the other side sees several of it.
    pub is_list: Fact<bool>,
    /// The column of the link's table.
    pub column: Fact<SmolStr>,
}

impl Linkable {
    /// `relationships.person`, for people.
    pub fn display_name(&self) -> String {
        match (&self.module, &self.entity, &self.binding) {
            (Ok(module), Ok(entity), _) => format!("{module}.{entity}"),
            (_, _, Some(binding)) => binding.name.to_string(),
            _ => "?".to_string(),
        }
    }
}

impl Link {
    /// Both sides.
    pub const fn ends(&self) -> [&LinkEnd; 2] {
        [&self.left, &self.right]
    }

    /// The name that its file gives it; the name of its table, when it is only exported as the default.
    pub fn display_name(&self) -> &str {
        match (self.binding.name.as_str(), &self.table) {
            ("default", Ok(table)) => table,
            (name, _) => name,
        }
    }

    /// What a finding about it is keyed by: the SQL name of its table, else its own.
    pub fn subject(&self) -> SmolStr {
        self.table.clone().unwrap_or_else(|_| self.binding.name.clone())
    }
}
