//! `` sql`…` ``: kept as its parts, so that predicates and defaults can be read.

use smol_str::SmolStr;
use std::rc::Rc;

use super::entity::*;
use crate::eval::value::{Value, number_text};
use crate::eval::{Evaluator, unknown};
use crate::source::Span;

impl Evaluator<'_> {
    /// `.as("alias")`, `.mapWith(…)`, `.inlineParams()`.
    pub(super) fn sql_method(&mut self, sql: &Rc<Sql>, name: &str, arguments: &[Value]) -> Value {
        if name == "as"
            && let Some(Value::String(alias)) = arguments.first()
        {
            let parts = sql.parts.clone();
            return Value::Entity(Entity::Sql(Rc::new(Sql::new(parts, Some(alias.clone())))));
        }
        Value::Entity(Entity::Sql(sql.clone()))
    }

    /// `sql.raw("…")`, `eq(a, b)`, `isNotNull(a)`, `and(a, b)` and their like.
    pub(super) fn condition(&mut self, name: &str, arguments: Vec<Value>, at: Span) -> Value {
        let text = |text: &'static str| SqlPart::Text(SmolStr::new_static(text));
        let mut arguments = arguments.into_iter();
        let mut next = || SqlPart::Value(arguments.next().unwrap_or(Value::Undefined));
        let parts = match name {
            "sql.raw" | "raw" => match next() {
                SqlPart::Value(Value::String(raw)) => vec![SqlPart::Text(raw)],
                other => vec![other],
            },
            "sql.identifier" | "sql.param" | "sql.placeholder" => vec![next()],
            "sql.empty" => Vec::new(),
            "isNotNull" => vec![next(), text(" is not null")],
            "isNull" => vec![next(), text(" is null")],
            "eq" => vec![next(), text(" = "), next()],
            "ne" => vec![next(), text(" <> "), next()],
            "gt" => vec![next(), text(" > "), next()],
            "gte" => vec![next(), text(" >= "), next()],
            "lt" => vec![next(), text(" < "), next()],
            "lte" => vec![next(), text(" <= "), next()],
            "not" => vec![text("not "), next()],
            "asc" => vec![next(), text(" asc")],
            "desc" => vec![next(), text(" desc")],
            "and" | "or" => {
                let between = if name == "and" { " and " } else { " or " };
                let mut parts = vec![text("(")];
                for (index, argument) in arguments.enumerate() {
                    if index > 0 {
                        parts.push(text(between));
                    }
                    parts.push(SqlPart::Value(argument));
                }
                parts.push(text(")"));
                parts
            }
            _ => return unknown(format!("`{name}` of drizzle-orm is not evaluated"), at),
        };
        Sql::value(parts, at)
    }
}

/// The SQL as text, columns and tables in double quotes, white space folded. What is not known is `?`.
pub fn sql_text(sql: &Sql) -> String {
    let mut out = String::new();
    write(sql, &mut out, 0);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn write(sql: &Sql, out: &mut String, depth: u32) {
    if depth > 6 {
        out.push('…');
        return;
    }
    for part in &sql.parts {
        match part {
            SqlPart::Text(text) => out.push_str(text),
            SqlPart::Value(Value::Entity(Entity::Sql(inner))) => write(inner, out, depth + 1),
            SqlPart::Value(Value::Entity(Entity::Column(column))) => {
                let builder = column.table.column(&column.key).map(|known| &known.builder);
                let name = match builder {
                    Some(Ok(ColumnBuilder { name: Ok(Some(name)), .. })) => name,
                    _ => &column.key,
                };
                out.push_str(&format!("\"{name}\""));
            }
            SqlPart::Value(Value::Entity(Entity::Table(table))) => {
                let name = table.name.as_ref().map_or("?", |name| name.as_str());
                out.push_str(&format!("\"{name}\""));
            }
            SqlPart::Value(Value::String(text)) => {
                out.push_str(&serde_json::Value::from(text.as_str()).to_string());
            }
            SqlPart::Value(Value::Number(number)) => out.push_str(&number_text(*number)),
            SqlPart::Value(Value::Bool(flag)) => out.push_str(if *flag { "true" } else { "false" }),
            SqlPart::Value(_) => out.push('?'),
        }
    }
}
