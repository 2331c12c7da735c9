//! Whose a session's tokens are: the API's, or those of the provider that it began with.

use std::borrow::Cow;
use std::sync::Arc;

use super::Vestibule;
use crate::providers::{Provided, ProviderClient};
use crate::record::Record;
use crate::upstream::{
    Away, ProfileAnswer, ProfileCallError, RefreshError, Refreshed, SignOutError, Tokens, TransportError, Upstream,
    contract::Profile,
};

/// Who renews a session's tokens, says its profile, and is told of its end.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    Api(&'a Upstream),
    Provider(&'a Arc<ProviderClient>),
}

impl Vestibule {
    /// The provider of an id.
    pub(crate) fn provider(&self, id: &str) -> Option<&Arc<ProviderClient>> {
        self.0.providers.iter().find(|client| client.provider.id == id)
    }

    /// The providers, in order.
    pub(crate) fn providers(&self) -> &[Arc<ProviderClient>] {
        &self.0.providers
    }

    /// Whose the tokens of a session are.
    pub(crate) fn owner(&self, provided: Option<&Provided>) -> Owner<'_> {
        let own = provided.filter(|provided| provided.is_own);
        match own.and_then(|provided| self.provider(&provided.provider)) {
            Some(client) => Owner::Provider(client),
            None => Owner::Api(self.upstream()),
        }
    }

    /// Whether a session's tokens are of somebody who is configured still: those of a provider that is not must not be
    /// sent to the API, or to anybody else.
    pub(crate) fn knows_owner(&self, record: &Record) -> bool {
        let own = record.provided.as_ref().filter(|provided| provided.is_own);
        own.is_none_or(|own| {
            let provider = self.provider(&own.provider).map(|client| &client.provider);
            provider.is_some_and(|provider| provider.keeps_tokens() && provider.fingerprint() == own.fingerprint)
        })
    }
}

impl<'a> Owner<'a> {
    /// Whether tokens can be renewed.
    pub(crate) fn can_refresh(self, has_refresh_token: bool) -> bool {
        match self {
            Self::Api(upstream) => upstream.can_refresh(has_refresh_token),
            Self::Provider(_) => has_refresh_token,
        }
    }

    /// How a profile is read.
    pub(crate) fn profile_contract(self) -> &'a Profile {
        match self {
            Self::Api(upstream) => upstream.contract().profile(),
            Self::Provider(client) => client.provider.contract.profile(),
        }
    }

    pub(crate) async fn refresh(self, tokens: &Tokens) -> Result<Refreshed, RefreshError> {
        match self {
            Self::Api(upstream) => upstream.refresh(tokens).await,
            Self::Provider(client) => client.refresh(tokens).await,
        }
    }

    /// The profile as it is now, of the session of `record`.
    pub(crate) async fn profile(self, record: &Record) -> Result<ProfileAnswer, ProfileCallError> {
        let tokens = record.tokens();
        match (self, &record.provided) {
            (Self::Provider(client), Some(provided)) => {
                let known = ProfileAnswer { profile: record.profile.clone(), user: record.user.clone() };
                client.profile_again(&tokens, &known, provided).await
            }
            (owner, _) => {
                owner.upstream().await.map_err(ProfileCallError::Away)?.profile(&tokens, record.subject()).await
            }
        }
    }

    /// Tells of the end of a session.
    pub(crate) async fn sign_out(self, tokens: &Tokens) -> Result<(), SignOutError> {
        let upstream = self.upstream().await.map_err(|away| match away {
            Away::Status(status) => SignOutError::Status(status),
            Away::Transport(error) => SignOutError::Transport(error),
            Away::Misfit => SignOutError::Transport(TransportError::Unreadable),
        })?;
        upstream.sign_out(tokens).await
    }

    async fn upstream(self) -> Result<Cow<'a, Upstream>, Away> {
        match self {
            Self::Api(upstream) => Ok(Cow::Borrowed(upstream)),
            Self::Provider(client) => client.upstream().await.map(Cow::Owned),
        }
    }
}
