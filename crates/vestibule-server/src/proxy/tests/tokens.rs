//! Dead tokens.

use super::*;

/// An API that knows the newest token alone.
fn strict(app: &App) -> std::sync::Arc<Rotating> {
    let upstream = Rotating::living(10_000);
    let (script, newest) = (upstream.script(), std::sync::Arc::clone(&upstream));
    app.script(move |request| {
        let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap());
        let is_dead =
            request.uri().path() == "/data" && bearer != Some(&format!("Bearer access-{}", newest.refreshes()));
        if is_dead { json_answer(401, &json!({ "error": "dead" })) } else { script(request) }
    });
    upstream
}

/// UP-07: one refresh, and one retry for what may be repeated and is still there.
#[tokio::test]
async fn a_dead_token_is_renewed_once_and_a_call_that_may_be_repeated_is() {
    for (method, status) in [(Method::GET, 200), (Method::PUT, 200), (Method::DELETE, 200), (Method::POST, 401)] {
        let app = App::new(REFRESHING);
        let upstream = strict(&app);
        let old = app.cookies_of("ana").await;
        app.clock.advance(60);
        let script = upstream.script();
        app.script(move |request| {
            let dead = request.headers().get("authorization").is_some_and(|value| value == "Bearer access-0");
            if dead { json_answer(401, &json!({ "error": "dead" })) } else { script(request) }
        });
        let response = call(&app, method.clone(), "/upstream/data", &old, "{}").await;
        assert_eq!(response.status().as_u16(), status, "{method}");
        assert_eq!(response.headers()["x-session-renewed"], "1");
        let new = cookies(&response);
        assert_eq!(call(&app, method.clone(), "/upstream/data", &new, "{}").await.status(), StatusCode::OK, "{method}");
        assert_eq!(upstream.refreshes(), 1);
    }
}

/// UP-07, fault 27: an API that refuses everything gets one refresh; its own words reach the page, and no sign-in page.
#[tokio::test]
async fn a_refusal_of_a_fresh_token_is_passed_on_and_an_unmatched_403_is_no_dead_token() {
    let app = App::new(REFRESHING);
    let upstream = Rotating::living(10_000);
    let script = upstream.script();
    app.script(move |request| match request.uri().path() {
        "/data" => json_answer(401, &json!({ "message": "never" })),
        "/forbidden" => json_answer(403, &json!({ "message": "not yours" })),
        _ => script(request),
    });
    let cookies = app.cookies_of("ana").await;
    let fresh = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
    assert_eq!(read(fresh).await["message"], "never");
    app.clock.advance(60);
    let forbidden = call(&app, Method::GET, "/upstream/forbidden", &cookies, "").await;
    assert_eq!((forbidden.status().as_u16(), upstream.refreshes()), (403, 0));
    assert_eq!(read(forbidden).await["message"], "not yours");
    let refused = call(&app, Method::GET, "/upstream/data", &cookies, "").await;
    assert_eq!((refused.status().as_u16(), upstream.refreshes()), (401, 1));
    assert_eq!(read(refused).await["code"], "signed_out", "it refused the token that it had just given");
}

/// UP-07: rules that look into the body see it, and it is passed on all the same.
#[tokio::test]
async fn a_rule_that_reads_the_body_leaves_it_for_the_page() {
    let toml = format!(
        "{REFRESHING}\nupstream.profile.unauthorized = [{{ status = 400, pointer = '/code', equals = 'expired' }}]"
    );
    let app = App::new(&toml);
    let upstream = Rotating::living(10_000);
    let script = upstream.script();
    app.script(move |request| match request.uri().path() {
        "/data" => json_answer(400, &json!({ "code": "invalid", "field": "name" })),
        "/old" => json_answer(400, &json!({ "code": "expired" })),
        _ => script(request),
    });
    let cookies = app.cookies_of("ana").await;
    app.clock.advance(60);
    let invalid = call(&app, Method::PUT, "/upstream/data", &cookies, "{}").await;
    assert_eq!(invalid.status(), StatusCode::BAD_REQUEST);
    assert_eq!((read(invalid).await["field"].as_str(), upstream.refreshes()), (Some("name"), 0));
    call(&app, Method::GET, "/upstream/old", &cookies, "").await;
    assert_eq!(upstream.refreshes(), 1);
}
