//! A client of the language server, over the pipes of the real program.

#![allow(dead_code, reason = "no test file uses all of it")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any answer takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    heard: Receiver<Value>,
    next: i32,
    /// What was published last, by URI.
    pub(crate) diagnostics: BTreeMap<String, (Option<i64>, Vec<Value>)>,
    /// How often something was published, and for which URI.
    pub(crate) published: Vec<String>,
    /// Notifications other than diagnostics, and requests of the server.
    pub(crate) told: Vec<Value>,
}

pub(crate) fn uri(path: &Path) -> String {
    let path = path.to_str().unwrap();
    let mut uri = String::from("file://");
    for byte in path.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' => uri.push(byte as char),
            byte if byte.is_ascii_alphanumeric() => uri.push(byte as char),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Everything that the server makes use of.
pub(crate) fn capabilities(encodings: &[&str], watches: bool) -> Value {
    json!({
        "general": { "positionEncodings": encodings },
        "textDocument": {
            "publishDiagnostics": {
                "relatedInformation": true, "codeDescriptionSupport": true, "versionSupport": true,
                "tagSupport": { "valueSet": [1, 2] },
            },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
            "hover": { "contentFormat": ["markdown"] },
        },
        "workspace": {
            "workspaceFolders": true,
            "workspaceEdit": { "documentChanges": true },
            "didChangeWatchedFiles": { "dynamicRegistration": watches },
        },
        "window": { "workDoneProgress": true },
    })
}

impl Client {
    /// Starts the program; nothing is said yet.
    pub(crate) fn start(program: &Path) -> Self {
        let mut command = Command::new(program);
        command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (say, heard) = channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = frame(&mut stdout) {
                if say.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            stdin,
            heard,
            next: 0,
            diagnostics: BTreeMap::new(),
            published: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Starts the program and opens folders.
    pub(crate) fn open(program: &Path, folders: &[&Path], capabilities: &Value) -> Self {
        let mut client = Self::start(program);
        let folders: Vec<Value> =
            folders.iter().map(|folder| json!({ "uri": uri(folder), "name": "folder" })).collect();
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders });
        let answer = client.request("initialize", &params);
        assert_eq!(answer["result"]["serverInfo"]["name"], "schemalint", "{answer}");
        client.notify("initialized", &json!({}));
        client
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        // A server that left does not hear.
        let stdin = self.stdin.as_mut().unwrap();
        let _ = stdin.write_all(bytes).and_then(|()| stdin.flush());
    }

    pub(crate) fn send_body(&mut self, body: &str) {
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send_body(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    /// Sends a request; gives its id.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> i32 {
        self.next += 1;
        let id = self.next;
        self.send_body(
            &json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string(),
        );
        id
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.ask(method, params);
        self.answer(&json!(id))
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let Some(message) = self.hear(until) else { panic!("no answer to {id}; told: {:#?}", self.told) };
            if message.get("method").is_none() && message["id"] == *id {
                return message;
            }
        }
    }

    /// Waits until that holds.
    pub(crate) fn wait(&mut self, what: &str, mut is: impl FnMut(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is(self) {
            assert!(self.hear(until).is_some(), "waited for {what}; {:#?}", self.diagnostics);
        }
    }

    /// Hears for that long.
    pub(crate) fn listen(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while self.hear(until).is_some() {}
    }

    /// The next message; what the server tells is kept, what it asks is answered.
    fn hear(&mut self, until: Instant) -> Option<Value> {
        let message = match self.heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        };
        match message["method"].as_str() {
            Some("textDocument/publishDiagnostics") => {
                let params = &message["params"];
                let uri = params["uri"].as_str().unwrap().to_string();
                let found = params["diagnostics"].as_array().unwrap().clone();
                self.published.push(uri.clone());
                self.diagnostics.insert(uri, (params["version"].as_i64(), found));
            }
            Some(_) => {
                if let Some(id) = message.get("id") {
                    self.send_body(&json!({ "jsonrpc": "2.0", "id": id, "result": null }).to_string());
                }
                self.told.push(message.clone());
            }
            None => {}
        }
        Some(message)
    }

    /// Waits until everything that was said has been checked.
    pub(crate) fn settle(&mut self, path: &Path) {
        let answer = self.request(
            "textDocument/hover",
            &json!({ "textDocument": { "uri": uri(path) }, "position": { "line": 0, "character": 0 } }),
        );
        assert!(answer.get("error").is_none(), "{answer}");
    }

    pub(crate) fn did_open(&mut self, path: &Path, version: i32, text: &str) {
        let document =
            json!({ "uri": uri(path), "languageId": "typescript", "version": version, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    pub(crate) fn did_change(&mut self, path: &Path, version: i32, text: &str) {
        let document = json!({ "uri": uri(path), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        self.notify("textDocument/didChange", &params);
    }

    pub(crate) fn did_save(&mut self, path: &Path) {
        self.notify("textDocument/didSave", &json!({ "textDocument": { "uri": uri(path) } }));
    }

    pub(crate) fn did_close(&mut self, path: &Path) {
        self.notify("textDocument/didClose", &json!({ "textDocument": { "uri": uri(path) } }));
    }

    /// 1 created, 2 changed, 3 deleted.
    pub(crate) fn did_change_files(&mut self, changes: &[(&Path, u8)]) {
        let changes: Vec<Value> =
            changes.iter().map(|(path, kind)| json!({ "uri": uri(path), "type": kind })).collect();
        self.notify("workspace/didChangeWatchedFiles", &json!({ "changes": changes }));
    }

    pub(crate) fn found(&self, path: &Path) -> &[Value] {
        self.diagnostics.get(&uri(path)).map(|(_, found)| found.as_slice()).unwrap_or_default()
    }

    /// `shutdown`, `exit`; gives the exit code.
    pub(crate) fn stop(mut self) -> i32 {
        let answer = self.request("shutdown", &Value::Null);
        assert_eq!(answer["result"], Value::Null, "{answer}");
        self.notify("exit", &Value::Null);
        self.exit_code()
    }

    /// Waits for the end.
    pub(crate) fn exit_code(&mut self) -> i32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().expect("no signal");
            }
            assert!(Instant::now() < until, "the server does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Closes the pipe.
    pub(crate) fn hang_up(&mut self) {
        self.stdin = None;
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn frame(input: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the server writes JSON"))
}

/// Where a position is in a text, counted here and not by the program: the byte.
pub(crate) fn byte_of(text: &str, position: &Value, encoding: &str) -> usize {
    let text = text.strip_prefix('\u{feff}').map_or((0, text), |rest| (3, rest));
    let (mark, text) = text;
    let (line, column) =
        (position["line"].as_u64().unwrap(), position["character"].as_u64().unwrap() as usize);
    let mut at = 0;
    let mut bytes = text.char_indices().peekable();
    for _ in 0..line {
        loop {
            let (index, c) = bytes.next().unwrap_or_else(|| panic!("no line {line} in {text:?}"));
            let is_crlf = c == '\r' && bytes.peek().is_some_and(|(_, next)| *next == '\n');
            if !is_crlf && (c == '\n' || c == '\r') {
                at = index + 1;
                break;
            }
        }
    }
    let mut units = 0;
    for c in text[at..].chars() {
        if units >= column {
            break;
        }
        units += match encoding {
            "utf-8" => c.len_utf8(),
            "utf-16" => c.len_utf16(),
            _ => 1,
        };
        at += c.len_utf8();
    }
    assert_eq!(units, column, "a column that is none");
    mark + at
}

/// Applies the edits of a workspace edit to files on the disk; gives what changed.
pub(crate) fn apply(edit: &Value, encoding: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, Vec<Value>)> = Vec::new();
    if let Some(changes) = edit["documentChanges"].as_array() {
        for change in changes {
            let uri = change["textDocument"]["uri"].as_str().unwrap().to_string();
            files.push((uri, change["edits"].as_array().unwrap().clone()));
        }
    }
    for (uri, edits) in edit["changes"].as_object().into_iter().flatten() {
        files.push((uri.clone(), edits.as_array().unwrap().clone()));
    }
    files
        .into_iter()
        .map(|(uri, edits)| {
            let path = PathBuf::from(uri.strip_prefix("file://").unwrap());
            let mut text = std::fs::read_to_string(&path).unwrap();
            let mut edits: Vec<(usize, usize, String)> = edits
                .iter()
                .map(|edit| {
                    let byte = |end: &str| byte_of(&text, &edit["range"][end], encoding);
                    (byte("start"), byte("end"), edit["newText"].as_str().unwrap().to_string())
                })
                .collect();
            edits.sort();
            for (start, end, new) in edits.into_iter().rev() {
                text.replace_range(start..end, &new);
            }
            (uri, text)
        })
        .collect()
}
