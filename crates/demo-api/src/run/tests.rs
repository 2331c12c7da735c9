use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Options, RateLimit, StartError, start};

async fn ask(address: std::net::SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

const ME: &str = "GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn it_answers_from_the_start_until_it_is_dropped() {
    let running = start(Options::default()).await.unwrap();
    let address = running.address;
    assert_eq!(running.url, format!("http://{address}"));
    assert!(address.ip().is_loopback());
    assert!(ask(address, ME).await.starts_with("HTTP/1.1 401"));

    // An idle connection ends with the server, and tells us when the listener is closed.
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(ME.replace("close", "keep-alive").as_bytes()).await.unwrap();
    idle.read_exact(&mut [0; 12]).await.unwrap();
    drop(running);
    let _ = idle.read_to_end(&mut Vec::new()).await;
    let error = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let running = start(Options::default()).await.unwrap();
    let again = start(Options { address: running.address, ..Options::default() }).await;
    let Err(error @ StartError::Listen { .. }) = again else { panic!("{again:?}") };
    assert!(error.to_string().contains(&running.address.to_string()));
}

#[tokio::test]
async fn the_rate_limit_counts_by_address_and_ignores_forwarded_for() {
    let rate_limit = Some(RateLimit { calls: 1, seconds: 60 });
    let running = start(Options { rate_limit, ..Options::default() }).await.unwrap();
    assert!(ask(running.address, ME).await.starts_with("HTTP/1.1 401"));
    let answer = ask(running.address, &ME.replace("192.0.2.7", "192.0.2.8")).await;
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("\r\nretry-after: "), "{answer}");
}
