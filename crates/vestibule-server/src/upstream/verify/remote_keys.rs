//! The API's key set, over the network: fetched when it is needed, kept while it is good, and asked for again when a
//! token is signed with a key that is not in it.
//!
//! ```text
//!         fetched          due              over
//!            ├────── fresh ──┼── due: fetched ──┼─ nobody can verify: 503
//!            │               │   again, and the │
//!            │               │   old set counts │
//!            │               │   if that fails  │
//! ```
//!
//! - A set is good for the `max-age` of its answer, from a minute to a day; a day where it has none (or 0, as frameworks
//!   say of everything). It is due after half of that, and after ten minutes at the latest, so that a key that the API
//!   withdrew is forgotten.
//! - Between two fetches there are at least 30 s, whatever tokens say; 5 s while there is no good set at all, so that an
//!   API that is back is soon found.
//! - One fetch runs at a time, to its end though whoever asked went away. Nobody waits longer than for one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response};
use url::Url;

use super::Algorithm;
use super::key_set::KeySet;
use crate::clock::Clock;
use crate::upstream::error::Away;
use crate::upstream::transport::{Transport, TransportError};

/// The largest key set, in bytes.
const LARGEST: usize = 64 * 1_024;
/// Between the starts of two fetches, in milliseconds.
const GAP: i64 = 30_000;
/// The same while there is no good set.
const GAP_WITHOUT: i64 = 5_000;
/// For how long a set is good at least and at most, in seconds.
const GOOD: std::ops::RangeInclusive<i64> = 60..=86_400;
/// When a good set is fetched again at the latest, in seconds.
const LATEST: i64 = 600;

#[derive(Debug)]
pub(super) struct RemoteKeys {
    url: Url,
    allowed: Vec<Algorithm>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    deadline: Duration,
    state: Mutex<State>,
    /// Held while a fetch runs.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct State {
    good: Option<Good>,
    /// When the last fetch started, or, if it brought nothing, ended, in milliseconds.
    tried: Option<i64>,
    /// Why it brought nothing.
    failed: Option<Away>,
}

#[derive(Clone, Debug)]
struct Good {
    keys: Arc<KeySet>,
    /// When it is due again, and when it is over, in milliseconds.
    due: i64,
    over: i64,
}

impl State {
    /// The set, unless it is over.
    fn good(&self, now: i64) -> Option<&Good> {
        self.good.as_ref().filter(|good| now < good.over)
    }

    /// A clock that went back tells nothing of the last fetch.
    fn may_fetch(&self, now: i64) -> bool {
        let gap = if self.good(now).is_some() { GAP } else { GAP_WITHOUT };
        self.tried.is_none_or(|tried| !(tried..tried.saturating_add(gap)).contains(&now))
    }
}

impl RemoteKeys {
    pub(super) fn new(
        url: Url,
        allowed: Vec<Algorithm>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        deadline: Duration,
    ) -> Self {
        Self { url, allowed, transport, clock, deadline, state: Mutex::default(), fetching: Arc::default() }
    }

    /// A set that `suits`, if the API has one; else the one that it has.
    ///
    /// # Errors
    /// Why there is none that is good.
    pub(super) async fn that(self: &Arc<Self>, suits: impl Fn(&KeySet) -> bool) -> Result<Arc<KeySet>, Away> {
        // Whoever comes late in a fetch that is not the one they need would wait for two.
        let outcome = tokio::time::timeout(self.deadline, self.fetched(suits)).await;
        outcome.unwrap_or_else(|_| self.good_or(Away::Transport(TransportError::Timeout)))
    }

    async fn fetched(self: &Arc<Self>, suits: impl Fn(&KeySet) -> bool) -> Result<Arc<KeySet>, Away> {
        let running = match self.look(&suits) {
            Look::Fresh(keys) => return Ok(keys),
            // Somebody is at it already, and until then this one will do.
            Look::Due(keys) => match Arc::clone(&self.fetching).try_lock_owned() {
                Ok(running) => running,
                Err(_) => return Ok(keys),
            },
            Look::Unsuited => Arc::clone(&self.fetching).lock_owned().await,
        };
        // Whoever waited finds what the other one fetched.
        if let Look::Fresh(keys) = self.look(&suits) {
            return Ok(keys);
        }
        if self.state().may_fetch(self.clock.now_millis()) {
            let this = Arc::clone(self);
            // A task of its own, so that nobody who leaves can end it.
            let fetch = tokio::spawn(async move {
                let _running = running;
                this.fetch().await;
            });
            if fetch.await.is_err() {
                tracing::error!(key = "upstream.token.verify.jwks_url", "fetching the API's keys ended early");
            }
        }
        self.good_or(Away::NoKeys)
    }

    /// The set that there is, or why there is none: `otherwise`, where no fetch has failed.
    fn good_or(&self, otherwise: Away) -> Result<Arc<KeySet>, Away> {
        let state = self.state();
        let good = state.good(self.clock.now_millis());
        good.map(|good| Arc::clone(&good.keys)).ok_or(state.failed.unwrap_or(otherwise))
    }

    /// Why the last fetch brought nothing, if it did not.
    pub(super) fn away(&self) -> Option<Away> {
        self.state().failed
    }

    fn look(&self, suits: &impl Fn(&KeySet) -> bool) -> Look {
        let now = self.clock.now_millis();
        let (good, may_fetch) = {
            let state = self.state();
            (state.good(now).cloned(), state.may_fetch(now))
        };
        match good.filter(|good| suits(&good.keys)) {
            Some(good) if now < good.due || !may_fetch => Look::Fresh(good.keys),
            Some(good) => Look::Due(good.keys),
            None => Look::Unsuited,
        }
    }

    async fn fetch(&self) {
        self.state().tried = Some(self.clock.now_millis());
        let outcome = self.ask().await;
        let mut state = self.state();
        match outcome {
            Ok((keys, seconds)) => {
                let came = self.clock.now_millis();
                let due = came.saturating_add((seconds / 2).min(LATEST) * 1_000);
                let over = came.saturating_add(seconds * 1_000);
                state.good = Some(Good { keys: Arc::new(keys), due, over });
                state.failed = None;
                tracing::debug!(good_for = seconds, "fetched the API's keys");
            }
            Err(cause) => {
                let now = self.clock.now_millis();
                let is_good = state.good(now).is_some();
                // Those who waited for this one do not each wait for another.
                state.tried = Some(now);
                state.failed = Some(cause);
                drop(state);
                tracing::warn!(
                    key = "upstream.token.verify.jwks_url", %cause, last_good_set_counts = is_good,
                    "the API's keys were not fetched"
                );
            }
        }
    }

    /// The keys, and for how many seconds they are good.
    async fn ask(&self) -> Result<(KeySet, i64), Away> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = self.url.as_str().parse().map_err(|_| Away::Transport(TransportError::Unreadable))?;
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("Vestibule"));
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json, application/jwk-set+json"));
        let answer: Response<Bytes> = self.transport.send(request, self.deadline).await.map_err(Away::Transport)?;
        if !answer.status().is_success() {
            return Err(Away::Status(answer.status().as_u16()));
        }
        if answer.body().len() > LARGEST {
            return Err(Away::Transport(TransportError::TooLarge));
        }
        let keys = KeySet::parse(answer.body(), &self.allowed).ok_or(Away::NoKeys)?;
        Ok((keys, good_for(answer.headers())))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every update is one assignment after another, none of which can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of the set for a token.
enum Look {
    /// It will do.
    Fresh(Arc<KeySet>),
    /// It will do, and should be fetched again.
    Due(Arc<KeySet>),
    /// There is none, or none that suits.
    Unsuited,
}

/// What `Cache-Control` says of an answer's age (RFC 9111, section 5.2.2.1), in seconds.
fn good_for(headers: &HeaderMap) -> i64 {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let said = lines.flat_map(|line| line.split(',')).find_map(|directive| {
        let (name, seconds) = directive.split_once('=')?;
        let is_max_age = name.trim().eq_ignore_ascii_case("max-age");
        is_max_age.then(|| seconds.trim().trim_matches('"').parse::<i64>().ok()).flatten()
    });
    match said {
        Some(seconds) if seconds > 0 => seconds.clamp(*GOOD.start(), *GOOD.end()),
        _ => *GOOD.end(),
    }
}

#[cfg(test)]
mod tests;
