//! After a failure, no operation is tried for a moment.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

/// How long operations fail at once after one that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Open while the store is taken to be away.
#[derive(Default)]
pub(super) struct Breaker(Mutex<Option<Instant>>);

impl Breaker {
    pub(super) fn is_open(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }

    /// Takes note of an operation's end; says once that the store went away, and once that it is back.
    pub(super) fn note(&self, succeeded: bool) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (succeeded, until.is_some()) {
            (true, true) => {
                *until = None;
                tracing::info!("the store is back");
            }
            (true, false) => {}
            (false, was_away) => {
                *until = Some(Instant::now() + PAUSE);
                if !was_away {
                    tracing::error!(key = "store.url", "the store is away");
                }
            }
        }
    }
}
