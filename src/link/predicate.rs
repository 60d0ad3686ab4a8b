//! Predicates of partial indexes: do they say more than that columns are not null?

use std::rc::Rc;

use crate::eval::Value;
use crate::eval::drizzle::{self, ColumnBuilder, Entity, Sql, SqlPart, sql_text};
use crate::graph::{Fact, Predicate};

/// The predicate of `.where(…)`.
pub(super) fn read(table: &Rc<drizzle::Table>, predicate: &Value) -> Fact<Predicate> {
    match predicate {
        Value::Entity(Entity::Sql(sql)) => {
            Ok(Predicate { sql: sql_text(sql), not_null: not_null_columns(table, sql) })
        }
        Value::Unknown(why) => Err(why.clone()),
        _ => Ok(Predicate { sql: "?".into(), not_null: None }),
    }
}

/// The columns of a predicate that is only made of `column is not null`, joined by `and`.
fn not_null_columns(table: &Rc<drizzle::Table>, sql: &Sql) -> Option<Vec<usize>> {
    let mut columns = Vec::new();
    let mut words = String::new();
    collect(table, sql, &mut columns, &mut words).then_some(())?;
    let words = words.to_ascii_lowercase().replace(['(', ')'], " ");
    let mut words = words.split_whitespace().peekable();
    let mut found = Vec::new();
    loop {
        let name = words.next()?;
        let name = name.trim_matches('"');
        let index = match name.strip_prefix('\u{1}') {
            Some(marked) => *columns.get(marked.parse::<usize>().ok()?)?,
            None => {
                let name = name.rsplit('.').next()?.trim_matches('"');
                table.columns.iter().position(|(key, column)| match &column.builder {
                    Ok(ColumnBuilder { name: Ok(Some(own)), .. }) => own.eq_ignore_ascii_case(name),
                    _ => key.eq_ignore_ascii_case(name),
                })?
            }
        };
        found.push(index);
        for expected in ["is", "not", "null"] {
            (words.next()? == expected).then_some(())?;
        }
        match words.next() {
            None => return Some(found),
            Some("and") => {}
            Some(_) => return None,
        }
    }
}

/// Writes the SQL with every column as a mark; false when a part is neither text nor own column.
fn collect(table: &Rc<drizzle::Table>, sql: &Sql, columns: &mut Vec<usize>, words: &mut String) -> bool {
    sql.parts.iter().all(|part| match part {
        SqlPart::Text(text) => {
            words.push_str(text);
            true
        }
        SqlPart::Value(Value::Entity(Entity::Sql(inner))) => collect(table, inner, columns, words),
        SqlPart::Value(Value::Entity(Entity::Column(column))) => {
            let index =
                Rc::ptr_eq(&column.table, table).then(|| table.columns.get_index_of(&column.key)).flatten();
            if let Some(index) = index {
                words.push_str(&format!(" \u{1}{} ", columns.len()));
                columns.push(index);
            }
            index.is_some()
        }
        SqlPart::Value(_) => false,
    })
}

/// The column of an index part that is no more than a column and its order, written as SQL:
/// `` sql`${t.a} DESC NULLS LAST` ``, `desc(t.a)`.
pub(super) fn ordered_column(table: &Rc<drizzle::Table>, sql: &Sql) -> Option<usize> {
    let (mut columns, mut words) = (Vec::new(), String::new());
    collect(table, sql, &mut columns, &mut words).then_some(())?;
    let [column] = columns[..] else { return None };
    let words = words.to_ascii_lowercase();
    let mut words = words.split_whitespace();
    (words.next()? == "\u{1}0").then_some(())?;
    let order: Vec<&str> = words.collect();
    let nulls = match order.split_first() {
        Some((&("asc" | "desc"), rest)) => rest,
        _ => &order[..],
    };
    matches!(nulls, [] | ["nulls", "first" | "last"]).then_some(column)
}
