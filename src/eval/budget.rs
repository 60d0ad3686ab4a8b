//! How much an evaluation may do: code that never ends, or makes values without end, is not a schema.

use smol_str::SmolStr;
use std::sync::Arc;

use super::value::Value;
use super::{Evaluator, unknown, why};
use crate::graph::Unknown;
use crate::source::Span;

/// How many steps the evaluation of one top-level name, or of one table's parts, may take.
const FUEL: u32 = 500_000;
/// How many of them nobody counts: larger tables take a few thousand.
const FREE: u32 = 10_000;
/// How many steps beyond that all names of a run may take together; then each has only those that are free.
const RESERVE: u32 = 20 * FUEL;
/// How many elements are copied in one step.
const COPIED: usize = 4;
/// How many elements a list, or an object members, may have.
pub(super) const MAX_SIZE: usize = 1 << 20;
/// How many bytes a text may have that something is done with. Longer ones can only be written out.
pub(super) const MAX_TEXT: usize = 64 << 10;
/// How deep expressions, statements, patterns and calls may nest.
const DEPTH: u32 = 1_000;

/// The steps that are left.
#[derive(Debug)]
pub(super) struct Fuel {
    left: u32,
    granted: u32,
    reserve: u32,
    exhausted: bool,
    depth: u32,
}

/// The steps of an evaluation that waits for another.
#[derive(Debug)]
pub(super) struct Waiting {
    left: u32,
    granted: u32,
}

impl Default for Fuel {
    fn default() -> Self {
        Self { left: FUEL, granted: FUEL, reserve: RESERVE, exhausted: false, depth: 0 }
    }
}

impl Fuel {
    /// An evaluation begins inside another: each name has its own fuel, so that one that never ends takes none of
    /// the others'.
    pub(super) fn begin(&mut self) -> Waiting {
        let waiting = Waiting { left: self.left, granted: self.granted };
        self.granted = if self.reserve > 0 { FUEL } else { FREE };
        self.left = self.granted;
        waiting
    }

    /// It has ended, and the other goes on.
    pub(super) fn end(&mut self, waiting: Waiting) {
        self.settle();
        (self.left, self.granted) = (waiting.left, waiting.granted);
    }

    /// An evaluation begins that no other waits for.
    pub(super) fn restart(&mut self) {
        self.settle();
        self.begin();
        self.depth = 0;
    }

    fn settle(&mut self) {
        let spent = (self.granted - self.left).saturating_sub(FREE);
        self.reserve = self.reserve.saturating_sub(spent);
        self.granted = self.left;
    }

    /// Uses up some steps.
    fn burn(&mut self, steps: usize) {
        self.left = self.left.saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
        self.exhausted |= self.left == 0;
    }
}

impl Evaluator<'_> {
    /// Whether some evaluation has used up its fuel: others may have had less then.
    pub const fn is_exhausted(&self) -> bool {
        self.fuel.exhausted
    }

    /// Counts a step. `Some` when the evaluation must stop here.
    pub(super) fn step(&mut self, at: Span) -> Option<Value> {
        if self.fuel.left == 0 {
            return Some(unknown("the evaluation takes too many steps", at));
        }
        self.fuel.burn(1);
        None
    }

    /// Counts the copying of `count` elements or bytes. `Some` when the evaluation must stop here.
    pub(super) fn charge(&mut self, count: usize, at: Span) -> Option<Value> {
        if count > MAX_SIZE {
            return Some(unknown("the value is too large to be part of a schema", at));
        }
        let stop = self.step(at);
        self.fuel.burn(count / COPIED);
        stop
    }

    /// The same of a text.
    pub(super) fn charge_text(&mut self, length: usize, at: Span) -> Option<Value> {
        if length > MAX_TEXT {
            return Some(unknown("the text is too long to be part of a schema", at));
        }
        self.charge(length, at)
    }

    /// What `String(value)` gives.
    pub(super) fn text_of(&mut self, value: &Value) -> Option<SmolStr> {
        let mut left = MAX_TEXT;
        let text = value.text_within(&mut left);
        self.fuel.burn((MAX_TEXT - left) / COPIED);
        text
    }

    /// Counts work that is done in any case.
    pub(super) fn note_work(&mut self) {
        self.fuel.burn(1);
    }

    /// Does something one level deeper.
    ///
    /// # Errors
    /// Why it is not known, when it nests too deep to be done.
    pub(super) fn deeper<T>(
        &mut self,
        at: Span,
        inner: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, Arc<Unknown>> {
        if self.fuel.depth >= DEPTH {
            return Err(why("the code nests too deep", at));
        }
        self.fuel.depth += 1;
        let value = inner(self);
        self.fuel.depth -= 1;
        Ok(value)
    }
}
