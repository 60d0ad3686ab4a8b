//! Reads Rust values out of a tree, and finds all that is wrong, not only the first.

use serde::de::DeserializeOwned;

use super::Errors;
use super::de::Value;
use super::node::{Kind, Member, Node};
use crate::source::Span;

/// Reads a value, or says everything that is wrong.
pub fn read_node<T: DeserializeOwned>(node: &Node) -> Result<T, Errors> {
    let mut errors = Errors::new();
    // What is wrong is cut out, and the rest read again.
    let mut rest: Option<Node> = None;
    // Objects that miss a key because it was cut out are no news.
    let mut cut: Vec<Span> = Vec::new();
    loop {
        let fault = match T::deserialize(Value::of(rest.as_ref().unwrap_or(node))) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => return Err(errors),
            Err(fault) => fault,
        };
        let span = fault.error.span;
        if !(fault.missing && span.is_some_and(|span| cut.contains(&span))) {
            errors.push(fault.error);
        }
        let tree = rest.get_or_insert_with(|| node.clone());
        match span.and_then(|span| cut_out(tree, span)) {
            Some(parent) => cut.push(parent),
            None => return Err(errors),
        }
        if errors.len() >= ENOUGH {
            return Err(errors);
        }
    }
}

/// How many errors are worth finding in one tree.
pub(super) const ENOUGH: usize = 100;

/// Removes the innermost key or item at a place; gives the place of what held it.
fn cut_out(node: &mut Node, span: Span) -> Option<Span> {
    let holder = node.span;
    match &mut node.kind {
        Kind::List(items) => {
            if let Some(parent) = items.iter_mut().find_map(|item| cut_out(item, span)) {
                return Some(parent);
            }
            let index = items.iter().position(|item| item.span == span)?;
            items.remove(index);
        }
        Kind::Object(members) => {
            if let Some(parent) = members.iter_mut().find_map(|member| cut_out(&mut member.value, span)) {
                return Some(parent);
            }
            let at = |member: &Member| member.key_span == span || member.value.span == span;
            let index = members.iter().position(at)?;
            members.remove(index);
        }
        _ => return None,
    }
    Some(holder)
}
