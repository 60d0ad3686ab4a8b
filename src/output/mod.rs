//! One pure function per format over one run.

mod human;

pub use human::{Style, human};

use crate::check::Run;
use crate::source::Sources;

/// What every format writes down.
#[derive(Debug, Clone, Copy)]
pub struct Report<'r> {
    /// What was found.
    pub run: &'r Run,
    /// The files that places refer to.
    pub sources: &'r Sources,
    /// Goes before every path, so that it can be opened from where the program was started.
    pub prefix: &'r str,
}
