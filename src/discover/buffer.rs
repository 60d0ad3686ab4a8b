//! One buffer per thread: most files are looked at and let go.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::MAX_BYTES;

thread_local! {
    /// The buffer of this thread.
    pub(super) static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reads a file into a buffer that is used again. The caller knows that it is a regular one.
///
/// Of a file that is too large to be a schema ([`MAX_BYTES`]) it reads one byte more than that.
///
/// The buffer is never emptied, so that nothing has to be cleared for the next file; its length is not asked of the
/// file system either: both cost more than the search.
///
/// # Errors
/// When it cannot be opened or read.
pub(super) fn read_reused<'b>(path: &Path, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
    const FIRST: usize = 256 << 10;
    const MOST: usize = 16 << 20;
    if buffer.is_empty() || buffer.len() > MOST {
        *buffer = vec![0; FIRST];
    }
    let mut file = File::open(path)?;
    let mut length = 0;
    loop {
        match file.read(&mut buffer[length..]) {
            Ok(0) => return Ok(&buffer[..length]),
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if length > MAX_BYTES {
            return Ok(&buffer[..=MAX_BYTES]);
        }
        if length == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
    }
}
