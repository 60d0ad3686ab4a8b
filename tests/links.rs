//! What is read of links, in the graph and beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};

use schemalint::check::{Asked, check};
use schemalint::discover::{CONFIG, Files, Options};
use schemalint::graph::json::graph;
use schemalint::workspace::{self, Reading};

const CORE: &str =
    r#"{ "links": { "define": ["@acme/core#defineLink"], "linkableType": "LinkableDefinition" } }"#;

fn read(config: &str, files: &[(&str, &str)]) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files.iter().chain(&[(CONFIG, config)]) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let root = fs::canonicalize(folder.path()).unwrap();
    let settings = workspace::load_settings(Some(&root.join(CONFIG)), &[]).unwrap();
    let files = Files { root: root.clone(), config: settings.config.files.clone() };
    workspace::read(&root, &Options { paths: vec![root.clone()], files, ..Options::default() }, &settings)
}

/// Links as `name: left column [list] → right column [list], flags`.
fn links(reading: &Reading) -> Vec<String> {
    let graph = graph(&reading.graph);
    let shown = graph["links"].as_array().unwrap().iter().map(|link| {
        let side = |side: &Value| {
            let list = if side["isList"] == json!(true) { "*" } else { "" };
            format!("{}{list}", side["column"].as_str().unwrap_or("?"))
        };
        let flags: Vec<&str> =
            ["deleteCascade", "readOnly"].into_iter().filter(|flag| link[*flag] == json!(true)).collect();
        let name = link["name"].as_str().unwrap_or("?");
        let export = link["exportName"].as_str().unwrap();
        let text = format!(
            "{export} {name}: {} → {} {}",
            side(&link["left"]),
            side(&link["right"]),
            flags.join(" ")
        );
        text.trim_end().to_string()
    });
    shown.collect()
}

fn unreadable(reading: &Reading) -> Vec<String> {
    let gaps = reading.graph.unreadable.iter();
    gaps.map(|gap| format!("{}: {}", gap.subject, gap.why.reason)).collect()
}

const LINKABLES: &str = r#"
    import type { LinkableDefinition } from "@acme/core";
    export const person: LinkableDefinition = { module: "crm", entity: "person", table: "people", idPrefix: "pers" };
    export const roomBlock: LinkableDefinition = { module: "mice", entity: "roomBlock", table: "room_blocks", primaryKey: "code" };
    export const all = { person, nested: { roomBlock } };
"#;

#[test]
fn every_form_of_a_call_is_read() {
    let reading = read(
        CORE,
        &[
            (
                "all.ts",
                "import { person } from './linkables'; export const every: LinkableDefinition[] = [person];",
            ),
            ("linkables.ts", LINKABLES),
            (
                "links.ts",
                r#"
                import { defineLink } from "@acme/core";
                import { all, person as somebody, roomBlock } from "./linkables";
                const database = { tableName: "pairs", leftColumn: "l" };
                const isList = true;
                export const a = defineLink(somebody, roomBlock);
                export const b = defineLink({ linkable: roomBlock, isList }, all.person);
                export const c = defineLink({ linkable: somebody }, { linkable: all.nested.roomBlock, isList: true }, { deleteCascade: true });
                export const d = defineLink(somebody, roomBlock, { database, readOnly: { list: async () => [] } });
                export const many = [defineLink(somebody, roomBlock, { database: { tableName: `${a.tableName}_2` } })];
                const made = (entity: string) => defineLink(somebody, { module: "x", entity, table: "xs" });
                export const e = made("one");
                function never() { return defineLink(somebody, somebody); }
                "#,
            ),
            (
                "default.ts",
                "import { defineLink } from '@acme/core';\nimport { person, roomBlock } from './linkables';\nexport default defineLink(person, roomBlock);",
            ),
        ],
    );
    assert_eq!(
        links(&reading),
        [
            "default crm_person_mice_roomBlock: crm_person_id → mice_roomBlock_id",
            "a crm_person_mice_roomBlock: crm_person_id → mice_roomBlock_id",
            "b mice_roomBlock_crm_person: mice_roomBlock_id* → crm_person_id",
            "c crm_person_mice_roomBlock: crm_person_id → mice_roomBlock_id* deleteCascade",
            "d pairs: l → mice_roomBlock_id readOnly",
            "many.0 crm_person_mice_roomBlock_2: crm_person_id → mice_roomBlock_id",
            "e crm_person_x_one: crm_person_id → x_one_id",
        ]
    );
    assert_eq!(unreadable(&reading), [] as [String; 0]);
    let graph = graph(&reading.graph);
    let linkable = &graph["linkables"][1];
    assert_eq!(linkable["exportName"], "roomBlock");
    assert_eq!(graph["linkables"].as_array().unwrap().len(), 3);
    assert_eq!((&linkable["primaryKey"], &linkable["idPrefix"]), (&json!("code"), &Value::Null));
    assert_eq!(
        (&graph["linkables"][0]["primaryKey"], &graph["linkables"][0]["declared"]),
        (&json!("id"), &json!(true))
    );
    assert_eq!(
        (&graph["linkables"][2]["entity"], &graph["linkables"][2]["declared"]),
        (&json!("one"), &json!(false))
    );
}

#[test]
fn what_is_not_known_is_named_once() {
    let reading = read(
        CORE,
        &[
            ("linkables.ts", LINKABLES),
            (
                "links.ts",
                r#"
                import { defineLink, type LinkableDefinition } from "@acme/core";
                import { company } from "@acme/companies";
                import { person } from "./linkables";
                const city: LinkableDefinition = { module: "geo", entity: process.env.CITY, table: "cities" };
                const options = JSON.parse(process.env.OPTIONS);
                export const a = defineLink(person, company);
                export const b = defineLink(person, city);
                export const c = defineLink(person, { linkable: city, isList: process.env.MANY });
                export const d = defineLink(person, person);
                export const e = defineLink(person);
                export const f: LinkableDefinition = build();
                "#,
            ),
        ],
    );
    let env = "an environment variable is not known before run time";
    let throws = "`defineLink` throws: both columns are named `crm_person_id`; give `leftColumn` or `rightColumn` in `database`";
    assert_eq!(
        unreadable(&reading),
        [
            "`entity` of the linkable `city`".to_string() + ": " + env,
            "the right side of link `a`: the package `@acme/companies` is not part of the repository"
                .to_string(),
            format!("`isList` of link `c`: {env}"),
            format!("link `d`: {throws}"),
            "the right side of link `e`: this side of the link is no object".to_string(),
            "linkable `f`: `build` is not defined in this file".to_string(),
        ]
    );
    assert_eq!(
        links(&reading),
        [
            "a ?: crm_person_id → ?",
            "b ?: crm_person_id → ?",
            "c ?: crm_person_id → ?",
            "e ?: crm_person_id → ?",
        ]
    );
}

#[test]
fn nothing_is_read_without_links_in_the_config() {
    let reading = read(
        "{}",
        &[
            ("linkables.ts", LINKABLES),
            ("links.ts", "import { defineLink } from '@acme/core';\nexport const a = defineLink({}, {});"),
            ("migrations/0001.sql", "CREATE TABLE a (id int);"),
            ("package.json", "{}"),
        ],
    );
    assert!(reading.graph.links.is_empty() && reading.graph.linkables.is_empty());
    assert!(reading.written.migrations.folders.is_empty());
    assert!(reading.graph.sources.iter().all(|source| !source.path.ends_with(".ts")));
}

#[test]
fn the_functions_own_code_does_not_decide() {
    let config = r#"{ "links": { "define": ["@acme/core/links#defineLink", "./lib/own#connect"] } }"#;
    let reading = read(
        config,
        &[
            ("package.json", r#"{ "name": "root", "workspaces": ["packages/*"] }"#),
            (
                "packages/core/package.json",
                r#"{ "name": "@acme/core", "exports": { ".": "./index.ts", "./links": "./links.ts" } }"#,
            ),
            ("packages/core/index.ts", "export * from './links';"),
            ("packages/core/links.ts", "export const defineLink = (a, b) => ({ tableName: 'wrong' });"),
            ("lib/own.ts", "export const connect = () => { throw new Error(); };"),
            (
                "src/links.ts",
                r#"
                import { defineLink } from "@acme/core/links";
                import { defineLink as other } from "@acme/core";
                import { defineLink as byPath } from "../packages/core/links";
                import * as core from "@acme/core/links";
                import { connect } from "../lib/own";
                const a = { module: "a", entity: "a", table: "a" };
                const b = { module: "b", entity: "b", table: "b" };
                export const one = defineLink(a, b);
                export const two = other(a, b);
                export const three = byPath(a, b);
                export const four = core.defineLink(a, b);
                export const five = connect(a, b);
                "#,
            ),
        ],
    );
    let names = ["one", "three", "four", "five", "two"];
    let mut expected: Vec<String> =
        names.iter().map(|name| format!("{name} a_a_b_b: a_a_id → b_b_id")).collect();
    let mut found = links(&reading);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

fn notes(config: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(CONFIG), config).unwrap();
    let settings = workspace::load_settings(Some(&folder.path().join(CONFIG)), &[]).unwrap();
    check(&read(config, files), &settings.config, &Asked::default(), Instant::now()).notes
}

#[test]
fn a_function_that_nothing_calls_is_said() {
    let misspelled = CORE.replace("@acme/core#", "@acme/cor#");
    let files = [(
        "a.ts",
        "import { defineLink } from '@acme/core'; export const a = defineLink({ module: 'a' }, {});",
    )];
    assert_eq!(
        notes(&misspelled, &files),
        ["no link was found: nothing calls `@acme/cor#defineLink` (`links.define` in the config)"]
    );
    let nothing =
        "`unmaterialized-link` had nothing to check against: `links.evidence` in the config is empty";
    assert_eq!(notes(CORE, &files), [nothing]);
    assert_eq!(notes("{}", &files), [] as [&str; 0]);
}

/// What could not be read may hold any table.
#[test]
fn migrations_that_cannot_be_read_prove_nothing() {
    const SCHEMA: &str = r#"
        import { pgTable, text } from "drizzle-orm/pg-core";
        import { defineLink } from "@acme/core";
        import type { LinkableDefinition } from "@acme/core";
        export const people = pgTable("people", { id: text("id").primaryKey() });
        export const papers = pgTable("papers", { id: text("id").primaryKey() });
        export const person: LinkableDefinition = { module: "crm", entity: "person", table: "people", idPrefix: "p" };
        export const paper: LinkableDefinition = { module: "legal", entity: "paper", table: "papers", idPrefix: "q" };
        export const link = defineLink(person, paper);"#;
    const KIT: &str = r#"export default { dialect: "postgresql", schema: "./schema.ts", out: "./made" };"#;
    let table = "crm_person_legal_paper";
    let errors = |kit: &str, name: &str, bytes: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("made")).unwrap();
        let evidence = r#""evidence": ["snapshot", "migration-sql"], "linkableType""#;
        let config = CORE.replace("\"linkableType\"", evidence);
        let texts = [
            (CONFIG, config.as_str()),
            ("schema.ts", SCHEMA),
            ("drizzle.config.ts", kit),
            ("package.json", "{}"),
        ];
        for (name, text) in texts {
            fs::write(root.join(name), text).unwrap();
        }
        fs::write(root.join(name), bytes).unwrap();
        let settings = workspace::load_settings(Some(&root.join(CONFIG)), &[]).unwrap();
        let files = Files { root: root.clone(), config: settings.config.files.clone() };
        let options = Options { paths: vec![root.clone()], files, ..Options::default() };
        let reading = workspace::read(&root, &options, &settings);
        let outcome = check(&reading, &settings.config, &Asked::default(), Instant::now());
        outcome.findings.iter().any(|finding| finding.rule == "unmaterialized-link")
    };
    let made = format!("CREATE TABLE {table} (id text);");
    assert!(!errors(KIT, "made/0000_a.sql", made.as_bytes()));
    assert!(!errors(KIT, "made/0000_a.sql", format!("\u{feff}{made}").as_bytes()));
    assert!(!errors(KIT, "made/0000_a.sql", &[made.as_bytes(), b"-- caf\xe9"].concat()));
    assert!(errors(KIT, "made/0000_a.sql", b"CREATE TABLE other (id text);"));
    let unknown = KIT.replace("\"./made\"", "process.env.OUT");
    assert!(!errors(&unknown, "made/0000_a.sql", made.as_bytes()));
}

#[test]
fn the_tables_of_snapshots_and_of_sql_are_read() {
    let config = r#"{ "links": { "linkableType": "L", "evidence": ["snapshot", "migration-sql"] } }"#;
    let snapshot = r#"{ "version": "5", "dialect": "mysql", "tables": { "a": { "name": "a", "columns": { "id": { "name": "id", "type": "int", "notNull": true } } } } }"#;
    let reading = read(
        config,
        &[
            ("package.json", r#"{ "name": "app" }"#),
            (
                "drizzle.config.ts",
                "export default { dialect: 'mysql', schema: './schema.ts', out: './drizzle' };",
            ),
            (
                "schema.ts",
                "import { mysqlTable } from 'drizzle-orm/mysql-core';\nexport const a = mysqlTable('a', {});",
            ),
            ("drizzle/meta/0000_snapshot.json", snapshot),
            ("drizzle/0000_a.sql", "CREATE TABLE `a` (`id` int DEFAULT 'it\\'s'); -- x"),
            ("drizzle/0001_b/migration.sql", "CREATE TABLE `b` (`id` int);"),
            ("drizzle/seed/data.sql", "CREATE TABLE `c` (`id` int);"),
            ("migrations/1.sql", "SELECT 'it\\'s'; CREATE TABLE `d` (`id` int);"),
            ("migrations/1.down.sql", "DROP TABLE `d`;"),
        ],
    );
    let folders = reading.written.migrations.folders.iter().map(|folder| {
        let snapshots = folder.newest.iter().flat_map(|snapshot| &snapshot.tables);
        let snapshots: Vec<String> = snapshots
            .map(|table| format!("{}({} {})", table.name, table.columns[0].name, table.columns[0].sql_type))
            .collect();
        let sql: Vec<&str> = folder.sql.as_ref().unwrap().all().iter().map(|id| id.1.as_str()).collect();
        format!("{}: {} / {}", folder.path, snapshots.join(" "), sql.join(" "))
    });
    assert_eq!(folders.collect::<Vec<_>>(), ["drizzle: a(id int) / a b", "migrations:  / d"]);
    assert!(reading.graph.unreadable.is_empty() && reading.unreadable_paths.is_empty());
}
