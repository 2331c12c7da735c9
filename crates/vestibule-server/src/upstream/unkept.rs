//! What an upstream gave for a sign-in, until there is a session that keeps it.

use std::mem;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::{SignedIn, Tokens, Upstream};

/// A sign-in that was granted, and is no session yet.
pub(crate) struct Granted {
    pub(crate) signed_in: SignedIn,
    pub(crate) unkept: Unkept,
}

impl Granted {
    /// The sign-in, to whoever sees to its tokens.
    pub(crate) fn kept(self) -> SignedIn {
        self.unkept.kept();
        self.signed_in
    }
}

/// Tokens that no session keeps yet. Where none comes to be, they are given back by the sign-out call: also where the
/// profile was not to be had, the browser went away, or the request ran out of time while the application was asked.
pub(crate) struct Unkept {
    upstream: Upstream,
    tokens: Tokens,
    is_due: bool,
}

impl Unkept {
    pub(crate) fn new(upstream: &Upstream, tokens: Tokens) -> Self {
        Self { upstream: upstream.clone(), tokens, is_due: true }
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Whose they are, where the answer that brought them did not say it.
    pub(super) fn is_of(&mut self, id: Option<&Value>) {
        self.tokens.user_id = self.tokens.user_id.take().or_else(|| id.cloned());
    }

    /// There is a session, and they are its own.
    pub(crate) fn kept(mut self) {
        self.is_due = false;
    }

    /// There is none; waits until the upstream was told (at most 2 s).
    pub(crate) async fn give_back(mut self) {
        if let Some(telling) = self.tell() {
            let _ = telling.await;
        }
    }

    /// A task of its own: whoever waited for the sign-in may be gone.
    fn tell(&mut self) -> Option<JoinHandle<()>> {
        if !mem::take(&mut self.is_due) {
            return None;
        }
        let (upstream, tokens) = (self.upstream.clone(), self.tokens.clone());
        let telling = async move {
            if let Err(error) = upstream.sign_out(&tokens).await {
                tracing::warn!(%error, "the upstream was not told that a sign-in became no session");
            }
        };
        Handle::try_current().ok().map(|runtime| runtime.spawn(telling.in_current_span()))
    }
}

impl Drop for Unkept {
    fn drop(&mut self) {
        drop(self.tell());
    }
}
