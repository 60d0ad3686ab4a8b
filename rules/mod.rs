// Derived from the files of this folder by `cargo bless`; do not edit.
//! The rules, one file each.

use crate::rule::Entry;

mod aggregate_disposition_mismatch;
mod cascade_across_aggregates;
mod cross_schema_reference;
mod dangling_linkable;
mod duplicate_name;
mod eager_import_cycle;
mod foreign_key_target_not_unique;
mod foreign_key_type_mismatch;
mod identifier_too_long;
mod ignored_table_extra;
mod json_column;
mod link_identifier_too_long;
mod link_payload;
mod lost_column_modifier;
mod mismatched_relation;
mod missing_adr_citation;
mod missing_on_delete;
mod missing_relation;
mod missing_required_column;
mod multiple_primary_keys;
mod naming_convention;
mod on_delete_policy;
mod open_polymorphic_discriminator;
mod redundant_index;
mod relation_naming;
mod relation_without_foreign_key;
mod row_level_security_off;
mod schema_drift;
mod self_identical_foreign_key;
mod serial_column;
mod serial_foreign_key;
mod set_default_without_default;
mod set_null_on_not_null;
mod soft_reference_inside_aggregate;
mod soft_reference_inside_boundary;
mod soft_reference_type_mismatch;
mod stale_exception;
mod suppression_without_reason;
mod syntax_error;
mod table_outside_drizzle_config;
mod table_without_aggregate;
mod table_without_primary_key;
mod timestamp_without_timezone;
mod undeclared_aggregate_crossing;
mod undeclared_schema_dependency;
mod undocumented_polymorphic_reference;
mod undocumented_table;
mod unexported_entity;
mod unindexed_foreign_key;
mod unindexed_polymorphic_reference;
mod unindexed_soft_reference;
mod unknown_adr;
mod unknown_polymorphic_target;
mod unknown_rule;
mod unlinked_soft_reference;
mod unmaterialized_link;
mod unreadable_schema;
mod unresolvable_relation;
mod unresolved_import;
mod unused_suppression;

/// Every rule, by name.
#[rustfmt::skip]
pub static RULES: &[Entry] = &[
    Entry::of::<aggregate_disposition_mismatch::AggregateDispositionMismatch>(),
    Entry::of::<cascade_across_aggregates::CascadeAcrossAggregates>(),
    Entry::of::<cross_schema_reference::CrossSchemaReference>(),
    Entry::of::<dangling_linkable::DanglingLinkable>(),
    Entry::of::<duplicate_name::DuplicateName>(),
    Entry::of::<eager_import_cycle::EagerImportCycle>(),
    Entry::of::<foreign_key_target_not_unique::ForeignKeyTargetNotUnique>(),
    Entry::of::<foreign_key_type_mismatch::ForeignKeyTypeMismatch>(),
    Entry::of::<identifier_too_long::IdentifierTooLong>(),
    Entry::of::<ignored_table_extra::IgnoredTableExtra>(),
    Entry::of::<json_column::JsonColumn>(),
    Entry::of::<link_identifier_too_long::LinkIdentifierTooLong>(),
    Entry::of::<link_payload::LinkPayload>(),
    Entry::of::<lost_column_modifier::LostColumnModifier>(),
    Entry::of::<mismatched_relation::MismatchedRelation>(),
    Entry::of::<missing_adr_citation::MissingAdrCitation>(),
    Entry::of::<missing_on_delete::MissingOnDelete>(),
    Entry::of::<missing_relation::MissingRelation>(),
    Entry::of::<missing_required_column::MissingRequiredColumn>(),
    Entry::of::<multiple_primary_keys::MultiplePrimaryKeys>(),
    Entry::of::<naming_convention::NamingConvention>(),
    Entry::of::<on_delete_policy::OnDeletePolicy>(),
    Entry::of::<open_polymorphic_discriminator::OpenPolymorphicDiscriminator>(),
    Entry::of::<redundant_index::RedundantIndex>(),
    Entry::of::<relation_naming::RelationNaming>(),
    Entry::of::<relation_without_foreign_key::RelationWithoutForeignKey>(),
    Entry::of::<row_level_security_off::RowLevelSecurityOff>(),
    Entry::of::<schema_drift::SchemaDrift>(),
    Entry::of::<self_identical_foreign_key::SelfIdenticalForeignKey>(),
    Entry::of::<serial_column::SerialColumn>(),
    Entry::of::<serial_foreign_key::SerialForeignKey>(),
    Entry::of::<set_default_without_default::SetDefaultWithoutDefault>(),
    Entry::of::<set_null_on_not_null::SetNullOnNotNull>(),
    Entry::of::<soft_reference_inside_aggregate::SoftReferenceInsideAggregate>(),
    Entry::of::<soft_reference_inside_boundary::SoftReferenceInsideBoundary>(),
    Entry::of::<soft_reference_type_mismatch::SoftReferenceTypeMismatch>(),
    Entry::of::<stale_exception::StaleException>(),
    Entry::of::<suppression_without_reason::SuppressionWithoutReason>(),
    Entry::of::<syntax_error::SyntaxError>(),
    Entry::of::<table_outside_drizzle_config::TableOutsideDrizzleConfig>(),
    Entry::of::<table_without_aggregate::TableWithoutAggregate>(),
    Entry::of::<table_without_primary_key::TableWithoutPrimaryKey>(),
    Entry::of::<timestamp_without_timezone::TimestampWithoutTimezone>(),
    Entry::of::<undeclared_aggregate_crossing::UndeclaredAggregateCrossing>(),
    Entry::of::<undeclared_schema_dependency::UndeclaredSchemaDependency>(),
    Entry::of::<undocumented_polymorphic_reference::UndocumentedPolymorphicReference>(),
    Entry::of::<undocumented_table::UndocumentedTable>(),
    Entry::of::<unexported_entity::UnexportedEntity>(),
    Entry::of::<unindexed_foreign_key::UnindexedForeignKey>(),
    Entry::of::<unindexed_polymorphic_reference::UnindexedPolymorphicReference>(),
    Entry::of::<unindexed_soft_reference::UnindexedSoftReference>(),
    Entry::of::<unknown_adr::UnknownAdr>(),
    Entry::of::<unknown_polymorphic_target::UnknownPolymorphicTarget>(),
    Entry::of::<unknown_rule::UnknownRule>(),
    Entry::of::<unlinked_soft_reference::UnlinkedSoftReference>(),
    Entry::of::<unmaterialized_link::UnmaterializedLink>(),
    Entry::of::<unreadable_schema::UnreadableSchema>(),
    Entry::of::<unresolvable_relation::UnresolvableRelation>(),
    Entry::of::<unresolved_import::UnresolvedImport>(),
    Entry::of::<unused_suppression::UnusedSuppression>(),
];
