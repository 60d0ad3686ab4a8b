//! What holds of every input, however broken: shared by the property tests and the fuzz targets.

#![allow(dead_code, unreachable_pub, reason = "another crate includes it; nobody uses all of it")]

use quick_xml::events::Event;
use schemalint::baseline::{Baseline, NEVER_ACCEPTED};
use schemalint::check::Run;
use schemalint::output::{self, Report, Style};
use schemalint::source::{FileId, Sources};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

/// Every range that a value has anywhere lies in the text, and between its letters. All of them are in what `Debug`
/// writes, so that none is forgotten.
pub fn ranges_are_in(text: &str, value: &impl Debug) {
    let written = format!("{value:?}");
    for rest in written.split("Range { start: ").skip(1) {
        let Some((start, rest)) = rest.split_once(", end: ") else { continue };
        let Some((end, _)) = rest.split_once(" }") else { continue };
        let (Ok(start), Ok(end)) = (start.parse::<usize>(), end.parse::<usize>()) else { continue };
        assert!(text.get(start..end).is_some(), "{start}..{end} is no range of {} bytes", text.len());
    }
}

/// No rule panicked, and whatever a finding points at is there.
pub fn findings_have_places(run: &Run, sources: &Sources) {
    assert!(run.broken_rules.is_empty(), "{:?}", run.broken_rules);
    for finding in &run.findings {
        let related = finding.related.iter().map(|related| related.span);
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in related.chain(edits).chain([finding.primary.span]) {
            let file = sources.get(span.file);
            let range = span.range.start as usize..span.range.end as usize;
            assert!(file.text.get(range).is_some(), "{} {span:?} is no place of {}", finding.rule, file.path);
        }
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{}", finding.message);
    }
}

/// Every format is what it says that it is, and nothing that came out of a file acts in it.
pub fn formats_are_valid(report: &Report<'_>) {
    for (name, text) in
        [("json", output::json(report)), ("sarif", output::sarif(report)), ("gitlab", output::gitlab(report))]
    {
        let parsed = serde_json::from_str::<serde_json::Value>(&text);
        assert!(parsed.is_ok(), "{name}: {parsed:?}");
    }
    // An object, or one in each line.
    let rdjson = output::rdjson(report);
    assert!(serde_json::from_str::<serde_json::Value>(&rdjson).is_ok(), "{rdjson}");
    xml_is_valid("junit", &output::junit(report));
    xml_is_valid("checkstyle", &output::checkstyle(report));
    let human = output::human(report, Style::default());
    let texts = [
        ("human", human),
        ("concise", output::concise(report)),
        ("github", output::github(report)),
        ("markdown", output::markdown(report)),
        ("gitlab", output::gitlab(report)),
    ];
    for (name, text) in &texts {
        let acting = text.chars().find(|letter| letter.is_control() && *letter != '\n');
        assert!(acting.is_none(), "{acting:?} in {name}: {text:?}");
    }
    // Only what we write begins a line as a command of GitHub does, one for each finding at most.
    let commands = texts[2].1.lines().filter(|line| line.trim_start().starts_with("::"));
    for command in commands {
        let known = ["::error", "::warning", "::notice"].iter().any(|begin| command.starts_with(begin));
        assert!(known, "{command}");
    }
    for (name, text) in [&texts[0], &texts[1]] {
        let command = text.lines().find(|line| line.trim_start().starts_with("::"));
        assert!(command.is_none(), "{name}: {command:?}");
    }
}

fn xml_is_valid(name: &str, text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) => {
                depth += 1;
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert!(
                        attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).is_ok(),
                        "{name}: {attribute:?}"
                    );
                }
            }
            Ok(Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert!(
                        attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).is_ok(),
                        "{name}: {attribute:?}"
                    );
                }
            }
            Ok(Event::End(_)) => depth -= 1,
            Ok(_) => {}
            Err(error) => panic!("{name}: {error}: {text:?}"),
        }
    }
    assert_eq!(depth, 0, "{name} ends early");
    // What XML 1.0 cannot hold at all.
    let odd = text.chars().find(|letter| {
        matches!(letter, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
    });
    assert!(odd.is_none(), "{odd:?} in {name}");
}

/// The baseline of all findings leaves none of them, also when it was written and read again.
pub fn a_baseline_accepts_all(run: &Run) {
    let baseline = Baseline::of(&run.findings);
    let text = baseline.to_text();
    let again = Baseline::read(FileId(0), &text).unwrap_or_else(|errors| panic!("{errors:?}: {text}"));
    assert_eq!(again.to_text(), text);
    for baseline in [baseline, again] {
        let mut findings = run.findings.clone();
        baseline.apply(&mut findings);
        let left: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        assert!(left.iter().all(|rule| *rule == NEVER_ACCEPTED), "{left:?} are left: {text}");
    }
}

/// What is said of exceptions, of files that cannot be read and of the config is not for comments to except.
pub fn can_be_suppressed(rule: &str) -> bool {
    !matches!(
        rule,
        "syntax-error"
            | "unknown-rule"
            | "unused-suppression"
            | "suppression-without-reason"
            | "stale-exception"
    )
}

/// The comment that excepts the scripts' findings, by path.
pub fn suppressions(run: &Run, sources: &Sources) -> BTreeMap<String, String> {
    let mut rules: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let broken: Vec<FileId> = run
        .findings
        .iter()
        .filter(|finding| finding.rule == NEVER_ACCEPTED)
        .map(|finding| finding.primary.span.file)
        .collect();
    for finding in &run.findings {
        let file = finding.primary.span.file;
        let path = &sources.get(file).path;
        let is_script = Path::new(&**path).extension().is_some_and(|extension| {
            ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"].iter().any(|script| extension == *script)
        });
        if is_script && can_be_suppressed(finding.rule) && !broken.contains(&file) {
            let rules = rules.entry(path.to_string()).or_default();
            if !rules.contains(&finding.rule) {
                rules.push(finding.rule);
            }
        }
    }
    let comment = |rules: Vec<&str>| format!("// schemalint-ignore-file {} -- all of it\n", rules.join(", "));
    rules.into_iter().map(|(path, rules)| (path, comment(rules))).collect()
}

/// A script with a comment in front, after what must stand first.
pub fn with_comment(text: &str, comment: &str) -> String {
    let (mark, rest) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let first = match rest.starts_with("#!") {
        true => rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len()),
        false => 0,
    };
    let (first, rest) = rest.split_at(first);
    let newline = if first.is_empty() { "" } else { "\n" };
    format!("{mark}{first}{newline}{comment}{rest}")
}
