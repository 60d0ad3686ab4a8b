//! `docs`: decision records, and the pages of entities.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Entries, Globs, Pattern, Spanned};

/// Decision records and pages that explain the tables.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Docs {
    /// Decision records.
    pub adr: Records,
    /// Pages, one for each entity.
    pub entities: Pages,
    /// Where rules accept documentation.
    pub accept: Vec<Accept>,
}

/// Decision records.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Records {
    /// The records; when left out, those in a folder `adr`, `adrs` or `decisions`.
    pub files: Option<Globs>,
    /// The statuses of records that hold. When left out, all but proposed, rejected, deprecated and superseded.
    pub in_force: Vec<String>,
    /// Regular expressions of other citations that count: `SPEC-\d+`.
    pub patterns: Vec<Pattern>,
}

/// Pages, one for each entity.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Pages {
    /// The pages, Markdown or MDX.
    pub files: Option<Globs>,
    /// The heading of the section that speaks of references.
    pub section: String,
    /// Tables with their pages, where neither front matter nor the file's name says it.
    pub map: Entries<Spanned<String>>,
}

/// Where documentation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Accept {
    /// In a comment at the column or table.
    Comment,
    /// On the page of the entity.
    Entity,
}
