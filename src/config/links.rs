//! `links`: associations of tables that a function of the house declares, and what shows that they have tables.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::{Error, Glob, Globs, Spanned};

/// Associations between tables of different domains, declared by a function of the house.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Links {
    /// The functions that declare a link, as they are imported: `@acme/core#defineLink`.
    pub define: Vec<Define>,
    /// The files that declare links; when left out, all that import such a function.
    pub files: Option<Globs>,
    /// The type of the objects that may be linked: `LinkableDefinition`.
    pub linkable_type: Option<Spanned<String>>,
    /// The file of link tables that is generated, by its name or its path.
    pub generated: Option<Glob>,
    /// Where the table of a link must be found; in any of them is enough.
    pub evidence: Vec<Proof>,
    /// The files whose references across a boundary need a link; when left out, all.
    pub scope: Option<Globs>,
}

impl Links {
    /// Whether the config speaks of links at all.
    pub fn is_configured(&self) -> bool {
        !self.define.is_empty() || self.linkable_type.is_some()
    }

    /// Whether a file is the generated one, or one of several.
    pub fn is_generated(&self, path: &str) -> bool {
        self.generated.as_ref().is_some_and(|glob| {
            let name = path.rsplit('/').next().unwrap_or(path);
            glob.is_match(path) || !glob.pattern().contains('/') && glob.is_match(name)
        })
    }

    /// What a file of interest contains, as bytes.
    pub fn needles(&self) -> Vec<&str> {
        let functions = self.define.iter().map(|define| match define.name.as_str() {
            // It has another name wherever it is imported.
            "default" => define.specifier.rsplit('/').next().unwrap_or_default(),
            name => name,
        });
        let needles = functions.chain(self.linkable_type.as_ref().map(|name| name.as_str()));
        needles.collect()
    }
}

/// A function by the module that it is imported from: `@acme/core#defineLink`.
#[derive(Debug, Clone)]
pub struct Define {
    /// As it is written.
    pub source: Spanned<String>,
    /// What stands in front of the `#`: a package, or a path from the folder of the config.
    pub specifier: String,
    /// The export.
    pub name: String,
}

impl<'de> Deserialize<'de> for Define {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = Spanned::<String>::deserialize(deserializer)?;
        match source.rsplit_once('#') {
            Some((specifier, name)) if !specifier.is_empty() && !name.is_empty() => {
                Ok(Self { specifier: specifier.to_string(), name: name.to_string(), source })
            }
            _ => {
                let message = format!(
                    "`{}` is not a module and an export of it: write `@acme/core#defineLink`",
                    *source
                );
                Err(D::Error::custom(Error::new(message)))
            }
        }
    }
}

impl JsonSchema for Define {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Define".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^.+#[^#]+$" })
    }
}

/// What shows that a table was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The newest snapshot of drizzle-kit holds it.
    Snapshot,
    /// A migration in SQL creates it, and no later one drops it.
    MigrationSql,
}
