//! Which names a statement speaks of.

use smol_str::SmolStr;

use super::module::*;

/// Calls `found` with every name in the statement, those in functions too.
pub(super) fn names_in(statement: &Statement, found: &mut impl FnMut(&SmolStr)) {
    match statement {
        Statement::Declare(declarators) => {
            declarators.iter().filter_map(|one| one.value.as_ref()).for_each(|value| names(value, found));
        }
        Statement::Function(function) => names_in_function(function, found),
        Statement::Expr(value) | Statement::Return(Some(value)) | Statement::Throw(value) => {
            names(value, found)
        }
        Statement::If(test, then, otherwise) => {
            names(test, found);
            names_in(then, found);
            otherwise.iter().for_each(|otherwise| names_in(otherwise, found));
        }
        Statement::ForOf(_, value, body) | Statement::ForIn(_, value, body) => {
            names(value, found);
            names_in(body, found);
        }
        Statement::For(init, test, update, body) => {
            init.iter().for_each(|init| names_in(init, found));
            test.iter().chain(update).for_each(|part| names(part, found));
            names_in(body, found);
        }
        Statement::DoWhile(body, test) => {
            names_in(body, found);
            names(test, found);
        }
        Statement::Block(statements) => statements.iter().for_each(|inner| names_in(inner, found)),
        Statement::Try(block, handler) => {
            block.iter().chain(handler).for_each(|inner| names_in(inner, found));
        }
        Statement::Switch(value, cases) => {
            names(value, found);
            for (test, statements) in cases {
                test.iter().for_each(|test| names(test, found));
                statements.iter().for_each(|inner| names_in(inner, found));
            }
        }
        Statement::Return(None) | Statement::Break | Statement::Continue | Statement::Opaque(..) => {}
    }
}

fn names_in_function(function: &Function, found: &mut impl FnMut(&SmolStr)) {
    match &function.body {
        Body::Value(value) => names(value, found),
        Body::Block(statements) => statements.iter().for_each(|inner| names_in(inner, found)),
    }
}

fn names_in_elements(elements: &[Element], found: &mut impl FnMut(&SmolStr)) {
    for element in elements {
        if let Element::Value(value) | Element::Spread(value) = element {
            names(value, found);
        }
    }
}

fn names(expr: &Expr, found: &mut impl FnMut(&SmolStr)) {
    match &expr.kind {
        ExprKind::Name(name) => found(name),
        ExprKind::Template { tag, values, .. } => {
            tag.iter().for_each(|tag| names(tag, found));
            values.iter().for_each(|value| names(value, found));
        }
        ExprKind::Array(elements) => names_in_elements(elements, found),
        ExprKind::Object(properties) => {
            for property in properties {
                match property {
                    Property::Value(_, value, _) | Property::Spread(value) => names(value, found),
                    Property::Getter(_, function, _) => names_in_function(function, found),
                }
            }
        }
        ExprKind::Member(object, _) => names(object, found),
        ExprKind::Index(object, index) | ExprKind::Binary(_, object, index) => {
            names(object, found);
            names(index, found);
        }
        ExprKind::Call(callee, arguments) | ExprKind::New(callee, arguments) => {
            names(callee, found);
            names_in_elements(arguments, found);
        }
        ExprKind::Function(function) => names_in_function(function, found),
        ExprKind::Conditional(test, then, otherwise) => {
            [test, then, otherwise].iter().for_each(|part| names(part, found));
        }
        ExprKind::Unary(_, value) | ExprKind::Await(value) | ExprKind::Optional(value) => names(value, found),
        ExprKind::Assign(_, target, value) => {
            if let Pattern::Target(target) = &**target {
                names(target, found);
            }
            target.each_name(&mut |name, _| found(name));
            names(value, found);
        }
        ExprKind::Sequence(parts) => parts.iter().for_each(|part| names(part, found)),
        ExprKind::Class(_)
        | ExprKind::String(_)
        | ExprKind::Number(_)
        | ExprKind::BigInt(_)
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Require(_)
        | ExprKind::Texts(_)
        | ExprKind::PlainPattern(..)
        | ExprKind::Opaque(_) => {}
    }
}
