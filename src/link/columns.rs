//! From a column builder to the facts of a column.

use smol_str::SmolStr;

use crate::eval::Value;
use crate::eval::drizzle::{ColumnBuilder, Entity, sql_text};
use crate::graph::*;

/// What is known of a column with that key, in a table with that casing.
pub(super) fn facts(key: &SmolStr, builder: &ColumnBuilder, casing: &Fact<Option<Casing>>) -> ColumnFacts {
    let name_from_key = matches!(builder.name, Ok(None));
    let from_key = || builder.settled_name.clone().unwrap_or_else(|| key.clone());
    let name = builder.name.clone().map(|name| name.unwrap_or_else(from_key));
    // A table with a casing of its own (1.0) has spelled the name already, and as it would be spelled here.
    let spelled = |name: SmolStr| match casing {
        _ if !name_from_key => Ok(name),
        Ok(Some(casing)) => Ok(SmolStr::new(casing.apply(&name))),
        Ok(None) => Ok(name),
        Err(why) => Err(why.clone()),
    };
    let sql_name = name.clone().and_then(spelled);
    let default = match &builder.default {
        Some(value) => Some(read_default(value)),
        None if builder.default_fn => Some(Default::Function),
        None if builder.on_update_fn => Some(Default::OnUpdate),
        None => None,
    };
    let brackets = if builder.line == DrizzleLine::V1 { builder.dimensions as usize } else { 0 };
    // What is said again after `.array()` is not lost.
    let is_said = |name: &SmolStr| builder.modifiers.iter().any(|(other, _)| other == name);
    ColumnFacts {
        name,
        sql_name,
        name_from_key,
        function: builder.function.clone(),
        sql_type: builder
            .sql_type
            .clone()
            .map(|name| smol_str::format_smolstr!("{name}{}", "[]".repeat(brackets))),
        not_null: builder.not_null,
        effective_not_null: builder.not_null,
        primary: builder.primary_key,
        unique: builder.unique.as_ref().map(|unique| ColumnUnique {
            explicit: !matches!(unique.name, Ok(None)),
            name: unique.name.clone().map(|name| name.or(unique.settled_name.clone()).unwrap_or_default()),
            nulls_not_distinct: unique.nulls_not_distinct,
            span: unique.at,
        }),
        has_default: builder.has_default,
        default,
        on_update: builder.on_update_fn,
        generated: builder.generated,
        identity: builder.identity.clone(),
        auto_increment: builder.auto_increment,
        dimensions: builder.dimensions,
        enum_values: builder.enum_values.clone(),
        typed: builder.typed.clone(),
        enum_name: builder.enum_type.as_ref().map(|of| (of.name.clone(), of.namespace.clone())),
        enum_at: builder.enum_type.as_ref().map(|of| of.at),
        lost_modifiers: builder.lost.iter().filter(|lost| !is_said(&lost.name)).cloned().collect(),
        builder: builder.at,
    }
}

fn read_default(value: &Value) -> Default {
    match value {
        Value::Entity(Entity::Sql(sql)) => Default::Sql(sql_text(sql)),
        value => json(value, 0).map_or(Default::Unknown, Default::Value),
    }
}

/// A value as JSON, when it is one.
fn json(value: &Value, depth: u32) -> Option<serde_json::Value> {
    if depth > 8 {
        return None;
    }
    Some(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => (*number as i64).into(),
        Value::Number(number) => serde_json::Number::from_f64(*number)?.into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => {
            let items = items.borrow();
            let items: Option<Vec<_>> = items.iter().map(|item| json(item, depth + 1)).collect();
            items?.into()
        }
        Value::Object(object) if object.open.borrow().is_none() => {
            let mut map = serde_json::Map::new();
            for (key, member) in object.members.borrow().iter() {
                if !matches!(member.value, Value::Undefined) {
                    map.insert(key.to_string(), json(&member.value, depth + 1)?);
                }
            }
            map.into()
        }
        _ => return None,
    })
}
