//! Opening: from a request's cookies to the session as it is now, renewed where that is due.

use std::net::IpAddr;
use std::sync::Arc;

use http::{Method, Request};
use vestibule_core::{AccessToken, wire};

use super::backoff;
use super::flight::{Delivery, Errand, Flights, Flown};
use crate::app::{Unreadable, Vestibule};
use crate::config::LONGEST_SESSION;
use crate::cookies::Presented;
use crate::record::{Over, Record};
use crate::store::{Landing, SessionKey, Standing, StoreError};

/// As many generations as one late cookie may be behind.
const MOST_HOPS: usize = 8;

/// What a request is for, as far as its session goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Purpose {
    /// Somebody is there: it moves the idle time.
    pub(super) is_activity: bool,
    /// It wants tokens that live.
    pub(super) refreshes: bool,
    /// It ends the session, whatever else is wrong.
    pub(super) signs_out: bool,
}

impl Purpose {
    /// Pages, `/auth/session`, `/api/*` and `/upstream/*` refresh and are activity; the browser's own checks
    /// (`passive=1`) refresh and are none; `HEAD` and everything else is neither. Signing in and out ask for no new
    /// tokens: the one brings its own, the other must not wait for them.
    pub(super) fn of<B>(request: &Request<B>) -> Self {
        let (method, path) = (request.method(), request.uri().path());
        let is_read = *method == Method::GET;
        let function = path.strip_prefix(wire::SERVER_FUNCTIONS).and_then(|rest| rest.strip_prefix('/'));
        if path == wire::SESSION {
            // What other sites ask is refused, and nobody's activity.
            let ours = !matches!(
                request.headers().get("sec-fetch-site").map(http::HeaderValue::as_bytes),
                Some(b"cross-site" | b"same-site")
            );
            let is_activity = is_read && ours && !is_passive(request);
            return Self { is_activity, refreshes: is_read && ours, signs_out: false };
        }
        if let Some(function) = function {
            let is_call = *method == Method::POST;
            let signs_out = is_call && function == "sign_out";
            return Self {
                is_activity: is_call && !is_passive(request),
                refreshes: is_call && !signs_out && function != "sign_in",
                signs_out,
            };
        }
        if let Some(rest) = path.strip_prefix(wire::UPSTREAM).filter(|rest| rest.starts_with('/')) {
            let used = !rest.is_empty() && *method != Method::HEAD && *method != Method::OPTIONS;
            return Self { is_activity: used, refreshes: used, signs_out: false };
        }
        let is_page = is_read && !path.starts_with("/auth/");
        Self { is_activity: is_page, refreshes: is_page, signs_out: *method == Method::POST && path == wire::SIGN_OUT }
    }
}

fn is_passive<B>(request: &Request<B>) -> bool {
    request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == wire::PASSIVE))
}

/// The session of a request.
#[derive(Debug)]
pub(super) enum Opening {
    /// Nobody is signed in, and nobody was.
    Nobody,
    /// Somebody is.
    Session {
        /// The record as it is now.
        record: Arc<Record>,
        /// The generation that the cookie holds, where that is an older one: the response must write the newer.
        delivers: Option<SessionKey>,
        /// The access token of the cookie's generation, which is what the browser's page has.
        presented: AccessToken,
    },
    /// Somebody was. `clears`: this request saw the end, so its response takes the cookie away.
    Over {
        /// Why.
        over: Over,
        /// Whether the cookie goes.
        clears: bool,
    },
    /// Nobody can say: the store is away, and it is required or holds the record.
    Unknown(StoreError),
}

/// Opens the session that a request presents.
pub(super) async fn open(
    vestibule: &Vestibule,
    presented: &Presented,
    purpose: Purpose,
    address: Option<IpAddr>,
) -> Opening {
    let record = match vestibule.open(presented).await {
        Ok(Some(record)) => Arc::new(record),
        Ok(None) => return Opening::Nobody,
        // Who leaves need not be known to lose the cookie.
        Err(Unreadable { id, .. }) if purpose.signs_out => {
            if let Err(error) = vestibule.store().end(&id, LONGEST_SESSION).await {
                tracing::warn!(session = id.for_log(), %error, "the store was not told yet of a session that ended");
            }
            return Opening::Over { over: Over::SignedOut, clears: true };
        }
        Err(Unreadable { error, .. }) => return Opening::Unknown(error),
    };
    let (first, token) = (record.key(), record.access_token.clone());
    match settle(vestibule, Arc::clone(&record), purpose, address).await {
        Ok(record) => {
            let is_newer = record.generation != first.generation;
            Opening::Session { record, delivers: is_newer.then_some(first), presented: token }
        }
        Err(Unsettled::Over { over, clears }) => {
            vestibule.tell_end(&record, over, address);
            Opening::Over { over, clears }
        }
        Err(Unsettled::Unknown(error)) => Opening::Unknown(error),
    }
}

enum Unsettled {
    Over { over: Over, clears: bool },
    Unknown(StoreError),
}

/// Follows the generations from the cookie's to the newest, and renews that one where it is due.
async fn settle(
    vestibule: &Vestibule,
    mut record: Arc<Record>,
    purpose: Purpose,
    address: Option<IpAddr>,
) -> Result<Arc<Record>, Unsettled> {
    let config = &vestibule.config().session;
    let mut hops = 0;
    loop {
        let standing = match vestibule.standing(&record.key()).await {
            Ok(standing) => standing,
            // Who leaves need not be known: the seal alone decides then.
            Err(_) if purpose.signs_out => Standing::default(),
            Err(error) => return Err(Unsettled::Unknown(error)),
        };
        let over = |over| Err(Unsettled::Over { over, clears: false });
        if standing.ended {
            return over(Over::SignedOut);
        }
        let now = vestibule.clock().now();
        if let Some(Landing::Renewed(sealed)) = &standing.landing
            && hops < MOST_HOPS
        {
            // Within the grace: the successor, without a call upstream.
            let Some(renewed) = vestibule.open_landing(&record, sealed) else { return over(Over::Superseded) };
            record = Arc::new(renewed);
            hops += 1;
            continue;
        }
        if standing.superseded && purpose.signs_out {
            // Whoever holds the newer one is signed out with it: a thief's copy may have been first.
            return Ok(record);
        }
        if standing.superseded {
            tracing::info!(session = record.id.for_log(), "an older copy of a session was refused");
            return over(Over::Superseded);
        }
        let lost = matches!(&standing.landing, Some(Landing::Failed(failure)) if backoff::is_spent(failure));
        let renewable = !lost && vestibule.owner(record.provided.as_ref()).can_refresh(record.refresh_token.is_some());
        if let Some(why) = record.over(config, renewable, now) {
            tracing::debug!(session = record.id.for_log(), over = ?why, "the session is over");
            return over(why);
        }
        if !(purpose.refreshes && renewable && record.due(config, now)) {
            return Ok(record);
        }
        match Flights::renew(vestibule, &record, Errand::Refresh, Delivery::Now, address).await {
            Flown::Renewed(renewed) => return Ok(renewed),
            Flown::Kept(_) => return Ok(record),
            Flown::Over(over) => return Err(Unsettled::Over { over, clears: over.takes_cookie() }),
        }
    }
}

#[cfg(test)]
mod tests;
