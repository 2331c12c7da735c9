//! The handle through which server functions and routes read and change the request's session.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vestibule_core::{AccessToken, Session};

use crate::config::TokenExposure;
use crate::record::Record;

/// The session of one request; in the request's extensions behind the session layer. Clones are the same session.
///
/// Only the layer writes cookies: a change made here reaches the browser with the response's headers. A change made
/// after they left would be lost, so it is refused there and logged.
#[derive(Clone)]
pub struct SessionHandle(Arc<Inner>);

struct Inner {
    exposure: TokenExposure,
    state: Mutex<State>,
}

struct State {
    record: Option<Arc<Record>>,
    public: Option<Arc<Session>>,
    change: Change,
}

/// What the response must tell the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing: no `Set-Cookie`.
    None,
    /// Write the record.
    Write,
    /// Take the cookies away.
    Clear,
    /// The headers left: no further change can reach the browser.
    Late,
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("SessionHandle")
            .field("signed_in", &state.record.is_some())
            .field("change", &state.change)
            .finish()
    }
}

impl SessionHandle {
    pub(crate) fn new(record: Option<Arc<Record>>, exposure: TokenExposure) -> Self {
        Self(Arc::new(Inner { exposure, state: Mutex::new(State { record, public: None, change: Change::None }) }))
    }

    /// The session as a page may see it; `None` when signed out.
    #[must_use]
    pub fn session(&self) -> Option<Arc<Session>> {
        let mut state = self.state();
        if state.public.is_none() {
            state.public = state.record.as_ref().map(|record| Arc::new(record.public(self.0.exposure)));
        }
        state.public.clone()
    }

    /// The upstream's access token for calls that this server makes, whatever `session.access_token` says.
    #[must_use]
    pub fn access_token(&self) -> Option<AccessToken> {
        self.state().record.as_ref().map(|record| record.access_token.clone())
    }

    pub(crate) fn record(&self) -> Option<Arc<Record>> {
        self.state().record.clone()
    }

    /// Makes `record` the session, to be written with the response.
    pub(crate) fn write(&self, record: Arc<Record>) {
        self.set(Some(record), Change::Write);
    }

    /// Ends the session for this browser.
    pub(crate) fn clear(&self) {
        self.set(None, Change::Clear);
    }

    fn set(&self, record: Option<Arc<Record>>, change: Change) {
        let mut state = self.state();
        if state.change == Change::Late {
            tracing::error!("the session was changed after the response's headers left; the browser keeps the old one");
            return;
        }
        *state = State { record, public: None, change };
    }

    /// What to tell the browser; after this, no change is taken.
    pub(crate) fn finish(&self) -> (Option<Arc<Record>>, Change) {
        let mut state = self.state();
        (state.record.clone(), std::mem::replace(&mut state.change, Change::Late))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every update is one assignment: a poisoned lock guards a whole state.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
