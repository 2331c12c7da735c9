use std::time::Duration;

use http::Method;

use super::ProxyConfig;
use crate::config::fixture::{mistakes, read};

#[test]
fn without_a_section_everything_but_the_contract_s_own_calls_may_be_called() {
    let config = read("");
    assert_eq!(config.proxy, ProxyConfig::default());
    assert_eq!((config.proxy.allow, config.proxy.max_body), (None, 10 << 20));
}

#[test]
fn a_list_names_methods_and_paths() {
    let config = read(
        "[proxy]\nallow = [{ methods = ['GET', 'POST'], path = '/projects/**' }, { path = '/me' }]\n\
         max_body = '2MiB'\nheaders_timeout = '5s'\nidle_timeout = '2m'",
    );
    let allow = config.proxy.allow.unwrap();
    assert_eq!(allow.len(), 2);
    assert!(allow[0].fits(&Method::POST, "/projects/7") && !allow[0].fits(&Method::DELETE, "/projects/7"));
    assert!(allow[1].fits(&Method::DELETE, "/me") && !allow[1].fits(&Method::GET, "/me/x"));
    assert_eq!(config.proxy.max_body, 2 << 20);
    assert_eq!(
        (config.proxy.headers_timeout, config.proxy.idle_timeout),
        (Duration::from_secs(5), Duration::from_secs(120))
    );
}

#[test]
fn what_is_wrong_is_named_with_its_mend() {
    for (toml, place) in [
        ("allow = 'all'", "proxy.allow"),
        ("allow = [{ methods = ['get'], path = '/x' }]", "proxy.allow[0].methods"),
        ("allow = [{ methods = [], path = '/x' }]", "proxy.allow[0].methods"),
        ("allow = [{ methods = ['TRACE'], path = '/x' }]", "proxy.allow[0].methods"),
        ("allow = [{ methods = ['GET'] }]", "proxy.allow[0].path"),
        ("allow = [{ path = 'projects' }]", "proxy.allow[0].path"),
        ("allow = [{ path = '/a/../b' }]", "proxy.allow[0].path"),
        ("allow = [{ path = '/a', host = 'b' }]", "proxy.allow[0].host"),
        ("max_body = '10MB'", "proxy.max_body"),
        ("headers_timeout = '0s'", "proxy.headers_timeout"),
        ("timeout = '1s'", "proxy.timeout"),
    ] {
        let lines = mistakes(&format!("[proxy]\n{toml}"));
        assert!(lines.len() == 1 && lines[0].contains(&format!(" {place}: ")), "{toml}: {lines:?}");
    }
}
