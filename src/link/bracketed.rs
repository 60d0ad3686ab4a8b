//! Lists and objects as they are written.

use crate::graph::Bracketed;
use crate::source::FileId;
use crate::syntax::{Element, Expr, ExprKind, Property};

/// A list or an object of a file; `None` for any other expression.
pub(super) fn bracketed(file: FileId, value: &Expr) -> Option<Bracketed> {
    let last = match &value.kind {
        ExprKind::Array(elements) => elements.last().map(|element| match element {
            Element::Value(value) => Some(value.range),
            // The range is that of what is spread, behind its dots, which is all that matters at the end.
            Element::Spread(value) => Some(value.range),
            Element::Hole => None,
        }),
        ExprKind::Object(properties) => properties.last().map(|property| match property {
            Property::Value(_, _, range) | Property::Getter(_, _, range) => Some(*range),
            Property::Spread(value) => Some(value.range),
        }),
        _ => return None,
    };
    // A hole at the end is no place to write behind.
    let last = match last {
        Some(None) => return None,
        Some(Some(range)) => Some(range.in_file(file)),
        None => None,
    };
    Some(Bracketed { span: value.range.in_file(file), last })
}
