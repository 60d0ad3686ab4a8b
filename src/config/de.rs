//! Reads Rust values out of a tree: errors know their place and speak of JSON, and all of them are found,
//! not only the first.

use std::fmt::Display;

use serde::de::value::{BorrowedStrDeserializer, U32Deserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::node::{Kind, Member, Node};
use super::{Error, Errors, nullable, spanned};
use crate::source::Span;

/// Reads a value, or says everything that is wrong.
pub fn read<T: DeserializeOwned>(node: &Node) -> Result<T, Errors> {
    let mut errors = Errors::new();
    // What is wrong is cut out, and the rest read again.
    let mut rest: Option<Node> = None;
    // Objects that miss a key because it was cut out are no news.
    let mut cut: Vec<Span> = Vec::new();
    loop {
        let fault = match T::deserialize(Value::of(rest.as_ref().unwrap_or(node))) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => return Err(errors),
            Err(fault) => fault,
        };
        let span = fault.error.span;
        if !(fault.missing && span.is_some_and(|span| cut.contains(&span))) {
            errors.push(fault.error);
        }
        let tree = rest.get_or_insert_with(|| node.clone());
        match span.and_then(|span| cut_out(tree, span)) {
            Some(parent) => cut.push(parent),
            None => return Err(errors),
        }
        if errors.len() >= ENOUGH {
            return Err(errors);
        }
    }
}

/// How many errors are worth finding in one tree.
const ENOUGH: usize = 100;

/// Removes the innermost key or item at a place; gives the place of what held it.
fn cut_out(node: &mut Node, span: Span) -> Option<Span> {
    let holder = node.span;
    match &mut node.kind {
        Kind::List(items) => {
            if let Some(parent) = items.iter_mut().find_map(|item| cut_out(item, span)) {
                return Some(parent);
            }
            let index = items.iter().position(|item| item.span == span)?;
            items.remove(index);
        }
        Kind::Object(members) => {
            if let Some(parent) = members.iter_mut().find_map(|member| cut_out(&mut member.value, span)) {
                return Some(parent);
            }
            let at = |member: &Member| member.key_span == span || member.value.span == span;
            let index = members.iter().position(at)?;
            members.remove(index);
        }
        _ => return None,
    }
    Some(holder)
}

/// An error on its way through serde.
#[derive(Debug)]
struct Fault {
    error: Error,
    missing: bool,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { error: Error::new(message), missing: false }
    }

    /// The innermost place that it passes is its place.
    fn at(mut self, span: Span) -> Self {
        self.error.span.get_or_insert(span);
        self
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", words(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Signed(number) => Self::new(format!("the number {number} is out of range")),
            Unexpected::Unsigned(number) => Self::new(format!("the number {number} is out of range")),
            _ => Self::invalid_type(found, expected),
        }
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {length} items"))
    }

    fn unknown_variant(name: &str, allowed: &'static [&'static str]) -> Self {
        Self { error: Error::unknown("value", name, allowed), missing: false }
    }

    fn unknown_field(name: &str, allowed: &'static [&'static str]) -> Self {
        Self { error: Error::unknown("key", name, allowed), missing: false }
    }

    fn missing_field(name: &'static str) -> Self {
        Self { error: Error::new(format!("the key `{name}` is missing")), missing: true }
    }
}

fn words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number".to_string(),
        Unexpected::Str(_) | Unexpected::Char(_) => "text".to_string(),
        Unexpected::Seq => "a list".to_string(),
        Unexpected::Map => "an object".to_string(),
        Unexpected::Unit | Unexpected::Option => "null".to_string(),
        other => other.to_string(),
    }
}

/// A value of the tree, or a key, which is text too.
#[derive(Clone, Copy)]
enum Value<'n> {
    Node(&'n Node),
    Key(&'n str, Span),
}

impl<'n> Value<'n> {
    const fn of(node: &'n Node) -> Self {
        Self::Node(node)
    }

    fn span(self) -> Span {
        match self {
            Self::Node(node) => node.span,
            Self::Key(_, span) => span,
        }
    }

    fn text(self) -> Option<&'n str> {
        match self {
            Self::Key(text, _) => Some(text),
            Self::Node(Node { kind: Kind::Text(text), .. }) => Some(text),
            Self::Node(_) => None,
        }
    }

    fn members(self) -> Option<&'n [Member]> {
        match self {
            Self::Node(node) => node.members(),
            Self::Key(..) => None,
        }
    }

    fn expected(self, what: &str) -> Fault {
        let found = match self {
            Self::Node(node) => node.describe(),
            Self::Key(..) => "text",
        };
        Fault::new(format!("expected {what}, found {found}")).at(self.span())
    }

    /// The visitor's answer; what it complains of is here unless it is further inside.
    fn visited<T>(self, result: Result<T, Fault>) -> Result<T, Fault> {
        result.map_err(|fault| fault.at(self.span()))
    }

    fn visit_text<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.text() {
            Some(text) => self.visited(visitor.visit_borrowed_str(text)),
            None => Err(self.expected("text")),
        }
    }

    fn visit_object<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.members() {
            Some(members) => self.visited(visitor.visit_map(Members { members, value: None })),
            None => Err(self.expected("an object")),
        }
    }

    fn visit_list<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Node(Node { kind: Kind::List(items), .. }) => self.visited(visitor.visit_seq(Items(items))),
            _ => Err(self.expected("a list")),
        }
    }

    fn visit_number<V: Visitor<'n>>(self, visitor: V, what: &str) -> Result<V::Value, Fault> {
        let Self::Node(Node { kind: Kind::Number(number), .. }) = self else {
            return Err(self.expected(what));
        };
        self.visited(match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), ..) => visitor.visit_u64(number),
            (_, Some(number), _) => visitor.visit_i64(number),
            (.., Some(float)) if what == NUMBER => visitor.visit_f64(float),
            _ => Err(Fault::new(format!("expected {what}, found {number}"))),
        })
    }
}

const NUMBER: &str = "a number";
const WHOLE: &str = "a whole number";

macro_rules! numbers {
    ($what:expr, $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.visit_number(visitor, $what)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Key(..) => self.visit_text(visitor),
            Self::Node(node) => match &node.kind {
                Kind::Null => self.visited(visitor.visit_unit()),
                Kind::Bool(value) => self.visited(visitor.visit_bool(*value)),
                Kind::Number(_) => self.visit_number(visitor, NUMBER),
                Kind::Text(_) => self.visit_text(visitor),
                Kind::List(_) => self.visit_list(visitor),
                Kind::Object(_) => self.visit_object(visitor),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Node(Node { kind: Kind::Bool(value), .. }) => self.visited(visitor.visit_bool(*value)),
            _ => Err(self.expected("true or false")),
        }
    }

    numbers!(WHOLE, deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128);
    numbers!(NUMBER, deserialize_f32 deserialize_f64);

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.visit_list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == spanned::NAME {
            return self.visited(visitor.visit_map(SpannedParts { value: self, next: 0 }));
        }
        self.visit_object(visitor)
    }

    /// A key that may be left out is not a key that may be null: that is what `Nullable` is for.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visited(visitor.visit_some(self))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self {
            Self::Node(Node { kind: Kind::Null, .. }) if name == nullable::NAME => {
                self.visited(visitor.visit_none())
            }
            _ => self.visited(visitor.visit_newtype_struct(self)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match (self.text(), self.members()) {
            (Some(_), _) => self.visited(visitor.visit_enum(Variant { name: self, content: None })),
            (_, Some([member])) => {
                let name = Value::Key(&member.key, member.key_span);
                self.visited(visitor.visit_enum(Variant { name, content: Some(Value::of(&member.value)) }))
            }
            _ => Err(self.expected("text")),
        }
    }

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct tuple_struct ignored_any }
}

/// The items of a list.
struct Items<'n>(&'n [Node]);

impl<'n> SeqAccess<'n> for Items<'n> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        let value = Value::of(first);
        value.visited(seed.deserialize(value)).map(Some)
    }
}

/// The keys and values of an object.
struct Members<'n> {
    members: &'n [Member],
    value: Option<&'n Node>,
}

impl<'n> MapAccess<'n> for Members<'n> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((first, rest)) = self.members.split_first() else { return Ok(None) };
        self.members = rest;
        self.value = Some(&first.value);
        let key = Value::Key(&first.key, first.key_span);
        key.visited(seed.deserialize(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(value) = self.value.take().map(Value::of) else { return Err(Fault::new("a key is first")) };
        value.visited(seed.deserialize(value))
    }
}

/// A value as the four fields of [`Spanned`](super::Spanned).
struct SpannedParts<'n> {
    value: Value<'n>,
    next: usize,
}

impl<'n> MapAccess<'n> for SpannedParts<'n> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(name) = spanned::FIELDS.get(self.next) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let span = self.value.span();
        let number = match self.next {
            1 => span.file.0,
            2 => span.range.start,
            3 => span.range.end,
            _ => return self.value.visited(seed.deserialize(self.value)),
        };
        let number: U32Deserializer<Fault> = number.into_deserializer();
        seed.deserialize(number)
    }
}

/// `"name"`, or `{ "name": content }`.
struct Variant<'n> {
    name: Value<'n>,
    content: Option<Value<'n>>,
}

impl<'n> EnumAccess<'n> for Variant<'n> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let name = self.name.visited(seed.deserialize(self.name))?;
        Ok((name, self))
    }
}

impl<'n> VariantAccess<'n> for Variant<'n> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.content.map_or(Ok(()), |_| Err(self.name.expected("nothing but the name")))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Result<T::Value, Fault> {
        let content = self.content.ok_or_else(|| self.name.expected("an object"))?;
        content.visited(seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'n>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.content.ok_or_else(|| self.name.expected("an object"))?.visit_list(visitor)
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.content.ok_or_else(|| self.name.expected("an object"))?.visit_object(visitor)
    }
}
