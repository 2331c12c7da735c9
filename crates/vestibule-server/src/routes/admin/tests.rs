use axum::body::Body;
use http::{Request, StatusCode};
use tower::ServiceExt;

use super::admin;
use crate::fixture::{App, body, json_answer};

async fn metrics(app: &App) -> String {
    let response = admin(&app.vestibule).oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    body(response).await
}

/// SE-06, LG-01: what an operator looks at, and no secret in it.
#[tokio::test]
async fn what_happens_is_counted() {
    let app = App::new("limits.account = '1/1h'\n");
    app.cookies_of("ana").await;
    app.post("/test/sign-in", "", "username=ana&password=wrong").await;
    app.post("/test/sign-in", "", "username=ana&password=canary").await;
    app.get("/test/page", "").await;
    app.script(|_| json_answer(503, &serde_json::json!({})));
    app.post("/test/sign-in", "", "username=zoe&password=right").await;
    let text = metrics(&app).await;
    for line in [
        "vestibule_events_total{event=\"signed_in\",why=\"\"} 1",
        "vestibule_events_total{event=\"refused\",why=\"bad_credentials\"} 1",
        "vestibule_events_total{event=\"refused\",why=\"too_many_attempts\"} 1",
        "vestibule_events_total{event=\"refused\",why=\"service_unavailable\"} 1",
        "vestibule_limited_total{limit=\"limits.account\"} 1",
        "vestibule_draining 0",
        "vestibule_requests_seconds_count{kind=\"page\",status=\"200\"} 1",
        "vestibule_outgoing_seconds_count{to=\"api\",outcome=\"2xx\"} 2",
        "vestibule_outgoing_seconds_count{to=\"api\",outcome=\"4xx\"} 1",
        "vestibule_outgoing_seconds_count{to=\"api\",outcome=\"5xx\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    let seals = text.lines().find_map(|line| line.strip_prefix("vestibule_seals_total ")).unwrap();
    assert_ne!(seals, "0");
    assert!(text.ends_with("# EOF\n") && !text.contains("canary") && !text.contains("ana"), "{text}");
}

/// The public has none of it.
#[tokio::test]
async fn the_site_itself_shows_no_metrics() {
    let app = App::new("");
    assert_eq!(app.get("/metrics", "").await.status(), StatusCode::NOT_FOUND);
    let live = admin(&app.vestibule).oneshot(Request::get("/livez").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(live.status(), StatusCode::OK);
}
