//! What a running application shares: configuration, key ring, upstream, clock, store, flights. The verbs that change a
//! session stand below it, one file each.

mod builder;
mod calling_back;
mod connect;
mod denying;
mod ending;
mod forward;
mod guessing;
mod owner;
mod provider_logout;
mod provider_sign_in;
mod sealing;
mod second_step;
mod sign_in;
mod standing;
mod upstream_call;

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use vestibule_core::{LoginForm, wire};

pub use self::builder::VestibuleBuilder;
pub use self::connect::ConnectError;
use self::denying::Denials;
pub(crate) use self::denying::{Circumstances, Denial};
pub use self::forward::{Forward, ForwardBody};
pub(crate) use self::guessing::LONGEST_BUSY;
pub(crate) use self::provider_sign_in::Passage;
pub(crate) use self::sealing::{NotSealed, Unreadable};
pub(crate) use self::second_step::FirstStepCookie;
pub use self::upstream_call::{CallError, UpdateError};
use crate::callback;
use crate::callbacks::{Ends, Installed};
use crate::clock::Clock;
use crate::config::{BrowserWay, Config};
use crate::cookies::CookiePolicy;
use crate::form::SubmittedForm;
use crate::layers::RefusalPage;
use crate::locale::{Locale, Locales};
use crate::metrics::Metrics;
use crate::providers::ProviderClient;
use crate::seal::{KeyRing, NoKey};
use crate::session::Flights;
use crate::store::{MemoryStore, Store};
use crate::upstream::Upstream;

/// A running application; cheap to clone, all clones are the same.
#[derive(Clone)]
pub struct Vestibule(Arc<Shared>);

struct Shared {
    config: Config,
    cookies: CookiePolicy,
    first_step_cookies: CookiePolicy,
    language_cookie: CookiePolicy,
    /// As they are configured, with a second step only where the upstream may ask for one.
    locales: Locales,
    ring: KeyRing,
    metrics: Metrics,
    upstream: Upstream,
    providers: Vec<Arc<ProviderClient>>,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    /// What this process knows by itself, also while the store is away.
    reserve: MemoryStore,
    flights: Flights,
    phase: watch::Sender<Phase>,
    callbacks: Option<Installed>,
    ends: Ends,
    denials: Denials,
    refusal_page: Option<RefusalPage>,
}

impl fmt::Debug for Vestibule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vestibule")
            .field("ring", &self.0.ring)
            .field("cookies", &self.0.cookies)
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

/// Where the process is on its way to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It serves.
    Serving,
    /// It serves, and asks the balancer to look elsewhere.
    Draining,
    /// It finishes what is in flight.
    Closing,
}

/// Where and how a page in the browser may call the upstream itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserApi {
    /// What every path is appended to; no slash at its end.
    pub base_url: String,
    /// The header that carries the access token.
    pub header: String,
    /// What stands before the token in it; empty for the bare token.
    pub scheme: String,
}

impl Vestibule {
    /// The parts, for an application that has more of them: a store, callbacks.
    pub fn builder(config: Config, upstream: Upstream, clock: Arc<dyn Clock>) -> VestibuleBuilder {
        VestibuleBuilder::new(config, upstream, clock)
    }

    /// Puts the parts together that no application goes without, with this process's memory as the store.
    ///
    /// # Errors
    /// [`NoKey`] when the configuration has no secret.
    pub fn new(config: Config, upstream: Upstream, clock: Arc<dyn Clock>) -> Result<Self, NoKey> {
        Self::builder(config, upstream, clock).build()
    }

    /// The configuration that the application runs with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The JWT API.
    #[must_use]
    pub fn upstream(&self) -> &Upstream {
        &self.0.upstream
    }

    /// Where the time comes from.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// What instances share.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.0.store.as_ref()
    }

    /// The languages in which it speaks to people.
    #[must_use]
    pub fn locales(&self) -> &Locales {
        &self.0.locales
    }

    /// The language of a posted form: the one that it names, else that of its request.
    #[must_use]
    pub fn locale_of(&self, form: &SubmittedForm, of_request: &Arc<Locale>) -> Arc<Locale> {
        let named = form.get(wire::LANG).and_then(|tag| self.locales().named(tag));
        Arc::clone(named.unwrap_or(of_request))
    }

    /// The login form, in the language of whoever asks for none.
    #[must_use]
    pub fn login_form(&self) -> &LoginForm {
        self.0.locales.standard().login_form()
    }

    /// The cookie that remembers the language that a person chose.
    pub(crate) fn language_cookie(&self) -> &CookiePolicy {
        &self.0.language_cookie
    }

    pub(crate) fn cookies(&self) -> &CookiePolicy {
        &self.0.cookies
    }

    /// This process's own store: what its requests owe each other, also while the shared one is away.
    pub(crate) fn reserve(&self) -> &MemoryStore {
        &self.0.reserve
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn flights(&self) -> &Flights {
        &self.0.flights
    }

    /// The application's own page of a refusal.
    pub(crate) fn refusal_page(&self) -> Option<&RefusalPage> {
        self.0.refusal_page.as_ref()
    }

    /// Whether the process is about to stop.
    pub(crate) fn draining(&self) -> bool {
        *self.0.phase.borrow() != Phase::Serving
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.0.phase.send_replace(phase);
    }

    /// Resolves when streams that have no end of their own must end.
    pub(crate) async fn closing(&self) {
        // The sender lives as long as this does.
        let _ = self.0.phase.subscribe().wait_for(|phase| *phase == Phase::Closing).await;
    }

    /// Where to send the person: the first of the form's and the query's callback URL, made safe (`/` if refused).
    #[must_use]
    pub fn callback(&self, form: Option<&str>, query: Option<&str>) -> String {
        let page = &self.login_form().page;
        callback::target(&self.0.config.server.public_url, page, form.or(callback::from_query(query).as_deref()))
    }

    /// How a page in the browser calls the upstream itself; `None` where it does so through this server.
    #[must_use]
    pub fn browser_api(&self) -> Option<BrowserApi> {
        let contract = self.0.upstream.contract();
        let (header, scheme) = contract.auth_header()?;
        (self.0.config.api.browser == BrowserWay::Direct).then(|| BrowserApi {
            base_url: contract.base_url().as_str().trim_end_matches('/').to_owned(),
            header: header.to_owned(),
            scheme: scheme.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
