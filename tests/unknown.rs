//! What cannot be known is never guessed and never silent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::time::Instant;

use schemalint::check::{Asked, check};
use schemalint::discover::Options;
use schemalint::graph::{SchemaGraph, Table};
use schemalint::workspace::{self, Reading};

const HEAD: &str = "import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';\n\
    import { opaque } from '@acme/opaque';\n\
    export const users = pgTable('users', { id: integer('id').primaryKey() });\n";

fn read(files: &[(&str, &str)]) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let root = fs::canonicalize(folder.path()).unwrap();
    let settings = workspace::load_settings(None, &[]).unwrap();
    workspace::read(&root, &Options { paths: vec![root.clone()], ..Options::default() }, &settings)
}

fn schema(body: &str) -> Reading {
    read(&[("schema.ts", &format!("{HEAD}{body}"))])
}

fn table<'g>(graph: &'g SchemaGraph, name: &str) -> &'g Table {
    graph.tables.iter().find(|table| table.binding.name == name).unwrap()
}

/// `subject: reason` of everything that could not be read.
fn unreadable(reading: &Reading) -> Vec<String> {
    let gaps = reading.graph.unreadable.iter();
    gaps.map(|gap| format!("{}: {}", gap.subject, gap.why.reason)).collect()
}

fn fired(reading: &Reading, rule: &str) -> Vec<String> {
    let settings = workspace::load_settings(None, &[]).unwrap();
    let run = check(reading, &settings.config, &Asked::default(), Instant::now());
    let findings = run.findings.iter().filter(|finding| finding.rule == rule);
    findings.map(|finding| finding.subject.to_string()).collect()
}

#[test]
fn a_table_chosen_by_the_environment_is_named() {
    let reading = schema(
        "export const chosen = process.env.OLD ? pgTable('a', { a: integer() }) : pgTable('b', { b: integer() });\n\
         export const orders = pgTable('orders', { userId: integer('user_id').references(() => chosen.b) });\n",
    );
    let reason = "an environment variable is not known before run time";
    assert!(
        unreadable(&reading).contains(&format!("table `chosen`: {reason}")),
        "{:?}",
        unreadable(&reading)
    );
    assert!(table(&reading.graph, "orders").foreign_keys[0].target.is_err());
    assert!(fired(&reading, "unindexed-foreign-key").is_empty());
}

#[test]
fn both_branches_alike_are_known() {
    let reading = schema(
        "const chosen = process.env.OLD ? users : users;\n\
         export const orders = pgTable('orders', { userId: integer('user_id').references(() => chosen.id) });\n",
    );
    assert!(unreadable(&reading).is_empty(), "{:?}", unreadable(&reading));
    assert_eq!(fired(&reading, "unindexed-foreign-key"), ["orders.user_id"]);
}

#[test]
fn columns_of_a_package_leave_the_table_open() {
    let reading = schema(
        "export const orders = pgTable('orders', { ...opaque(), userId: integer('user_id').references(() => users.id) });\n",
    );
    let orders = table(&reading.graph, "orders");
    assert!(orders.columns_open.is_some());
    assert_eq!(orders.columns.len(), 1);
    // An index can only stand in the third argument, which is known: the key has none.
    assert_eq!(fired(&reading, "unindexed-foreign-key"), ["orders.user_id"]);
}

#[test]
fn a_conditional_spread_makes_only_its_own_members_unknown() {
    let reading = schema(
        "export const orders = pgTable('orders', { id: integer('id'), ...(process.env.X ? { note: text('note') } : {}) });\n",
    );
    let orders = table(&reading.graph, "orders");
    assert!(orders.columns_open.is_none());
    assert!(orders.columns[0].facts.is_ok() && orders.columns[1].facts.is_err());
    assert_eq!(unreadable(&reading).len(), 1, "{:?}", unreadable(&reading));
}

#[test]
fn an_unknown_branch_at_the_top_level_spoils_what_it_changes() {
    let reading = schema(
        "const columns = { id: integer('id') };\n\
         if (process.env.X) { columns.note = text('note'); }\n\
         export const orders = pgTable('orders', columns);\n",
    );
    assert!(table(&reading.graph, "orders").columns_open.is_some());
    assert!(!unreadable(&reading).is_empty());
}

#[test]
fn an_unknown_name_is_reported_and_the_rest_is_read() {
    let reading = schema(
        "export const orders = pgTable(opaque('orders'), { userId: integer('user_id').references(() => users.id) },\n\
         (t) => [index(opaque('i')).on(t.userId)]);\n",
    );
    assert!(table(&reading.graph, "orders").name.is_err());
    assert_eq!(unreadable(&reading).len(), 2, "{:?}", unreadable(&reading));
    assert!(fired(&reading, "unindexed-foreign-key").is_empty(), "it has an index, whatever its name");
}

#[test]
fn growth_without_end_is_stopped_by_size() {
    let reading = schema(
        "let name = 'x'; for (let i = 0; i < 60; i++) { name += name; }\n\
         let list = [1]; for (let i = 0; i < 60; i++) { list = [...list, ...list]; }\n\
         export const a = pgTable(name, { id: integer('id') });\n\
         export const b = pgTable('b', { id: integer('id') }, () => list);\n",
    );
    assert!(table(&reading.graph, "a").name.is_err());
    assert_eq!(reading.graph.tables.len(), 3);
}

#[test]
fn a_column_from_a_helper_points_at_the_table_and_the_helper() {
    let reading = read(&[
        (
            "columns.ts",
            "import { timestamp } from 'drizzle-orm/pg-core';\n\
             export const stamps = {\n  // when it was made\n  createdAt: timestamp('created_at'),\n};\n",
        ),
        (
            "schema.ts",
            "import { integer, pgTable } from 'drizzle-orm/pg-core';\nimport { stamps } from './columns';\n\
             /** What was bought. */\nexport const orders = pgTable('orders', {\n  id: integer('id'), // the key\n  ...stamps,\n});\n",
        ),
    ]);
    let graph = &reading.graph;
    let text = |span| graph.sources.text(span);
    let orders = table(graph, "orders");
    assert_eq!(orders.comments.iter().map(|at| text(*at)).collect::<Vec<_>>(), ["/** What was bought. */"]);
    let [id, created] = &orders.columns[..] else { panic!("two columns") };
    assert_eq!(text(id.span), "id: integer('id')");
    assert_eq!(id.comments.iter().map(|at| text(*at)).collect::<Vec<_>>(), ["// the key"]);
    assert_eq!(id.helper, None);
    assert_eq!(text(created.span), "stamps");
    assert_eq!(created.helper.map(text), Some("createdAt: timestamp('created_at')"));
    assert_eq!(created.comments.iter().map(|at| text(*at)).collect::<Vec<_>>(), ["// when it was made"]);
}

#[test]
fn every_form_of_a_drizzle_config_is_read() {
    let config = |schema: &str| format!("import {{ defineConfig }} from 'drizzle-kit';\n{schema}");
    let forms = [
        ("export default defineConfig({ dialect: 'postgresql', schema: './src/db.ts' });", 1),
        (
            "export default { dialect: 'postgresql', schema: ['./src/db.ts', './src/more.ts'] } satisfies object;",
            2,
        ),
        (
            "const schema = './src/*.ts';\nconst config = { dialect: 'postgresql', schema } as const;\nexport default config;",
            2,
        ),
        ("export default defineConfig({ dialect: 'postgresql', schema: './src' });", 2),
        ("export default defineConfig({ dialect: 'postgresql', schema: './src/!(more).ts' });", 1),
        (
            "import path from 'node:path';\nexport default { dialect: 'postgresql', schema: path.join(__dirname, 'src', 'db.ts') };",
            1,
        ),
        ("export default { dialect: 'postgresql', schema: './dist/db.js' };", 1),
        ("module.exports = { dialect: 'postgresql', schema: './src/{db,more}.ts' };", 2),
    ];
    for (form, files) in forms {
        let reading = read(&[
            ("package.json", "{}"),
            ("drizzle.config.ts", &config(form)),
            ("src/db.ts", HEAD),
            ("src/more.ts", "export const nothing = 1;"),
        ]);
        let project = &reading.graph.projects[0];
        assert_eq!(project.schema_files.len(), files, "{form}\n{:?}", unreadable(&reading));
        assert_eq!(project.dialect.map(|dialect| dialect.name()), Some("postgresql"), "{form}");
        assert_eq!(table(&reading.graph, "users").project, 0, "{form}");
    }
}

/// What is said of a drizzle.config, with the texts that the places are.
fn said_of_config(config: &str, files: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all = vec![("package.json", "{}"), ("drizzle.config.ts", config), ("src/db.ts", HEAD)];
    all.extend(files);
    let reading = read(&all);
    // Whatever is wrong with the config, its tables are read and checked.
    assert_eq!(reading.graph.tables.len(), 1, "{config}");
    let gaps = reading.graph.unreadable.iter();
    let text = |span| reading.graph.sources.text(span).to_string();
    gaps.map(|gap| (format!("{}: {}", gap.subject, gap.why.reason), text(gap.span))).collect()
}

#[test]
fn a_drizzle_config_that_cannot_be_used_is_said_once_and_in_its_place() {
    let environment = "an environment variable is not known before run time";
    let cases: [(&str, &str, &str); 9] = [
        (
            "import { make } from '@acme/config';\nexport default make();",
            "this drizzle.config: the package `@acme/config` is not part of the repository",
            "export default make();",
        ),
        (
            "export default { dialect: 'oracle', schema: './src/db.ts' };",
            "`dialect` of this drizzle.config: schemalint knows no dialect `oracle`",
            "dialect: 'oracle'",
        ),
        (
            "export default { dialect: 'postgresql', schema: process.env.SCHEMA };",
            &format!("`schema` of this drizzle.config: {environment}"),
            "schema: process.env.SCHEMA",
        ),
        (
            "export default { dialect: process.env.DIALECT, schema: './src/db.ts' };",
            &format!("`dialect` of this drizzle.config: {environment}"),
            "dialect: process.env.DIALECT",
        ),
        (
            "export default { dialect: 'postgresql', schema: ['./src/db.ts', './more/*.ts'] };",
            "`./more/*.ts` in `schema` of this drizzle.config: no file matches it",
            "schema: ['./src/db.ts', './more/*.ts']",
        ),
        (
            "export default { dialect: 'postgresql', schema: 3 };",
            "`schema` of this drizzle.config: it is neither a path nor a list of paths",
            "schema: 3",
        ),
        (
            "export default { dialect: 'mysql', schema: './src/db.ts' };",
            "the tables of this drizzle.config: its `dialect` is `mysql`, but its schema files export tables of \
             `postgresql`, which drizzle-kit leaves out then",
            "dialect: 'mysql'",
        ),
        (
            "export const config = { dialect: 'postgresql', schema: './src/db.ts' };",
            "this drizzle.config: it has no default export",
            "config",
        ),
        (
            "export default (async () => ({ dialect: 'postgresql' }))();",
            "this drizzle.config: the result of an async function or a generator is not evaluated",
            "export default (async () => ({ dialect: 'postgresql' }))();",
        ),
    ];
    for (config, said, place) in cases {
        assert_eq!(said_of_config(config, &[]), [(said.to_string(), place.to_string())], "{config}");
    }
}

#[test]
fn drizzle_configs_that_are_all_right_are_not_spoken_of() {
    let base = (
        "base.ts",
        "export const base = { dialect: 'postgresql' };\nexport const make = (schema: string) => ({ ...base, schema });",
    );
    let dev = ("drizzle-dev.config.ts", "export default { dialect: 'postgresql', schema: './src/db.ts' };");
    let twin = ("src/lite.ts", "export const nothing = 1;");
    for config in [
        "import { base } from './base';\nexport default { ...base, schema: './src/db.ts' };",
        "import { make } from './base';\nexport default make('./src/db.ts');",
        // For `drizzle-kit pull`.
        "export default { dialect: 'postgresql' };",
        "export default { dialect: 'postgresql', schema: './src' };",
    ] {
        assert_eq!(said_of_config(config, &[base, dev, twin]), [], "{config}");
    }
}

#[test]
fn two_drizzle_configs_of_one_file_report_once() {
    let config = "export default { dialect: 'postgresql', schema: './schema.ts' };";
    let reading = read(&[
        ("package.json", "{}"),
        ("drizzle.config.ts", config),
        ("drizzle.prod.ts", &format!("import 'drizzle-kit';\n{config}")),
        (
            "schema.ts",
            "import { integer, pgEnum, pgTable } from 'drizzle-orm/pg-core';\nconst status = pgEnum('status', ['a']);\n\
             export const users = pgTable('users', { id: integer('id').primaryKey(), status: status('status') });\n\
             export const orders = pgTable('orders', { userId: integer('user_id').references(() => users.id) });",
        ),
    ]);
    assert_eq!(reading.graph.projects.len(), 2);
    assert_eq!(fired(&reading, "unindexed-foreign-key"), ["orders.user_id"]);
    assert_eq!(fired(&reading, "unexported-entity"), ["status"]);
}

#[test]
fn a_drizzle_config_of_json_is_read() {
    let reading = read(&[
        ("package.json", "{}"),
        ("drizzle.config.json", "{ \"dialect\": \"postgresql\", \"schema\": \"./src/db.ts\" }"),
        ("src/db.ts", HEAD),
    ]);
    assert_eq!(reading.graph.projects[0].schema_files.len(), 1);
    assert!(unreadable(&reading).is_empty(), "{:?}", unreadable(&reading));
}

#[test]
fn out_begins_where_schema_does() {
    // drizzle-kit is started in the folder above the package.
    let reading = read(&[
        ("app/package.json", "{}"),
        ("app/db/package.json", "{}"),
        (
            "app/db/drizzle.config.ts",
            "export default { dialect: 'postgresql', schema: './db/schema/*.ts', out: './db/migrations' };",
        ),
        ("app/db/schema/users.ts", HEAD),
    ]);
    assert_eq!(reading.graph.projects[0].out.as_deref(), Some("app/db/migrations"));
}

/// What node makes of it: `node -e 'console.log("a\\b".replace(/\\/g, "/"))'` prints `a/b`.
#[test]
fn a_regular_expression_that_is_a_plain_text_is_read() {
    let config = |call: &str| {
        let text = format!(
            "import path from 'node:path';\n\
             export default {{ dialect: 'postgresql', schema: path.join(__dirname, 'db\\\\schema.ts'){call} }};"
        );
        let reading = read(&[("drizzle.config.ts", &text), ("db/schema.ts", HEAD)]);
        let unreadable = unreadable(&reading);
        (reading.graph.tables[0].taken_by.len(), unreadable)
    };
    assert_eq!(config(r#".replace(/\\/g, "/")"#), (1, Vec::new()));
    assert_eq!(config(r#".replace(/\\/, "/")"#), (1, Vec::new()));
    for call in [r#".replace(/[\\]/g, "/")"#, r#".replace(/\\/gi, "/")"#, r#".replace(/\\/g, "$&")"#] {
        let (taken, unreadable) = config(call);
        assert_eq!((taken, unreadable.len()), (0, 1), "{call}");
    }
}

/// Only texts are replaced: what else has a `replace` does as it likes.
#[test]
fn a_replacement_of_its_own_is_called_as_it_is() {
    let reading = schema(
        "const own = { replace: (old, with_) => with_ + '_own' };\n\
         export const a = pgTable('a', { x: text(own.replace(/x/g, 'col')), y: text('a-b-c'.replace(/-/g, '_')) });\n",
    );
    let columns: Vec<&str> =
        table(&reading.graph, "a").columns.iter().map(|column| column.display_name()).collect();
    assert_eq!(columns, ["col_own", "a_b_c"]);
}
