//! Quick fixes: what a finding offers itself, whole or to be completed, and an exception with a reason.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

use super::checked::Found;
use super::client::Client;
use super::diagnostics::{Uris, of_finding};
use super::{exception, position};
use crate::discover::search::is_script;
use crate::rule::{Edit, Finding, Fix};
use crate::rules::RULES;
use crate::source::{FileId, Range, Span};

/// The versions of open documents.
pub(super) type Versions<'v> = &'v dyn Fn(&Path) -> Option<i32>;

/// The actions for the findings that touch a range.
pub(super) fn actions(
    found: &Found,
    file: FileId,
    range: Range,
    (client, uris, versions): (Client, Uris<'_>, Versions<'_>),
) -> Vec<CodeActionOrCommand> {
    let mut actions = Vec::new();
    let touches = |finding: &&Finding| {
        let place = finding.primary.span;
        place.file == file && place.range.start <= range.end && range.start <= place.range.end
    };
    let here: Vec<&Finding> = found.run.findings.iter().filter(touches).collect();
    let mut push = |finding: &Finding, fix: &Fix, is_preferred: bool| {
        let Some(edit) = workspace_edit(found, &fix.edits, (client, uris, versions)) else { return };
        actions.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![of_finding(found, finding, client, uris)]),
            edit: Some(edit),
            is_preferred: Some(is_preferred),
            ..CodeAction::default()
        }));
    };
    for finding in &here {
        if let Some(fix) = &finding.fix {
            push(finding, fix, true);
        }
        if let Some(draft) = &finding.draft {
            push(finding, draft, false);
        }
    }
    let mut excepted: Vec<(&str, u32)> = Vec::new();
    for finding in here {
        if let Some((at, text)) = exception(found, finding)
            && !excepted.contains(&(finding.rule, at))
        {
            excepted.push((finding.rule, at));
            let title = format!("except this from `{}`, with a reason", finding.rule);
            let edits = vec![Edit::new(Range::new(at, at).in_file(file), text)];
            push(finding, &Fix { title, edits, changes_schema: false }, false);
        }
    }
    actions
}

/// The comment that excepts what a finding speaks of. What is said of exceptions themselves has none.
fn exception(found: &Found, finding: &Finding) -> Option<(u32, String)> {
    if RULES.iter().any(|entry| entry.meta.name == finding.rule && entry.meta.always_on) {
        return None;
    }
    let place = finding.primary.span;
    let source = found.graph().sources.get(place.file);
    // Elsewhere nobody reads it.
    if !is_script(&source.path) {
        return None;
    }
    exception::comment(&source.path, &source.text, place.range, finding.rule)
}

/// Edits as the client takes them: with the versions of the documents when it knows those.
fn workspace_edit(
    found: &Found,
    edits: &[Edit],
    (client, uris, versions): (Client, Uris<'_>, Versions<'_>),
) -> Option<WorkspaceEdit> {
    let mut by_file: FxHashMap<FileId, Vec<TextEdit>> = FxHashMap::default();
    for Edit { span: Span { file, range }, text, .. } in edits {
        let source = found.graph().sources.get(*file);
        let range = position::range(source, *range, client.unit);
        by_file.entry(*file).or_default().push(TextEdit { range, new_text: text.clone() });
    }
    let mut files: Vec<(PathBuf, Vec<TextEdit>)> = Vec::new();
    for (file, edits) in by_file {
        // What stands in no file cannot be edited, and half a fix is none.
        files.push((found.path(file)?.to_path_buf(), edits));
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    if client.document_changes {
        let mut changes = Vec::new();
        for (path, edits) in files {
            let version = versions(&path);
            let text_document = OptionalVersionedTextDocumentIdentifier { uri: uris(&path)?, version };
            let edits = edits.into_iter().map(OneOf::Left).collect();
            changes.push(TextDocumentEdit { text_document, edits });
        }
        let document_changes = Some(DocumentChanges::Edits(changes));
        return Some(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() });
    }
    let changes: Option<Vec<_>> =
        files.into_iter().map(|(path, edits)| Some((uris(&path)?, edits))).collect();
    Some(WorkspaceEdit { changes: Some(changes?.into_iter().collect()), ..WorkspaceEdit::default() })
}
