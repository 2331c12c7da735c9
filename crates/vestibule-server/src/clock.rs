//! The time, passed in: so that expiry is tested without waiting for it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use vestibule_core::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Unix time in milliseconds, UTC.
    fn now_millis(&self) -> i64;

    /// Now, to the second.
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.now_millis().div_euclid(1_000))
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_millis(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still until a test moves it. Clones show the same time.
///
/// ```
/// use vestibule_server::clock::{Clock, TestClock};
///
/// let clock = TestClock::at(1_800_000_000);
/// clock.advance(90);
/// assert_eq!(clock.now().as_unix(), 1_800_000_090);
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock that shows `seconds` of Unix time.
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        Self(Arc::new(AtomicI64::new(seconds * 1_000)))
    }

    /// Moves on by `seconds` (or back, if negative).
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}
