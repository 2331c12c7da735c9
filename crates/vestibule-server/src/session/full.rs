//! A session as the server keeps it, for handlers and server functions.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use vestibule_core::{AccessToken, User};

use crate::callbacks::Way;
use crate::record::Record;

/// The whole of a session, whatever a browser may see of it. It has no `Serialize`: what of it is sent to a browser is
/// chosen member by member.
#[derive(Clone)]
pub struct FullSession(Arc<Record>);

impl fmt::Debug for FullSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FullSession({})", self.0.id.for_log())
    }
}

impl FullSession {
    pub(super) fn new(record: Arc<Record>) -> Self {
        Self(record)
    }

    /// What is kept of the profile.
    #[must_use]
    pub fn profile(&self) -> &Value {
        &self.0.profile
    }

    /// The same, as the application's own type.
    ///
    /// # Errors
    /// Where it does not fit; the error may repeat a value, so it is for no browser.
    pub fn typed<P: DeserializeOwned>(&self) -> Result<P, serde_json::Error> {
        P::deserialize(&self.0.profile)
    }

    /// The well-known members.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.0.user
    }

    /// The upstream's access token, whatever `session.access_token` says.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.0.access_token
    }

    /// How the person signed in.
    #[must_use]
    pub fn way(&self) -> &Way {
        &self.0.way
    }

    /// The session as log lines and events name it: 16 hex digits.
    #[must_use]
    pub fn for_log(&self) -> String {
        self.0.id.for_log()
    }
}
