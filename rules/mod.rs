// Derived from the files of this folder by `cargo bless`; do not edit.
//! The rules, one file each.

use crate::rule::Entry;

mod aggregate_disposition_mismatch;
mod cascade_across_aggregates;
mod cross_schema_reference;
mod dangling_linkable;
mod link_identifier_too_long;
mod link_payload;
mod missing_adr_citation;
mod missing_on_delete;
mod missing_relation;
mod missing_required_column;
mod naming_convention;
mod on_delete_policy;
mod open_polymorphic_discriminator;
mod relation_naming;
mod relation_without_foreign_key;
mod schema_drift;
mod soft_reference_inside_aggregate;
mod soft_reference_inside_boundary;
mod soft_reference_type_mismatch;
mod stale_exception;
mod suppression_without_reason;
mod syntax_error;
mod table_without_aggregate;
mod undeclared_aggregate_crossing;
mod undeclared_schema_dependency;
mod undocumented_polymorphic_reference;
mod undocumented_table;
mod unindexed_foreign_key;
mod unindexed_polymorphic_reference;
mod unindexed_soft_reference;
mod unknown_adr;
mod unknown_polymorphic_target;
mod unknown_rule;
mod unlinked_soft_reference;
mod unmaterialized_link;
mod unreadable_schema;
mod unresolved_import;
mod unused_suppression;

/// Every rule, by name.
#[rustfmt::skip]
pub static RULES: &[Entry] = &[
    Entry::of::<aggregate_disposition_mismatch::AggregateDispositionMismatch>(),
    Entry::of::<cascade_across_aggregates::CascadeAcrossAggregates>(),
    Entry::of::<cross_schema_reference::CrossSchemaReference>(),
    Entry::of::<dangling_linkable::DanglingLinkable>(),
    Entry::of::<link_identifier_too_long::LinkIdentifierTooLong>(),
    Entry::of::<link_payload::LinkPayload>(),
    Entry::of::<missing_adr_citation::MissingAdrCitation>(),
    Entry::of::<missing_on_delete::MissingOnDelete>(),
    Entry::of::<missing_relation::MissingRelation>(),
    Entry::of::<missing_required_column::MissingRequiredColumn>(),
    Entry::of::<naming_convention::NamingConvention>(),
    Entry::of::<on_delete_policy::OnDeletePolicy>(),
    Entry::of::<open_polymorphic_discriminator::OpenPolymorphicDiscriminator>(),
    Entry::of::<relation_naming::RelationNaming>(),
    Entry::of::<relation_without_foreign_key::RelationWithoutForeignKey>(),
    Entry::of::<schema_drift::SchemaDrift>(),
    Entry::of::<soft_reference_inside_aggregate::SoftReferenceInsideAggregate>(),
    Entry::of::<soft_reference_inside_boundary::SoftReferenceInsideBoundary>(),
    Entry::of::<soft_reference_type_mismatch::SoftReferenceTypeMismatch>(),
    Entry::of::<stale_exception::StaleException>(),
    Entry::of::<suppression_without_reason::SuppressionWithoutReason>(),
    Entry::of::<syntax_error::SyntaxError>(),
    Entry::of::<table_without_aggregate::TableWithoutAggregate>(),
    Entry::of::<undeclared_aggregate_crossing::UndeclaredAggregateCrossing>(),
    Entry::of::<undeclared_schema_dependency::UndeclaredSchemaDependency>(),
    Entry::of::<undocumented_polymorphic_reference::UndocumentedPolymorphicReference>(),
    Entry::of::<undocumented_table::UndocumentedTable>(),
    Entry::of::<unindexed_foreign_key::UnindexedForeignKey>(),
    Entry::of::<unindexed_polymorphic_reference::UnindexedPolymorphicReference>(),
    Entry::of::<unindexed_soft_reference::UnindexedSoftReference>(),
    Entry::of::<unknown_adr::UnknownAdr>(),
    Entry::of::<unknown_polymorphic_target::UnknownPolymorphicTarget>(),
    Entry::of::<unknown_rule::UnknownRule>(),
    Entry::of::<unlinked_soft_reference::UnlinkedSoftReference>(),
    Entry::of::<unmaterialized_link::UnmaterializedLink>(),
    Entry::of::<unreadable_schema::UnreadableSchema>(),
    Entry::of::<unresolved_import::UnresolvedImport>(),
    Entry::of::<unused_suppression::UnusedSuppression>(),
];
