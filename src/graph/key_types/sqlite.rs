//! SQLite creates every key; what a column's affinity makes of a value decides whether it is ever equal.

use super::TypeClash;
use super::sql_type::SqlType;

pub(super) fn clash(own: &SqlType, other: &SqlType, is_row_id: bool) -> Option<TypeClash> {
    let bytes = "bytes are never equal to a text or a number: \"FOREIGN KEY constraint failed\"";
    let number = "a column of numbers stores the text `0012` as 12, which is another key: \"FOREIGN KEY constraint failed\"";
    let real = "a number with a fraction is never a row id: \"FOREIGN KEY constraint failed\"";
    match (own.name.as_str(), other.name.as_str()) {
        ("blob", "text" | "integer" | "real" | "numeric") | ("text", "blob") => {
            Some(TypeClash::Unequal(bytes))
        }
        ("integer" | "real" | "numeric", "text") => Some(TypeClash::Unequal(number)),
        ("real", "integer") if is_row_id => Some(TypeClash::Unequal(real)),
        _ => None,
    }
}
