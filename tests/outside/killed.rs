//! Fault 30: killed in the middle of a renewal, and started again.

use scripted_upstream::{Answer, Gate, ScriptedUpstream};
use serde_json::json;

use crate::browser::USER;
use crate::program::{Program, REFRESHING, tokens, until};

/// Fault 30: what the API made of the token that was on its way nobody knows, so it is asked, once. It costs one sign-in at
/// most, and the program is as well as before.
#[tokio::test]
async fn a_renewal_that_died_with_the_process_costs_one_sign_in_at_most() {
    let spent = Answer::json(400, json!({ "error": "invalid_grant" }));
    for (grace, again) in [(true, Answer::json(200, tokens(3, 7_200))), (false, spent)] {
        let upstream = ScriptedUpstream::start().await;
        upstream.on("POST", "/refresh", again);
        let mut program = Program::before(&upstream, REFRESHING).await;
        upstream.on("POST", "/sign-in", Answer::json(200, tokens(1, 30)));
        let cookies = program.signs_in().await;
        let (sign_ins, before) = (upstream.requests_to("/sign-in").len(), upstream.requests_to("/refresh").len());
        // The API renews at once; that it did so is heard by nobody.
        let gate = Gate::new();
        upstream.once("POST", "/refresh", Answer::json(200, tokens(2, 7_200)).held_by(&gate));
        let asked = program.opens("/account", &cookies).await;
        until("the renewal is on its way", async || upstream.requests_to("/refresh").len() > before).await;
        program.is_killed_and_starts_again().await;
        gate.open();
        drop(asked);

        assert_eq!(program.get("/readyz", "").await.status, 200);
        let page = program.get("/account", &cookies).await;
        let sent: Vec<_> = upstream.requests_to("/refresh")[before..].iter().map(|it| it.json()).collect();
        assert_eq!(sent, vec![json!({ "refresh_token": "canary-refresh-1" }); 2], "{grace}");
        if grace {
            assert_eq!((page.status, page.body.contains(USER)), (200, true));
            let (_, session) = program.session(&page.cookies()).await;
            assert_eq!(session["accessToken"], "canary-access-3");
            assert_eq!(upstream.requests_to("/sign-in").len(), sign_ins, "nobody has to sign in");
        } else {
            assert_eq!(page.status, 303);
            assert!(page.header("location").unwrap().contains("reason=ended"));
            assert!(page.headers("set-cookie").any(|line| line.contains("Max-Age=0")));
            upstream.on("POST", "/sign-in", Answer::json(200, tokens(4, 7_200)));
            let cookies = program.signs_in().await;
            assert_eq!(program.get("/account", &cookies).await.status, 200, "one sign-in, and no circle");
        }
        program.settles().await;
        program.came_through(&upstream).await;
    }
}
