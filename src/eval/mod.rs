//! A small lazy interpreter over [`Module`]s, with Drizzle as its built-in library.
//!
//! Helpers, spreads, factories, table creators, namespaces, barrels and renamed imports are just
//! programs; interpreting them needs no special case for any. A top-level name is evaluated when it is
//! first asked for, and a file is loaded when one of its names is. Evaluation never fails and never
//! guesses: what cannot be known is [`Value::Unknown`] with a reason and a place. Nothing here reads
//! a file; [`World`] gives modules.

mod as_written;
mod budget;
mod call;
mod dependencies;
pub mod drizzle;
mod exports;
mod expression;
mod javascript;
mod library;
mod links;
mod object;
mod packages;
mod reads;
mod release;
mod statement;
mod taint;
mod value;

pub use dependencies::Dependencies;
pub use library::Library;
pub use links::{Link, LinkFunction, LinkSide, Linkable};
pub use packages::VALIDATION;
pub use reads::Origin;
pub use value::*;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::graph::{DrizzleLine, Unknown};
use crate::source::{FileId, Range, Span};
use crate::syntax::{Binding, BindingKind, Effect, Expr, ExprKind, ImportName, Module, Pattern};
use budget::Fuel;
use drizzle::{EnumType, Namespace, RelationsCall, Sequence, Table};
use statement::Flow;

/// Where the interpreter gets modules from.
pub trait World {
    /// What a file says; an empty module when it could not be read.
    fn module(&self, file: FileId) -> Arc<Module>;
    /// What a specifier leads to, seen from a file.
    fn resolve(&self, from: FileId, specifier: &str) -> Target;
    /// Whether a file may declare tables itself.
    fn declares_schema(&self, file: FileId) -> bool;
    /// Which line of Drizzle a file uses.
    fn line(&self, file: FileId) -> DrizzleLine;
    /// The absolute path of a file, for `__dirname`.
    fn absolute_path(&self, file: FileId) -> String;
    /// The folder of the package.json that governs a file, for `process.cwd()`.
    fn package_folder(&self, file: FileId) -> String;
    /// The functions that declare links, as they are imported.
    fn link_functions(&self) -> &[LinkFunction] {
        &[]
    }
    /// Whether an export of a file is one of them.
    fn is_link_function(&self, _file: FileId, _name: &str) -> bool {
        false
    }
}

/// What a module specifier leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file of the repository.
    File(FileId),
    /// A package from outside: opaque.
    External,
    /// A file that should be in the repository and is not there.
    Missing,
    /// A file that is no code: JSON, an image.
    Asset,
}

/// Files that pass a name on to each other.
const MAX_PASSED_ON: usize = 256;

/// The interpreter, and what it has evaluated so far.
pub struct Evaluator<'w> {
    world: &'w dyn World,
    modules: FxHashMap<FileId, Rc<Loaded>>,
    /// What each file exports, by name; see [`exports`].
    exports: FxHashMap<FileId, Rc<exports::Exports>>,
    /// The top-level names under evaluation, innermost last.
    bindings: Vec<(FileId, SmolStr)>,
    fuel: Fuel,
    /// How many evaluations have used up their fuel.
    /// How many `try` blocks are around.
    tries: u32,
    /// What top levels read of other files while they run.
    reads: reads::Reads,
    /// Which files need which.
    pub dependencies: Dependencies,
    /// Every table that was made, in order.
    pub tables: Vec<Rc<Table>>,
    /// Every enum that was made, in order.
    pub enums: Vec<Rc<EnumType>>,
    /// Every sequence that was made, in order.
    pub sequences: Vec<Rc<Sequence>>,
    /// Every call of `defineRelations` with a function, in order.
    pub relation_calls: Vec<Rc<RelationsCall>>,
    /// Every pgSchema that was made, in order.
    pub namespaces: Vec<Rc<Namespace>>,
    /// Every link that was declared, in order.
    pub links: Vec<Rc<Link>>,
    /// What those calls gave.
    link_values: FxHashSet<*const Object>,
    /// Imports that led nowhere when a value was asked of them.
    pub missing_imports: Vec<(Span, SmolStr)>,
    /// Exports that lead to the one that is asked for.
    passed_on: Vec<(FileId, SmolStr)>,
}

/// A module and the values of its top-level names.
struct Loaded {
    module: Arc<Module>,
    values: RefCell<FxHashMap<SmolStr, Slot>>,
    /// [`Evaluator::enter`] has been called.
    entered: Cell<bool>,
}

enum Slot {
    Evaluating,
    Done(Value),
}

impl<'w> Evaluator<'w> {
    /// An interpreter over a world.
    pub fn new(world: &'w dyn World) -> Self {
        Self {
            world,
            modules: FxHashMap::default(),
            exports: FxHashMap::default(),
            bindings: Vec::new(),
            fuel: Fuel::default(),
            tries: 0,
            reads: reads::Reads::default(),
            dependencies: Dependencies::default(),
            tables: Vec::new(),
            enums: Vec::new(),
            sequences: Vec::new(),
            relation_calls: Vec::new(),
            namespaces: Vec::new(),
            links: Vec::new(),
            link_values: FxHashSet::default(),
            missing_imports: Vec::new(),
            passed_on: Vec::new(),
        }
    }

    /// The value of a top-level name of a file, with fresh fuel.
    pub fn top_level(&mut self, file: FileId, name: &str) -> Value {
        self.begin();
        self.binding(file, name)
    }

    /// The value of an export of a file, with fresh fuel.
    pub fn export_value(&mut self, file: FileId, name: &str) -> Value {
        self.begin();
        self.export(file, name)
    }

    /// Calls a function from outside any evaluation, with fresh fuel.
    pub fn call_fresh(&mut self, callee: &Value, arguments: Vec<Value>, at: Span) -> Value {
        self.begin();
        self.call_value(callee, arguments, at)
    }

    /// An evaluation from outside begins.
    fn begin(&mut self) {
        self.fuel.restart();
        self.dependencies.asker = None;
    }

    /// What a file says.
    pub fn module(&mut self, file: FileId) -> Arc<Module> {
        self.loaded(file).module.clone()
    }

    fn loaded(&mut self, file: FileId) -> Rc<Loaded> {
        let world = self.world;
        let load = || {
            let module = world.module(file);
            Rc::new(Loaded { module, values: RefCell::default(), entered: Cell::default() })
        };
        self.modules.entry(file).or_insert_with(load).clone()
    }

    /// The value of a top-level name. Undefined names are globals, or unknown.
    fn binding(&mut self, file: FileId, name: &str) -> Value {
        self.note_demand(file, name);
        let loaded = self.loaded(file);
        // As at run time, the statements of a file happen in their order before anybody sees its names.
        let ordered = !loaded.module.effects.is_empty() || self.world.declares_schema(file);
        if ordered {
            self.enter(file);
        }
        match loaded.values.borrow().get(name) {
            Some(Slot::Done(value)) => return value.clone(),
            Some(Slot::Evaluating) => {
                let range = loaded.module.bindings.get(name).map_or(Range::default(), |b| b.range);
                let reason = format!("`{name}` is used while it is still being evaluated");
                return unknown(reason, range.in_file(file));
            }
            None => {}
        }
        let module = loaded.module.clone();
        let Some(binding) = module.bindings.get(name) else {
            return Value::Undefined;
        };
        let key = SmolStr::new(name);
        if let BindingKind::Import { specifier, name: imported } = &binding.kind {
            let asker = self.dependencies.asker.replace(file);
            let value = self.imported(file, &module, *specifier, imported, binding.range);
            self.dependencies.asker = asker;
            // What was still under evaluation may be known the next time.
            if !matches!(value, Value::Unknown(_)) {
                loaded.values.borrow_mut().insert(key, Slot::Done(value.clone()));
            }
            return value;
        }
        loaded.values.borrow_mut().insert(key.clone(), Slot::Evaluating);
        self.bindings.push((file, key.clone()));
        let waiting = self.fuel.begin();
        let asker = self.dependencies.asker.take();
        // What leads here is not asked for again: a name that needs itself is known by its slot.
        let passed_on = std::mem::take(&mut self.passed_on);
        let scope = Scope::top(file);
        let value = match &binding.kind {
            BindingKind::Function(function) => self.closure(function, &scope),
            BindingKind::Value(Expr { kind: ExprKind::Class(class), .. }) => {
                let class = self.class(class, Some(key.clone()), &scope);
                // The statics of a class may speak of the class.
                let value = Value::Class(class.clone());
                loaded.values.borrow_mut().insert(key.clone(), Slot::Done(value.clone()));
                self.fill_statics(&class);
                value
            }
            BindingKind::Value(value) => self.expr(value, &scope),
            BindingKind::Declared(index) => {
                let declarator = &module.declarators[*index];
                let value = match &declarator.value {
                    Some(value) => self.expr(value, &scope),
                    None => Value::Undefined,
                };
                self.destructured(&declarator.pattern, value, name, &scope, binding.range)
            }
            BindingKind::Import { .. } => Value::Undefined,
        };
        self.fuel.end(waiting);
        self.dependencies.asker = asker;
        self.passed_on = passed_on;
        self.bindings.pop();
        loaded.values.borrow_mut().insert(key, Slot::Done(value.clone()));
        value
    }

    /// Evaluates the top level of a file in its order: modifiers change a shared builder, statements
    /// change objects, and a later line must not be seen by an earlier one. Inside import cycles a name
    /// may be asked for before its turn; it is evaluated then. A second call does nothing.
    fn enter(&mut self, file: FileId) {
        let loaded = self.loaded(file);
        if loaded.entered.replace(true) {
            return;
        }
        let asker = self.dependencies.asker.take();
        let passed_on = std::mem::take(&mut self.passed_on);
        let module = loaded.module.clone();
        for import in &module.bare_imports {
            if let Value::Module(target) = self.module_value(file, &module, *import)
                && !self.module(target).effects.is_empty()
            {
                self.note_dependency(file, target);
                self.enter(target);
            }
        }
        let mut effects = module.effects.iter().peekable();
        for index in 0..=module.declarators.len() {
            while let Some(effect) = effects.next_if(|effect| effect.after <= index) {
                self.run_effect(file, effect);
            }
            let Some(declarator) = module.declarators.get(index) else { continue };
            let mut names = Vec::new();
            declarator.pattern.each_name(&mut |name, _| names.push(name.clone()));
            for name in names {
                let is_this =
                    |binding: &Binding| matches!(binding.kind, BindingKind::Declared(of) if of == index);
                if module.bindings.get(&name).is_some_and(is_this) {
                    self.binding(file, &name);
                }
            }
        }
        self.dependencies.asker = asker;
        self.passed_on = passed_on;
    }

    fn run_effect(&mut self, file: FileId, effect: &Effect) {
        let owner = effect.roots.first().cloned().unwrap_or_default();
        self.bindings.push((file, owner));
        let waiting = self.fuel.begin();
        let scope = Scope::top(file);
        if let Flow::Return(Value::Unknown(why)) = self.statement(&effect.statement, &scope) {
            self.taint_statement(&effect.statement, &scope, &why);
        }
        self.fuel.end(waiting);
        self.bindings.pop();
    }

    /// Takes the part that a declaration's pattern binds to `name`, and remembers its other parts, so
    /// that `const { a, b } = make()` calls `make` once.
    fn destructured(
        &mut self,
        pattern: &Pattern,
        value: Value,
        name: &str,
        scope: &Scope,
        at: Range,
    ) -> Value {
        if matches!(pattern, Pattern::Name(..)) {
            return value;
        }
        let inner = scope.inner();
        self.bind_pattern(pattern, value, &inner, at.in_file(scope.file));
        let Some(locals) = &inner.locals else { return Value::Undefined };
        let loaded = self.loaded(scope.file);
        let mut result = Value::Undefined;
        for (part, value) in locals.names.borrow().iter() {
            if part == name {
                result = value.clone();
            } else {
                let mut values = loaded.values.borrow_mut();
                values.entry(part.clone()).or_insert_with(|| Slot::Done(value.clone()));
            }
        }
        result
    }

    /// Gives a top-level `let` another value.
    fn assign_top_level(&mut self, file: FileId, name: &str, value: Value) {
        self.note_change(file);
        let loaded = self.loaded(file);
        loaded.values.borrow_mut().insert(SmolStr::new(name), Slot::Done(value));
    }

    fn imported(
        &mut self,
        file: FileId,
        module: &Module,
        specifier: usize,
        name: &ImportName,
        at: Range,
    ) -> Value {
        if let ImportName::Named(name) = name
            && let Some(function) = self.link_function(&module.specifier(specifier).text, name)
        {
            return function;
        }
        let target = self.module_value(file, module, specifier);
        match name {
            ImportName::Namespace => {
                if let Value::Module(target) = &target {
                    self.note_demand(*target, "*");
                }
                target
            }
            ImportName::Named(name) => match &target {
                Value::Module(target) => {
                    let asked = (*target, name.clone());
                    if self.passed_on.len() >= MAX_PASSED_ON || self.passed_on.contains(&asked) {
                        let specifier = &module.specifier(specifier).text;
                        return unknown(
                            format!("`{specifier}` passes `{name}` on without end"),
                            at.in_file(file),
                        );
                    }
                    self.passed_on.push(asked);
                    let value = self.export(*target, name);
                    self.passed_on.pop();
                    if let Value::Entity(drizzle::Entity::Builder(builder)) = &value {
                        let made_in = builder.borrow().at.file;
                        self.enter(made_in);
                    }
                    if !matches!(value, Value::Undefined) {
                        return value;
                    }
                    let specifier = &module.specifier(specifier).text;
                    // A binding that is there and undefined is not a missing export.
                    if self.has_export(*target, name) {
                        return value;
                    }
                    unknown(format!("`{specifier}` exports no value `{name}`"), at.in_file(file))
                }
                // `import R from "ramda"` is the same library.
                Value::Library(_) if name == "default" => target,
                Value::Static(..) if name == "default" => target,
                Value::Unknown(_) => target,
                other => self.member(other, name, at.in_file(file)),
            },
        }
    }

    /// What a specifier stands for, as `import * as x` would give it.
    fn module_value(&mut self, file: FileId, module: &Module, specifier: usize) -> Value {
        let specifier = module.specifier(specifier);
        let line = self.world.line(file);
        if let Some(library) = Library::of_specifier(&specifier.text, line) {
            return Value::Library(library);
        }
        if let Some(function) = Library::single_function(&specifier.text) {
            return Value::Static(Library::Functional, SmolStr::new(function));
        }
        let at = specifier.range.in_file(file);
        match self.world.resolve(file, &specifier.text) {
            Target::File(target) => Value::Module(target),
            Target::External => {
                if let Some(library) = self.link_library(&specifier.text) {
                    return library;
                }
                let reason = format!("the package `{}` is not part of the repository", specifier.text);
                Value::Unknown(Arc::new(Unknown { reason: reason.into(), span: at, external: true }))
            }
            Target::Asset => unknown(format!("`{}` is not a script", specifier.text), at),
            Target::Missing => {
                self.missing_imports.push((at, specifier.text.clone()));
                unknown(format!("the import `{}` leads nowhere", specifier.text), at)
            }
        }
    }

    /// The top-level name under evaluation: it owns what is made now.
    fn current_binding(&self, fallback: FileId) -> (FileId, SmolStr) {
        self.bindings.last().cloned().unwrap_or((fallback, SmolStr::default()))
    }
}

/// An unknown value.
pub fn unknown(reason: impl Into<Cow<'static, str>>, span: Span) -> Value {
    Value::Unknown(why(reason, span))
}

/// Why something is unknown.
pub fn why(reason: impl Into<Cow<'static, str>>, span: Span) -> Arc<Unknown> {
    Arc::new(Unknown { reason: reason.into(), span, external: false })
}

/// A value that a member of a library does not have.
fn no_member(library: &str, name: &str, at: Span) -> Value {
    unknown(format_smolstr!("`{name}` of {library} is not known to schemalint").to_string(), at)
}
