//! Signing out at the provider, and being signed out by it.

use serde_json::Value;

use super::Vestibule;
use crate::config::LONGEST_SESSION;
use crate::providers::ProviderClient;
use crate::providers::provided::{session_mark, subject_mark};
use crate::session::SessionHandle;
use crate::store::{Store, Whose};
use crate::upstream::{Claims, text};

/// The event that a logout token tells of (OpenID Connect Back-Channel Logout 1.0, section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

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
    /// Where a browser goes that signed out here, to sign out at the provider, too.
    /// `None` where the session did not begin with one that is told.
    pub async fn end_session_url(&self, handle: &SessionHandle) -> Option<String> {
        let record = handle.record()?;
        let provided = record.provided.as_ref()?;
        let client = self.provider(&provided.provider)?;
        client.end_session(provided, &self.config().server.public_url).await.map(Into::into)
    }

    /// Ends the sessions that a logout token is about.
    pub(crate) async fn sign_out_by_provider(&self, client: &ProviderClient, token: &str) -> Result<(), NoLogout> {
        let claims = client.logout_claims(token).await.map_err(|_| NoLogout::Token)?;
        let is_of_tenants = client.is_of_tenants().await;
        let (subject, session, id) = read(&claims, is_of_tenants).ok_or(NoLogout::Token)?;
        let provider = client.provider.id.as_str();
        let life = LONGEST_SESSION;
        let mark = subject_mark(provider, &["logout token", id.as_str()].join("\n"));
        let is_first = self.store().spend(mark.as_str(), std::time::Duration::from_secs(600)).await;
        match is_first {
            Ok(true) => {}
            Ok(false) => return Err(NoLogout::Used),
            Err(_) if self.config().store.required => return Err(NoLogout::Away),
            Err(_) => {}
        }
        // The session there is the narrower of the two.
        let whose = match (session, subject) {
            (Some(session), _) => session_mark(provider, &session),
            (None, Some(subject)) => subject_mark(provider, &subject),
            (None, None) => return Err(NoLogout::Token),
        };
        let now = self.clock().now_millis();
        let whose = Whose::Of(whose);
        let _ = self.reserve().end_before(&whose, now, life).await;
        if let Err(error) = self.store().end_before(&whose, now, life).await {
            tracing::error!(provider, %error, "the store was not told yet of a sign-out at the provider");
        }
        tracing::info!(provider, "signed out by the provider");
        Ok(())
    }
}

/// Subject, session and id of a logout token; `None` where it is none (section 2.6, steps 3 to 7).
fn read(claims: &Claims, is_of_tenants: bool) -> Option<(Option<String>, Option<String>, String)> {
    let is_event = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object);
    // A token that answers a request is an ID token.
    if !is_event || claims.get("nonce").is_some() || !claims.get("iat").is_some_and(Value::is_number) {
        return None;
    }
    let subject = ProviderClient::subject_of(claims, is_of_tenants);
    let session = claims.get("sid").and_then(text);
    let id = claims.get("jti").and_then(text)?;
    (subject.is_some() || session.is_some()).then_some((subject, session, id))
}
