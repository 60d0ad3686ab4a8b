//! How the third argument of a table is written, for those who show or write one.

use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::Linker;
use super::bracketed::bracketed;
use crate::eval::Value;
use crate::eval::drizzle;
use crate::graph::{Form, ThirdArgument};
use crate::source::{Range, Span};
use crate::syntax::{Binding, BindingKind, Element, Expr, ExprKind, ImportName, Module, Pattern, Property};

/// The third argument of a table, of the module that its call stands in.
pub(super) fn third_argument(table: &drizzle::Table, module: &Module, takes_list: bool) -> ThirdArgument {
    let file = table.at.file;
    let mut entries = None;
    let form = match &table.extra {
        None => Form::Missing,
        Some(Value::Function(closure)) => {
            let parameter = match closure.function.params.first() {
                Some(Pattern::Name(name, _)) => Some(name.clone()),
                None | Some(_) => None,
            };
            let result = closure.function.result();
            entries = result.and_then(|value| bracketed(file, value));
            match (parameter, result.map(|value| &value.kind)) {
                (Some(parameter), Some(ExprKind::Array(_))) => Form::List(parameter),
                (Some(parameter), Some(ExprKind::Object(_))) => Form::Object(parameter),
                _ => Form::Other,
            }
        }
        // `undefined` is written too: nothing can be added behind it.
        Some(_) => Form::Other,
    };
    let (declared_in, name) = &table.binding;
    let is_own = *declared_in == file && is_written_for(module, name, table.at.range);
    let knows = |name: &str| module.bindings.contains_key(name);
    let of_drizzle = |binding: &Binding| match &binding.kind {
        BindingKind::Import { specifier, name: ImportName::Namespace } => {
            &*module.specifier(*specifier).text == table.dialect.module()
        }
        _ => false,
    };
    // Imports stand first, and a file may have thousands of tables.
    let is_import = |binding: &Binding| matches!(binding.kind, BindingKind::Import { .. });
    let mut imports = module.bindings.iter().take_while(|(_, binding)| is_import(binding));
    let namespace = imports.find(|(_, binding)| of_drizzle(binding));
    ThirdArgument {
        namespace: namespace.map(|(name, _)| name.clone()),
        form,
        entries,
        is_own,
        takes_list,
        knows_index: knows("index"),
        knows_foreign_key: knows("foreignKey"),
    }
}

/// Whether a call stands in the value of a top-level name, outside of functions: what is written there is written for
/// that name. A function may be called for others one day.
fn is_written_for(module: &Module, name: &str, call: Range) -> bool {
    let Some(binding) = module.bindings.get(name) else { return false };
    match &binding.kind {
        BindingKind::Declared(index) => {
            module.declarators[*index].value.as_ref().is_some_and(|value| stands_in(value, call))
        }
        BindingKind::Value(value) => stands_in(value, call),
        BindingKind::Function(_) | BindingKind::Import { .. } => false,
    }
}

/// Follows only what is around the place.
fn stands_in(value: &Expr, call: Range) -> bool {
    if call.start < value.range.start || value.range.end < call.end {
        return false;
    }
    if value.range == call {
        return true;
    }
    match &value.kind {
        ExprKind::Call(callee, arguments) => stands_in(callee, call) || stands_in_one(arguments, call),
        ExprKind::Array(elements) => stands_in_one(elements, call),
        ExprKind::Object(properties) => properties.iter().any(|property| match property {
            Property::Value(_, value, _) | Property::Spread(value) => stands_in(value, call),
            Property::Getter(..) => false,
        }),
        ExprKind::Member(object, _) => stands_in(object, call),
        _ => false,
    }
}

fn stands_in_one(elements: &[Element], call: Range) -> bool {
    elements.iter().any(|element| match element {
        Element::Value(value) | Element::Spread(value) => stands_in(value, call),
        Element::Hole => false,
    })
}

impl Linker<'_> {
    /// Leaves the mark to the tables whose call makes no other: that of a factory makes as many as it is called for.
    pub(super) fn mark_own_calls(&mut self) {
        let mut made: FxHashMap<Span, u32> = FxHashMap::default();
        for table in &self.graph.tables {
            *made.entry(table.span).or_default() += 1;
        }
        for table in &mut self.graph.tables {
            let table = Arc::make_mut(table);
            let is_here = table.span.file == table.binding.file;
            table.third_argument.is_own &= is_here && made.get(&table.span) == Some(&1);
        }
    }
}
