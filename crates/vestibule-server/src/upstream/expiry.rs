//! When an access token dies, as far as the upstream tells.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vestibule_core::Timestamp;

use super::contract::{Expiry, ExpiryUnit};
use super::jwt;

/// An `exp` before this (in 2001) is no date but a mistake.
const EARLIEST: i64 = 1_000_000_000;
/// No token lives longer than ten (Julian) years, in seconds.
const LONGEST: i64 = 10 * 31_557_600;
/// What the upstream's clock may be off by, in seconds, and what a token that seems just dead lives on.
pub(super) const SKEW: i64 = 60;

/// The token had died a minute or longer before it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dead;

/// When the token dies; `None` when nothing plausible is said, which means the session's absolute end.
///
/// A token that died less than 60 s ago lives 60 s from now: the upstream's clock is off, and a session that is over
/// at once would send the person round in a circle.
pub(crate) fn of(
    expiry: &Expiry,
    token: &str,
    answer: Option<&Value>,
    now_millis: i64,
) -> Result<Option<Timestamp>, Dead> {
    let now = now_millis.div_euclid(1_000);
    let seconds = match expiry {
        Expiry::Jwt => jwt::hints(token).exp,
        Expiry::Pointer { pointer, unit } => {
            answer.and_then(|answer| pointer.find(answer)).and_then(|value| moment(value, *unit, now_millis))
        }
        Expiry::Fixed(life) => i64::try_from(life.as_secs()).ok().map(|life| now.saturating_add(life)),
    };
    let plausible = |seconds: &i64| (EARLIEST..=now.saturating_add(LONGEST)).contains(seconds);
    match seconds.filter(plausible) {
        None => Ok(None),
        Some(seconds) if seconds > now => Ok(Some(Timestamp::from_unix(seconds))),
        Some(seconds) if now - seconds < SKEW => Ok(Some(Timestamp::from_unix(now + SKEW))),
        Some(_) => Err(Dead),
    }
}

/// The moment that a value means; a number may also be written as a text.
fn moment(value: &Value, unit: ExpiryUnit, now_millis: i64) -> Option<i64> {
    if unit == ExpiryUnit::Rfc3339 {
        return OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
    }
    let number = jwt::whole(value).or_else(|| value.as_str()?.trim().parse().ok())?;
    match unit {
        ExpiryUnit::Seconds => Some(now_millis.div_euclid(1_000).saturating_add(number)),
        ExpiryUnit::Millis => Some(now_millis.saturating_add(number).div_euclid(1_000)),
        ExpiryUnit::EpochSeconds => Some(number),
        ExpiryUnit::EpochMillis => Some(number.div_euclid(1_000)),
        ExpiryUnit::Rfc3339 => None,
    }
}

#[cfg(test)]
mod tests;
