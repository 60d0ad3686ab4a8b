//! What tests of the command line share: a repository in a temporary folder, and the program run in it.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub(crate) const USERS: &str = "import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
    export const users = pgTable('users', { id: integer('id').primaryKey() });\n";
pub(crate) const ORDERS: &str = "import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
    import { users } from './users';\n\
    export const orders = pgTable('orders', { userId: integer('user_id').references(() => users.id), id: integer('id').primaryKey() });\n";
/// The rule that fires once in [`ORDERS`], as an error.
pub(crate) const AS_ERROR: &[&str] = &["--rule", "unindexed-foreign-key=error"];

/// A folder with those files.
pub(crate) fn repository<T: AsRef<[u8]>>(files: &[(&str, T)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

/// Users and the orders that refer to them, in `db`.
pub(crate) fn shop() -> TempDir {
    repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS)])
}

pub(crate) fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

pub(crate) fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// The program in a folder, whatever surrounds the test.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_schemalint"));
    command.current_dir(folder);
    for name in
        ["NO_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "COLUMNS"]
    {
        command.env_remove(name);
    }
    command
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// With that exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// With those words on standard output.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "no `{words}` in {self:#?}");
        self
    }

    /// Without those words on standard output.
    #[track_caller]
    pub(crate) fn does_not_say(self, words: &str) -> Self {
        assert!(!self.stdout.contains(words), "`{words}` in {self:#?}");
        self
    }

    /// With those words on standard error.
    #[track_caller]
    pub(crate) fn complains(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no `{words}` in {self:#?}");
        self
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

pub(crate) fn run(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Ran {
    command(folder).args(arguments).output().unwrap().into()
}

/// Runs with a text on standard input.
pub(crate) fn run_with(folder: &Path, arguments: &[&str], stdin: &str) -> Ran {
    let mut command = command(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap().into()
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]);
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Commits all that is there.
pub(crate) fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "more"]);
}
