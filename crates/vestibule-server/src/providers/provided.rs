//! What a session keeps of the provider that it began with.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Provider;
use super::subject::Subject;
use crate::secret::Secret;
use crate::store::Identity;
use crate::upstream::ProfileAnswer;

/// Who vouched for the person, and how the provider names them and their session there.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Provided {
    /// The provider's id.
    #[serde(rename = "p")]
    pub(crate) provider: String,
    /// The person there; `None` where the API alone learnt it.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Subject>,
    /// Whether the session's tokens are the provider's own.
    #[serde(rename = "own", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_own: bool,
    /// Which provider that was, of all that the id may have stood for: see [`Provider::fingerprint`].
    #[serde(rename = "of", default, skip_serializing_if = "String::is_empty")]
    pub(crate) fingerprint: String,
    /// The session there (`sid`).
    #[serde(rename = "sid", default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<String>,
    /// The ID token, where signing out shows it to the provider.
    #[serde(rename = "id", default, skip_serializing_if = "Option::is_none", with = "kept")]
    pub(crate) id_token: Option<Secret>,
}

/// A secret in the sealed record, and nowhere else.
mod kept {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::secret::Secret;

    #[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
    pub(super) fn serialize<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
        match secret {
            Some(secret) => serializer.serialize_some(secret.expose()),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provided")
            .field("provider", &self.provider)
            .field("is_own", &self.is_own)
            .finish_non_exhaustive()
    }
}

impl Provided {
    pub(crate) fn of(provider: &Provider, subject: Option<Subject>) -> Self {
        Self {
            provider: provider.id.clone(),
            subject,
            is_own: provider.keeps_tokens(),
            fingerprint: provider.fingerprint(),
            session: None,
            id_token: None,
        }
    }

    /// The profile with the identity that its owner has here: the provider's name goes before theirs, since another has the
    /// same numbers, as in `google:1234` (OA-03).
    pub(crate) fn named(&self, mut answer: ProfileAnswer) -> ProfileAnswer {
        let identity = self.subject.as_ref().map(|subject| format!("{}:{subject}", self.provider));
        answer.user.id = identity.map(Value::String);
        answer
    }

    /// By what the provider may end the session: its subject, and its session there.
    pub(crate) fn marks(&self) -> impl Iterator<Item = Identity> {
        let subject = self.subject.as_ref();
        let session = match &self.session {
            Some(session) => Some(session_mark(&self.provider, session)),
            // Which of the person's sessions there it is, nobody knows.
            None => subject.map(|subject| nameless_mark(&self.provider, subject)),
        };
        subject.map(|subject| subject_mark(&self.provider, subject)).into_iter().chain(session)
    }
}

/// The mark of everything that a subject of a provider began.
pub(crate) fn subject_mark(provider: &str, subject: &Subject) -> Identity {
    Identity::of_text(&["provider subject", provider, &subject.to_string()].join("\n"))
}

/// The mark of what a subject began in a session there that has no name.
pub(crate) fn nameless_mark(provider: &str, subject: &Subject) -> Identity {
    Identity::of_text(&["provider subject, no session", provider, &subject.to_string()].join("\n"))
}

/// The mark of a token that was used.
pub(crate) fn token_mark(provider: &str, id: &str) -> Identity {
    Identity::of_text(&["provider token", provider, id].join("\n"))
}

/// The mark of what began in one session there.
pub(crate) fn session_mark(provider: &str, session: &str) -> Identity {
    Identity::of_text(&["provider session", provider, session].join("\n"))
}
