// Derived from the files of this folder by `cargo bless`; do not edit.
//! The rules, one file each.

use crate::rule::Entry;

mod cross_schema_reference;
mod dangling_linkable;
mod link_identifier_too_long;
mod link_payload;
mod missing_adr_citation;
mod missing_relation;
mod soft_reference_type_mismatch;
mod stale_exception;
mod suppression_without_reason;
mod syntax_error;
mod undocumented_polymorphic_reference;
mod unindexed_foreign_key;
mod unknown_adr;
mod unknown_rule;
mod unlinked_soft_reference;
mod unmaterialized_link;
mod unreadable_schema;
mod unresolved_import;
mod unused_suppression;

/// Every rule, by name.
#[rustfmt::skip]
pub static RULES: &[Entry] = &[
    Entry::of::<cross_schema_reference::CrossSchemaReference>(),
    Entry::of::<dangling_linkable::DanglingLinkable>(),
    Entry::of::<link_identifier_too_long::LinkIdentifierTooLong>(),
    Entry::of::<link_payload::LinkPayload>(),
    Entry::of::<missing_adr_citation::MissingAdrCitation>(),
    Entry::of::<missing_relation::MissingRelation>(),
    Entry::of::<soft_reference_type_mismatch::SoftReferenceTypeMismatch>(),
    Entry::of::<stale_exception::StaleException>(),
    Entry::of::<suppression_without_reason::SuppressionWithoutReason>(),
    Entry::of::<syntax_error::SyntaxError>(),
    Entry::of::<undocumented_polymorphic_reference::UndocumentedPolymorphicReference>(),
    Entry::of::<unindexed_foreign_key::UnindexedForeignKey>(),
    Entry::of::<unknown_adr::UnknownAdr>(),
    Entry::of::<unknown_rule::UnknownRule>(),
    Entry::of::<unlinked_soft_reference::UnlinkedSoftReference>(),
    Entry::of::<unmaterialized_link::UnmaterializedLink>(),
    Entry::of::<unreadable_schema::UnreadableSchema>(),
    Entry::of::<unresolved_import::UnresolvedImport>(),
    Entry::of::<unused_suppression::UnusedSuppression>(),
];
