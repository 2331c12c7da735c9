//! Signing in with a provider: the way there, and what becomes of whoever comes back.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use url::form_urlencoded;
use vestibule_core::wire;
use zeroize::Zeroizing;

use super::Vestibule;
use crate::callback::MOST_BYTES;
use crate::callbacks::{After, Way};
use crate::cookies::{CookiePolicy, Presented};
use crate::locale::Refused;
use crate::providers::attempt::{Attempt, GOOD_FOR, cookie_of};
use crate::providers::authorization::Returned;
use crate::providers::redeem::Given;
use crate::providers::{ProviderClient, ProviderError, Reason, ResponseMode};
use crate::seal::Purpose;
use crate::session::SessionHandle;
use crate::store::{Store, StoreError};
use crate::upstream::Unkept;

/// As many attempts as a browser may have under way: each is a cookie.
const MOST_ATTEMPTS: usize = 5;
/// How long the choice of a provider is remembered, in seconds: a year.
const REMEMBERED: i64 = 365 * 24 * 60 * 60;

/// Somebody leaves for a provider, or comes back from one.
#[derive(Debug)]
pub(crate) struct Passage {
    /// Where to: an address of the provider, or a path of this site.
    pub(crate) target: String,
    /// `Set-Cookie` values, beside those of the session.
    pub(crate) cookies: Vec<HeaderValue>,
}

impl Vestibule {
    /// Sends somebody to a provider. `asked`: the callback URL as the request had it.
    pub(crate) async fn leave_for_provider(
        &self,
        handle: &SessionHandle,
        client: &ProviderClient,
        asked: Option<String>,
        headers: &HeaderMap,
    ) -> Passage {
        // It goes into a cookie: no longer than any callback URL, and of characters that do not grow in there.
        let asked = asked.filter(|asked| asked.len() <= MOST_BYTES && !asked.contains(char::is_control));
        let asked = asked.and_then(|asked| self.asked(Some(&asked), None));
        match self.depart(client, asked.clone(), headers).await {
            Ok(passage) => passage,
            Err(error) => {
                let target = self.stranded(handle, client, asked.as_deref(), &error);
                Passage { target, cookies: Vec::new() }
            }
        }
    }

    /// Tells log and application of somebody whom a provider did not let in, and gives the page that tells them.
    fn stranded(
        &self,
        handle: &SessionHandle,
        client: &ProviderClient,
        asked: Option<&str>,
        error: &ProviderError,
    ) -> String {
        error.log(&client.provider.id, &client.provider.key);
        self.tell_refused(&error.code().into(), Way::Provider(client.provider.id.clone()), None, handle.address());
        self.login_page(asked, error.reason())
    }

    async fn depart(
        &self,
        client: &ProviderClient,
        asked: Option<String>,
        headers: &HeaderMap,
    ) -> Result<Passage, ProviderError> {
        let attempt = Attempt::new(&client.provider.id, asked, self.clock().now());
        let attempt = attempt.map_err(|_| ProviderError::NoRandomness)?;
        let target = client.authorization(&attempt).await?.into();
        let policy = self.attempt_cookie(client, &attempt.state);
        let cookies = policy.write(&self.sealed(&policy, &attempt), &Presented::none(), Some(GOOD_FOR));
        let mut cookies = cookies.map_err(|_| ProviderError::TooLarge)?;
        // Whoever begins again and again, and never comes back, does not fill the request's header.
        let gone = self.without_attempts(headers);
        if gone.len() >= MOST_ATTEMPTS {
            cookies.extend(gone);
        }
        Ok(Passage { target, cookies })
    }

    /// The `Set-Cookie` values that end every attempt that this browser has under way.
    pub(crate) fn without_attempts(&self, headers: &HeaderMap) -> Vec<HeaderValue> {
        let names = CookiePolicy::new(&self.attempt_prefix(), self.is_https()).names_after(headers);
        let policies = names.iter().map(|name| CookiePolicy::new(name, self.is_https()));
        policies.flat_map(|policy| policy.clear(&Presented::none())).collect()
    }

    /// Signs in whoever comes back from a provider, if they left from here. `returned`: the query, or the posted form.
    pub(crate) async fn arrive_from_provider(
        &self,
        handle: &SessionHandle,
        client: &ProviderClient,
        returned: &[u8],
        headers: &HeaderMap,
    ) -> Passage {
        let (attempt, returned, mut cookies) = match self.attempt_of(client, returned, headers).await {
            Ok(found) => found,
            Err((reason, cookies)) => return Passage { target: self.login_page(None, reason), cookies },
        };
        let asked = attempt.callback.as_deref();
        let target = match self.arrive(handle, client, &attempt, returned).await {
            Ok(()) => {
                cookies.extend(self.last_provider_cookie(&client.provider.id));
                self.destination(After::SignIn, handle, asked, None)
            }
            Err(Stranded::There(error)) => self.stranded(handle, client, asked, &error),
            Err(Stranded::Here(Refused { elsewhere: Some(elsewhere), .. })) => elsewhere,
            Err(Stranded::Here(refused)) => self.login_page(asked, Reason::of(refused.code)),
        };
        Passage { target, cookies }
    }

    /// Keeps what a provider's page posted until the browser comes by itself: a form of another site brings no other cookie
    /// than that of the attempt, and so neither shows the session that ends now, nor those that have to go.
    pub(crate) fn hold_answer(&self, client: &ProviderClient, posted: &str, headers: &HeaderMap) -> Passage {
        let held = Returned::parse(posted.as_bytes()).and_then(|returned| {
            let policy = self.attempt_cookie(client, &returned.state);
            let presented = policy.read(headers);
            let mut attempt = self.opened(client, &policy, &presented, &returned.state)?;
            attempt.posted = Some(Zeroizing::new(posted.to_owned()));
            let cookies = policy.write(&self.sealed(&policy, &attempt), &presented, Some(GOOD_FOR)).ok()?;
            let target = [wire::PROVIDER_CALLBACK, "/", &client.provider.id, "?state=", &returned.state].concat();
            Some(Passage { target, cookies })
        });
        held.unwrap_or_else(|| {
            ProviderError::NoAttempt.log(&client.provider.id, &client.provider.key);
            Passage { target: self.login_page(None, Reason::Error), cookies: Vec::new() }
        })
    }

    fn sealed(&self, policy: &CookiePolicy, attempt: &Attempt) -> String {
        let text = serde_json::to_string(attempt).map(Zeroizing::new).unwrap_or_default();
        self.0.ring.seal(Purpose::Attempt, policy.name(), &text)
    }

    /// The attempt of a cookie, if it is this browser's, that provider's, and of that state (OA-01).
    fn opened(
        &self,
        client: &ProviderClient,
        policy: &CookiePolicy,
        presented: &Presented,
        state: &str,
    ) -> Option<Attempt> {
        let opened = self.0.ring.open(Purpose::Attempt, policy.name(), presented.sealed.as_deref()?)?;
        let attempt = Attempt::from_text(&opened.text, self.clock().now())?;
        (attempt.provider == client.provider.id && attempt.state == state).then_some(attempt)
    }

    /// The attempt that an answer belongs to, used up; with the cookies that take it away.
    async fn attempt_of(
        &self,
        client: &ProviderClient,
        returned: &[u8],
        headers: &HeaderMap,
    ) -> Result<(Attempt, Returned, Vec<HeaderValue>), (Reason, Vec<HeaderValue>)> {
        let nobody = |cookies| {
            ProviderError::NoAttempt.log(&client.provider.id, &client.provider.key);
            (Reason::Error, cookies)
        };
        let in_query = match client.provider.response_mode {
            ResponseMode::Query => Returned::parse(returned),
            ResponseMode::FormPost => None,
        };
        let state = in_query.as_ref().map(|it| it.state.clone()).or_else(|| state_of(returned));
        let state = state.ok_or_else(|| nobody(Vec::new()))?;
        let policy = self.attempt_cookie(client, &state);
        let presented = policy.read(headers);
        if !presented.any() {
            return Err(nobody(Vec::new()));
        }
        let cookies = policy.clear(&presented);
        let Some(attempt) = self.opened(client, &policy, &presented, &state) else { return Err(nobody(cookies)) };
        let posted = attempt.posted.as_ref().and_then(|posted| Returned::parse(posted.as_bytes()));
        let Some(returned) = in_query.or(posted).filter(|it| it.state == state) else { return Err(nobody(cookies)) };
        match self.is_first_use(&attempt).await {
            Ok(true) => Ok((attempt, returned, cookies)),
            Ok(false) => Err(nobody(cookies)),
            Err(()) => Err((Reason::Unavailable, cookies)),
        }
    }

    /// Whether nobody used the attempt before; a copied cookie is good for nothing.
    async fn is_first_use(&self, attempt: &Attempt) -> Result<bool, ()> {
        let life = Duration::from_secs(GOOD_FOR.unsigned_abs());
        let mark = attempt.mark();
        self.spend(&mark, life).await.map_err(|error| {
            tracing::error!(%error, "nobody signs in with a provider without the store, which is required");
        })
    }

    /// Whether nobody spent that mark before, as far as can be known: in this process also while the store is away.
    ///
    /// # Errors
    /// The store's, where it is required.
    pub(super) async fn spend(&self, mark: &str, life: Duration) -> Result<bool, StoreError> {
        let is_first_here = self.reserve().spend(mark, life).await.unwrap_or(true);
        match self.store().spend(mark, life).await {
            Ok(is_first) => Ok(is_first && is_first_here),
            Err(error) if is_first_here && self.config().store.required => Err(error),
            Err(_) => Ok(is_first_here),
        }
    }

    async fn arrive(
        &self,
        handle: &SessionHandle,
        client: &ProviderClient,
        attempt: &Attempt,
        returned: Returned,
    ) -> Result<(), Stranded> {
        let (given, provided) = client.redeem(attempt, returned).await?;
        let granted = match given {
            Given::Session(granted) => *granted,
            Given::Exchange { with, given, unkept } => {
                let outcome = self.upstream().exchange(&with.call, with.profile.as_ref(), &given).await;
                let granted = outcome.map_err(ProviderError::Exchange)?;
                // They are the API's now.
                unkept.into_iter().for_each(Unkept::kept);
                granted
            }
        };
        let way = Way::Provider(client.provider.id.clone());
        self.begin_session(handle, granted, false, way, Some(provided)).await.map(drop).map_err(Stranded::Here)
    }

    /// The login page, for somebody who did not get in.
    fn login_page(&self, asked: Option<&str>, reason: Reason) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(asked) = self.asked(asked, None).filter(|_| asked.is_some()) {
            query.append_pair(wire::CALLBACK_URL, &asked);
        }
        query.append_pair(wire::REASON, reason.as_str());
        [self.login_form().page.as_str(), "?", &query.finish()].concat()
    }

    fn is_https(&self) -> bool {
        self.config().server.public_url.scheme() == "https"
    }

    fn attempt_prefix(&self) -> String {
        format!("{}-attempt-", self.config().session.cookie)
    }

    /// The cookie of the attempt that `state` belongs to.
    fn attempt_cookie(&self, client: &ProviderClient, state: &str) -> CookiePolicy {
        self.named_cookie(client, &[self.attempt_prefix(), cookie_of(state)].concat())
    }

    fn named_cookie(&self, client: &ProviderClient, name: &str) -> CookiePolicy {
        let policy = CookiePolicy::new(name, self.is_https());
        match client.provider.response_mode {
            ResponseMode::Query => policy,
            // The provider's page posts the answer: no other cookie comes along then.
            ResponseMode::FormPost => policy.crossing_sites(),
        }
    }

    /// The provider that was used last, if it is configured still.
    #[must_use]
    pub fn last_provider(&self, headers: &HeaderMap) -> Option<&str> {
        let presented = self.last_provider_policy().read(headers);
        self.provider(presented.sealed.as_deref()?).map(|client| client.provider.id.as_str())
    }

    fn last_provider_cookie(&self, id: &str) -> Vec<HeaderValue> {
        self.last_provider_policy().write(id, &Presented::none(), Some(REMEMBERED)).unwrap_or_default()
    }

    fn last_provider_policy(&self) -> CookiePolicy {
        CookiePolicy::new(wire::LAST_PROVIDER, self.is_https())
    }
}

/// The state alone, of a request that says no more.
fn state_of(query: &[u8]) -> Option<String> {
    let mut states = form_urlencoded::parse(query).filter(|(name, _)| name == "state");
    match (states.next(), states.next()) {
        (Some((_, state)), None) => Some(state.into_owned()),
        _ => None,
    }
}

/// Why somebody who came back is not signed in.
enum Stranded {
    /// By the provider, or the API that its word was taken to.
    There(ProviderError),
    /// By the application, or since no session could begin; it was told already.
    Here(Refused),
}

impl From<ProviderError> for Stranded {
    fn from(error: ProviderError) -> Self {
        Self::There(error)
    }
}

#[cfg(test)]
mod tests;
