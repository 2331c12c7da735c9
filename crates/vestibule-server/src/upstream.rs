//! The upstream: the JWT API where the users live. One declarative contract drives any of them.
//!
//! [`Contract`] says what to call and how to read the answers; [`Upstream`] does it through a [`Transport`] that is
//! passed in, [`HttpTransport`] in a running application:
//!
//! ```text
//! settings ─► contract ─► sign_in ─► request ─► transport ─► answer ─► rules ─► token (verified), expiry
//!                            └─────► profile: pointer, credential filter, the well-known names
//! ```
//!
//! # Security
//! Credentials are posted exactly once, to exactly the configured address. A token is opaque; only a JWT's `exp` and
//! `sub` are read, as hints. With `upstream.token.verify` every token is verified before it is kept, and its claims may be
//! trusted. What the API says in words reaches a person only where `login.messages = "upstream"`,
//! and the log never.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use serde_json::Value;
use vestibule_core::{AccessToken, Timestamp, User};

use self::contract::Expiry;
use crate::clock::Clock;
use crate::config::Messages;
use crate::metrics::{Called, Times};
use crate::secret::{RefreshToken, Secret};

mod answer;
mod call;
pub mod contract;
mod credential_filter;
mod error;
pub(crate) mod expiry;
mod field_errors;
mod forward;
mod http;
pub(crate) mod jwt;
mod message;
mod observed;
pub mod pointer;
mod preset;
pub(crate) mod probe;
mod profile;
mod refresh;
mod request;
mod reread;
pub mod rule;
pub mod settings;
mod sign_in;
mod sign_out;
pub mod template;
mod transport;
mod unkept;
mod verify;

pub(crate) use answer::{LONGEST_WAIT, text};
pub(crate) use call::stays_below;
pub use call::{ApiRequest, ApiResponse};
pub use contract::Contract;
pub use error::{ApiError, Away, Call, Oddity, ProfileCallError, RefreshError, SignInError, SignOutError};
pub(crate) use forward::ForwardRequest;
pub use http::{HttpTransport, NoClient};
pub(crate) use observed::Observed;
pub(crate) use pointer::Pointer;
pub(crate) use preset::put_under;
pub use preset::{PRESETS, Preset};
pub use probe::{Finding, Verdict, probe};
pub use profile::ProfileAnswer;
pub(crate) use request::user_id_text;
pub use settings::{AttributeSettings, ClientSettings, ContractSettings, ProfileSettings, SignInSettings};
pub use transport::{Transport, TransportError};
pub(crate) use unkept::{Granted, Unkept};
pub use verify::{Algorithm, Claims, Unverified, Verify};
pub(crate) use verify::{KeySource, NotVerified, Typ, Verifier};

/// The key of the configuration that leads to the keys of the API's tokens.
const JWKS_URL: &str = "upstream.token.verify.jwks_url";

/// A client of one upstream. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Upstream(Arc<Inner>);

struct Inner {
    contract: Contract,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    messages: Messages,
    /// Where the contract says how tokens are verified.
    verifier: Option<Verifier>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("contract", &self.0.contract).field("transport", &self.0.transport).finish()
    }
}

impl Upstream {
    /// A client that keeps `contract`. With neutral `messages`, nobody gets to read the API's words.
    #[must_use]
    pub fn new(contract: Contract, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>, messages: Messages) -> Self {
        let verifier = contract.verify.clone().map(|policy| {
            Verifier::new(policy, JWKS_URL, Arc::clone(&transport), Arc::clone(&clock), contract.timeout)
        });
        Self(Arc::new(Inner { contract, transport, clock, messages, verifier }))
    }

    /// The same, whose calls are counted under that name.
    pub(crate) fn watched(&self, to: &str, calls: &Times<Called>) -> Self {
        let Inner { contract, transport, clock, messages, .. } = &*self.0;
        let transport = Observed::new(Arc::clone(transport), to, calls);
        Self::new(contract.clone(), transport, Arc::clone(clock), *messages)
    }

    /// The contract.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.0.contract
    }

    pub(crate) fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.0.transport)
    }

    fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    fn messages(&self) -> Messages {
        self.0.messages
    }

    /// Sees to it that a token could be verified, where tokens are.
    async fn ready_to_verify(&self) -> Result<(), Away> {
        match &self.0.verifier {
            Some(verifier) => verifier.ready().await,
            None => Ok(()),
        }
    }

    /// The claims of an access token, where tokens are verified.
    async fn verified(&self, token: &str) -> Result<Option<Claims>, NotVerified> {
        match &self.0.verifier {
            Some(verifier) => verifier.verify(token).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whom an access token names: by its claims, else by a hint. What is not declared a JWT is not looked into.
    fn subject(&self, token: &str, claims: Option<&Claims>) -> Option<String> {
        match claims {
            Some(claims) => claims.subject(),
            None => (self.0.contract.expiry == Expiry::Jwt).then(|| jwt::hints(token).sub).flatten(),
        }
    }

    async fn send(&self, request: Request<Bytes>, deadline: Duration) -> Result<Response<Bytes>, TransportError> {
        self.0.transport.send(request, deadline).await
    }
}

/// What a person typed, by field of the login form. Only declared fields are in it; `Debug` shows their names.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(BTreeMap<String, Secret>);

impl Credentials {
    /// These fields.
    #[must_use]
    pub fn new(fields: BTreeMap<String, Secret>) -> Self {
        Self(fields)
    }

    /// A field's text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Secret::expose)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.expose()))
    }

    /// These fields, and `more`, which go before any of the same name.
    pub(crate) fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A granted sign-in.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// The access token: opaque, and fit to be sent as `upstream.auth` says.
    pub access_token: AccessToken,
    /// The refresh token, if the upstream gave one.
    pub refresh_token: Option<RefreshToken>,
    /// What the upstream says of the user, whole, minus credentials.
    pub profile: Value,
    /// The well-known names of it.
    pub user: User,
    /// The JWT's `sub`: without `claims` unverified, a hint, and none where the token is not declared a JWT.
    pub subject: Option<String>,
    /// The claims of the access token, which may be trusted: with `upstream.token.verify` only.
    pub claims: Option<Claims>,
    /// The user's id in the answer, if it has one: a text or a number.
    pub user_id: Option<Value>,
    /// When the access token dies; `None` is the session's absolute end.
    pub expires: Option<Timestamp>,
}

/// A granted refresh.
#[derive(Clone, Debug, PartialEq)]
pub struct Refreshed {
    /// The access token; some APIs answer with the one that was there.
    pub access_token: AccessToken,
    /// A new refresh token; without one, the old one stays good.
    pub refresh_token: Option<RefreshToken>,
    /// The JWT's `sub`: without `claims` unverified, a hint, and none where the token is not declared a JWT.
    pub subject: Option<String>,
    /// The claims of the access token, which may be trusted: with `upstream.token.verify` only.
    pub claims: Option<Claims>,
    /// The user's id in the answer, if it has one.
    pub user_id: Option<Value>,
    /// When the access token dies; `None` is the session's absolute end.
    pub expires: Option<Timestamp>,
    /// The ID token of an OpenID provider, if one came along.
    pub(crate) id_token: Option<Secret>,
}

/// What the upstream needs to know a session by.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    /// The access token.
    pub access_token: AccessToken,
    /// The refresh token, if there is one.
    pub refresh_token: Option<RefreshToken>,
    /// The user's id: a text or a number.
    pub user_id: Option<Value>,
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
pub(crate) use verify::signing as verify_signing;
#[cfg(test)]
mod real_apis;
