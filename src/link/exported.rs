//! What the schema files of a drizzle.config export, and what they export more than once.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;
use std::rc::Rc;

use super::Linker;
use crate::eval::Value;
use crate::eval::drizzle::Entity;
use crate::graph::{ExportPlace, ExportedAgain};
use crate::source::{FileId, Range};
use crate::syntax::{BindingKind, Export};

/// What drizzle-kit takes, by its place in memory.
pub(super) type EntityKey = *const ();

/// What schema files export.
#[derive(Default)]
pub(super) struct Exported {
    /// Tables, enums and sequences.
    pub(super) entities: Vec<EntityKey>,
    /// What is exported under a second name, or by a second file.
    pub(super) again: Vec<ExportedAgain>,
}

/// The tables, enums and sequences among the exports of those files: what drizzle-kit takes.
pub(super) fn exported(linker: &mut Linker<'_>, files: &[FileId]) -> Exported {
    let mut entities: IndexMap<EntityKey, Vec<ExportPlace>, FxBuildHasher> = IndexMap::default();
    for file in files {
        let (names, _) = linker.eval.export_names(*file);
        for name in names {
            let (key, is_created): (EntityKey, bool) = match linker.eval.export_value(*file, &name) {
                Value::Entity(Entity::Table(table)) => (Rc::as_ptr(&table).cast(), !table.existing),
                Value::Entity(Entity::Enum(made)) => (Rc::as_ptr(&made).cast(), true),
                Value::Entity(Entity::Sequence(made)) => (Rc::as_ptr(&made).cast(), true),
                _ => continue,
            };
            let places = entities.entry(key).or_default();
            if is_created && name != "default" {
                places.push(place(linker, *file, name));
            }
        }
    }
    let mut found = Exported::default();
    for (key, mut places) in entities {
        found.entities.push(key);
        if places.len() > 1 {
            // Where it is declared it is at home.
            let first = places.remove(places.iter().position(|place| place.declares).unwrap_or(0));
            let again = places.into_iter().map(|again| ExportedAgain { first: first.clone(), again });
            found.again.extend(again);
        }
    }
    found
}

/// Where a file exports a name: the declaration, or what passes it on.
fn place(linker: &mut Linker<'_>, file: FileId, name: SmolStr) -> ExportPlace {
    let module = linker.eval.module(file);
    let named = module.export_places.get(&name).copied();
    let (range, declares) = match module.exports.get(&name) {
        Some(Export::Local(local)) => {
            let binding = module.bindings.get(local);
            let is_own = binding.is_some_and(|binding| !matches!(binding.kind, BindingKind::Import { .. }));
            (binding.map(|binding| binding.range), is_own)
        }
        Some(Export::From { specifier, .. }) => (Some(module.specifier(*specifier).range), false),
        None => (module.star_exports.first().map(|specifier| module.specifier(*specifier).range), false),
    };
    let range = named.or(range);
    ExportPlace { span: range.unwrap_or(Range::default()).in_file(file), name, declares }
}
