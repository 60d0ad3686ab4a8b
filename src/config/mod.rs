//! The config: `schemalint.json`, what it extends, presets and the command line, as one tree that knows where
//! each of its parts comes from, and the typed [`Config`] that is read out of it.
//!
//! Nothing here touches the disk: a callback gives the text of a file.

mod aggregates;
mod boundaries;
mod de;
mod docs;
mod entries;
mod error;
mod fault;
mod file;
pub(crate) mod glob;
mod layers;
mod links;
mod merge;
mod node;
mod nullable;
mod pattern;
mod presets;
mod print;
mod projects;
mod read;
mod references;
mod schema;
mod settings;
mod spanned;
#[cfg(test)]
mod tests;

use std::fmt;

use rustc_hash::FxHashMap;

use crate::rule::Entry;
use crate::rules::RULES;
use crate::source::{FileId, Sources, Span};
use layers::Layers;

pub use aggregates::{Aggregates, Disposition, Group};
pub use boundaries::{Allow, AllowDeclared, Boundary, By};
pub use docs::{Accept, Docs, Pages, Records};
pub use entries::Entries;
pub use error::{Error, Errors};
pub use file::Files;
pub use glob::{Glob, Globs};
pub use layers::{Layer, Load};
pub use links::{Define, Links, Proof};
pub use node::{Kind, Member, Node};
pub use nullable::Nullable;
pub use pattern::{DirectoryPattern, Pattern};
pub use print::print;
pub use projects::Project;
pub use read::read_node;
pub use references::{Confidence, Helper, Pair, Polymorphic, SoftReferences, Targets};
pub use schema::json_schema;
pub use settings::{Override, RuleSettings, Setting};
pub use spanned::Spanned;

/// The config of a run. All paths and globs in it begin at the folder of the config, whichever file says them.
#[derive(Debug)]
pub struct Config {
    /// The file that it begins with.
    pub file: Option<FileId>,
    /// Which files declare tables.
    pub files: Files,
    /// What drizzle.configs say that cannot be read.
    pub projects: Vec<Project>,
    /// Partitions of the tables into domains; one that is detected when the config does not speak of them.
    pub boundaries: Vec<Boundary>,
    /// References without a foreign key.
    pub soft_references: SoftReferences,
    /// Ids whose table another column names.
    pub polymorphic: Polymorphic,
    /// Tables that change together.
    pub aggregates: Aggregates,
    /// Decision records and pages of entities.
    pub docs: Docs,
    /// Links between tables.
    pub links: Links,
    /// How each rule runs.
    pub rules: RuleSettings,
    /// Files for which rules are set otherwise.
    pub overrides: Vec<Override>,
    /// The merged tree.
    effective: Node,
    layers: FxHashMap<FileId, Layer>,
}

/// Reads a config: the file, which stands in `sources` already, with what it extends, over the preset
/// `recommended` and under the `--rule` arguments of the command line (`name=level`).
///
/// # Errors
/// Everything that is wrong with it, by place.
pub fn read(
    file: Option<FileId>,
    command_line: &[String],
    sources: &mut Sources,
    load: Load<'_>,
) -> Result<Config, Errors> {
    read_with(RULES, file, command_line, sources, load)
}

fn read_with(
    rules: &'static [Entry],
    file: Option<FileId>,
    command_line: &[String],
    sources: &mut Sources,
    load: Load<'_>,
) -> Result<Config, Errors> {
    let mut layers = Layers::new(sources, load, rules);
    let tree = layers.all(file, command_line);
    let (kinds, mut errors) = (layers.kinds, layers.errors);
    let config = tree.and_then(|tree| typed(rules, file, tree, &kinds, &mut errors));
    match config {
        Some(config) if errors.is_empty() => Ok(config),
        _ => Err(sorted(errors, &kinds, sources)),
    }
}

/// Reads the typed config out of the merged tree.
fn typed(
    rules: &'static [Entry],
    file: Option<FileId>,
    effective: Node,
    layers: &FxHashMap<FileId, Layer>,
    errors: &mut Errors,
) -> Option<Config> {
    let keys = read_node::<file::ConfigFile>(&effective).map_err(|wrong| errors.extend(wrong));
    let node = effective.get("boundaries");
    let mut boundaries = node.map(|node| boundaries::read_all(node, errors)).unwrap_or_default();
    if boundaries.is_empty() {
        boundaries.push(Boundary::detected(effective.span));
    }
    let names = node.and_then(boundaries::partitions).unwrap_or_default();
    let partitions = names.iter().map(|member| member.key.as_str()).collect();
    let mut reader = settings::Reader { rules, partitions, errors: Errors::new() };
    let (settings, overrides) = reader.read(&effective);
    errors.append(&mut reader.errors);
    let file::ConfigFile { files, projects, soft_references, polymorphic, aggregates, docs, links, .. } =
        keys.ok()?;
    aggregates.check(errors);
    Some(Config {
        file,
        files,
        projects,
        boundaries,
        soft_references,
        polymorphic,
        aggregates,
        docs,
        links,
        rules: settings,
        overrides,
        effective,
        layers: layers.clone(),
    })
}

/// The errors by place, those of the command line with what it says instead of a place.
fn sorted(mut errors: Errors, layers: &FxHashMap<FileId, Layer>, sources: &Sources) -> Errors {
    errors.sort_by_key(|error| error.span.map(|span| (span.file, span.range)));
    errors.dedup();
    for error in &mut errors {
        let Some(span) = error.span else { continue };
        if layers.get(&span.file) == Some(&Layer::CommandLine) {
            error.span = None;
            error.message = format!("--rule `{}`: {}", sources.get(span.file).text, error.message);
        }
    }
    errors
}

impl Config {
    /// The least evidence that the config asks for anywhere: guesses are only collected where they are wanted.
    pub fn least_confidence(&self) -> Confidence {
        let wants_guesses = self.soft_references.min_confidence == Some(Confidence::Guess)
            || ["rules", "overrides"]
                .iter()
                .any(|key| self.effective.get(key).is_some_and(|node| node.says("guess")));
        if wants_guesses { Confidence::Guess } else { Confidence::Probable }
    }

    /// Which of [`RuleSettings::variants`] holds for a file, by its path from the folder of the config: the last
    /// override that names the rule and the file wins.
    pub fn variant_for(&self, rule: &str, path: &str) -> usize {
        self.rules
            .variant(rule, |index| self.overrides.get(index).is_some_and(|entry| entry.files.is_match(path)))
    }

    /// Where a part of it comes from.
    pub fn origin(&self, span: Span, sources: &Sources) -> Origin {
        match self.layers.get(&span.file) {
            None | Some(Layer::Default) => Origin::Default,
            Some(Layer::Preset) => Origin::Preset(sources.get(span.file).path.to_string()),
            Some(Layer::CommandLine) => Origin::CommandLine,
            Some(Layer::File) => {
                let file = sources.get(span.file);
                Origin::File { path: file.path.to_string(), line: file.position(span.range.start).line }
            }
        }
    }

    /// Whether a preset says it: it speaks of what a house may have, not of what this one has.
    pub fn is_of_preset(&self, span: Span) -> bool {
        matches!(self.layers.get(&span.file), Some(Layer::Preset))
    }

    /// Whether the config of the house says it, or the command line.
    pub fn is_set_by_house(&self, span: Span) -> bool {
        matches!(self.layers.get(&span.file), Some(Layer::File | Layer::CommandLine))
    }

    /// The merged tree, without `extends`.
    pub fn effective(&self) -> &Node {
        &self.effective
    }
}

/// Where a part of the effective config comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// What holds when nobody says anything.
    Default,
    /// A preset: `preset strict`.
    Preset(String),
    /// A line of a file.
    File {
        /// Its path.
        path: String,
        /// The line, counted from 1.
        line: u32,
    },
    /// `--rule`.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Preset(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}
