//! Renewing the access token: one call, whose answer may rotate the refresh token (RFC 6749, section 6).

use vestibule_core::AccessToken;

use super::answer::{Answer, text};
use super::contract::Refresh;
use super::error::{Away, Oddity, RefreshError};
use super::request::{self, Filling, can_carry, user_id_text};
use super::rule::any_matches;
use super::verify::NotVerified;
use super::{Refreshed, Tokens, Upstream, expiry};
use crate::secret::{RefreshToken, Secret};

impl Upstream {
    /// Whether a session with these tokens can be renewed at all.
    #[must_use]
    pub fn can_refresh(&self, has_refresh_token: bool) -> bool {
        self.contract().refresh.as_ref().is_some_and(|refresh| refresh.can_renew(has_refresh_token))
    }

    /// Renews the access token. The call is made once: whether a lost answer may be asked for again is for the caller
    /// to decide, since a refresh token that is spent twice may end the whole session upstream.
    ///
    /// # Errors
    /// [`RefreshError`] tells a definite refusal, which ends the session, from everything else, which does not.
    pub async fn refresh(&self, tokens: &Tokens) -> Result<Refreshed, RefreshError> {
        let contract = self.contract();
        let refresh = contract.refresh.as_ref().ok_or(RefreshError::NotConfigured)?;
        self.ready_to_verify().await.map_err(RefreshError::NoKeys)?;
        let user_id = tokens.user_id.as_ref().and_then(user_id_text);
        let filling = Filling {
            fields: None,
            access: Some(&tokens.access_token),
            refresh: tokens.refresh_token.as_ref(),
            user_id: user_id.as_deref(),
        };
        let request = request::build(contract, &refresh.endpoint, &filling)
            .map_err(|error| RefreshError::Unexpected(error.into()))?;
        let answer = Answer::read(self.send(request, contract.timeout).await?);
        let (status, body) = (answer.status, answer.body.as_ref());
        if any_matches(&refresh.unauthorized, status, body) {
            return Err(RefreshError::Refused { status: status.as_u16() });
        }
        if !refresh.endpoint.succeeds_with(status) {
            return Err(match status.as_u16() {
                429 => RefreshError::TooManyAttempts { retry_after: answer.retry_after(self.clock().now()) },
                status @ 500..=599 => RefreshError::Away(Away::Status(status)),
                status => RefreshError::Unexpected(Oddity::Status(status)),
            });
        }
        let rotated = body.and_then(|body| text(refresh.refresh_token.find(body)?)).map(RefreshToken::new);
        match self.renewed(refresh, &answer).await {
            Ok(refreshed) => Ok(Refreshed { refresh_token: rotated, ..refreshed }),
            Err(why) => Err(why.beside(rotated, tokens)),
        }
    }

    /// What an answer of success has, but for the refresh token.
    async fn renewed(&self, refresh: &Refresh, answer: &Answer) -> Result<Refreshed, RefreshError> {
        let (contract, body) = (self.contract(), answer.body.as_ref());
        let none = if body.is_none() { Oddity::NotJson } else { Oddity::NoToken };
        let token = answer.token(&refresh.token).ok_or(RefreshError::Unexpected(none))?;
        if !can_carry(&contract.auth, &token) {
            return Err(RefreshError::Unexpected(Oddity::UnfitToken));
        }
        let claims = self.verified(&token).await.map_err(|error| match error {
            NotVerified::Token(why) => RefreshError::Unexpected(Oddity::Unverified(why)),
            NotVerified::Keys(cause) => RefreshError::NoKeys(cause),
        })?;
        let expires = expiry::of(&contract.expiry, &token, body, self.clock().now_millis())
            .map_err(|expiry::Dead| RefreshError::Unexpected(Oddity::DeadToken))?;
        Ok(Refreshed {
            subject: self.subject(&token, claims.as_ref()),
            claims,
            access_token: AccessToken::new(token),
            refresh_token: None,
            id_token: body.and_then(|body| text(body.get("id_token")?)).map(Secret::new),
            user_id: body.and_then(|body| refresh.user_id.find(body)).filter(|id| user_id_text(id).is_some()).cloned(),
            expires,
        })
    }
}

#[cfg(test)]
mod tests;
