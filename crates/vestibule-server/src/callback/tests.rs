use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use url::Url;

use super::invariants::callback_url;
use super::{from_query, target};

const ORIGIN: &str = "https://app.example";

fn to(raw: &str) -> String {
    target(&Url::parse(ORIGIN).unwrap(), "/welcome", Some(raw))
}

/// Where a browser would end that is sent to `raw` by our redirect.
fn lands(raw: &str) -> Url {
    Url::parse(&format!("{ORIGIN}/login")).unwrap().join(&to(raw)).unwrap()
}

/// RD-01, RD-02: the oracle is where a WHATWG parser lands, as in a browser, not how the text looks.
#[test]
fn no_open_redirect_vector_leaves_the_site() {
    let corpus = include_str!("vectors.txt");
    let mut seen = 0;
    for vector in corpus.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        let raw = vector.replace("<TAB>", "\t").replace("<LF>", "\n").replace("<CR>", "\r").replace("<VT>", "\u{b}");
        let unescaped = percent_encoding::percent_decode_str(&raw).decode_utf8_lossy().into_owned();
        for raw in [raw, unescaped] {
            assert_eq!(lands(&raw).origin().ascii_serialization(), ORIGIN, "{raw:?} became {:?}", to(&raw));
            callback_url(raw.as_bytes());
            seen += 1;
        }
    }
    assert!(seen > 120, "the corpus was read");
}

proptest! {
    /// RD-01, RD-03, RD-07
    #[test]
    fn any_text_gives_a_target_on_this_site_that_can_be_a_header(raw in any::<String>(), words in vec(select(vec![
        "/", "//", "\\", "https:", "app.example", "@", "..", "%2e", "%2f", "?", "#", "\t", "login", "callbackUrl=", "\u{3002}", "a",
    ]), 0..8)) {
        callback_url(raw.as_bytes());
        callback_url(words.concat().as_bytes());
    }

    /// RD-03
    #[test]
    fn any_bytes_in_the_query_are_read_without_panic(bytes in vec(any::<u8>(), 0..64)) {
        callback_url(&bytes);
        let query = format!("callbackUrl={}", percent_encoding::percent_encode(&bytes, percent_encoding::NON_ALPHANUMERIC));
        callback_url(query.as_bytes());
    }
}

#[test]
fn paths_queries_and_fragments_of_this_site_are_kept() {
    for kept in ["/account", "/projects?page=2&q=a%20b#top", "/path?next=//evil", "/#javascript:alert(1)", "/a%2fb"] {
        assert_eq!(to(kept), kept);
    }
    assert_eq!(to("https://app.example/account?x=1"), "/account?x=1");
    assert_eq!(to("https://APP.example:443/account"), "/account");
    assert_eq!(to("/caf\u{e9}"), "/caf%C3%A9");
}

/// RD-01: not even their path.
#[test]
fn addresses_of_other_origins_become_home() {
    for other in [
        "https://evil.example/account",
        "//evil.example/account",
        "http://app.example/account",
        "https://app.example:8443/account",
    ] {
        assert_eq!(to(other), "/", "{other}");
    }
}

/// RD-04
#[test]
fn what_leads_back_to_signing_in_becomes_home() {
    for circle in [
        "/login",
        "/login/",
        "/welcome",
        "/w%65lcome/?x",
        "/login?callbackUrl=/x",
        "/logout",
        "/auth/session",
        "/auth",
        "/api/sign_in",
        "/%6cogin",
        "/x/../login",
    ] {
        assert_eq!(to(circle), "/", "{circle}");
    }
    assert_eq!(to("/logins"), "/logins");
    assert_eq!(to("/authors"), "/authors");
    let nested = (0..20).fold("/account".to_owned(), |inner, _| {
        format!(
            "/login?callbackUrl={}",
            percent_encoding::utf8_percent_encode(&inner, percent_encoding::NON_ALPHANUMERIC)
        )
    });
    assert_eq!(to(&nested), "/");
}

/// RD-04
#[test]
fn longer_than_2048_bytes_is_refused() {
    let longest = format!("/{}", "a".repeat(2_047));
    assert_eq!(to(&longest), longest);
    assert_eq!(to(&format!("{longest}a")), "/");
    assert_eq!(to(&format!("/{}account", "x/../".repeat(500))), "/", "also what would become short");
    assert_eq!(to(&format!("/{}", "\u{e9}".repeat(1_000))), "/", "what grows beyond it by encoding, too");
}

/// RD-07
#[test]
fn line_breaks_never_reach_a_header() {
    for raw in ["/a\r\nSet-Cookie: x=1", "/a\nb", "/a\0b", "/a%0d%0aLocation:%20//evil"] {
        assert!(!to(raw).contains(['\r', '\n', '\0']), "{raw:?}");
    }
}

#[test]
fn of_two_callback_urls_in_a_query_the_first_counts() {
    assert_eq!(from_query(Some("callbackUrl=/a&callbackUrl=/b")).as_deref(), Some("/a"));
    assert_eq!(from_query(Some("callbackUrl[]=/a")), None);
    assert_eq!(from_query(None), None);
}
