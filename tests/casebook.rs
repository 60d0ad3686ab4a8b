//! The case book: every mistake is found at the line of its mark, nothing else is, and nothing on the corrected twins; and
//! the pages of the rules say what the real tools were recorded to do (`BLESS=1` writes it there).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod marks;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use walkdir::WalkDir;

use schemalint::check::{Asked, check};
use schemalint::discover::{CONFIG, Files, Options};
use schemalint::rules::RULES;
use schemalint::workspace;

/// The lines of drizzle-kit; each is a folder of `template/`.
const LINES: [&str; 2] = ["0.31", "1.0"];
/// What is said of a case and is no part of its repository.
const ASIDE: [&str; 3] = ["case.json", "recorded.json", "fixed"];

fn casebook() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/casebook")
}

struct Case {
    name: String,
    folder: PathBuf,
    /// The lines that it is for, and whether it is a mistake there.
    lines: Vec<(&'static str, bool)>,
}

fn cases() -> Vec<Case> {
    let folders = fs::read_dir(casebook().join("cases")).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<Case> = folders.map(Case::read).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(folder.join("case.json")).unwrap();
        let said: serde_json::Value = serde_json::from_str(&text).unwrap();
        let names = |key: &str, line: &str| said[key].as_array().map(|all| all.iter().any(|it| it == line));
        let lines = LINES.into_iter().filter(|line| names("lines", line).unwrap_or(true));
        let lines = lines.map(|line| (line, !names("harmless", line).unwrap_or(false))).collect();
        Self { name, folder, lines }
    }

    /// The repository without marks, as record.mjs makes it, and what the marks say.
    fn write(&self, line: &str, fixed: bool, folder: &Path) -> BTreeSet<String> {
        let template = casebook().join("template");
        for layer in [template.join("common"), template.join(line)] {
            lay(&layer, folder);
        }
        let marks = lay(&self.folder, folder);
        if fixed { lay(&self.folder.join("fixed"), folder) } else { marks }
    }
}

/// Lays the files of a layer into a folder; returns their marks.
fn lay(layer: &Path, folder: &Path) -> BTreeSet<String> {
    let mut marks = BTreeSet::new();
    let aside = |entry: &walkdir::DirEntry| {
        entry.depth() == 1 && ASIDE.iter().any(|aside| entry.file_name().to_string_lossy() == *aside)
    };
    for entry in WalkDir::new(layer).into_iter().filter_entry(|entry| !aside(entry)).map(Result::unwrap) {
        if entry.file_type().is_file() {
            let file = entry.path().strip_prefix(layer).unwrap().to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(entry.path()).unwrap();
            marks::write(folder, &file, &text);
            marks.extend(marks::expected(&file, &text));
        }
    }
    marks
}

/// What is found in a folder by a user, who has no config unless the case has one.
fn findings(folder: &Path) -> Result<BTreeSet<String>, String> {
    let root = fs::canonicalize(folder).unwrap();
    let config = root.join(CONFIG);
    let settings = workspace::load_settings(config.is_file().then_some(config.as_path()), &[])
        .map_err(|failure| format!("schemalint.json: {:?}", failure.errors))?;
    let files = Files { root: root.clone(), config: settings.config.files.clone() };
    let options = Options { paths: vec![root.clone()], files, ..Options::default() };
    let reading = workspace::read(&root, &options, &settings);
    let run = check(&reading, &settings.config, &Asked::default(), Instant::now());
    Ok(marks::found(&reading, &run))
}

#[test]
fn mistakes_are_found_and_their_corrections_are_clean() {
    let mut wrong = Vec::new();
    for case in cases() {
        for &(line, mistake) in &case.lines {
            for fixed in [false, true] {
                if fixed && !case.folder.join("fixed").is_dir() {
                    continue;
                }
                let folder = tempfile::tempdir().unwrap();
                let marks = case.write(line, fixed, folder.path());
                let expected = if mistake || fixed { marks } else { BTreeSet::new() };
                let at = format!("{}{} ({line})", case.name, if fixed { ", corrected" } else { "" });
                let (expected, unknown): (BTreeSet<_>, BTreeSet<_>) =
                    expected.into_iter().partition(|mark| is_known(mark));
                if !unknown.is_empty() {
                    wrong.push(format!("{at}: no such rule: {unknown:?}"));
                }
                match findings(folder.path()) {
                    Err(_) if !unknown.is_empty() => {}
                    Err(error) => wrong.push(format!("{at}: {error}")),
                    Ok(found) if found != expected => {
                        wrong.push(format!("{at}:\n  found    {found:?}\n  expected {expected:?}"));
                    }
                    Ok(_) => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn is_known(mark: &str) -> bool {
    let (_, rule) = mark.rsplit_once(' ').unwrap();
    RULES.iter().any(|entry| entry.meta.name == rule)
}

#[test]
fn every_case_is_recorded_and_corrected() {
    for case in cases() {
        assert!(
            case.folder.join("recorded.json").is_file(),
            "{}: `node tests/casebook/record.mjs`",
            case.name
        );
        let folder = tempfile::tempdir().unwrap();
        for &(line, _) in &case.lines {
            let marks = case.write(line, false, folder.path());
            let fixed = case.folder.join("fixed").is_dir();
            assert!(marks.is_empty() || fixed, "{}: a mistake without its correction", case.name);
        }
    }
}

const BEGIN: &str = "<!-- recorded -->\n";
const END: &str = "<!-- /recorded -->\n";

/// The pages of the rules have the rows of their cases, out of the table in tests/casebook/README.md.
#[test]
fn pages_say_what_was_recorded() {
    let readme = fs::read_to_string(casebook().join("README.md")).unwrap();
    let (_, table) = readme.split_once("<!-- cases -->\n").unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(cells)
        .filter(|row| row[0] != "---")
        .collect();
    let (head, rows) = rows.split_first().unwrap();
    for rule in RULES {
        let name = rule.meta.name;
        let path = casebook().join("../../rules").join(format!("{}.md", name.replace('-', "_")));
        let page = fs::read_to_string(&path).unwrap();
        let own: Vec<&[&str]> = rows
            .iter()
            .filter(|row| row[2].split(", ").any(|rule| rule.trim_matches('`') == name))
            .map(Vec::as_slice)
            .collect();
        let expected = with_section(&page, section(head, &own).as_ref());
        if expected != page {
            let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
            assert!(bless, "{}: `BLESS=1 cargo test --test casebook`\n{expected}", path.display());
            fs::write(&path, &expected).unwrap();
        }
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_start_matches("| ").trim_end_matches(" |").split(" | ").collect()
}

/// The section of a page: what the mistake is, and every column in which somebody said something.
fn section(head: &[&str], rows: &[&[&str]]) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let said = |column: &usize| rows.iter().any(|row| row[*column] != "–");
    let columns: Vec<usize> = [1].into_iter().chain((3..head.len()).filter(said)).collect();
    let line = |row: &[&str]| {
        let cells: Vec<&str> = columns.iter().map(|&column| row[column]).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = format!(
        "{BEGIN}## What the tools do\n\nWhat they were recorded to do with these mistakes (`tests/casebook`):\n\n{}",
        line(head)
    );
    text.push_str(&format!("|{}\n", "---|".repeat(columns.len())));
    rows.iter().for_each(|row| text.push_str(&line(row)));
    text.push_str(&format!("{END}\n"));
    Some(text)
}

/// The page with this section at the end of its introduction, or without one.
fn with_section(page: &str, section: Option<&String>) -> String {
    let mut page = page.to_string();
    if let (Some(begin), Some(end)) = (page.find(BEGIN), page.find(END)) {
        page.replace_range(begin..end + END.len() + 1, "");
    }
    if let (Some(section), Some(bad)) = (section, page.find("## Bad\n")) {
        page.insert_str(bad, section);
    }
    page
}
