//! What the client asks: actions, hover, definitions, references. Answered from the last check, once that is one of the
//! texts that the client has.

use lsp_server::{ErrorCode, Request};
use lsp_types::{
    CodeActionKind, CodeActionParams, GotoDefinitionParams, Hover, HoverContents, HoverParams, Location,
    MarkupContent, MarkupKind, Position, ReferenceParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};

use super::actions::actions;
use super::checked::Found;
use super::diagnostics::location;
use super::find::{Subject, subject};
use super::hover::hover;
use super::navigation::{definition, references};
use super::server::{Server, Waiting};
use super::{position, uri};
use crate::source::{FileId, Range, Span};
use crate::workspace::canonical;

/// An error that a request is answered with.
pub(super) type Failed = (ErrorCode, String);

impl Server {
    /// The file that a request is about; an error when it is not one that is known, or not as the protocol says.
    pub(super) fn wanted(&self, request: &Request) -> Result<PathBuf, Failed> {
        let params = request.params.clone();
        let uri = match &*request.method {
            "textDocument/hover" => {
                read::<HoverParams>(params)?.text_document_position_params.text_document.uri
            }
            "textDocument/definition" => {
                read::<GotoDefinitionParams>(params)?.text_document_position_params.text_document.uri
            }
            "textDocument/references" => {
                read::<ReferenceParams>(params)?.text_document_position.text_document.uri
            }
            "textDocument/codeAction" => read::<CodeActionParams>(params)?.text_document.uri,
            other => return Err((ErrorCode::MethodNotFound, format!("there is no method `{other}`"))),
        };
        self.path(&uri)
    }

    fn path(&self, uri: &Uri) -> Result<PathBuf, Failed> {
        match self.documents.get(uri) {
            Some(document) => Ok(document.path.clone().unwrap_or_default()),
            None => match uri::path_of(uri) {
                Some(path) => Ok(canonical(&path)),
                None => Err((ErrorCode::InvalidParams, format!("`{}` is not open", uri.as_str()))),
            },
        }
    }

    /// The answer to a request, every check that it needs done.
    pub(super) fn respond(&self, waiting: &Waiting) -> Result<Value, Failed> {
        let Waiting { request, path } = waiting;
        let params = request.params.clone();
        let checked = self.roots.concerned(path).into_iter().find_map(|root| {
            let checked = root.checked.clone()?;
            let file = checked.found.as_ref()?.file(path)?;
            Some((checked, file))
        });
        let Some((checked, file)) = checked else { return Ok(Value::Null) };
        let Some(found) = &checked.found else { return Ok(Value::Null) };
        let answer = match &*request.method {
            "textDocument/hover" => {
                let params: HoverParams = read(params)?;
                let at = params.text_document_position_params.position;
                serde_json::to_value(self.hover(found, file, at))
            }
            "textDocument/definition" => {
                let params: GotoDefinitionParams = read(params)?;
                let at = params.text_document_position_params.position;
                let places = self
                    .subject(found, file, at)
                    .map(|(subject, range)| definition(found, subject, range.in_file(file)));
                serde_json::to_value(places.map(|places| self.locations(found, places)))
            }
            "textDocument/references" => {
                let params: ReferenceParams = read(params)?;
                let at = params.text_document_position.position;
                let with_declaration = params.context.include_declaration;
                let places = self.subject(found, file, at);
                let places = places.map(|(subject, _)| references(found, subject, with_declaration));
                serde_json::to_value(places.map(|places| self.locations(found, places)))
            }
            _ => {
                let params: CodeActionParams = read(params)?;
                serde_json::to_value(self.actions(found, file, &params))
            }
        };
        answer.map_err(|error| (ErrorCode::InternalError, error.to_string()))
    }

    fn subject(&self, found: &Found, file: FileId, at: Position) -> Option<(Subject, Range)> {
        let byte = position::byte(found.graph().sources.get(file), at, self.client.unit);
        subject(found, file, byte)
    }

    fn hover(&self, found: &Found, file: FileId, at: Position) -> Option<Hover> {
        let (subject, range) = self.subject(found, file, at)?;
        let kind = if self.client.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
        let contents = HoverContents::Markup(MarkupContent { kind, value: hover(found, subject) });
        let range = position::range(found.graph().sources.get(file), range, self.client.unit);
        Some(Hover { contents, range: Some(range) })
    }

    fn locations(&self, found: &Found, places: Vec<Span>) -> Vec<Location> {
        let uris = |path: &Path| self.uri(path);
        places.into_iter().filter_map(|span| location(found, span, self.client, &uris)).collect()
    }

    fn actions(&self, found: &Found, file: FileId, params: &CodeActionParams) -> Value {
        let only = params.context.only.as_ref();
        let is_wanted =
            only.is_none_or(|only| only.iter().any(|kind| includes(kind, &CodeActionKind::QUICKFIX)));
        if !is_wanted || !self.client.code_action_literals {
            return Value::Array(Vec::new());
        }
        let range = position::bytes(found.graph().sources.get(file), params.range, self.client.unit);
        let uris = |path: &Path| self.uri(path);
        let versions = |path: &Path| self.documents.of_path(path).map(|document| document.version);
        let found = actions(found, file, range, (self.client, &uris, &versions));
        serde_json::to_value(found).unwrap_or_default()
    }
}

/// Whether a kind of action is another, or holds it: `source` holds `source.fixAll`; the empty kind holds all.
fn includes(outer: &CodeActionKind, inner: &CodeActionKind) -> bool {
    let (outer, inner) = (outer.as_str(), inner.as_str());
    outer.is_empty() || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, Failed> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}
