//! MySQL: InnoDB compares how columns are stored. Lengths of texts may differ, of integers they may not.

use super::sql_type::SqlType;
use super::{TypeClash, refused, too_short};
use crate::graph::Dialect;

/// How InnoDB stores a type, as far as it is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    Integer {
        bytes: u32,
        unsigned: bool,
    },
    Text,
    Binary,
    /// Decimals, and moments: InnoDB does not tell them apart.
    Fixed,
    Float,
    Double,
}

pub(super) fn clash(own: &SqlType, other: &SqlType) -> Option<TypeClash> {
    if let Some(why) = never(&own.name) {
        return Some(TypeClash::Refused(why));
    }
    let (left, right) = (stored(&own.name)?, stored(&other.name)?);
    if left != right {
        return Some(refused(Dialect::MySql));
    }
    match left {
        Stored::Text | Stored::Binary => too_short(own.length, other.length),
        _ => None,
    }
}

/// A column that no index can hold, as a foreign key needs one.
fn never(name: &str) -> Option<&'static str> {
    Some(match name {
        "text" | "tinytext" | "mediumtext" | "longtext" | "blob" | "tinyblob" | "mediumblob" | "longblob" => {
            "MySQL refuses the key: error 1170, a text or blob cannot be indexed without a length"
        }
        "json" => "MySQL refuses the key: error 3152, a json column cannot be indexed",
        _ => return None,
    })
}

fn stored(name: &str) -> Option<Stored> {
    let (base, unsigned) = match name.strip_suffix(" unsigned") {
        Some(base) => (base, true),
        None => (name, false),
    };
    let integer = |bytes| Some(Stored::Integer { bytes, unsigned });
    match base {
        "serial" => Some(Stored::Integer { bytes: 8, unsigned: true }),
        "bigint" => integer(8),
        "int" | "integer" => integer(4),
        "mediumint" => integer(3),
        "smallint" => integer(2),
        "tinyint" | "boolean" | "bool" => integer(1),
        "varchar" | "char" => Some(Stored::Text),
        "varbinary" | "binary" => Some(Stored::Binary),
        "decimal" | "numeric" | "datetime" | "timestamp" | "time" => Some(Stored::Fixed),
        "float" => Some(Stored::Float),
        "double" => Some(Stored::Double),
        // Enums are stored as integers, dates as three bytes.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_equal_to_the_byte() {
        let refuses = |own, key| {
            matches!(clash(&SqlType::parse(own), &SqlType::parse(key)), Some(TypeClash::Refused(_)))
        };
        assert!(refuses("int", "bigint"));
        assert!(refuses("bigint", "serial"));
        assert!(!refuses("bigint unsigned", "serial"));
        assert!(refuses("int unsigned", "int"));
        assert!(refuses("varchar(36)", "binary(16)"));
        assert!(refuses("text", "varchar(36)"));
        assert!(!refuses("varchar(36)", "char(20)"));
        assert!(!refuses("decimal(10,2)", "decimal(12,2)"));
        assert!(!refuses("enum('a')", "varchar(3)"));
    }
}
