//! Who flies: one of all requests of all instances.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Flown, Kept, opened};
use crate::app::Vestibule;
use crate::callbacks::PATIENCE;
use crate::record::{Over, Record};
use crate::store::{Failure, Keep, Landing, Standing, Start, Store, random_name};

/// Between two looks at another instance's flight.
const POLL: Duration = Duration::from_millis(20);
/// What a lease has beyond the upstream's time-out and the application's.
const MARGIN: Duration = Duration::from_secs(5);

/// Leave to fly: from the store, or, while it is away, from this process's own order, which must do then.
pub(super) struct Lease<'a> {
    pub(super) holder: String,
    /// What is known of the flights before.
    pub(super) before: Failure,
    pub(super) giver: &'a dyn Store,
    pub(super) is_shared: bool,
}

impl<'a> Lease<'a> {
    /// Waits for a lease; `Err` is what somebody else's flight brought.
    pub(super) async fn take(vestibule: &'a Vestibule, record: &Arc<Record>) -> Result<Self, Flown> {
        let (key, holder) = (record.key(), random_name());
        let longest = vestibule.upstream().contract().longest_renewal().max(crate::providers::LONGEST_RENEWAL);
        let length = longest + PATIENCE + MARGIN;
        let length_millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let patience = Instant::now() + length + MARGIN;
        // What this process did while the store was away, or could not tell it.
        if let Ok(Standing { landing: Some(Landing::Renewed(sealed)), .. }) = vestibule.standing(&key).await {
            return Err(opened(vestibule, record, &sealed));
        }
        let (mut giver, mut is_shared) = (vestibule.store(), true);
        let mut is_in_the_air = false;
        loop {
            let start = giver.start_flight(&key, &holder, length, vestibule.clock().now_millis()).await;
            match start {
                Ok(Start::Ours(before)) => return Ok(Self { holder, before, giver, is_shared }),
                Ok(Start::Landed(Landing::Renewed(sealed))) => return Err(opened(vestibule, record, &sealed)),
                Ok(Start::Landed(Landing::Failed(_))) => return Err(Flown::Kept(Kept::Away)),
                Ok(Start::Gone) => return Err(Flown::Over(Over::Superseded)),
                Ok(Start::Busy) if Instant::now() < patience => {
                    is_in_the_air = true;
                    sleep(POLL).await;
                }
                Ok(Start::Busy) => return Err(Flown::Kept(Kept::Away)),
                Err(error) if vestibule.config().store.required => {
                    tracing::error!(%error, "no token is renewed without the store, which is required");
                    return Err(Flown::Kept(Kept::Away));
                }
                Err(error) if is_in_the_air => {
                    // Another instance has sent the refresh token, a moment ago: to send it again would spend it twice.
                    tracing::warn!(%error, "the store went away during another instance's refresh");
                    // Nor do those who ask next.
                    let again_at = vestibule.clock().now_millis().saturating_add(length_millis);
                    let landing = Landing::Failed(Failure { again_at, ..Failure::default() });
                    let keep = Keep { result: vestibule.left(record), spent: None };
                    let _ = vestibule.reserve().finish_flight(&key, &holder, &landing, keep).await;
                    return Err(Flown::Kept(Kept::Away));
                }
                Err(error) => {
                    tracing::warn!(%error, "renewing a token without the store: other instances may do so too");
                    (giver, is_shared) = (vestibule.reserve(), false);
                }
            }
        }
    }
}
