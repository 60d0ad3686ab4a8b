//! Where something can be added to a file: to a list, to its imports.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::TableId;
use crate::source::Span;

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
    /// Every top-level name of the file.
    pub names: FxHashSet<SmolStr>,
    /// The specifier of the last import, in its quotes.
    pub last: Option<Span>,
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
