use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use super::*;
use crate::config::Config;
use crate::config::fixture::{self, GOOD};

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn made(directory: &Path) -> Secret {
    find_or_make(directory, &mut Report::new(Path::new("Leptos.toml"))).unwrap().unwrap()
}

#[test]
fn a_secret_is_made_once_and_found_again() {
    let folder = fixture::folder();
    let made = Config::ready(&folder.source("")).unwrap().session.secrets;
    let found = Config::ready(&folder.source("")).unwrap().session.secrets;
    assert_eq!(made.len(), 1);
    assert_eq!(made, found, "a restart signs nobody out");
    assert_eq!(check(&made[0]), Ok(()));
    assert_eq!(names(folder.path()), [FILE], "no draft is left");
}

/// CK-02: a check that writes would need the rights of a start, and answer another question the second time.
#[test]
fn reading_alone_finds_a_secret_and_makes_none() {
    let folder = fixture::folder();
    assert!(Config::read(&folder.source("")).unwrap().session.secrets.is_empty());
    assert!(names(folder.path()).is_empty());
    let made = Config::ready(&folder.source("")).unwrap().session.secrets;
    assert_eq!(Config::read(&folder.source("")).unwrap().session.secrets, made);
}

#[test]
fn two_folders_have_two_secrets() {
    let (one, other) = (fixture::folder(), fixture::folder());
    assert_ne!(made(one.path()), made(other.path()));
}

#[test]
fn processes_that_start_at_once_end_with_one_secret() {
    const PROCESSES: usize = 16;
    let folder = fixture::folder();
    let start = Barrier::new(PROCESSES);
    let secrets: BTreeSet<String> = thread::scope(|scope| {
        let one = || {
            start.wait();
            made(folder.path()).expose().to_owned()
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
    let warnings = || Config::ready(&folder.source("")).unwrap().warnings;
    assert!(warnings().is_empty());
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(Config::read(&folder.source("")).is_ok());
    assert_eq!(mode(), 0o644, "reading alone changes nothing");
    let lines: Vec<String> = warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["Leptos.toml: session.secrets: .vestibule-secret could be read by others — \
          its mode is now 0600; if somebody may have read it, delete it, and a new one is made"]
    );
    assert_eq!(mode(), 0o600, "a copied file is closed again");
    assert!(warnings().is_empty());
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
    let mistakes = Config::ready(&crate::config::Source::of_text("").with_directory(absent)).unwrap_err();
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
    Config::ready(&folder.source(&format!("session.secrets = ['{GOOD}']"))).unwrap();
    assert_eq!(folder.mistakes("log.level = 'loud'").len(), 1);
    assert!(names(folder.path()).is_empty());
}
