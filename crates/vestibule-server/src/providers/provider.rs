//! One of `[[providers]]`, checked: an OAuth 2.0 provider as a contract like any other API's, and what is its own.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use url::Url;
use vestibule_core::LoginProvider;

use super::client_secret::SignedSecret;
use crate::record::hex;
use crate::secret::Secret;
use crate::upstream::{Contract, Pointer, contract};

/// A provider that people may sign in with.
#[derive(Clone, Debug)]
pub struct Provider {
    /// What the addresses call it, and the session's `way`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it speaks OpenID Connect.
    pub kind: Kind,
    /// The mark of its button, and its colour.
    pub style: (Option<String>, Option<String>),
    /// Whether signing out signs out there, too.
    pub logout: bool,
    pub(crate) issuer: Option<String>,
    pub(crate) authorize_url: Option<Url>,
    pub(crate) token_url: Option<Url>,
    pub(crate) userinfo_url: Option<Url>,
    pub(crate) revoke_url: Option<Url>,
    /// Whether signing out revokes the tokens.
    pub(crate) revoke: bool,
    pub(crate) client_id: String,
    pub(crate) signed_secret: Option<SignedSecret>,
    pub(crate) scopes: Vec<String>,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) pkce: bool,
    pub(crate) response_mode: ResponseMode,
    /// Other origins that the way leads over.
    pub(crate) via: Vec<String>,
    /// Everything but addresses and a signed secret.
    pub(crate) contract: Contract,
    pub(crate) exchange: Option<Exchange>,
    /// The key of the configuration, such as `providers[0]`.
    pub(crate) key: String,
}

/// What a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// OpenID Connect: an ID token says who it is.
    Oidc,
    /// OAuth 2.0: the profile says it.
    OAuth2,
}

impl Kind {
    /// As the configuration and `/auth/providers` have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::OAuth2 => "oauth2",
        }
    }
}

/// How the browser brings the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    /// By a form that the provider's page posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// `[providers.exchange]`: where the API takes what the provider gave.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) call: contract::SignIn,
    /// Where the answer has the profile; it is asked for where it has none.
    pub(crate) profile: Option<Pointer>,
}

impl Exchange {
    /// Whether the API redeems the code itself: it can be redeemed once.
    pub(crate) fn takes_code(&self) -> bool {
        self.call.endpoint.body.as_ref().is_some_and(|body| body.uses("code"))
    }
}

/// Where a provider's endpoints are.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub(crate) token: Url,
    pub(crate) userinfo: Option<Url>,
    pub(crate) revoke: Option<Url>,
}

impl Provider {
    /// What tells it from another that has its id some day: whose tokens these are. A hash of issuer (or token endpoint) and
    /// client (64 bits, in hex).
    pub(crate) fn fingerprint(&self) -> String {
        let place = self.issuer.as_deref().or(self.token_url.as_ref().map(Url::as_str)).unwrap_or_default();
        let digest = Sha256::digest([place, "\n", &self.client_id].concat());
        digest.get(..8).map(hex).unwrap_or_default()
    }

    /// Its button on the login page.
    #[must_use]
    pub fn button(&self) -> LoginProvider {
        let (mark, color) = self.style.clone();
        LoginProvider { id: self.id.clone(), name: self.name.clone(), mark, color }
    }

    /// The issuer of an OpenID provider, as it is configured.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// This application's id there.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether its tokens are the session's: no API takes them for its own.
    #[must_use]
    pub fn keeps_tokens(&self) -> bool {
        self.exchange.is_none()
    }

    /// The contract, with its addresses. `secret`: the one that was signed for now, where there is such.
    pub(crate) fn contract_at(&self, endpoints: &Endpoints, secret: Option<Secret>) -> Contract {
        let mut contract = self.contract.clone();
        if let (Some(signed), contract::Client::Body { secret, .. }) = (secret, &mut contract.client) {
            *secret = Some(signed);
        }
        contract.sign_in.endpoint.address = Some(endpoints.token.clone());
        contract.profile.endpoint.address.clone_from(&endpoints.userinfo);
        if let Some(refresh) = &mut contract.refresh {
            refresh.endpoint.address = Some(endpoints.token.clone());
        }
        contract.sign_out = contract.sign_out.take().filter(|_| self.revoke).zip(endpoints.revoke.clone()).map(
            |(mut endpoint, address)| {
                endpoint.address = Some(address);
                endpoint
            },
        );
        contract
    }
}
