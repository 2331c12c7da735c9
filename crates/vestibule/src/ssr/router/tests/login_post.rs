//! `POST /login`: a browser without JavaScript.

use http::Request;
use http::header::{CONTENT_TYPE, ORIGIN};
use serde_json::json;

use super::fixture::{Answer, FORM, PUBLIC_URL, RIGHT, Site, UPSTREAM_WORDS, WRONG, form, json_answer, outcomes};
use super::html::{alert, tags, typed};

fn credentials(password: &str) -> String {
    form(&[("callbackUrl", "/account?a=b"), ("username", "ana"), ("password", password)])
}

/// RD-05, CK-01
#[tokio::test]
async fn signing_in_is_a_303_with_the_cookie() {
    let site = Site::new("").await;
    let answer = site.post("/login?callbackUrl=/elsewhere", "", &credentials(RIGHT)).await;
    assert_eq!((answer.status, answer.location()), (303, Some("/account?a=b")));
    assert_eq!(site.asked(), ["POST /sign-in", "GET /me"]);
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].starts_with("__Host-session=v1."), "{}", cookies[0]);
    assert!(cookies[0].ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{}", cookies[0]);
    // OU-06
    assert_eq!((answer.header("cache-control"), answer.header("vary")), (Some("no-store, private"), Some("Cookie")));
    assert!(!answer.everything().contains("canary"));
    assert!(site.get("/", &answer.cookies()).await.body.contains("canary-ana"));
}

#[tokio::test]
async fn the_callback_url_of_the_query_counts_where_the_form_has_none() {
    let site = Site::new("").await;
    let body = form(&[("username", "ana"), ("password", RIGHT)]);
    for (path, target) in [("/login?callbackUrl=/there", "/there"), ("/login?callbackUrl=//evil", "/"), ("/login", "/")]
    {
        let answer = site.post(path, "", &body).await;
        assert_eq!((answer.status, answer.location()), (303, Some(target)), "{path}");
    }
    let answer = site.post("/login", "", &format!("callbackUrl=https://evil&callbackUrl=/x&{body}")).await;
    assert_eq!(answer.location(), Some("/"), "given twice, the first counts");
}

/// RD-06
#[tokio::test]
async fn no_header_leads_the_person_elsewhere() {
    let site = Site::new("").await;
    for name in ["x-forwarded-host", "forwarded", "x-forwarded-proto", "x-original-url", "referer"] {
        let request = Request::post("/login").header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, FORM);
        let answer = site.send(request.header(name, "https://evil.example/"), credentials(RIGHT)).await;
        assert_eq!((answer.status, answer.location()), (303, Some("/account?a=b")), "{name}");
        assert!(!answer.everything().contains("evil"), "{name}");
    }
}

/// The page again: an alert, what was typed, and not the password.
fn assert_page_again(answer: &Answer, status: u16, case: &str) {
    assert_eq!(answer.status, status, "{case}: {}", answer.body);
    assert!(answer.set_cookies().is_empty() && answer.location().is_none(), "{case}");
    assert_eq!(answer.header("cache-control"), Some("no-store, private"), "{case}");
    assert!(!alert(&answer.body).is_empty(), "{case}");
    assert_eq!(typed(&answer.body, "password"), None, "{case}");
    for secret in [RIGHT, WRONG] {
        assert!(!answer.everything().contains(secret), "{case}: the password came back");
    }
}

/// OU-13, LG-01
#[tokio::test]
async fn a_wrong_password_is_the_page_again_with_what_was_typed() {
    let site = Site::new("login.remember = true").await;
    let body = format!("{}&remember=on", credentials(WRONG));
    let answer = site.post("/login", "", &body).await;
    assert_page_again(&answer, 401, "wrong");
    assert!(alert(&answer.body).contains("did not match"));
    assert_eq!(typed(&answer.body, "username").as_deref(), Some("ana"));
    assert_eq!(typed(&answer.body, "callbackUrl").as_deref(), Some("/account?a=b"));
    assert!(
        tags(&answer.body).iter().any(|tag| tag.is("input", "name", "remember") && tag.attribute("checked").is_some())
    );
    assert!(!answer.body.contains(UPSTREAM_WORDS));
    // Where the person came from by a link, the query has it.
    let answer = site.post("/login?callbackUrl=/there", "", &form(&[("username", "ana"), ("password", WRONG)])).await;
    assert_eq!(typed(&answer.body, "callbackUrl").as_deref(), Some("/there"));
}

#[tokio::test]
async fn empty_required_fields_are_422_and_the_upstream_is_not_asked() {
    let site = Site::new("").await;
    for (body, missing) in [
        (String::new(), vec!["username", "password"]),
        (form(&[("username", " "), ("password", RIGHT)]), vec!["username"]),
        (form(&[("username", "ana"), ("password", "")]), vec!["password"]),
        (form(&[("username", "a\0na"), ("password", RIGHT)]), vec!["username"]),
    ] {
        let answer = site.post("/login", "", &body).await;
        assert_page_again(&answer, 422, &body);
        let marked: Vec<_> = tags(&answer.body)
            .iter()
            .filter(|tag| tag.attribute("aria-invalid") == Some("true"))
            .map(|tag| tag.attribute("name").unwrap().to_owned())
            .collect();
        assert_eq!(marked, missing, "{body}");
    }
    assert!(site.asked().is_empty());
}

/// CS-06
#[tokio::test]
async fn a_body_that_cannot_be_read_is_400() {
    let site = Site::new("").await;
    for more in ["&username=zoe", "&password=x", "&team=a&team=b", "&team=%FF", "&%C3%28=x"] {
        let body = format!("{}{more}", credentials(RIGHT));
        assert_page_again(&site.post("/login", "", &body).await, 400, more);
    }
    let many: String = (0..65).map(|n| format!("&field{n}=x")).collect();
    assert_page_again(&site.post("/login", "", &format!("{}{many}", credentials(RIGHT))).await, 400, "fields");
    let request = Request::post("/login").header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, FORM);
    assert_page_again(&site.send(request, b"username=\xff\xfe".to_vec()).await, 400, "bytes");
    assert!(site.asked().is_empty());
}

/// SV-01
#[tokio::test]
async fn a_body_beyond_16_kib_is_413() {
    let site = Site::new("").await;
    let body = |length: usize| {
        let begin = format!("{}&more=", credentials(RIGHT));
        let padding = "x".repeat(length - begin.len());
        begin + &padding
    };
    assert_page_again(&site.post("/login", "", &body(16_385)).await, 413, "one more");
    assert_page_again(&site.post("/login", "", &body(2_000_000)).await, 413, "far more");
    assert!(site.asked().is_empty());
    assert_eq!(site.post("/login", "", &body(16_384)).await.status, 303);
}

/// CS-06
#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let site = Site::new("").await;
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", "application/x-www-form", ""] {
        let request = Request::post("/login").header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, kind);
        assert_page_again(&site.send(request, credentials(RIGHT)).await, 415, kind);
    }
    let untyped = Request::post("/login").header(ORIGIN, PUBLIC_URL);
    assert_page_again(&site.send(untyped, credentials(RIGHT)).await, 415, "none");
    assert!(site.asked().is_empty());
    let typed =
        Request::post("/login").header(ORIGIN, PUBLIC_URL).header(CONTENT_TYPE, format!("{FORM}; charset=UTF-8"));
    assert_eq!(site.send(typed, credentials(RIGHT)).await.status, 303);
}

/// CS-01, CS-05
#[tokio::test]
async fn another_site_signs_nobody_in() {
    let site = Site::new("").await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = Request::post("/login").header(CONTENT_TYPE, FORM).header(name, value);
        let answer = site.send(request, credentials(RIGHT)).await;
        assert_eq!((answer.status, answer.set_cookies().len()), (403, 0), "{name}: {value}");
        assert!(!answer.everything().contains("canary"));
    }
    assert!(site.asked().is_empty());
}

/// CK-07, OU-12, OU-13, LG-01, faults 1, 2, 3, 4, 10, 12, 13: a drip ends as silence does.
#[tokio::test]
async fn every_failure_of_the_upstream_has_its_status_and_says_nothing_of_it() {
    let site = Site::new("").await;
    for outcome in outcomes() {
        site.script(outcome.script);
        let answer = site.post("/login", "", &credentials(RIGHT)).await;
        let case = outcome.name;
        assert_page_again(&answer, outcome.status, case);
        assert_eq!(answer.header("retry-after"), outcome.retry_after, "{case}");
        assert_eq!(typed(&answer.body, "username").as_deref(), Some("ana"), "{case}");
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(alert(&answer.body).contains(id), outcome.status >= 500, "{case}: the id is for the operator");
        assert!(!answer.everything().contains("canary"), "{case}: words of the upstream, or a secret");
        assert!(!alert(&answer.body).contains("api.example"), "{case}");
    }
}

/// Fault 13
#[tokio::test]
async fn how_long_to_wait_is_the_upstream_s_word() {
    let site = Site::new("").await;
    for (theirs, ours) in [("30", "30"), ("0", "1"), ("86400", "3600"), ("soon", "60")] {
        site.script(move |_| {
            let mut answer = json_answer(429, &json!({}))?;
            answer.headers_mut().insert("retry-after", theirs.parse().unwrap());
            Ok(answer)
        });
        let answer = site.post("/login", "", &credentials(RIGHT)).await;
        assert_page_again(&answer, 429, theirs);
        assert_eq!(answer.header("retry-after"), Some(ours), "{theirs}");
    }
}

/// SE-11
#[tokio::test]
async fn signing_in_over_a_session_ends_it_and_failing_to_does_not() {
    let site = Site::new("").await;
    let ana = site.cookies_of("ana").await;
    let answer = site.post("/login", &ana, &form(&[("username", "zoe"), ("password", WRONG)])).await;
    assert_page_again(&answer, 401, "over a session");
    assert_eq!(typed(&answer.body, "username").as_deref(), Some("zoe"));
    assert!(answer.body.contains("canary-ana") && site.is_signed_in(&ana).await, "who stays who they are is told so");

    let answer = site.post("/login", &ana, &form(&[("username", "zoe"), ("password", RIGHT)])).await;
    assert_eq!(answer.status, 303);
    assert!(!site.is_signed_in(&ana).await, "the former cookie, replayed");
    assert!(site.get("/", &answer.cookies()).await.body.contains("canary-zoe"));
}
