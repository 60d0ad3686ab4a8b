//! Input of which there is much: the work grows with it, not with its square.
//!
//! Nothing is timed. The sizes are those at which a way that grows faster takes minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{ORDERS, Ran, USERS, repository, run};

/// globset panicked: what can be built need not compile. Of many more it overflowed the stack.
#[test]
fn globs_that_nest_too_deep_are_errors() {
    for n in [80, 150, 300, 100_000] {
        let glob = format!("{}b{}", "{a,".repeat(n), "}".repeat(n));
        for config in [
            format!("{{\"files\": {{\"include\": [\"{glob}\"]}}}}"),
            format!("{{\"overrides\": [{{\"files\": [\"{glob}\"], \"rules\": {{}}}}]}}"),
            format!("{{\"docs\": {{\"adr\": {{\"files\": [\"./docs/{glob}\"]}}}}}}"),
        ] {
            let folder = repository(&[("schemalint.json", config.as_str()), ("users.ts", USERS)]);
            run(folder.path(), &["--format", "concise"]).exits(2).complains("deep");
        }
        let config = format!("export default {{ dialect: 'postgresql', schema: './{glob}' }};\n");
        let folder =
            repository(&[("drizzle.config.ts", config.as_str()), ("users.ts", USERS), ("orders.ts", ORDERS)]);
        run(folder.path(), &["--format", "concise"])
            .says("foreign key `orders.user_id` to `users` has no index");
    }
}

const DRIZZLE: &str =
    "import { integer, pgTable, text } from 'drizzle-orm/pg-core';\nimport { users } from './users';\n";

/// What is said of a file beside the good ones.
fn check(code: &str) -> Ran {
    let folder = repository(&[("users.ts", USERS), ("many.ts", &format!("{DRIZZLE}{code}"))]);
    run(folder.path(), &["--format", "concise"])
}

fn list(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect()
}

/// Types that hold themselves, many times over, were entered once more each time, for every column.
#[test]
fn types_may_be_large_and_hold_themselves() {
    let columns = |count: usize| list(count, |at| format!("c{at}: text('c{at}').$type<Kind>(),\n"));
    let table = |columns: &str| {
        format!("export const t = pgTable('t', {{\nid: integer('id').primaryKey(),\n{columns}}});\n")
    };
    let circle = format!("type Kind = {};\n", vec!["Kind"; 100_000].join(" | "));
    let texts = format!("type Kind = {};\n", list(4_000, |at| format!("| 'k{at}'")));
    let nested = format!("type Kind = {}'a'{};\n", "(".repeat(1_000), ")".repeat(1_000));
    let chain = list(2_000, |at| format!("type Kind{at} = Kind{} | Kind{};\n", at + 1, at + 1));
    for types in [circle, texts, nested, format!("{chain}type Kind = Kind0;\n")] {
        let ran = check(&format!("{types}{}", table(&columns(2_000)))).exits(0);
        assert!(!format!("{ran:?}").contains("could not be read completely"), "{ran:?}");
    }
}

/// Each tag was read to the end of its comment.
#[test]
fn one_comment_may_have_many_tags() {
    let column = |tags: &str| {
        format!(
            "export const t = pgTable('t', {{ id: integer('id').primaryKey(), targetType: text('target_type'),\n\
             /** {tags} */ targetId: integer('target_id') }});\n"
        )
    };
    check(&column(&"ADR-0001 @ref nothing.id ".repeat(20_000))).says("nothing.id");
    check(&column(&"@polymorphic target_type: a=t\n".repeat(20_000))).exits(0);
}

/// The line was read for each finding, for its column and for where an index goes.
#[test]
fn one_line_may_have_many_findings() {
    let n = 1_000;
    let keys = list(n, |i| format!("c{i}Id: integer('é{i}_id').references(() => users.id),"));
    let ran = check(&format!("export const t = pgTable('t', {{ id: integer('id').primaryKey(), {keys} }});"));
    let last = format!("{{ id: integer('id').primaryKey(), {keys}").chars().count();
    let line = ran.stdout.lines().find(|line| line.contains(&format!("`t.é{}_id` ", n - 1))).unwrap();
    let column: usize = line.split(':').nth(2).unwrap().parse().unwrap();
    assert!(column < "export const t = pgTable('t', ".len() + last, "{line}");
    assert!(column > last - 40, "{line}");
}

/// Each finding was held against each suppression of its file, and each suppression against each table.
#[test]
fn one_file_may_have_many_suppressions() {
    let table = |i: usize| {
        format!(
            "// schemalint-ignore unindexed-foreign-key -- r{i}\n\
             export const t{i} = pgTable('t{i}', {{ id: integer('id').primaryKey(),\n  \
             aId: integer('a_id').references(() => users.id, {{ onDelete: 'cascade' }}) }});\n"
        )
    };
    let ran = check(&list(1_000, table)).exits(0);
    assert!(!ran.stdout.contains("many.ts"), "{}", ran.stdout);
}

/// Each relation was held against all others, and each key against all relations.
#[test]
fn two_tables_may_have_many_relations() {
    let n = 500;
    let code = [
        "import { relations } from 'drizzle-orm';\nexport const p = pgTable('p', { id: integer('id').primaryKey() });\n",
        "export const t = pgTable('t', { id: integer('id').primaryKey(),\n",
        &list(n, |i| format!("  p{i}Id: integer('p{i}_id').references(() => p.id),\n")),
        "});\nexport const tr = relations(t, ({ one }) => ({\n",
        &list(n - 1, |i| {
            format!("  r{i}: one(p, {{ fields: [t.p{i}Id], references: [p.id], relationName: 'n{i}' }}),\n")
        }),
        "}));\nexport const pr = relations(p, ({ many }) => ({\n",
        &list(n, |i| format!("  r{i}: many(t, {{ relationName: 'n{i}' }}),\n")),
        "}));\n",
    ];
    let ran = check(&code.concat());
    let said = ran.stdout.lines().filter(|line| line.contains("relation") && !line.contains("unindexed"));
    let said: Vec<&str> = said.filter(|line| line.contains("many.ts")).collect();
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said.iter().all(|line| line.contains("499")), "{said:#?}");
}

/// Of each statement the line before it, the list that never ends, and the name that never ends were read again.
#[test]
fn sql_may_be_one_line_without_an_end() {
    let rename = "alter table orders rename to b;alter table b rename to orders;";
    let texts = [
        "create table a (".repeat(100_000),
        "create index i on orders (".repeat(50_000),
        "create index i on orders (user_id) include (".repeat(25_000),
        "create index [i ".repeat(75_000),
        "create index i on orders (user_id) drop index i ".repeat(25_000),
        format!("{}{}", "create index i on orders (id)\n".repeat(15_000), rename.repeat(15_000)),
        format!(
            "{}{}",
            "create index on orders(id);create index on b(id);".repeat(30_000),
            rename.repeat(60_000)
        ),
    ];
    for text in texts {
        let folder = repository(&[("users.ts", USERS), ("orders.ts", ORDERS), ("many.sql", &text)]);
        run(folder.path(), &["--format", "concise"]).exits(0);
    }
}
