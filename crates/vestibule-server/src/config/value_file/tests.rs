use std::fs;

use super::*;
use crate::config::fixture::{self, mistakes_of};

/// The table that comes out, and the lines about it.
fn resolved(text: &str, directory: &Path) -> (Table, Vec<String>) {
    let mut table: Table = toml::from_str(text).unwrap();
    let mut report = Report::new(Path::new("Leptos.toml"));
    resolve(&mut table, directory, &mut report);
    let lines = report.finish(()).err().map(|mistakes| fixture::lines(&mistakes)).unwrap_or_default();
    (table, lines)
}

#[test]
fn a_key_with_the_ending_gets_what_stands_in_the_file() {
    let folder = fixture::folder();
    fs::write(folder.path().join("client"), "s3cret \n inside\r\n\n").unwrap();
    let (table, lines) = resolved("[upstream.client]\nid = 'app'\nsecret_file = 'client'", folder.path());
    assert!(lines.is_empty(), "{lines:?}");
    let client = table["upstream"]["client"].as_table().unwrap();
    assert_eq!(client["secret"].as_str(), Some("s3cret \n inside"), "only line ends at the end are dropped");
    assert!(!client.contains_key("secret_file"));
}

#[test]
fn headers_come_from_files_too() {
    let folder = fixture::folder();
    fs::write(folder.path().join("key"), "k").unwrap();
    let (table, lines) = resolved("upstream.headers = { X-Api-Key_file = 'key' }", folder.path());
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(table["upstream"]["headers"]["X-Api-Key"].as_str(), Some("k"));
}

#[test]
fn the_applications_settings_bodies_and_lists_are_left_alone() {
    let text =
        "app.logo_file = 'x'\nupstream.sign_in.body = { log_file = '{username}' }\nlogin.fields = [{ a_file = 'x' }]";
    let (table, lines) = resolved(text, Path::new("."));
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(table, toml::from_str::<Table>(text).unwrap());
}

#[test]
fn a_value_and_a_file_for_it_exclude_each_other() {
    let (_, lines) = resolved("[upstream.client]\nsecret = 'a'\nsecret_file = 'b'", Path::new("."));
    assert_eq!(lines, ["Leptos.toml: upstream.client.secret_file: stands beside `secret` — keep one of the two"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_by_its_key() {
    let folder = fixture::folder();
    fs::write(folder.path().join("binary"), b"\xff\xfe").unwrap();
    fs::write(folder.path().join("huge"), "x".repeat(65_537)).unwrap();
    fs::write(folder.path().join("large"), "x".repeat(65_536)).unwrap();
    for name in ["absent", "binary", "huge", "."] {
        let (_, lines) = resolved(&format!("upstream.client.secret_file = '{name}'"), folder.path());
        assert_eq!(lines.len(), 1, "{name}: {lines:?}");
        let start = "Leptos.toml: upstream.client.secret_file: the file that it names cannot be read (";
        assert!(lines[0].starts_with(start), "{name}: {lines:?}");
    }
    let (table, lines) = resolved("upstream.client.secret_file = 'large'", folder.path());
    assert!(
        lines.is_empty() && table["upstream"]["client"]["secret"].as_str().is_some_and(|text| text.len() == 65_536)
    );
    let (_, lines) = resolved("upstream.client.secret_file = true", folder.path());
    assert_eq!(
        lines,
        [
            "Leptos.toml: upstream.client.secret_file: is true or false, not a path — write the file's path in quotation marks"
        ]
    );
}

/// What is wrong with the value is told of the key that the operator wrote, and the value is not.
#[test]
fn a_wrong_value_from_a_file_names_the_file_key() {
    let folder = fixture::folder();
    fs::write(folder.path().join("value"), "3x\n").unwrap();
    assert_eq!(
        folder.mistakes("session.idle_file = 'value'\nlogin.tilte_file = 'value'"),
        [
            "Leptos.toml: session.idle_file: 3x is not a duration — write an integer and ms, s, m, h or d, such as \"2h\"",
            "Leptos.toml: login.tilte_file: is not a known key — did you mean `title`?",
        ]
    );
    let source = folder.source("").with_variable("VESTIBULE__SESSION__IDLE_FILE", "value");
    assert_eq!(
        mistakes_of(&source),
        ["Leptos.toml: session.idle_file (from VESTIBULE__SESSION__IDLE_FILE): 3x is not a duration — \
         write an integer and ms, s, m, h or d, such as \"2h\""]
    );
}
