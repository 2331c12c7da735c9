//! What the session's own server functions do to a session that is there: read it again, end it, end all of them.

use http::Request;
use http::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use serde_json::json;

use super::fixture::{FORM, PUBLIC_URL, Site, json_answer};

#[tokio::test]
async fn the_profile_is_read_again_and_the_cookie_follows() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    site.profile(json!({ "email": "ana@example.com", "displayName": "Ana María" }));
    let answer = site.post("/api/update", &cookies, "").await;
    assert_eq!((answer.status, answer.json()["profile"]["displayName"].as_str()), (200, Some("Ana María")));
    assert_eq!(site.get("/auth/session", &answer.cookies()).await.json()["user"]["name"], "Ana María");
}

/// CS-12
#[tokio::test]
async fn nobody_s_profile_is_not_read() {
    let site = Site::new("").await;
    let answer = site.post("/api/update", "", "").await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("signed_out")));
    assert!(site.asked().is_empty());
}

/// Fault 20
#[tokio::test]
async fn a_profile_that_the_api_does_not_give_is_503_and_the_session_stays() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    site.script(|_| json_answer(500, &json!({})));
    let answer = site.post("/api/update", &cookies, "").await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("service_unavailable")));
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert!(site.is_signed_in(&cookies).await);
}

/// SE-09
#[tokio::test]
async fn signing_out_ends_one_session_and_everywhere_ends_all() {
    let site = Site::new("").await;
    let (here, there) = (site.cookies_of("ana").await, site.cookies_of("ana").await);
    assert_eq!(site.post("/api/sign_out", &here, "").await.status, 200);
    assert!(!site.is_signed_in(&here).await && site.is_signed_in(&there).await);
    let here = site.cookies_of("ana").await;
    assert_eq!(site.post("/api/sign_out", &here, "everywhere=on").await.status, 200);
    assert!(!site.is_signed_in(&here).await && !site.is_signed_in(&there).await);
}

/// OU-09
#[tokio::test]
async fn a_page_that_was_made_for_somebody_else_changes_nothing() {
    let site = Site::new("").await;
    let (ana, zoe) = (site.cookies_of("ana").await, site.cookies_of("zoe").await);
    let ana_is = site.post("/api/current_session", &ana, "").await.json()["identity"].as_str().unwrap().to_owned();
    site.asked();
    for function in ["/api/sign_out", "/api/update", "/api/own_data"] {
        let request = Request::post(function)
            .header(COOKIE, &zoe)
            .header(ORIGIN, PUBLIC_URL)
            .header(CONTENT_TYPE, FORM)
            .header("x-session-user", &ana_is);
        let answer = site.send(request, "").await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (409, Some("other_user")), "{function}");
        assert!(answer.set_cookies().is_empty());
    }
    assert!(site.asked().is_empty() && site.is_signed_in(&zoe).await);
}

/// Fault 22
#[tokio::test]
async fn a_session_that_is_over_leads_to_the_login_page_which_says_why() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    site.clock.advance(3 * 3_600);
    let answer = site.get("/whole", &cookies).await;
    assert_eq!((answer.status, answer.location()), (303, Some("/login?callbackUrl=%2Fwhole&reason=ended")));
    let login = site.get("/login?callbackUrl=%2Fwhole&reason=ended", &cookies).await;
    assert!(login.body.contains("Your session has ended"));
    let cookies = site.cookies_of("ana").await;
    site.post("/auth/sign-out", &cookies, "").await;
    let answer = site.get("/whole", &cookies).await;
    assert_eq!(answer.location(), Some("/login?callbackUrl=%2Fwhole&reason=signed-out"), "in another browser, say");
}
