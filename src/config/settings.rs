//! `rules` and `overrides`: at which level and with which options each rule runs, and where.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use smol_str::SmolStr;

use super::file::OverrideFile;
use super::merge::{OTHERS, rule as merge_rule};
use super::node::{Kind, Member, Node};
use super::read::ENOUGH;
use super::{Error, Errors, Globs, read_node, schema};
use crate::rule::{DynRule, Entry, Level};
use crate::source::Span;

/// How every rule runs.
#[derive(Debug, Default)]
pub struct RuleSettings {
    rules: Vec<RuleSetting>,
}

/// How one rule runs.
#[derive(Debug)]
struct RuleSetting {
    name: &'static str,
    /// The base, then one for each override that names the rule.
    variants: Vec<Setting>,
    /// The override behind each variant but the first.
    overrides: Vec<usize>,
}

/// One way in which a rule runs.
#[derive(Clone)]
pub struct Setting {
    /// The level where no partition says otherwise.
    pub level: Level,
    /// Levels of single partitions.
    pub by_partition: Vec<(SmolStr, Level)>,
    /// The rule with its options.
    pub rule: Arc<dyn DynRule>,
    /// Where it is written.
    pub span: Span,
}

/// Rules that are set otherwise for some files. What they say is in [`RuleSettings`].
#[derive(Debug)]
pub struct Override {
    /// The files, by paths from the folder of the config.
    pub files: Globs,
}

impl RuleSettings {
    /// The ways in which a rule runs: the base first, then one for each override that names it.
    pub fn variants(&self, rule: &str) -> &[Setting] {
        self.find(rule).map(|rule| rule.variants.as_slice()).unwrap_or_default()
    }

    /// The variant behind the last override that names the rule and that `matches`; 0 when there is none.
    pub(super) fn variant(&self, rule: &str, matches: impl Fn(usize) -> bool) -> usize {
        let overrides = self.find(rule).map(|rule| rule.overrides.as_slice()).unwrap_or_default();
        overrides.iter().rposition(|index| matches(*index)).map_or(0, |index| index + 1)
    }

    fn find(&self, rule: &str) -> Option<&RuleSetting> {
        self.rules.iter().find(|setting| setting.name == rule)
    }
}

impl Setting {
    /// The level for findings that speak of a partition, or of none.
    pub fn level_in(&self, partition: Option<&str>) -> Level {
        let named = partition.and_then(|name| self.by_partition.iter().find(|(known, _)| known == name));
        named.map_or(self.level, |(_, level)| *level)
    }

    /// Whether the rule has to run at all.
    pub fn is_on(&self) -> bool {
        self.level != Level::Off || self.by_partition.iter().any(|(_, level)| *level != Level::Off)
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, by_partition, rule: _, span } = self;
        f.debug_struct("Setting")
            .field("level", level)
            .field("by_partition", by_partition)
            .field("span", span)
            .finish_non_exhaustive()
    }
}

/// Reads `rules` and `overrides` out of a merged tree.
pub(super) struct Reader<'c> {
    pub(super) rules: &'static [Entry],
    /// The names of the partitions of `boundaries`.
    pub(super) partitions: Vec<&'c str>,
    pub(super) errors: Errors,
}

impl Reader<'_> {
    pub(super) fn read(&mut self, root: &Node) -> (RuleSettings, Vec<Override>) {
        let base = root.get("rules").map(|node| self.known(node)).unwrap_or_default();
        let mut settings = RuleSettings::default();
        for entry in self.rules {
            let Some(member) = base.iter().find(|member| member.key == entry.meta.name) else { continue };
            if let Some(setting) = self.setting(entry, &member.value) {
                let rule =
                    RuleSetting { name: entry.meta.name, variants: vec![setting], overrides: Vec::new() };
                settings.rules.push(rule);
            }
        }
        let overrides = self.overrides(root, &base, &mut settings);
        (settings, overrides)
    }

    fn overrides(&mut self, root: &Node, base: &[&Member], settings: &mut RuleSettings) -> Vec<Override> {
        let mut overrides = Vec::new();
        let Some(node) = root.get("overrides") else { return overrides };
        let Kind::List(items) = &node.kind else {
            self.errors.push(Error::at(node.span, format!("expected a list, found {}", node.describe())));
            return overrides;
        };
        for (index, item) in items.iter().enumerate() {
            match read_node::<OverrideFile>(item) {
                Ok(file) => overrides.push(Override { files: file.files }),
                Err(wrong) => self.errors.extend(wrong),
            }
            let members = item.get("rules").map(|node| self.known(node)).unwrap_or_default();
            for member in members {
                let Some(entry) = self.rules.iter().find(|entry| entry.meta.name == member.key) else {
                    continue;
                };
                let below = base.iter().find(|below| below.key == member.key);
                let node = match below {
                    Some(below) => merge_rule(below.value.clone(), member.value.clone()),
                    None => member.value.clone(),
                };
                let setting = self.setting(entry, &node);
                let rule = settings.rules.iter_mut().find(|rule| rule.name == entry.meta.name);
                if let (Some(setting), Some(rule)) = (setting, rule) {
                    rule.variants.push(setting);
                    rule.overrides.push(index);
                }
            }
        }
        overrides
    }

    /// The members that name rules; the others are errors.
    fn known<'n>(&mut self, node: &'n Node) -> Vec<&'n Member> {
        let Some(members) = node.members() else {
            self.errors.push(Error::at(node.span, format!("expected an object, found {}", node.describe())));
            return Vec::new();
        };
        let names: Vec<&str> = self.rules.iter().map(|entry| entry.meta.name).collect();
        let (known, unknown): (Vec<_>, Vec<_>) =
            members.iter().partition(|member| names.contains(&member.key.as_str()));
        let room = ENOUGH.saturating_sub(self.errors.len());
        for member in unknown.into_iter().take(room) {
            let mut error = Error::unknown("rule", &member.key, &names);
            error.span = Some(member.key_span);
            self.errors.push(error);
        }
        known
    }

    /// Reads the entry of one rule.
    fn setting(&mut self, entry: &Entry, node: &Node) -> Option<Setting> {
        let before = self.errors.len();
        let (head, options) = match &node.kind {
            Kind::List(items) => match items.as_slice() {
                [head] => (head, None),
                [head, options] => (head, Some(options)),
                _ => {
                    let message = format!("expected a level and options, found {} items", items.len());
                    self.errors.push(Error::at(node.span, message).help(SHAPES));
                    return None;
                }
            },
            _ => (node, None),
        };
        let mut level = entry.meta.level;
        let mut by_partition = Vec::new();
        match &head.kind {
            Kind::Object(members) => {
                for member in members {
                    let others = member.key == OTHERS;
                    if !others && !self.partitions.contains(&member.key.as_str()) {
                        self.unknown_partition(member);
                        continue;
                    }
                    let Some(said) = self.level(entry, &member.value) else { continue };
                    if others {
                        level = said;
                    } else {
                        by_partition.push((SmolStr::from(&member.key), said));
                    }
                }
            }
            _ => level = self.level(entry, head).unwrap_or(level),
        }
        match (entry.make)(options) {
            Ok(rule) if self.errors.len() == before => {
                Some(Setting { level, by_partition, rule: rule.into(), span: head.span })
            }
            Ok(_) => None,
            Err(wrong) => {
                self.errors.extend(wrong);
                None
            }
        }
    }

    fn level(&mut self, entry: &Entry, node: &Node) -> Option<Level> {
        let Kind::Text(text) = &node.kind else {
            let message = format!("expected a level, found {}", node.describe());
            self.errors.push(Error::at(node.span, message).help(SHAPES));
            return None;
        };
        let Some(level) = Level::ALL.iter().find(|level| level.name() == text) else {
            let mut error = Error::unknown("level", text, &Level::ALL.map(Level::name));
            error.span = Some(node.span);
            self.errors.push(error);
            return None;
        };
        if *level == Level::Off && entry.meta.always_on {
            let message = format!("`{}` is always on", entry.meta.name);
            self.errors.push(Error::at(node.span, message).help("`warn` is the least"));
            return None;
        }
        Some(*level)
    }

    fn unknown_partition(&mut self, member: &Member) {
        let mut error = Error::unknown("partition", &member.key, &self.partitions);
        if self.partitions.is_empty() {
            error = Error::new(format!("unknown partition `{}`: `boundaries` names none", member.key));
        }
        error.span = Some(member.key_span);
        self.errors.push(error.help(SHAPES));
    }
}

const SHAPES: &str = "\"error\", [\"error\", { options }] or { \"partition\": \"error\" }";

/// The shape of `rules` in the JSON Schema.
#[derive(Debug)]
pub(super) struct RulesKey;

impl JsonSchema for RulesKey {
    fn schema_name() -> Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema::rules(generator)
    }
}
