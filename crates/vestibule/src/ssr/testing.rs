//! An application's pages, rendered in a test as somebody who is signed in: without a network, an upstream or files.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::FromRequest;
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use leptos::prelude::*;
use serde_json::{Value, json};
use tokio::sync::RwLock;
use tower::ServiceExt;
use vestibule_core::wire;
use vestibule_server::app::{Vestibule, VestibuleBuilder};
use vestibule_server::callbacks::Callbacks;
use vestibule_server::clock::TestClock;
use vestibule_server::config::{Config, Source};
use vestibule_server::layers;
use vestibule_server::upstream::{Transport, TransportError, Upstream};

use super::router_with_context;
use crate::FormBody;

const HOST_NAME: &str = "app.test";
/// Unix time in seconds: a Friday in 2027, on which every test runs.
const NOW: i64 = 1_800_000_000;
/// What the access tokens begin with.
const TOKEN: &str = "token-of-test-user-";
/// The most that a page may have, in bytes.
const MOST_BYTES: usize = 1 << 26;

/// While Leptos lists an application's routes, no resource of the whole process loads, and one that was begun then never
/// will: so nothing is rendered while a site is built.
static BUILDING: RwLock<()> = RwLock::const_new(());

/// An application in a test: its `App` and `shell`, behind every layer that they are served behind, in front of an API
/// that signs everybody in.
///
/// ```
/// use leptos::prelude::*;
/// use serde_json::json;
/// use vestibule::ssr::PageHead;
/// use vestibule::ssr::testing::TestSite;
/// # use leptos_router::{components::{Route, Router}, path};
/// # use vestibule::{FlatRoutes, LoginPage, RequireSession, provide_vestibule, use_session};
/// # #[component]
/// # fn Account() -> impl IntoView {
/// #     let user = use_session::<serde_json::Value>().user();
/// #     view! { <RequireSession><h1>{move || user.get().and_then(|user| user.email)}</h1></RequireSession> }
/// # }
/// # #[component]
/// # fn App() -> impl IntoView {
/// #     provide_vestibule();
/// #     leptos_meta::provide_meta_context();
/// #     view! {
/// #         <Router>
/// #             <FlatRoutes fallback=|| "No such page">
/// #                 <Route path=path!("/login") view=LoginPage/>
/// #                 <Route path=path!("/account") view=Account/>
/// #             </FlatRoutes>
/// #         </Router>
/// #     }
/// # }
/// # fn shell() -> impl IntoView { view! { <html><head><PageHead/></head><body><App/></body></html> } }
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let site = TestSite::new(App, shell).await;
///
/// let page = site.signed_in_as(json!({ "id": 7, "email": "ana@example.com" })).await.get("/account").await;
/// assert_eq!(page.status, 200);
/// assert!(page.html.contains("ana@example.com"));
///
/// let page = site.signed_out().get("/account").await;
/// assert_eq!((page.status, page.location()), (303, Some("/login?callbackUrl=%2Faccount")));
/// # });
/// ```
#[derive(Clone)]
pub struct TestSite {
    api: Arc<TestApi>,
    router: Router,
}

impl fmt::Debug for TestSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestSite")
    }
}

impl TestSite {
    /// The application, with the configuration as it is where nothing is set, and an API that has no data.
    ///
    /// # Panics
    /// See [`TestSiteBuilder::build`].
    pub async fn new<App, AppView, Shell, ShellView>(app: App, shell: Shell) -> Self
    where
        App: Fn() -> AppView + Clone + Send + Sync + 'static,
        AppView: IntoView + 'static,
        Shell: Fn() -> ShellView + Clone + Send + Sync + 'static,
        ShellView: IntoView + 'static,
    {
        Self::builder().build(app, shell).await
    }

    /// An application with more to it: a configuration, an API with data, callbacks, contexts.
    pub fn builder() -> TestSiteBuilder {
        TestSiteBuilder {
            toml: String::new(),
            api: Router::new(),
            context: Arc::new(|| {}),
            parts: Box::new(|parts| parts),
        }
    }

    /// A visitor who is not signed in.
    #[must_use]
    pub fn signed_out(&self) -> Visitor {
        Visitor { router: self.router.clone(), cookies: String::new() }
    }

    /// A visitor who signed in, and whose profile is this.
    ///
    /// # Panics
    /// Where such a profile cannot be signed in with: it is too big for cookies, say.
    pub async fn signed_in_as(&self, profile: Value) -> Visitor {
        let name = self.api.know(profile);
        let form = FormBody::new([("username", name.as_str()), ("password", "of a test")]);
        let mut visitor = self.signed_out();
        let page = visitor.post(wire::LOGIN, form.text()).await;
        assert_eq!(page.status, 303, "the profile could not be signed in with: {}", page.html);
        visitor.cookies = page.cookies();
        visitor
    }
}

/// The parts of a [`TestSite`], as the application's `main` puts them together.
///
/// ```
/// use axum::{Json, Router, routing::get};
/// use leptos::prelude::*;
/// use vestibule::ssr::testing::TestSite;
/// use vestibule_server::callbacks::Callbacks;
///
/// # #[derive(Clone)] struct Pool;
/// # struct OurCallbacks;
/// # impl Callbacks for OurCallbacks {}
/// # #[component] fn App() -> impl IntoView { vestibule::provide_vestibule() }
/// # fn shell() -> impl IntoView { view! { <App/> } }
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let site = TestSite::builder()
///     .config("login.page = '/welcome'")
///     .api(Router::new().route("/projects", get(|| async { Json(["Reef"]) })))
///     .context(|| provide_context(Pool))
///     .callbacks(OurCallbacks)
///     .build(App, shell)
///     .await;
/// # site.signed_out().get("/").await;
/// # });
/// ```
#[must_use = "build() makes the site"]
pub struct TestSiteBuilder {
    toml: String,
    api: Router,
    context: Arc<dyn Fn() + Send + Sync>,
    parts: Box<dyn FnOnce(VestibuleBuilder) -> VestibuleBuilder + Send>,
}

impl fmt::Debug for TestSiteBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestSiteBuilder").field("toml", &self.toml).finish_non_exhaustive()
    }
}

impl TestSiteBuilder {
    /// A configuration, as in `Leptos.toml`. The test itself sets `environment`, `server.public_url`, `session.secrets` and
    /// `upstream.base_url`; whoever signs in does so with `POST /sign-in` and `GET /me`.
    pub fn config(self, toml: &str) -> Self {
        Self { toml: toml.to_owned(), ..self }
    }

    /// What the pages call. Every call carries `Authorization: Bearer`, and reaches this router only if the page was signed
    /// in.
    pub fn api(self, api: Router) -> Self {
        Self { api, ..self }
    }

    /// Contexts of the application's own around its pages and server functions, as in
    /// [`router_with_context`](super::router_with_context).
    pub fn context(self, context: impl Fn() + Send + Sync + 'static) -> Self {
        Self { context: Arc::new(context), ..self }
    }

    /// What the application decides about its sessions.
    pub fn callbacks(self, callbacks: impl Callbacks) -> Self {
        self.parts(|parts| parts.callbacks(callbacks))
    }

    /// Anything else of which the running application is made: a page for refusals, a store.
    pub fn parts(self, more: impl FnOnce(VestibuleBuilder) -> VestibuleBuilder + Send + 'static) -> Self {
        let parts = self.parts;
        Self { parts: Box::new(|made| more(parts(made))), ..self }
    }

    /// The site.
    ///
    /// # Panics
    /// Where the configuration has mistakes, with all of them.
    pub async fn build<App, AppView, Shell, ShellView>(self, app: App, shell: Shell) -> TestSite
    where
        App: Fn() -> AppView + Clone + Send + Sync + 'static,
        AppView: IntoView + 'static,
        Shell: Fn() -> ShellView + Clone + Send + Sync + 'static,
        ShellView: IntoView + 'static,
    {
        let Self { toml, api, context, parts } = self;
        let api = Arc::new(TestApi { profiles: Mutex::default(), api });
        let vestibule = vestibule(&toml, &api, parts);
        let options = LeptosOptions::builder().output_name("test").site_root("no-such-folder").build();
        let _building = BUILDING.write().await;
        let pages = router_with_context(&vestibule, options, move || context(), app, shell);
        TestSite { api, router: layers::protect(&vestibule, pages, Router::new()) }
    }
}

/// Somebody who visits a [`TestSite`].
#[derive(Clone, Debug)]
pub struct Visitor {
    router: Router,
    cookies: String,
}

impl Visitor {
    /// Opens a page, as a browser without JavaScript does.
    ///
    /// # Panics
    /// Where `path` is none.
    pub async fn get(&self, path: &str) -> TestPage {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Posts a form of the site's own, as a browser without JavaScript does. `body`: url-encoded.
    ///
    /// # Panics
    /// Where `path` is none.
    pub async fn post(&self, path: &str, body: &str) -> TestPage {
        let request = Request::post(path)
            .header(ORIGIN, format!("https://{HOST_NAME}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body.to_owned())).await
    }

    #[expect(clippy::expect_used, reason = "for tests, which end with a message")]
    async fn send(&self, request: http::request::Builder, body: Body) -> TestPage {
        let request = request.header(HOST, HOST_NAME).header(COOKIE, &self.cookies).body(body).expect("a path");
        let _rendering = BUILDING.read().await;
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, MOST_BYTES).await.expect("a page of at most 64 MiB");
        let html = String::from_utf8_lossy(&body).into_owned();
        TestPage { status: head.status.as_u16(), headers: head.headers, html }
    }
}

/// What a [`Visitor`] got, read to its end.
#[derive(Clone, Debug)]
pub struct TestPage {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: the whole document, with what was streamed.
    pub html: String,
}

impl TestPage {
    /// Where a redirect leads.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }

    /// What a browser sends back from now on.
    fn cookies(&self) -> String {
        let lines = self.headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let kept = lines.filter(|line| !line.contains("Max-Age=0")).filter_map(|line| line.split(';').next());
        kept.collect::<Vec<_>>().join("; ")
    }
}

#[expect(clippy::panic, clippy::expect_used, reason = "for tests, which end with a message")]
fn vestibule(toml: &str, api: &Arc<TestApi>, parts: impl FnOnce(VestibuleBuilder) -> VestibuleBuilder) -> Vestibule {
    // The environment goes before the text, whatever tables are in it.
    let source = Source::of_text(toml)
        .with_variable("VESTIBULE__ENVIRONMENT", "production")
        .with_variable("VESTIBULE__SERVER__PUBLIC_URL", format!("https://{HOST_NAME}"))
        .with_variable("VESTIBULE__SESSION__SECRETS", "['Pf7-of-tests-Xq2nKcRw9TbYvLzHsDgMaJeU']")
        .with_variable("VESTIBULE__UPSTREAM__BASE_URL", "https://api.test");
    let config = Config::read(&source).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let contract = config.upstream.clone().expect("the base_url above");
    let clock = Arc::new(TestClock::at(NOW));
    let upstream = Upstream::new(contract, Arc::clone(api) as _, Arc::clone(&clock) as _, config.login.messages);
    parts(Vestibule::builder(config, upstream, clock)).build().expect("the secret above")
}

/// The API: the profiles that were signed in with, in order; the place of one is its user's name, and stands in the token.
struct TestApi {
    profiles: Mutex<Vec<Value>>,
    api: Router,
}

impl fmt::Debug for TestApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestApi")
    }
}

impl TestApi {
    /// Keeps a profile, and gives the name to sign in with.
    fn know(&self, profile: Value) -> String {
        let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.push(profile);
        (profiles.len() - 1).to_string()
    }

    fn profile(&self, headers: &HeaderMap) -> Option<Value> {
        let token = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let place: usize = token.strip_prefix(TOKEN)?.parse().ok()?;
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned()
    }

    async fn answer(&self, request: Request<Body>) -> axum::response::Response {
        match (request.method(), request.uri().path()) {
            (&Method::POST, "/sign-in") => match axum::Json::<Value>::from_request(request, &()).await {
                Ok(axum::Json(form)) => {
                    let token = format!("{TOKEN}{}", form.get("username").and_then(Value::as_str).unwrap_or_default());
                    axum::Json(json!({ "accessToken": token })).into_response()
                }
                Err(refused) => refused.into_response(),
            },
            (&Method::GET, "/me") => match self.profile(request.headers()) {
                Some(profile) => axum::Json(profile).into_response(),
                None => StatusCode::UNAUTHORIZED.into_response(),
            },
            _ => {
                let Ok(response) = self.api.clone().oneshot(request).await;
                response
            }
        }
    }
}

impl Transport for TestApi {
    fn send(&self, request: Request<Bytes>, _: Duration) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let (head, body) = self.answer(request.map(Body::from)).await.into_parts();
            let body = to_bytes(body, MOST_BYTES).await.map_err(|_| TransportError::TooLarge)?;
            Ok(Response::from_parts(head, body))
        })
    }
}

#[cfg(test)]
mod tests;
