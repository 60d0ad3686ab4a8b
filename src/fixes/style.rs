//! How a file is written: what is added to it looks the same.

use crate::source::{SourceFile, Span};

/// Quotes, indents and newlines of a file.
pub(super) struct Style {
    quote: char,
    /// How much deeper each level is.
    pub(super) step: String,
    pub(super) newline: &'static str,
}

impl Style {
    /// That of most of its first `from "…"`, of its least indented line, and of its first newline.
    pub(super) fn of(file: &SourceFile) -> Self {
        // Its beginning is enough, for each of the thousand fixes that a file may need.
        const BEGINNING: usize = 4 << 10;
        let text = &file.text[..file.text.floor_char_boundary(BEGINNING)];
        let imports = |from: &str| memchr::memmem::find_iter(text.as_bytes(), from.as_bytes()).count();
        let quote = if imports("from '") > imports("from \"") { '\'' } else { '"' };
        let newline = match memchr::memchr(b'\n', text.as_bytes()) {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        // Comments over lines begin their lines with ` * `.
        let indents = text.lines().filter_map(|line| {
            let indent = &line[..line.len() - line.trim_start().len()];
            (!indent.is_empty() && indent != " " && indent.len() < line.len()).then_some(indent)
        });
        let step = match indents.min_by_key(|indent| indent.len()) {
            Some(tab) if tab.starts_with('\t') => "\t",
            Some(four) if four.len() == 4 => "    ",
            _ => "  ",
        };
        Self { quote, step: step.to_string(), newline }
    }

    /// A text in the file's quotes.
    pub(super) fn quoted(&self, text: &str) -> String {
        match self.quote {
            '\'' if !text.contains(['\'', '\\']) && !text.contains(char::is_control) => format!("'{text}'"),
            // JSON escapes as JavaScript reads it.
            _ => serde_json::to_string(text).unwrap_or_default(),
        }
    }

    /// An entry alone in its brackets, over lines; `at` is where what it is written into ends.
    pub(super) fn over_lines(&self, file: &SourceFile, at: Span, entry: &str, is_object: bool) -> String {
        let (open, close) = if is_object { ("({", "})") } else { ("[", "]") };
        let line = &file.text[file.line_start(at.range.start) as usize..];
        let base = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let Self { step, newline, .. } = self;
        format!("{open}{newline}{base}{step}{entry},{newline}{base}{close}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::ThirdArgument;
    use crate::source::{FileId, Range};

    #[test]
    fn what_is_added_looks_like_the_rest() {
        let of = |text: &str| {
            let style = Style::of(&SourceFile::new("a.ts", text));
            (style.quoted("x"), style.step.clone(), style.newline)
        };
        assert_eq!(of(""), ("\"x\"".into(), "  ".into(), "\n"));
        assert_eq!(of("import a from 'a'\n\tb"), ("'x'".into(), "\t".into(), "\n"));
        assert_eq!(
            of("import a from \"a\";\r\n/**\r\n * x\r\n */\r\n    b"),
            ("\"x\"".into(), "    ".into(), "\r\n")
        );
        let style = Style::of(&SourceFile::new("a.ts", "import a from 'a'"));
        assert_eq!(style.quoted("it's"), "\"it's\"");
    }

    #[test]
    fn an_entry_stands_as_deep_as_its_place() {
        let file = SourceFile::new("a.ts", "x\n  table(a, {\n    b,\n  })");
        let at = Range::new(22, 22).in_file(FileId(0));
        let style = Style::of(&file);
        assert_eq!(style.over_lines(&file, at, "new", false), "[\n    new,\n  ]");
        assert_eq!(style.over_lines(&file, at, "a: new", true), "({\n    a: new,\n  })");
        let third = ThirdArgument { takes_list: false, ..ThirdArgument::default() };
        assert_eq!(third.alone("a", "new"), "(t) => ({ a: new })");
    }
}
