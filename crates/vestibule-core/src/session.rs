//! The session as a page may see it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{AccessToken, Timestamp, https_url, without_values};

/// The four well-known members that every API's profile is mapped to (`upstream.profile.id` and `.attributes`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The identity at the upstream: a string or a number (0 is one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Value>,
    /// The name to greet the person with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail address, as the API wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is known to be the person's: said of whoever signed in with a provider, and `None` of the API's
    /// own users. An address that is not verified proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// Where a picture of the person stands. Untrusted: it may be any text. Pages show [`User::image_url`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

impl User {
    /// [`id`](User::id) as a text, to ask another service by: of a number its digits, of a string what is in it.
    #[must_use]
    pub fn id_text(&self) -> Option<String> {
        match self.id.as_ref()? {
            Value::String(text) => Some(text.clone()),
            number => Some(number.to_string()),
        }
    }

    /// [`image`](User::image) as the source of an image, if it is an https address ([`https_url`]).
    ///
    /// Give the element `referrerpolicy="no-referrer"`: who keeps the picture need not learn which site shows it.
    #[must_use]
    pub fn image_url(&self) -> Option<&str> {
        https_url(self.image.as_deref()?)
    }
}

/// A signed-in session, as far as a page may see it. `P` is the application's own profile type.
///
/// The refresh token and everything else that only the server may hold live in another type, the record of
/// `vestibule-server`; no conversion leads from there to here but the one that drops them.
///
/// The seed of a page and the server functions carry `Session<serde_json::Value>`, whose profile is what the API
/// returned, whole (minus what is plainly a credential); [`Session::typed`] reads the application's type out of it.
///
/// ```
/// use serde::Deserialize;
/// use vestibule_core::Session;
///
/// #[derive(Deserialize)]
/// struct Profile { email: String }
///
/// let session: Session = serde_json::from_str(r#"{
///     "profile": { "email": "ana@example.com", "theme": "dark" },
///     "user": { "email": "ana@example.com" },
///     "accessToken": "eyJ…",
///     "expires": "2026-11-23T11:30:00Z",
///     "sessionExpires": "2026-11-23T21:30:00Z",
///     "idleExpires": "2026-11-23T11:30:00Z"
/// }"#).unwrap();
/// assert_eq!(session.typed::<Profile>().unwrap().profile.email, "ana@example.com");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session<P = Value> {
    /// What the API says of the user.
    pub profile: P,
    /// The well-known members, whatever the API calls them.
    pub user: User,
    /// The upstream's access token; `None` with `session.access_token = "server-only"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<AccessToken>,
    /// When the access token dies.
    pub expires: Timestamp,
    /// When the session ends, whatever happens.
    pub session_expires: Timestamp,
    /// When the session ends if nobody uses it.
    pub idle_expires: Timestamp,
    /// When a check with the server renews the access token; `None` where it cannot be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<Timestamp>,
    /// Names the person without saying who it is: what [`SESSION_USER`](crate::wire::SESSION_USER) carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// The profile that the API returned does not fit the application's type.
///
/// Remedy: compare the type with the API's answer at `path`; a member that may be missing is an `Option`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the profile does not fit at `{path}`: {problem}")]
pub struct ProfileError {
    /// Where in the profile, such as `organisation.roles[2]`; `.` is the whole.
    pub path: String,
    /// What is wrong there. It names types and members, not values.
    pub problem: String,
}

impl Session<Value> {
    /// The same session with the profile as the application's own type.
    ///
    /// # Errors
    /// [`ProfileError`] names the first member that does not fit.
    pub fn typed<P: DeserializeOwned>(&self) -> Result<Session<P>, ProfileError> {
        let profile = serde_path_to_error::deserialize(&self.profile).map_err(|error| ProfileError {
            path: error.path().to_string(),
            problem: without_values(&error.into_inner().to_string()),
        })?;
        Ok(Session {
            profile,
            user: self.user.clone(),
            access_token: self.access_token.clone(),
            expires: self.expires,
            session_expires: self.session_expires,
            idle_expires: self.idle_expires,
            renews: self.renews,
            identity: self.identity.clone(),
        })
    }

    /// The body of `GET /auth/session`: `{"user", "accessToken", "expires", "sessionExpires"}`.
    ///
    /// `user` is the profile with the well-known members at its top, where they replace members of the same name. A
    /// profile that is no object stands there as the member `profile`.
    #[must_use]
    pub fn to_wire(&self) -> Value {
        let mut user = match &self.profile {
            Value::Object(members) => members.clone(),
            other => Map::from_iter([("profile".to_owned(), other.clone())]),
        };
        let texts = [("name", &self.user.name), ("email", &self.user.email), ("image", &self.user.image)];
        user.extend(self.user.id.iter().map(|id| ("id".to_owned(), id.clone())));
        user.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into()))));
        user.extend(self.user.email_verified.map(|verified| ("emailVerified".to_owned(), verified.into())));
        let mut wire = Map::from_iter([
            ("user".to_owned(), Value::Object(user)),
            ("expires".to_owned(), self.expires.to_string().into()),
            ("sessionExpires".to_owned(), self.session_expires.to_string().into()),
        ]);
        if let Some(token) = &self.access_token {
            wire.insert("accessToken".to_owned(), token.secret().into());
        }
        Value::Object(wire)
    }
}

#[cfg(test)]
mod tests;
