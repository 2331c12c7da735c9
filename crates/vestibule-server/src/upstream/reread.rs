//! The well-known names in a profile, also in one that the application changed.

use serde_json::Value;
use vestibule_core::User;

use super::answer::text;
use super::contract::Profile;
use super::credential_filter::CredentialFilter;
use super::pointer::Pointer;
use super::profile::{MOST_LEVELS, is_identity, levels};
use super::{ProfileAnswer, Tokens};
use crate::secret::RefreshToken;

impl Profile {
    /// A profile that is to be kept: credentials are dropped as from the API's own answer, and `id` is who it is about.
    /// `None` where it is nested too deeply.
    pub(crate) fn reread(&self, profile: Value, id: Option<Value>, tokens: &Tokens) -> Option<ProfileAnswer> {
        // First: the filter goes as deep as the profile does.
        if levels(&profile) > MOST_LEVELS {
            return None;
        }
        let refresh = tokens.refresh_token.as_ref().map(RefreshToken::expose);
        let secrets: Vec<&str> = [Some(tokens.access_token.secret()), refresh].into_iter().flatten().collect();
        let filter = CredentialFilter { omit: &self.omit, keep: &self.keep, tokens: &secrets };
        let profile = filter.clean(profile);
        Some(ProfileAnswer { user: User { id, ..self.attributes(&profile) }, profile })
    }

    /// The well-known members of what is `shown` of a `profile`. Where one stands there no more, it is not shown.
    pub(crate) fn user_shown(&self, user: &User, profile: &Value, shown: &Value) -> User {
        let place = self.id.as_ref().map_or("/id", Pointer::as_str);
        let attributes = self.attributes(shown);
        let in_profile = |profile: &Value| profile.pointer(place).filter(|id| is_identity(id)).cloned();
        let (was, is) = (in_profile(profile), in_profile(shown));
        let id = match (was, is) {
            // What is kept may be more than what stands there: a provider's name goes before its own.
            (Some(was), Some(is)) if was == is => user.id.clone(),
            (_, Some(is)) => Some(is),
            (Some(_), None) => None,
            // It came from the token, or is the e-mail address, which may have been cut.
            (None, None) => {
                user.id.clone().filter(|id| attributes.email == user.email || id.as_str() != user.email.as_deref())
            }
        };
        User { id, ..attributes }
    }

    /// The well-known members but the identity.
    pub(super) fn attributes(&self, profile: &Value) -> User {
        let attribute = |pointer: &Pointer| pointer.find(profile).and_then(text);
        let email = attribute(&self.email);
        // Some write it as a text, or as a number.
        let is_true = |value: &Value| value.as_bool().unwrap_or(value == "true" || value == "1" || *value == 1);
        let verified = self.email_verified.as_ref().map(|place| place.find(profile).is_some_and(is_true));
        User {
            id: None,
            name: attribute(&self.name),
            email_verified: verified.filter(|_| email.is_some()),
            email,
            image: attribute(&self.image),
        }
    }
}
