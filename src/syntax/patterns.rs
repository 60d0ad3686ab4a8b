//! Regular expressions that are plain texts: `path.replace(/\\/g, "/")`, as configs write that run on Windows, too. No other is
//! evaluated.

use smol_str::SmolStr;
use swc_common::Spanned;
use swc_ecma_ast as ast;

use super::lower::Lowering;
use super::module::{Element, Expr, ExprKind};

impl Lowering<'_> {
    /// `text.replace(/plain/g, "other")` as `text.replaceAll("plain", "other")`.
    pub(super) fn plain_replacement(&mut self, call: &ast::CallExpr) -> Option<ExprKind> {
        let ast::Callee::Expr(callee) = &call.callee else { return None };
        let ast::Expr::Member(member) = &**callee else { return None };
        let [ast::ExprOrSpread { spread: None, expr: old }, ast::ExprOrSpread { spread: None, expr: new }] =
            &call.args[..]
        else {
            return None;
        };
        let (ast::Expr::Lit(ast::Lit::Regex(regex)), ast::Expr::Lit(ast::Lit::Str(with))) = (&**old, &**new)
        else {
            return None;
        };
        let is_replace =
            member.prop.as_ident().is_some_and(|name| matches!(&*name.sym, "replace" | "replaceAll"));
        // `$1` means something in what stands in its place.
        if !is_replace || with.value.to_string_lossy().contains('$') {
            return None;
        }
        let text = plain(&regex.exp)?;
        let method = match &*regex.flags {
            "" => "replace",
            "g" => "replaceAll",
            _ => return None,
        };
        let old = Expr { range: self.range(regex.span), kind: ExprKind::String(text) };
        let object = Box::new(self.expr(&member.obj));
        let callee = ExprKind::Member(object, SmolStr::new_static(method));
        let callee = Expr { range: self.range(member.span()), kind: callee };
        Some(ExprKind::Call(Box::new(callee), vec![Element::Value(old), Element::Value(self.expr(new))]))
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
