//! The schema in the words of the house: what its configuration makes of the graph.
//!
//! Which side of a boundary each table is on, which columns mean rows of other tables, which are
//! polymorphic, what is written about them. Computed once, before the rules run; rules read it beside the
//! graph. Nothing here reads a file.

pub mod boundaries;
mod crossings;
mod names;
mod polymorphic;
mod soft;
pub mod tags;

pub use boundaries::{Boundary, Partition, Side};
pub use crossings::{Allowance, Crossing, Reference};
pub use names::{Named, Names, TablePattern, is_column, is_table, spellings};
pub use polymorphic::{PolymorphicReference, Spelling, Target, plural, singular, table_of_value};
pub use soft::{Evidence, SoftReference, Sought, same_type, sql_type};

use crate::graph::SchemaGraph;
use crate::source::Span;

/// The schema in the words of the house.
#[derive(Debug, Default)]
pub struct Model {
    /// Tables by the names that people write.
    pub names: Names,
    /// How the tables are divided, as configured.
    pub boundaries: Vec<Boundary>,
    /// The same, table by table.
    pub partitions: Vec<Partition>,
    /// Columns that mean rows of other tables but carry no foreign key.
    pub soft_references: Vec<SoftReference>,
    /// References from one domain to another.
    pub crossings: Vec<Crossing>,
    /// Ids whose table another column names.
    pub polymorphic_references: Vec<PolymorphicReference>,
    /// Tags and entries of the config that name nothing: the place and what is wrong there.
    pub dangling: Vec<(Span, String)>,
}

impl Model {
    /// Reads the graph as the house has configured it.
    pub fn new(
        graph: &SchemaGraph,
        boundaries: Vec<Boundary>,
        spelling: &Spelling<'_>,
        sought: &Sought<'_>,
    ) -> Self {
        let names = Names::new(graph);
        let partitions: Vec<Partition> =
            boundaries.iter().map(|boundary| Partition::new(graph, boundary)).collect();
        let polymorphic_references = polymorphic::find(graph, &names, spelling);
        let soft = soft::find(graph, &names, &partitions, &polymorphic_references, sought);
        let crossings = crossings::find(graph, &boundaries, &partitions, &soft.references);
        Self {
            names,
            boundaries,
            partitions,
            soft_references: soft.references,
            crossings,
            polymorphic_references,
            dangling: soft.dangling,
        }
    }
}
