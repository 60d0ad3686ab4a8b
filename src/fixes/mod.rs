//! What a rule can change for the user: texts for places, made from the graph and the sources; and which changes go
//! together.
//!
//! Nothing here decides what is wrong, and nothing writes a file. A change that cannot be placed with certainty is
//! `None`: the finding then has its help alone.

mod apply;
mod brackets;
mod citation;
mod declare_relations;
mod imports;
mod index;
mod on_delete;
mod propose_relation;
mod relation;
mod relation_entry;
mod resolve_relation;
mod specifier;
mod style;
mod tables;

pub use apply::{Round, apply};
pub use citation::{UNNAMED, cite};
pub use index::{IndexNames, add_index};
pub use on_delete::say_on_delete;
pub use propose_relation::{Proposals, proposals};
pub use relation::{NewRelation, RelationFixes};
pub use resolve_relation::resolve_relation;

/// Whether a text can stand where TypeScript wants a name.
fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '$'))
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'))
}
