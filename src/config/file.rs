//! The file `schemalint.json`, key by key. The comments here are the descriptions in the JSON Schema.

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::aggregates::Aggregates;
use super::boundaries::OneOrSeveral;
use super::docs::Docs;
use super::glob::Globs;
use super::links::Links;
use super::projects::Project;
use super::references::{Polymorphic, SoftReferences};
use super::settings::RulesKey;

/// The configuration of schemalint. Every key is optional.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[schemars(title = "schemalint.json")]
pub(super) struct ConfigFile {
    /// Where the JSON Schema of this file is, for editors.
    #[serde(rename = "$schema")]
    schema: Option<String>,
    /// Presets by their names, and other files by their paths from this one (`./team.json`); later ones win,
    /// and this file wins over all.
    extends: Apart<Vec<String>>,
    /// Which files declare tables.
    pub(super) files: Files,
    /// What a drizzle.config says, only where that cannot be read without running it.
    pub(super) projects: Vec<Project>,
    /// Which tables may not reach each other: one partition of the tables into domains, or several under names.
    boundaries: Apart<OneOrSeveral>,
    /// Columns that mean a row of another table but carry no foreign key.
    pub(super) soft_references: SoftReferences,
    /// Ids whose table another column names.
    pub(super) polymorphic: Polymorphic,
    /// Tables that change together, and what may lead from one group to another.
    pub(super) aggregates: Aggregates,
    /// Decision records and pages that explain the tables.
    pub(super) docs: Docs,
    /// Associations between tables of different domains, declared by a function of the house.
    pub(super) links: Links,
    /// The level and the options of each rule.
    rules: Apart<RulesKey>,
    /// Rules that are set otherwise for some files; the last entry that matches a file wins.
    overrides: Apart<Vec<OverrideFile>>,
}

/// Which files declare tables.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Files {
    /// Only these; when left out, schemalint finds them.
    pub include: Option<Globs>,
    /// None of these.
    pub exclude: Globs,
}

/// Rules that are set otherwise for some files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct OverrideFile {
    /// The files, by paths from the folder of the config.
    pub(super) files: Globs,
    /// The level and the options of each rule there. A level alone keeps the options.
    #[expect(dead_code, reason = "read apart")]
    rules: Apart<RulesKey>,
}

/// A key that is known here and read elsewhere, from the tree; the type is its shape in the JSON Schema.
#[derive(Debug)]
pub(super) struct Apart<S>(PhantomData<S>);

impl<S> Default for Apart<S> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<'de, S> Deserialize<'de> for Apart<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self::default())
    }
}

impl<S: JsonSchema> JsonSchema for Apart<S> {
    fn inline_schema() -> bool {
        S::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        S::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        S::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        S::json_schema(generator)
    }
}
