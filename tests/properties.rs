//! What holds of every input, over inputs that nobody wrote: fixtures and pages cut, broken and mixed, and repositories of
//! arbitrary names.
//!
//! The inputs are the same in each run. `PROPTEST_CASES=2000 cargo test --test properties` tries as many others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/generate.rs"]
mod generate;
#[path = "support/holds.rs"]
mod holds;
mod marks;
mod support;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Instant;
use tempfile::TempDir;
use walkdir::WalkDir;

use schemalint::baseline::FILE;
use schemalint::check::{Asked, Run, check};
use schemalint::cli::{Answer, Exit, Terminal, answer};
use schemalint::lsp::Streams;
use schemalint::output::Report;
use schemalint::overlay::Overlay;
use schemalint::rule::Level;
use schemalint::rules::RULES;
use schemalint::syntax::lower;
use schemalint::workspace::{self, Reading, THREAD_STACK};

/// A repository: its files, by name.
type Tree = Vec<(String, String)>;

/// The same cases each time, or as many random ones as are asked for.
fn runner(cases: u32) -> TestRunner {
    let asked: Option<u32> = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config { cases: asked.unwrap_or(cases), failure_persistence: None, ..Config::default() };
    match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    }
}

fn holds<S: Strategy>(cases: u32, inputs: S, test: impl Fn(S::Value))
where
    S::Value: std::fmt::Debug,
{
    let tried = runner(cases).run(&inputs, |input| {
        test(input);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every script of the fixtures.
static SCRIPTS: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let entries = WalkDir::new(crate_folder().join("fixtures")).sort_by_file_name().into_iter();
    let entries = entries.filter_entry(|entry| entry.file_name() != "node_modules").map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.filter(|path| path.extension().is_some_and(|extension| extension == "ts")).collect()
});

/// The repositories of the rules' pages, a heading each.
static PAGES: LazyLock<Vec<Tree>> = LazyLock::new(|| {
    let mut trees = Vec::new();
    for rule in RULES {
        for section in rule.meta.docs.split("\n## ").flat_map(|section| section.split("\n### ")) {
            let mut tree: Tree = Vec::new();
            let mut block: Option<(String, String)> = None;
            for line in section.lines() {
                match (&mut block, line.strip_prefix("```")) {
                    (Some(_), Some("")) => {
                        let (name, text) = block.take().unwrap();
                        if !name.is_empty() && tree.iter().all(|(other, _)| *other != name) {
                            tree.push((name, marks::without_marks(&text)));
                        }
                    }
                    (Some((_, text)), _) => *text += &format!("{line}\n"),
                    (None, Some(info)) => {
                        let name = info.split_once(" file=").map(|(_, name)| name).unwrap_or_default();
                        block = Some((name.to_string(), String::new()));
                    }
                    (None, None) => {}
                }
            }
            if tree.iter().any(|(name, _)| name.ends_with(".ts")) {
                trees.push(tree);
            }
        }
    }
    assert!(trees.len() > 100);
    trees
});

fn written(tree: &Tree) -> TempDir {
    let folder = support::repository(
        tree.iter().map(|(name, text)| (name.as_str(), text)).collect::<Vec<_>>().as_slice(),
    );
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

/// Reads and checks with every rule that says something without being configured; `None` when the config is wrong.
fn checked<T: Send>(folder: &Path, then: impl FnOnce(&Reading, &Run) -> T + Send) -> Option<T> {
    let root = fs::canonicalize(folder).unwrap();
    let wanted = RULES
        .iter()
        .map(|rule| rule.meta)
        .filter(|meta| meta.level == Level::Off && !meta.needs_configuration);
    let levels: Vec<String> = wanted.map(|meta| format!("{}=warn", meta.name)).collect();
    let load = |folder: &Path| workspace::load_settings(workspace::find_config(folder).as_deref(), &levels);
    on_large_stack(|| {
        let prepared = workspace::prepare(vec![root], Overlay::default(), false, load).ok()?;
        let reading = workspace::read(&prepared.root, &prepared.options, &prepared.settings);
        let run = check(&reading, &prepared.settings.config, &Asked::default(), Instant::now());
        Some(then(&reading, &run))
    })
}

fn on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
        rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(THREAD_STACK).build().unwrap()
    });
    POOL.install(run)
}

/// The command line, without a process.
fn run(folder: &Path, arguments: &[&str]) -> Answer {
    let folder = folder.to_str().unwrap();
    let arguments = ["schemalint"].iter().chain(arguments).chain([&folder, &"--threads", &"1"]);
    let terminal = Terminal {
        is_terminal: false,
        stderr_is_terminal: false,
        width: 100,
        no_color: true,
        force_color: false,
        links: false,
        is_github: false,
    };
    let streams = || Streams { input: Box::new(std::io::empty()), output: Box::new(std::io::sink()) };
    answer(
        arguments.map(std::ffi::OsString::from).collect::<Vec<_>>(),
        terminal,
        &|| Ok(Vec::new()),
        &streams,
    )
}

/// All that must hold of a repository that can be read.
fn everything_holds(reading: &Reading, run: &Run) {
    holds::findings_have_places(run, &reading.graph.sources);
    holds::formats_are_valid(&Report { run, sources: &reading.graph.sources, prefix: "" });
    holds::a_baseline_accepts_all(run);
}

#[test]
fn any_prefix_of_a_fixture_is_read() {
    holds(150, (any::<Index>(), any::<Index>()), |(file, end)| {
        let path = file.get(&SCRIPTS);
        let text = fs::read_to_string(path).unwrap();
        let mut end = end.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let read = on_large_stack(|| lower("a.ts", text));
        holds::ranges_are_in(text, &read);
    });
}

#[test]
fn what_the_parser_says_has_no_full_stop() {
    for text in ["const a = { b c: 1 };", "const a = { get b c() {} };"] {
        let failure = lower("a.ts", text).unwrap_err();
        assert!(!failure.message.ends_with('.'), "{}", failure.message);
    }
}

#[test]
fn any_byte_may_be_another() {
    let inputs = (any::<Index>(), any::<Index>(), any::<Index>(), any::<u8>(), any::<bool>());
    holds(120, inputs, |(tree, file, at, byte, cut)| {
        let tree = tree.get(&PAGES);
        let folder = written(tree);
        let (name, text) = file.get(tree);
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        match cut {
            true => bytes.truncate(at),
            false => bytes[at] = byte,
        }
        support::write(folder.path(), name, &bytes);
        let ended = run(folder.path(), &["check", "--format", "json", "--fail-on", "warn"]);
        let is_setting = matches!(&**name, "schemalint.json" | "schemalint-baseline.json");
        match ended.exit {
            Exit::Usage => assert!(is_setting, "{name}: {}", ended.stderr),
            exit => {
                let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
                let is_clean = json["findings"].as_array().unwrap().is_empty();
                assert!(exit != Exit::Findings || !is_clean, "{name}: {}", ended.stdout);
                assert!(exit != Exit::Clean || is_clean, "{name}: {}", ended.stdout);
                checked(folder.path(), everything_holds);
            }
        }
    });
}

/// Letters that formats take for their own, and any others.
fn names() -> impl Strategy<Value = String> {
    let own = "::warning file=a::b,%0A%0D%25|&<>\"'`~*_#[](){}\\$!;\r\n\t\u{1b}[31m\u{7}\u{202e}\u{feff}\u{200b}]]>--><script>é👨‍👩‍👧\u{fffe}\u{85}\u{2028}";
    let own: Vec<char> = own.chars().collect();
    let letters = prop_oneof![3 => select(own), 2 => proptest::char::range('a', 'e'), 1 => any::<char>()];
    proptest::collection::vec(letters, 0..12).prop_map(|letters| letters.into_iter().collect())
}

#[test]
fn formats_stay_valid_whatever_things_are_called() {
    let inputs = (names(), names(), names(), names(), names(), any::<bool>());
    holds(100, inputs, |(table, column, other, file, text, broken)| {
        // As JavaScript writes them; JSON knows all but two of its escapes.
        let quoted = |text: &str| json!(text).to_string().replace('\u{2028}', "\\u2028");
        let (table, column, other, note) = (quoted(&table), quoted(&column), quoted(&other), quoted(&text));
        let comment = text.replace(['\r', '\n', '\u{2028}', '\u{2029}'], " ");
        let schema = format!(
            "import {{ integer, pgTable, text }} from 'drizzle-orm/pg-core';\n\
             export const a = pgTable({table}, {{ id: integer({column}), [{other}]: text({other}).default({note}) }});\n\
             // schemalint-ignore {comment} -- {comment}\n\
             export const b = pgTable({other}, {{ {note}: integer({table}).references(() => a.id),\n  \
             c: integer({column}).references(() => a[{other}]) }});\n{}",
            if broken { text.as_str() } else { "" }
        );
        let file: String = file.chars().filter(|letter| !matches!(letter, '/' | '\0')).take(60).collect();
        let folder = written(&vec![("schema.ts".to_string(), schema.clone())]);
        let _ = fs::write(folder.path().join(format!("{file}.schema.ts")), &schema);
        // A text with a zero or half a letter may not be one that a file can have.
        checked(folder.path(), everything_holds).unwrap();
    });
}

#[test]
fn what_is_excepted_is_not_found() {
    holds(60, (any::<Index>(), any::<bool>()), |(tree, baseline)| {
        let folder = written(tree.get(&PAGES));
        let Some(comments) = checked(folder.path(), |reading, run| {
            everything_holds(reading, run);
            holds::suppressions(run, &reading.graph.sources)
        }) else {
            return;
        };
        if baseline {
            let written = run(folder.path(), &["baseline"]);
            if written.exit == Exit::Clean {
                assert!(folder.path().join(FILE).is_file());
                let ended = run(folder.path(), &["check", "--format", "json", "--fail-on", "warn"]);
                let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
                for finding in json["findings"].as_array().unwrap() {
                    assert_eq!(finding["rule"], "syntax-error", "{finding}");
                }
            }
            return;
        }
        for (path, comment) in &comments {
            let path = folder.path().join(path);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, holds::with_comment(&text, comment)).unwrap();
        }
        checked(folder.path(), |reading, run| {
            for finding in run.findings.iter().filter(|finding| holds::can_be_suppressed(finding.rule)) {
                let path = &reading.graph.sources.get(finding.primary.span.file).path;
                assert!(!comments.contains_key(&**path), "{path}: {}: {}", finding.rule, finding.message);
            }
        })
        .unwrap();
    });
}

#[test]
fn fixes_end_and_do_nothing_twice() {
    holds(40, any::<Index>(), |tree| {
        let tree = tree.get(&PAGES);
        let folder = written(tree);
        let texts = || -> Vec<Vec<u8>> {
            tree.iter().map(|(name, _)| fs::read(folder.path().join(name)).unwrap()).collect()
        };
        let diff = run(folder.path(), &["check", "--diff"]);
        let before = texts();
        let fixed = run(folder.path(), &["check", "--fix"]);
        if fixed.exit == Exit::Usage {
            return;
        }
        let after = texts();
        assert_eq!(diff.stdout.is_empty(), before == after, "{}", diff.stdout);
        run(folder.path(), &["check", "--fix"]);
        assert_eq!(after, texts());
        for ((name, before), (before_bytes, after)) in tree.iter().zip(before.iter().zip(&after)) {
            if before_bytes != after && lower(name, before).is_ok() {
                assert!(lower(name, std::str::from_utf8(after).unwrap()).is_ok(), "{name} no longer parses");
            }
        }
    });
}

/// What the program says, without how long it took.
fn said(folder: &Path, threads: &str, format: &str) -> (Option<i32>, String, String) {
    let mut command = support::command(folder);
    command.env("RAYON_NUM_THREADS", threads).args([
        "check",
        "--format",
        format,
        "--rule",
        "missing-relation=warn",
    ]);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| -> String {
        let text = String::from_utf8(bytes).unwrap();
        text.lines().filter(|line| !line.contains("tookMs")).map(|line| format!("{line}\n")).collect()
    };
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn neither_threads_nor_the_order_of_files_change_anything() {
    let size = generate::Size { packages: 2, files: 3, tables: 2, others: 1 };
    let first = tempfile::tempdir().unwrap();
    size.write(first.path()).unwrap();
    let mut files: Vec<PathBuf> = WalkDir::new(first.path())
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(first.path()).unwrap().to_path_buf())
        .collect();
    files.sort();
    let expected = said(first.path(), "1", "sarif");
    assert!(expected.1.contains("ruleId"), "{expected:?}");
    holds(3, (Just(files).prop_shuffle(), select(vec!["1", "2", "8"])), |(files, threads)| {
        let folder = tempfile::tempdir().unwrap();
        for file in &files {
            support::write(folder.path(), file.to_str().unwrap(), fs::read(first.path().join(file)).unwrap());
        }
        assert_eq!(said(folder.path(), threads, "sarif"), expected, "on {threads} threads");
    });
    for format in ["json", "checkstyle", "rdjson"] {
        let one = said(first.path(), "1", format);
        assert_eq!(said(first.path(), "2", format), one);
        assert_eq!(said(first.path(), "8", format), one);
    }
}
