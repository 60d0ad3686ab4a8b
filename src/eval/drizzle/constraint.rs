//! The parts of a table's third argument: indexes, keys, checks, policies.

use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

use super::constraint_name;
use super::entity::*;
use crate::eval::value::{Object, Value};
use crate::eval::{Evaluator, unknown};
use crate::graph::Dialect;
use crate::source::Span;

impl Evaluator<'_> {
    /// `index("…")`, `unique()`, `primaryKey({…})`, `foreignKey({…})`, `check(…)`, `pgPolicy(…)`.
    pub(super) fn constraint(
        &mut self,
        dialect: Dialect,
        function: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        let second = arguments.get(1).cloned().unwrap_or(Value::Undefined);
        let mut name = constraint_name(&arguments);
        let kind = match function {
            "unique" | "uniqueKey" => ConstraintKind::Unique { columns: None, nulls_not_distinct: false },
            "primaryKey" => {
                let (columns, given) = primary_key(&first, arguments);
                name = given.as_str();
                ConstraintKind::PrimaryKey { columns }
            }
            "foreignKey" => {
                let config = match &first {
                    // SQLite's deprecated form: a function that returns the columns.
                    Value::Function(_) => self.call_value(&first, Vec::new(), at),
                    _ => first,
                };
                name = config.option("name").as_str();
                ConstraintKind::ForeignKey {
                    config,
                    on_delete: Value::Undefined,
                    on_update: Value::Undefined,
                }
            }
            "check" => ConstraintKind::Check { condition: second },
            "policy" => ConstraintKind::Policy { table: None },
            _ => ConstraintKind::Index {
                unique: function == "uniqueIndex",
                columns: None,
                method: Ok(default_method(dialect)),
                predicate: None,
            },
        };
        let constraint = Constraint { made_by: self.running(), kind, name, at };
        Value::Entity(Entity::Constraint(Rc::new(RefCell::new(constraint))))
    }

    /// A method of a constraint under construction.
    pub(super) fn modify_constraint(
        &mut self,
        constraint: &Rc<RefCell<Constraint>>,
        name: &str,
        arguments: Vec<Value>,
        at: Span,
    ) -> Value {
        let this = Value::Entity(Entity::Constraint(constraint.clone()));
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        let made_by = constraint.borrow().made_by;
        self.note_change_of(made_by, at.file);
        let mut constraint = constraint.borrow_mut();
        // The whole chain is the constraint: `index("…").on(t.a)`.
        constraint.at = at;
        match (&mut constraint.kind, name) {
            (ConstraintKind::Index { columns, .. }, "on" | "onOnly") => *columns = Some(arguments),
            (ConstraintKind::Index { columns, method, .. }, "using") => {
                *method = first.as_str();
                // In MySQL `using` names the method only.
                if arguments.len() > 1 {
                    *columns = Some(arguments.into_iter().skip(1).collect());
                }
            }
            (ConstraintKind::Index { predicate, .. }, "where") => *predicate = Some(first),
            (
                ConstraintKind::Index { .. },
                "concurrently" | "with" | "algorithm" | "lock" | "asc" | "desc",
            ) => {}
            (ConstraintKind::Unique { columns, .. }, "on") => *columns = Some(arguments),
            (ConstraintKind::Unique { nulls_not_distinct, .. }, "nullsNotDistinct") => {
                *nulls_not_distinct = true;
            }
            (ConstraintKind::ForeignKey { on_delete, .. }, "onDelete") => *on_delete = first,
            (ConstraintKind::ForeignKey { on_update, .. }, "onUpdate") => *on_update = first,
            (ConstraintKind::Policy { table }, "link") => {
                if let Value::Entity(Entity::Table(linked)) = &first {
                    self.note_change_of(Some(linked.binding.0), at.file);
                    linked.linked_policy.set(true);
                }
                *table = Some(first);
            }
            (ConstraintKind::Policy { .. }, _) => {}
            _ => return unknown(format!("`{name}` is not known of this constraint"), at),
        }
        this
    }

    /// `t.email.desc().nullsFirst().op("…")` in an index.
    pub(super) fn order_column(
        &mut self,
        column: &ColumnRef,
        name: &str,
        arguments: &[Value],
        at: Span,
    ) -> Value {
        let mut column = column.clone();
        let first = arguments.first().cloned().unwrap_or(Value::Undefined);
        match name {
            "asc" => column.order.descending = false,
            "desc" => column.order.descending = true,
            "nullsFirst" | "nullsLast" => column.order.nulls_first = Some(name == "nullsFirst"),
            "op" => column.order.operator_class = first.as_str().ok().flatten(),
            // Drizzle's own: the SQL name of the column, a cast of its type.
            "getSQLType" | "getSQL" | "mapFromDriverValue" => {
                return unknown(format!("`{name}()` of a column is not evaluated"), at);
            }
            _ => return unknown(format!("`{name}` is not known of a column"), at),
        }
        Value::Entity(Entity::Column(column))
    }
}

/// The columns and the name of `primaryKey({ columns, name })`, or of the deprecated
/// `primaryKey(t.a, t.b)`.
fn primary_key(first: &Value, arguments: Vec<Value>) -> (Value, Value) {
    match first {
        Value::Object(object) if has(object, "columns") => (object.get("columns"), object.get("name")),
        Value::Unknown(_) => (first.clone(), Value::Undefined),
        _ => (Value::array(arguments), Value::Undefined),
    }
}

fn has(object: &Object, key: &str) -> bool {
    object.members.borrow().contains_key(key) || object.open.borrow().is_some()
}

/// The method that an index has before `.using()`.
fn default_method(dialect: Dialect) -> Option<SmolStr> {
    matches!(dialect, Dialect::Postgres | Dialect::Gel | Dialect::Cockroach)
        .then(|| SmolStr::new_static("btree"))
}
