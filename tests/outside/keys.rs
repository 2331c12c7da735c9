//! Fault 29: the keys that verify the API's tokens are new, or cannot be had. That their age ends, and that a new one is found
//! half a minute after the last look, is proved beside the fetching, on a clock that a test can move.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use scripted_upstream::{Answer, ScriptedUpstream};
use serde_json::{Value, json};

use crate::browser::USER;
use crate::program::{Program, until};
use crate::signing::Key;

/// Tokens live for half a minute, and are renewed with the next request.
const VERIFIED: &str = "session.refresh_before = '1m'\n[upstream.refresh]\n";

/// An API that signs with one key at a time.
#[derive(Clone)]
struct Api(Arc<Mutex<(Key, i64, u32)>>);

impl Api {
    fn on(upstream: &ScriptedUpstream, key: Key) -> Self {
        let api = Self(Arc::new(Mutex::new((key, 7_200, 0))));
        upstream.on("GET", "/me", Answer::json(200, json!({ "id": 7, "email": USER, "displayName": "Mira" })));
        for path in ["/sign-in", "/refresh"] {
            let api = api.clone();
            upstream.on_request("POST", path, move |_| Answer::json(200, api.tokens()));
        }
        api
    }

    fn signs_with(&self, key: Key) {
        self.0.lock().unwrap().0 = key;
    }

    /// For so many seconds its tokens live.
    fn gives(&self, life: i64) {
        self.0.lock().unwrap().1 = life;
    }

    fn tokens(&self) -> Value {
        let mut state = self.0.lock().unwrap();
        let (key, life, count) = &mut *state;
        *count += 1;
        let now: i64 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap();
        let token = key.signs(&json!({ "iat": now, "exp": now + *life, "jti": *count }));
        json!({ "accessToken": token, "refreshToken": format!("canary-refresh-{count}") })
    }
}

/// The API's keys, good for an hour.
fn published(keys: &[&Key]) -> Answer {
    let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
    Answer::json(200, json!({ "keys": keys })).header("cache-control", "max-age=3600")
}

/// In front of an API whose keys are at `/jwks`.
async fn program(upstream: &ScriptedUpstream) -> Program {
    let more = format!("upstream.token.verify.jwks_url = '{}/jwks'\n{VERIFIED}", upstream.url());
    let mut program = Program::start(&upstream.url(), &more).await;
    program.settles().await;
    program
}

/// A session whose token is due; the cookies.
async fn due(program: &Program, api: &Api) -> String {
    api.gives(30);
    let cookies = program.signs_in().await;
    api.gives(7_200);
    cookies
}

fn faults() -> [(&'static str, Answer); 4] {
    [
        ("500", Answer::status(500)),
        ("empty", Answer::json(200, json!({ "keys": [] }))),
        ("a page", Answer::text(200, "text/html", "<h1>canary</h1>")),
        ("no answer", Answer::hang()),
    ]
}

/// Fault 29: keys that are known are good until their age is over, whatever becomes of their address; and a key that is not
/// known yet makes nobody's password wrong, and ends nothing.
#[tokio::test]
async fn keys_that_are_known_outlive_their_address() {
    let upstream = ScriptedUpstream::start().await;
    let (one, two) = (Key::new("one"), Key::new("two"));
    upstream.on("GET", "/jwks", published(&[&one]));
    let api = Api::on(&upstream, one);
    let program = program(&upstream).await;
    for (fault, answer) in faults() {
        upstream.on("GET", "/jwks", answer);
        let cookies = due(&program, &api).await;
        let page = program.get("/account", &cookies).await;
        assert_eq!((page.status, page.cookies().is_empty()), (200, false), "{fault}: renewed");
        program.is_unharmed().await;
    }
    let cookies = due(&program, &api).await;
    upstream.on("GET", "/jwks", published(&[&two]));
    api.signs_with(two);
    let page = program.sign_in().await;
    assert_eq!((page.status, page.cookies().as_str()), (502, ""), "the set came a moment ago");
    let (_, session) = program.session(&cookies).await;
    assert_eq!(session["user"]["email"], USER);
    assert_eq!(program.get("/account", &cookies).await.status, 200);
    assert_eq!(upstream.requests_to("/jwks").len(), 1, "whatever tokens say");
    assert!(!program.log().contains("eyJ"), "no token");
}

/// Fault 29: without keys it is the API that is away: 503 before a password is posted, and no session is lost nor its refresh
/// token spent. Keys that are there again, and are others, are found without a restart.
#[tokio::test]
async fn without_keys_nobody_signs_in_nobody_is_signed_out_and_nothing_is_spent() {
    let upstream = ScriptedUpstream::start().await;
    let (one, two) = (Key::new("one"), Key::new("two"));
    upstream.on("GET", "/jwks", published(&[&one]));
    let api = Api::on(&upstream, one);
    let mut program = program(&upstream).await;
    let cookies = due(&program, &api).await;
    let calls = |path: &str| upstream.requests_to(path).len();
    for (fault, answer) in faults() {
        // A process that has just begun knows no keys.
        upstream.on("GET", "/jwks", answer);
        program.is_killed_and_starts_again().await;
        let (sign_ins, renewals, asked) = (calls("/sign-in"), calls("/refresh"), calls("/jwks"));
        for _ in 0..3 {
            let page = program.sign_in().await;
            assert_eq!(
                (page.status, page.header("retry-after"), page.cookies().as_str()),
                (503, Some("5"), ""),
                "{fault}"
            );
            let (page, session) = program.session(&cookies).await;
            assert_eq!((page.status, session["user"]["email"].as_str()), (200, Some(USER)), "{fault}");
            assert_eq!(program.get("/account", &cookies).await.status, 200, "{fault}");
        }
        assert_eq!((calls("/sign-in"), calls("/refresh")), (sign_ins, renewals), "{fault}");
        assert_eq!(calls("/jwks"), asked + 1, "{fault}: not asked again within five seconds");
    }
    upstream.on("GET", "/jwks", published(&[&two]));
    api.signs_with(two);
    until("the new keys", async || program.sign_in().await.status == 303).await;
    until("the renewal", async || !program.session(&cookies).await.0.cookies().is_empty()).await;
    program.settles().await;
    program.is_unharmed().await;
    assert!(!program.log().contains("eyJ"), "no token");
}
