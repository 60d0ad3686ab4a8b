//! A session of the language server: frames, what is no frame, and every request in between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemalint::lsp::{Streams, serve};
use schemalint_fuzz::{Tree, pieces};
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use std::sync::{Arc, LazyLock, Mutex};

/// What is on the disk is always the same: texts are those of open documents.
static TREE: LazyLock<Tree> = LazyLock::new(|| {
    Tree::new(
        b"//// users.ts\nimport { integer, pgTable } from 'drizzle-orm/pg-core';\n\
        export const users = pgTable('users', { id: integer('id').primaryKey() });\n\
        //// orders.ts\nimport { integer, pgTable } from 'drizzle-orm/pg-core';\nimport { users } from './users';\n\
        export const orders = pgTable('orders', { id: integer('id').primaryKey(),\n  \
        userId: integer('user_id').references(() => users.id) });\n//// schemalint.json\n{}\n",
    )
});

/// What the server says.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn frame(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fuzz_target!(|data: &[u8]| {
    let uri = format!("file://{}", TREE.root.display());
    let mut input = Vec::new();
    let mut is_raw = false;
    for (kind, body) in pieces(data) {
        if kind == "raw" {
            is_raw = true;
            input.extend(body);
        } else if !body.is_empty() {
            // `ROOT` is the folder, whatever its name is.
            input.extend(frame(&String::from_utf8_lossy(&body).replace("ROOT", &uri)));
        }
    }
    for (id, method) in [("last", "textDocument/hover"), ("end", "shutdown")] {
        let at = json!({ "textDocument": { "uri": format!("{uri}/orders.ts") }, "position": { "line": 2, "character": 3 } });
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": at });
        input.extend(frame(&message.to_string()));
    }
    input.extend(frame(r#"{"jsonrpc":"2.0","method":"exit"}"#));
    let said = Said::default();
    let streams = Streams { input: Box::new(Cursor::new(input)), output: Box::new(said.clone()) };
    serve(streams).expect("threads can be started");
    let said = said.0.lock().expect("nobody panicked").clone();
    let messages = messages(&said);
    for message in &messages {
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        ranges_are_in_order(message);
    }
    // A client of whole frames hears the end of its session, unless it left before.
    if !is_raw && !String::from_utf8_lossy(data).contains("exit") {
        let ends = messages.iter().filter(|message| message["id"] == "end").count();
        assert!(ends >= 1, "no answer: {}", String::from_utf8_lossy(&said));
    }
});

fn messages(mut said: &[u8]) -> Vec<Value> {
    let mut messages = Vec::new();
    while !said.is_empty() {
        let rest = said.strip_prefix(b"Content-Length: ").expect("a frame");
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the header");
        let length: usize =
            std::str::from_utf8(&rest[..end]).ok().and_then(|n| n.parse().ok()).expect("a length");
        let body = &rest[end + 4..][..length];
        messages.push(serde_json::from_slice(body).expect("JSON"));
        said = &rest[end + 4 + length..];
    }
    messages
}

/// Every range in a message begins before it ends.
fn ranges_are_in_order(value: &Value) {
    match value {
        Value::Object(members) => {
            if let (Some(start), Some(end)) = (members.get("start"), members.get("end")) {
                let point = |value: &Value| (value["line"].as_u64(), value["character"].as_u64());
                assert!(point(start) <= point(end), "{value}");
            }
            members.values().for_each(ranges_are_in_order);
        }
        Value::Array(items) => items.iter().for_each(ranges_are_in_order),
        _ => {}
    }
}
