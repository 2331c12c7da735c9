use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use super::*;
use crate::config::Config;
use crate::config::fixture::{self, GOOD};

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_secret_is_made_once_and_found_again() {
    let folder = fixture::folder();
    let made = Config::read(&folder.source("")).unwrap().session.secrets;
    let found = Config::read(&folder.source("")).unwrap().session.secrets;
    assert_eq!(made.len(), 1);
    assert_eq!(made, found, "a restart signs nobody out");
    assert_eq!(check(&made[0]), Ok(()));
    assert_eq!(names(folder.path()), [FILE], "no draft is left");
}

#[test]
fn two_folders_have_two_secrets() {
    let (one, other) = (fixture::folder(), fixture::folder());
    assert_ne!(read_or_make(one.path()).unwrap(), read_or_make(other.path()).unwrap());
}

#[test]
fn processes_that_start_at_once_end_with_one_secret() {
    const PROCESSES: usize = 16;
    let folder = fixture::folder();
    let start = Barrier::new(PROCESSES);
    let secrets: BTreeSet<String> = thread::scope(|scope| {
        let one = || {
            start.wait();
            read_or_make(folder.path()).unwrap().expose().to_owned()
        };
        let all: Vec<_> = (0..PROCESSES).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(secrets.len(), 1);
    assert_eq!(names(folder.path()), [FILE]);
}

/// LG-04
#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = fixture::folder();
    let path = folder.path().join(FILE);
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    read_or_make(folder.path()).unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    read_or_make(folder.path()).unwrap();
    assert_eq!(mode(), 0o600, "a copied file is closed again");
}

/// SE-05
#[test]
fn a_weak_secret_in_the_file_is_refused_and_not_shown() {
    let folder = fixture::folder();
    fs::write(folder.path().join(FILE), "hunter2\n").unwrap();
    assert_eq!(
        folder.mistakes(""),
        ["Leptos.toml: session.secrets: is not set, and what .vestibule-secret holds has 7 bytes, fewer than 32 — \
         delete that file, and a good secret is made"]
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_a_mistake_of_one_line() {
    let absent = fixture::folder().path().join("absent");
    let mistakes = Config::read(&crate::config::Source::of_text("").with_directory(absent)).unwrap_err();
    let lines = fixture::lines(&mistakes);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let start =
        "Leptos.toml: session.secrets: is not set, and .vestibule-secret cannot be kept beside the configuration (";
    assert!(lines[0].starts_with(start), "{lines:?}");
    assert!(lines[0].contains(" — set secrets (vestibule-app secret prints one), or "), "{lines:?}");
}

/// CK-02
#[test]
fn production_makes_none() {
    let folder = fixture::folder();
    let text = "environment = 'production'\nserver.public_url = 'https://a.example'\nupstream.base_url = 'https://api.example'";
    for secrets in ["", "\nsession.secrets = []"] {
        assert_eq!(
            folder.mistakes(&format!("{text}{secrets}")),
            ["Leptos.toml: session.secrets: is missing, in production — \
             set it, or secrets_file, to the output of vestibule-app secret"]
        );
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn none_is_made_where_one_is_set_or_something_else_is_wrong() {
    let folder = fixture::folder();
    Config::read(&folder.source(&format!("session.secrets = ['{GOOD}']"))).unwrap();
    assert_eq!(folder.mistakes("log.level = 'loud'").len(), 1);
    assert!(names(folder.path()).is_empty());
}
