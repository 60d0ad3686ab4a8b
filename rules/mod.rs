// Derived from the files of this folder by `cargo bless`; do not edit.
//! The rules, one file each.

use crate::rule::{Context, Findings, Meta, Rule};

mod cross_schema_reference;
mod missing_relation;
mod unindexed_foreign_key;

/// A rule in the list of all rules.
pub struct Entry {
    /// What is known of it before it runs.
    pub meta: &'static Meta,
    /// Runs it with its default options.
    pub check: fn(&Context<'_>, &mut Findings),
}

const fn entry<R: Rule>() -> Entry {
    Entry { meta: &R::META, check: |context, out| R::default().check(context, out) }
}

/// Every rule, by name.
#[rustfmt::skip]
pub static RULES: &[Entry] = &[
    entry::<cross_schema_reference::CrossSchemaReference>(),
    entry::<missing_relation::MissingRelation>(),
    entry::<unindexed_foreign_key::UnindexedForeignKey>(),
];
