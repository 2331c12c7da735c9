//! A server function that begins with `require_session`, called directly.

use std::future::ready;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use http::{Request, Response};
use serde_json::{Value, json};
use tower::ServiceExt;
use vestibule_server::clock::TestClock;
use vestibule_server::config::{Config, Source};
use vestibule_server::layers;
use vestibule_server::upstream::{Transport, TransportError, Upstream};

use super::*;
use crate::ssr::server_functions;
use crate::{FormBody, ServerFailure, SignIn};

#[server(endpoint = "guarded", prefix = "/api")]
async fn guarded() -> Result<Option<String>, ServerFailure> {
    let session = PageRequest::require_session()?;
    Ok(session.user.name.clone())
}

/// An API that takes everybody for Ana.
#[derive(Debug)]
struct Trusting;

impl Transport for Trusting {
    fn send(&self, request: Request<Bytes>, _: Duration) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let body = match request.uri().path() {
            "/sign-in" => json!({ "accessToken": "canary-token" }),
            _ => json!({ "id": 1, "displayName": "Ana" }),
        };
        Box::pin(ready(Ok(Response::new(body.to_string().into()))))
    }
}

fn vestibule() -> Vestibule {
    let text = "server.public_url = 'http://app.example'\nupstream.base_url = 'https://api.example'\n\
                session.secrets = ['kV8-test-Qz3nXcRm6TbWyLpHsDfGaJeU']";
    let config = Config::read(&Source::of_text(text)).unwrap();
    let clock = Arc::new(TestClock::at(1_800_000_000));
    let contract = config.upstream.clone().unwrap();
    let upstream = Upstream::new(contract, Arc::new(Trusting), Arc::clone(&clock) as _, config.login.messages);
    Vestibule::new(config, upstream, clock).unwrap()
}

/// The server functions, and no pages.
fn functions(vestibule: &Vestibule) -> Router {
    let options = LeptosOptions::builder().output_name("test").site_root("no-such-folder").build();
    let shared = Arc::new(Shared {
        vestibule: vestibule.clone(),
        api: None,
        assets: AssetSource::new(&options, false),
        options,
    });
    server_fn::axum::register_explicit::<SignIn>();
    let context = move || PageRequest::provide(&shared);
    Router::new().route("/api/{function}", axum::routing::post(move |request| server_functions::call(context, request)))
}

async fn post(site: &Router, path: &str, cookie: &str, body: String) -> Response<Body> {
    let request = Request::post(path)
        .header(HOST, "app.example")
        .header(ORIGIN, "http://app.example")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(COOKIE, cookie);
    site.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
}

async fn call(site: &Router, cookie: &str) -> (u16, Value) {
    let response = post(site, "/api/guarded", cookie, String::new()).await;
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), 1 << 16).await.unwrap()).unwrap())
}

/// CS-12
#[tokio::test]
async fn a_function_that_requires_a_session_answers_whoever_has_one_and_401_to_everybody_else() {
    let vestibule = vestibule();
    let site = layers::protect(&vestibule, functions(&vestibule), Router::new());
    for cookie in ["", "session=v1.00000000.AAAA"] {
        let (status, failure) = call(&site, cookie).await;
        assert_eq!((status, &failure["code"]), (401, &json!("signed_out")), "{cookie}");
    }
    let form = FormBody::new([("username", "ana"), ("password", "x")]).text().to_owned();
    let signed_in = post(&site, "/api/sign_in", "", form).await;
    let cookie = signed_in.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    assert_eq!(call(&site, cookie).await, (200, json!("Ana")));
}

#[tokio::test]
async fn without_the_session_layer_it_is_a_fault_of_ours_and_not_of_the_caller_s() {
    let (status, failure) = call(&functions(&vestibule()), "").await;
    assert_eq!((status, &failure["code"]), (500, &json!("internal")));
}
