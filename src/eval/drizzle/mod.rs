//! Drizzle as a library of the interpreter: what its functions make, and what their methods do.
//!
//! The facts are those of drizzle-orm 0.45 and 1.0; `tests/truth` records them from the real one.

mod column;
mod constraint;
mod entity;
mod prelude;
mod relation_entity;
mod relations;
mod sql;
mod table;
mod types;

pub(in crate::eval) use column::enum_values;
pub use entity::*;
pub use prelude::prelude_of;
pub use relation_entity::*;
pub use sql::sql_text;
pub(in crate::eval) use table::column_value;

use smol_str::SmolStr;
use std::rc::Rc;

use super::library::Library;
use super::value::*;
use super::{Evaluator, no_member, unknown};
use crate::graph::{Casing, Dialect, DrizzleLine};
use crate::source::Span;
use column::{column_function, name_and_options};
use table::text;

/// What the name of a dialect's functions begins with: `pgTable`, `mysqlView`.
fn prefix(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "pg",
        Dialect::MySql => "mysql",
        Dialect::Sqlite => "sqlite",
        Dialect::SingleStore => "singlestore",
        Dialect::Gel => "gel",
        Dialect::Cockroach => "cockroach",
        Dialect::MsSql => "mssql",
    }
}

/// A member of a dialect's core package, when it is one that schemas are made of.
pub(super) fn core_member(dialect: Dialect, line: DrizzleLine, name: &str) -> Option<Value> {
    let own = name.strip_prefix(prefix(dialect)).unwrap_or("");
    let maker = TableMaker::plain(dialect, line);
    Some(match (own, name) {
        ("Table", _) => maker.into_value(),
        ("View", _) | (_, "view") => TableMaker { view: Some(ViewKind::View), ..maker }.into_value(),
        ("MaterializedView", _) => TableMaker { view: Some(ViewKind::Materialized), ..maker }.into_value(),
        _ => Value::Static(Library::Core(dialect, line), SmolStr::new(name)),
    })
}

impl Evaluator<'_> {
    /// A call of a function of a dialect's core package.
    pub(super) fn call_core(
        &mut self,
        dialect: Dialect,
        line: DrizzleLine,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        let first = || arguments.first().cloned().unwrap_or(Value::Undefined);
        let own = name.strip_prefix(prefix(dialect)).unwrap_or("");
        match own {
            "TableCreator" => return self.table_creator(dialect, line, &arguments),
            "Schema" | "Database" => return self.namespace(dialect, line, &first(), None, at),
            "Policy" => return self.constraint(dialect, "policy", arguments, at),
            "Role" => return Value::Entity(Entity::Role(Rc::new(Role { name: first() }))),
            "Sequence" => return self.sequence(&first(), None, at),
            "Enum" if matches!(dialect, Dialect::Postgres | Dialect::Cockroach) => {
                return self.enum_type(dialect, line, &arguments, None, at);
            }
            _ => {}
        }
        match name {
            "index" | "uniqueIndex" | "unique" | "uniqueKey" | "primaryKey" | "foreignKey" | "check"
            | "fulltextIndex" | "vectorIndex" => {
                return self.constraint(dialect, name, arguments, at);
            }
            "customType" => {
                let data_type = first().option("dataType");
                let custom = CustomType { dialect, line, data_type };
                return Value::Entity(Entity::CustomType(Rc::new(custom)));
            }
            _ => {}
        }
        match column_function(dialect, line, name, &arguments, at) {
            Some(column) => self.new_column(column),
            None => no_member("drizzle-orm", name, at),
        }
    }

    /// A call of a function of `drizzle-orm` itself.
    pub(super) fn call_orm(&mut self, name: &str, arguments: Vec<Value>, at: Span) -> Value {
        match name {
            "relations" => {
                let mut arguments = arguments.into_iter();
                let table = arguments.next().unwrap_or(Value::Undefined);
                let callback = arguments.next().unwrap_or(Value::Undefined);
                let binding = self.current_binding(at.file);
                Value::Entity(Entity::Relations(Rc::new(Relations { table, callback, at, binding })))
            }
            "defineRelations" => self.define_relations(&arguments, false, at),
            "defineRelationsPart" => self.define_relations(&arguments, true, at),
            "getTableColumns" | "getColumns" => match arguments.first() {
                Some(Value::Entity(Entity::Table(table))) => {
                    let object = Object::default();
                    let table = Value::Entity(Entity::Table(table.clone()));
                    self.spread_into(&object, &table, at);
                    Value::Object(Rc::new(object))
                }
                Some(Value::Unknown(why)) => Value::Unknown(why.clone()),
                _ => unknown("the columns of this value are not known", at),
            },
            "getTableName" => match arguments.first() {
                Some(Value::Entity(Entity::Table(table))) => match &table.name {
                    Ok(name) => Value::String(name.clone()),
                    Err(why) => Value::Unknown(why.clone()),
                },
                _ => unknown("the name of this value is not known", at),
            },
            "sql" => unknown("`sql` is called as a function here", at),
            // Conditions, as checks and partial indexes hold them.
            _ => self.condition(name, arguments, at),
        }
    }

    /// A call of a function of Ponder.
    pub(super) fn call_ponder(
        &mut self,
        line: DrizzleLine,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        match name {
            "onchainTable" => {
                let maker = TableMaker {
                    ponder: true,
                    casing: Some(Casing::Snake),
                    ..TableMaker::plain(Dialect::Postgres, line)
                };
                self.call_maker(&Rc::new(maker), arguments, at)
            }
            "onchainEnum" => self.enum_type(Dialect::Postgres, line, &arguments, None, at),
            "index" | "uniqueIndex" | "primaryKey" => self.constraint(Dialect::Postgres, name, arguments, at),
            _ => self.call_orm(name, arguments, at),
        }
    }

    fn namespace(
        &mut self,
        dialect: Dialect,
        line: DrizzleLine,
        name: &Value,
        casing: Option<Casing>,
        at: Span,
    ) -> Value {
        let name = text(name, "the name of the schema is no text", at);
        let binding = self.current_binding(at.file);
        let made = Rc::new(Namespace { dialect, line, name, casing, existing: false, at, binding });
        self.namespaces.push(made.clone());
        Value::Entity(Entity::Namespace(made))
    }

    fn enum_type(
        &mut self,
        dialect: Dialect,
        line: DrizzleLine,
        arguments: &[Value],
        namespace: Option<&Namespace>,
        at: Span,
    ) -> Value {
        let name = arguments.first().cloned().unwrap_or(Value::Undefined);
        let values = arguments.get(1).cloned().unwrap_or(Value::Undefined);
        let made = Rc::new(EnumType {
            dialect,
            line,
            name: text(&name, "the name of the enum is no text", at),
            namespace: namespace.map(|namespace| namespace.name.clone()),
            namespace_at: namespace.map(|namespace| namespace.at),
            values: enum_values(&values),
            at,
            binding: self.current_binding(at.file),
        });
        self.enums.push(made.clone());
        Value::Entity(Entity::Enum(made))
    }

    fn sequence(&mut self, name: &Value, namespace: Option<&Namespace>, at: Span) -> Value {
        let made = Rc::new(Sequence {
            name: text(name, "the name of the sequence is no text", at),
            namespace: namespace.map(|namespace| namespace.name.clone()),
            namespace_at: namespace.map(|namespace| namespace.at),
            at,
            binding: self.current_binding(at.file),
        });
        self.sequences.push(made.clone());
        Value::Entity(Entity::Sequence(made))
    }

    /// A call of something that Drizzle made.
    pub(super) fn call_entity(&mut self, entity: &Entity, arguments: Vec<Value>, at: Span) -> Value {
        match entity {
            Entity::TableMaker(maker) => self.call_maker(maker, arguments, at),
            Entity::Enum(of) => self.enum_column(of, &arguments, at),
            Entity::CustomType(of) => self.custom_column(of, &arguments, at),
            Entity::RelationHelper(one) => {
                let mut arguments = arguments.into_iter();
                let target = arguments.next().unwrap_or(Value::Undefined);
                let config = arguments.next().unwrap_or(Value::Undefined);
                Value::Entity(Entity::Relation(Rc::new(Relation { one: *one, target, config, at })))
            }
            Entity::RelationsTarget(schema, one, target) => {
                let config = arguments.into_iter().next().unwrap_or(Value::Undefined);
                self.relation_v2(schema, *one, target, config, at)
            }
            _ => unknown("what is called here is no function of Drizzle", at),
        }
    }

    /// A member of something that Drizzle made.
    pub(super) fn entity_member(&mut self, entity: &Entity, name: &str, at: Span) -> Value {
        let method = || Value::Method(Rc::new((Value::Entity(entity.clone()), SmolStr::new(name))));
        match entity {
            Entity::Table(table) => match column_value(table, &SmolStr::new(name)) {
                Value::Undefined if matches!(name, "enableRLS" | "getSQL") => method(),
                // Drizzle answers `$inferSelect` with a type only.
                Value::Undefined if name.starts_with('$') || name == "_" => Value::Undefined,
                Value::Undefined if name.starts_with("@@drizzle:") => table_symbol(table, name, at),
                Value::Undefined => {
                    let table = table.name.as_ref().map_or("this table", |name| name.as_str());
                    unknown(format!("`{table}` has no column `{name}`"), at)
                }
                column => column,
            },
            Entity::Wrapped(table, why) => match column_value(table, &SmolStr::new(name)) {
                Value::Undefined => Value::Unknown(why.clone()),
                column => column,
            },
            Entity::TableMaker(maker) => match name {
                "withRLS" => TableMaker { row_level_security: true, ..(**maker).clone() }.into_value(),
                _ => no_member("a table function", name, at),
            },
            Entity::Namespace(namespace) => self.namespace_member(namespace, name, entity, at),
            Entity::Enum(of) => match name {
                "enumValues" => match &of.values {
                    Ok(values) => {
                        Value::array(values.iter().map(|value| Value::String(value.clone())).collect())
                    }
                    Err(why) => Value::Unknown(why.clone()),
                },
                "enumName" => match &of.name {
                    Ok(name) => Value::String(name.clone()),
                    Err(why) => Value::Unknown(why.clone()),
                },
                _ => no_member("an enum", name, at),
            },
            Entity::Column(column) => match name {
                "name" => match column.table.column(&column.key).map(|known| &known.builder) {
                    Some(Ok(builder)) => match &builder.name {
                        Ok(name) => Value::String(name.clone().unwrap_or_else(|| column.key.clone())),
                        Err(why) => Value::Unknown(why.clone()),
                    },
                    Some(Err(why)) => Value::Unknown(why.clone()),
                    None => Value::Undefined,
                },
                "table" => Value::Entity(Entity::Table(column.table.clone())),
                "enumValues" => match column.table.column(&column.key).map(|known| &known.builder) {
                    Some(Ok(ColumnBuilder { enum_values: Some(Ok(values)), .. })) => {
                        Value::array(values.iter().map(|value| Value::String(value.clone())).collect())
                    }
                    _ => no_member("a column", name, at),
                },
                _ => method(),
            },
            Entity::RelationsHelper(schema) => self.relations_member(schema, name, at),
            Entity::RelationsTable(table) => self.relations_column(table, name, at),
            Entity::RelationsKind(schema, one) => self.relations_kind_member(schema, *one, name),
            Entity::Options(values) => match name {
                "options" => Value::array(values.to_vec()),
                "enum" | "Enum" | "Values" => {
                    let member = |value: &Value| {
                        let member = Member { value: value.clone(), written: at, spread: None };
                        value.to_text().map(|key| (key, member))
                    };
                    let object = Object::from_members(values.iter().filter_map(member));
                    Value::Object(Rc::new(object))
                }
                _ => method(),
            },
            Entity::Role(role) if name == "name" => role.name.clone(),
            Entity::Relations(relations) if name == "table" => relations.table.clone(),
            _ => method(),
        }
    }

    /// `snakeCase.table`, `pgTable.withRLS` before it is known what they are called on.
    pub(super) fn static_member(&mut self, library: Library, function: &str, name: &str, at: Span) -> Value {
        let casing = match function {
            "snakeCase" => Some(Casing::Snake),
            "camelCase" => Some(Casing::Camel),
            _ => None,
        };
        match (library, casing) {
            (Library::Core(dialect, line), Some(casing)) => {
                let maker = TableMaker { casing: Some(casing), ..TableMaker::plain(dialect, line) };
                match name {
                    "table" => maker.into_value(),
                    "view" => TableMaker { view: Some(ViewKind::View), ..maker }.into_value(),
                    "materializedView" => {
                        TableMaker { view: Some(ViewKind::Materialized), ..maker }.into_value()
                    }
                    "schema" | "database" => {
                        let member = Value::Static(library, SmolStr::new(function));
                        Value::Method(Rc::new((member, SmolStr::new(name))))
                    }
                    _ => no_member("drizzle-orm", name, at),
                }
            }
            (Library::Orm(_) | Library::Ponder(_), None) if function == "sql" => {
                Value::Static(library, smol_str::format_smolstr!("sql.{name}"))
            }
            // `z.string().min(1)`: nothing of it is a value here.
            _ => no_member("this function", name, at),
        }
    }

    fn namespace_member(
        &mut self,
        namespace: &Rc<Namespace>,
        name: &str,
        entity: &Entity,
        at: Span,
    ) -> Value {
        let maker = TableMaker {
            namespace: Some(namespace.clone()),
            ..TableMaker::plain(namespace.dialect, namespace.line)
        };
        match name {
            "table" => maker.into_value(),
            "view" => TableMaker { view: Some(ViewKind::View), ..maker }.into_value(),
            "materializedView" => TableMaker { view: Some(ViewKind::Materialized), ..maker }.into_value(),
            "schemaName" => match &namespace.name {
                Ok(name) => Value::String(name.clone()),
                Err(why) => Value::Unknown(why.clone()),
            },
            "enum" | "sequence" | "existing" => {
                Value::Method(Rc::new((Value::Entity(entity.clone()), SmolStr::new(name))))
            }
            _ => no_member("a schema", name, at),
        }
    }

    /// A method of something that Drizzle made.
    pub(super) fn call_entity_method(
        &mut self,
        entity: &Entity,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        let this = || Value::Entity(entity.clone());
        match entity {
            Entity::Builder(builder) => self.modify_column(builder, name, &arguments, at),
            Entity::Constraint(constraint) => self.modify_constraint(constraint, name, arguments, at),
            Entity::Table(table) => match name {
                "enableRLS" => {
                    self.note_change_of(Some(table.binding.0), at.file);
                    table.row_level_security.set(true);
                    this()
                }
                _ => no_member("a table", name, at),
            },
            Entity::Column(column) => self.order_column(column, name, &arguments, at),
            Entity::Namespace(namespace) => match name {
                "enum" => self.enum_type(namespace.dialect, namespace.line, &arguments, Some(namespace), at),
                "sequence" => {
                    let name = arguments.first().cloned().unwrap_or(Value::Undefined);
                    self.sequence(&name, Some(namespace), at)
                }
                "existing" => {
                    let name = namespace.name.clone();
                    let binding = namespace.binding.clone();
                    let existing = Rc::new(Namespace { name, binding, existing: true, ..**namespace });
                    self.namespaces.push(existing.clone());
                    Value::Entity(Entity::Namespace(existing))
                }
                _ => {
                    let member = self.namespace_member(namespace, name, entity, at);
                    self.call_value(&member, arguments, at)
                }
            },
            Entity::ViewBuilder(builder) => self.finish_view(builder, name, &arguments, at),
            Entity::Query(query) => self.query_method(query, name, &arguments),
            Entity::Role(_) | Entity::Sequence(_) => this(),
            Entity::Sql(sql) => self.sql_method(sql, name, &arguments),
            Entity::RelationsColumn(column) => self.relations_through(column, name, arguments, at),
            Entity::Options(values) => self.options_method(values, name, &arguments, at),
            _ => {
                let member = self.entity_member(entity, name, at);
                match member {
                    Value::Method(_) => no_member("this value of Drizzle", name, at),
                    member => self.call_value(&member, arguments, at),
                }
            }
        }
    }

    /// `status.exclude(["a"])`, `status.extract(["a"])` of a validation schema's values.
    fn options_method(
        &mut self,
        values: &Rc<Vec<Value>>,
        name: &str,
        arguments: &[Value],
        at: Span,
    ) -> Value {
        let keep = match name {
            "exclude" => false,
            "extract" => true,
            // `.describe(…)`, `.default(…)`, `.optional()` keep the values.
            _ => return Value::Entity(Entity::Options(values.clone())),
        };
        let listed = arguments.first().cloned().unwrap_or(Value::Undefined);
        match self.iterate(&listed, at) {
            Ok(listed) => {
                let chosen = values
                    .iter()
                    .filter(|value| listed.iter().any(|other| super::expression::same(other, value)) == keep);
                Value::Entity(Entity::Options(Rc::new(chosen.cloned().collect())))
            }
            Err(why) => Value::Unknown(why),
        }
    }

    /// `snakeCase.schema("auth")`.
    pub(super) fn call_static_method(
        &mut self,
        library: Library,
        function: &str,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        if let Library::Core(dialect, line) = library
            && matches!(name, "schema" | "database")
        {
            let casing = if function == "snakeCase" { Casing::Snake } else { Casing::Camel };
            let name = arguments.first().cloned().unwrap_or(Value::Undefined);
            return self.namespace(dialect, line, &name, Some(casing), at);
        }
        let member = self.static_member(library, function, name, at);
        self.call_value(&member, arguments, at)
    }
}

/// What Drizzle keeps on a table under a symbol: `table[Symbol.for("drizzle:Name")]`.
fn table_symbol(table: &Table, name: &str, at: Span) -> Value {
    let known = |fact: &crate::graph::Fact<SmolStr>| fact.clone().map_or_else(Value::Unknown, Value::String);
    match name {
        "@@drizzle:Name" => known(&table.name),
        "@@drizzle:Schema" => table.namespace.as_ref().map_or(Value::Undefined, known),
        _ => no_member("a table", name, at),
    }
}

/// The name and the columns of a constraint that is given both ways: `unique("name").on(…)`.
pub(super) fn constraint_name(arguments: &[Value]) -> crate::graph::Fact<Option<SmolStr>> {
    name_and_options(arguments).0
}
