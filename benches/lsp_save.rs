//! How long a save takes in the language server, as a part of a cold check of the same repository, in one run:
//!
//! ```sh
//! cargo bench --bench lsp_save                 # 2,000 files, 10,000 tables, 200 saves
//! SIZE=small SAVES=10000 cargo bench --bench lsp_save     # 120 tables: whether memory stays
//! ```
//!
//! A save is measured from `didChange` and `didSave`, sent together, to the diagnostics of that version. Every save of a
//! file with tables changes what is found: its indexes become unique, and with every other one a column goes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints and fails"
)]

#[path = "../tests/support/client.rs"]
mod client;
#[path = "../tests/support/generate.rs"]
mod generate;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use schemalint::check::{Asked, check};
use schemalint::discover::{Files, Options};
use schemalint::workspace::{self, Session};

use client::{Client, capabilities, uri};
use generate::{Numbers, Size};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // `cargo test --benches` only sees that it runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<usize>().ok());
    let is_small = !is_bench || std::env::var("SIZE").is_ok_and(|size| size == "small");
    let size = if is_small { Size::SMALL } else { Size::LARGE };
    let saves = number("SAVES").unwrap_or(if is_bench { 200 } else { 5 });
    let colds = number("COLDS").unwrap_or(if is_bench { 7 } else { 1 });
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    size.write(&root).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_schemalint"));
    println!("{} files with {} tables", size.all_files(), size.all_files() * size.tables);
    let cold = |_| {
        let since = Instant::now();
        let mut command = Command::new(program);
        command.args(["check", ".", "--format", "json"]).current_dir(&root).stdout(Stdio::null());
        assert!(command.status().unwrap().code().is_some_and(|code| code < 2));
        since.elapsed()
    };
    let mut colds: Vec<Duration> = (0..colds).map(cold).collect();
    colds.sort();
    let cold = colds[colds.len() / 2];
    println!(
        "cold check: median {cold:.1?} of {}, {:.1?} to {:.1?}",
        colds.len(),
        colds[0],
        colds[colds.len() - 1]
    );
    let ratio = |time: Duration| 100.0 * time.as_secs_f64() / cold.as_secs_f64();
    stages(&root, size);
    for watches in [true, false] {
        let mut server = Client::open(program, &[&root], &capabilities(&["utf-8"], watches));
        println!("{}", if watches { "the client tells of files:" } else { "the client tells nothing:" });
        server.settle(&root.join(size.path(0)));
        for kind in [Kind::Schema, Kind::Typed, Kind::Other] {
            let mut times = measure(&mut server, &root, size, (kind, saves));
            times.sort();
            let at = |part: usize| times[(times.len() - 1) * part / 100];
            let (median, most) = (at(50), at(95));
            println!(
                "  {}: median {median:.1?} ({:.1} %), p95 {most:.1?} ({:.1} % of a cold check) of {saves}",
                kind.name(),
                ratio(median),
                ratio(most),
            );
        }
        assert_eq!(server.stop(), 0);
    }
}

/// Where the time of a save goes: the stages of a reading and of a check without the server around them.
fn stages(root: &Path, size: Size) {
    let settings = workspace::load_settings(None, &[]).unwrap();
    let files = Files { root: root.to_path_buf(), config: settings.config.files.clone() };
    let options = Options { paths: vec![root.to_path_buf()], files, ..Options::default() };
    let mut session = Session::new(true);
    session.read(root, &options, &settings);
    let path = root.join(size.path(size.all_files() / 2));
    let text = fs::read_to_string(&path).unwrap();
    let mut all: Vec<(String, Vec<Duration>)> = Vec::new();
    for round in 0..9 {
        let changed = if round % 2 == 0 { text.replace("index(", "uniqueIndex(") } else { text.clone() };
        fs::write(&path, changed).unwrap();
        session.touch([path.clone()]);
        let since = Instant::now();
        let reading = session.read(root, &options, &settings);
        let read = since.elapsed();
        let run = check(&reading, &settings.config, &Asked::default(), since);
        let whole = [("reading".into(), read), ("reading and check".into(), since.elapsed())];
        for (stage, time) in run.timings.into_iter().chain(whole) {
            match all.iter_mut().find(|(known, _)| *known == stage) {
                Some((_, times)) => times.push(time),
                None => all.push((stage.to_string(), vec![time])),
            }
        }
    }
    fs::write(&path, text).unwrap();
    println!("stages of a save, where they take more than 0.5 ms:");
    for (stage, mut times) in all {
        times.sort();
        let median = times[times.len() / 2];
        if median > Duration::from_micros(500) {
            println!("  {stage}: {median:.1?}");
        }
    }
}

/// What is saved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A file with tables, changed and saved at once: until its diagnostics are there.
    Schema,
    /// The same, saved after what was typed has been checked: until a question is answered.
    Typed,
    /// A file without tables: until its diagnostics are there.
    Other,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Schema => "save of a file with tables",
            Self::Typed => "save of one that was checked while it was typed",
            Self::Other => "save of a file without tables",
        }
    }
}

fn measure(server: &mut Client, root: &Path, size: Size, (kind, saves): (Kind, usize)) -> Vec<Duration> {
    let mut numbers = Numbers(42);
    let mut times = Vec::new();
    let mut resident = Vec::new();
    for save in 0..saves {
        let file = numbers.below(size.all_files());
        let (path, text, changed);
        if kind == Kind::Other {
            let (package, own) = (file / size.files, file % size.files);
            path = root.join(format!("packages/p{package:02}/src/service/s{own:03}_0.ts"));
            text = fs::read_to_string(&path).unwrap();
            changed = format!("{text}// {save}\n");
        } else {
            path = root.join(size.path(file));
            text = size.text(file);
            let column = "    position: integer(\"position\").notNull().default(0),\n";
            changed = text.replace("index(", "uniqueIndex(").replacen(column, "", save % 2);
        }
        let uri = uri(&path);
        server.did_open(&path, 1, &text);
        server.settle(&path);
        fs::write(&path, &changed).unwrap();
        let mut since = Instant::now();
        server.did_change(&path, 2, &changed);
        if kind == Kind::Typed {
            server.settle(&path);
            since = Instant::now();
        }
        server.did_save(&path);
        if kind == Kind::Typed {
            server.settle(&path);
        } else {
            server.wait("the diagnostics of the save", |server| {
                server.diagnostics.get(&uri).is_some_and(|(version, _)| *version == Some(2))
            });
        }
        times.push(since.elapsed());
        server.settle(&path);
        fs::write(&path, &text).unwrap();
        server.did_close(&path);
        server.settle(&path);
        server.published.clear();
        server.told.clear();
        if save == saves / 10 || save + 1 == saves {
            resident.push(format!("{} MB after {}", memory(server.pid()) / 1024, save + 1));
        }
    }
    println!("  memory: {}", resident.join(", "));
    times
}

/// What the process holds, in kilobytes; 0 where nobody says.
fn memory(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
