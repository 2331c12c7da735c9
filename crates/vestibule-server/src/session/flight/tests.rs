use std::sync::Arc;

use serde_json::Value;

use crate::clock::TestClock;
use crate::fixture::{App, NOW, body, config};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::store::gated::{Door, GatedStore};

mod crowd;
mod due;
mod ending;
mod failure;
mod grace;
mod sharing;
mod verified;

/// Tokens that live 100 s are due in their last 20.
const DUE: i64 = 85;
const GRACE: i64 = 30;

/// The same with a store that is away until its door is opened.
fn with_door(toml: &str) -> (App, Arc<Rotating>, Arc<GatedStore<Door>>) {
    let clock = TestClock::at(NOW);
    let store = GatedStore::new(Door::default(), &clock);
    let app = App::with_store(config(&format!("{REFRESHING}{toml}")), Arc::clone(&store) as _, clock);
    let upstream = Rotating::living(100);
    app.script(upstream.script());
    (app, upstream, store)
}

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
