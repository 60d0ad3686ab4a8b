//! Files that name no function of Drizzle but call one by way of another file.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::Linker;
use super::kept::Held;
use crate::eval::Value;
use crate::eval::drizzle::Entity;
use crate::source::FileId;
use crate::syntax::{BindingKind, Export, ImportName};

impl Linker<'_> {
    /// Evaluates files that declare tables, or relations, only by a function of another file.
    pub(super) fn evaluate_loose_files(&mut self) {
        let makers: Vec<String> = self.makers.iter().map(ToString::to_string).collect();
        if !makers.is_empty() {
            self.evaluate_files_calling(&makers, true);
        }
        // Relations that are declared elsewhere matter only to those that are known.
        if !self.relations_v1.is_empty() {
            self.evaluate_files_calling(&["relations".to_string()], false);
        }
    }

    /// Evaluates loose files that import one of those functions, or perhaps all of a file that has them.
    fn evaluate_files_calling(&mut self, functions: &[String], namespaces: bool) {
        let wanted: FxHashSet<&str> = functions.iter().map(String::as_str).collect();
        for file in self.world.loose_files_calling(functions) {
            self.decisive.insert(file);
            let module = self.eval.module(file);
            let imported: Vec<SmolStr> = module
                .bindings
                .iter()
                .filter(|(_, binding)| match &binding.kind {
                    BindingKind::Import { name: ImportName::Named(name), .. } => {
                        wanted.contains(name.as_str())
                    }
                    BindingKind::Import { name: ImportName::Namespace, .. } => namespaces,
                    _ => false,
                })
                .map(|(name, _)| name.clone())
                .collect();
            let makes = imported.iter().any(|name| match self.eval.top_level(file, name) {
                Value::Entity(Entity::TableMaker(_) | Entity::Namespace(_)) => true,
                Value::Static(_, name) => name == "relations",
                Value::Function(function) => self.evaluated.contains(&function.scope.file),
                Value::Module(module) => self.evaluated.contains(&module),
                Value::Unknown(why) if name == "relations" => {
                    self.possible_relations.push((file, why));
                    false
                }
                _ => false,
            });
            if makes {
                self.evaluate_file(file);
            }
        }
    }

    /// Notes what a file exports for others to make tables with.
    pub(super) fn note_makers(&mut self, file: FileId) {
        let module = self.eval.module(file);
        for (exported, export) in &module.exports {
            let Export::Local(local) = export else {
                if let Export::From { name: ImportName::Named(name), .. } = export
                    && name.ends_with("Table")
                {
                    self.note_maker(file, exported);
                }
                continue;
            };
            if let Value::Entity(Entity::TableMaker(_) | Entity::Namespace(_)) | Value::Function(_) =
                self.eval.top_level(file, local)
            {
                self.note_maker(file, exported);
            }
        }
    }

    fn note_maker(&mut self, file: FileId, exported: &SmolStr) {
        self.makers.insert(exported.clone());
        self.holdings.entry(file).or_default().push(Held::maker(exported));
    }
}
