//! The yardstick of `make bench`: a bare axum handler that opens the same sealed cookie and prints the same table as
//! `/account`, with no framework, no layers and no page around it.
//!
//! It reads the configuration of the application (`VESTIBULE_CONFIG`), and listens on the port given as its argument.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool that stops at the first surprise")]

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use http::HeaderMap;
use serde_json::Value;
use vestibule_server::config::Config;
use vestibule_server::cookies::CookiePolicy;
use vestibule_server::record::Record;
use vestibule_server::seal::{KeyRing, Purpose};

type Opener = Arc<(KeyRing, CookiePolicy)>;

#[tokio::main]
async fn main() {
    let config = Config::load().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let port: u16 = std::env::args().nth(1).and_then(|port| port.parse().ok()).expect("a port");
    let ring = KeyRing::new(&config.session.secrets).expect("a secret");
    let https = config.server.public_url.scheme() == "https";
    let opener: Opener = Arc::new((ring, CookiePolicy::new(&config.session.cookie, https)));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
    let router = Router::new().route("/account", get(account)).with_state(opener);
    axum::serve(listener, router).await.expect("serves");
}

async fn account(State(opener): State<Opener>, headers: HeaderMap) -> Html<String> {
    let (ring, policy) = opener.as_ref();
    let record = policy.read(&headers).sealed.and_then(|sealed| {
        let opened = ring.open(Purpose::Session, policy.name(), &sealed)?;
        Record::from_text(&opened.text)
    });
    let mut page = String::from("<!DOCTYPE html><html lang=\"en\"><title>Account</title><body>");
    match record {
        Some(record) => table(&record.profile, &mut page),
        None => page.push_str("<p>signed out</p>"),
    }
    Html(page)
}

fn table(value: &Value, page: &mut String) {
    match value {
        Value::Null => nothing("none", page),
        Value::String(value) if value.is_empty() => nothing("empty", page),
        Value::String(value) => text(value, page),
        Value::Array(items) if items.is_empty() => nothing("empty list", page),
        Value::Object(members) if members.is_empty() => nothing("empty", page),
        Value::Array(items) => rows((1_usize..).map(|at| at.to_string()).zip(items), page),
        Value::Object(members) => rows(members, page),
        other => {
            let _ = write!(page, "{other}");
        }
    }
}

fn rows<'a>(rows: impl IntoIterator<Item = (impl AsRef<str>, &'a Value)>, page: &mut String) {
    page.push_str("<table class=\"profile\"><tbody>");
    for (name, value) in rows {
        page.push_str("<tr><th scope=\"row\">");
        text(name.as_ref(), page);
        page.push_str("</th><td>");
        table(value, page);
        page.push_str("</td></tr>");
    }
    page.push_str("</tbody></table>");
}

fn nothing(word: &str, page: &mut String) {
    page.push_str("<span class=\"muted\">");
    page.push_str(word);
    page.push_str("</span>");
}

fn text(value: &str, page: &mut String) {
    for character in value.chars() {
        match character {
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '&' => page.push_str("&amp;"),
            '"' => page.push_str("&quot;"),
            other => page.push(other),
        }
    }
}
