use std::path::Path;

use super::*;
use crate::config::Config;
use crate::config::fixture::{GOOD, mistakes, mistakes_of, read as read_config};

fn server(text: &str) -> ServerConfig {
    read_config(&format!("session.secrets = ['{GOOD}']\n{text}")).server
}

fn source(text: &str) -> Source {
    Source::of_text(format!("session.secrets = ['{GOOD}']\n{text}"))
}

#[test]
fn everything_has_a_default() {
    let server = server("");
    assert_eq!(server.address.to_string(), "127.0.0.1:3000");
    assert_eq!(server.public_url.as_str(), "http://127.0.0.1:3000/");
    assert!(server.trusted_origins.is_empty() && !server.hsts_subdomains);
    assert_eq!(server.drain_delay, Duration::from_secs(5));
    assert_eq!(server.site_root, Path::new("target/site"));
}

#[test]
fn every_key_is_read() {
    let server = server(
        "[server]\naddress = '[::]:8080'\npublic_url = 'https://App.Example.org'\n\
         trusted_origins = ['https://WWW.example.org:443', 'http://localhost:8000/']\ndrain_delay = '0s'\nhsts_subdomains = true",
    );
    assert_eq!(server.address.to_string(), "[::]:8080");
    assert_eq!(server.public_url.as_str(), "https://app.example.org/");
    assert_eq!(server.trusted_origins, ["https://www.example.org", "http://localhost:8000"], "as browsers write them");
    assert_eq!(server.drain_delay, Duration::ZERO);
    assert!(server.hsts_subdomains);
}

#[test]
fn the_address_comes_from_the_file_then_from_cargo_leptos() {
    let from_environment = source("").with_variable("LEPTOS_SITE_ADDR", "127.0.0.1:4000");
    let server = Config::read(&from_environment).unwrap().server;
    assert_eq!(server.address.to_string(), "127.0.0.1:4000");
    assert_eq!(server.public_url.as_str(), "http://127.0.0.1:4000/");
    let from_file = source("server.address = '[::1]:5000'").with_variable("LEPTOS_SITE_ADDR", "127.0.0.1:4000");
    assert_eq!(Config::read(&from_file).unwrap().server.public_url.as_str(), "http://[::1]:5000/");
    let unset = source("").with_variable("LEPTOS_SITE_ADDR", "").with_variable("LEPTOS_SITE_ROOT", "");
    assert_eq!(Config::read(&unset).unwrap().server.address.port(), 3000);
}

#[test]
fn assets_come_from_where_cargo_leptos_says() {
    let source = source("").with_variable("LEPTOS_SITE_ROOT", "/srv/site");
    assert_eq!(Config::read(&source).unwrap().server.site_root, Path::new("/srv/site"));
}

#[test]
fn the_reload_port_comes_from_cargo_leptos_in_watch_mode() {
    let unwatched = Config::read(&source("").with_variable("LEPTOS_WATCH", "")).unwrap().server;
    assert_eq!((unwatched.watched, unwatched.reload_port), (false, 3_001));
    let watched = source("").with_variable("LEPTOS_WATCH", "true").with_variable("LEPTOS_RELOAD_PORT", "4001");
    let watched = Config::read(&watched).unwrap().server;
    assert_eq!((watched.watched, watched.reload_port), (true, 4_001));
    assert_eq!(
        mistakes_of(&source("").with_variable("LEPTOS_RELOAD_PORT", "99999")),
        ["Leptos.toml: LEPTOS_RELOAD_PORT: is not a port — write a number from 0 to 65535, or unset it"]
    );
}

#[test]
fn an_address_needs_a_number_and_a_port() {
    let mend = "write an IP address and a port, such as \"127.0.0.1:3000\" or \"[::]:3000\"";
    for address in ["localhost:3000", "127.0.0.1", ":3000", "127.0.0.1:99999", "http://127.0.0.1:3000", ""] {
        assert_eq!(
            mistakes(&format!("server.address = '{address}'")),
            [format!("Leptos.toml: server.address: is not an address to listen on — {mend}")]
        );
        if !address.is_empty() {
            assert_eq!(
                mistakes_of(&source("").with_variable("LEPTOS_SITE_ADDR", address)),
                [format!("Leptos.toml: LEPTOS_SITE_ADDR: is not an address to listen on — {mend}")]
            );
        }
    }
    assert_eq!(
        mistakes("server.address = 3000"),
        ["Leptos.toml: server.address: is an integer, not a text — write it in quotation marks"]
    );
}

/// RD-01, CS-02: every comparison with our own origin rests on this value.
#[test]
fn a_public_url_is_an_origin_and_nothing_more() {
    for (url, what) in [
        ("app.example.org", "is not a URL"),
        ("", "is not a URL"),
        ("https://", "is not a URL"),
        ("ftp://app.example.org", "is neither http nor https"),
        ("javascript:alert(1)", "is neither http nor https"),
        ("localhost:3000", "is neither http nor https"),
        ("https://app.example.org/base", "is more than an origin"),
        ("https://app.example.org/?", "is more than an origin"),
        ("https://app.example.org/#", "is more than an origin"),
        ("https://ana:canary@app.example.org", "holds a user name or password"),
        ("https://:canary@app.example.org", "holds a user name or password"),
        ("https://canary@app.example.org", "holds a user name or password"),
    ] {
        let lines = mistakes(&format!("server.public_url = '{url}'"));
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(&format!("Leptos.toml: server.public_url: {what} — write ")), "{url}: {lines:?}");
        assert!(!lines[0].contains("canary"));
        let lines = mistakes(&format!("server.trusted_origins = ['https://ok.example', '{url}']"));
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].starts_with(&format!("Leptos.toml: server.trusted_origins[1]: {what} — ")),
            "{url}: {lines:?}"
        );
    }
}

/// CK-02
#[test]
fn production_demands_https() {
    let rest = format!(
        "environment = 'production'\nsession.secrets = ['{GOOD}']\nupstream.base_url = 'https://api.example'\n"
    );
    let lines = mistakes(&rest);
    assert_eq!(
        lines,
        ["Leptos.toml: server.public_url: is missing, in production — \
         set the https origin that browsers see, such as \"https://app.example.org\""]
    );
    for url in ["http://app.example.org", "http://127.0.0.1:3000", "http://localhost"] {
        let lines = mistakes(&format!("{rest}server.public_url = '{url}'"));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("Leptos.toml: server.public_url: is not https, in production — "), "{lines:?}");
    }
    read_config(&format!("{rest}server.public_url = 'https://app.example.org:8443'"));
}

#[test]
fn who_watches_the_process_has_an_address_apart() {
    let admin = |address: &str| format!("server.address = '127.0.0.1:3000'\nserver.admin_address = '{address}'\n");
    assert_eq!(read_config(&admin("127.0.0.1:9090")).server.admin_address, Some("127.0.0.1:9090".parse().unwrap()));
    assert_eq!(read_config("").server.admin_address, None);
    for (address, what) in [("127.0.0.1:3000", "is where the site is"), ("9090", "is not an address to listen on")] {
        let said = mistakes(&admin(address));
        assert!(said.iter().any(|line| line.contains(&format!("server.admin_address: {what}"))), "{said:?}");
    }
}
