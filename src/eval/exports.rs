//! What a file exports, its `export *` included: looked up once per file, not once per name.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::value::Value;
use super::{Evaluator, Library};
use crate::graph::Unknown;
use crate::source::FileId;
use crate::syntax::{Export, OrderedMap};

/// What a file exports.
#[derive(Default)]
pub(super) struct Exports {
    /// Every name, with the file that says what it is: its own first, then those of each `export *`.
    names: OrderedMap<SmolStr, FileId>,
    /// Built-in packages of which everything is passed on.
    libraries: Vec<Library>,
    /// Why there may be more names.
    open: Option<Arc<Unknown>>,
}

impl Evaluator<'_> {
    /// The value that a file exports under a name; undefined when it exports no such name.
    pub fn export(&mut self, file: FileId, name: &str) -> Value {
        self.note_read_of(file);
        self.note_demand(file, name);
        if let Some(function) = self.link_function_of(file, name) {
            return function;
        }
        let module = self.module(file);
        if module.star_exports.is_empty() || module.exports.contains_key(name) {
            return self.own_export(file, name);
        }
        let exports = self.exports_of(file);
        if let Some(declared) = exports.names.get(name) {
            self.note_read_of(*declared);
            return self.own_export(*declared, name);
        }
        if name != "default" {
            let at = module.specifier(module.star_exports[0]).range.in_file(file);
            for library in &exports.libraries {
                let value = self.library_member(*library, name, at);
                if !matches!(value, Value::Undefined | Value::Unknown(_)) {
                    return value;
                }
            }
        }
        exports.open.clone().map_or(Value::Undefined, Value::Unknown)
    }

    /// The names that a file exports, and why there may be more.
    pub fn export_names(&mut self, file: FileId) -> (Vec<SmolStr>, Option<Arc<Unknown>>) {
        let exports = self.exports_of(file);
        (exports.names.keys().cloned().collect(), exports.open.clone())
    }

    /// The file that says what a name is that another file exports.
    pub(super) fn exporter(&mut self, file: FileId, name: &str) -> Option<FileId> {
        self.exports_of(file).names.get(name).copied()
    }

    /// Whether a file exports a value under that name.
    pub fn has_export(&mut self, file: FileId, name: &str) -> bool {
        self.exports_of(file).names.contains_key(name)
    }

    /// What the file itself says of a name that it exports.
    fn own_export(&mut self, file: FileId, name: &str) -> Value {
        if let Some(function) = self.link_function_of(file, name) {
            return function;
        }
        let module = self.module(file);
        match module.exports.get(name) {
            Some(Export::Local(local)) => self.binding(file, local),
            Some(Export::From { specifier, name: imported }) => {
                let at = module.specifier(*specifier).range;
                self.imported(file, &module, *specifier, imported, at)
            }
            None => Value::Undefined,
        }
    }

    fn exports_of(&mut self, file: FileId) -> Rc<Exports> {
        if let Some(known) = self.exports.get(&file) {
            return known.clone();
        }
        let mut exports = Exports::default();
        self.collect_exports(file, &mut exports, &mut FxHashSet::default());
        let exports = Rc::new(exports);
        self.exports.insert(file, exports.clone());
        exports
    }

    fn collect_exports(&mut self, first: FileId, exports: &mut Exports, seen: &mut FxHashSet<FileId>) {
        // Files still to be looked at, the next one last.
        let mut open = vec![first];
        while let Some(file) = open.pop() {
            if !seen.insert(file) {
                continue;
            }
            let module = self.module(file);
            for name in module.exports.keys() {
                // `export *` passes on everything but the default.
                if file == first || name != "default" {
                    exports.names.entry(name.clone()).or_insert(file);
                }
            }
            for star in module.star_exports.iter().rev() {
                match self.module_value(file, &module, *star) {
                    Value::Module(target) => open.push(target),
                    Value::Library(library) => {
                        if let Library::Links(_) = library
                            && let Value::Unknown(why) =
                                self.library_member(library, "*", module.specifier(*star).range.in_file(file))
                        {
                            exports.open.get_or_insert(why);
                        }
                        exports.libraries.push(library);
                    }
                    Value::Unknown(why) => {
                        exports.open.get_or_insert(why);
                    }
                    _ => {}
                }
            }
        }
    }
}
