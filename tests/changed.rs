//! `--changed`, in repositories of git.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{ORDERS, USERS, command, commit, git, repository, run, run_with, shop, write};
use tempfile::TempDir;

/// Users and orders, committed.
fn committed() -> TempDir {
    let folder = shop();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    commit(folder.path());
    folder
}

#[test]
fn what_did_not_change_is_read_but_not_reported() {
    let folder = committed();
    let at = folder.path();
    run(at, &["--changed"]).exits(0).says("no findings; 1 elsewhere");
    // Changed, staged, new: each of them counts.
    write(at, "db/orders.ts", format!("{ORDERS}\n"));
    run(at, &["--changed"]).exits(0).says("db/orders.ts:3:").does_not_say("elsewhere");
    git(at, &["add", "-A"]);
    run(at, &["--changed"]).exits(0).says("db/orders.ts:3:");
    commit(at);
    run(at, &["--changed"]).exits(0).says("1 elsewhere");
    write(at, "db/bills.ts", ORDERS.replace("orders", "bills"));
    run(at, &["--changed"])
        .exits(0)
        .says("`bills.user_id`")
        .says("1 elsewhere")
        .says("1 table and 1 foreign key");
    // Not when git ignores it.
    write(at, ".gitignore", "bills.ts\n");
    run(at, &["--changed"]).exits(0).does_not_say("`bills.user_id`");
    // Paths narrow it further.
    write(at, "db/carts.ts", ORDERS.replace("orders", "carts"));
    run(at, &["--changed", "db/orders.ts"]).exits(0).says("no findings");
    run(&at.join("db"), &["--changed", "--format", "concise"]).exits(0).says("carts.ts:3:");
}

#[test]
fn since_counts_from_where_the_branches_part() {
    let folder = committed();
    let at = folder.path();
    git(at, &["checkout", "-q", "-b", "topic"]);
    write(at, "db/bills.ts", ORDERS.replace("orders", "bills"));
    commit(at);
    git(at, &["checkout", "-q", "main"]);
    write(at, "db/orders.ts", format!("{ORDERS}\n"));
    commit(at);
    git(at, &["checkout", "-q", "topic"]);
    run(at, &["--changed", "--since", "main"])
        .exits(0)
        .says("`bills.user_id`")
        .does_not_say("`orders.user_id`");
    run(at, &["--changed", "--since", "HEAD"]).exits(0).says("no findings");
}

#[test]
fn a_place_that_belongs_to_a_finding_may_have_changed() {
    // A reference into another schema shows where that is declared.
    let schema = |name: &str| {
        format!("import {{ integer, pgSchema }} from 'drizzle-orm/pg-core';\nconst s = pgSchema('{name}');\n")
    };
    let users =
        schema("people") + "export const users = s.table('users', { id: integer('id').primaryKey() });\n";
    let orders = schema("sales")
        + "import { users } from './users';\n\
        export const orders = s.table('orders', { userId: integer('user_id').references(() => users.id) });\n";
    let folder = repository(&[("db/users.ts", users), ("db/orders.ts", orders)]);
    let at = folder.path();
    git(at, &["init", "-q"]);
    commit(at);
    let all = run(at, &["--format", "json"]).exits(0).json();
    let findings = all["findings"].as_array().unwrap();
    let mut tried = 0;
    for finding in findings {
        let own = finding["location"]["path"].as_str().unwrap();
        for related in finding["related"].as_array().unwrap() {
            let path = related["location"]["path"].as_str().unwrap();
            if path == own {
                continue;
            }
            let before = support::read(at, path);
            write(at, path, format!("{before}\n"));
            let changed = run(at, &["--changed", "--format", "json"]).json();
            let same = |other: &&serde_json::Value| {
                other["rule"] == finding["rule"] && other["location"] == finding["location"]
            };
            assert!(changed["findings"].as_array().unwrap().iter().any(|other| same(&other)), "{finding:#}");
            write(at, path, before);
            tried += 1;
        }
    }
    assert!(tried > 0, "no finding shows another file: {all:#}");
}

#[test]
fn a_revision_that_is_none_is_said_so_and_is_no_option() {
    let folder = committed();
    let at = folder.path();
    run(at, &["--changed", "--since", "nowhere"]).exits(2).complains("git knows no revision `nowhere`");
    run(at, &["--changed", "--since", ""]).exits(2);
    run(at, &["--changed", "--since=--output=x"]).exits(2).complains("git knows no revision `--output=x`");
    run(at, &["--changed", "--since=--help"]).exits(2).complains("git knows no revision");
    assert!(!at.join("x").exists() && !at.join("x^{commit}").exists());
    git(at, &["checkout", "-q", "--orphan", "apart"]);
    write(at, "apart.txt", "");
    commit(at);
    run(at, &["--changed", "--since", "main"]).exits(2).complains("no commit in common");
    run(at, &["--since", "main"]).exits(2).complains("--changed");
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let folder = shop();
    let at = folder.path();
    run(at, &["--changed"]).exits(2).complains("not a git repository");
    git(at, &["init", "-q"]);
    run(at, &["--changed"]).exits(0).says("1 warning");
    git(at, &["add", "-A"]);
    run(at, &["--changed"]).exits(0).says("1 warning");
}

#[test]
fn names_that_git_would_quote() {
    let folder = committed();
    write(folder.path(), "db/bé \"lls.ts", ORDERS.replace("orders", "bills"));
    run(folder.path(), &["--changed"]).exits(0).says("`bills.user_id`");
    commit(folder.path());
    run(folder.path(), &["--changed", "--since", "HEAD~1"]).exits(0).says("`bills.user_id`");
}

#[test]
fn the_text_of_an_editor_has_changed() {
    let folder = committed();
    let arguments = ["--changed", "--stdin-filename", "db/orders.ts", "-"];
    run_with(folder.path(), &arguments, &ORDERS.replace("user_id", "buyer_id"))
        .exits(0)
        .says("`orders.buyer_id`");
}

#[test]
fn a_hook_names_the_repository_but_not_its_top() {
    let folder =
        repository(&[("app/schemalint.json", "{}"), ("app/users.ts", USERS), ("app/orders.ts", ORDERS)]);
    let at = folder.path();
    git(at, &["init", "-q"]);
    commit(at);
    write(at, "app/orders.ts", format!("{ORDERS}\n"));
    for directory in [".git".to_string(), at.join(".git").display().to_string()] {
        let variables = [("GIT_DIR", &*directory), ("GIT_INDEX_FILE", ".git/index")];
        let output = command(&at.join("app")).arg("--changed").envs(variables).output().unwrap();
        support::Ran::from(output).exits(0).says("orders.ts:3:").says("1 table and 1 foreign key");
    }
    let gone = command(at).arg("--changed").env("PATH", "").output().unwrap();
    support::Ran::from(gone).exits(2).complains("git could not be started");
}
