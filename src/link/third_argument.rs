//! How the third argument of a table is written, for those who show or write one.

use rustc_hash::FxHashMap;

use super::Linker;
use super::bracketed::bracketed;
use crate::eval::Value;
use crate::graph::{Form, ThirdArgument};
use crate::source::{FileId, Span};
use crate::syntax::{ExprKind, Module, Pattern};

/// The third argument of a table in a file.
pub(super) fn third_argument(file: FileId, value: &Value, module: &Module) -> ThirdArgument {
    let mut entries = None;
    let form = match value {
        Value::Undefined | Value::Null => Form::Missing,
        Value::Function(closure) => {
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
        _ => Form::Other,
    };
    let knows = |name: &str| module.bindings.contains_key(name);
    ThirdArgument {
        form,
        entries,
        is_own: false,
        knows_index: knows("index"),
        knows_foreign_key: knows("foreignKey"),
    }
}

impl Linker<'_> {
    /// Marks the tables whose call makes no other: that of a factory makes as many as it is called for.
    pub(super) fn mark_own_calls(&mut self) {
        let mut made: FxHashMap<Span, u32> = FxHashMap::default();
        for table in &self.graph.tables {
            *made.entry(table.span).or_default() += 1;
        }
        for table in &mut self.graph.tables {
            let is_here = table.span.file == table.binding.file;
            table.third_argument.is_own = is_here && made.get(&table.span) == Some(&1);
        }
    }
}
