//! Applications that decide something, and what comes of it.

mod events;
mod record;
mod redirect;
mod session;
mod sign_in;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::fixture::{App, body, json_answer};

/// A contract by which the upstream hears of the end of a session.
const TOLD: &str = "upstream.sign_out.path = '/sign-out'\n";

/// An upstream whose profiles have an id and a member for each test, and which is told of sign-outs.
fn with_id(app: &App) {
    app.script(|request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": "canary-token-of-ana" })),
        "/me" => json_answer(
            200,
            &json!({ "id": 7, "email": "canary-mail@example.com", "displayName": "Ana", "notes": "canary-notes" }),
        ),
        _ => json_answer(200, &json!({})),
    });
}

/// What `/auth/session` says to whoever has these cookies.
async fn session(app: &App, cookies: &str) -> Value {
    serde_json::from_str(&body(app.get("/auth/session", cookies).await).await).unwrap()
}

/// The bearer tokens that the upstream was told to forget.
fn forgotten(app: &App) -> Vec<String> {
    let requests = app.upstream.requests.lock().unwrap();
    let told = requests.iter().filter(|request| request.uri().path() == "/sign-out");
    told.map(|request| request.headers()["authorization"].to_str().unwrap().to_owned()).collect()
}

/// A callback that never answers, and says when it was asked.
#[derive(Clone, Default)]
struct Never(Arc<tokio::sync::Notify>);

impl Never {
    async fn answer<T>(&self) -> T {
        self.0.notify_one();
        std::future::pending().await
    }
}
