//! Sessions whose tokens are verified (`upstream.token.verify`), from sign-in to refresh.

use std::sync::{Arc, Mutex};

use http::StatusCode;
use serde_json::{Value, json};

use super::token as token_of;
use crate::fixture::{App, Log, NOW, body, cookies, json_answer};
use crate::upstream::Algorithm;
use crate::upstream::verify_signing::{AUDIENCE, ED25519, ISSUER, P256, claims_at, jwk, key_set, token};

const VERIFIED: &str = "upstream.refresh.path = '/refresh'\n\
    upstream.token.verify = { jwks_url = 'https://id.example/jwks', algorithms = ['ES256', 'EdDSA'], \
    issuer = 'https://api.example', audience = 'the-application' }\n";
/// Tokens live two hours, and are due in their last minute.
const DUE: i64 = 7_150;

/// An API that rotates its refresh tokens, and gives the access tokens that the test puts in.
#[derive(Default)]
struct Api {
    access: Mutex<String>,
    keys: Mutex<Vec<Value>>,
    keys_are_away: Mutex<bool>,
}

impl Api {
    fn gives(&self, token: String) {
        *self.access.lock().unwrap() = token;
    }

    fn publishes(&self, keys: impl IntoIterator<Item = Value>) {
        *self.keys.lock().unwrap() = keys.into_iter().collect();
    }
}

fn good(at: i64) -> String {
    token(Algorithm::Es256, Some("old"), &claims_at(at))
}

fn app(toml: &str) -> (App, Arc<Api>) {
    let app = App::new(&format!("{VERIFIED}{toml}"));
    let api = Arc::new(Api::default());
    api.gives(good(NOW));
    api.publishes([jwk(P256, "old")]);
    let upstream = Arc::clone(&api);
    app.script(move |request| match request.uri().path() {
        "/sign-in" | "/refresh" => {
            let access = upstream.access.lock().unwrap().clone();
            json_answer(200, &json!({ "accessToken": access, "refreshToken": "canary-refresh" }))
        }
        "/jwks" if *upstream.keys_are_away.lock().unwrap() => json_answer(500, &json!({})),
        "/jwks" => json_answer(200, &key_set(&upstream.keys.lock().unwrap())),
        _ => json_answer(200, &json!({ "displayName": "Ana", "email": "ana@example.com" })),
    });
    (app, api)
}

async fn session(app: &App, cookies: &str) -> Value {
    serde_json::from_str(&body(app.get("/auth/session", cookies).await).await).unwrap()
}

/// TK-01, TK-04: the claims that were verified say who it is, where the profile does not; no claim but that one does
/// anything by itself.
#[tokio::test]
async fn a_verified_token_signs_in_and_is_renewed() {
    let (app, api) = app("");
    let cookies_now = app.cookies_of("ana").await;
    let session = session(&app, &cookies_now).await;
    assert_eq!(session["user"], json!({ "id": "7", "displayName": "Ana", "name": "Ana", "email": "ana@example.com" }));
    assert_eq!(session["expires"], "2027-01-15T10:00:00Z");

    app.clock.advance(DUE);
    let renewed = good(NOW + DUE);
    api.gives(renewed.clone());
    let response = app.get("/test/page", &cookies_now).await;
    let cookies_now = cookies(&response);
    assert_eq!(token_of(&app, &cookies_now).await, renewed);
    assert_eq!((app.upstream.count("/refresh"), app.upstream.count("/jwks")), (1, 2), "the keys were due as well");
}

/// TK-04: 502, one line that says why and where, no session, and no token in the log.
#[tokio::test]
async fn a_token_that_does_not_verify_begins_no_session() {
    let mut other_audience = claims_at(NOW);
    other_audience["aud"] = "another".into();
    for (forged, key, why) in [
        (token(Algorithm::Es256, Some("old"), &other_audience), "upstream.token.verify.audience", "aud"),
        (token(Algorithm::Hs256, Some("old"), &claims_at(NOW)), "upstream.token.verify.algorithms", "HS256"),
        (token(Algorithm::Es384, Some("old"), &claims_at(NOW)), "upstream.token.verify.algorithms", "ES384"),
        (format!("{}=", good(NOW)), "upstream.token.verify", "no signed JWT"),
        (good(NOW - 7_260), "upstream.token.verify: set the clocks", "expired a minute ago"),
        (good(NOW + 61), "upstream.token.verify: set the clocks", "a minute ahead"),
        ("canary-opaque".to_owned(), "upstream.token.verify: remove it", "no signed JWT"),
    ] {
        let (app, api) = app("");
        let log = Log::listen();
        api.gives(forged.clone());
        let response = app.sign_in_as("ana", "").await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY, "{why}");
        assert_eq!(cookies(&response), "");
        assert!(body(response).await.contains("\"unexpected_answer\""));
        let text = log.text();
        let lines: Vec<_> = text.lines().filter(|line| line.contains("ERROR")).collect();
        assert_eq!(lines.len(), 1, "{text}");
        assert!(lines[0].contains(key) && lines[0].contains(why), "{text}");
        assert!(!text.contains(&forged) && !text.contains("eyJ"), "{text}");
        assert_eq!(app.upstream.count("/me"), 0, "a token that is not the API's is not sent anywhere");
    }
}

/// TK-03: at a sign-in the clocks may differ by a minute.
#[tokio::test]
async fn a_clock_that_is_off_by_less_than_a_minute_signs_in() {
    for issued in [NOW - 7_259, NOW + 60] {
        let (app, api) = app("");
        api.gives(good(issued));
        app.cookies_of("ana").await;
    }
}

/// Fault 29: without a good set it is the API that is away: 503, and nobody's password was wrong, or posted.
#[tokio::test]
async fn without_keys_nobody_signs_in_and_nothing_is_spent() {
    let (app, api) = app("");
    *api.keys_are_away.lock().unwrap() = true;
    for _ in 0..3 {
        let response = app.sign_in_as("ana", "").await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(body(response).await.contains("\"service_unavailable\""));
    }
    assert_eq!((app.upstream.count("/jwks"), app.upstream.count("/sign-in")), (1, 0));
    *api.keys_are_away.lock().unwrap() = false;
    app.clock.advance(5);
    app.cookies_of("ana").await;
}

/// TK-08, fault 29: whatever is wrong with a new token or the keys, the session is kept, and the API not pestered.
#[tokio::test]
async fn a_renewed_token_that_does_not_verify_ends_nothing() {
    let at = NOW + DUE;
    let mut another = claims_at(at);
    another["iss"] = "https://evil.example".into();
    for bad in [
        token(Algorithm::Es256, Some("old"), &another),
        token(Algorithm::EdDsa, Some("old"), &claims_at(at)),
        good(at - 7_300),
        "canary-opaque".to_owned(),
    ] {
        let (app, api) = app("");
        let log = Log::listen();
        let cookies_now = app.cookies_of("ana").await;
        app.clock.advance(DUE);
        api.gives(bad.clone());
        for _ in 0..5 {
            assert_eq!(
                token_of(&app, &cookies_now).await,
                good_of(&app, &cookies_now).await,
                "the token that was there"
            );
        }
        assert_eq!(app.upstream.count("/refresh"), 1, "one attempt, then a pause");
        let text = log.text();
        assert!(text.contains("upstream.token.verify") && !text.contains(&bad), "{text}");
        // It recovers by itself.
        app.clock.advance(40);
        api.gives(token(Algorithm::Es256, None, &claims_at(at + 40)));
        let renewed = cookies(&app.get("/test/page", &cookies_now).await);
        assert_eq!(app.upstream.count("/refresh"), 2);
        assert_eq!(session(&app, &renewed).await["user"]["id"], "7");
    }
}

/// TK-08: the refresh token that was sent is spent, however little the new access token is worth. The one that came beside
/// it is kept, in the browser's cookie and for its older copies, and is tried after a pause.
#[tokio::test]
async fn the_refresh_token_beside_a_bad_access_token_is_kept() {
    for bad in [good(NOW + DUE - 7_300), "canary-opaque".to_owned(), "no header\u{7f}".to_owned(), String::new()] {
        let (app, api) = app("");
        let spent = Arc::new(Mutex::new(Vec::new()));
        let (sent, upstream) = (Arc::clone(&spent), Arc::clone(&api));
        app.script(move |request| match request.uri().path() {
            "/jwks" => json_answer(200, &key_set(&upstream.keys.lock().unwrap())),
            "/me" => json_answer(200, &json!({ "displayName": "Ana", "email": "ana@example.com" })),
            "/data" => json_answer(401, &json!({})),
            path => {
                let mut sent = sent.lock().unwrap();
                if path == "/refresh" {
                    let body: Value = serde_json::from_slice(request.body()).unwrap();
                    let token = body["refresh_token"].as_str().unwrap().to_owned();
                    assert!(!sent.contains(&token), "{token} was used twice");
                    sent.push(token);
                }
                let access = upstream.access.lock().unwrap().clone();
                json_answer(200, &json!({ "accessToken": access, "refreshToken": format!("refresh-{}", sent.len()) }))
            }
        });
        let first = app.cookies_of("ana").await;
        let old = good_of(&app, &first).await;
        app.clock.advance(DUE);
        api.gives(bad);
        let second = cookies(&app.get("/test/page", &first).await);
        for _ in 0..3 {
            for cookies in [&first, &second] {
                assert_eq!(token_of(&app, cookies).await, old, "the session is what it was");
            }
        }
        // A call that the API refuses has no other token to try, and ends nothing.
        assert_eq!(app.get("/upstream/data", &second).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(*spent.lock().unwrap(), ["refresh-0"], "one attempt, then a pause");
        app.clock.advance(40);
        let renewed = good(NOW + DUE + 40);
        api.gives(renewed.clone());
        let third = cookies(&app.get("/test/page", &second).await);
        assert_eq!(token_of(&app, &third).await, renewed);
        assert_eq!(*spent.lock().unwrap(), ["refresh-0", "refresh-1"]);
    }
}

/// The token in the record of these cookies.
async fn good_of(app: &App, cookies: &str) -> String {
    app.record_of(cookies).await.access_token.secret().to_owned()
}

/// Fault 29: while there are no keys a refresh token is not spent on a token that nobody could verify.
#[tokio::test]
async fn without_keys_no_refresh_token_is_spent() {
    let (app, api) =
        app("upstream.expiry = { from = 'fixed', max_age = '26h' }\nsession.absolute = '30h'\nsession.idle = '30h'\n");
    let cookies_now = app.cookies_of("ana").await;
    *api.keys_are_away.lock().unwrap() = true;
    // The set of keys was good for a day.
    app.clock.advance(26 * 3_600 - 30);
    for _ in 0..5 {
        assert_ne!(token_of(&app, &cookies_now).await, "none");
    }
    assert_eq!((app.upstream.count("/refresh"), app.upstream.count("/jwks")), (0, 2));
    *api.keys_are_away.lock().unwrap() = false;
    api.gives(good(NOW + 26 * 3_600));
    app.clock.advance(40);
    let renewed = cookies(&app.get("/test/page", &cookies_now).await);
    assert_eq!(token_of(&app, &renewed).await, *api.access.lock().unwrap());
}

/// TK-05: the API has a new key; nobody is signed out, and nothing is restarted.
#[tokio::test]
async fn a_rotation_of_the_apis_keys_goes_unnoticed() {
    let (app, api) = app("");
    let cookies_now = app.cookies_of("ana").await;
    api.publishes([jwk(P256, "old"), jwk(ED25519, "new")]);
    app.clock.advance(60);
    api.gives(token(Algorithm::EdDsa, Some("new"), &claims_at(NOW + 60)));
    app.cookies_of("zoe").await;
    api.publishes([jwk(ED25519, "new")]);
    app.clock.advance(DUE - 60);
    let renewed = token(Algorithm::EdDsa, Some("new"), &claims_at(NOW + DUE));
    api.gives(renewed.clone());
    let response = app.get("/test/page", &cookies_now).await;
    assert_eq!(token_of(&app, &cookies(&response)).await, renewed);
}

/// Fault 26: a verified token of somebody else ends the session.
#[tokio::test]
async fn a_renewed_token_of_somebody_else_ends_the_session() {
    let (app, api) = app("");
    let cookies_now = app.cookies_of("ana").await;
    app.clock.advance(DUE);
    let mut another = claims_at(NOW + DUE);
    another["sub"] = "8".into();
    api.gives(token(Algorithm::Es256, Some("old"), &another));
    assert_eq!(session(&app, &cookies_now).await, Value::Null);
}

/// The claims are there for whoever begins a session of their own.
#[tokio::test]
async fn the_outcome_of_both_calls_has_the_claims() {
    let (app, _) = app("");
    let credentials = crate::upstream::Credentials::new(std::collections::BTreeMap::from([
        ("username".to_owned(), crate::secret::Secret::new("ana")),
        ("password".to_owned(), crate::secret::Secret::new("right")),
    ]));
    let upstream = app.vestibule.upstream();
    let signed_in = upstream.sign_in(&credentials).await.unwrap();
    let claims = signed_in.claims.unwrap();
    assert_eq!((claims.get("iss"), claims.get("aud")), (Some(&json!(ISSUER)), Some(&json!(AUDIENCE))));
    let tokens = crate::upstream::Tokens {
        access_token: signed_in.access_token,
        refresh_token: signed_in.refresh_token,
        user_id: None,
    };
    assert_eq!(upstream.refresh(&tokens).await.unwrap().claims, Some(claims));
}

/// TK-01: without the key a token is opaque, whatever it says and whoever signed it.
#[tokio::test]
async fn without_the_key_there_are_no_claims() {
    let app = App::new("");
    app.script(|request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": good(NOW) })),
        _ => json_answer(200, &json!({ "displayName": "Ana", "email": "ana@example.com", "role": "reader" })),
    });
    let cookies_now = app.cookies_of("ana").await;
    let session = session(&app, &cookies_now).await;
    assert_eq!((&session["user"]["role"], app.upstream.count("/jwks")), (&json!("reader"), 0));
}
