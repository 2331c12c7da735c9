use std::time::Duration;

use serde_json::json;
use vestibule_core::{AccessToken, Timestamp, User};

use super::{Over, Record};
use crate::callbacks::Way;
use crate::config::{SessionConfig, TokenExposure};
use crate::secret::RefreshToken;
use crate::upstream::SignedIn;

const NOW: i64 = 1_800_000_000;
const HOUR: i64 = 3_600;

fn config() -> SessionConfig {
    crate::fixture::config("").session
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn signed_in(expires: Option<i64>) -> SignedIn {
    SignedIn {
        claims: None,
        access_token: AccessToken::new("canary-access"),
        refresh_token: Some(RefreshToken::new("canary-refresh")),
        profile: json!({ "email": "ana@example.com", "roles": ["owner"], "nested": { "kept": true } }),
        user: User { id: Some(json!(0)), email: Some("ana@example.com".into()), ..User::default() },
        subject: None,
        user_id: None,
        expires: expires.map(at),
    }
}

fn begin(expires: Option<i64>, remember: bool) -> Record {
    Record::begin(signed_in(expires), remember, &config(), NOW * 1_000).unwrap()
}

/// Written by the first release. If this fails, every session of every deployment ends with an upgrade.
#[test]
fn a_record_of_the_first_release_is_still_read() {
    let record = Record::from_text(include_str!("v1.json")).unwrap();
    assert_eq!(record.profile["roles"], json!(["owner"]));
    assert_eq!(record.refresh_token, Some(RefreshToken::new("a-refresh-token")));
    assert_eq!(record.end().as_unix(), NOW + 12 * HOUR);
    assert_eq!(record.over(&config(), false, at(NOW + 60)), None);
}

#[test]
fn a_record_of_another_format_is_no_session() {
    let text = begin(None, false).to_text().unwrap();
    assert!(Record::from_text(&text).is_some());
    assert!(Record::from_text(&text.replacen("\"v\":1", "\"v\":2", 1)).is_none());
    assert!(Record::from_text("{}").is_none());
    assert!(Record::from_text("").is_none());
}

/// CK-10
#[test]
fn the_session_ends_at_its_absolute_end_however_busy_it_is() {
    let mut record = begin(None, false);
    for hour in 1..12 {
        let now = at(NOW + hour * HOUR);
        assert_eq!(record.over(&config(), false, now), None, "hour {hour}");
        record = record.touched(&config(), now).unwrap();
    }
    assert_eq!(record.over(&config(), false, at(NOW + 12 * HOUR - 1)), None);
    assert_eq!(record.over(&config(), false, at(NOW + 12 * HOUR)), Some(Over::Absolute));
}

/// CK-10
#[test]
fn the_session_ends_when_nobody_used_it_for_the_idle_time() {
    let record = begin(None, false);
    assert_eq!(record.over(&config(), false, at(NOW + 2 * HOUR - 1)), None);
    assert_eq!(record.over(&config(), false, at(NOW + 2 * HOUR)), Some(Over::Idle));
}

/// CK-10
#[test]
fn a_remembered_session_has_the_longer_times() {
    let record = begin(None, true);
    let day = 24 * HOUR;
    assert_eq!(record.over(&config(), false, at(NOW + 7 * day - 1)), None);
    assert_eq!(record.over(&config(), false, at(NOW + 7 * day)), Some(Over::Idle));
    assert_eq!(record.end().as_unix(), NOW + 30 * day);
}

#[test]
fn the_session_ends_with_a_token_that_cannot_be_renewed() {
    let record = begin(Some(NOW + 600), false);
    assert_eq!(record.over(&config(), false, at(NOW + 599)), None);
    assert_eq!(record.over(&config(), false, at(NOW + 600)), Some(Over::Token));
}

/// TK-02
#[test]
fn a_token_without_a_readable_end_lives_as_long_as_the_session() {
    let record = begin(None, false);
    assert_eq!(record.public(&config(), false).expires, record.end());
}

/// CK-09
#[test]
fn the_cookie_lives_no_longer_than_the_session() {
    assert_eq!(begin(None, false).max_age(at(NOW)), None, "it goes with the browser");
    let remembered = begin(None, true);
    assert_eq!(remembered.max_age(at(NOW)), Some(30 * 24 * HOUR));
    assert_eq!(remembered.max_age(at(NOW + 29 * 24 * HOUR)), Some(24 * HOUR));
    assert_eq!(remembered.max_age(at(NOW + 31 * 24 * HOUR)), Some(0));
}

#[test]
fn the_last_use_is_written_again_only_when_a_tenth_of_the_idle_time_has_passed() {
    let record = begin(None, false);
    assert!(record.touched(&config(), at(NOW + HOUR / 5 - 1)).is_none());
    assert!(record.touched(&config(), at(NOW + HOUR / 5)).is_some());
    let quick = SessionConfig { idle: Duration::from_secs(3), ..config() };
    assert!(record.touched(&quick, at(NOW)).is_none());
    assert!(record.touched(&quick, at(NOW + 1)).is_some());
}

/// OU-10
#[test]
fn what_a_page_sees_has_the_whole_profile_and_never_the_refresh_token() {
    let record = begin(None, false);
    let public = serde_json::to_string(&record.public(&config(), false)).unwrap();
    assert!(public.contains("canary-access") && !public.contains("canary-refresh"));
    assert!(public.contains(r#""nested":{"kept":true}"#));
    let server_only = SessionConfig { access_token: TokenExposure::ServerOnly, ..config() };
    let server_only = serde_json::to_string(&record.public(&server_only, false)).unwrap();
    assert!(!server_only.contains("canary"));
}

/// LG-01
#[test]
fn debug_shows_neither_tokens_nor_the_session_id() {
    let record = begin(None, false);
    let id = serde_json::to_value(&record.id).unwrap();
    let shown = format!("{record:?}");
    assert!(!shown.contains("canary") && !shown.contains(id.as_str().unwrap()), "{shown}");
}

/// SE-11
#[test]
fn every_session_has_an_id_of_its_own() {
    assert_ne!(begin(None, false).id, begin(None, false).id);
}

/// TK-03
#[test]
fn a_token_is_due_in_its_last_fifth_or_minute_or_as_configured() {
    let short = begin(Some(NOW + 100), false);
    assert!(!short.due(&config(), at(NOW + 80)) && short.due(&config(), at(NOW + 81)));
    let long = begin(Some(NOW + HOUR), false);
    assert!(!long.due(&config(), at(NOW + HOUR - 60)) && long.due(&config(), at(NOW + HOUR - 59)));
    let early = SessionConfig { refresh_before: Some(Duration::from_secs(600)), ..config() };
    assert!(!long.due(&early, at(NOW + HOUR - 600)) && long.due(&early, at(NOW + HOUR - 599)));
    assert_eq!(long.public(&config(), true).renews, Some(at(NOW + HOUR - 60)));
    assert_eq!(long.public(&config(), false).renews, None);
}

/// CK-10
#[test]
fn a_page_knows_when_nobody_using_it_ends_the_session() {
    let record = begin(None, false);
    assert_eq!(record.public(&config(), false).idle_expires, at(NOW + 2 * HOUR));
    let late = record.touched(&config(), at(NOW + 11 * HOUR)).unwrap();
    assert_eq!(late.public(&config(), false).idle_expires, late.end(), "never after the absolute end");
}

#[test]
fn how_somebody_signed_in_is_kept_and_takes_no_room_for_the_form() {
    let mut record = begin(None, false);
    assert!(!record.to_text().unwrap().contains("way"));
    record.way = Way::Provider("google".to_owned());
    let text = record.to_text().unwrap();
    assert!(text.contains(r#""way":"google""#), "{text}");
    assert_eq!(Record::from_text(&text).unwrap().way, record.way);
}
