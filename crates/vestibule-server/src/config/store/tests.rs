use super::StoreConfig;
use crate::config::fixture::{mistakes, read};

#[test]
fn without_a_store_this_process_remembers_by_itself() {
    assert_eq!(read("").store, StoreConfig::default());
}

#[test]
fn a_store_is_named_by_its_address() {
    for url in ["redis://127.0.0.1:6379/0", "rediss://user:pass@store.example", "valkey://[::1]/3"] {
        let store = read(&format!("store.url = '{url}'\nstore.required = true")).store;
        assert_eq!(store.url.unwrap().expose(), url);
        assert!(store.required);
    }
}

/// LG-01
#[test]
fn what_is_no_address_is_refused_without_being_repeated() {
    for url in ["canary", "http://canary.example", "redis:canary", "unix:///canary.sock", "rediss://canary/#insecure"] {
        let lines = mistakes(&format!("store.url = '{url}'"));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("Leptos.toml: store.url: ") && !lines[0].contains("canary"), "{lines:?}");
    }
}

#[test]
fn nothing_can_be_required_that_is_not_there() {
    let lines = mistakes("store.required = true");
    assert_eq!(
        lines,
        ["Leptos.toml: store.required: is set, and there is no store to require — set url, or remove it"]
    );
}

/// ASVS 12.3.1: nobody listens on a line that does not leave the machine.
#[test]
fn a_line_is_open_that_leaves_the_machine_without_tls() {
    for (url, is_open) in [
        ("redis://store.internal:6379/0", true),
        ("valkey://10.0.0.7", true),
        ("redis://user:pass@127.0.0.1.example", true),
        ("redis://[2001:db8::1]:6379", true),
        ("rediss://store.internal", false),
        ("valkeys://10.0.0.7", false),
        ("redis://localhost", false),
        ("redis://127.0.0.1:6379/0", false),
        ("redis://127.8.0.1", false),
        ("valkey://[::1]/3", false),
    ] {
        assert_eq!(read(&format!("store.url = '{url}'")).store.is_on_an_open_line(), is_open, "{url}");
    }
    assert!(!read("").store.is_on_an_open_line());
}
