//! Which files have changed, as git sees it.

use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files around `folder` that differ from a revision, or from `HEAD`: committed since, staged, changed or
/// new. With a revision its common ancestor with `HEAD` counts, as in a pull request.
///
/// # Errors
/// When git is not there, the folder is in no repository, or the revision is not known.
pub fn changed_files(folder: &Path, since: Option<&str>) -> Result<FxHashSet<PathBuf>, String> {
    let top = git(folder, &["rev-parse", "--show-toplevel"])?;
    let top = PathBuf::from(text(&top).trim_end_matches(['\n', '\r']));
    let base = match since {
        Some(since) => fork(folder, since)?,
        None => "HEAD".to_string(),
    };
    let has_commits = git(folder, &["rev-parse", "--verify", "-q", "HEAD"]).is_ok();
    let mut lists = vec![git(&top, &["ls-files", "-z", "--others", "--exclude-standard"])?];
    lists.push(if has_commits {
        git(
            &top,
            &[
                "diff",
                "--no-ext-diff",
                "--no-textconv",
                "--ignore-submodules=dirty",
                "--name-only",
                "-z",
                "--no-renames",
                &base,
                "--",
            ],
        )?
    } else {
        git(&top, &["ls-files", "-z"])?
    });
    let names = lists.iter().flat_map(|list| list.split(|byte| *byte == 0));
    Ok(names.filter(|name| !name.is_empty()).map(|name| top.join(&*text(name))).collect())
}

/// Where a revision and `HEAD` part.
fn fork(folder: &Path, since: &str) -> Result<String, String> {
    // `--end-of-options`: a revision may not be taken for an option.
    let commit = format!("{since}^{{commit}}");
    let known = git(folder, &["rev-parse", "--verify", "-q", "--end-of-options", &commit]);
    if since.is_empty() || known.is_err() {
        return Err(format!(
            "git knows no revision `{since}` here; in a shallow clone it must be fetched first (`fetch-depth: 0`)"
        ));
    }
    let named = git(folder, &["merge-base", "--end-of-options", since, "HEAD"]).map_err(|_| {
        format!(
            "`{since}` and HEAD have no commit in common; in a shallow clone more must be fetched (`fetch-depth: 0`)"
        )
    })?;
    Ok(text(&named).trim().to_string())
}

/// A repository may tell git to start programs, and a folder of files may look like a repository that does: git is told
/// to start nothing, and to take no folder for one.
const HARMLESS: &[&str] = &[
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "--no-optional-locks",
];

fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    command.args(HARMLESS).arg("-C").arg(folder).args(arguments);
    // Hooks are told the repository but not its top: a folder inside would be taken for that.
    if std::env::var_os("GIT_WORK_TREE").is_none() {
        command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
    }
    let output = command.output().map_err(|error| format!("git could not be started: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = text(&output.stderr);
    let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
    let said = if said.is_empty() { "no such revision" } else { said };
    Err(format!("git {}: {said}", arguments.join(" ")))
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
