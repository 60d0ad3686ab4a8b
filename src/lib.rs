//! schemalint
pub mod discover;
pub mod eval;
pub mod graph;
pub mod link;
pub mod packages;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod workspace;
