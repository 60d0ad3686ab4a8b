//! The baseline, step by step.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use support::{AS_ERROR, ORDERS, USERS, commit, git, read, repository, run, shop, write};

const FILE: &str = "schemalint-baseline.json";

#[test]
fn what_is_accepted_stays_accepted_when_it_moves() {
    let folder = shop();
    let at = folder.path();
    run(at, AS_ERROR).exits(1);
    run(at, &["baseline"]).exits(0).says("schemalint-baseline.json: 1 finding accepted\n");
    run(at, AS_ERROR).exits(0).says("no findings; 1 in the baseline");
    // Other lines, another file.
    fs::remove_file(at.join("db/orders.ts")).unwrap();
    write(at, "db/renamed.ts", format!("// a comment\n\n\n{ORDERS}"));
    run(at, AS_ERROR).exits(0).says("no findings; 1 in the baseline");
    // --no-baseline shows it.
    run(at, &[AS_ERROR, &["--no-baseline"]].concat())
        .exits(1)
        .says("db/renamed.ts:6:")
        .does_not_say("in the baseline");
    // What is new fails.
    write(at, "db/bills.ts", ORDERS.replace("orders", "bills"));
    run(at, AS_ERROR)
        .exits(1)
        .says("`bills.user_id`")
        .does_not_say("`orders.user_id`")
        .says("1 in the baseline");
    // Also a second one of the same subject.
    fs::remove_file(at.join("db/bills.ts")).unwrap();
    write(at, "more/orders.ts", ORDERS.replace("./users", "../db/users"));
    run(at, AS_ERROR).exits(1).says("1 in the baseline");
}

#[test]
fn a_baseline_is_sorted_and_written_the_same_again() {
    let folder = shop();
    let at = folder.path();
    for name in ["zebras", "bills", "ants"] {
        write(at, &format!("db/{name}.ts"), ORDERS.replace("orders", name));
    }
    run(at, &["baseline"]).exits(0).says("4 findings accepted");
    let first = read(at, FILE);
    let order: Vec<usize> =
        ["ants.", "bills.", "orders.", "zebras."].iter().map(|name| first.find(name).unwrap()).collect();
    assert!(order.is_sorted(), "{first}");
    run(at, &["baseline"]).exits(0).says("4 findings accepted, 4 before");
    assert_eq!(read(at, FILE), first);
}

#[test]
fn what_is_fixed_is_stale_until_it_is_pruned() {
    let folder = shop();
    let at = folder.path();
    write(at, "db/bills.ts", ORDERS.replace("orders", "bills"));
    run(at, &["baseline"]).exits(0);
    write(at, "db/orders.ts", ORDERS.replace(".references(() => users.id)", ""));
    let stale = ["--rule", "stale-exception=error"];
    run(at, &stale)
        .exits(1)
        .says("accepts `unindexed-foreign-key` of `orders.user_id`, which is no longer found")
        .says("schemalint-baseline.json:6:7")
        .says("`schemalint baseline --prune`");
    // Not of a rule that did not run.
    run(at, &[&stale[..], &["--rule", "unindexed-foreign-key=off"]].concat()).exits(0).says("no findings");
    // Pruning adds nothing.
    write(at, "db/carts.ts", ORDERS.replace("orders", "carts"));
    run(at, &["baseline", "--prune"]).exits(0).says("1 finding accepted, 2 before");
    let text = read(at, FILE);
    assert!(text.contains("bills.user_id") && !text.contains("carts") && !text.contains("orders"), "{text}");
    run(at, AS_ERROR).exits(1).says("`carts.user_id`").does_not_say("stale");
}

#[test]
fn a_damaged_baseline_is_neither_used_nor_overwritten() {
    let folder = shop();
    let at = folder.path();
    for (damaged, message) in [
        (&b""[..], "the file is empty"),
        (b"{ \"version\": 1, \"findings\": {", ""),
        (b"<<<<<<< HEAD\n{}", ""),
        (b"{ \"version\": 2, \"findings\": {} }", "version 1"),
        (b"{ \"version\": 1, \"findings\": { \"unindexed-foreign-key\": { \"a\": \"x\" } } }", "how many"),
        (
            b"{ \"version\": 1, \"findings\": { \"unindexed-foreign-key\": { \"a\": 1, \"a\": 2 } } }",
            "a second time",
        ),
        (b"[]", ""),
        (b"\xff", "not valid UTF-8"),
    ] {
        write(at, FILE, damaged);
        for arguments in [&[][..], &["baseline"], &["baseline", "--prune"]] {
            let ran = run(at, arguments).exits(2).complains(message).complains(FILE);
            assert_eq!(ran.stdout, "");
        }
        assert_eq!(fs::read(at.join(FILE)).unwrap(), damaged, "it was overwritten");
        run(at, &["--no-baseline"]).exits(0).says("1 warning");
    }
    write(at, FILE, "{ \"version\": 1");
    run(at, &["baseline"]).exits(2).complains("baseline\n").complains("Correct the file, or delete it");
    fs::remove_file(at.join(FILE)).unwrap();
    fs::create_dir(at.join(FILE)).unwrap();
    run(at, &["baseline"]).exits(2).complains(FILE);
}

#[test]
fn there_must_be_something_to_prune_and_something_to_accept() {
    let folder = shop();
    run(folder.path(), &["baseline", "--prune"]).exits(2).complains("there is no `").complains(FILE);
    let empty = repository(&[("a.ts", "export const a = 1;")]);
    run(empty.path(), &["baseline"]).exits(3).complains("no table found");
    assert!(!empty.path().join(FILE).exists());
}

#[test]
fn a_baseline_is_that_of_the_whole_repository() {
    let folder = shop();
    let at = folder.path();
    git(at, &["init", "-q"]);
    let db = at.join("db");
    run(&db, &["baseline"]).exits(2).complains("`schemalint baseline ..` writes it");
    run(at, &["baseline", "db/orders.ts"]).exits(2).complains("`schemalint baseline .` writes it");
    run(&db, &["baseline", ".."]).exits(0).says("../schemalint-baseline.json: 1 finding accepted");
    // It is found from everywhere inside.
    commit(at);
    run(&db, AS_ERROR).exits(0).says("1 in the baseline");
    run(at, &[AS_ERROR, &["db/orders.ts"]].concat()).exits(0).says("1 in the baseline");
}

#[test]
fn it_stands_beside_the_config() {
    let folder =
        repository(&[("app/schemalint.json", "{}"), ("app/users.ts", USERS), ("app/orders.ts", ORDERS)]);
    let at = folder.path();
    run(at, &["baseline", "app"]).exits(0).says("app/schemalint-baseline.json: 1 finding accepted");
    run(at, &["app", "--rule", "unindexed-foreign-key=error"]).exits(0);
    // A config that is named from elsewhere: places in its baseline can be opened, too.
    let other = repository(&[("conf/ci.json", "{}"), ("db/users.ts", USERS)]);
    let at = other.path();
    write(at, "conf/schemalint-baseline.json", read(folder.path(), "app/schemalint-baseline.json"));
    run(at, &["--config", "conf/ci.json", "--format", "concise"])
        .exits(0)
        .says("conf/schemalint-baseline.json:5:7: warn stale-exception")
        .says("config conf/ci.json");
}

#[test]
fn every_fixture_is_clean_with_its_baseline() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders: Vec<_> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    let truth = folders.iter().find(|path| path.ends_with("truth")).unwrap().clone();
    folders.retain(|path| *path != truth);
    folders
        .extend(fs::read_dir(truth).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    let broken =
        [("a.ts", "import { pgTable } from 'drizzle-orm/pg-core';\nexport const = 1;"), ("b.ts", USERS)];
    let made = [shop(), repository(&broken), repository(&[("o.ts", ORDERS)])];
    folders.extend(made.iter().map(|folder| folder.path().to_path_buf()));
    for folder in folders {
        let copy = tempfile::tempdir().unwrap();
        let copied =
            std::process::Command::new("cp").arg("-r").arg(folder.join(".")).arg(copy.path()).status();
        assert!(copied.unwrap().success());
        let at = copy.path();
        let written = run(at, &["baseline", "--no-ignore"]);
        if written.code == 3 {
            continue;
        }
        written.exits(0);
        let ran = run(at, &["--no-ignore", "--fail-on", "warn", "--format", "json"]);
        // A file that cannot be read is never accepted.
        let json = ran.json();
        let (unread, rest): (Vec<_>, Vec<_>) = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .partition(|finding| finding["rule"] == "syntax-error");
        assert!(rest.is_empty(), "{}: {ran:#?}", folder.display());
        assert_eq!(ran.code, i32::from(!unread.is_empty()), "{}: {ran:#?}", folder.display());
    }
}
