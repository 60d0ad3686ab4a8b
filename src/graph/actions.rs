//! What happens to a row when the row that it refers to is deleted: in words and in code.

use smol_str::SmolStr;

use super::{Fact, ForeignKey};
use crate::source::Sources;

/// What is longer is not shown.
const LONGEST: usize = 100;

/// What a key of `from` does on delete, in one clause.
pub fn effect_of_delete(action: &str, from: &str, to: &str) -> String {
    match action {
        "cascade" if from == to => "deleting a row deletes the rows that refer to it".to_string(),
        "set null" if from == to => "deleting a row empties the column in rows that refer to it".to_string(),
        "set default" if from == to => {
            "deleting a row resets the column in rows that refer to it".to_string()
        }
        _ if from == to => format!("a row of `{to}` cannot be deleted while other rows refer to it"),
        "cascade" => format!("deleting a row of `{to}` deletes rows of `{from}`"),
        "set null" => format!("deleting a row of `{to}` empties the column in rows of `{from}`"),
        "set default" => format!("deleting a row of `{to}` resets the column in rows of `{from}`"),
        _ => format!("a row of `{to}` cannot be deleted while rows of `{from}` refer to it"),
    }
}

/// What happens to the row that a key refers to when the key acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It is deleted.
    Delete,
    /// Its columns change.
    Update,
}

impl Event {
    /// The property, and the method, that says the action.
    pub const fn option(self) -> &'static str {
        match self {
            Self::Delete => "onDelete",
            Self::Update => "onUpdate",
        }
    }

    /// As SQL says it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Delete => "on delete",
            Self::Update => "on update",
        }
    }

    /// What somebody does then.
    pub const fn doing(self) -> &'static str {
        match self {
            Self::Delete => "deleting",
            Self::Update => "renumbering",
        }
    }
}

impl ForeignKey {
    /// When the key takes that action; on delete, where it does at both.
    pub fn takes(&self, action: &str) -> Option<Event> {
        let is = |said: &Fact<Option<SmolStr>>| matches!(said, Ok(Some(said)) if said.eq_ignore_ascii_case(action));
        match (is(&self.on_delete), is(&self.on_update)) {
            (true, _) => Some(Event::Delete),
            (false, true) => Some(Event::Update),
            (false, false) => None,
        }
    }

    /// The key with that action on delete, as it could be pasted.
    pub fn written_with(&self, action: &str, sources: &Sources) -> String {
        let called = sources.text(self.span);
        if !self.inline {
            let words: Vec<&str> = called.split_whitespace().collect();
            let written = words.join(" ");
            let bare = match written.split_once(".onDelete(") {
                Some((before, rest)) => {
                    format!("{before}{}", rest.split_once(')').map_or("", |(_, after)| after))
                }
                None => written,
            };
            let bare = if bare.len() <= LONGEST { bare.as_str() } else { "foreignKey({ … })" };
            return format!("{bare}.onDelete(\"{action}\")");
        }
        let target = called.split_once('(').and_then(|(_, rest)| first_argument(rest)).unwrap_or("…");
        let on_update = match &self.on_update {
            Ok(Some(on_update)) => format!(", onUpdate: \"{on_update}\""),
            Ok(None) | Err(_) => String::new(),
        };
        let target: Vec<&str> = target.split_whitespace().collect();
        format!(".references({}, {{ onDelete: \"{action}\"{on_update} }})", target.join(" "))
    }
}

/// The first of the arguments that a text begins with; `None` when that cannot be told.
pub fn first_argument(text: &str) -> Option<&str> {
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ',' | ')' if depth == 0 => return Some(text[..at].trim()).filter(|text| !text.is_empty()),
            // A comment or a text may hold anything.
            '/' | '"' | '\'' | '`' => return None,
            _ => {}
        }
    }
    None
}
