//! What `sign_in` is asked, and what it may answer.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use vestibule_core::{AccessToken, User};

use crate::upstream::Claims;

/// How somebody signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[non_exhaustive]
pub enum Way {
    /// With the login form.
    #[default]
    Credentials,
    /// With the provider of this id.
    Provider(String),
}

impl Way {
    /// As `/auth/providers` names it: `credentials`, or the provider's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Credentials => "credentials",
            Self::Provider(id) => id,
        }
    }

    pub(crate) fn is_form(&self) -> bool {
        *self == Self::Credentials
    }
}

impl From<Way> for String {
    fn from(way: Way) -> Self {
        way.id().to_owned()
    }
}

impl From<String> for Way {
    fn from(id: String) -> Self {
        if id == Self::Credentials.id() { Self::Credentials } else { Self::Provider(id) }
    }
}

/// A sign-in that the API granted, before there is a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignInAttempt {
    /// What the API says of the user, whole but for credentials.
    pub profile: Value,
    /// The well-known members of it.
    pub user: User,
    /// How the person came.
    pub way: Way,
    /// Whether they asked for a longer session.
    pub remember: bool,
    /// The access token, for a question to the API.
    pub access_token: AccessToken,
    /// What the access token says, where `upstream.token.verify` has it verified; only then may it decide anything.
    pub claims: Option<Claims>,
    /// Where the request comes from, if that is known: past the proxies of `limits.trusted_proxies`.
    pub address: Option<IpAddr>,
}

impl SignInAttempt {
    /// An attempt, for tests of an application's callbacks.
    #[must_use]
    pub fn new(profile: Value, user: User, access_token: AccessToken) -> Self {
        Self { profile, user, way: Way::default(), remember: false, access_token, claims: None, address: None }
    }
}

/// Whether there is a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Admission {
    /// It begins.
    Allow,
    /// There is none, and the login page says so.
    Refuse,
    /// There is none, and the person goes to this path of this site instead. It is checked as a callback URL is; one
    /// that is none counts as [`Admission::Refuse`].
    SendTo(String),
}
