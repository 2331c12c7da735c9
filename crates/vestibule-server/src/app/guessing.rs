//! How often somebody may guess a password: wrong ones are counted for each account and each address (RL-01).
//!
//! A sign-in takes a turn at both before the upstream is asked, and gives it back with what came of it. So of a thousand
//! guesses at one moment no more reach the upstream than may be wrong, on all instances that share a store: the others wait
//! until they know, and are refused then. Whoever is right waits for nobody but those.

use std::net::IpAddr;
use std::time::Duration;

use tracing::Instrument;

use super::Vestibule;
use crate::config::Quota;
use crate::store::{Bucket, Guess, Guessed, Store};

/// The first wait for those who are ahead, and the longest.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// The longest that a 429 has anybody wait, in seconds.
const LONGEST_WAIT: u32 = 3_600;

/// A turn at guessing, until it is known what came of it. Whoever leaves before that has guessed wrong.
pub(super) struct Turn {
    vestibule: Vestibule,
    taken: Vec<Taken>,
    guessed: Guessed,
}

struct Taken {
    bucket: Bucket,
    quota: Quota,
    /// Where it was taken: while the store is away, in this process.
    is_reserve: bool,
}

impl Vestibule {
    /// A turn at guessing the password of `account`, as it is sent to the upstream, from `address`.
    ///
    /// # Errors
    /// Too many were wrong: the seconds to wait, from 1 to 3,600.
    pub(super) async fn turn(&self, account: Option<&str>, address: Option<IpAddr>) -> Result<Turn, u32> {
        let limits = &self.config().limits;
        let account =
            account.filter(|account| !account.is_empty()).map(|account| (Bucket::account(account), limits.account));
        let address = address.map(|address| (Bucket::address(address), limits.address));
        // Until the upstream is asked, nobody has guessed.
        let mut turn = Turn { vestibule: self.clone(), taken: Vec::new(), guessed: Guessed::Nothing };
        for (bucket, quota) in account.into_iter().chain(address) {
            match self.take(bucket, quota).await {
                Ok(taken) => turn.taken.push(taken),
                Err((what, wait)) => {
                    let seconds = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(LONGEST_WAIT);
                    let retry_after = seconds.clamp(1, LONGEST_WAIT);
                    self.metrics().limited(what);
                    tracing::warn!(limit = what, retry_after, "a sign-in was refused: too many wrong ones came before");
                    turn.guessed(Guessed::Nothing).await;
                    return Err(retry_after);
                }
            }
        }
        turn.guessed = Guessed::Wrong;
        Ok(turn)
    }

    async fn take(&self, bucket: Bucket, quota: Quota) -> Result<Taken, (&'static str, Duration)> {
        let mut pause = PAUSE;
        loop {
            let (guess, is_reserve) = match self.store().start_guess(&bucket, quota).await {
                Ok(guess) => (guess, false),
                Err(_) => (self.reserve().start_guess(&bucket, quota).await.unwrap_or(Guess::Ours), true),
            };
            match guess {
                Guess::Ours => return Ok(Taken { bucket, quota, is_reserve }),
                Guess::Over(wait) => return Err((bucket.what(), wait)),
                Guess::Busy => tokio::time::sleep(pause).await,
            }
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }
}

impl Turn {
    /// It is over: what came of it.
    pub(super) async fn guessed(mut self, guessed: Guessed) {
        let (vestibule, taken) = (self.vestibule.clone(), std::mem::take(&mut self.taken));
        // To the end, also if the browser leaves meanwhile.
        let _ = tokio::spawn(give_back(vestibule, taken, guessed).in_current_span()).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        if !taken.is_empty()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(give_back(self.vestibule.clone(), taken, self.guessed).in_current_span());
        }
    }
}

async fn give_back(vestibule: Vestibule, taken: Vec<Taken>, guessed: Guessed) {
    for Taken { bucket, quota, is_reserve } in taken {
        // Somebody else's passwords from the same address are not better for this one.
        let guessed = match guessed {
            Guessed::Right if !bucket.is_account() => Guessed::Nothing,
            guessed => guessed,
        };
        if is_reserve {
            let _ = vestibule.reserve().finish_guess(&bucket, quota, guessed).await;
        } else if let Err(error) = vestibule.store().finish_guess(&bucket, quota, guessed).await {
            tracing::warn!(%error, "the store was not told what came of a sign-in");
        }
    }
}

#[cfg(test)]
mod tests;
