//! A provider over the network: its metadata, its keys, and what becomes of a code.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::Provided;
use super::attempt::Attempt;
use super::authorization::{self, Outcome, Returned};
use super::error::ProviderError;
use super::id_token::{self, Expected};
use super::metadata::Metadata;
use super::provider::{Endpoints, Kind, Provider};
use crate::clock::Clock;
use crate::config::Messages;
use crate::remote::{Remote, Source};
use crate::secret::Secret;
use crate::upstream::{
    Algorithm, Away, Call, Claims, Credentials, KeySource, NotVerified, Oddity, Pointer, ProfileAnswer,
    ProfileCallError, RefreshError, Refreshed, SignedIn, Tokens, Transport, Typ, Upstream, Verifier, Verify, text,
    user_id_text,
};

/// The longest that each call may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// What providers say where a person said no: the specification's word, and LinkedIn's.
const DENIED: [&str; 3] = ["access_denied", "user_cancelled_authorize", "user_cancelled_login"];
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

/// What a provider gave for a code, as far as the session is concerned.
pub(crate) enum Given {
    /// Tokens and profile that are the session's.
    Session(Box<SignedIn>),
    /// What an API takes in exchange.
    Exchange(Credentials),
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

    /// What became of an attempt: tokens for the code that the browser brought.
    pub(crate) async fn redeem(
        &self,
        attempt: &Attempt,
        returned: Returned,
    ) -> Result<(Given, Provided), ProviderError> {
        let metadata = self.metadata().await.map_err(ProviderError::Away)?;
        self.check_issuer(metadata.as_deref(), &returned)?;
        let code = match returned.outcome {
            Outcome::Code(code) => code,
            Outcome::Error(word) if DENIED.contains(&word.as_str()) => {
                return Err(ProviderError::Denied);
            }
            Outcome::Error(word) => return Err(ProviderError::Said(cleaned(&word))),
        };
        let fields = [
            ("code", code.as_str()),
            ("code_verifier", if self.provider.pkce { attempt.verifier.as_str() } else { "" }),
            ("redirect_uri", self.redirect_uri.as_str()),
        ];
        if self.provider.exchange.as_ref().is_some_and(super::provider::Exchange::takes_code) {
            let more = [("provider", self.provider.id.as_str()), ("nonce", attempt.nonce.as_str())];
            let given = Given::Exchange(credentials(fields.into_iter().chain(more)));
            return Ok((given, Provided::of(&self.provider, String::new())));
        }
        // A code is good once: it is not spent on tokens that nobody could verify.
        if let Some(metadata) = &metadata {
            self.verifier(metadata).ready().await.map_err(ProviderError::Away)?;
        }
        let upstream = self.upstream_with(metadata.as_deref());
        let sign_in = &upstream.contract().sign_in;
        let grant =
            upstream.grant(sign_in, Call::Provider, &credentials(fields)).await.map_err(ProviderError::of_tokens)?;
        let id_token = grant.body.as_ref().and_then(|body| text(body.get("id_token")?));
        let access = grant.tokens.access_token.secret();
        let (claims, subject) = match &metadata {
            Some(metadata) => {
                let token = id_token.as_deref().ok_or(ProviderError::NoIdToken)?;
                let (claims, subject) = self.identified(metadata, token, Some(&attempt.nonce), access).await?;
                (Some(claims), Some(subject))
            }
            None => (None, None),
        };
        let profile = self.profile(&upstream, &grant.tokens, claims.as_ref(), returned.user.as_deref()).await?;
        let answer = upstream.read_profile(profile, &grant.tokens, None).map_err(ProviderError::Profile)?;
        let subject = match subject {
            Some(subject) => subject,
            None => answer.user.id_text().ok_or(ProviderError::Profile(Oddity::NoIdentity))?,
        };
        let mut provided = Provided::of(&self.provider, subject);
        if let Some(claims) = &claims {
            provided.session = claims.get("sid").and_then(text);
        }
        provided.id_token = id_token.clone().filter(|_| self.provider.logout).map(Secret::new);
        if !self.provider.keeps_tokens() {
            let more = [
                ("access_token", Some(access)),
                ("id_token", id_token.as_deref()),
                ("provider", Some(self.provider.id.as_str())),
            ];
            let more = more.into_iter().filter_map(|(name, text)| Some((name, text?)));
            return Ok((Given::Exchange(credentials(more)), provided));
        }
        let mut signed_in = grant.with(self.named(answer, &provided));
        // A renewal must not change it.
        signed_in.subject = claims.is_some().then(|| provided.subject.clone());
        Ok((Given::Session(Box::new(signed_in)), provided))
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
            Ok((_, subject)) => return Ok(Refreshed { subject: Some(subject), ..refreshed }),
            Err(ProviderError::Away(away)) => RefreshError::NoKeys(away),
            Err(ProviderError::Unverified(why)) => RefreshError::Unexpected(Oddity::Unverified(why)),
            Err(error) => {
                error.log(&self.provider.id, &self.provider.key);
                RefreshError::Unexpected(Oddity::NoIdentity)
            }
        };
        Err(why.beside(refreshed.refresh_token, tokens))
    }

    /// The profile as the provider has it now, over what is known of it.
    pub(crate) async fn profile_again(
        &self,
        tokens: &Tokens,
        known: &ProfileAnswer,
        provided: &Provided,
    ) -> Result<ProfileAnswer, ProfileCallError> {
        let upstream = self.upstream().await.map_err(ProfileCallError::Away)?;
        // What it says in ID tokens alone was said at the sign-in.
        if upstream.contract().profile.endpoint.address.is_none() {
            return Ok(known.clone());
        }
        let said = upstream.profile_body(tokens).await?;
        let contract = &upstream.contract().profile;
        let at = |place: &Option<Pointer>, value: &Value| place.as_ref().and_then(|place| place.find(value).cloned());
        let subject = at(&contract.id, &said).and_then(|id| user_id_text(&id)).unwrap_or_default();
        let is_tenant_s = self.metadata.as_ref().and_then(|it| it.known()).is_some_and(|it| it.is_of_tenants());
        let theirs = if is_tenant_s { provided.subject.split_once(':').map(|(_, it)| it) } else { None };
        let is_theirs = theirs.unwrap_or(&provided.subject) == subject;
        let is_vouched_for = at(&contract.email_verified, &said).is_some();
        let mut profile = known.profile.clone();
        merge(&mut profile, said);
        // What vouched for one address says nothing of the next.
        let is_new = contract.email.find(&profile).and_then(text) != known.user.email;
        if let Some(place) = contract.email_verified.as_ref().filter(|_| is_new && !is_vouched_for)
            && let Some(verdict) = profile.pointer_mut(place.as_str())
        {
            *verdict = Value::Bool(false);
        }
        let answer = upstream.read_profile(profile, tokens, None).map_err(ProfileCallError::Unexpected)?;
        // Somebody else's ends the session (OpenID Connect Core 1.0, section 5.3.2).
        Ok(if is_theirs { self.named(answer, provided) } else { answer })
    }

    /// The claims of a token by which the provider says that somebody signed out there (OpenID Connect Back-Channel Logout
    /// 1.0, section 2.6).
    pub(crate) async fn logout_claims(&self, token: &str) -> Result<Claims, NotVerified> {
        let metadata = self.metadata().await.map_err(NotVerified::Keys)?;
        let metadata = metadata.ok_or(NotVerified::Keys(Away::Misfit))?;
        let verifier = self.verifier(&metadata);
        // Older providers leave the type out; what must and must not be in it tells it from an ID token.
        match verifier.verify_as(token, &Typ::Named("logout+jwt".to_owned())).await {
            Err(NotVerified::Token(crate::upstream::Unverified::Type)) => verifier.verify_as(token, &Typ::Id).await,
            outcome => outcome,
        }
        .map(|(claims, _)| claims)
    }

    /// The subject of claims whose issuer and audience were good.
    pub(crate) fn subject_of(claims: &Claims, is_of_tenants: bool) -> Option<String> {
        let subject = claims.get("sub").and_then(text)?;
        match is_of_tenants {
            false => Some(subject),
            true => Some([claims.get("tid").and_then(text)?.as_str(), ":", &subject].concat()),
        }
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

    /// Whether the provider has an issuer for each tenant.
    pub(crate) async fn is_of_tenants(&self) -> bool {
        matches!(self.metadata().await, Ok(Some(metadata)) if metadata.is_of_tenants())
    }

    async fn metadata(&self) -> Result<Option<Arc<Metadata>>, Away> {
        match &self.metadata {
            Some(remote) => remote.that(|_| true).await.map(Some),
            None => Ok(None),
        }
    }

    /// Who says so must be who was asked (RFC 9207, section 2.4; OA-02).
    fn check_issuer(&self, metadata: Option<&Metadata>, returned: &Returned) -> Result<(), ProviderError> {
        let Some(metadata) = metadata else { return Ok(()) };
        match &returned.issuer {
            Some(issuer) if metadata.is_issuer(issuer) => Ok(()),
            None if !metadata.names_issuer => Ok(()),
            _ => Err(ProviderError::OtherProvider),
        }
    }

    fn upstream_with(&self, metadata: Option<&Metadata>) -> Upstream {
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

    fn verifier(&self, metadata: &Metadata) -> Arc<Verifier> {
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

    async fn identified(
        &self,
        metadata: &Metadata,
        token: &str,
        nonce: Option<&str>,
        access_token: &str,
    ) -> Result<(Claims, String), ProviderError> {
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

    /// What is said of the person: in the ID token, by the user-info endpoint, and by Apple's form.
    async fn profile(
        &self,
        upstream: &Upstream,
        tokens: &Tokens,
        claims: Option<&Claims>,
        user: Option<&str>,
    ) -> Result<Value, ProviderError> {
        let mut profile = Value::Object(claims.map(id_token::of_person).unwrap_or_default());
        if upstream.contract().profile.endpoint.address.is_some() {
            let said = upstream.profile_body(tokens).await.map_err(|error| ProviderError::Tokens(error.into()))?;
            if let Some(claims) = claims
                && said.get("sub") != claims.get("sub")
            {
                return Err(ProviderError::OtherSubject);
            }
            merge(&mut profile, said);
        }
        if let (Some(user), Value::Object(members)) = (user, &mut profile) {
            members
                .extend(of_form(user).into_iter().filter(|(name, _)| !members.contains_key(name)).collect::<Vec<_>>());
        }
        Ok(profile)
    }

    /// The same, with the identity that its users have here: the provider's name goes before theirs, since another has the
    /// same numbers (OA-03).
    fn named(&self, mut answer: ProfileAnswer, provided: &Provided) -> ProfileAnswer {
        answer.user.id = Some(Value::String(provided.identity()));
        answer
    }
}

/// What Apple's form says of a person, once: nobody has signed it, so it is a name and nothing more.
fn of_form(user: &str) -> Map<String, Value> {
    let said: Value = serde_json::from_str(user).unwrap_or_default();
    let part = |name: &str| said.get("name").and_then(|it| it.get(name)).and_then(text);
    let name = [part("firstName"), part("lastName")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Map::from_iter((!name.is_empty()).then(|| ("name".to_owned(), Value::String(name))))
}

/// Puts members over members; anything else takes the place of what was there.
fn merge(profile: &mut Value, said: Value) {
    match (profile, said) {
        (Value::Object(members), Value::Object(said)) => members.extend(said),
        (profile, said) => *profile = said,
    }
}

fn credentials<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Credentials {
    let fields = fields.into_iter().filter(|(_, text)| !text.is_empty());
    Credentials::new(fields.map(|(name, text)| (name.to_owned(), Secret::new(text))).collect())
}

/// A word of a provider that came through a browser: as much as stands in a log line.
fn cleaned(word: &str) -> String {
    word.chars().filter(|letter| letter.is_ascii_graphic()).take(64).collect()
}
