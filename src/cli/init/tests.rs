use super::found::{Division, DrizzleConfig, Found, Helper, MainRule, Pages};
use super::houses::House;
use super::text::text;
use crate::config::{self, Config};
use crate::source::{SourceFile, Sources};

fn read(text: &str) -> Config {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("schemalint.json", text).into());
    config::read(Some(file), &[], &mut sources, &mut |_| Err("there is no other file".to_string()))
        .unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

/// The config with everything that is commented out put in force: prose begins with a letter, `-` or a name in
/// backticks.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("// ") {
        Some(code) if code.trim_start().starts_with(['"', '{', '}', '[', ']']) => code.to_string(),
        _ => line.to_string(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

fn everything() -> Found {
    let division = || Division { domains: 3, tables: 9, crossings: 2 };
    Found {
        databases: vec!["postgresql with Drizzle 0.45".into()],
        tables: 12,
        owners: 11,
        configs: vec![DrizzleConfig {
            path: "packages/db/drizzle.config.ts".into(),
            dialect: None,
            line: "0.45",
            out: Some("packages/db/drizzle".into()),
            gaps: vec!["`schema` could not be read".into()],
            project: Some(serde_json::json!({
                "root": "packages/db", "schema": ["src/*.ts"], "dialect": "postgresql", "out": "drizzle",
            })),
        }],
        schemas: vec![("crm".into(), 4), ("a \"name\"\n{ of two lines".into(), 8)],
        crossings: 5,
        crossed: vec![("crm.users".into(), 3), ("crm.\"odd\"".into(), 2)],
        packages: Some(division()),
        folders: Some(("src/modules/{name}/**".into(), division())),
        records: 4,
        record_folders: vec!["docs/adr".into()],
        record_files: Some("docs/adr/*.md".into()),
        pages: Some(Pages { files: "docs/entities/**/*.md".into(), named: 3, of: 4 }),
        helpers: vec![
            Helper { name: "typeIdRef".into(), argument: 0, columns: 7 },
            Helper { name: "orgRef".into(), argument: 1, columns: 3 },
        ],
        rules: vec![
            MainRule { name: "unindexed-foreign-key", findings: 3, silent: None },
            MainRule { name: "missing-relation", findings: 0, silent: Some("nothing to look at") },
        ],
        houses: Vec::new(),
        findings: (7, 1),
    }
}

#[test]
fn what_is_written_holds_and_so_does_what_is_commented_out() {
    let mut without_schemas = everything();
    without_schemas.schemas.clear();
    let mut one_division = everything();
    one_division.schemas.clear();
    one_division.folders = None;
    let mut schemas_alone = everything();
    (schemas_alone.packages, schemas_alone.folders, schemas_alone.pages) = (None, None, None);
    let mut records_in_two = everything();
    records_in_two.record_folders.push("adr".into());
    records_in_two.record_files = None;
    for found in
        [everything(), without_schemas, one_division, schemas_alone, records_in_two, Found::default()]
    {
        let text = text(&found);
        let (written, all) = (read(&text), read(&uncommented(&text)));
        assert_eq!(written.projects.len(), 0, "{text}");
        assert!(written.boundaries.iter().all(|boundary| boundary.allow.is_empty()), "{text}");
        assert!(written.soft_references.helpers.0.is_empty(), "{text}");
        assert_eq!(all.projects.len(), found.configs.len(), "{text}");
        assert_eq!(all.soft_references.helpers.0.len(), found.helpers.len(), "{text}");
        assert_eq!(all.docs.entities.files.is_some(), found.pages.is_some(), "{text}");
        let divisions = [!found.schemas.is_empty(), found.packages.is_some(), found.folders.is_some()];
        let divisions = divisions.iter().filter(|is_there| **is_there).count();
        assert_eq!(all.boundaries.len(), divisions.max(1), "{text}");
        let allowed: usize = all.boundaries.iter().map(|boundary| boundary.allow.len()).sum();
        assert_eq!(allowed, if found.schemas.is_empty() { 0 } else { found.crossed.len() }, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 140), "{text}");
    }
}

#[test]
fn the_counts_stand_beside_what_they_are_of() {
    // Comments wrap anywhere.
    let text = text(&everything());
    let text: Vec<&str> = text.lines().map(|line| line.trim().trim_start_matches("// ")).collect();
    let text = text.join(" ");
    for part in [
        "`packages/db/drizzle.config.ts`: dialect not known, Drizzle 0.45, `out` is `drizzle`; `schema` could",
        "5 foreign keys lead from one domain to another",
        "{ \"to\": \"crm.users\", \"reason\": \"…\" }, // 3 foreign keys",
        "`typeIdRef` makes 7 columns without a foreign key",
        "{ \"helpers\": { \"typeIdRef\": { \"name\": 0 }, \"orgRef\": { \"name\": 1 } } }",
        "3 packages declare 9 of 11 tables; 2 foreign keys lead from one to another. To divide by that, too:",
        "\"unindexed-foreign-key\": \"error\", // 3 findings",
        "\"missing-relation\": \"error\", // nothing to look at",
        "There are 7 findings (1 error) today",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn presets_are_proposed_and_not_in_force() {
    let house = |preset, why: &str| House { preset, why: why.into() };
    let mut found = everything();
    found.houses = vec![house("schema-boundaries", "8 pgSchemas"), house("domain-files", "5 files")];
    let text = text(&found);
    assert!(
        text.contains("// This repository resembles `domain-files`: 5 files.\n    // \"domain-files\",\n"),
        "{text}"
    );
    assert!(read(&text).polymorphic.pairs.is_empty());
    assert_eq!(read(&uncommented(&text)).polymorphic.pairs.len(), 1);
}
