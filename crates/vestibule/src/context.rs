//! The session context: seeded once, read everywhere as signals.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vestibule_core::{AccessToken, ErrorCode, LoginForm, ProfileError, Session, Text, Timestamp, User, Words};

use crate::json::ViaValue;
use crate::seed::{DirectApi, LoginFailure, SeededCallback};
use crate::server_functions::{ServerFailure, update};
use crate::side;

/// Whether somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is a session.
    SignedIn,
    /// There is none.
    SignedOut,
}

/// Why there is no session any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It came to its end: its time ran out, or the API does not renew its token.
    Expired,
    /// Somebody signed out: here, in another tab, or everywhere.
    SignedOut,
}

impl Ended {
    /// The reason as the login page knows it: one of [`wire::REASONS`](vestibule_core::wire::REASONS).
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Expired => "ended",
            Self::SignedOut => "signed-out",
        }
    }
}

/// The session in the page's memory. Setting an equal one notifies nobody, and each part notifies only its readers: a
/// new token leaves the profile's table alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionState {
    session: RwSignal<Option<Arc<Session>>>,
    ended: RwSignal<Option<Ended>>,
    /// The absolute end of the last session that this page saw the end of, by which it is known.
    last: StoredValue<Option<Timestamp>>,
    status: Memo<Status>,
    user: Memo<Option<User>>,
    access_token: Memo<Option<AccessToken>>,
    expires: Memo<Option<Timestamp>>,
    session_expires: Memo<Option<Timestamp>>,
}

impl SessionState {
    fn new(session: Option<Arc<Session>>, ended: Option<Ended>) -> Self {
        let session = RwSignal::new(session);
        Self {
            session,
            ended: RwSignal::new(ended),
            last: StoredValue::new(None),
            status: Memo::new(
                move |_| {
                    if session.with(Option::is_some) { Status::SignedIn } else { Status::SignedOut }
                },
            ),
            user: Memo::new(move |_| session.with(|session| Some(session.as_ref()?.user.clone()))),
            access_token: Memo::new(move |_| session.with(|session| session.as_ref()?.access_token.clone())),
            expires: Memo::new(move |_| session.with(|session| Some(session.as_ref()?.expires))),
            session_expires: Memo::new(move |_| session.with(|session| Some(session.as_ref()?.session_expires))),
        }
    }

    /// Becomes this session.
    pub(crate) fn replace(self, session: Arc<Session>) {
        self.ended.set(None);
        if self.session.with_untracked(|current| current.as_ref() != Some(&session)) {
            self.session.set(Some(session));
        }
    }

    /// There is no session any more.
    pub(crate) fn end(self, ended: Ended) {
        if let Some(session) = self.session.get_untracked() {
            self.last.set_value(Some(session.session_expires));
            // The reason first: whoever hears that nobody is signed in finds it.
            self.ended.set(Some(ended));
            self.session.set(None);
        }
    }

    /// The session at this moment; nobody is told of later ones.
    #[allow(dead_code, reason = "asked by the browser's half")]
    pub(crate) fn now(self) -> Option<Arc<Session>> {
        self.session.get_untracked()
    }

    /// Has the server read the profile again, and becomes what it says; the other tabs follow.
    pub(crate) async fn update(self) -> Result<(), ServerFailure> {
        match update().await {
            Ok(session) => {
                side::tell(Arc::clone(&session));
                self.replace(session);
                Ok(())
            }
            Err(failure) => {
                if failure.0.code == ErrorCode::SignedOut {
                    side::tell_end(Ended::Expired);
                    self.end(Ended::Expired);
                }
                Err(failure)
            }
        }
    }

    /// Whether this page saw the end of the session, or of one that began later.
    #[allow(dead_code, reason = "as above")]
    pub(crate) fn saw_end_of(self, session: &Session) -> bool {
        self.last.get_value().is_some_and(|last| session.session_expires <= last)
    }

    /// The session, for an effect that follows it.
    #[allow(dead_code, reason = "as above")]
    pub(crate) fn follow(self) -> Option<Arc<Session>> {
        self.session.get()
    }

    /// Why there is no session any more; nobody is told of later ones.
    #[allow(dead_code, reason = "as above")]
    pub(crate) fn ended_now(self) -> Option<Ended> {
        self.ended.get_untracked()
    }

    pub(crate) fn signed_in(self) -> bool {
        self.status.get() == Status::SignedIn
    }

    /// The token now, for a request that is about to be made: `Err` when signed out, `Ok(None)` when the token stays
    /// on the server.
    #[allow(dead_code, reason = "asked by the browser's half; the server asks the session's handle")]
    pub(crate) fn token_now(self) -> Result<Option<AccessToken>, SignedOutNow> {
        self.session.with_untracked(|session| session.as_ref().map(|it| it.access_token.clone()).ok_or(SignedOutNow))
    }
}

/// Nobody is signed in at this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedOutNow;

/// What the login page shows, beyond the session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoginState {
    pub(crate) form: StoredValue<Arc<LoginForm>>,
    pub(crate) failure: RwSignal<Option<LoginFailure>>,
    pub(crate) callback: RwSignal<Option<SeededCallback>>,
    /// The provider that was used last in this browser.
    pub(crate) last_provider: StoredValue<Option<String>>,
    /// Whether somebody who is signed in has something to read here first: why they are not somebody else.
    pub(crate) stays: RwSignal<bool>,
    /// Whether a sign-in is under way.
    pub(crate) pending: RwSignal<bool>,
}

/// Whether a path is a page of the application, in the eyes of its router.
#[derive(Clone)]
#[allow(dead_code, reason = "made and asked by the browser's half; a server's redirect leads to pages and files alike")]
pub(crate) struct IsPage(pub(crate) Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl fmt::Debug for IsPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IsPage")
    }
}

/// Everything that [`provide_vestibule`] provides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    pub(crate) session: SessionState,
    pub(crate) login: LoginState,
    /// What the library's own pages and components say.
    pub(crate) words: StoredValue<Arc<Words>>,
    #[allow(dead_code, reason = "read by the browser's half; the server needs no address")]
    pub(crate) api: StoredValue<Option<Arc<DirectApi>>>,
    #[allow(dead_code, reason = "as above")]
    pub(crate) is_page: StoredValue<Option<IsPage>>,
    /// Whether the page should ask if somebody is there: the session is about to end for want of use.
    pub(crate) asks: RwSignal<bool>,
    /// What to add to this machine's clock to get the server's, in seconds.
    skew: i64,
}

impl Context {
    #[expect(clippy::expect_used, reason = "a mistake of the program, found by the first page that is rendered")]
    pub(crate) fn get() -> Self {
        use_context().expect("call provide_vestibule() in the first line of App")
    }

    /// A text, in the language of the page.
    pub(crate) fn word(self, text: Text) -> String {
        self.words.with_value(|words| words.get(text).to_owned())
    }

    /// The language of the library's own words, for the element that they stand in.
    pub(crate) fn lang(self) -> String {
        self.words.with_value(|words| words.lang.clone())
    }

    /// The path of the login page.
    pub(crate) fn login_page(self) -> String {
        self.login.form.with_value(|form| form.page.clone())
    }

    /// The time by the server's clock: Unix time in seconds.
    pub(crate) fn now(self) -> i64 {
        side::unix_now() + self.skew
    }
}

/// Seeds the session context. Call it once, unconditionally, in the first line of the application's `App`.
///
/// On the server the seed comes from the request and is written into the page; in the browser it is read from there,
/// so both render the same. The values are numbered by the order of the calls, hence the first line; in `shell` it would
/// shift the numbers and break hydration.
pub fn provide_vestibule() {
    let seed = SharedValue::new(|| ViaValue(side::seed())).into_inner().0;
    let context = Context {
        session: SessionState::new(seed.session, seed.ended),
        login: LoginState {
            form: StoredValue::new(seed.login),
            failure: RwSignal::new(seed.failure),
            callback: RwSignal::new(seed.callback),
            last_provider: StoredValue::new(seed.last_provider),
            stays: RwSignal::new(false),
            pending: RwSignal::new(false),
        },
        words: StoredValue::new(seed.words),
        api: StoredValue::new(seed.api),
        is_page: StoredValue::new(None),
        asks: RwSignal::new(false),
        skew: seed.now.as_unix() - side::unix_now(),
    };
    provide_context(context);
    side::stand_at(&context.login_page());
    side::watch(context);
}

/// The session, as signals that live as long as the application; on the server and in the browser.
///
/// `P` is the application's own profile type; with `serde_json::Value` the profile is JSON, as the API returned it.
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::use_session;
///
/// #[derive(Clone, PartialEq, serde::Deserialize)]
/// struct Profile { roles: Vec<String> }
///
/// #[component]
/// fn Roles() -> impl IntoView {
///     let session = use_session::<Profile>();
///     let (profile, error) = (session.profile(), session.profile_error());
///     view! {
///         <p>{move || profile.get().map(|profile| profile.roles.join(", "))}</p>
///         <p role="alert">{move || error.get().map(|error| error.to_string())}</p>
///     }
/// }
/// ```
///
/// # Panics
/// Without [`provide_vestibule`] above it.
#[must_use]
pub fn use_session<P>() -> UseSession<P> {
    UseSession { state: Context::get().session, profile: PhantomData }
}

/// What [`use_session`] returns; it may be copied into any closure.
#[derive(Debug)]
pub struct UseSession<P = Value> {
    state: SessionState,
    profile: PhantomData<fn() -> P>,
}

impl<P> Clone for UseSession<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for UseSession<P> {}

impl<P> UseSession<P> {
    /// Whether somebody is signed in.
    #[must_use]
    pub fn status(self) -> Memo<Status> {
        self.state.status
    }

    /// Why there is no session any more; `None` while there is one, and where there was none.
    #[must_use]
    pub fn ended(self) -> ReadSignal<Option<Ended>> {
        self.state.ended.read_only()
    }

    /// Reads the profile again from the API; the context, the session's cookie and the other tabs follow. For event
    /// handlers, in the browser.
    ///
    /// # Errors
    /// [`ServerFailure`]: nobody is signed in any more, or the API did not give the profile; the context then stays as it
    /// was, but where the session is over.
    pub async fn update(self) -> Result<(), ServerFailure> {
        self.state.update().await
    }

    /// The profile as the application's type; `None` when signed out.
    ///
    /// It is `None`, too, where what the API returned does not fit the type: [`profile_error`](Self::profile_error) has
    /// the reason, and the server's log and the browser's console name the member.
    ///
    /// It is read once per session, and an equal profile notifies nobody. Take the signal while the component is set up
    /// and keep it: every call makes one of its own.
    #[must_use]
    pub fn profile(self) -> Memo<Option<P>>
    where
        P: DeserializeOwned + PartialEq + Send + Sync + 'static,
    {
        let session = self.state.session;
        Memo::new(move |_| {
            session.with(|session| match session.as_ref()?.typed::<P>() {
                Ok(typed) => Some(typed.profile),
                Err(error) => {
                    side::warn(&error);
                    None
                }
            })
        })
    }

    /// Whether somebody is signed in and their profile is as `test` says; for
    /// [`<RequireSession when=…>`](crate::RequireSession), or for a part of a page.
    ///
    /// A profile that does not fit the application's type passes no test.
    #[must_use]
    pub fn is(self, test: impl Fn(&P) -> bool + Send + Sync + 'static) -> Signal<bool>
    where
        P: DeserializeOwned + PartialEq + Send + Sync + 'static,
    {
        let profile = self.profile();
        Memo::new(move |_| profile.with(|profile| profile.as_ref().is_some_and(&test))).into()
    }

    /// Why the profile does not fit the application's type, with the path of the member; `None` where it fits, and when
    /// signed out.
    #[must_use]
    pub fn profile_error(self) -> Memo<Option<ProfileError>>
    where
        P: DeserializeOwned + 'static,
    {
        let session = self.state.session;
        Memo::new(move |_| session.with(|session| session.as_ref()?.typed::<P>().err()))
    }

    /// The well-known members of the profile: id, name, e-mail, image.
    #[must_use]
    pub fn user(self) -> Memo<Option<User>> {
        self.state.user
    }

    /// The upstream's access token; `None` when signed out, or with `session.access_token = "server-only"`.
    #[must_use]
    pub fn access_token(self) -> Memo<Option<AccessToken>> {
        self.state.access_token
    }

    /// When the access token dies (UTC).
    #[must_use]
    pub fn expires(self) -> Memo<Option<Timestamp>> {
        self.state.expires
    }

    /// When the session ends, whatever happens (UTC).
    #[must_use]
    pub fn session_expires(self) -> Memo<Option<Timestamp>> {
        self.state.session_expires
    }

    /// The whole session, with the profile as the API returned it. It notifies of every change, so prefer the parts.
    #[must_use]
    pub fn session(self) -> ReadSignal<Option<Arc<Session>>> {
        self.state.session.read_only()
    }
}

/// The time, by the server's clock; in the browser it moves on every second, as long as the calling component lives.
///
/// # Panics
/// Without [`provide_vestibule`] above it.
#[must_use]
pub fn use_now() -> ReadSignal<Timestamp> {
    let context = Context::get();
    let here = move || Timestamp::from_unix(context.now());
    let now = RwSignal::new(here());
    // Effects run in the browser only.
    Effect::new(move || {
        let ticking = set_interval_with_handle(move || now.set(here()), std::time::Duration::from_secs(1));
        on_cleanup(move || {
            if let Ok(handle) = ticking {
                handle.clear();
            }
        });
    });
    now.read_only()
}

#[cfg(test)]
mod tests;
