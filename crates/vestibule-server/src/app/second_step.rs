//! The second step of a sign-in: the upstream took the password and wants more, such as a one-time code.
//!
//! Upstreams keep nothing between the two calls: the second carries the credentials again, with the code. So that nobody
//! types a password twice, the first step travels in a cookie of its own, sealed for this purpose alone, for
//! [`GOOD_FOR`]. The browser cannot read it, and no page holds it.

use std::collections::BTreeMap;

use http::HeaderValue;
use serde::{Deserialize, Serialize};
use vestibule_core::{ErrorCode, Timestamp};
use zeroize::Zeroizing;

use super::Vestibule;
use crate::cookies::{CookiePolicy, Presented};
use crate::seal::Purpose;
use crate::secret::Secret;
use crate::upstream::Credentials;

/// How long the first step is good for, in seconds: as long as anybody needs to find their telephone.
const GOOD_FOR: i64 = 5 * 60;

/// The first step, as it is sealed.
#[derive(Serialize, Deserialize)]
struct FirstStep {
    v: u8,
    fields: BTreeMap<String, Zeroizing<String>>,
    remember: bool,
    /// By the server's clock, whatever the browser makes of the cookie's age.
    until: Timestamp,
}

/// The first step of a sign-in whose second was posted.
pub(super) struct Taken {
    pub(super) credentials: Credentials,
    pub(super) remember: bool,
}

/// What the response does with the cookie of the first step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum FirstStepCookie {
    /// Nothing.
    #[default]
    Stays,
    /// It is written, with this value.
    Written(String),
    /// It goes.
    Goes,
}

impl Vestibule {
    /// The cookie that holds the first step.
    pub(crate) fn first_step_cookies(&self) -> &CookiePolicy {
        &self.0.first_step_cookies
    }

    /// Seals what was typed in the first step.
    ///
    /// # Errors
    /// [`ErrorCode::TooLarge`] where the cookies cannot hold it.
    pub(super) fn seal_first_step(&self, credentials: &Credentials, remember: bool) -> Result<String, ErrorCode> {
        let until = Timestamp::from_unix(self.clock().now().as_unix() + GOOD_FOR);
        let fields = credentials.iter().map(|(name, text)| (name.to_owned(), Zeroizing::new(text.to_owned())));
        let first = FirstStep { v: 1, fields: fields.collect(), remember, until };
        let text = serde_json::to_string(&first).map(Zeroizing::new).map_err(|error| {
            tracing::error!(%error, "the first step of a sign-in cannot be written");
            ErrorCode::Internal
        })?;
        let policy = self.first_step_cookies();
        let sealed = self.0.ring.seal(Purpose::FirstStep, policy.name(), &text);
        policy.fits(&sealed).map_err(|_| ErrorCode::TooLarge)?;
        Ok(sealed)
    }

    /// Opens the first step, unless its time is over or it was never ours.
    pub(super) fn open_first_step(&self, sealed: &str) -> Option<Taken> {
        let opened = self.0.ring.open(Purpose::FirstStep, self.first_step_cookies().name(), sealed)?;
        let first: FirstStep = serde_json::from_str(&opened.text).ok()?;
        let is_good = first.v == 1 && self.clock().now() < first.until;
        let fields = first.fields.iter().map(|(name, text)| (name.clone(), Secret::new(text.as_str())));
        is_good.then(|| Taken { credentials: Credentials::new(fields.collect()), remember: first.remember })
    }

    /// The `Set-Cookie` values of a change.
    pub(crate) fn write_first_step(&self, change: &FirstStepCookie, presented: &Presented) -> Vec<HeaderValue> {
        let policy = self.first_step_cookies();
        match change {
            FirstStepCookie::Written(sealed) => {
                // It was seen to fit when it was sealed.
                policy.write(sealed, presented, Some(GOOD_FOR)).unwrap_or_default()
            }
            FirstStepCookie::Goes if presented.any() => policy.clear(presented),
            FirstStepCookie::Goes | FirstStepCookie::Stays => Vec::new(),
        }
    }
}
