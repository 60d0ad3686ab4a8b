//! Tables and views: `pgTable("users", {…}, (t) => […])`.

use smol_str::SmolStr;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::entity::*;
use crate::eval::library::Library;
use crate::eval::value::{Member, Scope, Value};
use crate::eval::{Evaluator, why};
use crate::graph::{Casing, Dialect, DrizzleLine, Fact, GeneratedNames, Unknown};
use crate::source::{FileId, Span};
use crate::syntax::{Element, Expr, ExprKind, OrderedMap};

impl TableMaker {
    /// The plain `pgTable` of a dialect.
    pub(super) fn plain(dialect: Dialect, line: DrizzleLine) -> Self {
        Self {
            dialect,
            line,
            namespace: None,
            rename: None,
            casing: None,
            row_level_security: false,
            ponder: false,
            view: None,
        }
    }

    pub(super) fn into_value(self) -> Value {
        Value::Entity(Entity::TableMaker(Rc::new(self)))
    }
}

/// A column of a table as a value; unknown when the table may have it.
pub(in crate::eval) fn column_value(table: &Rc<Table>, key: &SmolStr) -> Value {
    if table.columns.contains_key(key) {
        let column = ColumnRef { table: table.clone(), key: key.clone(), order: Order::default() };
        return Value::Entity(Entity::Column(column));
    }
    match &table.open {
        Some(why) => Value::Unknown(why.clone()),
        None => Value::Undefined,
    }
}

impl Evaluator<'_> {
    /// Whether calling a value makes a table.
    pub(in crate::eval) fn makes_tables(&self, value: &Value) -> bool {
        matches!(value, Value::Entity(Entity::TableMaker(maker)) if maker.view.is_none())
    }

    /// Whether an expression of the top level is a call that is given columns, whatever is called:
    /// `entity("users", { id: uuid() })`.
    pub fn looks_like_table(&mut self, file: FileId, expr: &Expr) -> bool {
        let ExprKind::Call(_, arguments) = &expr.kind else { return false };
        arguments.iter().any(|argument| match argument {
            Element::Value(Expr { kind: ExprKind::Object(properties), .. }) => {
                let object = self.object(properties, &Scope::top(file));
                let members = object.members.borrow();
                members.values().any(|member| matches!(member.value, Value::Entity(Entity::Builder(_))))
            }
            _ => false,
        })
    }

    /// A call of `pgTable` and its like, or of `pgView`.
    pub(super) fn call_maker(&mut self, maker: &Rc<TableMaker>, arguments: Vec<Value>, at: Span) -> Value {
        let mut arguments = arguments.into_iter();
        let name = arguments.next().unwrap_or(Value::Undefined);
        let columns = arguments.next().unwrap_or(Value::Undefined);
        let extra = arguments.next();
        if maker.view.is_some() {
            let builder = ViewBuilder { maker: maker.clone(), name, columns, at };
            return Value::Entity(Entity::ViewBuilder(Rc::new(builder)));
        }
        let table = self.new_table(maker, name, at);
        let (columns, open) = self.columns(maker, columns, &table);
        let table = Table { columns, open, extra, ..table };
        Value::Entity(Entity::Table(self.made(table)))
    }

    fn made(&mut self, table: Table) -> Rc<Table> {
        let table = Rc::new(table);
        self.tables.push(table.clone());
        table
    }

    fn new_table(&mut self, maker: &TableMaker, name: Value, at: Span) -> Table {
        let name = match &maker.rename {
            Some(rename) if !matches!(name, Value::Unknown(_)) => self.call_value(rename, vec![name], at),
            _ => name,
        };
        Table {
            dialect: maker.dialect,
            line: maker.line,
            namespace: maker.namespace.as_ref().map(|namespace| namespace.name.clone()),
            namespace_at: maker.namespace.as_ref().map(|namespace| namespace.at),
            name: text(&name, "the name of the table is no text", at),
            view: maker.view,
            existing: false,
            columns: OrderedMap::default(),
            open: None,
            extra: None,
            row_level_security: Cell::new(maker.row_level_security),
            linked_policy: Cell::new(false),
            ponder: maker.ponder,
            casing: maker.casing.or(maker.namespace.as_ref().and_then(|namespace| namespace.casing)),
            at,
            binding: self.current_binding(at.file),
        }
    }

    /// The columns that a table is given: an object, or a function that is given the builders.
    fn columns(
        &mut self,
        maker: &TableMaker,
        columns: Value,
        table: &Table,
    ) -> (OrderedMap<SmolStr, Column>, Option<Arc<Unknown>>) {
        let columns = match &columns {
            Value::Function(_) => {
                let builders = if maker.ponder {
                    Library::PonderColumns(maker.line)
                } else {
                    Library::Core(maker.dialect, maker.line)
                };
                self.call_value(&columns, vec![Value::Library(builders)], table.at)
            }
            _ => columns,
        };
        match self.members_of(&columns, table.at) {
            Ok((members, open)) => {
                let built = members.into_iter().map(|(key, member)| {
                    self.note_taken(&key, &member.value, table);
                    let column = build_column(&key, &member, table);
                    (key, column)
                });
                (built.collect(), open)
            }
            Err(why) => (OrderedMap::default(), Some(why)),
        }
    }

    /// `.as(…)` and `.existing()` of a view.
    pub(super) fn finish_view(
        &mut self,
        builder: &Rc<ViewBuilder>,
        name: &str,
        arguments: &[Value],
        at: Span,
    ) -> Value {
        if name != "as" && name != "existing" {
            // `.with({…})`, `.using(…)`, `.tablespace(…)`.
            return Value::Entity(Entity::ViewBuilder(builder.clone()));
        }
        let table = self.new_table(&builder.maker, builder.name.clone(), builder.at);
        let written = builder.columns.clone();
        let (columns, open) = if matches!(written, Value::Undefined) {
            let query = match arguments.first() {
                Some(function @ Value::Function(_)) => {
                    let query = Query { fields: Value::Undefined, from: Value::Undefined, joined: false };
                    self.call_value(function, vec![Value::Entity(Entity::Query(Rc::new(query)))], at)
                }
                Some(query) => query.clone(),
                None => Value::Undefined,
            };
            self.selected(&query, at)
        } else {
            self.columns(&builder.maker, written, &table)
        };
        let table = Table { columns, open, existing: name == "existing", ..table };
        Value::Entity(Entity::Table(self.made(table)))
    }

    /// The columns that a query selects.
    fn selected(&mut self, query: &Value, at: Span) -> (OrderedMap<SmolStr, Column>, Option<Arc<Unknown>>) {
        let opaque = |value: &Value| match value {
            Value::Unknown(why) => (OrderedMap::default(), Some(why.clone())),
            _ => (OrderedMap::default(), Some(why("the query of this view is not followed", at))),
        };
        let Value::Entity(Entity::Query(query)) = query else {
            return opaque(query);
        };
        let source = match (&query.fields, &query.from) {
            (Value::Undefined, from) if !query.joined => from.clone(),
            (Value::Undefined, _) => return opaque(&Value::Undefined),
            (fields, _) => fields.clone(),
        };
        match self.members_of(&source, at) {
            Ok((members, open)) => {
                let built = members.into_iter().map(|(key, member)| {
                    let builder = match &member.value {
                        Value::Entity(Entity::Column(column)) => match column.table.column(&column.key) {
                            Some(known) => known.builder.clone(),
                            None => Err(why("an expression of a view has no column type", at)),
                        },
                        _ => Err(why("an expression of a view has no column type", at)),
                    };
                    (key, Column { builder, written: member.written, spread: member.spread })
                });
                (built.collect(), open)
            }
            Err(why) => (OrderedMap::default(), Some(why)),
        }
    }

    /// `qb.select({…}).from(users).where(…)`.
    pub(super) fn query_method(&mut self, query: &Rc<Query>, name: &str, arguments: &[Value]) -> Value {
        let mut next = (**query).clone();
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        match name {
            "select" | "selectDistinct" => next.fields = first,
            "selectDistinctOn" => next.fields = arguments.get(1).cloned().unwrap_or(Value::Undefined),
            "from" => next.from = first,
            name if name.ends_with("Join") => next.joined = true,
            _ => {}
        }
        Value::Entity(Entity::Query(Rc::new(next)))
    }

    /// `pgTableCreator((name) => …)`.
    pub(super) fn table_creator(
        &mut self,
        dialect: Dialect,
        line: DrizzleLine,
        arguments: &[Value],
    ) -> Value {
        let rename = arguments.first().cloned();
        let casing = match arguments.get(1) {
            Some(Value::String(name)) => Casing::from_config(name).or(match name.as_str() {
                "camel" => Some(Casing::Camel),
                "snake" => Some(Casing::Snake),
                _ => None,
            }),
            _ => None,
        };
        TableMaker { rename, casing, ..TableMaker::plain(dialect, line) }.into_value()
    }
}

impl ColumnBuilder {
    /// The name that the key of a table gives.
    pub(in crate::eval) fn name_from(&self, key: &SmolStr, table: &Table) -> SmolStr {
        let casing = table.casing.filter(|_| self.line == DrizzleLine::V1);
        casing.map_or_else(|| key.clone(), |casing| SmolStr::new(casing.apply(key)))
    }
}

/// Builds the column of a property. A builder without a name is named by the first key that uses it, and
/// keeps that name when it is used again.
fn build_column(key: &SmolStr, member: &Member, table: &Table) -> Column {
    let builder = match &member.value {
        Value::Entity(Entity::Builder(builder)) => {
            let mut builder = builder.borrow_mut();
            if let Some(why) = &builder.tainted {
                let builder = Err(why.clone());
                return Column { builder, written: member.written, spread: member.spread };
            }
            if matches!(builder.name, Ok(None)) && builder.settled_name.is_none() {
                builder.settled_name = Some(builder.name_from(key, table));
            }
            let name = match &builder.name {
                Ok(name) => name.clone().or(builder.settled_name.clone()),
                Err(_) => None,
            };
            let (dialect, line) = (builder.dialect, builder.line);
            if line == DrizzleLine::V0
                && let (Some(unique), Ok(table), Some(name)) = (&mut builder.unique, &table.name, name)
            {
                let names = GeneratedNames { dialect, line, table };
                unique.settled_name.get_or_insert_with(|| names.unique(&[&name], true));
            }
            Ok(builder.clone())
        }
        Value::Unknown(why) => Err(why.clone()),
        _ => Err(why("the value of this property is no column", member.written)),
    };
    Column { builder, written: member.written, spread: member.spread }
}

/// A text that must be one.
pub(super) fn text(value: &Value, otherwise: &'static str, at: Span) -> Fact<SmolStr> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Unknown(why) => Err(why.clone()),
        _ => Err(why(otherwise, at)),
    }
}
