//! Callbacks: what an application has to say about its sessions, in the words of NextAuth.
//!
//! | NextAuth | here | what it decides |
//! | --- | --- | --- |
//! | `signIn` | [`Callbacks::sign_in`] | whether a granted sign-in becomes a session |
//! | `jwt` | [`Callbacks::record`] | what of the profile is kept, sealed, by the server |
//! | `session` | [`Callbacks::session`] | what of it a browser may see |
//! | `redirect` | [`Callbacks::redirect`] | where the person goes after signing in or out |
//! | `events` | [`Callbacks::event`] | nothing: it is told what happened |
//!
//! (The callback *URL* of a request is another thing: [`crate::callback`].)
//!
//! # What a callback cannot do by accident
//! - Change who somebody is: the identity is what the API said, whatever becomes of the profile.
//! - Show a token: no callback is given the refresh token, and what [`Callbacks::record`] adds passes the filter that
//!   the API's own answer passed.
//! - Let anybody off this site: [`Redirect`] checks what it is given against this origin, and against those that
//!   [`Callbacks::external_origins`] declares.
//! - Take a request with it: `sign_in` and `record` have [`PATIENCE`], and one that panics or is slower counts as
//!   failed. A failed `sign_in` is no session; a failed `record` is none at sign-in and keeps the former profile later.

mod audit;
mod ends;
mod erased;
mod event;
mod keeping;
mod member;
mod redirect;
mod shown;
mod sign_in;

use std::fmt;
use std::future::{Future, ready};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::audit::Audit;
pub(crate) use self::ends::Ends;
pub(crate) use self::erased::{Erased, Failed, guarded};
pub use self::event::{Event, Happening};
pub use self::keeping::{Keeping, Occasion, RecordError};
pub use self::redirect::{After, ExternalOrigins, NotAnOrigin, Redirect, Redirection};
pub use self::shown::Shown;
pub use self::sign_in::{Admission, SignInAttempt, Way};

/// As long as `sign_in` and `record` may take.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What an application decides about its sessions; given to
/// [`VestibuleBuilder::callbacks`](crate::app::VestibuleBuilder::callbacks).
///
/// Every method has a default that changes nothing, so an application writes the ones that it means. Those that may ask
/// somebody else are `async fn`; the others are not, since they stand in the way of every page.
///
/// ```
/// use vestibule_server::callbacks::{Admission, Callbacks, Event, Shown, SignInAttempt};
///
/// struct Staff;
///
/// impl Callbacks for Staff {
///     async fn sign_in(&self, attempt: &SignInAttempt) -> Admission {
///         if attempt.profile["isBlocked"] == true { Admission::Refuse } else { Admission::Allow }
///     }
///
///     fn session(&self, shown: &mut Shown) {
///         shown.remove("/internalNotes");
///     }
///
///     async fn event(&self, event: &Event) {
///         println!("{} {}", event.at, event.happening.name());
///     }
/// }
/// ```
pub trait Callbacks: Send + Sync + 'static {
    /// Whether somebody whose credentials the API took may come in; called once, before there is a session.
    ///
    /// With anything but [`Admission::Allow`] there is no session, what the API gave is handed back by the sign-out call,
    /// and a session that was there before stays. A refusal reads as the code `denied`, 403, on the login page with and
    /// without JavaScript. One that panics or takes longer than [`PATIENCE`] lets nobody in (500, 503).
    ///
    /// ```
    /// use vestibule_server::callbacks::{Admission, Callbacks, SignInAttempt};
    ///
    /// struct OnlyOurs;
    ///
    /// impl Callbacks for OnlyOurs {
    ///     async fn sign_in(&self, attempt: &SignInAttempt) -> Admission {
    ///         match attempt.user.email.as_deref() {
    ///             Some(email) if email.ends_with("@example.org") => Admission::Allow,
    ///             Some(_) => Admission::Refuse,
    ///             None => Admission::SendTo("/help/no-email".to_owned()),
    ///         }
    ///     }
    /// }
    /// ```
    fn sign_in(&self, attempt: &SignInAttempt) -> impl Future<Output = Admission> + Send {
        let _ = attempt;
        ready(Admission::Allow)
    }

    /// What is kept of the profile: called at sign-in, when the access token was renewed, and when the profile was read
    /// again, before it is sealed. It changes [`Keeping::profile`].
    ///
    /// The name, e-mail and image are read again from what it leaves; the identity stays. The limits of size and depth
    /// hold for the result.
    ///
    /// # Errors
    /// [`RecordError`]. At sign-in there is then no session; later, the profile stays the former one and new tokens are
    /// kept all the same. So it is where it panics or takes longer than [`PATIENCE`].
    ///
    /// ```
    /// use vestibule_server::callbacks::{Callbacks, Keeping, Occasion, RecordError};
    ///
    /// struct WithRoles;
    ///
    /// # async fn roles_from_elsewhere(_: &str) -> Option<Vec<String>> { None }
    /// impl Callbacks for WithRoles {
    ///     async fn record(&self, keeping: &mut Keeping) -> Result<(), RecordError> {
    ///         keeping.remove("/avatarDataUrl");
    ///         // At a refresh the kept profile has them already.
    ///         if keeping.occasion != Occasion::Refresh {
    ///             let id = keeping.user().id_text().unwrap_or_default();
    ///             let roles = roles_from_elsewhere(&id).await.ok_or(RecordError::Away)?;
    ///             keeping.profile["roles"] = roles.into();
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// ```
    fn record(&self, keeping: &mut Keeping) -> impl Future<Output = Result<(), RecordError>> + Send {
        let _ = keeping;
        ready(Ok(()))
    }

    /// What of the session a browser may see: called for every request that shows it, on a copy. It changes
    /// [`Shown::profile`]; the record keeps the whole, for
    /// [`SessionHandle::full`](crate::session::SessionHandle::full).
    ///
    /// One place calls it, in front of every way to a browser: `GET /auth/session`, the seed of a page, and the server
    /// functions of the session. A well-known member (id, name, e-mail, image) that is cut from the profile is cut from
    /// `user`, too.
    ///
    /// ```
    /// use vestibule_server::callbacks::{Callbacks, Shown};
    ///
    /// struct Discreet;
    ///
    /// impl Callbacks for Discreet {
    ///     fn session(&self, shown: &mut Shown) {
    ///         let is_admin = shown.profile["roles"].as_array().is_some_and(|roles| roles.contains(&"admin".into()));
    ///         shown.keep_only(&["/id", "/displayName"]);
    ///         shown.profile["isAdmin"] = is_admin.into();
    ///     }
    /// }
    /// ```
    fn session(&self, shown: &mut Shown) {
        let _ = shown;
    }

    /// Where somebody goes who has signed in or out. The target has passed the same-origin rule already, and what is
    /// returned passes a rule again.
    ///
    /// ```
    /// use vestibule_server::callbacks::{After, Callbacks, Redirect, Redirection};
    ///
    /// struct ToTheDesk;
    ///
    /// impl Callbacks for ToTheDesk {
    ///     fn redirect(&self, redirection: &Redirection<'_>) -> Redirect {
    ///         match redirection.after {
    ///             After::SignIn if redirection.target == "/" => Redirect::path("/desk"),
    ///             After::SignOut => Redirect::path("/goodbye"),
    ///             _ => Redirect::keep(),
    ///         }
    ///     }
    /// }
    /// ```
    fn redirect(&self, redirection: &Redirection<'_>) -> Redirect {
        let _ = redirection;
        Redirect::keep()
    }

    /// The other origins that [`Callbacks::redirect`] may send somebody to; asked once, when the application is built.
    /// A form may lead there, so they stand in the Content-Security-Policy (`form-action`), too.
    ///
    /// ```
    /// use vestibule_server::callbacks::{Callbacks, ExternalOrigins, Redirect, Redirection};
    ///
    /// struct Family {
    ///     origins: ExternalOrigins,
    /// }
    ///
    /// impl Callbacks for Family {
    ///     fn external_origins(&self) -> ExternalOrigins {
    ///         self.origins.clone()
    ///     }
    ///
    ///     fn redirect(&self, redirection: &Redirection<'_>) -> Redirect {
    ///         // Whatever was asked for: only `docs.example.org` is in the list, anything else changes nothing.
    ///         redirection.asked.map_or(Redirect::keep(), Redirect::external)
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), vestibule_server::callbacks::NotAnOrigin> {
    /// let callbacks = Family { origins: ExternalOrigins::new(["https://docs.example.org"])? };
    /// # let _ = callbacks;
    /// # Ok(())
    /// # }
    /// ```
    fn external_origins(&self) -> ExternalOrigins {
        ExternalOrigins::default()
    }

    /// What happened, for an audit; told after the fact.
    ///
    /// One task of the application tells them, one after the other, in the order in which they happened; no response
    /// waits for it, and a panic ends that one call. An event that takes longer than 30 s is given up. Up to 1,024 wait;
    /// those beyond are not told, and stand in the log as errors instead. A server that stops tells what waits first. It is
    /// called in the span of the request in which the thing happened: log lines carry the request's id.
    ///
    /// ```
    /// use vestibule_server::callbacks::{Callbacks, Event, Happening};
    ///
    /// struct Audit;
    ///
    /// impl Callbacks for Audit {
    ///     async fn event(&self, event: &Event) {
    ///         if let Happening::Ended { why } = event.happening {
    ///             tracing::info!(session = event.session, user = event.user_for_log(), why = why.name(), "ended");
    ///         }
    ///     }
    /// }
    /// ```
    fn event(&self, event: &Event) -> impl Future<Output = ()> + Send {
        let _ = event;
        ready(())
    }
}

/// An application's callbacks, as a running application holds them.
pub(crate) struct Installed {
    pub(crate) callbacks: Arc<dyn Erased>,
    pub(crate) origins: ExternalOrigins,
    pub(crate) audit: Audit,
}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installed").field("origins", &self.origins).finish_non_exhaustive()
    }
}

impl Installed {
    pub(crate) fn new(callbacks: impl Callbacks) -> Self {
        let origins = callbacks.external_origins();
        let callbacks: Arc<dyn Erased> = Arc::new(callbacks);
        Self { audit: Audit::new(Arc::clone(&callbacks)), origins, callbacks }
    }
}
