//! The program: arguments in, text and an exit code out.

use std::io::{self, IsTerminal, Read, Write};
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use schemalint::cli::{Terminal, answer};
use schemalint::lsp::Streams;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let terminal = terminal();
    let stdin = || {
        let mut text = Vec::new();
        io::stdin().read_to_end(&mut text).map(|_| text)
    };
    let streams =
        || Streams { input: Box::new(io::BufReader::new(io::stdin())), output: Box::new(io::stdout()) };
    let answer = with_progress(terminal.stderr_is_terminal && terminal.is_terminal, || {
        catch_unwind(|| answer(std::env::args_os(), terminal, &stdin, &streams))
    });
    // What it panicked with has been said.
    let Ok(answer) = answer else {
        let issues = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");
        let _ = writeln!(
            io::stderr(),
            "error: this is a defect of schemalint: please report what stands above at {issues}"
        );
        return ExitCode::from(2);
    };
    // A reader that closed the pipe has all that it wanted.
    let written = io::stdout().write_all(answer.stdout.as_bytes()).and_then(|()| io::stdout().flush());
    let _ = io::stderr().write_all(answer.stderr.as_bytes());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "error: standard output cannot be written: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::from(answer.exit as u8),
    }
}

fn terminal() -> Terminal {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let columns = std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok());
    let measured = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Terminal {
        is_terminal: io::stdout().is_terminal(),
        stderr_is_terminal: io::stderr().is_terminal(),
        width: columns.or(measured).unwrap_or(100).clamp(40, 400),
        no_color: is_set("NO_COLOR"),
        force_color: std::env::var("CLICOLOR_FORCE").is_ok_and(|value| !matches!(&*value, "" | "0")),
        links: supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        is_github: std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true"),
    }
}

/// Says on a terminal that the program is at work, once that takes longer than half a second.
fn with_progress<T>(on_terminal: bool, work: impl FnOnce() -> T) -> T {
    if !on_terminal {
        return work();
    }
    let since = Instant::now();
    let (done, is_done) = mpsc::channel::<()>();
    let line = thread::spawn(move || {
        let mut shown = false;
        let mut wait = Duration::from_millis(500);
        while let Err(mpsc::RecvTimeoutError::Timeout) = is_done.recv_timeout(wait) {
            let seconds = since.elapsed().as_secs_f32();
            let _ = write!(io::stderr(), "\r\x1b[2Kschemalint: reading and checking, {seconds:.1} s");
            shown = true;
            wait = Duration::from_millis(100);
        }
        if shown {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    });
    let result = work();
    drop(done);
    let _ = line.join();
    result
}
