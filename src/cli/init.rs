//! `init`: a commented config from what is found.

mod found;
mod houses;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;
use walkdir::WalkDir;

use super::arguments;
use super::input::{self, notes, nothing_found, prefix};
use super::{Answer, Exit, Terminal};
use crate::discover::{CONFIG, Files, Options, exclude};
use crate::output::{visible, visible_json};
use crate::workspace::{self, Prepared};
use found::Found;
use houses::{Beside, Manifest};
use text::{findings, lead, many, names, text};

/// Writes a config into a folder that has none.
pub(super) fn run(arguments: &arguments::Init, terminal: Terminal) -> Answer {
    write(&arguments.path, terminal).unwrap_or_else(|answer| answer)
}

fn write(path: &Path, terminal: Terminal) -> Result<Answer, Answer> {
    let since = Instant::now();
    let wrong = |error: &dyn std::fmt::Display| {
        Answer::usage(format!("`{}`: {error}", visible(&path.to_string_lossy())))
    };
    let root = std::fs::canonicalize(path).map_err(|error| wrong(&error))?;
    if !root.is_dir() {
        return Err(wrong(&"it is no folder"));
    }
    let file = root.join(CONFIG);
    let shown = visible(&format!("{}{CONFIG}", prefix(&root))).into_owned();
    let exists = || Answer::usage(format!("`{shown}` exists already; init does not overwrite it"));
    // A link that leads nowhere is one, too.
    if file.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let above = workspace::find_config(&root);
    let defaults = arguments::Settings { config: None, rule: Vec::new() };
    let load = || match workspace::load_settings(None, &defaults.rule) {
        Ok(settings) => Ok(settings),
        // The defaults are right; should they not be, this says how.
        Err(_) => input::load(&defaults, &root, terminal),
    };
    let settings = load()?;
    let files = Files { root: root.clone(), config: settings.config.files.clone() };
    let options = Options { paths: vec![root.clone()], files, ..Options::default() };
    let prepared = Prepared { root: root.clone(), named: vec![root.clone()], settings, options };
    let (beside, config) = (beside(&root), load()?.config);
    let (reading, found) = input::read(&prepared, None, |reading| {
        reading.graph.own_tables().next()?;
        Some(Found::of(reading, config, &beside, since))
    })?;
    let mut stderr = notes(&reading, &root);
    let Some(found) = found else {
        stderr.push_str(&nothing_found(&root, &reading));
        return Ok(Answer { stdout: String::new(), stderr, exit: Exit::Nothing });
    };
    let created = OpenOptions::new().write(true).create_new(true).open(&file);
    let written = created.and_then(|mut created| {
        let written = created.write_all(visible_json(text(&found)).as_bytes());
        // Half a config is worse than none; it was not there before.
        written.inspect_err(|_| drop(std::fs::remove_file(&file)))
    });
    if let Err(error) = written {
        let is_there = error.kind() == std::io::ErrorKind::AlreadyExists;
        return Err(if is_there {
            exists()
        } else {
            Answer::usage(format!("`{shown}` cannot be written: {error}"))
        });
    }
    if let Some(above) = above {
        let above = above.to_string_lossy();
        let _ =
            writeln!(stderr, "note: `{}` no longer holds here: the new config takes over", visible(&above));
    }
    let here = prefix(&root);
    let stdout = summary(&found, &shown, here.trim_end_matches('/'));
    Ok(Answer { stdout, stderr, exit: Exit::Clean })
}

/// What stands beside the schema, by paths from the root: Markdown below `docs` or `content`, files that speak of links
/// by their names, and the package.json files.
fn beside(root: &Path) -> Beside {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !entry.file_type().is_dir() || !exclude::folder(&name, true)
    });
    let mut beside = Beside::default();
    for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
        let Ok(path) = entry.path().strip_prefix(root) else { continue };
        let path = path.to_string_lossy().replace('\\', "/");
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let mut folders = folders.split('/');
        let is_page = name.ends_with(".md") || name.ends_with(".mdx");
        let is_link = name.ends_with(".ts")
            && (name.contains("link") || folders.clone().any(|folder| folder == "links"));
        if is_page && folders.any(|folder| matches!(folder, "docs" | "content")) {
            beside.pages.push(path);
        } else if name == "package.json" {
            let text = std::fs::read_to_string(entry.path());
            beside.manifests.extend(text.map(|text| Manifest { path, text }));
        } else if is_link {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            if text.contains("= defineLink(")
                || text.contains("default defineLink(")
                || text.contains(": LinkableDefinition")
            {
                beside.links.push(path);
            }
        }
    }
    beside
}

/// What was done, in a few lines.
fn summary(found: &Found, shown: &str, folder: &str) -> String {
    let mut out = format!("wrote {shown}\n\n");
    let tables = many(found.tables, "table", "tables");
    let _ = writeln!(out, "  {tables}, {}", found.databases.join(", "));
    match &found.configs[..] {
        [] => {}
        [one] => drop(writeln!(out, "  1 drizzle.config: {}", visible(&one.path))),
        several => drop(writeln!(out, "  {} drizzle.configs", several.len())),
    }
    if !found.schemas.is_empty() {
        let crossings = lead(found.crossings, "one to another");
        let _ = writeln!(out, "  {} pgSchemas as domains; {crossings}", found.schemas.len());
    }
    if found.records > 0 {
        let folders = names(found.record_folders.iter().map(String::as_str));
        let _ =
            writeln!(out, "  {} in {folders}", many(found.records, "decision record", "decision records"));
    }
    for house in &found.houses {
        let _ = writeln!(out, "  resembles the preset {}: {}", house.preset, house.why);
    }
    let _ = writeln!(out, "  {} today", findings(found));
    let argument = if folder.is_empty() { String::new() } else { format!(" {}", visible(folder)) };
    let _ = write!(
        out,
        "\nnext: read it, take the slashes from the proposals that fit, then run `schemalint{argument}`\n"
    );
    if found.findings.0 > 0 {
        let _ = writeln!(
            out,
            "      `schemalint baseline{argument}` accepts today's findings, so that only new ones are reported"
        );
    }
    out
}
