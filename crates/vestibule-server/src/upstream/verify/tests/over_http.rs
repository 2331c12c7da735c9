//! The API's keys over the network, by the same client as its other calls.

use std::sync::Arc;

use scripted_upstream::{Answer, ScriptedUpstream};
use serde_json::json;

use super::super::signing::{ED25519, claims_at, jwk, key_set, token};
use super::Algorithm;
use crate::clock::{Clock, SystemClock};
use crate::config::Messages;
use crate::upstream::fake::{ana, checked};
use crate::upstream::{Away, Call, HttpTransport, SignInError, SignedIn, Upstream};

async fn sign_in(api: &ScriptedUpstream) -> Result<SignedIn, SignInError> {
    let url = api.url();
    let text = format!(
        "base_url = '{url}'\nheaders = {{ 'X-Api-Key' = 'canary-key' }}\n\
         token.verify = {{ jwks_url = '{url}/.well-known/jwks.json?v=1' }}"
    );
    let contract = checked(&text, true).unwrap();
    let transport = Arc::new(HttpTransport::new(&contract).unwrap());
    Upstream::new(contract, transport, Arc::new(SystemClock), Messages::Neutral).sign_in(&ana()).await
}

async fn api() -> ScriptedUpstream {
    let api = ScriptedUpstream::start().await;
    let token = token(Algorithm::EdDsa, Some("ed"), &claims_at(SystemClock.now().as_unix()));
    api.on("POST", "/sign-in", Answer::json(200, json!({ "accessToken": token })));
    api.on("GET", "/me", Answer::json(200, json!({ "email": "ana@example.com" })));
    api
}

/// TK-04, TK-05
#[tokio::test]
async fn a_sign_in_verifies_the_token_by_the_keys_that_the_api_publishes() {
    let api = api().await;
    api.on("GET", "/.well-known/jwks.json", Answer::json(200, key_set(&[jwk(ED25519, "ed")])));
    let signed_in = sign_in(&api).await.unwrap();
    assert_eq!(signed_in.claims.unwrap().get("role"), Some(&json!("admin")));
    let asked = api.requests_to("/.well-known/jwks.json");
    assert_eq!((asked.len(), asked[0].query()), (1, Some("v=1")));
    // The keys may be somebody else's to publish: nothing that is for the API goes there.
    assert_eq!((asked[0].header("x-api-key"), asked[0].header("authorization")), (None, None));
}

/// UP-06, fault 10: no redirect is followed, and no password is posted for a token that nobody could verify.
#[tokio::test]
async fn keys_that_are_elsewhere_or_too_large_are_none() {
    let spaces = " ".repeat(65 * 1_024);
    let set = key_set(&[jwk(ED25519, "ed")]).to_string();
    for answer in [
        Answer::status(302).header("Location", "/keys"),
        Answer::status(500),
        Answer::json(200, json!({ "keys": [] })),
        Answer::text(200, "application/json", format!("{set}{spaces}")),
        Answer::text(200, "text/html", "<h1>canary</h1>"),
    ] {
        let api = api().await;
        api.on("GET", "/keys", Answer::json(200, key_set(&[jwk(ED25519, "ed")])));
        api.on("GET", "/.well-known/jwks.json", answer);
        let error = sign_in(&api).await.unwrap_err();
        assert!(matches!(error, SignInError::ServiceUnavailable { call: Call::Keys, .. }), "{error}");
        assert_eq!(error.code(Messages::Neutral).status(), 503);
        assert!(api.requests_to("/keys").is_empty() && api.requests_to("/sign-in").is_empty());
    }
    let error = sign_in(&api().await).await.unwrap_err();
    assert!(matches!(error, SignInError::ServiceUnavailable { cause: Away::Status(_), .. }), "{error}");
}
