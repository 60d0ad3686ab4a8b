//! Every position that is printed points at the text that is meant, whatever stands before it.
//!
//! Positions are parsed out of each format and looked up in the files by a reader of our own, which knows
//! nothing of `source.rs`: what is found there must be the text of the finding's own bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::time::Instant;

use schemalint::check::{Asked, Run, check};
use schemalint::discover::Options;
use schemalint::output::{Report, Style, concise, github, human, json};
use schemalint::rule::{Edit, Findings, Fix, Level};
use schemalint::source::{Range, Span};
use schemalint::workspace::{self, Reading};
use serde_json::Value;

const TABLES: &str = "import { integer, pgTable } from 'drizzle-orm/pg-core'; export const first = pgTable('first', {});\n\
    /* \t😀 e\u{301} 👩‍👩‍👧 \u{202e}\u{1b}[31m */ export const users = pgTable('users', { id: integer('id').primaryKey() });\n\
    \texport const a = pgTable('a', { /*\t😀*/\tuserId: integer('üser_ⅰd').references(() => users.id) });\n\
    \t/* e\u{301} ##[x */ export const b = pgTable('b', { userId: integer('user_id').references(\n\
    \t\t() => users.id, // 😀\n\
    \t\t{ onDelete: 'cascade' },\n\
    \t) });\n\
    const text = '\u{feff}\u{7f}\u{9b}'; export const c = pgTable('c', { userId: integer('user_id').references(() => users.id) });\n\
    /* 😀 */ import { gone } from './gone'; export const d = pgTable('d', { id: integer('id').references(() => gone.id) });\n";

/// The same text with every kind of line, with and without a byte order mark, and a file that does not
/// parse.
fn files() -> Vec<(&'static str, String)> {
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

/// A run over those files, with findings of the rules and some for every kind of place.
fn read() -> (Reading, Run) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files() {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let root = fs::canonicalize(folder.path()).unwrap();
    let settings = workspace::load_settings(None, &[]).unwrap();
    let options = Options { paths: vec![root.clone()], ..Options::default() };
    let reading = workspace::read(&root, &options, &settings);
    let mut run = check(&reading, &settings.config, &Asked::default(), Instant::now());
    assert!(run.broken_rules.is_empty(), "{:?}", run.broken_rules);
    run.findings.extend(placed(&reading));
    (reading, run)
}

/// Findings at whole tables, over several lines, with places in other files and with fixes.
fn placed(reading: &Reading) -> Vec<schemalint::rule::Finding> {
    let tables: Vec<Span> = reading.graph.own_tables().map(|(_, table)| table.span).collect();
    assert_eq!(tables.len(), 6 * 6);
    let mut out = Findings::new("placed", Level::Error);
    for (at, span) in tables.iter().enumerate() {
        let other = tables[(at * 7 + 3) % tables.len()];
        let finding = out.report(format!("table {at}"), *span, format!("table {at}")).related(other, "other");
        let edits = vec![Edit { span: *span, text: String::new() }, Edit { span: other, text: "x".into() }];
        finding.fix = Some(Fix { title: "remove it".to_string(), edits });
        let start = Range::new(span.range.start, span.range.start).in_file(span.file);
        out.report(format!("start {at}"), start, format!("start {at}"));
    }
    out.into_parts().0
}

/// The lines of a file, without what ends them, as an editor shows them.
fn lines(path: &str) -> Vec<String> {
    let (_, text) = files().into_iter().find(|(name, _)| *name == path).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
    text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_string).collect()
}

/// What is between two positions, the end not included, with `\n` between lines.
fn between(path: &str, start: (usize, usize), end: (usize, usize)) -> String {
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

/// The text of a place's bytes, with `\n` between lines.
fn own(reading: &Reading, span: Span) -> String {
    reading.graph.sources.text(span).replace("\r\n", "\n").replace('\r', "\n")
}

/// `path:line:column` as its parts.
fn parsed(place: &str) -> (String, usize, usize) {
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().unwrap().parse().unwrap();
    let line = parts.next().unwrap().parse().unwrap();
    (parts.next().unwrap().to_string(), line, column)
}

/// Asserts that the text stands where the place says.
fn assert_starts(place: &str, text: &str) {
    assert!(starts(place, text), "{place} is not {text:?}");
}

fn starts(place: &str, text: &str) -> bool {
    let (path, line, column) = parsed(place);
    let lines = lines(&path);
    let rest: String = lines[line - 1].chars().skip(column - 1).collect();
    let rest = std::iter::once(rest.as_str()).chain(lines[line..].iter().map(String::as_str));
    rest.collect::<Vec<_>>().join("\n").starts_with(text)
}

fn report<'r>(reading: &'r Reading, run: &'r Run) -> Report<'r> {
    Report { run, sources: &reading.graph.sources, prefix: "" }
}

#[test]
fn every_file_has_findings_of_every_kind() {
    let (reading, run) = read();
    let text = |rule: &str, path: &str| {
        let findings = run.findings.iter().filter(|finding| finding.rule == rule);
        let here =
            findings.filter(|finding| &*reading.graph.sources.get(finding.primary.span.file).path == path);
        here.map(|finding| own(&reading, finding.primary.span)).collect::<Vec<_>>()
    };
    let one = "references(() => users.id)";
    let several = "references(\n\t\t() => users.id, // 😀\n\t\t{ onDelete: 'cascade' },\n\t)";
    for (path, _) in files().iter().filter(|(path, _)| *path != "broken.ts") {
        assert_eq!(text("unindexed-foreign-key", path), [one, several, one], "{path}");
        assert_eq!(text("unresolved-import", path), ["'./gone'"], "{path}");
    }
    assert_eq!(text("syntax-error", "broken.ts"), ["="]);
}

#[test]
fn json_points_at_the_text() {
    let (reading, run) = read();
    let document: Value = serde_json::from_str(&json(&report(&reading, &run))).unwrap();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let assert_at = |location: &Value, span: Span| {
        let path = location["path"].as_str().unwrap();
        let point = |name: &str| (number(&location[name]["line"]), number(&location[name]["column"]));
        assert_eq!(between(path, point("start"), point("end")), own(&reading, span), "{location}");
        let (_, text) = files().into_iter().find(|(name, _)| *name == path).unwrap();
        let bytes = number(&location["start"]["byte"])..number(&location["end"]["byte"]);
        assert_eq!(&text[bytes], reading.graph.sources.text(span), "{location}");
    };
    let found = document["findings"].as_array().unwrap();
    assert_eq!(found.len(), run.findings.len());
    for (json, finding) in found.iter().zip(&run.findings) {
        assert_at(&json["location"], finding.primary.span);
        for (json, label) in json["related"].as_array().unwrap().iter().zip(&finding.related) {
            assert_at(&json["location"], label.span);
        }
        assert_eq!(json["fixable"], finding.fix.is_some());
        for (at, edit) in finding.fix.iter().flat_map(|fix| &fix.edits).enumerate() {
            assert_at(&json["fix"]["edits"][at]["location"], edit.span);
        }
    }
}

#[test]
fn concise_points_at_the_text() {
    let (reading, run) = read();
    let text = concise(&report(&reading, &run));
    let shown: Vec<&str> = text.lines().collect();
    assert_eq!(shown.len(), run.findings.len() + 1);
    for (line, finding) in shown.iter().zip(&run.findings) {
        let (place, rest) = line.split_once(": ").unwrap();
        assert!(rest.starts_with(&format!("{} {}: ", finding.level.name(), finding.rule)), "{line}");
        assert_starts(place, &own(&reading, finding.primary.span));
    }
}

#[test]
fn github_points_at_the_text() {
    let (reading, run) = read();
    let text = github(&report(&reading, &run));
    let commands =
        text.lines().filter_map(|line| line.strip_prefix("::")).filter(|line| !line.starts_with("notice"));
    let commands: Vec<&str> = commands.collect();
    assert_eq!(commands.len(), run.findings.len());
    // Errors first, each level in its order.
    let (errors, warnings): (Vec<_>, Vec<_>) =
        run.findings.iter().partition(|finding| finding.level == Level::Error);
    for (command, finding) in commands.into_iter().zip(errors.into_iter().chain(warnings)) {
        let (head, data) = command.split_once("::").unwrap();
        let (_, properties) = head.split_once(' ').unwrap();
        let property = |name: &str| {
            let mut pairs = properties.split(',').map(|pair| pair.split_once('=').unwrap());
            pairs.find(|(found, _)| *found == name).map(|(_, value)| value.replace("%25", "%"))
        };
        let number = |name: &str| property(name).map(|value| value.parse::<usize>().unwrap());
        let (path, own_text) = (property("file").unwrap(), own(&reading, finding.primary.span));
        let (line, end_line) = (number("line").unwrap(), number("endLine").unwrap());
        match (number("col"), number("endColumn")) {
            (Some(start), Some(end)) => {
                assert_eq!(line, end_line, "columns are for one line: {command}");
                assert_eq!(between(&path, (line, start), (line, end)), own_text, "{command}");
            }
            (None, None) => {
                let lines = lines(&path)[line - 1..end_line].join("\n");
                assert_eq!(own_text.lines().count(), end_line - line + 1, "{command}");
                assert!(end_line > line && lines.contains(&own_text), "{command}");
            }
            columns => panic!("{columns:?}: {command}"),
        }
        let spans =
            std::iter::once(finding.primary.span).chain(finding.related.iter().map(|label| label.span));
        let data = data.replace("%0A", "\n");
        let places =
            data.lines().filter(|line| files().iter().any(|(path, _)| line.starts_with(&format!("{path}:"))));
        let places: Vec<&str> = places.map(|line| line.split(": ").next().unwrap()).collect();
        assert_eq!(places.len(), 1 + finding.related.len(), "{data}");
        for (place, span) in places.into_iter().zip(spans) {
            assert_starts(place, &own(&reading, span));
        }
    }
}

#[test]
fn frames_point_at_the_text_and_underline_it() {
    let (reading, mut run) = read();
    let findings = std::mem::take(&mut run.findings);
    let mut underlined = 0;
    for finding in findings {
        let is_alone = finding.related.iter().all(|label| label.span.file != finding.primary.span.file);
        let primary = own(&reading, finding.primary.span);
        run.findings = vec![finding];
        let text = human(&report(&reading, &run), Style::default());
        let heads = text.lines().filter_map(|line| line.split_once("╭─[")?.1.strip_suffix(']'));
        let place = heads.into_iter().find(|place| starts(place, &primary));
        let place = place.unwrap_or_else(|| panic!("no head for {primary:?}: {text}"));
        // With one mark, the line below its own is the mark.
        if !is_alone || primary.is_empty() || primary.contains('\n') {
            continue;
        }
        let number = format!("{} │ ", parsed(place).1);
        let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with(&number));
        let (line, marks) = (lines.next().unwrap(), lines.next().unwrap());
        let (_, line) = line.split_once("│ ").unwrap();
        let (_, marks) = marks.split_once("· ").unwrap();
        let (before, width) = (marks.chars().take_while(|c| *c == ' ').count(), marks.trim().chars().count());
        let expected: String = primary.chars().map(stand_in).collect();
        // Tabs are shown as blanks.
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(solid(&columns(line, before, before + width)), solid(&expected), "{text}");
        underlined += 1;
    }
    assert!(underlined > 30, "{underlined}");
}

#[test]
fn a_table_can_have_any_name_and_command_nothing() {
    let name = r"\x1b[31m\n::error::pwned\r##[error]pwned\u202e\u2066%0A::error::pwned";
    let text = format!(
        "import {{ integer, pgTable }} from 'drizzle-orm/pg-core';\n\
         export const users = pgTable('{name}', {{ id: integer('id').primaryKey() }});\n\
         export const a = pgTable(`a {name}`, {{ userId: integer('{name}').references(() => users.id) }});\n\
         /* ::error::pwned\n::error::pwned \u{1b}[31m\u{202e}##[error]pwned */ import './gone';\n"
    );
    let folder = tempfile::tempdir().unwrap();
    // Not every file system takes such a name; the text matters more.
    let path = folder.path().join("::error::pwned\u{1b}[31m.ts");
    if fs::write(&path, &text).is_err() {
        fs::write(folder.path().join("a.ts"), &text).unwrap();
    }
    let root = fs::canonicalize(folder.path()).unwrap();
    let settings = workspace::load_settings(None, &[]).unwrap();
    let options = Options { paths: vec![root.clone()], ..Options::default() };
    let reading = workspace::read(&root, &options, &settings);
    let run = check(&reading, &settings.config, &Asked::default(), Instant::now());
    assert!(!run.findings.is_empty());
    assert!(run.findings.iter().any(|finding| finding.message.contains('\u{1b}')), "{:?}", run.findings);
    let report = report(&reading, &run);
    let style = Style { statistics: true, timings: true, ..Style::default() };
    let narrow = Style { width: 30, ..style };
    for text in [human(&report, style), human(&report, narrow), concise(&report), json(&report)] {
        assert_eq!(commands(&text), Vec::<&str>::new());
        assert!(text.contains(r"\u{1b}") || text.contains(r"\u001b"), "{text}");
    }
    let text = github(&report);
    assert_eq!(commands(&text).len(), run.findings.len(), "{text}");
    assert!(commands(&text).iter().all(|line| line.starts_with("::warning file=")), "{text}");
}

/// The lines that GitHub's runner would take for commands; nothing else in the text may act, either.
fn commands(text: &str) -> Vec<&str> {
    let acts = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(acts), "{text:?}");
    let is_command = |line: &&str| line.trim_start().starts_with("::");
    assert!(text.lines().all(|line| is_command(&line) || !line.contains("##[")), "{text}");
    text.lines().filter(is_command).collect()
}

/// What a frame shows for a character that must not reach the terminal.
fn stand_in(c: char) -> char {
    match c {
        '\u{202e}' | '\u{9b}' => '\u{fffd}',
        '\u{1b}' => '\u{241b}',
        '\u{7f}' => '\u{2421}',
        c => c,
    }
}

/// The characters of a line between two columns of a terminal.
fn columns(line: &str, from: usize, to: usize) -> String {
    let mut column = 0;
    let mut out = String::new();
    for c in line.chars() {
        if (from..to).contains(&column) {
            out.push(c);
        }
        column += match c {
            '\u{301}' | '\u{200d}' | '\u{feff}' => 0,
            '😀' | '👩' | '👧' => 2,
            _ => 1,
        };
    }
    out
}
