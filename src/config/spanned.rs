//! A value that knows where it was written.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::source::{FileId, Range, Span};

/// A value and the place that it was written at.
///
/// Only [`Node`](super::Node)s can be read as one: the deserializer knows it by the name of its struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// The name that the deserializer knows it by.
pub(super) const NAME: &str = "$schemalint::Spanned";
/// Its fields: file, first byte, one past the last byte, value.
pub(super) const FIELDS: &[&str] = &["$file", "$start", "$end", "$value"];

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(NAME, FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the config")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut number = || -> Result<u32, A::Error> {
            map.next_entry::<&str, u32>()?
                .map(|(_, number)| number)
                .ok_or_else(|| de::Error::custom("no place"))
        };
        let (file, start, end) = (number()?, number()?, number()?);
        let Some((_, value)) = map.next_entry::<&str, T>()? else {
            return Err(de::Error::custom("no value"));
        };
        Ok(Spanned { value, span: Range::new(start, end).in_file(FileId(file)) })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
