//! Reading and writing files so that nothing blocks and nothing is lost.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::Path;

/// Reads a regular file. Opening a pipe would wait for somebody to write, a device may never end.
///
/// # Errors
/// When it is none, or cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    fs::read(path)
}

/// Reads a regular file as text.
///
/// # Errors
/// When it is none, cannot be read, or is not valid UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Writes a file as a whole or not at all: a disk that is full takes nothing away and leaves no half of it. What a link leads
/// to is changed, not the link; what is no regular file is written to as it is.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_after(path, bytes, |_| Ok(()))
}

/// The same, when the file still has a text: asked as late as can be, so that nothing is lost that was saved meanwhile.
///
/// # Errors
/// When it has another, or cannot be read or written.
pub fn replace_text(path: &Path, text: &[u8], bytes: &[u8]) -> io::Result<()> {
    replace_after(path, bytes, |path| match read(path)? == text {
        true => Ok(()),
        false => Err(io::Error::other("it has changed since it was read; run it again")),
    })
}

fn replace_after(path: &Path, bytes: &[u8], may: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let before = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
        // A link that leads nowhere yet is followed.
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => None,
        _ => return may(path).and_then(|()| fs::write(path, bytes)),
    };
    let path = match before.as_ref().map(Permissions::readonly) {
        Some(true) => return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it may only be read")),
        Some(false) => fs::canonicalize(path)?,
        None => path.to_path_buf(),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = beside().tempfile_in(folder).map_err(without_path)?;
    beside.as_file().write_all(bytes)?;
    if let Some(before) = before {
        beside.as_file().set_permissions(before)?;
    }
    beside.as_file().sync_all()?;
    may(&path)?;
    beside.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// A file with the rights that every new one has.
fn beside() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "rights are of Unix"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// Without the name of a file that nobody asked for, which tempfile adds.
fn without_path(error: io::Error) -> io::Error {
    let said = error.to_string();
    match said.split_once(" at path ") {
        Some((said, _)) => io::Error::new(error.kind(), said),
        None => error,
    }
}
