//! What the house has written down: decision records, entity pages, and citations of them.
//!
//! Nothing here reads files: it gets [`Document`]s. [`Records`] holds the decision records and finds every
//! citation of one in a text, be it a comment, an entry of a page or a reason in the config;
//! [`EntityPage`] is a page about tables, cut into sections and entries.

mod citations;
mod entity;
mod fields;
mod fold;
mod front_matter;
mod names;
mod naming;
mod numbers;
mod outline;
mod paths;
mod record;
mod records;
mod search;
mod status;
mod titles;

pub use citations::{Citation, Cited};
pub use entity::{EntityPage, Entry, Section};
pub use record::{DecisionRecord, Successor};
pub use records::Records;
pub use status::Status;

use crate::source::{FileId, Range, Span};

/// A Markdown or MDX file.
#[derive(Debug, Clone, Copy)]
pub struct Document<'t> {
    /// Its number in [`Sources`](crate::source::Sources).
    pub file: FileId,
    /// Path relative to the root of the run, `/` between folders.
    pub path: &'t str,
    /// The text as it stands in the file.
    pub text: &'t str,
}

impl<'t> Document<'t> {
    /// The text of a range; empty when the range is not one of this file.
    fn slice(&self, range: Range) -> &'t str {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// The first line without its newline and without a byte order mark.
    fn first_line(&self) -> Range {
        let start = if self.text.starts_with('\u{feff}') { 3 } else { 0 };
        let end = self.text.find(['\n', '\r']).unwrap_or(self.text.len());
        Range::new(start, end.max(start as usize) as u32)
    }

    /// The name of the file without its extension: for `README.md` and `index.mdx` that of the folder.
    fn stem(&self) -> &'t str {
        let mut segments = self.path.rsplit('/');
        let name = segments.next().unwrap_or_default();
        let stem = paths::without_extension(name);
        if is_index(stem) { segments.next().unwrap_or(stem) } else { stem }
    }
}

/// Whether a file of that name speaks of its folder.
fn is_index(stem: &str) -> bool {
    ["readme", "index"].iter().any(|name| stem.trim_start_matches('_').eq_ignore_ascii_case(name))
}

/// Something in a document that could not be read; the rest of it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What, as a sentence without its full stop.
    pub message: String,
}
