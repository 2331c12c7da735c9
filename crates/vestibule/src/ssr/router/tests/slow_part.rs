//! A streamed page, one part of which the API does not answer.

use std::time::Duration;

use futures_util::StreamExt;
use http::Request;
use http::header::{COOKIE, SET_COOKIE};
use serde_json::json;
use tokio::time::Instant;

use super::application::LOADING;
use super::fixture::{Site, json_answer, ordinary};
use super::html::tags;

/// Sessions whose token lives for 100 seconds.
const REFRESHING: &str = "upstream.refresh.path = '/refresh'\nupstream.timeout = '7s'\n\
    upstream.expiry = { from = 'pointer', pointer = '/expiresIn', unit = 's' }";

/// The texts of the parts that have come, by their ids.
fn parts(html: &str) -> Vec<(String, String)> {
    let parts = tags(html).into_iter().filter(|tag| tag.is("p", "class", "part"));
    let mut parts: Vec<_> = parts.map(|part| (part.attribute("id").unwrap().to_owned(), part.text)).collect();
    parts.sort();
    parts
}

/// Fault 28: the clock of the runtime moves only when nothing else can, so every moment here is exact.
#[tokio::test]
async fn a_slow_part_delays_nothing_else_and_ends_as_an_error_in_its_place() {
    let site = Site::new(REFRESHING).await;
    site.script(|request| {
        let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let tokens = |token: &str| {
            json!({ "accessToken": format!("canary-token-of-{token}"), "refreshToken": "canary-refresh", "expiresIn": 100 })
        };
        match request.uri().path() {
            "/sign-in" => json_answer(200, &tokens("ana")),
            "/refresh" => json_answer(200, &tokens("new")),
            part if part.starts_with("/part/") => json_answer(200, &json!(format!("{part} for {}", bearer.unwrap()))),
            _ => ordinary(request),
        }
    });
    let cookies = site.cookies_of("ana").await;
    site.clock.advance(85);
    site.silence("/part/3");

    let rendering = Site::rendering().await;
    tokio::time::pause();
    let begun = Instant::now();
    let response = site.open_while(&rendering, Request::get("/five").header(COOKIE, &cookies), "").await;
    assert_eq!((response.status().as_u16(), begun.elapsed()), (200, Duration::ZERO));
    let renewed: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
    assert_eq!(renewed.len(), 1, "before the first byte of the page");
    assert!(renewed[0].to_str().unwrap().starts_with("__Host-session=v1."));

    let mut chunks = response.into_body().into_data_stream();
    let (mut at_once, mut later) = (String::new(), String::new());
    while let Some(chunk) = chunks.next().await {
        let text = String::from_utf8(chunk.unwrap().to_vec()).unwrap();
        if begun.elapsed().is_zero() {
            at_once.push_str(&text);
        } else {
            assert_eq!(begun.elapsed().as_secs(), 7, "the deadline of a call: {text}");
            later.push_str(&text);
        }
    }
    let shown = |number: u8| (format!("part-{number}"), format!("/part/{number} for Bearer canary-token-of-new"));
    assert_eq!(parts(&at_once), [1, 2, 4, 5].map(shown), "{at_once}");
    assert!(at_once.contains(LOADING) && at_once.contains("<b class=\"who\">canary-ana"), "{at_once}");
    assert_eq!(parts(&later), [("part-3".to_owned(), "Timeout".to_owned())], "{later}");
    assert!(at_once.ends_with("</html>"), "the page is whole");
    let ends: Vec<_> = (0..10).filter(|id| later.contains(&format!("__RESOLVED_RESOURCES[{id}] = "))).collect();
    assert_eq!(ends, [0, 1, 3, 5, 7, 9], "the browser can take it over: the seed and five parts");
    assert!(!later.contains("api.example"));
}
