//! Marks in files say where which rule must fire: `//~ rule, rule` at the end of a line, `<!--~ rule -->` in Markdown.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use schemalint::check::Run;
use schemalint::workspace::Reading;

/// A line without its mark, and the rules that it names.
fn split(line: &str) -> (&str, Option<&str>) {
    for (begin, end) in [(" //~ ", ""), (" <!--~ ", " -->")] {
        if let Some((text, rules)) = line.split_once(begin) {
            return (text, Some(rules.strip_suffix(end).unwrap_or(rules)));
        }
    }
    (line, None)
}

/// The file as people see it: marks are not part of it.
pub(crate) fn without_marks(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", split(line).0)).collect()
}

/// `users.ts:7 rule-name` for every mark of a file.
pub(crate) fn expected(file: &str, text: &str) -> BTreeSet<String> {
    let mut marks = BTreeSet::new();
    for (number, line) in text.lines().enumerate() {
        for rule in split(line).1.into_iter().flat_map(|rules| rules.split(", ")) {
            marks.insert(format!("{file}:{} {rule}", number + 1));
        }
    }
    marks
}

/// The same for every finding of a run.
pub(crate) fn found(reading: &Reading, run: &Run) -> BTreeSet<String> {
    assert!(run.broken_rules.is_empty(), "{:?}", run.broken_rules);
    run.findings
        .iter()
        .map(|finding| {
            let file = reading.graph.sources.get(finding.primary.span.file);
            let line = file.position(finding.primary.span.range.start).line;
            format!("{}:{line} {}", file.path, finding.rule)
        })
        .collect()
}

/// Writes a file below a folder, without its marks.
pub(crate) fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, without_marks(text)).unwrap();
}
