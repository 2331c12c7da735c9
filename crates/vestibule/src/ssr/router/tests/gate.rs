//! Guarded pages, in every mode of rendering.

use futures_util::StreamExt;
use http::Request;
use http::header::COOKIE;

use super::application::{GUARDED, LOADING, PROTECTED};
use super::fixture::{Site, WRONG, form};
use super::html::tags;

/// CS-12
#[tokio::test]
async fn who_is_signed_out_is_sent_to_sign_in_whatever_the_client_accepts() {
    let site = Site::new("").await;
    for path in GUARDED {
        for accept in [None, Some("text/html"), Some("*/*"), Some("application/json"), Some("image/png")] {
            let request = Request::get(format!("{path}?a=b&c=%2F%3F#d")).header("x-canary", "yes");
            let request = accept.into_iter().fold(request, |request, accept| request.header("accept", accept));
            let answer = site.send(request, "").await;
            let target = format!("/login?callbackUrl=%2F{}%3Fa%3Db%26c%3D%252F%253F", &path[1..]);
            assert_eq!((answer.status, answer.location()), (303, Some(target.as_str())), "{path} {accept:?}");
            assert_eq!(answer.header("cache-control"), Some("no-store, private"));
            for word in [PROTECTED, LOADING, "canary", "projects"] {
                assert!(!answer.everything().replace("x-canary", "").contains(word), "{path}: {word}");
            }
        }
    }
    assert!(site.asked().is_empty(), "the upstream is asked for nobody");
}

/// The way back from the login page is the way that was gone.
#[tokio::test]
async fn the_redirect_leads_back_to_where_the_person_wanted_to_go() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    let away = site.get("/whole?a=b&c=%2F%3F", "").await;
    let back = site.get(away.location().unwrap(), &cookies).await;
    assert_eq!((back.status, back.location()), (303, Some("/whole?a=b&c=%2F%3F")));
}

/// CK-10, SE-02, SE-07
#[tokio::test]
async fn a_cookie_that_is_no_session_opens_no_gate() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    assert_eq!(site.get("/whole", &cookies).await.status, 200);
    let bent = cookies.replace("v1.", "v2.");
    let twice = format!("{cookies}; {cookies}");
    let other = Site::new("session.cookie = 'other'").await.cookies_of("ana").await;
    let ended = site.cookies_of("zoe").await;
    assert_eq!(site.post("/auth/sign-out", &ended, "").await.status, 303);
    site.asked();
    for cookies in [&bent, &cookies[..cookies.len() - 1], &twice, &other, &ended, "__Host-session="] {
        for path in GUARDED {
            let answer = site.get(path, cookies).await;
            assert_eq!(answer.status, 303, "{path} {cookies}");
            assert!(!answer.body.contains("canary"), "{path}");
        }
    }
    site.clock.advance(2 * 3_600);
    assert_eq!(site.get("/whole", &cookies).await.status, 303, "the idle time is over");
    assert!(site.asked().is_empty());
}

/// RD-06, RD-07, CS-11
#[tokio::test]
async fn no_header_and_no_line_break_bends_the_redirect() {
    let site = Site::new("").await;
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("x-original-url", "/evil"),
        ("x-rewrite-url", "//evil.example"),
        ("x-middleware-subrequest", "middleware"),
        ("authorization", "Bearer canary-token-of-ana"),
        ("x-session-user", "ana"),
    ] {
        let answer = site.send(Request::get("/whole").header(name, value), "").await;
        assert_eq!((answer.status, answer.location()), (303, Some("/login?callbackUrl=%2Fwhole")), "{name}");
        assert!(!answer.everything().contains("evil"), "{name}");
    }
    let answer = site.get("/whole?%0d%0aSet-Cookie:%20a=b", "").await;
    assert_eq!(answer.location(), Some("/login?callbackUrl=%2Fwhole%3F%250d%250aSet-Cookie%3A%2520a%3Db"));
    assert!(answer.set_cookies().is_empty());
}

#[tokio::test]
async fn who_is_signed_in_sees_the_page_and_its_data() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for path in GUARDED {
        let answer = site.get(path, &cookies).await;
        assert_eq!((answer.status, answer.location()), (200, None), "{path}");
        assert!(answer.body.contains(PROTECTED) && answer.body.contains("canary-project-of-ana"), "{path}");
        assert_eq!(site.asked(), ["GET /projects"], "{path}");
    }
}

/// CS-12, OU-04: what comes late belongs to the same page.
#[tokio::test]
async fn a_streamed_page_begins_before_its_data_has_come() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    let open = site.hold();
    let response = site.open(Request::get("/streamed").header(COOKIE, &cookies), "").await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let mut chunks = response.into_body().into_data_stream();
    let mut html = String::new();
    while !html.contains(LOADING) {
        html.push_str(std::str::from_utf8(&chunks.next().await.unwrap().unwrap()).unwrap());
    }
    assert!(html.contains(PROTECTED) && !html.contains("canary-project"));
    open.send(()).unwrap();
    let mut late = String::new();
    while let Some(chunk) = chunks.next().await {
        late.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    assert!(late.contains("canary-project-of-ana"));
    let scripts: Vec<_> = tags(&late).into_iter().filter(|tag| tag.name == "script").collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let nonce = script.attribute("nonce").expect("a late script without a nonce");
        assert!(policy.contains(&format!("'nonce-{nonce}'")), "{nonce}");
    }
}

/// OU-11: many at once, each with data that comes at its own time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_page_shows_what_belongs_to_another() {
    let site = std::sync::Arc::new(Site::new("").await);
    let mut visits = Vec::new();
    for number in 0..40 {
        let user = format!("user{number:02}");
        let cookies = site.cookies_of(&user).await;
        let site = std::sync::Arc::clone(&site);
        visits.push(tokio::spawn(async move {
            for path in GUARDED.into_iter().chain(["/", "/nowhere", "/login", "/auth/session"]) {
                let told = site.get(path, &cookies).await.everything();
                let others = told.match_indices("user").filter(|(at, _)| !told[*at..].starts_with(&user));
                // `"user":{…}` is a member's name.
                let others = others.filter(|(at, _)| told[at + 4..].starts_with(|next: char| next.is_ascii_digit()));
                assert_eq!(others.count(), 0, "{path} of {user}: {told}");
                assert!(told.contains(&user) || path == "/login", "{path} of {user}");
                assert!(!site.get(path, "").await.everything().contains("canary"), "{path} of nobody");
            }
        }));
    }
    for visit in visits {
        visit.await.unwrap();
    }
}

/// LG-02: a closed gate is an event, and so is a call without a session; the way to the login page is none, and a sign-in
/// that did not succeed is one of its own.
#[tokio::test]
async fn what_pages_and_functions_deny_is_an_event() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    assert_eq!(site.get("/closed", "").await.status, 303);
    assert_eq!(site.get("/whole", &cookies).await.status, 200);
    let wrong = form(&[("username", "ana"), ("password", WRONG)]);
    for path in ["/login", "/api/sign_in"] {
        assert_eq!(site.post(path, "", &wrong).await.status, 401);
    }
    assert_eq!(site.denied().await, [""; 0]);
    for path in ["/api/update", "/api/own_data", "/api/own_notes"] {
        assert_eq!(site.post(path, "", "").await.status, 401, "{path}");
    }
    assert_eq!(site.get("/closed", &cookies).await.status, 403);
    for path in ["/login", "/api/sign_in"] {
        assert_eq!(site.post(path, "", &"x".repeat(20_000)).await.status, 413, "{path}");
    }
    for path in ["/login", "/api/sign_in"] {
        assert_eq!(site.post(path, "", "username=ana&username=zoe").await.status, 400, "{path}");
    }
    assert_eq!(site.denied().await, ["forbidden 1", "malformed 2", "signed_out 3", "too_large 2"]);
}
