//! The rate limit, where one is asked for: so many calls from one address in a window of time.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::fault::Fault;
use crate::{DemoApi, RateLimit};

/// Beyond so many addresses, windows that are over are cleared away.
const MANY_ADDRESSES: usize = 10_000;

/// Counts calls: per address, when its window began (seconds of Unix time) and how many came since.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<HashMap<Option<IpAddr>, (u64, u32)>>);

impl Counts {
    /// Counts a call; the error says in how many seconds the window is over.
    fn count(&self, limit: RateLimit, address: Option<IpAddr>, now: u64) -> Result<(), u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = u64::from(limit.seconds);
        if counts.len() > MANY_ADDRESSES {
            counts.retain(|_, (start, _)| now < start.saturating_add(window));
        }
        let (start, calls) = counts.entry(address).or_insert((now, 0));
        if now >= start.saturating_add(window) {
            (*start, *calls) = (now, 0);
        }
        if *calls >= limit.calls {
            return Err(start.saturating_add(window).saturating_sub(now).max(1));
        }
        *calls += 1;
        Ok(())
    }
}

/// The layer. Where no address is known (a router without a server), all callers share one count.
pub(crate) async fn limit(State(api): State<DemoApi>, request: Request, next: Next) -> Result<Response, Fault> {
    if let Some(limit) = api.rate_limit() {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        api.counts().count(limit, address, api.clock().now()).map_err(Fault::too_many)?;
    }
    Ok(next.run(request).await)
}
