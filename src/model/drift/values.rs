//! When a type, a default or a condition of the schema is what a snapshot holds.
//!
//! `None` where that cannot be told: both sides are texts that drizzle-kit of some version made of the same code,
//! and only what differs in more than its spelling is a difference.

use serde_json::Value;

use crate::graph::{Default, DrizzleLine};

/// Whether two types are the same.
pub(super) fn same_type(line: DrizzleLine, wanted: &str, written: &str) -> Option<bool> {
    // The same postgis type has several spellings.
    if wanted.contains("geometry") || written.is_empty() {
        return None;
    }
    let (wanted, written) = (spelled(line, wanted), spelled(line, written));
    let is_same = wanted == written;
    // Quotes inside of values are doubled by some versions.
    let is_escaped = |text: &str| text.contains('\\') || text.contains("''");
    if !is_same && (is_escaped(&wanted) || is_escaped(&written)) {
        return None;
    }
    Some(is_same)
}

fn spelled(line: DrizzleLine, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    for letter in text.chars() {
        quoted ^= letter == '\'';
        match letter {
            ' ' if !quoted && (out.is_empty() || out.ends_with([',', ' ', '('])) => {}
            '(' | ')' if !quoted => {
                out.truncate(out.trim_end().len());
                out.push(letter);
            }
            _ if quoted => out.push(letter),
            _ => out.push(letter.to_ascii_lowercase()),
        }
    }
    if line == DrizzleLine::V1 {
        out = out.replace("decimal", "numeric").replace(",0)", ")");
    }
    out
}

/// A default as far as it can be compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Text {
    /// A value: `active`, `0`, `true`.
    Literal(String),
    /// SQL: without what spells the same in several ways, and as it is written.
    Sql(String, String),
    /// There is one, but not what can be compared.
    Some,
}

/// The default that drizzle-kit writes for what the schema says; `None` when there is none, `Err` when that is not
/// known.
pub(super) fn wanted_default(default: Option<&Default>, sql_type: &str) -> Result<Option<Text>, ()> {
    let default = match default {
        None | Some(Default::Function | Default::OnUpdate) => return Ok(None),
        Some(Default::Unknown) => return Err(()),
        Some(default) => default,
    };
    Ok(Some(match default {
        Default::Value(Value::Null) => return Err(()),
        Default::Value(value) if is_plain(sql_type) => literal(value).map_or(Text::Some, Text::Literal),
        Default::Sql(text) => sql(text),
        _ => Text::Some,
    }))
}

fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.contains(['\'', '\\']) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Whether a literal of the type is written as it is, by every version.
fn is_plain(sql_type: &str) -> bool {
    let sql_type = sql_type.to_ascii_lowercase();
    let odd = [
        "json", "date", "time", "[", "blob", "bytea", "bit", "binary", "vector", "point", "line", "interval",
    ];
    !odd.iter().any(|odd| sql_type.contains(odd))
}

fn sql(text: &str) -> Text {
    if text.contains(['?', '…', '$']) {
        return Text::Some;
    }
    match quoted(text.trim()) {
        Some(inside) => Text::Literal(inside.to_string()),
        None if is_word(text.trim()) => Text::Literal(text.trim().to_string()),
        None => Text::Sql(bare(text), text.trim().to_string()),
    }
}

/// `0`, `-1.5`, `true`.
fn is_word(text: &str) -> bool {
    matches!(text, "true" | "false") || text.parse::<f64>().is_ok()
}

/// What stands between the only two quotes of a text, the first and the last but a cast.
fn quoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('\'')?;
    let (inside, after) = inside.split_once('\'')?;
    let is_cast = after.is_empty() || after.starts_with("::") && !after.contains('\'');
    (is_cast && !inside.contains('\\')).then_some(inside)
}

/// The default of a column in a snapshot.
pub(super) fn written_default(default: Option<&Value>) -> Option<Text> {
    Some(match default? {
        Value::Null => return None,
        Value::String(text) => {
            let mut text = text.trim();
            // MySQL and SQLite want brackets around some.
            while let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
                text = inside;
            }
            sql(text)
        }
        value => literal(value).map_or(Text::Some, Text::Literal),
    })
}

/// Whether two defaults are the same; `None` when it cannot be told.
pub(super) fn same_default(wanted: &Text, written: &Text) -> Option<bool> {
    match (wanted, written) {
        (Text::Some, _) | (_, Text::Some) => None,
        (Text::Literal(wanted), Text::Literal(written)) => {
            let number = |text: &str| text.parse::<f64>().ok();
            let flag = |text: &str| match text {
                "true" => Some(1.0),
                "false" => Some(0.0),
                _ => number(text),
            };
            let is_same = wanted == written
                || flag(wanted).zip(flag(written)).is_some_and(|(wanted, written)| wanted == written);
            Some(is_same)
        }
        (Text::Sql(wanted, _), Text::Sql(written, _)) => {
            let now = |text: &str| matches!(text, "now" | "current_timestamp");
            Some(wanted == written || now(wanted) && now(written))
        }
        // A text may be a keyword to one version and a value to another.
        (Text::Literal(literal), Text::Sql(sql, _)) | (Text::Sql(sql, _), Text::Literal(literal)) => {
            Some(bare(literal) == *sql)
        }
    }
}

/// Whether two conditions or expressions are the same; `None` when it cannot be told.
pub(super) fn same_sql(wanted: &str, written: &str) -> Option<bool> {
    let is_open = |text: &str| text.contains(['?', '…', '$']);
    if is_open(wanted) || is_open(written) {
        return None;
    }
    Some(bare(wanted) == bare(written))
}

/// SQL without quotes, brackets, blanks, casts and the tables before columns, in small letters.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Where the last name in quotes begins, and whether it has just ended.
    let (mut start, mut inside, mut ended) = (0, false, false);
    for letter in text.chars() {
        match letter {
            '"' | '`' => {
                inside = !inside;
                if inside {
                    start = out.len();
                }
                ended = !inside;
                continue;
            }
            // `"users"."email"`: the last name counts.
            '.' if ended => out.truncate(start),
            '\'' | '(' | ')' => {}
            _ if letter.is_whitespace() => {}
            _ => out.extend(letter.to_lowercase()),
        }
        ended = false;
    }
    let end = out.find("::").unwrap_or(out.len());
    // Only a cast at the end may be left out.
    if !out[end..].contains(|letter: char| !(letter.is_alphanumeric() || ":_[],".contains(letter))) {
        out.truncate(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_type_are_the_same() {
        let same = |wanted, written| same_type(DrizzleLine::V0, wanted, written);
        assert_eq!(same("numeric(10, 2)", "numeric(10,2)"), Some(true));
        assert_eq!(same("timestamp (3) with time zone", "timestamp(3) with time zone"), Some(true));
        assert_eq!(same("varchar(20)", "varchar(30)"), Some(false));
        assert_eq!(same("enum('a','B')", "enum('a','b')"), Some(false));
        assert_eq!(same("text", "text[]"), Some(false));
        assert_eq!(same_type(DrizzleLine::V1, "decimal(10,0)", "numeric(10)"), Some(true));
    }

    #[test]
    fn defaults_are_compared_by_what_they_say() {
        let same = |wanted: Default, written: Value| {
            let wanted = wanted_default(Some(&wanted), "text").unwrap().unwrap();
            same_default(&wanted, &written_default(Some(&written)).unwrap())
        };
        assert_eq!(same(Default::Value("a".into()), "'a'".into()), Some(true));
        assert_eq!(same(Default::Value("a".into()), "'b'".into()), Some(false));
        assert_eq!(same(Default::Value(0.into()), "'0'".into()), Some(true));
        assert_eq!(same(Default::Value(false.into()), 0.into()), Some(true));
        assert_eq!(same(Default::Sql("now()".into()), "CURRENT_TIMESTAMP".into()), Some(true));
        assert_eq!(same(Default::Sql("(unixepoch())".into()), "(unixepoch())".into()), Some(true));
        assert_eq!(same(Default::Sql("'{}'::jsonb".into()), "'{}'".into()), Some(true));
        assert_eq!(same(Default::Sql("gen_random_uuid()".into()), "uuid_generate_v4()".into()), Some(false));
        assert_eq!(same(Default::Value("it's".into()), "'it''s'".into()), None);
    }

    #[test]
    fn conditions_are_compared_without_their_spelling() {
        assert_eq!(same_sql("\"deleted_at\" is null", "\"users\".\"deleted_at\" is null"), Some(true));
        assert_eq!(same_sql("\"status\" = \"active\"", "\"users\".\"status\" = 'active'"), Some(true));
        assert_eq!(same_sql("\"a\" > 3", "\"a\" > 4"), Some(false));
        assert_eq!(same_sql("\"a\" = 3", "\"a\" = $1"), None);
        assert_eq!(same_sql("lower(\"email\")", "lower(\"email\")"), Some(true));
        let long = "\"users\".\"a\" is null and \"app\".\"users\".\"b\" = 'x'";
        assert_eq!(same_sql("(\"a\" is null and \"b\" = \"x\")", long), Some(true));
    }
}
