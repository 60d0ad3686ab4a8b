//! `defineRelations` of 1.0, up to the values that the graph is linked from.

use smol_str::SmolStr;
use std::rc::Rc;

use super::entity::*;
use crate::eval::Evaluator;
use crate::eval::value::{Member, Object, Value};
use crate::graph::Unknown;
use crate::source::Span;
use crate::syntax::OrderedMap;
use std::sync::Arc;

impl Evaluator<'_> {
    /// `defineRelations(schema, (r) => ({…}))`: an object of tables and their relations, which may be
    /// spread into others. Its members are `{ table, relations }`, as Drizzle's are.
    pub(super) fn define_relations(&mut self, arguments: &[Value], part: bool, at: Span) -> Value {
        let schema = arguments.first().cloned().unwrap_or(Value::Undefined);
        let schema = Rc::new(self.relations_schema(&schema, at));
        let written = match arguments.get(1) {
            Some(callback @ Value::Function(_)) => {
                let helper = Value::Entity(Entity::RelationsHelper(schema.clone()));
                self.call_value(callback, vec![helper], at)
            }
            Some(Value::Unknown(why)) => Value::Unknown(why.clone()),
            _ => Value::Object(Rc::default()),
        };
        let result = Object::default();
        let (members, open) = match self.members_of(&written, at) {
            Ok(found) => found,
            Err(why) => (Vec::new(), Some(why)),
        };
        if let Some(why) = open.or_else(|| schema.open.clone()) {
            result.open(&why);
        }
        for (key, table) in &schema.tables {
            let relations = members.iter().find(|(name, _)| name == key);
            if part && relations.is_none() && arguments.len() > 1 {
                continue;
            }
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
    fn relations_schema(&mut self, schema: &Value, at: Span) -> RelationsSchema {
        let mut tables: OrderedMap<SmolStr, Rc<Table>> = OrderedMap::default();
        let (members, open): (_, Option<Arc<Unknown>>) = match self.members_of(schema, at) {
            Ok(found) => found,
            Err(why) => (Vec::new(), Some(why)),
        };
        for (key, member) in members {
            // A member that is not known may be a table, but most are none.
            if let Value::Entity(Entity::Table(table) | Entity::Wrapped(table, _)) = member.value {
                tables.insert(key, table);
            }
        }
        RelationsSchema { tables, open }
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
            (None, Some(why)) => Err(why.clone()),
            (None, None) => Ok(None),
        };
        let binding = self.current_binding(at.file);
        let relation = RelationV2 { one, target: target.clone(), table, config, at, binding };
        Value::Entity(Entity::RelationV2(Rc::new(relation)))
    }
}
