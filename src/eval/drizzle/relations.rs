//! `defineRelations` of 1.0, up to the values that the graph is linked from.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::cell::OnceCell;
use std::rc::Rc;

use super::entity::*;
use super::relation_entity::*;
use crate::eval::value::{Member, Object, Value};
use crate::eval::{Evaluator, unknown, why};
use crate::graph::Unknown;
use crate::source::Span;
use crate::syntax::OrderedMap;
use std::sync::Arc;

impl Evaluator<'_> {
    /// `defineRelations(schema, (r) => ({…}))`: an object of tables and their relations, which may be
    /// spread into others. Its members are `{ table, relations }`, as Drizzle's are.
    pub(super) fn define_relations(&mut self, arguments: &[Value], part: bool, at: Span) -> Value {
        let schema = arguments.first().cloned().unwrap_or(Value::Undefined);
        let part = part && arguments.len() > 1;
        let schema = Rc::new(self.relations_schema(&schema, part, at));
        let written = match arguments.get(1) {
            Some(callback @ Value::Function(closure)) => {
                let call = RelationsCall { schema: schema.clone(), callback: closure.clone(), at };
                self.relation_calls.push(Rc::new(call));
                let helper = Value::Entity(Entity::RelationsHelper(schema.clone()));
                self.call_value(callback, vec![helper], at)
            }
            Some(Value::Unknown(why)) => Value::Unknown(why.clone()),
            _ => Value::Object(Rc::default()),
        };
        let result = Object::default();
        let (mut members, open) = match self.members_of(&written, at) {
            Ok(found) => found,
            Err(why) => (Vec::new(), Some(why)),
        };
        let open = open.or_else(|| schema.open.clone());
        if let Some(why) = &open {
            result.open(why);
        }
        members.retain(|(_, member)| !matches!(member.value, Value::Undefined | Value::Null));
        let named: Vec<SmolStr> = members.iter().map(|(key, _)| key.clone()).collect();
        let keys = if part { named.clone() } else { schema.tables.keys().cloned().collect() };
        let _ = schema.named.set(NamedTables { keys: named, open });
        for key in keys {
            let Some(table) = schema.tables.get(&key) else { continue };
            let relations = members.iter().find(|(name, _)| *name == key);
            let written = relations.map_or(at, |(_, member)| member.written);
            let relations = relations.map_or(Value::Undefined, |(_, member)| member.value.clone());
            let entry = Object::default();
            let member = |value| Member { value, written, spread: None };
            entry.insert(SmolStr::new_static("table"), member(Value::Entity(Entity::Table(table.clone()))));
            entry.insert(SmolStr::new_static("relations"), member(relations));
            entry.insert(SmolStr::new_static("name"), member(Value::String(key.clone())));
            result.insert(key.clone(), member(Value::Object(Rc::new(entry))));
        }
        Value::Object(Rc::new(result))
    }

    /// The tables and views among the members of a schema object.
    fn relations_schema(&mut self, schema: &Value, part: bool, at: Span) -> RelationsSchema {
        let mut tables: OrderedMap<SmolStr, Rc<Table>> = OrderedMap::default();
        let mut others = FxHashSet::default();
        let (members, open): (_, Option<Arc<Unknown>>) = match self.members_of(schema, at) {
            Ok(found) => found,
            Err(why) => (Vec::new(), Some(why)),
        };
        for (key, member) in members {
            match member.value {
                Value::Entity(Entity::Table(table) | Entity::Wrapped(table, _)) => {
                    tables.insert(key, table);
                }
                // Most are none.
                Value::Unknown(_) | Value::Object(_) | Value::Entity(_) => {
                    others.insert(key);
                }
                _ => {}
            }
        }
        RelationsSchema { tables, others, open, part, named: OnceCell::new() }
    }

    /// A member of the helper.
    pub(super) fn relations_member(&self, schema: &Rc<RelationsSchema>, name: &str, at: Span) -> Value {
        match (name, schema.tables.get(name), &schema.open) {
            ("one" | "many", _, _) => Value::Entity(Entity::RelationsKind(schema.clone(), name == "one")),
            (_, Some(table), _) => {
                let table = RelationsTable { key: SmolStr::new(name), table: table.clone() };
                Value::Entity(Entity::RelationsTable(Rc::new(table)))
            }
            (_, None, Some(why)) => Value::Unknown(why.clone()),
            (_, None, None) => unknown(format!("`{name}` is no table of these relations"), at),
        }
    }

    /// `r.one.users`; a column, when a table of the schema is called `one`.
    pub(super) fn relations_kind_member(
        &mut self,
        schema: &Rc<RelationsSchema>,
        one: bool,
        name: &str,
    ) -> Value {
        let key = kind(one);
        match schema.tables.get(key) {
            Some(table) if table.columns.contains_key(name) => {
                let column =
                    ColumnRef { table: table.clone(), key: SmolStr::new(name), order: Order::default() };
                let table_key = SmolStr::new_static(key);
                let column = RelationsColumn { table_key, column, through: None };
                Value::Entity(Entity::RelationsColumn(Rc::new(column)))
            }
            _ => Value::Entity(Entity::RelationsTarget(schema.clone(), one, SmolStr::new(name))),
        }
    }

    /// `r.users.id`.
    pub(super) fn relations_column(&mut self, table: &RelationsTable, name: &str, at: Span) -> Value {
        match self.entity_member(&Entity::Table(table.table.clone()), name, at) {
            Value::Entity(Entity::Column(column)) => {
                let column = RelationsColumn { table_key: table.key.clone(), column, through: None };
                Value::Entity(Entity::RelationsColumn(Rc::new(column)))
            }
            other => other,
        }
    }

    /// `r.users.id.through(r.members.user_id)`.
    pub(super) fn relations_through(
        &self,
        column: &RelationsColumn,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        if name != "through" || column.through.is_some() {
            return unknown(format!("`{name}` is called on `{}`", column.column.key), at);
        }
        let through = Some(arguments.into_iter().next().unwrap_or(Value::Undefined));
        let (table_key, column) = (column.table_key.clone(), column.column.clone());
        Value::Entity(Entity::RelationsColumn(Rc::new(RelationsColumn { table_key, column, through })))
    }

    pub(super) fn relation_v2(
        &mut self,
        schema: &Rc<RelationsSchema>,
        one: bool,
        target: &SmolStr,
        config: Value,
        at: Span,
    ) -> Value {
        let table = match (schema.tables.get(target), &schema.open) {
            (Some(table), _) => Ok(Some(table.clone())),
            (None, Some(open)) => Err(open.clone()),
            (None, None) if schema.others.contains(target) => {
                Err(why(format!("`{target}` is not known to be a table"), at))
            }
            (None, None) => Ok(None),
        };
        let binding = self.current_binding(at.file);
        let call = schema.clone();
        let relation = RelationV2 { call, one, target: target.clone(), table, config, at, binding };
        Value::Entity(Entity::RelationV2(Rc::new(relation)))
    }
}

impl RelationV2 {
    /// Whether the helper has that function: the schema has the table, and none that is called `one` or `many`.
    pub fn is_function(&self) -> bool {
        !matches!(self.table, Ok(None)) && !self.call.tables.contains_key(kind(self.one))
    }
}

const fn kind(one: bool) -> &'static str {
    if one { "one" } else { "many" }
}
