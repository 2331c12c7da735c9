//! What one request pays for its session: opening and sealing a record of about one kilobyte.
#![allow(missing_docs, clippy::expect_used, clippy::print_stdout, reason = "a benchmark is no library")]

use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue, header::COOKIE};
use serde_json::json;
use vestibule_core::{AccessToken, User};
use vestibule_server::config::{Config, Source};
use vestibule_server::cookies::{CookiePolicy, Presented};
use vestibule_server::record::Record;
use vestibule_server::seal::{KeyRing, Purpose};
use vestibule_server::secret::Secret;
use vestibule_server::upstream::SignedIn;

fn record() -> Record {
    let config =
        Config::read(&Source::of_text("session.secrets = ['kV8-bench-Qz3nXcRm6TbWyLpHsDfGaJeU']")).expect("valid");
    let signed_in = SignedIn {
        claims: None,
        access_token: AccessToken::new("t".repeat(320)),
        refresh_token: None,
        profile: json!({
            "type": "users",
            "id": "7f1f0d1e-4a6b-4f0e-9c55-0d8a1c0f2b11",
            "attributes": {
                "email": "ana@example.com", "displayName": "Ana García", "fname": "Ana", "lname": "García",
                "isActive": true, "isBlocked": false, "isAdmin": false,
                "metadata": { "notes": "n".repeat(250), "tags": ["marine", "terrestrial", "freshwater"] }
            }
        }),
        user: User {
            id: Some(json!("7f1f0d1e")),
            name: Some("Ana García".into()),
            email: Some("ana@example.com".into()),
            ..User::default()
        },
        subject: None,
        user_id: None,
        expires: None,
    };
    Record::begin(signed_in, false, &config.session, 1_800_000_000_000).expect("randomness")
}

fn session(criterion: &mut Criterion) {
    let ring = KeyRing::new(&[Secret::new("kV8-bench-Qz3nXcRm6TbWyLpHsDfGaJeU")]).expect("a secret");
    let policy = CookiePolicy::new("session", true);
    let record = record();
    let text = record.to_text().expect("JSON");
    let sealed = ring.seal(Purpose::Session, policy.name(), &text);
    println!("a record of {} bytes, {} sealed", text.len(), sealed.len());
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::from_str(&format!("{}={sealed}", policy.name())).expect("ASCII"));

    criterion.bench_function("open: header to record", |bencher| {
        bencher.iter(|| {
            let presented = policy.read(&headers);
            let opened =
                ring.open(Purpose::Session, policy.name(), presented.sealed.as_deref().expect("there")).expect("opens");
            Record::from_text(&opened.text).expect("a record")
        });
    });
    criterion.bench_function("seal: record to header", |bencher| {
        bencher.iter(|| {
            let text = record.to_text().expect("JSON");
            let sealed = ring.seal(Purpose::Session, policy.name(), &text);
            policy.write(&sealed, &Presented::none(), None).expect("fits")
        });
    });
}

criterion_group!(benches, session);
criterion_main!(benches);
