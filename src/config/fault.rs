//! What is wrong with a value, in the words of JSON, on its way through serde.

use std::fmt::Display;

use serde::de::{self, Expected, Unexpected};

use super::Error;
use crate::source::Span;

/// An error on its way through serde.
#[derive(Debug)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) error: Error,
    /// Whether it is that a key is not there.
    pub(super) missing: bool,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { error: Error::new(message), missing: false }
    }

    /// The innermost place that it passes is its place.
    pub(super) fn at(mut self, span: Span) -> Self {
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
