//! A session that has read a repository before reads it as one that has not: whatever was edited in between, and
//! however little of it is linked again.
//!
//! `SCHEMALINT_REPOSITORIES=/some/*/repository cargo test --release --test session` tries other repositories, on copies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

#[path = "support/generate.rs"]
mod generate;
mod marks;
#[path = "support/shown.rs"]
mod shown;

use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

use generate::{Numbers, Size};
use schemalint::discover::{CONFIG, Files, Options};
use schemalint::workspace::{self, Reading, Session, Settings};
use shown::shown;

/// A copy of a repository, with what is needed to read it.
struct Copy {
    _folder: tempfile::TempDir,
    root: PathBuf,
    settings: Settings,
    options: Options,
}

impl Copy {
    fn of(repository: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let entries = WalkDir::new(repository).into_iter().filter_entry(|entry| {
            !matches!(entry.file_name().to_str(), Some("node_modules" | ".git" | ".next" | "dist"))
        });
        for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
            let file = entry.path().strip_prefix(repository).unwrap().to_string_lossy().replace('\\', "/");
            match fs::read_to_string(entry.path()) {
                Ok(text) => marks::write(folder.path(), &file, &text),
                Err(_) => continue,
            }
        }
        Self::in_folder(folder)
    }

    fn in_folder(folder: tempfile::TempDir) -> Self {
        let root = fs::canonicalize(folder.path()).unwrap();
        let config = root.join(CONFIG);
        let settings = workspace::load_settings(config.is_file().then_some(&*config), &[])
            .unwrap_or_else(|failure| panic!("{:?}", failure.errors));
        let files = Files { root: root.clone(), config: settings.config.files.clone() };
        let options = Options { paths: vec![root.clone()], files, ..Options::default() };
        Self { _folder: folder, root, settings, options }
    }

    fn cold(&self) -> Reading {
        workspace::read(&self.root, &self.options, &self.settings)
    }
}

/// Words with their places.
fn words(text: &str) -> Vec<(usize, usize)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in text.char_indices().filter(|(_, letter)| is_part(*letter)) {
        match found.last_mut() {
            Some((_, end)) if *end == at => *end = at + letter.len_utf8(),
            _ => found.push((at, at + letter.len_utf8())),
        }
    }
    found
}

/// An edit at one place, or of one word everywhere: most leave a file that can be read.
fn edit(text: &str, numbers: &mut Numbers) -> String {
    let found = words(text);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    if found.is_empty() {
        return format!("{text}\n// more\n");
    }
    let at = numbers.below(lines.len());
    let (start, end) = found[numbers.below(found.len())];
    let (other, to) = found[numbers.below(found.len())];
    let with_line = |change: &dyn Fn(&str) -> String| {
        let edited = lines
            .iter()
            .enumerate()
            .map(|(index, line)| if index == at { change(line) } else { line.to_string() });
        edited.collect::<String>()
    };
    match numbers.below(14) {
        0 => with_line(&|_| String::new()),
        1 => with_line(&|line| format!("{line}{line}")),
        2 => with_line(&|line| format!("// a remark\n{line}")),
        3 => with_line(&|line| format!("// schemalint-ignore unindexed-foreign-key -- so be it\n{line}")),
        4 => format!("{}{}{}", &text[..start], &text[other..to], &text[end..]),
        5 => format!("{}{}x{}", &text[..start], &text[start..end], &text[end..]),
        6 => text.replace("index(", "uniqueIndex("),
        7 => text.replace("uniqueIndex(", "index("),
        8 => with_line(&|line| line.replacen(".notNull()", "", 1)),
        9 => with_line(&|line| line.replacen("),", ").notNull(),", 1)),
        10 => with_line(&|line| line.replacen("('", "('x_", 1).replacen("(\"", "(\"x_", 1)),
        11 => with_line(&|line| line.replacen("text(", "integer(", 1).replacen("varchar(", "text(", 1)),
        12 => with_line(&|line| line.replacen("),", ").references(() => users.id),", 1)),
        _ => with_line(&|line| format!("{line}  extra: text('extra'),\n")),
    }
}

/// Says where two graphs begin to differ.
fn same(session: &str, cold: &str, what: &str) {
    if session != cold {
        let differs = session.bytes().zip(cold.bytes()).position(|(left, right)| left != right);
        let part = |text: &str| {
            let from = differs.unwrap_or_default().saturating_sub(1500);
            let part = String::from_utf8_lossy(text.as_bytes().get(from..).unwrap_or_default());
            part.chars().take(3000).collect::<String>()
        };
        panic!("--- session\n{}\n--- cold\n{}\n--- {what}", part(session), part(cold));
    }
}

/// Edits a copy at random and compares after each; gives how often all was linked, and how often a part.
fn edited(copy: &Copy, steps: usize, (seed, is_told): (u64, bool)) -> (usize, usize) {
    let mut session = Session::new(is_told);
    let first = session.read(&copy.root, &copy.options, &copy.settings);
    same(&shown(&first), &shown(&copy.cold()), "the first reading");
    let scripts: Vec<PathBuf> = first
        .graph
        .sources
        .numbered()
        .filter_map(|(file, _)| first.path_of(file))
        .filter(|path| path.is_absolute() && path.extension().is_some_and(|extension| extension != "json"))
        .map(Path::to_path_buf)
        .collect();
    let mut numbers = Numbers(seed);
    let (mut whole, mut again) = (0, 0);
    if scripts.is_empty() {
        return (whole, again);
    }
    let mut kept: Option<(PathBuf, String)> = None;
    for step in 0..steps {
        // Every second edit is taken back, so that the files do not fall to pieces.
        let (path, text) = match kept.take() {
            Some(kept) => kept,
            None => {
                let path = scripts[numbers.below(scripts.len())].clone();
                let Ok(text) = fs::read_to_string(&path) else { continue };
                kept = Some((path.clone(), text.clone()));
                (path, edit(&text, &mut numbers))
            }
        };
        fs::write(&path, &text).unwrap();
        if is_told {
            session.touch([path.clone()]);
        }
        let reading = session.read(&copy.root, &copy.options, &copy.settings);
        let is_again = reading.timings.iter().any(|(stage, _)| stage == "link again");
        if is_again {
            again += 1;
        } else {
            whole += 1;
        }
        let what =
            format!("step {step} of seed {seed}, told: {is_told}, in part: {is_again}, {}", path.display());
        same(&shown(&reading), &shown(&copy.cold()), &format!("{what}\n--- text\n{text}"));
    }
    (whole, again)
}

#[test]
fn edits_of_a_large_repository_are_mostly_linked_in_part() {
    let folder = tempfile::tempdir().unwrap();
    Size { packages: 2, files: 10, tables: 2, others: 1 }.write(folder.path()).unwrap();
    let copy = Copy::in_folder(folder);
    for (seed, is_told) in [(1, true), (2, false)] {
        let (whole, again) = edited(&copy, 24, (seed, is_told));
        assert!(again > 5, "{again} of {}", whole + again);
    }
}

#[test]
fn edits_of_every_fixture_end_where_a_cold_run_does() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let mut all = folders(&fixtures);
    all.extend(folders(&fixtures.join("truth")));
    all.sort();
    let mut parts = 0;
    for (number, fixture) in all.iter().enumerate() {
        parts += edited(&Copy::of(fixture), 6, (number as u64 + 3, number % 2 == 0)).1;
    }
    assert!(parts > 8, "{parts}");
}

#[test]
fn edits_of_other_repositories_end_where_a_cold_run_does() {
    let Ok(repositories) = std::env::var("SCHEMALINT_REPOSITORIES") else { return };
    let steps = std::env::var("STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(60);
    for repository in repositories.split_whitespace() {
        let copy = Copy::of(Path::new(repository));
        for (seed, is_told) in [(1, true), (2, false)] {
            let (whole, again) = edited(&copy, steps, (seed, is_told));
            println!("{repository}: {again} of {} edits linked in part", whole + again);
        }
    }
}
