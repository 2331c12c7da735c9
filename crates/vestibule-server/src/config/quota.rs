//! Quotas as an operator writes them: how many, and in how long.

use std::num::NonZeroU32;
use std::time::Duration;

use super::duration::parse_duration;

/// The longest time that a quota may be for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// So many in so long, such as ten in fifteen minutes: all of them at once, and then one more each time that its part of
/// the time has passed (90 s), until all are there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    most: NonZeroU32,
    within: Duration,
}

/// A text that is no quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not so many in so long — write a number, a slash and a time, at most a day and at least a millisecond for each, such as \
     \"10/15m\""
)]
pub struct InvalidQuota;

impl Quota {
    /// Reads a quota.
    ///
    /// ```
    /// use vestibule_server::config::Quota;
    ///
    /// let quota = Quota::parse("10/15m").unwrap();
    /// assert_eq!((quota.most(), quota.step().as_secs()), (10, 90));
    /// assert!(Quota::parse("10 per hour").is_err());
    /// ```
    ///
    /// # Errors
    /// [`InvalidQuota`] for any other text, for none at all, and for more than one in a millisecond.
    pub fn parse(text: &str) -> Result<Self, InvalidQuota> {
        let (most, within) = text.split_once('/').ok_or(InvalidQuota)?;
        let most: NonZeroU32 = most.parse().map_err(|_| InvalidQuota)?;
        let within = parse_duration(within).map_err(|_| InvalidQuota)?;
        let quota = Self { most, within };
        if within > LONGEST || quota.step().is_zero() { Err(InvalidQuota) } else { Ok(quota) }
    }

    /// How many at once.
    #[must_use]
    pub const fn most(&self) -> u32 {
        self.most.get()
    }

    /// After how long there is one more, in whole milliseconds.
    #[must_use]
    pub fn step(&self) -> Duration {
        let millis = self.within.as_millis() / u128::from(self.most.get());
        Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests;
