//! Signing out at the upstream: told once, and not waited for long. The session here is over in any case.

use std::time::Duration;

use super::error::SignOutError;
use super::request::{self, Filling, user_id_text};
use super::{Tokens, Upstream};

/// The longest that a sign-out may keep the person waiting for the upstream.
const LONGEST: Duration = Duration::from_secs(2);

impl Upstream {
    /// Tells the upstream that the session ended, where `[upstream.sign_out]` stands; at most 2 s.
    ///
    /// # Errors
    /// [`SignOutError`], for the log only.
    pub async fn sign_out(&self, tokens: &Tokens) -> Result<(), SignOutError> {
        let contract = self.contract();
        let Some(endpoint) = &contract.sign_out else { return Ok(()) };
        let user_id = tokens.user_id.as_ref().and_then(user_id_text);
        let filling = Filling {
            fields: None,
            access: Some(&tokens.access_token),
            refresh: tokens.refresh_token.as_ref(),
            user_id: user_id.as_deref(),
        };
        let request = request::build(contract, endpoint, &filling).map_err(|_| SignOutError::Unsendable)?;
        let sent = self.send(request, contract.timeout.min(LONGEST)).await;
        let status = sent.map_err(SignOutError::Transport)?.status();
        if endpoint.succeeds_with(status) { Ok(()) } else { Err(SignOutError::Status(status.as_u16())) }
    }
}

#[cfg(test)]
mod tests;
