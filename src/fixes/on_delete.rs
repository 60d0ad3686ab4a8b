//! Saying what happens on delete.

use super::style::Style;
use crate::graph::{ForeignKey, first_argument};
use crate::rule::{Edit, Fix};
use crate::source::{Range, Sources};

/// Gives a key that says nothing of it that action.
pub fn say_on_delete(sources: &Sources, key: &ForeignKey, action: &str) -> Option<Fix> {
    let text = sources.text(key.span);
    let title = format!("say `{action}`");
    let action = Style::of(sources.get(key.span.file)).quoted(action);
    let insert = |offset: usize, text: String| {
        let at = key.span.range.start + offset as u32;
        let edits = vec![Edit::new(Range::new(at, at).in_file(key.span.file), text)];
        Some(Fix { title: title.clone(), edits, changes_schema: true })
    };
    if !key.inline {
        return insert(text.len(), format!(".onDelete({action})"));
    }
    let open = text.find('(')? + 1;
    let target = first_argument(&text[open..])?;
    let end = open + text[open..].find(target)? + target.len();
    let behind = text[end..].trim_start();
    if matches!(behind, ")" | ",)") {
        return insert(end, format!(", {{ onDelete: {action} }}"));
    }
    // `, { onUpdate: "cascade" })`
    let options = behind.strip_prefix(',')?.trim_start().strip_prefix('{')?;
    // A key without a value is written all the same, and a spread may bring one in.
    if ["onDelete", "...", "["].iter().any(|taken| options.contains(taken)) {
        return None;
    }
    let at = text.len() - options.len();
    insert(at, format!(" onDelete: {action},"))
}
