//! The program: arguments in, text and an exit code out.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use schemalint::cli::{Terminal, answer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let terminal = Terminal {
        is_terminal: io::stdout().is_terminal(),
        width: std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok()).unwrap_or(100),
        no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
    };
    let answer = answer(std::env::args_os(), terminal);
    // A reader that closed the pipe has all that it wanted.
    let written = io::stdout().write_all(answer.stdout.as_bytes()).and_then(|()| io::stdout().flush());
    let _ = io::stderr().write_all(answer.stderr.as_bytes());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(2),
        _ => ExitCode::from(answer.exit as u8),
    }
}
