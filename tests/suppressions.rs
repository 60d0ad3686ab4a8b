//! Exceptions in comments.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{ORDERS, Ran, USERS, repository, run};

/// Checks orders with a line above their table.
fn with(line: &str, arguments: &[&str]) -> Ran {
    let orders = ORDERS.replace("export const", &format!("{line}\nexport const"));
    let folder = repository(&[("users.ts", USERS), ("orders.ts", &orders)]);
    run(folder.path(), &[&["--format", "concise", "--fail-on", "warn"], arguments].concat())
}

#[test]
fn a_reason_is_needed() {
    with("// schemalint-ignore unindexed-foreign-key -- few rows", &[])
        .exits(0)
        .says("no findings; 1 suppressed");
    with("/* schemalint-ignore unindexed-foreign-key -- few rows */", &[]).exits(0).says("1 suppressed");
    for line in
        ["// schemalint-ignore unindexed-foreign-key", "// schemalint-ignore unindexed-foreign-key --  "]
    {
        with(line, &[])
            .exits(1)
            .says("orders.ts:3:4: warn suppression-without-reason")
            .says("1 suppressed")
            .does_not_say("has no index");
    }
}

#[test]
fn what_excepts_nothing_is_reported() {
    with("// schemalint-ignore unindexed-foreign-key, missing-relation -- x", &[])
        .exits(1)
        .says("orders.ts:3:45: warn unused-suppression: there is nothing of `missing-relation`");
    with("// schemalint-ignore unindexed-foreign-keys -- x", &[])
        .exits(1)
        .says("orders.ts:3:22: error unknown-rule: there is no rule `unindexed-foreign-keys`")
        .says("has no index");
    // A rule that does not run says nothing of its exceptions.
    with("// schemalint-ignore unindexed-foreign-key -- x", &["--rule", "unindexed-foreign-key=off"])
        .exits(0);
    // A blank line parts the comment from the table.
    with("// schemalint-ignore unindexed-foreign-key -- x\n", &[])
        .exits(1)
        .says("unused-suppression")
        .says("has no index");
}

#[test]
fn a_file_can_be_excepted_but_not_another() {
    let excepted = format!("// schemalint-ignore-file unindexed-foreign-key -- generated\n{ORDERS}");
    let bills = ORDERS.replace("orders", "bills");
    let folder = repository(&[("users.ts", USERS), ("orders.ts", &excepted), ("bills.ts", &bills)]);
    run(folder.path(), &[] as &[&str])
        .exits(0)
        .says("`bills.user_id`")
        .does_not_say("`orders.user_id`")
        .says("1 suppressed");
}

#[test]
fn a_column_is_the_subject_wherever_the_finding_stands() {
    let orders = "import { foreignKey, integer, pgTable } from 'drizzle-orm/pg-core';\n\
        import { users } from './users';\n\
        export const orders = pgTable('orders', {\n\
        \x20 // schemalint-ignore unindexed-foreign-key -- few rows\n\
        \x20 userId: integer('user_id'),\n\
        \x20 payerId: integer('payer_id'),\n\
        }, (t) => [\n\
        \x20 foreignKey({ columns: [t.userId], foreignColumns: [users.id] }),\n\
        \x20 foreignKey({ columns: [t.payerId], foreignColumns: [users.id] }),\n\
        ]);\n";
    let folder = repository(&[("users.ts", USERS), ("orders.ts", orders)]);
    run(folder.path(), &[] as &[&str])
        .exits(0)
        .says("`orders.payer_id`")
        .does_not_say("`orders.user_id`")
        .says("1 suppressed");
}

#[test]
fn exceptions_hold_under_quiet_and_before_the_baseline() {
    with("// schemalint-ignore unindexed-foreign-key -- x", &["--quiet"]).exits(0).says("1 suppressed");
    let orders =
        ORDERS.replace("export const", "// schemalint-ignore unindexed-foreign-key -- x\nexport const");
    let folder = repository(&[("users.ts", USERS), ("orders.ts", &orders)]);
    run(folder.path(), &["baseline"]).exits(0).says("0 findings accepted");
}
