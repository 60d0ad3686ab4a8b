//! What a database has besides tables: enums, sequences and pgSchemas.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::Linker;
use super::exported::EntityKey;
use super::projects::Projects;
use crate::graph::{Dialect, EnumType, Schema, Sequence};
use crate::source::Span;

impl Linker<'_> {
    /// Enums, sequences and pgSchemas, by file and place.
    pub(super) fn build_types(&mut self, projects: &mut Projects) {
        let mut known: FxHashSet<EntityKey> = self.table_ids.keys().map(|key| key.cast()).collect();
        known.extend(self.eval.namespaces.iter().map(|made| Rc::as_ptr(made).cast::<()>()));
        let enums = self.eval.enums.clone();
        for made in enums {
            let holders = self.enum_holders.remove(&Rc::as_ptr(&made));
            if let Some(binding) = self.name_of(holders.as_ref(), &made.binding) {
                known.insert(Rc::as_ptr(&made).cast());
                self.graph.enums.push(EnumType {
                    binding,
                    dialect: made.dialect,
                    name: made.name.clone(),
                    namespace: made.namespace.clone(),
                    namespace_at: made.namespace_at,
                    values: made.values.clone(),
                    taken_by: projects.takers(Rc::as_ptr(&made).cast()),
                    span: made.at,
                });
            }
        }
        let sequences = self.eval.sequences.clone();
        for made in sequences {
            let holders = self.sequence_holders.remove(&Rc::as_ptr(&made));
            if let Some(binding) = self.name_of(holders.as_ref(), &made.binding) {
                known.insert(Rc::as_ptr(&made).cast());
                self.graph.sequences.push(Sequence {
                    binding,
                    name: made.name.clone(),
                    namespace: made.namespace.clone(),
                    namespace_at: made.namespace_at,
                    taken_by: projects.takers(Rc::as_ptr(&made).cast()),
                    span: made.at,
                });
            }
        }
        self.build_schemas(projects);
        self.leave_out();
        let world = self.world;
        let place = |span: Span| (world.path(span.file), span.range);
        self.graph.enums.sort_by_cached_key(|made| (place(made.span), made.binding.name.clone()));
        self.graph.sequences.sort_by_cached_key(|made| (place(made.span), made.binding.name.clone()));
        self.graph.schemas.sort_by_cached_key(|made| place(made.span));
        projects.settle(&self.graph, &known);
    }

    /// Marks the tables that drizzle-kit leaves out, whoever exports them: nobody takes those.
    fn leave_out(&mut self) {
        let existing = self.graph.schemas.iter().filter(|made| made.existing);
        let existing: FxHashSet<(Span, SmolStr)> =
            existing.filter_map(|made| Some((made.span, made.name.clone().ok()?))).collect();
        for table in &mut self.graph.tables {
            let table = Arc::make_mut(table);
            let Some(namespace) = &table.namespace else { continue };
            let is_theirs = table
                .namespace_at
                .zip(namespace.as_ref().ok())
                .is_some_and(|(at, name)| existing.contains(&(at, name.clone())));
            table.left_out = is_theirs || matches!(table.dialect, Dialect::MySql | Dialect::SingleStore);
            if table.left_out {
                table.taken_by.clear();
            }
        }
    }

    /// pgSchemas, each declaration once: `.existing()` speaks for the call before it.
    fn build_schemas(&mut self, projects: &Projects) {
        let mut at: FxHashMap<(Span, Option<SmolStr>), usize> = FxHashMap::default();
        for made in self.eval.namespaces.clone() {
            let taken_by = projects.takers(Rc::as_ptr(&made).cast());
            let key = (made.at, made.name.as_ref().ok().cloned());
            if let Some(known) = at.get(&key).and_then(|index| self.graph.schemas.get_mut(*index)) {
                known.existing |= made.existing;
                known.taken_by.extend(taken_by);
                continue;
            }
            at.insert(key, self.graph.schemas.len());
            let holders = self.schema_holders.get(&made.at).cloned();
            let binding = self.name_of(holders.as_ref(), &made.binding);
            self.graph.schemas.push(Schema {
                binding,
                dialect: made.dialect,
                name: made.name.clone(),
                existing: made.existing,
                taken_by,
                span: made.at,
            });
        }
    }
}
