//! What the upstream gave for a sign-in, until there is a session that keeps it.

use tracing::Instrument;

use super::Vestibule;
use super::ending::surely;
use crate::providers::Provided;
use crate::upstream::{SignedIn, Tokens};

/// Tokens that no session keeps yet. Where none comes to be, they are given back by the sign-out call: also where the
/// browser went away, or the request ran out of time, while the application was asked.
pub(super) struct Granted {
    vestibule: Vestibule,
    tokens: Option<Tokens>,
    provided: Option<Provided>,
}

impl Granted {
    pub(super) fn new(vestibule: &Vestibule, signed_in: &SignedIn, provided: Option<&Provided>) -> Self {
        let tokens = Tokens {
            access_token: signed_in.access_token.clone(),
            refresh_token: signed_in.refresh_token.clone(),
            user_id: signed_in.user_id.clone().or_else(|| signed_in.user.id.clone()),
        };
        Self { vestibule: vestibule.clone(), tokens: Some(tokens), provided: provided.cloned() }
    }

    /// There is a session, and they are its own.
    pub(super) fn kept(mut self) {
        self.tokens = None;
    }

    /// There is none; waits until the upstream was told (at most 2 s).
    pub(super) async fn give_back(mut self) {
        if let Some(tokens) = self.tokens.take() {
            surely(give_back(self.vestibule.clone(), tokens, self.provided.take())).await;
        }
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        if let (Some(tokens), Ok(runtime)) = (self.tokens.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(give_back(self.vestibule.clone(), tokens, self.provided.take()).in_current_span());
        }
    }
}

async fn give_back(vestibule: Vestibule, tokens: Tokens, provided: Option<Provided>) {
    if let Err(error) = vestibule.owner(provided.as_ref()).sign_out(&tokens).await {
        tracing::warn!(%error, "the upstream was not told that a sign-in became no session");
    }
}
