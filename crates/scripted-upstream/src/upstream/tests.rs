use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Answer, Gate, Refusing, ScriptedUpstream};

async fn ask(address: SocketAddr, method: &str, target: &str) -> std::io::Result<String> {
    let mut answer = Vec::new();
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(format!("{method} {target} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await?;
    connection.read_to_end(&mut answer).await?;
    Ok(String::from_utf8(answer).unwrap())
}

async fn status(upstream: &ScriptedUpstream, method: &str, target: &str) -> u16 {
    let answer = ask(upstream.address(), method, target).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn answers_given_once_come_in_order_before_the_one_that_stands() {
    let upstream = ScriptedUpstream::start().await;
    upstream
        .on("GET", "/me", Answer::status(500))
        .on("GET", "/me", Answer::status(200))
        .once("GET", "/me", Answer::status(503))
        .once("GET", "/me", Answer::status(429));
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(status(&upstream, "GET", "/me?x").await);
    }
    assert_eq!(seen, [503, 429, 200, 200]);
    assert!(upstream.unscripted().is_empty());
}

#[tokio::test]
async fn what_nobody_scripted_is_404_and_recorded() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("GET", "/me", Answer::status(200)).once("GET", "/one", Answer::status(200));
    assert_eq!(status(&upstream, "POST", "/me").await, 404);
    assert_eq!(status(&upstream, "GET", "/one").await, 200);
    assert_eq!(status(&upstream, "GET", "/one").await, 404);
    let unscripted: Vec<_> = upstream.unscripted().iter().map(|r| format!("{} {}", r.method(), r.path())).collect();
    assert_eq!(unscripted, ["POST /me", "GET /one"]);
    assert_eq!(upstream.requests().len(), 3);
    assert_eq!(upstream.requests_to("/one").len(), 2);
}

#[tokio::test]
async fn an_answer_may_be_made_from_its_request() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on_request("GET", "/echo", |request| {
        Answer::json(200, json!({ "query": request.query(), "host": request.header("host") }))
    });
    let answer = ask(upstream.address(), "GET", "/echo?q=7").await.unwrap();
    assert!(answer.ends_with(r#"{"host":"x","query":"q=7"}"#), "{answer}");
}

#[tokio::test]
async fn a_gate_holds_an_answer_until_it_opens() {
    let upstream = ScriptedUpstream::start().await;
    let gate = Gate::new();
    upstream.on("GET", "/held", Answer::status(204).held_by(&gate)).on("GET", "/free", Answer::status(200));
    let address = upstream.address();
    let held = tokio::spawn(async move { ask(address, "GET", "/held").await });
    upstream.wait_for(1).await;
    assert_eq!(status(&upstream, "GET", "/free").await, 200, "another connection is not held");
    assert!(!held.is_finished());
    gate.open();
    assert!(held.await.unwrap().unwrap().starts_with("HTTP/1.1 204"));
}

#[tokio::test]
async fn a_reset_comes_after_the_bytes_that_were_asked_for() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("GET", "/cut", Answer::status(200).reset_after(12));
    let mut connection = TcpStream::connect(upstream.address()).await.unwrap();
    connection.write_all(b"GET /cut HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let error = connection.read_to_end(&mut answer).await.unwrap_err();
    assert_eq!((answer.as_slice(), error.kind()), (&b"HTTP/1.1 200"[..], ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn raw_bytes_and_a_short_body_end_with_the_connection() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("GET", "/raw", Answer::raw(&b"nonsense\xff"[..2])).on(
        "GET",
        "/short",
        Answer::text(200, "text/plain", "ab").short_body(2),
    );
    assert_eq!(ask(upstream.address(), "GET", "/raw").await.unwrap(), "no");
    assert!(ask(upstream.address(), "GET", "/short").await.unwrap().ends_with("content-length: 4\r\n\r\nab"));
}

#[tokio::test]
async fn a_dripped_answer_arrives_whole() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("GET", "/drip", Answer::text(200, "text/plain", "drop").drip(Duration::from_micros(1)));
    assert!(ask(upstream.address(), "GET", "/drip").await.unwrap().ends_with("\r\n\r\ndrop"));
}

#[tokio::test]
async fn an_endless_body_goes_on_until_the_client_leaves() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("GET", "/endless", Answer::text(200, "text/plain", "ab").endless());
    let mut connection = TcpStream::connect(upstream.address()).await.unwrap();
    connection.write_all(b"GET /endless HTTP/1.1\r\n\r\n").await.unwrap();
    let mut start = vec![0; 300_000];
    connection.read_exact(&mut start).await.unwrap();
    let start = String::from_utf8(start).unwrap();
    assert!(!start.contains("content-length") && start.contains("\r\n\r\nabababab"), "no length, a body that repeats");
}

#[tokio::test]
async fn a_hanging_answer_ends_when_the_client_gives_up() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("GET", "/hang", Answer::hang());
    let mut connection = TcpStream::connect(upstream.address()).await.unwrap();
    connection.write_all(b"GET /hang HTTP/1.1\r\n\r\n").await.unwrap();
    upstream.wait_for(1).await;
    connection.shutdown().await.unwrap();
    assert_eq!(connection.read(&mut [0; 16]).await.unwrap(), 0, "not one byte came");
}

#[tokio::test]
async fn bytes_that_are_no_request_are_recorded_too() {
    let upstream = ScriptedUpstream::start().await;
    let mut connection = TcpStream::connect(upstream.address()).await.unwrap();
    connection.write_all(b"\x16\x03\x01 hello").await.unwrap();
    connection.shutdown().await.unwrap();
    connection.read_to_end(&mut Vec::new()).await.unwrap();
    assert_eq!(upstream.received(), [b"\x16\x03\x01 hello"]);
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn many_connections_are_served_at_once() {
    let upstream = ScriptedUpstream::start().await;
    let gate = Gate::new();
    upstream.on("GET", "/", Answer::status(200).held_by(&gate));
    let address = upstream.address();
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(ask(address, "GET", "/"))).collect();
    assert_eq!(upstream.wait_for(100).await.len(), 100);
    gate.open();
    for call in calls {
        assert!(call.await.unwrap().unwrap().starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_refusing_address_refuses_and_an_upstream_may_go_and_come_back() {
    let away = Refusing::new();
    let address = away.address();
    let refused = |result: std::io::Result<String>| result.unwrap_err().kind() == ErrorKind::ConnectionRefused;
    assert!(refused(ask(address, "GET", "/").await));

    let upstream = away.start().await;
    assert_eq!(upstream.url(), format!("http://{address}"));
    assert_eq!(status(&upstream, "GET", "/").await, 404);

    let away = upstream.stop().await;
    assert!(refused(ask(address, "GET", "/").await));
    assert_eq!(status(&away.start().await, "GET", "/").await, 404);
}

#[tokio::test]
async fn a_dropped_upstream_cuts_its_connections() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("GET", "/hang", Answer::hang());
    let mut connection = TcpStream::connect(upstream.address()).await.unwrap();
    connection.write_all(b"GET /hang HTTP/1.1\r\n\r\n").await.unwrap();
    upstream.wait_for(1).await;
    drop(upstream);
    // An orderly end or a reset: either way the wait is over.
    assert_eq!(connection.read(&mut [0; 16]).await.unwrap_or(0), 0);
}
