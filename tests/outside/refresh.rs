//! Faults 20 to 27: while a session lives.

use std::time::Duration;

use scripted_upstream::{Answer, Gate, ScriptedUpstream};
use serde_json::{Value, json};

use crate::browser::USER;
use crate::program::{Program, REFRESHING, tokens, until, well};

/// Somebody whose token is due, or dead already.
async fn signed_in(program: &Program, upstream: &ScriptedUpstream, life: u32) -> String {
    upstream.on("POST", "/sign-in", Answer::json(200, tokens(1, life)));
    upstream.on("POST", "/sign-out", Answer::status(204));
    program.signs_in().await
}

async fn program(upstream: &ScriptedUpstream) -> Program {
    upstream.on("POST", "/refresh", Answer::json(200, tokens(9, 7_200)));
    Program::before(upstream, &format!("{REFRESHING}[upstream.sign_out]\n")).await
}

fn access_token(session: &Value) -> &str {
    session["accessToken"].as_str().unwrap_or_default()
}

/// Fault 20: what is no refusal ends nothing while the token is good.
#[tokio::test]
async fn a_renewal_that_fails_ends_nothing() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    for (fault, answer) in [
        ("500", Answer::status(500)),
        ("429", Answer::status(429)),
        ("no answer", Answer::hang()),
        ("a reset", Answer::json(200, tokens(2, 7_200)).reset_after(10)),
        ("a page", Answer::text(200, "text/html", "<h1>canary</h1>")),
        ("no token", Answer::json(200, json!({}))),
        ("a redirect", Answer::redirect(302, "http://127.0.0.1:9/")),
        ("403", Answer::status(403)),
    ] {
        let cookies = signed_in(&program, &upstream, 30).await;
        upstream.on("POST", "/refresh", answer);
        let page = program.get("/account", &cookies).await;
        assert_eq!(page.status, 200, "{fault}");
        assert!(page.body.contains(USER), "{fault}");
        let (_, session) = program.session(&cookies).await;
        assert_eq!(access_token(&session), "canary-access-1", "{fault}");
        program.came_through(&upstream).await;
    }
}

/// Fault 21: nor where the token is dead; the person is still known, and it mends itself.
#[tokio::test]
async fn a_dead_token_and_an_api_that_is_away_sign_nobody_out() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    upstream.on("POST", "/refresh", Answer::status(503)).on("GET", "/api/v1/projects", Answer::status(401));
    let cookies = signed_in(&program, &upstream, 1).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let (page, session) = program.session(&cookies).await;
    assert_eq!((page.status, session["user"]["email"].as_str()), (200, Some(USER)));
    assert_eq!(program.get("/projects", &cookies).await.status, 503, "its data cannot be had");
    let call = program.get("/upstream/api/v1/projects", &cookies).await;
    assert_eq!(call.status, 503, "401 would mean that somebody was signed out");
    assert_eq!(program.get("/account", &cookies).await.status, 200);
    upstream.on("POST", "/refresh", Answer::json(200, tokens(2, 7_200)));
    let mut known = String::new();
    for _ in 0..200 {
        let (_, session) = program.session(&cookies).await;
        known = access_token(&session).to_owned();
        if known == "canary-access-2" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(known, "canary-access-2", "the first request after the pause");
    program.came_through(&upstream).await;
}

/// Fault 22: a refusal does, and says so.
#[tokio::test]
async fn a_refusal_ends_the_session_and_says_so() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    for answer in [Answer::status(401), Answer::json(400, json!({ "error": "invalid_grant" }))] {
        let cookies = signed_in(&program, &upstream, 30).await;
        upstream.on("POST", "/refresh", answer);
        let page = program.get("/account?tab=2", &cookies).await;
        assert_eq!(page.status, 303);
        let target = page.header("location").unwrap();
        assert!(target.contains("reason=ended") && target.contains("callbackUrl=%2Faccount%3Ftab%3D2"), "{target}");
        assert!(page.headers("set-cookie").any(|line| line.contains("Max-Age=0")));
        assert_eq!(program.session(&cookies).await.1, Value::Null, "a copy of the cookie, too");
        program.came_through(&upstream).await;
    }
}

/// Fault 23, TK-06, TK-07: a hundred at once, of tokens that are good for one use.
#[tokio::test]
async fn a_hundred_requests_renew_once() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    let cookies = signed_in(&program, &upstream, 30).await;
    let gate = Gate::new();
    let before = upstream.requests_to("/refresh").len();
    upstream.on("POST", "/refresh", Answer::status(401));
    upstream.once("POST", "/refresh", Answer::json(200, tokens(2, 7_200)).held_by(&gate));
    let requests = futures_util::future::join_all((0..100).map(|_| program.session(&cookies)));
    let opened = async {
        while upstream.requests_to("/refresh").len() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        gate.open();
    };
    let (answers, ()) = tokio::join!(requests, opened);
    assert!(answers.iter().all(|(page, session)| page.status == 200 && access_token(session) == "canary-access-2"));
    assert_eq!(upstream.requests_to("/refresh").len(), before + 1);
    let late = program.session(&cookies).await.1;
    assert_eq!(access_token(&late), "canary-access-2", "who comes late with the old cookie");
    program.came_through(&upstream).await;
}

/// What was sent to be renewed, since the first `before` times.
fn sent(upstream: &ScriptedUpstream, before: usize) -> Vec<String> {
    let requests = upstream.requests_to("/refresh");
    let tokens = requests[before..].iter().map(|request| request.json()["refresh_token"].as_str().unwrap().to_owned());
    tokens.collect()
}

/// Fault 24: the API renewed, and its answer was lost. The token is sent once more, after a pause, and the API decides.
#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_once_more() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    let spent = Answer::json(400, json!({ "error": "invalid_grant" }));
    for (grace, again) in [(true, Answer::json(200, tokens(3, 7_200))), (false, spent)] {
        let cookies = signed_in(&program, &upstream, 30).await;
        let before = upstream.requests_to("/refresh").len();
        upstream.once("POST", "/refresh", Answer::json(200, tokens(2, 7_200)).reset_after(10));
        upstream.on("POST", "/refresh", again);
        assert_eq!(program.get("/account", &cookies).await.status, 200, "the token that it has is good");
        assert_eq!(sent(&upstream, before).len(), 1, "nothing is sent twice within one request");
        let mut last = None;
        until("the second attempt", async || {
            last = Some(program.get("/account", &cookies).await);
            sent(&upstream, before).len() > 1
        })
        .await;
        let last = last.unwrap();
        let (_, session) = program.session(&cookies).await;
        if grace {
            assert_eq!((last.status, access_token(&session)), (200, "canary-access-3"));
        } else {
            assert_eq!((last.status, session), (303, Value::Null));
            assert!(last.header("location").unwrap().contains("reason=ended"));
            assert!(last.headers("set-cookie").any(|line| line.contains("Max-Age=0")));
        }
        assert_eq!(sent(&upstream, before), ["canary-refresh-1"; 2]);
        program.came_through(&upstream).await;
    }
}

/// Fault 24: never a third time. Whoever has lost two answers goes on with the token that they have, and signs in when it is
/// dead.
#[tokio::test]
async fn a_token_that_may_be_spent_twice_is_sent_no_third_time() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    let cookies = signed_in(&program, &upstream, 4).await;
    let before = upstream.requests_to("/refresh").len();
    for _ in 0..2 {
        upstream.once("POST", "/refresh", Answer::json(200, tokens(2, 7_200)).reset_after(10));
    }
    upstream.on("POST", "/refresh", Answer::json(200, tokens(3, 7_200)));
    until("the end of the token", async || {
        let (page, session) = program.session(&cookies).await;
        assert_eq!(page.status, 200);
        assert!(session.is_null() || access_token(&session) == "canary-access-1");
        session.is_null()
    })
    .await;
    assert_eq!(sent(&upstream, before), ["canary-refresh-1"; 2]);
    let page = program.get("/account", &cookies).await;
    assert!(page.status == 303 && page.header("location").unwrap().contains("reason=ended"));
    program.came_through(&upstream).await;
}

/// Fault 24: what was provably not sent spends nothing, however often it is tried.
#[tokio::test]
async fn what_was_never_sent_may_be_tried_again_and_again() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    let cookies = signed_in(&program, &upstream, 30).await;
    let away = upstream.stop().await;
    until("three attempts", async || {
        assert_eq!(access_token(&program.session(&cookies).await.1), "canary-access-1");
        program.log().matches("no connection could be made").count() >= 3
    })
    .await;
    let upstream = away.start().await;
    well(&upstream);
    upstream.on("POST", "/refresh", Answer::json(200, tokens(2, 7_200)));
    until("the renewal", async || access_token(&program.session(&cookies).await.1) == "canary-access-2").await;
    assert_eq!(sent(&upstream, 0), ["canary-refresh-1"]);
    program.came_through(&upstream).await;
}

/// Fault 25: signing out while a renewal is on its way revives nothing, and gives back what it brought.
#[tokio::test]
async fn a_renewal_that_comes_after_the_sign_out_is_given_back() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    let cookies = signed_in(&program, &upstream, 30).await;
    let gate = Gate::new();
    let before = upstream.requests_to("/refresh").len();
    upstream.once("POST", "/refresh", Answer::json(200, tokens(2, 7_200)).held_by(&gate));
    let page = program.get("/account", &cookies);
    let sign_out = async {
        while upstream.requests_to("/refresh").len() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Passive: it waits for no renewal.
        let page = program.post("/auth/sign-out", &cookies, "").await;
        gate.open();
        page
    };
    let (page, left) = tokio::join!(page, sign_out);
    assert_eq!(left.status, 303);
    assert_ne!(page.status, 200, "the page of somebody who has left");
    assert_eq!(program.session(&cookies).await.1, Value::Null);
    let given_back = |number: &str| {
        let bearer = format!("Bearer canary-access-{number}");
        upstream.requests_to("/sign-out").iter().any(|request| request.header("authorization") == Some(bearer.as_str()))
    };
    for _ in 0..200 {
        if given_back("2") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(given_back("2"));
    program.came_through(&upstream).await;
}

/// Fault 26: tokens of somebody else.
#[tokio::test]
async fn tokens_of_somebody_else_end_the_session() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    let cookies = signed_in(&program, &upstream, 30).await;
    let mut theirs = tokens(2, 7_200);
    theirs["user"] = json!({ "id": 8 });
    upstream.on("POST", "/refresh", Answer::json(200, theirs));
    let mut mine = tokens(1, 30);
    mine["user"] = json!({ "id": 7 });
    upstream.on("POST", "/sign-in", Answer::json(200, mine));
    drop(cookies);
    let cookies = program.signs_in().await;
    assert_eq!(program.session(&cookies).await.1, Value::Null);
    assert!(program.log().contains("ERROR"), "an alarm");
    program.came_through(&upstream).await;
}

/// Fault 27, UP-07: a fresh token that is refused is not renewed again and again.
#[tokio::test]
async fn a_fresh_token_that_is_refused_is_no_ping_pong() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = program(&upstream).await;
    let cookies = signed_in(&program, &upstream, 7_200).await;
    upstream.on("GET", "/projects", Answer::status(401));
    let before = upstream.requests_to("/refresh").len();
    for _ in 0..5 {
        assert_eq!(program.get("/upstream/projects", &cookies).await.status, 401);
    }
    assert!(upstream.requests_to("/refresh").len() <= before + 1);
    program.came_through(&upstream).await;
}
