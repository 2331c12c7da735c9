use std::time::Duration;

use serde_json::json;
use vestibule_core::AccessToken;

use crate::config::Messages;
use crate::secret::RefreshToken;
use crate::upstream::fake::{Answer, Rig, answer, contract, json_answer, lines};
use crate::upstream::{SignOutError, Tokens, TransportError};

fn tokens() -> Tokens {
    Tokens {
        access_token: AccessToken::new("access"),
        refresh_token: Some(RefreshToken::new("refresh")),
        user_id: Some(json!(7)),
    }
}

async fn told(toml: &str, given: Answer) -> (Result<(), SignOutError>, Rig) {
    let rig = Rig::new(contract(toml), Messages::Neutral, [given]);
    (rig.upstream.sign_out(&tokens()).await, rig)
}

#[tokio::test]
async fn the_upstream_is_told_once_and_for_two_seconds_at_most() {
    let (result, rig) = told("sign_out = {}", answer(201, &[], "")).await;
    assert_eq!(result, Ok(()));
    assert_eq!(lines(&rig.requests()[0]), ["POST https://api.example/sign-out", "authorization: Bearer access"]);
    assert_eq!(rig.deadlines(), [Duration::from_secs(2)]);
    let (_, rig) = told("timeout = '500ms'\nsign_out = {}", answer(201, &[], "")).await;
    assert_eq!(rig.deadlines(), [Duration::from_millis(500)]);
}

#[tokio::test]
async fn tokens_and_user_id_can_be_sent() {
    let toml =
        "sign_out = { method = 'DELETE', path = '/sessions/{user_id}', body = { '/t' = '{refresh}' }, auth = false }";
    let (_, rig) = told(toml, answer(200, &[], "")).await;
    assert_eq!(
        lines(&rig.requests()[0]),
        ["DELETE https://api.example/sessions/7", "content-type: application/json", r#"{"t":"refresh"}"#,]
    );
}

#[tokio::test]
async fn without_a_table_the_upstream_hears_nothing() {
    let rig = Rig::new(contract(""), Messages::Neutral, []);
    assert_eq!(rig.upstream.sign_out(&tokens()).await, Ok(()));
    assert!(rig.requests().is_empty());
}

#[tokio::test]
async fn a_refusal_is_for_the_log() {
    for status in [401, 500] {
        let (result, _) = told("sign_out = {}", json_answer(status, json!({}))).await;
        assert_eq!(result, Err(SignOutError::Status(status)));
    }
    let (result, _) = told("sign_out = {}", Err(TransportError::Timeout)).await;
    assert_eq!(result, Err(SignOutError::Transport(TransportError::Timeout)));
}
