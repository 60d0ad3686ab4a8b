//! What can be asked on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "schemalint",
    version,
    about = "Checks Drizzle ORM schemas against the rules of the house, without running them",
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or config, 3 no table found.\n\
                  A folder named like a command is given as ./graph.",
    after_long_help = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or config, 3 no table found.\n\
                  \n\
                  First steps:\n  \
                  schemalint                      check the repository around you\n  \
                  schemalint init                 write a config from what is found\n  \
                  schemalint baseline             accept what is there, fail only on what is new\n  \
                  schemalint explain RULE         what a rule says, why, and what to write instead\n\
                  \n\
                  A folder named like a command is given as ./graph."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) check: Check,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check schemas (what happens without a command, too)
    Check(Check),
    /// Print what was read: tables, columns, keys, indexes and relations, with their places
    Graph(Graph),
    /// List the rules
    Rules(Rules),
    /// Show the page of a rule: what it says, why, and what to write instead
    Explain(Explain),
    /// Write a commented schemalint.json from what is found; never overwrites one
    Init(Init),
    /// Accept the findings that are there, so that only new ones fail
    Baseline(Baseline),
    /// Print the JSON Schema of the config, or the effective config with where each value comes from
    Config(Config),
    /// Print completions for a shell
    Completions(Completions),
    /// Serve an editor: the Language Server Protocol on standard input and output
    Lsp(Lsp),
}

/// Checks.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) settings: Settings,
    #[command(flatten)]
    pub(super) output: Output,
    /// Read the one file to check from standard input, as the text of this path: `-` must be given too
    #[arg(long, value_name = "PATH")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Report only what concerns files that differ from HEAD, or from --since; everything is still read
    #[arg(long)]
    pub(super) changed: bool,
    /// The revision that --changed compares with, from where it and HEAD part: main, origin/main, a tag
    #[arg(long, value_name = "REF", requires = "changed")]
    pub(super) since: Option<String>,
    /// Report what the baseline accepts, too
    #[arg(long)]
    pub(super) no_baseline: bool,
    /// Write the changes that findings offer: comments and relations; with `schema`, also what changes the database:
    /// indexes and actions
    #[arg(long, value_name = "WHAT", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "code")]
    pub(super) fix: Option<Fix>,
    /// Show what --fix would write, as a diff, and write nothing
    #[arg(long, conflicts_with_all = ["format", "output_file"])]
    pub(super) diff: bool,
    /// The level from which findings fail the run
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = FailOn::Error)]
    pub(super) fail_on: FailOn,
    /// Fail when there are more warnings than that
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_number)]
    pub(super) max_warnings: Option<usize>,
}

/// How findings are written.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// The format, or several, each with a file but one: `--format github --format json=out.json`
    /// [default: human; github under GITHUB_ACTIONS]
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = parse_format, verbatim_doc_comment)]
    pub(super) format: Vec<FormatTo>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// Say errors only: no warnings, no notes
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Show how often each rule fired, also for few findings; on standard error beside other formats than human
    #[arg(long)]
    pub(super) statistics: bool,
    /// Show how long each stage and each rule took; on standard error beside other formats than human
    #[arg(long)]
    pub(super) timings: bool,
    /// At most so many findings in full, 0 for all [default: 50 on a terminal, else all]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_number)]
    pub(super) max_findings: Option<usize>,
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are followed
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

/// Where the settings come from.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// The config [default: schemalint.json of the folder or the nearest one above]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Set the level of a rule: `--rule unindexed-foreign-key=error`
    #[arg(long, value_name = "NAME=LEVEL")]
    pub(super) rule: Vec<String>,
}

/// What is read.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Folders or files to report on; the repository around them is read to understand them
    #[arg(default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// Read ignored files, tests, templates and build output too
    #[arg(long)]
    pub(super) no_ignore: bool,
    /// How many threads may work, at most 256 [default: one per core]
    #[arg(long, value_name = "N", allow_negative_numbers = true,
        value_parser = parse_threads)]
    pub(super) threads: Option<u16>,
}

/// Prints the graph.
#[derive(Debug, Args)]
#[command(mut_arg("paths", |paths| paths.help("Folders or files to print; nothing around them is read")))]
pub(super) struct Graph {
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) settings: Settings,
    /// The format
    #[arg(long, value_enum, default_value_t = GraphFormat::Json)]
    pub(super) format: GraphFormat,
}

/// Lists the rules.
#[derive(Debug, Args)]
pub(super) struct Rules {
    /// The format
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(super) format: ListFormat,
}

/// Shows a page.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule
    pub(super) rule: String,
}

/// Writes a config.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder of the new config
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
}

/// Writes the baseline.
#[derive(Debug, Args)]
#[command(mut_arg("paths", |paths| paths.help("The folder that the baseline is for: that of the config, or the repository")))]
pub(super) struct Baseline {
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) settings: Settings,
    /// Only take out what is no longer found; add nothing
    #[arg(long)]
    pub(super) prune: bool,
}

/// Prints configs.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct ConfigWhat {
    /// The JSON Schema of schemalint.json
    #[arg(long)]
    pub(super) schema: bool,
    /// The effective config, with where each value comes from
    #[arg(long)]
    pub(super) print: bool,
}

/// Prints configs.
#[derive(Debug, Args)]
pub(super) struct Config {
    #[command(flatten)]
    pub(super) what: ConfigWhat,
    /// The folder whose config it is
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// Prints completions.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

/// Serves an editor.
#[derive(Debug, Args)]
#[command(
    after_help = "The editor starts it, and it ends when the editor does. Findings are those of `schemalint` in each folder\n\
                  that the editor has open, with what is not saved yet. docs/editors.md has set-ups."
)]
pub(super) struct Lsp {
    /// Accepted because many clients add it: standard input and output are all there is
    #[arg(long)]
    pub(super) stdio: bool,
}

/// A format, and the file that it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormatTo {
    pub(super) format: Format,
    pub(super) file: Option<PathBuf>,
}

/// How findings are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Frames of code, for people
    Human,
    /// One line for each finding
    Concise,
    /// One document, for programs; its shape is in docs/output.md
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0: GitHub code scanning, Azure, editors
    Sarif,
    /// A code quality report of GitLab
    Gitlab,
    /// Test results in JUnit's XML
    Junit,
    /// Checkstyle's XML
    Checkstyle,
    /// reviewdog's diagnostics
    Rdjson,
    /// A summary in Markdown, for $GITHUB_STEP_SUMMARY
    Markdown,
}

fn parse_format(text: &str) -> Result<FormatTo, String> {
    let (name, file) = match text.split_once('=') {
        Some((name, "-")) => (name, None),
        Some((name, "")) => return Err(format!("`{name}=` names no file")),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let format = Format::from_str(name, false).map_err(|_| {
        let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = names.map(|value| value.get_name().to_string()).collect();
        match nearest(name, names.iter().map(String::as_str)) {
            Some(meant) => format!("there is no format `{name}`, did you mean `{meant}`?"),
            None => format!("there is no format `{name}`, there are {}", names.join(", ")),
        }
    })?;
    Ok(FormatTo { format, file })
}

fn parse_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a number, 0 or more".to_string())
}

/// More would only wait for each other, and take the memory of a large machine for their stacks.
const MOST_THREADS: u16 = 256;

fn parse_threads(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| *number <= MOST_THREADS);
    number.ok_or_else(|| format!("expected a number from 0, one per core, to {MOST_THREADS}"))
}

/// The name that was probably meant: a third of its letters may differ, case and `_` do not count.
pub(super) fn nearest<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let text = text.to_lowercase().replace('_', "-");
    let near = names.into_iter().map(|name| (strsim::damerau_levenshtein(name, &text), name)).min();
    near.filter(|(distance, name)| *distance <= name.len() / 3).map(|(_, name)| name)
}

/// Which changes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Fix {
    /// What leaves the database as it is
    Code,
    /// Indexes and actions, too: the next migration has them
    Schema,
}

/// From which level findings fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Errors fail
    Error,
    /// Warnings fail, too
    Warn,
    /// Findings never fail
    Never,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// How the graph is written down.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum GraphFormat {
    /// One document; its shape is in docs/graph.md
    Json,
}

/// How the list of rules is written down.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Human,
    /// For programs
    Json,
}
