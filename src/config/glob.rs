//! Globs of paths and of SQL names, compiled when the config is read.

use std::borrow::Cow;

use globset::{GlobBuilder, GlobSet};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::Spanned;
use crate::source::Span;

/// A glob: `*` and `?` do not match `/`, `**` does, `{a,b}` is a choice.
///
/// Paths are those from the folder of the config, `/` between folders.
#[derive(Debug, Clone)]
pub struct Glob {
    pattern: Spanned<String>,
    compiled: globset::Glob,
    matcher: GlobSet,
}

impl Glob {
    /// As it is written.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        self.pattern.span
    }

    /// Whether a path or name matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

/// Globs, of which any may match.
#[derive(Debug, Clone, Default)]
pub struct Globs {
    list: Vec<Glob>,
    set: GlobSet,
}

impl Globs {
    /// Globs that are asked together, or what is wrong with so many of them.
    pub fn new(list: Vec<Glob>) -> Result<Self, String> {
        let set = GlobSet::new(list.iter().map(|glob| &glob.compiled))
            .map_err(|error| format!("these globs do not compile: {}", error.kind()))?;
        Ok(Self { list, set })
    }

    /// Whether one of them matches a path or name.
    pub fn is_match(&self, text: &str) -> bool {
        self.set.is_match(text)
    }

    /// The indexes in [`Globs::list`] of those that match.
    pub fn matches(&self, text: &str) -> Vec<usize> {
        self.set.matches(text)
    }

    /// The globs, in the order of the config.
    pub fn list(&self) -> &[Glob] {
        &self.list
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Compiles a glob, or says what is wrong with it.
pub(super) fn compile(pattern: &str) -> Result<globset::Glob, String> {
    if pattern.is_empty() {
        return Err("a glob cannot be empty".to_string());
    }
    if pattern.starts_with('!') {
        return Err(format!("the glob `{pattern}` cannot be negated; leave out what it names elsewhere"));
    }
    build(pattern.strip_prefix("./").unwrap_or(pattern))
        .map_err(|error| format!("the glob `{pattern}` does not compile: {error}"))
}

/// Choices in choices that a glob may have. The regular expression of many more is nested too deep to compile, and
/// globset walks them by recursion.
const NESTED: usize = 50;

/// Builds a glob of whatever is written.
fn build(pattern: &str) -> Result<globset::Glob, String> {
    let mut depth = 0_usize;
    for byte in pattern.bytes() {
        match byte {
            b'{' if depth == NESTED => return Err("its braces are nested too deep".to_string()),
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map_err(|error| error.kind().to_string())
}

/// What matches one glob, which need not compile although it could be built: it may be too large.
fn matcher_of(glob: &globset::Glob) -> Result<GlobSet, String> {
    GlobSet::new([glob]).map_err(|error| error.kind().to_string())
}

/// What matches the glob of a path, when it is one that compiles.
pub(crate) fn matcher(pattern: &str) -> Option<GlobSet> {
    matcher_of(&build(pattern).ok()?).ok()
}

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pattern = Spanned::<String>::deserialize(deserializer)?;
        let compiled = compile(&pattern).map_err(D::Error::custom)?;
        let matcher = matcher_of(&compiled).map_err(|error| {
            D::Error::custom(format!("the glob `{}` does not compile: {error}", *pattern))
        })?;
        Ok(Self { pattern, compiled, matcher })
    }
}

impl<'de> Deserialize<'de> for Globs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Glob {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Glob".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

impl JsonSchema for Globs {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Globs".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<Glob>::json_schema(generator)
    }
}
