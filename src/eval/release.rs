//! Values that hold values are given back one after the other: a list in a list in a list, a hundred thousand times, would
//! overflow the stack.

use std::cell::RefCell;
use std::rc::Rc;

use super::drizzle::Entity;
use super::value::{Closure, List, Locals, Object, Value};

thread_local! {
    /// Values that wait for their end while another one is given back.
    static WAITING: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

impl Drop for List {
    fn drop(&mut self) {
        release(self.get_mut().drain(..));
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        let members = std::mem::take(self.members.get_mut());
        release(members.into_values().map(|member| member.value));
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        let this = std::mem::replace(self.this.get_mut(), Value::Undefined);
        release(std::mem::take(&mut self.bound).into_iter().chain([this]));
    }
}

impl Drop for Locals {
    fn drop(&mut self) {
        release(std::mem::take(self.names.get_mut()).into_iter().map(|(_, value)| value));
    }
}

/// Gives values back; those that hold nothing end at once.
fn release(values: impl Iterator<Item = Value>) {
    let held: Vec<Value> = values.filter(is_last).collect();
    if held.is_empty() {
        return;
    }
    // The thread may be at its end, when nothing can wait any more.
    let is_first = WAITING.try_with(|waiting| {
        let mut waiting = waiting.borrow_mut();
        let is_first = waiting.is_none();
        waiting.get_or_insert_default().extend(held);
        is_first
    });
    if is_first == Ok(true) {
        while let Some(value) = next() {
            drop(value);
        }
    }
}

/// The next one that waits; none when all have ended.
fn next() -> Option<Value> {
    WAITING.with(|waiting| {
        let mut waiting = waiting.borrow_mut();
        let next = waiting.as_mut().and_then(Vec::pop);
        if next.is_none() {
            *waiting = None;
        }
        next
    })
}

/// Whether a value holds others that end with it.
fn is_last(value: &Value) -> bool {
    match value {
        Value::Array(list) => Rc::strong_count(list) == 1,
        Value::Object(object) => Rc::strong_count(object) == 1,
        Value::Function(closure) | Value::Getter(closure) => Rc::strong_count(closure) == 1,
        Value::Method(method) => Rc::strong_count(method) == 1,
        Value::Class(class) => Rc::strong_count(class) == 1,
        Value::Entity(Entity::Builder(builder)) => Rc::strong_count(builder) == 1,
        Value::Entity(Entity::Sql(sql)) => Rc::strong_count(sql) == 1,
        _ => false,
    }
}
