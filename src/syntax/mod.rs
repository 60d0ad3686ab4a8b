//! From text to [`Module`]: the only room that knows SWC.
//!
//! [`lower`] is a pure function from one file's text to what that file says. Nothing of SWC leaves
//! this room, nothing here reads a file.

#![allow(clippy::disallowed_types, reason = "this is the room that they may not leave")]

mod annotation;
mod comments;
mod common_js;
mod depth;
mod effects;
mod expressions;
mod lower;
mod module;
mod patterns;
mod places;
mod statements;
mod texts;
mod uses;

pub use comments::Comments;
pub use lower::{Failure, lower};
pub use module::*;
pub use places::Places;
pub use uses::used_names;
