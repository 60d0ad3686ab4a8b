//! The loop: hears the client, starts checks, says what came out. It never reads a file and never checks itself.

use crossbeam_channel::{Receiver, Sender, at, never, select};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{Notification as _, PublishDiagnostics};
use lsp_types::{Diagnostic, InitializeParams, PublishDiagnosticsParams, Uri};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::checked::Checked;
use super::client::Client;
use super::diagnostics::diagnostics;
use super::documents::Documents;
use super::roots::{Root, Roots, WATCHED, is_of_interest};
use super::uri;
use super::wire::{Incoming, Outgoing};
use super::worker::{Answer, Job, contained};
use crate::workspace::canonical;

/// Where the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// `initialize` has not come.
    Waiting,
    /// It was answered.
    Starting,
    /// The client has said that it is ready.
    Running,
    /// `shutdown` was answered.
    Stopping,
}

/// A request that waits for a check.
pub(super) struct Waiting {
    pub(super) request: Request,
    pub(super) path: PathBuf,
}

/// The server.
pub(super) struct Server {
    pub(super) out: Sender<Outgoing>,
    jobs: Sender<Job>,
    pub(super) phase: Phase,
    pub(super) client: Client,
    pub(super) documents: Documents,
    pub(super) roots: Roots,
    waiting: Vec<Waiting>,
    /// What the client was told of each file last, with the URI and the version.
    published: FxHashMap<PathBuf, (Uri, Option<i32>, Vec<Diagnostic>)>,
    /// What the log holds.
    said: FxHashSet<String>,
    asked: i32,
}

impl Server {
    pub(super) fn new(out: Sender<Outgoing>, jobs: Sender<Job>) -> Self {
        Self {
            out,
            jobs,
            phase: Phase::Waiting,
            client: Client::new(&lsp_types::ClientCapabilities::default()),
            documents: Documents::default(),
            roots: Roots::default(),
            waiting: Vec::new(),
            published: FxHashMap::default(),
            said: FxHashSet::default(),
            asked: 0,
        }
    }

    /// Serves until the client leaves; whether it did so as the protocol asks for.
    pub(super) fn run(mut self, heard: &Receiver<Incoming>, answers: &Receiver<Answer>) -> bool {
        loop {
            self.start_checks();
            let due = self.roots.due().map_or_else(never, at);
            select! {
                recv(heard) -> incoming => match incoming {
                    Ok(Incoming::Message(message)) => {
                        if let Some(is_clean) = self.message(message) {
                            return is_clean;
                        }
                    }
                    Ok(Incoming::Malformed(answer)) => {
                        let _ = self.out.send(Outgoing::Answer(answer));
                    }
                    Ok(Incoming::Closed(why)) => {
                        if let Some(why) = why {
                            self.log(1, format!("the input cannot be read on: {why}"));
                        }
                        return false;
                    }
                    Err(_) => return false,
                },
                recv(answers) -> answer => match answer {
                    Ok((root, checked)) => self.ended(root, checked),
                    Err(_) => return false,
                },
                recv(due) -> _ => {}
            }
        }
    }

    /// `Some` when the conversation is over.
    fn message(&mut self, message: Message) -> Option<bool> {
        // Who speaks of documents is ready, also without having said so.
        if matches!(&message, Message::Notification(told) if told.method.starts_with("textDocument/"))
            || matches!(&message, Message::Request(asked) if asked.method.starts_with("textDocument/"))
        {
            self.ready();
        }
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(Notification { method, params }) => {
                if method == "exit" {
                    return Some(self.phase == Phase::Stopping);
                }
                if matches!(self.phase, Phase::Starting | Phase::Running) {
                    let told = contained(|| self.notification(&method, params));
                    if let Err(panic) = told {
                        self.log(1, format!("internal error at `{method}`: {panic}"));
                    }
                }
            }
            // What the client says to our requests changes nothing.
            Message::Response(Response { response_result: Err(error), .. }) => {
                self.log(2, format!("the client refused a request: {}", error.message));
            }
            Message::Response(_) => {}
        }
        None
    }

    fn request(&mut self, request: Request) {
        let refuse =
            |code: ErrorCode, why: &str| Response::new_err(request.id.clone(), code as i32, why.to_string());
        let answer = match (self.phase, &*request.method) {
            (Phase::Waiting, "initialize") => self.initialize(&request),
            (Phase::Waiting, _) => refuse(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (Phase::Stopping, _) => refuse(ErrorCode::InvalidRequest, "the server is shut down"),
            (_, "initialize") => refuse(ErrorCode::InvalidRequest, "`initialize` comes once"),
            (_, "shutdown") => {
                self.phase = Phase::Stopping;
                for waiting in std::mem::take(&mut self.waiting) {
                    let why = "the server is shut down".to_string();
                    self.answer(Response::new_err(
                        waiting.request.id,
                        ErrorCode::RequestCanceled as i32,
                        why,
                    ));
                }
                ok(request.id.clone(), Value::Null)
            }
            (Phase::Starting | Phase::Running, _) => match self.wanted(&request) {
                Err(error) => {
                    let response_result =
                        Err(ResponseError { code: error.0 as i32, message: error.1, data: None });
                    Response { id: request.id.clone(), response_result }
                }
                Ok(path) => {
                    for root in self.roots.iter_mut().filter(|root| root.concerns(&path)) {
                        root.hurry();
                    }
                    self.waiting.push(Waiting { request, path });
                    return self.answer_waiting();
                }
            },
        };
        self.answer(answer);
    }

    /// Answers what no check stands in the way of.
    fn answer_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        for waiting in waiting {
            if self.roots.concerned(&waiting.path).iter().all(|root| root.is_settled()) {
                let id = waiting.request.id.clone();
                let answer = match contained(|| self.respond(&waiting)) {
                    Ok(Ok(value)) => ok(id, value),
                    Ok(Err((code, why))) => Response::new_err(id, code as i32, why),
                    Err(panic) => Response::new_err(id, ErrorCode::InternalError as i32, panic),
                };
                self.answer(answer);
            } else {
                self.waiting.push(waiting);
            }
        }
    }

    /// The client does not want that answer any more.
    pub(super) fn cancel(&mut self, id: &RequestId) {
        let is_it = |waiting: &Waiting| waiting.request.id == *id;
        if let Some(index) = self.waiting.iter().position(is_it) {
            self.waiting.remove(index);
            let code = ErrorCode::RequestCanceled as i32;
            self.answer(Response::new_err(id.clone(), code, "canceled".to_string()));
        }
    }

    pub(super) fn answer(&self, answer: Response) {
        let _ = self.out.send(Message::Response(answer).into());
    }

    pub(super) fn notify(&self, method: &str, params: impl Serialize) {
        // Numbers and strings can always be written.
        let params = serde_json::to_value(params).unwrap_or_default();
        let notification = Notification { method: method.to_string(), params };
        let _ = self.out.send(Message::Notification(notification).into());
    }

    pub(super) fn ask(&mut self, method: &str, params: Value) {
        self.asked += 1;
        let id = RequestId::from(format!("schemalint/{}", self.asked));
        let request = Request { id, method: method.to_string(), params };
        let _ = self.out.send(Message::Request(request).into());
    }

    /// Writes into the client's log: 1 an error, 2 a warning, 3 what happened.
    pub(super) fn log(&self, kind: u8, message: impl Into<String>) {
        let message: String = message.into();
        self.notify(
            "window/logMessage",
            json!({ "type": kind, "message": format!("schemalint: {message}") }),
        );
    }

    fn log_once(&mut self, kind: u8, message: String) {
        if self.said.insert(message.clone()) {
            self.log(kind, message);
        }
    }

    fn initialize(&mut self, request: &Request) -> Response {
        let params: InitializeParams = match serde_json::from_value(request.params.clone()) {
            Ok(params) => params,
            Err(error) => {
                let code = ErrorCode::InvalidParams as i32;
                return Response::new_err(request.id.clone(), code, error.to_string());
            }
        };
        self.client = Client::new(&params.capabilities);
        for folder in folders(&params) {
            self.roots.add(canonical(&folder), folder, false);
        }
        self.phase = Phase::Starting;
        ok(request.id.clone(), super::capabilities::answer(self.client))
    }

    /// The client is ready to be asked.
    pub(super) fn ready(&mut self) {
        if self.phase != Phase::Starting {
            return;
        }
        self.phase = Phase::Running;
        if self.client.watches_files {
            let mut watchers: Vec<Value> =
                WATCHED.iter().map(|glob| json!({ "globPattern": glob })).collect();
            // Of a folder that comes or goes some clients tell nothing else: created and deleted.
            watchers.push(json!({ "globPattern": "**/*", "kind": 5 }));
            let registration = json!({
                "id": "schemalint/watch",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": watchers },
            });
            self.ask("client/registerCapability", json!({ "registrations": [registration] }));
        }
    }

    fn start_checks(&mut self) {
        if self.phase != Phase::Running {
            return;
        }
        let now = Instant::now();
        let mut first = Vec::new();
        for root in self.roots.iter_mut().filter(|root| root.due().is_some_and(|due| due <= now)) {
            if root.is_first() {
                first.push((root.id, root.shown.clone()));
            }
            let asking = root.begin(&self.documents, self.client.watches_files);
            let _ = self.jobs.send(Job::Check(root.id, Box::new(asking)));
        }
        if !self.client.progress {
            return;
        }
        for (id, folder) in first {
            let token = progress_token(id);
            self.ask("window/workDoneProgress/create", json!({ "token": token }));
            let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned());
            let value =
                json!({ "kind": "begin", "title": "schemalint", "message": folder, "cancellable": false });
            self.notify("$/progress", json!({ "token": token, "value": value }));
        }
    }

    /// A check ended.
    fn ended(&mut self, id: usize, checked: Result<Arc<Checked>, String>) {
        let Some(root) = self.roots.get_mut(id) else { return };
        let was_first = root.is_first();
        let mut before = None;
        match checked {
            Ok(checked) => {
                before = root.end(Some(Arc::clone(&checked)));
                self.publish_root(id, &checked);
                self.say(&checked);
            }
            Err(panic) => {
                root.end(None);
                self.log(1, format!("internal error, what was found before stays: {panic}"));
            }
        }
        if was_first && self.client.progress {
            let value = json!({ "kind": "end" });
            self.notify("$/progress", json!({ "token": progress_token(id), "value": value }));
        }
        self.answer_waiting();
        // A large graph takes a while to be taken apart, and somebody may be waiting.
        let _ = std::thread::Builder::new().name("lets go".into()).spawn(move || drop(before));
    }

    /// Writes into the log what is no finding.
    fn say(&mut self, checked: &Checked) {
        let Some(found) = &checked.found else { return };
        for (rule, message) in &found.run.broken_rules {
            self.log_once(1, format!("internal error: the rule `{rule}` panicked: {message}"));
        }
        for (path, why) in &found.reading.unreadable_paths {
            self.log_once(2, format!("`{}` could not be read: {why}", path.display()));
        }
        for note in &found.run.notes {
            self.log_once(3, note.clone());
        }
    }

    fn publish_root(&mut self, id: usize, checked: &Checked) {
        let now = diagnostics(checked, self.client, &|path| self.uri(path));
        let Some(root) = self.roots.get_mut(id) else { return };
        let before = std::mem::replace(&mut root.diagnostics, now);
        let mut paths: Vec<PathBuf> = before.into_keys().chain(root.diagnostics.keys().cloned()).collect();
        paths.extend(checked.versions.keys().filter(|path| root.concerns(path)).cloned());
        paths.sort();
        paths.dedup();
        for path in paths {
            self.publish(&path, checked.versions.get(&path).copied());
        }
    }

    /// Tells the client what is found in a file, when that is not what it was told last. `version` is that of the
    /// text that was checked: of a text that is older than the client's nothing is said.
    pub(super) fn publish(&mut self, path: &Path, version: Option<i32>) {
        let open = self.documents.of_path(path).map(|document| document.version);
        if open.is_some() && open != version {
            return;
        }
        let Some(uri) = self.uri(path) else { return };
        let mut all: Vec<Diagnostic> = Vec::new();
        for root in self.roots.iter() {
            for diagnostic in root.diagnostics.get(path).into_iter().flatten() {
                // Folders may lie in each other.
                if self.roots.iter().count() == 1 || !all.contains(diagnostic) {
                    all.push(diagnostic.clone());
                }
            }
        }
        match self.published.get(path) {
            Some((known, told, before)) if *known == uri && *told == open && *before == all => return,
            Some((known, ..)) if *known != uri => self.tell(known.clone(), Vec::new(), None),
            None if all.is_empty() && open.is_none() => return,
            _ => {}
        }
        self.tell(uri.clone(), all.clone(), open);
        if all.is_empty() && open.is_none() {
            self.published.remove(path);
        } else {
            self.published.insert(path.to_path_buf(), (uri, open, all));
        }
    }

    fn tell(&self, uri: Uri, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.notify(PublishDiagnostics::METHOD, PublishDiagnosticsParams { uri, diagnostics, version });
    }

    /// A file by the name that the client has for it.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        if let Some(document) = self.documents.of_path(path) {
            return Some(document.uri.clone());
        }
        let shown =
            self.roots.iter().find_map(|root| Some(root.shown.join(path.strip_prefix(&root.folder).ok()?)));
        uri::of(&shown.unwrap_or_else(|| path.to_path_buf()))
    }

    /// Takes out folders, and what was said of them.
    pub(super) fn drop_roots(&mut self, is_gone: impl FnMut(&Root) -> bool) {
        for gone in self.roots.remove(is_gone) {
            let _ = self.jobs.send(Job::Forget(gone.id));
            for path in gone.diagnostics.into_keys() {
                let version = self.documents.of_path(&path).map(|document| document.version);
                self.publish(&path, version);
            }
        }
        self.answer_waiting();
    }

    /// A document that is in no folder of the client is checked with the folder that it is in.
    pub(super) fn cover(&mut self, path: &Path) {
        let is_covered = self.roots.iter().any(|root| path.starts_with(&root.folder));
        if let Some(folder) = path.parent().filter(|_| !is_covered && is_of_interest(path)) {
            self.roots.add(folder.to_path_buf(), folder.to_path_buf(), true);
        }
    }
}

fn progress_token(id: usize) -> String {
    format!("schemalint/first/{id}")
}

pub(super) fn ok(id: RequestId, result: Value) -> Response {
    Response { id, response_result: Ok(result) }
}

/// The folders that the client has open.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    if let Some(folders) = &params.workspace_folders {
        return folders.iter().filter_map(|folder| uri::path_of(&folder.uri)).collect();
    }
    #[allow(deprecated, reason = "older clients know nothing else")]
    let (uri, path) = (&params.root_uri, &params.root_path);
    let root = uri.as_ref().and_then(uri::path_of).or_else(|| path.as_ref().map(PathBuf::from));
    root.filter(|root| root.is_absolute()).into_iter().collect()
}
