//! Paths of documents, as they stand in texts.

/// A file name or path without `.md` or `.mdx`.
pub(super) fn without_extension(path: &str) -> &str {
    ["md", "mdx", "markdown"].iter().find_map(|extension| strip(path, extension)).unwrap_or(path)
}

fn strip<'p>(path: &'p str, extension: &str) -> Option<&'p str> {
    let (stem, end) = path.rsplit_once('.')?;
    (end.eq_ignore_ascii_case(extension) && !stem.is_empty()).then_some(stem)
}

/// The path that `path` leads to from the file `base`, without `.` and `..`.
pub(super) fn join(base: &str, path: &str) -> String {
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut segments: Vec<&str> =
        if path.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments.retain(|segment| !segment.is_empty() && *segment != ".");
    segments.join("/")
}

/// A path without what leads up or stands still at its start.
pub(super) fn without_dots(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = ["../", "./", "/"].iter().find_map(|dots| path.strip_prefix(dots)) {
        path = rest;
    }
    path
}

/// Whether one path is the end of the other: `docs/adr/1.md` and `https://github.com/x/docs/adr/1.md`.
pub(super) fn one_ends_with_other(a: &str, b: &str) -> bool {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let Some((head, tail)) = long.split_at_checked(long.len() - short.len()) else { return false };
    tail.eq_ignore_ascii_case(short) && (head.is_empty() || head.ends_with('/'))
}

/// Whether a folder of that name holds decision records.
pub(super) fn is_record_folder(name: &str) -> bool {
    const NAMES: [&str; 5] = ["adr", "adrs", "decision", "decisions", "decision-records"];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_and_end() {
        assert_eq!(join("docs/x/a.md", "../adr/./1.md"), "docs/adr/1.md");
        assert_eq!(join("a.md", "../../1.md"), "1.md");
        assert_eq!(join("./docs/a.md", "/adr/1.md"), "adr/1.md");
        assert_eq!(without_dots("../.././adr/1.md"), "adr/1.md");
        assert_eq!(without_extension("a.b.MDX"), "a.b");
        assert_eq!(without_extension(".md"), ".md");
        assert!(one_ends_with_other("docs/adr/1.md", "adr/1.md"));
        assert!(one_ends_with_other("1.md", "adr/1.md"));
        assert!(!one_ends_with_other("11.md", "1.md"));
        assert!(!one_ends_with_other("old/1.md", "adr/1.md"));
        assert!(!one_ends_with_other("é.md", "x/\u{301}.md"));
    }
}
