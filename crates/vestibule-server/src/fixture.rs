//! A running application for tests, without a network and with a clock that the test moves.

mod log;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt;

pub(crate) use self::log::Log;
use crate::app::{Vestibule, VestibuleBuilder};
use crate::callbacks::Callbacks;
use crate::clock::TestClock;
use crate::config::{Config, Source};
use crate::form::SubmittedForm;
use crate::layers::{self, RequestLocale};
use crate::record::Record;
use crate::session::{Authenticated, SessionHandle};
use crate::store::{MemoryStore, Store};
use crate::upstream::{ApiRequest, Transport, TransportError, Upstream};

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const SECRET: &str = "kV8-test-Qz3nXcRm6TbWyLpHsDfGaJeU";
pub(crate) const ORIGIN: &str = "https://app.example";

/// A valid production configuration, and `toml` after its top-level keys.
pub(crate) fn config(toml: &str) -> Config {
    let text = format!(
        "environment = 'production'\nserver.public_url = '{ORIGIN}'\nsession.secrets = ['{SECRET}']\n\
         upstream.base_url = 'https://api.example'\n{toml}"
    );
    Config::read(&Source::of_text(text)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

type Answer = Result<http::Response<Bytes>, TransportError>;
type Script = dyn Fn(&Request<Bytes>) -> Answer + Send + Sync;

/// An upstream that answers by a function and remembers what it was asked.
pub(crate) struct FakeUpstream {
    script: Mutex<Box<Script>>,
    pub(crate) requests: Mutex<Vec<Request<Bytes>>>,
    /// While false, answers wait.
    open: watch::Sender<bool>,
}

impl FakeUpstream {
    /// How many calls of a path there were.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|request| request.uri().path() == path).count()
    }

    /// From now on every call is taken, and its answer waits for [`FakeUpstream::release`].
    pub(crate) fn hold(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn release(&self) {
        self.open.send_replace(true);
    }

    /// Waits until a path was called so many times.
    pub(crate) async fn called(&self, path: &str, times: usize) {
        while self.count(path) < times {
            tokio::task::yield_now().await;
        }
    }
}

impl std::fmt::Debug for FakeUpstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeUpstream")
    }
}

impl Transport for FakeUpstream {
    fn send(&self, request: Request<Bytes>, _: Duration) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let answer = (self.script.lock().unwrap())(&request);
            self.requests.lock().unwrap().push(request);
            let _ = self.open.subscribe().wait_for(|open| *open).await;
            answer
        })
    }
}

pub(crate) fn json_answer(status: u16, body: &Value) -> Answer {
    let body = Bytes::from(body.to_string());
    Ok(http::Response::builder().status(status).header(CONTENT_TYPE, "application/json").body(body).unwrap())
}

/// The contract of the smallest configuration, for any user whose password is `right`.
pub(crate) fn ordinary(request: &Request<Bytes>) -> Answer {
    match request.uri().path() {
        "/sign-in" => {
            let sent: Value = serde_json::from_slice(request.body()).unwrap();
            let user = sent["username"].as_str().unwrap_or_default();
            if sent["password"] == "right" {
                json_answer(200, &json!({ "accessToken": format!("canary-token-of-{user}") }))
            } else {
                json_answer(401, &json!({ "message": "canary: no such user" }))
            }
        }
        "/me" => {
            let token = request.headers()["authorization"].to_str().unwrap();
            let user = token.rsplit('-').next().unwrap();
            json_answer(
                200,
                &json!({ "email": format!("{user}@example.com"), "displayName": user, "fname": "F", "lname": "L" }),
            )
        }
        _ => json_answer(404, &json!({})),
    }
}

pub(crate) struct App {
    pub(crate) vestibule: Vestibule,
    pub(crate) clock: TestClock,
    pub(crate) upstream: Arc<FakeUpstream>,
    pub(crate) store: Arc<dyn Store>,
    router: Router,
}

impl App {
    pub(crate) fn new(toml: &str) -> Self {
        Self::with(config(toml))
    }

    pub(crate) fn with(config: Config) -> Self {
        let clock = TestClock::at(NOW);
        let store = Arc::new(MemoryStore::new(Arc::new(clock.clone())));
        Self::with_store(config, store, clock)
    }

    pub(crate) fn with_store(config: Config, store: Arc<dyn Store>, clock: TestClock) -> Self {
        let upstream = Arc::new(FakeUpstream {
            script: Mutex::new(Box::new(ordinary)),
            requests: Mutex::default(),
            open: watch::Sender::new(true),
        });
        let contract = config.upstream.clone().unwrap();
        let messages = config.login.messages;
        let client = Upstream::new(contract, Arc::clone(&upstream) as _, Arc::new(clock.clone()), messages);
        Self::on(config, client, store, upstream, clock, |parts| parts)
    }

    /// An application with callbacks of its own.
    pub(crate) fn calling(toml: &str, callbacks: impl Callbacks) -> Self {
        Self::built(toml, |parts| parts.callbacks(callbacks))
    }

    /// An application with more parts.
    pub(crate) fn built(toml: &str, more: impl FnOnce(VestibuleBuilder) -> VestibuleBuilder) -> Self {
        let plain = Self::new(toml);
        let config = config(toml);
        let client = plain.vestibule.upstream().clone();
        Self::on(config, client, plain.store, plain.upstream, plain.clock, more)
    }

    /// One of several instances that share a store and an upstream.
    pub(crate) fn beside(&self, toml: &str) -> Self {
        let config = config(toml);
        let contract = config.upstream.clone().unwrap();
        let clock = self.clock.clone();
        let client =
            Upstream::new(contract, Arc::clone(&self.upstream) as _, Arc::new(clock.clone()), config.login.messages);
        Self::on(config, client, Arc::clone(&self.store), Arc::clone(&self.upstream), clock, |parts| parts)
    }

    fn on(
        config: Config,
        client: Upstream,
        store: Arc<dyn Store>,
        upstream: Arc<FakeUpstream>,
        clock: TestClock,
        arrange: impl FnOnce(VestibuleBuilder) -> VestibuleBuilder,
    ) -> Self {
        let parts = Vestibule::builder(config, client, Arc::new(clock.clone())).store(Arc::clone(&store));
        let vestibule = arrange(parts).build().unwrap();
        let router = layers::protect(&vestibule, pages(&vestibule), files());
        Self { vestibule, clock, upstream, store, router }
    }

    /// From now on the upstream answers by `script`.
    pub(crate) fn script(&self, script: impl Fn(&Request<Bytes>) -> Answer + Send + Sync + 'static) {
        *self.upstream.script.lock().unwrap() = Box::new(script);
    }

    pub(crate) async fn send(&self, request: http::request::Builder, body: impl Into<Body>) -> Response {
        let host_is_set = request.headers_ref().is_some_and(|headers| headers.contains_key(HOST));
        let request = if host_is_set { request } else { request.header(HOST, "app.example") };
        self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Response {
        self.send(Request::get(path).header(COOKIE, cookies), Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, cookies: &str, body: &str) -> Response {
        let request = Request::post(path)
            .header(COOKIE, cookies)
            .header("origin", ORIGIN)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body.to_owned()).await
    }

    pub(crate) async fn sign_in_as(&self, user: &str, cookies: &str) -> Response {
        self.post("/test/sign-in", cookies, &format!("username={user}&password=right&remember=on")).await
    }

    /// Signs in and returns the `Cookie` header that the browser sends from then on.
    pub(crate) async fn cookies_of(&self, user: &str) -> String {
        let response = self.sign_in_as(user, "").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        cookies(&response)
    }

    /// The record in these cookies.
    pub(crate) async fn record_of(&self, cookies: &str) -> Record {
        let headers = HeaderMap::from_iter([(COOKIE, cookies.parse().unwrap())]);
        let presented = self.vestibule.cookies().read(&headers);
        self.vestibule.open(&presented).await.unwrap().unwrap()
    }

    /// The e-mail address of the session that these cookies make, or `None` when signed out.
    pub(crate) async fn who(&self, cookies: &str) -> Option<String> {
        let session = body(self.get("/auth/session", cookies).await).await;
        let session: Value = serde_json::from_str(&session).unwrap();
        session["user"]["email"].as_str().map(str::to_owned)
    }
}

fn pages(vestibule: &Vestibule) -> Router {
    Router::new()
        .route(
            "/test/page",
            get(async |Extension(handle): Extension<SessionHandle>| {
                handle
                    .session()
                    .map_or_else(|| "nobody".to_owned(), |session| session.user.email.clone().unwrap_or_default())
            }),
        )
        .route("/test/kept", get(async || ([(CACHE_CONTROL, "public, max-age=60")], "a page")))
        .route("/test/panic", get(async || -> &'static str { panic!("canary: a fault in a page") }))
        .route(
            "/test/stream",
            get(async |Extension(handle): Extension<SessionHandle>| {
                Body::from_stream(futures_util::stream::once(async move {
                    handle.clear();
                    let is_kept = handle.session().is_some();
                    Ok::<_, std::convert::Infallible>(Bytes::from_static(if is_kept { b"kept" } else { b"gone" }))
                }))
            }),
        )
        .route(
            "/test/language",
            get(async |Extension(RequestLocale(locale)): Extension<RequestLocale>| Html(locale.lang().to_owned())),
        )
        .route("/login", get(async || "the login page"))
        .route("/test/sign-in", post(sign_in))
        .route("/test/call", get(call).post(call))
        .route("/api/test-call", post(call))
        .route("/test/authenticated", get(authenticated))
        .route("/test/full", get(full))
        .route("/test/late-call", get(late_call))
        .route("/test/update", get(update))
        .route(
            "/api/echo",
            any(async |headers: http::HeaderMap| format!("{:?} {:?}", headers.get("accept"), headers.get("referer"))),
        )
        .with_state(vestibule.clone())
}

fn files() -> Router {
    let cached = [(CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Router::new().route("/pkg/style.css", get(async move || (cached, "body{}")))
}

async fn sign_in(
    State(vestibule): State<Vestibule>,
    Extension(handle): Extension<SessionHandle>,
    Extension(RequestLocale(locale)): Extension<RequestLocale>,
    body: Bytes,
) -> Response {
    let result = match SubmittedForm::parse(&body) {
        Ok(form) => vestibule.sign_in(&handle, &form, &vestibule.locale_of(&form, &locale)).await,
        Err(code) => Err(locale.failure(code)),
    };
    match result {
        Ok(_) => (StatusCode::SEE_OTHER, [(http::header::LOCATION, "/")]).into_response(),
        Err(failure) => {
            (StatusCode::from_u16(failure.code.status()).unwrap(), serde_json::to_string(&failure).unwrap())
                .into_response()
        }
    }
}

/// A page that makes one call of the API, and says what came of it.
async fn call(
    State(vestibule): State<Vestibule>,
    Extension(handle): Extension<SessionHandle>,
    method: http::Method,
) -> String {
    match vestibule.call(&handle, ApiRequest::new(method, "/data")).await {
        Ok(answer) => format!("{} {}", answer.status.as_u16(), String::from_utf8_lossy(&answer.body)),
        Err(error) => error.to_string(),
    }
}

/// The same, after the headers have left.
async fn late_call(
    State(vestibule): State<Vestibule>,
    Extension(handle): Extension<SessionHandle>,
) -> impl IntoResponse {
    let body = Body::from_stream(futures_util::stream::once(async move {
        let state = (State(vestibule), Extension(handle));
        Ok::<_, std::convert::Infallible>(Bytes::from(call(state.0, state.1, http::Method::GET).await))
    }));
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], body)
}

/// What a handler of an application does.
async fn authenticated(user: Authenticated) -> String {
    let email = user.session().user.email.clone().unwrap_or_default();
    let answer = user.call(ApiRequest::new(http::Method::GET, "/data")).await.unwrap();
    format!("{email} {}", String::from_utf8_lossy(&answer.body))
}

/// What a handler does with what no browser may see.
async fn full(user: Authenticated) -> String {
    let full = user.full().unwrap();
    json!({ "profile": full.profile()["notes"], "email": full.user().email, "token": full.access_token().secret() })
        .to_string()
}

async fn update(State(vestibule): State<Vestibule>, Extension(handle): Extension<SessionHandle>) -> String {
    match vestibule.update(&handle).await {
        Ok(()) => handle.session().map_or_else(|| "nobody".to_owned(), |session| session.profile.to_string()),
        Err(error) => error.to_string(),
    }
}

/// What a browser sends back after this response.
pub(crate) fn cookies(response: &Response) -> String {
    set_cookies(response)
        .iter()
        .filter(|line| !line.contains("Max-Age=0"))
        .map(|line| line.split(';').next().unwrap())
        .collect::<Vec<_>>()
        .join("; ")
}

pub(crate) fn set_cookies(response: &Response) -> Vec<String> {
    response.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

pub(crate) async fn body(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}
