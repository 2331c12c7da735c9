//! Flights: renewing a session's tokens, once, however many requests ask.
//!
//! A refresh token is spent by its use, and using it twice may end the whole session upstream (RFC 9700, section
//! 4.14.2). So there is one flight for a session and a generation at a time:
//! - in this process, everybody who asks meanwhile waits for the same one;
//! - among instances, a lease in the store decides who flies, and the others wait for the landing;
//! - a flight that started runs to its end, even if every browser that waits for it goes away, and its result is kept
//!   for the grace.

mod lease;

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tracing::Instrument;

use self::lease::Lease;
use super::backoff;
use crate::app::Vestibule;
use crate::callbacks::Happening;
use crate::config::Storage;
use crate::record::{Over, Record, SessionId};
use crate::secret::RefreshToken;
use crate::store::{Finish, Keep, Landing, SessionKey, Store};
use crate::upstream::{ProfileCallError, RefreshError};

/// What a flight is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Errand {
    /// New tokens.
    Refresh,
    /// The profile as the API has it now.
    Profile,
}

/// When the result of a flight can reach the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// With the response that asked for it: the grace starts as it lands.
    Now,
    /// The response's headers have left: it is kept until the next request takes it.
    Later,
}

/// What came of a flight.
#[derive(Clone, Debug)]
pub(crate) enum Flown {
    /// The session's next generation.
    Renewed(Arc<Record>),
    /// Nothing new, and nothing lost: the session is what it was.
    Kept(Kept),
    /// The session is over.
    Over(Over),
}

/// Why there is nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The upstream is away, failing or slow, or answered what nobody can read; or it was, a moment ago.
    Away,
    /// The access token is dead: a profile was asked for, and a refresh comes first.
    DeadToken,
}

type Flight = Shared<BoxFuture<'static, Flown>>;

/// The flights of this process.
#[derive(Default)]
pub(crate) struct Flights {
    running: Mutex<HashMap<(SessionId, u64), (Errand, Flight)>>,
    /// Whether the log has said that every request renews.
    is_hasty: AtomicBool,
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights").field("running", &self.running().len()).finish()
    }
}

impl Flights {
    /// Renews `record`, or waits for who is at it. `address`: where whoever asks comes from, for the event of a flight that
    /// this begins.
    pub(crate) async fn renew(
        vestibule: &Vestibule,
        record: &Arc<Record>,
        errand: Errand,
        delivery: Delivery,
        address: Option<IpAddr>,
    ) -> Flown {
        let key = (record.id.clone(), record.generation);
        let (flies_for, flight) = {
            let mut running = vestibule.flights().running();
            match running.get(&key) {
                Some((flies_for, flight)) => (*flies_for, flight.clone()),
                None => {
                    let flight = take_off(vestibule.clone(), Arc::clone(record), errand, delivery, address);
                    running.insert(key, (errand, flight.clone()));
                    (errand, flight)
                }
            }
        };
        match flight.await {
            // Somebody fetched the profile, or tried to, here or at another instance; or all that came is another refresh
            // token: the access token is still the old one.
            Flown::Renewed(renewed) if errand == Errand::Refresh && renewed.has_token_of(record) => {
                match Box::pin(Self::renew(vestibule, &renewed, errand, delivery, address)).await {
                    Flown::Kept(_) => Flown::Renewed(renewed),
                    flown => flown,
                }
            }
            Flown::Kept(_) if errand == Errand::Refresh && flies_for == Errand::Profile => {
                Box::pin(Self::renew(vestibule, record, errand, delivery, address)).await
            }
            flown => flown,
        }
    }

    /// Waits until nothing is in the air: what a stopping server owes its sessions.
    pub(crate) async fn settled(&self) {
        loop {
            let Some(flight) = self.running().values().next().map(|(_, flight)| flight.clone()) else { return };
            flight.await;
        }
    }

    /// Says, once, that every request renews.
    fn warn_of_haste(&self) {
        if !self.is_hasty.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                key = "session.refresh_before",
                "the upstream's tokens do not live longer than this: every request renews them; lower it"
            );
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<(SessionId, u64), (Errand, Flight)>> {
        // Every update is one call of the map.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts a flight as a task of its own, so that nobody who leaves can end it.
fn take_off(
    vestibule: Vestibule,
    record: Arc<Record>,
    errand: Errand,
    delivery: Delivery,
    address: Option<IpAddr>,
) -> Flight {
    let airspace = Airspace { vestibule: vestibule.clone(), key: (record.id.clone(), record.generation) };
    let flight = async move {
        let _airspace = airspace;
        fly(&vestibule, &record, errand, delivery, address).await
    };
    // What it logs, and what an audit hears of it, carries the id of the request that began it.
    let task = tokio::spawn(flight.in_current_span());
    // A flight that panicked has said so in the log; the session stays as it was.
    task.map(|flown| flown.unwrap_or(Flown::Kept(Kept::Away))).boxed().shared()
}

/// The place of a flight among those that run; it is free again however the flight ends.
struct Airspace {
    vestibule: Vestibule,
    key: (SessionId, u64),
}

impl Drop for Airspace {
    fn drop(&mut self) {
        self.vestibule.flights().running().remove(&self.key);
    }
}

async fn fly(
    vestibule: &Vestibule,
    record: &Arc<Record>,
    errand: Errand,
    delivery: Delivery,
    address: Option<IpAddr>,
) -> Flown {
    let flight = match Lease::take(vestibule, record).await {
        Ok(lease) => FlightPlan { vestibule, record, delivery, address, lease },
        Err(flown) => return flown,
    };
    match errand {
        Errand::Refresh => flight.refresh().await,
        Errand::Profile => flight.profile().await,
    }
}

struct FlightPlan<'a> {
    vestibule: &'a Vestibule,
    record: &'a Arc<Record>,
    delivery: Delivery,
    address: Option<IpAddr>,
    lease: Lease<'a>,
}

impl FlightPlan<'_> {
    async fn refresh(self) -> Flown {
        let session = self.record.id.for_log();
        let owner = self.vestibule.owner(self.record.provided.as_ref());
        let error = match owner.refresh(&self.record.tokens()).await {
            Ok(refreshed) => {
                let rotated = refreshed.refresh_token.is_some() && refreshed.refresh_token != self.record.refresh_token;
                return match self.record.renewed(refreshed, self.vestibule.clock().now()) {
                    Ok(renewed) => {
                        if renewed.is_always_due(&self.vestibule.config().session) {
                            self.vestibule.flights().warn_of_haste();
                        }
                        // The old refresh token is spent: whatever the application says, what came is kept.
                        let renewed = self.vestibule.kept_at_refresh(renewed).await;
                        let (vestibule, address) = (self.vestibule, self.address);
                        let flown = self.land(Arc::new(renewed), rotated).await;
                        if let Flown::Renewed(renewed) = &flown {
                            vestibule.tell(renewed, Happening::Refreshed, address);
                        }
                        flown
                    }
                    Err(_) => {
                        tracing::error!(
                            session,
                            "a refresh answered with somebody else's tokens; the session is ended"
                        );
                        self.end(Over::Stranger).await
                    }
                };
            }
            Err(error) => error,
        };
        error.log(&session);
        match error {
            RefreshError::Refused { .. } => self.end(Over::Refused).await,
            RefreshError::Unusable { why, refresh_token } => self.land_apart(&why, refresh_token).await,
            error => self.fail(&error).await,
        }
    }

    async fn profile(self) -> Flown {
        match self.vestibule.owner(self.record.provided.as_ref()).profile(self.record).await {
            Ok(answer) if self.record.user.id.is_some() && answer.user.id != self.record.user.id => {
                tracing::error!(
                    session = self.record.id.for_log(),
                    "the profile is somebody else's; the session is ended"
                );
                self.end(Over::Stranger).await
            }
            Ok(answer) => match self.vestibule.kept_at_update(self.record, answer).await {
                Some(renewed) => self.land(Arc::new(renewed), false).await,
                None => {
                    self.give_back().await;
                    Flown::Kept(Kept::Away)
                }
            },
            Err(error) => {
                tracing::warn!(session = self.record.id.for_log(), %error, "the profile was not read again");
                self.give_back().await;
                Flown::Kept(match error {
                    ProfileCallError::Unauthorized { .. } => Kept::DeadToken,
                    _ => Kept::Away,
                })
            }
        }
    }

    /// Leaves the next generation for everybody who asks with this one.
    async fn land(self, renewed: Arc<Record>, rotated: bool) -> Flown {
        let vestibule = self.vestibule;
        let left = vestibule.left(self.record);
        let sealed = match vestibule.seal_landing(self.record, &renewed) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::error!(session = renewed.id.for_log(), %error, "a renewed session cannot be written");
                return Flown::Kept(Kept::Away);
            }
        };
        let keep = Keep {
            result: match self.delivery {
                Delivery::Now => vestibule.config().session.grace.min(left),
                Delivery::Later => left,
            },
            spent: rotated.then_some(left),
        };
        let (key, landing) = (self.record.key(), Landing::Renewed(sealed));
        let finished = match self.lease.giver.finish_flight(&key, &self.lease.holder, &landing, keep).await {
            Err(error) => {
                tracing::warn!(
                    session = renewed.id.for_log(), %error,
                    "other instances will not find the renewed tokens"
                );
                vestibule.reserve().finish_flight(&key, &self.lease.holder, &landing, keep).await
            }
            Ok(Finish::Kept) => {
                // Should the store go away, this process still knows that the refresh token is spent; and where it was
                // away, the others learn it if it is back. The lease too may be there, if only the answer was lost.
                let other: &dyn Store = if self.lease.is_shared { vestibule.reserve() } else { vestibule.store() };
                match other.finish_flight(&key, &self.lease.holder, &landing, keep).await {
                    Ok(Finish::Ended) => Ok(Finish::Ended),
                    _ => Ok(Finish::Kept),
                }
            }
            finished => finished,
        };
        match finished {
            Ok(Finish::Ended) => {
                // Signed out while this was in the air: nothing comes back to life, and what came is given back.
                tracing::info!(session = renewed.id.for_log(), "signed out during a refresh");
                let _ = vestibule.owner(renewed.provided.as_ref()).sign_out(&renewed.tokens()).await;
                Flown::Over(Over::SignedOut)
            }
            Ok(Finish::Overtaken(sealed)) => opened(vestibule, self.record, &sealed),
            Ok(Finish::Kept) => {
                if vestibule.config().session.storage == Storage::Store
                    && let Err(error) = vestibule.put_record(&renewed).await
                {
                    // The landing has it for the grace, so that the next request can put it there.
                    tracing::error!(session = renewed.id.for_log(), %error, "the renewed session was not kept");
                }
                tracing::debug!(session = renewed.id.for_log(), generation = renewed.generation, "renewed");
                Flown::Renewed(renewed)
            }
            // The reserve is memory, and never away.
            Err(_) => Flown::Renewed(renewed),
        }
    }

    /// Leaves the next generation with nothing new but the refresh token, which is not to be tried at once.
    async fn land_apart(self, why: &RefreshError, refresh_token: RefreshToken) -> Flown {
        let next = self.record.with_refresh_token(refresh_token);
        let failure = backoff::after(self.lease.before, why, self.vestibule.clock().now_millis());
        self.finish(&next.key(), &Landing::Failed(failure)).await;
        self.land(Arc::new(next), true).await
    }

    /// Remembers a failure: when the next flight may start, and whether the refresh token may be spent already.
    async fn fail(self, error: &RefreshError) -> Flown {
        let now = self.vestibule.clock().now_millis();
        let failure = backoff::after(self.lease.before, error, now);
        self.finish(&self.record.key(), &Landing::Failed(failure)).await;
        Flown::Kept(Kept::Away)
    }

    /// Ends the session everywhere.
    async fn end(self, over: Over) -> Flown {
        self.vestibule.end(self.record).await;
        self.vestibule.tell_end(self.record, over, self.address);
        self.give_back().await;
        Flown::Over(over)
    }

    /// Gives the lease back with what was known before.
    async fn give_back(&self) {
        self.finish(&self.record.key(), &Landing::Failed(self.lease.before)).await;
    }

    async fn finish(&self, key: &SessionKey, landing: &Landing) {
        let keep = Keep { result: self.vestibule.left(self.record), spent: None };
        if let Err(error) = self.lease.giver.finish_flight(key, &self.lease.holder, landing, keep).await {
            tracing::warn!(session = self.record.id.for_log(), %error, "the store was not told of a flight's end");
        }
    }
}

/// The next generation, out of the store.
fn opened(vestibule: &Vestibule, record: &Record, sealed: &str) -> Flown {
    match vestibule.open_landing(record, sealed) {
        Some(renewed) => Flown::Renewed(Arc::new(renewed)),
        // Sealed by a key that this instance does not have: it cannot go on with this session.
        None => Flown::Over(Over::Superseded),
    }
}

#[cfg(test)]
mod tests;
