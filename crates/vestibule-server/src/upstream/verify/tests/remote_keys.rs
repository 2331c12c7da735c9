use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use http::{Request, Response};
use serde_json::json;
use tokio::sync::watch;

use super::super::signing::{ED25519, P256, claims_at, jwk, key_set, token};
use super::super::{Algorithm, Claims, KeySource, NotVerified, Typ, Unverified, Verifier, Verify};
use crate::clock::{Clock, TestClock};
use crate::fixture::Log;
use crate::remote::good_for;
use crate::upstream::fake::{Answer, NOW, answer, json_answer};
use crate::upstream::{Away, Transport, TransportError};

/// An API that publishes its keys: as the last answer says, and before that as each of `once`.
struct Api {
    once: Mutex<VecDeque<Answer>>,
    always: Mutex<Answer>,
    asked: Mutex<usize>,
    open: watch::Sender<bool>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

impl Transport for Api {
    fn send(
        &self,
        request: Request<Bytes>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        assert_eq!((request.method().as_str(), request.uri().path()), ("GET", "/jwks"));
        assert!(deadline <= super::super::KEYS_TIMEOUT);
        *self.asked.lock().unwrap() += 1;
        let answer = self.once.lock().unwrap().pop_front().unwrap_or_else(|| self.always.lock().unwrap().clone());
        Box::pin(async move {
            let _ = self.open.subscribe().wait_for(|open| *open).await;
            answer
        })
    }
}

struct Rig {
    api: Arc<Api>,
    clock: TestClock,
    verifier: Verifier,
}

impl Rig {
    fn new(first: Answer) -> Self {
        let api = Arc::new(Api {
            once: Mutex::default(),
            always: Mutex::new(first),
            asked: Mutex::default(),
            open: watch::Sender::new(true),
        });
        let clock = TestClock::at(NOW);
        let policy = Verify {
            keys: KeySource::Remote("https://api.example/jwks".parse().unwrap()),
            algorithms: vec![Algorithm::Es256, Algorithm::EdDsa],
            issuer: None,
            audience: None,
            typ: Typ::Access,
        };
        let verifier = Verifier::new(
            policy,
            "upstream.token.verify.jwks_url",
            Arc::clone(&api) as _,
            Arc::new(clock.clone()),
            Duration::from_secs(10),
        );
        Self { api, clock, verifier }
    }

    fn answers(&self, answer: Answer) {
        *self.api.always.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        *self.api.asked.lock().unwrap()
    }

    async fn verify(&self, algorithm: Algorithm, kid: &str) -> Result<Claims, NotVerified> {
        let now = self.clock.now().as_unix();
        self.verifier.verify(&token(algorithm, Some(kid), &claims_at(now))).await
    }

    async fn old(&self) -> Result<Claims, NotVerified> {
        self.verify(Algorithm::Es256, "old").await
    }

    async fn new_key(&self) -> Result<Claims, NotVerified> {
        self.verify(Algorithm::EdDsa, "new").await
    }
}

fn old() -> Answer {
    json_answer(200, key_set(&[jwk(P256, "old")]))
}

fn both() -> Answer {
    json_answer(200, key_set(&[jwk(P256, "old"), jwk(ED25519, "new")]))
}

fn with_age(cache_control: &str) -> Answer {
    answer(200, &[("cache-control", cache_control)], key_set(&[jwk(P256, "old")]).to_string())
}

const UNKNOWN: NotVerified = NotVerified::Token(Unverified::UnknownKey);

/// TK-05, fault 29
#[tokio::test]
async fn a_new_key_is_found_without_a_restart() {
    let rig = Rig::new(old());
    rig.old().await.unwrap();
    rig.answers(both());
    assert_eq!(rig.new_key().await.unwrap_err(), UNKNOWN, "the set came a moment ago");
    rig.clock.advance(30);
    rig.new_key().await.unwrap();
    rig.old().await.unwrap();
    assert_eq!(rig.asked(), 2);
}

/// TK-05
#[tokio::test]
async fn a_key_that_the_api_withdrew_is_forgotten() {
    let rig = Rig::new(both());
    rig.new_key().await.unwrap();
    rig.answers(old());
    rig.clock.advance(599);
    rig.new_key().await.unwrap();
    rig.clock.advance(1);
    assert_eq!(rig.new_key().await.unwrap_err(), UNKNOWN);
}

/// TK-05
#[tokio::test]
async fn a_key_that_was_replaced_under_its_name_is_found() {
    let rig = Rig::new(json_answer(200, key_set(&[jwk(P256, "key")])));
    rig.verify(Algorithm::Es256, "key").await.unwrap();
    rig.answers(json_answer(200, key_set(&[jwk(ED25519, "key")])));
    rig.clock.advance(30);
    rig.verify(Algorithm::EdDsa, "key").await.unwrap();
}

/// TK-05: whatever tokens name, the API is asked once in 30 s at most.
#[tokio::test]
async fn a_flood_of_unknown_keys_is_one_fetch_in_thirty_seconds() {
    let rig = Rig::new(old());
    rig.old().await.unwrap();
    let flood = async |from: u32| {
        for number in from..from + 10_000 {
            // The signature does not matter: no key is known to check it by.
            let header =
                super::super::signing::encoded(json!({ "alg": "ES256", "kid": number.to_string() }).to_string());
            let outcome = rig.verifier.verify(&format!("{header}.e30.AAAA")).await;
            assert_eq!(outcome.unwrap_err(), UNKNOWN);
        }
    };
    flood(0).await;
    assert_eq!(rig.asked(), 1, "within 30 s of the first");
    rig.clock.advance(29);
    flood(10_000).await;
    assert_eq!(rig.asked(), 1);
    rig.clock.advance(1);
    flood(20_000).await;
    assert_eq!(rig.asked(), 2);
    rig.old().await.unwrap();
}

/// TK-05: the same while fetching fails.
#[tokio::test]
async fn a_flood_while_the_keys_are_away_is_no_more() {
    let rig = Rig::new(old());
    rig.old().await.unwrap();
    rig.answers(json_answer(500, json!({})));
    for _ in 0..90 {
        rig.clock.advance(1);
        let _ = rig.new_key().await.unwrap_err();
    }
    assert_eq!(rig.asked(), 1 + 3);
}

/// TK-05, fault 29: whatever is wrong with a fetch, the last good set counts until it is over; then it is the API that is
/// away, and nobody's token that is bad.
#[tokio::test]
async fn the_last_good_set_is_kept_until_its_age_is_over() {
    for failure in [
        json_answer(500, json!({})),
        json_answer(404, json!({})),
        answer(302, &[("location", "https://evil.example/jwks")], ""),
        json_answer(200, json!({ "keys": [] })),
        json_answer(200, json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] })),
        answer(200, &[], "<html>"),
        answer(200, &[], format!("{}{}", key_set(&[jwk(ED25519, "new")]), " ".repeat(64 * 1_024))),
        Err(TransportError::Refused),
        Err(TransportError::Timeout),
        Err(TransportError::Tls),
    ] {
        let rig = Rig::new(with_age("max-age=3600"));
        rig.old().await.unwrap();
        rig.answers(failure);
        for _ in 0..5 {
            rig.clock.advance(700);
            rig.old().await.unwrap();
            // It may be new: nobody can say while the API does not tell.
            assert!(matches!(rig.new_key().await, Err(NotVerified::Keys(_))));
        }
        rig.clock.advance(99);
        rig.old().await.unwrap();
        assert_eq!(rig.asked(), 1 + 6, "due every time, and not more often");
        rig.clock.advance(1);
        assert!(matches!(rig.old().await, Err(NotVerified::Keys(_))), "its age is over");
        assert!(rig.verifier.ready().await.is_err());
        // The API is back: it is found soon, without a restart.
        rig.answers(both());
        rig.clock.advance(5);
        rig.old().await.unwrap();
        rig.new_key().await.unwrap();
    }
}

/// TK-05
#[tokio::test]
async fn without_any_set_the_api_is_asked_every_five_seconds_at_most() {
    let rig = Rig::new(Err(TransportError::Refused));
    for _ in 0..100 {
        assert_eq!(rig.verifier.ready().await.unwrap_err(), Away::Transport(TransportError::Refused));
        assert_eq!(rig.old().await.unwrap_err(), NotVerified::Keys(Away::Transport(TransportError::Refused)));
    }
    assert_eq!(rig.asked(), 1);
    rig.answers(old());
    rig.clock.advance(4);
    assert!(rig.old().await.is_err());
    rig.clock.advance(1);
    rig.old().await.unwrap();
    assert_eq!(rig.asked(), 2);
}

/// The log says what is wrong and where; no token is in it.
#[tokio::test]
async fn a_failed_fetch_is_one_line_that_names_the_key() {
    let rig = Rig::new(json_answer(503, json!({ "canary": true })));
    let log = Log::listen();
    for _ in 0..10 {
        let _ = rig.old().await;
    }
    let text = log.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("were not fetched")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].contains("upstream.token.verify.jwks_url") && lines[0].contains("503"), "{text}");
    assert!(!text.contains("canary") && !text.contains("eyJ"));
}

/// However many sign in at once, one of them fetches, and the others wait for it.
#[tokio::test]
async fn one_fetch_runs_at_a_time() {
    let rig = Rig::new(both());
    rig.api.open.send_replace(false);
    let crowd = join_all((0..50).map(|_| rig.old()));
    let opens = async {
        while rig.asked() == 0 {
            tokio::task::yield_now().await;
        }
        rig.api.open.send_replace(true);
    };
    let (outcomes, ()) = tokio::join!(crowd, opens);
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(rig.asked(), 1);
}

/// A fetch that fails is one for everybody who waited for it, however long it took.
#[tokio::test]
async fn a_crowd_that_waited_for_a_failed_fetch_does_not_queue_for_more() {
    let rig = Rig::new(json_answer(503, json!({})));
    rig.api.open.send_replace(false);
    let crowd = join_all((0..50).map(|_| rig.verifier.ready()));
    let opens = async {
        while rig.asked() == 0 {
            tokio::task::yield_now().await;
        }
        rig.clock.advance(60);
        rig.api.open.send_replace(true);
    };
    let (outcomes, ()) = tokio::join!(crowd, opens);
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Away::Status(503))), "{outcomes:?}");
    assert_eq!(rig.asked(), 1);
}

/// Whatever a connection does, a sign-in or a flight is held up for one time-out at most.
#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_for_one_fetch() {
    let rig = Rig::new(old());
    rig.api.open.send_replace(false);
    let started = tokio::time::Instant::now();
    let crowd = join_all((0..50).map(|_| rig.verifier.ready())).await;
    assert!(crowd.iter().all(|outcome| *outcome == Err(Away::Transport(TransportError::Timeout))), "{crowd:?}");
    assert_eq!((started.elapsed(), rig.asked()), (super::super::KEYS_TIMEOUT, 1));
    // It goes on, and whoever comes next has what it brings.
    rig.api.open.send_replace(true);
    rig.old().await.unwrap();
    assert_eq!(rig.asked(), 1);
}

/// A set that is good holds nobody up while it is fetched again, and who asked for that may go away.
#[tokio::test]
async fn nobody_waits_for_a_fetch_but_the_one_who_started_it() {
    let rig = Rig::new(old());
    rig.old().await.unwrap();
    rig.clock.advance(600);
    rig.api.open.send_replace(false);
    rig.answers(both());
    {
        let first = rig.old();
        tokio::pin!(first);
        while rig.asked() < 2 {
            assert!(first.as_mut().now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        for _ in 0..10 {
            rig.old().await.unwrap();
        }
    }
    rig.api.open.send_replace(true);
    rig.new_key().await.unwrap();
    assert_eq!(rig.asked(), 2, "the fetch ran to its end, though nobody waited for it");
}

/// A clock that is set back makes nobody wait, and no set immortal.
#[tokio::test]
async fn a_clock_that_goes_back_does_no_harm() {
    let rig = Rig::new(old());
    rig.old().await.unwrap();
    rig.clock.advance(-3_600);
    rig.old().await.unwrap();
    rig.answers(both());
    rig.new_key().await.unwrap();
    assert_eq!(rig.asked(), 2);
}

#[test]
fn a_set_is_good_for_its_max_age_within_reason() {
    let of = |text: &str| {
        let mut response = Response::builder();
        for line in text.split('|').filter(|line| !line.is_empty()) {
            response = response.header("cache-control", line);
        }
        good_for(response.body(()).unwrap().headers())
    };
    assert_eq!(of("public, max-age=3600, must-revalidate"), 3_600);
    assert_eq!(of("public|MAX-AGE = \"900\""), 900);
    assert_eq!((of("max-age=1"), of("max-age=86401"), of("max-age=99999999999999")), (60, 86_400, 86_400));
    for nothing in
        ["", "no-store", "no-cache, no-store, max-age=0, must-revalidate", "max-age=-1", "max-age=soon", "s-maxage=60"]
    {
        assert_eq!(of(nothing), 86_400, "{nothing}");
    }
}
