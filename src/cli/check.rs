//! `check`, `graph` and `baseline`.

use std::path::Path;
use std::time::Instant;

use super::arguments::{self, FailOn, Format, FormatTo};
use super::input::{self, Selection, notes, nothing_to_check, prefix};
use super::{Answer, Exit, Terminal, fix};
use crate::baseline::{self, Baseline};
use crate::boundary::write_asked;
use crate::check::{Asked, Run, check};
use crate::graph::json;
use crate::output::{self, Report, Style};
use crate::overlay::Overlay;
use crate::rule::Level;
use crate::source::FileId;
use crate::workspace::{self, BrokenBaseline, Prepared, Reading};

/// Checks and writes every format that was asked for.
pub(super) fn run(arguments: &arguments::Check, terminal: Terminal, stdin: super::Stdin<'_>) -> Answer {
    match try_run(arguments, terminal, stdin) {
        Ok(answer) | Err(answer) => answer,
    }
}

fn try_run(
    arguments: &arguments::Check,
    terminal: Terminal,
    stdin: super::Stdin<'_>,
) -> Result<Answer, Answer> {
    let since = Instant::now();
    let terminal = terminal.with(arguments.output.color);
    let formats = formats(&arguments.output, terminal)?;
    let overlay = overlay(arguments, stdin)?;
    let mut prepared = input::prepare(&arguments.input, &arguments.settings, overlay, terminal)?;
    let changed = match arguments.changed {
        true => {
            let changed = workspace::changed_files(&prepared.root, arguments.since.as_deref());
            let mut changed = changed.map_err(|error| Answer::usage(format!("--changed: {error}")))?;
            // What an editor has differs from what git knows.
            changed.extend(prepared.options.overlay.paths().cloned());
            Some(changed)
        }
        false => None,
    };
    let accepted = match arguments.no_baseline {
        true => None,
        false => read_baseline(&mut prepared, terminal)?,
    };
    let mut fixed = String::new();
    let what = arguments.fix.or(arguments.diff.then_some(arguments::Fix::Code));
    if let Some(what) = what {
        let outcome = fix::fix(&mut prepared, arguments, what, changed.as_ref(), accepted.as_ref())?;
        if arguments.diff {
            return Ok(outcome.into_diff(terminal));
        }
        fixed = outcome.write()?;
    }
    let selection = Selection { prepared: &prepared, changed: changed.as_ref() };
    let (reading, run) = input::read(&prepared, arguments.input.threads, |reading| {
        let holds = |file: FileId| selection.holds(reading, file);
        let scope = selection.scope(&holds);
        check(reading, &prepared.settings.config, &Asked { baseline: accepted.as_ref(), scope }, since)
    })?;
    let exit = exit_of(&run, arguments, &selection, &reading);
    let mut stderr = fixed;
    if !arguments.output.quiet {
        stderr += &notes(&reading, &prepared.root);
        stderr += &input::named_but_excluded(&prepared);
    }
    if exit == Exit::Nothing {
        stderr.push_str(&nothing_to_check(&prepared, &reading));
    }
    if exit == Exit::Findings {
        stderr.push_str(&why_warnings_fail(&run, arguments));
    }
    let mut run = if arguments.output.quiet { errors_only(run) } else { run };
    let prefix = prefix(&prepared.root);
    run.detected.config = run.detected.config.map(|config| format!("{prefix}{config}"));
    let from_here = input::from_current_folder(&prepared.root, &reading);
    let from_root = Report { run: &run, sources: &reading.graph.sources, prefix: &prefix };
    let report = match &from_here {
        Some(sources) => Report { sources, prefix: "", ..from_root },
        None => from_root,
    };
    let checkout = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().find_map(std::env::var_os);
    let checkout = checkout.and_then(|path| std::fs::canonicalize(path).ok());
    let from_checkout = checkout.as_deref().and_then(|checkout| input::below(&prepared.root, checkout));
    // Tables are for people: where no output is, they go beside it.
    if formats.iter().all(|to| to.format != Format::Human) {
        let Report { run, .. } = report;
        stderr.push_str(&if arguments.output.statistics { output::by_rule(run) } else { String::new() });
        stderr.push_str(&if arguments.output.timings { output::timings(run) } else { String::new() });
    }
    let mut stdout = String::new();
    for FormatTo { format, file } in formats {
        let style = style(&arguments.output, terminal, file.is_some());
        // CI shows places by their paths from the checkout, wherever the step was started.
        let for_ci = match &from_checkout {
            Some(prefix) => Report { prefix, ..from_root },
            None => report,
        };
        let text = match format {
            Format::Human => output::human(&report, style),
            Format::Concise => output::concise(&report),
            Format::Json => output::json(&report),
            Format::Junit => output::junit(&report),
            Format::Checkstyle => output::checkstyle(&report),
            Format::Rdjson => output::rdjson(&report),
            Format::Github => output::github(&for_ci),
            Format::Sarif => output::sarif(&for_ci),
            Format::Gitlab => output::gitlab(&for_ci),
            Format::Markdown => output::markdown(&for_ci),
        };
        match file {
            None => stdout = text,
            Some(path) => write_asked(workspace::repository_root(&prepared.root), &path, &text)
                .map_err(|error| Answer::usage(format!("`{}` cannot be written: {error}", path.display())))?,
        }
    }
    // The process ends now, and the system takes back everything at once: far quicker than tree by tree.
    std::mem::forget(reading);
    Ok(Answer { stdout, stderr, exit })
}

/// The formats with their files; at most one goes to standard output.
fn formats(output: &arguments::Output, terminal: Terminal) -> Result<Vec<FormatTo>, Answer> {
    let mut formats = output.format.clone();
    if formats.is_empty() {
        let format = if terminal.is_github { Format::Github } else { Format::Human };
        formats.push(FormatTo { format, file: None });
    }
    let mut without_file = formats.iter_mut().filter(|to| to.file.is_none());
    let first = without_file.next();
    if without_file.next().is_some() {
        return Err(Answer::usage(
            "several formats cannot share standard output; give all but one a file: `--format json=out.json`",
        ));
    }
    match (first, &output.output_file) {
        (Some(first), Some(file)) => first.file = Some(file.clone()),
        (None, Some(file)) => {
            let file = file.display();
            return Err(Answer::usage(format!(
                "every format has its own file, so nothing is left for `{file}`"
            )));
        }
        (_, None) => {}
    }
    // `./a.json` is `a.json`.
    let place = |to: &FormatTo| to.file.as_ref().and_then(|file| std::path::absolute(file).ok());
    for (index, to) in formats.iter().enumerate() {
        if let Some(file) = &to.file
            && formats[..index].iter().any(|other| place(other) == place(to))
        {
            return Err(Answer::usage(format!("two formats cannot share the file `{}`", file.display())));
        }
    }
    Ok(formats)
}

/// The text of standard input as that of a file.
fn overlay(arguments: &arguments::Check, stdin: super::Stdin<'_>) -> Result<Overlay, Answer> {
    let dash = arguments.input.paths.iter().any(|path| path.as_os_str() == "-");
    match (&arguments.stdin_filename, dash) {
        (None, false) => Ok(Overlay::default()),
        (None, true) => Err(Answer::usage("`-` needs --stdin-filename: the path that the text stands for")),
        (Some(_), false) => Err(Answer::usage("--stdin-filename needs `-` as the path to check")),
        (Some(_), true) if arguments.input.paths.len() > 1 => {
            Err(Answer::usage("`-` stands alone: other paths cannot be checked beside it"))
        }
        (Some(path), true) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            let folder = std::fs::canonicalize(folder).map_err(|error| {
                Answer::usage(format!("--stdin-filename: {}", input::cannot_open(folder, &error)))
            })?;
            let name = path
                .file_name()
                .filter(|_| !path.is_dir())
                .ok_or_else(|| Answer::usage(format!("--stdin-filename: `{}` is no file", path.display())))?;
            let text = stdin().map_err(|error| Answer::usage(format!("standard input: {error}")))?;
            let mut overlay = Overlay::default();
            overlay.insert(folder.join(name), text);
            Ok(overlay)
        }
    }
}

/// The baseline beside the config, or at the root.
fn read_baseline(prepared: &mut Prepared, terminal: Terminal) -> Result<Option<Baseline>, Answer> {
    workspace::read_baseline(prepared).map_err(|broken| match broken {
        BrokenBaseline::Unreadable(message) => Answer::usage(message),
        BrokenBaseline::Wrong(errors) => {
            let style = terminal.style(terminal.stderr_colour());
            let sources = &prepared.settings.sources;
            let mut stderr = output::errors("baseline", &errors, sources, &prefix(&prepared.root), style);
            stderr.push_str(
                "Nothing was checked or written. Correct the file, or delete it and write it anew with `schemalint baseline`.\n",
            );
            Answer { stdout: String::new(), stderr, exit: Exit::Usage }
        }
    })
}

fn exit_of(run: &Run, arguments: &arguments::Check, selection: &Selection<'_>, reading: &Reading) -> Exit {
    if !run.broken_rules.is_empty() {
        return Exit::Usage;
    }
    let count = |level| run.findings.iter().filter(|finding| finding.level == level).count();
    let fails = match arguments.fail_on {
        FailOn::Error => count(Level::Error) > 0,
        FailOn::Warn => !run.findings.is_empty(),
        FailOn::Never => false,
    };
    if fails || arguments.max_warnings.is_some_and(|most| count(Level::Warn) > most) {
        return Exit::Findings;
    }
    // A file that is named may hold no table, and nothing may have changed; a folder that holds none is a
    // mistake.
    let names_folder = selection.prepared.named.iter().any(|path| path.is_dir());
    let none_at_all = reading.graph.own_tables().next().is_none();
    let nothing = none_at_all || run.counts.tables == 0 && names_folder && selection.changed.is_none();
    if nothing { Exit::Nothing } else { Exit::Clean }
}

/// Why the run fails, where its output does not show it.
fn why_warnings_fail(run: &Run, arguments: &arguments::Check) -> String {
    let warnings = run.findings.iter().filter(|finding| finding.level == Level::Warn).count();
    let number = if warnings == 1 { "1 warning".to_string() } else { format!("{warnings} warnings") };
    match arguments.max_warnings {
        Some(most) if warnings > most => format!("error: {number}, --max-warnings allows {most}\n"),
        _ if arguments.output.quiet && warnings > 0 && arguments.fail_on == FailOn::Warn => {
            format!("error: {number}, not shown because of --quiet, and --fail-on warn\n")
        }
        _ => String::new(),
    }
}

fn errors_only(mut run: Run) -> Run {
    let all = run.findings.len();
    run.findings.retain(|finding| finding.level == Level::Error);
    run.counts.hidden = all - run.findings.len();
    run.notes.clear();
    run
}

fn style(output: &arguments::Output, terminal: Terminal, to_file: bool) -> Style {
    let colour = match output.color {
        arguments::Color::Auto => !to_file && terminal.colour(),
        arguments::Color::Always => true,
        arguments::Color::Never => false,
    };
    let on_terminal = terminal.is_terminal && !to_file;
    Style {
        links: on_terminal && terminal.links && colour,
        max_findings: output.max_findings.or(on_terminal.then_some(MOST_ON_TERMINAL)),
        statistics: output.statistics,
        timings: output.timings,
        ..terminal.style(colour)
    }
}

/// More frames than that nobody reads on a first run.
const MOST_ON_TERMINAL: usize = 50;

/// Prints the graph.
pub(super) fn graph(arguments: &arguments::Graph, terminal: Terminal) -> Answer {
    let read = || -> Result<Answer, Answer> {
        let mut prepared =
            input::prepare(&arguments.input, &arguments.settings, Overlay::default(), terminal)?;
        // What is printed is what was named, not the repository around it.
        prepared.narrow();
        let (reading, ()) = input::read(&prepared, arguments.input.threads, |_| ())?;
        let mut stderr = notes(&reading, &prepared.root);
        let mut exit = Exit::Clean;
        if reading.graph.tables.is_empty() {
            stderr.push_str(&nothing_to_check(&prepared, &reading));
            exit = Exit::Nothing;
        }
        let stdout = match arguments.format {
            arguments::GraphFormat::Json => {
                output::visible_json(format!("{:#}\n", json::graph(&reading.graph)))
            }
        };
        Ok(Answer { stdout, stderr, exit })
    };
    read().unwrap_or_else(|answer| answer)
}

/// Writes or prunes the baseline.
pub(super) fn baseline(arguments: &arguments::Baseline, terminal: Terminal) -> Answer {
    let write = || -> Result<Answer, Answer> {
        let since = Instant::now();
        let mut prepared =
            input::prepare(&arguments.input, &arguments.settings, Overlay::default(), terminal)?;
        // A damaged baseline is not overwritten: somebody may have resolved a merge half.
        let before = read_baseline(&mut prepared, terminal)?;
        let path = workspace::baseline_path(&prepared);
        let (selection, config) =
            (Selection { prepared: &prepared, changed: None }, &prepared.settings.config);
        if !selection.is_all() {
            return Err(Answer::usage(format!(
                "a baseline holds the findings of everything around `{}`: `schemalint baseline {}` writes it",
                input::shown(&selection.prepared.named[0]),
                input::shown(&selection.prepared.root)
            )));
        }
        let (reading, run) = input::read(&prepared, arguments.input.threads, |reading| {
            check(reading, config, &Asked::default(), since)
        })?;
        if !run.broken_rules.is_empty() {
            let names: Vec<&str> = run.broken_rules.iter().map(|(rule, _)| *rule).collect();
            return Err(Answer::usage(format!(
                "the rules {} panicked: nothing was written",
                names.join(", ")
            )));
        }
        if reading.graph.own_tables().next().is_none() {
            let stderr = notes(&reading, &prepared.root) + &nothing_to_check(&prepared, &reading);
            return Ok(Answer { stdout: String::new(), stderr, exit: Exit::Nothing });
        }
        let unread = run.findings.iter().filter(|finding| finding.rule == baseline::NEVER_ACCEPTED).count();
        if arguments.prune && (unread > 0 || !reading.unreadable_paths.is_empty()) {
            return Err(Answer::usage(
                "files could not be read, so it is not known what is gone: nothing was written (`schemalint` \
                 shows them)",
            ));
        }
        let after = match (arguments.prune, &before) {
            (false, _) => Baseline::of(&run.findings),
            (true, Some(before)) => before.pruned(&run.findings),
            (true, None) => {
                return Err(Answer::usage(format!("there is no `{}` to prune", path.display())));
            }
        };
        write_asked(workspace::repository_root(&prepared.root), &path, &after.to_text())
            .map_err(|error| Answer::usage(format!("`{}` cannot be written: {error}", path.display())))?;
        let was = before.map(|before| format!(", {} before", before.len())).unwrap_or_default();
        let findings = if after.len() == 1 { "finding" } else { "findings" };
        let shown = format!("{}{}", prefix(path.parent().unwrap_or(&path)), baseline::FILE);
        let stdout = format!("{}: {} {findings} accepted{was}\n", output::visible(&shown), after.len());
        Ok(Answer { stdout, stderr: notes(&reading, &prepared.root), exit: Exit::Clean })
    };
    write().unwrap_or_else(|answer| answer)
}
