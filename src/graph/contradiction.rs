//! Columns that are compared and cannot hold the same.

use super::{ColumnFacts, ColumnRef, ForeignKey, SchemaGraph};

/// Two columns that a relation compares and that hold values of different keys.
#[derive(Debug)]
pub struct Contradiction<'g> {
    /// One of them.
    pub column: ColumnRef,
    /// What it is compared with.
    pub with: ColumnRef,
    /// The key on `column`.
    pub key: &'g ForeignKey,
    /// What that key refers to.
    pub refers_to: ColumnRef,
}

impl SchemaGraph {
    /// Why two columns that are compared never hold the same by design; `None` also where that is not certain.
    pub fn contradiction(&self, near: ColumnRef, far: ColumnRef) -> Option<Contradiction<'_>> {
        let (near, far) = (self.owned(near)?, self.owned(far)?);
        let (ours, theirs) = (self.values(near)?, self.values(far)?);
        if ours.iter().any(|value| theirs.contains(value)) {
            return None;
        }
        // Both sides have keys of their own, and at least one refers to one: they never hold the same by design.
        let apart =
            [&ours, &theirs].into_iter().all(|values| values.iter().all(|value| self.is_certain(*value)));
        for (column, with) in [(near, far), (far, near)] {
            let mut refers = self.edges(column);
            let direct = refers.iter().find(|(_, to)| to.table == with.table);
            let found = direct.copied().or_else(|| apart.then(|| refers.pop()).flatten());
            if let Some((key, refers_to)) = found {
                return Some(Contradiction { column, with, key, refers_to });
            }
        }
        None
    }

    /// The column of the owner.
    fn owned(&self, at: ColumnRef) -> Option<ColumnRef> {
        let owner = self.owner(at.table);
        if owner == at.table {
            return Some(at);
        }
        let name = self.table(at.table).column_name(at.column);
        Some(ColumnRef { table: owner, column: self.table(owner).column_named(name)? })
    }

    /// What a column refers to, and through which key.
    fn edges(&self, column: ColumnRef) -> Vec<(&ForeignKey, ColumnRef)> {
        let keys = self.table(column.table).foreign_keys.iter();
        let edges = keys.filter_map(|key| {
            let (columns, target) = (key.columns.as_ref().ok()?, key.target.as_ref().ok()?);
            let at = columns.iter().position(|held| *held == column.column)?;
            let to = ColumnRef { table: target.table, column: *target.columns.get(at)? };
            // A key from a column to itself says nothing.
            Some((key, self.owned(to).filter(|to| *to != column)?))
        });
        edges.collect()
    }

    /// Every column whose values a column may hold: itself, and what it refers to in any number of steps. `None` when
    /// some key may not have been read.
    fn values(&self, column: ColumnRef) -> Option<Vec<ColumnRef>> {
        let mut values = vec![column];
        let mut next = 0;
        while let Some(value) = values.get(next).copied() {
            next += 1;
            let table = self.table(value.table);
            let is_read = table.columns.get(value.column)?.facts.is_ok()
                && table.extras_open.is_none()
                && table.foreign_keys.iter().all(|key| match (&key.columns, &key.target) {
                    (Ok(columns), Err(_)) => !columns.contains(&value.column),
                    (Ok(_), Ok(_)) => true,
                    (Err(_), _) => false,
                });
            if !is_read {
                return None;
            }
            for (_, to) in self.edges(value) {
                if !values.contains(&to) {
                    values.push(to);
                }
            }
        }
        Some(values)
    }

    /// Whether it is known where a column's values come from: it refers to another, or it is a primary key that makes
    /// its own.
    fn is_certain(&self, column: ColumnRef) -> bool {
        let table = self.table(column.table);
        let makes =
            |facts: &ColumnFacts| facts.has_default || facts.identity.is_some() || facts.auto_increment;
        let is_key = !table.external
            && table.view.is_none()
            && table.primary_key_columns() == [column.column]
            && table.columns[column.column].facts.as_ref().is_ok_and(makes);
        is_key || !self.edges(column).is_empty()
    }
}
