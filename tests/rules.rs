//! The pages of the rules are their tests, and what is derived from the rules is up to date.
//!
//! Every heading of `rules/x.md` is a small repository: ` ```ts file=users.ts ` blocks are its files, and
//! `//~ rule-name` at the end of a line must match the findings there exactly, both ways. A ` ```text `
//! block is the rendering, rewritten by `cargo bless`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod marks;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use schemalint::check::{Asked, Run, check};
use schemalint::discover::{CONFIG, Files, Options};
use schemalint::fixes::apply;
use schemalint::output::{Report, Style, human};
use schemalint::rule::{Level, Meta};
use schemalint::rules::RULES;
use schemalint::workspace::{self, Reading};

fn rules_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Fails when a file is not what it must be; writes it when blessing.
fn ensure(path: &Path, expected: &str) {
    let found = fs::read_to_string(path).unwrap_or_default();
    if found != expected {
        if blessing() {
            fs::write(path, expected).unwrap();
        } else {
            panic!("{} is out of date; run `cargo bless`\n{expected}", path.display());
        }
    }
}

#[test]
fn pages_hold() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let path = rules_folder().join(format!("{}.md", rule.meta.name.replace('-', "_")));
        let page = Page::parse(&fs::read_to_string(&path).unwrap());
        let mut blessed = page.text.clone();
        let mut from = 0;
        for section in &page.sections {
            let at = format!("{} § {}", rule.meta.name, section.title);
            assert!(!section.files.is_empty() || section.rendering.is_none(), "{at}: a rendering of nothing");
            if section.files.is_empty() {
                continue;
            }
            let (reading, run) = run(rule.meta, section);
            let found = marks::found(&reading, &run);
            let expected = section.marks();
            if found != expected {
                let files: Vec<&str> = section.files.iter().map(|(file, _)| file.as_str()).collect();
                wrong.push(format!(
                    "{at} ({}):\n  found    {found:?}\n  expected {expected:?}",
                    files.join(", ")
                ));
            }
            let fires = found.iter().any(|mark| mark.ends_with(rule.meta.name));
            match section.title.as_str() {
                "Bad" if !fires => wrong.push(format!("{at}: the rule does not fire")),
                "Good" if fires => wrong.push(format!("{at}: the rule fires")),
                _ => {}
            }
            if let Some(problem) = fixes_fail(rule.meta, section, &reading, &run) {
                wrong.push(format!("{at}: {problem}"));
            }
            if let Some(rendering) = &section.rendering {
                let fresh = rendered(&reading, &run);
                // Several renderings may be alike, as empty ones are: each is that of its own section.
                let (old, fresh) = (fence(rendering), fence(&fresh));
                let at = from + blessed[from..].find(&old).unwrap();
                blessed.replace_range(at..at + old.len(), &fresh);
                from = at + fresh.len();
            }
        }
        ensure(&path, &blessed);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_page_with_bad_and_good() {
    for rule in RULES {
        let page = Page::parse(rule.meta.docs);
        let titles: Vec<&str> = page.sections.iter().map(|section| section.title.as_str()).collect();
        assert!(titles.contains(&"Bad") && titles.contains(&"Good"), "{}: {titles:?}", rule.meta.name);
        assert!(page.text.starts_with(&format!("# {}\n", rule.meta.name)), "{}", rule.meta.name);
        assert!(rule.meta.summary.starts_with(|c: char| c.is_lowercase()), "{}", rule.meta.summary);
        assert!(!rule.meta.summary.ends_with('.'), "{}", rule.meta.summary);
    }
}

#[test]
fn the_list_of_rules_is_derived() {
    let mut names: Vec<String> = fs::read_dir(rules_folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_string))
        .filter(|name| name != "mod")
        .collect();
    names.sort();
    let current = fs::read_to_string(rules_folder().join("mod.rs")).unwrap();
    let head_end = current.find("\nmod ").unwrap();
    let list_start = current.find("\n/// Every rule").unwrap();
    let rules_start = current.find("&[\n").unwrap() + 3;
    let mods: String = names.iter().map(|name| format!("mod {name};\n")).collect();
    let entries: String =
        names.iter().map(|name| format!("    Entry::of::<{name}::{}>(),\n", camel(name))).collect();
    let expected =
        format!("{}\n{mods}{}{entries}];\n", &current[..head_end], &current[list_start..rules_start]);
    ensure(&rules_folder().join("mod.rs"), &expected);
}

#[test]
fn the_json_schema_of_the_config_is_derived() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.json");
    ensure(&path, &format!("{:#}\n", schemalint::config::json_schema()));
}

#[test]
fn the_readme_of_the_rules_is_derived() {
    let mut groups: Vec<&str> = RULES.iter().map(|rule| rule.meta.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut text = String::from("# Rules\n\nDerived from the rules by `cargo bless`; do not edit.\n");
    for group in groups {
        text.push_str(&format!("\n## {group}\n\n| rule | flags | recommended |\n|---|---|---|\n"));
        for rule in RULES.iter().filter(|rule| rule.meta.group == group) {
            let (meta, page) = (rule.meta, rule.meta.name.replace('-', "_"));
            let line =
                format!("| [`{}`]({page}.md) | {} | {} |\n", meta.name, meta.summary, meta.level.name());
            text.push_str(&line);
        }
    }
    ensure(&rules_folder().join("README.md"), &text);
}

fn camel(name: &str) -> String {
    name.split('_').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect()
}

/// A page, cut at its headings.
struct Page {
    text: String,
    sections: Vec<Section>,
}

/// A small repository: everything from a heading, or from the text behind the last block, on.
#[derive(Default)]
struct Section {
    title: String,
    /// Options of the rule, or a config without a place of its own.
    options: Option<String>,
    files: Vec<(String, String)>,
    rendering: Option<String>,
}

impl Page {
    fn parse(text: &str) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        let mut block: Option<(String, String)> = None;
        for line in text.lines() {
            match (&mut block, line.strip_prefix("```")) {
                (Some((info, body)), Some("")) => {
                    let section = sections.last_mut().expect("a block stands under a heading");
                    match info.split_once(" file=") {
                        Some((_, file)) => section.files.push((file.to_string(), body.clone())),
                        None if info == "text" => section.rendering = Some(body.clone()),
                        None if info == "json" => section.options = Some(body.clone()),
                        None => {}
                    }
                    block = None;
                }
                (Some((_, body)), _) => {
                    body.push_str(line);
                    body.push('\n');
                }
                (None, Some(info)) => block = Some((info.to_string(), String::new())),
                // Words between blocks begin another repository: what they say is said of it.
                (None, None) if !line.trim().is_empty() && !line.starts_with('#') => {
                    let last = sections.last().map(|last| (last.title.clone(), !last.files.is_empty()));
                    if let Some((title, true)) = last {
                        sections.push(Section { title, ..Section::default() });
                    }
                }
                (None, None) => {
                    if let Some(title) = line.strip_prefix('#') {
                        let title = title.trim_start_matches('#').trim().to_string();
                        sections.push(Section { title, ..Section::default() });
                    }
                }
            }
        }
        assert!(block.is_none(), "a block is not closed");
        Self { text: text.to_string(), sections }
    }
}

impl Section {
    fn marks(&self) -> BTreeSet<String> {
        self.files.iter().flat_map(|(file, text)| marks::expected(file, text)).collect()
    }
}

/// Runs one rule, and house-keeping, over a section.
fn run(meta: &Meta, section: &Section) -> (Reading, Run) {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in &section.files {
        marks::write(folder.path(), file, text);
    }
    // What a page does not say otherwise is said of 0.45.
    if !section.files.iter().any(|(file, _)| file == "package.json") {
        marks::write(folder.path(), "package.json", r#"{ "dependencies": { "drizzle-orm": "^0.45.4" } }"#);
    }
    let root = fs::canonicalize(folder.path()).unwrap();
    let config = root.join(CONFIG);
    let mut levels = only(meta);
    match &section.options {
        Some(options) if options.contains("\"rules\"") => {
            let options: serde_json::Value = serde_json::from_str(options).unwrap();
            for (rule, level) in options["rules"].as_object().unwrap() {
                levels.push(format!("{rule}={level}"));
            }
        }
        Some(options) => levels.push(format!("{}=[\"{}\", {}]", meta.name, level(meta), options.trim())),
        None => {}
    }
    let file = config.is_file().then_some(config.as_path());
    if let Some(file) = file {
        // What the config says of a rule stands.
        let text = fs::read_to_string(file).unwrap();
        levels.retain(|level| !text.contains(level.split('=').next().unwrap()));
    }
    let settings = workspace::load_settings(file, &levels).unwrap_or_else(|failure| panic!("{failure:?}"));
    let files = Files { root: root.clone(), config: settings.config.files.clone() };
    let options = Options { paths: vec![root.clone()], files, ..Options::default() };
    let reading = workspace::read(&root, &options, &settings);
    let run = check(&reading, &settings.config, &Asked::default(), Instant::now());
    (reading, run)
}

/// What is wrong with the fixes of a section: they remove their findings and nothing else, add none, and leave
/// files that parse.
fn fixes_fail(meta: &Meta, section: &Section, reading: &Reading, run: &Run) -> Option<String> {
    let subjects = |run: &Run, all: bool| {
        let findings = run.findings.iter().filter(|finding| all || finding.fix.is_none());
        let mut subjects: Vec<String> =
            findings.map(|finding| format!("{} {}", finding.rule, finding.subject)).collect();
        subjects.sort();
        subjects
    };
    let expected = subjects(run, false);
    let mut files = section.files.clone();
    let mut round = apply(&run.findings, &reading.graph.sources, usize::MAX, |_, _| true);
    if round.applied.is_empty() {
        return None;
    }
    let mut sources = &reading.graph.sources;
    let mut last;
    for _ in 0..20 {
        for (file, text) in &round.texts {
            let path = &sources.get(*file).path;
            let old = files.iter_mut().find(|(name, _)| **name == **path);
            let Some((_, old)) = old else { return Some(format!("`{path}` is none of its files")) };
            old.clone_from(text);
        }
        let fixed = Section { files: files.clone(), options: section.options.clone(), ..Section::default() };
        last = self::run(meta, &fixed);
        if !last.0.graph.syntax_errors.is_empty() && reading.graph.syntax_errors.is_empty() {
            return Some(format!("a fix broke it: {files:?}"));
        }
        round = apply(&last.1.findings, &last.0.graph.sources, usize::MAX, |_, _| true);
        if round.applied.is_empty() {
            let left = subjects(&last.1, true);
            return (left != expected).then(|| format!("after fixes {left:?}, not {expected:?}: {files:?}"));
        }
        sources = &last.0.graph.sources;
    }
    Some("fixes do not end".to_string())
}

/// Every rule off, but this one and those that are always on.
fn only(meta: &Meta) -> Vec<String> {
    let others = RULES.iter().map(|entry| entry.meta).filter(|other| !other.always_on);
    let mut levels: Vec<String> =
        others.filter(|other| other.name != meta.name).map(|other| format!("{}=off", other.name)).collect();
    levels.push(format!("{}={}", meta.name, level(meta)));
    levels
}

fn level(meta: &Meta) -> &'static str {
    if meta.level == Level::Off { "warn" } else { meta.level.name() }
}

fn rendered(reading: &Reading, run: &Run) -> String {
    let report = Report { run, sources: &reading.graph.sources, prefix: "" };
    let text = human(&report, Style::default());
    // The last line says how long it took.
    let (frames, _) = text.trim_end().rsplit_once('\n').unwrap_or_default();
    let lines = frames.trim_matches('\n').lines().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

fn fence(body: &str) -> String {
    format!("```text\n{body}```\n")
}
