//! Measures what a sign-in adds to its two calls: the time of `POST /login`, less the time of `POST /sign-in` and
//! `GET /me` made directly, against an upstream that answers at once. A part of `make bench`.
//!
//! Its argument is the application's program, which it starts; the configuration is what `VESTIBULE_CONFIG` names.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool that stops at the first surprise")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scripted_upstream::{Answer, ScriptedUpstream};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use self::application::Application;

#[expect(dead_code, reason = "memory is for another tool")]
mod application;

/// Sign-ins that are measured, after as many as it takes for everything to be warm.
const MEASURED: usize = 2_000;
const WARMING: usize = 200;

const FORM: &str = "username=ana%40example.com&password=open-sesame";
const CREDENTIALS: &str = r#"{"username":"ana@example.com","password":"open-sesame"}"#;

#[tokio::main(worker_threads = 1)]
async fn main() {
    let program = std::env::args().nth(1).expect("the application's program");
    let token = "t".repeat(320);
    let upstream = ScriptedUpstream::start().await;
    upstream.on("POST", "/sign-in", Answer::json(200, json!({ "accessToken": token })));
    upstream.on("GET", "/me", Answer::json(200, profile()));
    let app = Application::start(&program, &upstream.url(), &[]);

    let to_login = request("POST /login", "application/x-www-form-urlencoded", "", FORM);
    let to_sign_in = request("POST /sign-in", "application/json", "", CREDENTIALS);
    let to_me = request("GET /me", "application/json", &format!("Authorization: Bearer {token}\r\n"), "");
    let (mut whole, mut calls, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..WARMING + MEASURED {
        // In turns, so that whatever else the machine does meets both.
        let login = time(app.address, &to_login, "303").await;
        let direct = time(upstream.address(), &to_sign_in, "200").await + time(upstream.address(), &to_me, "200").await;
        if round >= WARMING {
            whole.push(login);
            calls.push(direct);
            added.push(login.saturating_sub(direct));
        }
    }
    assert!(upstream.unscripted().is_empty(), "{:?}", upstream.unscripted());
    println!(
        "bench: a sign-in takes {} µs, its two calls {} µs: it adds {} µs (medians of {MEASURED}; 95 % add at most {} µs)",
        at(&mut whole, 50),
        at(&mut calls, 50),
        at(&mut added, 50),
        at(&mut added, 95)
    );
}

/// About as much as makes a record of one kilobyte.
fn profile() -> serde_json::Value {
    json!({
        "id": "7f1f0d1e-4a6b-4f0e-9c55-0d8a1c0f2b11", "email": "ana@example.com", "displayName": "Ana García",
        "isActive": true, "metadata": { "notes": "n".repeat(250), "tags": ["marine", "terrestrial", "freshwater"] }
    })
}

fn request(call: &str, content_type: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{call} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Type: {content_type}\r\n{more}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// The time from the first byte of a connection to the last.
async fn time(address: SocketAddr, request: &str, status: &str) -> Duration {
    let request = request.replace("HOST", &address.to_string());
    let mut answer = Vec::with_capacity(8_192);
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(request.as_bytes()).await.expect("is sent");
    stream.read_to_end(&mut answer).await.expect("is answered");
    let took = began.elapsed();
    assert_eq!(answer.get(9..12), Some(status.as_bytes()), "{}", String::from_utf8_lossy(&answer));
    took
}

/// The given percentile, in microseconds.
fn at(times: &mut [Duration], percent: usize) -> u128 {
    times.sort_unstable();
    times.get(times.len() * percent / 100).map_or(0, Duration::as_micros)
}
