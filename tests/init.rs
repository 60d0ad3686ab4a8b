//! `init` as people meet it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn schemalint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_schemalint"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const SCHEMA: &str = "import { pgSchema, uuid } from 'drizzle-orm/pg-core';\n\
    export const crm = pgSchema('crm');\n\
    export const billing = pgSchema('billing');\n\
    export const customers = crm.table('customers', { id: uuid('id').primaryKey() });\n\
    export const invoices = billing.table('invoices', {\n\
    id: uuid('id').primaryKey(),\n\
    customerId: uuid('customer_id').references(() => customers.id),\n\
    });\n";
const RECORD: &str = "# ADR-0001: contexts share no foreign keys\n\nStatus: Accepted\n";

fn two_schemas() -> TempDir {
    repository(&[
        ("package.json", "{\"name\": \"shop\", \"dependencies\": {\"drizzle-orm\": \"0.45.0\"}}"),
        (
            "drizzle.config.ts",
            "export default { dialect: 'postgresql', schema: './src/*.ts', out: './migrations' };\n",
        ),
        ("src/schema.ts", SCHEMA),
        ("docs/adr/0001-contexts.md", RECORD),
        ("docs/adr/README.md", "# Decisions\n"),
    ])
}

#[test]
fn a_config_says_what_is_there_and_changes_nothing() {
    let folder = two_schemas();
    let before = schemalint(folder.path(), &["--format", "concise"]);
    let output = schemalint(folder.path(), &["init"]);
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(said.starts_with("wrote schemalint.json\n") && said.contains("next: "), "{said}");
    assert!(!said.contains('\u{1b}'), "no colours in a pipe");
    let text = fs::read_to_string(folder.path().join("schemalint.json")).unwrap();
    let said = unwrapped(&text);
    for part in [
        "`drizzle.config.ts`: postgresql, Drizzle 0.45, `out` is `migrations`",
        "`billing` (1 table), `crm` (1 table)",
        "1 foreign key leads from one domain to another",
        "{ \"to\": \"crm.customers\", \"reason\": \"…\" }, // 1 foreign key",
        "There is 1 decision record in `docs/adr`",
        "\"adr\": { \"files\": [\"docs/adr/*.md\"] }",
        "\"unindexed-foreign-key\": \"error\", // 1 finding",
    ] {
        assert!(said.contains(part), "{part}\n{text}");
    }
    let after = schemalint(folder.path(), &["--format", "concise"]);
    // The last line says how long it took and which config it was.
    let findings = |output: &Output| {
        stdout(output).lines().filter(|line| line.contains(".ts:")).map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!((findings(&after), after.status.code()), (findings(&before), before.status.code()));
    assert_eq!(stderr(&after), "");
    let count = findings(&after).len();
    assert!(text.contains(&format!("There are {count} findings today")), "{count}\n{text}");
}

#[test]
fn proposals_hold_once_their_slashes_are_taken_away() {
    let folder = two_schemas();
    assert_eq!(schemalint(folder.path(), &["init"]).status.code(), Some(0));
    let path = folder.path().join("schemalint.json");
    let text = fs::read_to_string(&path).unwrap();
    let crossing = |text: &str| text.contains("cross-schema-reference");
    assert!(crossing(&stdout(&schemalint(folder.path(), &["--format", "concise"]))));
    fs::write(&path, text.replace("// { \"to\"", "{ \"to\"").replace("// \"unindexed", "\"unindexed"))
        .unwrap();
    let output = schemalint(folder.path(), &["--format", "concise"]);
    assert_eq!(output.status.code(), Some(1), "an error now: {}", stderr(&output));
    assert!(!crossing(&stdout(&output)), "allowed now: {}", stdout(&output));
}

#[test]
fn a_config_that_is_there_is_not_touched() {
    let folder = two_schemas();
    let path = folder.path().join("schemalint.json");
    for text in ["", "{ \"rules\": {} } // mine\n", "no config at all"] {
        fs::write(&path, text).unwrap();
        let output = schemalint(folder.path(), &["init"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("`schemalint.json` exists already"), "{}", stderr(&output));
        assert_eq!((stdout(&output).as_str(), fs::read(&path).unwrap()), ("", text.as_bytes().to_vec()));
    }
    let output = schemalint(folder.path().parent().unwrap(), &["init", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_followed() {
    let folder = two_schemas();
    let outside = folder.path().join("elsewhere.json");
    std::os::unix::fs::symlink(&outside, folder.path().join("schemalint.json")).unwrap();
    assert_eq!(schemalint(folder.path(), &["init"]).status.code(), Some(2));
    assert!(!outside.exists());
}

#[test]
fn without_tables_nothing_is_written() {
    let folder = repository(&[("src/index.ts", "export const a = 1;\n")]);
    let output = schemalint(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("no table found"), "{}", stderr(&output));
    assert!(!folder.path().join("schemalint.json").exists());
}

#[test]
fn a_folder_that_is_none_is_an_error() {
    let folder = two_schemas();
    for path in ["gone", "package.json"] {
        let output = schemalint(folder.path(), &["init", path]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(path), "{}", stderr(&output));
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = two_schemas();
    let mode = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o555);
    let may_write_anyway = fs::write(folder.path().join("probe"), "").is_ok();
    let output = schemalint(folder.path(), &["init"]);
    mode(0o755);
    if !may_write_anyway {
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("cannot be written"), "{}", stderr(&output));
    }
}

#[test]
fn a_folder_below_another_config_gets_its_own() {
    let folder = repository(&[
        ("package.json", "{\"workspaces\": [\"packages/*\"]}"),
        ("schemalint.json", "{}"),
        ("docs/adr/0001-contexts.md", RECORD),
        ("packages/db/package.json", "{\"name\": \"db\"}"),
        ("packages/db/schema.ts", SCHEMA),
    ]);
    let output = schemalint(folder.path(), &["init", "packages/db"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (said, noted) = (stdout(&output), stderr(&output));
    assert!(said.starts_with("wrote packages/db/schemalint.json\n"), "{said}");
    assert!(
        said.contains("`schemalint packages/db`") && said.contains("`schemalint baseline packages/db`"),
        "{said}"
    );
    assert!(noted.contains("schemalint.json` no longer holds here"), "{noted}");
    let text = fs::read_to_string(folder.path().join("packages/db/schemalint.json")).unwrap();
    assert!(text.contains("\"adr\": { \"files\": [\"../../docs/adr/*.md\"] }"), "{text}");
    let output = schemalint(folder.path(), &["packages/db"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("1 decision record"), "{}", stdout(&output));
    let output = schemalint(folder.path(), &["baseline", "packages/db"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// Comments wrap anywhere.
fn unwrapped(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("//").trim_start());
    lines.collect::<Vec<_>>().join(" ")
}

/// A text with every proposal in force: prose begins with a letter, `-` or a name in backticks.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("// ") {
        Some(code) if code.trim_start().starts_with(['"', '{', '}', '[', ']']) => code.to_string(),
        _ => line.to_string(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

#[test]
fn every_kind_of_proposal_is_made_and_holds() {
    let users = "import { pgTable, uuid } from 'drizzle-orm/pg-core';\n\
        export const users = pgTable('users', { id: uuid('id').primaryKey() });\n";
    let shop = "import { pgTable, uuid } from 'drizzle-orm/pg-core';\n\
        import { users } from '../../../../accounts/src/modules/users/schema';\n\
        import { userIdRef } from '../../refs';\n\
        export const orders = pgTable('orders', { id: uuid('id').primaryKey(), \
        userId: uuid('user_id').references(() => users.id), buyerId: userIdRef('buyer_id') });\n\
        export const carts = pgTable('carts', { id: uuid('id').primaryKey(), userId: userIdRef('user_id') });\n";
    let items = "import { pgTable, uuid } from 'drizzle-orm/pg-core';\n\
        import { orders } from '../orders/schema';\n\
        import { userIdRef } from '../../refs';\n\
        export const items = pgTable('items', { id: uuid('id').primaryKey(), \
        orderId: uuid('order_id').references(() => orders.id), packerId: userIdRef('packer_id') });\n";
    let folder = repository(&[
        ("package.json", "{\"workspaces\": [\"packages/*\"]}"),
        ("packages/accounts/package.json", "{\"name\": \"accounts\"}"),
        ("packages/accounts/src/modules/users/schema.ts", users),
        ("packages/shop/package.json", "{\"name\": \"shop\"}"),
        (
            "packages/shop/drizzle.config.ts",
            "export default { dialect: 'postgresql', schema: process.env.SCHEMA, out: './migrations' };\n",
        ),
        (
            "packages/shop/src/refs.ts",
            "import { uuid } from 'drizzle-orm/pg-core';\nexport const userIdRef = (name: string) => uuid(name);\n",
        ),
        ("packages/shop/src/modules/orders/schema.ts", shop),
        ("packages/shop/src/modules/items/schema.ts", items),
        ("docs/adr/0001-contexts.md", RECORD),
        ("decisions/0002-more.md", "# ADR-0002: more\n"),
        ("docs/entities/order.md", "# Order\n"),
        ("docs/entities/items.md", "# Items\n"),
        ("docs/entities/user/index.mdx", "# User\n"),
        ("docs/entities/overview.md", "# Overview\n"),
    ]);
    let output = schemalint(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let path = folder.path().join("schemalint.json");
    let text = fs::read_to_string(&path).unwrap();
    for part in [
        "`out` is `migrations`; `schema` could not be read",
        "{ \"root\": \"packages/shop\", \"schema\": [\"src/modules/items/schema.ts\", \"src/modules/orders/schema.ts\"]",
        "2 packages declare all 4 tables; 1 foreign key leads from one to another.",
        "2 folders declare 3 of 4 tables; 1 foreign key leads from one to another.",
        "\"package\": { \"by\": \"package\" },",
        "\"pattern\": \"packages/shop/src/modules/{name}/**\"",
        "There are 2 decision records in `decisions`, `docs/adr`",
        "3 of the 4 pages of `docs/entities/**/*.{md,mdx}`",
        "`userIdRef` makes 3 columns without a foreign key.",
    ] {
        assert!(unwrapped(&text).contains(part), "{part}\n{text}");
    }
    assert_eq!(schemalint(folder.path(), &[]).status.code(), Some(0));
    fs::write(&path, uncommented(&text)).unwrap();
    let output = schemalint(folder.path(), &["--format", "concise"]);
    assert_eq!(output.status.code(), Some(1), "errors, but none of the config: {}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let said = stdout(&output);
    assert_eq!(said.matches("cross-schema-reference").count(), 2, "one by package, one by folder: {said}");
    assert!(!said.contains("stale-exception"), "every proposal finds something: {said}");
}

#[test]
fn houses_are_recognised_and_never_aggregates() {
    let resembles = |fixture: &str| {
        let folder = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
        for entry in walkdir::WalkDir::new(&from).into_iter().map(Result::unwrap) {
            let path = entry.path().strip_prefix(&from).unwrap();
            if entry.file_type().is_file() && !path.ends_with("schemalint.json") {
                fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
                fs::copy(entry.path(), folder.path().join(path)).unwrap();
            }
        }
        let output = schemalint(folder.path(), &["init"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let said = stdout(&output);
        let houses = said.lines().filter_map(|line| line.trim().strip_prefix("resembles the preset "));
        houses.map(|house| house.split(':').next().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(resembles("tkt-space"), ["schema-boundaries"]);
    assert_eq!(resembles("trovella"), ["domain-files"]);
    assert_eq!(resembles("voyant"), ["module-links"]);
    assert_eq!(resembles("voyant-declared"), ["module-links", "declared-dependencies"]);
    assert_eq!(resembles("busflow"), ["schema-boundaries"]);
    assert_eq!(resembles("shop"), [""; 0]);
}
