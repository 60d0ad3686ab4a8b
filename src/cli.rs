//! The command line: what can be asked, and what the program answers with.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::check::{Run, check};
use crate::discover::Options;
use crate::graph::json;
use crate::output::{Report, Style, human};
use crate::rule::Level;
use crate::workspace::{self, Reading};

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

/// What the program says and how it ends. Only `main` prints.
#[derive(Debug)]
pub struct Answer {
    /// For standard output.
    pub stdout: String,
    /// For standard error.
    pub stderr: String,
    /// The exit code.
    pub exit: Exit,
}

/// Where the output goes, as far as it matters for how it looks.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Standard output is a terminal.
    pub is_terminal: bool,
    /// Its width in columns.
    pub width: usize,
    /// `NO_COLOR` is set.
    pub no_color: bool,
}

#[derive(Debug, Parser)]
#[command(
    name = "schemalint",
    version,
    about = "Checks Drizzle ORM schemas against the rules of the house, without running them",
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 clean, 1 errors found, 2 wrong usage, 3 no table found.\n\
                  A folder named like a command is given as ./graph."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: Check,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check schemas (what happens without a command, too)
    Check(Check),
    /// Print what was read: tables, columns, keys, indexes and relations, with their places
    Graph(Graph),
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    input: Input,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Debug, Args)]
struct Graph {
    #[command(flatten)]
    input: Input,
    /// The format
    #[arg(long, value_enum, default_value_t = GraphFormat::Json)]
    format: GraphFormat,
}

#[derive(Debug, Args)]
struct Input {
    /// Folders or files to read
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Read ignored files, tests, templates and build output too
    #[arg(long)]
    no_ignore: bool,
    /// How many threads may work (default: one per core)
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum GraphFormat {
    /// One document; its shape is in docs/graph.md
    Json,
}

/// Answers a command line.
pub fn answer(arguments: impl IntoIterator<Item = std::ffi::OsString>, terminal: Terminal) -> Answer {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let text = if terminal.is_terminal {
                error.render().ansi().to_string()
            } else {
                error.render().to_string()
            };
            return match error.use_stderr() {
                true => Answer { stdout: String::new(), stderr: text, exit: Exit::Usage },
                false => Answer { stdout: text, stderr: String::new(), exit: Exit::Clean },
            };
        }
    };
    match cli.command {
        None => run_check(&cli.check, terminal),
        Some(Command::Check(check)) => run_check(&check, terminal),
        Some(Command::Graph(graph)) => run_graph(&graph),
    }
}

fn run_check(options: &Check, terminal: Terminal) -> Answer {
    let since = Instant::now();
    let (root, reading) = match read(&options.input) {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let run = check(&reading, since);
    let colour = match options.color {
        Color::Auto => terminal.is_terminal && !terminal.no_color,
        Color::Always => true,
        Color::Never => false,
    };
    let style = Style { colour, width: terminal.width, ..Style::default() };
    let prefix = prefix(&root);
    let report = Report { run: &run, sources: &reading.graph.sources, prefix: &prefix };
    let stdout = human(&report, style);
    let mut stderr = notes(&reading);
    let exit = exit_of(&run);
    if exit == Exit::Nothing {
        stderr.push_str(&nothing_found(&root, &reading));
    }
    Answer { stdout, stderr, exit }
}

fn run_graph(options: &Graph) -> Answer {
    let (root, reading) = match read(&options.input) {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let mut stderr = notes(&reading);
    let mut exit = Exit::Clean;
    if reading.graph.tables.is_empty() {
        stderr.push_str(&nothing_found(&root, &reading));
        exit = Exit::Nothing;
    }
    let stdout = match options.format {
        GraphFormat::Json => format!("{:#}\n", json::graph(&reading.graph)),
    };
    Answer { stdout, stderr, exit }
}

fn exit_of(run: &Run) -> Exit {
    if !run.broken_rules.is_empty() {
        return Exit::Usage;
    }
    if run.findings.iter().any(|finding| finding.level == Level::Error) {
        return Exit::Findings;
    }
    if run.counts.tables == 0 { Exit::Nothing } else { Exit::Clean }
}

/// Reads what the paths name. Their common folder is the root that paths are shown from.
fn read(input: &Input) -> Result<(PathBuf, Reading), Answer> {
    let usage = |stderr: String| Answer { stdout: String::new(), stderr, exit: Exit::Usage };
    let mut paths = Vec::with_capacity(input.paths.len());
    for path in &input.paths {
        match std::fs::canonicalize(path) {
            Ok(path) => paths.push(path),
            Err(error) => return Err(usage(format!("error: `{}`: {error}\n", path.display()))),
        }
    }
    let root = common_folder(&paths);
    let options = Options { paths, no_ignore: input.no_ignore, ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(input.threads.unwrap_or(0))
        .stack_size(STACK)
        .build()
        .map_err(|error| usage(format!("error: no threads: {error}\n")))?;
    let reading = pool.install(|| workspace::read(&root, &options));
    Ok((root, reading))
}

/// Stack of each thread: the parser's tree is taken apart recursively, however deep it nests. Virtual
/// memory until it is used.
const STACK: usize = 128 << 20;

fn common_folder(paths: &[PathBuf]) -> PathBuf {
    let folder = |path: &PathBuf| {
        if path.is_dir() { path.clone() } else { path.parent().unwrap_or(path).to_path_buf() }
    };
    let mut common = paths.first().map(folder).unwrap_or_default();
    for path in paths {
        while !path.starts_with(&common) && common.pop() {}
    }
    common
}

/// What leads from the current folder to the root, to be put before paths.
fn prefix(root: &Path) -> String {
    let Ok(current) = std::env::current_dir().and_then(std::fs::canonicalize) else { return String::new() };
    match root.strip_prefix(&current) {
        Ok(inside) if inside.as_os_str().is_empty() => String::new(),
        Ok(inside) => format!("{}/", inside.display()),
        Err(_) => format!("{}/", root.display()),
    }
}

/// What was not read, and why.
fn notes(reading: &Reading) -> String {
    let mut text = String::new();
    for (path, error) in &reading.unreadable_paths {
        let _ = writeln!(text, "warning: `{}` could not be read: {error}", path.display());
    }
    if let Some(first) = reading.ignored.first() {
        let count = reading.ignored.len();
        let files =
            if count == 1 { "a file looks like a schema but is" } else { "files look like schemas but are" };
        let number = if count == 1 { String::new() } else { format!("{count} ") };
        let _ = writeln!(
            text,
            "note: {number}{files} left out by .gitignore, `{}` first; name it to read it",
            first.display()
        );
    }
    text
}

fn nothing_found(root: &Path, reading: &Reading) -> String {
    format!(
        "no table found in `{}`: looked at {} scripts for drizzle.config files, `*.schema.ts` names and calls of \
         pgTable, mysqlTable, sqliteTable, singlestoreTable, gelTable, mssqlTable, cockroachTable, their creators and schemas\n",
        root.display(),
        reading.looked_at
    )
}
