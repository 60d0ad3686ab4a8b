//! `boundaries`: partitions of the tables into domains.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, Error as _, MapAccess, Visitor};
use smol_str::SmolStr;

use super::merge::OTHERS;
use super::node::{Member, Node};
use super::{DirectoryPattern, Entries, Error, Errors, Glob, Globs, Spanned, read_node};
use crate::source::Span;

/// A partition of the tables into domains, and what may cross it.
#[derive(Debug, Clone)]
pub struct Boundary {
    /// Its name, when several stand side by side.
    pub name: Option<SmolStr>,
    /// Where it is written.
    pub span: Span,
    /// How tables are divided; nothing when the config leaves it to what is found.
    pub by: Option<By>,
    /// Files whose tables belong to no domain.
    pub shared: Globs,
    /// What may cross.
    pub allow: Vec<Allow>,
    /// Manifests that say what may cross.
    pub allow_declared: Option<AllowDeclared>,
}

impl Boundary {
    /// The partition of a config that does not speak of boundaries.
    pub(super) fn detected(span: Span) -> Self {
        Self { name: None, span, by: None, shared: Globs::default(), allow: Vec::new(), allow_declared: None }
    }
}

/// How tables are divided.
#[derive(Debug, Clone)]
pub enum By {
    /// By pgSchema.
    PgSchema,
    /// By the file that declares the table.
    File,
    /// By the name of a folder.
    Directory(DirectoryPattern),
    /// By the nearest package.json.
    Package,
    /// Not at all.
    None,
    /// By these globs of table ids, under the names of the domains.
    Domains(Entries<Globs>),
}

/// Something that may cross a boundary.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Allow {
    /// The table that may be referenced, a glob of table ids: `public.user`.
    pub to: Glob,
    /// The table that may reference it; any when left out.
    pub from: Option<Glob>,
    /// Why.
    #[serde(deserialize_with = "reason")]
    #[schemars(length(min = 1))]
    pub reason: Spanned<String>,
    /// The decision record that says so.
    pub adr: Option<Spanned<String>>,
}

/// Manifests that say what may cross.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AllowDeclared {
    /// The name of the manifest, next to or above the file that declares the table: `package.json`.
    pub file: Spanned<String>,
    /// The JSON pointer to the list in it: `/voyant/requiresSchemas`.
    #[serde(deserialize_with = "pointer")]
    #[schemars(regex(pattern = "^/"))]
    pub pointer: Spanned<String>,
    /// Whether a comment at the column must explain it too.
    #[serde(default)]
    pub comment: bool,
}

pub(super) fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    let reason = Spanned::<String>::deserialize(deserializer)?;
    if reason.trim().is_empty() { Err(D::Error::custom("the reason is empty")) } else { Ok(reason) }
}

fn pointer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    let pointer = Spanned::<String>::deserialize(deserializer)?;
    match pointer.starts_with('/') {
        true => Ok(pointer),
        false => Err(D::Error::custom(format!("the JSON pointer `{}` does not begin with `/`", *pointer))),
    }
}

/// One partition, or several under names.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "for the JSON Schema; `read_all` reads it from the tree")]
pub(super) enum OneOrSeveral {
    /// One partition of the tables into domains.
    One(Box<BoundaryFile>),
    /// Several, under names.
    Several(Entries<BoundaryFile>),
}

/// A partition of the tables into domains, and what may cross it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[schemars(rename = "Boundary")]
pub(super) struct BoundaryFile {
    /// How tables are divided. When left out: by pgSchema where a project has two or more, else not at all.
    by: Option<Spanned<ByFile>>,
    /// With `directory`: the path of a file, with the domain's name in it: `src/modules/{name}/**`.
    pattern: Option<Spanned<String>>,
    /// Files whose tables belong to no domain.
    shared: Globs,
    /// What may cross, with the reason.
    allow: Vec<Allow>,
    /// Manifests that say what may cross.
    allow_declared: Option<AllowDeclared>,
}

/// The keys of a partition: an object with one of them is a partition, not several.
const KEYS: &[&str] = &["by", "pattern", "shared", "allow", "allowDeclared"];

/// How tables are divided.
#[derive(Debug, JsonSchema)]
#[schemars(untagged, rename = "By")]
enum ByFile {
    /// By a property of the table.
    Word(Word),
    /// Names of domains, with globs of table ids.
    Domains(Entries<Globs>),
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Word {
    /// By pgSchema; `public` is a domain too.
    PgSchema,
    /// By the file that declares the table.
    File,
    /// By the name of a folder: see `pattern`.
    Directory,
    /// By the nearest package.json.
    Package,
    /// Not at all.
    None,
}

impl<'de> Deserialize<'de> for ByFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ByVisitor)
    }
}

struct ByVisitor;

impl<'de> Visitor<'de> for ByVisitor {
    type Value = ByFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or an object of domains")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ByFile, E> {
        Word::deserialize(de::value::StrDeserializer::new(text)).map(ByFile::Word)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ByFile, A::Error> {
        Deserialize::deserialize(MapAccessDeserializer::new(map)).map(ByFile::Domains)
    }
}

/// The partitions of `boundaries` under their names; one that stands alone has none.
pub(super) fn partitions(node: &Node) -> Option<&[Member]> {
    let members = node.members()?;
    let named = |member: &Member| member.value.members().is_some() && !KEYS.contains(&member.key.as_str());
    (!members.is_empty() && members.iter().all(named)).then_some(members)
}

/// Reads `boundaries`.
pub(super) fn read_all(node: &Node, errors: &mut Errors) -> Vec<Boundary> {
    let mut found = Vec::new();
    let mut one = |node: &Node, name: Option<&str>| match read_node::<BoundaryFile>(node) {
        Ok(file) => match file.boundary(name, node.span) {
            Ok(boundary) => found.push(boundary),
            Err(error) => errors.push(error),
        },
        Err(wrong) => errors.extend(wrong),
    };
    match partitions(node) {
        Some(members) => members.iter().for_each(|member| one(&member.value, Some(&member.key))),
        None => one(node, None),
    }
    found
}

impl BoundaryFile {
    fn boundary(self, name: Option<&str>, span: Span) -> Result<Boundary, Error> {
        let Self { by, pattern, shared, allow, allow_declared } = self;
        let wrong = |span, message: &str| Err(Error::at(span, message));
        let directory = matches!(&by, Some(Spanned { value: ByFile::Word(Word::Directory), .. }));
        if let (Some(pattern), false) = (&pattern, directory) {
            return wrong(pattern.span, "`pattern` goes with `\"by\": \"directory\"`");
        }
        if name == Some(OTHERS) {
            return wrong(span, "`*` cannot name a partition: in `rules` it is every other");
        }
        let by = match by {
            None if name.is_some() => {
                return wrong(span, "a partition with a name says `by` what it divides the tables");
            }
            None => None,
            Some(Spanned { value, span }) => Some(match (value, pattern) {
                (ByFile::Domains(domains), _) => By::Domains(domains),
                (ByFile::Word(Word::PgSchema), _) => By::PgSchema,
                (ByFile::Word(Word::File), _) => By::File,
                (ByFile::Word(Word::Package), _) => By::Package,
                (ByFile::Word(Word::None), _) => By::None,
                (ByFile::Word(Word::Directory), Some(pattern)) => {
                    let span = pattern.span;
                    By::Directory(DirectoryPattern::new(pattern).map_err(|message| Error::at(span, message))?)
                }
                (ByFile::Word(Word::Directory), None) => {
                    let help = "add `\"pattern\": \"src/modules/{name}/**\"`";
                    return Err(Error::at(span, "`directory` needs a `pattern`").help(help));
                }
            }),
        };
        Ok(Boundary { name: name.map(SmolStr::from), span, by, shared, allow, allow_declared })
    }
}
