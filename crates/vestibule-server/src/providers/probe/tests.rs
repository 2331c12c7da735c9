use std::sync::Arc;

use serde_json::json;

use super::probe;
use crate::fixture::{App, json_answer};
use crate::providers::fixture::Idp;

async fn lines(app: &App) -> (bool, Vec<String>) {
    let (provider, url) = (&app.vestibule.config().providers[0], &app.vestibule.config().server.public_url);
    let (transport, clock) = (app.vestibule.upstream().transport(), Arc::new(app.clock.clone()));
    let mut said = Vec::new();
    let is_well = probe(provider, url, transport, clock, &mut |finding| said.push(finding.to_string())).await;
    assert!(!said.join("").contains("canary"), "{said:?}");
    (is_well, said)
}

const REGISTERED: &str = "ok    providers[0].id: to be registered there: https://app.example/auth/callback/id";

#[tokio::test]
async fn a_provider_that_knows_the_client_is_well() {
    let (app, _idp) = Idp::with("");
    let (is_well, said) = lines(&app).await;
    assert_eq!(
        said,
        [
            "ok    providers[0].issuer: people sign in at https://id.example",
            "ok    providers[0].issuer: there are keys that ID tokens can be verified by",
            "ok    providers[0].client_id: the token endpoint knows it, and refuses a made-up code: \"invalid_grant\"",
            REGISTERED,
        ]
    );
    assert!(is_well);
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_key() {
    const KEYS: &str = "providers[0].client_id, providers[0].client_secret, providers[0].token_auth";
    for (path, answer, told) in [
        ("/.well-known/openid-configuration", json_answer(404, &json!({})), "mend providers[0].issuer"),
        ("/jwks", json_answer(200, &json!({ "keys": [] })), "mend providers[0].issuer"),
        ("/token", json_answer(401, &json!({ "error": "invalid_client" })), KEYS),
        ("/token", json_answer(200, &json!({ "error": "incorrect_client_credentials" })), KEYS),
        ("/token", json_answer(400, &json!({ "error": "redirect_uri_mismatch" })), "mend providers[0].id"),
        ("/token", json_answer(404, &json!({})), "mend providers[0].token_url"),
        ("/token", json_answer(200, &json!({ "access_token": "canary" })), "a made-up code brings tokens"),
    ] {
        let (app, idp) = Idp::with("");
        idp.instead.lock().unwrap().insert(path, answer);
        let (is_well, said) = lines(&app).await;
        let bad = said.iter().find(|line| line.starts_with("FAIL")).unwrap();
        assert!(!is_well && bad.contains(told), "{said:?}");
    }
}

/// Facebook says it in a sentence: whether that means the client or the code is for the operator to read.
#[tokio::test]
async fn words_that_are_not_known_are_shown_and_not_taken_for_good() {
    let (app, idp) = Idp::with("");
    let answer = json_answer(400, &json!({ "error": { "message": "Error validating client secret." } }));
    idp.instead.lock().unwrap().insert("/token", answer);
    let (is_well, said) = lines(&app).await;
    assert!(
        is_well && said[2].starts_with("note  ") && said[2].contains("Error validating client secret."),
        "{said:?}"
    );
}
