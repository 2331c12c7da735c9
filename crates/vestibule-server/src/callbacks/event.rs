//! What `event` is told.

use std::net::IpAddr;

use serde_json::Value;
use vestibule_core::{ErrorCode, Timestamp};

use super::Way;
use crate::record::{Over, Record};
use crate::store::Identity;

/// Something that happened to a session or a sign-in. No token, no password and no name that was typed is in it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// What happened.
    pub happening: Happening,
    /// When (UTC).
    pub at: Timestamp,
    /// Which session, as log lines name it: 16 hex digits of its id's hash. `None` where there is none.
    pub session: Option<String>,
    /// Who, as the API identifies them: a text or a number. `None` where nobody is known.
    pub user: Option<Value>,
    /// Which account a sign-in was refused for, as log lines name it: a hash of what was typed beside the password, under
    /// `session.secrets`. `None`
    /// where that is not known, and for whatever happens to a session.
    pub account: Option<String>,
    /// How they signed in.
    pub way: Option<Way>,
    /// Where the request comes from, if that is known: past the proxies of `limits.trusted_proxies`.
    pub address: Option<IpAddr>,
}

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// A session began.
    SignedIn {
        /// Whether it is a longer one.
        remember: bool,
    },
    /// A person ended their session.
    SignedOut {
        /// Whether all of theirs ended.
        everywhere: bool,
    },
    /// A session's access token was renewed.
    Refreshed,
    /// A sign-in did not succeed: the API or the application refused it, or one of them failed. The question for a second
    /// step is none.
    Refused {
        /// Why, as the browser was told.
        code: ErrorCode,
    },
    /// A session turned out to be over, told once by each instance that sees it. One that nobody comes back to is not
    /// seen. A session that the person signs in over ends as [`Over::SignedOut`]; with [`Over::Superseded`] only an older
    /// copy of the cookie is over.
    Ended {
        /// Why.
        why: Over,
    },
}

impl Happening {
    /// One word for it: `signed_in`, `signed_out`, `refreshed`, `refused` or `ended`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "signed_in",
            Self::SignedOut { .. } => "signed_out",
            Self::Refreshed => "refreshed",
            Self::Refused { .. } => "refused",
            Self::Ended { .. } => "ended",
        }
    }
}

impl Event {
    /// An event without a session, also for tests of an application's callbacks.
    #[must_use]
    pub fn new(happening: Happening, at: Timestamp) -> Self {
        Self { happening, at, session: None, user: None, account: None, way: None, address: None }
    }

    /// Who, for where people's ids do not belong, such as a log: a hash, the one that pages know a person by
    /// ([`Session::identity`](vestibule_core::Session)).
    #[must_use]
    pub fn user_for_log(&self) -> Option<String> {
        self.user.as_ref().map(|id| Identity::of(id).as_str().to_owned())
    }

    pub(crate) fn of(record: &Record, happening: Happening, at: Timestamp, address: Option<IpAddr>) -> Self {
        Self {
            session: Some(record.id.for_log()),
            user: record.user.id.clone(),
            way: Some(record.way.clone()),
            address,
            ..Self::new(happening, at)
        }
    }
}
