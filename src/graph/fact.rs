//! What is known, and what is not.

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::Span;

/// A fact, or why it could not be read. A rule that meets an `Err` says nothing about the subject.
pub type Fact<T> = Result<T, Arc<Unknown>>;

/// Why something could not be read, and where the reading stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Said of the place: ``the package `x` is not read``.
    pub reason: Cow<'static, str>,
    /// Where.
    pub span: Span,
    /// Whether the reading ended at a package that is not part of the repository.
    pub external: bool,
}
