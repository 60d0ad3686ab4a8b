//! How long a save takes in the language server, as a part of a cold check of the same repository, in one run:
//!
//! ```sh
//! cargo bench --bench lsp_save                 # 2,000 files, 10,000 tables, 200 saves
//! SIZE=small SAVES=10000 cargo bench --bench lsp_save     # 120 tables: whether memory stays
//! ```
//!
//! A save is measured from `didChange` and `didSave` to the diagnostics of that version. Every save changes what is
//! found: an index goes or comes back.

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

use client::{Client, capabilities, uri};
use generate::{Numbers, Size};

fn main() {
    // `cargo test` runs benches, too, to see that they run.
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
    for watches in [true, false] {
        let mut server = Client::open(program, &[&root], &capabilities(&["utf-8"], watches));
        let times = measure(&mut server, &root, size, saves);
        let mut sorted = times.clone();
        sorted.sort();
        let at = |part: usize| sorted[(sorted.len() - 1) * part / 100];
        let ratio = |time: Duration| 100.0 * time.as_secs_f64() / cold.as_secs_f64();
        println!(
            "save, {}: median {:.1?} ({:.1} %), p95 {:.1?} ({:.1} % of a cold check) of {saves}",
            if watches { "client tells of files" } else { "client tells nothing" },
            at(50),
            ratio(at(50)),
            at(95),
            ratio(at(95)),
        );
        assert_eq!(server.stop(), 0);
    }
}

fn measure(server: &mut Client, root: &Path, size: Size, saves: usize) -> Vec<Duration> {
    let mut numbers = Numbers(42);
    server.settle(&root.join(size.path(0)));
    let mut times = Vec::new();
    let mut resident = Vec::new();
    for save in 0..saves {
        let file = numbers.below(size.all_files());
        let path = root.join(size.path(file));
        let text = size.text(file);
        let changed = text.replace("index(", "uniqueIndex(").replacen(
            "    position: integer(\"position\").notNull().default(0),\n",
            "",
            save % 2,
        );
        server.did_open(&path, 1, &text);
        server.settle(&path);
        fs::write(&path, &changed).unwrap();
        let since = Instant::now();
        server.did_change(&path, 2, &changed);
        server.did_save(&path);
        let uri = uri(&path);
        server.wait("the diagnostics of the save", |server| {
            server.diagnostics.get(&uri).is_some_and(|(version, _)| *version == Some(2))
        });
        times.push(since.elapsed());
        server.settle(&path);
        fs::write(&path, &text).unwrap();
        server.did_close(&path);
        server.settle(&path);
        server.published.clear();
        server.told.clear();
        if save == saves / 10 || save + 1 == saves {
            resident.push((save + 1, memory(server.pid())));
        }
    }
    let shown: Vec<String> =
        resident.iter().map(|(save, kb)| format!("{} MB after {save} saves", kb / 1024)).collect();
    println!("memory: {}", shown.join(", "));
    times
}

/// What the process holds, in kilobytes; 0 where nobody says.
fn memory(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
