//! What is wrong with a config, and where.

use crate::source::Span;

/// Something wrong with a config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where it is written; nothing for what the command line says.
    pub span: Option<Span>,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// Everything that is wrong, by place.
pub type Errors = Vec<Error>;

impl Error {
    /// An error without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into(), help: None }
    }

    /// An error at a place.
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), help: None }
    }

    /// With what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// An unknown name: with the nearest of what is allowed, or else all of it while that is short.
    pub(super) fn unknown(what: &str, name: &str, allowed: &[&str]) -> Self {
        let begin = format!("unknown {what} `{name}`");
        Self::new(match nearest(name, allowed) {
            Some(nearest) => format!("{begin}, did you mean `{nearest}`?"),
            None if allowed.is_empty() => format!("{begin}, none is expected here"),
            None if allowed.len() > LISTED => begin,
            None => format!("{begin}, expected {}", choice(allowed)),
        })
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// How many names a message lists at most.
const LISTED: usize = 16;

/// `` `a`, `b` or `c` ``.
pub(super) fn choice(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} or {last}", many.join(", ")),
    }
}

/// The name that was probably meant: a third of its letters may differ.
fn nearest<'n>(name: &str, allowed: &[&'n str]) -> Option<&'n str> {
    let small = name.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&small, &other.to_lowercase());
    let near = allowed.iter().map(|other| (distance(other), *other)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| *distance <= (other.chars().count().max(3)) / 3).map(|(_, other)| other)
}
