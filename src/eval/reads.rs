//! What the top level of a file reads of other files while it runs: not what its functions will read when they
//! are called.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::value::{Scope, Value};
use super::{Evaluator, Target};
use crate::source::{FileId, Span};
use crate::syntax::{Binding, BindingKind, Element, Export, Expr, ExprKind, ImportName, Module, Property};

/// What was read, in the order of the first reads.
#[derive(Default)]
pub(super) struct Reads {
    found: FxHashMap<(FileId, Name), Span>,
    /// The calls of functions that are under way, innermost last.
    pub(super) calls: Vec<Span>,
    /// While it is not 0, what is evaluated may not run.
    pub(super) pauses: u32,
}

/// A name as it was read.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Name {
    /// A top-level name of a file, an import among them.
    Of(FileId, SmolStr),
    /// An export of a file.
    Exported(FileId, SmolStr),
}

/// A top-level name that has no value before its file has run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The file that declares it.
    pub file: FileId,
    /// Its name there.
    pub name: SmolStr,
}

/// Longer chains of re-exports are none that people write.
const MAX_HOPS: u32 = 64;

impl Evaluator<'_> {
    /// Notes that the code of a file reads a top-level name of it.
    pub(super) fn note_read(&mut self, module: &Module, file: FileId, name: &SmolStr, at: Span) {
        let Some(runner) = self.runner() else { return };
        let is_import =
            matches!(module.bindings.get(name), Some(Binding { kind: BindingKind::Import { .. }, .. }));
        if is_import || runner != file {
            self.note(runner, Name::Of(file, name.clone()), at);
        }
    }

    /// Notes that a member of `import * as x` is read.
    pub(super) fn note_member(&mut self, file: FileId, name: &str, at: Span) {
        if let Some(runner) = self.runner().filter(|runner| *runner != file) {
            self.note(runner, Name::Exported(file, SmolStr::new(name)), at);
        }
    }

    /// Notes what the arguments of a call that is not followed read: they have their values before it, whatever
    /// it does. What stands in a function is read when somebody calls that, if ever.
    pub(super) fn note_call(&mut self, callee: &Expr, arguments: &[Element], scope: &Scope) {
        if self.runner().is_some() && !may_be_skipped(callee) {
            self.note_elements(arguments, scope);
        }
    }

    fn note_elements(&mut self, elements: &[Element], scope: &Scope) {
        for element in elements {
            if let Element::Value(value) | Element::Spread(value) = element {
                self.note_value(value, scope);
            }
        }
    }

    fn note_value(&mut self, value: &Expr, scope: &Scope) {
        self.note_work();
        match &value.kind {
            ExprKind::Name(name) => {
                let module = self.module(scope.file);
                if scope.local(name).is_none() && module.bindings.contains_key(name) {
                    self.note_read(&module, scope.file, name, value.range.in_file(scope.file));
                }
            }
            ExprKind::Member(object, name) => match self.named_file(object, scope) {
                Some(file) => self.note_member(file, name, value.range.in_file(scope.file)),
                None => self.note_value(object, scope),
            },
            ExprKind::Array(elements) => self.note_elements(elements, scope),
            ExprKind::Object(properties) => {
                for property in properties {
                    match property {
                        Property::Value(_, value, _) | Property::Spread(value) => {
                            self.note_value(value, scope)
                        }
                        _ => {}
                    }
                }
            }
            ExprKind::Call(callee, arguments) | ExprKind::New(callee, arguments) => {
                self.note_value(callee, scope);
                self.note_call(callee, arguments, scope);
            }
            _ => {}
        }
    }

    /// The file that `import * as x` names.
    fn named_file(&mut self, object: &Expr, scope: &Scope) -> Option<FileId> {
        let ExprKind::Name(name) = &object.kind else { return None };
        if scope.local(name).is_some() {
            return None;
        }
        let module = self.module(scope.file);
        let BindingKind::Import { name: ImportName::Namespace, .. } = &module.bindings.get(name)?.kind else {
            return None;
        };
        match self.binding(scope.file, name) {
            Value::Module(file) => Some(file),
            _ => None,
        }
    }

    /// The file whose top level is running.
    fn runner(&self) -> Option<FileId> {
        if self.reads.pauses > 0 {
            return None;
        }
        self.bindings.last().map(|(file, _)| *file)
    }

    /// Keeps the first place. Of what a helper reads, that is where the running file called it.
    fn note(&mut self, runner: FileId, name: Name, at: Span) {
        let calls = &self.reads.calls;
        let place = || {
            let called = || calls.iter().rev().find(|call| call.file == runner).copied();
            if at.file == runner { at } else { called().unwrap_or(at) }
        };
        self.reads.found.entry((runner, name)).or_insert_with(place);
    }

    /// What each running file needed of others: the file, what it read, where. What has its value before its
    /// file runs, as functions have, is left out.
    pub fn eager_reads(&mut self) -> Vec<(FileId, Origin, Span)> {
        let found = std::mem::take(&mut self.reads.found);
        let mut reads = Vec::new();
        let mut known: FxHashMap<Name, Option<Origin>> = FxHashMap::default();
        for ((runner, name), span) in found {
            let origin = match known.get(&name) {
                Some(origin) => origin.clone(),
                None => {
                    let origin = self.origin(&name);
                    known.insert(name, origin.clone());
                    origin
                }
            };
            if let Some(origin) = origin
                && origin.file != runner
                && span.file == runner
            {
                reads.push((runner, origin, span));
            }
        }
        reads
    }

    /// The file of the declaration that an export leads to.
    pub(crate) fn declaring_file(&mut self, file: FileId, exported: &SmolStr) -> Option<FileId> {
        self.origin(&Name::Exported(file, exported.clone())).map(|origin| origin.file)
    }

    /// The declaration that a name leads to.
    fn origin(&mut self, name: &Name) -> Option<Origin> {
        let mut name = name.clone();
        for _ in 0..MAX_HOPS {
            name = match name {
                Name::Of(file, local) => {
                    let module = self.module(file);
                    match &module.bindings.get(&local)?.kind {
                        BindingKind::Import { specifier, name } => {
                            self.next(file, &module, *specifier, name)?
                        }
                        BindingKind::Function(_) => return None,
                        BindingKind::Declared(_) | BindingKind::Value(_) => {
                            return Some(Origin { file, name: local });
                        }
                    }
                }
                Name::Exported(file, exported) => {
                    let module = self.module(file);
                    match module.exports.get(&exported) {
                        Some(Export::Local(local)) => Name::Of(file, local.clone()),
                        Some(Export::From { specifier, name }) => {
                            self.next(file, &module, *specifier, name)?
                        }
                        None => {
                            let declared =
                                self.exporter(file, &exported).filter(|declared| *declared != file)?;
                            Name::Exported(declared, exported)
                        }
                    }
                }
            };
        }
        None
    }

    fn next(&self, file: FileId, module: &Module, specifier: usize, name: &ImportName) -> Option<Name> {
        // `import * as x` is an object from the beginning.
        let ImportName::Named(name) = name else { return None };
        match self.world.resolve(file, &module.specifier(specifier).text) {
            Target::File(target) => Some(Name::Exported(target, name.clone())),
            _ => None,
        }
    }
}

/// `a?.b(…)`: where nothing is called, no argument is read.
fn may_be_skipped(callee: &Expr) -> bool {
    match &callee.kind {
        ExprKind::Optional(_) => true,
        ExprKind::Member(inner, _) | ExprKind::Index(inner, _) | ExprKind::Call(inner, _) => {
            may_be_skipped(inner)
        }
        _ => false,
    }
}
