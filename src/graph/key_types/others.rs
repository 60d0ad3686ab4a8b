//! CockroachDB and SQL Server, as far as their manuals are plain.

use super::sql_type::SqlType;
use super::{TypeClash, refused, too_short, too_small};
use crate::graph::Dialect;

/// CockroachDB compares families of types; of numbers among each other, and of moments, nothing is said.
pub(super) fn cockroach(own: &SqlType, other: &SqlType) -> Option<TypeClash> {
    if own.is_array || other.is_array || own.is_enum || other.is_enum {
        return None;
    }
    let family = |of: &SqlType| {
        Some(match of.name.as_str() {
            "int2" | "int4" | "int8" | "decimal" | "float" | "real" => "number",
            "string" | "varchar" | "char" => "string",
            "uuid" => "uuid",
            "bool" => "bool",
            "date" | "timestamp" | "timestamptz" => "moment",
            "inet" => "inet",
            _ => return None,
        })
    };
    if family(own)? != family(other)? {
        return Some(refused(Dialect::Cockroach));
    }
    let bytes = |of: &SqlType| of.name.strip_prefix("int").and_then(|bytes| bytes.parse::<u32>().ok());
    match (bytes(own), bytes(other)) {
        (Some(own), Some(other)) => too_small(own, other),
        _ => too_short(own.length, other.length),
    }
}

/// SQL Server wants the same type.
pub(super) fn mssql(own: &SqlType, other: &SqlType) -> Option<TypeClash> {
    let known = |of: &SqlType| {
        let is_known = matches!(
            of.name.as_str(),
            "tinyint"
                | "smallint"
                | "int"
                | "bigint"
                | "bit"
                | "char"
                | "nchar"
                | "varchar"
                | "nvarchar"
                | "date"
                | "datetime"
                | "datetime2"
                | "datetimeoffset"
                | "binary"
                | "varbinary"
        );
        is_known.then(|| of.name.clone())
    };
    if known(own)? != known(other)? {
        return Some(refused(Dialect::MsSql));
    }
    too_short(own.length, other.length)
}
