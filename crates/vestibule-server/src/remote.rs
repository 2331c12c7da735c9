//! A document that others publish, such as an API's key set: fetched when it is needed, kept while it is good, and asked
//! for again when it does not suit, as a set does not that lacks a token's key.
//!
//! ```text
//!         fetched          due              over
//!            ├────── fresh ──┼── due: fetched ──┼─ there is none
//!            │               │   again, and the │
//!            │               │   old one counts │
//!            │               │   if that fails  │
//! ```
//!
//! - A document is good for the `max-age` of its answer, from a minute to a day; a day where it has none (or 0, as frameworks
//!   say of everything). It is due after half of that, and after ten minutes at the latest, so that a key that was
//!   withdrawn is forgotten.
//! - Between two fetches there are at least 30 s, whatever tokens say; 5 s while there is no good document at all, so that
//!   whoever is back is soon found.
//! - One fetch runs at a time, to its end though whoever asked went away. Nobody waits longer than for one.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response};
use url::Url;

use crate::clock::Clock;
use crate::upstream::{Away, Transport, TransportError};

/// The largest document, in bytes.
const LARGEST: usize = 64 * 1_024;
/// Between the starts of two fetches, in milliseconds.
const GAP: i64 = 30_000;
/// The same while there is no good document.
const GAP_WITHOUT: i64 = 5_000;
/// For how long a document is good at least and at most, in seconds.
const GOOD: std::ops::RangeInclusive<i64> = 60..=86_400;
/// When a good document is fetched again at the latest, in seconds.
const LATEST: i64 = 600;

/// Reads a document; `None` for what is none.
pub(crate) type Read<T> = Box<dyn Fn(&[u8]) -> Option<T> + Send + Sync>;

/// Where a document is, and what it is to whoever reads the log.
pub(crate) struct Source<T> {
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    /// What it is called in the log.
    pub(crate) what: &'static str,
    /// The key of the configuration that leads there.
    pub(crate) key: String,
    pub(crate) read: Read<T>,
}

/// See the module.
pub(crate) struct Remote<T> {
    source: Source<T>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    deadline: Duration,
    state: Mutex<State<T>>,
    /// Held while a fetch runs.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

struct State<T> {
    good: Option<Good<T>>,
    /// When the last fetch started, or, if it brought nothing, ended, in milliseconds.
    tried: Option<i64>,
    /// Why it brought nothing.
    failed: Option<Away>,
}

struct Good<T> {
    document: Arc<T>,
    /// When it is due again, and when it is over, in milliseconds.
    due: i64,
    over: i64,
}

impl<T> Default for State<T> {
    fn default() -> Self {
        Self { good: None, tried: None, failed: None }
    }
}

impl<T> State<T> {
    /// The document, unless it is over.
    fn good(&self, now: i64) -> Option<&Good<T>> {
        self.good.as_ref().filter(|good| now < good.over)
    }

    /// A clock that went back tells nothing of the last fetch.
    fn may_fetch(&self, now: i64) -> bool {
        let gap = if self.good(now).is_some() { GAP } else { GAP_WITHOUT };
        self.tried.is_none_or(|tried| !(tried..tried.saturating_add(gap)).contains(&now))
    }
}

impl<T> fmt::Debug for Remote<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("what", &self.source.what).finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> Remote<T> {
    pub(crate) fn new(
        source: Source<T>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        deadline: Duration,
    ) -> Self {
        Self { source, transport, clock, deadline, state: Mutex::default(), fetching: Arc::default() }
    }

    /// A document that `suits`, if there is one; else the one that there is.
    ///
    /// # Errors
    /// Why there is none that is good.
    pub(crate) async fn that(self: &Arc<Self>, suits: impl Fn(&T) -> bool) -> Result<Arc<T>, Away> {
        // Whoever comes late in a fetch that is not the one they need would wait for two.
        let outcome = tokio::time::timeout(self.deadline, self.fetched(suits)).await;
        outcome.unwrap_or_else(|_| self.good_or(Away::Transport(TransportError::Timeout)))
    }

    async fn fetched(self: &Arc<Self>, suits: impl Fn(&T) -> bool) -> Result<Arc<T>, Away> {
        let running = match self.look(&suits) {
            Look::Fresh(document) => return Ok(document),
            // Somebody is at it already, and until then this one will do.
            Look::Due(document) => match Arc::clone(&self.fetching).try_lock_owned() {
                Ok(running) => running,
                Err(_) => return Ok(document),
            },
            Look::Unsuited => Arc::clone(&self.fetching).lock_owned().await,
        };
        // Whoever waited finds what the other one fetched.
        if let Look::Fresh(document) = self.look(&suits) {
            return Ok(document);
        }
        if self.state().may_fetch(self.clock.now_millis()) {
            let this = Arc::clone(self);
            // A task of its own, so that nobody who leaves can end it.
            let fetch = tokio::spawn(async move {
                let _running = running;
                this.fetch().await;
            });
            if fetch.await.is_err() {
                tracing::error!(key = self.source.key, "fetching {} ended early", self.source.what);
            }
        }
        self.good_or(Away::Misfit)
    }

    /// The document that there is, or why there is none: `otherwise`, where no fetch has failed.
    fn good_or(&self, otherwise: Away) -> Result<Arc<T>, Away> {
        let state = self.state();
        let good = state.good(self.clock.now_millis());
        good.map(|good| Arc::clone(&good.document)).ok_or(state.failed.unwrap_or(otherwise))
    }

    /// The document, if it is here; nobody is asked.
    pub(crate) fn known(&self) -> Option<Arc<T>> {
        self.state().good(self.clock.now_millis()).map(|good| Arc::clone(&good.document))
    }

    /// Why the last fetch brought nothing, if it did not.
    pub(crate) fn away(&self) -> Option<Away> {
        self.state().failed
    }

    fn look(&self, suits: &impl Fn(&T) -> bool) -> Look<T> {
        let now = self.clock.now_millis();
        let (good, may_fetch) = {
            let state = self.state();
            (state.good(now).map(|good| (Arc::clone(&good.document), good.due)), state.may_fetch(now))
        };
        match good.filter(|(document, _)| suits(document)) {
            Some((document, due)) if now < due || !may_fetch => Look::Fresh(document),
            Some((document, _)) => Look::Due(document),
            None => Look::Unsuited,
        }
    }

    async fn fetch(&self) {
        self.state().tried = Some(self.clock.now_millis());
        let outcome = self.ask().await;
        let mut state = self.state();
        match outcome {
            Ok((document, seconds)) => {
                let came = self.clock.now_millis();
                let due = came.saturating_add((seconds / 2).min(LATEST) * 1_000);
                let over = came.saturating_add(seconds * 1_000);
                state.good = Some(Good { document: Arc::new(document), due, over });
                state.failed = None;
                tracing::debug!(good_for = seconds, "fetched {}", self.source.what);
            }
            Err(cause) => {
                let now = self.clock.now_millis();
                let is_good = state.good(now).is_some();
                // Those who waited for this one do not each wait for another.
                state.tried = Some(now);
                state.failed = Some(cause);
                drop(state);
                tracing::warn!(
                    key = self.source.key, %cause, last_good_one_counts = is_good,
                    "{} were not fetched", self.source.what
                );
            }
        }
    }

    /// The document, and for how many seconds it is good.
    async fn ask(&self) -> Result<(T, i64), Away> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() =
            self.source.url.as_str().parse().map_err(|_| Away::Transport(TransportError::Unreadable))?;
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("Vestibule"));
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(self.source.accept));
        let answer: Response<Bytes> = self.transport.send(request, self.deadline).await.map_err(Away::Transport)?;
        if !answer.status().is_success() {
            return Err(Away::Status(answer.status().as_u16()));
        }
        if answer.body().len() > LARGEST {
            return Err(Away::Transport(TransportError::TooLarge));
        }
        let document = (self.source.read)(answer.body()).ok_or(Away::Misfit)?;
        Ok((document, good_for(answer.headers())))
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        // Every update is one assignment after another, none of which can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of the document for a purpose.
enum Look<T> {
    /// It will do.
    Fresh(Arc<T>),
    /// It will do, and should be fetched again.
    Due(Arc<T>),
    /// There is none, or none that suits.
    Unsuited,
}

/// What `Cache-Control` says of an answer's age (RFC 9111, section 5.2.2.1), in seconds.
pub(crate) fn good_for(headers: &HeaderMap) -> i64 {
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
