//! What `session` is given: what a browser is about to see.

use serde_json::Value;
use vestibule_core::User;

use super::member;

/// A copy of the profile, on its way to a browser.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Shown {
    /// What of the profile is shown. Pages are rendered with it on the server, too, so that both sides agree.
    pub profile: Value,
    user: User,
}

impl Shown {
    /// Something to be shown, for tests of an application's callbacks.
    #[must_use]
    pub fn new(profile: Value, user: User) -> Self {
        Self { profile, user }
    }

    /// The well-known members, as the server has them. What a browser sees of them is read again from
    /// [`Shown::profile`].
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Takes a value out of the profile, by a JSON Pointer (RFC 6901).
    pub fn remove(&mut self, pointer: &str) -> Option<Value> {
        member::remove(&mut self.profile, pointer)
    }

    /// Shows of the profile only what these JSON Pointers name, where it stands. What an API adds to its answers one day
    /// stays on the server then.
    pub fn keep_only(&mut self, pointers: &[&str]) {
        self.profile = member::only(&self.profile, pointers);
    }
}
