//! Relations: `relations()` and `defineRelations()`.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::bracketed::bracketed;
use super::inverse::{Form, Forms, v1, v2};
use super::{Holder, Linker};
use crate::eval::drizzle::{self, Entity};
use crate::eval::{Member, Object, Value, why};
use crate::graph::{
    Binding, Bracketed, ColumnPairs, ColumnRef, Fact, Helpers, Relation, RelationApi, RelationCall,
    RelationSet, TableId, TableKeys, Through, Verdict,
};
use crate::source::{FileId, Span};
use crate::syntax::{Expr, ExprKind, Function, Pattern, Property, PropertyKey};

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

/// A relation, how it is written, and the file that made it.
pub(super) struct Built {
    pub(super) relation: Relation,
    pub(super) form: Form,
    pub(super) made_by: FileId,
}

impl Linker<'_> {
    /// Fills in the relations; how they are written is for the verdicts on them.
    pub(super) fn build_relations(&mut self) -> Forms {
        let mut found: Vec<Built> = Vec::new();
        for relations in self.relations_v1.clone() {
            self.relations_v1(&relations, &mut found);
            self.relations_of.sets.resize(self.graph.relation_sets.len(), relations.binding.0);
        }
        self.eval.dependencies.unit = None;
        let mut calls = Calls::default();
        for object in self.relations_v2.clone() {
            self.relations_v2(&object, &mut calls, &mut found);
        }
        self.relation_entries();
        let world = self.world;
        found.sort_by_cached_key(|Built { relation, .. }| {
            (world.path(relation.span.file), relation.span.range)
        });
        let mut forms = Forms { calls: calls.list, ..Forms::default() };
        for Built { relation, form, made_by } in found {
            self.graph.relations.push(relation);
            forms.of.push(form);
            self.relations_of.relations.push(made_by);
        }
        for gap in self.unreadable.iter().filter(|gap| gap.of_relations) {
            if let Some(table) = gap.table {
                forms.gaps.of_table.insert(table, gap.why.clone());
            }
        }
        let loose = self.unreadable.iter().filter(|gap| gap.of_relations && gap.table.is_none());
        let mut loose: Vec<_> = loose.map(|gap| (gap.span.file, gap.why.clone())).collect();
        loose.append(&mut self.possible_relations);
        for (file, why) in loose {
            let package = self.package_index(file);
            forms.gaps.of_package.insert(package, why);
        }
        forms
    }

    /// The name that declares what was made while it was evaluated.
    fn binding_of(&mut self, holders: Option<Vec<Holder>>, made: &(FileId, SmolStr)) -> Binding {
        let (file, binding) = made.clone();
        let unnamed = Binding { file, name: binding.clone(), exported: false, nested: false };
        let holders = holders.unwrap_or_else(|| vec![Holder { file, binding, path: SmolStr::default() }]);
        self.name_of(Some(&holders), made).unwrap_or(unnamed)
    }

    /// Relations of one `relations()`.
    pub(super) fn relations_v1(&mut self, relations: &Rc<drizzle::Relations>, found: &mut Vec<Built>) {
        let made_by = relations.binding.0;
        self.eval.dependencies.unit = Some(made_by);
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
        let package = self.package_index(binding.file);
        let (helpers, entries) = written_by(&relations.callback);
        self.graph.relation_sets.push(RelationSet {
            api: RelationApi::V1,
            table,
            binding: binding.clone(),
            span: relations.at,
            entries,
            helpers,
            keys: Arc::default(),
        });
        let Some(members) = self.relation_members(&written, relations.at, table) else {
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
            let keys = TableKeys {
                source: self.exported_key(table),
                target: match target {
                    Ok(Some(target)) => self.exported_key(target),
                    _ => SmolStr::default(),
                },
            };
            // An empty name is none.
            let relation_name = relation.config.option("relationName").as_str();
            let relation_name = relation_name.map(|name| name.filter(|name| !name.is_empty()));
            let built = Relation {
                api: RelationApi::V1,
                binding: binding.clone(),
                package,
                table,
                name,
                one: relation.one,
                target,
                keys,
                verdict: Ok(Verdict::Written),
                columns,
                relation_name,
                through: None,
                comments: self.comments_at(member.written),
                span: relation_span(&member, binding.file),
            };
            let form = Form::V1(config_of(&relation.config));
            found.push(Built { relation: built, form, made_by });
        }
    }

    /// Where the functions of `defineRelations` write down the relations of each table.
    fn relation_entries(&mut self) {
        for call in self.eval.relation_calls.clone() {
            let file = call.callback.scope.file;
            let helpers = helpers_of(file, &call.callback.function);
            let ids = call.schema.tables.iter();
            let ids =
                ids.filter_map(|(key, table)| Some((*self.table_ids.get(&Rc::as_ptr(table))?, key.clone())));
            let keys: Arc<FxHashMap<TableId, SmolStr>> = Arc::new(ids.collect());
            let tables: FxHashMap<&SmolStr, TableId> = keys.iter().map(|(id, key)| (key, *id)).collect();
            let Some(result @ Expr { kind: ExprKind::Object(members), .. }) = call.callback.function.result()
            else {
                continue;
            };
            let is_plain =
                members.iter().all(|member| matches!(member, Property::Value(PropertyKey::Name(_), ..)));
            let entries = bracketed(file, result).filter(|_| is_plain);
            let mut named = Vec::new();
            for member in members {
                let Property::Value(PropertyKey::Name(key), value, _) = member else { continue };
                let Some(table) = tables.get(key) else { continue };
                named.push(*table);
                self.graph.relation_sets.push(RelationSet {
                    api: RelationApi::V2,
                    table: *table,
                    binding: Binding { file, name: key.clone(), exported: false, nested: true },
                    span: call.at,
                    entries: bracketed(file, value),
                    helpers: helpers.clone(),
                    keys: keys.clone(),
                });
            }
            self.graph.relation_calls.push(RelationCall { span: call.at, entries, named, helpers, keys });
        }
    }

    /// The name under which `import * as schema` has a table.
    fn exported_key(&self, table: TableId) -> SmolStr {
        let binding = match self.numbers {
            None => self.tables.get(table.0 as usize).map(|(_, binding)| binding),
            // All tables are there already.
            Some(_) => self.graph.tables.get(table.0 as usize).map(|table| &table.binding),
        };
        let name = binding.map_or("", |binding| binding.name.as_str());
        SmolStr::new(name.rsplit('.').next().unwrap_or_default())
    }

    fn relations_v2(&mut self, object: &Rc<Object>, calls: &mut Calls, found: &mut Vec<Built>) {
        let entries: Vec<(SmolStr, Member)> =
            object.members.borrow().iter().map(|(key, entry)| (key.clone(), entry.clone())).collect();
        for (key, entry) in entries {
            let Value::Entity(Entity::Table(table)) = entry.value.option("table") else { continue };
            let table = self.table_id(&table);
            let relations = entry.value.option("relations");
            if matches!(relations, Value::Undefined) {
                continue;
            }
            let Some(members) = self.relation_members(&relations, entry.written, table) else {
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
                // Parts that are merged by spreading hold the same relations.
                if !calls.seen.insert(Rc::as_ptr(&relation)) {
                    continue;
                }
                let built = self.relation_v2(&relation, (table, key.clone()), name, &member);
                let form = self.form_v2(&relation, calls, found.len());
                let made_by = built.binding.file;
                found.push(Built { relation: built, form: Form::V2(form), made_by });
            }
        }
    }

    fn relation_v2(
        &mut self,
        relation: &drizzle::RelationV2,
        (table, key): (TableId, SmolStr),
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
        let columns = (!is_nothing(&from) || !is_nothing(&to)).then(|| self.pairs(&from, &to, at));
        Relation {
            api: RelationApi::V2,
            package: self.package_index(binding.file),
            table,
            name,
            one: relation.one,
            target,
            keys: TableKeys { source: key, target: relation.target.clone() },
            columns,
            relation_name: relation.config.option("alias").as_str(),
            verdict: Ok(Verdict::Written),
            through: self.through(&from, &to, at),
            comments: self.comments_at(member.written),
            span: relation_span(member, binding.file),
            binding,
        }
    }

    fn form_v2(&mut self, relation: &drizzle::RelationV2, calls: &mut Calls, order: usize) -> v2::Form {
        let at = relation.at;
        let mut parts = |side: Value| (!is_nothing(&side)).then(|| self.parts(&side, at));
        let (from, to) = (parts(relation.config.option("from")), parts(relation.config.option("to")));
        let no_function = (!relation.is_function()).then(|| {
            let text = self.world.text(at.file);
            let call = text.get(at.range.start as usize..at.range.end as usize).unwrap_or_default();
            let callee = call.split('(').next().unwrap_or_default();
            callee.chars().filter(|letter| !letter.is_whitespace()).collect()
        });
        v2::Form { call: calls.number(&relation.call), order, no_function, from, to }
    }

    /// The junction of `column.through(junction.column)`.
    fn through(&mut self, from: &Value, to: &Value, at: Span) -> Option<Through> {
        let (source, target) = (self.junctions(from, at)?, self.junctions(to, at)?);
        let table = source.first().or(target.first())?.table;
        Some(Through { table, source, target })
    }

    /// What `.through()` is given in a list of columns; `None` when that is not known.
    fn junctions(&mut self, columns: &Value, at: Span) -> Option<Vec<ColumnRef>> {
        let mut found = Vec::new();
        for part in self.parts(columns, at).ok()? {
            if let v2::Part::Column { through: Some(v2::Junction::Column(column)), .. } = part {
                found.push(column);
            }
        }
        Some(found)
    }

    fn parts(&mut self, columns: &Value, at: Span) -> Fact<Vec<v2::Part>> {
        let mut parts = Vec::new();
        for item in list(columns) {
            parts.push(match &item {
                Value::Entity(Entity::RelationsColumn(column)) => v2::Part::Column {
                    key: column.table_key.clone(),
                    through: match &column.through {
                        None => None,
                        Some(Value::Entity(Entity::RelationsColumn(column))) => {
                            Some(v2::Junction::Column(self.column_ref(&column.column, at)?))
                        }
                        Some(Value::Entity(Entity::Column(_))) => Some(v2::Junction::Plain),
                        Some(Value::Unknown(why)) => return Err(why.clone()),
                        Some(_) => return Err(why("this is no column", at)),
                    },
                },
                Value::Entity(Entity::Column(_)) => v2::Part::Plain,
                Value::Unknown(why) => return Err(why.clone()),
                _ => return Err(why("this is no column", at)),
            });
        }
        Ok(parts)
    }

    fn relation_members(
        &mut self,
        written: &Value,
        at: Span,
        table: TableId,
    ) -> Option<Vec<(SmolStr, Member)>> {
        match written {
            Value::Object(object) => {
                if let Some(why) = &*object.open.borrow() {
                    self.unreadable_relation("all of these relations".into(), why, at, Some(table));
                }
                let members = object.members.borrow();
                Some(members.iter().map(|(key, member)| (key.clone(), member.clone())).collect())
            }
            Value::Unknown(why) => {
                self.unreadable_relation("these relations".into(), why, at, Some(table));
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
        let mut refs = Vec::new();
        for item in list(columns) {
            refs.push(match &item {
                Value::Entity(Entity::Column(column)) => self.column_ref(column, at)?,
                Value::Entity(Entity::RelationsColumn(column)) => self.column_ref(&column.column, at)?,
                Value::Unknown(why) => return Err(Arc::clone(why)),
                _ => return Err(why("this is no column", at)),
            });
        }
        Ok(refs)
    }

    fn column_ref(&mut self, column: &drizzle::ColumnRef, at: Span) -> Fact<ColumnRef> {
        let table = self.table_id(&column.table);
        match column.table.columns.get_index_of(&column.key) {
            Some(column) => Ok(ColumnRef { table, column }),
            None => Err(why("the column is not known", at)),
        }
    }
}

/// The calls of `defineRelations`, in the order found.
#[derive(Default)]
struct Calls {
    numbers: FxHashMap<*const drizzle::RelationsSchema, usize>,
    list: Vec<v2::Call>,
    seen: FxHashSet<*const drizzle::RelationV2>,
}

impl Calls {
    fn number(&mut self, call: &Rc<drizzle::RelationsSchema>) -> usize {
        let list = &mut self.list;
        *self.numbers.entry(Rc::as_ptr(call)).or_insert_with(|| {
            let named = call.named.get();
            let tables = named.filter(|_| call.part).map(|named| named.keys.iter().cloned().collect());
            list.push(v2::Call { tables, open: named.and_then(|named| named.open.clone()) });
            list.len() - 1
        })
    }
}

/// `[a, b]`, or a single one.
fn list(columns: &Value) -> Vec<Value> {
    match columns {
        Value::Array(items) => items.borrow().clone(),
        Value::Undefined | Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

const fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Undefined | Value::Null)
}

fn config_of(config: &Value) -> v1::Config {
    match (config, config.option("fields")) {
        (Value::Undefined | Value::Null, _) => v1::Config::Missing,
        (_, Value::Unknown(why)) => v1::Config::Unknown(why),
        (_, Value::Undefined | Value::Null) => v1::Config::NoFields,
        _ => v1::Config::Fields { references: !is_nothing(&config.option("references")) },
    }
}

/// What a function calls its helpers, and the object that it gives, as they are written.
fn written_by(callback: &Value) -> (Helpers, Option<Bracketed>) {
    let Value::Function(closure) = callback else { return (Helpers::Other, None) };
    let file = closure.scope.file;
    let entries = closure.function.result().and_then(|result| bracketed(file, result));
    (helpers_of(file, &closure.function), entries)
}

fn helpers_of(file: FileId, function: &Function) -> Helpers {
    match function.params.as_slice() {
        [Pattern::Name(name, _)] => Helpers::Whole(name.clone()),
        [Pattern::Object(taken, None)] => {
            let taken = taken.iter().map(|(key, name)| match (key, name) {
                (PropertyKey::Name(key), Pattern::Name(name, range)) => {
                    Some((key.clone(), name.clone(), range.in_file(file)))
                }
                _ => None,
            });
            taken.collect::<Option<_>>().map_or(Helpers::Other, Helpers::Taken)
        }
        _ => Helpers::Other,
    }
}

/// The property, or the spread that brings it in from another file.
fn relation_span(member: &Member, file: FileId) -> Span {
    if member.written.file == file { member.written } else { member.spread.unwrap_or(member.written) }
}
