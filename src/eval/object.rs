//! Object literals, spreads, and taking objects apart.

use smol_str::SmolStr;
use std::sync::Arc;

use super::drizzle::{Entity, column_value};
use super::value::*;
use super::{Evaluator, why};
use crate::graph::Unknown;
use crate::source::{Range, Span};
use crate::syntax::*;

impl Evaluator<'_> {
    pub(super) fn object(&mut self, properties: &[Property], scope: &Scope) -> Object {
        let object = Object::default();
        self.properties_into(&object, properties, scope);
        object
    }

    pub(super) fn properties_into(&mut self, object: &Object, properties: &[Property], scope: &Scope) {
        for property in properties {
            match property {
                Property::Value(key, value, range) => {
                    let Some(key) = self.property_key(key, scope, *range, object) else { continue };
                    let value = self.expr(value, scope);
                    let written = range.in_file(scope.file);
                    object.insert(key, Member { value, written, spread: None });
                }
                Property::Getter(key, function, range) => {
                    let Some(key) = self.property_key(key, scope, *range, object) else { continue };
                    let written = range.in_file(scope.file);
                    if let Value::Function(getter) = self.closure(function, scope) {
                        let value = Value::Getter(getter);
                        object.insert(key, Member { value, written, spread: None });
                    }
                }
                Property::Spread(value) => self.spread_expr(object, value, scope),
            }
        }
    }

    /// `...value`. Where a condition is not known, only what the branches hold is not known.
    fn spread_expr(&mut self, object: &Object, value: &Expr, scope: &Scope) {
        let at = value.range.in_file(scope.file);
        if let Err(why) = self.deeper(at, |this| this.spread_expr_here(object, value, scope, at)) {
            object.open(&why);
        }
    }

    fn spread_expr_here(&mut self, object: &Object, value: &Expr, scope: &Scope, at: Span) {
        let branches = match &value.kind {
            ExprKind::Conditional(test, then, otherwise) => Some((test, then, Some(otherwise))),
            ExprKind::Binary(BinaryOp::And, test, then) => Some((test, then, None)),
            _ => None,
        };
        let Some((test, then, otherwise)) = branches else {
            let value = self.expr(value, scope);
            return self.spread_into(object, &value, at);
        };
        match self.expr(test, scope).truthy() {
            Ok(true) => self.spread_expr(object, then, scope),
            Ok(false) => {
                if let Some(otherwise) = otherwise {
                    self.spread_expr(object, otherwise, scope);
                }
            }
            Err(why) => {
                let either = Object::default();
                self.spread_expr(&either, then, scope);
                if let Some(otherwise) = otherwise {
                    self.spread_expr(&either, otherwise, scope);
                }
                for (key, member) in either.members.take() {
                    let member = Member { value: Value::Unknown(why.clone()), spread: Some(at), ..member };
                    object.insert(key, member);
                }
                if let Some(why) = &*either.open.borrow() {
                    object.open(why);
                }
            }
        }
    }

    pub(super) fn property_key(
        &mut self,
        key: &PropertyKey,
        scope: &Scope,
        range: Range,
        object: &Object,
    ) -> Option<SmolStr> {
        let computed = match key {
            PropertyKey::Name(name) => return Some(name.clone()),
            PropertyKey::Computed(computed) => self.expr(computed, scope),
        };
        match (self.text_of(&computed), computed) {
            (Some(name), _) => return Some(name),
            (None, Value::Unknown(why)) => object.open(&why),
            (None, _) => object.open(&why("the key is no name", range.in_file(scope.file))),
        }
        None
    }

    /// `{ ...value }`: copies the members, and says where they came in.
    pub(super) fn spread_into(&mut self, object: &Object, value: &Value, at: Span) {
        match self.members_of(value, at) {
            Ok((members, open)) => {
                for (key, member) in members {
                    object.insert(key, Member { spread: Some(at), ..member });
                }
                if let Some(why) = open {
                    object.open(&why);
                }
            }
            Err(why) => object.open(&why),
        }
    }

    /// The members of anything that `Object.entries` or a spread can take apart, and why there may be
    /// more of them.
    #[allow(clippy::type_complexity, reason = "a list of members and a reason, used in two places")]
    pub(super) fn members_of(
        &mut self,
        value: &Value,
        at: Span,
    ) -> Result<(Vec<(SmolStr, Member)>, Option<Arc<Unknown>>), Arc<Unknown>> {
        let member = |value| Member { value, written: at, spread: None };
        let length = match value {
            Value::Object(object) => object.members.borrow().len(),
            Value::Array(items) => items.borrow().len(),
            Value::Entity(Entity::Table(table)) => table.columns.len(),
            _ => 0,
        };
        if let Some(Value::Unknown(stop)) = self.charge(length, at) {
            return Err(stop);
        }
        Ok(match value {
            Value::Object(object) => {
                let mut members: Vec<(SmolStr, Member)> = object
                    .members
                    .borrow()
                    .iter()
                    .map(|(key, member)| (key.clone(), member.clone()))
                    .collect();
                for (_, member) in &mut members {
                    if let Value::Getter(getter) = &member.value {
                        member.value = self.call_getter(getter, value, at);
                    }
                }
                (members, object.open.borrow().clone())
            }
            Value::Module(file) => {
                let (names, open) = self.export_names(*file);
                if let Some(Value::Unknown(stop)) = self.charge(names.len(), at) {
                    return Err(stop);
                }
                let mut members = Vec::with_capacity(names.len());
                for name in names {
                    self.note_member(*file, &name, at);
                    let value = self.export(*file, &name);
                    members.push((name, member(value)));
                }
                (members, open)
            }
            Value::Array(items) => {
                let items = items.borrow();
                let indexed = items.iter().enumerate();
                let members = indexed.map(|(index, item)| (number_text(index as f64), member(item.clone())));
                (members.collect(), None)
            }
            Value::Entity(Entity::Table(table)) => {
                let columns = table.columns.keys().map(|key| {
                    let column = column_value(table, key);
                    (key.clone(), member(column))
                });
                (columns.collect(), table.open.clone())
            }
            Value::Class(class) => return self.members_of(&Value::Object(class.statics.clone()), at),
            Value::Undefined | Value::Null | Value::Bool(_) | Value::Number(_) => (Vec::new(), None),
            Value::Unknown(why) => return Err(why.clone()),
            _ => return Err(why("the members of this value are not read", at)),
        })
    }
}
