//! Faults 1 to 18: at the sign-in.

use std::time::Duration;

use scripted_upstream::{Answer, Refusing, ScriptedUpstream};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::browser::{PASSWORD, Page, USER};
use crate::program::Program;

/// What a person who did not get in has: a true status, one alert, what they typed but the password, and no session.
fn is_refused(page: &Page, status: u16, fault: &str) {
    assert_eq!(page.status, status, "{fault}: {}", page.alert());
    assert_eq!(page.cookies(), "", "{fault}");
    assert!(!page.alert().is_empty(), "{fault}: {}", page.body);
    assert!(page.body.contains(USER), "{fault}: the name that was typed stays");
    assert!(page.body.contains("/account"), "{fault}: so does the wish");
    assert!(!page.body.contains(PASSWORD) && !page.body.contains("canary"), "{fault}: {}", page.body);
    assert!(page.header("x-request-id").is_some(), "{fault}");
    assert_eq!(page.header("cache-control"), Some("no-store, private"), "{fault}");
}

async fn refused(program: &Program, status: u16, fault: &str) -> Page {
    let page = program.sign_in().await;
    is_refused(&page, status, fault);
    page
}

/// Faults 1 and 2: nobody there, nobody of that name, and nobody who can prove who they are.
#[tokio::test]
async fn an_api_that_is_not_there_is_told_as_such() {
    let away = Refusing::new();
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain_address = plain.local_addr().unwrap();
    let (heard, hears) = std::sync::mpsc::channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = plain.accept().await {
            let mut bytes = vec![0; 4_096];
            let count = connection.read(&mut bytes).await.unwrap_or_default();
            let _ = heard.send(bytes[..count].to_vec());
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    for (address, cause) in [
        (away.url(), "no connection could be made"),
        ("http://api.invalid".to_owned(), "could not be resolved"),
        (format!("https://{plain_address}"), "TLS failed"),
    ] {
        let program = Program::start(&address, "").await;
        let page = refused(&program, 503, &address).await;
        assert_eq!(page.header("retry-after"), Some("5"));
        let log = program.log();
        assert!(log.contains(cause) && !log.contains("canary"), "{address}: {log}");
    }
    let greeting = hears.recv().unwrap();
    assert!(!greeting.windows(PASSWORD.len()).any(|it| it == PASSWORD.as_bytes()), "the password went nowhere");
}

/// Faults 3 to 14, 16 and 17, at the call with the password.
#[tokio::test]
async fn whatever_the_api_says_the_person_is_told_what_it_means() {
    let upstream = ScriptedUpstream::start().await;
    let evil = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let token = json!({ "accessToken": "canary-access" });
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    // The first bytes of ten gigabytes, in gzip.
    let packed = Answer::text(200, "application/json", &b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..]);
    let packed = packed.header("content-encoding", "gzip");
    let html = || Answer::text(200, "text/html", "<h1>canary</h1>");
    let mut faults: Vec<(String, u16, Answer)> = vec![
        ("3: no answer".into(), 504, Answer::hang()),
        ("4: by drops".into(), 504, Answer::json(200, token.clone()).drip(Duration::from_secs(1))),
        ("5: a reset".into(), 502, Answer::json(200, token.clone()).reset_after(40)),
        ("5: a short body".into(), 502, Answer::json(200, token.clone()).short_body(9)),
        ("6: a page".into(), 502, html()),
        ("7: half of it".into(), 502, Answer::text(200, "application/json", r#"{"accessToken":"canary-a"#)),
        ("7: deep".into(), 502, Answer::text(200, "application/json", deep)),
        ("9: no end".into(), 502, Answer::text(200, "application/json", " ".repeat(64 * 1_024)).endless()),
        ("9: packed".into(), 502, packed),
        ("11: wrong".into(), 401, Answer::json(401, json!({ "errors": [{ "title": "canary" }] }))),
        ("11: a field".into(), 422, Answer::json(422, json!({ "errors": { "username": "canary" } }))),
        ("11: another 4xx".into(), 502, Answer::json(404, json!({}))),
        ("12: locked".into(), 401, Answer::json(423, json!({ "errors": [{ "title": "canary" }] }))),
        ("13: too many".into(), 429, Answer::status(429).header("retry-after", "30")),
        ("16: not HTTP".into(), 502, Answer::raw(&b"220 mail.example ESMTP\r\n"[..])),
        ("17: a huge token".into(), 502, Answer::json(200, json!({ "accessToken": "c".repeat(64 * 1_024) }))),
    ];
    for value in [Value::Null, json!(""), json!(7), json!(["canary"]), json!({})] {
        faults.push((format!("8: {value}"), 502, Answer::json(200, json!({ "accessToken": value }))));
    }
    for status in [301, 302, 303, 307, 308] {
        faults.push((format!("10: {status}"), 502, Answer::redirect(status, &format!("{}/sign-in", evil.url()))));
    }
    for status in [500, 502, 503, 504] {
        faults.push((format!("14: {status}"), 503, Answer::json(status, json!({ "stack": "canary" }))));
    }
    for (fault, status, answer) in faults {
        let (calls, memory) = (upstream.requests_to("/sign-in").len(), program.memory());
        upstream.on("POST", "/sign-in", answer);
        let page = refused(&program, status, &fault).await;
        assert_eq!(upstream.requests_to("/sign-in").len(), calls + 1, "{fault}: a password is sent once");
        assert!(program.memory() <= memory + 8 * 1_024, "{fault}: {} kB, {memory} before", program.memory());
        match status {
            503 => assert_eq!(page.header("retry-after"), Some("5"), "{fault}"),
            429 => assert_eq!(page.header("retry-after"), Some("30"), "{fault}"),
            _ => assert_eq!(page.header("retry-after"), None, "{fault}"),
        }
        program.came_through(&upstream).await;
    }
    assert!(evil.received().is_empty(), "fault 10: nobody followed");
}

/// Fault 12, RL-05: who asks cannot tell a locked account from a wrong password.
#[tokio::test]
async fn a_locked_account_looks_like_a_wrong_password() {
    let upstream = ScriptedUpstream::start().await;
    let program = Program::before(&upstream, "").await;
    let mut pages = Vec::new();
    for answer in [Answer::status(401), Answer::status(423), Answer::status(403)] {
        upstream.on("POST", "/sign-in", answer);
        let page = refused(&program, 401, "12").await;
        let id = page.header("x-request-id").unwrap().to_owned();
        let nonce = page.header("content-security-policy").unwrap().split("'nonce-").nth(1).unwrap();
        let nonce = nonce.split('\'').next().unwrap().to_owned();
        pages.push(page.body.replace(&id, "").replace(&nonce, ""));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
}

/// The same faults at the profile: no session begins, and the token that was granted is given back.
#[tokio::test]
async fn a_profile_that_cannot_be_read_begins_no_session() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "upstream.sign_out.path = '/sign-out'").await;
    upstream.on("POST", "/sign-out", Answer::status(204));
    for (fault, status, answer) in [
        ("no answer", 504, Answer::hang()),
        ("a reset", 502, Answer::json(200, json!({})).reset_after(20)),
        ("a page", 502, Answer::text(200, "text/html", "<h1>canary</h1>")),
        ("a lone surrogate", 502, Answer::text(200, "application/json", r#"{"id":7,"displayName":"\ud800"}"#)),
        ("401", 502, Answer::status(401)),
        ("500", 503, Answer::status(500)),
        ("no end", 502, Answer::text(200, "application/json", " ".repeat(64 * 1_024)).endless()),
    ] {
        let told = upstream.requests_to("/sign-out").len();
        upstream.on("GET", "/me", answer);
        refused(&program, status, fault).await;
        while upstream.requests_to("/sign-out").len() == told {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        program.came_through(&upstream).await;
    }
}

/// Fault 15, OU-01: whatever a profile holds is text, and arrives as it was.
#[tokio::test]
async fn a_hostile_profile_is_text() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    for name in [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover=alert(1) x='",
        "</textarea><svg onload=alert(1)>",
        "\u{202e}gnp.exe",
        "\u{2028}\u{2029}]]>",
        "a\u{0}b",
        &"x".repeat(3_000),
    ] {
        upstream.on("GET", "/me", Answer::json(200, json!({ "id": 7, "email": USER, "displayName": name })));
        let cookies = program.signs_in().await;
        let (_, session) = program.session(&cookies).await;
        assert_eq!(session["user"]["displayName"], *name);
        let page = program.get("/account", &cookies).await;
        assert_eq!(page.status, 200);
        for tag in ["<script>alert", "<img src=x", "<svg onload", "onmouseover=alert(1) x='\""] {
            assert!(!page.body.contains(tag), "{name}: {tag}");
        }
        program.came_through(&upstream).await;
    }
}

/// Fault 16: nothing that an answer carries beside its tokens reaches the browser.
#[tokio::test]
async fn the_api_s_own_headers_stay_here() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let carrying = |answer: Answer| {
        answer
            .header("set-cookie", "canary=1; Path=/")
            .header("strict-transport-security", "max-age=1")
            .header("content-security-policy", "canary")
            .header("clear-site-data", "\"*\"")
            .header("access-control-allow-origin", "*")
    };
    upstream.on("POST", "/sign-in", carrying(Answer::json(200, json!({ "accessToken": "canary-access" }))));
    upstream.on("GET", "/me", carrying(Answer::json(200, json!({ "id": 7, "email": USER }))));
    let page = program.sign_in().await;
    assert_eq!(page.status, 303);
    assert!(page.headers("set-cookie").all(|line| !line.contains("canary")));
    assert!(page.header("content-security-policy").is_none_or(|policy| !policy.contains("canary")));
    for name in ["strict-transport-security", "clear-site-data", "access-control-allow-origin"] {
        assert_eq!(page.header(name), None, "{name}");
    }
    let mut many = Answer::json(200, json!({ "accessToken": "canary-access" }));
    for number in 0..10_000 {
        many = many.header(&format!("x-{number}"), "y");
    }
    upstream.on("POST", "/sign-in", many);
    refused(&program, 502, "10,000 headers").await;
    program.came_through(&upstream).await;
}
