//! What is known of a session: by the store, and, while that is away or just back, by this process.

use super::Vestibule;
use crate::store::{SessionKey, Standing, Store, StoreError};

impl Vestibule {
    /// What is known of a session. Where the store knows nothing, or cannot be asked and need not be, it is what this
    /// process did by itself meanwhile: a refresh token that it spent is spent, whoever asks next.
    ///
    /// # Errors
    /// [`StoreError`] when the store is away and required.
    pub(crate) async fn standing(&self, key: &SessionKey) -> Result<Standing, StoreError> {
        match self.store().look_up(key).await {
            Ok(standing) if standing != Standing::default() => Ok(standing),
            Err(error) if self.config().store.required => Err(error),
            Ok(_) | Err(_) => self.reserve().look_up(key).await,
        }
    }
}
