//! `[providers.exchange]`: the session is the API's own, whatever the way in.

use serde_json::{Value, json};

use crate::fixture::{App, json_answer};
use crate::providers::fixture::{Browser, Idp};

const EXCHANGE: &str = "[[providers]]\nid = 'id'\nname = 'Example'\nkind = 'oidc'\nissuer = 'https://id.example'\n\
    client_id = 'the-client'\nclient_secret = 'canary-client-secret'\nscopes = ['openid']\n\
    [providers.exchange]\npath = '/sign-in/provider'\n";

/// An API that takes what `takes` says, and the application in front of it.
fn app(exchange: &str, answer: (u16, Value)) -> (App, std::sync::Arc<Idp>) {
    let (app, idp) = Idp::of(App::new(&format!("{EXCHANGE}{exchange}")));
    let provider = std::sync::Arc::clone(&idp);
    app.script(move |request| match (request.uri().host().unwrap(), request.uri().path()) {
        ("api.example", "/sign-in/provider") => json_answer(answer.0, &answer.1),
        ("api.example", "/me") => {
            json_answer(200, &json!({ "id": 42, "email": "ana@example.com", "displayName": "Ana of the API" }))
        }
        _ => provider.answer(request),
    });
    (app, idp)
}

fn sent(app: &App) -> Value {
    let requests = app.upstream.requests.lock().unwrap();
    let request = requests.iter().find(|request| request.uri().path() == "/sign-in/provider").unwrap();
    serde_json::from_slice(request.body()).unwrap()
}

async fn outcome(app: &App, idp: &Idp) -> (Browser, String) {
    let mut browser = Browser::default();
    let address = browser.leave(app, "id", "/desk").await;
    let landed = browser.arrive(app, "id", &idp.visit(&address)).await;
    (browser, landed)
}

#[tokio::test]
async fn the_api_takes_the_id_token_and_its_own_token_is_the_session_s() {
    let body = "body = { '/idToken' = '{id_token}', '/provider' = '{provider}' }";
    let (app, idp) = app(body, (200, json!({ "accessToken": "canary-of-the-api" })));
    let (browser, landed) = outcome(&app, &idp).await;
    assert_eq!(landed, "/desk");
    let session = browser.session(&app).await;
    assert_eq!((&session["accessToken"], &session["user"]["id"]), (&json!("canary-of-the-api"), &json!(42)));
    assert_eq!(session["user"]["name"], "Ana of the API");
    assert_eq!(session["user"].get("emailVerified"), None, "the API's users are its own");
    let sent = sent(&app);
    assert!(sent["idToken"].as_str().unwrap().starts_with("eyJ") && sent["provider"] == "id", "{sent}");
}

/// The profile is the answer's, where that has one.
#[tokio::test]
async fn the_profile_may_stand_in_the_answer() {
    let more = "body = { '/token' = '{access_token}' }\ntoken = '/jwt'\nrefresh_token = '/refresh'\nuser = '/person'";
    let answer =
        json!({ "jwt": "canary-of-the-api", "refresh": "canary-refresh", "person": { "id": 9, "displayName": "Zoe" } });
    let (app, idp) = app(more, (200, answer));
    let (browser, _) = outcome(&app, &idp).await;
    assert_eq!(browser.session(&app).await["user"], json!({ "id": 9, "displayName": "Zoe", "name": "Zoe" }));
    let asked = app
        .upstream
        .requests
        .lock()
        .unwrap()
        .iter()
        .filter(|request| request.uri().host() == Some("api.example") && request.uri().path() == "/me")
        .count();
    assert_eq!((asked, sent(&app)), (0, json!({ "token": "canary-access-1" })));
}

/// Where the API redeems the code, nobody else does: a code is good once.
#[tokio::test]
async fn the_api_may_redeem_the_code_itself() {
    let body = "body = { '/code' = '{code}', '/verifier' = '{code_verifier}', '/redirectUri' = '{redirect_uri}' }";
    let (app, idp) = app(body, (200, json!({ "accessToken": "canary-of-the-api" })));
    let (browser, _) = outcome(&app, &idp).await;
    assert_eq!(browser.session(&app).await["accessToken"], "canary-of-the-api");
    let sent = sent(&app);
    assert_eq!(sent["code"], "canary-code-0");
    assert_eq!(sent["verifier"].as_str().unwrap().len(), 43);
    assert_eq!(sent["redirectUri"], "https://app.example/auth/callback/id");
    assert_eq!(app.upstream.count("/token"), 0);
}

#[tokio::test]
async fn an_api_that_does_not_take_the_person_says_why() {
    for (status, reason) in
        [(401, "denied"), (403, "denied"), (409, "error"), (429, "unavailable"), (500, "unavailable"), (200, "error")]
    {
        let (app, idp) = app("body = { '/idToken' = '{id_token}' }", (status, json!({ "message": "canary: no" })));
        let (browser, landed) = outcome(&app, &idp).await;
        assert_eq!(landed, format!("/login?callbackUrl=%2Fdesk&reason={reason}"), "{status}");
        assert_eq!(browser.session(&app).await, Value::Null);
    }
}

/// The profile is the API's to say, and the provider need not be asked; no more is asked of a person than is used.
#[tokio::test]
async fn with_an_exchange_the_provider_says_who_it_is_and_no_more() {
    let (app, idp) = app(
        "body = { '/idToken' = '{id_token}', '/nonce' = '{nonce}' }",
        (200, json!({ "accessToken": "canary-of-the-api" })),
    );
    idp.instead.lock().unwrap().insert("/me", json_answer(500, &json!({})));
    let (browser, landed) = outcome(&app, &idp).await;
    assert_eq!(landed, "/desk");
    assert_eq!(browser.session(&app).await["user"]["name"], "Ana of the API");
    assert_eq!(sent(&app)["nonce"].as_str().unwrap().len(), 22);
    assert_eq!(app.upstream.count("/revoke"), 0, "the API may need it");
}

/// What no session begins with is dead, here and there.
#[tokio::test]
async fn where_the_exchange_comes_to_nothing_all_tokens_are_given_back() {
    let (app, idp) = app(
        "body = { '/idToken' = '{id_token}' }\n[upstream.sign_out]\npath = '/sign-out'\n",
        (200, json!({ "accessToken": "canary-of-the-api" })),
    );
    let provider = std::sync::Arc::clone(&idp);
    app.script(move |request| match (request.uri().host().unwrap(), request.uri().path()) {
        ("api.example", "/sign-in/provider") => json_answer(200, &json!({ "accessToken": "canary-of-the-api" })),
        ("api.example", "/me") => json_answer(500, &json!({})),
        ("api.example", _) => json_answer(204, &json!({})),
        _ => provider.answer(request),
    });
    let (_, landed) = outcome(&app, &idp).await;
    assert_eq!(landed, "/login?callbackUrl=%2Fdesk&reason=unavailable");
    app.upstream.called("/sign-out", 1).await;
    app.upstream.called("/revoke", 1).await;
}

/// Pages cannot make the exchange themselves: its answer has a refresh token.
#[tokio::test]
async fn no_page_calls_the_exchange_through_the_proxy() {
    let (app, _) = app("body = { '/idToken' = '{id_token}' }", (200, json!({ "accessToken": "canary" })));
    let cookies = app.cookies_of("ana").await;
    assert_eq!(app.post("/upstream/sign-in/provider", &cookies, "{}").await.status(), 404);
    assert_eq!(app.upstream.count("/sign-in/provider"), 0);
}

/// OA-05: an authorization server is never sent a password, whatever people type here.
#[tokio::test]
async fn no_password_goes_to_a_provider() {
    let (app, _) = app("body = { '/idToken' = '{id_token}' }", (200, json!({})));
    let _ = app.sign_in_as("ana", "").await;
    let requests = app.upstream.requests.lock().unwrap();
    for request in requests.iter().filter(|request| request.uri().host() != Some("api.example")) {
        assert!(!String::from_utf8_lossy(request.body()).contains("password"));
    }
}
