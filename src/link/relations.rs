//! Relations: `relations()` and `defineRelations()`.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::{Holder, Linker};
use crate::eval::drizzle::{self, Entity};
use crate::eval::{Member, Object, Value, why};
use crate::graph::{Binding, ColumnPairs, ColumnRef, Fact, Inferred, Relation, RelationApi, TableId};
use crate::source::{FileId, Span};

/// Whether an object is what `defineRelations` makes, spreads of it included.
pub(super) fn is_v2(object: &Object) -> bool {
    let members = object.members.borrow();
    !members.is_empty()
        && members.values().all(|member| match &member.value {
            Value::Object(entry) => {
                let entry = entry.members.borrow();
                entry.len() == 3
                    && entry.contains_key("relations")
                    && entry.contains_key("name")
                    && entry
                        .get("table")
                        .is_some_and(|table| matches!(table.value, Value::Entity(Entity::Table(_))))
            }
            _ => false,
        })
}

impl Linker<'_> {
    pub(super) fn build_relations(&mut self) {
        let mut found: Vec<(Relation, usize)> = Vec::new();
        for (index, relations) in self.relations_v1.clone().into_iter().enumerate() {
            self.relations_v1(&relations, index, &mut found);
        }
        let first = self.relations_v1.len();
        let mut seen = FxHashSet::default();
        for (index, object) in self.relations_v2.clone().into_iter().enumerate() {
            self.relations_v2(&object, first + index, &mut seen, &mut found);
        }
        let world = self.world;
        found.sort_by_cached_key(|(relation, _)| (world.path(relation.span.file), relation.span.range));
        let (relations, schemas) = found.into_iter().unzip();
        self.graph.relations = relations;
        self.relation_schemas = schemas;
    }

    /// The name that declares what was made while it was evaluated.
    fn binding_of(&mut self, holders: Option<Vec<Holder>>, made: &(FileId, SmolStr)) -> Binding {
        let (file, binding) = made.clone();
        let unnamed = Binding { file, name: binding.clone(), exported: false, nested: false };
        let holders = holders.unwrap_or_else(|| vec![Holder { file, binding, path: SmolStr::default() }]);
        self.name_of(Some(&holders), made).unwrap_or(unnamed)
    }

    fn relations_v1(
        &mut self,
        relations: &Rc<drizzle::Relations>,
        index: usize,
        found: &mut Vec<(Relation, usize)>,
    ) {
        let table = match &relations.table {
            Value::Entity(Entity::Table(table) | Entity::Wrapped(table, _)) => self.table_id(table),
            Value::Unknown(why) => {
                return self.unreadable_relation(
                    "the table of these relations".into(),
                    why,
                    relations.at,
                    None,
                );
            }
            _ => {
                let why = why("the first argument is no table", relations.at);
                return self.unreadable_relation(
                    "the table of these relations".into(),
                    &why,
                    relations.at,
                    None,
                );
            }
        };
        let helpers = Object::from_members(["one", "many"].map(|name| {
            let value = Value::Entity(Entity::RelationHelper(name == "one"));
            (SmolStr::new_static(name), Member { value, written: relations.at, spread: None })
        }));
        let helpers = Value::Object(Rc::new(helpers));
        let written = self.eval.call_fresh(&relations.callback, vec![helpers], relations.at);
        let holders = self.relation_holders.get(&Rc::as_ptr(relations)).cloned();
        let binding = self.binding_of(holders, &relations.binding);
        self.graph.relation_sets.push((table, binding.clone()));
        let Some(members) = self.relation_members(&written, relations.at, "these relations") else {
            return;
        };
        for (name, member) in members {
            let relation = match &member.value {
                Value::Entity(Entity::Relation(relation)) => relation.clone(),
                Value::Unknown(why) => {
                    self.unreadable_relation(format!("relation `{name}`"), why, member.written, Some(table));
                    continue;
                }
                _ => continue,
            };
            let at = relation.at;
            let target = self.relation_target(&relation.target, at);
            let fields = relation.config.option("fields");
            let columns = match (&relation.config, &fields) {
                (_, Value::Undefined) => None,
                (config, fields) => Some(self.pairs(fields, &config.option("references"), at)),
            };
            found.push((
                Relation {
                    api: RelationApi::V1,
                    binding: binding.clone(),
                    table,
                    name,
                    one: relation.one,
                    target,
                    inferred: Ok(Inferred::Written),
                    columns,
                    relation_name: relation.config.option("relationName").as_str(),
                    through: None,
                    comments: self.comments_at(member.written),
                    span: relation_span(&member, binding.file),
                },
                index,
            ));
        }
    }

    fn relations_v2(
        &mut self,
        object: &Rc<Object>,
        index: usize,
        seen: &mut FxHashSet<*const drizzle::RelationV2>,
        found: &mut Vec<(Relation, usize)>,
    ) {
        let entries: Vec<Member> = object.members.borrow().values().cloned().collect();
        for entry in entries {
            let Value::Entity(Entity::Table(table)) = entry.value.option("table") else { continue };
            let table = self.table_id(&table);
            let relations = entry.value.option("relations");
            if matches!(relations, Value::Undefined) {
                continue;
            }
            let Some(members) = self.relation_members(&relations, entry.written, "these relations") else {
                continue;
            };
            for (name, member) in members {
                let relation = match &member.value {
                    Value::Entity(Entity::RelationV2(relation)) => relation.clone(),
                    Value::Unknown(why) => {
                        self.unreadable_relation(
                            format!("relation `{name}`"),
                            why,
                            member.written,
                            Some(table),
                        );
                        continue;
                    }
                    _ => continue,
                };
                if !seen.insert(Rc::as_ptr(&relation)) {
                    continue;
                }
                let built = self.relation_v2(&relation, table, name, &member);
                found.push((built, index));
            }
        }
    }

    fn relation_v2(
        &mut self,
        relation: &drizzle::RelationV2,
        table: TableId,
        name: SmolStr,
        member: &Member,
    ) -> Relation {
        let at = relation.at;
        let binding = self.binding_of(None, &relation.binding);
        let target = match &relation.table {
            Ok(Some(table)) => Ok(Some(self.table_id(table))),
            Ok(None) => Ok(None),
            Err(why) => Err(why.clone()),
        };
        let (from, to) = (relation.config.option("from"), relation.config.option("to"));
        let written = !matches!(from, Value::Undefined) || !matches!(to, Value::Undefined);
        let columns = written.then(|| self.pairs(&from, &to, at));
        let through = match self.through_of(&from) {
            Some(table) => Some(table),
            None => self.through_of(&to),
        };
        Relation {
            api: RelationApi::V2,
            table,
            name,
            one: relation.one,
            target,
            columns,
            relation_name: relation.config.option("alias").as_str(),
            inferred: Ok(Inferred::Written),
            through,
            comments: self.comments_at(member.written),
            span: relation_span(member, binding.file),
            binding,
        }
    }

    /// The junction table of `column.through(junction.column)`.
    fn through_of(&mut self, columns: &Value) -> Option<TableId> {
        let first = match columns {
            Value::Array(items) => items.borrow().first().cloned()?,
            one => one.clone(),
        };
        match first {
            Value::Entity(Entity::Through(through)) => match &through.1 {
                Value::Entity(Entity::Column(column)) => Some(self.table_id(&column.table)),
                _ => None,
            },
            _ => None,
        }
    }

    fn relation_members(
        &mut self,
        written: &Value,
        at: Span,
        subject: &str,
    ) -> Option<Vec<(SmolStr, Member)>> {
        match written {
            Value::Object(object) => {
                if let Some(why) = &*object.open.borrow() {
                    self.unreadable_relation(format!("all of {subject}"), why, at, None);
                }
                let members = object.members.borrow();
                Some(members.iter().map(|(key, member)| (key.clone(), member.clone())).collect())
            }
            Value::Unknown(why) => {
                self.unreadable_relation(subject.to_string(), why, at, None);
                None
            }
            _ => None,
        }
    }

    fn relation_target(&mut self, target: &Value, at: Span) -> Fact<Option<TableId>> {
        match target {
            Value::Entity(Entity::Table(table) | Entity::Wrapped(table, _)) => Ok(Some(self.table_id(table))),
            Value::Unknown(why) => {
                self.unreadable_relation("the target of a relation".into(), why, at, None);
                Err(why.clone())
            }
            _ => Ok(None),
        }
    }

    fn pairs(&mut self, fields: &Value, references: &Value, at: Span) -> Fact<ColumnPairs> {
        let fields = self.column_refs(fields, at);
        let references = self.column_refs(references, at);
        match (fields, references) {
            (Ok(fields), Ok(references)) => Ok(ColumnPairs { fields, references }),
            (Err(why), _) | (_, Err(why)) => {
                self.unreadable_relation("the columns of a relation".into(), &why, at, None);
                Err(why)
            }
        }
    }

    fn column_refs(&mut self, columns: &Value, at: Span) -> Fact<Vec<ColumnRef>> {
        let items = match columns {
            Value::Array(items) => items.borrow().clone(),
            Value::Undefined => Vec::new(),
            one => vec![one.clone()],
        };
        let mut refs = Vec::with_capacity(items.len());
        for item in items {
            let column = match &item {
                Value::Entity(Entity::Column(column)) => column,
                Value::Entity(Entity::Through(through)) => &through.0,
                Value::Unknown(why) => return Err(Arc::clone(why)),
                _ => return Err(why("this is no column", at)),
            };
            let table = self.table_id(&column.table);
            match column.table.columns.get_index_of(&column.key) {
                Some(index) => refs.push(ColumnRef { table, column: index }),
                None => return Err(why("the column is not known", at)),
            }
        }
        Ok(refs)
    }
}

/// The property, or the spread that brings it in from another file.
fn relation_span(member: &Member, file: FileId) -> Span {
    if member.written.file == file { member.written } else { member.spread.unwrap_or(member.written) }
}
