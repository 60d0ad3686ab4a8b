//! PostgreSQL: a key is accepted where an equality operator of the key's btree family takes both types.

use super::sql_type::SqlType;
use super::{TypeClash, refused, too_short, too_small};
use crate::graph::Dialect;

/// The types that are known, by the name that PostgreSQL looks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer(u32),
    Numeric,
    Float,
    Text,
    Varchar,
    Char,
    Name,
    Citext,
    Moment,
    Time,
    TimeWithZone,
    Interval,
    Network,
    Hardware,
    Bits,
    Oid,
    /// Equal to nothing but itself.
    Alone(&'static str),
    Enum,
}

pub(super) fn clash(own: &SqlType, other: &SqlType) -> Option<TypeClash> {
    let (left, right) = (kind(own)?, kind(other)?);
    // No key can be of such a type in the first place.
    if matches!(right, Kind::Alone("json" | "xml" | "point" | "line")) {
        return None;
    }
    match (own.is_array, other.is_array) {
        (false, false) => {}
        (true, true) => {
            // PostgreSQL does not resolve lists of varchar, whatever they refer to.
            let is_known = ![left, right].contains(&Kind::Varchar);
            let same = left == right && own.name == other.name || [left, right] == [Kind::Enum, Kind::Enum];
            return (is_known && !same && canonical(own) != canonical(other)).then(no);
        }
        _ => return Some(no()),
    }
    if !accepts(left, right) {
        return Some(no());
    }
    match (left, right) {
        (Kind::Integer(left), Kind::Integer(right)) => too_small(left, right),
        (Kind::Varchar | Kind::Char, Kind::Varchar | Kind::Char) => too_short(length(own), length(other)),
        _ => None,
    }
}

fn no() -> TypeClash {
    refused(Dialect::Postgres)
}

/// `char` alone is one letter long, `varchar` alone is as long as it likes.
fn length(of: &SqlType) -> Option<u64> {
    of.length.or_else(|| (kind(of) == Some(Kind::Char)).then_some(1))
}

/// Whether a column of the one type may refer to a key of the other.
fn accepts(own: Kind, key: Kind) -> bool {
    use Kind::*;
    match key {
        Integer(_) => matches!(own, Integer(_)),
        Numeric => matches!(own, Integer(_) | Numeric),
        Float => matches!(own, Integer(_) | Numeric | Float),
        Oid => matches!(own, Integer(_) | Oid),
        Text | Varchar => matches!(own, Text | Varchar | Char | Name | Citext),
        Name => matches!(own, Text | Varchar | Char | Name),
        Char => matches!(own, Text | Varchar | Char),
        Interval => matches!(own, Time | Interval),
        TimeWithZone => matches!(own, Time | TimeWithZone),
        Citext | Moment | Time | Network | Hardware | Bits | Alone(_) | Enum => own == key,
    }
}

fn kind(of: &SqlType) -> Option<Kind> {
    use Kind::*;
    if of.is_enum {
        return Some(Enum);
    }
    Some(match canonical(of)? {
        "smallint" => Integer(2),
        "integer" => Integer(4),
        "bigint" => Integer(8),
        "numeric" => Numeric,
        "real" | "double precision" => Float,
        "text" => Text,
        "varchar" => Varchar,
        "char" => Char,
        "name" => Name,
        "citext" => Citext,
        "date" | "timestamp" | "timestamp with time zone" => Moment,
        "time" => Time,
        "time with time zone" => TimeWithZone,
        "interval" => Interval,
        "inet" | "cidr" => Network,
        "macaddr" | "macaddr8" => Hardware,
        "bit" | "bit varying" => Bits,
        "oid" => Oid,
        alone => Alone(alone),
    })
}

/// The name of a type without its other spellings and without serials.
fn canonical(of: &SqlType) -> Option<&'static str> {
    Some(match of.name.as_str() {
        "smallint" | "int2" | "smallserial" | "serial2" => "smallint",
        "integer" | "int" | "int4" | "serial" | "serial4" => "integer",
        "bigint" | "int8" | "bigserial" | "serial8" => "bigint",
        "numeric" | "decimal" => "numeric",
        "real" | "float4" => "real",
        "double precision" | "float8" => "double precision",
        "text" => "text",
        "varchar" | "character varying" => "varchar",
        "char" | "character" => "char",
        "name" => "name",
        "citext" => "citext",
        "date" => "date",
        "timestamp" | "timestamp without time zone" => "timestamp",
        "timestamp with time zone" | "timestamptz" => "timestamp with time zone",
        "time" | "time without time zone" => "time",
        "time with time zone" | "timetz" => "time with time zone",
        name if name == "interval" || name.starts_with("interval ") => "interval",
        "inet" => "inet",
        "cidr" => "cidr",
        "macaddr" => "macaddr",
        "macaddr8" => "macaddr8",
        "bit" => "bit",
        "bit varying" | "varbit" => "bit varying",
        "oid" => "oid",
        "uuid" => "uuid",
        "boolean" | "bool" => "boolean",
        "bytea" => "bytea",
        "json" => "json",
        "jsonb" => "jsonb",
        "money" => "money",
        "point" => "point",
        "line" => "line",
        "xml" => "xml",
        "tsvector" => "tsvector",
        "int4range" => "int4range",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PostgreSQL said of every pair of types: `tests/postgres/lib/key-types.mjs`.
    #[test]
    fn is_what_postgresql_says() {
        let recorded = include_str!("../../../tests/postgres/key-types.json");
        let recorded: serde_json::Value = serde_json::from_str(recorded).expect("JSON");
        let types: Vec<&str> =
            recorded["types"].as_array().expect("types").iter().filter_map(|name| name.as_str()).collect();
        let keys = recorded["accepted"].as_object().expect("accepted");
        let mut seen = 0;
        for (key, accepted) in keys {
            for own in &types {
                let accepted = accepted.as_array().expect("a list").iter().any(|other| other == own);
                let parsed = |name: &str| {
                    let mut parsed = SqlType::parse(name);
                    parsed.is_enum = name.starts_with('"');
                    parsed
                };
                // Names of enums are compared before.
                if own.starts_with('"') && key.starts_with('"') {
                    continue;
                }
                let refused = matches!(clash(&parsed(own), &parsed(key)), Some(TypeClash::Refused(_)));
                let both_varchar_lists = own.contains("varchar") && own.contains('[') && key.contains('[')
                    || key.contains("varchar") && key.contains('[') && own.contains('[');
                assert!(refused != accepted || both_varchar_lists, "{own} refers to {key}");
                seen += 1;
            }
        }
        assert!(seen > 1500, "{seen} pairs");
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        let unknown = SqlType::parse("ulid");
        assert_eq!(clash(&unknown, &SqlType::parse("text")), None);
        assert_eq!(clash(&SqlType::parse("text"), &unknown), None);
    }

    #[test]
    fn smaller_ones_cannot_hold_the_key() {
        let of = |own, key| clash(&SqlType::parse(own), &SqlType::parse(key));
        assert_eq!(of("integer", "bigserial"), Some(TypeClash::TooSmall("above 2147483647".into())));
        assert_eq!(of("bigint", "serial"), None);
        assert_eq!(
            of("varchar(10)", "varchar(20)"),
            Some(TypeClash::TooSmall("more than 10 characters long".into()))
        );
        assert_eq!(of("varchar(20)", "varchar(10)"), None);
        assert_eq!(of("varchar(10)", "text"), None);
        assert_eq!(of("char", "char(2)"), Some(TypeClash::TooSmall("more than 1 character long".into())));
    }
}
