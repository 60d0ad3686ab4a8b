//! Configs as text, and what comes of them.

mod errors;
mod layers;
mod print;
mod typed;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Config, Errors, Spanned, read_with};
use crate::rule::{Context, Entry, Findings, Level, Meta, Rule};
use crate::source::{SourceFile, Sources};

/// Rules that are only here, so that these tests do not change with the real ones.
static RULES: &[Entry] =
    &[Entry::of::<MissingRelation>(), Entry::of::<NamingConvention>(), Entry::of::<SyntaxError>()];

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct MissingRelation {
    inverse: bool,
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Exception {
    column: Spanned<String>,
    reason: Option<String>,
}

impl Rule for MissingRelation {
    const META: Meta = meta("missing-relation", Level::Warn, false, false);

    /// Reports its options, so that tests can see them.
    fn check(&self, _: &Context<'_>, out: &mut Findings) {
        for exception in &self.exceptions {
            let reason = exception.reason.clone().unwrap_or_default();
            out.report(exception.column.value.as_str(), exception.column.span, reason);
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct NamingConvention {
    limit: u8,
    ratio: Option<f64>,
}

impl Rule for NamingConvention {
    const META: Meta = meta("naming-convention", Level::Off, true, false);

    fn check(&self, _: &Context<'_>, _: &mut Findings) {}
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SyntaxError {}

impl Rule for SyntaxError {
    const META: Meta = meta("syntax-error", Level::Error, false, true);

    fn check(&self, _: &Context<'_>, _: &mut Findings) {}
}

const fn meta(name: &'static str, level: Level, needs_configuration: bool, always_on: bool) -> Meta {
    Meta {
        name,
        summary: "a thing",
        group: "Things",
        docs: "",
        level,
        needs_configuration,
        always_on,
        since: "0.1.0",
    }
}

/// A config with other files beside it.
struct Case<'a> {
    text: &'a str,
    files: &'a [(&'a str, &'a str)],
    command_line: &'a [&'a str],
}

impl Case<'_> {
    fn read(&self) -> (Result<Config, Errors>, Sources) {
        let mut sources = Sources::default();
        let file = sources.add(Arc::new(SourceFile::new("schemalint.json", self.text)));
        let arguments: Vec<String> = self.command_line.iter().map(ToString::to_string).collect();
        let config = read_with(RULES, Some(file), &arguments, &mut sources, &mut |path| {
            let found = self.files.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| Arc::from(*text)).ok_or_else(|| "no such file".to_string())
        });
        (config, sources)
    }

    /// Each error as `path:line:column «text» message`.
    fn errors(&self) -> Vec<String> {
        let (config, sources) = self.read();
        let errors = config.err().unwrap_or_default();
        let shown = errors.iter().map(|error| match error.span {
            None => error.message.clone(),
            Some(span) => {
                let file = sources.get(span.file);
                let at = file.position(span.range.start);
                let text = sources.text(span);
                format!("{}:{}:{} «{text}» {}", file.path, at.line, at.column, error.message)
            }
        });
        shown.collect()
    }
}

/// A config that stands alone.
fn alone(text: &str) -> Case<'_> {
    Case { text, files: &[], command_line: &[] }
}

/// A config without errors.
fn good(case: &Case<'_>) -> (Config, Sources) {
    let (config, sources) = case.read();
    (config.unwrap_or_else(|errors| panic!("{}\n{errors:#?}", case.text)), sources)
}

/// The example of the design document, without the keys that are not built yet.
const EXAMPLE: &str = r#"// The whole config.
{
  "$schema": "./schema.json",
  "extends": ["recommended", "strict", "./team.json"],   // presets and files, later wins

  "files":  { "include": ["libs/**/*.schema.ts"], "exclude": ["**/generated/**"] },
  "projects": [                       // only where drizzle.config cannot be read statically
    { "root": "packages/db", "schema": ["src/schema/*.ts"], "out": "drizzle",
      "dialect": "postgresql", "drizzle": "0.45", "casing": "snake_case" }
  ],

  "boundaries": {
    "context": {
      "by": "pg-schema",
      "shared": ["libs/db/schema/{enums,base}.ts"],
      "allow": [{ "to": "public.user", "reason": "user identity is the universal actor", "adr": "ADR-002" }],
      "allowDeclared": { "file": "package.json", "pointer": "/voyant/requiresSchemas", "comment": true }
    },
    "module": { "by": "directory", "pattern": "src/modules/{name}/**" },
    "domain": { "by": { "crm": ["crm.*"], "rest": ["public.*", "ops.*"] } }
  },

  "softReferences": {
    "helpers": { "typeIdRef": { "name": 0 } },             // which argument is the SQL name
    "columns": { "*.sent_by": "users.users", "*.external_id": null },
    "minConfidence": "probable"
  },
  "polymorphic": { "idSuffixes": ["_id"], "discriminatorSuffixes": ["_type", "_kind", "_table", "_entity"],
                   "pairs": [{ "id": "source_id", "type": "source_table", "targets": "enum-values" },
                             { "id": "a_id", "type": "a_type", "targets": ["crm.a", "b"] },
                             { "id": "b_id", "type": "b_type", "targets": { "A": "crm.a", "ALL": null } }] },

  "docs": {
    "adr": { "files": ["docs/adr/*.md"], "inForce": ["accepted", "approved"], "patterns": ["SPEC-\\d+"] },
    "entities": { "files": ["docs/domain/**/*.mdx"], "section": "Invariants", "map": { "companies.companies": "docs/domain/b2b/company.mdx" } },
    "accept": ["entity"]
  },

  "rules": {
    "naming-convention": ["error", { "limit": 3, "ratio": -0.5 }],
    "missing-relation": [{ "context": "error", "module": "warn" }, { "inverse": true,
      "exceptions": [{ "column": "ai_usage.user_id", "reason": "usage must survive for \"billing\"" }] }],
    "syntax-error": "warn",
  },
  "overrides": [{ "files": ["**/legacy/**"], "rules": { "missing-relation": "off" } }]
}
"#;

const TEAM: (&str, &str) =
    ("team.json", "{ \"files\": { \"exclude\": [\"a\"] }, \"docs\": { \"accept\": [] } }");
