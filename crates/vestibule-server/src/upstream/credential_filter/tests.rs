use serde_json::{Value, json};

use super::{CredentialFilter, is_password_hash};
use crate::upstream::pointer::Pointer;

fn clean(profile: Value, omit: &[&str], keep: &[&str]) -> Value {
    let pointers = |texts: &[&str]| texts.iter().map(|text| Pointer::parse(text).unwrap()).collect::<Vec<_>>();
    CredentialFilter { omit: &pointers(omit), keep: &pointers(keep), tokens: &["canary-access", "canary-refresh"] }
        .clean(profile)
}

#[test]
fn every_name_of_a_credential_goes_at_any_depth() {
    for name in [
        "password",
        "passwordHash",
        "password_hash",
        "hashed-password",
        "PASSWD",
        "pwd",
        "secret",
        "client_secret",
        "otpSecret",
        "tfa_secret",
        "token",
        "accessToken",
        "access_token",
        "Refresh-Token",
        "sessionToken",
        "apiKey",
        "API_KEY",
        "privateKey",
    ] {
        for value in [json!("x"), json!(null), json!(1), json!({ "a": 1 }), json!(["x"])] {
            let profile = json!({ "id": 1, name: value, "deep": [{ name: value, "kept": true }] });
            assert_eq!(clean(profile, &[], &[]), json!({ "id": 1, "deep": [{ "kept": true }] }), "{name}");
        }
    }
}

#[test]
fn everything_else_stays_whole() {
    let profile = json!({
        "id": 0, "nothing": null, "empty": {}, "list": [], "tokens": 3, "passwordChangedAt": "2026", "secretary": "Ana",
        "price": "$5$10", "__proto__": { "x": 1 }, "name": "</script><script>", "nested": { "a": [1, [2, { "b": null }]] },
    });
    assert_eq!(clean(profile.clone(), &[], &[]), profile);
}

#[test]
fn the_tokens_of_the_session_go_whatever_their_name() {
    let profile = json!({ "jwt": "canary-access", "list": ["a", "canary-refresh", "b"], "text": "canary-access!" });
    assert_eq!(clean(profile, &[], &[]), json!({ "list": ["a", "b"], "text": "canary-access!" }));
}

#[test]
fn omit_adds_and_keep_overrides() {
    let profile =
        json!({ "ssn": "1", "address": { "street": "s", "city": "c" }, "token": { "colour": "red", "shape": "o" } });
    assert_eq!(
        clean(profile, &["/ssn", "/address"], &["/token/colour", "/address/city"]),
        json!({ "address": { "city": "c" }, "token": { "colour": "red" } })
    );
    let profile = json!({ "token": "a coin", "list": ["canary-access", 2] });
    assert_eq!(clean(profile.clone(), &[], &["/token", "/list/0"]), profile);
    assert_eq!(clean(json!("canary-access"), &[], &[]), Value::Null);
}

#[test]
fn password_hashes_are_recognised() {
    for hash in [
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
        "$argon2id$v=19$m=65536,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
        "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/",
    ] {
        assert!(is_password_hash(hash), "{hash}");
        assert_eq!(clean(json!({ "legacy": hash, "deep": [hash] }), &[], &[]), json!({ "deep": [] }));
    }
    for text in ["$5$10", "$100", "$", "", "$2b$12$short", "$HOME$PATH$USER", "a $6$b$c", "$a$b c$d"] {
        assert!(!is_password_hash(text), "{text}");
    }
}
