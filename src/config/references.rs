//! `softReferences` and `polymorphic`: references without a foreign key.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Entries, Glob, Nullable, Spanned};

/// Columns that mean a row of another table but carry no foreign key.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct SoftReferences {
    /// Functions that make such columns, by their names.
    pub helpers: Entries<Helper>,
    /// Globs of column ids (`*.sent_by`) with the table that they mean, or null where they mean none.
    pub columns: Entries<Nullable<Spanned<String>>, Glob>,
    /// What rules believe at least. When left out: `certain` for errors, `probable` for warnings.
    pub min_confidence: Option<Confidence>,
}

/// A function that makes columns which reference without a foreign key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Helper {
    /// Which argument is the column's SQL name, counted from 0.
    pub name: usize,
}

/// How sure it is that a column is a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Its name says so.
    Guess,
    /// A link or a helper says so.
    Probable,
    /// A tag, the config or a relation says so.
    Certain,
}

/// Ids whose table another column, the discriminator, names.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Polymorphic {
    /// How names of such ids end.
    pub id_suffixes: Vec<String>,
    /// How names of discriminators end.
    pub discriminator_suffixes: Vec<String>,
    /// Pairs that the endings do not find, or whose targets stand here.
    pub pairs: Vec<Pair>,
}

/// An id and its discriminator.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Pair {
    /// The column of the id, by its name or id.
    pub id: Spanned<String>,
    /// The column of the discriminator.
    #[serde(rename = "type")]
    pub discriminator: Spanned<String>,
    /// The tables that it may mean. When left out, the documentation says them.
    pub targets: Option<Targets>,
}

/// The tables that a polymorphic reference may mean.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Targets {
    /// The values of the discriminator's enum are names of tables.
    #[schemars(with = "EnumValues")]
    EnumValues,
    /// These tables.
    Tables(Vec<Spanned<String>>),
    /// Values of the discriminator with their tables, or null where a value means none.
    Values(Entries<Nullable<Spanned<String>>>),
}

/// The word for it.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "for the JSON Schema")]
enum EnumValues {
    /// The values of the discriminator's enum are names of tables.
    EnumValues,
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TargetsVisitor)
    }
}

struct TargetsVisitor;

impl<'de> Visitor<'de> for TargetsVisitor {
    type Value = Targets;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`enum-values`, a list of tables, or an object from values to tables")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Targets, E> {
        match text {
            "enum-values" => Ok(Targets::EnumValues),
            _ => Err(E::unknown_variant(text, &["enum-values"])),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Targets, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(Targets::Tables)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Targets, A::Error> {
        Deserialize::deserialize(MapAccessDeserializer::new(map)).map(Targets::Values)
    }
}
