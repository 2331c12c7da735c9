use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use http::{Request, StatusCode};
use tower::ServiceExt;

use super::{Policy, layer};
use crate::fixture::{App, body};
use crate::layers::request_id;

/// OU-04, OU-12: no page whose nonce could be guessed, and the refusal carries every header too.
#[tokio::test]
async fn without_randomness_nothing_is_served_but_a_page_that_says_so() {
    let vestibule = App::new("").vestibule;
    let policy = Policy { random: |_| Err(getrandom::Error::UNSUPPORTED), ..Policy::new(&vestibule) };
    let router = Router::new()
        .route("/page", get(async || "a page with scripts"))
        .layer(from_fn_with_state(policy, layer))
        .layer(from_fn_with_state(vestibule, request_id::layer));
    let response = router.oneshot(Request::get("/page").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers().clone();
    assert_eq!(
        headers["content-security-policy"],
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
    );
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    assert_eq!(headers["cache-control"], "no-store, private");
    let page = body(response).await;
    assert!(page.contains("<main>") && page.contains(headers["x-request-id"].to_str().unwrap()), "{page}");
    assert!(!page.contains("<style"), "the policy would not let it pass: {page}");
}

/// OU-04: the socket of the build tool is open to pages in watch mode alone.
#[tokio::test]
async fn the_reload_socket_is_for_watch_mode() {
    let app = App::new("");
    let mut config = crate::fixture::config("");
    config.server.watched = true;
    config.server.reload_port = 4_001;
    let watched = Policy::new(&App::with(config).vestibule).content_security_policy("n");
    assert!(watched.contains(" ws://app.example:4001"), "{watched}");
    assert!(!Policy::new(&app.vestibule).content_security_policy("n").contains("ws:"));
}
