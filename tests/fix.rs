//! `--fix` and `--diff`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use support::{ORDERS, USERS, repository, run, shop, write};

fn text(at: &Path, file: &str) -> String {
    fs::read_to_string(at.join(file)).unwrap()
}

/// In the quotes of the file.
const FIXED: &str = "index('orders_user_id_idx')";

#[test]
fn a_diff_writes_nothing() {
    let folder = shop();
    let at = folder.path();
    let before = text(at, "db/orders.ts");
    run(at, &["--diff"]).exits(0).complains("nothing to fix");
    let diff =
        run(at, &["--fix=schema", "--diff"]).exits(1).complains("would fix 1 finding in 1 file").stdout;
    assert!(diff.starts_with("--- a/db/orders.ts\n+++ b/db/orders.ts\n@@ "), "{diff}");
    assert_eq!(text(at, "db/orders.ts"), before);
    // It is one that git takes, and what comes out is clean.
    fs::write(at.join("fix.patch"), diff).unwrap();
    support::git(at, &["apply", "fix.patch"]);
    assert!(text(at, "db/orders.ts").contains(FIXED));
    run(at, &["--fix=schema", "--diff"]).exits(0).complains("nothing to fix");
}

#[test]
fn what_changes_the_database_is_asked_for_by_name() {
    let folder = shop();
    let at = folder.path();
    run(at, &["--fix"]).exits(0).complains("nothing to fix").says("1 warning");
    assert_eq!(text(at, "db/orders.ts"), ORDERS);
    run(at, &["--fix=schema"]).exits(0).complains("fixed 1 finding in 1 file").says("no findings");
    let fixed = text(at, "db/orders.ts");
    assert!(fixed.contains(FIXED), "{fixed}");
    run(at, &["--fix=schema"]).exits(0).complains("nothing to fix");
    assert_eq!(text(at, "db/orders.ts"), fixed);
}

#[test]
fn only_what_was_asked_for_is_changed() {
    let folder = shop();
    let at = folder.path();
    write(at, "db/bills.ts", ORDERS.replace("orders", "bills"));
    run(at, &["--fix=schema", "db/bills.ts"]).exits(0).complains("fixed 1 finding in 1 file");
    assert_eq!(text(at, "db/orders.ts"), ORDERS);
    run(at, &["baseline"]).exits(0);
    run(at, &["--fix=schema"]).exits(0).complains("nothing to fix");
    run(at, &["-", "--stdin-filename", "db/orders.ts", "--fix"])
        .exits(2)
        .complains("has nothing to write standard input to");
}

#[test]
fn what_is_written_for_many_is_left_alone() {
    let head = "import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
        import { users } from './users';\n\
        const key = () => integer('user_id').references(() => users.id);\n";
    let fixed = |code: &str| {
        let folder = repository(&[("db/users.ts", USERS), ("db/all.ts", &format!("{head}{code}"))]);
        let ran = run(folder.path(), &["--fix=schema"]).exits(0);
        assert!(ran.stderr.contains("fixed 1 ") || ran.stdout.contains("unindexed-foreign-key"), "{ran:#?}");
        text(folder.path(), "db/all.ts").contains("index(")
    };
    // Called once, but made for more.
    assert!(!fixed(
        "const make = (n: string) => pgTable(n, { a: key() }, (t) => []);\nexport const a = make('a');\n"
    ));
    assert!(!fixed(
        "function make(n: string) { return pgTable(n, { a: key() }, (t) => []); }\nexport const a = make('a');\n"
    ));
    assert!(!fixed("export const [a] = ['a'].map((n) => pgTable(n, { a: key() }));\n"));
    // In the value of its own name.
    assert!(fixed("export const a = pgTable('a', { a: key() }, (t) => []);\n"));
    assert!(fixed("export const a = pgTable('a', { a: key() }).enableRLS();\n"));
    assert!(fixed("export const tables = { a: pgTable('a', { a: key() }) };\n"));
    assert!(fixed("const a = pgTable('a', { a: key() });\nexport default a;\n"));
}

/// A table with so many keys to `users`, and what more the file says.
fn with_keys(count: usize, third: &str, rest: &str) -> String {
    let columns: String = (0..count)
        .map(|at| {
            format!("  a{at}: integer('a{at}').references(() => users.id, {{ onDelete: 'cascade' }}),\n")
        })
        .collect();
    format!(
        "import {{ relations }} from 'drizzle-orm';\nimport {{ integer, pgTable }} from 'drizzle-orm/pg-core';\n\
         import {{ users }} from './users';\nexport const orders = pgTable('orders', {{\n  \
         id: integer('id').primaryKey(),\n{columns}}}{third});\n{rest}"
    )
}

#[test]
fn entries_of_one_list_are_added_together() {
    for third in ["", ", (t) => [\n  unique().on(t.id),\n]", ", (t) => ({\n  b: unique().on(t.id)\n})"] {
        let orders = with_keys(300, third, "").replace("integer, pgTable }", "integer, pgTable, unique }");
        let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", &orders)]);
        let at = folder.path();
        let ran = run(at, &["--fix=schema"]).exits(0).complains("fixed 300 findings in 1 file");
        assert!(!ran.stderr.contains("note"), "{ran:?}");
        let fixed = text(at, "db/orders.ts");
        let places =
            (0..300).map(|key| fixed.find(&format!("index('orders_a{key}_idx').on(t.a{key})")).unwrap());
        assert!(places.is_sorted(), "{fixed}");
        // Each on its own line, as deep as what stands there.
        assert!(fixed.lines().all(|line| line.matches("index('").count() < 2), "{fixed}");
        if third.is_empty() {
            assert!(fixed.contains("\n}, (t) => [\n  index('orders_a0_idx').on(t.a0),\n  index("), "{fixed}");
        }
        run(at, &["--fix=schema"]).exits(0).complains("nothing to fix").does_not_say("unindexed");
    }
}

/// Whoever imports all of Drizzle under one name writes the index with it.
#[test]
fn an_index_is_called_as_the_file_calls_it() {
    const ALL: &str = "import * as pg from 'drizzle-orm/pg-core';\n\
        export const users = pg.pgTable('users', { id: pg.integer('id').primaryKey() });\n\
        export const posts = pg.pgTable('posts', { id: pg.integer('id').primaryKey(), userId: pg.integer('user_id').references(() => users.id) });\n";
    let folder = repository(&[("schema.ts", ALL)]);
    run(folder.path(), &[] as &[&str])
        .says("pg.index(\"posts_user_id_idx\")")
        .does_not_say("beside the table function");
}

/// Lists came with 0.36, in other dialects with 0.38.
#[test]
fn an_old_drizzle_gets_an_object() {
    let folder = shop();
    write(folder.path(), "package.json", "{ \"dependencies\": { \"drizzle-orm\": \"^0.33.0\" } }");
    run(folder.path(), &["--fix=schema"]).exits(0);
    let orders = text(folder.path(), "db/orders.ts");
    assert!(
        orders.contains(", (t) => ({ userIdIndex: index('orders_user_id_idx').on(t.userId) }))"),
        "{orders}"
    );
}

/// `many()` waits for one relation that leads back; only the second makes it ambiguous (facts/peers.md 2.3).
#[test]
fn only_a_second_relation_makes_a_many_ambiguous() {
    const BOTH: &str = "import { relations } from 'drizzle-orm';\nimport { integer, pgTable } from 'drizzle-orm/pg-core';\n\
        export const posts = pgTable('posts', { id: integer('id').primaryKey() });\n\
        export const comments = pgTable('comments', { id: integer('id').primaryKey(), postId: integer('post_id').references(() => posts.id) });\n\
        export const postsRelations = relations(posts, ({ many }) => ({ comments: many(comments) }));\n";
    let folder = repository(&[("schema.ts", BOTH)]);
    run(folder.path(), &[] as &[&str]).says("has no relation").does_not_say("becomes ambiguous");
    let other = "export const commentsRelations = relations(comments, ({ one }) => ({ pinned: one(posts, { fields: [comments.id], references: [posts.id] }) }));\n";
    write(folder.path(), "schema.ts", format!("{BOTH}{other}"));
    run(folder.path(), &[] as &[&str]).says("has no relation").says("becomes ambiguous");
}

#[test]
fn what_is_left_after_many_rounds_is_said() {
    // Relations of one table are added one by one.
    let rest = "export const ordersRelations = relations(orders, ({ one }) => ({\n  \
        a0: one(users, { fields: [orders.a0], references: [users.id], relationName: 'a0' }),\n}));\n";
    let orders = with_keys(104, "", rest);
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", &orders)]);
    let at = folder.path();
    let fix = ["--fix", "--rule", "missing-relation=warn", "--rule", "unindexed-foreign-key=off"];
    run(at, &fix)
        .exits(0)
        .complains("note: 4 fixes are still to be made: run it again")
        .complains("fixed 99 ");
    let ran = run(at, &fix).exits(0).complains("fixed 4 findings");
    assert!(!ran.stderr.contains("note"), "{ran:?}");
}

#[test]
fn marks_newlines_and_rights_of_a_file_stay() {
    let folder = shop();
    let at = folder.path();
    fs::write(at.join("db/orders.ts"), format!("\u{feff}{}", ORDERS.replace('\n', "\r\n"))).unwrap();
    run(at, &["--fix=schema"]).exits(0).complains("fixed 1 finding");
    let fixed = text(at, "db/orders.ts");
    assert!(fixed.starts_with('\u{feff}') && fixed.contains(FIXED));
    assert_eq!(fixed.matches("\r\n").count(), fixed.matches('\n').count());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_what_may_not_be_written_is_named() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = repository(&[("db/users.ts", USERS)]);
    let at = folder.path();
    write(at, "db/users.ts", USERS);
    write(at, "real/orders.ts.txt", ORDERS);
    write(at, "db/bills.ts", ORDERS.replace("orders", "bills"));
    symlink("../real/orders.ts.txt", at.join("db/orders.ts")).unwrap();
    let mode = |file: &str| fs::metadata(at.join(file)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(at.join("db/bills.ts"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(at.join("real/orders.ts.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    let ran = run(at, &["--fix=schema"]).exits(2);
    let ran = ran.complains("error: `db/bills.ts` was not changed: it may only be read");
    assert!(!ran.stderr.contains("orders"), "{ran:?}");
    assert_eq!(text(at, "db/bills.ts"), ORDERS.replace("orders", "bills"));
    // The other file is written all the same: what the link leads to, with its rights; the link stays one.
    assert!(text(at, "real/orders.ts.txt").contains(FIXED));
    assert!(fs::symlink_metadata(at.join("db/orders.ts")).unwrap().is_symlink());
    assert_eq!((mode("db/bills.ts"), mode("real/orders.ts.txt")), (0o444, 0o640));
    fs::set_permissions(at.join("db/bills.ts"), fs::Permissions::from_mode(0o644)).unwrap();
    run(at, &["--fix=schema"]).exits(0).complains("fixed 1 finding in 1 file");
    let left: Vec<_> = fs::read_dir(at.join("db")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "nothing is left behind: {left:?}");
}
