use std::sync::Arc;

use serde_json::Value;

use crate::fixture::{App, body};
use crate::session::rotating::{REFRESHING, Rotating};

mod crowd;
mod due;
mod ending;
mod failure;
mod grace;
mod sharing;

/// Tokens that live 100 s are due in their last 20.
const DUE: i64 = 85;
const GRACE: i64 = 30;

fn rotating(toml: &str) -> (App, Arc<Rotating>) {
    let app = App::new(&format!("{REFRESHING}{toml}"));
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    (app, upstream)
}

async fn token(app: &App, cookies: &str) -> String {
    let session: Value = serde_json::from_str(&body(app.get("/auth/session", cookies).await).await).unwrap();
    session["accessToken"].as_str().unwrap_or("none").to_owned()
}
