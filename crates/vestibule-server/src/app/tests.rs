use http::StatusCode;
use serde_json::{Value, json};

use super::Vestibule;
use crate::config::Environment;
use crate::fixture::{self, App, Log, body, json_answer, set_cookies};
use crate::upstream::TransportError;

async fn failure(app: &App, form: &str) -> (StatusCode, Value) {
    let response = app.post("/test/sign-in", "", form).await;
    assert!(set_cookies(&response).is_empty(), "no session in any failure");
    (response.status(), serde_json::from_str(&body(response).await).unwrap())
}

/// Fault 11
#[tokio::test]
async fn a_wrong_password_is_401_in_our_own_words() {
    let (status, failure) = failure(&App::new(""), "username=ana&password=canary-wrong").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(failure["code"], "bad_credentials");
    assert!(!failure.to_string().contains("canary"), "neither the password nor the upstream's words: {failure}");
}

#[tokio::test]
async fn empty_required_fields_are_told_at_once_and_the_upstream_is_not_asked() {
    let app = App::new("");
    let (status, failure) = failure(&app, "username=+%E2%80%83&password=").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(failure["fields"].as_object().unwrap().keys().collect::<Vec<_>>(), ["password", "username"]);
    assert!(app.upstream.requests.lock().unwrap().is_empty());
}

/// RL-04
#[tokio::test]
async fn the_identifier_has_one_spelling_and_the_password_is_not_touched() {
    let app = App::new("");
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("username", "\u{2003} Jose\u{301}@Example.com \n")
        .append_pair("password", "  e\u{301} ")
        .append_pair("undeclared", "x")
        .finish();
    let _ = failure(&app, &form).await;
    let requests = app.upstream.requests.lock().unwrap();
    let sent: Value = serde_json::from_slice(requests[0].body()).unwrap();
    assert_eq!(sent, json!({ "username": "Jos\u{e9}@Example.com", "password": "  e\u{301} " }));
}

/// RL-06
#[tokio::test]
async fn a_nul_is_refused_and_never_sent() {
    let app = App::new("");
    for form in ["username=a%00b&password=x", "username=ana&password=x%00y"] {
        assert_eq!(failure(&app, form).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(app.upstream.requests.lock().unwrap().is_empty());
}

/// Faults 1, 3, 5, 14
#[tokio::test]
async fn a_failing_upstream_is_told_from_a_wrong_password() {
    let app = App::new("");
    for (error, status) in [
        (TransportError::Refused, StatusCode::SERVICE_UNAVAILABLE),
        (TransportError::Unresolved, StatusCode::SERVICE_UNAVAILABLE),
        (TransportError::Tls, StatusCode::SERVICE_UNAVAILABLE),
        (TransportError::Timeout, StatusCode::GATEWAY_TIMEOUT),
        (TransportError::Reset, StatusCode::BAD_GATEWAY),
        (TransportError::TooLarge, StatusCode::BAD_GATEWAY),
    ] {
        app.script(move |_| Err(error));
        assert_eq!(failure(&app, "username=ana&password=right").await.0, status);
    }
    for upstream_status in [500, 502, 503, 504] {
        app.script(move |_| json_answer(upstream_status, &json!({})));
        assert_eq!(failure(&app, "username=ana&password=right").await.0, StatusCode::SERVICE_UNAVAILABLE);
    }
}

/// TK-01
#[tokio::test]
async fn what_a_token_claims_decides_nothing() {
    let app = App::new("");
    // {"alg":"none"}.{"sub":"root","email":"root@example.com","role":"admin"}
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290IiwiZW1haWwiOiJyb290QGV4YW1wbGUuY29tIiwicm9sZSI6ImFkbWluIn0.x";
    app.script(move |request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": forged })),
        _ => json_answer(200, &json!({ "id": 7, "email": "ana@example.com", "role": "reader" })),
    });
    let cookies = app.cookies_of("ana").await;
    let session = body(app.get("/auth/session", &cookies).await).await;
    let session: Value = serde_json::from_str(&session).unwrap();
    assert_eq!(session["user"], json!({ "id": 7, "email": "ana@example.com", "role": "reader" }));
}

/// LG-01
#[tokio::test]
async fn debug_of_the_application_shows_no_secret() {
    let app = App::new("");
    let shown = format!("{:?} {:?}", app.vestibule, app.vestibule.config());
    assert!(!shown.contains(&crate::fixture::SECRET[..8]), "{shown}");
}

/// ASVS 7.4.1, 12.3.1: what production does without is said when it starts.
#[tokio::test]
async fn production_is_told_what_a_store_would_do_for_it() {
    let said = |toml: &str, environment: Environment, shared: bool| {
        let app = App::new("");
        let mut config = fixture::config(toml);
        config.environment = environment;
        let parts = Vestibule::builder(config, app.vestibule.upstream().clone(), std::sync::Arc::new(app.clock));
        let log = Log::listen();
        let built = if shared { parts.store(app.store) } else { parts }.build();
        assert!(built.is_ok());
        let text = log.text();
        assert!(!text.contains("canary"), "{text}");
        (text.contains("forgets who signed out"), text.contains("write rediss:// for TLS"))
    };
    let production = Environment::Production;
    assert_eq!(said("", production, false), (true, false));
    assert_eq!(said("store.url = 'rediss://u:canary@store.example'", production, true), (false, false));
    assert_eq!(said("store.url = 'redis://u:canary@store.example'", production, true), (false, true));
    assert_eq!(said("store.url = 'redis://127.0.0.1'", production, true), (false, false));
    assert_eq!(said("", Environment::Development, false), (false, false));
    assert_eq!(said("store.url = 'redis://store.example'", Environment::Development, true), (false, false));
}

#[tokio::test]
async fn development_on_https_is_told_of() {
    for (environment, told) in [(Environment::Development, true), (Environment::Production, false)] {
        let log = Log::listen();
        let mut config = fixture::config("");
        config.environment = environment;
        drop(crate::fixture::App::with(config));
        assert_eq!(log.text().contains("this is development, on https"), told);
    }
}
