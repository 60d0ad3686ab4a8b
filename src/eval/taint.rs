//! What a part of the program that was not followed may have changed.
//!
//! Where a condition is not known, or a call leads nowhere, everything that the skipped code could
//! change is not known any more: lists and objects may have more members, columns other modifiers.

use smol_str::SmolStr;
use std::sync::Arc;

use super::drizzle::Entity;
use super::value::*;
use super::{Evaluator, Slot};
use crate::graph::Unknown;
use crate::syntax::*;

impl Evaluator<'_> {
    /// Everything that the statement could change is not known any more.
    pub(super) fn taint_statement(&mut self, statement: &Statement, scope: &Scope, why: &Arc<Unknown>) {
        self.note_work();
        let many = |this: &mut Self, statements: &[Statement]| {
            statements.iter().for_each(|inner| this.taint_statement(inner, scope, why));
        };
        match statement {
            Statement::Declare(declarators) => {
                for value in declarators.iter().filter_map(|declarator| declarator.value.as_ref()) {
                    self.taint(value, scope, why);
                }
            }
            Statement::Expr(value) | Statement::Return(Some(value)) | Statement::Throw(value) => {
                self.taint(value, scope, why);
            }
            Statement::If(test, then, otherwise) => {
                self.taint(test, scope, why);
                self.taint_statement(then, scope, why);
                if let Some(otherwise) = otherwise {
                    self.taint_statement(otherwise, scope, why);
                }
            }
            Statement::ForOf(_, value, body) | Statement::ForIn(_, value, body) => {
                self.taint(value, scope, why);
                self.taint_statement(body, scope, why);
            }
            Statement::For(_, _, _, body) => self.taint_statement(body, scope, why),
            Statement::DoWhile(body, _) => self.taint_statement(body, scope, why),
            Statement::Block(statements) => many(self, statements),
            Statement::Try(block, handler) => {
                many(self, block);
                many(self, handler);
            }
            Statement::Switch(_, cases) => cases.iter().for_each(|(_, statements)| many(self, statements)),
            Statement::Function(_)
            | Statement::Return(None)
            | Statement::Break
            | Statement::Continue
            | Statement::Opaque(..) => {}
        }
    }

    /// Everything that the expression could change is not known any more: what it assigns to, what it
    /// calls methods of, and what it hands on.
    pub(super) fn taint(&mut self, expr: &Expr, scope: &Scope, why: &Arc<Unknown>) {
        self.note_work();
        match &expr.kind {
            ExprKind::Call(callee, arguments) | ExprKind::New(callee, arguments) => {
                if let ExprKind::Member(object, _) | ExprKind::Index(object, _) = &callee.kind {
                    self.taint_target(object, scope, why);
                    self.taint(object, scope, why);
                }
                for argument in arguments {
                    if let Element::Value(value) | Element::Spread(value) = argument {
                        self.taint_target(value, scope, why);
                        self.taint(value, scope, why);
                    }
                }
            }
            ExprKind::Assign(_, target, value) => {
                self.taint_pattern(target, scope, why);
                self.taint(value, scope, why);
            }
            ExprKind::Unary(UnaryOp::Delete, target) => {
                if let ExprKind::Member(object, _) | ExprKind::Index(object, _) = &target.kind {
                    self.taint_target(object, scope, why);
                }
            }
            ExprKind::Conditional(test, then, otherwise) => {
                [test, then, otherwise].iter().for_each(|part| self.taint(part, scope, why));
            }
            ExprKind::Binary(_, left, right) => {
                self.taint(left, scope, why);
                self.taint(right, scope, why);
            }
            ExprKind::Sequence(parts) => parts.iter().for_each(|part| self.taint(part, scope, why)),
            ExprKind::Await(inner) | ExprKind::Optional(inner) | ExprKind::Unary(_, inner) => {
                self.taint(inner, scope, why);
            }
            ExprKind::Function(function) => match &function.body {
                Body::Value(value) => self.taint(value, scope, why),
                Body::Block(statements) => {
                    statements.iter().for_each(|inner| self.taint_statement(inner, scope, why));
                }
            },
            _ => {}
        }
    }

    pub(super) fn taint_pattern(&mut self, pattern: &Pattern, scope: &Scope, why: &Arc<Unknown>) {
        match pattern {
            Pattern::Target(target) => match &target.kind {
                ExprKind::Name(name) => self.spoil(name, scope, why),
                ExprKind::Member(object, _) | ExprKind::Index(object, _) => {
                    self.taint_target(object, scope, why);
                }
                _ => {}
            },
            Pattern::Default(inner, _) | Pattern::Rest(inner) => self.taint_pattern(inner, scope, why),
            Pattern::Object(properties, _) => {
                properties.iter().for_each(|(_, inner)| self.taint_pattern(inner, scope, why));
            }
            Pattern::Array(elements, _) => {
                elements.iter().flatten().for_each(|inner| self.taint_pattern(inner, scope, why));
            }
            Pattern::Name(name, _) => self.spoil(name, scope, why),
        }
    }

    /// The object, list or column that a name or a path stands for may have been changed.
    fn taint_target(&mut self, target: &Expr, scope: &Scope, why: &Arc<Unknown>) {
        if let Some(value) = self.known(target, scope) {
            if matches!(value, Value::Object(_) | Value::Array(_) | Value::Entity(Entity::Builder(_))) {
                self.note_change(scope.file);
            }
            taint_value(&value, why);
        }
    }

    /// The value of a name or a path, when it has been evaluated; nothing is evaluated for it.
    fn known(&self, target: &Expr, scope: &Scope) -> Option<Value> {
        match &target.kind {
            ExprKind::Name(name) => scope.local(name).or_else(|| self.known_top_level(scope, name)),
            ExprKind::Member(object, name) => match self.known(object, scope)? {
                Value::Object(object) => object.members.borrow().get(name).map(|member| member.value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn known_top_level(&self, scope: &Scope, name: &str) -> Option<Value> {
        match self.modules.get(&scope.file)?.values.borrow().get(name) {
            Some(Slot::Done(value)) => Some(value.clone()),
            _ => None,
        }
    }

    /// A name may have been given another value.
    fn spoil(&mut self, name: &SmolStr, scope: &Scope, why: &Arc<Unknown>) {
        let unknown = Value::Unknown(why.clone());
        if !scope.assign(name, &unknown) && self.known_top_level(scope, name).is_some() {
            self.assign_top_level(scope.file, name, unknown);
        }
    }
}

/// What can be changed in place may have been.
fn taint_value(value: &Value, why: &Arc<Unknown>) {
    match value {
        Value::Object(object) => object.open(why),
        Value::Array(items) => {
            let mut items = items.borrow_mut();
            if !matches!(items.last(), Some(Value::Unknown(_))) {
                items.push(Value::Unknown(why.clone()));
            }
        }
        Value::Entity(Entity::Builder(builder)) => {
            builder.borrow_mut().tainted.get_or_insert_with(|| why.clone());
        }
        _ => {}
    }
}

/// Whether a statement may leave the block that it stands in.
pub(super) fn jumps(statement: &Statement) -> bool {
    match statement {
        Statement::Return(_) | Statement::Throw(_) | Statement::Break | Statement::Continue => true,
        Statement::If(_, then, otherwise) => jumps(then) || otherwise.as_deref().is_some_and(jumps),
        Statement::Block(statements) => statements.iter().any(jumps),
        Statement::Try(block, handler) => block.iter().chain(handler).any(jumps),
        Statement::DoWhile(body, _) => jumps(body),
        Statement::ForOf(_, _, body) | Statement::ForIn(_, _, body) | Statement::For(_, _, _, body) => {
            jumps(body)
        }
        Statement::Switch(_, cases) => cases.iter().any(|(_, statements)| statements.iter().any(jumps)),
        _ => false,
    }
}
