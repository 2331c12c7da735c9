//! The secret of development: made at the first start, kept in an ignored file, so that a restart signs nobody out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use zeroize::Zeroizing;

use super::report::Report;
use super::secret_strength::{Weakness, check, generate_secret};
use crate::secret::Secret;

/// The file's name, beside the configuration file. It belongs in `.gitignore`.
pub const FILE: &str = ".vestibule-secret";

/// Why there is no development secret. `Display` says what is wrong and how to mend it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevelopmentSecretError {
    /// The folder cannot be written or the file not be read. Remedy: another folder, or a secret in the configuration.
    #[error(
        "is not set, and {FILE} cannot be kept beside the configuration ({0}) — set secrets (vestibule-app secret \
         prints one), or let this program's user write that folder"
    )]
    Io(#[from] io::Error),
    /// Somebody wrote another secret into the file. Remedy: delete it.
    #[error("is not set, and what {FILE} holds {0} — delete that file, and a good secret is made")]
    Weak(Weakness),
}

/// [`find`] or [`find_or_make`].
pub(crate) type Finder = fn(&Path, &mut Report) -> Result<Option<Secret>, DevelopmentSecretError>;

/// The secret in the folder's file, if there is one. Changes nothing.
pub(crate) fn find(directory: &Path, _: &mut Report) -> Result<Option<Secret>, DevelopmentSecretError> {
    let text = match fs::read_to_string(directory.join(FILE)) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let secret = Secret::new(text.trim_end_matches(['\n', '\r']));
    check(&secret).map_err(DevelopmentSecretError::Weak)?;
    Ok(Some(secret))
}

/// The secret in the folder's file, which is made if there is none, and kept from other users. Two processes that start
/// at once get the same.
pub(crate) fn find_or_make(directory: &Path, report: &mut Report) -> Result<Option<Secret>, DevelopmentSecretError> {
    let path = directory.join(FILE);
    let found = match find(directory, report)? {
        Some(secret) => Some(secret),
        None => {
            make(directory, &path)?;
            find(directory, report)?
        }
    };
    keep_private(&path, report)?;
    Ok(found)
}

/// Writes a new secret under a name of its own and links it to the real one, which fails if another process was
/// faster: nobody ever sees a file half written, or two secrets.
fn make(directory: &Path, path: &Path) -> io::Result<()> {
    let mut mark = [0; 8];
    getrandom::fill(&mut mark).map_err(|error| io::Error::other(error.to_string()))?;
    let draft = directory.join(format!("{FILE}.{:016x}", u64::from_ne_bytes(mark)));
    let written = write_private(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // A file system without links. Here the slower of two processes that start at once may replace the file.
        Err(_) if !path.exists() => fs::rename(&draft, path),
        other => other,
    });
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => written.and(Err(error)),
        _ => written,
    }
}

fn write_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.write_all(generate_secret().expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// A checkout or a copy may have widened the mode; nobody else may read the file.
#[cfg(unix)]
fn keep_private(path: &Path, report: &mut Report) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(path, PermissionsExt::from_mode(0o600))?;
        let mend = "its mode is now 0600; if somebody may have read it, delete it, and a new one is made";
        report.warn("session.secrets", format!("{FILE} could be read by others"), mend);
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_private(_path: &Path, _: &mut Report) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
