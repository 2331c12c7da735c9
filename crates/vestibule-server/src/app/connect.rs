//! The parts of a running application, as its configuration names them.

use std::sync::Arc;

use super::{Vestibule, VestibuleBuilder};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::{InvalidUrl, RedisStore};
use crate::upstream::{Contract, HttpTransport, NoClient, Upstream};

/// What of an application could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The client of the upstream.
    #[error(transparent)]
    Upstream(#[from] NoClient),
    /// The client of the store. Remedy: mend `store.url`.
    #[error(transparent)]
    Store(#[from] InvalidUrl),
}

impl Vestibule {
    /// The parts that a configuration asks for: the upstream over the network, the store of `store.url`, and the machine's
    /// clock. Callbacks may be added to them. `contract`: the configuration's own, or one that stands in for it.
    ///
    /// Nothing is connected to yet: an upstream or a store that is away stops no start.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn connect(config: Config, contract: Contract) -> Result<VestibuleBuilder, ConnectError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let transport = Arc::new(HttpTransport::new(&contract)?);
        let upstream = Upstream::new(contract, transport, Arc::clone(&clock), config.login.messages);
        let store = config.store.url.as_ref().map(|url| RedisStore::new(url.expose())).transpose()?;
        // Nothing is read of the system's certificate authorities where nobody needs them.
        let providers =
            (!config.providers.is_empty()).then(|| HttpTransport::over_tls(upstream.contract())).transpose()?;
        let mut builder = Self::builder(config, upstream, clock);
        if let Some(transport) = providers {
            builder = builder.provider_transport(Arc::new(transport));
        }
        Ok(match store {
            Some(store) => builder.store(Arc::new(store)),
            None => builder,
        })
    }
}
