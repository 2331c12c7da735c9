//! The time, passed in: so that a token expires in a test without anybody waiting.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where the time comes from: a function that gives Unix time in milliseconds.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
        })
    }

    /// A clock of the caller's own.
    pub fn new(millis: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(millis))
    }

    pub(crate) fn now_millis(&self) -> u64 {
        (self.0)()
    }

    pub(crate) fn now(&self) -> u64 {
        self.now_millis() / 1_000
    }

    /// Now, as JSON APIs write it: `2026-11-23T09:30:00Z`.
    pub(crate) fn now_text(&self) -> String {
        let moment = i64::try_from(self.now()).ok().and_then(|now| OffsetDateTime::from_unix_timestamp(now).ok());
        moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now_millis())
    }
}
