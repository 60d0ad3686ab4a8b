//! What of a third argument misses its table: where ignored entries stand, columns of other tables, and constraints
//! that no table has.

use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::rc::Rc;

use super::tables::own_columns;
use super::{Holder, Linker};
use crate::eval::drizzle::{self, Constraint, ConstraintKind, Entity};
use crate::eval::{Object, Value};
use crate::graph::{Binding, ColumnRef, IgnoredExtra, Misplaced, StrayConstraint, Table};
use crate::source::Span;
use crate::syntax::{Body, Element, ExprKind, Statement};

/// How deep objects and lists are searched for tables and constraints.
pub(super) const MAX_NESTING: usize = 8;

/// How many members of one value are looked at: one that holds another in many places has exponentially many.
pub(super) struct Budget(u32);

impl Default for Budget {
    fn default() -> Self {
        Self(100_000)
    }
}

impl Budget {
    /// Whether one more may be looked at.
    pub(super) const fn take(&mut self) -> bool {
        let is_left = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        is_left
    }
}

type Shared = Rc<RefCell<Constraint>>;

/// Constraints that top-level names hold, and those that tables have.
#[derive(Default)]
pub(super) struct Strays {
    /// In the order found.
    held: Vec<(Shared, Holder)>,
    was_held: bool,
    consumed: FxHashSet<*const RefCell<Constraint>>,
}

impl Strays {
    /// Notes a holder.
    pub(super) fn hold(&mut self, constraint: &Shared, holder: &Holder) {
        self.held.push((constraint.clone(), holder.clone()));
        self.was_held = true;
    }
}

/// Where the entries of a third argument stand.
pub(super) struct EntryPlaces {
    /// Those before a spread.
    first: Vec<Span>,
    /// Those behind it, the last one first.
    last: Vec<Span>,
    count: usize,
    table: Span,
}

impl EntryPlaces {
    /// Of a function that gives a list as it is written, with one spread at most; for any other, and for what a spread
    /// brings in, the table's place has to do.
    pub(super) fn of(extra: &Value, count: usize, table: Span) -> Self {
        let mut places = Self { first: Vec::new(), last: Vec::new(), count, table };
        let Value::Function(closure) = extra else { return places };
        let result = match &closure.function.body {
            Body::Value(value) => Some(&**value),
            Body::Block(statements) => match statements.last() {
                Some(Statement::Return(Some(value))) => Some(value),
                _ => None,
            },
        };
        let Some(ExprKind::Array(elements)) = result.map(|value| &value.kind) else { return places };
        let place = |element: &Element| match element {
            Element::Value(value) => Some(value.range.in_file(closure.scope.file)),
            Element::Spread(_) | Element::Hole => None,
        };
        let spreads = elements.iter().filter(|element| matches!(element, Element::Spread(_))).count();
        let values = elements.iter().filter_map(place).count();
        let is_clear = match spreads {
            0 => elements.len() == count && values == count,
            1 => values + 1 == elements.len() && values <= count,
            _ => false,
        };
        if is_clear {
            places.first = elements.iter().map_while(place).collect();
            places.last = elements.iter().rev().map_while(place).take(values - places.first.len()).collect();
        }
        places
    }

    /// The place of an entry.
    pub(super) fn get(&self, index: usize) -> Span {
        let from_end = self.count.saturating_sub(index + 1);
        self.first.get(index).or_else(|| self.last.get(from_end)).copied().unwrap_or(self.table)
    }
}

impl Linker<'_> {
    /// Whether top-level names hold constraints.
    pub(super) fn has_strays(&self) -> bool {
        self.strays.was_held
    }

    /// Notes that a table has the constraints of a value, even where Drizzle ignores them.
    pub(super) fn consume(&mut self, value: &Value, depth: usize, budget: &mut Budget) {
        if depth >= MAX_NESTING || !budget.take() {
            return;
        }
        match value {
            Value::Entity(Entity::Constraint(constraint)) => {
                self.strays.consumed.insert(Rc::as_ptr(constraint));
            }
            Value::Array(items) => {
                items.borrow().iter().for_each(|item| self.consume(item, depth + 1, budget))
            }
            Value::Object(object) => {
                object
                    .members
                    .borrow()
                    .values()
                    .for_each(|member| self.consume(&member.value, depth + 1, budget));
            }
            _ => {}
        }
    }

    /// Notes the first column of a constraint that is one of another table.
    pub(super) fn note_misplaced(
        &mut self,
        table: &Rc<drizzle::Table>,
        built: &mut Table,
        constraint: &Constraint,
    ) {
        let (kind, columns) = kind_and_columns(constraint);
        let other = columns.into_iter().find_map(|column| match column {
            Value::Entity(Entity::Column(column)) if !Rc::ptr_eq(&column.table, table) => Some(column),
            _ => None,
        });
        if let Some(other) = other
            && let Some(column) = other.table.columns.get_index_of(&other.key)
        {
            let column = ColumnRef { table: self.table_id(&other.table), column };
            built.misplaced.push(Misplaced { kind, column, span: constraint.at });
        }
    }

    /// Constraints that a top-level name holds and no table has. None when some table was not read whole.
    pub(super) fn find_stray_constraints(&mut self) {
        let is_open = self.graph.tables.iter().any(|table| table.extras_open.is_some())
            || self.unreadable.iter().any(|gap| gap.table.is_none() && !gap.of_relations);
        if is_open {
            return;
        }
        for (constraint, holder) in std::mem::take(&mut self.strays.held) {
            if !self.strays.consumed.insert(Rc::as_ptr(&constraint)) {
                continue;
            }
            let constraint = constraint.borrow();
            let (kind, columns) = kind_and_columns(&constraint);
            let columns: Option<Vec<_>> = columns
                .iter()
                .map(|column| match column {
                    Value::Entity(Entity::Column(column)) => Some(column.clone()),
                    _ => None,
                })
                .collect();
            let Some(columns) = columns else { continue };
            let Some(first) = columns.first() else { continue };
            let of_one = columns.iter().all(|column| Rc::ptr_eq(&column.table, &first.table));
            let numbers: Option<Vec<usize>> =
                columns.iter().map(|column| first.table.columns.get_index_of(&column.key)).collect();
            let number = self.table_ids.get(&Rc::as_ptr(&first.table)).copied();
            if let (true, Some(columns), Some(table)) = (of_one, numbers, number) {
                let binding = self.stray_binding(&holder);
                let span = constraint.at;
                self.graph.stray_constraints.push(StrayConstraint { kind, table, columns, binding, span });
            }
        }
        let world = self.world;
        self.graph
            .stray_constraints
            .sort_by_cached_key(|stray| (world.path(stray.span.file), stray.span.range));
    }

    fn stray_binding(&mut self, holder: &Holder) -> Binding {
        let module = self.eval.module(holder.file);
        let exported = module.exported_names(&holder.binding).next().is_some();
        let name = smol_str::format_smolstr!("{}{}", holder.binding, holder.path);
        Binding { file: holder.file, name, exported, nested: !holder.path.is_empty() }
    }
}

/// An entry of which nothing more is known.
pub(super) fn ignored(reason: &'static str, span: Span) -> IgnoredExtra {
    IgnoredExtra { reason, span, columns: Vec::new(), check: None }
}

/// What a plain object among the entries means: `{ columns: [t.a, t.b] }`, ``{ name: "…", expression: sql`…` }``.
pub(super) fn said_by_object(
    table: &Rc<drizzle::Table>,
    object: &Object,
    mut extra: IgnoredExtra,
) -> IgnoredExtra {
    let members = object.members.borrow();
    if let Some(Value::Array(items)) = members.get("columns").map(|member| &member.value) {
        extra.columns = own_columns(table, &items.borrow(), extra.span).unwrap_or_default();
    }
    let sql = members.values().find(|member| matches!(member.value, Value::Entity(Entity::Sql(_))));
    if let (Some(Value::String(name)), Some(sql)) = (members.get("name").map(|member| &member.value), sql) {
        extra.check = Some((name.clone(), sql.written));
    }
    extra
}

/// What a constraint is, and its columns as they are written.
fn kind_and_columns(constraint: &Constraint) -> (&'static str, Vec<Value>) {
    let list = |value: &Value| match value {
        Value::Array(items) => items.borrow().clone(),
        Value::Entity(Entity::Column(_)) => vec![value.clone()],
        _ => Vec::new(),
    };
    match &constraint.kind {
        ConstraintKind::Index { columns, .. } => ("index", columns.clone().unwrap_or_default()),
        ConstraintKind::Unique { columns, .. } => ("unique constraint", columns.clone().unwrap_or_default()),
        ConstraintKind::PrimaryKey { columns } => ("primary key", list(columns)),
        ConstraintKind::ForeignKey { config, .. } => ("foreign key", list(&config.option("columns"))),
        ConstraintKind::Check { .. } | ConstraintKind::Policy { .. } => ("", Vec::new()),
    }
}
