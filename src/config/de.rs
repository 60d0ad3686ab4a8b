//! Reads Rust values out of a tree: serde's side of a [`Node`].

use serde::de::value::{BorrowedStrDeserializer, U32Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::Fault;
use super::node::{Kind, Member, Node};
use super::{nullable, spanned};
use crate::source::Span;

/// A value of the tree, or a key, which is text too.
#[derive(Clone, Copy)]
pub(super) enum Value<'n> {
    Node(&'n Node),
    Key(&'n str, Span),
}

impl<'n> Value<'n> {
    pub(super) const fn of(node: &'n Node) -> Self {
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
