//! Files with every kind of line, and a reader of positions in them that knows nothing of `source.rs`.

const TABLES: &str = "import { integer, pgTable } from 'drizzle-orm/pg-core'; export const first = pgTable('first', {});\n\
    /* \t😀 e\u{301} 👩‍👩‍👧 \u{202e}\u{1b}[31m \u{2028}\0 \u{2029}\u{85}\u{b}\u{c} */ export const users = pgTable('users', { id: integer('id').primaryKey() });\n\
    \texport const a = pgTable('a', { /*\t😀*/\tuserId: integer('üser_ⅰd\u{2028}\u{2029}\u{85}\0').references(() => users.id) });\n\
    \t/* e\u{301} ##[x */ export const b = pgTable('b', { userId: integer('user_id').references(\n\
    \t\t() => users.id, // 😀\n\
    \t\t{ onDelete: 'cascade' },\n\
    \t) });\n\
    const text = '\u{feff}\u{7f}\u{9b}'; export const c = pgTable('c', { userId: integer('user_id').references(() => users.id) });\n\
    /* 😀 */ import { gone } from './gone'; export const d = pgTable('d', { id: integer('id').references(() => gone.id) });\n";

/// The same text with every kind of line, with and without a byte order mark, and a file that does not
/// parse.
pub(crate) fn files() -> Vec<(&'static str, String)> {
    let tables = |start: &str, newline: &str| format!("{start}{}", TABLES.replace('\n', newline));
    vec![
        ("lf.ts", tables("", "\n")),
        ("bom.ts", tables("\u{feff}", "\n")),
        ("crlf.ts", tables("", "\r\n")),
        ("bom_crlf.ts", tables("\u{feff}", "\r\n")),
        ("cr.ts", tables("", "\r")),
        ("mixed.ts", tables("\u{feff}\r\n\r\n\n", "\n")),
        (
            "broken.ts",
            "\u{feff}import { pgTable } from 'drizzle-orm/pg-core';\r\n/*\t😀*/ export const = 1;\r\n"
                .to_string(),
        ),
    ]
}

/// The lines of a file, without what ends them, as an editor shows them.
pub(crate) fn lines(path: &str) -> Vec<String> {
    let (_, text) = files().into_iter().find(|(name, _)| *name == path).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
    text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_string).collect()
}

/// What is between two positions, the end not included, with `\n` between lines.
pub(crate) fn between(path: &str, start: (usize, usize), end: (usize, usize)) -> String {
    let lines = lines(path);
    let cut = |line: usize, from: usize, to: Option<usize>| -> String {
        let chars: Vec<char> = lines[line - 1].chars().collect();
        assert!(from <= chars.len() + 1, "{path}:{line} has no column {from}");
        chars[from - 1..to.map_or(chars.len(), |to| to - 1)].iter().collect()
    };
    if start.0 == end.0 {
        return cut(start.0, start.1, Some(end.1));
    }
    let mut parts = vec![cut(start.0, start.1, None)];
    parts.extend((start.0 + 1..end.0).map(|line| cut(line, 1, None)));
    parts.push(cut(end.0, 1, Some(end.1)));
    parts.join("\n")
}
