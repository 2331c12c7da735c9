//! What is known of a session: by the store, and by this process, for what it did while the store was away.

use super::Vestibule;
use crate::store::{Failure, Landing, SessionKey, Standing, Store, StoreError};

impl Vestibule {
    /// What is known of a session, by the store and by this process: a refresh token that it spent while the store was
    /// away is spent, whatever the store says of the generation since it is back.
    ///
    /// # Errors
    /// [`StoreError`] when the store is away and required.
    pub(crate) async fn standing(&self, key: &SessionKey) -> Result<Standing, StoreError> {
        let shared = match self.store().look_up(key).await {
            Ok(standing) => standing,
            Err(error) if self.config().store.required => return Err(error),
            Err(_) => Standing::default(),
        };
        let own = self.reserve().look_up(key).await?;
        Ok(joined(shared, own))
    }
}

/// What either knows. A generation that landed somewhere did land; failures are counted where they happened.
///
/// Where the store knows that a generation is spent and keeps no landing, the landing reached its browser and its grace is
/// over, here too.
fn joined(shared: Standing, mut own: Standing) -> Standing {
    if shared.superseded && shared.landing.is_none() {
        own.landing = None;
    }
    Standing {
        ended: shared.ended || own.ended,
        superseded: shared.superseded || own.superseded,
        landing: match (shared.landing, own.landing) {
            (Some(Landing::Failed(shared)), Some(Landing::Failed(own))) => Some(Landing::Failed(Failure {
                failures: shared.failures.max(own.failures),
                lost: shared.lost.saturating_add(own.lost),
                again_at: shared.again_at.max(own.again_at),
            })),
            (Some(Landing::Failed(_)), Some(own)) => Some(own),
            (shared, own) => shared.or(own),
        },
    }
}

#[cfg(test)]
mod tests;
