//! XML, and what may stand in it.

use quick_xml::Writer;
use std::borrow::Cow;

use super::text::visible;

/// A document with its declaration; `write` adds the one element.
pub(super) fn document(write: impl FnOnce(&mut Writer<Vec<u8>>) -> std::io::Result<()>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory does not fail.
    let _ = write(&mut writer);
    let body = String::from_utf8(writer.into_inner()).unwrap_or_default();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}\n")
}

/// Text in one line, without the characters that XML 1.0 has no way to write; quick-xml escapes the rest.
pub(super) fn allowed(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    let is_forbidden = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}');
    if !shown.contains(is_forbidden) {
        return shown;
    }
    let escaped =
        shown.chars().map(|c| if is_forbidden(c) { c.escape_unicode().to_string() } else { c.to_string() });
    Cow::Owned(escaped.collect())
}
