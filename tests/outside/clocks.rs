//! Fault 19: an API whose clock is not ours.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use scripted_upstream::{Answer, Request, ScriptedUpstream};
use serde_json::{Value, json};

use crate::browser::USER;
use crate::program::{Program, until};
use crate::signing::{Key, unsigned};

const HOUR: i64 = 3_600;

/// An API whose tokens say by its own clock when they were made and when they die, and which goes by that.
#[derive(Clone)]
struct Api(Arc<State>);

struct State {
    /// How far its clock is ahead of ours, in seconds.
    ahead: AtomicI64,
    /// How long its tokens live, in seconds.
    life: AtomicI64,
    key: Option<Key>,
    /// When each token dies.
    given: Mutex<HashMap<String, i64>>,
}

impl Api {
    fn on(upstream: &ScriptedUpstream, key: Option<Key>) -> Self {
        let api = Self(Arc::new(State { ahead: 0.into(), life: 7_200.into(), key, given: Mutex::default() }));
        for path in ["/sign-in", "/refresh"] {
            let api = api.clone();
            upstream.on_request("POST", path, move |_| Answer::json(200, api.tokens()));
        }
        for path in ["/me", "/projects"] {
            let api = api.clone();
            upstream.on_request("GET", path, move |request| match api.knows(request) {
                true => Answer::json(200, json!({ "id": 7, "email": USER, "displayName": "Mira" })),
                false => Answer::status(401),
            });
        }
        upstream.on("POST", "/sign-out", Answer::status(204));
        api
    }

    fn is(&self, ahead: i64, life: i64) {
        self.0.ahead.store(ahead, Ordering::Relaxed);
        self.0.life.store(life, Ordering::Relaxed);
    }

    fn now(&self) -> i64 {
        now() + self.0.ahead.load(Ordering::Relaxed)
    }

    fn tokens(&self) -> Value {
        let mut given = self.0.given.lock().unwrap();
        let (made, dies) = (self.now(), self.now() + self.0.life.load(Ordering::Relaxed));
        let claims = json!({ "iat": made, "exp": dies, "jti": given.len() });
        let token = self.0.key.as_ref().map_or_else(|| unsigned(&claims), |key| key.signs(&claims));
        let tokens = json!({ "accessToken": token, "refreshToken": format!("canary-refresh-{}", given.len()) });
        given.insert(token, dies);
        tokens
    }

    fn knows(&self, request: &Request) -> bool {
        let token = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
        token.and_then(|token| self.0.given.lock().unwrap().get(token).copied()).is_some_and(|dies| self.now() < dies)
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// Somebody looks around, and is neither signed out nor the reason for more than one renewal.
async fn lives(program: &Program, upstream: &ScriptedUpstream, cookies: &str, case: &str) {
    let before = upstream.requests_to("/refresh").len();
    for _ in 0..5 {
        let page = program.get("/account", cookies).await;
        assert_eq!((page.status, page.body.contains(USER)), (200, true), "{case}");
        assert_eq!(program.session(cookies).await.1["user"]["email"], USER, "{case}");
        assert_eq!(program.get("/upstream/projects", cookies).await.status, 200, "{case}");
    }
    assert!(upstream.requests_to("/refresh").len() <= before + 1, "{case}: a storm");
}

/// Who does not get in is told once, in words, and the operator what to set.
async fn is_told(program: &Program, upstream: &ScriptedUpstream, case: &str) {
    let page = program.sign_in().await;
    assert_eq!((page.status, page.cookies().as_str()), (502, ""), "{case}");
    assert!(page.alert().starts_with("The sign-in service gave an unexpected answer."), "{case}: {}", page.alert());
    let log = program.log();
    let line = log.lines().rfind(|line| line.contains("ERROR")).unwrap_or_default();
    assert!(line.contains("clocks"), "{case}: {line}");
    assert!(upstream.requests_to("/refresh").is_empty(), "{case}");
}

/// Fault 19, TK-03: where the token's own end is a hint, it is one by another clock. What has a life left by ours, or had a
/// minute ago, is used; the rest is a clear refusal. Whatever of it: nobody goes round in a circle.
#[tokio::test]
async fn a_clock_that_is_off_by_a_minute_harms_nobody_and_one_that_is_off_by_more_is_told() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "[upstream.refresh]\n[upstream.sign_out]\n").await;
    let api = Api::on(&upstream, None);
    for (ahead, life, works) in [
        (0, 7_200, true),
        (HOUR, 7_200, true),
        (-HOUR, 7_200, true),
        (HOUR, 300, true),
        (300, 300, true),
        (60, 300, true),
        (-60, 300, true),
        (-300, 310, true),
        (-300, 250, true),
        (-300, 230, false),
        (-HOUR, 300, false),
        (-HOUR, 1_800, false),
    ] {
        let case = format!("{ahead} s ahead, tokens of {life} s");
        api.is(ahead, life);
        if works {
            let cookies = program.signs_in().await;
            lives(&program, &upstream, &cookies, &case).await;
        } else {
            is_told(&program, &upstream, &case).await;
        }
    }
    assert!(!program.log().contains("eyJ"), "no token");
    program.came_through(&upstream).await;
}

/// Fault 19, TK-03: where tokens are verified, they must not be of the future either.
#[tokio::test]
async fn a_verified_token_of_another_hour_is_told_as_a_matter_of_clocks() {
    let upstream = ScriptedUpstream::start().await;
    let key = Key::new("one");
    upstream.on("GET", "/jwks", Answer::json(200, json!({ "keys": [key.public()] })));
    let api = Api::on(&upstream, Some(key));
    let more = format!("upstream.token.verify.jwks_url = '{}/jwks'\n[upstream.refresh]\n", upstream.url());
    let mut program = Program::start(&upstream.url(), &more).await;
    program.settles().await;
    for (ahead, works) in [(50, true), (-50, true), (-HOUR, true), (70, false), (300, false), (HOUR, false)] {
        let case = format!("{ahead} s ahead");
        api.is(ahead, 7_200);
        if works {
            let cookies = program.signs_in().await;
            lives(&program, &upstream, &cookies, &case).await;
        } else {
            is_told(&program, &upstream, &case).await;
        }
    }
    assert!(!program.log().contains("eyJ"), "no token");
    api.is(0, 7_200);
    program.is_unharmed().await;
}

/// Fault 19: a clock that is set back by an hour while somebody is signed in, so that every new token is dead as it comes: they
/// stay who they are, the API is asked at the pace of the pauses, and it mends itself with the clock.
#[tokio::test]
async fn a_clock_that_jumps_back_signs_nobody_out() {
    let upstream = ScriptedUpstream::start().await;
    let more = "session.refresh_before = '1m'\n[upstream.refresh]\n[upstream.sign_out]\n";
    let mut program = Program::before(&upstream, more).await;
    let api = Api::on(&upstream, None);
    api.is(0, 30);
    let mut cookies = program.signs_in().await;
    api.is(-HOUR, 30);
    let (before, begun) = (upstream.requests_to("/refresh").len(), Instant::now());
    let mut first = String::new();
    while begun.elapsed().as_millis() < 1_500 {
        let (page, session) = program.session(&cookies).await;
        assert_eq!(session["user"]["email"], USER);
        if !page.cookies().is_empty() {
            cookies = page.cookies();
        }
        session["accessToken"].as_str().unwrap().clone_into(&mut first);
        assert_eq!(program.get("/account", &cookies).await.status, 200);
    }
    let asked = upstream.requests_to("/refresh").len() - before;
    // At once, after 0.8 s to 1.2 s, and 1.6 s to 2.4 s later.
    let most = 2 + usize::try_from(begun.elapsed().as_secs() / 2).unwrap();
    assert!((1..=most).contains(&asked), "{asked} times");
    api.is(0, 7_200);
    until("the renewal", async || program.session(&cookies).await.1["accessToken"] != first).await;
    program.came_through(&upstream).await;
}

/// Fault 19: a clock that jumps ahead, so that a token which seems to live is dead to the API. The calls are refused, and with
/// the first token that is old enough to be worth a renewal they are not.
#[tokio::test]
async fn a_clock_that_jumps_ahead_is_no_storm_and_mends_itself() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "[upstream.refresh]\n[upstream.sign_out]\n").await;
    let api = Api::on(&upstream, None);
    api.is(0, 1_800);
    let cookies = program.signs_in().await;
    api.is(HOUR, 1_800);
    let before = upstream.requests_to("/refresh").len();
    // A token is no reason for a renewal in its first ten seconds.
    let begun = Instant::now();
    loop {
        let status = program.get("/upstream/projects", &cookies).await.status;
        assert_eq!(program.session(&cookies).await.1["user"]["email"], USER);
        if status == 200 {
            break;
        }
        assert_eq!(status, 401);
        assert!(begun.elapsed().as_secs() < 20);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(upstream.requests_to("/refresh").len(), before + 1);
    program.came_through(&upstream).await;
}
