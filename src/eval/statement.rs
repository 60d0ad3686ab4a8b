//! Runs statements, and binds patterns.

use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::expression::same;
use super::taint::jumps;
use super::value::*;
use super::{Evaluator, unknown, why};
use crate::graph::Unknown;
use crate::source::{Range, Span};
use crate::syntax::*;

/// How a statement ended.
pub(super) enum Flow {
    /// The next statement follows.
    Next,
    /// `return value`.
    Return(Value),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

impl Evaluator<'_> {
    /// Runs the statements of a block in `scope`, which is the block's own.
    pub(super) fn block(&mut self, statements: &[Statement], scope: &Scope) -> Flow {
        // Functions are known before their line.
        for statement in statements {
            if let Statement::Function(function) = statement
                && let Some(name) = &function.name
            {
                let value = self.closure(function, scope);
                scope.declare(name.clone(), value);
            }
        }
        for statement in statements {
            match self.statement(statement, scope) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    pub(super) fn statement(&mut self, statement: &Statement, scope: &Scope) -> Flow {
        let at = Range::default().in_file(scope.file);
        let flow = self.deeper(at, |this| this.statement_here(statement, scope));
        flow.unwrap_or_else(|why| Flow::Return(Value::Unknown(why)))
    }

    fn statement_here(&mut self, statement: &Statement, scope: &Scope) -> Flow {
        match statement {
            Statement::Declare(declarators) => {
                for declarator in declarators {
                    let at = declarator.statement.in_file(scope.file);
                    let value = match &declarator.value {
                        Some(value) => self.expr(value, scope),
                        None => Value::Undefined,
                    };
                    self.bind_pattern(&declarator.pattern, value, scope, at);
                }
                Flow::Next
            }
            Statement::Function(_) => Flow::Next,
            Statement::Expr(value) => {
                // A package from outside rarely changes what it is given; anything else may have.
                if let Value::Unknown(why) = self.expr(value, scope)
                    && !why.external
                {
                    self.taint(value, scope, &why);
                }
                Flow::Next
            }
            Statement::Return(None) => Flow::Return(Value::Undefined),
            Statement::Return(Some(value)) => Flow::Return(self.expr(value, scope)),
            Statement::If(test, then, otherwise) => match self.expr(test, scope).truthy() {
                Ok(true) => self.statement(then, &scope.inner()),
                Ok(false) => match otherwise {
                    Some(otherwise) => self.statement(otherwise, &scope.inner()),
                    None => Flow::Next,
                },
                // Whether the branch is taken is not known. One that only throws is not, unless it is caught.
                Err(_) if self.tries == 0 && only_throws(then) => match otherwise {
                    Some(otherwise) => self.statement(otherwise, &scope.inner()),
                    None => Flow::Next,
                },
                Err(why) => {
                    self.taint_statement(then, scope, &why);
                    if let Some(otherwise) = otherwise {
                        self.taint_statement(otherwise, scope, &why);
                    }
                    let leaves = jumps(then) || otherwise.as_deref().is_some_and(jumps);
                    if leaves { Flow::Return(Value::Unknown(why)) } else { Flow::Next }
                }
            },
            Statement::ForOf(pattern, values, body) => {
                let at = values.range.in_file(scope.file);
                let values = self.expr(values, scope);
                match self.iterate(&values, at) {
                    Ok(items) => self.repeat(pattern, items, body, scope, at),
                    Err(why) => Flow::Return(Value::Unknown(why)),
                }
            }
            Statement::ForIn(pattern, object, body) => {
                let at = object.range.in_file(scope.file);
                let object = self.expr(object, scope);
                match self.members_of(&object, at) {
                    Ok((members, None)) => {
                        let keys = members.into_iter().map(|(key, _)| Value::String(key)).collect();
                        self.repeat(pattern, keys, body, scope, at)
                    }
                    Ok((_, Some(why))) | Err(why) => Flow::Return(Value::Unknown(why)),
                }
            }
            Statement::For(init, test, update, body) => {
                self.for_loop(init.as_deref(), test.as_ref(), update.as_ref(), body, scope)
            }
            Statement::Block(statements) => self.block(statements, &scope.inner()),
            Statement::Switch(value, cases) => self.switch(value, cases, scope),
            Statement::DoWhile(body, test) => loop {
                match self.statement(body, &scope.inner()) {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => return Flow::Next,
                    Flow::Return(value) => return Flow::Return(value),
                }
                match self.expr(test, scope).truthy() {
                    Ok(true) => {}
                    Ok(false) => return Flow::Next,
                    Err(why) => return Flow::Return(Value::Unknown(why)),
                }
            },
            Statement::Try(block, handler) => {
                self.tries += 1;
                let flow = self.block(block, &scope.inner());
                self.tries -= 1;
                if let Flow::Return(Value::Unknown(why)) = &flow {
                    handler.iter().for_each(|inner| self.taint_statement(inner, scope, why));
                }
                flow
            }
            Statement::Throw(value) => {
                let at = value.range.in_file(scope.file);
                Flow::Return(unknown("an exception is thrown here", at))
            }
            Statement::Break => Flow::Break,
            Statement::Continue => Flow::Continue,
            Statement::Opaque(what, range) => {
                Flow::Return(unknown(format!("{what} is not evaluated"), range.in_file(scope.file)))
            }
        }
    }

    fn repeat(
        &mut self,
        pattern: &Pattern,
        items: Vec<Value>,
        body: &Statement,
        scope: &Scope,
        at: Span,
    ) -> Flow {
        for item in items {
            if let Some(stop) = self.step(at) {
                return Flow::Return(stop);
            }
            let inner = scope.inner();
            self.bind_pattern(pattern, item, &inner, at);
            match self.statement(body, &inner) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                Flow::Return(value) => return Flow::Return(value),
            }
        }
        Flow::Next
    }

    fn for_loop(
        &mut self,
        init: Option<&Statement>,
        test: Option<&Expr>,
        update: Option<&Expr>,
        body: &Statement,
        scope: &Scope,
    ) -> Flow {
        let mut inner = scope.inner();
        if let Some(init) = init {
            self.statement(init, &inner);
        }
        loop {
            // Each turn has variables of its own: a function made in it keeps what they were.
            if let Some(stop) = self.charge(inner.own_names(), Range::default().in_file(scope.file)) {
                return Flow::Return(stop);
            }
            inner = inner.copy();
            if let Some(test) = test {
                match self.expr(test, &inner).truthy() {
                    Ok(true) => {}
                    Ok(false) => return Flow::Next,
                    Err(why) => return Flow::Return(Value::Unknown(why)),
                }
            }
            match self.statement(body, &inner) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                Flow::Return(value) => return Flow::Return(value),
            }
            if let Some(update) = update {
                inner = inner.copy();
                self.expr(update, &inner);
            }
        }
    }

    fn switch(&mut self, value: &Expr, cases: &[(Option<Expr>, Vec<Statement>)], scope: &Scope) -> Flow {
        let value = self.expr(value, scope);
        if let Value::Unknown(why) = value {
            return Flow::Return(Value::Unknown(why));
        }
        let mut from = None;
        for (index, (test, _)) in cases.iter().enumerate() {
            let Some(test) = test else { continue };
            match self.expr(test, scope) {
                Value::Unknown(why) => return Flow::Return(Value::Unknown(why)),
                test if same(&test, &value) => {
                    from = Some(index);
                    break;
                }
                _ => {}
            }
        }
        let from = from.or_else(|| cases.iter().position(|(test, _)| test.is_none()));
        let Some(from) = from else { return Flow::Next };
        let inner = scope.inner();
        for (_, statements) in &cases[from..] {
            match self.block(statements, &inner) {
                Flow::Next => {}
                Flow::Break => return Flow::Next,
                other => return other,
            }
        }
        Flow::Next
    }

    /// Binds the names of a pattern in the innermost block of `scope`.
    pub(super) fn bind_pattern(&mut self, pattern: &Pattern, value: Value, scope: &Scope, at: Span) {
        match pattern {
            Pattern::Name(name, _) => scope.declare(name.clone(), value),
            Pattern::Target(_) => self.assign_pattern(pattern, value, scope, at),
            _ => {
                let taken = |this: &mut Self| this.take_apart(pattern, value, scope, at, Self::bind_pattern);
                if let Err(why) = self.deeper(at, taken) {
                    // A name that is left out would be looked for further out.
                    pattern
                        .each_name(&mut |name, _| scope.declare(name.clone(), Value::Unknown(why.clone())));
                }
            }
        }
    }

    /// Assigns to the names and members of a pattern.
    pub(super) fn assign_pattern(&mut self, pattern: &Pattern, value: Value, scope: &Scope, at: Span) {
        match pattern {
            Pattern::Name(name, _) => self.assign_name(name, value, scope),
            Pattern::Target(target) => match &target.kind {
                ExprKind::Name(name) => self.assign_name(name, value, scope),
                _ => {
                    if let Some((object, key)) = self.place(target, scope) {
                        self.note_change(at.file);
                        assign_member(&object, key, value, at);
                    }
                }
            },
            _ => {
                let taken =
                    |this: &mut Self| this.take_apart(pattern, value, scope, at, Self::assign_pattern);
                if let Err(why) = self.deeper(at, taken) {
                    self.taint_pattern(pattern, scope, &why);
                }
            }
        }
    }

    /// The object and the key that `object.key` or `object[key]` assigns to; no key when it is not known.
    pub(super) fn place(&mut self, target: &Expr, scope: &Scope) -> Option<(Value, Option<SmolStr>)> {
        match &target.kind {
            ExprKind::Member(object, name) => Some((self.expr(object, scope), Some(name.clone()))),
            ExprKind::Index(object, index) => {
                let object = self.expr(object, scope);
                let index = self.expr(index, scope);
                Some((object, self.text_of(&index)))
            }
            _ => None,
        }
    }

    fn assign_name(&mut self, name: &SmolStr, value: Value, scope: &Scope) {
        if self.running() != Some(scope.file) && scope.is_captured(name) {
            self.note_change(scope.file);
        }
        if !scope.assign(name, &value) {
            self.assign_top_level(scope.file, name, value);
        }
    }

    fn take_apart(
        &mut self,
        pattern: &Pattern,
        value: Value,
        scope: &Scope,
        at: Span,
        bind: fn(&mut Self, &Pattern, Value, &Scope, Span),
    ) {
        match pattern {
            Pattern::Default(inner, default) => {
                let value = match value {
                    Value::Undefined => self.expr(default, scope),
                    known => known,
                };
                bind(self, inner, value, scope, at);
            }
            Pattern::Rest(inner) => bind(self, inner, value, scope, at),
            Pattern::Object(properties, rest) => {
                let mut taken = Vec::new();
                let none = Object::default();
                for (key, inner) in properties {
                    let part = match self.property_key(key, scope, at.range, &none) {
                        Some(key) => {
                            let part = self.member(&value, &key, at);
                            taken.push(key);
                            part
                        }
                        None => unknown("the key is not known", at),
                    };
                    bind(self, inner, part, scope, at);
                }
                if let Some(rest) = rest {
                    let others = Object::default();
                    self.spread_into(&others, &value, at);
                    others.members.borrow_mut().retain(|key, _| !taken.contains(key));
                    bind(self, rest, Value::Object(Rc::new(others)), scope, at);
                }
            }
            Pattern::Array(elements, rest) => {
                let items: Result<Vec<Value>, Arc<Unknown>> = self.iterate(&value, at);
                for (index, inner) in elements.iter().enumerate() {
                    let Some(inner) = inner else { continue };
                    let part = match &items {
                        Ok(items) => items.get(index).cloned().unwrap_or(Value::Undefined),
                        Err(why) => Value::Unknown(why.clone()),
                    };
                    bind(self, inner, part, scope, at);
                }
                if let Some(rest) = rest {
                    let others = match items {
                        Ok(items) => Value::array(items.into_iter().skip(elements.len()).collect()),
                        Err(why) => Value::Unknown(why),
                    };
                    bind(self, rest, others, scope, at);
                }
            }
            Pattern::Name(..) | Pattern::Target(_) => {}
        }
    }
}

pub(super) fn assign_member(object: &Value, key: Option<SmolStr>, value: Value, at: Span) {
    match (object, key) {
        (Value::Object(object), Some(key)) => {
            object.insert(key, Member { value, written: at, spread: None });
        }
        (Value::Object(object), None) => {
            object.open(&why("the key that is assigned to is not known", at));
        }
        (Value::Array(items), Some(key)) if key == "length" => {
            let length = match value {
                Value::Number(length) => length as usize,
                _ => 0,
            };
            items.borrow_mut().truncate(length);
        }
        (Value::Array(items), Some(key)) => {
            if let Ok(index) = key.parse::<usize>() {
                let mut items = items.borrow_mut();
                if index < items.len() {
                    items[index] = value;
                } else if index == items.len() {
                    items.push(value);
                }
            }
        }
        _ => {}
    }
}

fn only_throws(statement: &Statement) -> bool {
    match statement {
        Statement::Throw(_) => true,
        Statement::Block(statements) => statements.last().is_some_and(only_throws),
        _ => false,
    }
}
