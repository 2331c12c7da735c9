//! What of a request's headers reaches the API.

use super::*;

/// UP-03
#[tokio::test]
async fn neither_cookies_nor_claims_nor_hops_reach_the_api() {
    let (app, cookies) = echoing("upstream.headers = { x-api-key = 'ours' }").await;
    let mut request =
        Request::get("/upstream/data").header(COOKIE, &cookies).header("connection", "x-hop, Authorization");
    for (name, value) in [
        ("authorization", "Bearer theirs"),
        ("x-api-key", "theirs"),
        ("x-hop", "1"),
        ("keep-alive", "1"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-user", "root"),
        ("x_forwarded_user", "root"),
        ("forwarded", "for=1.2.3.4"),
        ("x-real-ip", "1.2.3.4"),
        ("x-original-url", "/admin"),
        ("x-http-method-override", "DELETE"),
        ("sec-fetch-mode", "cors"),
        ("referer", "https://app.example/secret"),
        ("accept-encoding", "br"),
        ("proxy-authorization", "Basic x"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", "theirs=1"),
        ("baggage", "role=admin"),
    ] {
        request = request.header(name, value);
    }
    let request = request.header("x-trace", "kept").header("if-none-match", "\"1\"").header("accept-language", "ca");
    let asked = read(app.send(request, Body::empty()).await).await;
    let headers = asked["headers"].as_object().unwrap();
    let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["accept", "accept-language", "authorization", "if-none-match", "user-agent", "x-api-key", "x-trace"]
    );
    assert_eq!(
        (&headers["authorization"], &headers["x-api-key"]),
        (&json!("Bearer canary-token-of-ana"), &json!("ours"))
    );
}

/// A name may have more than one value, and the page's word on what it accepts goes before the contract's.
#[tokio::test]
async fn every_value_of_a_header_passes() {
    let (app, cookies) = echoing("upstream.accept = 'application/vnd.api+json'").await;
    let request = Request::get("/upstream/data").header(COOKIE, &cookies).header("x-tag", "a").header("x-tag", "b");
    app.send(request.header("accept", "text/csv"), Body::empty()).await;
    app.get("/upstream/data", &cookies).await;
    let asked = app.upstream.requests.lock().unwrap();
    let [.., first, second] = asked.as_slice() else { panic!("two calls") };
    assert_eq!(first.headers().get_all("x-tag").iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        (&first.headers()["accept"], first.headers().get_all("accept").iter().count()),
        (&"text/csv".parse().unwrap(), 1)
    );
    assert_eq!(second.headers()["accept"], "application/vnd.api+json");
}
