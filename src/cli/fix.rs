//! `--fix` and `--diff`: rounds of fixes in memory, then a diff, or files.
//!
//! A file is written as a whole or not at all: beside itself, then moved over itself, and only when it still is what
//! was read.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::fmt::Write;
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::arguments::{self, Fix};
use super::input::{self, Selection, prefix};
use super::{Answer, Exit, Terminal, diff};
use crate::baseline::Baseline;
use crate::check::{Asked, Run, check};
use crate::files;
use crate::fixes::{self, Round};
use crate::output::visible;
use crate::overlay::Overlay;
use crate::rule::{Finding, Level};
use crate::source::FileId;
use crate::workspace::{Prepared, Reading};

/// What has to wait for more rounds is left for another run, which the notes say.
const MOST_ROUNDS: usize = 100;

/// What fixing came to, nothing written yet.
pub(super) struct Outcome {
    files: Vec<Fixed>,
    applied: usize,
    /// What the files were named by in a diff.
    prefix: String,
    /// What else should be known.
    notes: String,
}

/// A file with its text as it was read and as it became.
#[derive(Clone)]
struct Fixed {
    path: PathBuf,
    shown: String,
    before: Arc<str>,
    after: Arc<[u8]>,
}

/// Fixes until nothing is left that can be fixed. The texts stand in the overlay afterwards.
pub(super) fn fix(
    prepared: &mut Prepared,
    arguments: &arguments::Check,
    what: Fix,
    changed: Option<&FxHashSet<PathBuf>>,
    baseline: Option<&Baseline>,
) -> Result<Outcome, Answer> {
    if arguments.stdin_filename.is_some() {
        return Err(Answer::usage("--fix changes files: it has nothing to write standard input to"));
    }
    let mut outcome =
        Outcome { files: Vec::new(), applied: 0, prefix: prefix(&prepared.root), notes: String::new() };
    let mut refused: FxHashSet<Key> = FxHashSet::default();
    let mut last: Option<Before> = None;
    let mut most = usize::MAX;
    let mut left = 0;
    for _ in 0..MOST_ROUNDS {
        let (reading, run, round) =
            one_round(prepared, arguments, what, changed, baseline, &Limits { refused: &refused, most })?;
        if let Some(before) = last.take()
            && let Some(wrong) = before.went_wrong(&run, &outcome.broken_by_fixes(&reading, &run))
        {
            // Back to before, and without what did it; where that does not show, with half as much.
            match wrong {
                Wrong::These(keys) => {
                    left -= keys.len().min(left);
                    refused.extend(keys);
                }
                Wrong::OneOf(count) => most = count / 2,
            }
            outcome.files = before.files;
            outcome.applied = before.applied;
            prepared.options.overlay = before.overlay;
            continue;
        }
        most = most.saturating_mul(2);
        left = round.applied.len() + round.deferred;
        if round.applied.is_empty() {
            break;
        }
        last = Some(Before {
            overlay: prepared.options.overlay.clone(),
            files: outcome.files.clone(),
            applied: outcome.applied,
            found: counted(&run.findings, key),
            said: counted(&run.findings, said),
            fixed: round.applied.iter().map(|index| said(&run.findings[*index])).collect(),
        });
        outcome.applied += round.applied.len();
        for (file, text) in round.texts {
            outcome.keep(prepared, &reading, file, text);
        }
    }
    if let Some(before) = last {
        // Nobody looked at the last round.
        outcome.files = before.files;
        outcome.applied = before.applied;
        prepared.options.overlay = before.overlay;
    }
    if left > 0 {
        let number = match left {
            1 => "1 fix is".to_string(),
            number => format!("{number} fixes are"),
        };
        let _ = writeln!(outcome.notes, "note: {number} still to be made: run it again");
    }
    if !refused.is_empty() {
        let number = match refused.len() {
            1 => "1 fix is".to_string(),
            number => format!("{number} fixes are"),
        };
        let _ = writeln!(
            outcome.notes,
            "note: {number} left out: something else would have been wrong afterwards"
        );
    }
    Ok(outcome)
}

/// What a finding is known by from round to round.
type Key = (&'static str, SmolStr);

fn key(finding: &Finding) -> Key {
    (finding.rule, finding.subject.clone())
}

/// The same with what it says: a subject may have more than one thing wrong with it.
type Said = (Key, String);

fn said(finding: &Finding) -> Said {
    (key(finding), finding.message.clone())
}

fn counted<K: Eq + Hash>(findings: &[Finding], by: impl Fn(&Finding) -> K) -> FxHashMap<K, usize> {
    let mut counts = FxHashMap::default();
    for finding in findings {
        *counts.entry(by(finding)).or_insert(0) += 1;
    }
    counts
}

/// What there was before a round.
struct Before {
    overlay: Overlay,
    files: Vec<Fixed>,
    applied: usize,
    found: FxHashMap<Key, usize>,
    said: FxHashMap<Said, usize>,
    /// What the round fixes.
    fixed: Vec<Said>,
}

/// Which fixes are to blame.
enum Wrong {
    These(Vec<Key>),
    /// One or more of so many.
    OneOf(usize),
}

/// What a round leaves out.
struct Limits<'r> {
    refused: &'r FxHashSet<Key>,
    most: usize,
}

impl Before {
    /// What is to blame when the round did not do what it was for, and only that.
    fn went_wrong(&self, run: &Run, broken: &[String]) -> Option<Wrong> {
        let now = counted(&run.findings, key);
        let is_new = |key: &Key| now.get(key) > self.found.get(key);
        if !broken.is_empty() || now.keys().any(is_new) {
            return Some(match self.fixed.len() {
                1 => Wrong::These(self.fixed.iter().map(|(key, _)| key.clone()).collect()),
                count => Wrong::OneOf(count),
            });
        }
        let now = counted(&run.findings, said);
        let stays = |said: &&Said| now.get(*said) >= self.said.get(*said);
        let mut still: Vec<Key> = self.fixed.iter().filter(stays).map(|(key, _)| key.clone()).collect();
        still.dedup();
        (!still.is_empty()).then_some(Wrong::These(still))
    }
}

fn one_round(
    prepared: &Prepared,
    arguments: &arguments::Check,
    what: Fix,
    changed: Option<&FxHashSet<PathBuf>>,
    baseline: Option<&Baseline>,
    limits: &Limits<'_>,
) -> Result<(Reading, Run, Round), Answer> {
    let selection = Selection { prepared, changed };
    let (reading, (run, round)) = input::read(prepared, arguments.input.threads, |reading| {
        let holds = |file: FileId| selection.holds(reading, file);
        let asked = Asked { baseline, scope: selection.scope(&holds) };
        let run = check(reading, &prepared.settings.config, &asked, Instant::now());
        let may_write = |file: FileId| holds(file) && path_of(prepared, reading, file).is_some();
        let wanted = |finding: &Finding, fix: &crate::rule::Fix| {
            !limits.refused.contains(&key(finding))
                && (what == Fix::Schema || !fix.changes_schema)
                && (!arguments.output.quiet || finding.level == Level::Error)
                // Whoever names a file does not expect others to change.
                && fix.edits.iter().all(|edit| may_write(edit.span.file))
        };
        let round = fixes::apply(&run.findings, &reading.graph.sources, limits.most, wanted);
        (run, round)
    })?;
    Ok((reading, run, round))
}

/// Where a file of the repository is; none for those of packages outside.
fn path_of(prepared: &Prepared, reading: &Reading, file: FileId) -> Option<PathBuf> {
    let shown = &reading.graph.sources.get(file).path;
    let is_outside = shown.split('/').any(|part| matches!(part, ".." | "node_modules"));
    (!is_outside && !Path::new(&**shown).is_absolute()).then(|| prepared.root.join(&**shown))
}

impl Outcome {
    fn keep(&mut self, prepared: &mut Prepared, reading: &Reading, file: FileId, text: String) {
        let Some(path) = path_of(prepared, reading, file) else { return };
        let after: Arc<[u8]> = text.into_bytes().into();
        prepared.options.overlay.insert(path.clone(), after.clone());
        match self.files.iter_mut().find(|fixed| fixed.path == path) {
            Some(fixed) => fixed.after = after,
            None => {
                let source = reading.graph.sources.get(file);
                let (shown, before) = (source.path.to_string(), source.text.clone());
                self.files.push(Fixed { path, shown, before, after });
            }
        }
    }

    /// What was changed and no longer parses, and rules that no longer run.
    fn broken_by_fixes(&self, reading: &Reading, run: &Run) -> Vec<String> {
        let shown = |file: FileId| &*reading.graph.sources.get(file).path;
        let broken = reading.graph.syntax_errors.iter().map(|(span, _)| shown(span.file));
        let broken = broken.filter(|path| self.files.iter().any(|fixed| fixed.shown == *path));
        let panicked = run.broken_rules.iter().map(|(rule, _)| *rule);
        broken.chain(panicked).map(str::to_string).collect()
    }

    /// The diff, for `git apply` and for people.
    pub(super) fn into_diff(mut self, terminal: Terminal) -> Answer {
        self.files.sort_by(|left, right| left.shown.cmp(&right.shown));
        let mut stdout = String::new();
        for fixed in &self.files {
            let after = String::from_utf8_lossy(&fixed.after);
            let shown = format!("{}{}", self.prefix, fixed.shown);
            stdout += &diff::of_file(shown.trim_start_matches('/'), &fixed.before, &after);
        }
        let stdout = diff::shown(stdout, terminal);
        let exit = if self.files.is_empty() { Exit::Clean } else { Exit::Findings };
        let stderr = self.notes.clone() + &self.summary("would fix");
        Answer { stdout, stderr, exit }
    }

    fn summary(&self, verb: &str) -> String {
        let number = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        match self.applied {
            0 => "nothing to fix\n".to_string(),
            _ => format!(
                "{verb} {} in {}\n",
                number(self.applied, "finding"),
                number(self.files.len(), "file")
            ),
        }
    }

    /// Writes the files. When one cannot be written, the others still are.
    pub(super) fn write(self) -> Result<String, Answer> {
        let mut failed = String::new();
        for fixed in &self.files {
            if let Err(why) = fixed.write() {
                let shown = format!("{}{}", self.prefix, fixed.shown);
                let _ = writeln!(failed, "error: `{}` was not changed: {why}", visible(&shown));
            }
        }
        if failed.is_empty() {
            return Ok(self.notes.clone() + &self.summary("fixed"));
        }
        Err(Answer { stdout: String::new(), stderr: self.notes + &failed, exit: Exit::Usage })
    }
}

impl Fixed {
    fn write(&self) -> Result<(), String> {
        let replaced = files::replace_text(&self.path, self.before.as_bytes(), &self.after);
        replaced.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_changed_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ts");
        fs::write(&path, "mine").unwrap();
        let fixed = |before: &str| Fixed {
            path: path.clone(),
            shown: "a.ts".to_string(),
            before: before.into(),
            after: b"fixed".as_slice().into(),
        };
        assert_eq!(fixed("read").write(), Err("it has changed since it was read; run it again".to_string()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(fixed("mine").write(), Ok(()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "fixed");
        fs::remove_file(&path).unwrap();
        assert!(fixed("fixed").write().is_err_and(|error| error.contains("No such file")));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
        #[cfg(unix)]
        {
            // Whoever opens it waits for somebody to write.
            assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
            assert_eq!(fixed("fixed").write(), Err("it is no file".to_string()));
        }
    }
}
