//! Calls of which the form of their arguments says more than the values.

use super::drizzle::{Entity, enum_values};
use super::value::{Scope, Value};
use super::{Evaluator, why};
use crate::source::Span;
use crate::syntax::{Element, Expr, ExprKind, Texts};

impl Evaluator<'_> {
    /// `column.$type<"post" | "user">()`: what the column may hold, in code.
    pub(super) fn note_type(&mut self, object: &Value, arguments: &[Element], scope: &Scope, at: Span) {
        let (
            [Element::Value(Expr { range, kind: ExprKind::Texts(texts) })],
            Value::Entity(Entity::Builder(builder)),
        ) = (arguments, object)
        else {
            return;
        };
        let typed = match texts {
            Texts::Listed(texts) => Ok(texts.clone()),
            Texts::Of(name) => {
                let value = self.expr(&Expr { range: *range, kind: ExprKind::Name(name.clone()) }, scope);
                enum_values(&value)
            }
            Texts::Unread => Err(why("the type is not read", range.in_file(at.file))),
        };
        builder.borrow_mut().typed = Some(typed);
    }

    /// `text.replace(/plain/g, "other")`.
    pub(super) fn plain_replacement(
        &mut self,
        object: &Value,
        name: &str,
        arguments: &[Element],
        values: &[Value],
        at: Span,
    ) -> Option<Value> {
        let (
            [Element::Value(Expr { kind: ExprKind::PlainPattern(old, everywhere), .. }), _],
            [_, Value::String(new)],
        ) = (arguments, values)
        else {
            return None;
        };
        let method = match (name, everywhere) {
            ("replace", false) => "replace",
            ("replace" | "replaceAll", true) => "replaceAll",
            _ => return None,
        };
        // `$1` means something in what stands in its place.
        if !matches!(object, Value::String(_)) || new.contains('$') {
            return None;
        }
        Some(self.call_method(
            object,
            method,
            vec![Value::String(old.clone()), Value::String(new.clone())],
            at,
        ))
    }
}
