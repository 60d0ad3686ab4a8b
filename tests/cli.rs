//! The program as people meet it: exit codes, messages, bad input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn schemalint(folder: &Path, arguments: &[&str]) -> Output {
    support::command(folder).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with those files.
fn repository(files: &[(&str, &[u8])]) -> TempDir {
    support::repository(files)
}

/// `line:column` of what is quoted, as an editor counts them.
fn place(text: &[u8], quoted: &str) -> String {
    let text = std::str::from_utf8(text).unwrap();
    let before = &text[..text.find(quoted).unwrap()];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("{line}:{column}")
}

const USERS: &[u8] = support::USERS.as_bytes();
const ORDERS: &[u8] = support::ORDERS.as_bytes();

#[test]
fn an_unindexed_foreign_key_is_shown_with_its_frame() {
    let folder = repository(&[("users.ts", USERS), ("orders.ts", ORDERS)]);
    let output = schemalint(folder.path(), &["."]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "warnings do not fail: {text}");
    assert!(text.contains("foreign key `orders.user_id` to `users` has no index"), "{text}");
    assert!(text.contains(&format!("orders.ts:{}", place(ORDERS, "references("))), "{text}");
    assert!(text.contains("index(\"orders_user_id_idx\").on(t.userId)"), "{text}");
    assert!(text.contains("2 tables and 1 foreign key in 2 files"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn paths_can_be_opened_from_the_current_folder() {
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS)]);
    let text = stdout(&schemalint(folder.path(), &["db"]));
    assert!(text.contains(&format!("db/orders.ts:{}", place(ORDERS, "references("))), "{text}");
}

#[test]
fn positions_count_characters_whatever_stands_before() {
    let text = "\u{feff}import { integer, pgTable } from 'drizzle-orm/pg-core';\r\n\
        export const users = pgTable('users', { id: integer('id').primaryKey() });\r\n\
        export const orders = pgTable('orders', { /* 😀 é */\tuserId: integer('ü_id').references(() => users.id) });\r\n";
    let folder = repository(&[("a.ts", text.as_bytes())]);
    let shown = stdout(&schemalint(folder.path(), &[]));
    assert!(shown.contains(&format!("a.ts:{}", place(text.as_bytes(), "references("))), "{shown}");
    assert!(shown.contains("`orders.ü_id`"), "{shown}");
}

#[test]
fn a_path_that_does_not_exist_is_wrong_usage() {
    let folder = repository(&[]);
    let output = schemalint(folder.path(), &["nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`nowhere`"), "{}", stderr(&output));
}

/// Hooks name whatever was changed.
#[test]
fn a_named_file_that_is_no_script_is_read_as_none() {
    let notes = "CREATE TABLE x (pgTable( int);".as_bytes();
    let folder = repository(&[
        ("package.json", b"{ \"dependencies\": {} }"),
        ("users.ts", USERS),
        ("orders.ts", ORDERS),
        ("0000_first.sql", notes),
        ("notes.md", notes),
        ("tables.json", b"{ \"pgTable(\": 1 }"),
        ("docker-compose.yml", b"pgTable(: 1"),
    ]);
    fs::create_dir(folder.path().join(".git")).unwrap();
    let data = ["package.json", "0000_first.sql", "notes.md", "tables.json", "docker-compose.yml"];
    let output = schemalint(folder.path(), &data);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    assert!(text.contains("no findings; 1 elsewhere"), "{text}");
    let text = stdout(&schemalint(folder.path(), &[&data[..], &["orders.ts"]].concat()));
    assert!(text.contains("foreign key `orders.user_id` to `users` has no index"), "{text}");
}

#[test]
fn a_folder_without_tables_says_what_was_looked_for() {
    for files in [&[][..], &[("a.ts", &b"export const a = 1;"[..])][..]] {
        let folder = repository(files);
        let output = schemalint(folder.path(), &[]);
        assert_eq!(output.status.code(), Some(3));
        assert!(stderr(&output).contains("pgTable"), "{}", stderr(&output));
    }
}

#[test]
fn unknown_options_and_help() {
    let folder = repository(&[]);
    assert_eq!(schemalint(folder.path(), &["--nonsense"]).status.code(), Some(2));
    let help = schemalint(folder.path(), &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(stdout(&help).contains("Exit codes"));
    assert!(stdout(&schemalint(folder.path(), &["--version"])).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_syntax_error_fails_and_everything_else_is_read() {
    let broken = b"import { pgTable } from 'drizzle-orm/pg-core';\nexport const = pgTable();\n";
    let folder = repository(&[("broken.ts", broken), ("users.ts", USERS), ("orders.ts", ORDERS)]);
    let output = schemalint(folder.path(), &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("syntax-error") && text.contains("broken.ts:2:14"), "{text}");
    assert!(text.contains("foreign key `orders.user_id`"), "{text}");
}

#[test]
fn broken_utf8_is_found_at_its_byte() {
    let mut bytes = b"// caf\xc3\xa9\nexport const users = pgTable('".to_vec();
    bytes.push(0xff);
    bytes.extend(b"');");
    let folder = repository(&[("latin.ts", &bytes), ("users.ts", USERS)]);
    let output = schemalint(folder.path(), &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("not valid UTF-8") && text.contains("latin.ts:2:31"), "{text}");
    assert!(text.contains("1 table"), "{text}");
}

#[test]
fn a_dangling_import_that_a_table_needs_is_a_finding() {
    let text = b"import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
        import { users } from './gone';\n\
        import { unused } from './gone-too';\n\
        export const orders = pgTable('orders', { userId: integer('user_id').references(() => users.id) });\n";
    let folder = repository(&[("orders.ts", text)]);
    let output = schemalint(folder.path(), &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("`./gone` leads to no file") && text.contains("orders.ts:2:23"), "{text}");
    assert!(!text.contains("`./gone-too`"), "nothing needs it: {text}");
    assert!(text.contains("1 table could not be read completely"), "{text}");
    assert!(!text.contains("has no index"), "what is not known is not reported: {text}");
}

#[test]
fn cyclic_imports_are_read() {
    let a = b"import { integer, pgTable } from 'drizzle-orm/pg-core';\nimport { b } from './b';\n\
        export const a = pgTable('a', { id: integer('id').primaryKey(), b: integer('b').references(() => b.id) });\n";
    let b = b"import { integer, pgTable } from 'drizzle-orm/pg-core';\nimport { a } from './a';\n\
        export const b = pgTable('b', { id: integer('id').primaryKey(), a: integer('a').references(() => a.id) });\n";
    let folder = repository(&[("a.ts", a), ("b.ts", b)]);
    let text = stdout(&schemalint(folder.path(), &[]));
    assert!(text.contains("2 tables and 2 foreign keys"), "{text}");
    assert!(text.contains("`a.b`") && text.contains("`b.a`"), "{text}");
}

#[test]
fn a_factory_that_never_ends_is_stopped() {
    let text = b"import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
        const again = (n) => again(n + 1);\n\
        const spin = () => { let i = 0; while (true) { i = i + 1; } };\n\
        const grow = (n) => ({ ...grow(n), ...grow(n) });\n\
        export const a = pgTable('a', { id: integer('id').primaryKey(), ...again(0) });\n\
        export const b = pgTable('b', { id: integer('id').primaryKey(), ...spin() });\n\
        export const c = pgTable('c', { id: integer('id').primaryKey(), ...grow(0) });\n";
    let folder = repository(&[("loop.ts", text), ("users.ts", USERS)]);
    let output = schemalint(folder.path(), &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("4 tables"), "{text}");
    assert!(text.contains("3 tables could not be read completely"), "{text}");
}

#[test]
fn ignored_files_tests_and_build_output_are_left_out_unless_named() {
    let files: &[(&str, &[u8])] = &[
        ("package.json", b"{}"),
        (".gitignore", b"generated/\n"),
        ("src/.gitignore", b"*.local.ts\n!keep.local.ts\n"),
        ("src/users.ts", USERS),
        ("src/scratch.local.ts", USERS),
        ("src/keep.local.ts", USERS),
        ("src/users.test.ts", USERS),
        ("generated/users.ts", USERS),
        ("node_modules/pkg/users.ts", USERS),
        ("dist/users.js", USERS),
        ("tests/users.ts", USERS),
        ("build/users.js", USERS),
        ("src/build/users.ts", USERS),
    ];
    let folder = repository(files);
    let count = |arguments: &[&str]| {
        let text = stdout(&schemalint(folder.path(), arguments));
        text.lines().last().unwrap_or_default().to_string()
    };
    assert!(count(&[]).starts_with("3 tables"), "{}", count(&[]));
    assert!(count(&["tests"]).starts_with("1 table "), "{}", count(&["tests"]));
    assert!(count(&["src/users.test.ts"]).starts_with("1 table "), "{}", count(&["src/users.test.ts"]));
    assert!(count(&["--no-ignore"]).starts_with("9 tables"), "{}", count(&["--no-ignore"]));
}

#[test]
fn what_git_tracks_is_not_ignored() {
    let folder = repository(&[
        (".gitignore", b"*credentials*\n"),
        ("src/credentials.ts", USERS),
        ("src/my-credentials.ts", ORDERS),
    ]);
    let git = |arguments: &[&str]| {
        assert!(Command::new("git").args(arguments).current_dir(folder.path()).status().unwrap().success());
    };
    git(&["init", "-q"]);
    git(&["add", "-f", "src/credentials.ts"]);
    let text = stdout(&schemalint(folder.path(), &[]));
    assert!(text.contains("1 table and 0 foreign keys"), "only the tracked one: {text}");
    let said = stderr(&schemalint(folder.path(), &[]));
    assert!(said.contains("left out by .gitignore") && said.contains("my-credentials.ts"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_and_pipes_do_not_stop_the_walk() {
    use std::os::unix::fs::symlink;
    let folder = repository(&[("src/users.ts", USERS)]);
    let outside = repository(&[("secret.ts", USERS)]);
    symlink(folder.path(), folder.path().join("src/loop")).unwrap();
    symlink(outside.path(), folder.path().join("src/outside")).unwrap();
    symlink(outside.path().join("secret.ts"), folder.path().join("src/secret.ts")).unwrap();
    symlink("nowhere.ts", folder.path().join("src/dangling.schema.ts")).unwrap();
    let pipe = folder.path().join("src/pipe.schema.ts");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let output = schemalint(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("1 table "), "{}", stdout(&output));
}

/// Without a foreign key, only the relation leads to a table of another folder.
#[test]
fn a_relation_may_lead_out_of_the_folder_that_is_read() {
    let folder = repository(&[
        ("package.json", b"{ \"workspaces\": [\"*\"] }"),
        (
            "a/users.ts",
            b"import { relations } from 'drizzle-orm';\nimport { integer, pgTable } from 'drizzle-orm/pg-core';\n\
              import { projects } from '../b/projects';\n\
              export const users = pgTable('users', { id: integer('id').primaryKey(), projectId: integer('project_id') });\n\
              export const usersRelations = relations(users, ({ one }) => ({\n\
              project: one(projects, { fields: [users.projectId], references: [projects.id] }),\n\
              draft: one(projects),\n}));\n",
        ),
        (
            "b/projects.ts",
            b"import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
              export const projects = pgTable('projects', { id: integer('id').primaryKey() });\n",
        ),
    ]);
    let output = schemalint(folder.path(), &["graph", "a"]);
    let graph: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let names: Vec<&str> =
        graph["tables"].as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap()).collect();
    assert_eq!((output.status.code(), names), (Some(0), vec!["users", "projects"]));
    // `graph` reads that folder alone; a config in it does so for everything.
    std::fs::write(folder.path().join("a/schemalint.json"), "{}").unwrap();
    let output = schemalint(folder.path(), &["a"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("infer relation \"users.draft\""), "{}", stdout(&output));
}

#[test]
fn the_graph_is_the_same_for_any_number_of_threads() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/truth");
    let graph = |threads: &str| {
        let output = schemalint(&fixtures, &["graph", "--no-ignore", "--threads", threads, "."]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        output.stdout
    };
    let one = graph("1");
    assert!(one.len() > 100_000);
    for threads in ["1", "2", "8"] {
        assert!(one == graph(threads), "{threads} threads differ from one");
    }
}

#[test]
fn deep_nesting_is_a_finding_not_a_crash() {
    let mut deep = b"import { pgTable } from 'drizzle-orm/pg-core';\nexport const a = ".to_vec();
    deep.extend(std::iter::repeat_n(b'[', 20_000));
    deep.extend(std::iter::repeat_n(b']', 20_000));
    let mut long = b"import { pgTable } from 'drizzle-orm/pg-core';\nexport const b = 1".to_vec();
    (0..20_000).for_each(|_| long.extend(b" + 1"));
    let folder = repository(&[("deep.ts", &deep), ("long.ts", &long), ("users.ts", USERS)]);
    let output = schemalint(folder.path(), &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(text.contains("nested too deep"), "only the head: {}", &text[..text.len().min(400)]);
    assert!(text.contains("1 table "));
}

#[test]
fn the_fixture_of_the_readme_is_as_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = stdout(&schemalint(root, &["fixtures/shop"]));
    // The last line says how long it took.
    let (frames, summary) = text.trim_end().rsplit_once('\n').unwrap();
    let expected = fs::read_to_string(root.join("fixtures/shop.expected.txt")).unwrap();
    assert_eq!(format!("{frames}\n"), expected);
    assert!(summary.starts_with("5 tables and 4 foreign keys in 2 files"), "{summary}");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let shown = readme.split("```text\n").nth(1).unwrap().split("\n```").next().unwrap();
    assert!(expected.starts_with(shown), "the README shows another rendering");
}
