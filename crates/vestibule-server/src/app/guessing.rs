//! How often somebody may guess a password: wrong ones are counted for each account and each address (RL-01).
//!
//! A sign-in takes a turn at both before the upstream is asked, and gives it back with what came of it. So of a thousand
//! guesses at one moment no more reach the upstream than may be wrong, on all instances that share a store: the others wait
//! a moment for those to be answered, and are refused then. Whoever leaves before the answer keeps the turn taken for as long
//! as a request may take: they have not guessed, nor can they ask anew meanwhile.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::Duration;

use tracing::Instrument;
use unicode_normalization::UnicodeNormalization;
use vestibule_core::FieldKind;

use super::Vestibule;
use crate::config::Quota;
use crate::store::{Bucket, Guess, Guessed, Store, random_name};
use crate::upstream::{Credentials, LONGEST_WAIT};

/// The first wait for those who are ahead, and the longest.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// How long anybody waits for those who are ahead, in all.
pub(crate) const LONGEST_BUSY: Duration = Duration::from_secs(1);

/// A turn at guessing, until it is known what came of it.
pub(super) struct Turn {
    vestibule: Vestibule,
    taken: Vec<Taken>,
    /// Whether the upstream was asked.
    is_sent: bool,
}

/// One place among those that may be wrong.
struct Taken {
    bucket: Bucket,
    quota: Quota,
    /// A name that no other guess has.
    holder: String,
}

impl Vestibule {
    /// A turn at guessing the password of an account, from `address`.
    ///
    /// # Errors
    /// Too many were wrong: the seconds to wait, from 1 to 3,600.
    pub(super) async fn turn(&self, account: &Bucket, address: Option<IpAddr>) -> Result<Turn, u32> {
        let limits = &self.config().limits;
        // Who waits here must not keep the account's owner waiting elsewhere: the address comes first.
        let by_address = address.map(|address| (Bucket::address(address), limits.address));
        let by_account = (account.clone(), limits.account);
        let mut turn = Turn { vestibule: self.clone(), taken: Vec::new(), is_sent: false };
        let deadline = tokio::time::Instant::now() + LONGEST_BUSY;
        for (bucket, quota) in by_address.into_iter().chain([by_account]) {
            let limit = bucket.what();
            if let Err(wait) = turn.take(bucket, quota, deadline).await {
                let seconds = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(LONGEST_WAIT);
                let retry_after = seconds.clamp(1, LONGEST_WAIT);
                self.metrics().limited(limit);
                let address = address.map(|address| address.to_string()).unwrap_or_default();
                tracing::warn!(
                    limit,
                    retry_after,
                    account = account.as_str(),
                    address,
                    "a sign-in was refused: too many wrong ones came before"
                );
                turn.over(Guessed::Nothing).await;
                return Err(retry_after);
            }
        }
        turn.is_sent = true;
        Ok(turn)
    }

    /// Whose password it is: all that is typed and sent beside it, since the API may need a company for a name. What is not
    /// sent tells no accounts apart.
    pub(super) fn account(&self, credentials: &Credentials) -> Bucket {
        let body = self.upstream().contract().sign_in.endpoint.body.as_ref();
        let fields = self.login_form().fields.iter().filter(|field| field.kind != FieldKind::Password);
        let sent = fields.filter(|field| body.is_some_and(|body| body.uses(&field.name)));
        let mut account = String::new();
        for text in sent.filter_map(|field| credentials.get(&field.name)) {
            // One spelling also of what reaches the upstream as it was typed: a space more would be another account.
            let text: String = text.trim().nfc().collect();
            // The length goes before it, so that no two lists are one text. Writing into a text does not fail.
            let _ = write!(account, "{}:{text}", text.len());
        }
        // People type passwords where a name belongs, and what is here stands in the log and in the store.
        Bucket::account(&self.0.ring.name(&account))
    }
}

impl Turn {
    /// Takes a place: in this process, and in the store. While the store is away, and where it loses what it is told, this
    /// process still counts.
    ///
    /// # Errors
    /// The time to wait.
    async fn take(&mut self, bucket: Bucket, quota: Quota, deadline: tokio::time::Instant) -> Result<(), Duration> {
        // Known before it is taken: a wait that is broken off leaves nothing behind.
        let holder = random_name();
        self.taken.push(Taken { bucket: bucket.clone(), quota, holder: holder.clone() });
        let mut pause = PAUSE;
        loop {
            let here = self.vestibule.reserve().start_guess(&bucket, quota, &holder).await;
            let guess = match here {
                Ok(Guess::Ours) | Err(_) => {
                    self.vestibule.store().start_guess(&bucket, quota, &holder).await.unwrap_or(Guess::Ours)
                }
                Ok(busy_or_over) => busy_or_over,
            };
            match guess {
                Guess::Ours => return Ok(()),
                Guess::Over(wait) => return Err(wait),
                Guess::Busy if tokio::time::Instant::now() >= deadline => return Err(Duration::from_secs(1)),
                Guess::Busy => tokio::time::sleep(pause).await,
            }
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    /// It is over: what came of it.
    pub(super) async fn over(mut self, guessed: Guessed) {
        let (vestibule, taken) = (self.vestibule.clone(), std::mem::take(&mut self.taken));
        // To the end, also if the browser leaves meanwhile.
        let _ = tokio::spawn(give_back(vestibule, taken, guessed).in_current_span()).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        if !self.is_sent
            && !taken.is_empty()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(give_back(self.vestibule.clone(), taken, Guessed::Nothing).in_current_span());
        }
    }
}

async fn give_back(vestibule: Vestibule, taken: Vec<Taken>, guessed: Guessed) {
    for Taken { bucket, quota, holder } in taken {
        // Somebody else's passwords from the same address are not better for this one.
        let guessed = match guessed {
            Guessed::Right if !bucket.is_account() => Guessed::Nothing,
            guessed => guessed,
        };
        let _ = vestibule.reserve().finish_guess(&bucket, quota, &holder, guessed).await;
        if let Err(error) = vestibule.store().finish_guess(&bucket, quota, &holder, guessed).await {
            tracing::warn!(%error, "the store was not told what came of a sign-in");
        }
    }
}

#[cfg(test)]
mod tests;
