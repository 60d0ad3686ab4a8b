//! Calls functions, constructs objects, and takes members.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

use super::budget::MAX_TEXT;
use super::drizzle::Entity;
use super::expression::same;
use super::statement::Flow;
use super::value::*;
use super::{Evaluator, Library, no_member, unknown};
use crate::eval::library::Global;
use crate::source::{Range, Span};
use crate::syntax::*;

/// Arguments that `bind` puts before others are copied by each call.
const MOST_BOUND: usize = 100;

impl Evaluator<'_> {
    pub(super) fn call(&mut self, callee: &Expr, arguments: &[Element], scope: &Scope, at: Span) -> Value {
        // `object.method(…)` is the common form: no method value is made for it.
        if let ExprKind::Member(object, name) = &callee.kind {
            let object = self.expr(object, scope);
            if let Value::Unknown(why) = &object {
                return self.unknown_call(why.clone(), callee, arguments, scope);
            }
            let mut values = Vec::with_capacity(arguments.len());
            self.elements(arguments, scope, &mut values);
            // A modifier stands where its name stands, not where its column begins.
            let at = match &object {
                Value::Entity(Entity::Builder(_)) => {
                    let start = callee.range.end.saturating_sub(name.len() as u32);
                    Range::new(start.max(at.range.start), at.range.end).in_file(at.file)
                }
                _ => at,
            };
            self.note_type(&object, arguments, scope, at);
            if let Some(replaced) = self.plain_replacement(&object, name, arguments, &values, at) {
                return replaced;
            }
            return self.call_method(&object, name, values, at);
        }
        let function = self.expr(callee, scope);
        if let Value::Unknown(why) = &function {
            return self.unknown_call(why.clone(), callee, arguments, scope);
        }
        let mut values = Vec::with_capacity(arguments.len());
        self.elements(arguments, scope, &mut values);
        self.call_value(&function, values, at)
    }

    /// A call that cannot be followed. When its argument makes a table on the spot, as in
    /// `register(pgTable(…))`, that table is made all the same.
    fn unknown_call(
        &mut self,
        why: std::sync::Arc<crate::graph::Unknown>,
        callee: &Expr,
        arguments: &[Element],
        scope: &Scope,
    ) -> Value {
        self.note_call(callee, arguments, scope);
        for argument in arguments {
            let Element::Value(value) = argument else { continue };
            let ExprKind::Call(callee, _) = &value.kind else { continue };
            // Only plain names and members can be table functions; nothing else is evaluated for it.
            if !matches!(callee.kind, ExprKind::Name(_) | ExprKind::Member(..)) {
                continue;
            }
            let callee = self.expr(callee, scope);
            if self.makes_tables(&callee)
                && let Value::Entity(Entity::Table(table)) = self.expr(value, scope)
            {
                return Value::Entity(Entity::Wrapped(table, why));
            }
        }
        Value::Unknown(why)
    }

    /// Calls a value with evaluated arguments.
    pub(super) fn call_value(&mut self, callee: &Value, arguments: Vec<Value>, at: Span) -> Value {
        match callee {
            Value::Function(closure) => self.call_closure(closure, arguments, at),
            Value::Static(library, name) => self.call_library(*library, name, arguments, at),
            Value::Method(method) => {
                let (object, name) = &**method;
                self.call_method(object, name, arguments, at)
            }
            Value::Entity(entity) => self.call_entity(entity, arguments, at),
            Value::Library(Library::Global(Global::String)) => match arguments.first() {
                Some(value) => match self.text_of(value) {
                    Some(text) => Value::String(text),
                    None => unknown("the value is no text", at),
                },
                None => Value::string(""),
            },
            Value::Library(Library::Global(Global::Number)) => match arguments.first() {
                Some(Value::Number(number)) => Value::Number(*number),
                Some(Value::String(text)) if text.trim().is_empty() => Value::Number(0.0),
                Some(Value::String(text)) => Value::Number(text.trim().parse().unwrap_or(f64::NAN)),
                Some(Value::Unknown(why)) => Value::Unknown(why.clone()),
                _ => unknown("the value is no number", at),
            },
            Value::Library(Library::Global(Global::Boolean)) => match arguments.first() {
                Some(value) => value.truthy().map_or_else(Value::Unknown, Value::Bool),
                None => Value::Bool(false),
            },
            // `import z from "zod"; z(…)`, `import pick from "…"`: the library itself is no function.
            Value::Unknown(why) => Value::Unknown(why.clone()),
            Value::Undefined | Value::Null => unknown("what is called here is undefined", at),
            _ => unknown("what is called here is not a function that schemalint follows", at),
        }
    }

    /// Calls a function of the repository.
    pub(super) fn call_closure(&mut self, closure: &Rc<Closure>, arguments: Vec<Value>, at: Span) -> Value {
        if closure.function.deferred {
            return unknown("the result of an async function or a generator is not evaluated", at);
        }
        self.deeper(at, |this| this.run(closure, arguments, at)).unwrap_or_else(Value::Unknown)
    }

    fn run(&mut self, closure: &Rc<Closure>, arguments: Vec<Value>, at: Span) -> Value {
        let scope = closure.scope.call();
        if !closure.function.arrow {
            scope.declare(SmolStr::new_static("this"), closure.this.borrow().clone());
        }
        let mut arguments = closure.bound.iter().cloned().chain(arguments);
        for pattern in &closure.function.params {
            match pattern {
                Pattern::Rest(rest) => {
                    let others = Value::array(arguments.by_ref().collect());
                    self.bind_pattern(rest, others, &scope, at);
                }
                pattern => {
                    let value = arguments.next().unwrap_or(Value::Undefined);
                    self.bind_pattern(pattern, value, &scope, at);
                }
            }
        }
        self.reads.calls.push(at);
        let value = match &closure.function.body {
            Body::Value(value) => self.expr(value, &scope),
            Body::Block(statements) => match self.block(statements, &scope) {
                Flow::Return(value) => value,
                _ => Value::Undefined,
            },
        };
        self.reads.calls.pop();
        value
    }

    /// The value of a getter of `object`.
    pub(super) fn call_getter(&mut self, getter: &Rc<Closure>, object: &Value, at: Span) -> Value {
        *getter.this.borrow_mut() = object.clone();
        self.call_closure(getter, Vec::new(), at)
    }

    /// `new callee(…)`.
    pub(super) fn construct(
        &mut self,
        callee: &Expr,
        arguments: &[Element],
        scope: &Scope,
        at: Span,
    ) -> Value {
        let class = self.expr(callee, scope);
        match &class {
            Value::Class(class) => {
                let mut values = Vec::with_capacity(arguments.len());
                self.elements(arguments, scope, &mut values);
                self.instance(class, values, at)
            }
            Value::Library(Library::Global(Global::Set)) => {
                let mut values = Vec::with_capacity(arguments.len());
                self.elements(arguments, scope, &mut values);
                match values.first() {
                    // A set of constants is read as the list of its different members.
                    Some(list) => match self.iterate(list, at) {
                        Ok(items) => {
                            let mut texts: FxHashSet<SmolStr> = FxHashSet::default();
                            let mut unique: Vec<Value> = Vec::new();
                            for item in items {
                                let is_new = match &item {
                                    Value::String(text) => texts.insert(text.clone()),
                                    item => {
                                        if let Some(stop) = self.charge(unique.len(), at) {
                                            return stop;
                                        }
                                        !unique.iter().any(|known| same(known, item))
                                    }
                                };
                                if is_new {
                                    unique.push(item);
                                }
                            }
                            Value::array(unique)
                        }
                        Err(why) => Value::Unknown(why),
                    },
                    None => Value::array(Vec::new()),
                }
            }
            Value::Library(Library::Global(Global::Url)) => {
                let mut values = Vec::with_capacity(arguments.len());
                self.elements(arguments, scope, &mut values);
                match &values[..] {
                    [Value::String(path), Value::String(base)] => {
                        let folder = base.rfind('/').map_or("", |at| &base[..=at]);
                        Value::string(format!("{folder}{}", path.trim_start_matches("./")))
                    }
                    _ => unknown("this address is not evaluated", at),
                }
            }
            Value::Unknown(why) => {
                self.note_call(callee, arguments, scope);
                Value::Unknown(why.clone())
            }
            _ => {
                self.note_call(callee, arguments, scope);
                unknown("what is constructed here is not followed", at)
            }
        }
    }

    fn instance(&mut self, class: &Rc<ClassValue>, arguments: Vec<Value>, at: Span) -> Value {
        if let Some(parent) = &class.class.parent {
            return unknown("a class that extends another is not followed", parent.range.in_file(at.file));
        }
        let this = Value::Object(Rc::default());
        let scope = class.scope.inner();
        scope.declare(SmolStr::new_static("this"), this.clone());
        if let Value::Object(this) = &this {
            // Each field sees those before it.
            self.properties_into(this, &class.class.members, &scope);
        }
        if let Some(constructor) = &class.class.constructor {
            let closure = Rc::new(Closure {
                function: constructor.clone(),
                scope,
                this: RefCell::new(this.clone()),
                bound: Vec::new(),
            });
            self.call_closure(&closure, arguments, at);
        }
        this
    }

    /// `object.name`.
    pub(super) fn member(&mut self, object: &Value, name: &str, at: Span) -> Value {
        match object {
            Value::Object(members) => match members.get(name) {
                Value::Getter(getter) => self.call_getter(&getter, object, at),
                value => value,
            },
            Value::Module(file) => {
                self.note_member(*file, name, at);
                let value = self.export(*file, name);
                if matches!(value, Value::Undefined) && name == "default" {
                    // `import x from` a CommonJS file, or `require("…").default`.
                    return Value::Module(*file);
                }
                value
            }
            Value::Library(library) => self.library_member(*library, name, at),
            Value::Static(library, function) => self.static_member(*library, function, name, at),
            Value::Class(class) => match (name, &class.name) {
                ("name", Some(own)) if !class.statics.members.borrow().contains_key(name) => {
                    Value::String(own.clone())
                }
                _ => match (class.statics.get(name), &class.class.parent) {
                    (Value::Undefined, Some(_)) => unknown("a member of a class that is extended", at),
                    (value, _) => value,
                },
            },
            Value::Function(_) if !matches!(name, "call" | "apply" | "bind") => {
                unknown(format!("the property `{name}` of a function is not read"), at)
            }
            Value::Array(items) => match name {
                "length" => Value::Number(items.borrow().len() as f64),
                _ => match name.parse::<usize>() {
                    Ok(index) => items.borrow().get(index).cloned().unwrap_or(Value::Undefined),
                    Err(_) => Value::Method(Rc::new((object.clone(), SmolStr::new(name)))),
                },
            },
            Value::String(text) if text.len() > MAX_TEXT => {
                unknown("the text is too long to be part of a schema", at)
            }
            Value::String(text) => match name {
                "length" => Value::Number(text.encode_utf16().count() as f64),
                _ => match name.parse::<usize>() {
                    Ok(index) => text
                        .chars()
                        .nth(index)
                        .map_or(Value::Undefined, |letter| Value::string(letter.to_string())),
                    Err(_) => Value::Method(Rc::new((object.clone(), SmolStr::new(name)))),
                },
            },
            Value::Entity(entity) => self.entity_member(entity, name, at),
            Value::Function(_) if matches!(name, "call" | "apply" | "bind") => {
                Value::Method(Rc::new((object.clone(), SmolStr::new(name))))
            }
            Value::Unknown(why) => Value::Unknown(why.clone()),
            Value::Undefined | Value::Null => unknown(format!("`{name}` of undefined is asked for here"), at),
            _ => Value::Undefined,
        }
    }

    /// `object.name(…)`.
    pub(super) fn call_method(
        &mut self,
        object: &Value,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        match object {
            Value::Entity(entity) => self.call_entity_method(entity, name, arguments, at),
            Value::Library(Library::Global(global)) => self.call_global(*global, name, arguments, at),
            Value::Library(library) => match self.library_member(*library, name, at) {
                Value::Static(library, name) => self.call_library(library, &name, arguments, at),
                other => self.call_value(&other, arguments, at),
            },
            Value::Static(library, function) => {
                self.call_static_method(*library, function, name, arguments, at)
            }
            Value::Array(items) => self.call_array_method(items, name, arguments, at),
            Value::String(text) => self.call_string_method(text, name, &arguments, at),
            Value::Number(_) if name == "toString" && arguments.is_empty() => {
                object.to_text().map_or(Value::Undefined, Value::String)
            }
            Value::Function(closure) => match name {
                "call" => self.call_closure(closure, arguments.into_iter().skip(1).collect(), at),
                "bind" if closure.bound.len() + arguments.len() > MOST_BOUND => {
                    unknown("a function with so many arguments is not followed", at)
                }
                "bind" => {
                    let mut arguments = arguments.into_iter();
                    let this = arguments.next().unwrap_or(Value::Undefined);
                    Value::Function(Rc::new(Closure {
                        function: closure.function.clone(),
                        scope: closure.scope.clone(),
                        this: RefCell::new(this),
                        bound: closure.bound.iter().cloned().chain(arguments).collect(),
                    }))
                }
                _ => no_member("a function", name, at),
            },
            Value::Object(members) => {
                let function = members.get(name);
                if let Value::Function(closure) = &function
                    && !closure.function.arrow
                {
                    *closure.this.borrow_mut() = object.clone();
                }
                self.call_value(&function, arguments, at)
            }
            _ => {
                let function = self.member(object, name, at);
                self.call_value(&function, arguments, at)
            }
        }
    }
}
