//! The command line: what can be asked, and what the program answers with. Only `main` prints.

mod about;
mod arguments;
mod check;
mod diff;
mod fix;
mod init;
mod input;

use clap::Parser;

use crate::lsp;
use crate::output::{Style, visible};
use arguments::{Cli, Color, Command};

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to complain about.
    Clean = 0,
    /// Findings that fail the run.
    Findings = 1,
    /// The program was asked for something that it cannot do.
    Usage = 2,
    /// There was no table to check.
    Nothing = 3,
}

/// What the program says and how it ends.
#[derive(Debug)]
pub struct Answer {
    /// For standard output.
    pub stdout: String,
    /// For standard error.
    pub stderr: String,
    /// The exit code.
    pub exit: Exit,
}

impl Answer {
    /// Something that the program cannot do, in one line, whatever the names in it are.
    fn usage(message: impl std::fmt::Display) -> Self {
        let stderr = format!("error: {}\n", visible(&message.to_string()));
        Self { stdout: String::new(), stderr, exit: Exit::Usage }
    }
}

/// Where the output goes, as far as it matters for how it looks.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Standard output is a terminal.
    pub is_terminal: bool,
    /// Standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// Its width in columns.
    pub width: usize,
    /// `NO_COLOR` is set.
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set.
    pub force_color: bool,
    /// It can follow links.
    pub links: bool,
    /// `GITHUB_ACTIONS` is set.
    pub is_github: bool,
}

impl Terminal {
    /// Whether standard output has colours.
    const fn colour(self) -> bool {
        !self.no_color && (self.is_terminal || self.force_color)
    }

    /// Whether standard error has colours.
    const fn stderr_colour(self) -> bool {
        !self.no_color && (self.stderr_is_terminal || self.force_color)
    }

    /// As `--color` says.
    const fn with(self, color: Color) -> Self {
        match color {
            Color::Auto => self,
            Color::Always => Self { no_color: false, force_color: true, ..self },
            Color::Never => Self { no_color: true, ..self },
        }
    }

    fn style(self, colour: bool) -> Style {
        Style { colour, width: self.width, ..Style::default() }
    }
}

/// Reads all of standard input.
pub type Stdin<'a> = &'a dyn Fn() -> std::io::Result<Vec<u8>>;

/// Answers a command line. `streams` gives standard input and output to a server, which answers by itself.
pub fn answer(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    terminal: Terminal,
    stdin: Stdin<'_>,
    streams: &dyn Fn() -> lsp::Streams,
) -> Answer {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let render = |colour: bool| match colour {
                true => error.render().ansi().to_string(),
                false => error.render().to_string(),
            };
            return match error.use_stderr() {
                true => Answer {
                    stdout: String::new(),
                    stderr: render(terminal.stderr_colour()),
                    exit: Exit::Usage,
                },
                false => {
                    Answer { stdout: render(terminal.colour()), stderr: String::new(), exit: Exit::Clean }
                }
            };
        }
    };
    match cli.command {
        None => check::run(&cli.check, terminal, stdin),
        Some(Command::Check(arguments)) => check::run(&arguments, terminal, stdin),
        Some(Command::Graph(arguments)) => check::graph(&arguments, terminal),
        Some(Command::Baseline(arguments)) => check::baseline(&arguments, terminal),
        Some(Command::Rules(arguments)) => about::rules(&arguments),
        Some(Command::Explain(arguments)) => about::explain(&arguments),
        Some(Command::Config(arguments)) => about::config(&arguments, terminal),
        Some(Command::Completions(arguments)) => about::completions(&arguments),
        Some(Command::Init(arguments)) => init::run(&arguments, terminal),
        Some(Command::Lsp(_)) => match lsp::serve(streams()) {
            // The protocol asks for 0 and 1.
            Ok(is_clean) => {
                let exit = if is_clean { Exit::Clean } else { Exit::Findings };
                Answer { stdout: String::new(), stderr: String::new(), exit }
            }
            Err(error) => Answer::usage(error),
        },
    }
}
