use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};

use crate::callbacks::{Callbacks, Event, Happening};
use crate::clock::TestClock;
use crate::fixture::{App, Log, NOW, ORIGIN, body, config, json_answer};
use crate::store::gated::{Door, GatedStore};

const TIGHT: &str = "[limits]\naccount = '3/30m'\naddress = '5/50m'\ntrusted_proxies = ['10.0.0.0/8']\n";

/// Somebody guesses, from an address and perhaps through a proxy: the status, and what they are told.
async fn guess(app: &App, user: &str, password: &str, from: &str) -> (StatusCode, String) {
    let (peer, forwarded) = match from.split_once(" via ") {
        Some((client, proxy)) => (proxy, Some(client)),
        None => (from, None),
    };
    let peer = SocketAddr::new(peer.parse().unwrap(), 4_711);
    let mut request = Request::post("/test/sign-in")
        .header("origin", ORIGIN)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .extension(ConnectInfo(peer));
    if let Some(client) = forwarded {
        request = request.header("x-forwarded-for", client);
    }
    let response = app.send(request, format!("username={user}&password={password}")).await;
    (response.status(), body(response).await)
}

async fn status(app: &App, user: &str, password: &str, from: &str) -> u16 {
    guess(app, user, password, from).await.0.as_u16()
}

/// RL-01, RL-02: an account from anywhere; others are not in the way, nor is it for longer than said.
#[tokio::test]
async fn an_account_is_guessed_at_so_often_and_no_more() {
    let app = App::new(TIGHT);
    for number in 0..3 {
        assert_eq!(status(&app, "ana", "wrong", &format!("192.0.2.{number}")).await, 401);
    }
    let asked = app.upstream.count("/sign-in");
    let (refused, told) = guess(&app, "ana", "right", "192.0.2.9").await;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((refused.as_u16(), &told["code"], &told["retryAfter"]), (429, &"too_many_attempts".into(), &600.into()));
    assert_eq!(app.upstream.count("/sign-in"), asked, "the upstream hears nothing of it");
    assert_eq!(status(&app, "zoe", "right", "192.0.2.9").await, 303);
    app.clock.advance(600);
    assert_eq!(status(&app, "ana", "right", "192.0.2.9").await, 303);
    for _ in 0..3 {
        assert_eq!(status(&app, "ana", "wrong", "192.0.2.9").await, 401, "who was right begins anew");
    }
}

/// RL-03
#[tokio::test]
async fn an_address_guesses_so_often_and_no_more_whatever_it_says() {
    for addresses in [
        ["192.0.2.7", "::ffff:192.0.2.7", "192.0.2.7 via 10.0.0.1", "192.0.2.7 via 10.0.0.2", "::ffff:192.0.2.7"],
        ["2001:db8::1", "2001:db8::2", "2001:db8::3:4", "2001:db8::1 via 10.0.0.1", "2001:db8::ffff"],
        ["192.0.2.7", "9.9.9.9, 192.0.2.7 via 10.0.0.1", "1.1.1.1 via 192.0.2.7", "8.8.8.8 via 192.0.2.7", "192.0.2.7"],
    ] {
        let app = App::new(TIGHT);
        for (number, address) in addresses.iter().enumerate() {
            assert_eq!(status(&app, &format!("user-{number}"), "wrong", address).await, 401, "{address}");
        }
        assert_eq!(status(&app, "ana", "right", addresses[0]).await, 429, "{addresses:?}");
        assert_eq!(status(&app, "ana", "right", "198.51.100.1").await, 303, "nobody else");
    }
}

/// RL-04
#[tokio::test]
async fn one_account_is_one_in_any_spelling_that_the_upstream_sees_as_one() {
    let app = App::new(TIGHT);
    app.script(|request| match request.uri().path() {
        "/sign-in" => json_answer(401, &serde_json::json!({})),
        _ => json_answer(404, &serde_json::json!({})),
    });
    for user in ["jos%C3%A9", "jose%CC%81", "%20jos%C3%A9%E2%80%83"] {
        assert_eq!(status(&app, user, "wrong", "192.0.2.1").await, 401, "{user}");
    }
    assert_eq!(status(&app, "jos%C3%A9", "right", "192.0.2.1").await, 429);
    assert_eq!(status(&app, "Jos%C3%A9", "right", "192.0.2.1").await, 401, "case is the API's to fold");
}

/// RL-05, fault 12: who goes on guessing does not learn which account is locked, unless the API's own words say it.
#[tokio::test]
async fn a_locked_account_is_guessed_at_as_often_as_any_other() {
    for (answer, messages, last) in
        [(401, "neutral", 429), (403, "neutral", 429), (423, "neutral", 429), (423, "upstream", 401)]
    {
        let app = App::new(&format!("login.messages = '{messages}'\n{TIGHT}"));
        app.script(move |_| json_answer(answer, &serde_json::json!({})));
        for expected in [401, 401, 401, last] {
            assert_eq!(status(&app, "ana", "wrong", "192.0.2.1").await, expected, "{answer} {messages}");
        }
    }
}

/// Faults 1, 13, 14: only a wrong password counts.
#[tokio::test]
async fn what_is_not_the_person_s_fault_does_not_count() {
    for answer in [404, 429, 500, 503] {
        let app = App::new(TIGHT);
        app.script(move |_| json_answer(answer, &serde_json::json!({})));
        for _ in 0..9 {
            guess(&app, "ana", "right", "192.0.2.1").await;
        }
        assert_eq!(app.upstream.count("/sign-in"), 9, "{answer}");
    }
}

/// RL-01: at one moment, too.
#[tokio::test(start_paused = true)]
async fn of_many_guesses_at_once_no_more_reach_the_upstream_than_may_be_wrong() {
    let app = App::new(TIGHT);
    app.upstream.hold();
    let guesses = (0..50).map(|number| {
        let from = format!("192.0.2.{number}");
        let app = &app;
        async move { status(app, "ana", "wrong", &from).await }
    });
    let release = async {
        app.upstream.called("/sign-in", 3).await;
        app.upstream.release();
    };
    let (statuses, ()) = tokio::join!(futures_util::future::join_all(guesses), release);
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(401), count(429), app.upstream.count("/sign-in")), (3, 47, 3));
}

/// Many who are right, behind one address, wait for one another at most.
#[tokio::test(start_paused = true)]
async fn nobody_is_refused_for_those_who_are_right() {
    let app = App::new(TIGHT);
    let guesses = (0..40).map(|number| {
        let app = &app;
        async move { status(app, &format!("user-{number}"), "right", "192.0.2.1").await }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    assert!(statuses.iter().all(|status| *status == 303), "{statuses:?}");
}

/// Who hangs up has not guessed, and cannot ask anew before the answer could have come.
#[tokio::test(start_paused = true)]
async fn hanging_up_is_no_guess_and_no_way_around_the_limit() {
    let app = App::new(TIGHT);
    app.upstream.hold();
    for number in 0..3 {
        let from = format!("192.0.2.{number}");
        tokio::select! {
            _ = status(&app, "ana", "wrong", &from) => panic!("it is held"),
            () = app.upstream.called("/sign-in", number + 1) => {}
        }
    }
    app.upstream.release();
    assert_eq!(status(&app, "ana", "right", "192.0.2.9").await, 429);
    assert_eq!(app.upstream.count("/sign-in"), 3);
    app.clock.advance(31);
    assert_eq!(status(&app, "ana", "right", "192.0.2.9").await, 303);
}

/// Who waits for those before them waits a moment, and no longer: nobody is held.
#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_those_before_them() {
    let app = App::new(TIGHT);
    app.upstream.hold();
    let held = async {
        let calls = (0..3).map(|number| {
            let app = &app;
            async move { status(app, "ana", "right", &format!("192.0.2.{number}")).await }
        });
        futures_util::future::join_all(calls).await
    };
    let waiting = async {
        app.upstream.called("/sign-in", 3).await;
        let told = guess(&app, "ana", "right", "192.0.2.9").await;
        app.upstream.release();
        told
    };
    let (statuses, (refused, told)) = tokio::join!(held, waiting);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((refused.as_u16(), &told["retryAfter"]), (429, &1.into()));
    assert_eq!(statuses, [303, 303, 303]);
}

/// Whoever waits for their own address keeps no place of the account that they ask for.
#[tokio::test(start_paused = true)]
async fn an_address_that_waits_is_in_nobody_s_way() {
    let app = App::new(TIGHT);
    app.upstream.hold();
    let crowd = async {
        let calls = (0..5).map(|number| {
            let app = &app;
            async move { status(app, &format!("user-{number}"), "right", "192.0.2.1").await }
        });
        futures_util::future::join_all(calls).await
    };
    let waiting = async {
        app.upstream.called("/sign-in", 5).await;
        let attacks = (0..3).map(|_| status(&app, "ana", "wrong", "192.0.2.1"));
        futures_util::future::join_all(attacks).await
    };
    let victim = async {
        app.upstream.called("/sign-in", 5).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let signed_in = status(&app, "ana", "right", "198.51.100.1");
        let release = async {
            app.upstream.called("/sign-in", 6).await;
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            app.upstream.release();
        };
        tokio::join!(signed_in, release).0
    };
    let (_, attacks, victim) = tokio::join!(crowd, waiting, victim);
    assert_eq!((attacks, victim), (vec![429, 429, 429], 303));
}

/// What the API needs to know whose password it is tells accounts apart, and what it is not sent does not.
#[tokio::test]
async fn an_account_is_all_that_the_api_is_told_of_it() {
    const COMPANY: &str = "upstream.sign_in.body = { '/company' = '{company}', '/username' = '{username}', '/password' = '{password}' }\n\
        [login]\nfields = [{ name = 'company' }, { name = 'username' }, { name = 'ignored' }, { name = 'password', type = 'password' }]\n";
    let app = App::new(&format!("{COMPANY}{TIGHT}"));
    let form = |company: &str, user: &str, ignored: &str, password: &str| {
        format!("company={company}&username={user}&ignored={ignored}&password={password}")
    };
    let post = async |form: String| app.post("/test/sign-in", "", &form).await.status().as_u16();
    for ignored in ["a", "b", "c"] {
        assert_eq!(post(form("ocean", "ana", ignored, "wrong")).await, 401);
    }
    assert_eq!(post(form("ocean", "ana", "d", "right")).await, 429, "what is not sent is no way around");
    for (company, user) in [("ocean", "ana%20"), ("%20ocean", "ana"), ("%E2%80%83ocean%20", "%20ana")] {
        assert_eq!(post(form(company, user, "d", "right")).await, 429, "RL-04: {company}, {user}");
    }
    assert_eq!(post(form("ocean", "zoe", "d", "right")).await, 303, "nobody else of the company");
    assert_eq!(post(form("shore", "ana", "d", "right")).await, 303, "nor of that name elsewhere");
}

/// The place is given back where the store comes and goes, and what was wrong counts in this process.
#[tokio::test]
async fn a_store_that_comes_and_goes_forgets_nothing_here() {
    let clock = TestClock::at(NOW);
    let store = GatedStore::new(Door::default(), &clock);
    let app = App::with_store(config(TIGHT), std::sync::Arc::clone(&store) as _, clock);
    for number in 0..3 {
        if number == 1 {
            store.gate.shut()
        } else {
            store.gate.open()
        }
        assert_eq!(status(&app, "ana", "wrong", &format!("192.0.2.{number}")).await, 401);
    }
    assert_eq!(status(&app, "ana", "right", "192.0.2.9").await, 429);
}

/// A one-time code is guessed at like a password.
#[tokio::test]
async fn a_wrong_code_counts() {
    let app = App::new(&format!(
        "upstream.sign_in.mfa = [{{ status = 401, pointer = '/code', equals = 'OTP' }}]\n\
         upstream.sign_in.body = {{ '/username' = '{{username}}', '/password' = '{{password}}', '/otp' = '{{otp}}' }}\n{TIGHT}"
    ));
    app.script(|_| json_answer(401, &serde_json::json!({ "code": "OTP" })));
    let mut cookies = String::new();
    for _ in 0..4 {
        let response = app.sign_in_as("ana", "").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "the question counts nothing");
        cookies = crate::fixture::cookies(&response);
    }
    for expected in [401, 401, 401, 429] {
        let response = app.post("/test/sign-in", &cookies, "secondStep=on&otp=000000").await;
        assert_eq!(response.status().as_u16(), expected);
    }
}

/// Writes down the happenings.
#[derive(Clone, Default)]
struct Ear(std::sync::Arc<std::sync::Mutex<Vec<Event>>>);

impl Callbacks for Ear {
    async fn event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// LG-02
#[tokio::test]
async fn an_audit_hears_of_it_with_the_client_s_address() {
    let ear = Ear::default();
    let app = App::calling(TIGHT, ear.clone());
    for _ in 0..4 {
        guess(&app, "ana", "wrong", "192.0.2.7 via 10.0.0.1").await;
    }
    app.vestibule.told().await;
    let heard = ear.0.lock().unwrap();
    let last = heard.last().unwrap();
    assert_eq!(last.happening, Happening::Refused { code: vestibule_core::ErrorCode::TooManyAttempts });
    assert_eq!(last.address, Some("192.0.2.7".parse().unwrap()));
}

/// LG-02: who was guessed at can be found, by a hash that every line of the log has in common.
#[tokio::test]
async fn a_refused_sign_in_names_the_account_in_the_event_and_in_the_log() {
    let (ear, log) = (Ear::default(), Log::as_json());
    let app = App::calling(TIGHT, ear.clone());
    for _ in 0..4 {
        guess(&app, "ana", "wrong", "192.0.2.7").await;
    }
    guess(&app, "zoe", "wrong", "192.0.2.7").await;
    app.vestibule.told().await;
    let accounts: Vec<_> = ear.0.lock().unwrap().iter().map(|event| event.account.clone().unwrap()).collect();
    let [ana, .., zoe] = accounts.as_slice() else { panic!("{accounts:?}") };
    assert_eq!(accounts, [ana, ana, ana, ana, zoe].map(Clone::clone));
    assert_ne!(ana, zoe);
    let lines = log.objects();
    let named: Vec<_> = lines.iter().filter_map(|line| line["account"].as_str()).collect();
    assert_eq!(named, accounts, "{lines:?}");
}

/// Behind a proxy that nobody named, all would share one limit.
#[tokio::test]
async fn a_proxy_that_nobody_trusts_is_told_of_once() {
    let elsewhere = "limits.trusted_proxies = ['172.17.0.0/16']";
    for (toml, times) in [("", 1), (elsewhere, 1), (TIGHT, 0)] {
        let log = Log::listen();
        let app = App::new(toml);
        for _ in 0..2 {
            guess(&app, "ana", "wrong", "192.0.2.7 via 10.0.0.1").await;
        }
        assert_eq!(log.text().matches("limits.trusted_proxies").count(), times);
    }
}
