//! Regular expressions that match one text: `path.replace(/\\/g, "/")`, as configs write that run on Windows, too. No other is
//! evaluated.

use smol_str::SmolStr;
use swc_ecma_ast as ast;

use super::module::ExprKind;

/// A regular expression, as far as it is read.
pub(super) fn pattern(regex: &ast::Regex) -> ExprKind {
    let everywhere = match &*regex.flags {
        "" => Some(false),
        "g" => Some(true),
        _ => None,
    };
    match (plain(&regex.exp), everywhere) {
        (Some(text), Some(everywhere)) => ExprKind::PlainPattern(text, everywhere),
        _ => ExprKind::Opaque("a regular expression"),
    }
}

/// The text that alone a regular expression matches.
fn plain(pattern: &str) -> Option<SmolStr> {
    let mut text = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(letters.next().filter(char::is_ascii_punctuation)?),
            '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => return None,
            letter => text.push(letter),
        }
    }
    (!text.is_empty()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn only_what_matches_one_text_is_plain() {
        for (pattern, text) in [(r"\\", "\\"), ("-", "-"), (r"\.ts", ".ts"), ("/", "/"), (r"\/", "/")] {
            assert_eq!(plain(pattern).as_deref(), Some(text), "{pattern}");
        }
        for pattern in ["", ".", r"\d", r"a\", "a+", "[ab]", "a|b", "^a", r"\u0041"] {
            assert_eq!(plain(pattern), None, "{pattern}");
        }
    }
}
