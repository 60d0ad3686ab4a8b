//! An SQL type, taken apart.

use crate::graph::ColumnFacts;

/// `varchar(36)[]`: a name, what stands in parentheses, whether it is a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SqlType {
    /// In small letters, blanks single: `timestamp with time zone`, `int unsigned`.
    pub name: String,
    /// The first number in parentheses.
    pub length: Option<u64>,
    /// An array.
    pub is_array: bool,
    /// An enum type of the database.
    pub is_enum: bool,
}

impl SqlType {
    /// The type of a column, when it is known.
    pub(super) fn of(facts: &ColumnFacts) -> Option<Self> {
        let mut parsed = Self::parse(facts.sql_type.as_ref().ok()?);
        parsed.is_enum = facts.enum_name.is_some();
        parsed.is_array |= facts.dimensions > 0;
        Some(parsed)
    }

    /// Takes a type apart.
    pub(super) fn parse(text: &str) -> Self {
        let mut name = text.trim().to_ascii_lowercase();
        let mut is_array = false;
        while name.ends_with(']')
            && let Some(at) = name.rfind('[')
        {
            name.truncate(at);
            is_array = true;
        }
        let mut length = None;
        if let (Some(open), Some(close)) = (name.find('('), name.rfind(')'))
            && open < close
        {
            length = name[open + 1..close].split(',').next().and_then(|number| number.trim().parse().ok());
            name.replace_range(open..=close, " ");
        }
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { name, length, is_array, is_enum: false }
    }
}
