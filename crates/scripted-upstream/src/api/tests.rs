use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Api, Moods, PASSWORD, Tally};
use crate::ScriptedUpstream;

async fn ask(upstream: &ScriptedUpstream, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n");
    let mut client = TcpStream::connect(upstream.address()).await.unwrap();
    client.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

async fn sign_in(upstream: &ScriptedUpstream) -> Value {
    ask(upstream, "POST", "/sign-in", "", &json!({ "username": "ana", "password": PASSWORD })).await.1
}

async fn refresh(upstream: &ScriptedUpstream, tokens: &Value) -> (u16, Value) {
    ask(upstream, "POST", "/refresh", "", &json!({ "refresh_token": tokens["refreshToken"] })).await
}

async fn me(upstream: &ScriptedUpstream, tokens: &Value) -> u16 {
    ask(upstream, "GET", "/me", tokens["accessToken"].as_str().unwrap(), &Value::Null).await.0
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_second_use_ends_the_family() {
    let upstream = ScriptedUpstream::start().await;
    let api = Api::on(&upstream, Moods::default());
    let first = sign_in(&upstream).await;
    let (status, second) = refresh(&upstream, &first).await;
    assert_eq!((status, me(&upstream, &second).await, me(&upstream, &first).await), (200, 200, 401));
    assert_eq!(refresh(&upstream, &first).await.0, 400);
    assert_eq!(me(&upstream, &second).await, 401, "the whole family is dead");
    assert_eq!(refresh(&upstream, &second).await.0, 400);
    assert_eq!(api.tally(), Tally { sign_ins: 1, refreshes: 1, reuses: 1, failures: 0 });
}

#[tokio::test]
async fn its_clock_is_its_own() {
    let upstream = ScriptedUpstream::start().await;
    let api = Api::on(&upstream, Moods::default());
    let tokens = sign_in(&upstream).await;
    assert_eq!(me(&upstream, &tokens).await, 200);
    api.set(Moods { ahead: 301, ..api.moods() });
    assert_eq!(me(&upstream, &tokens).await, 401);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_a_sign_out_ends() {
    let upstream = ScriptedUpstream::start().await;
    let _api = Api::on(&upstream, Moods::default());
    let wrong = json!({ "username": "ana", "password": "wrong" });
    assert_eq!(ask(&upstream, "POST", "/sign-in", "", &wrong).await.0, 401);
    let tokens = sign_in(&upstream).await;
    ask(&upstream, "POST", "/sign-out", tokens["accessToken"].as_str().unwrap(), &Value::Null).await;
    assert_eq!((me(&upstream, &tokens).await, refresh(&upstream, &tokens).await.0), (401, 400));
}
