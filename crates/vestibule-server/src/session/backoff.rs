//! When to try again after a refresh that failed, and whether at all.

use crate::store::Failure;
use crate::upstream::RefreshError;

/// The first wait, in milliseconds; each failure doubles it.
const FIRST: i64 = 1_000;
/// The longest, in milliseconds: with what chance adds to it, half a minute.
const LONGEST: i64 = 25_000;
/// How far chance moves a wait, either way, in percent: so that sessions that failed together do not return together.
const JITTER: i64 = 20;
/// A call whose answer was lost may be made once more: the refresh token is spent or it is not, and only the upstream
/// knows. After that, silence is safer than a third use.
const MOST_LOST: u32 = 2;

/// What is known after another failure.
pub(super) fn after(before: Failure, error: &RefreshError, now_millis: i64) -> Failure {
    let failures = before.failures.saturating_add(1);
    let doubled = FIRST.saturating_mul(1_i64 << (failures - 1).min(20));
    let mut wait = jittered(doubled.min(LONGEST), chance());
    if let RefreshError::TooManyAttempts { retry_after } = error {
        wait = wait.max(i64::from(*retry_after) * 1_000);
    }
    Failure {
        failures,
        lost: before.lost + u32::from(matches!(error, RefreshError::Lost(_))),
        again_at: now_millis.saturating_add(wait),
    }
}

/// Whether the token may have been spent too often to be sent again.
pub(super) fn is_spent(failure: &Failure) -> bool {
    failure.lost >= MOST_LOST
}

/// `wait`, moved by up to [`JITTER`] percent.
fn jittered(wait: i64, chance: u8) -> i64 {
    wait + wait * JITTER * (2 * i64::from(chance) - 255) / (255 * 100)
}

fn chance() -> u8 {
    let mut byte = [128];
    // Without randomness there is no jitter, which is no harm.
    let _ = getrandom::fill(&mut byte);
    u8::from_ne_bytes(byte)
}

#[cfg(test)]
mod tests;
