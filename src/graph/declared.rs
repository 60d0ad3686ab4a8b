//! Columns as they could be written, to be pasted.

use super::{ColumnFacts, Dialect, DrizzleLine, Form, SchemaGraph, Table};

impl SchemaGraph {
    /// A column as one for that key would be declared: `` userId: uuid("user_id") ``.
    pub fn declared_like(&self, table: &Table, column: usize, target: &Table, key: usize) -> String {
        let own = &table.columns[column];
        let Ok(like) = &target.columns[key].facts else { return own.key.to_string() };
        let call = self.sources.text(like.builder);
        let callee = call.split('(').next().unwrap_or_default().trim();
        let function = match (like.function.as_str(), target.dialect) {
            ("serial", Dialect::MySql | Dialect::SingleStore) => "bigint",
            ("serial", _) => "integer",
            ("smallserial", _) => "smallint",
            ("bigserial", _) => "bigint",
            ("enum" | "customType", _) if !callee.is_empty() => callee,
            (function, _) => function,
        };
        let options = match (call.find('{'), call.rfind('}')) {
            (Some(open), Some(close)) if open < close && call.starts_with(callee) => {
                Some(call[open..=close].split_whitespace().collect::<Vec<_>>().join(" "))
            }
            _ if function == "bigint" && like.function == "serial" => {
                Some("{ mode: \"number\", unsigned: true }".to_string())
            }
            _ => None,
        };
        let name = match &own.facts {
            Ok(ColumnFacts { name: Ok(name), name_from_key: false, .. }) => Some(format!("\"{name}\"")),
            _ => None,
        };
        let arguments: Vec<String> = name.into_iter().chain(options).collect();
        let array = if like.dimensions == 0 {
            String::new()
        } else if target.line == DrizzleLine::V1 {
            format!(".array(\"{}\")", "[]".repeat(like.dimensions as usize))
        } else {
            ".array()".repeat(like.dimensions as usize)
        };
        format!("{}: {function}({}){array}", own.key, arguments.join(", "))
    }
}

impl Table {
    /// What the third argument calls the columns: its parameter, else `t`.
    pub fn parameter(&self) -> &str {
        match &self.third_argument.form {
            Form::List(parameter) | Form::Object(parameter) => parameter,
            Form::Missing | Form::Other => "t",
        }
    }

    /// An entry of the third argument, to be pasted: of the table's own parameter, and with a key in an object.
    pub fn entry(&self, key: &str, written: impl FnOnce(&str) -> String) -> String {
        match &self.third_argument.form {
            Form::Object(parameter) => format!("{key}: {}", written(parameter)),
            Form::Missing => self.third_argument.alone(key, &written("t")),
            Form::List(_) | Form::Other => written(self.parameter()),
        }
    }

    /// The spread that brings a column in, which other tables may have, too: `...timestamps`.
    pub fn spread_of(&self, column: usize, graph: &SchemaGraph) -> Option<String> {
        let column = &self.columns[column];
        let is_spread = column.helper.is_some() && self.span.contains(column.span);
        let written = is_spread.then(|| graph.sources.text(column.span).trim_start_matches('.'))?;
        let short = written.split(['(', '{', '\n']).next().unwrap_or_default().trim_end();
        let call = match &written[short.len()..] {
            "" => "",
            "()" => "()",
            _ => "(…)",
        };
        (!short.is_empty()).then(|| format!("...{short}{call}"))
    }

    /// A column as it is written, with a modifier more: `` code: text("code").unique() ``.
    pub fn with_modifier(&self, column: usize, modifier: &str, graph: &SchemaGraph) -> String {
        let column = &self.columns[column];
        // Of a column that a spread or a helper brings in, only the modifier can be shown.
        let written = graph.sources.text(column.span);
        let is_own = column.helper.is_none() && written.contains(':') && written.ends_with(')');
        let written = if is_own { written } else { "" };
        format!("{}{modifier}", written.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
