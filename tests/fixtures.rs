//! Repositories with a config of their own: the marks in their files say what must be found there, nothing else may be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod marks;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use walkdir::WalkDir;

use schemalint::baseline::Baseline;
use schemalint::check::{Asked, Run, check};
use schemalint::discover::{CONFIG, Files, Options};
use schemalint::output::{Report, Style, human};
use schemalint::workspace::{self, Reading, Settings};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut configured: Vec<PathBuf> = folders.filter(|folder| folder.join(CONFIG).is_file()).collect();
    configured.sort();
    configured
}

/// A copy without marks, and what the marks say.
fn copy(fixture: &Path) -> (tempfile::TempDir, BTreeSet<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut expected = BTreeSet::new();
    for entry in WalkDir::new(fixture).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let file = entry.path().strip_prefix(fixture).unwrap().to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(entry.path()).unwrap();
            marks::write(folder.path(), &file, &text);
            expected.extend(marks::expected(&file, &text));
        }
    }
    (folder, expected)
}

fn read(folder: &Path) -> (Settings, Reading) {
    let root = fs::canonicalize(folder).unwrap();
    let settings = workspace::load_settings(Some(&root.join(CONFIG)), &[])
        .unwrap_or_else(|failure| panic!("{:?}", failure.errors));
    let files = Files { root: root.clone(), config: settings.config.files.clone() };
    let options = Options { paths: vec![root.clone()], files, ..Options::default() };
    let reading = workspace::read(&root, &options, &settings);
    (settings, reading)
}

fn run(settings: &Settings, reading: &Reading, asked: &Asked<'_>) -> Run {
    check(reading, &settings.config, asked, Instant::now())
}

#[test]
fn findings_are_where_the_marks_are() {
    assert!(fixtures().len() > 1);
    for fixture in fixtures() {
        let (folder, expected) = copy(&fixture);
        let (settings, reading) = read(folder.path());
        let run = run(&settings, &reading, &Asked::default());
        let name = fixture.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(marks::found(&reading, &run), expected, "{name}: left are the findings, right the marks");
        assert_eq!(expected.is_empty(), !name.ends_with("-broken"), "{name}");
        if expected.is_empty() {
            continue;
        }
        let report = Report { run: &run, sources: &reading.graph.sources, prefix: "" };
        let text = human(&report, Style { statistics: true, ..Style::default() });
        // The last line says how long it took.
        let (text, _) = text.trim_end().rsplit_once('\n').unwrap();
        let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        let golden = fixture.with_extension("expected.txt");
        if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
            fs::write(&golden, &text).unwrap();
        }
        assert_eq!(
            fs::read_to_string(&golden).unwrap_or_default(),
            text,
            "{}: `cargo bless`",
            golden.display()
        );
    }
}

#[test]
fn a_baseline_of_everything_leaves_nothing() {
    for fixture in fixtures() {
        let (folder, _) = copy(&fixture);
        let (settings, reading) = read(folder.path());
        let all = run(&settings, &reading, &Asked::default());
        let baseline = Baseline::of(&all.findings);
        let asked = Asked { baseline: Some(&baseline), ..Asked::default() };
        let rest = run(&settings, &reading, &asked);
        assert!(rest.findings.is_empty(), "{:?}", rest.findings);
        assert_eq!(rest.counts.baselined, all.findings.len());
    }
}
