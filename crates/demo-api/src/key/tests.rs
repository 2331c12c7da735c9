use std::fs;
use std::path::PathBuf;

use super::{kept_in, random};

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("demo-api-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn a_key_is_made_once_and_then_reused() {
    let folder = Folder::new("reused");
    let path = folder.0.join("key");
    let key = kept_in(&path).unwrap();
    assert_eq!(kept_in(&path).unwrap(), key);
    assert_eq!(fs::read(&path).unwrap(), key);
    assert_ne!(random().unwrap(), key);
}

#[cfg(unix)]
#[test]
fn a_new_key_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    let path = folder.0.join("key");
    kept_in(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_of_another_length_is_refused_and_left_alone() {
    let folder = Folder::new("length");
    let path = folder.0.join("key");
    for length in [0, 31, 33] {
        fs::write(&path, vec![7; length]).unwrap();
        assert!(kept_in(&path).is_err(), "{length} bytes");
        assert_eq!(fs::read(&path).unwrap().len(), length);
    }
}

#[test]
fn a_folder_that_is_missing_is_an_error() {
    let folder = Folder::new("missing");
    assert!(kept_in(&folder.0.join("none").join("key")).is_err());
}
