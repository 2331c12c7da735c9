//! What a provider says of a person: in the ID token, by its user-info endpoint, and by Apple's form.

use serde_json::{Map, Value};

use super::client::ProviderClient;
use super::error::ProviderError;
use super::id_token;
use super::provided::Provided;
use crate::upstream::{Claims, Pointer, ProfileAnswer, ProfileCallError, Tokens, Upstream, text, user_id_text};

impl ProviderClient {
    /// The profile at the sign-in. `user`: what Apple's form said.
    pub(super) async fn profile(
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
        let is_theirs = provided.subject.as_ref().is_some_and(|theirs| theirs.is_called(&subject));
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
        Ok(if is_theirs { provided.named(answer) } else { answer })
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
