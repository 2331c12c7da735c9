//! The key that signs the tokens: random, and kept in a file where a restart shall sign nobody out.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// HS256 wants a key as long as its hash (RFC 7518, section 3.2).
pub(crate) const KEY_LENGTH: usize = 32;

pub(crate) type Key = [u8; KEY_LENGTH];

/// A key that is nowhere but in memory.
pub(crate) fn random() -> io::Result<Key> {
    let mut key = [0; KEY_LENGTH];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    Ok(key)
}

/// The key in the file, or a new one, and the file with it.
pub(crate) fn kept_in(path: &Path) -> io::Result<Key> {
    match File::open(path) {
        Ok(file) => read(file),
        Err(error) if error.kind() == ErrorKind::NotFound => create(path),
        Err(error) => Err(error),
    }
}

fn read(mut file: File) -> io::Result<Key> {
    let mut key = [0; KEY_LENGTH];
    file.read_exact(&mut key)?;
    match file.read(&mut [0])? {
        0 => Ok(key),
        _ => Err(io::Error::new(ErrorKind::InvalidData, format!("longer than {KEY_LENGTH} bytes"))),
    }
}

/// `create_new` never follows a link and never writes over a file that another process made in the meantime.
fn create(path: &Path) -> io::Result<Key> {
    let key = random()?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(&key).map(|()| key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(File::open(path)?),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
