mod tls;

use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use scripted_upstream::{Answer, Refusing, ScriptedUpstream};
use serde_json::json;

use super::{HttpTransport, MOST_BODY};
use crate::upstream::fake::checked;
use crate::upstream::{Transport, TransportError};

/// Long enough for every answer that comes.
const AMPLE: Duration = Duration::from_secs(20);
/// For the answers that never come.
const SHORT: Duration = Duration::from_millis(300);

async fn send(base: &str, path: &str, deadline: Duration) -> Result<http::Response<Bytes>, TransportError> {
    let contract = checked(&format!("base_url = '{base}'"), false).unwrap();
    let transport = HttpTransport::new(&contract).unwrap();
    let request = Request::post(format!("{base}{path}")).header("content-type", "application/json");
    transport.send(request.body(Bytes::from_static(b"{\"password\":\"canary\"}")).unwrap(), deadline).await
}

async fn answered(answer: Answer) -> Result<http::Response<Bytes>, TransportError> {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("POST", "/sign-in", answer);
    let result = send(&upstream.url(), "/sign-in", AMPLE).await;
    assert_eq!(upstream.requests().len(), 1, "exactly one attempt");
    result
}

/// UP-06
#[tokio::test]
async fn a_request_arrives_as_it_was_made_and_asks_for_nothing_compressed() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("POST", "/sign-in", Answer::json(201, json!({ "ok": true })).header("set-cookie", "a=1"));
    let response = send(&upstream.url(), "/sign-in", AMPLE).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (201, &b"{\"ok\":true}"[..]));
    assert_eq!(response.headers()["set-cookie"], "a=1");
    let requests = upstream.requests();
    assert_eq!(requests[0].text(), "{\"password\":\"canary\"}");
    assert_eq!(requests[0].header("accept-encoding"), None);
    assert_eq!(requests[0].header("referer"), None);
}

/// Fault 1
#[tokio::test]
async fn a_refused_connection_is_told() {
    let nobody = Refusing::new();
    assert_eq!(send(&nobody.url(), "/sign-in", AMPLE).await.unwrap_err(), TransportError::Refused);
}

/// Fault 1
#[tokio::test]
async fn a_name_that_nobody_knows_is_told() {
    // No name server is asked: a label of more than 63 characters cannot be one (RFC 1035, section 2.3.4).
    let base = format!("http://{}.invalid", "a".repeat(64));
    assert_eq!(send(&base, "/sign-in", AMPLE).await.unwrap_err(), TransportError::Unresolved);
}

/// Faults 3, 4
#[tokio::test]
async fn the_deadline_covers_the_whole_call() {
    let drip = Answer::json(200, json!({ "accessToken": "t".repeat(2_000) })).drip(Duration::from_millis(20));
    for answer in [Answer::hang(), drip] {
        let upstream = ScriptedUpstream::start().await;
        upstream.on("POST", "/sign-in", answer);
        let begun = Instant::now();
        assert_eq!(send(&upstream.url(), "/sign-in", SHORT).await.unwrap_err(), TransportError::Timeout);
        assert!(begun.elapsed() < AMPLE / 2);
        assert_eq!(upstream.requests().len(), 1, "credentials are posted once");
    }
}

/// Fault 4: an answer that comes by drops takes no longer than any other, and its connection is closed.
#[tokio::test]
async fn a_drip_ends_at_the_deadline_and_leaves_no_connection_behind() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let upstream = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let (mut asks, mut answers) = connection.into_split();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let drip = tokio::spawn(async move {
            begun.await.unwrap();
            let head: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
            answers.write_all(head).await.unwrap();
            let mut drops = tokio::time::interval(SHORT / 20);
            loop {
                drops.tick().await;
                if answers.write_all(b" ").await.is_err() {
                    return;
                }
            }
        });
        // Until the other side goes away.
        let mut asked = vec![0; 4_096];
        let read = asks.read(&mut asked).await.unwrap();
        asked.truncate(read);
        begin.send(()).unwrap();
        let _ = asks.read_to_end(&mut asked).await;
        drip.abort();
        String::from_utf8(asked).unwrap()
    });
    assert_eq!(send(&base, "/sign-in", SHORT).await.unwrap_err(), TransportError::Timeout);
    let asked = tokio::time::timeout(AMPLE, upstream).await.expect("the connection stays open").unwrap();
    assert_eq!(asked.matches("POST /sign-in").count(), 1, "credentials are posted once: {asked}");
}

/// Fault 16: answers before the answer (RFC 9110, section 15.2) are no reason to wait longer, nor to keep them.
#[tokio::test]
async fn a_flood_of_interim_answers_is_skipped_or_ends_at_the_deadline() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    const INTERIM: &str = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\nset-cookie: a=1\r\n\r\n";
    let whole = INTERIM.repeat(1_000) + "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let response = answered(Answer::raw(whole)).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &b"{}"[..]));
    assert_eq!(response.headers().keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["content-length"]);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let upstream = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(connection.read(&mut [0; 4_096]).await.unwrap() > 0);
        while connection.write_all(INTERIM.as_bytes()).await.is_ok() {}
    });
    assert_eq!(send(&base, "/sign-in", SHORT).await.unwrap_err(), TransportError::Timeout);
    tokio::time::timeout(AMPLE, upstream).await.expect("the connection stays open").unwrap();
}

/// Fault 5
#[tokio::test]
async fn an_answer_that_breaks_off_is_told() {
    let body = || Answer::json(200, json!({ "accessToken": "t".repeat(1_000) }));
    for answer in [body().reset_after(300), body().reset_after(10), body().reset_after(0), body().short_body(3)] {
        assert_eq!(answered(answer).await.unwrap_err(), TransportError::Reset);
    }
}

/// UP-06, fault 9
#[tokio::test]
async fn a_body_ends_at_one_mebibyte() {
    let of = |bytes: usize| answered(Answer::text(200, "text/plain", vec![b'a'; bytes]));
    assert_eq!(of(MOST_BODY).await.unwrap().body().len(), MOST_BODY);
    assert_eq!(of(MOST_BODY + 1).await.unwrap_err(), TransportError::TooLarge);
    let endless = Answer::text(200, "text/plain", vec![b'a'; 65_536]).endless();
    assert_eq!(answered(endless).await.unwrap_err(), TransportError::TooLarge);
}

/// UP-06, fault 9
#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xed, 0xc1];
    let answer = Answer::text(200, "application/json", packed.to_vec()).header("content-encoding", "gzip");
    assert_eq!(answered(answer).await.unwrap().body()[..], packed);
}

/// UP-06, fault 16
#[tokio::test]
async fn a_head_ends_at_16_kib_and_100_fields() {
    let large = Answer::status(200).header("x-large", &"a".repeat(17 * 1_024));
    assert_eq!(answered(large).await.unwrap_err(), TransportError::TooLarge);
    let many = (0..10_000).fold(Answer::status(200), |answer, number| answer.header(&format!("x-{number}"), "a"));
    assert_eq!(answered(many).await.unwrap_err(), TransportError::TooLarge);
    let short = (0..101).fold(Answer::status(200), |answer, number| answer.header(&format!("x-{number}"), "a"));
    assert_eq!(answered(short).await.unwrap_err(), TransportError::TooLarge);
    let endless = Answer::raw("HTTP/1.1 200 OK\r\nx: ".to_owned() + &"a".repeat(1 << 20));
    assert_eq!(answered(endless).await.unwrap_err(), TransportError::TooLarge);
}

/// UP-06, fault 10
#[tokio::test]
async fn no_redirect_is_followed() {
    let evil = ScriptedUpstream::start().await;
    for status in [301, 302, 303, 307, 308] {
        for target in [evil.url(), "/sign-in".to_owned()] {
            let response = answered(Answer::redirect(status, &target)).await.unwrap();
            assert_eq!(response.status().as_u16(), status);
        }
    }
    assert!(evil.received().is_empty());
}

/// UP-06: a proxy of the environment would read every password. Only a process that was started with it shows whether
/// it is used, so the test starts itself anew.
#[tokio::test]
async fn the_environment_s_proxies_are_ignored() {
    const TEST: &str = "upstream::http::tests::the_environment_s_proxies_are_ignored";
    const UPSTREAM: &str = "TEST_UPSTREAM_BEHIND_A_PROXY";
    if let Ok(base) = std::env::var(UPSTREAM) {
        send(&base, "/sign-in", AMPLE).await.unwrap();
        return;
    }
    let upstream = ScriptedUpstream::start().await;
    upstream.on("POST", "/sign-in", Answer::json(200, json!({})));
    let proxy = ScriptedUpstream::start().await;
    let (base, address) = (upstream.url(), proxy.url());
    let child = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args([TEST, "--exact"]).env(UPSTREAM, base);
        for name in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
            child.env_remove(name);
        }
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            child.env(name, &address);
        }
        child.output().unwrap()
    });
    let output = child.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(proxy.received().is_empty(), "not even a connection");
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn what_is_no_http_cannot_be_read() {
    let error = answered(Answer::raw("SSH-2.0-OpenSSH_9.9\r\n")).await.unwrap_err();
    assert_eq!(error, TransportError::Unreadable);
}

async fn stream(
    base: &str,
    body: axum::body::Body,
    deadline: Duration,
) -> Result<http::Response<axum::body::Body>, TransportError> {
    let contract = checked(&format!("base_url = '{base}'"), false).unwrap();
    let transport = HttpTransport::new(&contract).unwrap();
    transport.stream(Request::post(format!("{base}/data")).body(body).unwrap(), deadline).await
}

/// UP-08: an answer that never ends is there as soon as it begins, and its connection goes with whoever listens.
#[tokio::test]
async fn an_answer_is_passed_on_as_it_comes_and_dropping_it_ends_the_call() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let upstream = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4_096];
        let read = connection.read(&mut asked).await.unwrap();
        assert!(read > 0);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        connection.write_all(head.as_bytes()).await.unwrap();
        connection.write_all(b"9\r\ndata: 1\n\n\r\n").await.unwrap();
        // Until the other side goes away.
        connection.read(&mut asked).await
    });
    let response = stream(&base, axum::body::Body::empty(), AMPLE).await.unwrap();
    let mut body = response.into_body().into_data_stream();
    let first = futures_util::StreamExt::next(&mut body).await.unwrap().unwrap();
    assert_eq!(first, "data: 1\n\n");
    drop(body);
    let ended = tokio::time::timeout(AMPLE, upstream).await.unwrap().unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)));
}

/// Fault 3: the time for the head begins when the body was sent.
#[tokio::test]
async fn an_answer_that_does_not_begin_is_given_up() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("POST", "/data", Answer::hang());
    let error = stream(&upstream.url(), axum::body::Body::from("all of it"), SHORT).await.unwrap_err();
    assert_eq!(error, TransportError::Timeout);
    assert_eq!(upstream.requests()[0].text(), "all of it");
}

/// Not every API takes a body whose length is not said.
#[tokio::test]
async fn a_body_whose_length_is_known_is_sent_with_it() {
    let upstream = ScriptedUpstream::start().await;
    upstream.on("POST", "/data", Answer::status(204));
    stream(&upstream.url(), axum::body::Body::from("all of it"), AMPLE).await.unwrap();
    let pieces = futures_util::stream::iter(["all ", "of it"].map(Ok::<_, std::io::Error>));
    stream(&upstream.url(), axum::body::Body::from_stream(pieces), AMPLE).await.unwrap();
    let requests = upstream.requests();
    assert_eq!((requests[0].header("content-length"), requests[0].header("transfer-encoding")), (Some("9"), None));
    assert_eq!(
        (requests[1].header("content-length"), requests[1].header("transfer-encoding")),
        (None, Some("chunked"))
    );
    assert!(requests.iter().all(|request| request.text() == "all of it"));
}
