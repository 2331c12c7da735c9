//! Authenticated calls of a page, made on the server, with a dead token renewed once; and reading the profile again.

use std::sync::Arc;

use http::Method;
use vestibule_core::AccessToken;

use super::Vestibule;
use super::owner::Owner;
use crate::record::{Over, Record};
use crate::session::{Delivery, Errand, Flights, Flown, Kept, SessionHandle};
use crate::upstream::{ApiError, ApiRequest, ApiResponse};

/// A token that came less than this ago (seconds) is not renewed because the upstream refuses it: it refuses the
/// request, not the token, or will refuse the next one too.
pub(super) const FRESH: i64 = 10;

/// A call that did not come to an answer of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody is signed in, or nobody any more: the upstream refused the token, and a new one too. Remedy: sign in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The upstream did not answer; see [`ApiError`].
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// Why the profile was not read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// Nobody is signed in, or nobody any more. Remedy: sign in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The upstream did not give the profile; the log says why. Remedy: try again later.
    #[error("the upstream did not give the profile")]
    Away,
}

impl Vestibule {
    /// Makes an authenticated request with the session's token. An answer that a rule of
    /// `upstream.profile.unauthorized` matches renews the token once, and the request is made once more if it may be; a
    /// token that is refused right after that ends the session.
    ///
    /// # Errors
    /// [`CallError`]. An answer of any status, also a refused request's, is no error.
    pub async fn call(&self, handle: &SessionHandle, request: ApiRequest) -> Result<ApiResponse, CallError> {
        let record = handle.record().ok_or(CallError::SignedOut)?;
        let answer = self.upstream().call(&record.access_token, request.clone()).await?;
        if !self.is_renewable(&record) || !self.upstream().is_unauthorized(&answer) {
            return Ok(answer);
        }
        if record.token_age(self.clock().now()) < FRESH {
            return self.lives(&record).map(|()| answer);
        }
        let Some(token) = self.renew_refused(handle, &record).await? else { return Ok(answer) };
        if !may_be_repeated(&request.method) {
            return Ok(answer);
        }
        let answer = self.upstream().call(&token, request).await?;
        if self.upstream().is_unauthorized(&answer) {
            self.refused_again(handle, &record).await;
            return Err(CallError::SignedOut);
        }
        Ok(answer)
    }

    /// Whether a refusal of the API says something of the session's tokens: of those that another gave, it may take none.
    pub(super) fn is_renewable(&self, record: &Record) -> bool {
        matches!(self.owner(record.provided.as_ref()), Owner::Api(_))
    }

    /// Whether a refusal of the session's token can be of the request: one that is dead by its own time, and that nobody renewed,
    /// is refused for that, and nobody is signed out by it (fault 21).
    pub(super) fn lives(&self, record: &Record) -> Result<(), CallError> {
        if record.has_dead_token(self.clock().now()) { Err(ApiError::NotRenewed.into()) } else { Ok(()) }
    }

    /// The upstream refused a token that it had just given: there is no session any more.
    pub(super) async fn refused_again(&self, handle: &SessionHandle, record: &Record) {
        self.end(record).await;
        handle.over(Over::Refused);
    }

    /// The token after a refusal; `None` where the upstream cannot be asked for one now.
    pub(super) async fn renew_refused(
        &self,
        handle: &SessionHandle,
        record: &Arc<Record>,
    ) -> Result<Option<AccessToken>, CallError> {
        // Another call of this request may have renewed it meanwhile.
        if let Some(current) = handle.record().filter(|current| !current.has_token_of(record)) {
            return Ok(Some(current.access_token.clone()));
        }
        if !self.owner(record.provided.as_ref()).can_refresh(record.refresh_token.is_some()) {
            self.end(record).await;
            handle.over(Over::Token);
            return Err(CallError::SignedOut);
        }
        match Flights::renew(self, record, Errand::Refresh, Delivery::Later, handle.address()).await {
            Flown::Renewed(renewed) => {
                let token = (!renewed.has_token_of(record)).then(|| renewed.access_token.clone());
                handle.renew(record, renewed);
                Ok(token)
            }
            Flown::Kept(_) => self.lives(record).map(|()| None),
            Flown::Over(over) => {
                handle.over(over);
                Err(CallError::SignedOut)
            }
        }
    }

    /// Reads the profile again from the API; the session and its cookie follow.
    ///
    /// # Errors
    /// [`UpdateError`]; the session stays as it was, but where it is over.
    pub async fn update(&self, handle: &SessionHandle) -> Result<(), UpdateError> {
        // A refresh that is in the air lands first; a dead token is renewed once.
        let mut may_refresh = true;
        for _ in 0..3 {
            let record = handle.record().ok_or(UpdateError::SignedOut)?;
            match Flights::renew(self, &record, Errand::Profile, Delivery::Later, handle.address()).await {
                Flown::Renewed(renewed) => {
                    let is_profile = renewed.has_token_of(&record);
                    handle.renew(&record, renewed);
                    if is_profile {
                        return Ok(());
                    }
                }
                Flown::Kept(Kept::DeadToken) if may_refresh => {
                    may_refresh = false;
                    match self.renew_refused(handle, &record).await {
                        Ok(Some(_)) => {}
                        Ok(None) | Err(CallError::Api(_)) => return Err(UpdateError::Away),
                        Err(CallError::SignedOut) => return Err(UpdateError::SignedOut),
                    }
                }
                Flown::Kept(Kept::DeadToken) => {
                    self.refused_again(handle, &record).await;
                    return Err(UpdateError::SignedOut);
                }
                Flown::Kept(Kept::Away) => return Err(UpdateError::Away),
                Flown::Over(over) => {
                    handle.over(over);
                    return Err(UpdateError::SignedOut);
                }
            }
        }
        Err(UpdateError::Away)
    }
}

/// Whether a request that was refused may be sent again: its effect is the same once or twice (RFC 9110, section
/// 9.2.2).
pub(super) fn may_be_repeated(method: &Method) -> bool {
    method.is_idempotent()
}

#[cfg(test)]
mod tests;
