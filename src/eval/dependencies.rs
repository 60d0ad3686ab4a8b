//! Which file's values came from which other files, for a linker that wants to evaluate a few files again and keep the
//! rest.
//!
//! A file that is read while names are given their values is needed by the value itself. A file that only a callback
//! reads, `() => users.id`, is needed by the one who calls it: the linker, for a unit of its own.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::drizzle::{ColumnBuilder, Entity, Table};
use super::value::Value;
use crate::source::{FileId, Span};

/// What was read of other files, and what was changed there.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// Files whose values need another file.
    pub reads: FxHashSet<(FileId, FileId)>,
    /// Files of which only what is linked needs another file.
    pub looks: FxHashSet<(FileId, FileId)>,
    /// Files whose code changed a value in place that may belong to another file, or whose values were changed so.
    pub changes: FxHashSet<FileId>,
    /// Columns of other files that got their names from the keys of tables, by the call that made them.
    pub settled: FxHashMap<Span, SmolStr>,
    /// What names are asked of which files, by the file that runs, those that run as a whole anyway left out; all of
    /// a file as `*`.
    pub demands: FxHashMap<FileId, FxHashSet<(FileId, SmolStr)>>,
    /// The file whose part of the graph is built now.
    pub unit: Option<FileId>,
    /// The file that imports what is looked for now, whoever passes it on.
    pub(super) asker: Option<FileId>,
}

impl Evaluator<'_> {
    /// Notes that a file says what the one means that looks for it: by an import, or by a member of a namespace. What
    /// nobody looks for is only listed.
    pub(super) fn note_read_of(&mut self, file: FileId) {
        if let Some(asker) = self.dependencies.asker.or_else(|| self.running()) {
            self.note_dependency(asker, file);
        }
    }

    /// Notes that the file that runs asks a name of another.
    pub(super) fn note_demand(&mut self, on: FileId, name: &str) {
        if let Some(running) = self.running()
            && running != on
            && !self.world.declares_schema(on)
        {
            self.dependencies.demands.entry(running).or_default().insert((on, SmolStr::new(name)));
        }
    }

    /// Notes that a file needs another.
    pub(super) fn note_dependency(&mut self, file: FileId, on: FileId) {
        if file == on {
            return;
        }
        let is_look = self.bindings.is_empty() && self.dependencies.unit == Some(file);
        let all = if is_look { &mut self.dependencies.looks } else { &mut self.dependencies.reads };
        all.insert((file, on));
    }

    /// Notes that the code of a file changes something in place. Whose it is cannot be said.
    pub(super) fn note_change(&mut self, by: FileId) {
        self.dependencies.changes.extend(self.running());
        self.dependencies.changes.insert(by);
    }

    /// Notes that something is changed that was made while a name of a file got its value, if that is another file.
    pub(super) fn note_change_of(&mut self, made_by: Option<FileId>, by: FileId) {
        if made_by != self.running() {
            self.dependencies.changes.extend(made_by);
            self.note_change(by);
        }
    }

    /// Notes that a table takes a column: one without a name gets it from the first table.
    pub(super) fn note_taken(&mut self, key: &SmolStr, value: &Value, table: &Table) {
        let Value::Entity(Entity::Builder(builder)) = value else { return };
        let builder = builder.borrow();
        if builder.made_by == self.running() {
            return;
        }
        let name = builder.name_from(key, table);
        let is_settled = self.dependencies.settled.get(&builder.at).is_none_or(|settled| *settled == name);
        // The names of unique constraints are those of the first table.
        if !is_settled || builder.unique.is_some() {
            let made_by = builder.made_by;
            self.note_change_of(made_by, table.at.file);
        }
        if matches!(builder.name, Ok(None)) {
            self.dependencies.settled.insert(builder.at, name);
        }
    }

    /// A column that was just made.
    pub(super) fn new_column(&self, column: ColumnBuilder) -> Value {
        let column = ColumnBuilder { made_by: self.running(), ..column };
        Value::Entity(Entity::Builder(Rc::new(RefCell::new(column))))
    }

    /// The file whose names get their values now, or whose part of the graph is built.
    pub(super) fn running(&self) -> Option<FileId> {
        self.bindings.last().map(|(file, _)| *file).or(self.dependencies.unit)
    }
}
