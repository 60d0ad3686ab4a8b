//! Every position that is printed points at the text that is meant, whatever stands before it.
//!
//! Positions are parsed out of each format and looked up in the files by a reader of our own, which knows
//! nothing of `source.rs`: what is found there must be the text of the finding's own bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod places;

use std::fs;
use std::time::Instant;

use places::{between, files, lines};
use schemalint::check::{Asked, Run, check};
use schemalint::discover::Options;
use schemalint::output::{
    Report, Style, checkstyle, concise, github, gitlab, human, json, junit, markdown, rdjson, sarif,
};
use schemalint::rule::{Edit, Findings, Fix, Level};
use schemalint::source::{Range, Span};
use schemalint::workspace::{self, Reading};
use serde_json::Value;

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
        let edits = vec![Edit::new(*span, String::new()), Edit::new(other, "x".into())];
        finding.fix = Some(Fix { title: "remove it".to_string(), edits, changes_schema: false });
        let start = Range::new(span.range.start, span.range.start).in_file(span.file);
        let edits = vec![Edit::new(*span, String::new())];
        out.report(format!("start {at}"), start, format!("start {at}")).fix =
            Some(Fix { title: "remove it".to_string(), edits, changes_schema: false });
    }
    out.into_parts().0
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
fn sarif_points_at_the_text() {
    let (reading, run) = read();
    let log: Value = serde_json::from_str(&sarif(&report(&reading, &run))).unwrap();
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    // What ends a line in source.rs, and nothing else.
    assert_eq!(log["runs"][0]["newlineSequences"], serde_json::json!(["\r\n", "\n", "\r"]));
    let assert_region = |artifact: &Value, region: &Value, span: Span| {
        let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
        let (start, end) =
            ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
        let path = artifact["uri"].as_str().unwrap();
        assert_eq!(between(path, start, end), own(&reading, span), "{region}");
    };
    let assert_at = |place: &Value, span: Span| {
        let physical = &place["physicalLocation"];
        assert_region(&physical["artifactLocation"], &physical["region"], span);
    };
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), run.findings.len());
    for (result, finding) in results.iter().zip(&run.findings) {
        assert_at(&result["locations"][0], finding.primary.span);
        for (at, label) in finding.related.iter().enumerate() {
            assert_at(&result["relatedLocations"][at], label.span);
        }
        let changes = result["fixes"][0]["artifactChanges"].as_array().cloned().unwrap_or_default();
        let replacements = changes.iter().flat_map(|change| {
            let each = change["replacements"].as_array().unwrap().iter();
            each.map(|replacement| (&change["artifactLocation"], &replacement["deletedRegion"]))
        });
        let replacements: Vec<_> = replacements.collect();
        let edits: Vec<&Edit> = finding.fix.iter().flat_map(|fix| &fix.edits).collect();
        assert_eq!(replacements.len(), edits.len());
        for edit in edits {
            let file = &*reading.graph.sources.get(edit.span.file).path;
            let (artifact, region) = replacements
                .iter()
                .find(|(artifact, region)| {
                    artifact["uri"] == file
                        && region["startLine"]
                            == reading.graph.sources.get(edit.span.file).position(edit.span.range.start).line
                        && region["startColumn"]
                            == reading
                                .graph
                                .sources
                                .get(edit.span.file)
                                .position(edit.span.range.start)
                                .column
                })
                .unwrap();
            assert_region(artifact, region, edit.span);
        }
    }
}

#[test]
fn gitlab_points_at_the_text() {
    let (reading, run) = read();
    let issues: Value = serde_json::from_str(&gitlab(&report(&reading, &run))).unwrap();
    assert_eq!(issues.as_array().unwrap().len(), run.findings.len());
    for (issue, finding) in issues.as_array().unwrap().iter().zip(&run.findings) {
        let location = &issue["location"];
        let point = |name: &str| {
            let number =
                |key: &str| usize::try_from(location["positions"][name][key].as_u64().unwrap()).unwrap();
            (number("line"), number("column"))
        };
        let path = location["path"].as_str().unwrap();
        let text = between(path, point("begin"), point("end"));
        assert_eq!(text, own(&reading, finding.primary.span), "{location}");
    }
}

#[test]
fn rdjson_points_at_the_text_in_bytes() {
    let (reading, run) = read();
    let document: Value = serde_json::from_str(&rdjson(&report(&reading, &run))).unwrap();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    // Columns count bytes from 1 in a line of the file as it is.
    let byte = |path: &str, point: &Value| {
        let (_, text) = files().into_iter().find(|(name, _)| *name == path).unwrap();
        let mut start = 0;
        for _ in 1..number(&point["line"]) {
            let rest = &text[start..];
            let end = rest.find(['\n', '\r']).unwrap();
            start += end + if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        }
        start + number(&point["column"]) - 1
    };
    let assert_at = |path: &str, range: &Value, span: Span| {
        let (_, text) = files().into_iter().find(|(name, _)| *name == path).unwrap();
        let text = &text[byte(path, &range["start"])..byte(path, &range["end"])];
        assert_eq!(text, reading.graph.sources.text(span), "{range}");
    };
    let diagnostics = document["diagnostics"].as_array().unwrap();
    assert_eq!(diagnostics.len(), run.findings.len());
    let mut suggested = 0;
    for (diagnostic, finding) in diagnostics.iter().zip(&run.findings) {
        let location = &diagnostic["location"];
        let path = location["path"].as_str().unwrap();
        assert_at(path, &location["range"], finding.primary.span);
        for (at, label) in finding.related.iter().enumerate() {
            let location = &diagnostic["related_locations"][at]["location"];
            assert_at(location["path"].as_str().unwrap(), &location["range"], label.span);
        }
        // Each is applied by itself: a fix of several edits is none.
        let edits = finding.fix.iter().filter(|fix| fix.edits.len() == 1).flat_map(|fix| &fix.edits);
        let here: Vec<&Edit> = edits.filter(|edit| edit.span.file == finding.primary.span.file).collect();
        assert_eq!(diagnostic["suggestions"].as_array().unwrap().len(), here.len());
        suggested += here.len();
        for (at, edit) in here.into_iter().enumerate() {
            assert_at(path, &diagnostic["suggestions"][at]["range"], edit.span);
        }
    }
    assert!(suggested >= 6 * 6, "{suggested}");
}

#[test]
fn xml_points_at_the_text() {
    let (reading, run) = read();
    let text = checkstyle(&report(&reading, &run));
    let attribute = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.to_string()
    };
    let mut path = String::new();
    let mut places = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("<file ") {
            path = attribute(line, "name");
        } else if line.starts_with("<error ") {
            places.push(format!("{path}:{}:{}", attribute(line, "line"), attribute(line, "column")));
        }
    }
    assert_eq!(places.len(), run.findings.len());
    for (place, finding) in places.iter().zip(&run.findings) {
        assert_starts(place, &own(&reading, finding.primary.span));
    }
    let text = junit(&report(&reading, &run));
    let failures: Vec<&str> = text.split("<failure ").skip(1).collect();
    assert_eq!(failures.len(), run.findings.len());
    for (failure, finding) in failures.iter().zip(&run.findings) {
        let (_, details) = failure.split_once('>').unwrap();
        let spans =
            std::iter::once(finding.primary.span).chain(finding.related.iter().map(|label| label.span));
        for (line, span) in details.lines().zip(spans) {
            assert_starts(line.split(": ").next().unwrap().split('<').next().unwrap(), &own(&reading, span));
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
fn markdown_points_at_the_line() {
    let (reading, mut run) = read();
    for finding in std::mem::take(&mut run.findings) {
        let (place, rule) = (finding.primary.span, finding.rule);
        run.findings = vec![finding];
        let text = markdown(&report(&reading, &run));
        let row = text.lines().find(|line| line.starts_with("| ✖") || line.starts_with("| ⚠")).unwrap();
        let cell = row
            .rsplit("<code>")
            .find_map(|cell| cell.split_once("</code>").filter(|(cell, _)| cell.contains(".ts:")));
        let (cell, _) = cell.unwrap_or_else(|| panic!("{rule}: {row}"));
        let (path, line) = cell.rsplit_once(':').unwrap();
        let (path, line) = (path.replace("&#95;", "_"), line.parse::<usize>().unwrap());
        let text = own(&reading, place);
        assert!(lines(&path)[line - 1..].join("\n").contains(&text), "{row}");
        assert!(lines(&path)[line - 1].contains(text.lines().next().unwrap_or_default()), "{row}");
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
        '\u{202e}' | '\u{9b}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        '\0' => '\u{2400}',
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
