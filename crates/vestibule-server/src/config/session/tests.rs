use std::fs;

use super::*;
use crate::config::Config;
use crate::config::fixture::{self, GOOD, OTHER, mistakes, read};

const HOUR_LONG: Duration = Duration::from_secs(HOUR);

#[test]
fn everything_has_a_default() {
    let session = read(&format!("[session]\nsecrets = ['{GOOD}']")).session;
    assert_eq!(session.cookie, "session");
    assert_eq!((session.absolute, session.idle), (HOUR_LONG * 12, HOUR_LONG * 2));
    assert_eq!((session.remember_absolute, session.remember_idle), (HOUR_LONG * 720, HOUR_LONG * 168));
    assert_eq!(session.access_token, TokenExposure::Browser);
    assert_eq!(session.secrets, [Secret::new(GOOD)]);
}

#[test]
fn every_key_is_read() {
    let session = read(&format!(
        "[session]\nsecrets = ['{GOOD}', '{OTHER}']\ncookie = 'sid'\nabsolute = '8h'\nidle = '30m'\n\
         remember_absolute = '14d'\nremember_idle = '3d'\naccess_token = 'server-only'"
    ))
    .session;
    assert_eq!(session.secrets, [Secret::new(GOOD), Secret::new(OTHER)], "the first seals");
    assert_eq!(session.cookie, "sid");
    assert_eq!((session.absolute, session.idle), (HOUR_LONG * 8, HOUR_LONG / 2));
    assert_eq!((session.remember_absolute, session.remember_idle), (HOUR_LONG * 336, HOUR_LONG * 72));
    assert_eq!(session.access_token, TokenExposure::ServerOnly);
}

/// SE-05
#[test]
fn every_weak_secret_is_refused_by_its_number_and_never_shown() {
    let weak = ["changeme", "hunter2-PASShunter2-PASShunter2-PASS", "CANARY-abcdefghijklmnopqrstuvwxyz-1"];
    let lines = mistakes(&format!("[session]\nsecrets = ['{GOOD}', '{}', '{}', '{}']", weak[0], weak[1], weak[2]));
    assert_eq!(
        lines,
        [
            "Leptos.toml: session.secrets[1]: the secret has 8 bytes, fewer than 32 — use the output of vestibule-app secret",
            "Leptos.toml: session.secrets[2]: the secret is one short block, repeated — use the output of vestibule-app secret",
            "Leptos.toml: session.secrets[3]: the secret has a run of the alphabet or of digits, of 8 characters or more — \
         use the output of vestibule-app secret",
        ]
    );
    let all = lines.concat();
    assert!(weak.iter().all(|secret| !all.contains(secret)) && !all.contains("hunter2") && !all.contains("CANARY"));
}

/// SE-05: a secret written in the wrong shape, or without quotation marks, is not shown either.
#[test]
fn a_secret_of_a_wrong_shape_is_not_shown() {
    for text in [
        format!("[session]\nsecrets = '{GOOD}'"),
        format!("[session]\nsecrets = [{GOOD}]"),
        format!("[session]\nsecrets = ['{GOOD}"),
        format!("[session]\nsecrets = ['{GOOD}']\nsecrets = ['{GOOD}']"),
        format!("[session]\nsecrets = [['{GOOD}']]"),
        format!("[session]\nsecrets = {{ key = '{GOOD}' }}"),
        format!("[session]\nsecret = '{GOOD}'"),
        format!("[session]\ncookie = '{GOOD}!;'"),
        format!("[session]\nidle = '{GOOD}'"),
        format!("[session]\naccess_token = '{GOOD}'"),
        format!("session = '{GOOD}'"),
        format!("environment = '{GOOD}'"),
    ] {
        let lines = mistakes(&text).concat();
        assert!(!lines.is_empty() && !lines.contains(&GOOD[..6]), "{lines}");
    }
}

#[test]
fn a_single_text_for_secrets_is_told_to_be_a_list() {
    assert_eq!(
        mistakes(&format!("session.secrets = '{GOOD}'")),
        ["Leptos.toml: session.secrets: is a text, not a list — write [\"…\"]"]
    );
}

/// SE-04
#[test]
fn a_secrets_file_holds_one_secret_a_line() {
    let folder = fixture::folder();
    fs::write(folder.path().join("keys"), format!("{OTHER}\r\n\n{GOOD}\n")).unwrap();
    let source = folder.source("session.secrets_file = 'keys'");
    assert_eq!(Config::read(&source).unwrap().session.secrets, [Secret::new(OTHER), Secret::new(GOOD)]);
    let absolute = format!("session.secrets_file = '{}'", folder.path().join("keys").display());
    assert_eq!(read(&absolute).session.secrets.len(), 2, "an absolute path is taken as it is");
}

/// SE-05
#[test]
fn a_secrets_file_is_checked_line_by_line() {
    let folder = fixture::folder();
    fs::write(folder.path().join("keys"), format!("{GOOD}\n\nhunter2\n")).unwrap();
    assert_eq!(
        folder.mistakes("session.secrets_file = 'keys'"),
        ["Leptos.toml: session.secrets_file: the secret in line 3 of the file has 7 bytes, fewer than 32 — \
         use the output of vestibule-app secret"]
    );
    fs::write(folder.path().join("keys"), "\n\n").unwrap();
    assert_eq!(
        folder.mistakes("session.secrets_file = 'keys'"),
        [
            "Leptos.toml: session.secrets_file: the file that it names holds no secret — write one a line, the newest first"
        ]
    );
}

#[test]
fn secrets_and_a_secrets_file_exclude_each_other() {
    let lines = mistakes(&format!("[session]\nsecrets = ['{GOOD}']\nsecrets_file = 'keys'"));
    assert_eq!(lines, ["Leptos.toml: session.secrets_file: stands beside `secrets` — keep one of the two"]);
}

#[test]
fn a_secrets_file_that_cannot_be_read_is_named_by_its_key() {
    let lines = fixture::folder().mistakes("session.secrets_file = 'absent'");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("Leptos.toml: session.secrets_file: the file that it names cannot be read ("),
        "{lines:?}"
    );
    assert_eq!(
        mistakes("session.secrets_file = 3"),
        ["Leptos.toml: session.secrets_file: is an integer, not a path — write the file's path in quotation marks"]
    );
}

/// CK-01, CK-02
#[test]
fn a_cookie_name_is_a_token_without_a_prefix() {
    for name in ["session", "sid.v2", "a!#$%&'*+-.^_`|~z", "_s"] {
        assert_eq!(read(&format!("session.secrets = ['{GOOD}']\nsession.cookie = \"{name}\"")).session.cookie, name);
    }
    for name in ["", "a b", "a=b", "a;b", "a,b", "sé", "a\\tb", "(a)", "a/b", &"x".repeat(65)] {
        let lines = mistakes(&format!("session.cookie = \"{name}\""));
        assert!(lines[0].contains("is not a cookie's name"), "{name}: {lines:?}");
    }
    for name in ["__Host-session", "__Secure-session", "__host-session", "__s"] {
        let lines = mistakes(&format!("session.cookie = '{name}'"));
        assert!(lines[0].contains("begins with two underscores"), "{name}: {lines:?}");
    }
    let lines = mistakes("session.cookie = 'lang'");
    assert!(lines[0].contains("lang is the name of another cookie"), "{lines:?}");
}

/// CK-10
#[test]
fn an_idle_limit_longer_than_the_absolute_one_is_refused() {
    assert_eq!(
        mistakes("[session]\nidle = '13h'\nremember_absolute = '2d'\nremember_idle = '72h'"),
        [
            "Leptos.toml: session.idle: 13h is longer than absolute, 12h — shorten it, or set a longer absolute",
            "Leptos.toml: session.remember_idle: 3d is longer than remember_absolute, 2d — \
         shorten it, or set a longer remember_absolute",
        ]
    );
    read(&format!("[session]\nsecrets = ['{GOOD}']\nabsolute = '1h'\nidle = '60m'"));
}

/// CK-10
#[test]
fn an_idle_limit_that_is_not_set_follows_a_shorter_absolute_one() {
    let session = read(&format!("[session]\nsecrets = ['{GOOD}']\nabsolute = '10m'\nremember_absolute = '1d'")).session;
    assert_eq!(session.idle, Duration::from_secs(600));
    assert_eq!(session.remember_idle, Duration::from_secs(DAY));
}

/// CK-09
#[test]
fn no_session_outlives_what_browsers_keep() {
    read(&format!("[session]\nsecrets = ['{GOOD}']\nabsolute = '400d'\nremember_absolute = '9600h'"));
    assert_eq!(
        mistakes("[session]\nabsolute = '401d'\nremember_absolute = '34560001s'"),
        [
            "Leptos.toml: session.absolute: 401d is longer than 400 days — write 400d or less: no browser keeps a cookie for longer",
            "Leptos.toml: session.remember_absolute: 34560001s is longer than 400 days — \
         write 400d or less: no browser keeps a cookie for longer",
        ]
    );
}

/// CK-10
#[test]
fn a_life_of_nothing_is_refused() {
    for key in ["absolute", "idle", "remember_absolute", "remember_idle"] {
        for (value, shown) in [("0s", "0ms"), ("999ms", "999ms")] {
            let lines = mistakes(&format!("session.{key} = '{value}'"));
            let expected = format!("Leptos.toml: session.{key}: {shown} is no life for a session");
            assert_eq!(lines.len(), 1, "{lines:?}");
            assert!(lines[0].starts_with(&expected), "{lines:?}");
        }
    }
}

#[test]
fn a_wrong_duration_says_how_to_write_one() {
    assert_eq!(
        mistakes("[session]\nidle = '3x'\nabsolute = 12"),
        [
            "Leptos.toml: session.absolute: is an integer, not a duration — \
         write an integer and ms, s, m, h or d in quotation marks, such as \"2h\"",
            "Leptos.toml: session.idle: 3x is not a duration — write an integer and ms, s, m, h or d, such as \"2h\"",
        ]
    );
}

#[test]
fn the_token_goes_to_one_of_two_places() {
    assert_eq!(
        mistakes("session.access_token = 'nowhere'"),
        ["Leptos.toml: session.access_token: nowhere is not a choice — write \"browser\" or \"server-only\""]
    );
}

#[test]
fn refreshing_and_storage_have_defaults_and_choices() {
    let session = read("").session;
    assert_eq!((session.refresh_before, session.storage), (None, Storage::Cookie));
    assert_eq!(session.grace, Duration::from_secs(30));
    let session = read("session.refresh_before = '90s'\nsession.grace = '5s'\nsession.storage = 'store'").session;
    assert_eq!((session.refresh_before, session.storage), (Some(Duration::from_secs(90)), Storage::Store));
    assert_eq!(session.grace, Duration::from_secs(5));
}

/// SE-10
#[test]
fn a_grace_is_neither_nothing_nor_half_a_day() {
    for grace in ["0s", "999ms", "301s", "12h"] {
        let lines = mistakes(&format!("session.grace = '{grace}'"));
        assert!(lines[0].starts_with("Leptos.toml: session.grace: ") && lines[0].contains("write from"), "{lines:?}");
    }
}
