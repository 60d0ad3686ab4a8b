//! Whether columns are a key that foreign keys may refer to.

use super::{ColumnFacts, Dialect, DrizzleLine, Fact, Index, IndexPart, Table};

/// What makes columns unique.
#[derive(Debug)]
pub enum Uniqueness<'t> {
    /// The primary key, or a unique constraint.
    Constraint,
    /// Only a unique index.
    Index(&'t Index),
    /// Nothing; unique indexes of the columns that are partial do not count.
    Nothing {
        /// Those.
        partial: Vec<&'t Index>,
    },
    /// Something was not read that might.
    Unknown,
}

impl Table {
    /// What makes exactly those columns unique, in any order.
    pub fn uniqueness(&self, columns: &[usize]) -> Uniqueness<'_> {
        let is_same =
            |key: &[usize]| key.len() == columns.len() && key.iter().all(|column| columns.contains(column));
        if let [column] = columns
            && let Ok(ColumnFacts { unique: Some(_), .. }) = &self.columns[*column].facts
        {
            return Uniqueness::Constraint;
        }
        if is_same(&self.primary_key_columns()) {
            return Uniqueness::Constraint;
        }
        let mut unknown = self.extras_open.is_some()
            || self.columns_open.is_some()
            || self.columns.iter().any(|column| column.facts.is_err());
        let primary_keys = self.primary_keys.iter().map(|key| &key.columns);
        for key in primary_keys.chain(self.uniques.iter().map(|unique| &unique.columns)) {
            match key {
                Ok(key) if is_same(key) => return Uniqueness::Constraint,
                Ok(_) => {}
                Err(_) => unknown = true,
            }
        }
        let mut partial = Vec::new();
        let mut whole = None;
        for index in self.indexes.iter().filter(|index| index.unique) {
            if index.parts.iter().any(|part| matches!(part, IndexPart::Unknown(_))) {
                unknown = true;
                continue;
            }
            let key: Option<Vec<usize>> = index.parts.iter().map(IndexPart::column).collect();
            if key.is_some_and(|key| is_same(&key)) {
                match &index.predicate {
                    None => whole = Some(index),
                    Some(_) => partial.push(index),
                }
            }
        }
        match (whole, unknown) {
            (_, true) => Uniqueness::Unknown,
            (Some(index), false) => Uniqueness::Index(index),
            (None, false) => Uniqueness::Nothing { partial },
        }
    }

    /// Whether drizzle-kit creates unique indexes of this database after the foreign keys that need them.
    pub fn has_late_unique_indexes(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => self.line == DrizzleLine::V0,
            Dialect::MsSql => true,
            _ => false,
        }
    }

    /// Whether some index, unique constraint or primary key begins with those columns; `true` when that is not known.
    pub fn may_begin_with(&self, columns: &[usize]) -> bool {
        let begins = |key: &[usize]| {
            key.len() >= columns.len() && key[..columns.len()].iter().all(|column| columns.contains(column))
        };
        let may = |key: &Fact<Vec<usize>>| key.as_ref().map_or(true, |key| begins(key));
        let inline = |column: &usize| {
            self.columns[*column].facts.as_ref().map_or(true, |facts| facts.unique.is_some())
        };
        self.extras_open.is_some()
            || matches!(columns, [column] if inline(column))
            || begins(&self.primary_key_columns())
            || self.primary_keys.iter().any(|key| may(&key.columns))
            || self.uniques.iter().any(|unique| may(&unique.columns))
            || self.foreign_keys.iter().any(|key| may(&key.columns))
            || self.indexes.iter().any(|index| {
                let mut first = index.parts.iter().take(columns.len());
                index.parts.len() >= columns.len()
                    && first.all(|part| match part {
                        IndexPart::Unknown(_) => true,
                        part => part.column().is_some_and(|column| columns.contains(&column)),
                    })
            })
    }
}
