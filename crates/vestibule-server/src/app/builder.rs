//! Putting an application together from its parts.

use std::sync::Arc;

use tokio::sync::watch;
use vestibule_core::wire;

use super::{Denials, Phase, Shared, Vestibule};
use crate::callbacks::{Callbacks, Ends, Installed};
use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::cookies::CookiePolicy;
use crate::layers::{Refusal, RefusalPage};
use crate::metrics::{Metrics, times};
use crate::providers::{Provider, ProviderClient};
use crate::seal::{KeyRing, NoKey};
use crate::session::Flights;
use crate::store::{MemoryStore, Store};
use crate::upstream::{Observed, Transport, Upstream};

/// The parts of a [`Vestibule`]; made by [`Vestibule::builder`].
#[derive(Debug)]
#[must_use = "build() makes the application"]
pub struct VestibuleBuilder {
    config: Config,
    upstream: Upstream,
    clock: Arc<dyn Clock>,
    store: Option<Arc<dyn Store>>,
    callbacks: Option<Installed>,
    refusal_page: Option<RefusalPage>,
    provider_transport: Option<Arc<dyn Transport>>,
}

impl VestibuleBuilder {
    pub(super) fn new(config: Config, upstream: Upstream, clock: Arc<dyn Clock>) -> Self {
        Self { config, upstream, clock, store: None, callbacks: None, refusal_page: None, provider_transport: None }
    }

    /// A store that other instances share; without one, this process's memory.
    pub fn store(self, store: Arc<dyn Store>) -> Self {
        Self { store: Some(store), ..self }
    }

    /// The way to the providers; without one, that to the upstream.
    pub fn provider_transport(self, transport: Arc<dyn Transport>) -> Self {
        Self { provider_transport: Some(transport), ..self }
    }

    /// What the application decides about its sessions, and hears of them.
    pub fn callbacks(self, callbacks: impl Callbacks) -> Self {
        Self { callbacks: Some(Installed::new(callbacks)), ..self }
    }

    /// A page for requests that are refused before they come to one: another site's, one that is too large, one that ended
    /// in a panic. It is a whole document that needs no file of the site, for it may be the site that is at fault; without
    /// this, it is a plain one of ours. Programs get JSON, whatever is set here.
    ///
    /// ```
    /// use vestibule_server::app::VestibuleBuilder;
    /// use vestibule_server::layers::Refusal;
    ///
    /// fn with_our_page(builder: VestibuleBuilder) -> VestibuleBuilder {
    ///     builder.refusal_page(|refusal: &Refusal<'_>| {
    ///         let id = refusal.request_id.unwrap_or_default();
    ///         format!("<!DOCTYPE html><html lang={}><title>Sorry</title><p>{} {id}", refusal.lang, refusal.message)
    ///     })
    /// }
    /// ```
    pub fn refusal_page(self, page: impl Fn(&Refusal<'_>) -> String + Send + Sync + 'static) -> Self {
        Self { refusal_page: Some(RefusalPage::new(page)), ..self }
    }

    /// The application.
    ///
    /// # Errors
    /// [`NoKey`] when the configuration has no secret.
    pub fn build(self) -> Result<Vestibule, NoKey> {
        let Self { config, upstream, clock, store, callbacks, refusal_page, provider_transport } = self;
        let transport = provider_transport.unwrap_or_else(|| upstream.transport());
        let calls = times();
        let upstream = upstream.watched("api", &calls);
        let client = |provider: &Provider| {
            let transport = Observed::new(Arc::clone(&transport), &provider.id, &calls);
            let clock = Arc::clone(&clock);
            Arc::new(ProviderClient::new(provider.clone(), &config.server.public_url, transport, clock))
        };
        let providers = config.providers.iter().map(client).collect();
        warn_of_environment(&config);
        warn_of_store(&config, store.is_some());
        let store = store.unwrap_or_else(|| Arc::new(MemoryStore::new(Arc::clone(&clock))));
        let https = config.server.public_url.scheme() == "https";
        let second_step = config.login.form().second_step.as_ref();
        let locales = match second_step.filter(|step| !upstream.takes_second_step(step)) {
            Some(_) => config.login.locales.without_second_step(),
            None => config.login.locales.clone(),
        };
        let ring = KeyRing::new(&config.session.secrets)?;
        Ok(Vestibule(Arc::new(Shared {
            metrics: Metrics::new(&calls, ring.counter()),
            cookies: CookiePolicy::new(&config.session.cookie, https),
            first_step_cookies: CookiePolicy::new(&format!("{}-step", config.session.cookie), https),
            language_cookie: CookiePolicy::new(wire::LANG, https),
            locales,
            ring,
            flights: Flights::default(),
            reserve: MemoryStore::new(Arc::clone(&clock)),
            phase: watch::Sender::new(Phase::Serving),
            config,
            upstream,
            providers,
            clock,
            store,
            callbacks,
            ends: Ends::default(),
            denials: Denials::default(),
            refusal_page,
        })))
    }
}

/// Whoever is on https has users, and what production refuses is allowed.
fn warn_of_environment(config: &Config) {
    if config.environment == Environment::Development && config.server.public_url.scheme() == "https" {
        tracing::warn!(
            key = "environment",
            "this is development, on https: write environment = \"production\" where people sign in"
        );
    }
}

/// What production does without is said to whoever chose so, or chose nothing (ASVS 7.4.1, 12.3.1).
fn warn_of_store(config: &Config, has_store: bool) {
    if config.environment != Environment::Production {
        return;
    }
    if !has_store {
        tracing::warn!(
            key = "store.url",
            "a restart forgets who signed out, and other instances never learn of it: a copy of a cookie is good again until the \
             session's own end; a Redis or Valkey server would remember"
        );
    }
    if config.store.is_on_an_open_line() {
        tracing::warn!(
            key = "store.url",
            "what is said to the store, its password first, can be read on the way there; write rediss:// for TLS"
        );
    }
}
