//! A provider over the network: its metadata, its keys, and its endpoints.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::Provided;
use super::attempt::Attempt;
use super::authorization::{self, Returned};
use super::error::ProviderError;
use super::id_token::{self, Expected};
use super::metadata::Metadata;
use super::provider::{Endpoints, Kind, Provider};
use super::subject::Subject;
use crate::clock::Clock;
use crate::config::Messages;
use crate::remote::{Remote, Source};
use crate::upstream::{
    Algorithm, Away, Claims, KeySource, NotVerified, Oddity, RefreshError, Refreshed, Tokens, Transport, Typ, Upstream,
    Verifier, Verify,
};

/// The longest that each call may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The longest that renewing a token may take, its metadata included.
pub(crate) const LONGEST_RENEWAL: Duration = Duration::from_secs(10);
/// What ID tokens may be signed by. A client's secret is no key: who knows it could sign for anybody.
const ALGORITHMS: [Algorithm; 10] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::EdDsa,
    Algorithm::Ed25519,
];

/// A provider, and the way to it.
pub(crate) struct ProviderClient {
    pub(crate) provider: Provider,
    redirect_uri: String,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    /// Of an OpenID provider.
    metadata: Option<Arc<Remote<Metadata>>>,
    /// What verifies its ID tokens, by the keys of the address that its metadata names now.
    verifier: Mutex<Option<(Url, Arc<Verifier>)>>,
}

impl fmt::Debug for ProviderClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderClient").field("provider", &self.provider.id).finish_non_exhaustive()
    }
}

impl ProviderClient {
    pub(crate) fn new(
        provider: Provider,
        public_url: &Url,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let metadata = provider.issuer.clone().filter(|_| provider.kind == Kind::Oidc).and_then(|issuer| {
            let source = Source {
                url: Metadata::address(&issuer)?,
                accept: "application/json",
                what: "the provider's metadata",
                key: format!("{}.issuer", provider.key),
                read: Box::new(move |document| Metadata::parse(document, &issuer)),
            };
            Some(Arc::new(Remote::new(source, Arc::clone(&transport), Arc::clone(&clock), TIMEOUT)))
        });
        let root = public_url.as_str().trim_end_matches('/');
        let redirect_uri = [root, vestibule_core::wire::PROVIDER_CALLBACK, "/", &provider.id].concat();
        Self { provider, redirect_uri, transport, clock, metadata, verifier: Mutex::default() }
    }

    /// Asks for what will be needed, so that the first person need not wait for it.
    pub(crate) async fn warm(&self) {
        if let Ok(Some(metadata)) = self.metadata().await {
            let _ = self.verifier(&metadata).ready().await;
        }
    }

    /// The origins that the way there leads over, as far as they are known by now.
    pub(crate) fn origins(&self) -> Vec<String> {
        let provider = &self.provider;
        let metadata = self.metadata.as_ref().and_then(|remote| remote.known());
        let issuer = provider.issuer.as_deref().and_then(|issuer| Url::parse(issuer).ok());
        let said = metadata.as_deref().map(|it| [Some(&it.authorize_url), it.end_session_url.as_ref()]);
        let known = [issuer.as_ref(), provider.authorize_url.as_ref()].into_iter().chain(said.into_iter().flatten());
        known.flatten().map(|url| url.origin().ascii_serialization()).chain(provider.via.iter().cloned()).collect()
    }

    /// Where to send the person.
    pub(crate) async fn authorization(&self, attempt: &Attempt) -> Result<Url, ProviderError> {
        let metadata = self.metadata().await.map_err(ProviderError::Away)?;
        let endpoint = self.provider.authorize_url.as_ref().or(metadata.as_deref().map(|it| &it.authorize_url));
        let endpoint = endpoint.ok_or(ProviderError::Away(Away::Misfit))?;
        Ok(authorization::address(&self.provider, endpoint, &self.redirect_uri, attempt))
    }

    /// The upstream that a session's own tokens belong to, where they are the provider's.
    ///
    /// # Errors
    /// Why its addresses cannot be had.
    pub(crate) async fn upstream(&self) -> Result<Upstream, Away> {
        Ok(self.upstream_with(self.metadata().await?.as_deref()))
    }

    /// Renews tokens. An ID token that comes along must be the same person's (OpenID Connect Core 1.0, section 12.2).
    pub(crate) async fn refresh(&self, tokens: &Tokens) -> Result<Refreshed, RefreshError> {
        let metadata = self.metadata().await.map_err(RefreshError::Away)?;
        let refreshed = self.upstream_with(metadata.as_deref()).refresh(tokens).await?;
        let (Some(metadata), Some(token)) = (metadata, &refreshed.id_token) else { return Ok(refreshed) };
        let identified = self.identified(&metadata, token.expose(), None, refreshed.access_token.secret()).await;
        let why = match identified {
            Ok((_, subject)) => return Ok(Refreshed { subject: Some(subject.to_string()), ..refreshed }),
            Err(ProviderError::Away(away)) => RefreshError::NoKeys(away),
            Err(ProviderError::Unverified(why)) => RefreshError::Unexpected(Oddity::Unverified(why)),
            Err(error) => {
                error.log(&self.provider.id, &self.provider.key);
                RefreshError::Unexpected(Oddity::NoIdentity)
            }
        };
        Err(why.beside(refreshed.refresh_token, tokens))
    }

    /// The claims of a token by which the provider says that somebody signed out there (OpenID Connect Back-Channel Logout
    /// 1.0, section 2.6), and whom it is about.
    pub(crate) async fn logout_claims(&self, token: &str) -> Result<(Claims, Option<Subject>), NotVerified> {
        let metadata = self.metadata().await.map_err(NotVerified::Keys)?;
        let metadata = metadata.ok_or(NotVerified::Keys(Away::Misfit))?;
        let verifier = self.verifier(&metadata);
        // The type is recommended, and most providers leave it out or write `JWT`: the specification has clients take those
        // (section 4.1). What must and must not be in it tells it from an ID token.
        match verifier.verify_as(token, &Typ::Named("logout+jwt".to_owned())).await {
            Err(NotVerified::Token(crate::upstream::Unverified::Type)) => verifier.verify_as(token, &Typ::Id).await,
            outcome => outcome,
        }
        .map(|(claims, _)| {
            let subject = Subject::of(&claims, metadata.is_of_tenants()).ok();
            (claims, subject)
        })
    }

    /// Where a browser goes to sign out there, too (OpenID Connect RP-Initiated Logout 1.0).
    /// Nobody waits for it: what is not known by now is not told.
    pub(crate) fn end_session(&self, provided: &Provided, public_url: &Url) -> Option<Url> {
        let metadata = self.metadata.as_ref().filter(|_| self.provider.logout)?.known()?;
        let mut address = metadata.end_session_url.clone()?;
        let mut query = address.query_pairs_mut();
        if let Some(token) = &provided.id_token {
            query.append_pair("id_token_hint", token.expose());
        }
        query.append_pair("client_id", &self.provider.client_id);
        query.append_pair("post_logout_redirect_uri", public_url.as_str());
        drop(query);
        Some(address)
    }

    /// Where the provider sends people back to.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    pub(super) async fn metadata(&self) -> Result<Option<Arc<Metadata>>, Away> {
        match &self.metadata {
            Some(remote) => remote.that(|_| true).await.map(Some),
            None => Ok(None),
        }
    }

    /// Who says so must be who was asked (RFC 9207, section 2.4; OA-02).
    pub(super) fn check_issuer(&self, metadata: Option<&Metadata>, returned: &Returned) -> Result<(), ProviderError> {
        let Some(metadata) = metadata else { return Ok(()) };
        match &returned.issuer {
            Some(issuer) if metadata.is_issuer(issuer) => Ok(()),
            None if !metadata.names_issuer => Ok(()),
            _ => Err(ProviderError::OtherProvider),
        }
    }

    pub(super) fn upstream_with(&self, metadata: Option<&Metadata>) -> Upstream {
        let provider = &self.provider;
        let or = |set: &Option<Url>, said: Option<&Url>| set.clone().or_else(|| said.cloned());
        let nowhere = || provider.contract.base_url.clone();
        let endpoints = Endpoints {
            token: or(&provider.token_url, metadata.map(|it| &it.token_url)).unwrap_or_else(nowhere),
            userinfo: or(&provider.userinfo_url, metadata.and_then(|it| it.userinfo_url.as_ref())),
            revoke: or(&provider.revoke_url, metadata.and_then(|it| it.revoke_url.as_ref())),
        };
        let signed = provider.signed_secret.as_ref();
        let secret = signed.and_then(|signed| signed.sign(&provider.client_id, self.clock.now()));
        let contract = provider.contract_at(&endpoints, secret);
        // Its words are for the log: no person reads them.
        Upstream::new(contract, Arc::clone(&self.transport), Arc::clone(&self.clock), Messages::Upstream)
    }

    pub(super) fn verifier(&self, metadata: &Metadata) -> Arc<Verifier> {
        let mut kept = self.verifier.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((url, verifier)) if *url == metadata.jwks_url => Arc::clone(verifier),
            _ => {
                let policy = Verify {
                    keys: KeySource::Remote(metadata.jwks_url.clone()),
                    algorithms: ALGORITHMS.to_vec(),
                    // Of tenants each has its own; it is compared with the token's.
                    issuer: (!metadata.is_of_tenants()).then(|| metadata.issuer.clone()),
                    audience: Some(self.provider.client_id.clone()),
                    typ: Typ::Id,
                };
                let key = format!("{}.issuer", self.provider.key);
                let (transport, clock) = (Arc::clone(&self.transport), Arc::clone(&self.clock));
                let verifier = Arc::new(Verifier::new(policy, &key, transport, clock, TIMEOUT));
                *kept = Some((metadata.jwks_url.clone(), Arc::clone(&verifier)));
                verifier
            }
        }
    }

    pub(super) async fn identified(
        &self,
        metadata: &Metadata,
        token: &str,
        nonce: Option<&str>,
        access_token: &str,
    ) -> Result<(Claims, Subject), ProviderError> {
        let outcome = self.verifier(metadata).verify_with(token).await;
        let (claims, algorithm) = outcome.map_err(|error| match error {
            NotVerified::Token(why) => ProviderError::Unverified(why),
            NotVerified::Keys(away) => ProviderError::Away(away),
        })?;
        let client_id = &self.provider.client_id;
        let expected = Expected { issuer: &metadata.issuer, client_id, nonce, access_token };
        let subject = id_token::check(&claims, algorithm, &expected).map_err(ProviderError::IdToken)?;
        Ok((claims, subject))
    }
}
