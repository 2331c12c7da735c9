//! What holds for every callback URL, whoever wrote it.
#![allow(clippy::expect_used, reason = "where something does not hold, the tests are to stop")]

use http::HeaderValue;
use percent_encoding::percent_decode_str;
use url::{Position, Url, form_urlencoded};
use vestibule_core::wire;

use super::{MOST_BYTES, checked, from_query, target};

/// The page that signs people in, where an application has one of its own.
const LOGIN_PAGE: &str = "/welcome";

/// RD-01, RD-02, RD-03, RD-04, RD-07: whatever is asked for, a browser that is sent there from any page stays on this site, does
/// not go in circles, and lands where a WHATWG parser says that the text leads, or at home. What was checked once is taken
/// as it is when it comes back.
///
/// `data`: the callback URL.
pub fn callback_url(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    for origin in ["https://app.example", "http://localhost:3000"] {
        let site = Url::parse(origin).expect("an address");
        let target = target(&site, LOGIN_PAGE, Some(&raw));
        stays_here(&site, &target);
        let meant = site.join(&raw).ok().filter(|url| url.origin() == site.origin());
        assert!(
            target == "/" || meant.is_some_and(|url| url[Position::BeforePath..] == target),
            "{raw:?} led to {target}"
        );
        assert!(target == "/" || checked(&site, LOGIN_PAGE, &target).as_ref() == Some(&target), "{target} is refused");
    }
    // The way that it takes: a query that anybody may write, or one that a form or this server wrote.
    if let Some(found) = from_query(Some(&raw)) {
        let site = Url::parse("https://app.example").expect("an address");
        stays_here(&site, &target(&site, LOGIN_PAGE, Some(&found)));
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("x", &raw).append_pair(wire::CALLBACK_URL, &raw);
    assert_eq!(from_query(Some(&query.finish())).as_deref(), Some(raw.as_ref()));
}

fn stays_here(site: &Url, target: &str) {
    assert!(target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\"), "{target}");
    assert!(target.len() <= MOST_BYTES && target.bytes().all(|byte| byte.is_ascii_graphic()), "{target:?}");
    assert!(HeaderValue::from_str(target).is_ok(), "{target:?}");
    for page in ["/", "/login?callbackUrl=%2F", "/a/b/c?d#e"] {
        let landed = site.join(page).and_then(|page| page.join(target)).expect("an address");
        assert_eq!(landed.origin(), site.origin(), "{target}");
        assert_eq!(&landed[Position::BeforePath..], target, "a browser reads it otherwise");
        let path = percent_decode_str(landed.path()).decode_utf8_lossy();
        let first = path.split('/').nth(1).unwrap_or_default();
        assert!(!["login", "logout", "auth", "api"].contains(&first), "{target} leads back");
        assert_ne!(path.trim_end_matches('/'), LOGIN_PAGE, "{target} leads back");
    }
}
