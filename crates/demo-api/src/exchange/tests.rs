use axum::body::{Body, to_bytes};
use axum::http::Request;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Fetch, TrustedIssuer};
use crate::{Clock, DemoApi, Options, router};

const NOW: u64 = 1_800_000_000;
const ISSUER: &str = "https://id.example";
/// For tests, and for nothing else.
const KEY: &[u8] = include_bytes!("tests/key.der");

fn key() -> EncodingKey {
    EncodingKey::from_ec_der(KEY)
}

fn api() -> DemoApi {
    let mut public = Jwk::from_encoding_key(&key(), Algorithm::ES256).unwrap();
    public.common.key_id = Some("k".to_owned());
    let keys = json!({ "keys": [public] }).to_string();
    let fetch = Fetch::new(move |address| {
        let answer = match address.as_str() {
            "https://id.example/.well-known/openid-configuration" => {
                Some(json!({ "issuer": ISSUER, "jwks_uri": "https://id.example/jwks" }).to_string())
            }
            "https://id.example/jwks" => Some(keys.clone()),
            _ => None,
        };
        async move { answer }
    });
    let issuers = vec![TrustedIssuer { issuer: ISSUER.to_owned(), audience: "the-client".to_owned() }];
    let clock = Clock::new(|| NOW * 1_000);
    DemoApi::new(Options { issuers, fetch: Some(fetch), clock, ..Options::default() }).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "the-client", "sub": "7", "exp": NOW + 60, "iat": NOW,
        "email": "ana@example.com", "name": "Ana of the directory",
    })
}

fn token(claims: &Value) -> String {
    let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::ES256) };
    jsonwebtoken::encode(&header, claims, &key()).unwrap()
}

async fn send(api: &DemoApi, request: Request<Body>) -> (u16, Value) {
    let response = router(api.clone()).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap())
}

async fn exchange(api: &DemoApi, token: &str) -> (u16, Value) {
    let request = Request::post("/auth/exchange").header("content-type", "application/json");
    send(api, request.body(Body::from(json!({ "idToken": token }).to_string())).unwrap()).await
}

#[tokio::test]
async fn whoever_comes_with_a_provider_has_an_account_by_issuer_and_subject() {
    let api = api();
    let (status, first) = exchange(&api, &token(&claims())).await;
    assert_eq!((status, first["user"]["displayName"].as_str()), (201, Some("Ana of the directory")));
    // Not the account with this address: that is another person's, for all that anybody knows.
    assert_ne!(first["user"]["id"], "cfca63a5-f804-4b23-a402-3eceee6e0f25");
    let me = Request::get("/api/v1/users/me")
        .header("authorization", format!("Bearer {}", first["accessToken"].as_str().unwrap()));
    let (status, me) = send(&api, me.body(Body::empty()).unwrap()).await;
    assert_eq!((status, &me["data"]["id"]), (200, &first["user"]["id"]));
    // The same person comes again, and another one.
    let mut other = claims();
    other["sub"] = "8".into();
    assert_eq!(exchange(&api, &token(&claims())).await.1["user"]["id"], first["user"]["id"]);
    assert_ne!(exchange(&api, &token(&other)).await.1["user"]["id"], first["user"]["id"]);
}

#[tokio::test]
async fn nobody_comes_by_a_token_that_is_not_for_here() {
    let api = api();
    let changed = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        token(&claims)
    };
    let good = token(&claims());
    let (message, _) = good.rsplit_once('.').unwrap();
    let secret = EncodingKey::from_secret(KEY);
    let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::HS256) };
    for token in [
        changed("iss", "https://evil.example".into()),
        changed("aud", "another".into()),
        changed("exp", (NOW - 60).into()),
        changed("exp", Value::Null),
        changed("sub", 7.into()),
        jsonwebtoken::encode(&header, &claims(), &secret).unwrap(),
        format!("{message}."),
        format!("{message}.AAAA"),
        String::new(),
    ] {
        assert_eq!(exchange(&api, &token).await.0, 401, "{token}");
    }
    let nobody_trusted = DemoApi::new(Options::default()).unwrap();
    assert_eq!(exchange(&nobody_trusted, &good).await.0, 401);
}
