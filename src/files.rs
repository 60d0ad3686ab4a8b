//! Reading and writing files so that nothing blocks and nothing is lost.

use std::fs;
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

/// Writes a file as a whole or not at all: a disk that is full takes nothing away. What a link leads to is changed, not
/// the link; what is no regular file is written to as it is.
///
/// # Errors
/// When it cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let before = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata.permissions(),
        _ => return fs::write(path, bytes),
    };
    if before.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it may only be read"));
    }
    let path = fs::canonicalize(path)?;
    let mut beside = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(&path))?;
    beside.write_all(bytes)?;
    beside.as_file().set_permissions(before)?;
    beside.as_file().sync_all()?;
    beside.persist(&path).map_err(|error| error.error)?;
    Ok(())
}
