//! What a rule is, and what it says.
//!
//! A rule reads the graph and reports what it finds; it does nothing else. It lives in two files,
//! `rules/name.rs` and `rules/name.md`: the page is its documentation, the text of `explain` and its
//! test.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use smol_str::SmolStr;

use crate::config::{Errors, Node, read_node};
use crate::graph::SchemaGraph;
use crate::model::Model;
use crate::source::Span;

// What house-keeping rules look at.
pub use crate::review::Review;
pub use crate::suppress::{Scope, Suppression};
// What the options of rules are made of.
pub use crate::config::{Confidence, Entries, Glob, Globs, Nullable, Pattern, Spanned};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The rule does not run.
    Off,
    /// Reported; the run passes.
    Warn,
    /// Reported; the run fails.
    Error,
}

impl Level {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Off, Self::Warn, Self::Error];

    /// The word for it in the config and in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// What is known of a rule before it runs.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Its name: kebab case, the bad thing.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The heading that it stands under in the list of rules.
    pub group: &'static str,
    /// Its page.
    pub docs: &'static str,
    /// Its level in the preset `recommended`.
    pub level: Level,
    /// Whether it says nothing until it is configured: the preset `strict` leaves it out.
    pub needs_configuration: bool,
    /// Whether it may not be `off`: house-keeping.
    pub always_on: bool,
    /// The version that brought it.
    pub since: &'static str,
}

impl Meta {
    /// Its page for people: without its cases, which are tests, and without marks, which are for those.
    pub fn explanation(&self) -> String {
        let shown = self.docs.split_once("\n## Cases").map_or(self.docs, |(shown, _)| shown);
        let lines =
            shown.trim_end().lines().map(|line| line.split_once(" //~ ").map_or(line, |(code, _)| code));
        lines.flat_map(|line| [line, "\n"]).collect()
    }
}

/// A rule reads the graph and reports what it finds. It does nothing else. The struct is its options.
pub trait Rule: Default + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What is known of it before it runs.
    const META: Meta;

    /// Whether it compares with the snapshots of drizzle-kit: they are read only for a rule that is on.
    const READS_SNAPSHOTS: bool = false;

    /// Whether it asks what SQL says of tables that no drizzle.config takes: it is read only for a rule that is on.
    const READS_OTHER_TABLES: bool = false;

    /// Reports every place that breaks the rule.
    fn check(&self, _context: &Context<'_>, _out: &mut Findings) {}

    /// Reports what is wrong with exceptions, after every rule has run: for house-keeping rules.
    fn review(&self, _review: &Review<'_>, _out: &mut Findings) {}
}

/// A rule with its options, whichever it is.
pub trait DynRule: Send + Sync {
    /// Reports every place that breaks the rule.
    fn check(&self, context: &Context<'_>, out: &mut Findings);

    /// Reports what is wrong with exceptions.
    fn review(&self, review: &Review<'_>, out: &mut Findings);
}

impl<R: Rule> DynRule for R {
    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        Rule::check(self, context, out);
    }

    fn review(&self, review: &Review<'_>, out: &mut Findings) {
        Rule::review(self, review, out);
    }
}

/// A rule with its options, or what is wrong with them.
pub type Made = Result<Box<dyn DynRule>, Errors>;

/// A rule in the list of all rules.
#[derive(Debug)]
pub struct Entry {
    /// What is known of it before it runs.
    pub meta: &'static Meta,
    /// Whether it compares with the snapshots of drizzle-kit.
    pub reads_snapshots: bool,
    /// Whether it asks what SQL says of tables that no drizzle.config takes.
    pub reads_other_tables: bool,
    /// Makes it with the options that the config gives, or with its defaults.
    pub make: fn(Option<&Node>) -> Made,
    /// The JSON Schema of its options.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Entry {
    /// The entry of a rule.
    pub const fn of<R: Rule>() -> Self {
        Self {
            meta: &R::META,
            reads_snapshots: R::READS_SNAPSHOTS,
            reads_other_tables: R::READS_OTHER_TABLES,
            make: |options| {
                let rule = options.map_or_else(|| Ok(R::default()), read_node::<R>)?;
                Ok(Box::new(rule))
            },
            schema: |generator| generator.subschema_for::<R>(),
        }
    }
}

/// What a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'g> {
    /// The schema.
    pub graph: &'g SchemaGraph,
    /// What the house's configuration makes of it.
    pub model: &'g Model<'g>,
}

/// What the findings of one rule are pushed into.
#[derive(Debug)]
pub struct Findings {
    rule: &'static str,
    level: Level,
    found: Vec<Finding>,
    notes: Vec<String>,
    silent: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Its level.
    pub level: Level,
    /// The level that it has where nobody has set that of the rule: it matters more, or less, than the rule's others.
    pub of_its_own: Option<Level>,
    /// What it is about, in SQL names: `billing.invoices.customer_id`. Exceptions are keyed by it.
    pub subject: SmolStr,
    /// The partition of boundaries that it speaks of, when there are several.
    pub partition: Option<SmolStr>,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The place, and what is to be seen there.
    pub primary: Label,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// A change that removes it.
    pub fix: Option<Fix>,
    /// A change that only begins what removes it: editors offer it, for a person to complete, and `--fix` leaves it
    /// alone. The finding stays until then.
    pub draft: Option<Fix>,
}

/// A change of files that removes a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does: lower case, no full stop.
    pub title: String,
    /// Texts that replace places; no two overlap.
    pub edits: Vec<Edit>,
    /// Whether the database changes with it: an index, an action. Such fixes are asked for by name.
    pub changes_schema: bool,
}

/// A text that replaces a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub text: String,
    /// Whether others of the kind may be inserted at the same place, behind it: entries of one list.
    pub joins: bool,
}

impl Edit {
    /// A change that stands alone at its place.
    pub const fn new(span: Span, text: String) -> Self {
        Self { span, text, joins: false }
    }
}

/// A place and what is to be seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen.
    pub text: String,
}

impl Findings {
    /// Where one rule, at one level, pushes its findings.
    pub fn new(rule: &'static str, level: Level) -> Self {
        Self { rule, level, found: Vec::new(), notes: Vec::new(), silent: false }
    }

    /// Adds a finding about a subject at a place; more can be said of it.
    pub fn report(
        &mut self,
        subject: impl Into<SmolStr>,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.found.push(Finding {
            rule: self.rule,
            level: self.level,
            of_its_own: None,
            subject: subject.into(),
            partition: None,
            message: message.into(),
            help: None,
            primary: Label { span, text: String::new() },
            related: Vec::new(),
            fix: None,
            draft: None,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// The level at which the rule runs.
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Says why the rule can say nothing of this repository: a sentence without a full stop. Nothing can be
    /// concluded of exceptions from it, then.
    pub fn say_nothing(&mut self, why: impl Into<String>) {
        self.silent = true;
        self.notes.push(why.into());
    }

    /// Whether the rule could say nothing.
    pub const fn is_silent(&self) -> bool {
        self.silent
    }

    /// Says something of the run as a whole: a sentence without a full stop.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The findings and the notes, in the order of their reports.
    pub fn into_parts(self) -> (Vec<Finding>, Vec<String>) {
        (self.found, self.notes)
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl Finding {
    /// What is to be seen at the place itself.
    pub fn label(&mut self, text: impl Into<String>) -> &mut Self {
        self.primary.text = text.into();
        self
    }

    /// It matters more, or less, than the rule's others: the level that it has where nobody has set that of the rule.
    pub const fn matters(&mut self, level: Level) -> &mut Self {
        self.of_its_own = Some(level);
        self
    }

    /// The partition of boundaries that it speaks of.
    pub fn partition(&mut self, name: Option<&SmolStr>) -> &mut Self {
        self.partition = name.cloned();
        self
    }

    /// What to write instead.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help = Some(text.into());
        self
    }

    /// Another place that matters.
    pub fn related(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        self.related.push(Label { span, text: text.into() });
        self
    }
}
