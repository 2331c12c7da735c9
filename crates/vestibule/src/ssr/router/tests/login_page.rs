//! `GET /login`.

use super::fixture::{RIGHT, Site};
use super::html::{alert, tags, typed};

const FIELDS: &str = r#"
[login]
title = "Sign in with Marxan"
remember = true
links = [{ label = "Forgotten password", href = "https://example.com/forgotten" }]
fields = [
  { name = "username", label = "E-mail", type = "email", placeholder = "you@example.com" },
  { name = "password", label = "Your word", type = "password" },
  { name = "team", label = "Team", required = false },
]"#;

/// OU-13
#[tokio::test]
async fn the_form_is_what_the_configuration_describes() {
    let answer = Site::new(FIELDS).await.get("/login", "").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let tags = tags(&answer.body);
    let form = tags.iter().find(|tag| tag.name == "form").unwrap();
    assert_eq!((form.attribute("method"), form.attribute("action")), (Some("post"), Some("/login")));
    let inputs: Vec<_> = tags.iter().filter(|tag| tag.name == "input").collect();
    let part = |name| inputs.iter().map(|input| input.attribute(name).unwrap_or("-")).collect::<Vec<_>>();
    assert_eq!(part("name"), ["callbackUrl", "lang", "username", "password", "team", "remember"]);
    assert_eq!(part("type"), ["hidden", "hidden", "email", "password", "text", "checkbox"]);
    assert_eq!(part("autocomplete"), ["-", "-", "username", "current-password", "-", "-"]);
    assert_eq!(part("placeholder"), ["-", "-", "you@example.com", "-", "-", "-"]);
    assert_eq!(part("value"), ["/", "en", "-", "-", "-", "on"]);
    assert_eq!(part("required"), ["-", "-", "", "", "-", "-"]);
    assert!(
        inputs.iter().all(|input| input.attribute("checked").is_none()),
        "a longer session is asked for, not given"
    );
    let labels: Vec<_> = tags.iter().filter(|tag| tag.name == "label").map(|tag| tag.text.as_str()).collect();
    assert_eq!(labels[..3], ["E-mail", "Your word", "Team"]);
    for (input, label) in inputs[2..5].iter().zip(tags.iter().filter(|tag| tag.name == "label")) {
        assert_eq!(label.attribute("for"), input.attribute("id"));
    }
    assert_eq!(tags.iter().find(|tag| tag.name == "h1").unwrap().text, "Sign in with Marxan");
    assert!(tags.iter().any(|tag| tag.is("a", "href", "https://example.com/forgotten")));
    assert_eq!(alert(&answer.body), "", "nothing went wrong yet");
}

/// RD-01
#[tokio::test]
async fn the_hidden_callback_url_is_a_path_of_this_site() {
    let site = Site::new("").await;
    for (query, target) in [
        ("?callbackUrl=%2Faccount%3Fa%3Db%23c", "/account?a=b#c"),
        ("?callbackUrl=https%3A%2F%2Fapp.example%2Faccount", "/account"),
        ("?callbackUrl=/one&callbackUrl=/two", "/one"),
        ("?callbackUrl=%2F%2Fevil", "/"),
        ("?callbackUrl=%2F%5Cevil", "/"),
        ("?callbackUrl=/%09/evil", "/"),
        ("?callbackUrl=http:evil", "/"),
        // As a browser reads it: relative to this site.
        ("?callbackUrl=https:here", "/here"),
        ("?callbackUrl=javascript:alert(1)", "/"),
        ("?callbackUrl=/login?callbackUrl=/x", "/"),
        ("?callbackUrl[]=/x", "/"),
        ("?callbackUrl=%ED%A0%80", "/%EF%BF%BD%EF%BF%BD%EF%BF%BD"),
        ("?callbackUrl", "/"),
        ("", "/"),
    ] {
        let answer = site.get(&format!("/login{query}"), "").await;
        assert_eq!((answer.status, typed(&answer.body, "callbackUrl").as_deref()), (200, Some(target)), "{query}");
    }
}

/// RD-05
#[tokio::test]
async fn a_signed_in_visitor_is_sent_on_whatever_the_client_accepts() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    for accept in ["text/html", "*/*", "application/json", ""] {
        for (query, target) in [
            ("?callbackUrl=%2Faccount%3Fa%3Db%23c", "/account?a=b#c"),
            ("?callbackUrl=//evil", "/"),
            ("?callbackUrl=%2Flogin", "/"),
            ("", "/"),
        ] {
            let request =
                http::Request::get(format!("/login{query}")).header("accept", accept).header("cookie", &cookies);
            let answer = site.send(request, "").await;
            assert_eq!((answer.status, answer.location()), (303, Some(target)), "{accept} {query}");
            assert!(tags(&answer.body).iter().all(|tag| tag.name != "form"));
        }
    }
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn only_a_reason_from_the_closed_set_has_words() {
    let site = Site::new("").await;
    let status = |body: &str| tags(body).into_iter().find(|tag| tag.attribute("role") == Some("status")).unwrap().text;
    let ended = site.get("/login?reason=ended", "").await;
    assert!(status(&ended.body).contains("has ended") && alert(&ended.body).is_empty());
    let denied = site.get("/login?reason=denied", "").await;
    assert!(alert(&denied.body).contains("access") && status(&denied.body).is_empty());
    for query in ["", "?reason=", "?reason=Ended", "?reason=call%20us%20at%200900", "?message=hello", "?__err=aGVsbG8"]
    {
        let answer = site.get(&format!("/login{query}"), "").await;
        assert_eq!((alert(&answer.body), status(&answer.body)), (String::new(), String::new()), "{query}");
    }
}

/// CS-04
#[tokio::test]
async fn credentials_in_a_query_sign_nobody_in() {
    let site = Site::new("").await;
    let answer = site.get(&format!("/login?username=ana&password={RIGHT}"), "").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
    assert_eq!((typed(&answer.body, "username"), typed(&answer.body, "password")), (None, None));
    assert!(site.asked().is_empty());
}
