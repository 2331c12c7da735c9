use super::*;
use crate::config::fixture::{GOOD, mistakes};

#[test]
fn a_mistake_of_syntax_has_its_line_and_column() {
    assert_eq!(mistakes("environment = 'development'\n[server]\naddress = 127.0.0.1:3000\n").len(), 1);
    let lines = mistakes("[server]\n\n  drain_delay = \n");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("Leptos.toml: line 3, column 17: is not TOML: "), "{lines:?}");
    assert!(lines[0].ends_with(" — mend that line; texts stand in quotation marks"), "{lines:?}");
}

#[test]
fn columns_count_characters() {
    let lines = mistakes("login = { title = \"Příhlášení\" x }\n");
    assert!(lines[0].starts_with("Leptos.toml: line 1, column 32: "), "{lines:?}");
}

#[test]
fn every_broken_line_is_told_once() {
    let lines = mistakes("[server]\naddress = \n[log]\nlevel = \n[login]\ntitle = 'fine'\n");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("line 2") && lines[1].contains("line 4"), "{lines:?}");
}

#[test]
fn a_key_written_twice_is_told() {
    let lines = mistakes("[server]\ndrain_delay = '5s'\ndrain_delay = '6s'\n");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("Leptos.toml: line 3, column 1: is not TOML: duplicate key"), "{lines:?}");
}

/// LG-01
#[test]
fn the_broken_line_is_not_repeated() {
    for text in [
        format!("secrets = [{GOOD}]"),
        format!("secrets = ['{GOOD}"),
        format!("secrets = [\"{GOOD}\\q\"]"),
        format!("secrets = '{GOOD}' '{GOOD}'"),
        GOOD.to_owned(),
        format!("'{GOOD}' = 1\n'{GOOD}' = 1"),
        format!("[{GOOD}\n"),
    ] {
        let lines = mistakes(&text).join("\n");
        assert!(!lines.is_empty() && !lines.contains(&GOOD[..8]), "{lines}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_mistake() {
    let table = parse("\u{feff}[session]\r\nidle = '1h'\r\n", Path::new("Leptos.toml")).unwrap();
    assert_eq!(table["session"]["idle"].as_str(), Some("1h"));
}
