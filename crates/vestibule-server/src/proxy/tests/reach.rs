//! Who may call what.

use super::*;

/// UP-01, UP-02
#[tokio::test]
async fn a_call_reaches_the_api_below_its_base_with_the_token_of_the_session() {
    let (app, cookies) = echoing("").await;
    let response = call(&app, Method::PUT, "/upstream/projects/a%20b;v=1?x=1&y=%2F", &cookies, "{\"a\":1}").await;
    assert_eq!(response.status(), StatusCode::OK);
    let asked = read(response).await;
    assert_eq!(asked["method"], "PUT");
    assert_eq!(asked["path"], "/projects/a%20b;v=1?x=1&y=%2F", "as it was sent");
    assert_eq!(asked["headers"]["authorization"], "Bearer canary-token-of-ana");
    assert_eq!((&asked["body"], &asked["headers"]["content-length"]), (&json!("{\"a\":1}"), &json!("7")));
}

/// UP-01, UP-02
#[tokio::test]
async fn no_path_leaves_the_base() {
    let (app, cookies) = echoing("").await;
    let before = calls(&app);
    for path in [
        "/upstream//evil.example/",
        "/upstream/http://evil.example/",
        "/upstream/a//b",
        "/upstream/..",
        "/upstream/../sign-in",
        "/upstream/a/../../b",
        "/upstream/./a",
        "/upstream/%2e%2e/a",
        "/upstream/%2E%2e/a",
        "/upstream/.%2e/a",
        "/upstream/%252e%252e/a",
        "/upstream/a%2fb",
        "/upstream/a%2Fb",
        "/upstream/a%5cb",
        "/upstream/..;/a",
        "/upstream/..;x=1/a",
        "/upstream/a%00",
        "/upstream/%c0%ae%c0%ae/a",
        "/upstream/%ff",
        "/upstream/%25",
    ] {
        let response = call(&app, Method::GET, path, &cookies, "").await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(read(response).await["code"], "malformed", "{path}");
    }
    assert_eq!(calls(&app), before, "nothing of it was sent");
    let odd = read(call(&app, Method::GET, "/upstream/@evil.example/", &cookies, "").await).await;
    assert_eq!((&odd["path"], &odd["headers"]["host"]), (&json!("/@evil.example/"), &Value::Null), "a path of the API");
}

/// UP-02: every spelling of a dot segment or of a separator, in every place.
#[tokio::test]
async fn no_spelling_of_a_way_up_is_sent_on() {
    let (app, cookies) = echoing("").await;
    let before = calls(&app);
    let ups =
        ["..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%252e%252e", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "..;", "..;a=b"];
    let more =
        ["..%00", "%00..", "%2e%2e%00", "..%ff", ".", "%2e", ".;", "%25%32%65%25%32%65", "..%5c", "..%2f", "..%252f"];
    let mut vectors = 0;
    for up in ups.into_iter().chain(more) {
        for place in
            ["/{}", "/{}/", "/{}/sign-in", "/a/{}", "/a/{}/b", "/a/b/{}/{}/{}/c", "/a%20b/{}/sign-in?x=1", "/{}//a"]
        {
            let path = format!("/upstream{}", place.replace("{}", up));
            let status = call(&app, Method::GET, &path, &cookies, "").await.status();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
            vectors += 1;
        }
    }
    for separator in ["%2f", "%2F", "%5c", "%5C", "\\", "%252f", "%255c", "%c0%af", "%e0%80%af", "//"] {
        for place in ["/a{}b", "/a{}..{}sign-in", "/{}evil.example/"] {
            let path = format!("/upstream{}", place.replace("{}", separator));
            assert_eq!(call(&app, Method::GET, &path, &cookies, "").await.status(), StatusCode::BAD_REQUEST, "{path}");
            vectors += 1;
        }
    }
    assert!(vectors >= 190, "{vectors}");
    assert_eq!(calls(&app), before, "nothing of it was sent");
}

/// UP-01
#[tokio::test]
async fn without_a_list_only_the_contract_s_own_calls_are_out_of_reach() {
    let toml = "upstream.refresh.path = '/refresh'\nupstream.sign_out.path = '/users/{user_id}/sign-out'";
    let (app, cookies) = echoing(toml).await;
    for path in ["/sign-in", "/SIGN-IN", "/sign-in/", "/sign%2Din", "/sign-in;x=1", "/refresh?a=b", "/users/9/sign-out"]
    {
        for method in [Method::GET, Method::POST] {
            let response = call(&app, method, &format!("/upstream{path}"), &cookies, "").await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
    for path in ["/me", "/", "/sign-in/help", "/users/9"] {
        let response = call(&app, Method::GET, &format!("/upstream{path}"), &cookies, "").await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
    }
}

/// UP-01
#[tokio::test]
async fn with_a_list_nothing_else_may_be_called() {
    let toml =
        "proxy.allow = [{ methods = ['GET'], path = '/projects/**' }, { methods = ['POST'], path = '/projects' }]";
    let (app, cookies) = echoing(toml).await;
    for (method, path, status) in [
        (Method::GET, "/projects/7", 200),
        (Method::HEAD, "/projects/7", 200),
        (Method::POST, "/projects", 200),
        (Method::POST, "/projects/7", 404),
        (Method::DELETE, "/projects/7", 404),
        (Method::GET, "/users", 404),
        (Method::GET, "/Projects", 404),
    ] {
        let response = call(&app, method.clone(), &format!("/upstream{path}"), &cookies, "").await;
        assert_eq!(response.status().as_u16(), status, "{method} {path}");
    }
}

/// UP-05, CS-08
#[tokio::test]
async fn no_other_site_and_no_document_loads_anything_through_here() {
    let (app, cookies) = echoing("").await;
    let before = calls(&app);
    for (name, value) in [
        ("sec-fetch-dest", "document"),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", "script"),
        ("sec-fetch-dest", "style"),
        ("sec-fetch-dest", "worker"),
        ("sec-fetch-dest", "serviceworker"),
        ("sec-fetch-dest", "object"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = Request::get("/upstream/data").header(COOKIE, &cookies).header(name, value);
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(calls(&app), before);
    for destination in ["empty", "image", "audio", "video", "font"] {
        let request = Request::get("/upstream/data").header(COOKIE, &cookies).header("sec-fetch-dest", destination);
        assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::OK, "{destination}");
    }
    let foreign = Request::post("/upstream/data").header(COOKIE, &cookies).header("origin", "https://evil.example");
    assert_eq!(app.send(foreign, Body::empty()).await.status(), StatusCode::FORBIDDEN);
}

/// CS-09
#[tokio::test]
async fn methods_that_are_no_calls_are_refused() {
    let (app, cookies) = echoing("").await;
    for method in [Method::OPTIONS, Method::TRACE, Method::from_bytes(b"PROPFIND").unwrap()] {
        let response = call(&app, method.clone(), "/upstream/data", &cookies, "").await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(response.headers()["allow"], "GET, HEAD, POST, PUT, PATCH, DELETE");
    }
}

/// UP-07
#[tokio::test]
async fn who_is_signed_out_gets_401_in_json_and_the_api_is_not_asked() {
    let (app, cookies) = echoing("").await;
    app.post("/auth/sign-out", &cookies, "").await;
    let before = calls(&app);
    for cookies in ["", &cookies] {
        let response = call(&app, Method::GET, "/upstream/data", cookies, "").await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(read(response).await["code"], "signed_out");
    }
    assert_eq!(calls(&app), before);
}

/// OU-09
#[tokio::test]
async fn a_call_of_a_page_that_was_made_for_somebody_else_is_409() {
    let (app, cookies) = echoing("").await;
    let request = Request::get("/upstream/data").header(COOKIE, &cookies).header("x-session-user", "somebody else");
    assert_eq!(app.send(request, Body::empty()).await.status(), StatusCode::CONFLICT);
}
