//! Column functions and their modifiers: `uuid("id").primaryKey()`.

use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

use super::entity::*;
use super::types::{is_column_function, sql_type};
use crate::eval::value::Value;
use crate::eval::{Evaluator, unknown, why};
use crate::graph::{Dialect, DrizzleLine, Fact, LostModifier};
use crate::source::Span;

impl ColumnBuilder {
    /// A column without modifiers.
    fn new(dialect: Dialect, line: DrizzleLine, function: &str, at: Span) -> Self {
        Self {
            made_by: None,
            dialect,
            line,
            function: SmolStr::new(function),
            name: Ok(None),
            settled_name: None,
            sql_type: Ok(SmolStr::default()),
            not_null: false,
            primary_key: false,
            unique: None,
            has_default: false,
            default: None,
            default_fn: false,
            on_update_fn: false,
            generated: false,
            identity: None,
            auto_increment: false,
            references: Vec::new(),
            enum_values: None,
            typed: None,
            enum_type: None,
            dimensions: 0,
            methods: None,
            tainted: None,
            modifiers: Vec::new(),
            lost: Vec::new(),
            at,
        }
    }
}

/// A call of a column function; `None` when the dialect has no such function.
pub(super) fn column_function(
    dialect: Dialect,
    line: DrizzleLine,
    function: &str,
    arguments: &[Value],
    at: Span,
) -> Option<ColumnBuilder> {
    if !is_column_function(dialect, line, function) {
        return None;
    }
    let mut column = ColumnBuilder::new(dialect, line, function, at);
    let (name, options) = name_and_options(arguments);
    column.name = name;
    let values = match function {
        "mysqlEnum" | "singlestoreEnum" => Some(options.clone()),
        _ => match options.option("enum") {
            Value::Undefined => None,
            values => Some(values),
        },
    };
    column.enum_values = values.map(|values| enum_values(&values));
    column.sql_type = sql_type(dialect, line, function, &options, column.enum_values.as_ref());
    match function {
        "serial" | "smallserial" | "bigserial" if dialect == Dialect::Postgres => {
            column.has_default = true;
            // 0.45 forgets it for one mode.
            let forgotten = function == "bigserial"
                && line == DrizzleLine::V0
                && !matches!(options.option("mode"), Value::String(mode) if mode == "number");
            column.not_null = !forgotten;
        }
        "serial" => {
            column.has_default = true;
            column.auto_increment = true;
        }
        _ => {}
    }
    Some(column)
}

/// `getColumnNameAndConfig` of drizzle-orm: the first argument is a name when it is a text that is not
/// empty; options come first or second.
pub(super) fn name_and_options(arguments: &[Value]) -> (Fact<Option<SmolStr>>, Value) {
    let first = arguments.first().cloned().unwrap_or(Value::Undefined);
    let second = arguments.get(1).cloned().unwrap_or(Value::Undefined);
    match first {
        Value::String(name) => (Ok(Some(name).filter(|name| !name.is_empty())), second),
        Value::Object(_) | Value::Array(_) => (Ok(None), first),
        Value::Unknown(why) => (Err(why), second),
        _ => (Ok(None), second),
    }
}

/// The values of an enum: a list, an object's values, or the options of a validation schema.
pub(in crate::eval) fn enum_values(values: &Value) -> Fact<Vec<SmolStr>> {
    let text = |value: &Value| -> Fact<Option<SmolStr>> {
        match value {
            Value::Unknown(why) => Err(why.clone()),
            other => Ok(other.to_text()),
        }
    };
    let list: Fact<Vec<Option<SmolStr>>> = match values {
        Value::Array(items) => items.borrow().iter().map(text).collect(),
        Value::Object(object) => {
            if let Some(why) = &*object.open.borrow() {
                return Err(why.clone());
            }
            object.members.borrow().values().map(|member| text(&member.value)).collect()
        }
        Value::Entity(Entity::Options(items)) => items.iter().map(text).collect(),
        Value::Unknown(why) => Err(why.clone()),
        _ => Ok(Vec::new()),
    };
    Ok(list?.into_iter().flatten().collect())
}

impl Evaluator<'_> {
    /// `statusEnum("status")`: a column of an enum type.
    pub(super) fn enum_column(&mut self, of: &Rc<EnumType>, arguments: &[Value], at: Span) -> Value {
        let mut column = ColumnBuilder::new(of.dialect, of.line, "enum", at);
        column.name = name_and_options(arguments).0;
        column.sql_type = of.name.clone();
        column.enum_values = Some(of.values.clone());
        column.enum_type = Some(of.clone());
        self.new_column(column)
    }

    /// A column of a `customType`: its `dataType` function says the SQL type.
    pub(super) fn custom_column(&mut self, of: &CustomType, arguments: &[Value], at: Span) -> Value {
        let mut column = ColumnBuilder::new(of.dialect, of.line, "customType", at);
        let (name, options) = name_and_options(arguments);
        column.name = name;
        column.sql_type = match self.call_value(&of.data_type, vec![options], at) {
            Value::Unknown(why) => Err(why),
            value => match value.to_text() {
                Some(text) => Ok(text),
                None => Err(why("the type of this custom column is no text", at)),
            },
        };
        self.new_column(column)
    }

    /// A column builder of Ponder, whose `t.bigint()` holds 78 digits.
    pub(in crate::eval) fn call_ponder_column(
        &mut self,
        line: DrizzleLine,
        name: &str,
        arguments: &[Value],
        at: Span,
    ) -> Value {
        let (function, sql_type) = match name {
            "hex" => ("text", Some("text")),
            "bigint" | "evmBigint" => ("numeric", Some("numeric(78)")),
            "bytes" => ("text", Some("bytea")),
            "int8" => ("bigint", None),
            other => (other, None),
        };
        let Some(mut column) = column_function(Dialect::Postgres, line, function, arguments, at) else {
            return unknown(format!("`{name}` is no column function of Ponder that is known here"), at);
        };
        if let Some(sql_type) = sql_type {
            column.sql_type = Ok(SmolStr::new_static(sql_type));
        }
        self.new_column(column)
    }

    /// A modifier of a column under construction.
    pub(super) fn modify_column(
        &mut self,
        builder: &Rc<RefCell<ColumnBuilder>>,
        name: &str,
        arguments: &[Value],
        at: Span,
    ) -> Value {
        let same = Value::Entity(Entity::Builder(builder.clone()));
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        let added = builder.borrow().methods.as_ref().map(|methods| methods.get(name));
        if let Some(method @ Value::Function(_)) = added {
            return self.call_value(&method, arguments.to_vec(), at);
        }
        if name == "array" {
            return self.array(builder, &first, at);
        }
        let made_by = builder.borrow().made_by;
        self.note_change_of(made_by, at.file);
        let mut column = builder.borrow_mut();
        if !matches!(name, "$type" | "charSet" | "collate" | "setName" | "defaultValue") {
            column.modifiers.push((SmolStr::new(name), at));
        }
        match name {
            "notNull" => column.not_null = true,
            "primaryKey" => {
                column.primary_key = true;
                column.not_null = true;
                if column.dialect == Dialect::Sqlite && matches!(&*column.function, "integer" | "int") {
                    column.has_default = true;
                    if first.option("autoIncrement").truthy().unwrap_or(false) {
                        column.auto_increment = true;
                    }
                }
            }
            "unique" => {
                let name = first.as_str();
                let nulls = arguments.get(1).map(|options| options.option("nulls"));
                let nulls_not_distinct = matches!(nulls, Some(Value::String(text)) if text == "not distinct");
                column.unique = Some(UniqueModifier { name, settled_name: None, nulls_not_distinct, at });
            }
            "default" => {
                column.default = Some(match first {
                    Value::Entity(Entity::Builder(_)) => unknown("a column is no default", at),
                    default => default,
                });
                column.has_default = true;
            }
            "defaultNow" | "defaultRandom" | "defaultGetDate" | "onUpdateNow" => {
                column.has_default = true;
                if name != "onUpdateNow" {
                    let now = match (name, column.dialect) {
                        ("defaultRandom", Dialect::MsSql) => "newid()",
                        ("defaultRandom", _) => "gen_random_uuid()",
                        (_, Dialect::MySql) => "(now())",
                        (_, Dialect::SingleStore) => "CURRENT_TIMESTAMP",
                        (_, Dialect::Sqlite) => "(cast((julianday('now') - 2440587.5)*86400000 as integer))",
                        (_, Dialect::MsSql) => "(getdate())",
                        _ => "now()",
                    };
                    let parts = vec![SqlPart::Text(SmolStr::new_static(now))];
                    column.default = Some(Sql::value(parts, at));
                }
            }
            "$default" | "$defaultFn" => {
                column.default_fn = true;
                column.has_default = true;
            }
            "$onUpdate" | "$onUpdateFn" => {
                column.on_update_fn = true;
                column.has_default = true;
            }
            "generatedAlwaysAs" => column.generated = true,
            "generatedAlwaysAsIdentity" | "generatedByDefaultAsIdentity" | "identity" => {
                let kind = if name == "generatedByDefaultAsIdentity" { "byDefault" } else { "always" };
                column.identity = Some(SmolStr::new_static(kind));
                column.has_default = true;
                column.not_null = true;
            }
            "autoincrement" => {
                column.auto_increment = true;
                column.has_default = true;
            }
            "references" => {
                let options = arguments.get(1).cloned().unwrap_or(Value::Undefined);
                column.references.push(Reference { target: first, options, at });
            }
            // Types, character sets and collations change nothing that the graph holds.
            "$type" | "charSet" | "collate" | "setName" | "defaultValue" => {}
            _ => {
                let reason = format!("the column modifier `{name}` is not known to schemalint");
                return unknown(reason, at);
            }
        }
        drop(column);
        same
    }

    /// `Object.assign(column, { defaultNow() {…} })`: the column gets methods of its own.
    pub(in crate::eval) fn add_methods(
        &mut self,
        builder: &Rc<RefCell<ColumnBuilder>>,
        sources: &[Value],
        at: Span,
    ) {
        let methods = builder.borrow().methods.clone().unwrap_or_default();
        self.note_change(at.file);
        for source in sources {
            self.spread_into(&methods, source, at);
        }
        builder.borrow_mut().methods = Some(methods);
    }

    /// `.array()`: 0.x makes a new builder and forgets the modifiers so far, 1.0 counts dimensions.
    fn array(&mut self, builder: &Rc<RefCell<ColumnBuilder>>, size: &Value, at: Span) -> Value {
        if builder.borrow().line == DrizzleLine::V1 {
            let dimensions = match size {
                Value::String(text) => text.len() as u32 / 2,
                // A size, as 0.x takes it, is no number of dimensions.
                Value::Number(_) => 0,
                _ => 1,
            };
            let made_by = builder.borrow().made_by;
            self.note_change_of(made_by, at.file);
            builder.borrow_mut().dimensions = dimensions;
            return Value::Entity(Entity::Builder(builder.clone()));
        }
        let element = builder.borrow();
        let mut column = ColumnBuilder::new(element.dialect, element.line, &element.function, element.at);
        column.name = element.name.clone();
        let size = match size {
            Value::Number(size) => crate::eval::value::number_text(*size),
            _ => SmolStr::default(),
        };
        let spelled = |name: &SmolStr| smol_str::format_smolstr!("{name}[{size}]");
        column.sql_type = element.sql_type.as_ref().map(spelled).map_err(Clone::clone);
        column.enum_values = element.enum_values.clone();
        column.enum_type = element.enum_type.clone();
        column.dimensions = element.dimensions + 1;
        column.lost = element.lost.clone();
        let dropped = element.modifiers.iter();
        column.lost.extend(dropped.map(|(name, span)| LostModifier {
            name: name.clone(),
            span: *span,
            array: at,
        }));
        self.new_column(column)
    }
}
