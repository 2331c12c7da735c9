use super::BrowserWay;
use crate::config::fixture::{mistakes, read};

#[test]
fn calls_of_the_browser_go_through_this_server_unless_told_otherwise() {
    assert_eq!(read("").api.browser, BrowserWay::Proxy);
    assert_eq!(read("[api]\nbrowser = 'direct'").api.browser, BrowserWay::Direct);
}

#[test]
fn a_way_that_a_token_cannot_go_is_refused() {
    for toml in [
        "api.browser = 'straight'",
        "api.browser = 'direct'\nsession.access_token = 'server-only'",
        "api.browser = 'direct'\nupstream = { base_url = 'https://api.example', auth = { in = 'cookie', cookie = 'jwt' } }",
    ] {
        let lines = mistakes(toml);
        assert!(lines.len() == 1 && lines[0].contains(" api.browser: "), "{toml}: {lines:?}");
    }
}
