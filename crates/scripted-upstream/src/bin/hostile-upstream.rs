//! The upstream as a program: for tests that are no Rust, and for a person with curl.
//!
//! ```text
//! hostile-upstream            prints {"upstream": URL, "evil": URL, "control": URL}, and runs until it is killed
//!
//! PUT  {control}/moods        {"life": 300, "ahead": 0, "grace": 0, "failing": 500}: how the API behaves that is there at first
//! GET  {control}/tally        what came of its tokens: {"signIns", "refreshes", "reuses", "failures"}
//! POST {control}/plan         [{"method", "path", "once"?, "answer"}], which goes before that API
//!      "answer": {"status"?, "headers"?: {}, "json"? | "text"? | "raw"?, "hang"?, "resetAfter"?, "shortBy"?, "dripMs"?,
//!                 "endless"?, "gate"?: NAME}
//! PUT  {control}/gates        {NAME: true | false}: lets answers pass that wait there
//! GET  {control}/requests     what was asked, in order: [{"to", "method", "path", "query", "headers", "body"}]
//! GET  {control}/bytes        every byte that came, a text (Latin-1) for each connection: {"upstream": [], "evil": []}
//! DELETE {control}/requests   forgets them
//! ```
//!
//! `evil` answers nothing but 404, and records: nobody should come there.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program for the terminal; JSON that lacks a member is null there"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scripted_upstream::{Answer, Api, Gate, Moods, Request, ScriptedUpstream};
use serde_json::{Map, Value, json};

/// Gates by name.
type Gates = Arc<Mutex<HashMap<String, Gate>>>;

#[tokio::main]
async fn main() {
    let (upstream, evil, control) = (
        Arc::new(ScriptedUpstream::start().await),
        Arc::new(ScriptedUpstream::start().await),
        ScriptedUpstream::start().await,
    );
    let api = Api::on(&upstream, Moods::default());
    let gates = Gates::default();
    let both = [("upstream", Arc::clone(&upstream)), ("evil", Arc::clone(&evil))];

    let moody = api.clone();
    control.on_request("PUT", "/moods", move |request| {
        let (wanted, now) = (request.json(), moody.moods());
        moody.set(Moods {
            life: wanted["life"].as_i64().unwrap_or(now.life),
            ahead: wanted["ahead"].as_i64().unwrap_or(now.ahead),
            grace: wanted["grace"].as_i64().unwrap_or(now.grace),
            failing: wanted["failing"].as_u64().and_then(|of| u32::try_from(of).ok()).unwrap_or(now.failing),
        });
        Answer::status(204)
    });
    control.on_request("GET", "/tally", move |_| {
        let tally = api.tally();
        let (sign_ins, refreshes) = (tally.sign_ins, tally.refreshes);
        let more = (tally.reuses, tally.failures);
        Answer::json(200, json!({ "signIns": sign_ins, "refreshes": refreshes, "reuses": more.0, "failures": more.1 }))
    });
    let (planned, held) = (Arc::clone(&upstream), Arc::clone(&gates));
    control.on_request("POST", "/plan", move |request| match plan(&planned, &held, &request.json()) {
        Some(()) => Answer::status(204),
        None => Answer::text(400, "text/plain", "[{method, path, answer}] is what a plan looks like"),
    });
    control.on_request("PUT", "/gates", move |request| {
        for (name, open) in request.json().as_object().into_iter().flatten() {
            let gate = gate(&gates, name);
            if open.as_bool().unwrap_or_default() { gate.open() } else { gate.close() }
        }
        Answer::status(204)
    });
    let asked = both.clone();
    control.on_request("GET", "/requests", move |_| {
        let all = asked.iter().flat_map(|(to, at)| at.requests().into_iter().map(|request| shown(to, &request)));
        Answer::json(200, Value::Array(all.collect()))
    });
    let heard = both.clone();
    control.on_request("GET", "/bytes", move |_| {
        let latin = |bytes: Vec<u8>| bytes.into_iter().map(char::from).collect::<String>();
        let all = heard.iter().map(|(to, at)| {
            let texts = at.received().into_iter().map(|bytes| Value::String(latin(bytes)));
            ((*to).to_owned(), Value::Array(texts.collect()))
        });
        Answer::json(200, Value::Object(all.collect::<Map<_, _>>()))
    });
    control.on_request("DELETE", "/requests", move |_| {
        both.iter().for_each(|(_, at)| at.forget());
        Answer::status(204)
    });

    println!("{}", json!({ "upstream": upstream.url(), "evil": evil.url(), "control": control.url() }));
    std::future::pending::<()>().await;
}

/// Scripts every step of a plan; `None` where one cannot be read.
fn plan(upstream: &ScriptedUpstream, gates: &Gates, plan: &Value) -> Option<()> {
    for step in plan.as_array()? {
        let (method, path) = (step["method"].as_str()?, step["path"].as_str()?);
        let answer = answer(gates, &step["answer"]);
        if step["once"].as_bool().unwrap_or_default() {
            upstream.once(method, path, answer);
        } else {
            upstream.on(method, path, answer);
        }
    }
    Some(())
}

fn answer(gates: &Gates, told: &Value) -> Answer {
    let status = told["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    let number = |name: &str| told[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let mut answer = if let Some(raw) = told["raw"].as_str() {
        Answer::raw(raw.to_owned())
    } else if told["hang"].as_bool().unwrap_or_default() {
        Answer::hang()
    } else if let Some(text) = told["text"].as_str() {
        Answer::text(status, "text/plain", text.to_owned())
    } else if told["json"].is_null() {
        Answer::status(status)
    } else {
        Answer::json(status, told["json"].clone())
    };
    for (name, value) in told["headers"].as_object().into_iter().flatten() {
        answer = answer.header(name, value.as_str().unwrap_or_default());
    }
    if let Some(bytes) = number("resetAfter") {
        answer = answer.reset_after(bytes);
    } else if let Some(missing) = number("shortBy") {
        answer = answer.short_body(missing);
    } else if let Some(interval) = told["dripMs"].as_u64() {
        answer = answer.drip(Duration::from_millis(interval));
    } else if told["endless"].as_bool().unwrap_or_default() {
        answer = answer.endless();
    }
    match told["gate"].as_str() {
        Some(name) => answer.held_by(&gate(gates, name)),
        None => answer,
    }
}

fn gate(gates: &Gates, name: &str) -> Gate {
    let mut gates = gates.lock().unwrap_or_else(PoisonError::into_inner);
    gates.entry(name.to_owned()).or_default().clone()
}

fn shown(to: &str, request: &Request) -> Value {
    json!({
        "to": to, "method": request.method(), "path": request.path(), "query": request.query(),
        "headers": request.headers(), "body": request.text(),
    })
}
