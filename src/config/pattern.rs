//! Patterns that are not globs: a folder's name in a path, and regular expressions.

use std::borrow::Cow;

use regex::{Regex, bytes};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::{Spanned, glob};

/// A path with a name in it: `src/modules/{name}/**`.
#[derive(Debug, Clone)]
pub struct DirectoryPattern {
    /// As it is written.
    pub pattern: Spanned<String>,
    matcher: bytes::Regex,
}

/// What stands for the name.
const NAME: &str = "{name}";
/// What stands for it while the rest is compiled as a glob.
const PLACE: &str = "\u{1}";

impl DirectoryPattern {
    /// Compiles one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(pattern: Spanned<String>) -> Result<Self, String> {
        match pattern.matches(NAME).count() {
            1 => {}
            0 => return Err(format!("the pattern `{}` has no `{NAME}`", *pattern)),
            _ => return Err(format!("the pattern `{}` has `{NAME}` more than once", *pattern)),
        }
        let glob = glob::compile(&pattern.replace(NAME, PLACE))
            .map_err(|message| message.replace(PLACE, NAME).replacen("the glob", "the pattern", 1))?;
        let source = glob.regex().replace(PLACE, "(?P<name>[^/]+)");
        match bytes::Regex::new(&source) {
            Ok(matcher) => Ok(Self { pattern, matcher }),
            Err(error) => Err(format!("the pattern `{}` does not compile: {}", *pattern, reason(&error))),
        }
    }

    /// The name in a path that matches.
    pub fn name<'p>(&self, path: &'p str) -> Option<&'p str> {
        let name = self.matcher.captures(path.as_bytes())?.name("name")?;
        path.get(name.range())
    }
}

/// A regular expression.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As it is written.
    pub source: Spanned<String>,
    /// Ready to use.
    pub regex: Regex,
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = Spanned::<String>::deserialize(deserializer)?;
        match Regex::new(&source) {
            Ok(regex) => Ok(Self { source, regex }),
            Err(error) => {
                let message = format!("the pattern `{}` does not compile: {}", *source, reason(&error));
                Err(D::Error::custom(message))
            }
        }
    }
}

/// The last line of a message that otherwise draws the pattern.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_string()
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
