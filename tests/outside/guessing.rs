//! Whoever guesses at passwords, before the limits that there are without a key.

use std::time::Instant;

use scripted_upstream::{Answer, ScriptedUpstream};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::browser::Page;
use crate::program::{Program, well};

/// Somebody types a name and a password, and claims to come from elsewhere.
async fn types(program: &Program, name: &str, number: u32) -> Page {
    let form = format!("username={name}&password=canary-guess-{number}&callbackUrl=%2Faccount");
    let address = program.address();
    let request = format!(
        "POST /login HTTP/1.0\r\nhost: {address}\r\norigin: http://{address}\r\naccept: text/html\r\n\
         x-forwarded-for: 198.51.100.{number}\r\nforwarded: for=198.51.100.{number}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let mut connection = program.sends(request).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    connection.shutdown().await.unwrap_or_default();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Page::new(head, body)
}

fn refuses(upstream: &ScriptedUpstream) {
    upstream.on("POST", "/sign-in", Answer::json(401, json!({ "message": "canary" })));
}

/// RL-01, RL-03, RL-04: ten wrong ones for an account, in any spelling and whatever is claimed; nobody else is in the way.
#[tokio::test]
async fn an_account_is_guessed_at_ten_times() {
    let upstream = ScriptedUpstream::start().await;
    let program = Program::limited(&upstream.url(), "");
    refuses(&upstream);
    for number in 0..10 {
        let name = ["ana%40example.com", "%20ana%40example.com", "ana%40example.com%E2%80%83"][number as usize % 3];
        assert_eq!(types(&program, name, number).await.status, 401);
    }
    well(&upstream);
    let asked = upstream.requests_to("/sign-in").len();
    let refused = types(&program, "ana%40example.com", 10).await;
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert_eq!((refused.status, refused.cookies().as_str()), (429, ""));
    assert!((1..=90).contains(&wait), "RL-02: {wait} s");
    assert!(!refused.alert().is_empty() && refused.body.contains("ana@example.com"), "{}", refused.body);
    assert_eq!(upstream.requests_to("/sign-in").len(), asked, "the API hears nothing of it");
    assert_eq!(types(&program, "zoe%40example.com", 11).await.status, 303);
    let log = program.log();
    assert!(
        log.contains("too many wrong ones") && !log.contains("canary") && !log.contains("ana@example.com"),
        "{log}"
    );
}

/// RL-01, RL-03: fifty wrong ones from an address, whatever it claims to be; one more for each 18 seconds that they take.
#[tokio::test]
async fn an_address_guesses_fifty_times() {
    let upstream = ScriptedUpstream::start().await;
    let program = Program::limited(&upstream.url(), "");
    refuses(&upstream);
    let begun = Instant::now();
    let mut number = 0;
    while types(&program, &format!("user-{number}"), number).await.status == 401 {
        number += 1;
    }
    let asked = upstream.requests_to("/sign-in").len() as u64;
    assert!((50..=50 + begun.elapsed().as_secs() / 18).contains(&asked), "{asked} reached the API");
    well(&upstream);
    assert_eq!(types(&program, "zoe%40example.com", 99).await.status, 429);
}
