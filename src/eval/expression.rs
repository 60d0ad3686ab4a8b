//! Evaluates expressions.

use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::budget::MAX_TEXT;
use super::statement::{Flow, assign_member};
use super::value::*;
use super::{Evaluator, Library, unknown, why};
use crate::eval::drizzle::{Entity, Sql, SqlPart};
use crate::eval::library::Global;
use crate::graph::Unknown;
use crate::source::Span;
use crate::syntax::*;

impl Evaluator<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope) -> Value {
        let at = expr.range.in_file(scope.file);
        if let Some(stop) = self.step(at) {
            return stop;
        }
        self.deeper(at, |this| this.expr_kind(expr, scope, at)).unwrap_or_else(Value::Unknown)
    }

    fn expr_kind(&mut self, expr: &Expr, scope: &Scope, at: Span) -> Value {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, scope, at),
            ExprKind::String(text) => Value::String(text.clone()),
            ExprKind::Number(number) => Value::Number(*number),
            ExprKind::BigInt(digits) => Value::String(digits.clone()),
            ExprKind::Bool(flag) => Value::Bool(*flag),
            ExprKind::Null => Value::Null,
            ExprKind::Template { tag: None, texts, values } => self.template(texts, values, scope, at),
            ExprKind::Template { tag: Some(tag), texts, values } => {
                self.tagged_template(tag, texts, values, scope, at)
            }
            ExprKind::Array(elements) => {
                let mut values = Vec::with_capacity(elements.len());
                self.elements(elements, scope, &mut values);
                Value::array(values)
            }
            ExprKind::Object(properties) => Value::Object(Rc::new(self.object(properties, scope))),
            ExprKind::Member(object, name) => {
                let object = self.expr(object, scope);
                self.member(&object, name, at)
            }
            ExprKind::Index(object, index) => {
                let object = self.expr(object, scope);
                match self.expr(index, scope) {
                    Value::Unknown(why) => Value::Unknown(why),
                    index => match self.text_of(&index) {
                        Some(name) => self.member(&object, &name, at),
                        None => unknown("the index is no name", at),
                    },
                }
            }
            ExprKind::Call(callee, arguments) => self.call(callee, arguments, scope, at),
            ExprKind::New(callee, arguments) => self.construct(callee, arguments, scope, at),
            ExprKind::Function(function) => self.closure(function, scope),
            ExprKind::Class(class) => {
                let class = self.class(class, None, scope);
                self.fill_statics(&class);
                Value::Class(class)
            }
            ExprKind::Conditional(test, then, otherwise) => match self.expr(test, scope).truthy() {
                Ok(true) => self.expr(then, scope),
                Ok(false) => self.expr(otherwise, scope),
                // Not known which, but it may not matter.
                Err(why) => {
                    // Only one of the two is read when the file runs.
                    self.reads.pauses += 1;
                    if self.is_harmless(then, scope) && self.is_harmless(otherwise, scope) {
                        let (then, otherwise) = (self.expr(then, scope), self.expr(otherwise, scope));
                        self.reads.pauses -= 1;
                        return if same(&then, &otherwise) { then } else { Value::Unknown(why) };
                    }
                    self.reads.pauses -= 1;
                    self.taint(then, scope, &why);
                    self.taint(otherwise, scope, &why);
                    Value::Unknown(why)
                }
            },
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, scope, at),
            ExprKind::Unary(UnaryOp::Delete, target) => self.delete(target, scope, at),
            ExprKind::Unary(op, value) => {
                let value = self.expr(value, scope);
                self.unary(*op, value, at)
            }
            ExprKind::Assign(op, target, value) => self.assign(*op, target, value, scope, at),
            ExprKind::Sequence(values) => {
                let mut last = Value::Undefined;
                for value in values {
                    last = self.expr(value, scope);
                }
                last
            }
            ExprKind::Await(value) => self.expr(value, scope),
            ExprKind::Optional(inner) => self.optional(inner, scope, at),
            ExprKind::Require(specifier) => {
                let module = self.module(scope.file);
                self.module_value(scope.file, &module, *specifier)
            }
            ExprKind::Texts(_) => Value::Undefined,
            ExprKind::PlainPattern(..) => unknown("a regular expression is not evaluated", at),
            ExprKind::Opaque(what) => unknown(format!("{what} is not evaluated"), at),
        }
    }

    /// A class whose static members are still to be evaluated.
    pub(super) fn class(
        &mut self,
        class: &Arc<Class>,
        name: Option<SmolStr>,
        scope: &Scope,
    ) -> Rc<ClassValue> {
        let (class, scope) = (class.clone(), scope.clone());
        Rc::new(ClassValue { name, class, scope, statics: Rc::default() })
    }

    /// Evaluates the static members of a class, in order: each sees those before it.
    pub(super) fn fill_statics(&mut self, class: &Rc<ClassValue>) {
        let scope = class.scope.inner();
        scope.declare(SmolStr::new_static("this"), Value::Class(class.clone()));
        self.properties_into(&class.statics, &class.class.statics, &scope);
        if let Flow::Return(Value::Unknown(why)) = self.block(&class.class.setup, &scope) {
            class.statics.open(&why);
        }
    }

    /// A function, with the names that it sees.
    pub(super) fn closure(&mut self, function: &Arc<Function>, scope: &Scope) -> Value {
        let this = if function.arrow { scope.local("this") } else { None };
        Value::Function(Rc::new(Closure {
            function: function.clone(),
            scope: scope.clone(),
            this: RefCell::new(this.unwrap_or(Value::Undefined)),
            bound: Vec::new(),
        }))
    }

    fn name(&mut self, name: &SmolStr, scope: &Scope, at: Span) -> Value {
        if let Some(value) = scope.local(name) {
            return value;
        }
        let module = self.module(scope.file);
        if module.bindings.contains_key(name) {
            self.note_read(&module, scope.file, name, at);
            return self.binding(scope.file, name);
        }
        let global = |global| Value::Library(Library::Global(global));
        match name.as_str() {
            "undefined" => Value::Undefined,
            // CommonJS: what the file exports.
            "exports" => Value::Module(scope.file),
            "module" => {
                let member = Member { value: Value::Module(scope.file), written: at, spread: None };
                let exports = [(SmolStr::new_static("exports"), member)];
                Value::Object(Rc::new(Object::from_members(exports)))
            }
            "NaN" => Value::Number(f64::NAN),
            "Infinity" => Value::Number(f64::INFINITY),
            "Object" => global(Global::Object),
            "Array" => global(Global::Array),
            "String" => global(Global::String),
            "Number" => global(Global::Number),
            "Boolean" => global(Global::Boolean),
            "Math" => global(Global::Math),
            "JSON" => global(Global::Json),
            "Set" => global(Global::Set),
            "Date" => global(Global::Date),
            "process" => global(Global::Process),
            "Symbol" => global(Global::Symbol),
            "console" => global(Global::Console),
            "URL" => global(Global::Url),
            "import.meta" => global(Global::ImportMeta),
            "__dirname" => Value::string(parent(&self.world.absolute_path(scope.file))),
            "__filename" => Value::string(self.world.absolute_path(scope.file)),
            _ => unknown(format!("`{name}` is not defined in this file"), at),
        }
    }

    fn template(&mut self, texts: &[SmolStr], values: &[Expr], scope: &Scope, at: Span) -> Value {
        let mut result = String::from(texts.first().map_or("", |text| text));
        for (value, text) in values.iter().zip(&texts[1..]) {
            match self.expr(value, scope) {
                Value::Unknown(why) => return Value::Unknown(why),
                value => match self.text_of(&value) {
                    Some(value) => result.push_str(&value),
                    None => return unknown("a part of the template is not text", at),
                },
            }
            result.push_str(text);
            if result.len() > MAX_TEXT {
                break;
            }
        }
        if !values.is_empty()
            && let Some(stop) = self.charge_text(result.len(), at)
        {
            return stop;
        }
        Value::string(result)
    }

    fn tagged_template(
        &mut self,
        tag: &Expr,
        texts: &[SmolStr],
        values: &[Expr],
        scope: &Scope,
        at: Span,
    ) -> Value {
        let tag = self.expr(tag, scope);
        match &tag {
            Value::Static(Library::Orm(_) | Library::Ponder(_), name) if name == "sql" => {
                let mut parts = vec![SqlPart::Text(texts[0].clone())];
                for (value, text) in values.iter().zip(&texts[1..]) {
                    parts.push(SqlPart::Value(self.expr(value, scope)));
                    parts.push(SqlPart::Text(text.clone()));
                }
                Sql::value(parts, at)
            }
            Value::Function(_) => {
                let texts = Value::array(texts.iter().map(|text| Value::String(text.clone())).collect());
                let mut arguments = vec![texts];
                arguments.extend(values.iter().map(|value| self.expr(value, scope)));
                self.call_value(&tag, arguments, at)
            }
            Value::Unknown(why) => Value::Unknown(why.clone()),
            _ => unknown("the tag of the template is not followed", at),
        }
    }

    /// Evaluates list elements or arguments. An unknown spread becomes one unknown element.
    pub(super) fn elements(&mut self, elements: &[Element], scope: &Scope, values: &mut Vec<Value>) {
        for element in elements {
            match element {
                Element::Value(value) => values.push(self.expr(value, scope)),
                Element::Hole => values.push(Value::Undefined),
                Element::Spread(value) => {
                    let at = value.range.in_file(scope.file);
                    let value = self.expr(value, scope);
                    match self.iterate(&value, at) {
                        Ok(items) => match self.charge(values.len() + items.len(), at) {
                            Some(stop) => values.push(stop),
                            None => values.extend(items),
                        },
                        Err(why) => values.push(Value::Unknown(why)),
                    }
                }
            }
        }
    }

    /// The elements of something that can be iterated over.
    pub(super) fn iterate(&mut self, value: &Value, at: Span) -> Result<Vec<Value>, Arc<Unknown>> {
        let length = match value {
            Value::Array(items) => items.borrow().len(),
            Value::String(text) => text.len(),
            _ => 0,
        };
        if let Some(Value::Unknown(stop)) = self.charge(length, at) {
            return Err(stop);
        }
        match value {
            Value::Array(items) => Ok(items.borrow().clone()),
            Value::String(text) => Ok(text.chars().map(|letter| Value::string(letter.to_string())).collect()),
            Value::Unknown(why) => Err(why.clone()),
            _ => Err(why("the value is not a list", at)),
        }
    }

    fn optional(&mut self, inner: &Expr, scope: &Scope, at: Span) -> Value {
        match &inner.kind {
            ExprKind::Member(object, name) => {
                let object = self.expr(object, scope);
                if object.is_nullish() {
                    return Value::Undefined;
                }
                self.member(&object, name, at)
            }
            ExprKind::Call(callee, arguments) => {
                let function = self.expr(callee, scope);
                if function.is_nullish() {
                    return Value::Undefined;
                }
                // Where it is not known whether anything is called, nor is it whether the arguments are read.
                let pause = u32::from(matches!(function, Value::Unknown(_)));
                self.reads.pauses += pause;
                let mut values = Vec::with_capacity(arguments.len());
                self.elements(arguments, scope, &mut values);
                let value = self.call_value(&function, values, at);
                self.reads.pauses -= pause;
                value
            }
            _ => self.expr(inner, scope),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, scope: &Scope, at: Span) -> Value {
        let left = self.expr(left, scope);
        match op {
            BinaryOp::Coalesce => {
                return match left {
                    Value::Undefined | Value::Null => self.expr(right, scope),
                    known_or_not => known_or_not,
                };
            }
            BinaryOp::And | BinaryOp::Or => {
                return match left.truthy() {
                    Ok(truthy) if truthy == (op == BinaryOp::And) => self.expr(right, scope),
                    Ok(_) => left,
                    Err(why) => Value::Unknown(why),
                };
            }
            _ => {}
        }
        let right = self.expr(right, scope);
        if op == BinaryOp::Add && !matches!((&left, &right), (Value::Number(_), Value::Number(_))) {
            return self.joined(&left, &right, at);
        }
        binary_values(op, &left, &right, at)
    }

    /// `left + right` of texts.
    fn joined(&mut self, left: &Value, right: &Value, at: Span) -> Value {
        if let (Value::Unknown(why), _) | (_, Value::Unknown(why)) = (left, right) {
            return Value::Unknown(why.clone());
        }
        match (self.text_of(left), self.text_of(right)) {
            (Some(left), Some(right)) => match self.charge_text(left.len() + right.len(), at) {
                Some(stop) => stop,
                None => Value::string(format!("{left}{right}")),
            },
            _ => unknown("the sides of `+` are not text", at),
        }
    }

    fn unary(&mut self, op: UnaryOp, value: Value, at: Span) -> Value {
        match (op, value) {
            (_, Value::Unknown(why)) => Value::Unknown(why),
            (UnaryOp::Not, value) => {
                value.truthy().map_or_else(Value::Unknown, |truthy| Value::Bool(!truthy))
            }
            (UnaryOp::Minus, Value::Number(number)) => Value::Number(-number),
            (UnaryOp::Plus, Value::Number(number)) => Value::Number(number),
            (UnaryOp::Plus, Value::String(text)) => Value::Number(text.parse().unwrap_or(f64::NAN)),
            (UnaryOp::Void, _) => Value::Undefined,
            (UnaryOp::TypeOf, value) => Value::string(match value {
                Value::Undefined => "undefined",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) => "string",
                Value::Function(_) | Value::Class(_) | Value::Static(..) | Value::Method(_) => "function",
                Value::Entity(Entity::Enum(_) | Entity::TableMaker(_) | Entity::CustomType(_)) => "function",
                _ => "object",
            }),
            _ => unknown("the operator is not evaluated", at),
        }
    }

    /// Whether evaluating an expression changes nothing that others see: a name, a member, a text, or a
    /// call that makes a table.
    fn is_harmless(&mut self, expr: &Expr, scope: &Scope) -> bool {
        match &expr.kind {
            ExprKind::Call(callee, _) if matches!(callee.kind, ExprKind::Name(_) | ExprKind::Member(..)) => {
                let callee = self.expr(callee, scope);
                self.makes_tables(&callee)
            }
            ExprKind::Member(object, _) => self.is_harmless(object, scope),
            kind => {
                matches!(kind, ExprKind::Name(_) | ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Null)
            }
        }
    }

    /// `delete object.name`.
    fn delete(&mut self, target: &Expr, scope: &Scope, at: Span) -> Value {
        let (object, key) = match &target.kind {
            ExprKind::Member(object, name) => (self.expr(object, scope), Some(name.clone())),
            ExprKind::Index(object, index) => {
                let object = self.expr(object, scope);
                let index = self.expr(index, scope);
                (object, self.text_of(&index))
            }
            _ => return Value::Bool(true),
        };
        self.note_change(at.file);
        match (object, key) {
            (Value::Object(object), Some(key)) => {
                // Those behind it move.
                let moved = object.members.borrow().len();
                if let Some(stop) = self.charge(moved, at) {
                    return stop;
                }
                object.members.borrow_mut().shift_remove(&key);
                Value::Bool(true)
            }
            _ => unknown("what is deleted here is not known", at),
        }
    }

    fn assign(
        &mut self,
        op: Option<BinaryOp>,
        target: &Pattern,
        value: &Expr,
        scope: &Scope,
        at: Span,
    ) -> Value {
        // The left side is evaluated first: `columns[key] = make(key++)`.
        let place = match target {
            Pattern::Target(target) => self.place(target, scope),
            _ => None,
        };
        let value = match (op, target) {
            (Some(op), Pattern::Target(target)) => self.binary(op, target, value, scope, at),
            _ => self.expr(value, scope),
        };
        match place {
            Some((object, key)) => {
                self.note_change(at.file);
                assign_member(&object, key, value.clone(), at);
            }
            None => self.assign_pattern(target, value.clone(), scope, at),
        }
        value
    }
}

/// The value of `left op right`, both sides evaluated.
fn binary_values(op: BinaryOp, left: &Value, right: &Value, at: Span) -> Value {
    if let Value::Unknown(why) = left {
        return Value::Unknown(why.clone());
    }
    if let Value::Unknown(why) = right {
        return Value::Unknown(why.clone());
    }
    let equal = || same(left, right);
    match op {
        BinaryOp::StrictEqual => return Value::Bool(equal()),
        BinaryOp::StrictNotEqual => return Value::Bool(!equal()),
        BinaryOp::Equal => return Value::Bool(equal() || left.is_nullish() && right.is_nullish()),
        BinaryOp::NotEqual => return Value::Bool(!(equal() || left.is_nullish() && right.is_nullish())),
        BinaryOp::In => {
            if let (Some(key), Value::Object(object)) = (left.to_text(), right) {
                let found = object.members.borrow().contains_key(&key);
                if found || object.open.borrow().is_none() {
                    return Value::Bool(found);
                }
            }
            return unknown("`in` is not evaluated here", at);
        }
        _ => {}
    }
    if let (Value::String(left), Value::String(right)) = (left, right) {
        return match op {
            BinaryOp::Less => Value::Bool(left < right),
            BinaryOp::LessEqual => Value::Bool(left <= right),
            BinaryOp::Greater => Value::Bool(left > right),
            BinaryOp::GreaterEqual => Value::Bool(left >= right),
            _ => unknown("the operator is not evaluated", at),
        };
    }
    let (Value::Number(left), Value::Number(right)) = (left, right) else {
        return unknown("the operator is not evaluated", at);
    };
    let (left, right) = (*left, *right);
    match op {
        BinaryOp::Add => Value::Number(left + right),
        BinaryOp::Subtract => Value::Number(left - right),
        BinaryOp::Multiply => Value::Number(left * right),
        BinaryOp::Divide => Value::Number(left / right),
        BinaryOp::Remainder => Value::Number(left % right),
        BinaryOp::Power => Value::Number(left.powf(right)),
        BinaryOp::Less => Value::Bool(left < right),
        BinaryOp::LessEqual => Value::Bool(left <= right),
        BinaryOp::Greater => Value::Bool(left > right),
        BinaryOp::GreaterEqual => Value::Bool(left >= right),
        _ => unknown("the operator is not evaluated", at),
    }
}

/// `left === right`.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => Rc::ptr_eq(left, right),
        (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right),
        (Value::Function(left), Value::Function(right)) => Rc::ptr_eq(left, right),
        (Value::Module(left), Value::Module(right)) => left == right,
        (Value::Entity(Entity::Enum(left)), Value::Entity(Entity::Enum(right))) => Rc::ptr_eq(left, right),
        (Value::Entity(Entity::Table(left)), Value::Entity(Entity::Table(right))) => Rc::ptr_eq(left, right),
        (Value::Entity(Entity::Column(left)), Value::Entity(Entity::Column(right))) => {
            Rc::ptr_eq(&left.table, &right.table) && left.key == right.key
        }
        _ => false,
    }
}

/// The folder of a path.
pub(super) fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}
