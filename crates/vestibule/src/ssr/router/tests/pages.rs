//! What holds for every page.

use std::collections::HashSet;

use http::Request;
use http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use serde_json::json;

use super::application::GUARDED;
use super::fixture::{Answer, FORM, PUBLIC_URL, RIGHT, Site, WRONG, form};
use super::html::{seed, tags};

pub(super) const PAGES: [&str; 8] =
    ["/", "/login", "/logout", "/nowhere", "/streamed", "/in-order", "/partly", "/whole"];

#[tokio::test]
async fn an_unknown_path_is_a_404_page_that_knows_who_is_there() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for path in ["/nowhere", "/streamed/x", "/.env", "/%2e%2e/etc", "/pkg/nothing.js", "/é"] {
        let path = path.replace('é', "%C3%A9");
        let answer = site.get(&path, &cookies).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("text/html; charset=utf-8")), "{path}");
        assert!(answer.body.contains("There is no such page") && answer.body.contains("canary-ana"), "{path}");
        assert!(!site.get(&path, "").await.body.contains("canary"), "{path}");
    }
    assert!(site.asked().is_empty());
}

/// The browser's half takes `/x/` for the page `/x`, so it must not be the page with a 404.
#[tokio::test]
async fn a_slash_too_many_leads_to_the_page() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for cookies in ["", &cookies] {
        for (path, target) in [
            ("/login/", "/login"),
            ("/streamed/", "/streamed"),
            ("/whole/?a=b&c=//evil", "/whole?a=b&c=//evil"),
            ("/logout/?", "/logout?"),
        ] {
            let answer = site.get(path, cookies).await;
            assert_eq!((answer.status, answer.location()), (303, Some(target)), "{path}");
        }
        for path in ["/streamed//", "//streamed/", "//", "//evil.example/", "/\\evil.example/", "/nowhere/"] {
            let answer = site.get(path, cookies).await;
            assert_eq!((answer.status, answer.location()), (404, None), "{path}");
        }
    }
    assert!(site.asked().is_empty());
}

/// CS-09
#[tokio::test]
async fn a_method_that_a_page_does_not_take_is_405() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for path in ["/", "/login", "/logout", "/streamed", "/whole"] {
        for method in ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"] {
            let request =
                Request::builder().method(method).uri(path).header(COOKIE, &cookies).header(ORIGIN, PUBLIC_URL);
            let answer = site.send(request, "").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(answer.header("allow").unwrap().contains("GET"), "{method} {path}");
            assert!(!answer.everything().contains(&cookies) && !answer.body.contains("canary"), "{method} {path}");
        }
    }
    for path in ["/auth/session", "/auth/providers", "/auth/sign-out", "/api/current_session", "/livez", "/readyz"] {
        for method in ["PUT", "TRACE", "CONNECT"] {
            let request =
                Request::builder().method(method).uri(path).header(COOKIE, &cookies).header(ORIGIN, PUBLIC_URL);
            let answer = site.send(request, "").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(!answer.everything().contains(&cookies) && !answer.body.contains("canary"), "{method} {path}");
        }
    }
    for path in ["/", "/logout", "/streamed", "/whole"] {
        assert_eq!(site.post(path, &cookies, "").await.status, 405, "POST {path}");
    }
    assert!(site.asked().is_empty());
}

/// CS-04
#[tokio::test]
async fn no_get_and_no_head_changes_anything() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for path in PAGES.into_iter().chain(["/auth/sign-out", "/auth/session", "/api/sign_out", "/login?reason=ended"]) {
        for method in ["GET", "HEAD"] {
            let request = Request::builder().method(method).uri(path).header(COOKIE, &cookies);
            let answer = site.send(request.header("sec-fetch-site", "cross-site"), "").await;
            assert!(answer.set_cookies().is_empty(), "{method} {path}");
        }
    }
    assert!(site.asked().iter().all(|asked| asked == "GET /projects"));
    let page = site.get("/logout", &cookies).await;
    assert!(
        tags(&page.body)
            .iter()
            .any(|tag| tag.is("form", "action", "/auth/sign-out") && tag.attribute("method") == Some("post"))
    );
    assert!(site.is_signed_in(&cookies).await);
}

/// OU-06
#[tokio::test]
async fn no_cache_keeps_a_page() {
    let site = Site::new("").await;
    let ana = site.cookies_of("ana").await;
    for path in PAGES {
        for cookies in ["", &ana] {
            let answer = site.get(path, cookies).await;
            assert_eq!(answer.header("cache-control"), Some("no-store, private"), "{path}");
            assert_eq!(answer.header("vary"), Some("Cookie"), "{path}");
        }
    }
}

/// Every script and style of the page has the policy's nonce, and nothing else in it could run.
fn assert_policy(answer: &Answer, path: &str) -> String {
    let policy = answer.header("content-security-policy").unwrap();
    let (_, rest) = policy.split_once("script-src 'nonce-").unwrap();
    let nonce = rest.split('\'').next().unwrap().to_owned();
    assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}'")), "{policy}");
    assert!(nonce.len() >= 32 && nonce.bytes().all(|byte| byte.is_ascii_hexdigit()), "128 bits: {nonce}");
    let mut scripts = 0;
    for tag in tags(&answer.body) {
        if matches!(tag.name.as_str(), "script" | "style") {
            scripts += 1;
            assert_eq!(tag.attribute("nonce"), Some(nonce.as_str()), "{path}: {tag:?}");
        }
        let inline = |name: &str| name == "style" || name.starts_with("on");
        assert!(!tag.attributes.iter().any(|(name, _)| inline(name)), "{path}: {tag:?}");
        // A script can read every attribute but this one.
        let readable = tag.attributes.iter().any(|(name, value)| name != "nonce" && value.contains(&nonce));
        assert!(!readable, "{path}: {tag:?}");
    }
    assert!(scripts >= 2, "{path}");
    nonce
}

/// OU-04
#[tokio::test]
async fn every_script_of_a_page_has_the_policy_s_nonce_and_no_other_page_has_it() {
    let site = Site::new("login.accent = '#e8a317'").await;
    let ana = site.cookies_of("ana").await;
    let mut nonces = HashSet::new();
    for path in PAGES {
        for cookies in ["", &ana, &ana] {
            let answer = site.get(path, cookies).await;
            if answer.status != 303 {
                assert!(nonces.insert(assert_policy(&answer, path)), "{path}");
            }
        }
    }
    let wrong = form(&[("username", "ana"), ("password", WRONG)]);
    for body in [&wrong, ""] {
        assert!(nonces.insert(assert_policy(&site.post("/login", "", body).await, "POST /login")));
    }
}

#[tokio::test]
async fn the_seed_is_the_session_and_nothing_more() {
    let site = Site::new("").await;
    let nobody = seed(&site.get("/", "").await.body);
    assert_eq!((nobody.session, nobody.failure, nobody.callback), (None, None, None));
    let cookies = site.cookies_of("ana").await;
    let seed = seed(&site.get("/", &cookies).await.body);
    let session = seed.session.unwrap();
    assert_eq!(session.profile, json!({ "email": "ana@example.com", "displayName": "canary-ana" }));
    assert_eq!(session.access_token.as_ref().unwrap().secret(), "canary-token-of-ana");
    assert_eq!(seed.api, None, "calls go through this server");
    assert_eq!(seed.now.as_unix(), 1_800_000_000);
    let site = Site::new("api.browser = 'direct'").await;
    let seed = self::seed(&site.get("/", "").await.body);
    assert_eq!(seed.api.unwrap().base_url, "https://api.example");
}

/// Everything that a browser can get while somebody signs in, looks around, and signs out.
async fn everything(site: &Site) -> String {
    let credentials = form(&[("username", "ana"), ("password", RIGHT)]);
    let signed_in = site.post("/api/sign_in", "", &credentials).await;
    let cookies = signed_in.cookies();
    let mut all = signed_in.everything();
    for path in PAGES.into_iter().chain(["/auth/session", "/auth/providers"]) {
        all.push_str(&site.get(path, &cookies).await.everything());
    }
    for path in ["/api/current_session", "/api/own_data", "/api/sign_out"] {
        all.push_str(&site.post(path, &cookies, "").await.everything());
    }
    let request = Request::post("/login").header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, FORM);
    all.push_str(&site.send(request, credentials).await.everything());
    all.push_str(&site.post("/login", &cookies, &form(&[("username", "ana"), ("password", WRONG)])).await.everything());
    all
}

/// OU-10
#[tokio::test]
async fn a_token_of_the_server_only_is_in_no_byte_that_a_browser_gets() {
    let everything = everything(&Site::new("session.access_token = 'server-only'").await).await;
    // The data is there, so the server had the token.
    assert_eq!(everything.matches("canary-project-of-ana").count() / GUARDED.len(), 2, "as text and as data");
    for secret in ["canary-token", "canary-refresh", RIGHT, WRONG, "api.example"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

/// OU-10
#[tokio::test]
async fn the_refresh_token_and_the_password_never_leave() {
    let everything = everything(&Site::new("").await).await;
    assert!(everything.contains("canary-token-of-ana"), "the access token does, by default");
    for secret in ["canary-refresh", RIGHT, WRONG] {
        assert!(!everything.contains(secret), "{secret}");
    }
}
