// Derived from the files of this folder by `cargo bless`; do not edit.
//! The rules, one file each.

use crate::rule::Entry;

mod unindexed_foreign_key;

/// Every rule, by name.
#[rustfmt::skip]
pub static RULES: &[Entry] = &[
    Entry::of::<unindexed_foreign_key::UnindexedForeignKey>(),
];
