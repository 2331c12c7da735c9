use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::{Tokens, stamp_of};
use crate::Clock;

const KEY: [u8; 32] = [7; 32];
const NOW: u64 = 1_800_000_000;

fn tokens_at(now: &Arc<AtomicU64>) -> Tokens {
    let now = Arc::clone(now);
    Tokens::new(&KEY, 100, Clock::new(move || now.load(Ordering::SeqCst)))
}

fn tokens() -> (Tokens, Arc<AtomicU64>) {
    let now = Arc::new(AtomicU64::new(NOW * 1_000));
    (tokens_at(&now), now)
}

#[test]
fn a_token_dies_at_its_exp() {
    let (tokens, now) = tokens();
    let token = tokens.issue("a@example.com").unwrap();
    assert_eq!(tokens.verify(&token).unwrap().sub, "a@example.com");
    now.store((NOW + 100) * 1_000 - 1, Ordering::SeqCst);
    assert!(tokens.verify(&token).is_some());
    now.store((NOW + 100) * 1_000, Ordering::SeqCst);
    assert!(tokens.verify(&token).is_none());
}

#[test]
fn only_our_key_our_algorithm_and_our_claims_are_taken() {
    let (tokens, _) = tokens();
    let ours = tokens.issue("a@example.com").unwrap();
    let claims = json!({ "sub": "a@example.com", "tokenId": tokens.id().unwrap(), "iat": NOW, "exp": NOW + 100 });
    let made = |algorithm, claims: &serde_json::Value, key: &[u8]| {
        jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).unwrap()
    };
    assert!(tokens.verify(&made(Algorithm::HS256, &claims, &KEY)).is_some(), "the control");

    assert!(tokens.verify(&made(Algorithm::HS256, &claims, &[8; 32])).is_none(), "another key");
    assert!(tokens.verify(&made(Algorithm::HS512, &claims, &KEY)).is_none(), "another algorithm");
    for (member, value) in [
        ("tokenId", json!("none")),
        ("tokenId", json!(null)),
        ("exp", json!("1900000000")),
        ("exp", json!(-1)),
        ("exp", json!(null)),
        ("sub", json!(1)),
        ("role", json!("admin")),
    ] {
        let mut claims = claims.clone();
        claims[member] = value;
        assert!(tokens.verify(&made(Algorithm::HS256, &claims, &KEY)).is_none(), "{member}: {}", claims[member]);
    }

    // {"alg":"none","typ":"JWT"}
    let (_, rest) = ours.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    for forged in [
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}."),
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{rest}"),
        format!("{ours}x"),
        ours.replace('.', ""),
        String::new(),
        "..".to_owned(),
    ] {
        assert!(tokens.verify(&forged).is_none(), "{forged}");
    }
}

#[test]
fn a_sign_out_ends_all_tokens_of_the_user_and_no_others() {
    let (tokens, _) = tokens();
    let ana = [tokens.issue("a@example.com").unwrap(), tokens.issue("a@example.com").unwrap()];
    let zoe = tokens.issue("z@example.com").unwrap();
    tokens.sign_out("a@example.com");
    // The clock stands still: it is the order that counts, not the second.
    let again = tokens.issue("a@example.com").unwrap();
    assert!(ana.iter().all(|token| tokens.verify(token).is_none()));
    assert!(tokens.verify(&zoe).is_some());
    assert!(tokens.verify(&again).is_some());
}

#[test]
fn a_sign_out_ends_also_what_an_earlier_process_issued() {
    let (before, now) = tokens();
    let old = before.issue("a@example.com").unwrap();
    now.fetch_add(1, Ordering::SeqCst);
    let after = tokens_at(&now);
    assert!(after.verify(&old).is_some(), "a restart with the same key signs nobody out");
    after.sign_out("a@example.com");
    assert!(after.verify(&old).is_none());
}

#[test]
fn ids_are_uuids_in_the_order_of_their_making() {
    let (tokens, now) = tokens();
    let mut last = 0;
    for step in 0..10_000 {
        if step == 5_000 {
            now.fetch_sub(60_000, Ordering::SeqCst);
        }
        let id = tokens.id().unwrap();
        let stamp = stamp_of(&id).unwrap();
        assert!(stamp > last, "{id}");
        last = stamp;
        let bytes = id.as_bytes();
        assert_eq!(id.len(), 36);
        assert!([8, 13, 18, 23].iter().all(|at| bytes[*at] == b'-'), "{id}");
        assert!(bytes[14] == b'7' && b"89ab".contains(&bytes[19]), "{id}");
    }
}
