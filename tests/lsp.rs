//! The language server, spoken to as an editor does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/client.rs"]
mod client;
#[path = "support/generate.rs"]
mod generate;
mod marks;
mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use walkdir::WalkDir;

use client::{Client, apply, byte_of, capabilities, uri};
use support::{ORDERS, USERS, repository, run, write};

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_schemalint"))
}

fn open(folders: &[&Path]) -> Client {
    Client::open(program(), folders, &capabilities(&["utf-16"], true))
}

/// The real path: `/tmp` may be a link.
fn real(folder: &TempDir) -> PathBuf {
    fs::canonicalize(folder.path()).unwrap()
}

/// What the command line finds in a folder, as lines that can be compared.
fn by_command_line(folder: &Path) -> Vec<String> {
    let ran = run(folder, &["check", ".", "--format", "json"]);
    assert!(ran.code != 2, "{ran:#?}");
    let json = ran.json();
    let mut found: Vec<String> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let place = |location: &Value| {
                format!(
                    "{} {}..{}",
                    location["path"].as_str().unwrap(),
                    location["start"]["byte"],
                    location["end"]["byte"]
                )
            };
            let related: Vec<String> = finding["related"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|label| {
                    // A preset is no file that an editor could open.
                    folder.join(label["location"]["path"].as_str().unwrap()).is_file()
                })
                .map(|label| format!("{} {}", place(&label["location"]), label["message"]))
                .collect();
            let help = finding["help"].as_str().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            format!(
                "{} {} {} {}{help} {:?} {}",
                place(&finding["location"]),
                finding["rule"],
                finding["level"],
                finding["message"].as_str().unwrap(),
                related,
                finding["url"]
            )
        })
        .collect();
    found.sort();
    found
}

/// The same of what the server published.
fn by_server(client: &Client, folder: &Path, encoding: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (of, (_, diagnostics)) in &client.diagnostics {
        for diagnostic in diagnostics {
            let place = |of: &str, range: &Value| {
                let path = percent_decoded(of.strip_prefix("file://").unwrap());
                let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
                let (start, end) =
                    (byte_of(&text, &range["start"], encoding), byte_of(&text, &range["end"], encoding));
                let inside = Path::new(&path).strip_prefix(folder).unwrap();
                format!("{} {start}..{end}", inside.to_str().unwrap())
            };
            assert_eq!(diagnostic["source"], "schemalint");
            let related: Vec<String> = diagnostic["relatedInformation"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|label| {
                    format!(
                        "{} {}",
                        place(label["location"]["uri"].as_str().unwrap(), &label["location"]["range"]),
                        label["message"]
                    )
                })
                .collect();
            let level = if diagnostic["severity"] == 1 { "\"error\"" } else { "\"warn\"" };
            found.push(format!(
                "{} {} {level} {} {:?} {}",
                place(of, &diagnostic["range"]),
                diagnostic["code"],
                diagnostic["message"].as_str().unwrap(),
                related,
                diagnostic["codeDescription"]["href"]
            ));
        }
    }
    found.sort();
    found
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A copy of a fixture without marks.
fn copy(fixture: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in
        WalkDir::new(fixture).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file())
    {
        let file = entry.path().strip_prefix(fixture).unwrap().to_string_lossy().replace('\\', "/");
        match fs::read_to_string(entry.path()) {
            Ok(text) => marks::write(folder.path(), &file, &text),
            Err(_) => write(folder.path(), &file, fs::read(entry.path()).unwrap()),
        }
    }
    folder
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all = Vec::new();
    for folder in [root.clone(), root.join("truth")] {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        all.extend(entries.filter(|path| path.is_dir() && !path.ends_with("truth")));
    }
    all.sort();
    all
}

/// Any file that is there: what is asked of it waits for all checks.
fn any_script(folder: &Path) -> PathBuf {
    let mut entries =
        WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    entries.find(|path| path.extension().is_some_and(|extension| extension == "ts")).unwrap()
}

#[test]
fn diagnostics_are_what_the_command_line_finds_in_every_fixture() {
    let mut all = 0;
    for fixture in fixtures() {
        let folder = copy(&fixture);
        let root = real(&folder);
        let expected = by_command_line(&root);
        all += expected.len();
        for encoding in ["utf-8", "utf-16"] {
            let mut client = Client::open(program(), &[&root], &capabilities(&[encoding], true));
            client.settle(&any_script(&root));
            assert_eq!(by_server(&client, &root, encoding), expected, "{} in {encoding}", fixture.display());
            assert_eq!(client.stop(), 0);
        }
    }
    assert!(all > 100, "{all}");
}

#[test]
fn columns_are_counted_in_the_unit_of_the_client() {
    let text = "import { integer, pgTable } from 'drizzle-orm/pg-core';\nimport { users } from './users';\n\
                export const orders = pgTable('orders', { /* é😀 */ userId: integer('user_id').references(() => users.id) });\n";
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", text)]);
    let root = real(&folder);
    let expected = by_command_line(&root);
    let byte = text.lines().nth(2).unwrap().find("references(").unwrap();
    for (offered, chosen, column) in [
        (&["utf-8", "utf-16"][..], "utf-8", byte),
        (&["utf-16"][..], "utf-16", byte - 3),
        (&["utf-32"][..], "utf-32", byte - 4),
        (&["utf-7"][..], "utf-16", byte - 3),
        (&[][..], "utf-16", byte - 3),
    ] {
        let mut client = Client::open(program(), &[&root], &capabilities(offered, true));
        client.settle(&root.join("db/orders.ts"));
        assert_eq!(by_server(&client, &root, chosen), expected, "{chosen}");
        let found = client.found(&root.join("db/orders.ts"));
        let start =
            &found.iter().find(|found| found["code"] == "unindexed-foreign-key").unwrap()["range"]["start"];
        assert_eq!(start["character"].as_u64().unwrap() as usize, column, "{chosen}");
    }
}

#[test]
fn what_is_typed_counts_and_what_is_closed_is_forgotten() {
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS)]);
    let root = real(&folder);
    let (orders, users) = (root.join("db/orders.ts"), root.join("db/users.ts"));
    let mut client = open(&[&root]);
    client.settle(&orders);
    let first = by_server(&client, &root, "utf-16");
    assert!(!first.is_empty());
    client.did_open(&orders, 1, ORDERS);
    client.settle(&orders);
    assert_eq!(client.diagnostics[&uri(&orders)].0, Some(1));
    // Without the key nothing is left to be said, before anything is saved.
    let without = ORDERS.replace(".references(() => users.id)", "");
    client.did_change(&orders, 2, &without);
    client.wait("no findings in version 2", |client| {
        client.diagnostics[&uri(&orders)] == (Some(2), Vec::new())
    });
    // Another file decides what is said of this one.
    client.did_change(&orders, 3, ORDERS);
    client.did_open(&users, 1, &USERS.replace("users', {", "people', {"));
    client.settle(&orders);
    let said = client.found(&orders)[0]["message"].as_str().unwrap().to_string();
    assert!(said.contains("`people`"), "{said}");
    assert_eq!(client.diagnostics[&uri(&orders)].0, Some(3));
    client.did_close(&users);
    client.did_close(&orders);
    client.settle(&orders);
    assert_eq!(by_server(&client, &root, "utf-16"), first);
    // What is broken is said, where it is broken; what is mended is clean again.
    client.did_open(&orders, 1, "import { pgTable } from 'drizzle-orm/pg-core';\nexport const = pgTable(;");
    client.settle(&orders);
    assert_eq!(client.found(&orders)[0]["code"], "syntax-error");
    client.did_change(&orders, 2, ORDERS);
    client.settle(&orders);
    assert_eq!(by_server(&client, &root, "utf-16"), first);
    assert_eq!(client.stop(), 0);
}

#[test]
fn a_document_without_a_file_is_read_and_can_be_imported() {
    let folder = repository(&[("db/users.ts", USERS)]);
    let root = real(&folder);
    let (orders, parts) = (root.join("db/orders.ts"), root.join("db/parts.ts"));
    let mut client = open(&[&root]);
    client.settle(&root.join("db/users.ts"));
    assert!(client.diagnostics.is_empty());
    client.did_open(&orders, 1, ORDERS);
    client.settle(&orders);
    let found = client.found(&orders).to_vec();
    assert_eq!(found[0]["code"], "unindexed-foreign-key");
    let more = ORDERS.replace("'orders'", "'parts'").replace("orders", "parts").replace("users", "orders");
    client.did_open(&parts, 1, &more.replace("orders.id", "orders.userId"));
    client.settle(&parts);
    let codes = client.found(&parts).iter().map(|found| found["code"].as_str().unwrap().to_string());
    assert_eq!(codes.collect::<Vec<_>>(), ["foreign-key-target-not-unique", "unindexed-foreign-key"]);
    // Saved, it is as the command line sees it; thrown away, nothing is left of it.
    write(&root, "db/orders.ts", ORDERS);
    client.did_save(&orders);
    client.did_close(&parts);
    client.settle(&orders);
    assert_eq!(by_server(&client, &root, "utf-16"), by_command_line(&root));
    assert_eq!(client.found(&orders), found);
}

#[test]
fn folders_come_and_go() {
    let folder =
        repository(&[("db/users.ts", USERS), ("db/v1.2/orders.ts", &ORDERS.replace("./users", "../users"))]);
    let root = real(&folder);
    let (users, versioned, gone) = (root.join("db/users.ts"), root.join("db/v1.2"), root.join("elsewhere"));
    let mut client = open(&[&root]);
    client.settle(&users);
    let before = by_server(&client, &root, "utf-16");
    assert!(!before.is_empty());
    fs::rename(&versioned, &gone).unwrap();
    fs::remove_dir_all(&gone).unwrap();
    client.did_change_files(&[(&versioned, 3)]);
    client.settle(&users);
    assert_eq!(by_server(&client, &root, "utf-16"), by_command_line(&root));
    write(&root, "db/v1.2/orders.ts", ORDERS.replace("./users", "../users"));
    client.did_change_files(&[(&versioned, 1), (&root.join("node_modules/a/index.ts"), 1)]);
    client.settle(&users);
    assert_eq!(by_server(&client, &root, "utf-16"), before);
}

#[test]
fn incremental_changes_arrive_in_order_and_past_the_end_is_the_end() {
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS)]);
    let root = real(&folder);
    let orders = root.join("db/orders.ts");
    let mut client = open(&[&root]);
    client.did_open(&orders, 1, ORDERS);
    let position = |line: u32, character: u32| json!({ "line": line, "character": character });
    let line = ORDERS.lines().nth(2).unwrap();
    let at = line.find(".references").unwrap() as u32;
    let length = ".references(() => users.id)".len() as u32;
    let changes = json!([
        { "range": { "start": position(99, 99), "end": position(100, 0) }, "text": "// 😀\n" },
        { "range": { "start": position(3, 5), "end": position(3, 999) }, "text": "!" },
        { "range": { "start": position(2, at), "end": position(2, at + length) }, "text": "" },
    ]);
    let document = json!({ "uri": uri(&orders), "version": 2 });
    client.notify("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    client.settle(&orders);
    assert_eq!(client.diagnostics[&uri(&orders)], (Some(2), Vec::new()));
}

#[test]
fn wrong_versions_and_unknown_documents_change_nothing() {
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS)]);
    let root = real(&folder);
    let (orders, users) = (root.join("db/orders.ts"), root.join("db/users.ts"));
    let mut client = open(&[&root]);
    client.did_open(&orders, 7, ORDERS);
    client.settle(&orders);
    let before = client.diagnostics.clone();
    client.did_change(&orders, 7, "");
    client.did_change(&orders, 3, "");
    client.did_change(&users, 1, "");
    client.did_save(&users);
    client.did_close(&users);
    client.notify("textDocument/didChange", &json!({ "textDocument": 3 }));
    client.notify("textDocument/didOpen", &json!([]));
    client.notify("nobody/knows", &json!({}));
    client.did_open(Path::new("/nowhere/at all/x.ts"), 1, "export const x = ");
    client.settle(&orders);
    client.did_close(Path::new("/nowhere/at all/x.ts"));
    client.settle(&orders);
    assert_eq!(client.diagnostics[&uri(&orders)], before[&uri(&orders)]);
    let logged = client.told.iter().filter(|told| told["method"] == "window/logMessage").count();
    assert!(logged >= 7, "{:#?}", client.told);
    let answer = client.request(
        "textDocument/hover",
        &json!({ "textDocument": { "uri": "untitled:a" }, "position": { "line": 0, "character": 0 } }),
    );
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    let answer = client.request(
        "textDocument/hover",
        &json!({ "textDocument": { "uri": uri(&orders) }, "position": { "line": 99, "character": 99 } }),
    );
    assert!(answer.get("error").is_none(), "{answer}");
    let answer = client.request("textDocument/hover", &json!({ "textDocument": { "uri": uri(&orders) } }));
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert_eq!(client.stop(), 0);
}

#[test]
fn the_protocol_is_kept_from_the_first_message_to_the_last() {
    let mut client = Client::start(program());
    let code = |answer: Value| answer["error"]["code"].as_i64();
    assert_eq!(code(client.request("textDocument/hover", &json!({}))), Some(-32002));
    assert_eq!(code(client.request("shutdown", &Value::Null)), Some(-32002));
    client.notify("textDocument/didOpen", &json!({}));
    assert_eq!(code(client.request("initialize", &json!({ "capabilities": 3 }))), Some(-32602));
    let answer =
        client.request("initialize", &json!({ "processId": null, "rootUri": null, "capabilities": {} }));
    assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");
    assert!(
        answer["result"]["capabilities"]["codeActionProvider"].is_null(),
        "the client knows no literals: {answer}"
    );
    client.notify("initialized", &json!({}));
    assert_eq!(code(client.request("initialize", &json!({ "capabilities": {} }))), Some(-32600));
    assert_eq!(code(client.request("textDocument/rename", &json!({}))), Some(-32601));
    assert_eq!(code(client.request("$/nothing", &json!({}))), Some(-32601));
    for (body, expected) in
        [("{]", -32700), ("[]", -32600), ("7", -32600), ("{\"jsonrpc\":\"2.0\"}", -32600), ("\u{0}", -32700)]
    {
        client.send_body(body);
        assert_eq!(code(client.answer(&Value::Null)), Some(expected), "{body}");
    }
    client.send_body("{\"jsonrpc\":\"2.0\",\"id\":\"of mine\",\"method\":5}");
    assert_eq!(code(client.answer(&json!("of mine"))), Some(-32600));
    client.send_body("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"shutdown\"}");
    assert_eq!(client.answer(&json!("x"))["result"], Value::Null);
    assert_eq!(code(client.request("textDocument/hover", &json!({}))), Some(-32600));
    client.notify("textDocument/didOpen", &json!({}));
    client.notify("exit", &Value::Null);
    assert_eq!(client.exit_code(), 0);
}

#[test]
fn a_client_that_leaves_otherwise_ends_the_server() {
    let started = || {
        let mut client = Client::start(program());
        client.request("initialize", &json!({ "processId": null, "rootUri": null, "capabilities": {} }));
        client
    };
    let mut client = started();
    client.notify("exit", &Value::Null);
    assert_eq!(client.exit_code(), 1, "without shutdown");
    let mut client = started();
    client.hang_up();
    assert_eq!(client.exit_code(), 1, "end of input");
    for lost in ["nonsense\r\n\r\n", "Content-Length: many\r\n\r\n{}", "\r\n\r\n"] {
        let mut client = started();
        client.send_raw(lost.as_bytes());
        assert_eq!(client.exit_code(), 1, "{lost:?}");
    }
    let mut client = started();
    client.send_raw(b"Content-Length: 100\r\n\r\n{");
    client.hang_up();
    assert_eq!(client.exit_code(), 1, "a frame that ends early");
    let mut client = Client::start(program());
    client.notify("exit", &Value::Null);
    assert_eq!(client.exit_code(), 1, "before initialize");
}

#[test]
fn a_request_can_be_cancelled_and_later_ones_are_answered() {
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS)]);
    let root = real(&folder);
    let orders = root.join("db/orders.ts");
    let mut client = open(&[&root]);
    let params =
        json!({ "textDocument": { "uri": uri(&orders) }, "position": { "line": 0, "character": 0 } });
    // The first check is still under way, or not even begun.
    let first = client.ask("textDocument/hover", &params);
    client.notify("$/cancelRequest", &json!({ "id": first }));
    let second = client.ask("textDocument/hover", &params);
    let answer = client.answer(&json!(first));
    assert!(answer["error"]["code"] == -32800 || answer.get("error").is_none(), "{answer}");
    assert!(client.answer(&json!(second)).get("error").is_none());
    client.notify("$/cancelRequest", &json!({ "id": second }));
    client.notify("$/cancelRequest", &json!({ "id": "never asked" }));
    client.notify("$/cancelRequest", &json!({}));
    client.settle(&orders);
    // Progress was shown for the first check, from begin to end, and files are watched.
    let of = |method: &str| {
        client.told.iter().filter(|told| told["method"] == method).cloned().collect::<Vec<_>>()
    };
    let kinds: Vec<Value> =
        of("$/progress").iter().map(|told| told["params"]["value"]["kind"].clone()).collect();
    assert_eq!(kinds, ["begin", "end"]);
    assert_eq!(of("client/registerCapability").len(), 1);
    assert_eq!(client.stop(), 0);
}

#[test]
fn a_broken_config_is_said_in_its_file_and_the_last_good_one_holds() {
    let good = "{ \"rules\": { \"unindexed-foreign-key\": \"error\" } }";
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS), ("schemalint.json", good)]);
    let root = real(&folder);
    let (orders, config) = (root.join("db/orders.ts"), root.join("schemalint.json"));
    let mut client = open(&[&root]);
    client.settle(&orders);
    let severity = |client: &Client| {
        let found =
            client.found(&orders).iter().find(|found| found["code"] == "unindexed-foreign-key").cloned();
        found.map(|found| found["severity"].as_i64().unwrap())
    };
    assert_eq!(severity(&client), Some(1));
    // Typed, not saved.
    client.did_open(&config, 1, good);
    client.did_change(&config, 2, "{ \"rules\": { \"unindexed-foreign-key\": \"loud\" } }");
    client.settle(&orders);
    assert_eq!(severity(&client), Some(1));
    let (version, wrong) = &client.diagnostics[&uri(&config)];
    assert_eq!(
        (version, &wrong[0]["code"], &wrong[0]["severity"]),
        (&Some(2), &json!("config"), &json!(1)),
        "{wrong:?}"
    );
    assert_eq!(wrong[0]["range"]["start"], json!({ "line": 0, "character": 38 }));
    client.did_change(&config, 3, "{ \"rules\": { \"unindexed-foreign-key\": \"warn\" } }");
    client.settle(&orders);
    assert_eq!((severity(&client), client.found(&config).len()), (Some(2), 0));
    client.did_change(&config, 4, "{ \"rules\": { \"unindexed-foreign-key\": \"off\" } }");
    client.settle(&orders);
    assert_eq!(severity(&client), None);
    // On the disk, told by the client.
    client.did_close(&config);
    client.settle(&orders);
    assert_eq!(severity(&client), Some(1));
    write(&root, "schemalint.json", "{");
    client.did_change_files(&[(&config, 2)]);
    client.settle(&orders);
    assert_eq!((severity(&client), client.found(&config).len()), (Some(1), 1));
    fs::remove_file(&config).unwrap();
    client.did_change_files(&[(&config, 3)]);
    client.settle(&orders);
    assert_eq!((severity(&client), client.found(&config).len()), (Some(2), 0));
    // The baseline is honoured, too; a broken one is said and what it accepted stays accepted.
    assert_eq!(run(&root, &["baseline"]).code, 0);
    let baseline = root.join("schemalint-baseline.json");
    client.did_change_files(&[(&baseline, 1)]);
    client.settle(&orders);
    assert_eq!(severity(&client), None);
    write(&root, "schemalint-baseline.json", "{ \"version\": 1, \"findings\": 3 }");
    client.did_change_files(&[(&baseline, 2)]);
    client.settle(&orders);
    assert_eq!(severity(&client), None);
    assert_eq!(client.found(&baseline)[0]["code"], "baseline");
    fs::remove_file(&baseline).unwrap();
    client.did_change_files(&[(&baseline, 3)]);
    client.settle(&orders);
    assert_eq!((severity(&client), client.found(&baseline).len()), (Some(2), 0));
}

#[test]
fn a_config_that_was_never_good_silences_everything_else() {
    let folder = repository(&[
        ("db/users.ts", USERS),
        ("db/orders.ts", ORDERS),
        ("schemalint.json", "{ \"rulez\": {} }"),
    ]);
    let root = real(&folder);
    let mut client = open(&[&root]);
    client.settle(&root.join("db/orders.ts"));
    assert_eq!(client.diagnostics.len(), 1);
    assert_eq!(client.found(&root.join("schemalint.json"))[0]["code"], "config");
    assert_eq!(client.stop(), 0);
}

#[test]
fn every_folder_is_checked_as_the_command_line_checks_it() {
    let folder = repository(&[
        ("a/db/users.ts", USERS),
        ("a/db/orders.ts", ORDERS),
        ("a/schemalint.json", "{ \"rules\": { \"unindexed-foreign-key\": \"error\" } }"),
        ("b c/db/users.ts", USERS),
        ("b c/db/orders.ts", ORDERS),
        ("loose/users.ts", USERS),
        ("loose/orders.ts", ORDERS),
    ]);
    let root = real(&folder);
    let (a, b, loose) = (root.join("a"), root.join("b c"), root.join("loose"));
    let with = |folder: &Path, found: Vec<String>| -> Vec<String> {
        found
            .into_iter()
            .map(|line| format!("{}/{line}", folder.file_name().unwrap().to_str().unwrap()))
            .collect()
    };
    let expected = |folders: &[&Path]| {
        let mut all: Vec<String> =
            folders.iter().flat_map(|folder| with(folder, by_command_line(folder))).collect();
        all.sort();
        all
    };
    let mut client = open(&[&a, &b]);
    client.settle(&a.join("db/orders.ts"));
    client.settle(&b.join("db/orders.ts"));
    let found = |client: &Client| {
        // Paths of related places are those of the run in the folder.
        by_server(client, &root, "utf-16")
            .into_iter()
            .map(|line| line.replace("\"a/", "\"").replace("\"b c/", "\"").replace("\"loose/", "\""))
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&client), expected(&[&a, &b]));
    let change = |client: &mut Client, added: &[&Path], removed: &[&Path]| {
        let folders = |list: &[&Path]| {
            list.iter().map(|folder| json!({ "uri": uri(folder), "name": "x" })).collect::<Vec<_>>()
        };
        client.notify(
            "workspace/didChangeWorkspaceFolders",
            &json!({ "event": { "added": folders(added), "removed": folders(removed) } }),
        );
    };
    change(&mut client, &[], &[&b]);
    client.settle(&a.join("db/orders.ts"));
    assert_eq!(found(&client), expected(&[&a]));
    change(&mut client, &[&b], &[&a]);
    client.settle(&b.join("db/orders.ts"));
    assert_eq!(found(&client), expected(&[&b]));
    // A document outside of all folders is checked with its folder, as long as it is open.
    client.did_open(&loose.join("orders.ts"), 1, ORDERS);
    client.settle(&loose.join("orders.ts"));
    assert_eq!(found(&client), expected(&[&b, &loose]));
    client.did_close(&loose.join("orders.ts"));
    client.settle(&b.join("db/orders.ts"));
    assert_eq!(found(&client), expected(&[&b]));
    assert_eq!(client.stop(), 0);
}

#[test]
fn a_folder_inside_a_repository_says_what_is_in_it() {
    let folder = repository(&[
        ("db/users.ts", USERS),
        ("db/orders.ts", ORDERS),
        ("other/orders.ts", &ORDERS.replace("./users", "../db/users").replace("'orders'", "'others'")),
    ]);
    let root = real(&folder);
    support::git(&root, &["init", "-q"]);
    for watches in [true, false] {
        let mut client = Client::open(program(), &[&root.join("other")], &capabilities(&["utf-16"], watches));
        client.settle(&root.join("other/orders.ts"));
        let expected = by_command_line(&root.join("other"));
        assert!(!expected.is_empty());
        let found: Vec<String> = by_server(&client, &root.join("other"), "utf-16");
        assert_eq!(found, expected);
    }
}

/// The title, the edit and whether it is preferred of each action at a place.
fn actions(client: &mut Client, path: &Path, range: &Value) -> Vec<Value> {
    let params =
        json!({ "textDocument": { "uri": uri(path) }, "range": range, "context": { "diagnostics": [] } });
    let answer = client.request("textDocument/codeAction", &params);
    answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

#[test]
fn every_fix_that_is_offered_removes_its_finding() {
    let mut tried = 0;
    for fixture in fixtures()
        .into_iter()
        .filter(|fixture| fixture.to_string_lossy().ends_with("-broken") || fixture.ends_with("shop"))
    {
        let folder = copy(&fixture);
        let root = real(&folder);
        let mut client = open(&[&root]);
        client.settle(&any_script(&root));
        let before = by_server(&client, &root, "utf-16");
        let all: Vec<(String, Value)> = client
            .diagnostics
            .iter()
            .flat_map(|(of, (_, found))| found.iter().map(move |found| (of.clone(), found.clone())))
            .collect();
        let mut done: Vec<Value> = Vec::new();
        for (of, finding) in all {
            let path = PathBuf::from(of.strip_prefix("file://").unwrap());
            for action in actions(&mut client, &path, &finding["range"]) {
                let diagnostic = &action["diagnostics"][0];
                if *diagnostic != finding || done.contains(&action["edit"]) {
                    continue;
                }
                done.push(action["edit"].clone());
                tried += 1;
                assert_eq!(action["kind"], "quickfix");
                let changed = apply(&action["edit"], "utf-16");
                for (of, text) in &changed {
                    client.did_open(Path::new(of.strip_prefix("file://").unwrap()), 1, text);
                }
                client.settle(&path);
                let after: Vec<Value> = client
                    .found(&path)
                    .iter()
                    .filter(|found| {
                        found["code"] == finding["code"] && found["message"] == finding["message"]
                    })
                    .cloned()
                    .collect();
                let same = client.diagnostics.values().flat_map(|(_, found)| found).filter(|found| {
                    matches!(found["code"].as_str().unwrap(), "syntax-error" | "suppression-without-reason")
                });
                let new_trouble: Vec<&Value> = same
                    .filter(|found| {
                        !before.iter().any(|line| line.contains(found["message"].as_str().unwrap()))
                    })
                    .collect();
                assert!(new_trouble.is_empty(), "{action:#}: {new_trouble:#?}");
                let count = before
                    .iter()
                    .filter(|line| {
                        line.contains(finding["message"].as_str().unwrap())
                            && line.contains(finding["code"].as_str().unwrap())
                    })
                    .count();
                // What is to be completed removes nothing yet.
                let is_draft = action["title"].as_str().unwrap().ends_with("to be completed");
                let left = if is_draft { count..=count } else { 0..=count - 1 };
                assert!(left.contains(&after.len()), "{} {action:#} leaves {after:#?}", fixture.display());
                for (of, _) in &changed {
                    client.did_close(Path::new(of.strip_prefix("file://").unwrap()));
                }
            }
        }
        client.settle(&any_script(&root));
        assert_eq!(
            by_server(&client, &root, "utf-16"),
            before,
            "closed without saving, everything is as before"
        );
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_citation_that_only_a_person_can_complete_is_begun() {
    let schema = "import { pgSchema, uuid } from 'drizzle-orm/pg-core';\n\
        const crm = pgSchema('crm');\nconst billing = pgSchema('billing');\n\
        export const customers = crm.table('customers', { id: uuid('id').primaryKey() });\n\
        export const invoices = billing.table('invoices', {\n  payerId: uuid('payer_id'), // @ref crm.customers\n});\n";
    let folder = repository(&[("docs/adr/0001-keys.md", "# Keys\n"), ("db/schema.ts", schema)]);
    let root = real(&folder);
    let path = root.join("db/schema.ts");
    let mut client = open(&[&root]);
    client.settle(&path);
    let cites = |client: &Client| {
        let found = client.found(&path).iter().find(|found| found["code"] == "missing-adr-citation");
        found.cloned()
    };
    let finding = cites(&client).unwrap();
    let title = "write `@adr ADR-…`, to be completed";
    let offered = actions(&mut client, &path, &finding["range"]);
    let action = offered.iter().find(|action| action["title"] == title).unwrap();
    assert_eq!(action["isPreferred"], false);
    let text = apply(&action["edit"], "utf-16").remove(0).1;
    assert!(text.contains("// @ref crm.customers @adr ADR-…\n"), "{text}");
    // It is no citation yet, and is not begun twice.
    client.did_open(&path, 1, &text);
    client.settle(&path);
    let finding = cites(&client).unwrap();
    let again = actions(&mut client, &path, &finding["range"]);
    assert!(again.iter().all(|action| action["title"] != title), "{again:#?}");
    client.did_change(&path, 2, &text.replace("ADR-…", "ADR-0001"));
    client.settle(&path);
    assert_eq!(cites(&client), None);
}

#[test]
fn an_exception_that_is_not_needed_is_faded_and_can_be_taken_out() {
    let text = USERS.replace(
        "export const users",
        "// schemalint-ignore unindexed-foreign-key -- no reason\nexport const users",
    );
    let folder = repository(&[("db/users.ts", text.as_str())]);
    let root = real(&folder);
    let users = root.join("db/users.ts");
    for documents in [true, false] {
        let mut can = capabilities(&["utf-16"], true);
        can["workspace"]["workspaceEdit"]["documentChanges"] = json!(documents);
        let mut client = Client::open(program(), &[&root], &can);
        client.did_open(&users, 4, &text);
        client.settle(&users);
        let found = client.found(&users)[0].clone();
        assert_eq!((&found["code"], &found["tags"]), (&json!("unused-suppression"), &json!([1])));
        let actions = actions(&mut client, &users, &found["range"]);
        assert_eq!(actions.len(), 1, "{actions:#?}");
        assert_eq!(actions[0]["isPreferred"], true);
        let edit = &actions[0]["edit"];
        match documents {
            true => assert_eq!(
                edit["documentChanges"][0]["textDocument"],
                json!({ "uri": uri(&users), "version": 4 })
            ),
            false => assert!(edit["changes"][uri(&users)].is_array(), "{edit}"),
        }
        assert_eq!(apply(edit, "utf-16")[0].1, USERS);
        // A kind that is not asked for is not offered.
        let params = |only: Value| json!({ "textDocument": { "uri": uri(&users) }, "range": found["range"], "context": { "diagnostics": [], "only": only } });
        assert_eq!(
            client.request("textDocument/codeAction", &params(json!(["refactor"])))["result"],
            json!([])
        );
        assert_eq!(
            client.request("textDocument/codeAction", &params(json!(["quickfix"])))["result"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

#[test]
fn keys_can_be_followed_in_both_directions() {
    let barrel = "export * from './users';\n";
    let orders = "import { index, integer, pgTable } from 'drizzle-orm/pg-core';\n\
        import { users as people } from './barrel';\n\
        export const orders = pgTable('shop_orders', {\n  userId: integer('user_id').references(() => people.id),\n  parentId: integer('parent_id'),\n},\n\
        (t) => [index('by_user').on(t.userId)]);\n";
    let folder = repository(&[("db/users.ts", USERS), ("db/barrel.ts", barrel), ("db/orders.ts", orders)]);
    let root = real(&folder);
    let (path, users) = (root.join("db/orders.ts"), root.join("db/users.ts"));
    let mut client = open(&[&root]);
    let at = |text: &str, needle: &str, plus: usize| {
        let byte = text.find(needle).unwrap() + plus;
        let line = text[..byte].matches('\n').count();
        let column = byte - text[..byte].rfind('\n').map_or(0, |at| at + 1);
        json!({ "line": line, "character": column })
    };
    let mut ask = |method: &str, path: &Path, position: Value| {
        let params = json!({ "textDocument": { "uri": uri(path) }, "position": position, "context": { "includeDeclaration": false } });
        client.request(&format!("textDocument/{method}"), &params)["result"].clone()
    };
    let shown = |places: &Value| -> Vec<String> {
        let place = |place: &Value| {
            let path = place["uri"].as_str().unwrap();
            let text = fs::read_to_string(path.strip_prefix("file://").unwrap()).unwrap();
            let (start, end) = (
                byte_of(&text, &place["range"]["start"], "utf-16"),
                byte_of(&text, &place["range"]["end"], "utf-16"),
            );
            format!("{} {}", path.rsplit('/').next().unwrap(), &text[start..end])
        };
        places.as_array().map(|places| places.iter().map(place).collect()).unwrap_or_default()
    };
    let id = "users.ts id: integer('id').primaryKey()";
    let key = "orders.ts references(() => people.id)";
    let user_id = "orders.ts userId: integer('user_id').references(() => people.id)";
    assert_eq!(shown(&ask("definition", &path, at(orders, "people.id", 8))), [id]);
    assert_eq!(shown(&ask("definition", &path, at(orders, "people.id", 2))), ["users.ts users"]);
    assert_eq!(shown(&ask("definition", &path, at(orders, "users as", 1))), Vec::<String>::new());
    assert_eq!(shown(&ask("definition", &path, at(orders, ".references", 2))), [id]);
    assert_eq!(shown(&ask("definition", &path, at(orders, "userId:", 2))), [id]);
    assert_eq!(shown(&ask("definition", &path, at(orders, "t.userId", 3))), [user_id]);
    assert_eq!(shown(&ask("references", &path, at(orders, "userId:", 2))), [key]);
    assert_eq!(shown(&ask("references", &users, at(USERS, "const users", 7))), [key]);
    assert_eq!(shown(&ask("references", &users, at(USERS, "id: ", 0))), [key]);
    assert_eq!(shown(&ask("references", &path, at(orders, "const orders", 8))), Vec::<String>::new());
    let mut hover = |path: &Path, position: Value| {
        ask("hover", path, position)["contents"]["value"].as_str().unwrap_or_default().to_string()
    };
    let text = hover(&users, at(USERS, "const users", 7));
    assert_eq!(
        text,
        "table `users` (postgresql)\n\nprimary key: `id`\n\nkeys from:\n\n- `shop_orders.user_id` → `users.id`\n"
    );
    let text = hover(&path, at(orders, "userId:", 1));
    assert_eq!(
        text,
        "column `shop_orders.user_id`: `integer`\n\nindexes:\n\n- `by_user` on `user_id`\n\nkeys to:\n\n- `shop_orders.user_id` → `users.id`\n"
    );
    assert!(hover(&path, at(orders, "'shop_orders'", 3)).starts_with("table `shop_orders`"));
    assert!(hover(&path, at(orders, "parentId", 3)).starts_with("column `shop_orders.parent_id`: `integer`"));
    assert_eq!(hover(&path, at(orders, "import", 1)), "");
}

#[test]
fn names_are_escaped_wherever_they_are_shown() {
    let text = "import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
        export const users = pgTable('a`b\\n# [x](y) <img src=x>', { id: integer('id').primaryKey() });\n";
    let folder = repository(&[("db/users.ts", text)]);
    let root = real(&folder);
    let users = root.join("db/users.ts");
    let mut client = open(&[&root]);
    let params =
        json!({ "textDocument": { "uri": uri(&users) }, "position": { "line": 1, "character": 15 } });
    let answer = client.request("textDocument/hover", &params);
    let shown = answer["result"]["contents"]["value"].as_str().unwrap();
    assert!(shown.starts_with("table `` a`b\\n# [x](y) <img src=x> `` (postgresql)\n"), "{shown}");
    // In a domain, a type, an index and a key, too, none begins a line or moves anything.
    let name = json!("``\u{1b}[31m\n\n::error::x\r\n# h\u{2028}\u{85}\u{202e}</code>|&lt;");
    let text = format!(
        "import {{ customType, index, integer, pgSchema, unique }} from 'drizzle-orm/pg-core';\n\
         const odd = customType({{ dataType: () => {name} }});\n\
         export const users = pgSchema({name}).table({name}, {{ id: integer({name}).primaryKey(), o: odd({name}).notNull(), \
         up: integer({name}).references(() => users.id, {{ onDelete: {name} }}) }}, \
         (t) => [index({name}).on(t.up, t.o), unique({name}).on(t.o)]);\n"
    );
    client.did_open(&users, 1, &text);
    client.settle(&users);
    for (line, needle) in [(2, "users"), (2, "o: odd"), (2, "up: "), (2, "references"), (2, "onDelete")] {
        let column = text.lines().nth(line).unwrap().split(needle).next().unwrap().encode_utf16().count();
        let params = json!({ "textDocument": { "uri": uri(&users) }, "position": { "line": line, "character": column } });
        let answer = client.request("textDocument/hover", &params);
        let shown = answer["result"]["contents"]["value"].as_str().unwrap_or_default();
        let acts = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{202e}');
        assert_eq!(shown.chars().find(|c| acts(*c)), None, "{needle}: {shown}");
        for line in shown.lines() {
            assert!(!line.trim_start().starts_with(['#', ':', '<']), "{needle}: {shown}");
            // Outside of code, which a longer row of backticks fences, nothing is left of the name.
            let prose: String = line.split("```").step_by(2).collect();
            assert!(!prose.contains("error") && !prose.contains('<'), "{needle}: {line}");
        }
        assert!(!shown.is_empty() || needle == "onDelete", "{needle}");
    }
}

/// Edits that leave most files readable and some not.
fn edit(text: &str, numbers: &mut generate::Numbers) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = numbers.below(lines.len().max(1));
    let mut edited = String::new();
    let kind = numbers.below(8);
    for (index, line) in lines.iter().enumerate() {
        match kind {
            0 if index == at => {}
            1 if index == at => edited.push_str(&format!("// a remark\n{line}")),
            2 if index == at => edited.push_str(&format!("{line}{line}")),
            3 => edited.push_str(&line.replace("index(", "uniqueIndex(")),
            4 if index == at => edited.push_str(&line.replace("notNull", "unique")),
            5 if index == at => {
                edited.push_str(&format!("// schemalint-ignore unindexed-foreign-key -- so be it\n{line}"))
            }
            6 if index == at => edited.push_str(&line.replace("_t1", "_t0")),
            7 if index == at => edited.push_str(&line.replace("uuid(", "integer(")),
            _ => edited.push_str(line),
        }
    }
    edited
}

/// 200 edits, typed and saved, with files that come, go, break and are mended: after each the server says what the
/// command line says.
fn edited_at_random(watches: bool, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let root = real(&folder);
    let size = generate::Size { packages: 3, files: 5, tables: 3, others: 1 };
    size.write(&root).unwrap();
    let mut client = Client::open(program(), &[&root], &capabilities(&["utf-16"], watches));
    client.settle(&root.join(size.path(0)));
    assert_eq!(by_server(&client, &root, "utf-16"), by_command_line(&root));
    let mut numbers = generate::Numbers(seed);
    let mut version = 1;
    for step in 0..100 {
        let file = numbers.below(size.all_files());
        let path = root.join(size.path(file));
        let told = |client: &mut Client, path: &Path, kind: u8| {
            if watches {
                client.did_change_files(&[(path, kind)]);
            }
        };
        let kind = numbers.below(14);
        match kind {
            0 => {
                // Gone, by somebody else.
                let _ = fs::remove_file(&path);
                told(&mut client, &path, 3);
            }
            1 => {
                // Back as it was, or new.
                let there = path.exists();
                fs::write(&path, size.text(file)).unwrap();
                told(&mut client, &path, if there { 2 } else { 1 });
            }
            2 => {
                let config = root.join("schemalint.json");
                let level = ["warn", "error", "off"][numbers.below(3)];
                let there = config.exists();
                fs::write(&config, format!("{{ \"rules\": {{ \"unindexed-foreign-key\": \"{level}\" }} }}"))
                    .unwrap();
                told(&mut client, &config, if there { 2 } else { 1 });
            }
            3 => {
                let helpers = root.join(format!("packages/p{:02}/src/helpers.ts", file / size.files));
                let text = fs::read_to_string(&helpers).unwrap();
                fs::write(&helpers, edit(&text, &mut numbers)).unwrap();
                told(&mut client, &helpers, 2);
            }
            4 => {
                // A script without tables gets one, or loses it, or says something else that does not matter.
                let service =
                    format!("packages/p{:02}/src/service/s{:03}_0.ts", file / size.files, file % size.files);
                let service = root.join(service);
                let text = match numbers.below(3) {
                    0 => ORDERS.replace("'./users'", "'./nowhere'"),
                    1 => format!("export const x = {step};\n"),
                    _ => format!(
                        "import {{ makeTable }} from '../helpers';\nexport const x{step} = makeTable('x{step}');\n"
                    ),
                };
                fs::write(&service, text).unwrap();
                told(&mut client, &service, 2);
            }
            5 => {
                // A helper that makes tables, in a file that many import.
                let helpers = root.join(format!("packages/p{:02}/src/helpers.ts", file / size.files));
                let more = "import { pgTable as t, integer } from 'drizzle-orm/pg-core';\n\
                    export const makeTable = (name: string) => t(name, { userId: integer('user_id') });\n";
                let text = fs::read_to_string(&helpers).unwrap();
                let new =
                    if text.contains("makeTable") { text.replace(more, "") } else { format!("{more}{text}") };
                fs::write(&helpers, new).unwrap();
                told(&mut client, &helpers, 2);
            }
            _ => {
                let text = fs::read_to_string(&path).unwrap_or_default();
                let mut new = edit(&text, &mut numbers);
                client.did_open(&path, 1, &text);
                version += 1;
                client.did_change(&path, version, &new);
                if numbers.below(3) == 0 {
                    client.settle(&path);
                    new = edit(&new, &mut numbers);
                    version += 1;
                    client.did_change(&path, version, &new);
                }
                if path.exists() || numbers.below(2) == 0 {
                    fs::write(&path, &new).unwrap();
                    client.did_save(&path);
                    // As editors do, after the save.
                    told(&mut client, &path, 2);
                }
                client.did_close(&path);
            }
        }
        if !watches {
            // Nobody tells of what others do: the next save shows it.
            let any = any_script(&root);
            let text = fs::read_to_string(&any).unwrap();
            client.did_open(&any, 1, &text);
            client.did_save(&any);
            client.did_close(&any);
        }
        client.settle(&root.join(size.path(0)));
        let (expected, found) = (by_command_line(&root), by_server(&client, &root, "utf-16"));
        let only = |left: &[String], right: &[String]| -> Vec<String> {
            left.iter().filter(|line| !right.contains(line)).cloned().collect()
        };
        let (missing, excess) = (only(&expected, &found), only(&found, &expected));
        assert!(
            missing.is_empty() && excess.is_empty() && expected.len() == found.len(),
            "step {step} of seed {seed}, watching: {watches}, {kind} at {}: missing {missing:#?}, in excess {excess:#?}",
            path.display()
        );
    }
    assert_eq!(client.stop(), 0);
}

#[test]
fn a_hundred_edits_of_a_client_that_watches_end_where_a_cold_run_does() {
    edited_at_random(true, 1);
}

#[test]
fn a_hundred_edits_of_a_client_that_does_not_watch_end_where_a_cold_run_does() {
    edited_at_random(false, 2);
}

/// What the process holds, in kilobytes.
#[cfg(target_os = "linux")]
fn resident(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_saves() {
    let folder = tempfile::tempdir().unwrap();
    let root = real(&folder);
    let size = generate::Size::SMALL;
    size.write(&root).unwrap();
    let path = root.join(size.path(7));
    let mut client = open(&[&root]);
    let text = size.text(7);
    client.did_open(&path, 0, &text);
    let save = |client: &mut Client, version: i32| {
        let text = format!("{text}\n// version {version}\n");
        fs::write(&path, &text).unwrap();
        client.did_change(&path, version, &text);
        client.did_save(&path);
        client.settle(&path);
        client.published.clear();
        client.told.clear();
    };
    (1..=100).for_each(|version| save(&mut client, version));
    let before = resident(client.pid());
    (101..=400).for_each(|version| save(&mut client, version));
    let after = resident(client.pid());
    // Allocators keep some; 300 saves that each keep 100 kB would be more.
    assert!(after < before + before / 4 + 16_384, "{before} kB after 100 saves, {after} kB after 400");
}

#[test]
fn typing_is_not_checked_letter_by_letter_and_a_save_at_once() {
    let folder = repository(&[("db/users.ts", USERS), ("db/orders.ts", ORDERS)]);
    let root = real(&folder);
    let orders = root.join("db/orders.ts");
    let mut client = open(&[&root]);
    client.did_open(&orders, 1, ORDERS);
    client.settle(&orders);
    client.published.clear();
    for version in 2..=30 {
        client.did_change(&orders, version, &format!("{ORDERS}// {version}\n"));
    }
    client.wait("version 30", |client| client.diagnostics[&uri(&orders)].0 == Some(30));
    client.listen(Duration::from_millis(300));
    let times = client.published.iter().filter(|published| **published == uri(&orders)).count();
    assert!(times <= 3, "published {times} times for 29 changes that came at once");
}

/// `CORPUS=/some/folder cargo test --test lsp -- --ignored`: the same on every repository in a folder.
#[test]
#[ignore = "needs repositories"]
fn diagnostics_are_what_the_command_line_finds_in_a_corpus() {
    let corpus = PathBuf::from(std::env::var_os("CORPUS").expect("CORPUS names a folder"));
    let mut repositories: Vec<PathBuf> =
        fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    repositories.sort();
    for root in repositories.into_iter().filter(|path| path.is_dir()) {
        let root = fs::canonicalize(root).unwrap();
        let expected = by_command_line(&root);
        let mut client = open(&[&root]);
        client.settle(&any_script(&root));
        let found = by_server(&client, &root, "utf-16");
        println!("{}: {} findings", root.display(), found.len());
        assert_eq!(found.len(), expected.len(), "{}", root.display());
        assert!(found == expected, "{}", root.display());
    }
}
