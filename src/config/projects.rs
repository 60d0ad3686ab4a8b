//! `projects`: what a drizzle.config says, where it cannot be read.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::{Error, Globs, Spanned};
use crate::graph::{Casing, Dialect, DrizzleLine};

/// What a drizzle.config says.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Project {
    /// The folder that its paths begin at, from the folder of the config.
    pub root: Spanned<String>,
    /// The schema files, from the root.
    pub schema: Globs,
    /// The folder of migrations and snapshots, from the root.
    pub out: Option<Spanned<String>>,
    /// The database.
    #[serde(deserialize_with = "dialect")]
    #[schemars(schema_with = "dialects")]
    pub dialect: Dialect,
    /// The version of drizzle-orm, when no package.json says it: `0.45`.
    #[serde(default, deserialize_with = "drizzle")]
    #[schemars(with = "String")]
    pub drizzle: Option<DrizzleLine>,
    /// How names without one of their own are spelled in SQL.
    #[serde(default, deserialize_with = "casing")]
    #[schemars(schema_with = "casings")]
    pub casing: Option<Casing>,
}

const DIALECTS: &[&str] =
    &["postgresql", "mysql", "sqlite", "turso", "singlestore", "gel", "cockroach", "mssql"];
const CASINGS: &[&str] = &["snake_case", "camelCase"];

fn dialect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = DIALECTS.contains(&&*name).then(|| Dialect::from_config(&name)).flatten();
    known.ok_or_else(|| D::Error::unknown_variant(&name, DIALECTS))
}

fn casing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Casing>, D::Error> {
    let name = String::deserialize(deserializer)?;
    Casing::from_config(&name).map(Some).ok_or_else(|| D::Error::unknown_variant(&name, CASINGS))
}

fn drizzle<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DrizzleLine>, D::Error> {
    let version = String::deserialize(deserializer)?;
    match version.split(['.', '-']).next() {
        Some("0") => Ok(Some(DrizzleLine::V0)),
        Some("1") => Ok(Some(DrizzleLine::V1)),
        _ => {
            let error =
                Error::new(format!("`{version}` is not a version of drizzle-orm like `0.45` or `1.0`"));
            Err(D::Error::custom(error))
        }
    }
}

fn dialects(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": DIALECTS })
}

fn casings(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": CASINGS })
}
