//! The well-known names in a profile that the application changed.

use serde_json::Value;
use vestibule_core::User;

use super::answer::text;
use super::credential_filter::CredentialFilter;
use super::pointer::Pointer;
use super::profile::{MOST_LEVELS, is_identity, levels};
use super::{ProfileAnswer, Tokens, Upstream};
use crate::secret::RefreshToken;

impl Upstream {
    /// A profile that is to be kept: credentials are dropped as from the API's own answer, and `id` is who it is about.
    /// `None` where it is nested too deeply.
    pub(crate) fn reread(&self, profile: Value, id: Option<Value>, tokens: &Tokens) -> Option<ProfileAnswer> {
        // First: the filter goes as deep as the profile does.
        if levels(&profile) > MOST_LEVELS {
            return None;
        }
        let contract = &self.contract().profile;
        let refresh = tokens.refresh_token.as_ref().map(RefreshToken::expose);
        let secrets: Vec<&str> = [Some(tokens.access_token.secret()), refresh].into_iter().flatten().collect();
        let filter = CredentialFilter { omit: &contract.omit, keep: &contract.keep, tokens: &secrets };
        let profile = filter.clean(profile);
        Some(ProfileAnswer { user: User { id, ..self.attributes(&profile) }, profile })
    }

    /// The well-known members of what is `shown` of a `profile`. Where one stands there no more, it is not shown.
    pub(crate) fn user_shown(&self, user: &User, profile: &Value, shown: &Value) -> User {
        let place = self.contract().profile.id.as_ref().map_or("/id", Pointer::as_str);
        let attributes = self.attributes(shown);
        let in_profile = |profile: &Value| profile.pointer(place).filter(|id| is_identity(id)).cloned();
        let id = in_profile(shown).or_else(|| {
            // It came from the token, or is the e-mail address, which may have been cut.
            let is_elsewhere = in_profile(profile).is_none();
            user.id
                .clone()
                .filter(|id| is_elsewhere && (attributes.email == user.email || id.as_str() != user.email.as_deref()))
        });
        User { id, ..attributes }
    }

    fn attributes(&self, profile: &Value) -> User {
        let contract = &self.contract().profile;
        let attribute = |pointer: &Pointer| pointer.find(profile).and_then(text);
        User {
            id: None,
            name: attribute(&contract.name),
            email: attribute(&contract.email),
            image: attribute(&contract.image),
        }
    }
}
