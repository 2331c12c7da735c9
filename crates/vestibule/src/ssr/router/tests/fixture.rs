//! The running application: no network, no files, and a clock that stands still.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Request};
use leptos::prelude::LeptosOptions;
use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, oneshot};
use tower::ServiceExt;
use vestibule_server::app::{Vestibule, VestibuleBuilder};
use vestibule_server::callbacks::Callbacks;
use vestibule_server::clock::TestClock;
use vestibule_server::config::{Config, Source};
use vestibule_server::upstream::{Transport, TransportError, Upstream};
use vestibule_server::{layers, routes};

use super::api::handlers;
use super::application::{App, shell};
use crate::FormBody;
use crate::ssr::router;

pub(super) const PUBLIC_URL: &str = "https://app.example";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// The only password that the upstream takes, and one that it does not.
pub(super) const RIGHT: &str = "canary-password-7Q";
pub(super) const WRONG: &str = "canary-mistyped-9Z";
/// What the upstream says when it refuses.
pub(super) const UPSTREAM_WORDS: &str = "canary-words: no such user in table accounts";

/// The longest that anybody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// While Leptos lists an application's routes, no resource of the whole process loads, and one that was begun then never
/// will: so nothing is rendered while a site is built.
static BUILDING: RwLock<()> = RwLock::const_new(());

pub(super) type Rendering = RwLockReadGuard<'static, ()>;
type UpstreamAnswer = Result<http::Response<Bytes>, TransportError>;
type Script = dyn Fn(&Request<Bytes>) -> UpstreamAnswer + Send + Sync;

/// An upstream that answers by a function and remembers what it was asked.
struct FakeUpstream {
    script: Mutex<Box<Script>>,
    asked: Mutex<Vec<String>>,
    held: Mutex<Option<oneshot::Receiver<()>>>,
    /// A path that is answered by its deadline alone.
    silent: Mutex<Option<&'static str>>,
    /// The body of the next answer that streams.
    body: Mutex<Option<Body>>,
}

impl fmt::Debug for FakeUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeUpstream")
    }
}

impl Transport for FakeUpstream {
    fn send(&self, request: Request<Bytes>, deadline: Duration) -> BoxFuture<'_, UpstreamAnswer> {
        let answer = (self.script.lock().unwrap())(&request);
        self.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
        if *self.silent.lock().unwrap() == Some(request.uri().path()) {
            return Box::pin(async move {
                tokio::time::sleep(deadline).await;
                Err(TransportError::Timeout)
            });
        }
        let held = self.held.lock().unwrap().take();
        Box::pin(async move {
            match held {
                Some(held) => _ = held.await,
                // As over a network, others get their turn.
                None => tokio::task::yield_now().await,
            }
            answer
        })
    }

    fn stream(
        &self,
        request: Request<Body>,
        deadline: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.map_err(|_| TransportError::Reset)?;
            let answer = self.send(Request::from_parts(head, body), deadline).await?;
            let body = self.body.lock().unwrap().take();
            Ok(answer.map(|whole| body.unwrap_or(Body::from(whole))))
        })
    }
}

pub(super) fn json_answer(status: u16, body: &Value) -> UpstreamAnswer {
    let body = Bytes::from(body.to_string());
    Ok(http::Response::builder().status(status).header(CONTENT_TYPE, "application/json").body(body).unwrap())
}

/// The contract of the smallest configuration, for any user whose password is right.
pub(super) fn ordinary(request: &Request<Bytes>) -> UpstreamAnswer {
    let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let user = token.and_then(|token| token.strip_prefix("Bearer canary-token-of-"));
    match (request.uri().path(), user) {
        ("/sign-in", _) => {
            let sent: Value = serde_json::from_slice(request.body()).unwrap();
            let user = sent["username"].as_str().unwrap_or_default();
            if sent["password"] == RIGHT {
                let tokens = json!({
                    "accessToken": format!("canary-token-of-{user}"), "refreshToken": format!("canary-refresh-of-{user}"),
                });
                json_answer(200, &tokens)
            } else {
                json_answer(401, &json!({ "errors": [{ "title": UPSTREAM_WORDS }] }))
            }
        }
        ("/me", Some(user)) => json_answer(
            200,
            &json!({ "email": format!("{user}@example.com"), "displayName": format!("canary-{user}") }),
        ),
        ("/projects", Some(user)) => json_answer(200, &json!([format!("canary-project-of-{user}")])),
        (_, None) => json_answer(401, &json!({})),
        _ => json_answer(404, &json!({})),
    }
}

pub(super) struct Site {
    pub(super) clock: TestClock,
    upstream: Arc<FakeUpstream>,
    vestibule: Vestibule,
    router: Router,
}

impl Site {
    /// An application in production, with `toml` after the configuration's top-level keys.
    pub(super) async fn new(toml: &str) -> Self {
        Self::of(toml, |parts| parts).await
    }

    /// The same, with callbacks of its own.
    pub(super) async fn calling(toml: &str, callbacks: impl Callbacks) -> Self {
        Self::of(toml, |parts| parts.callbacks(callbacks)).await
    }

    async fn of(toml: &str, arrange: impl FnOnce(VestibuleBuilder) -> VestibuleBuilder) -> Self {
        let text = format!(
            "environment = 'production'\nserver.public_url = '{PUBLIC_URL}'\n\
             session.secrets = ['kV8-test-Qz3nXcRm6TbWyLpHsDfGaJeU']\nupstream.base_url = 'https://api.example'\n{toml}"
        );
        let config = Config::read(&Source::of_text(text)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let clock = TestClock::at(1_800_000_000);
        let upstream = Arc::new(FakeUpstream {
            script: Mutex::new(Box::new(ordinary)),
            asked: Mutex::default(),
            held: Mutex::default(),
            silent: Mutex::default(),
            body: Mutex::default(),
        });
        let contract = config.upstream.clone().unwrap();
        let client =
            Upstream::new(contract, Arc::clone(&upstream) as _, Arc::new(clock.clone()), config.login.messages);
        let vestibule = arrange(Vestibule::builder(config, client, Arc::new(clock.clone()))).build().unwrap();
        let options = LeptosOptions::builder().output_name("test").site_root("no-such-folder").build();
        let _building = BUILDING.write().await;
        let pages = router(&vestibule, options, App, shell).merge(handlers());
        let router = layers::protect(&vestibule, pages, Router::new());
        Self { clock, upstream, vestibule, router }
    }

    /// From now on the upstream answers by `script`.
    pub(super) fn script(&self, script: impl Fn(&Request<Bytes>) -> UpstreamAnswer + Send + Sync + 'static) {
        *self.upstream.script.lock().unwrap() = Box::new(script);
    }

    /// What was denied so far, each with how often, as the metrics have it.
    pub(super) async fn denied(&self) -> Vec<String> {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = routes::admin(&self.vestibule).oneshot(request).await.unwrap();
        let metrics = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let lines = std::str::from_utf8(&metrics).unwrap().lines();
        let counted = lines.filter_map(|line| line.strip_prefix("vestibule_events_total{event=\"denied\",why=\""));
        let mut counted: Vec<_> = counted.map(|rest| rest.replace("\"}", "")).collect();
        counted.sort_unstable();
        counted
    }

    /// From now on every profile is this one.
    pub(super) fn profile(&self, profile: Value) {
        self.script(move |request| match request.uri().path() {
            "/me" => json_answer(200, &profile),
            _ => ordinary(request),
        });
    }

    /// Holds the upstream's next answer until the sender is used or dropped.
    pub(super) fn hold(&self) -> oneshot::Sender<()> {
        let (open, held) = oneshot::channel();
        *self.upstream.held.lock().unwrap() = Some(held);
        open
    }

    /// From now on calls of this path end as time-outs, each at its own deadline.
    pub(super) fn silence(&self, path: &'static str) {
        *self.upstream.silent.lock().unwrap() = Some(path);
    }

    /// The upstream's next answer that may stream has this body.
    pub(super) fn answer_with(&self, body: Body) {
        *self.upstream.body.lock().unwrap() = Some(body);
    }

    /// What the upstream was asked since the last time: methods and paths.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.upstream.asked.lock().unwrap())
    }

    /// Sends a request; what comes back is not yet read.
    pub(super) async fn open(&self, request: http::request::Builder, body: impl Into<Body>) -> Response {
        let rendering = Self::rendering().await;
        self.open_while(&rendering, request, body).await
    }

    /// While it is held no site is built.
    pub(super) async fn rendering() -> Rendering {
        BUILDING.read().await
    }

    /// [`Self::open`], for a page whose data may still be asked for when the response is there.
    pub(super) async fn open_while(
        &self,
        _: &Rendering,
        request: http::request::Builder,
        body: impl Into<Body>,
    ) -> Response {
        let request = request.header(HOST, "app.example").body(body.into()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(super) async fn send(&self, request: http::request::Builder, body: impl Into<Body>) -> Answer {
        let what = format!("{:?} {:?}", request.method_ref(), request.uri_ref());
        let answer = async { Answer::read(self.open(request, body).await).await };
        tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("{what} was never answered"))
    }

    pub(super) async fn get(&self, path: &str, cookies: &str) -> Answer {
        self.send(Request::get(path).header(COOKIE, cookies), Body::empty()).await
    }

    /// Posts as a form of the site's own pages does.
    pub(super) async fn post(&self, path: &str, cookies: &str, body: &str) -> Answer {
        let request = Request::post(path).header(COOKIE, cookies).header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, FORM);
        self.send(request, body.to_owned()).await
    }

    /// Signs in and returns the `Cookie` header that the browser sends from then on.
    pub(super) async fn cookies_of(&self, user: &str) -> String {
        let answer = self.post("/login", "", &form(&[("username", user), ("password", RIGHT)])).await;
        assert_eq!(answer.status, 303);
        self.asked();
        answer.cookies()
    }

    /// Whether these cookies are a session.
    pub(super) async fn is_signed_in(&self, cookies: &str) -> bool {
        self.get("/auth/session", cookies).await.body != "null"
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
        Self { status: parts.status.as_u16(), headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    pub(super) fn header(&self, name: impl AsRef<str>) -> Option<&str> {
        self.headers.get(name.as_ref()).map(|value| value.to_str().unwrap())
    }

    pub(super) fn location(&self) -> Option<&str> {
        self.header(LOCATION)
    }

    pub(super) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// What a browser sends back from now on.
    pub(super) fn cookies(&self) -> String {
        let kept = self.set_cookies().into_iter().filter(|line| !line.contains("Max-Age=0"));
        kept.map(|line| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The head and the body, to look for what must not be in either.
    pub(super) fn everything(&self) -> String {
        format!("{:?}\n{}", self.headers, self.body)
    }
}

/// A body as a browser writes it.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    FormBody::new(fields.iter().copied()).text().to_owned()
}

/// What may become of a sign-in at the upstream.
pub(super) struct Outcome {
    pub(super) name: &'static str,
    pub(super) script: fn(&Request<Bytes>) -> UpstreamAnswer,
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) retry_after: Option<&'static str>,
}

const fn outcome(
    name: &'static str,
    status: u16,
    code: &'static str,
    retry_after: Option<&'static str>,
    script: fn(&Request<Bytes>) -> UpstreamAnswer,
) -> Outcome {
    Outcome { name, script, status, code, retry_after }
}

/// Every way in which a sign-in fails at the upstream.
pub(super) fn outcomes() -> Vec<Outcome> {
    let soon = Some("5");
    vec![
        outcome("refused", 503, "service_unavailable", soon, |_| Err(TransportError::Refused)),
        outcome("no name", 503, "service_unavailable", soon, |_| Err(TransportError::Unresolved)),
        outcome("TLS", 503, "service_unavailable", soon, |_| Err(TransportError::Tls)),
        outcome("500", 503, "service_unavailable", soon, |_| json_answer(500, &json!({ "message": UPSTREAM_WORDS }))),
        outcome("silence", 504, "service_timeout", None, |_| Err(TransportError::Timeout)),
        outcome("reset", 502, "unexpected_answer", None, |_| Err(TransportError::Reset)),
        outcome("HTML", 502, "unexpected_answer", None, |_| Ok(http::Response::new(UPSTREAM_WORDS.into()))),
        outcome("no token", 502, "unexpected_answer", None, |_| json_answer(200, &json!({ "accessToken": 7 }))),
        outcome("redirect", 502, "unexpected_answer", None, |_| json_answer(307, &json!({}))),
        outcome("unmatched", 502, "configuration", None, |_| json_answer(404, &json!({ "message": UPSTREAM_WORDS }))),
        // CK-07
        outcome("huge token", 502, "session_too_large", None, |request| match request.uri().path() {
            "/me" => json_answer(200, &json!({ "email": "ana@example.com" })),
            _ => json_answer(200, &json!({ "accessToken": "t".repeat(65_536) })),
        }),
        outcome("profile 500", 503, "service_unavailable", soon, |request| match request.uri().path() {
            "/me" => json_answer(500, &json!({})),
            _ => ordinary(request),
        }),
        outcome("profile 401", 502, "unexpected_answer", None, |request| match request.uri().path() {
            "/me" => json_answer(401, &json!({})),
            _ => ordinary(request),
        }),
        outcome("locked", 401, "bad_credentials", None, |_| json_answer(423, &json!({ "message": UPSTREAM_WORDS }))),
        outcome("fields", 422, "invalid_fields", None, |_| {
            json_answer(422, &json!({ "errors": { "username": [UPSTREAM_WORDS] } }))
        }),
        outcome("too many", 429, "too_many_attempts", Some("60"), |_| json_answer(429, &json!({}))),
    ]
}
