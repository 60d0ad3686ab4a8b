//! What the schema files of a drizzle.config export, and what they export more than once.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::extras::{Budget, MAX_NESTING};
use super::relations::is_v2;
use super::{Linker, TableKey};
use crate::eval::drizzle::Entity;
use crate::eval::{VALIDATION, Value};
use crate::graph::{Dialect, ExportPlace, ExportedAgain, Unknown};
use crate::source::{FileId, Range};
use crate::syntax::{BindingKind, Export};

/// Something that Drizzle made, by its place in memory.
pub(super) type EntityKey = *const ();

/// What schema files export.
#[derive(Default)]
pub(super) struct Exported {
    /// Tables, enums, sequences and pgSchemas, and of which database each is.
    pub(super) taken: FxHashMap<EntityKey, Dialect>,
    /// Of which databases there are tables.
    pub(super) dialects: BTreeSet<Dialect>,
    /// Tables inside objects: drizzle-kit does not look there.
    pub(super) held: FxHashSet<TableKey>,
    /// Why there may be more.
    pub(super) open: Option<Arc<Unknown>>,
    /// Why something that is exported may be a table, or a table no longer.
    pub(super) opaque: Option<Arc<Unknown>>,
    /// What is exported under a second name, or by a second file.
    pub(super) again: Vec<ExportedAgain>,
}

/// What drizzle-kit takes of those files: what stands in `Object.values` of each file's exports.
pub(super) fn exported(linker: &mut Linker<'_>, files: &[FileId]) -> Exported {
    let mut found = Exported::default();
    let mut places: IndexMap<EntityKey, Vec<ExportPlace>, FxBuildHasher> = IndexMap::default();
    for file in files {
        let (names, open) = linker.eval.export_names(*file);
        if let Some(why) = open {
            found.open.get_or_insert(why);
        }
        for name in names {
            let value = linker.eval.export_value(*file, &name);
            linker.decisive.extend(linker.eval.declaring_file(*file, &name));
            if let Value::Unknown(why) | Value::Entity(Entity::Wrapped(_, why)) = &value
                && !is_validation(why)
            {
                found.opaque.get_or_insert_with(|| why.clone());
            }
            let Some((key, dialect)) = key_of(&value) else {
                hold(&value, &mut found.held, 0, &mut Budget::default());
                continue;
            };
            found.taken.insert(key, dialect);
            let is_created = match &value {
                Value::Entity(Entity::Table(table)) => {
                    found.dialects.insert(dialect);
                    !table.existing
                }
                Value::Entity(Entity::Enum(_) | Entity::Sequence(_)) => true,
                _ => false,
            };
            if is_created && name != "default" {
                let place = place(linker, *file, name);
                places.entry(key).or_default().push(place);
            }
        }
    }
    for mut places in places.into_values().filter(|places| places.len() > 1) {
        // Where it is declared it is at home.
        let first = places.remove(places.iter().position(|place| place.declares).unwrap_or(0));
        found.again.extend(places.into_iter().map(|again| ExportedAgain { first: first.clone(), again }));
    }
    found
}

/// Whether a value is not known only because libraries that validate are not evaluated: whatever they give, it
/// is no table.
pub(super) fn is_validation(why: &Unknown) -> bool {
    const PACKAGES: &[&str] = &[
        "zod",
        "valibot",
        "arktype",
        "typebox",
        "@sinclair/typebox",
        "yup",
        "drizzle-zod",
        "drizzle-valibot",
        "drizzle-arktype",
        "drizzle-typebox",
    ];
    let reason = &why.reason;
    let package = reason.strip_prefix("the package `").and_then(|rest| rest.split('`').next());
    **reason == *VALIDATION
        || package.is_some_and(|package| PACKAGES.contains(&package))
        || ["Select", "Insert", "Update"]
            .iter()
            .any(|kind| reason.starts_with(&format!("`create{kind}Schema` of")))
}

fn key_of(value: &Value) -> Option<(EntityKey, Dialect)> {
    let Value::Entity(entity) = value else { return None };
    Some(match entity {
        Entity::Table(table) | Entity::Wrapped(table, _) => (Rc::as_ptr(table).cast(), table.dialect),
        Entity::Enum(made) => (Rc::as_ptr(made).cast(), made.dialect),
        Entity::Sequence(made) => (Rc::as_ptr(made).cast(), Dialect::Postgres),
        Entity::Namespace(made) => (Rc::as_ptr(made).cast(), made.dialect),
        _ => return None,
    })
}

/// The tables inside an exported object or list.
fn hold(value: &Value, held: &mut FxHashSet<TableKey>, depth: usize, budget: &mut Budget) {
    if !budget.take() {
        return;
    }
    let mut look = |value: &Value| match value {
        Value::Entity(Entity::Table(table)) => {
            held.insert(Rc::as_ptr(table));
        }
        other if depth < MAX_NESTING => hold(other, held, depth + 1, budget),
        _ => {}
    };
    match value {
        // What `defineRelations` gives names tables, but declares none.
        Value::Object(object) if is_v2(object) => {}
        Value::Object(object) => object.members.borrow().values().for_each(|member| look(&member.value)),
        Value::Array(items) => items.borrow().iter().for_each(look),
        _ => {}
    }
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
