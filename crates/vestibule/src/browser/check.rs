//! Asking the server what the session is now, and what has become of the one that this page has.

use std::sync::Arc;

use leptos::prelude::window;
use serde_json::Value;
use vestibule_core::{AccessToken, Session, Timestamp, wire};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

/// How long an answer may take, in milliseconds.
const PATIENCE: u32 = 15_000;
/// The server function, in a way that is nobody's use of the session.
const CURRENT_SESSION: &str = "/api/current_session?passive=1";

/// What the server says.
#[derive(Debug)]
pub(super) enum Found {
    /// The session, whole, as it is now.
    Session(Arc<Session>),
    /// Nobody is signed in.
    Nobody,
    /// Somebody else is.
    SomebodyElse,
    /// The server did not answer, or could not say.
    Unknown,
}

/// Asks what has become of `ours`. A passive check renews the token where that is due, and is nobody's use of the
/// session; one that is not keeps the session alive.
pub(super) async fn check(ours: &Session, passive: bool) -> Found {
    let path = if passive { [wire::SESSION, "?", wire::PASSIVE].concat() } else { wire::SESSION.to_owned() };
    let Ok((answer, headers)) = ask("GET", &path).await else { return Found::Unknown };
    let Value::Object(answer) = answer else { return Found::Nobody };
    let moment = |text: Option<&str>| text.and_then(|text| text.parse::<Timestamp>().ok());
    let member = |name: &str| moment(answer.get(name).and_then(Value::as_str));
    let header = |name| moment(headers.get(name).ok().flatten().as_deref());
    let wire_of_ours = ours.to_wire();
    let (user, our_user) = (answer.get("user"), wire_of_ours.get("user"));
    let (Some(expires), Some(session_expires), Some(idle_expires)) =
        (member("expires"), member("sessionExpires"), header(wire::IDLE_EXPIRES))
    else {
        return Found::Unknown;
    };
    let id = |user: Option<&Value>| user.and_then(|user| user.get("id")).cloned();
    if id(user) != id(our_user) {
        return Found::SomebodyElse;
    }
    if user != our_user {
        // The profile changed: the answer has it under other names, so it is asked for as the page knows it.
        return whole_session().await;
    }
    let token = answer.get("accessToken").and_then(Value::as_str).map(AccessToken::new);
    Found::Session(Arc::new(Session {
        access_token: token,
        expires,
        session_expires,
        idle_expires,
        renews: header(wire::RENEWS),
        ..ours.clone()
    }))
}

/// Whether anybody is signed in, for a page that is not.
pub(super) async fn somebody_is_there() -> bool {
    let path = [wire::SESSION, "?", wire::PASSIVE].concat();
    ask("GET", &path).await.is_ok_and(|(answer, _)| answer.is_object())
}

/// What the server function `current_session` answers. It is asked as a check that is passive; the generated client would
/// ask as somebody who uses the session.
async fn whole_session() -> Found {
    let Ok((answer, _)) = ask("POST", CURRENT_SESSION).await else { return Found::Unknown };
    match serde_json::from_value(answer) {
        Ok(Some(session)) => Found::Session(session),
        Ok(None) => Found::Nobody,
        Err(_) => Found::Unknown,
    }
}

async fn ask(method: &str, path: &str) -> Result<(Value, Headers), JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    init.set_headers(&headers);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let answer = serde_json::from_str(&text).map_err(|_| JsValue::NULL)?;
    Ok((answer, response.headers()))
}
