//! Tags in comments: `@ref users.id`, `@adr ADR-036`, `@polymorphic target_type: A=x, B=y`.

use smol_str::SmolStr;

use crate::source::{Range, Sources, Span};

/// A tag in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What stands behind it, up to the next tag or the end of the comment, on one line.
    pub text: String,
    /// The tag and its text.
    pub span: Span,
}

impl Tag {
    /// Where a word stands in its list, and whether `=` follows it; the whole tag when it does not stand there.
    pub fn place_of(&self, sources: &Sources, word: &str) -> (Span, bool) {
        let text = sources.text(self.span);
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let list = text.find(':').map_or(0, |at| at + 1);
        let found = text[list..].match_indices(word).map(|(at, _)| list + at).find(|at| {
            let (before, after) = (&text[..*at], &text[*at + word.len()..]);
            !word.is_empty() && !before.ends_with(is_part) && !after.starts_with(is_part)
        });
        let Some(at) = found else { return (self.span, false) };
        let start = self.span.range.start + at as u32;
        let place = Range::new(start, start + word.len() as u32).in_file(self.span.file);
        (place, text[at + word.len()..].trim_start().starts_with('='))
    }
}

/// The first tag of that name in comments.
pub fn tag(sources: &Sources, comments: &[Span], name: &str) -> Option<Tag> {
    comments.iter().find_map(|comment| {
        let text = sources.text(*comment);
        text.match_indices('@').find_map(|(at, _)| {
            let rest = text[at + 1..].strip_prefix(name)?;
            // `@reference` is another tag, `a@ref` none.
            let ends = rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_');
            let begins = text[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric() && before != '`');
            if !ends || !begins {
                return None;
            }
            // Only a tag of its own line goes on over lines.
            let body = if name == "polymorphic" { until_next_tag(rest) } else { on_its_line(rest) };
            let body = body.trim_end().trim_end_matches("*/").trim_end();
            let start = comment.range.start + at as u32;
            let length = 1 + name.len() + body.len();
            Some(Tag {
                text: plain(body).trim_start_matches(':').trim().to_string(),
                span: Range::new(start, start + length as u32).in_file(comment.file),
            })
        })
    })
}

fn on_its_line(text: &str) -> &str {
    let line = &text[..text.find(['\n', '\r']).unwrap_or(text.len())];
    &line[..line.find(" @").unwrap_or(line.len())]
}

fn until_next_tag(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches(|c: char| c.is_whitespace() || c == '*' || c == '/');
        if body.starts_with('@') {
            return &text[..end + line.len() - body.len()];
        }
        end += line.len();
    }
    text
}

/// What a comment says, without its decoration, on one line.
pub fn plain(comment: &str) -> String {
    let mut words = Vec::new();
    for line in comment.lines() {
        let line = line.trim();
        let line = line.strip_prefix("/**").or_else(|| line.strip_prefix("/*")).unwrap_or(line);
        let line = line.strip_suffix("*/").unwrap_or(line);
        let line = line.trim_start_matches('/').trim_start();
        let line = line.strip_prefix('*').unwrap_or(line);
        words.extend(line.split_whitespace());
    }
    words.join(" ")
}

/// The targets that `@polymorphic target_type: A=activities.activities, ALL=none` lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolymorphicTag {
    /// The discriminator, when it is written.
    pub discriminator: Option<SmolStr>,
    /// Values and what they stand for; `None` for `none`. A target without a value stands for itself.
    pub targets: Vec<(SmolStr, Option<SmolStr>)>,
}

/// Reads the text of a `@polymorphic` tag.
pub fn polymorphic(text: &str) -> PolymorphicTag {
    let (discriminator, list) = match text.split_once(':') {
        Some((head, list)) => (Some(SmolStr::new(head.trim())), list),
        None => (None, text),
    };
    let targets = list
        .split([',', ';', '|'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (value, table) = part.split_once('=').unwrap_or((part, part));
            let table = table.split_whitespace().next().unwrap_or_default().trim_end_matches('.');
            (SmolStr::new(value.trim()), (table != "none").then(|| SmolStr::new(table)))
        })
        .collect();
    PolymorphicTag { discriminator, targets }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use std::sync::Arc;

    fn found(text: &str, name: &str) -> Option<String> {
        let mut sources = Sources::default();
        let file = sources.add(Arc::new(SourceFile::new("a.ts", text)));
        let comment = Range::new(0, text.len() as u32).in_file(file);
        let tag = tag(&sources, &[comment], name)?;
        assert!(sources.text(tag.span).starts_with(&format!("@{name}")));
        Some(tag.text)
    }

    #[test]
    fn tags_end_where_they_should() {
        assert_eq!(found("// @ref users.id", "ref").as_deref(), Some("users.id"));
        assert_eq!(found("/** é @ref users.users @adr ADR-1 */", "ref").as_deref(), Some("users.users"));
        assert_eq!(found("/**\n * @ref users\n * the user\n */", "ref").as_deref(), Some("users"));
        assert_eq!(found("// a@ref b @reference c `@ref d` is a tag", "ref"), None);
        assert_eq!(
            found("/**\n * @ref users\n * other\n * @adr ADR-1\n */", "ref").as_deref(),
            Some("users")
        );
        let wrapped = "/**\n * @polymorphic target_type: A=x,\n *   B=y\n * @adr ADR-2\n */";
        assert_eq!(found(wrapped, "polymorphic").as_deref(), Some("target_type: A=x, B=y"));
        assert_eq!(found("// @polymorphic a: @b\n * c\n*/ @d", "polymorphic").as_deref(), Some("a: @b c"));
    }

    #[test]
    fn targets_are_listed() {
        let tag = polymorphic("target_type: A=crm.a, ALL=none, notes");
        assert_eq!(tag.discriminator.as_deref(), Some("target_type"));
        let targets: Vec<_> = tag.targets.iter().map(|(v, t)| (v.as_str(), t.as_deref())).collect();
        assert_eq!(targets, [("A", Some("crm.a")), ("ALL", None), ("notes", Some("notes"))]);
    }
}
