//! What the client tells: documents, files, folders.

use lsp_server::RequestId;
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, FileChangeType, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::documents::Refused;
use super::roots::{PAUSE, is_of_interest};
use super::server::Server;
use super::uri;
use crate::workspace::canonical;

impl Server {
    /// Takes a notification; one that is not known, or not as the protocol says, changes nothing.
    pub(super) fn notification(&mut self, method: &str, params: Value) {
        match method {
            "initialized" => self.ready(),
            "$/cancelRequest" => {
                let id = params.get("id").cloned().unwrap_or_default();
                if let Ok(id) = serde_json::from_value::<RequestId>(id) {
                    self.cancel(&id);
                }
            }
            "textDocument/didOpen" => self.with(method, params, Self::opened),
            "textDocument/didChange" => self.with(method, params, Self::changed),
            "textDocument/didSave" => self.with(method, params, Self::saved),
            "textDocument/didClose" => self.with(method, params, Self::closed),
            "workspace/didChangeWatchedFiles" => self.with(method, params, Self::watched),
            "workspace/didChangeWorkspaceFolders" => self.with(method, params, Self::folders),
            _ => {}
        }
    }

    fn with<P: DeserializeOwned>(&mut self, method: &str, params: Value, take: impl FnOnce(&mut Self, P)) {
        match serde_json::from_value(params) {
            Ok(params) => take(self, params),
            Err(error) => self.log(2, format!("`{method}` is not understood: {error}")),
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let Some(path) = self.documents.open(document.uri, document.version, document.text) else { return };
        self.cover(&path);
        if self.is_as_checked(&path) {
            return self.publish(&path, Some(document.version));
        }
        self.touch(&path, Duration::ZERO);
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        match self.documents.change(&document.uri, document.version, params.content_changes, self.client.unit)
        {
            Ok(Some(path)) => self.touch(&path, PAUSE),
            Ok(None) => {}
            Err(refused) => self.refuse(&document.uri, "didChange", &refused),
        }
    }

    fn saved(&mut self, params: DidSaveTextDocumentParams) {
        match self.documents.get(&params.text_document.uri).map(|document| document.path.clone()) {
            Some(Some(path)) => self.touch(&path, Duration::ZERO),
            Some(None) => {}
            None => self.refuse(&params.text_document.uri, "didSave", &Refused::Unknown),
        }
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) {
        match self.documents.close(&params.text_document.uri) {
            Ok(Some(path)) => {
                // The file on the disk counts again.
                self.touch(&path, Duration::ZERO);
                let open: Vec<PathBuf> = self.documents.files().map(|(path, _)| path.to_path_buf()).collect();
                self.drop_roots(|root| {
                    root.implicit && !open.iter().any(|path| path.starts_with(&root.folder))
                });
                self.publish(&path, None);
            }
            Ok(None) => {}
            Err(refused) => self.refuse(&params.text_document.uri, "didClose", &refused),
        }
    }

    fn watched(&mut self, params: DidChangeWatchedFilesParams) {
        for event in params.changes {
            let Some(path) = uri::path_of(&event.uri).map(|path| canonical(&path)) else { continue };
            let came_or_went = event.typ != FileChangeType::CHANGED;
            // What the client has open counts, not what is on the disk.
            if !came_or_went && self.documents.of_path(&path).is_some() {
                continue;
            }
            // Nothing says more of a folder that came or went.
            let is_folder =
                came_or_went && (path.is_dir() || self.roots.iter().any(|root| root.read_below(&path)));
            let is_foreign = path
                .components()
                .any(|part| matches!(part.as_os_str().to_str(), Some("node_modules" | ".git")));
            if is_foreign || !(is_of_interest(&path) || is_folder) {
                continue;
            }
            for root in self.roots.iter_mut().filter(|root| root.concerns(&path)) {
                root.touch(&path, PAUSE);
                if came_or_went {
                    root.walk(PAUSE);
                }
            }
        }
    }

    fn folders(&mut self, params: DidChangeWorkspaceFoldersParams) {
        let removed: Vec<PathBuf> =
            params.event.removed.iter().filter_map(|folder| uri::path_of(&folder.uri)).collect();
        let added: Vec<PathBuf> =
            params.event.added.iter().filter_map(|folder| uri::path_of(&folder.uri)).collect();
        let gone: Vec<PathBuf> = removed.iter().map(|folder| canonical(folder)).collect();
        self.drop_roots(|root| gone.contains(&root.folder) || removed.contains(&root.shown));
        for folder in added {
            let real = canonical(&folder);
            self.drop_roots(|root| root.implicit && root.folder.starts_with(&real));
            self.roots.add(real, folder, false);
        }
        let open: Vec<PathBuf> = self.documents.files().map(|(path, _)| path.to_path_buf()).collect();
        for path in open {
            self.cover(&path);
        }
    }

    /// The file has another text: every folder that it concerns is checked after a pause.
    fn touch(&mut self, path: &Path, pause: Duration) {
        if !is_of_interest(path) {
            return;
        }
        for root in self.roots.iter_mut().filter(|root| root.concerns(path)) {
            root.touch(path, pause);
        }
    }

    /// Whether the text of a document is the one that was checked last, everywhere.
    fn is_as_checked(&self, path: &Path) -> bool {
        let text = self.documents.of_path(path).map(super::documents::Document::text);
        let roots = self.roots.concerned(path);
        let is_same = |root: &&super::roots::Root| {
            let found = root.checked.as_ref().and_then(|checked| checked.found.as_ref());
            let file = found.and_then(|found| Some(found.graph().sources.get(found.file(path)?)));
            root.is_settled() && file.is_some_and(|file| Some(&*file.text) == text)
        };
        !roots.is_empty() && roots.iter().all(is_same)
    }

    fn refuse(&self, uri: &Uri, method: &str, refused: &Refused) {
        let uri = uri.as_str();
        let why = match refused {
            Refused::Unknown => format!("`{uri}` is not open"),
            Refused::Old(version) => format!("`{uri}` has version {version} already"),
        };
        self.log(2, format!("`textDocument/{method}`: {why}; nothing was changed"));
    }
}
