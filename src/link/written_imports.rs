//! What files import, for those who add to it.

use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::{Linker, Loaded};
use crate::eval::Value;
use crate::eval::drizzle::Entity;
use crate::graph::{Imported, Imports, Lead};
use crate::source::FileId;
use crate::syntax::{BindingKind, ImportName};

impl Linker<'_> {
    /// The imports of the files that declare tables or relations.
    pub(super) fn written_imports(&mut self) -> FxHashMap<FileId, Arc<Imports>> {
        let tables = self.graph.tables.iter().map(|table| table.binding.file);
        let relations = self.graph.relation_sets.iter().map(|set| set.span.file);
        let mut files: Vec<FileId> = tables.chain(relations).collect();
        files.sort_unstable();
        files.dedup();
        let missing = self.eval.missing_imports.len();
        let imports = files.into_iter().map(|file| (file, Arc::new(self.written_imports_of(file)))).collect();
        // No table needs what is only looked at here.
        self.eval.missing_imports.truncate(missing);
        self.eval.dependencies.unit = None;
        imports
    }

    pub(super) fn written_imports_of(&mut self, file: FileId) -> Imports {
        self.eval.dependencies.unit = Some(file);
        let module = self.eval.module(file);
        let names = module.bindings.keys().chain(&module.types).cloned().collect();
        let package = self.package_index(file);
        let mut imports = Imports { names, package, ..Imports::default() };
        let mut last = None;
        for (name, binding) in &module.bindings {
            if matches!(binding.kind, BindingKind::Declared(_) | BindingKind::Import { .. })
                && let Value::Entity(Entity::Table(table)) = self.eval.top_level(file, name)
                && let Some(table) = self.known_id(&table)
            {
                imports.tables.push((name.clone(), table));
            }
        }
        for (local, binding) in &module.bindings {
            let BindingKind::Import { specifier, name } = &binding.kind else { continue };
            let from = module.specifier(*specifier);
            last = last.max(Some((from.range.start, from.range)));
            match name {
                ImportName::Namespace => imports.namespaces.push((from.text.clone(), local.clone())),
                ImportName::Named(name) if name == "default" => {}
                ImportName::Named(name) => imports.named.push(Imported {
                    from: from.text.clone(),
                    name: name.clone(),
                    local: local.clone(),
                    span: binding.range.in_file(file),
                }),
            }
        }
        let folder = self.world.package(file);
        for specifier in &module.specifiers {
            if let Loaded::Read(target) = self.world.file_read(file, &specifier.text) {
                let is_near = self.world.package(target) == folder;
                imports.leads.push(Lead { specifier: specifier.text.clone(), file: target, is_near });
            }
        }
        imports.last = last.map(|(_, range)| range.in_file(file));
        imports
    }
}
