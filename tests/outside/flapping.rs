//! Fault 31: an API of which every other answer is a failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use scripted_upstream::{Answer, ScriptedUpstream};
use serde_json::{Value, json};

use crate::browser::USER;
use crate::program::{self, Program, REFRESHING};

/// Answers of one endpoint, every other one a failure, and how many were.
#[derive(Clone, Default)]
struct Coin {
    answers: Arc<AtomicU32>,
    failures: Arc<AtomicU32>,
}

impl Coin {
    /// Has `path` answer with `good` and with failures in turn; `is_told`: by statuses alone, so that whoever asked knows that
    /// nothing was done.
    fn on(upstream: &ScriptedUpstream, method: &str, path: &str, is_told: bool, good: fn(u32) -> Value) -> Self {
        let coin = Self::default();
        let thrown = coin.clone();
        upstream.on_request(method, path, move |_| {
            let number = thrown.answers.fetch_add(1, Ordering::Relaxed);
            if number.is_multiple_of(2) {
                return Answer::json(200, good(number));
            }
            thrown.failures.fetch_add(1, Ordering::Relaxed);
            match number / 2 % 3 {
                0 => Answer::json(500, json!({ "stack": "canary" })),
                1 if !is_told => Answer::json(200, json!({})).reset_after(20),
                _ => Answer::status(503),
            }
        });
        coin
    }

    fn answers(&self) -> u32 {
        self.answers.load(Ordering::Relaxed)
    }

    fn failures(&self) -> u32 {
        self.failures.load(Ordering::Relaxed)
    }
}

/// Fault 31: people see no more failures than the API makes, nobody is signed out, and a renewal that failed is tried again
/// soon. How it goes on for half an hour, for hundreds of people, is for the example `mixed_load` of the scripted upstream.
#[tokio::test]
async fn every_other_answer_fails_and_nobody_is_signed_out() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, REFRESHING).await;
    let tokens = |number| program::tokens(number, 50);
    upstream.on("POST", "/sign-in", Answer::json(200, tokens(0)));
    let mut people = [program.signs_in().await, program.signs_in().await, program.signs_in().await];
    let renewals = Coin::on(&upstream, "POST", "/refresh", true, tokens);
    let data = Coin::on(&upstream, "GET", "/data", false, |_| json!({}));
    let projects = Coin::on(&upstream, "GET", "/api/v1/projects", false, |_| json!([]));
    let sign_ins = Coin::on(&upstream, "POST", "/sign-in", false, tokens);
    let (mut failed_data, mut failed_pages, mut failed_sign_ins) = (0, 0, 0);
    let begun = Instant::now();
    // One each at once, and then again after the pauses.
    while renewals.failures() < 9 {
        assert!(begun.elapsed().as_secs() < 30, "a renewal that failed is not tried again");
        for cookies in &mut people {
            let (page, session) = program.session(cookies).await;
            assert_eq!(session["user"]["email"], USER);
            if !page.cookies().is_empty() {
                *cookies = page.cookies();
            }
            assert_eq!(program.get("/account", cookies).await.status, 200);
            for (path, failed) in [("/upstream/data", &mut failed_data), ("/projects", &mut failed_pages)] {
                match program.get(path, cookies).await.status {
                    200 => {}
                    500..=504 => *failed += 1,
                    status => panic!("{path}: {status}"),
                }
            }
        }
        let page = program.sign_in().await;
        match page.status {
            303 => {}
            502 | 503 => failed_sign_ins += 1,
            status => panic!("{status}: {}", page.alert()),
        }
    }
    assert!(renewals.answers() > renewals.failures(), "some succeeded");
    for (what, failed, coin) in
        [("data", failed_data, &data), ("pages", failed_pages, &projects), ("sign-ins", failed_sign_ins, &sign_ins)]
    {
        assert!(coin.failures() > 0 && failed <= coin.failures(), "{what}: {failed} of {}", coin.failures());
    }
    program.came_through(&upstream).await;
}
