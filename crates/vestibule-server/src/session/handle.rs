//! The handle through which server functions and routes read and change the request's session.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderValue;
use vestibule_core::{AccessToken, Session};

use super::full::FullSession;
use crate::app::{FirstStepCookie, Vestibule};
use crate::cookies::Presented;
use crate::record::{Over, Record};
use crate::store::SessionKey;
use crate::upstream::Unkept;

/// The session of one request; in the request's extensions behind the session layer. Clones are the same session.
///
/// Only the layer writes cookies: a change made here reaches the browser with the response's headers. A change made
/// after they left would be lost, so it is refused there and logged.
#[derive(Clone)]
pub struct SessionHandle(Arc<Inner>);

struct Inner {
    vestibule: Vestibule,
    /// Where the request comes from.
    address: Option<IpAddr>,
    /// The first step of a sign-in that the request came with.
    first_step: Presented,
    first_step_cookie: Mutex<FirstStepCookie>,
    /// Whether the request tries to sign in.
    signs_in: AtomicBool,
    state: Mutex<State>,
}

struct State {
    record: Option<Arc<Record>>,
    public: Option<Arc<Session>>,
    over: Option<Over>,
    change: Change,
    /// The generations that it was renewed from while the headers could still carry the result.
    renewed_from: Vec<SessionKey>,
    /// Whether the session became another one after the headers left.
    is_news: bool,
    /// The tokens of a session that began here, until its cookies leave.
    unkept: Option<Unkept>,
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
    pub(crate) fn new(
        vestibule: &Vestibule,
        address: Option<IpAddr>,
        first_step: Presented,
        record: Option<Arc<Record>>,
        over: Option<Over>,
        change: Change,
    ) -> Self {
        let state = Mutex::new(State {
            record,
            public: None,
            over,
            change,
            renewed_from: Vec::new(),
            is_news: false,
            unkept: None,
        });
        let vestibule = vestibule.clone();
        Self(Arc::new(Inner {
            vestibule,
            address,
            first_step,
            first_step_cookie: Mutex::default(),
            signs_in: AtomicBool::new(false),
            state,
        }))
    }

    /// The session as a browser may see it, after the application's
    /// [`session`](crate::callbacks::Callbacks::session); `None` when signed out.
    ///
    /// This is what pages, `/auth/session` and the server functions of the session have, and it may be sent to a browser.
    /// [`SessionHandle::full`] is what the server keeps.
    #[must_use]
    pub fn session(&self) -> Option<Arc<Session>> {
        let record = {
            let state = self.state();
            if state.public.is_some() {
                return state.public.clone();
            }
            Arc::clone(state.record.as_ref()?)
        };
        // The application is asked while nobody waits for the lock.
        let vestibule = &self.0.vestibule;
        let owner = vestibule.owner(record.provided.as_ref());
        let renewable = owner.can_refresh(record.refresh_token.is_some());
        let public = Arc::new(vestibule.shown(owner, record.public(&vestibule.config().session, renewable)));
        let mut state = self.state();
        if state.record.as_ref().is_some_and(|current| Arc::ptr_eq(current, &record)) {
            state.public = Some(Arc::clone(&public));
        }
        Some(public)
    }

    /// The session as the server keeps it, with what the application's
    /// [`session`](crate::callbacks::Callbacks::session) hides from browsers; `None` when signed out.
    #[must_use]
    pub fn full(&self) -> Option<FullSession> {
        self.record().map(FullSession::new)
    }

    /// The upstream's access token for calls that this server makes, whatever `session.access_token` says.
    #[must_use]
    pub fn access_token(&self) -> Option<AccessToken> {
        self.state().record.as_ref().map(|record| record.access_token.clone())
    }

    /// Why the session that the request came with is over; `None` when it is not, or there was none.
    #[must_use]
    pub fn ended(&self) -> Option<Over> {
        self.state().over
    }

    /// Where the request comes from, if that is known.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.0.address
    }

    /// The running application.
    #[must_use]
    pub fn vestibule(&self) -> &Vestibule {
        &self.0.vestibule
    }

    pub(crate) fn record(&self) -> Option<Arc<Record>> {
        self.state().record.clone()
    }

    /// The request tries to sign in: what comes of it is told as that.
    pub(crate) fn set_signing_in(&self) {
        self.0.signs_in.store(true, Ordering::Relaxed);
    }

    pub(super) fn signs_in(&self) -> bool {
        self.0.signs_in.load(Ordering::Relaxed)
    }

    /// The sealed first step of a sign-in that the request came with.
    pub(crate) fn first_step(&self) -> Option<&str> {
        self.0.first_step.sealed.as_deref()
    }

    /// Has the response keep a first step, or take it away.
    pub(crate) fn set_first_step(&self, cookie: FirstStepCookie) {
        *self.0.first_step_cookie.lock().unwrap_or_else(PoisonError::into_inner) = cookie;
    }

    /// The `Set-Cookie` values of the first step.
    pub(super) fn first_step_cookies(&self) -> Vec<HeaderValue> {
        let cookie = self.0.first_step_cookie.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.vestibule.write_first_step(&cookie, &self.0.first_step)
    }

    /// Makes `record` the session, to be written with the response. Where that does not come to be, its tokens are given back.
    pub(crate) fn begin(&self, record: Arc<Record>, unkept: Unkept) {
        self.set(Some(record), None, Change::Write, Some(unkept));
    }

    /// The tokens of a session that began here, to be kept with its cookies.
    pub(super) fn take_unkept(&self) -> Option<Unkept> {
        self.state().unkept.take()
    }

    /// Goes on with the session's next generation, to be written with the response. After the headers left, the next
    /// request delivers it; the rest of this one works with it all the same.
    pub(crate) fn renew(&self, before: &Record, record: Arc<Record>) {
        let mut state = self.state();
        let mut renewed_from = std::mem::take(&mut state.renewed_from);
        if state.change != Change::Late {
            renewed_from.push(before.key());
        }
        let change = if state.change == Change::Late { Change::Late } else { Change::Write };
        let is_news = change == Change::Late;
        let unkept = state.unkept.take();
        *state = State { record: Some(record), public: None, over: None, change, renewed_from, is_news, unkept };
    }

    /// Ends the session for this browser, by its own wish, and a sign-in that was half done.
    pub(crate) fn clear(&self) {
        self.set_first_step(FirstStepCookie::Goes);
        self.set(None, None, Change::Clear, None);
    }

    /// The session turned out to be over.
    pub(crate) fn over(&self, over: Over) {
        if let Some(record) = self.record() {
            self.0.vestibule.tell_end(&record, over, self.0.address);
        }
        let mut state = self.state();
        let change = match state.change {
            Change::Late => Change::Late,
            _ if over.takes_cookie() => Change::Clear,
            _ => Change::None,
        };
        let is_news = change == Change::Late;
        *state = State {
            record: None,
            public: None,
            over: Some(over),
            change,
            renewed_from: Vec::new(),
            is_news,
            unkept: None,
        };
    }

    fn set(&self, record: Option<Arc<Record>>, over: Option<Over>, change: Change, unkept: Option<Unkept>) {
        let mut state = self.state();
        if state.change == Change::Late {
            tracing::error!("the session was changed after the response's headers left; the browser keeps the old one");
            return;
        }
        *state = State { record, public: None, over, change, renewed_from: Vec::new(), is_news: false, unkept };
    }

    /// Whether the page that is leaving has older news of the session than this server.
    pub(super) fn is_news(&self) -> bool {
        self.state().is_news
    }

    /// What to tell the browser, and the generations that this delivers the successors of; after this, no change is
    /// taken.
    pub(crate) fn finish(&self) -> (Option<Arc<Record>>, Change, Vec<SessionKey>) {
        let mut state = self.state();
        let change = std::mem::replace(&mut state.change, Change::Late);
        (state.record.clone(), change, std::mem::take(&mut state.renewed_from))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every update is one assignment: a poisoned lock guards a whole state.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
