//! The typed config.

use super::{Case, EXAMPLE, RULES, TEAM, alone, good};
use crate::config::{Accept, By, Confidence, Config, Proof, Targets, json_schema, read_with};
use crate::graph::{Casing, Dialect, DrizzleLine};
use crate::rule::Level;
use crate::source::Sources;

#[test]
fn the_example_is_read() {
    let (config, sources) = good(&Case { text: EXAMPLE, files: &[TEAM], command_line: &[] });
    let include = config.files.include.as_ref().unwrap();
    assert!(include.is_match("libs/db/src/a.schema.ts") && !include.is_match("apps/a.schema.ts"));
    assert!(config.files.exclude.is_match("a/generated/b.ts"));
    let project = &config.projects[0];
    assert_eq!(project.root.value, "packages/db");
    assert_eq!((project.dialect, project.drizzle), (Dialect::Postgres, Some(DrizzleLine::V0)));
    assert_eq!(project.casing, Some(Casing::Snake));

    let [context, module, domain] = config.boundaries.as_slice() else { panic!("three partitions") };
    assert_eq!(context.name.as_deref(), Some("context"));
    assert!(matches!(context.by, Some(By::PgSchema)));
    assert!(context.shared.is_match("libs/db/schema/base.ts"));
    assert_eq!(context.allow[0].to.pattern(), "public.user");
    assert_eq!(sources.text(context.allow[0].adr.as_ref().unwrap().span), "\"ADR-002\"");
    assert!(context.allow_declared.as_ref().unwrap().comment);
    let Some(By::Directory(pattern)) = &module.by else { panic!("by directory") };
    assert_eq!(pattern.name("src/modules/crm/a/b.ts"), Some("crm"));
    assert_eq!(pattern.name("src/modules/crm"), None);
    assert_eq!(pattern.name("x/src/modules/crm/a.ts"), None);
    let Some(By::Domains(domains)) = &domain.by else { panic!("by domains") };
    assert!(domains.get("crm").unwrap().is_match("crm.users"));

    let soft = &config.soft_references;
    assert_eq!(soft.helpers.get("typeIdRef").unwrap().name, 0);
    let (columns, target) = &soft.columns.0[0];
    assert!(columns.is_match("crm.mails.sent_by"));
    assert_eq!(sources.text(columns.span()), "\"*.sent_by\"");
    assert_eq!(target.0.as_ref().unwrap().value, "users.users");
    assert_eq!(soft.columns.0[1].1.0, None);
    assert_eq!(soft.min_confidence, Some(Confidence::Probable));
    assert!(Confidence::Certain > Confidence::Probable && Confidence::Probable > Confidence::Guess);

    let pairs = &config.polymorphic.pairs;
    assert!(matches!(pairs[0].targets, Some(Targets::EnumValues)));
    assert!(matches!(&pairs[1].targets, Some(Targets::Tables(tables)) if tables.len() == 2));
    let Some(Targets::Values(values)) = &pairs[2].targets else { panic!("values") };
    assert_eq!(values.get("ALL").unwrap().0, None);

    assert!(config.docs.adr.patterns[0].regex.is_match("SPEC-187"));
    assert_eq!(
        config.docs.entities.map.get("companies.companies").unwrap().value,
        "docs/domain/b2b/company.mdx"
    );
    assert_eq!(config.docs.accept, [Accept::Entity]);
    assert_eq!(config.overrides.len(), 1);
}

#[test]
fn links_have_no_defaults() {
    let read = |text: &str| good(&Case { text, files: &[], command_line: &[] });
    let (config, _) = read("{}");
    assert!(
        !config.links.is_configured() && config.links.evidence.is_empty() && config.links.files.is_none()
    );
    let (config, sources) = read(
        r#"{ "links": {
            "define": ["@acme/core/links#defineLink", "./lib/connect#default"],
            "files": ["src/links/*.ts"],
            "linkableType": "Linkable",
            "generated": "links.generated.ts",
            "evidence": ["migration-sql", "snapshot"],
            "scope": ["src/modules/**"]
        } }"#,
    );
    let links = &config.links;
    assert_eq!((&*links.define[0].specifier, &*links.define[0].name), ("@acme/core/links", "defineLink"));
    assert_eq!(sources.text(links.define[1].source.span), "\"./lib/connect#default\"");
    assert_eq!(links.needles(), ["defineLink", "connect", "Linkable"]);
    assert!(links.is_generated("apps/a/links.generated.ts") && !links.is_generated("a/links.ts"));
    assert_eq!(links.evidence, [Proof::MigrationSql, Proof::Snapshot]);
    assert!(links.files.as_ref().unwrap().is_match("src/links/a.ts"));
    assert!(links.scope.as_ref().unwrap().is_match("src/modules/a/b.ts"));
    let (config, _) = read(r#"{ "links": { "generated": "db/*.ts" } }"#);
    assert!(config.links.is_generated("db/a.ts") && !config.links.is_generated("x/db/a.ts"));
    assert!(!config.links.is_configured());
}

#[test]
fn rules_have_levels_by_partition_and_by_file() {
    let (config, _) = good(&Case { text: EXAMPLE, files: &[TEAM], command_line: &[] });
    let variants = config.rules.variants("missing-relation");
    let [base, legacy] = variants else { panic!("two variants") };
    assert_eq!(base.level_in(Some("context")), Level::Error);
    assert_eq!(base.level_in(Some("module")), Level::Warn);
    assert_eq!(base.level_in(Some("domain")), Level::Error, "as in the preset strict");
    assert_eq!(base.level_in(None), Level::Error);
    assert!(base.is_on() && !legacy.is_on());
    assert_eq!(config.variant_for("missing-relation", "src/a.ts"), 0);
    assert_eq!(config.variant_for("missing-relation", "src/legacy/a.ts"), 1);
    assert_eq!(config.variant_for("naming-convention", "src/legacy/a.ts"), 0);
    assert_eq!(config.rules.variants("no-rule").len(), 0);
}

#[test]
fn the_last_override_that_matches_wins() {
    let text = r#"{ "rules": { "missing-relation": ["warn", { "inverse": true }] }, "overrides": [
        { "files": ["a/**"], "rules": { "missing-relation": "off" } },
        { "files": ["a/b/**"], "rules": { "syntax-error": "warn" } },
        { "files": ["a/b/**"], "rules": { "missing-relation": "error" } }] }"#;
    let (config, _) = good(&alone(text));
    let level = |path: &str| {
        let index = config.variant_for("missing-relation", path);
        config.rules.variants("missing-relation")[index].level
    };
    assert_eq!((level("x.ts"), level("a/x.ts"), level("a/b/x.ts")), (Level::Warn, Level::Off, Level::Error));
    let (config, _) = good(&Case { text, files: &[], command_line: &["missing-relation=error"] });
    assert!(config.rules.variants("missing-relation").iter().all(|setting| setting.level == Level::Error));
}

#[test]
fn without_a_file_there_are_the_defaults() {
    let mut sources = Sources::default();
    let config = read_with(RULES, None, &[], &mut sources, &mut |_| Err("no disk".to_string())).unwrap();
    assert!(
        config.boundaries.len() == 1
            && config.boundaries[0].by.is_none()
            && config.files.include.is_none()
            && config.docs.adr.files.is_none()
    );
    assert_eq!(config.polymorphic.id_suffixes, ["_id"]);
    assert_eq!(config.docs.adr.in_force, Vec::<String>::new());
    assert_eq!(config.docs.entities.section, "Invariants");
    assert_eq!(config.docs.accept, [Accept::Comment, Accept::Entity]);
    assert_eq!(config.rules.variants("missing-relation")[0].level, Level::Warn);
}

#[test]
fn the_json_schema_knows_every_key() {
    let schema = json_schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], false);
    let text = schema.to_string();
    assert!(!text.contains("\"null\""), "{text}");
    for rule in crate::rules::RULES {
        assert!(schema["$defs"]["Rules"]["properties"][rule.meta.name].is_object());
    }
    assert_eq!(schema["$defs"]["Pages"]["properties"]["section"]["default"], "Invariants");
}

/// Reads a config over the real rules.
fn really(text: &str) -> Result<Config, crate::config::Errors> {
    let mut sources = Sources::default();
    let file = std::sync::Arc::new(crate::source::SourceFile::new("schemalint.json", text));
    let file = sources.add(file);
    crate::config::read(Some(file), &[], &mut sources, &mut |_| Err(String::new()))
}

#[test]
fn presets_are_without_errors() {
    for name in crate::config::presets::names() {
        let read = really(&format!(r#"{{ "extends": ["{name}"] }}"#));
        assert!(read.is_ok(), "{name}: {read:?}");
    }
}

#[test]
fn the_page_of_presets_shows_each_with_a_config_without_errors() {
    let page = include_str!("../../../docs/presets.md");
    let configs: Vec<&str> =
        page.split("```jsonc\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let written = crate::config::presets::names().split_off(2);
    assert_eq!(configs.len(), written.len());
    for (name, text) in written.iter().zip(configs) {
        assert!(page.contains(&format!("\n## {name}\n")), "{name}");
        assert!(text.contains(&format!("\"extends\": [\"{name}\"]")), "{name}:\n{text}");
        let read = really(text);
        assert!(read.is_ok(), "{text}\n{read:?}");
    }
}
