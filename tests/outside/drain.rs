//! SV-06: told to stop while people are at work.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use scripted_upstream::{Answer, Gate, ScriptedUpstream};

use crate::browser::whole;
use crate::program::{Program, REFRESHING, tokens, until};

/// How often it is told. More of it, and harder, is for `VESTIBULE_ROUNDS`.
fn rounds() -> usize {
    std::env::var("VESTIBULE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3)
}

/// Whatever was accepted is answered whole, and the end is a good one.
#[tokio::test]
async fn no_request_that_was_accepted_is_lost() {
    for round in 0..rounds() {
        let upstream = ScriptedUpstream::start().await;
        let program = Arc::new(Program::before(&upstream, "server.drain_delay = '200ms'").await);
        let cookies = program.signs_in().await;
        let (stopped, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let clients = (0..50).map(|_| {
            let (program, cookies) = (Arc::clone(&program), cookies.clone());
            let (stopped, answered) = (Arc::clone(&stopped), Arc::clone(&answered));
            tokio::spawn(async move {
                // A connection that is refused was never accepted; nor was one that the system let in as the listener
                // closed, which it resets.
                while let Some(page) = program.try_get("/account", &cookies).await {
                    let page = match page {
                        Ok(page) => page,
                        Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                        Err(error) => panic!("an accepted request was lost: {error}"),
                    };
                    assert_eq!(page.status, 200);
                    assert!(page.body.contains("</body>"), "whole");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                assert!(stopped.load(Ordering::Relaxed), "it refused before it was told to stop");
            })
        });
        let clients: Vec<_> = clients.collect();
        while answered.load(Ordering::Relaxed) < 100 && !clients.iter().any(tokio::task::JoinHandle::is_finished) {
            tokio::task::yield_now().await;
        }
        stopped.store(true, Ordering::Relaxed);
        program.terminate();
        for client in clients {
            client.await.unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
        assert_eq!(program.exit().await, Some(0), "round {round}: {}", program.log());
        // A reset may be that of a connection which nobody accepted: whatever the program answered, somebody has.
        until("its log is read to the end", async || program.log().contains("stopped")).await;
        let log = program.log();
        let said = log.lines().filter(|line| line.contains("\"/account\"") && line.contains("answered")).count();
        assert_eq!(said, answered.load(Ordering::Relaxed), "round {round}: an answer was lost");
    }
}

/// A renewal that is on its way when the stop comes is finished, and what it brought reaches its session.
#[tokio::test]
async fn a_renewal_that_is_on_its_way_is_finished() {
    for round in 0..rounds() {
        let upstream = ScriptedUpstream::start().await;
        let program = Program::before(&upstream, &format!("server.drain_delay = '10ms'\n{REFRESHING}")).await;
        let gate = Gate::new();
        upstream.on("POST", "/sign-in", Answer::json(200, tokens(1, 30)));
        upstream.on("POST", "/refresh", Answer::json(200, tokens(2, 7_200)).held_by(&gate));
        let cookies = program.signs_in().await;
        let session = program.session(&cookies);
        let stop = async {
            while upstream.requests_to("/refresh").is_empty() {
                tokio::task::yield_now().await;
            }
            program.terminate();
            // Its listener is closed, and the renewal is what it waits for.
            while program.try_get("/livez", "").await.is_some() {
                tokio::task::yield_now().await;
            }
            gate.open();
        };
        let ((page, session), ()) = tokio::join!(session, stop);
        assert_eq!((page.status, session["accessToken"].as_str()), (200, Some("canary-access-2")));
        assert!(!page.cookies().is_empty(), "the browser has them");
        assert_eq!(program.exit().await, Some(0), "round {round}: {}", program.log());
    }
}

/// SV-06: what the API is still sending when the stop comes reaches whoever asked for it, whole; what has no end has one now.
#[tokio::test]
async fn an_answer_that_is_on_its_way_is_finished_and_events_end() {
    let upstream = ScriptedUpstream::start().await;
    let program = Program::before(&upstream, "server.drain_delay = '10ms'").await;
    let slowly = Duration::from_millis(50);
    let text = "0123456789".repeat(4);
    upstream.on("GET", "/file", Answer::text(200, "application/octet-stream", text.clone()).drip(slowly));
    upstream.on("GET", "/events", Answer::text(200, "text/event-stream", "data: x\n\n".repeat(400)).drip(slowly));
    let cookies = program.signs_in().await;
    let file = program.opens("/upstream/file", &cookies).await;
    let events = program.opens("/upstream/events", &cookies).await;
    until("both are asked for", async || {
        upstream.requests_to("/file").len() + upstream.requests_to("/events").len() == 2
    })
    .await;
    let begun = Instant::now();
    program.terminate();
    let (file, events) = tokio::join!(whole(file), whole(events));
    assert_eq!(file.unwrap().body, text);
    assert!(events.is_err() || begun.elapsed() < Duration::from_secs(10), "they would take 200 s");
    assert_eq!(program.exit().await, Some(0), "{}", program.log());
}
