//! How a run is shown: one pure function per format.

mod human;

pub use human::{Style, human};
