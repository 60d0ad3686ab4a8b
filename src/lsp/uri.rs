//! `file:` URIs and paths.

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What may stand in the path of a URI as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The path of a `file:` URI of this machine; `None` for every other one.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = rest.split(['?', '#']).next().filter(|path| path.starts_with('/'))?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    if path.contains('\0') {
        return None;
    }
    // `/c:/work` on Windows.
    let path = if cfg!(windows) { path.trim_start_matches('/') } else { &path };
    Some(PathBuf::from(path))
}

/// The URI of an absolute path.
pub(super) fn of(path: &Path) -> Option<Uri> {
    let path = path.to_str()?;
    let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path.to_string() };
    Uri::from_str(&format!("file://{}", utf8_percent_encode(&path, KEPT))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for path in ["/a/b.ts", "/a b/ü%20#?.ts", "/[id]/(x)/+page.ts", "/😀/a.ts"] {
            let uri = of(Path::new(path)).unwrap();
            assert_eq!(path_of(&uri), Some(PathBuf::from(path)), "{}", uri.as_str());
        }
        for other in
            ["untitled:Untitled-1", "git:/a.ts?x", "file://host/a.ts", "file:///a%00b", "http://a/b.ts"]
        {
            assert_eq!(path_of(&Uri::from_str(other).unwrap()), None, "{other}");
        }
        assert_eq!(path_of(&Uri::from_str("file:///c%3A/x%20y").unwrap()), Some(PathBuf::from("/c:/x y")));
    }
}
