//! Whatever a provider, another site or another browser says: the right reason, and no session.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::fixture::{App, json_answer};
use crate::providers::fixture::{Browser, ISSUER, Idp};
use crate::upstream::verify_signing::{ED25519, P256, P384, RSA, der, encoded, hs, jwk, raw, token};
use crate::upstream::{Algorithm, TransportError};

/// A way to come back, and what the login page says of it.
struct Lie {
    name: &'static str,
    reason: &'static str,
    /// What the provider does.
    idp: fn(&Idp),
    /// What the browser brings: the query, by what the provider gave.
    brings: fn(&str) -> String,
}

fn as_it_is(query: &str) -> String {
    query.to_owned()
}

fn nothing(_: &Idp) {}

fn claims(idp: &Idp, change: fn(&mut Value)) {
    *idp.claims.lock().unwrap() = Box::new(change);
}

fn signs(idp: &Idp, sign: fn(&Value) -> String) {
    *idp.signs.lock().unwrap() = Box::new(sign);
}

fn with(query: &str, name: &str, value: Option<&str>) -> String {
    let kept = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(key, _)| key != name);
    let more = value.map(|value| (name.to_owned(), value.to_owned()));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(more)).finish()
}

macro_rules! lie {
    ($name:literal, $reason:literal, idp: $idp:expr) => {
        Lie { name: $name, reason: $reason, idp: $idp, brings: as_it_is }
    };
    ($name:literal, $reason:literal, brings: $brings:expr) => {
        Lie { name: $name, reason: $reason, idp: nothing, brings: $brings }
    };
}

fn lies() -> Vec<Lie> {
    vec![
        // What the browser brings.
        lie!("no code and no error", "error", brings: |query| with(query, "code", None)),
        lie!("an empty code", "error", brings: |query| with(query, "code", Some(""))),
        lie!("no state", "error", brings: |query| with(query, "state", None)),
        lie!("another state", "error", brings: |query| with(query, "state", Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))),
        lie!("two states", "error", brings: |query| format!("{query}&state=x")),
        lie!("two codes", "error", brings: |query| format!("{query}&code=x")),
        lie!("a code that nobody gave", "error", brings: |query| with(query, "code", Some("forged"))),
        lie!("the issuer of another provider", "error", brings: |query| with(query, "iss", Some("https://evil.example"))),
        lie!("an issuer with a slash", "error", brings: |query| with(query, "iss", Some("https://id.example/"))),
        lie!("no issuer, of a provider that names it", "error", brings: |query| with(query, "iss", None)),
        lie!("access denied", "cancelled", brings: |query| with(&with(query, "code", None), "error", Some("access_denied"))),
        lie!("denied and a code", "cancelled", brings: |query| with(query, "error", Some("access_denied"))),
        lie!("another error", "error", brings: |query| with(&with(query, "code", None), "error", Some("invalid_scope"))),
        lie!("a busy provider", "unavailable", brings: |query| with(&with(query, "code", None), "error", Some("temporarily_unavailable"))),
        // What the ID token says.
        lie!("another nonce", "error", idp: |idp| claims(idp, |it| it["nonce"] = "another".into())),
        lie!("no nonce", "error", idp: |idp| claims(idp, |it| drop(it.as_object_mut().unwrap().remove("nonce")))),
        lie!("another issuer", "error", idp: |idp| claims(idp, |it| it["iss"] = "https://evil.example".into())),
        lie!("another audience", "error", idp: |idp| claims(idp, |it| it["aud"] = "another-client".into())),
        lie!("two audiences without azp", "error", idp: |idp| claims(idp, |it| it["aud"] = json!(["the-client", "another"]))),
        lie!("another azp", "error", idp: |idp| claims(idp, |it| it["azp"] = "another".into())),
        lie!("another at_hash", "error", idp: |idp| claims(idp, |it| it["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA".into())),
        lie!("an at_hash that is no text", "error", idp: |idp| claims(idp, |it| it["at_hash"] = 7.into())),
        lie!("expired", "error", idp: |idp| claims(idp, |it| it["exp"] = (crate::fixture::NOW - 61).into())),
        lie!("no expiry", "error", idp: |idp| claims(idp, |it| drop(it.as_object_mut().unwrap().remove("exp")))),
        lie!("no issue", "error", idp: |idp| claims(idp, |it| drop(it.as_object_mut().unwrap().remove("iat")))),
        lie!("of the future", "error", idp: |idp| claims(idp, |it| it["iat"] = (crate::fixture::NOW + 120).into())),
        lie!("no subject", "error", idp: |idp| claims(idp, |it| drop(it.as_object_mut().unwrap().remove("sub")))),
        lie!("an empty subject", "error", idp: |idp| claims(idp, |it| it["sub"] = "".into())),
        lie!("another subject than the profile's", "error", idp: |idp| claims(idp, |it| it["sub"] = "8".into())),
        // How it is signed.
        lie!("alg none", "error", idp: |idp| signs(idp, |claims| {
            format!("{}.{}.", encoded(r#"{"alg":"none"}"#), encoded(claims.to_string()))
        })),
        lie!("alg none, with a signature", "error", idp: |idp| signs(idp, |claims| raw(r#"{"alg":"none"}"#, &claims.to_string(), Algorithm::Es256))),
        lie!("HS256 with the client's secret", "error", idp: |idp| signs(idp, |claims| hmac(claims, b"canary-client-secret"))),
        lie!("HS256 with the public key in PEM", "error", idp: |idp| signs(idp, |claims| hmac(claims, P256.as_bytes()))),
        lie!("HS256 with the public key's bytes", "error", idp: |idp| signs(idp, |claims| hmac(claims, &der(P256)))),
        lie!("a key of its own in the header", "error", idp: |idp| signs(idp, |claims| {
            let header = json!({ "alg": "ES384", "jwk": jwk(P384, "own") });
            raw(&header.to_string(), &claims.to_string(), Algorithm::Es384)
        })),
        lie!("a key that is not published", "error", idp: |idp| signs(idp, |claims| token(Algorithm::EdDsa, Some("new"), claims))),
        lie!("the algorithm of another kind of key", "error", idp: |idp| {
            idp.keys.lock().unwrap().push(jwk(RSA, "rsa"));
            signs(idp, |claims| token(Algorithm::Es256, Some("rsa"), claims));
        }),
        lie!("a changed signature", "error", idp: |idp| signs(idp, |claims| {
            let token = token(Algorithm::Es256, Some("key"), claims);
            let at = token.len() - 5;
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            [&token[..at], other, &token[at + 1..]].concat()
        })),
        lie!("an access token in its place", "error", idp: |idp| signs(idp, |claims| {
            raw(r#"{"alg":"ES256","kid":"key","typ":"at+jwt"}"#, &claims.to_string(), Algorithm::Es256)
        })),
        lie!("no ID token", "error", idp: |idp| signs(idp, |_| String::new())),
        lie!("no token at all", "error", idp: |idp| signs(idp, |_| "x".repeat(70_000))),
        // What the endpoints say.
        lie!("no access token", "error", idp: |idp| instead(idp, "/token", 200, json!({ "id_token": "x" }))),
        lie!("an error with status 200", "error", idp: |idp| instead(idp, "/token", 200, json!({ "error": "bad_verification_code" }))),
        lie!("a client that is not known", "error", idp: |idp| instead(idp, "/token", 401, json!({ "error": "invalid_client" }))),
        lie!("a token endpoint that fails", "unavailable", idp: |idp| instead(idp, "/token", 503, json!({}))),
        lie!("a token endpoint that is silent", "unavailable", idp: |idp| {
            idp.instead.lock().unwrap().insert("/token", Err(TransportError::Timeout));
        }),
        lie!("a redirect of the token endpoint", "error", idp: |idp| instead(idp, "/token", 307, json!({}))),
        lie!("a profile of nobody", "error", idp: |idp| instead(idp, "/me", 200, json!({ "name": "Ana" }))),
        lie!("a profile that is away", "unavailable", idp: |idp| instead(idp, "/me", 500, json!({}))),
        lie!("keys that are away", "unavailable", idp: |idp| instead(idp, "/jwks", 500, json!({}))),
    ]
}

fn instead(idp: &Idp, path: &'static str, status: u16, body: Value) {
    idp.instead.lock().unwrap().insert(path, json_answer(status, &body));
}

fn hmac(claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", encoded(r#"{"alg":"HS256","kid":"key"}"#), encoded(claims.to_string()));
    let signature = encoded(hs(ring::hmac::HMAC_SHA256, secret, message.as_bytes()));
    format!("{message}.{signature}")
}

/// OA-01 to OA-04, TK-04: each ends on the login page with its reason; there is no session, and the attempt is used up.
#[tokio::test]
async fn no_lie_begins_a_session() {
    assert!(lies().len() >= 40);
    for lie in lies() {
        let (app, idp) = Idp::with("");
        let mut browser = Browser::default();
        let address = browser.leave(&app, "id", "/desk").await;
        let query = (lie.brings)(&idp.visit(&address));
        (lie.idp)(&idp);
        let landed = browser.arrive(&app, "id", &query).await;
        let reason = landed.split("reason=").nth(1);
        assert_eq!(reason, Some(lie.reason), "{}: {landed}", lie.name);
        assert!(landed.starts_with("/login?"), "{}: {landed}", lie.name);
        assert_eq!(browser.session(&app).await, Value::Null, "{}", lie.name);
    }
}

async fn left(app: &App, idp: &Arc<Idp>) -> (Browser, Url, String) {
    let mut browser = Browser::default();
    let address = browser.leave(app, "id", "/desk").await;
    let query = idp.visit(&address);
    (browser, address, query)
}

/// OA-01, OA-04: an answer is good in the browser that left, once, for the provider that it was sent to, for ten minutes.
#[tokio::test]
async fn an_answer_is_good_where_it_was_asked_for_and_once() {
    let (app, idp) = Idp::with("");
    // In a browser that never left.
    let (mut ours, _, query) = left(&app, &idp).await;
    let mut strangers = Browser::default();
    assert_eq!(strangers.arrive(&app, "id", &query).await, "/login?reason=error");
    // In another browser that left, too: a login of an attacker's does not become the victim's.
    let (mut other, ..) = left(&app, &idp).await;
    assert_eq!(other.arrive(&app, "id", &query).await, "/login?reason=error");
    assert_eq!((strangers.session(&app).await, other.session(&app).await), (Value::Null, Value::Null));
    assert_eq!(idp_calls(&app), 0, "the code was not even sent");
    // At the address of another provider.
    let mut copy = ours.clone();
    assert_eq!(copy.arrive(&app, "other", &query).await, "/login?reason=error");
    // Once.
    let copied = ours.clone();
    assert_eq!(ours.arrive(&app, "id", &query).await, "/desk");
    for mut again in [ours.clone(), copied] {
        assert_eq!(again.arrive(&app, "id", &query).await, "/login?reason=error");
    }
    assert_eq!(idp_calls(&app), 1, "a code is sent once");
    assert_ne!(ours.session(&app).await, Value::Null, "whoever is signed in stays so");
    // For ten minutes.
    let (mut late, _, query) = left(&app, &idp).await;
    app.clock.advance(600);
    assert_eq!(late.arrive(&app, "id", &query).await, "/login?reason=error");
}

fn idp_calls(app: &App) -> usize {
    app.upstream.count("/token")
}

/// An error ends the attempt, too: nobody comes a second time with another answer.
#[tokio::test]
async fn an_answer_that_failed_is_used_up() {
    let (app, idp) = Idp::with("");
    let (mut browser, _, query) = left(&app, &idp).await;
    let copied = browser.clone();
    let denied = with(&with(&query, "code", None), "error", Some("access_denied"));
    assert_eq!(browser.arrive(&app, "id", &denied).await, "/login?callbackUrl=%2Fdesk&reason=cancelled");
    assert!(browser.0.is_empty(), "{:?}", browser.0.keys());
    for mut again in [browser, copied] {
        assert_eq!(again.arrive(&app, "id", &query).await, "/login?reason=error");
    }
}

/// An operator reads what the provider said, and which key to look at.
#[tokio::test]
async fn a_refusal_of_the_token_endpoint_is_in_the_log_with_its_word() {
    let log = crate::fixture::Log::listen();
    let (app, idp) = Idp::with("");
    let (mut browser, _, query) = left(&app, &idp).await;
    instead(&idp, "/token", 401, json!({ "error": "invalid_client" }));
    browser.arrive(&app, "id", &query).await;
    let text = log.text();
    let line = text.lines().find(|line| line.contains("nobody is signed in")).unwrap_or(&text);
    assert!(line.contains("invalid_client") && line.contains("providers[0]") && line.contains("ERROR"), "{line}");
}

/// A client's secret is in the header of the token endpoint's request, and nowhere else.
#[tokio::test]
async fn the_token_endpoint_learns_the_secret_in_a_header() {
    let (app, idp) = Idp::with("");
    let (mut browser, _, query) = left(&app, &idp).await;
    browser.arrive(&app, "id", &query).await;
    let requests = app.upstream.requests.lock().unwrap();
    let sent: Vec<_> = requests.iter().filter(|request| request.uri().path() == "/token").collect();
    let [sent] = sent.as_slice() else { panic!("{}", sent.len()) };
    let basic = STANDARD.encode("the-client:canary-client-secret");
    assert_eq!(sent.headers()["authorization"], format!("Basic {basic}"));
    assert_eq!(sent.headers()["accept"], "application/json");
    let body = String::from_utf8_lossy(sent.body());
    assert!(!body.contains("canary-client-secret") && body.contains("grant_type=authorization_code"), "{body}");
    for request in requests.iter().filter(|request| request.uri().path() != "/token") {
        assert!(!format!("{request:?}").contains("client-secret"));
    }
}

/// TK-05, fault 29: the provider's new key is found without a restart, in mid-flow too; one that it withdrew is forgotten.
#[tokio::test]
async fn a_key_that_is_rotated_in_mid_flow_is_found() {
    let (app, idp) = Idp::with("");
    let (mut first, _, query) = left(&app, &idp).await;
    first.arrive(&app, "id", &query).await;
    let (mut second, _, query) = left(&app, &idp).await;
    app.clock.advance(30);
    *idp.keys.lock().unwrap() = vec![jwk(ED25519, "new")];
    signs(&idp, |claims| token(Algorithm::EdDsa, Some("new"), claims));
    claims(&idp, |it| drop(it.as_object_mut().unwrap().remove("at_hash")));
    assert_eq!(second.arrive(&app, "id", &query).await, "/desk");
    signs(&idp, |claims| token(Algorithm::Es256, Some("key"), claims));
    let (mut third, _, query) = left(&app, &idp).await;
    assert!(third.arrive(&app, "id", &query).await.ends_with("reason=error"));
}

/// OA-02: metadata of another issuer sends nobody anywhere.
#[tokio::test]
async fn metadata_of_another_issuer_sends_nobody_there() {
    let (app, idp) = Idp::with("");
    *idp.metadata.lock().unwrap() = Box::new(|metadata| metadata["issuer"] = "https://evil.example".into());
    let request = http::Request::post("/auth/sign-in/id").header("origin", crate::fixture::ORIGIN);
    let response = app.send(request, "").await;
    assert_eq!(response.headers()["location"], "/login?reason=unavailable");
    assert_eq!(ISSUER, "https://id.example");
}
