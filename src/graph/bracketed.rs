//! Where something can be added to a file: to a list, to its imports.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::TableId;
use crate::source::{FileId, Span};

/// A list or an object as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bracketed {
    /// It, with its brackets.
    pub span: Span,
    /// Its last entry.
    pub last: Option<Span>,
}

/// What a file imports.
#[derive(Debug, Clone, Default)]
pub struct Imports {
    /// The names that `import { … }` brings in, in source order; defaults are left out.
    pub named: Vec<Imported>,
    /// `import * as name from`: the specifier and the name.
    pub namespaces: Vec<(SmolStr, SmolStr)>,
    /// Names of tables: those of the file, and imported ones.
    pub tables: Vec<(SmolStr, TableId)>,
    /// Every top-level name of the file, types among them.
    pub names: FxHashSet<SmolStr>,
    /// Where its specifiers lead, as far as that was read.
    pub leads: Vec<Lead>,
    /// The package.json above it, by its index in the graph.
    pub package: usize,
    /// The specifier of the last import, in its quotes.
    pub last: Option<Span>,
}

/// A specifier and its file.
#[derive(Debug, Clone)]
pub struct Lead {
    /// Without its quotes.
    pub specifier: SmolStr,
    /// The file.
    pub file: FileId,
    /// It belongs to the same package.
    pub is_near: bool,
}

/// A name in `import { … }`.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The specifier.
    pub from: SmolStr,
    /// The name that the other module exports.
    pub name: SmolStr,
    /// The name here.
    pub local: SmolStr,
    /// The name here, in its place.
    pub span: Span,
}
