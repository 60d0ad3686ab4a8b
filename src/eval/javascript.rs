//! The parts of JavaScript's own library that schemas are built with.

use smol_str::SmolStr;
use std::rc::Rc;

use super::budget::MAX_SIZE;
use super::drizzle::Entity;
use super::expression::same;
use super::library::Global;
use super::value::*;
use super::{Evaluator, no_member, unknown};
use crate::source::Span;

impl Evaluator<'_> {
    /// `Object.entries(…)`, `Math.max(…)` and their like.
    pub(super) fn call_global(
        &mut self,
        global: Global,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        match (global, name) {
            (Global::Object, "freeze" | "seal") => first,
            (Global::Object, "keys" | "values" | "entries") => match self.members_of(&first, at) {
                Ok((_, Some(why))) | Err(why) => Value::Unknown(why),
                Ok((members, None)) => Value::array(
                    members
                        .into_iter()
                        .map(|(key, member)| match name {
                            "keys" => Value::String(key),
                            "values" => member.value,
                            _ => Value::array(vec![Value::String(key), member.value]),
                        })
                        .collect(),
                ),
            },
            (Global::Object, "fromEntries") => self.object_of_entries(&first, at),
            (Global::Object, "assign") => {
                match &first {
                    Value::Object(target) => {
                        // One that was just made is held here and by the arguments.
                        let is_new = target.members.borrow().is_empty() && Rc::strong_count(target) <= 2;
                        if !is_new {
                            self.note_change(at.file);
                        }
                        for source in arguments.iter().skip(1) {
                            self.spread_into(target, source, at);
                        }
                    }
                    Value::Entity(Entity::Builder(builder)) => {
                        self.add_methods(builder, arguments.get(1..).unwrap_or_default(), at);
                    }
                    _ => {}
                }
                first
            }
            (Global::Array, "isArray") => match first {
                Value::Unknown(why) => Value::Unknown(why),
                other => Value::Bool(matches!(other, Value::Array(_))),
            },
            (Global::Array, "of") => Value::array(arguments),
            (Global::Array, "from") => {
                let items = match &first {
                    Value::Object(object) => match object.get("length") {
                        Value::Number(length) if (0.0..10_000.0).contains(&length) => {
                            if let Some(stop) = self.charge(length as usize, at) {
                                return stop;
                            }
                            Ok(vec![Value::Undefined; length as usize])
                        }
                        _ => self.iterate(&first, at),
                    },
                    other => self.iterate(other, at),
                };
                match (items, arguments.get(1)) {
                    (Ok(items), Some(function)) => self.map(&items, function, at),
                    (Ok(items), None) => Value::array(items),
                    (Err(why), _) => Value::Unknown(why),
                }
            }
            (Global::Math, _) => self.math(name, &arguments, at),
            (Global::Date | Global::Json, _) => unknown("a value of run time is not evaluated", at),
            (Global::Console, _) => Value::Undefined,
            // A registered symbol stands for its key.
            (Global::Symbol, "for") => match self.text_of(&first) {
                Some(key) => Value::string(format!("@@{key}")),
                None => unknown("the symbol is not known", at),
            },
            (Global::Process, "cwd") => Value::string(self.world.package_folder(at.file)),
            (Global::String, "raw") => unknown("`String.raw` is not evaluated", at),
            _ => no_member("a global", name, at),
        }
    }

    fn math(&mut self, name: &str, arguments: &[Value], at: Span) -> Value {
        let mut numbers = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                Value::Number(number) => numbers.push(*number),
                Value::Unknown(why) => return Value::Unknown(why.clone()),
                _ => return unknown("the value is no number", at),
            }
        }
        let first = numbers.first().copied().unwrap_or(f64::NAN);
        Value::Number(match name {
            "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            "floor" => first.floor(),
            "ceil" => first.ceil(),
            "round" => (first + 0.5).floor(),
            "trunc" => first.trunc(),
            "abs" => first.abs(),
            "pow" => first.powf(numbers.get(1).copied().unwrap_or(f64::NAN)),
            _ => return no_member("`Math`", name, at),
        })
    }

    fn object_of_entries(&mut self, entries: &Value, at: Span) -> Value {
        let object = Object::default();
        let entries = match self.iterate(entries, at) {
            Ok(entries) => entries,
            Err(why) => return Value::Unknown(why),
        };
        for entry in entries {
            match self.iterate(&entry, at).as_deref() {
                Ok([key, value, ..]) => match self.text_of(key) {
                    Some(key) => {
                        object.insert(key, Member { value: value.clone(), written: at, spread: None });
                    }
                    None => return unknown("a key is not known", at),
                },
                Ok(_) => {}
                Err(why) => object.open(why),
            }
        }
        Value::Object(Rc::new(object))
    }

    fn map(&mut self, items: &[Value], function: &Value, at: Span) -> Value {
        let mut results = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let arguments = vec![item.clone(), Value::Number(index as f64)];
            results.push(self.call_value(function, arguments, at));
        }
        Value::array(results)
    }

    pub(super) fn call_array_method(
        &mut self,
        list: &Rc<List>,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        if name == "push" {
            let length = list.borrow().len() + arguments.len();
            if length > MAX_SIZE {
                return unknown("the list is too long to be part of a schema", at);
            }
            self.note_change(at.file);
            list.borrow_mut().extend(arguments);
            return Value::Number(length as f64);
        }
        if let Some(stop) = self.charge(list.borrow().len(), at) {
            return stop;
        }
        let items = list.borrow().clone();
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        // A list with an unknown part has an unknown length and order.
        let gap = items.iter().find_map(|item| match item {
            Value::Unknown(why) => Some(why.clone()),
            _ => None,
        });
        match name {
            "map" => return self.map(&items, &first, at),
            "unshift" => {
                if let Some(stop) = self.charge(items.len() + arguments.len(), at) {
                    return stop;
                }
                self.note_change(at.file);
                list.borrow_mut().splice(0..0, arguments);
                return Value::Number(list.borrow().len() as f64);
            }
            "concat" => {
                let mut all = items;
                for argument in arguments {
                    match argument {
                        Value::Array(more) => {
                            if let Some(stop) = self.charge(all.len() + more.borrow().len(), at) {
                                return stop;
                            }
                            all.extend(more.borrow().iter().cloned());
                        }
                        other => all.push(other),
                    }
                }
                return Value::array(all);
            }
            "forEach" => {
                let results = self.map(&items, &first, at);
                let Value::Array(results) = &results else { return results };
                let stopped = results.borrow().iter().find_map(|result| match result {
                    Value::Unknown(why) if !why.external => Some(why.clone()),
                    _ => None,
                });
                return stopped.map_or(Value::Undefined, Value::Unknown);
            }
            "flat" => return self.flattened(&items, first_number(&arguments, 1.0).min(16.0) as u32, at),
            "flatMap" => {
                return match self.map(&items, &first, at) {
                    Value::Array(mapped) => self.flattened(&mapped.borrow(), 1, at),
                    other => other,
                };
            }
            "values" => return Value::array(items),
            "omit" | "pick" => {
                return self.choose(&Value::Array(list.clone()), &first, name == "pick", at);
            }
            _ => {}
        }
        if let Some(why) = gap {
            return Value::Unknown(why);
        }
        match name {
            "filter" | "find" | "some" | "every" | "findIndex" => self.search(&items, name, &first, at),
            "reduce" => self.reduce(&items, &arguments, at),
            "slice" => {
                let (from, to) = slice_bounds(&arguments, items.len());
                Value::array(items[from..to].to_vec())
            }
            "includes" => Value::Bool(items.iter().any(|item| same(item, &first))),
            "indexOf" => {
                let found = items.iter().position(|item| same(item, &first));
                Value::Number(found.map_or(-1.0, |index| index as f64))
            }
            "join" => {
                let between = match &first {
                    Value::String(text) => text.clone(),
                    _ => SmolStr::new_static(","),
                };
                let texts: Option<Vec<SmolStr>> = items.iter().map(|item| self.text_of(item)).collect();
                let Some(texts) = texts else { return unknown("a part of the list is no text", at) };
                let parts = texts.iter().map(|text| text.len() + between.len());
                match self.charge_text(parts.fold(0, usize::saturating_add), at) {
                    Some(stop) => stop,
                    None => Value::string(texts.join(&between)),
                }
            }
            "at" => {
                let index = first_number(&arguments, 0.0);
                let index = if index < 0.0 { items.len() as f64 + index } else { index };
                if index < 0.0 {
                    return Value::Undefined;
                }
                items.get(index as usize).cloned().unwrap_or(Value::Undefined)
            }
            "reverse" => {
                self.note_change(at.file);
                list.borrow_mut().reverse();
                Value::Array(list.clone())
            }
            "toReversed" => Value::array(items.into_iter().rev().collect()),
            "entries" => {
                if let Some(stop) = self.charge(items.len().saturating_mul(3), at) {
                    return stop;
                }
                let pair = |(index, item)| Value::array(vec![Value::Number(index as f64), item]);
                Value::array(items.into_iter().enumerate().map(pair).collect())
            }
            "keys" => Value::array((0..items.len()).map(|index| Value::Number(index as f64)).collect()),
            "sort" | "toSorted" if arguments.is_empty() => {
                let texts: Option<Vec<SmolStr>> = items.iter().map(|item| self.text_of(item)).collect();
                let Some(texts) = texts else { return unknown("the order is not known", at) };
                let mut pairs: Vec<(SmolStr, Value)> = texts.into_iter().zip(items).collect();
                pairs.sort_by(|left, right| left.0.cmp(&right.0));
                let sorted: Vec<Value> = pairs.into_iter().map(|(_, item)| item).collect();
                if name == "sort" {
                    self.note_change(at.file);
                    list.borrow_mut().clone_from(&sorted);
                }
                Value::array(sorted)
            }
            _ => no_member("a list", name, at),
        }
    }

    /// The lists in a list opened, so many levels deep.
    fn flattened(&mut self, items: &[Value], depth: u32, at: Span) -> Value {
        let mut flat = Vec::new();
        match self.flatten(items, depth, &mut flat, at) {
            Some(stop) => stop,
            None => Value::array(flat),
        }
    }

    fn flatten(&mut self, items: &[Value], depth: u32, flat: &mut Vec<Value>, at: Span) -> Option<Value> {
        // Others that hold the same list many times are counted as often.
        if let Some(stop) = self.charge(items.len(), at) {
            return Some(stop);
        }
        if flat.len() + items.len() > MAX_SIZE {
            return Some(unknown("the list is too long to be part of a schema", at));
        }
        for item in items {
            match item {
                Value::Array(inner) if depth > 0 => {
                    let inner = inner.borrow().clone();
                    if let Some(stop) = self.flatten(&inner, depth - 1, flat, at) {
                        return Some(stop);
                    }
                }
                other => flat.push(other.clone()),
            }
        }
        None
    }

    fn search(&mut self, items: &[Value], name: &str, test: &Value, at: Span) -> Value {
        let mut kept = Vec::new();
        for (index, item) in items.iter().enumerate() {
            // `filter(Boolean)` and any other function.
            let arguments = vec![item.clone(), Value::Number(index as f64)];
            let holds = match self.call_value(test, arguments, at).truthy() {
                Ok(holds) => holds,
                Err(why) => return Value::Unknown(why),
            };
            match (name, holds) {
                ("filter", true) => kept.push(item.clone()),
                ("find", true) => return item.clone(),
                ("findIndex", true) => return Value::Number(index as f64),
                ("some", true) => return Value::Bool(true),
                ("every", false) => return Value::Bool(false),
                _ => {}
            }
        }
        match name {
            "filter" => Value::array(kept),
            "findIndex" => Value::Number(-1.0),
            "some" => Value::Bool(false),
            "every" => Value::Bool(true),
            _ => Value::Undefined,
        }
    }

    fn reduce(&mut self, items: &[Value], arguments: &[Value], at: Span) -> Value {
        let (Some(function), items) = (arguments.first(), items.iter()) else {
            return Value::Undefined;
        };
        let mut items = items.enumerate();
        let mut result = match arguments.get(1) {
            Some(start) => start.clone(),
            None => items.next().map_or(Value::Undefined, |(_, item)| item.clone()),
        };
        for (index, item) in items {
            let step = vec![result, item.clone(), Value::Number(index as f64)];
            result = self.call_value(function, step, at);
        }
        result
    }

    pub(super) fn call_string_method(
        &mut self,
        text: &SmolStr,
        name: &str,
        arguments: &[Value],
        at: Span,
    ) -> Value {
        if let Some(why) = arguments.iter().find_map(|argument| match argument {
            Value::Unknown(why) => Some(why.clone()),
            _ => None,
        }) {
            return Value::Unknown(why);
        }
        if let Some(stop) = self.charge_text(text.len(), at) {
            return stop;
        }
        let parts: Vec<SmolStr> =
            arguments.iter().map(|argument| self.text_of(argument).unwrap_or_default()).collect();
        let part = |index: usize| parts.get(index).cloned().unwrap_or_default();
        Value::string(match name {
            "toLowerCase" | "toLocaleLowerCase" => text.to_lowercase(),
            "toUpperCase" | "toLocaleUpperCase" => text.to_uppercase(),
            "trim" => text.trim().to_string(),
            "toString" | "valueOf" => text.to_string(),
            "concat" => {
                let lengths = parts.iter().map(SmolStr::len);
                if let Some(stop) = self.charge_text(lengths.fold(text.len(), usize::saturating_add), at) {
                    return stop;
                }
                parts.iter().fold(text.to_string(), |all, part| all + part)
            }
            "replace" | "replaceAll" if !arguments.iter().all(|part| matches!(part, Value::String(_))) => {
                return unknown("the replacement is not followed in this form", at);
            }
            "replace" => text.replacen(&*part(0), &part(1), 1),
            "replaceAll" => {
                let (old, new) = (part(0), part(1));
                let found = text.matches(&*old).count();
                if let Some(stop) = self.charge_text(text.len() + found.saturating_mul(new.len()), at) {
                    return stop;
                }
                text.replace(&*old, &new)
            }
            "repeat" => {
                let times = first_number(arguments, 0.0).max(0.0) as usize;
                if let Some(stop) = self.charge_text(text.len().saturating_mul(times), at) {
                    return stop;
                }
                text.repeat(times)
            }
            "slice" => {
                let letters: Vec<char> = text.chars().collect();
                let (from, to) = slice_bounds(arguments, letters.len());
                letters[from..to].iter().collect()
            }
            "substring" => {
                let letters: Vec<char> = text.chars().collect();
                let bound = |index: usize, default: usize| match arguments.get(index) {
                    Some(Value::Number(number)) => (number.max(0.0) as usize).min(letters.len()),
                    _ => default,
                };
                let (from, to) = (bound(0, 0), bound(1, letters.len()));
                letters[from.min(to)..from.max(to)].iter().collect()
            }
            "charAt" => {
                text.chars().nth(first_number(arguments, 0.0) as usize).map(String::from).unwrap_or_default()
            }
            "padStart" => {
                let (width, fill) = (first_number(arguments, 0.0) as usize, part(1));
                let fill = if fill.is_empty() { SmolStr::new_static(" ") } else { fill };
                let missing = width.min(10_000).saturating_sub(text.chars().count());
                fill.chars().cycle().take(missing).chain(text.chars()).collect()
            }
            "startsWith" => return Value::Bool(text.starts_with(&*part(0))),
            "endsWith" => return Value::Bool(text.ends_with(&*part(0))),
            "includes" => return Value::Bool(text.contains(&*part(0))),
            "indexOf" => {
                let found = text.find(&*part(0)).map(|at| text[..at].encode_utf16().count());
                return Value::Number(found.map_or(-1.0, |at| at as f64));
            }
            "split" if arguments.len() == 1 => {
                let between = part(0);
                if between.is_empty() {
                    let letters = text.chars().map(|letter| Value::string(letter.to_string()));
                    return Value::array(letters.collect());
                }
                let pieces = text.split(&*between).map(Value::string);
                return Value::array(pieces.collect());
            }
            _ => return no_member("a text", name, at),
        })
    }
}

fn first_number(arguments: &[Value], default: f64) -> f64 {
    match arguments.first() {
        Some(Value::Number(number)) => *number,
        _ => default,
    }
}

/// The bounds of `slice(from, to)`: negative ones count from the end.
fn slice_bounds(arguments: &[Value], length: usize) -> (usize, usize) {
    let bound = |index: usize, default: usize| match arguments.get(index) {
        Some(Value::Number(number)) if *number < 0.0 => (length as f64 + number).max(0.0) as usize,
        Some(Value::Number(number)) => (*number as usize).min(length),
        _ => default,
    };
    let (from, to) = (bound(0, 0), bound(1, length));
    (from.min(to), to)
}
