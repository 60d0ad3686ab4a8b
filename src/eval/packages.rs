//! Packages whose meaning is built in: pure helpers over objects, paths, and validation schemas as far
//! as their lists of values go.

use smol_str::SmolStr;
use std::rc::Rc;

use super::drizzle::Entity;
use super::expression::parent;
use super::library::Global;
use super::value::*;
use super::{Evaluator, Library, no_member, unknown};
use crate::graph::Casing;
use crate::source::Span;

/// Why a schema of Zod and its like is not known.
pub const VALIDATION: &str = "a validation schema is not evaluated";

impl Evaluator<'_> {
    /// A member of a library that is not called at once.
    pub(super) fn library_member(&mut self, library: Library, name: &str, at: Span) -> Value {
        match (library, name) {
            (Library::Global(Global::Process), "env") => {
                unknown("an environment variable is not known before run time", at)
            }
            (Library::Global(Global::ImportMeta), _) => {
                let path = self.world.absolute_path(at.file);
                match name {
                    "url" => Value::string(format!("file://{path}")),
                    "dirname" | "dir" => Value::string(parent(&path)),
                    "filename" | "path" => Value::string(path),
                    _ => unknown("`import.meta` is not known before run time", at),
                }
            }
            // Packages that export one object with everything: `import { z } from "zod"`.
            (Library::Zod, "z" | "default" | "v") => Value::Library(library),
            (Library::Functional | Library::Path | Library::Url, "default" | "R" | "_") => {
                Value::Library(library)
            }
            (Library::Core(dialect, line), _) => super::drizzle::core_member(dialect, line, name)
                .unwrap_or_else(|| unknown(format!("`{name}` of drizzle-orm is not read"), at)),
            (Library::Links(index), _) => self.link_member(index, name, at),
            _ => Value::Static(library, SmolStr::new(name)),
        }
    }

    /// Calls a function of a package whose meaning is built in.
    pub(super) fn call_library(
        &mut self,
        library: Library,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        match library {
            Library::Core(dialect, line) => self.call_core(dialect, line, name, arguments, at),
            Library::PonderColumns(line) => self.call_ponder_column(line, name, &arguments, at),
            Library::Orm(_) => self.call_orm(name, arguments, at),
            Library::Ponder(line) => self.call_ponder(line, name, arguments, at),
            Library::Kit => match name {
                "defineConfig" => arguments.into_iter().next().unwrap_or(Value::Undefined),
                _ => no_member("drizzle-kit", name, at),
            },
            Library::Zod => self.call_zod(name, &arguments, at),
            Library::Functional => self.call_functional(name, &arguments, at),
            Library::ChangeCase => match (name, arguments.first()) {
                ("snakeCase", Some(Value::String(text))) => Value::string(Casing::Snake.apply(text)),
                ("camelCase", Some(Value::String(text))) => Value::string(Casing::Camel.apply(text)),
                _ => no_member("change-case", name, at),
            },
            Library::Path => self.call_path(name, &arguments, at),
            Library::Url => match (name, arguments.first()) {
                ("fileURLToPath", Some(Value::String(url))) => {
                    Value::string(url.strip_prefix("file://").unwrap_or(url))
                }
                _ => no_member("`node:url`", name, at),
            },
            Library::Links(_) => self.define_link(name, &arguments, at),
            Library::Global(global) => self.call_global(global, name, arguments, at),
        }
    }

    fn call_path(&mut self, name: &str, arguments: &[Value], at: Span) -> Value {
        let mut parts = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument.as_str() {
                Ok(Some(text)) => parts.push(text),
                Ok(None) => return unknown("a part of the path is no text", at),
                Err(why) => return Value::Unknown(why),
            }
        }
        match name {
            "join" => Value::string(parts.join("/")),
            "resolve" => {
                let from = parts.iter().rposition(|part| part.starts_with('/'));
                let joined = parts[from.unwrap_or(0)..].join("/");
                Value::string(match from {
                    Some(_) => joined,
                    None => format!("{}/{joined}", self.world.package_folder(at.file)),
                })
            }
            "dirname" => Value::string(parts.first().map_or("", |path| parent(path))),
            "relative" => match &parts[..] {
                [from, to] => Value::string(relative(from, to)),
                _ => unknown("`relative` needs two paths", at),
            },
            _ => no_member("`node:path`", name, at),
        }
    }

    /// `z.enum([…])` and what takes its values apart again; every other schema is opaque.
    fn call_zod(&mut self, name: &str, arguments: &[Value], at: Span) -> Value {
        let opaque = || unknown(VALIDATION, at);
        let options = match (name, arguments.first()) {
            ("enum" | "picklist", Some(Value::Array(values))) => values.borrow().clone(),
            ("enum" | "nativeEnum" | "enum_", Some(list @ Value::Object(_))) => {
                match self.call_global(Global::Object, "values", vec![list.clone()], at) {
                    Value::Array(values) => values.borrow().clone(),
                    other => return other,
                }
            }
            ("pipe" | "optional" | "nullable" | "nullish", Some(Value::Entity(Entity::Options(options)))) => {
                options.to_vec()
            }
            ("enum" | "picklist" | "nativeEnum", Some(Value::Unknown(why))) => {
                return Value::Unknown(why.clone());
            }
            _ => return opaque(),
        };
        Value::Entity(Entity::Options(Rc::new(options)))
    }

    /// `R.omit(["id"], columns)`, `omit(columns, ["id"])`, `omit(["id"])(columns)`, `pick`, `merge`.
    fn call_functional(&mut self, name: &str, arguments: &[Value], at: Span) -> Value {
        let keep = match name {
            "omit" => false,
            "pick" => true,
            "mergeRight" | "merge" | "assign" | "mergeLeft" => {
                let object = Object::default();
                let reversed = name == "mergeLeft";
                let order: Vec<&Value> =
                    if reversed { arguments.iter().rev().collect() } else { arguments.iter().collect() };
                for source in order {
                    self.spread_into(&object, source, at);
                }
                return Value::Object(Rc::new(object));
            }
            "mapValues" => {
                return match arguments {
                    [object, function] => self.map_values(object, function, at),
                    _ => unknown("`mapValues` is not followed in this form", at),
                };
            }
            "identity" => return arguments.first().cloned().unwrap_or(Value::Undefined),
            "keys" | "values" | "fromEntries" | "fromPairs" => {
                let name = if name == "fromPairs" { "fromEntries" } else { name };
                return self.call_global(Global::Object, name, arguments.to_vec(), at);
            }
            "toPairs" | "entries" => {
                return self.call_global(Global::Object, "entries", arguments.to_vec(), at);
            }
            "snakeCase" | "camelCase" => {
                let casing = if name == "snakeCase" { Casing::Snake } else { Casing::Camel };
                return match arguments.first() {
                    Some(Value::String(text)) => Value::string(casing.apply(text)),
                    _ => unknown("the name is not known", at),
                };
            }
            _ => return no_member("this package", name, at),
        };
        let is_keys = |value: &Value| matches!(value, Value::Array(_) | Value::String(_));
        let (keys, object) = match arguments {
            // Lodash, es-toolkit and Remeda take the object first, Ramda takes the keys first.
            [keys, object] if is_keys(keys) => (keys, object),
            [object, keys] if is_keys(keys) => (keys, object),
            [object, keys @ ..] if !keys.is_empty() && keys.iter().all(is_keys) => {
                let keys = Value::array(keys.to_vec());
                return self.call_functional(name, &[keys, object.clone()], at);
            }
            [keys] if is_keys(keys) => {
                return Value::Method(Rc::new((keys.clone(), SmolStr::new(name))));
            }
            _ => return unknown(format!("`{name}` is not followed in this form"), at),
        };
        self.choose(keys, object, keep, at)
    }

    /// The object with every value replaced by what the function gives for value and key.
    fn map_values(&mut self, object: &Value, function: &Value, at: Span) -> Value {
        let (members, open) = match self.members_of(object, at) {
            Ok(found) => found,
            Err(why) => return Value::Unknown(why),
        };
        let mapped = Object::default();
        for (key, member) in members {
            let value = self.call_value(function, vec![member.value, Value::String(key.clone())], at);
            mapped.insert(key, Member { value, written: member.written, spread: None });
        }
        if let Some(why) = open {
            mapped.open(&why);
        }
        Value::Object(Rc::new(mapped))
    }

    /// The object with only the named members, or without them.
    pub(super) fn choose(&mut self, keys: &Value, object: &Value, keep: bool, at: Span) -> Value {
        let keys = match keys {
            Value::String(key) => vec![key.clone()],
            list => match self.iterate(list, at) {
                Ok(keys) => keys.iter().filter_map(Value::to_text).collect(),
                Err(why) => return Value::Unknown(why),
            },
        };
        match self.members_of(object, at) {
            Ok((members, open)) => {
                let chosen = members.into_iter().filter(|(key, _)| keys.contains(key) == keep);
                let chosen = Object::from_members(chosen);
                if let Some(why) = open {
                    chosen.open(&why);
                }
                Value::Object(Rc::new(chosen))
            }
            Err(why) => Value::Unknown(why),
        }
    }
}

/// `path.relative`.
fn relative(from: &str, to: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_string).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
    let up = std::iter::repeat_n("..".to_string(), from.len() - shared);
    up.chain(to[shared..].iter().cloned()).collect::<Vec<_>>().join("/")
}
