//! The documents that the client has open.

use lsp_types::{TextDocumentContentChangeEvent, Uri};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

use super::{position, uri};
use crate::overlay::Overlay;
use crate::source::{SourceFile, Unit};
use crate::workspace::canonical;

/// A document that is open.
#[derive(Debug)]
pub(super) struct Document {
    /// Its URI as the client spells it.
    pub(super) uri: Uri,
    /// Its file; `None` for what is none (`untitled:`, `git:`).
    pub(super) path: Option<PathBuf>,
    /// The version that the client gave it last.
    pub(super) version: i32,
    text: SourceFile,
}

impl Document {
    /// Its text.
    pub(super) fn text(&self) -> &str {
        &self.text.text
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: FxHashMap<String, Document>,
}

/// Why a change was not made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no such document.
    Unknown,
    /// It has that version, or a later one, already.
    Old(i32),
}

impl Documents {
    /// Opens a document; one that is open already is replaced.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) -> Option<PathBuf> {
        let path = uri::path_of(&uri).map(|path| canonical(&path));
        let key = uri.as_str().to_string();
        let document =
            Document { uri, path: path.clone(), version, text: SourceFile::new(key.as_str(), text) };
        self.open.insert(key, document);
        path
    }

    /// Changes a document, each change after the other.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        unit: Unit,
    ) -> Result<Option<PathBuf>, Refused> {
        let document = self.open.get_mut(uri.as_str()).ok_or(Refused::Unknown)?;
        if version <= document.version {
            return Err(Refused::Old(document.version));
        }
        document.version = version;
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let bytes = position::bytes(&document.text, range, unit);
                    let text = &document.text.text;
                    let (before, after) = (&text[..bytes.start as usize], &text[bytes.end as usize..]);
                    [before, &change.text, after].concat()
                }
            };
            document.text = SourceFile::new(document.text.path.clone(), text);
        }
        Ok(document.path.clone())
    }

    /// Closes a document; gives its file.
    pub(super) fn close(&mut self, uri: &Uri) -> Result<Option<PathBuf>, Refused> {
        self.open.remove(uri.as_str()).map(|document| document.path).ok_or(Refused::Unknown)
    }

    /// A document by its URI.
    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_str())
    }

    /// The document of a file.
    pub(super) fn of_path(&self, path: &Path) -> Option<&Document> {
        self.open.values().find(|document| document.path.as_deref() == Some(path))
    }

    /// The documents that are files.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, &Document)> {
        self.open.values().filter_map(|document| Some((document.path.as_deref()?, document)))
    }

    /// Their texts, in place of those on the disk.
    pub(super) fn overlay(&self) -> Overlay {
        let mut overlay = Overlay::default();
        for (path, document) in self.files() {
            overlay.insert(path.to_path_buf(), document.text.text.as_bytes());
        }
        overlay
    }

    /// Their versions, by file.
    pub(super) fn versions(&self) -> FxHashMap<PathBuf, i32> {
        self.files().map(|(path, document)| (path.to_path_buf(), document.version)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_types::{Position, Range};
    use std::str::FromStr;

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1));
        TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.into() }
    }

    fn text(documents: &Documents, uri: &Uri) -> String {
        documents.get(uri).unwrap().text.text.to_string()
    }

    #[test]
    fn changes_follow_each_other_and_are_clamped() {
        let mut documents = Documents::default();
        let uri = Uri::from_str("untitled:a").unwrap();
        documents.open(uri.clone(), 1, "a😀b\nc".into());
        let changes =
            vec![change((0, 3), (0, 4), "X"), change((0, 0), (0, 1), ""), change((9, 9), (9, 9), "!")];
        assert_eq!(documents.change(&uri, 2, changes, Unit::Utf16), Ok(None));
        assert_eq!(text(&documents, &uri), "😀X\nc!");
        // The middle of a character is its beginning; an end before its start is the start.
        let changes = vec![change((0, 1), (0, 1), "-"), change((1, 1), (0, 0), "+")];
        assert_eq!(documents.change(&uri, 3, changes, Unit::Utf16), Ok(None));
        assert_eq!(text(&documents, &uri), "-😀X\nc+!");
    }

    #[test]
    fn old_versions_and_unknown_documents_are_refused() {
        let mut documents = Documents::default();
        let uri = Uri::from_str("untitled:a").unwrap();
        assert_eq!(documents.change(&uri, 2, Vec::new(), Unit::Utf8), Err(Refused::Unknown));
        documents.open(uri.clone(), 5, "a".into());
        let all = TextDocumentContentChangeEvent { range: None, range_length: None, text: "b".into() };
        assert_eq!(documents.change(&uri, 5, vec![all], Unit::Utf8), Err(Refused::Old(5)));
        assert_eq!(text(&documents, &uri), "a");
        assert!(documents.close(&uri).is_ok() && documents.close(&uri).is_err());
    }
}
