// Derived from the files of this folder by `cargo bless`; do not edit.
//! The rules, one file each.

use crate::rule::Entry;

mod cross_schema_reference;
mod missing_relation;
mod unindexed_foreign_key;

/// Every rule, by name.
#[rustfmt::skip]
pub static RULES: &[Entry] = &[
    Entry::of::<cross_schema_reference::CrossSchemaReference>(),
    Entry::of::<missing_relation::MissingRelation>(),
    Entry::of::<unindexed_foreign_key::UnindexedForeignKey>(),
];
