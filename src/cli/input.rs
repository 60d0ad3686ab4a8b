//! From paths on the command line to what was read.

use clap::CommandFactory;
use rustc_hash::FxHashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::arguments;
use super::{Answer, Exit, Terminal};
use crate::check::Scope;
use crate::output;
use crate::overlay::Overlay;
use crate::source::{FileId, SourceFile, Sources};
use crate::workspace::{self, Prepared, Reading, Settings};

/// Finds the root and the config of what was named.
pub(super) fn prepare(
    input: &arguments::Input,
    settings: &arguments::Settings,
    overlay: Overlay,
    terminal: Terminal,
) -> Result<Prepared, Answer> {
    let mut named = Vec::with_capacity(input.paths.len());
    let overlaid: Vec<PathBuf> = overlay.paths().cloned().collect();
    match overlaid.is_empty() {
        false => named.extend(overlaid),
        true => {
            for path in &input.paths {
                match std::fs::canonicalize(path) {
                    Ok(path) => named.push(path),
                    Err(error) => return Err(Answer::usage(cannot_open(path, &error))),
                }
            }
        }
    }
    workspace::prepare(named, overlay, input.no_ignore, |folder| load(settings, folder, terminal))
}

/// Reads the config that governs a folder, or the one that is named.
pub(super) fn load(
    settings: &arguments::Settings,
    folder: &Path,
    terminal: Terminal,
) -> Result<Settings, Answer> {
    let file = match &settings.config {
        Some(path) => match std::fs::canonicalize(path) {
            Ok(path) => Some(path),
            Err(error) => return Err(Answer::usage(format!("--config: {}", cannot_open(path, &error)))),
        },
        None => workspace::find_config(folder),
    };
    workspace::load_settings(file.as_deref(), &settings.rule).map_err(|failure| {
        let root = file.as_deref().and_then(Path::parent).unwrap_or(folder);
        let style = terminal.style(terminal.stderr_colour());
        let stderr = output::errors("config", &failure.errors, &failure.sources, &prefix(root), style);
        Answer { stdout: String::new(), stderr, exit: Exit::Usage }
    })
}

/// Reads what was prepared, on as many threads as were asked for.
pub(super) fn read<T: Send>(
    prepared: &Prepared,
    threads: Option<u16>,
    then: impl FnOnce(&Reading) -> T + Send,
) -> Result<(Reading, T), Answer> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0).into())
        .stack_size(workspace::THREAD_STACK)
        .build()
        .map_err(|error| Answer::usage(no_threads(&error)))?;
    Ok(pool.install(|| {
        let reading = workspace::read(&prepared.root, &prepared.options, &prepared.settings);
        let result = then(&reading);
        (reading, result)
    }))
}

/// What to do where the system gives no threads.
fn no_threads(error: &rayon::ThreadPoolBuildError) -> String {
    format!(
        "the system refuses to start threads ({error}); each takes {} MB of address space: allow more of it \
         (`ulimit -v`), or ask for fewer with `--threads 1`",
        workspace::THREAD_STACK >> 20
    )
}

/// Which files were asked for.
pub(super) struct Selection<'p> {
    pub(super) prepared: &'p Prepared,
    /// Files that git has as changed.
    pub(super) changed: Option<&'p FxHashSet<PathBuf>>,
}

impl Selection<'_> {
    /// Whether everything was asked for.
    pub(super) fn is_all(&self) -> bool {
        self.changed.is_none() && self.prepared.is_whole()
    }

    /// Whether a file was asked for.
    pub(super) fn holds(&self, reading: &Reading, file: FileId) -> bool {
        let is_changed = |path: &Path| self.changed.is_none_or(|changed| changed.contains(path));
        self.prepared.names(reading, file) && reading.path_of(file).is_some_and(is_changed)
    }

    /// As a check wants it.
    pub(super) fn scope<'s>(&self, holds: &'s (dyn Fn(FileId) -> bool + Sync)) -> Option<Scope<'s>> {
        (!self.is_all()).then_some(Scope { holds, with_related: self.changed.is_some() })
    }
}

/// What leads from the current folder to the root, to be put before paths.
pub(super) fn prefix(root: &Path) -> String {
    let Ok(current) = std::env::current_dir().and_then(std::fs::canonicalize) else { return String::new() };
    if let Some(inside) = below(root, &current) {
        return inside;
    }
    match current.strip_prefix(root) {
        Ok(below) => "../".repeat(below.components().count()),
        Err(_) => format!("{}/", root.display()),
    }
}

/// The files with paths from the current folder, when that lies inside of the root: `orders.ts` and not
/// `../db/orders.ts`. Elsewhere [`prefix`] is all that it takes.
pub(super) fn from_current_folder(root: &Path, reading: &Reading) -> Option<Sources> {
    let current = std::env::current_dir().and_then(std::fs::canonicalize).ok()?;
    if current == root || !current.starts_with(root) {
        return None;
    }
    let mut sources = Sources::default();
    for (file, source) in reading.graph.sources.numbered() {
        let path = reading.path_of(file).map_or_else(|| root.join(&*source.path), Path::to_path_buf);
        let path = workspace::relative(&current, &path);
        sources.add(SourceFile::new(path, source.text.clone()).into());
    }
    Some(sources)
}

/// A folder or file as it can be opened from the current folder.
pub(super) fn shown(path: &Path) -> String {
    let shown = prefix(path);
    let shown = shown.strip_suffix('/').unwrap_or(&shown);
    output::visible(if shown.is_empty() { "." } else { shown }).into_owned()
}

/// What leads from a folder to the root inside of it, to be put before paths.
pub(super) fn below(root: &Path, folder: &Path) -> Option<String> {
    let inside = root.strip_prefix(folder).ok()?;
    Some(if inside.as_os_str().is_empty() { String::new() } else { format!("{}/", inside.display()) })
}

/// Why a path cannot be opened, and what was perhaps meant.
pub(super) fn cannot_open(path: &Path, error: &std::io::Error) -> String {
    let shown = path.to_string_lossy();
    if error.kind() != std::io::ErrorKind::NotFound {
        return format!("`{}` cannot be opened: {error}", output::visible(&shown));
    }
    let commands = arguments::Cli::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    match arguments::nearest(&shown, names) {
        // A value of `--fix` that stands behind a space.
        _ if shown == "schema" => "`schema` does not exist; did you mean `--fix=schema`?".to_string(),
        Some(command) if command == shown => {
            format!("`{command}` is a command: it comes first, before options and paths")
        }
        Some(command) => {
            format!("`{}` does not exist; did you mean the command `{command}`?", output::visible(&shown))
        }
        None => format!("`{}` does not exist", output::visible(&shown)),
    }
}

/// What was not read, and why.
pub(super) fn notes(reading: &Reading, root: &Path) -> String {
    let mut text = String::new();
    for (path, error) in &reading.unreadable_paths {
        let path = path.to_string_lossy();
        let _ = writeln!(
            text,
            "warning: `{}` could not be read: {}",
            output::visible(&path),
            output::visible(error)
        );
    }
    for problem in &reading.problems {
        let file = reading.graph.sources.get(problem.span.file);
        let line = file.position(problem.span.range.start).line;
        let (path, message) = (output::visible(&file.path), output::visible(&problem.message));
        let _ = writeln!(text, "warning: {}{path}:{line}: {message}", output::visible(&prefix(root)));
    }
    if let Some(first) = reading.ignored.first() {
        let count = reading.ignored.len();
        let files =
            if count == 1 { "a file looks like a schema but is" } else { "files look like schemas but are" };
        let number = if count == 1 { String::new() } else { format!("{count} ") };
        let first = first.to_string_lossy();
        let first = output::visible(&first);
        let _ = writeln!(
            text,
            "note: {number}{files} left out by .gitignore, `{first}` first; name it to read it"
        );
    }
    if let Some(other) = reading.other_configs.first() {
        let rest = reading.other_configs.len() - 1;
        let rest = if rest > 0 { format!(", nor are {rest} more below the root") } else { String::new() };
        let other = other.to_string_lossy();
        let _ = writeln!(
            text,
            "note: `{}` is not in use here{rest}: run it in its folder, or name it with --config",
            output::visible(&other)
        );
    }
    text
}

/// Files that were named though the config leaves them out.
pub(super) fn named_but_excluded(prepared: &Prepared) -> String {
    let mut text = String::new();
    for path in prepared.named.iter().filter(|path| prepared.options.files.excludes(path)) {
        let _ = writeln!(text, "note: `{}` is left out by `files.exclude` of the config", shown(path));
    }
    text
}

/// Why there was nothing to check.
pub(super) fn nothing_to_check(prepared: &Prepared, reading: &Reading) -> String {
    let Prepared { root, named, settings, .. } = prepared;
    let tables = reading.graph.own_tables().count();
    if tables > 0 {
        if prepared.is_whole() && !reading.excluded.is_empty() {
            return "no table left: `files.exclude` of the config leaves out all files that declare some
"
            .to_string();
        }
        let named: Vec<String> = named.iter().map(|path| format!("`{}`", shown(path))).collect();
        let (are, tables) = match tables {
            1 => ("is", "1 table".to_string()),
            _ => ("are", format!("{tables} tables")),
        };
        return format!(
            "no table found in {}; around it, in `{}`, {are} {tables}\n",
            named.join(", "),
            shown(root)
        );
    }
    if let Some(globs) = &settings.config.files.include {
        let globs: Vec<String> = globs.list().iter().map(|glob| format!("`{}`", glob.pattern())).collect();
        return format!(
            "no table found in `{}`: `files.include` of the config asks for {}, of {}\n",
            output::visible(&root.to_string_lossy()),
            output::visible(&globs.join(", ")),
            scripts(reading)
        );
    }
    let exclude: Vec<String> =
        settings.config.files.exclude.list().iter().map(|glob| format!("`{}`", glob.pattern())).collect();
    let mut text = nothing_found(root, reading);
    if !exclude.is_empty() {
        let _ = writeln!(
            text,
            "note: `files.exclude` of the config leaves out {}",
            output::visible(&exclude.join(", "))
        );
    }
    text
}

/// Why there is no table at all.
pub(super) fn nothing_found(root: &Path, reading: &Reading) -> String {
    format!(
        "no table found in `{}`: looked at {} for drizzle.config files, `*.schema.ts` names and calls of \
         pgTable, mysqlTable, sqliteTable, singlestoreTable, gelTable, mssqlTable, cockroachTable, their creators and schemas\n",
        output::visible(&root.to_string_lossy()),
        scripts(reading)
    )
}

fn scripts(reading: &Reading) -> String {
    match reading.looked_at {
        1 => "1 script".to_string(),
        more => format!("{more} scripts"),
    }
}
