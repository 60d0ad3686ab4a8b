use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::check::{Counts, Detected};
use crate::graph::{Dialect, DrizzleLine};
use crate::rule::{Findings, Level};
use crate::source::{FileId, Range, SourceFile, Span};

/// A run over one file, with findings of those rules and levels, one line each.
fn run(rules: &[(&'static str, Level)]) -> (Run, Sources) {
    let mut sources = Sources::default();
    let text: String = (0..rules.len()).map(|line| format!("line {line}\n")).collect();
    let file = sources.add(Arc::new(SourceFile::new("a.ts", text)));
    let mut findings = Vec::new();
    for (at, (rule, level)) in rules.iter().enumerate() {
        let lines = sources.get(file).lines(at as u32 + 1, at as u32 + 1);
        let span = Range::new(lines.start, lines.end - 1).in_file(file);
        let mut out = Findings::new(rule, *level);
        out.report(format!("subject{at}"), span, format!("message {at}"));
        findings.extend(out.into_parts().0);
    }
    (with(findings), sources)
}

fn with(findings: Vec<crate::rule::Finding>) -> Run {
    Run {
        findings,
        broken_rules: Vec::new(),
        counts: Counts { tables: 1, files: 2, ..Counts::default() },
        detected: Detected::default(),
        domains: Vec::new(),
        notes: Vec::new(),
        took: Duration::from_millis(12),
        timings: Vec::new(),
    }
}

fn report<'r>(run: &'r Run, sources: &'r Sources) -> Report<'r> {
    Report { run, sources, prefix: "" }
}

const ERROR: Level = Level::Error;
const WARN: Level = Level::Warn;

#[test]
fn errors_come_first_then_every_rule() {
    let rules = [("a", WARN), ("a", WARN), ("a", WARN), ("b", WARN), ("c", ERROR), ("c", ERROR)];
    let (run, sources) = run(&rules);
    let shown = |most| {
        let style = Style { max_findings: Some(most), ..Style::default() };
        let text = human(&report(&run, &sources), style);
        let shown = (0..rules.len()).filter(|at| text.contains(&format!("message {at}\n")));
        (shown.collect::<Vec<_>>(), text)
    };
    assert_eq!(shown(1).0, [4]);
    assert_eq!(shown(2).0, [4, 5]);
    assert_eq!(shown(3).0, [0, 4, 5]);
    assert_eq!(shown(4).0, [0, 3, 4, 5]);
    assert_eq!(shown(5).0, [0, 1, 3, 4, 5]);
    assert!(shown(5).1.contains("…1 more finding is not shown: `--max-findings 0`"));
    assert!(shown(4).1.contains("…2 more findings are not shown"));
    for all in [0, 6, 7] {
        assert_eq!(shown(all).0.len(), 6);
        assert!(!shown(all).1.contains("not shown"));
    }
    let table = "rule  errors  warnings\nc          2\na                    3\nb                    1\n";
    assert!(shown(2).1.contains(table), "{}", shown(2).1);
}

#[test]
fn the_table_is_for_many_findings_of_several_rules() {
    let has_table = |rules: &[(&'static str, Level)], statistics| {
        let (run, sources) = run(rules);
        human(&report(&run, &sources), Style { statistics, ..Style::default() }).contains("rule  errors")
    };
    assert!(!has_table(&[("a", WARN); 9], false));
    assert!(!has_table(&[("a", WARN), ("b", WARN)], false));
    assert!(has_table(
        &[("a", WARN), ("b", WARN), ("a", WARN), ("b", WARN), ("a", WARN), ("b", WARN)],
        false
    ));
    assert!(has_table(&[("a", WARN)], true));
    assert!(!has_table(&[], true));
}

#[test]
fn the_summary_leaves_out_what_is_not_there() {
    let (mut run, _) = run(&[]);
    assert_eq!(summary::line(&run), "1 table and 0 foreign keys in 2 files, 12 ms: no findings");
    run.counts.suppressed = 3;
    run.counts.baselined = 2;
    run.counts.incomplete = 1;
    run.detected = Detected {
        config: Some("schemalint.json".to_string()),
        dialects: vec![Dialect::Postgres, Dialect::MySql, Dialect::Sqlite],
        lines: vec![DrizzleLine::V0],
        boundaries: vec!["pg-schema (8 domains)".to_string()],
        records: 1,
    };
    assert_eq!(
        summary::line(&run),
        "1 table and 0 foreign keys in 2 files, 12 ms: no findings; 3 suppressed; 2 in the baseline; \
         1 table could not be read completely, rules that need the rest are silent; detected: postgresql, mysql and sqlite, \
         Drizzle 0.x, boundaries by pg-schema (8 domains), 1 decision record, config schemalint.json"
    );
}

#[test]
fn the_summary_says_what_can_be_fixed() {
    let (mut run, _) = run(&[("a", WARN), ("a", WARN), ("b", WARN)]);
    let fix =
        |changes_schema| Some(crate::rule::Fix { title: String::new(), edits: Vec::new(), changes_schema });
    assert!(!summary::line(&run).contains("fixable"));
    run.findings[0].fix = fix(true);
    assert!(summary::line(&run).ends_with("; 1 fixable with --fix=schema"), "{}", summary::line(&run));
    run.findings[1].fix = fix(false);
    let both = "; 1 fixable with --fix, 1 more with --fix=schema";
    assert!(summary::line(&run).ends_with(both), "{}", summary::line(&run));
    run.findings[0].fix = None;
    assert!(summary::line(&run).ends_with("; 1 fixable with --fix"), "{}", summary::line(&run));
}

#[test]
fn timings_are_a_table() {
    let (mut run, sources) = run(&[]);
    run.timings = vec![("read".into(), Duration::from_micros(1500)), ("slow".into(), Duration::from_secs(1))];
    let text = human(&report(&run, &sources), Style { timings: true, ..Style::default() });
    let table = "stage or rule      ms\nslow           1000.0\nread              1.5\n\n";
    assert!(text.starts_with(table), "{text}");
}

#[test]
fn the_name_of_a_rule_leads_to_its_page() {
    let (run, sources) = run(&[("unindexed-foreign-key", WARN), ("syntax-error", ERROR)]);
    let text = |links| human(&report(&run, &sources), Style { links, ..Style::default() });
    let page = "https://github.com/schemalint/schemalint/blob/main/rules/unindexed_foreign_key.md";
    assert_eq!(rule_page("unindexed-foreign-key").as_deref(), Some(page));
    assert_eq!(rule_page("config"), None);
    assert!(text(true).starts_with(&format!("\u{1b}]8;;{page}\u{1b}\\unindexed-foreign-key")));
    assert!(text(false).starts_with("unindexed-foreign-key\n"), "{}", text(false));
    assert!(!text(false).contains("https:"), "{}", text(false));
}

#[test]
fn github_names_what_it_will_not_show() {
    let last = |errors: usize, warnings: usize| {
        let mut rules = vec![("a", WARN); warnings];
        rules.extend(vec![("b", ERROR); errors]);
        let (run, sources) = run(&rules);
        let text = github(&report(&run, &sources));
        let starting = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!((starting("::error "), starting("::warning ")), (errors, warnings));
        let first_warning = text.find("::warning").unwrap_or(text.len());
        assert!(!text[first_warning..].contains("::error"), "errors first: {text}");
        text.lines().last().unwrap().to_string()
    };
    assert!(last(10, 10).starts_with("1 table and "));
    assert!(last(11, 0).starts_with("::notice title=schemalint::1 more error is only in the log"));
    assert!(last(12, 13).contains("::2 more errors and 3 more warnings are only in the log"));
}

#[test]
fn github_escapes_as_its_runner_unescapes() {
    let mut sources = Sources::default();
    let file = sources.add(Arc::new(SourceFile::new("a,b:c%.ts", "ab\ncd\n")));
    let mut out = Findings::new("a", ERROR);
    out.report("a", Range::new(1, 2).in_file(file), "100%0A, a: b").help("one\ntwo");
    out.report("b", Range::new(0, 4).in_file(file), "lines");
    out.report("c", Range::new(0, 3).in_file(file), "with its newline");
    let run = with(out.into_parts().0);
    let text = github(&report(&run, &sources));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "::error file=a%2Cb%3Ac%25.ts,line=1,endLine=1,col=2,endColumn=3,title=schemalint(a)::100%250A, a: b%0Aone%0Atwo%0Aa,b:c%25.ts:1:2",
            "::error file=a%2Cb%3Ac%25.ts,line=1,endLine=2,title=schemalint(a)::lines%0Aa,b:c%25.ts:1:1",
            "::error file=a%2Cb%3Ac%25.ts,line=1,endLine=1,title=schemalint(a)::with its newline%0Aa,b:c%25.ts:1:1",
        ]
    );
}

/// Everything that a terminal, a log or a reader could take for something else.
const HOSTILE: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\n::error::x\r::error::y ::error::z ##[error]w\
    \u{202e}\u{2066}\u{200f}\u{2028}\u{85}\u{7f}\u{0}\u{8}%0A::error::v";

/// A run in which every text is hostile.
fn hostile() -> (Run, Sources) {
    let mut sources = Sources::default();
    // A lone carriage return would be a newline of the file: it is one of its own here.
    let source = format!("😀\t{}\r\nrest `x`", HOSTILE.replace(['\n', '\r'], "\u{b}"));
    let path = format!("::error::{HOSTILE}.ts");
    let file = sources.add(Arc::new(SourceFile::new(path.clone(), source.clone())));
    let other = sources.add(Arc::new(SourceFile::new(path, format!("{source}\r\rlast"))));
    let mut out = Findings::new("a", ERROR);
    let find = |needle: &str, file: FileId| {
        let start = sources.get(file).text.find(needle).unwrap() as u32;
        Range::new(start, start + needle.len() as u32).in_file(file)
    };
    for _ in 0..12 {
        out.report(HOSTILE, find("::error::v", file), HOSTILE)
            .label(HOSTILE)
            .help(format!("{HOSTILE}\n{}", "word ".repeat(60).replace("word", "::error::u")))
            .related(find("`x`", file), HOSTILE)
            .related(find("last", other), HOSTILE);
    }
    let mut run = with(out.into_parts().0);
    run.notes = vec![HOSTILE.to_string()];
    run.broken_rules = vec![("a", HOSTILE.to_string())];
    run.timings = vec![(HOSTILE.into(), Duration::ZERO)];
    run.detected = Detected {
        config: Some(HOSTILE.to_string()),
        boundaries: vec![HOSTILE.to_string()],
        ..Detected::default()
    };
    (run, sources)
}

#[test]
fn nothing_hostile_is_shown_as_it_is() {
    let (run, sources) = hostile();
    let report = Report { run: &run, sources: &sources, prefix: HOSTILE };
    for width in [0, 1, 20, 30, 37, 40, 60, 100, 300] {
        let style = Style { width, statistics: true, timings: true, ..Style::default() };
        assert_inert(&human(&report, style), 0);
    }
    let from_root = Report { prefix: "", ..report };
    assert_inert(&human(&from_root, Style::default()), 0);
    assert_inert(&concise(&report), 0);
    assert_inert(&concise(&from_root), 0);
    assert_inert(&json(&report), 0);
    // Twelve findings, a broken rule, and how many of them are not shown.
    assert_inert(&github(&report), 14);
    for text in [sarif(&report), gitlab(&report), rdjson(&report), junit(&report), checkstyle(&report)] {
        assert_inert(&text, 0);
    }
    let summary = markdown(&report);
    assert_inert(&summary, 0);
    assert!(!summary.contains("::"), "{summary}");
    let document: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
    assert_eq!(document["findings"][0]["message"], HOSTILE, "only the spelling of the document changes");
}

fn assert_inert(text: &str, commands: usize) {
    let harmful = |c: char| {
        c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    for line in text.split('\n') {
        assert!(!line.contains(harmful), "{line:?}");
        let is_command = line.trim_start().starts_with("::");
        assert!(is_command || !line.contains("##["), "{line:?}");
        assert!(!is_command || line.starts_with("::error ") || line.starts_with("::notice "), "{line:?}");
    }
    let found = text.split('\n').filter(|line| line.trim_start().starts_with("::")).count();
    assert_eq!(found, commands, "{text}");
}

#[test]
fn fingerprints_are_of_the_subject_and_none_is_given_twice() {
    let (mut run, sources) = run(&[("a", WARN), ("a", WARN), ("b", ERROR)]);
    let fingerprints = |run: &Run| -> Vec<String> {
        let issues: serde_json::Value = serde_json::from_str(&gitlab(&report(run, &sources))).unwrap();
        let issues = issues.as_array().unwrap().iter();
        issues.map(|issue| issue["fingerprint"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(fingerprints(&run), ["a subject0", "a subject1", "b subject2"]);
    // Another line and other words change nothing; a second finding of a subject is another one.
    run.findings[1].subject = "subject0".into();
    run.findings[0].primary.span.range = Range::new(1, 2);
    run.findings[0].message = "other".to_string();
    assert_eq!(fingerprints(&run), ["a subject0", "a subject0 #2", "b subject2"]);
    run.findings[0].partition = Some("context".into());
    assert_eq!(fingerprints(&run), ["a subject0[context]", "a subject0", "b subject2"]);
}

#[test]
fn markdown_draws_domains_and_names_the_worst_only() {
    let (mut run, sources) = run(&[("a", WARN); 12]);
    run.findings[11].level = ERROR;
    run.findings[11].message = "<b>`a|b`</b> *x* @me https://x [y](z)".to_string();
    let arrow = |from: &str, not_allowed, soft| crate::check::BetweenDomains {
        partition: None,
        from: from.into(),
        to: "to\"];x".into(),
        allowed: 2,
        not_allowed,
        soft,
    };
    run.domains = vec![arrow("a", 3, 0), arrow("b", 0, 1)];
    let text = markdown(&report(&run, &sources));
    assert!(text.contains("The first 10 of 12"), "{text}");
    let cell =
        "&#60;b&#62;<code>a&#124;b</code>&#60;/b&#62; &#42;x&#42; &#64;me https&#58;//x &#91;y&#93;(z)";
    assert!(text.contains(&format!("| ✖ | <code>a</code> | <code>a.ts:12</code> | {cell} |\n")), "{text}");
    let graph = "graph LR\n  d0[\"a\"]\n  d1[\"b\"]\n  d2[\"to#34;#93;#59;x\"]\n  d0 ==>|\"3 not allowed\"| d2\n  \
                 d0 -->|\"2\"| d2\n  d1 -->|\"2\"| d2\n  d1 -.->|\"1 soft\"| d2\n";
    assert!(text.contains(graph), "{text}");
}

#[test]
fn sarif_escapes_only_what_would_be_a_link_or_a_placeholder() {
    let (mut run, sources) = run(&[("a", WARN), ("a", WARN), ("a", WARN)]);
    run.findings[0].message = "`(t) => [index(\"a\").on(t.a)]` and { a }".to_string();
    run.findings[1].message = "[a](1)".to_string();
    run.findings[2].message = "{0}".to_string();
    let log: serde_json::Value = serde_json::from_str(&sarif(&report(&run, &sources))).unwrap();
    let text = |at: usize| log["runs"][0]["results"][at]["message"]["text"].as_str().unwrap();
    assert_eq!(text(0), "`(t) => [index(\"a\").on(t.a)]` and { a }");
    assert_eq!(text(1), "\\[a\\](1)");
    assert_eq!(text(2), "{{0}}");
}

#[test]
fn frames_hold_for_every_place() {
    let mut sources = Sources::default();
    let text = "\u{feff}a\t😀\u{1b}[e\u{301}\r\n\r\r\n\u{202e}##[x\n\n\u{9b}";
    let file = sources.add(Arc::new(SourceFile::new("a.ts", text)));
    let bounds: Vec<u32> =
        (0..=text.len()).filter(|at| text.is_char_boundary(*at)).map(|at| at as u32).collect();
    for (at, start) in bounds.iter().enumerate() {
        for end in &bounds[at..] {
            let span = Range::new(*start, *end).in_file(file);
            let mut out = Findings::new("a", ERROR);
            out.report("a", span, "message")
                .label("label")
                .related(Span { range: Range::new(4, 5), ..span }, "b");
            let run = with(out.into_parts().0);
            let shown = human(&report(&run, &sources), Style::default());
            let position = sources.get(file).position(*start);
            let place = format!("[a.ts:{}:{}]", position.line, position.column);
            assert!(shown.contains(&place), "{start}..{end}: {shown}");
            assert!(!shown.contains("Failed"), "{start}..{end}: {shown}");
            assert_inert(&shown, 0);
        }
    }
}
