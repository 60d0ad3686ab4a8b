//! The schema in the words of the house: what its configuration makes of the graph.
//!
//! Which side of a boundary each table is on, which columns mean rows of other tables, which are
//! polymorphic, what is written about them. Computed once, before the rules run; rules read it beside the
//! graph. Nothing here reads a file.

mod aggregates;
mod boundaries;
mod crossings;
mod documentation;
pub mod drift;
mod inflection;
mod links;
mod names;
mod polymorphic;
mod soft;
pub mod tags;

pub use aggregates::{Aggregate, Aggregates, Decision, Inner};
pub use boundaries::{Declared, Manifest, Partition, Side};
pub use crossings::{Allowance, Crossing, Reference};
pub use documentation::{About, Documentation, Passage};
pub use links::{Linked, Links};
pub use names::{Named, Names, is_column, is_table, plural, singular, spellings};
pub use polymorphic::{PolymorphicReference, Target};
pub use soft::{Evidence, SoftReference, helper_call, same_type, sql_type};

// What the config says of polymorphic references.
pub use crate::config::{Pair, Targets};

pub use crate::config::Proof;
use crate::config::{Boundary, Confidence, Config};
use crate::docs::{EntityPage, Records};
use crate::graph::SchemaGraph;
use crate::rule::Level;
use crate::snapshots::Migrations;
use crate::source::Span;

/// The schema in the words of the house.
#[derive(Debug)]
pub struct Model<'r> {
    /// Tables by the names that people write.
    pub names: Names,
    /// How the tables are divided, as configured.
    pub boundaries: &'r [Boundary],
    /// The same, table by table.
    pub partitions: Vec<Partition>,
    /// What manifests declare, boundary by boundary.
    pub declared: &'r [Declared],
    /// Columns that mean rows of other tables but carry no foreign key.
    pub soft_references: Vec<SoftReference>,
    /// References from one domain to another.
    pub crossings: Vec<Crossing>,
    /// Ids whose table another column names.
    pub polymorphic_references: Vec<PolymorphicReference>,
    /// What the config says of them.
    pub pairs: &'r [Pair],
    /// Tables that change together.
    pub aggregates: Aggregates<'r>,
    /// Links by the tables that they join.
    pub links: Links<'r>,
    /// What drizzle-kit and migrations left behind, as far as somebody asked for it.
    pub migrations: &'r Migrations,
    /// What is written about all that.
    pub documentation: Documentation<'r>,
    /// Tags and entries of the config and of pages that name nothing: the place and what is wrong there.
    pub dangling: Vec<(Span, String)>,
    /// The config that all this was made with.
    config: &'r Config,
    /// What rules believe at least, when the config says it.
    min_confidence: Option<Confidence>,
}

/// What the house has written, beside its code.
#[derive(Debug, Default)]
pub struct Written {
    /// Decision records.
    pub records: Records,
    /// Pages about tables.
    pub pages: Vec<EntityPage>,
    /// What shows that tables were made.
    pub migrations: Migrations,
    /// What manifests declare, one for each boundary of the config.
    pub declared: Vec<Declared>,
    /// Globs of the config that match no document: the place and what is wrong there.
    pub unmatched: Vec<(Span, String)>,
}

impl<'r> Model<'r> {
    /// Reads the graph as the house has configured it.
    pub fn new(graph: &SchemaGraph, config: &'r Config, written: &'r Written) -> Self {
        let names = Names::default();
        let boundaries = config.boundaries.as_slice();
        let partitions: Vec<Partition> =
            boundaries.iter().map(|boundary| Partition::new(graph, boundary)).collect();
        let mut polymorphic = polymorphic::find(graph, &names, &config.polymorphic);
        let sought = soft::Sought { config: &config.soft_references, least: config.least_confidence() };
        let links = Links::new(graph, &config.links);
        let called = links.names(graph);
        let mut soft = soft::find(graph, &names, &partitions, &polymorphic.references, &sought, &called);
        let crossings = crossings::find(graph, boundaries, &written.declared, &partitions, &soft.references);
        let mut documentation = Documentation::new(graph, &config.docs, written);
        let map = config.docs.entities.map.0.iter();
        let map = map.map(|(table, page)| (table.as_str(), page.as_str(), table.span));
        let mut dangling = documentation.assign(graph, &names, map);
        dangling.append(&mut soft.dangling);
        dangling.append(&mut polymorphic.dangling);
        dangling.extend(written.unmatched.iter().cloned());
        let aggregates = aggregates::find(
            &aggregates::Ingredients {
                graph,
                names: &names,
                partitions: &partitions,
                soft: &soft.references,
                config,
            },
            &mut dangling,
        );
        Self {
            names,
            boundaries,
            declared: &written.declared,
            partitions,
            soft_references: soft.references,
            crossings,
            polymorphic_references: polymorphic.references,
            pairs: &config.polymorphic.pairs,
            aggregates,
            links,
            migrations: &written.migrations,
            documentation,
            dangling,
            config,
            min_confidence: config.soft_references.min_confidence,
        }
    }

    /// Whether an entry of `allow` allows anything.
    pub fn allowed_by(&self, boundary: usize, entry: usize) -> bool {
        self.crossings
            .iter()
            .any(|crossing| crossing.partition == boundary && crossing.allowance == Allowance::Entry(entry))
    }

    /// Whether a preset says what stands at a place of the config: nobody can be asked to mend it there.
    pub fn is_of_preset(&self, span: Span) -> bool {
        self.config.is_of_preset(span)
    }

    /// How sure a rule must be: as its options say, else the config, else by its level.
    pub fn least_confidence(&self, of_rule: Option<Confidence>, level: Level) -> Confidence {
        of_rule.or(self.min_confidence).unwrap_or(match level {
            Level::Error => Confidence::Certain,
            Level::Warn | Level::Off => Confidence::Probable,
        })
    }
}
