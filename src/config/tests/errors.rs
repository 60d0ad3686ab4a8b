//! Every kind of error: the place, the text there, the message.

use super::{Case, EXAMPLE, TEAM, alone};

#[test]
fn errors_have_a_place_and_a_message() {
    let cases = [
        // Syntax.
        ("", "1:1 «» the file is empty, expected an object"),
        ("[]", "1:1 «[]» expected an object, found a list"),
        ("{", "1:1 «{» unterminated object"),
        ("{ files: {} }", "1:3 «files» expected string for object property"),
        ("{ \"files\": 'a' }", "1:12 «'» single-quoted strings are not allowed"),
        ("{} {}", "1:4 «{» text cannot contain more than one JSON value"),
        ("{ \"files\": {}, \"files\": {} }", "1:16 «\"files\"» `files` stands here a second time"),
        (r#"{ "files": 1e999 }"#, "1:12 «1e999» `1e999` is not a number of JSON"),
        ("\u{feff}{\r\n\"fils\": {} }", "2:1 «\"fils\"» unknown key `fils`, did you mean `files`?"),
        // Keys.
        (
            r#"{ "bounderies": {} }"#,
            "1:3 «\"bounderies\"» unknown key `bounderies`, did you mean `boundaries`?",
        ),
        (
            r#"{ "softreferences": {} }"#,
            "1:3 «\"softreferences\"» unknown key `softreferences`, did you mean `softReferences`?",
        ),
        (
            r#"{ "tables": {} }"#,
            "1:3 «\"tables\"» unknown key `tables`, expected `$schema`, `extends`, `files`, `projects`, \
            `boundaries`, `softReferences`, `polymorphic`, `aggregates`, `docs`, `links`, `rules` or `overrides`",
        ),
        (
            r#"{ "files": { "inclde": [] } }"#,
            "1:14 «\"inclde\"» unknown key `inclde`, did you mean `include`?",
        ),
        // Aggregates.
        (r#"{ "aggregates": { "groups": { "A": {} } } }"#, "1:36 «{}» the key `root` is missing"),
        (
            r#"{ "aggregates": { "groups": { "A": { "root": "a", "member": [] } } } }"#,
            "1:51 «\"member\"» unknown key `member`, did you mean `members`?",
        ),
        (
            r#"{ "aggregates": { "soft": { "a.b": { "to": "c", "reason": " " } } } }"#,
            "1:59 «\" \"» the reason is empty",
        ),
        (
            r#"{ "aggregates": { "soft": { "a.b": { "to": "c", "reason": "x" } }, "hard": { "a.b": { "to": "c", "reason": "x" } } } }"#,
            "1:78 «\"a.b\"» `a.b` is declared soft and hard",
        ),
        // Types.
        (r#"{ "$schema": 1 }"#, "1:14 «1» expected text, found a number"),
        (r#"{ "files": [] }"#, "1:12 «[]» expected an object, found a list"),
        (r#"{ "files": null }"#, "1:12 «null» expected an object, found null"),
        (r#"{ "files": { "include": null } }"#, "1:25 «null» expected a list, found null"),
        (r#"{ "files": { "exclude": "a" } }"#, "1:25 «\"a\"» expected a list, found text"),
        (r#"{ "files": { "exclude": ["a", {}] } }"#, "1:31 «{}» expected text, found an object"),
        (r#"{ "projects": {} }"#, "1:15 «{}» expected a list, found an object"),
        (r#"{ "docs": { "accept": ["entity", true] } }"#, "1:34 «true» expected text, found true"),
        (
            r#"{ "docs": { "accept": ["entitys"] } }"#,
            "1:24 «\"entitys\"» unknown value `entitys`, did you mean `entity`?",
        ),
        (
            r#"{ "softReferences": { "minConfidence": "high" } }"#,
            "1:40 «\"high\"» unknown value `high`, expected `guess`, `probable` or `certain`",
        ),
        (
            r#"{ "softReferences": { "helpers": { "ref": { "name": -1 } } } }"#,
            "1:53 «-1» the number -1 is out of range",
        ),
        (
            r#"{ "softReferences": { "helpers": { "ref": { "name": 1.5 } } } }"#,
            "1:53 «1.5» expected a whole number, found 1.5",
        ),
        (
            r#"{ "softReferences": { "helpers": { "ref": { "name": "0" } } } }"#,
            "1:53 «\"0\"» expected a whole number, found text",
        ),
        (r#"{ "softReferences": { "helpers": { "ref": {} } } }"#, "1:43 «{}» the key `name` is missing"),
        (
            r#"{ "softReferences": { "columns": { "*.{a": null } } }"#,
            "1:36 «\"*.{a\"» the glob `*.{a` does not compile: \
            unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        (r#"{ "softReferences": { "columns": { "*.a": 1 } } }"#, "1:43 «1» expected text, found a number"),
        // Globs and patterns.
        (
            r#"{ "files": { "include": ["a", "src/[z-a]"] } }"#,
            "1:31 «\"src/[z-a]\"» the glob `src/[z-a]` does not compile: invalid range; 'z' > 'a'",
        ),
        (
            r#"{ "files": { "include": ["!a"] } }"#,
            "1:26 «\"!a\"» the glob `!a` cannot be negated; leave out what it names elsewhere",
        ),
        (r#"{ "files": { "include": [""] } }"#, "1:26 «\"\"» a glob cannot be empty"),
        (
            r#"{ "docs": { "adr": { "patterns": ["(SPEC"] } } }"#,
            "1:35 «\"(SPEC\"» the pattern `(SPEC` does not compile: unclosed group",
        ),
        // Projects.
        (
            r#"{ "projects": [{ "root": "a", "schema": [] }] }"#,
            "1:16 «{ \"root\": \"a\", \"schema\": [] }» the key `dialect` is missing",
        ),
        (
            r#"{ "projects": [{ "root": "a", "schema": [], "dialect": "postgres" }] }"#,
            "1:56 «\"postgres\"» unknown value `postgres`, did you mean `postgresql`?",
        ),
        (
            r#"{ "projects": [{ "root": "a", "schema": [], "dialect": "gel", "drizzle": "latest" }] }"#,
            "1:74 «\"latest\"» `latest` is not a version of drizzle-orm like `0.45` or `1.0`",
        ),
        (
            r#"{ "projects": [{ "root": "a", "schema": [], "dialect": "gel", "casing": "snakeCase" }] }"#,
            "1:73 «\"snakeCase\"» unknown value `snakeCase`, did you mean `snake_case`?",
        ),
        // Links.
        (
            r#"{ "links": { "define": ["@acme/core"] } }"#,
            "1:25 «\"@acme/core\"» `@acme/core` is not a module and an export of it: write `@acme/core#defineLink`",
        ),
        (
            r##"{ "links": { "define": ["@acme/core#defineLink", "#defineLink"] } }"##,
            "1:50 «\"#defineLink\"» `#defineLink` is not a module and an export of it: write `@acme/core#defineLink`",
        ),
        (
            r#"{ "links": { "evidence": ["snapshots"] } }"#,
            "1:27 «\"snapshots\"» unknown value `snapshots`, did you mean `snapshot`?",
        ),
        (r#"{ "links": { "generated": ["a"] } }"#, "1:27 «[\"a\"]» expected text, found a list"),
        (
            r#"{ "links": { "linkableTyp": "Linkable" } }"#,
            "1:14 «\"linkableTyp\"» unknown key `linkableTyp`, did you mean `linkableType`?",
        ),
        (
            r#"{ "links": { "scope": ["["] } }"#,
            "1:24 «\"[\"» the glob `[` does not compile: unclosed character class; missing ']'",
        ),
        // Polymorphic references.
        (
            r#"{ "polymorphic": { "pairs": [{ "id": "a", "type": "b", "targets": 3 }] } }"#,
            "1:67 «3» expected `enum-values`, a list of tables, or an object from values to tables, found a number",
        ),
        (
            r#"{ "polymorphic": { "pairs": [{ "id": "a", "type": "b", "targets": "enum" }] } }"#,
            "1:67 «\"enum\"» unknown value `enum`, expected `enum-values`",
        ),
        (
            r#"{ "polymorphic": { "pairs": [{ "id": "a", "type": "b", "targets": [1] }] } }"#,
            "1:68 «1» expected text, found a number",
        ),
    ];
    check(&cases);
}

#[test]
fn boundaries_make_sense() {
    check(&[
        (
            r#"{ "boundaries": { "*": { "by": "file" } } }"#,
            "1:24 «{ \"by\": \"file\" }» `*` cannot name a partition: in `rules` it is every other",
        ),
        (r#"{ "boundaries": 1 }"#, "1:17 «1» expected an object, found a number"),
        (
            r#"{ "boundaries": { "bye": "pg-schema" } }"#,
            "1:19 «\"bye\"» unknown key `bye`, did you mean `by`?",
        ),
        (
            r#"{ "boundaries": { "by": "folders" } }"#,
            "1:25 «\"folders\"» unknown value `folders`, \
            expected `pg-schema`, `file`, `directory`, `package` or `none`",
        ),
        (
            r#"{ "boundaries": { "by": "pg_schema" } }"#,
            "1:25 «\"pg_schema\"» unknown value `pg_schema`, did you mean `pg-schema`?",
        ),
        (
            r#"{ "boundaries": { "by": [] } }"#,
            "1:25 «[]» expected text or an object of domains, found a list",
        ),
        (r#"{ "boundaries": { "by": { "crm": "crm.*" } } }"#, "1:34 «\"crm.*\"» expected a list, found text"),
        (r#"{ "boundaries": { "by": "directory" } }"#, "1:25 «\"directory\"» `directory` needs a `pattern`"),
        (
            r#"{ "boundaries": { "by": "directory", "pattern": "src/*" } }"#,
            "1:49 «\"src/*\"» the pattern `src/*` has no `{name}`",
        ),
        (
            r#"{ "boundaries": { "by": "directory", "pattern": "{name}/{name}" } }"#,
            "1:49 «\"{name}/{name}\"» the pattern `{name}/{name}` has `{name}` more than once",
        ),
        (
            r#"{ "boundaries": { "by": "directory", "pattern": "{name}/[" } }"#,
            "1:49 «\"{name}/[\"» the pattern `{name}/[` does not compile: unclosed character class; missing ']'",
        ),
        (
            r#"{ "boundaries": { "by": "file", "pattern": "{name}/**" } }"#,
            "1:44 «\"{name}/**\"» `pattern` goes with `\"by\": \"directory\"`",
        ),
        (
            r#"{ "boundaries": { "allow": [{ "to": "a" }] } }"#,
            "1:29 «{ \"to\": \"a\" }» the key `reason` is missing",
        ),
        (
            r#"{ "boundaries": { "allow": [{ "to": "a", "reason": " " }] } }"#,
            "1:52 «\" \"» the reason is empty",
        ),
        (
            r#"{ "boundaries": { "allowDeclared": { "file": "package.json", "pointer": "voyant" } } }"#,
            "1:73 «\"voyant\"» the JSON pointer `voyant` does not begin with `/`",
        ),
        (
            r#"{ "boundaries": { "a": { "by": "file" }, "b": {} } }"#,
            "1:47 «{}» a partition with a name says `by` what it divides the tables",
        ),
    ]);
}

#[test]
fn rules_are_checked_with_their_options() {
    check(&[
        (r#"{ "rules": [] }"#, "1:12 «[]» expected an object, found a list"),
        (
            r#"{ "rules": { "mising-relation": "warn" } }"#,
            "1:14 «\"mising-relation\"» unknown rule `mising-relation`, did you mean `missing-relation`?",
        ),
        (
            r#"{ "rules": { "missing-relation": "warning" } }"#,
            "1:34 «\"warning\"» unknown level `warning`, expected `off`, `warn` or `error`",
        ),
        (
            r#"{ "rules": { "missing-relation": "eror" } }"#,
            "1:34 «\"eror\"» unknown level `eror`, did you mean `error`?",
        ),
        (r#"{ "rules": { "missing-relation": 2 } }"#, "1:34 «2» expected a level, found a number"),
        (
            r#"{ "rules": { "missing-relation": [] } }"#,
            "1:34 «[]» expected a level and options, found 0 items",
        ),
        (
            r#"{ "rules": { "missing-relation": ["off", {}, {}] } }"#,
            "1:34 «[\"off\", {}, {}]» expected a level and options, found 3 items",
        ),
        (
            r#"{ "rules": { "missing-relation": ["warn", "always"] } }"#,
            "1:43 «\"always\"» expected an object, found text",
        ),
        (
            r#"{ "rules": { "missing-relation": ["warn", { "invers": true }] } }"#,
            "1:45 «\"invers\"» unknown key `invers`, did you mean `inverse`?",
        ),
        (
            r#"{ "rules": { "missing-relation": ["warn", { "inverse": "yes" }] } }"#,
            "1:56 «\"yes\"» expected true or false, found text",
        ),
        (
            r#"{ "rules": { "naming-convention": ["warn", { "limit": 256 }] } }"#,
            "1:55 «256» the number 256 is out of range",
        ),
        (
            r#"{ "rules": { "naming-convention": ["warn", { "ratio": "1" }] } }"#,
            "1:55 «\"1\"» expected a number, found text",
        ),
        (
            r#"{ "rules": { "syntax-error": ["warn", { "limit": 1 }] } }"#,
            "1:41 «\"limit\"» unknown key `limit`, none is expected here",
        ),
        (r#"{ "rules": { "syntax-error": "off" } }"#, "1:30 «\"off\"» `syntax-error` is always on"),
        (
            r#"{ "rules": { "missing-relation": { "context": "error" } } }"#,
            "1:36 «\"context\"» unknown partition `context`: `boundaries` names none",
        ),
        (
            r#"{ "boundaries": { "context": { "by": "file" } }, "rules": { "missing-relation": { "contxt": "off" } } }"#,
            "1:83 «\"contxt\"» unknown partition `contxt`, did you mean `context`?",
        ),
        (r#"{ "overrides": {} }"#, "1:16 «{}» expected a list, found an object"),
        (r#"{ "overrides": [{ "rules": {} }] }"#, "1:17 «{ \"rules\": {} }» the key `files` is missing"),
        (
            r#"{ "overrides": [{ "files": [], "rules": { "syntax-error": "off" } }] }"#,
            "1:59 «\"off\"» `syntax-error` is always on",
        ),
        (
            r#"{ "overrides": [{ "files": [], "rules": { "syntax-eror": "off" } }] }"#,
            "1:43 «\"syntax-eror\"» unknown rule `syntax-eror`, did you mean `syntax-error`?",
        ),
    ]);
}

#[test]
fn all_errors_are_found_at_once() {
    let text = r#"{
  "fils": {},
  "files": { "include": ["[", "a", "{"], "exclude": 3, "only": [] },
  "boundaries": { "a": { "by": "fil", "allow": [{ "to": 1, "reason": 2 }, { "to": "b" }] }, "b": { "by": 1 } },
  "docs": { "accept": ["x"], "adr": { "inForce": true } },
  "rules": { "nme": "off", "missing-relation": ["wrn", { "inverse": 1, "exceptions": [{ "colum": "a" }, 5] }] },
  "overrides": [{ "files": ["["], "rules": { "nme2": "off" } }, 7]
}"#;
    let places = [
        "2:3 «\"fils\"»",
        "3:26 «\"[\"»",
        "3:36 «\"{\"»",
        "3:53 «3»",
        "3:56 «\"only\"»",
        "4:32 «\"fil\"»",
        "4:57 «1»",
        "4:70 «2»",
        "4:75 «{ \"to\": \"b\" }»",
        "4:106 «1»",
        "5:24 «\"x\"»",
        "5:50 «true»",
        "6:14 «\"nme\"»",
        "6:49 «\"wrn\"»",
        "6:69 «1»",
        "6:89 «\"colum\"»",
        "6:105 «5»",
        "7:29 «\"[\"»",
        "7:46 «\"nme2\"»",
        "7:65 «7»",
    ];
    let found = alone(text).errors();
    assert_eq!(found.len(), places.len(), "{found:#?}");
    for (found, place) in found.iter().zip(places) {
        assert!(found.starts_with(&format!("schemalint.json:{place} ")), "{place}: {found}");
    }
}

#[test]
fn extends_says_what_it_cannot_follow() {
    let files = [
        ("a.json", r#"{ "extends": ["./sub/b.json"] }"#),
        ("sub/b.json", r#"{ "extends": ["../a.json"] }"#),
        ("broken.json", r#"{ "files": }"#),
        ("typo.json", r#"{ "fils": {} }"#),
    ];
    let cases = [
        (r#"{ "extends": "strict" }"#, "schemalint.json:1:14 «\"strict\"» expected a list, found text"),
        (r#"{ "extends": [1] }"#, "schemalint.json:1:15 «1» expected text, found a number"),
        (
            r#"{ "extends": ["strikt"] }"#,
            "schemalint.json:1:15 «\"strikt\"» unknown preset `strikt`, did you mean `strict`?",
        ),
        (
            r#"{ "extends": ["./gone.json"] }"#,
            "schemalint.json:1:15 «\"./gone.json\"» `gone.json` cannot be read: no such file",
        ),
        (
            r#"{ "extends": ["./schemalint.json"] }"#,
            "schemalint.json:1:15 «\"./schemalint.json\"» \
            `extends` goes in a circle: `schemalint.json` → `schemalint.json`",
        ),
        (
            r#"{ "extends": ["./a.json"] }"#,
            "sub/b.json:1:15 «\"../a.json\"» \
            `extends` goes in a circle: `a.json` → `sub/b.json` → `a.json`",
        ),
        (r#"{ "extends": ["./broken.json"] }"#, "broken.json:1:12 «}» unexpected close brace"),
        (
            r#"{ "extends": ["./typo.json"] }"#,
            "typo.json:1:3 «\"fils\"» unknown key `fils`, did you mean `files`?",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(Case { text, files: &files, command_line: &[] }.errors(), [message]);
    }
    let (config, _) =
        Case { text: r#"{ "extends": ["team.json"] }"#, files: &files, command_line: &[] }.read();
    let help = config.err().and_then(|errors| errors[0].help.clone());
    assert_eq!(help.as_deref(), Some("the path of a file begins with `./`: `./team.json`"));
}

#[test]
fn the_command_line_says_what_it_said() {
    let cases = [
        (
            "nme=warn",
            "--rule `nme=warn`: unknown rule `nme`, expected `missing-relation`, `naming-convention` or `syntax-error`",
        ),
        ("missing-relation", "--rule `missing-relation`: expected a rule and its level"),
        (
            "missing-relation=on",
            "--rule `missing-relation=on`: unknown level `on`, expected `off`, `warn` or `error`",
        ),
        ("syntax-error=off", "--rule `syntax-error=off`: `syntax-error` is always on"),
        ("missing-relation=[\"warn\"", "--rule `missing-relation=[\"warn\"`: unterminated array"),
        (
            "missing-relation=[\"warn\", { \"a\": 1 }]",
            "--rule `missing-relation=[\"warn\", { \"a\": 1 }]`: unknown key `a`, expected `inverse` or `exceptions`",
        ),
    ];
    for (argument, message) in cases {
        assert_eq!(Case { text: "{}", files: &[], command_line: &[argument] }.errors(), [message]);
    }
}

#[test]
fn deep_nesting_is_an_error_with_a_place() {
    for open in ["[", "{\"a\":", "[ // [\n", "[\"\n\","] {
        let text = open.repeat(100_000);
        let errors = alone(&text).errors();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].ends_with(" nests more than 64 deep"), "{}", errors[0]);
    }
    let text =
        format!("{{ \"$schema\": \"{}\", /* {} */ }} // {}", "[{".repeat(99), "[".repeat(99), "{".repeat(99));
    assert_eq!(alone(&text).errors(), Vec::<String>::new());
    let text = format!("{{ \"files\": {}{} }}", "[".repeat(63), "]".repeat(63));
    assert_eq!(alone(&text).errors().len(), 1);
}

#[test]
fn every_prefix_is_answered() {
    for (end, _) in EXAMPLE.char_indices().chain([(EXAMPLE.len(), ' ')]) {
        let case = Case { text: &EXAMPLE[..end], files: &[TEAM], command_line: &[] };
        let errors = case.errors();
        assert_eq!(errors.is_empty(), end + 1 >= EXAMPLE.len(), "{end}: {errors:?}");
    }
}

fn check(cases: &[(&str, &str)]) {
    for (text, message) in cases {
        assert_eq!(alone(text).errors(), [format!("schemalint.json:{message}")], "{text}");
    }
}
