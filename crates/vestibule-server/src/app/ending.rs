//! Ending sessions: one, all of a person's, or everybody's.

use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;
use tracing::Instrument;

use super::Vestibule;
use crate::config::LONGEST_SESSION;
use crate::record::Record;
use crate::session::SessionHandle;
use crate::store::{Store, StoreError, Whose};
use crate::upstream::{SignOutError, TransportError};

/// The longest that a sign-out may keep the person waiting for whoever is told.
const LONGEST_TELLING: Duration = Duration::from_secs(2);

impl Vestibule {
    /// Ends the session, here and at the upstream. The cookie goes whatever the upstream says (at most 2 s), and
    /// whatever a refresh in flight still brings.
    pub async fn sign_out(&self, handle: &SessionHandle) {
        let record = handle.record();
        handle.clear();
        let Some(record) = record else { return };
        let (vestibule, address) = (self.clone(), handle.address());
        surely(async move {
            vestibule.end(&record).await;
            tracing::info!(session = record.id.for_log(), "signed out");
            vestibule.tell_sign_out(&record, false, address);
            vestibule.tell_upstream(&record).await;
        })
        .await;
    }

    /// Ends every session of the person that began before now, on every instance, this one included. Where the store
    /// is away, the others end as soon as it is back, as long as this process lives.
    pub async fn sign_out_everywhere(&self, handle: &SessionHandle) {
        let record = handle.record();
        handle.clear();
        let Some(record) = record else { return };
        let (vestibule, address) = (self.clone(), handle.address());
        surely(async move {
            vestibule.end(&record).await;
            // A profile without an identity: there is no telling which sessions are the same person's.
            if let Some(identity) = record.key().identity
                && let Err(error) = vestibule.end_before_now(&Whose::Of(identity)).await
            {
                tracing::error!(session = record.id.for_log(), %error, "signing out everywhere did not reach the store yet");
            }
            tracing::info!(session = record.id.for_log(), "signed out everywhere");
            vestibule.tell_sign_out(&record, true, address);
            vestibule.tell_upstream(&record).await;
        })
        .await;
    }

    /// Ends every session of `whose` that began before now; for the operator's command.
    ///
    /// # Errors
    /// [`StoreError`] when the store is away.
    pub async fn end_before_now(&self, whose: &Whose) -> Result<(), StoreError> {
        self.end_before(whose, self.clock().now_millis()).await
    }

    /// Ends every session of `whose` that began before `moment` (Unix time in milliseconds), in this process also while the
    /// store is away.
    pub(super) async fn end_before(&self, whose: &Whose, moment: i64) -> Result<(), StoreError> {
        // Not the configured life: a session that began under a longer one must not outlive the mark.
        let _ = self.reserve().end_before(whose, moment, LONGEST_SESSION).await;
        self.store().end_before(whose, moment, LONGEST_SESSION).await
    }

    /// Ends a session on every instance; what the store cannot be told is in the log.
    pub(crate) async fn end(&self, record: &Record) {
        let left = self.left(record);
        // A flight that took off while the store was away lands here, and must find it.
        let _ = self.reserve().end(&record.id, left).await;
        if let Err(error) = self.store().end(&record.id, left).await {
            tracing::error!(
                session = record.id.for_log(),
                %error,
                "a session ended and the store was not told: until it is back, a copied cookie is good on other instances"
            );
        }
    }

    /// What is left of a session at most.
    pub(crate) fn left(&self, record: &Record) -> Duration {
        let seconds = record.end().since(self.clock().now());
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    }

    async fn tell_upstream(&self, record: &Record) {
        let tokens = record.tokens();
        let telling = self.owner(record.provided.as_ref()).sign_out(&tokens);
        // SE-08: also where a provider is asked first where to.
        let error = match timeout(LONGEST_TELLING, telling).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(_) => SignOutError::Transport(TransportError::Timeout),
        };
        tracing::warn!(session = record.id.for_log(), %error, "the upstream was not told of the sign-out");
    }
}

/// Does it to its end, though the browser that asked for it goes away: who closes the tab has signed out.
pub(super) async fn surely(ending: impl Future<Output = ()> + Send + 'static) {
    let ending = tokio::spawn(ending.in_current_span());
    if let Err(error) = ending.await {
        tracing::error!(%error, "a session was not ended");
    }
}

#[cfg(test)]
mod tests;
