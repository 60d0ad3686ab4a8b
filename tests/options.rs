//! What options do: formats and files, colours, terminals, standard input, threads, paths.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{AS_ERROR, ORDERS, Ran, USERS, command, git, read, repository, run, run_with, shop, write};

/// Tables with so many findings.
fn many(findings: usize) -> String {
    let mut text = USERS.to_string();
    for number in 0..findings {
        text += &format!(
            "export const t{number} = pgTable('t{number}', {{ userId: integer('user_id').references(() => users.id), id: integer('id').primaryKey() }});\n"
        );
    }
    text
}

fn run_under(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    command(folder).args(arguments).envs(variables.iter().copied()).output().unwrap().into()
}

/// Runs on a pseudo terminal; nothing where `script` is not installed.
fn on_terminal(folder: &Path, shell: &str, variables: &[(&str, &str)]) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_schemalint");
    let mut command = Command::new("script");
    command.args(["-qec", &shell.replace("schemalint", program), "/dev/null"]).current_dir(folder);
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "COLUMNS"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).env("TERM", "xterm").stdin(Stdio::null());
    let output = command.output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn several_formats_go_to_several_files() {
    let folder = shop();
    let at = folder.path();
    run(at, &["--format", "github", "--format", "json=out.json", "--format", "human=out.txt"])
        .exits(0)
        .says("::warning file=db/orders.ts,");
    let json: serde_json::Value = serde_json::from_str(&read(at, "out.json")).unwrap();
    assert_eq!(json["findings"][0]["location"]["path"], "db/orders.ts");
    assert!(read(at, "out.txt").contains("╭─[db/orders.ts:3:70]"));
    // --output-file takes what has no file.
    let ran = run(at, &["--format", "concise", "--output-file", "out.concise"]).exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert!(read(at, "out.concise").starts_with("db/orders.ts:3:70: warn "));
    // A dash is standard output.
    run(at, &["--format", "concise=-", "--format", "json=out.json"])
        .exits(0)
        .says("db/orders.ts:3:70: warn ");
    assert!(!at.join("-").exists());
    run(at, &["--format", "concise=-", "--format", "json"]).exits(2);
}

#[test]
fn nothing_is_written_by_a_run_that_cannot_be() {
    let folder = shop();
    let at = folder.path();
    for arguments in [
        &["--format", "json=out.json", "--format", "human=./out.json"][..],
        &["--format", "json=out.json", "--rule", "nothing=error"],
        &["--format", "json=out.json", "nowhere"],
        &["--format", "json=out.json", "--config", "nowhere.json"],
        &["--format", "json=out.json", "--changed"],
    ] {
        let ran = run(at, arguments).exits(2);
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: "), "{ran:#?}");
        assert!(!at.join("out.json").exists(), "{arguments:?}");
    }
    run(at, &["--output-file", "db"]).exits(2).complains("`db` cannot be written");
    // The findings of a run fail it in every format.
    for format in ["human", "concise", "json", "github"] {
        run(at, &[AS_ERROR, &["--format", format]].concat()).exits(1);
        run(at, &[AS_ERROR, &["--format", format, "--fail-on", "never"]].concat()).exits(0);
    }
}

#[test]
fn github_is_chosen_by_itself() {
    let folder = shop();
    let at = folder.path();
    let under = [("GITHUB_ACTIONS", "true")];
    run_under(at, &[], &under).exits(0).says("::warning file=db/orders.ts,");
    run_under(at, &["--format", "concise"], &under).exits(0).does_not_say("::warning");
    run_under(at, &["--format", "json=out.json"], &under).exits(0).does_not_say("::warning");
    for other in ["false", ""] {
        run_under(at, &[], &[("GITHUB_ACTIONS", other)]).exits(0).does_not_say("::warning");
    }
    // A step in a subfolder: annotations count from the checkout, places of people from the folder.
    let workspace = at.to_str().unwrap();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_WORKSPACE", workspace)];
    run_under(&at.join("db"), &[], &variables).exits(0).says("::warning file=db/orders.ts,");
    run_under(&at.join("db"), &["--format", "concise"], &variables).exits(0).says("orders.ts:3:70: warn");
}

#[test]
fn colours_follow_the_option_then_the_environment() {
    let folder = shop();
    let at = folder.path();
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let ran = run_under(at, arguments, variables);
        ran.stdout.contains('\u{1b}') || ran.stderr.contains('\u{1b}')
    };
    let (no, force) = (("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"));
    // Findings, and errors of the config.
    write(at, "wrong.json", "{ \"x\": 1 }");
    for what in [&[][..], &["--config", "wrong.json"]] {
        let with = |more: &[&'static str]| [what, more].concat();
        assert!(!coloured(&with(&[]), &[]), "a pipe");
        assert!(coloured(&with(&[]), &[force]));
        assert!(!coloured(&with(&[]), &[("CLICOLOR_FORCE", "0")]));
        assert!(!coloured(&with(&[]), &[force, no]));
        assert!(coloured(&with(&["--color", "always"]), &[no]));
        assert!(!coloured(&with(&["--color", "never"]), &[force]));
    }
    // What goes to a file has none unless it is asked for.
    run_under(at, &["--format", "human=out.txt"], &[force]).exits(0);
    assert!(!read(at, "out.txt").contains('\u{1b}'));
    for format in ["concise", "json", "github"] {
        assert!(!coloured(&["--format", format, "--color", "always"], &[]), "{format}");
    }
}

#[test]
fn fifty_frames_on_a_terminal_all_in_a_pipe() {
    let folder = repository(&[("db.ts", many(60))]);
    let at = folder.path();
    let frames = |text: &str| text.matches("has no index").count();
    let all = run(at, &[] as &[&str]).exits(0);
    assert_eq!(frames(&all.stdout), 60);
    run(at, &["--max-findings", "2"]).exits(0).says("…58 more findings are not shown").says("rule ");
    assert_eq!(frames(&run(at, &["--max-findings", "2"]).stdout), 2);
    assert_eq!(frames(&run(at, &["--max-findings", "0"]).stdout), 60);
    let Some(shown) = on_terminal(at, "schemalint", &[]) else { return };
    assert_eq!(frames(&shown), 50, "{shown}");
    assert!(shown.contains("…10 more findings are not shown") && shown.contains('\u{1b}'), "{shown}");
    assert!(!shown.contains("reading and checking"), "it is quick");
    let shown = on_terminal(at, "schemalint --max-findings 0 --color never", &[]).unwrap();
    assert!(frames(&shown) == 60 && !shown.contains('\u{1b}'), "{shown}");
    let shown = on_terminal(at, "schemalint", &[("NO_COLOR", "1")]).unwrap();
    assert!(!shown.contains('\u{1b}'), "{shown}");
    // Not in a pipe, whoever looks at standard error.
    let piped = on_terminal(at, "schemalint | cat", &[]).unwrap();
    assert!(frames(&piped) == 60 && !piped.contains('\u{1b}'), "{piped}");
}

#[test]
fn a_line_of_progress_when_it_takes_long() {
    // Standard input that comes late takes longer than half a second on every machine.
    let folder = shop();
    let slow = "(sleep 0.9; cat db/orders.ts) | schemalint --stdin-filename db/orders.ts -";
    let Some(shown) = on_terminal(folder.path(), slow, &[]) else { return };
    assert!(shown.contains("\r\u{1b}[2Kschemalint: reading and checking, 0."), "{shown}");
    // It is wiped out before anything else is said.
    let last = shown.rfind("reading and checking").unwrap();
    let wiped = last + shown[last..].find("\r\u{1b}[2K").expect("wiped");
    assert!(shown[wiped..].contains("has no index"), "{shown}");
    let piped = on_terminal(folder.path(), &format!("{slow} | cat"), &[]).unwrap();
    assert!(!piped.contains("reading and checking"), "{piped}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = repository(&[("db.ts", many(2000))]);
    let mut child = command(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // More than a pipe holds is still to come.
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.exits(0).stderr, "");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_said_so() {
    let folder = shop();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran: Ran = command(folder.path()).stdout(full).output().unwrap().into();
    ran.exits(2).complains("error: standard output cannot be written: No space left");
    run(folder.path(), &["--output-file", "/dev/full"]).exits(2).complains("`/dev/full` cannot be written");
}

#[test]
fn documents_that_cannot_be_read_are_said_and_the_run_goes_on() {
    let folder = shop();
    let at = folder.path();
    write(at, "docs/adr/007-broken.md", b"# ADR-007\n\xff");
    write(at, "docs/adr/008-broken.md", "---\nstatus: [\n---\n# ADR-008\n");
    run(at, &[] as &[&str])
        .exits(0)
        .says("1 warning")
        .complains("007-broken.md` could not be read: it is not valid UTF-8")
        .complains("warning: docs/adr/008-broken.md:2: the front matter is not YAML");
    // A folder of records that holds none: the glob of the config is at fault.
    write(at, "schemalint.json", "{ \"docs\": { \"adr\": { \"files\": [\"docs/none/*.md\"] } } }");
    run(at, &["--format", "concise"])
        .exits(0)
        .says("schemalint.json:1:32: warn stale-exception: `docs/none/*.md` matches no file");
}

/// What depends on its name or on its line of Drizzle is not known then.
#[test]
fn a_manifest_that_is_no_json_is_named() {
    let folder = shop();
    write(folder.path(), "package.json", "{\n  \"name\": \"shop\",\n}\n");
    run(folder.path(), &[] as &[&str])
        .exits(0)
        .complains("package.json` could not be read: it is no JSON: trailing comma at line 3 column 1");
}

#[test]
fn standard_input_is_the_text_of_a_file() {
    let folder = shop();
    let at = folder.path();
    let changed = ORDERS.replace("user_id", "buyer_id");
    // Of one that exists, from here and from its folder, and through a path with detours.
    run_with(at, &["--stdin-filename", "db/orders.ts", "-"], &changed).exits(0).says("`orders.buyer_id`");
    run_with(at, &["--stdin-filename", "./db/../db/orders.ts", "-"], &changed)
        .exits(0)
        .says("`orders.buyer_id`");
    run_with(&at.join("db"), &["check", "--stdin-filename", "orders.ts", "-"], &changed)
        .exits(0)
        .says("`orders.buyer_id`")
        .does_not_say("`orders.user_id`");
    assert_eq!(read(at, "db/orders.ts"), ORDERS, "nothing is written");
    // Of one that does not: it is read beside the others.
    let bills = ORDERS.replace("orders", "bills");
    run_with(at, &["--stdin-filename", "db/bills.ts", "-"], &bills)
        .exits(0)
        .says("db/bills.ts:3:68")
        .does_not_say("`orders.user_id`");
    // Without tables, and broken.
    run_with(at, &["--stdin-filename", "db/orders.ts", "-"], "").exits(0).says("no findings");
    run_with(at, &["--stdin-filename", "db/orders.ts", "-"], "export const = 1")
        .exits(1)
        .says("db/orders.ts:1:14");
    run_with(at, &["--stdin-filename", "db/orders.ts", "-", "db"], "").exits(2).complains("`-` stands alone");
}

#[test]
fn paths_are_those_of_the_current_folder() {
    let folder = shop();
    let at = folder.path();
    write(at, "other/empty.ts", "export const nothing = 1;");
    git(at, &["init", "-q"]);
    let other = at.join("other");
    let cases: &[(&Path, &[&str], i32)] = &[
        (at, &[], 1),
        (at, &["db"], 1),
        (at, &["db/orders.ts"], 1),
        (at, &["db", "other"], 1),
        (at, &["other", "db/orders.ts"], 1),
        (at, &["."], 1),
        (&at.join("db"), &[], 1),
        (&at.join("db"), &["../db/orders.ts"], 1),
        (&other, &["../db"], 1),
        (&other, &["../db", "."], 1),
        (&other, &[], 3),
        (at, &["other"], 3),
        (at, &["other/empty.ts"], 0),
        (at, &["db/users.ts"], 0),
        (at, &["db/users.ts", "other"], 0),
    ];
    for (current, paths, code) in cases {
        let ran = run(current, &[paths, AS_ERROR, &["--format", "json"]].concat()).exits(*code);
        let found = ran.json()["findings"].as_array().unwrap().clone();
        assert_eq!(found.len(), usize::from(*code == 1), "{paths:?}");
        for finding in &found {
            let path = finding["location"]["path"].as_str().unwrap();
            assert_eq!(
                fs::read_to_string(current.join(path)).unwrap(),
                ORDERS,
                "{path} in {}",
                current.display()
            );
        }
        if *code == 3 {
            assert!(ran.stderr.starts_with("no table found in `"), "{}", ran.stderr);
        }
    }
    run(&other, &[] as &[&str]).exits(3).complains("no table found in `.`; around it, in `..`, are 2 tables");
    // From another folder altogether.
    let away = tempfile::tempdir().unwrap();
    let ran = run(away.path(), &[&[at.to_str().unwrap(), "--format", "json"], AS_ERROR].concat()).exits(1);
    let path = ran.json()["findings"][0]["location"]["path"].as_str().unwrap().to_string();
    assert_eq!(fs::read_to_string(path).unwrap(), ORDERS);
}

#[test]
fn a_config_that_includes_nothing_is_named() {
    let folder = shop();
    write(folder.path(), "schemalint.json", "{ \"files\": { \"include\": [\"src/**\"] } }");
    run(folder.path(), &[] as &[&str]).exits(3).complains("`files.include` of the config asks for `src/**`");
}

/// Scripts that the config does not name are searched for queries when there are relations, and only then.
#[test]
fn where_the_config_names_the_schemas_other_scripts_still_query() {
    const RELATIONS: &str = "import { relations } from 'drizzle-orm';\nimport { users } from './users';\n\
        export const usersRelations = relations(users, ({ many }) => ({}));\n";
    const MANY: &str = "import { relations } from 'drizzle-orm';\nimport { orders } from './orders';\nimport { users } from './users';\n\
        export const usersRelations = relations(users, ({ many }) => ({ orders: many(orders) }));\n";
    let config = |include: &str| format!("{{ \"files\": {{ {include} }} }}");
    for include in ["", "\"include\": [\"db/**\"]"] {
        for (relations, api, missing, silent) in [
            (MANY, "export const all = () => db.query.orders.findMany();\n", true, false),
            (MANY, "export const all = () => db.select().from(orders);\n", false, true),
            (RELATIONS, "export const all = () => db.query.orders.findMany();\n", false, false),
        ] {
            let folder = shop();
            write(folder.path(), ".git/HEAD", "");
            write(folder.path(), "schemalint.json", config(include));
            write(folder.path(), "db/relations.ts", relations);
            write(folder.path(), "api/orders.ts", api);
            let ran = run(folder.path(), &["--format", "json"]);
            let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let rules: Vec<&str> =
                json["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
            assert_eq!(rules.contains(&"missing-relation"), missing, "{include} {api} {}", ran.stdout);
            let said =
                run(folder.path(), &[] as &[&str]).stdout.contains("no code here queries by relations");
            assert_eq!(said, silent, "{include} {api}");
        }
    }
}

/// A file that is named is met on the walk, too: there is no more code for it.
#[test]
fn naming_a_file_changes_nothing_of_what_is_found() {
    let folder = shop();
    let relations = "import { relations } from 'drizzle-orm';\nimport { orders } from './orders';\nimport { users } from './users';\n\
        export const usersRelations = relations(users, ({ many }) => ({ orders: many(orders) }));\n";
    write(folder.path(), ".git/HEAD", "");
    write(folder.path(), "db/relations.ts", relations);
    let all = run(folder.path(), &["--format", "concise"]).says("missing-relation: foreign key");
    for named in [&["db/orders.ts"][..], &["db/orders.ts", "db/users.ts"], &["db"]] {
        let ran = run(folder.path(), &[&["--format", "concise"], named].concat());
        let found = |ran: &Ran| ran.stdout.lines().filter(|line| line.contains(" warn ")).count();
        assert_eq!(found(&ran), found(&all), "{named:?} {}", ran.stdout);
        let json = run(folder.path(), &[&["--format", "json"], named].concat()).stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["summary"]["lookedAt"], 3, "{named:?} {}", json["summary"]);
    }
}

#[test]
fn what_the_config_leaves_out_is_said_when_it_is_named() {
    let folder = shop();
    let at = folder.path();
    write(at, "schemalint.json", "{ \"files\": { \"exclude\": [\"db/orders.ts\"] } }");
    run(at, &["db/orders.ts"])
        .exits(0)
        .says("no findings")
        .complains("note: `db/orders.ts` is left out by `files.exclude` of the config");
    assert_eq!(run(at, &[] as &[&str]).exits(0).stderr, "");
    write(at, "schemalint.json", "{ \"files\": { \"exclude\": [\"db/**\"] } }");
    run(at, &[] as &[&str]).exits(3).complains("`files.exclude` of the config leaves out `db/**`");
}

#[cfg(unix)]
#[test]
fn what_was_perhaps_meant_is_said() {
    let folder = shop();
    run(folder.path(), &["--fix", "schema"]).exits(2).complains("did you mean `--fix=schema`?");
    write(folder.path(), "schemalint.json", "{ \"files\": { \"exclude\": [\"db/**\"] } }");
    run(folder.path(), &[] as &[&str]).exits(3).complains("`files.exclude` of the config leaves out `db/**`");
    let config = "export default { dialect: 'postgresql', schema: './db/*.ts' };\n";
    write(folder.path(), "drizzle.config.ts", config);
    run(folder.path(), &[] as &[&str])
        .exits(3)
        .complains("`files.exclude` of the config leaves out all files");
}

/// An index that only SQL creates is an index.
#[test]
fn what_is_accepted_counts_for_sql_too() {
    let folder = shop();
    write(folder.path(), "drizzle/0000.sql", "CREATE INDEX i ON orders (user_id);\n");
    run(folder.path(), &["--format", "concise"]).exits(0).does_not_say("has no index").says("`i` in");
    let accept = "{ \"rules\": { \"unindexed-foreign-key\": [\"warn\", { \"accept\": [\"unique\"] }] } }";
    write(folder.path(), "schemalint.json", accept);
    run(folder.path(), &["--format", "concise"]).exits(0).says("has no index");
}

#[test]
fn a_config_that_is_no_file_is_not_passed_over() {
    let folder = shop();
    let at = folder.path();
    std::os::unix::fs::symlink("nowhere", at.join("schemalint.json")).unwrap();
    run(at, &[] as &[&str]).exits(2).complains("schemalint.json` cannot be read: No such file");
    fs::remove_file(at.join("schemalint.json")).unwrap();
    fs::create_dir(at.join("schemalint.json")).unwrap();
    run(at, &[] as &[&str]).exits(2).complains("schemalint.json` cannot be read: it is no file");
    fs::remove_dir(at.join("schemalint.json")).unwrap();
    write(at, "schemalint.json", b"\xff");
    run(at, &[] as &[&str]).exits(2).complains("schemalint.json` cannot be read: it is not valid UTF-8");
}

#[test]
fn the_config_is_the_one_that_is_named_or_the_nearest() {
    let folder = shop();
    let at = folder.path();
    git(at, &["init", "-q"]);
    let error = "{ \"rules\": { \"unindexed-foreign-key\": \"error\" } }";
    write(at, "schemalint.json", error);
    write(at, "conf/ci.json", error.replace("error", "off"));
    let config = |ran: Ran| ran.json()["summary"]["detected"]["config"].as_str().unwrap().to_string();
    let db = at.join("db");
    assert_eq!(config(run(at, &["--format", "json"]).exits(1)), "schemalint.json");
    assert_eq!(config(run(at, &["db", "--format", "json"]).exits(1)), "schemalint.json");
    assert_eq!(config(run(&db, &["--format", "json"]).exits(1)), "../schemalint.json");
    assert_eq!(
        config(run(&db, &["--config", "../conf/ci.json", "--format", "json"]).exits(0)),
        "../conf/ci.json"
    );
    assert_eq!(config(run(at, &["--config", "conf/ci.json", "--format", "json"]).exits(0)), "conf/ci.json");
    // Where a level comes from can be opened, too.
    run(&db, &["config", "--print"]).exits(0).says("\"error\", // ../schemalint.json:1");
    run(&db, &["config", "--print", "--config", "../conf/ci.json"]).exits(0).says("// ../conf/ci.json:1");
    run(at, &["config", "--print", "db"]).exits(0).says("// schemalint.json:1");
    // A nearer one wins; from above it is only mentioned.
    write(at, "db/schemalint.json", error.replace("error", "off"));
    assert_eq!(config(run(&db, &["--format", "json"]).exits(0)), "schemalint.json");
    run(at, &["--format", "json"]).exits(1).complains("db/schemalint.json` is not in use here");
    // The command line wins over all.
    run(at, &["--rule", "unindexed-foreign-key=off"]).exits(0).says("no findings");
}

#[test]
fn threads_change_nothing() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders: Vec<_> = fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    let made =
        [shop(), repository(&[("db.ts", many(60))]), repository(&[("a.ts", "pgTable("), ("b.ts", USERS)])];
    folders.extend(made.iter().map(|folder| folder.path().to_path_buf()));
    for folder in folders {
        let document = |threads: &str| {
            let ran = run(
                &folder,
                &["--no-ignore", "--no-baseline", "--threads", threads, "--format", "json", "."],
            );
            let lines = ran.stdout.lines().filter(|line| !line.contains("\"tookMs\": "));
            (ran.code, lines.map(str::to_string).collect::<Vec<_>>())
        };
        let one = document("1");
        assert!(one.1.len() > 10, "{}: {one:?}", folder.display());
        assert!(one == document("8"), "{}: eight threads differ from one", folder.display());
    }
}

#[test]
fn quiet_statistics_and_timings() {
    let folder = shop();
    let at = folder.path();
    write(at, "sub/schemalint.json", "{}");
    run(at, &[] as &[&str]).exits(0).complains("is not in use here");
    let quiet =
        run(at, &["--quiet"]).exits(0).says("no errors; 1 warning not shown").does_not_say("has no index");
    assert_eq!(quiet.stderr, "");
    run(at, &[&["-q"], AS_ERROR].concat()).exits(1).says("has no index");
    run(at, &["--statistics"]).exits(0).says("rule                   errors  warnings");
    run(at, &["--timings"]).exits(0).says("stage or rule").says("evaluate and link");
    let json = run(at, &["--timings", "--statistics", "--format", "json"]).exits(0);
    assert!(json.stderr.contains("stage or rule") && json.json()["version"] == 1, "{json:#?}");
    // Warnings fail the run by number or by level.
    run(at, &["--max-warnings", "0"]).exits(1).complains("1 warning, --max-warnings allows 0");
    run(at, &["--max-warnings", "1"]).exits(0);
    run(at, &["--fail-on", "warn"]).exits(1);
    run(at, &["--fail-on", "warn", "--rule", "unindexed-foreign-key=off"]).exits(0);
    run(at, &["--fail-on", "never", "--max-warnings", "0"]).exits(1);
}

#[test]
fn the_program_speaks_of_itself() {
    let folder = repository::<&str>(&[]);
    let at = folder.path();
    let rules = run(at, &["rules", "--format", "json"]).exits(0).json();
    let names: Vec<&str> =
        rules["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"unindexed-foreign-key") && names.is_sorted(), "{names:?}");
    let list = run(at, &["rules"]).exits(0);
    for name in names {
        assert!(list.stdout.contains(name), "{name}");
        run(at, &["explain", name])
            .exits(0)
            .says("Without a config: ")
            .does_not_say("//~")
            .does_not_say("## Cases");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        run(at, &["completions", shell]).exits(0).says("stdin-filename");
    }
    let schema = run(at, &["config", "--schema"]).exits(0).json();
    assert!(schema["properties"]["rules"].is_object());
    run(at, &["config", "--print", "--rule", "unindexed-foreign-key=off"])
        .exits(0)
        .says("\"unindexed-foreign-key\": \"off\", // command line");
    run(at, &["help", "baseline"]).exits(0).says("--prune");
}

#[test]
fn a_finding_that_matters_more_is_an_error_unless_the_level_is_set() {
    let folder = repository(&[("schema.ts", too_long_alike())]);
    let at = folder.path();
    run(at, &["--format", "concise"]).exits(1).says("schema.ts:3:2: warn").says("schema.ts:4:2: error");
    run(at, &["--format", "concise", "--rule", "identifier-too-long=warn"])
        .exits(0)
        .says("schema.ts:4:2: warn");
    write(at, "schemalint.json", r#"{ "rules": { "identifier-too-long": "warn" } }"#);
    run(at, &["--format", "concise"]).exits(0).says("schema.ts:4:2: warn");
    write(at, "schemalint.json", r#"{ "rules": { "identifier-too-long": "off" } }"#);
    run(at, &["--format", "concise"]).exits(0).does_not_say("schema.ts:4:2");
}

/// Two names that PostgreSQL cuts off to one.
fn too_long_alike() -> String {
    let name = "a".repeat(63);
    format!(
        "import {{ index, integer, pgTable }} from 'drizzle-orm/pg-core';\n\
         export const t = pgTable('t', {{ id: integer('id').primaryKey() }}, (t) => [\n \
         index('{name}1').on(t.id),\n \
         index('{name}2').on(t.id),\n]);\n"
    )
}
