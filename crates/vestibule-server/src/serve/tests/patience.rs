//! How long a connection is waited for. The clock of the runtime jumps to the next timer, so nobody waits.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::serve;
use crate::fixture::{App, ORIGIN};

/// A server, and its address.
async fn serving(app: &App, router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vestibule = app.vestibule.clone();
    tokio::spawn(async move { serve(&vestibule, router, listener, std::future::pending()).await });
    address
}

/// The same, of all routes and one more that reads what it is sent.
async fn reading(app: &App) -> SocketAddr {
    let router = Router::new().route("/slow", post(async |_: bytes::Bytes| "read"));
    serving(app, crate::layers::protect(&app.vestibule, router, Router::new())).await
}

/// Everything that comes until the server hangs up, while so many bytes are sent, one each second.
async fn answer_to_drops(stream: TcpStream, most: usize) -> String {
    let (mut reads, mut writes) = stream.into_split();
    let drops = async {
        for _ in 0..most {
            if writes.write_all(b"x").await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    tokio::select! {
        _ = reads.read_to_end(&mut answer) => {}
        () = drops => {}
    }
    String::from_utf8(answer).unwrap()
}

/// SV-02: a body that comes by drops has as long as a whole request, and its connection ends with it; what is for the API and
/// nobody's is not waited for at all. The clock of the runtime jumps to the next timer, so nobody waits.
#[tokio::test(start_paused = true)]
async fn a_body_that_comes_by_drops_is_hung_up_on() {
    let app = App::new("");
    let ana = app.cookies_of("ana").await;
    for (path, cookies, status, seconds) in [
        ("/slow", "", 408, 30..=31),
        ("/upstream/data", ana.as_str(), 408, 30..=31),
        ("/upstream/data", "", 401, 0..=1),
    ] {
        let mut stream = TcpStream::connect(reading(&app).await).await.unwrap();
        let begun = tokio::time::Instant::now();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: app.example\r\norigin: {ORIGIN}\r\ncookie: {cookies}\r\ncontent-length: 1000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = answer_to_drops(stream, 1_000).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
        let elapsed = begun.elapsed().as_secs();
        assert!(seconds.contains(&elapsed), "{path}: {elapsed}");
    }
    assert_eq!(app.upstream.count("/data"), 0);
}

/// SV-01: a connection is kept for a minute after an answer; the head that comes on it then has ten seconds, like the first.
#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_for_a_minute_and_a_head_is_not() {
    let app = App::new("");
    let address = reading(&app).await;
    let whole = b"GET /livez HTTP/1.1\r\nhost: app.example\r\n\r\n";
    for (idle, next, seconds) in [
        (0, &b""[..], 60..=61),
        // The first answer is not the last: each begins another minute.
        (50, whole, 110..=111),
        (55, b"GET /livez HTTP/1.1\r\nhost: app.example\r\nx: ", 65..=66),
        (20, b"G", 30..=31),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let begun = tokio::time::Instant::now();
        stream.write_all(whole).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        tokio::time::sleep(Duration::from_secs(idle)).await;
        stream.write_all(next).await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
        let elapsed = begun.elapsed().as_secs();
        assert!(seconds.contains(&elapsed), "{idle}: {elapsed}");
    }
}

/// SV-02: neither silence nor drops keep a connection for longer than a head may take.
#[tokio::test(start_paused = true)]
async fn a_head_has_ten_seconds_from_the_start_of_its_connection() {
    let app = App::new("");
    let address = reading(&app).await;
    let whole = "GET /livez HTTP/1.1\r\nhost: app.example\r\n";
    for (before, start) in [("", ""), ("", "GET /livez HTTP/1.1\r\nx: "), (whole, "\r\nGET /livez HTTP/1.1\r\nx: ")] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let begun = tokio::time::Instant::now();
        stream.write_all([before, start].concat().as_bytes()).await.unwrap();
        if start.is_empty() {
            let _ = stream.read_to_end(&mut Vec::new()).await;
        } else {
            let _ = answer_to_drops(stream, 1_000).await;
        }
        let elapsed = begun.elapsed().as_secs();
        assert!((10..=11).contains(&elapsed), "{start}: {elapsed}");
    }
}

/// SV-01: what streams for longer than a head may take is no head.
#[tokio::test(start_paused = true)]
async fn a_request_at_work_is_not_taken_for_a_head() {
    let echo = async |body: axum::body::Body| axum::body::Body::from_stream(body.into_data_stream());
    let address = serving(&App::new(""), Router::new().route("/echo", post(echo))).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = b"POST /echo HTTP/1.1\r\nhost: app.example\r\nconnection: close\r\ncontent-length: 40\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let answer = answer_to_drops(stream, 40).await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.matches('x').count(), 40, "{answer}");
}

/// SV-01: an answer may end before the upload that it answers, which then goes on.
#[tokio::test(start_paused = true)]
async fn an_upload_that_outlasts_its_answer_is_not_taken_for_a_head() {
    let (tells, mut told) = tokio::sync::mpsc::unbounded_channel();
    let early = async move |body: axum::body::Body| {
        let chunks = body.into_data_stream().map_ok(move |chunk| drop(tells.send(chunk)));
        tokio::spawn(chunks.try_collect::<Vec<()>>());
        "early"
    };
    let address = serving(&App::new(""), Router::new().route("/early", post(early))).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /early HTTP/1.1\r\nhost: app.example\r\ncontent-length: 4\r\n\r\n").await.unwrap();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(12)).await;
        stream.write_all(b"x").await.unwrap();
    }
    let mut come = Vec::new();
    while come.len() < 4 {
        come.extend(told.recv().await.unwrap());
    }
    assert_eq!(come, b"xxxx");
    // It is whole, and somebody holds it still: hyper's own time-out is what ends the connection.
    let begun = tokio::time::Instant::now();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    assert!((70..=71).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}
