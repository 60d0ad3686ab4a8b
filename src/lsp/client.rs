//! What the client can do, as far as it matters, and in what it counts columns.

use lsp_types::{ClientCapabilities, DiagnosticTag, MarkupKind, PositionEncodingKind};

use crate::source::Unit;

/// What the client can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client {
    /// In what both sides count columns.
    pub(super) unit: Unit,
    pub(super) related_information: bool,
    pub(super) code_description: bool,
    pub(super) unnecessary: bool,
    pub(super) document_changes: bool,
    pub(super) code_action_literals: bool,
    pub(super) markdown: bool,
    pub(super) watches_files: bool,
    pub(super) progress: bool,
    pub(super) changes_folders: bool,
}

impl Client {
    pub(super) fn new(capabilities: &ClientCapabilities) -> Self {
        let document = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let diagnostics = document.and_then(|document| document.publish_diagnostics.as_ref());
        let tags = diagnostics.and_then(|diagnostics| diagnostics.tag_support.as_ref());
        let hover = document.and_then(|document| document.hover.as_ref());
        let formats = hover.and_then(|hover| hover.content_format.as_ref());
        let actions = document.and_then(|document| document.code_action.as_ref());
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files);
        let window = capabilities.window.as_ref();
        Self {
            unit: unit(capabilities),
            related_information: diagnostics.and_then(|of| of.related_information).unwrap_or(false),
            code_description: diagnostics.and_then(|of| of.code_description_support).unwrap_or(false),
            unnecessary: tags.is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::UNNECESSARY)),
            document_changes: edits.and_then(|edits| edits.document_changes).unwrap_or(false),
            code_action_literals: actions.is_some_and(|of| of.code_action_literal_support.is_some()),
            markdown: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            watches_files: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            progress: window.and_then(|window| window.work_done_progress).unwrap_or(false),
            changes_folders: workspace.and_then(|of| of.workspace_folders).unwrap_or(false),
        }
    }

    /// The encoding of positions by its name in the protocol.
    pub(super) fn encoding(self) -> PositionEncodingKind {
        match self.unit {
            Unit::Utf8 => PositionEncodingKind::UTF8,
            Unit::Utf16 => PositionEncodingKind::UTF16,
            Unit::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// UTF-16 is what every client knows; bytes are what costs least.
fn unit(capabilities: &ClientCapabilities) -> Unit {
    let known = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
    let knows = |encoding: PositionEncodingKind| known.is_some_and(|known| known.contains(&encoding));
    if knows(PositionEncodingKind::UTF8) {
        Unit::Utf8
    } else if knows(PositionEncodingKind::UTF16) || !knows(PositionEncodingKind::UTF32) {
        Unit::Utf16
    } else {
        Unit::Utf32
    }
}
