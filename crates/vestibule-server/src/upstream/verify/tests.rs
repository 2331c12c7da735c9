mod forged;
mod over_http;

use serde_json::{Value, json};

use super::signing::{AUDIENCE, ED25519, ISSUER, P256, P384, RSA, SECRET, claims, der, jwk, key_set, raw, token};
use super::{Algorithm, Claims, NotVerified, Unverified};
use crate::config::Messages;
use crate::upstream::fake::{Answer, NOW, Rig, contract, json_answer};

/// An upstream with these keys of `upstream.token.verify`.
fn rig(verify: &str, answers: Vec<Answer>) -> Rig {
    Rig::new(contract(&format!("token.verify = {{ {verify} }}")), Messages::Neutral, answers)
}

/// One whose key set has a key of every kind, for any algorithm but the HMACs.
fn with_keys(verify: &str) -> Rig {
    let keys = [jwk(RSA, "r1"), jwk(P256, "p256"), jwk(P384, "p384"), jwk(ED25519, "ed")];
    rig(&format!("jwks_url = 'https://api.example/jwks'{verify}"), vec![json_answer(200, key_set(&keys))])
}

async fn verified(rig: &Rig, token: &str) -> Result<Claims, NotVerified> {
    rig.upstream.verified(token).await.map(Option::unwrap)
}

async fn refused(rig: &Rig, token: &str) -> Unverified {
    match verified(rig, token).await.unwrap_err() {
        NotVerified::Token(why) => why,
        NotVerified::Keys(away) => panic!("{away}"),
    }
}

fn quoted(algorithms: &[Algorithm]) -> String {
    let names: Vec<_> = algorithms.iter().map(|algorithm| format!("'{algorithm}'")).collect();
    format!("algorithms = [{}]", names.join(", "))
}

/// TK-04: each algorithm verifies with its own kind of key, and with no other, from a file and from a key set.
#[tokio::test]
async fn every_algorithm_verifies_what_it_signed_and_nothing_else() {
    let public = &Algorithm::ALL[3..];
    let set = with_keys(&format!(", {}", quoted(public)));
    for algorithm in Algorithm::ALL {
        let good = token(algorithm, None, &claims());
        let (message, _) = good.rsplit_once('.').unwrap();
        let file = match algorithm.kind() {
            super::KeyKind::Secret => format!("secret = '{SECRET}'"),
            super::KeyKind::Rsa => format!("public_key = '''{RSA}'''"),
            super::KeyKind::P256 => format!("public_key = '''{P256}'''"),
            super::KeyKind::P384 => format!("public_key = '''{P384}'''"),
            super::KeyKind::Ed25519 => format!("public_key = '''{ED25519}'''"),
        };
        let file = rig(&format!("{file}, {}", quoted(&[algorithm])), vec![]);
        assert_eq!(verified(&file, &good).await.unwrap().subject().as_deref(), Some("7"), "{algorithm}");
        if public.contains(&algorithm) {
            verified(&set, &good).await.unwrap();
        }
        for other in Algorithm::ALL {
            let signature = super::signing::encoded(super::signing::sign(other, message.as_bytes()));
            let is_same =
                other == algorithm || (other.kind(), algorithm.kind()) == (super::KeyKind::Ed25519, other.kind());
            let outcome = verified(&file, &format!("{message}.{signature}")).await;
            assert_eq!(outcome.is_ok(), is_same, "{algorithm} signed as {other}");
        }
    }
    assert_eq!(set.requests().len(), 1, "the set is fetched once");
}

/// TK-04: what another library signs verifies here.
#[tokio::test]
async fn tokens_of_another_library_verify() {
    use jsonwebtoken::{EncodingKey, Header, encode};

    let set = with_keys(", algorithms = ['ES256', 'ES384', 'EdDSA']");
    let keys = [
        (jsonwebtoken::Algorithm::ES256, "p256", include_str!("keys/p256.pem")),
        (jsonwebtoken::Algorithm::ES384, "p384", include_str!("keys/p384.pem")),
        (jsonwebtoken::Algorithm::EdDSA, "ed", include_str!("keys/ed.pem")),
    ];
    for (algorithm, kid, pem) in keys {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) };
        let key = match algorithm {
            jsonwebtoken::Algorithm::EdDSA => EncodingKey::from_ed_der(&der(pem)),
            _ => EncodingKey::from_ec_der(&der(pem)),
        };
        verified(&set, &encode(&header, &claims(), &key).unwrap()).await.unwrap();
    }
    let secret = rig(&format!("secret = '{SECRET}'"), vec![]);
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let good = encode(&Header::new(jsonwebtoken::Algorithm::HS256), &claims(), &key).unwrap();
    verified(&secret, &good).await.unwrap();
}

/// TK-04: issuer and audience are compared exactly, where they are configured.
#[tokio::test]
async fn issuer_and_audience_are_exact() {
    let strict = rig(&format!("secret = '{SECRET}', issuer = '{ISSUER}', audience = '{AUDIENCE}'"), vec![]);
    let of = |iss: Value, aud: Value| {
        let mut claims = claims();
        (claims["iss"], claims["aud"]) = (iss, aud);
        token(Algorithm::Hs256, None, &claims)
    };
    for aud in [json!(AUDIENCE), json!([AUDIENCE]), json!(["another", AUDIENCE])] {
        verified(&strict, &of(json!(ISSUER), aud)).await.unwrap();
    }
    for iss in [json!("https://api.example/"), json!("HTTPS://api.example"), json!([ISSUER]), json!(null), json!("")] {
        assert_eq!(refused(&strict, &of(iss, json!(AUDIENCE))).await, Unverified::Issuer);
    }
    for aud in [
        json!("another"),
        json!("the-application2"),
        json!("the-applicatio"),
        json!([]),
        json!([7, AUDIENCE]),
        json!([["the-application"]]),
        json!({ "the-application": true }),
        json!(null),
    ] {
        assert_eq!(refused(&strict, &of(json!(ISSUER), aud)).await, Unverified::Audience);
    }
    let silent = token(Algorithm::Hs256, None, &json!({ "sub": "7" }));
    assert_eq!(refused(&strict, &silent).await, Unverified::Issuer);
    verified(&rig(&format!("secret = '{SECRET}'"), vec![]), &silent).await.unwrap();
}

/// TK-04
#[tokio::test]
async fn a_type_is_that_of_an_access_token_or_the_one_configured() {
    let any = rig(&format!("secret = '{SECRET}'"), vec![]);
    let own = rig(&format!("secret = '{SECRET}', typ = 'at+jwt'"), vec![]);
    let of = |typ: &str| raw(&format!(r#"{{"alg":"HS256"{typ}}}"#), &claims().to_string(), Algorithm::Hs256);
    for (typ, passes_any, passes_own) in [
        ("", true, false),
        (r#","typ":"JWT""#, true, false),
        (r#","typ":"jwt""#, true, false),
        (r#","typ":"at+jwt""#, true, true),
        (r#","typ":"application/at+jwt""#, true, true),
        (r#","typ":"logout+jwt""#, false, false),
        (r#","typ":"secevent+jwt""#, false, false),
        (r#","typ":"""#, false, false),
        (r#","typ":"at+jwt2""#, false, false),
    ] {
        for (rig, passes) in [(&any, passes_any), (&own, passes_own)] {
            match verified(rig, &of(typ)).await {
                Ok(_) => assert!(passes, "{typ}"),
                Err(why) => assert_eq!((passes, why), (false, Unverified::Type.into()), "{typ}"),
            }
        }
    }
}

/// TK-03, fault 19: a clock that is off by less than a minute harms nobody.
#[tokio::test]
async fn times_are_taken_with_a_minute_of_skew() {
    let rig = rig(&format!("secret = '{SECRET}'"), vec![]);
    let of = |name: &str, value: Value| token(Algorithm::Hs256, None, &json!({ "sub": "7", name: value }));
    for (name, value, outcome) in [
        ("exp", json!(NOW + 1), None),
        ("exp", json!(NOW - 59), None),
        ("exp", json!(NOW as f64 - 59.0), None),
        ("exp", json!(NOW - 60), Some(Unverified::Expired)),
        ("exp", json!(NOW - 3_600), Some(Unverified::Expired)),
        ("exp", json!(0), Some(Unverified::Expired)),
        ("exp", json!(-1), Some(Unverified::Expired)),
        ("exp", json!("1900000000"), Some(Unverified::Time)),
        ("exp", json!(null), Some(Unverified::Time)),
        ("exp", json!(true), Some(Unverified::Time)),
        ("exp", json!(1e300), Some(Unverified::Time)),
        ("exp", json!(u64::MAX), Some(Unverified::Time)),
        ("nbf", json!(NOW + 60), None),
        ("nbf", json!(NOW + 61), Some(Unverified::NotYet)),
        ("nbf", json!("0"), Some(Unverified::Time)),
        ("iat", json!(NOW + 60), None),
        ("iat", json!(NOW + 3_600), Some(Unverified::NotYet)),
        ("iat", json!(NOW - 1_000_000), None),
    ] {
        let said = format!("{name} {value}");
        match (verified(&rig, &of(name, value)).await, outcome) {
            (Ok(_), None) => {}
            (Err(why), Some(expected)) => assert_eq!(why, expected.into(), "{said}"),
            (outcome, expected) => panic!("{said}: {outcome:?}, not {expected:?}"),
        }
    }
}

/// LG-01
#[tokio::test]
async fn claims_are_given_whole_and_not_shown() {
    let rig = rig(&format!("secret = '{SECRET}'"), vec![]);
    let claims = verified(&rig, &token(Algorithm::Hs256, None, &json!({ "sub": 0, "mail": "canary" }))).await.unwrap();
    assert_eq!((claims.get("mail"), claims.subject().as_deref()), (Some(&json!("canary")), Some("0")));
    assert_eq!(claims.as_object().len(), 2);
    assert!(!format!("{claims:?}{:?}", rig.upstream).contains("canary"));
    assert!(!format!("{:?}", rig.upstream).contains(SECRET));
}

mod remote_keys;
