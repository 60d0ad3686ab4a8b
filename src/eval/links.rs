//! `defineLink` of the house: a function that the config names is built in, whatever its own code says.
//!
//! Names are those of `@voyant-travel/core`: the table `left module_left entity_right module_right entity`,
//! the columns `module_entity_id`, unless the options say others.

use smol_str::{SmolStr, format_smolstr};
use std::rc::Rc;
use std::sync::Arc;

use super::value::*;
use super::{Evaluator, Library, unknown, why};
use crate::graph::{Fact, Unknown};
use crate::source::{FileId, Span};

/// A function that declares links, as it is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFunction {
    /// The module.
    pub specifier: SmolStr,
    /// The export.
    pub name: SmolStr,
}

/// A call of such a function.
pub struct Link {
    /// What the call gives.
    pub value: Rc<Object>,
    /// The first argument.
    pub left: LinkSide,
    /// The second argument.
    pub right: LinkSide,
    /// The SQL name of its table.
    pub table: Fact<SmolStr>,
    /// Where that name is written, when it is.
    pub table_at: Option<Span>,
    /// `deleteCascade`.
    pub delete_cascade: Fact<bool>,
    /// `readOnly`: it has no table of its own.
    pub read_only: Fact<bool>,
    /// Why the call throws.
    pub throws: Option<Arc<Unknown>>,
    /// The call.
    pub at: Span,
    /// The top-level binding that was evaluated when it was made.
    pub binding: (FileId, SmolStr),
}

/// A side of a link.
pub struct LinkSide {
    /// What is linked.
    pub linkable: Fact<Linkable>,
    /// Whether the other side sees several of it.
    pub is_list: Fact<bool>,
    /// The column of the link's table.
    pub column: Fact<SmolStr>,
}

/// An object that says what may be linked.
#[derive(Clone)]
pub struct Linkable {
    /// The object.
    pub object: Rc<Object>,
    /// `module`.
    pub module: Fact<SmolStr>,
    /// `entity`.
    pub entity: Fact<SmolStr>,
    /// `table`: an SQL name.
    pub table: Fact<SmolStr>,
    /// `primaryKey`, else `id`.
    pub primary_key: Fact<SmolStr>,
    /// `idPrefix`.
    pub id_prefix: Fact<Option<SmolStr>>,
}

impl Linkable {
    /// Where a property is written.
    pub fn place_of(&self, key: &str) -> Option<Span> {
        self.object.members.borrow().get(key).map(|member| member.written)
    }
}

impl Evaluator<'_> {
    /// The function that a module and an export name, when it is one that declares links.
    pub(super) fn link_function(&self, specifier: &str, name: &str) -> Option<Value> {
        let functions = self.world.link_functions();
        let is_it = |function: &LinkFunction| function.specifier == specifier && function.name == name;
        let index = functions.iter().position(is_it)?;
        Some(Value::Static(Library::Links(index), SmolStr::new(name)))
    }

    /// The function behind an export of a file, when it is one that declares links.
    pub(super) fn link_function_of(&self, file: FileId, name: &str) -> Option<Value> {
        self.world.is_link_function(file, name).then(|| Value::Static(Library::Links(0), SmolStr::new(name)))
    }

    /// A package outside the repository that exports such a function.
    pub(super) fn link_library(&self, specifier: &str) -> Option<Value> {
        let functions = self.world.link_functions();
        let index = functions.iter().position(|function| function.specifier == specifier)?;
        Some(Value::Library(Library::Links(index)))
    }

    /// A member of such a package.
    pub(super) fn link_member(&self, index: usize, name: &str, at: Span) -> Value {
        let Some(function) = self.world.link_functions().get(index) else { return Value::Undefined };
        self.link_function(&function.specifier, name).unwrap_or_else(|| {
            let reason = format!("the package `{}` is not part of the repository", function.specifier);
            Value::Unknown(Arc::new(Unknown { reason: reason.into(), span: at, external: true }))
        })
    }

    /// Whether a value is the function.
    pub fn is_link_function(value: &Value) -> bool {
        matches!(value, Value::Static(Library::Links(_), _))
    }

    /// Whether an object is what a call of the function gave.
    pub fn is_link(&self, object: &Rc<Object>) -> bool {
        self.link_values.contains(&Rc::as_ptr(object))
    }

    /// `defineLink(left, right, options?)`.
    pub(super) fn define_link(&mut self, name: &str, arguments: &[Value], at: Span) -> Value {
        let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Undefined);
        let options = argument(2);
        let database = options.option("database");
        let (mut left, mut right) = (self.link_side(&argument(0), at), self.link_side(&argument(1), at));
        let table = match database.option("tableName") {
            Value::Undefined | Value::Null => table_name(&left, &right),
            written => text_of(&written, "the name of the link's table is no text", at),
        };
        for (side, key) in [(&mut left, "leftColumn"), (&mut right, "rightColumn")] {
            match database.option(key) {
                Value::Undefined | Value::Null => {}
                written => side.column = text_of(&written, "the name of the link's column is no text", at),
            }
        }
        let throws = match (&left.column, &right.column) {
            (Ok(one), Ok(other)) if one == other => Some(why(
                format!(
                    "`{name}` throws: both columns are named `{one}`; give `leftColumn` or `rightColumn` \
                     in `database`"
                ),
                at,
            )),
            _ => None,
        };
        let flag = |value: Value| match value {
            Value::Undefined => Ok(false),
            value => value.truthy(),
        };
        let (delete_cascade, read_only) =
            (flag(options.option("deleteCascade")), flag(options.option("readOnly")));
        let value = Rc::new(Object::default());
        let put = |key: &'static str, member: Value| {
            value.insert(SmolStr::new_static(key), Member { value: member, written: at, spread: None });
        };
        let text = |fact: &Fact<SmolStr>| fact.clone().map_or_else(Value::Unknown, Value::String);
        let bool = |fact: &Fact<bool>| fact.clone().map_or_else(Value::Unknown, Value::Bool);
        put("left", side_value(&left, at));
        put("right", side_value(&right, at));
        put("tableName", text(&table));
        put("leftColumn", text(&left.column));
        put("rightColumn", text(&right.column));
        put("cardinality", cardinality(&left, &right));
        put("deleteCascade", bool(&delete_cascade));
        put("readOnly", options.option("readOnly"));
        let result = match &throws {
            Some(why) => Value::Unknown(why.clone()),
            None => Value::Object(value.clone()),
        };
        let table_at = match &database {
            Value::Object(object) => object.members.borrow().get("tableName").map(|member| member.written),
            _ => None,
        };
        let binding = self.current_binding(at.file);
        self.link_values.insert(Rc::as_ptr(&value));
        self.links.push(Rc::new(Link {
            value,
            left,
            right,
            table,
            table_at,
            delete_cascade,
            read_only,
            throws,
            at,
            binding,
        }));
        result
    }

    /// A linkable, or `{ linkable, isList }`.
    fn link_side(&mut self, argument: &Value, at: Span) -> LinkSide {
        let unknown = |why: Arc<Unknown>| LinkSide {
            linkable: Err(why.clone()),
            is_list: Err(why.clone()),
            column: Err(why),
        };
        let inner = argument.option("linkable");
        let (linkable, is_list) = match (argument, &inner) {
            (Value::Unknown(why), _) | (_, Value::Unknown(why)) => return unknown(why.clone()),
            (Value::Object(object), Value::Undefined) => (object.clone(), Ok(false)),
            (_, Value::Object(object)) => (
                object.clone(),
                match argument.option("isList") {
                    Value::Undefined => Ok(false),
                    flag => flag.truthy(),
                },
            ),
            _ => return unknown(why("this side of the link is no object", at)),
        };
        let linkable = self.linkable(&linkable, at);
        let column = match (&linkable.module, &linkable.entity) {
            (Ok(module), Ok(entity)) => Ok(format_smolstr!("{module}_{entity}_id")),
            (Err(why), _) | (_, Err(why)) => Err(why.clone()),
        };
        LinkSide { linkable: Ok(linkable), is_list, column }
    }

    /// What an object says of what may be linked.
    pub fn linkable(&mut self, object: &Rc<Object>, at: Span) -> Linkable {
        let this = Value::Object(object.clone());
        let mut member = |key: &str| self.member(&this, key, at);
        let mut needed = |key: &str| {
            let value = member(key);
            text_of(&value, format!("`{key}` of this linkable is no text"), at)
        };
        let (module, entity, table) = (needed("module"), needed("entity"), needed("table"));
        let primary_key = match member("primaryKey") {
            Value::Undefined | Value::Null => Ok(SmolStr::new_static("id")),
            written => text_of(&written, "`primaryKey` of this linkable is no text", at),
        };
        let id_prefix = match member("idPrefix") {
            Value::Undefined | Value::Null => Ok(None),
            written => text_of(&written, "`idPrefix` of this linkable is no text", at).map(Some),
        };
        Linkable { object: object.clone(), module, entity, table, primary_key, id_prefix }
    }
}

fn text_of(value: &Value, otherwise: impl Into<std::borrow::Cow<'static, str>>, at: Span) -> Fact<SmolStr> {
    value.as_str()?.ok_or_else(|| why(otherwise, at))
}

fn table_name(left: &LinkSide, right: &LinkSide) -> Fact<SmolStr> {
    let (left, right) = (left.linkable.as_ref(), right.linkable.as_ref());
    let (left, right) = (left.map_err(Clone::clone)?, right.map_err(Clone::clone)?);
    let parts = [&left.module, &left.entity, &right.module, &right.entity];
    let parts = parts.into_iter().map(|part| part.as_deref().map_err(Clone::clone));
    let parts: Vec<&str> = parts.collect::<Fact<_>>()?;
    Ok(SmolStr::new(parts.join("_")))
}

fn side_value(side: &LinkSide, at: Span) -> Value {
    let linkable = match &side.linkable {
        Ok(linkable) => Value::Object(linkable.object.clone()),
        Err(why) => return Value::Unknown(why.clone()),
    };
    let is_list = side.is_list.clone().map_or_else(Value::Unknown, Value::Bool);
    let members = [("linkable", linkable), ("isList", is_list)];
    let members =
        members.map(|(key, value)| (SmolStr::new_static(key), Member { value, written: at, spread: None }));
    Value::Object(Rc::new(Object::from_members(members)))
}

fn cardinality(left: &LinkSide, right: &LinkSide) -> Value {
    let word = |many: bool| if many { "many" } else { "one" };
    match (&left.is_list, &right.is_list) {
        (Ok(left), Ok(right)) => Value::string(format!("{}-to-{}", word(*left), word(*right))),
        (Err(why), _) | (_, Err(why)) => unknown(why.reason.clone(), why.span),
    }
}
