//! Names that nobody would give: nothing that came out of a repository acts in what is printed, whatever prints it, and
//! readers get the names back.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use quick_xml::events::Event;
use serde_json::{Value, json};
use support::{Ran, command, read, repository, run, run_with, write};
use tempfile::TempDir;

/// What terminals, GitHub's runner, Markdown, HTML, XML and JSON take for their own; two ways to end a line, and what
/// turns or hides text.
const NAME: &str = "\u{1b}[31m\n::error::pwned\r##[error]pwned %0A%25 |`a`|``` <img src=x onerror=pwn> &amp; &#58; ]]> --> \
    \u{9b}31m\u{202e}\u{2028}\u{2029}\u{85} \"'\\ [a](https://b.c) @who #1 {0} $(id) \u{7}é😀";
/// Where that may stand in a path; a file name has no more than 255 bytes.
const FOLDER: &str = "a\u{1b}[31m\n::error::pwned\r##[error]x|`<img>&\u{9b}\u{202e}\u{2028}\u{85}%0A\"'";
const FORMATS: &[&str] =
    &["human", "concise", "json", "github", "sarif", "gitlab", "junit", "checkstyle", "rdjson", "markdown"];

/// What moves the cursor, ends a line or turns the direction of reading, in any output for people or logs.
#[track_caller]
fn nothing_acts(what: &str, text: &str) {
    let acts = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    assert_eq!(text.chars().find(|c| acts(*c)), None, "{what}: {text:?}");
    let command = text.lines().find(|line| {
        line.contains("##[") || line.trim_start().starts_with("::") && !line.starts_with("::warning file=")
    });
    assert_eq!(command, None, "{what}");
}

fn schema() -> String {
    let name = json!(NAME);
    // JSON leaves some as they are that end a line of JavaScript's comments only.
    format!(
        "import {{ integer, pgTable }} from 'drizzle-orm/pg-core';\n\
         export const users = pgTable({name}, {{ id: integer('id').primaryKey() }});\n\
         export const orders = pgTable('orders', {{ id: integer('id').primaryKey(), \
         userId: integer({name}).references(() => users.id) }});\n"
    )
}

/// A repository in a folder of that name, with a table and a column of the other.
fn odd() -> TempDir {
    repository(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (&format!("{FOLDER}/{FOLDER}.schema.ts"), &schema()),
        (&format!("{FOLDER}/schemalint.json"), "{}"),
    ])
}

fn column() -> String {
    format!("orders.{NAME}")
}

#[test]
fn no_format_lets_a_name_act() {
    let folder = odd();
    // From the root above and from inside.
    for at in [folder.path().to_path_buf(), folder.path().join(FOLDER)] {
        let named = if at == folder.path() { FOLDER } else { "." };
        for format in FORMATS {
            let ran = run(&at, &["--format", format, "--statistics", named]).exits(0);
            assert!(ran.stdout.contains("unindexed-foreign-key"), "{format}: {ran:?}");
            nothing_acts(format, &ran.stdout);
            nothing_acts(format, &ran.stderr);
        }
        let graph = run(&at, &["graph", named]).exits(0);
        nothing_acts("graph", &graph.stdout);
        nothing_acts("graph", &graph.stderr);
    }
}

#[test]
fn readers_get_the_name_back() {
    let folder = odd();
    let of = |format: &str| run(folder.path(), &["--format", format, FOLDER]).exits(0).stdout;
    let path = format!("{FOLDER}/{FOLDER}.schema.ts");
    let json: Value = serde_json::from_str(&of("json")).unwrap();
    let is_ours = |finding: &&Value| finding["rule"] == "unindexed-foreign-key";
    let finding = json["findings"].as_array().unwrap().iter().find(is_ours).unwrap();
    assert_eq!(finding["subject"], json!(column()));
    assert_eq!(finding["location"]["path"], json!(path), "{finding:#}");

    let graph: Value = serde_json::from_str(&run(folder.path(), &["graph", FOLDER]).stdout).unwrap();
    assert!(graph.to_string().contains(&json!(NAME).to_string()), "{graph:#}");

    let sarif: Value = serde_json::from_str(&of("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = result["uri"].as_str().unwrap();
    assert_eq!(percent_encoding::percent_decode_str(uri).decode_utf8().unwrap(), path);

    let gitlab: Value = serde_json::from_str(&of("gitlab")).unwrap();
    assert_eq!(gitlab[0]["location"]["path"], json!(path), "{gitlab:#}");
    let rdjson: Value = serde_json::from_str(&of("rdjson")).unwrap();
    assert_eq!(rdjson["diagnostics"][0]["location"]["path"], json!(path), "{rdjson:#}");

    for format in ["junit", "checkstyle"] {
        let text = of(format);
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut values = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(tag) | Event::Empty(tag) => {
                    for attribute in tag.attributes() {
                        let value = attribute.unwrap();
                        let value = value.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap();
                        values += &format!("{value}\n");
                    }
                }
                _ => {}
            }
        }
        // XML 1.0 cannot hold all of it: what can be seen of it is there, once.
        assert!(values.contains("<img src=x onerror=pwn> &amp; &#58; ]]> -->"), "{format}: {values}");
    }
    // GitHub's runner takes back what is escaped for it.
    let text = of("github");
    let unescaped = text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
    assert!(unescaped.contains("%0A%25 |`a`|``` <img"), "{text}");
    // Markdown has references to characters in place of all of its own.
    let markdown = of("markdown");
    for own in ["<img", "|`", "](https://b", "@who", "&amp;", "$("] {
        assert!(!markdown.contains(own), "{own}: {markdown}");
    }
}

#[test]
fn no_complaint_lets_a_name_act() {
    let folder = odd();
    let at = folder.path();
    let odd = |name: &str| format!("{FOLDER}/{name}");
    fs::create_dir(at.join(odd("empty"))).unwrap();
    fs::write(
        at.join(odd("empty/schemalint.json")),
        "{ \"files\": { \"include\": [\"\\u001b[31m*.ts\"], } }",
    )
    .unwrap();
    let gone = odd("gone");
    let json = format!("json={}", odd("no/out.json"));
    let twice = format!("sarif={}", odd("no/out.json"));
    let config = odd("schemalint.json");
    for arguments in [
        &[&*gone][..],
        &[FOLDER, "--format", &json],
        &[FOLDER, "--format", &json, "--format", &twice],
        &[FOLDER, "--format", &json, "--output-file", &gone],
        &[FOLDER, "--config", &gone],
        &["-", "--stdin-filename", FOLDER],
        &["-", "--stdin-filename", &odd("gone/a.ts")],
        &["baseline", "--prune", FOLDER],
        &["baseline", FOLDER],
        &["init", FOLDER],
        &["init", &gone],
        &["config", "--print", FOLDER],
        &["config", "--print", "--config", &config],
        &[&odd("empty")],
        &["graph", &odd("empty")],
        &["init", &odd("empty")],
        &["explain", NAME],
    ] {
        let ran = run_with(at, arguments, "");
        nothing_acts(&format!("{arguments:?}"), &ran.stdout);
        nothing_acts(&format!("{arguments:?}"), &ran.stderr);
    }
    // A baseline that cannot be read.
    fs::write(at.join(odd("schemalint-baseline.json")), b"\xff").unwrap();
    nothing_acts("baseline", &run(at, &[FOLDER]).exits(2).stderr);
    fs::write(at.join(odd("schemalint-baseline.json")), json!({ NAME: NAME }).to_string()).unwrap();
    nothing_acts("baseline", &run(at, &[FOLDER]).exits(2).stderr);
    fs::remove_file(at.join(odd("schemalint-baseline.json"))).unwrap();
    // A config with such keys and values.
    fs::write(at.join(&config), json!({ NAME: NAME, "rules": { NAME: NAME } }).to_string()).unwrap();
    nothing_acts("config", &run(at, &[FOLDER]).exits(2).stderr);
    // A file that does not parse, and one that may not be opened.
    fs::write(at.join(&config), "{}").unwrap();
    fs::write(at.join(odd("b.schema.ts")), format!("{} export const = \"{FOLDER}", schema())).unwrap();
    fs::write(at.join(odd(&format!("b{FOLDER}.schema.ts"))), b"\xff").unwrap();
    for format in FORMATS {
        let ran = run(at, &["--format", format, FOLDER]).exits(1);
        let text = ran.stdout.replace("::error file=", "::warning file=");
        nothing_acts(format, &text);
        nothing_acts(format, &ran.stderr);
    }
}

/// A config speaks of folders, columns and documents in comments, which a newline would end.
#[test]
fn what_init_writes_is_a_config_whatever_it_speaks_of() {
    let name = json!(NAME);
    let schema = format!(
        "import {{ integer, pgSchema, pgTable }} from 'drizzle-orm/pg-core';\n\
         export const a = pgSchema({name}), b = pgSchema('b');\n\
         export const actor = () => integer({name});\n\
         export const users = a.table({name}, {{ id: integer('id').primaryKey(), by: actor() }});\n\
         export const orders = b.table({name}, {{ id: integer('id').primaryKey(), by: actor(), \
         [{name}]: integer({name}).references(() => users.id) }});\n"
    );
    let config = format!(
        "import {{ defineConfig }} from 'drizzle-kit';\nexport default defineConfig({{ dialect: 'postgresql', \
         schema: './*.schema.ts', out: {name} }});\n"
    );
    let record = format!("# ADR-0001 {}\n", NAME.replace(['\n', '\r'], " "));
    let folder = repository(&[
        (&*format!("{FOLDER}/{FOLDER}.schema.ts"), &*schema),
        (&format!("{FOLDER}/b.schema.ts"), &schema),
        (&format!("{FOLDER}/drizzle.config.ts"), &config),
        (&format!("docs/{FOLDER}/adr/0001-{FOLDER}.md"), &record),
        (&format!("docs/{FOLDER}/entities/a.md"), &record),
        (&format!("packages/{FOLDER}/package.json"), &json!({ "name": NAME }).to_string()),
    ]);
    let at = folder.path();
    let ran = run(at, &["init"]).exits(0);
    nothing_acts("init", &ran.stdout);
    nothing_acts("init", &ran.stderr);
    nothing_acts("schemalint.json", &read(at, "schemalint.json"));
    let before: Value = run(at, &["--format", "json"]).json();
    assert!(before["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
    // What is proposed, too, where somebody takes the slashes away.
    for line in read(at, "schemalint.json").lines().filter(|line| line.contains("pwned")) {
        assert!(line.trim_start().starts_with("//") || line.contains('"'), "{line}");
    }
}

#[test]
fn what_config_prints_is_read_back() {
    let folder = repository(&[
        (&*format!("{FOLDER}/a.schema.ts"), &*schema()),
        (
            &format!("{FOLDER}/schemalint.json"),
            &json!({ "files": { "exclude": [NAME.replace("{0} ", "")] } }).to_string(),
        ),
    ]);
    let at = folder.path();
    let shown = run(at, &["config", "--print", FOLDER]).exits(0);
    assert!(shown.stdout.contains("pwned"));
    nothing_acts("config", &shown.stdout);
    write(at, &format!("{FOLDER}/schemalint.json"), &shown.stdout);
    let again = run(at, &["config", "--print", FOLDER]).exits(0);
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split(" // ").next().unwrap().to_string()).collect()
    };
    assert_eq!(values(&again.stdout), values(&shown.stdout));
}

/// The diff of a repository whose code would act, and whose file has such a name.
fn fixable(name: &str, newline: &str) -> TempDir {
    let comment = "/* \u{1b}[31m\u{202e}\n ::error::pwned ##[error]pwned xxxx\n*/\n";
    let schema =
        format!("{}{comment}{}", support::USERS, support::ORDERS.split_once("'./users';\n").unwrap().1);
    let folder = repository(&[(name, schema.replace('\n', newline))]);
    support::git(folder.path(), &["init", "-q"]);
    folder
}

#[test]
fn a_diff_can_be_applied_whatever_stands_in_it() {
    for newline in ["\n", "\r\n", "\r"] {
        for name in ["a b.schema.ts", &format!("{FOLDER}/{FOLDER}\\t.schema.ts")] {
            for is_github in ["false", "true"] {
                let folder = fixable(name, newline);
                let at = folder.path();
                let mut command = command(at);
                command.args(["--diff", "--fix=schema"]).env("GITHUB_ACTIONS", is_github);
                let diff = Ran::from(command.output().unwrap()).exits(1).stdout;
                if is_github == "true" {
                    // Nothing between is taken for a command, and the word that ends it is not in between.
                    let (first, rest) = diff.split_once('\n').unwrap();
                    let word = first.strip_prefix("::stop-commands::").unwrap();
                    assert!(rest.ends_with(&format!("::{word}::\n")));
                    assert_eq!(rest.matches(word).count(), 1, "{diff}");
                }
                let before = read(at, name);
                let mut git = Command::new("git");
                let mut git = git.args(["apply", "-"]).current_dir(at).stdin(Stdio::piped()).spawn().unwrap();
                git.stdin.take().unwrap().write_all(diff.as_bytes()).unwrap();
                assert!(git.wait().unwrap().success(), "{newline:?} {name:?} {diff}");
                let applied = read(at, name);
                assert_ne!(applied, before);
                fs::write(at.join(name), before).unwrap();
                run(at, &["--fix=schema"]);
                assert_eq!(applied, read(at, name), "{newline:?} {name:?}");
            }
        }
    }
}
