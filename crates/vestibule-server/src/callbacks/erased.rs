//! The callbacks behind a pointer, and what keeps a request whole when one of them fails.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::timeout;

use super::{Admission, Callbacks, Event, Keeping, PATIENCE, RecordError, Redirect, Redirection, Shown, SignInAttempt};

/// [`Callbacks`] whose type is forgotten. Applications write `async fn`, which no pointer can call.
pub(crate) trait Erased: Send + Sync {
    fn sign_in<'a>(&'a self, attempt: &'a SignInAttempt) -> BoxFuture<'a, Admission>;
    fn record<'a>(&'a self, keeping: &'a mut Keeping) -> BoxFuture<'a, Result<(), RecordError>>;
    fn session(&self, shown: &mut Shown);
    fn redirect(&self, redirection: &Redirection<'_>) -> Redirect;
    fn event<'a>(&'a self, event: &'a Event) -> BoxFuture<'a, ()>;
}

impl<C: Callbacks> Erased for C {
    fn sign_in<'a>(&'a self, attempt: &'a SignInAttempt) -> BoxFuture<'a, Admission> {
        Box::pin(Callbacks::sign_in(self, attempt))
    }

    fn record<'a>(&'a self, keeping: &'a mut Keeping) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(Callbacks::record(self, keeping))
    }

    fn session(&self, shown: &mut Shown) {
        Callbacks::session(self, shown);
    }

    fn redirect(&self, redirection: &Redirection<'_>) -> Redirect {
        Callbacks::redirect(self, redirection)
    }

    fn event<'a>(&'a self, event: &'a Event) -> BoxFuture<'a, ()> {
        Box::pin(Callbacks::event(self, event))
    }
}

/// A callback that did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failed {
    /// It panicked; what it said is on standard error.
    #[error("it panicked")]
    Panicked,
    /// It took longer than [`PATIENCE`].
    #[error("it took too long")]
    Slow,
}

/// Waits for a callback, which may panic or never end. It is called inside of `call`: what panics before the first
/// await is caught, too.
pub(crate) async fn guarded<T>(call: impl Future<Output = T> + Send) -> Result<T, Failed> {
    match timeout(PATIENCE, AssertUnwindSafe(call).catch_unwind()).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(Failed::Panicked),
        Err(_) => Err(Failed::Slow),
    }
}
