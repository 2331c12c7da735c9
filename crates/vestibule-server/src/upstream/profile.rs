//! The profile: what the API says of the user, whole but for credentials, and the four well-known names in it.

use serde_json::Value;
use vestibule_core::User;

use super::answer::Answer;
use super::contract::Profile;
use super::credential_filter::CredentialFilter;
use super::error::{Away, Oddity, ProfileCallError};
use super::pointer::Pointer;
use super::request::{self, Filling, user_id_text};
use super::rule::any_matches;
use super::{Tokens, Upstream};
use crate::secret::RefreshToken;

/// As deeply as a profile may be nested: the record wraps it, the page's seed wraps that, and what reads them gives up at
/// 128 levels. No profile of a person comes near.
pub(super) const MOST_LEVELS: usize = 64;

/// What the upstream says of a user.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileAnswer {
    /// What stood at `upstream.profile.pointer`, whole, minus credentials.
    pub profile: Value,
    /// The well-known names of it.
    pub user: User,
}

impl Upstream {
    /// Asks the upstream who the access token belongs to. `subject` is a JWT's `sub`, the identity of last but one
    /// resort.
    ///
    /// # Errors
    /// [`ProfileCallError`] tells a dead token from an upstream that is away or answers something else.
    pub async fn profile(&self, tokens: &Tokens, subject: Option<&str>) -> Result<ProfileAnswer, ProfileCallError> {
        let body = self.profile_body(tokens).await?;
        self.read_profile(body, tokens, subject).map_err(ProfileCallError::Unexpected)
    }

    /// What stands in the answer at the place of the profile, whole.
    pub(crate) async fn profile_body(&self, tokens: &Tokens) -> Result<Value, ProfileCallError> {
        let contract = self.contract();
        let user_id = tokens.user_id.as_ref().and_then(user_id_text);
        let filling = Filling {
            fields: None,
            access: Some(&tokens.access_token),
            refresh: tokens.refresh_token.as_ref(),
            user_id: user_id.as_deref(),
        };
        let request = request::build(contract, &contract.profile.endpoint, &filling)
            .map_err(|error| ProfileCallError::Unexpected(error.into()))?;
        let answer = Answer::read(self.send(request, contract.timeout).await?);
        if any_matches(&contract.profile.unauthorized, answer.status, answer.body.as_ref()) {
            return Err(ProfileCallError::Unauthorized { status: answer.status.as_u16() });
        }
        if answer.status.is_server_error() {
            return Err(ProfileCallError::Away(Away::Status(answer.status.as_u16())));
        }
        if !contract.profile.endpoint.succeeds_with(answer.status) {
            return Err(ProfileCallError::Unexpected(Oddity::Status(answer.status.as_u16())));
        }
        let body = answer.body.ok_or(ProfileCallError::Unexpected(Oddity::NotJson))?;
        taken(&contract.profile.pointer, body).ok_or(ProfileCallError::Unexpected(Oddity::NoProfile))
    }

    /// The profile that somebody said, as the contract reads one.
    pub(crate) fn read_profile(
        &self,
        profile: Value,
        tokens: &Tokens,
        subject: Option<&str>,
    ) -> Result<ProfileAnswer, Oddity> {
        let refresh = tokens.refresh_token.as_ref().map(RefreshToken::expose);
        let secrets: Vec<&str> = [Some(tokens.access_token.secret()), refresh].into_iter().flatten().collect();
        read(&self.contract().profile, profile, &secrets, subject)
    }
}

/// The profile out of an answer.
fn taken(place: &Pointer, mut body: Value) -> Option<Value> {
    body.pointer_mut(place.as_str()).filter(|value| !value.is_null()).map(Value::take)
}

fn read(contract: &Profile, profile: Value, tokens: &[&str], subject: Option<&str>) -> Result<ProfileAnswer, Oddity> {
    let filter = CredentialFilter { omit: &contract.omit, keep: &contract.keep, tokens };
    let profile = filter.clean(profile);
    if levels(&profile) > MOST_LEVELS {
        return Err(Oddity::TooDeep);
    }
    let user = contract.attributes(&profile);
    let id = match &contract.id {
        Some(pointer) => Some(pointer.find(&profile).filter(|id| is_identity(id)).cloned().ok_or(Oddity::NoIdentity)?),
        None => profile
            .pointer("/id")
            .filter(|id| is_identity(id))
            .cloned()
            .or_else(|| subject.map(Value::from))
            .or_else(|| user.email.clone().map(Value::from)),
    };
    Ok(ProfileAnswer { user: User { id, ..user }, profile })
}

/// How deeply a value is nested: a text has no level, a list of texts one. The parser let at most 127 through.
pub(super) fn levels(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(levels).max(),
        Value::Object(members) => members.values().map(levels).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or(0)
}

/// A text that is not empty, or a number: 0 is an identity.
pub(super) fn is_identity(value: &Value) -> bool {
    user_id_text(value).is_some()
}

#[cfg(test)]
mod tests;
