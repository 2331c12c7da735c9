//! Signing out at the provider, and being signed out by it.

use std::time::Duration;

use serde_json::Value;
use vestibule_core::wire;

use super::Vestibule;
use crate::providers::ProviderClient;
use crate::providers::attempt::GOOD_FOR;
use crate::providers::provided::{nameless_mark, session_mark, subject_mark, token_mark};
use crate::providers::subject::Subject;
use crate::session::SessionHandle;
use crate::store::Whose;
use crate::upstream::{Claims, text};

/// The event that a logout token tells of (OpenID Connect Back-Channel Logout 1.0, section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// As long as such a token may live, in seconds: it is told at once, or not at all. The specification prefers two minutes
/// (section 4), and providers give up to five.
const LONGEST_LIFE: i64 = 10 * 60;
/// As far as clocks may differ, in seconds.
const SKEW: i64 = 60;

/// A logout token that ends nothing. The provider is told 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoLogout {
    /// It is no logout token of this provider for this client.
    #[error("it is not a logout token of this provider")]
    Token,
    /// It came before.
    #[error("it was used before")]
    Used,
    /// The store cannot be told, and is required.
    #[error("the store is away")]
    Away,
}

impl Vestibule {
    /// Where a browser goes that signs out here, where that is not for it to choose: to the provider, to sign out there,
    /// too, or else to the login page that leads nowhere. To be asked before the session ends.
    #[must_use]
    pub fn way_out(&self, handle: &SessionHandle) -> Option<String> {
        self.end_session_url(handle).or_else(|| self.signed_out_page())
    }

    /// `None` where the session did not begin with a provider that is told.
    fn end_session_url(&self, handle: &SessionHandle) -> Option<String> {
        let record = handle.record()?;
        let provided = record.provided.as_ref()?;
        let client = self.provider(&provided.provider)?;
        client.end_session(provided, &self.config().server.public_url).map(Into::into)
    }

    /// Where whoever signed out goes where the login page leads straight on (`login.auto`): anywhere else, a gate would sign
    /// them in again at once.
    fn signed_out_page(&self) -> Option<String> {
        let page = self.login_form().page.as_str();
        self.config().login.auto.then(|| [page, "?", wire::REASON, "=signed-out"].concat())
    }

    /// Ends the sessions that a logout token is about.
    pub(crate) async fn sign_out_by_provider(&self, client: &ProviderClient, token: &str) -> Result<(), NoLogout> {
        let (claims, subject) = client.logout_claims(token).await.map_err(|_| NoLogout::Token)?;
        let Logout { subject, session, id, at, until } = read(&claims, subject).ok_or(NoLogout::Token)?;
        let provider = client.provider.id.as_str();
        let now = self.clock().now_millis();
        // It is remembered for as long as it could be shown again. By its own times and by our clock: one that is to live for
        // a day is none in its last minutes either, and one that is made for tomorrow is none today.
        let left = until.saturating_sub(now.div_euclid(1_000)).saturating_add(SKEW);
        if until.saturating_sub(at) > LONGEST_LIFE || left > LONGEST_LIFE + 2 * SKEW {
            return Err(NoLogout::Token);
        }
        let left = u64::try_from(left).map_err(|_| NoLogout::Token)?;
        let (mark, left) = (token_mark(provider, &id), Duration::from_secs(left));
        if !self.spend(mark.as_str(), left).await.map_err(|_| NoLogout::Away)? {
            return Err(NoLogout::Used);
        }
        // A session there is narrower than a person; and one that is dead there begins none here, also for who is on the way.
        // Of a person, what they began since the token was made goes on.
        let (since, on_the_way) = (at.saturating_mul(1_000).saturating_add(999).min(now), now + GOOD_FOR * 1_000);
        let ended = match (session, subject) {
            (Some(session), subject) => {
                let nameless = subject.map(|subject| (nameless_mark(provider, &subject), since));
                [Some((session_mark(provider, &session), on_the_way)), nameless]
            }
            (None, subject) => [subject.map(|subject| (subject_mark(provider, &subject), since)), None],
        };
        for (whose, moment) in ended.into_iter().flatten() {
            if let Err(error) = self.end_before(&Whose::Of(whose), moment).await {
                tracing::error!(provider, %error, "the store was not told yet of a sign-out at the provider");
            }
        }
        tracing::info!(provider, "signed out by the provider");
        Ok(())
    }
}

/// What a logout token says.
struct Logout {
    subject: Option<Subject>,
    session: Option<String>,
    /// Its own name (`jti`).
    id: String,
    /// When it was made, and when it dies: Unix time in seconds.
    at: i64,
    until: i64,
}

/// `None` where it is none (section 2.6, steps 3 to 7).
fn read(claims: &Claims, subject: Option<Subject>) -> Option<Logout> {
    let is_event = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object);
    // A token that answers a request is an ID token.
    if !is_event || claims.get("nonce").is_some() {
        return None;
    }
    let session = claims.get("sid").and_then(text);
    let time = |name| claims.get(name).and_then(Value::as_i64);
    let (id, at, until) = (claims.get("jti").and_then(text)?, time("iat")?, time("exp")?);
    (subject.is_some() || session.is_some()).then_some(Logout { subject, session, id, at, until })
}
