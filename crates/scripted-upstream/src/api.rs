//! An API that works, with moods: accounts, access tokens that die, refresh tokens that are good for one use, a clock of its own.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::{Answer, Request, ScriptedUpstream};

/// The password of every account.
pub const PASSWORD: &str = "open sesame";

/// How it behaves; each can be changed while it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moods {
    /// How long an access token lives, in seconds.
    pub life: i64,
    /// How far its clock is ahead of the machine's, in seconds; behind, where negative.
    pub ahead: i64,
    /// For how long a refresh token that was used may be used again, since the answer may have been lost, in seconds.
    pub grace: i64,
    /// How many of a thousand answers are failures: 500, 503, a reset and half an answer, in turn; of a refresh, statuses alone.
    pub failing: u32,
}

impl Default for Moods {
    fn default() -> Self {
        Self { life: 300, ahead: 0, grace: 0, failing: 0 }
    }
}

/// What came of the tokens that it gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sign-ins that succeeded.
    pub sign_ins: u64,
    /// Refresh tokens that were used, and replaced.
    pub refreshes: u64,
    /// Refresh tokens that were used a second time: each is a session that its family lost.
    pub reuses: u64,
    /// Answers that were failures by mood.
    pub failures: u64,
}

/// The API. Clones are the same one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use scripted_upstream::{Api, Moods, ScriptedUpstream};
///
/// let upstream = ScriptedUpstream::start().await;
/// let api = Api::on(&upstream, Moods { failing: 500, ..Moods::default() });
/// // … the code under test signs in as anybody with `PASSWORD` …
/// assert_eq!(api.tally().reuses, 0);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Api(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    moods: Moods,
    tally: Tally,
    /// By refresh token: whose family it is of.
    live: HashMap<String, String>,
    /// Those that were used: of which family, and when.
    spent: HashMap<String, (String, i64)>,
    /// Access tokens: whose, until when, and of which family.
    access: HashMap<String, (String, i64, String)>,
    dead: HashSet<String>,
    /// What the next number is made of.
    seed: u64,
}

impl Api {
    /// Answers `POST /sign-in`, `GET /me`, `POST /refresh` and `POST /sign-out` there.
    pub fn on(upstream: &ScriptedUpstream, moods: Moods) -> Self {
        let api = Self(Arc::new(Mutex::new(State { moods, seed: 0x9e37_79b9_7f4a_7c15, ..State::default() })));
        for (method, path, answer) in [
            ("POST", "/sign-in", State::sign_in as fn(&mut State, &Request) -> Answer),
            ("GET", "/me", State::me),
            ("POST", "/refresh", State::refresh),
            ("POST", "/sign-out", State::sign_out),
        ] {
            let this = api.clone();
            upstream.on_request(method, path, move |request| {
                let mut state = this.state();
                // Whoever does not hear what became of a refresh token cannot know whether it is spent: of a refresh it says so.
                let is_refresh = path == "/refresh";
                // Else a failure is one of the answer, after the fact or before it.
                let is_after = !is_refresh && state.next().is_multiple_of(2);
                match state.failure(is_refresh) {
                    Some(failure) if is_after => {
                        let _ = answer(&mut state, request);
                        failure
                    }
                    Some(failure) => failure,
                    None => answer(&mut state, request),
                }
            });
        }
        api
    }

    /// Changes how it behaves from now on.
    pub fn set(&self, moods: Moods) {
        self.state().moods = moods;
    }

    /// How it behaves.
    #[must_use]
    pub fn moods(&self) -> Moods {
        self.state().moods
    }

    /// What came of its tokens so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.state().tally
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Unix time in seconds, by its own clock.
    fn now(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        i64::try_from(now).unwrap_or(i64::MAX).saturating_add(self.moods.ahead)
    }

    /// A number that looks like chance, and is the same in every run (splitmix64).
    fn next(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn failure(&mut self, is_told: bool) -> Option<Answer> {
        if self.next() % 1_000 >= u64::from(self.moods.failing) {
            return None;
        }
        self.tally.failures += 1;
        Some(match self.tally.failures % 4 {
            0 => Answer::json(500, json!({ "error": "a mood" })),
            1 => Answer::status(503),
            _ if is_told => Answer::status(502),
            2 => Answer::json(200, json!({})).reset_after(20),
            _ => Answer::json(200, json!({})).short_body(9),
        })
    }

    fn sign_in(&mut self, request: &Request) -> Answer {
        let typed = request.json();
        let text = |name: &str| typed.get(name).and_then(Value::as_str);
        let (user, password) = (text("username"), text("password"));
        let (Some(user), Some(PASSWORD)) = (user, password) else { return Answer::status(401) };
        self.tally.sign_ins += 1;
        let family = format!("{:016x}", self.next());
        self.tokens(user, &family)
    }

    fn tokens(&mut self, user: &str, family: &str) -> Answer {
        let (access, refresh) = (format!("access-{:016x}", self.next()), format!("refresh-{:016x}", self.next()));
        let until = self.now().saturating_add(self.moods.life);
        self.access.insert(access.clone(), (user.to_owned(), until, family.to_owned()));
        self.live.insert(refresh.clone(), family.to_owned());
        Answer::json(200, json!({ "accessToken": access, "refreshToken": refresh, "expiresIn": self.moods.life }))
    }

    /// Whose access token it is that a request carries.
    fn bearer(&self, request: &Request) -> Option<(String, String)> {
        let token = request.header("authorization")?.strip_prefix("Bearer ")?;
        let (user, until, family) = self.access.get(token)?;
        (self.now() < *until && !self.dead.contains(family)).then(|| (user.clone(), family.clone()))
    }

    fn me(&mut self, request: &Request) -> Answer {
        match self.bearer(request) {
            Some((user, _)) => Answer::json(200, json!({ "id": user, "email": user, "displayName": user })),
            None => Answer::status(401),
        }
    }

    fn refresh(&mut self, request: &Request) -> Answer {
        let sent: Value = request.json();
        let token = sent.get("refresh_token").and_then(Value::as_str).unwrap_or_default().to_owned();
        let again = self.spent.get(&token).cloned();
        let family = match again {
            Some((family, at)) if self.now() < at.saturating_add(self.moods.grace) => Some(family),
            Some((family, _)) => {
                // RFC 9700, section 4.14.2: whoever it was, the family is dead.
                self.dead.insert(family);
                self.tally.reuses += 1;
                None
            }
            None => self.live.remove(&token),
        };
        let Some(family) = family.filter(|family| !self.dead.contains(family)) else {
            return Answer::json(400, json!({ "error": "invalid_grant" }));
        };
        let user = self.access.values().find(|(_, _, of)| *of == family).map(|(user, ..)| user.clone());
        self.access.retain(|_, (_, _, of)| *of != family);
        let now = self.now();
        self.spent.entry(token).or_insert((family.clone(), now));
        self.tally.refreshes += 1;
        self.tokens(&user.unwrap_or_default(), &family)
    }

    fn sign_out(&mut self, request: &Request) -> Answer {
        if let Some((_, family)) = self.bearer(request) {
            self.access.retain(|_, (_, _, of)| *of != family);
            self.live.retain(|_, of| *of != family);
            self.dead.insert(family);
        }
        Answer::status(204)
    }
}

#[cfg(test)]
mod tests;
