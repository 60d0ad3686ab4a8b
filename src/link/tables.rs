//! Tables: columns, the third argument, and foreign keys.

use smol_str::SmolStr;
use std::rc::Rc;
use std::sync::Arc;

use super::extras::{EntryPlaces, ignored, said_by_object};
use super::projects::Projects;
use super::third_argument::third_argument;
use super::{Linker, columns, predicate};
use crate::eval::drizzle::{self, ConstraintKind, Entity, sql_text};
use crate::eval::{Value, why};
use crate::graph::*;
use crate::source::Span;
use crate::syntax::Module;

/// Where a table belongs.
pub(super) struct Home {
    pub(super) project: usize,
    /// The projects whose schema files export it.
    pub(super) taken_by: Vec<usize>,
    /// Those that export an object that holds it.
    pub(super) held_by: Vec<usize>,
}

impl Linker<'_> {
    /// Builds every numbered table that is not yet built; foreign keys may number more on the way.
    pub(super) fn build_tables(&mut self, projects: &mut Projects) {
        while let Some((table, binding)) = self.tables.get(self.graph.tables.len()).cloned() {
            let id = TableId(self.graph.tables.len() as u32);
            let project = projects.assign(self, &table, binding.file);
            let home = Home {
                project,
                taken_by: projects.takers(Rc::as_ptr(&table).cast()),
                held_by: projects.holders(&table),
            };
            let casing = projects.list.get(project).map(|project| &project.casing);
            let built = self.build_table(id, &table, binding, home, casing);
            self.graph.tables.push(Arc::new(built));
        }
        self.eval.dependencies.unit = None;
    }

    /// What is known of tables once all of them are built.
    pub(super) fn complete_tables(&mut self) {
        self.mark_own_calls();
        self.name_constraints();
        self.find_stray_constraints();
    }

    pub(super) fn build_table(
        &mut self,
        id: TableId,
        table: &Rc<drizzle::Table>,
        binding: Binding,
        Home { project, taken_by, held_by }: Home,
        casing: Option<&Fact<Option<Casing>>>,
    ) -> Table {
        self.eval.dependencies.unit = Some(table.binding.0);
        let casing = match casing {
            Some(casing) if table.casing.is_none() => casing.clone(),
            _ => Ok(table.casing),
        };
        let module = self.eval.module(table.at.file);
        // It matters only where one would be written.
        let takes_list = table.extra.is_some() || self.world.takes_lists(table.at.file, table.dialect);
        let mut built = Table {
            dialect: table.dialect,
            line: table.line,
            project,
            package: self.package_index(binding.file),
            namespace: table.namespace.clone(),
            namespace_at: table.namespace_at,
            name: table.name.clone(),
            view: table.view.map(|view| View {
                materialized: view == drizzle::ViewKind::Materialized,
                existing: table.existing,
            }),
            columns: Vec::with_capacity(table.columns.len()),
            columns_open: table.open.clone(),
            primary_keys: Vec::new(),
            uniques: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            policies: Vec::new(),
            ignored_extras: Vec::new(),
            third_argument: third_argument(table, &module, takes_list),
            misplaced: Vec::new(),
            extras_open: None,
            row_level_security: table.row_level_security.get(),
            linked_policy: table.linked_policy.get(),
            ponder: table.ponder,
            casing: casing.as_ref().ok().copied().flatten(),
            owner: None,
            taken_by,
            held_by,
            created_by_sql: false,
            left_out: false,
            sql_indexes: Vec::new(),
            is_virtual: false,
            external: self.world.is_external(table.at.file),
            comments: self.declaration_comments(&module, &binding, table.at),
            span: table.at,
            binding,
        };
        if let Err(why) = &table.name {
            self.unreadable(format!("the name of table `{}`", built.binding.name), why, table.at, Some(id));
        }
        if let Some(Err(why)) = &table.namespace {
            self.unreadable(
                format!("the schema of table `{}`", built.display_name()),
                why,
                table.at,
                Some(id),
            );
        }
        if let Some(why) = &table.open
            && built.view.is_none()
        {
            self.unreadable(format!("all columns of `{}`", built.display_name()), why, table.at, Some(id));
        }
        for (key, column) in &table.columns {
            let column = self.build_column(table, key, column, &casing);
            if let Err(why) = &column.facts
                && built.view.is_none()
            {
                let subject = format!("column `{}.{key}`", built.display_name());
                self.unreadable(subject, why, column.span, Some(id));
            }
            if let Ok(facts) = &column.facts
                && built.view.is_none()
            {
                let gaps = [
                    ("the name", facts.name.as_ref().err()),
                    ("the type", facts.sql_type.as_ref().err()),
                    ("the values", facts.enum_values.as_ref().and_then(|values| values.as_ref().err())),
                ];
                if let Some((what, why)) = gaps.into_iter().find_map(|(what, why)| Some((what, why?))) {
                    let subject = format!("{what} of column `{}.{key}`", built.display_name());
                    self.unreadable(subject, why, column.span, Some(id));
                }
            }
            built.columns.push(column);
        }
        for (index, key) in table.columns.keys().enumerate() {
            if let Ok(builder) = &table.columns[key].builder {
                for reference in &builder.references {
                    let key = self.reference(index, reference);
                    built.foreign_keys.push(key);
                }
            }
        }
        self.extras(table, &mut built);
        for key in &built.foreign_keys {
            if let Err(why) = &key.target {
                let subject = format!("the target of a foreign key of `{}`", built.display_name());
                self.unreadable(subject, why, key.span, Some(id));
            }
        }
        let names = built.indexes.iter().map(|index| (index.name.as_ref().err(), index.span));
        let names = names
            .chain(built.uniques.iter().map(|unique| (unique.name.as_ref().err(), unique.span)))
            .chain(built.primary_keys.iter().map(|key| (key.name.as_ref().err(), key.span)))
            .chain(built.foreign_keys.iter().map(|key| (key.name.as_ref().err(), key.span)))
            .chain(built.checks.iter().map(|check| (check.name.as_ref().err(), check.span)));
        for (why, span) in names {
            if let Some(why) = why {
                let subject = format!("the name of an index or constraint of `{}`", built.display_name());
                self.unreadable(subject, why, span, Some(id));
            }
        }
        if let Some(why) = &built.extras_open {
            let subject = format!("all indexes and keys of `{}`", built.display_name());
            self.unreadable(subject, why, table.at, Some(id));
        }
        mark_primary_columns(&mut built);
        built
    }

    fn declaration_comments(&mut self, module: &Module, binding: &Binding, at: Span) -> Vec<Span> {
        // Declarators stand in the order of the file.
        let next = module.declarators.partition_point(|other| other.statement.start <= at.range.start);
        let statement = module.declarators[..next]
            .last()
            .filter(|declarator| declarator.statement.contains(at.range) && binding.file == at.file)
            .map_or(at.range, |declarator| declarator.statement);
        self.comments_at(statement.in_file(at.file))
    }

    fn build_column(
        &mut self,
        table: &drizzle::Table,
        key: &SmolStr,
        column: &drizzle::Column,
        casing: &Fact<Option<Casing>>,
    ) -> Column {
        // A property inside the call is the table's own; any other came in through a helper.
        let own = table.at.contains(column.written);
        // An object of columns in the same file is where people look for them.
        let near = if column.written.file == table.at.file { column.written } else { table.at };
        let span = if own { column.written } else { column.spread.unwrap_or(near) };
        Column {
            key: key.clone(),
            facts: column
                .builder
                .as_ref()
                .map(|builder| columns::facts(key, builder, casing))
                .map_err(Arc::clone),
            span,
            helper: (!own).then_some(column.written),
            comments: self.comments_at(column.written),
        }
    }

    /// `.references(() => users.id, { onDelete })` at the column of that index.
    fn reference(&mut self, column: usize, reference: &drizzle::Reference) -> ForeignKey {
        let target = self.eval.call_fresh(&reference.target, Vec::new(), reference.at);
        let target = self.target(&[target], reference.at);
        let name = match reference.options.option("name") {
            Value::String(name) => Some(Ok(name)),
            Value::Unknown(why) => Some(Err(why)),
            _ => None,
        };
        ForeignKey {
            explicit: name.is_some(),
            name: name.unwrap_or(Ok(SmolStr::default())),
            columns: Ok(vec![column]),
            target,
            on_delete: reference.options.option("onDelete").as_str(),
            on_update: reference.options.option("onUpdate").as_str(),
            inline: true,
            comments: Vec::new(),
            span: reference.at,
        }
    }

    /// The table and columns that a key leads to; the first column's table decides, as in Drizzle.
    fn target(&mut self, columns: &[Value], at: Span) -> Fact<ForeignKeyTarget> {
        let mut target: Option<ForeignKeyTarget> = None;
        for column in columns {
            let column = match column {
                Value::Entity(Entity::Column(column)) => column,
                Value::Unknown(why) => return Err(why.clone()),
                _ => return Err(why("the target is no column of a table", at)),
            };
            let table = self.table_id(&column.table);
            let Some(index) = column.table.columns.get_index_of(&column.key) else {
                return Err(why("the target column is not known", at));
            };
            match &mut target {
                Some(target) => target.columns.push(index),
                None => target = Some(ForeignKeyTarget { table, columns: vec![index] }),
            }
        }
        target.ok_or_else(|| why("the key names no target columns", at))
    }

    /// Evaluates the third argument and sorts its entries.
    fn extras(&mut self, table: &Rc<drizzle::Table>, built: &mut Table) {
        let at = table.at;
        let Some(extra) = &table.extra else { return };
        let value = match extra {
            Value::Undefined | Value::Null => return,
            function @ (Value::Function(_) | Value::Method(_)) => {
                let argument = Value::Entity(Entity::Table(table.clone()));
                self.eval.call_fresh(function, vec![argument], at)
            }
            Value::Unknown(why) => {
                built.extras_open = Some(why.clone());
                return;
            }
            other => other.clone(),
        };
        self.consume(&value, 0, &mut super::extras::Budget::default());
        match value {
            Value::Array(items) => {
                let places = EntryPlaces::of(extra, items.borrow().len(), at);
                for (index, item) in items.borrow().iter().enumerate() {
                    let place = places.get(index);
                    match item {
                        // `flat(1)`: one list inside the list is opened, a deeper one is not.
                        Value::Array(inner) => {
                            inner.borrow().iter().for_each(|item| self.extra(table, built, item, place));
                        }
                        item => self.extra(table, built, item, place),
                    }
                }
            }
            Value::Object(object) => {
                if let Some(why) = &*object.open.borrow() {
                    built.extras_open = Some(why.clone());
                }
                let members = object.members.borrow().clone();
                for member in members.values() {
                    match &member.value {
                        Value::Array(_) => {
                            built
                                .ignored_extras
                                .push(ignored("a list inside the object form", member.written));
                        }
                        value => self.extra(table, built, value, member.written),
                    }
                }
            }
            Value::Unknown(why) => built.extras_open = Some(why),
            // One builder alone: `Object.values` of a builder finds none inside.
            Value::Entity(Entity::Constraint(constraint)) => {
                let span = constraint.borrow().at;
                built.ignored_extras.push(ignored("an entry outside a list", span));
            }
            _ => {}
        }
    }

    /// One entry of the third argument.
    fn extra(&mut self, table: &Rc<drizzle::Table>, built: &mut Table, value: &Value, place: Span) {
        let constraint = match value {
            Value::Entity(Entity::Constraint(constraint)) => constraint.borrow(),
            Value::Unknown(why) => {
                built.extras_open.get_or_insert_with(|| why.clone());
                return;
            }
            Value::Array(_) => {
                built.ignored_extras.push(ignored("a list nested too deep", place));
                return;
            }
            Value::Entity(Entity::Sql(_)) => {
                built.ignored_extras.push(ignored("plain SQL", place));
                return;
            }
            Value::Object(object) => {
                let extra = ignored("a plain object", place);
                built.ignored_extras.push(said_by_object(table, object, extra));
                return;
            }
            Value::Entity(Entity::Column(_)) => {
                let columns = own_columns(table, std::slice::from_ref(value), place).unwrap_or_default();
                built.ignored_extras.push(IgnoredExtra { columns, ..ignored("a column by itself", place) });
                return;
            }
            _ => return,
        };
        self.note_misplaced(table, built, &constraint);
        let span = constraint.at;
        let name = constraint.name.clone();
        match &constraint.kind {
            ConstraintKind::Index { columns: None, .. } => {
                built.ignored_extras.push(ignored("an index without columns", span));
            }
            ConstraintKind::Unique { columns: None, .. } => {
                built.ignored_extras.push(ignored("a unique constraint without columns", span));
            }
            ConstraintKind::Index { unique, columns: Some(columns), method, predicate } => {
                let parts = columns.iter().map(|part| index_part(table, part)).collect();
                built.indexes.push(Index {
                    explicit: !matches!(name, Ok(None)),
                    name,
                    unique: *unique,
                    parts,
                    method: method.clone(),
                    predicate: predicate.as_ref().map(|predicate| predicate::read(table, predicate)),
                    migrated: false,
                    span,
                    entry: place,
                });
            }
            ConstraintKind::Unique { columns: Some(columns), nulls_not_distinct } => {
                built.uniques.push(Unique {
                    explicit: !matches!(name, Ok(None)),
                    name: name.map(Option::unwrap_or_default),
                    columns: own_columns(table, columns, span),
                    nulls_not_distinct: *nulls_not_distinct,
                    span,
                    entry: place,
                });
            }
            ConstraintKind::PrimaryKey { columns } => {
                let columns = list(columns, span).and_then(|columns| own_columns(table, &columns, span));
                built.primary_keys.push(PrimaryKey {
                    explicit: !matches!(name, Ok(None)),
                    name: name.map(Option::unwrap_or_default),
                    columns,
                    span,
                });
            }
            ConstraintKind::ForeignKey { config, on_delete, on_update } => {
                let columns = list(&config.option("columns"), span);
                let columns = columns.and_then(|columns| own_columns(table, &columns, span));
                let columns = match columns {
                    Ok(columns) if columns.is_empty() => Err(why("the key names no columns", span)),
                    columns => columns,
                };
                if let Err(why) = &columns {
                    let subject = format!("the columns of a foreign key of `{}`", built.display_name());
                    self.unreadable(subject, why, span, None);
                }
                let foreign = list(&config.option("foreignColumns"), span);
                let target = foreign.and_then(|columns| self.target(&columns, span));
                let target = match (&columns, target) {
                    (Ok(own), Ok(target)) if own.len() != target.columns.len() => {
                        Err(why("the key does not have as many columns on both sides", span))
                    }
                    (_, target) => target,
                };
                built.foreign_keys.push(ForeignKey {
                    explicit: !matches!(name, Ok(None)),
                    name: name.map(Option::unwrap_or_default),
                    columns,
                    target,
                    on_delete: on_delete.as_str(),
                    on_update: on_update.as_str(),
                    inline: false,
                    comments: self.comments_at(span),
                    span,
                });
            }
            ConstraintKind::Check { condition } => {
                let sql = match condition {
                    Value::Entity(Entity::Sql(sql)) => sql_text(sql),
                    _ => "?".into(),
                };
                built.checks.push(Check { name, sql, span });
            }
            ConstraintKind::Policy { .. } => built.policies.push(Policy { name, span }),
        }
    }
}

/// The elements of a list of columns; one column alone is a list of one.
fn list(value: &Value, at: Span) -> Fact<Vec<Value>> {
    match value {
        Value::Array(items) => Ok(items.borrow().clone()),
        Value::Entity(Entity::Column(_)) => Ok(vec![value.clone()]),
        Value::Unknown(why) => Err(why.clone()),
        _ => Err(why("the columns are not a list", at)),
    }
}

/// Indexes of columns that must be the table's own.
pub(super) fn own_columns(table: &Rc<drizzle::Table>, columns: &[Value], at: Span) -> Fact<Vec<usize>> {
    columns
        .iter()
        .map(|column| match column {
            Value::Entity(Entity::Column(column)) if Rc::ptr_eq(&column.table, table) => {
                table.columns.get_index_of(&column.key).ok_or_else(|| why("the column is not known", at))
            }
            Value::Entity(Entity::Column(_)) => Err(why("the column is one of another table", at)),
            Value::Unknown(why) => Err(why.clone()),
            _ => Err(why("this is no column", at)),
        })
        .collect()
}

fn index_part(table: &Rc<drizzle::Table>, part: &Value) -> IndexPart {
    match part {
        Value::Entity(Entity::Column(column)) => {
            if !Rc::ptr_eq(&column.table, table) {
                return IndexPart::Foreign;
            }
            match table.columns.get_index_of(&column.key) {
                Some(index) => IndexPart::Column {
                    column: index,
                    descending: column.order.descending,
                    nulls_first: column.order.nulls_first,
                    operator_class: column.order.operator_class.clone(),
                },
                None => IndexPart::Foreign,
            }
        }
        Value::Entity(Entity::Sql(sql)) => {
            IndexPart::Expression { sql: sql_text(sql), column: predicate::ordered_column(table, sql) }
        }
        Value::Unknown(why) => IndexPart::Unknown(why.clone()),
        _ => IndexPart::Expression { sql: "?".into(), column: None },
    }
}

fn mark_primary_columns(table: &mut Table) {
    let members: Vec<usize> =
        table.primary_keys.iter().filter_map(|key| key.columns.as_ref().ok()).flatten().copied().collect();
    for index in members {
        if let Ok(facts) = &mut table.columns[index].facts {
            facts.effective_not_null = true;
        }
    }
}
