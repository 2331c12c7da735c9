//! What becomes of a code: the provider's tokens, and whose they are.

use super::attempt::Attempt;
use super::authorization::{Outcome, Returned};
use super::client::ProviderClient;
use super::error::ProviderError;
use super::provided::Provided;
use super::provider::Exchange;
use super::subject::Subject;
use crate::secret::Secret;
use crate::upstream::{Call, Credentials, Granted, Oddity, Unkept, text};

/// What providers say where a person said no: the specification's word, and LinkedIn's.
const DENIED: [&str; 3] = ["access_denied", "user_cancelled_authorize", "user_cancelled_login"];

/// What a provider gave for a code, as far as the session is concerned.
pub(crate) enum Given<'a> {
    /// Tokens and profile that are the session's.
    Session(Box<Granted>),
    /// What an API takes in exchange.
    Exchange {
        with: &'a Exchange,
        given: Credentials,
        /// The provider's own tokens, which nobody needs where that comes to nothing.
        unkept: Option<Unkept>,
    },
}

impl ProviderClient {
    /// What became of an attempt: tokens for the code that the browser brought. What no session begins with is given back.
    pub(crate) async fn redeem(
        &self,
        attempt: &Attempt,
        returned: Returned,
    ) -> Result<(Given<'_>, Provided), ProviderError> {
        let provider = &self.provider;
        let metadata = self.metadata().await.map_err(ProviderError::Away)?;
        self.check_issuer(metadata.as_deref(), &returned)?;
        let code = match returned.outcome {
            Outcome::Code(code) => code,
            Outcome::Error(word) if DENIED.contains(&word.as_str()) => return Err(ProviderError::Denied),
            Outcome::Error(word) => return Err(ProviderError::Said(cleaned(&word))),
        };
        let fields = [
            ("code", code.as_str()),
            ("code_verifier", if provider.pkce { attempt.verifier.as_str() } else { "" }),
            ("redirect_uri", self.redirect_uri()),
        ];
        let named = [("provider", provider.id.as_str()), ("nonce", attempt.nonce.as_str())];
        if let Some(with) = provider.exchange.as_ref().filter(|exchange| exchange.takes_code()) {
            let given = credentials(fields.into_iter().chain(named));
            return Ok((Given::Exchange { with, given, unkept: None }, Provided::of(provider, None)));
        }
        // A code is good once: it is not spent on tokens that nobody could verify.
        if let Some(metadata) = &metadata {
            self.verifier(metadata).ready().await.map_err(ProviderError::Away)?;
        }
        let upstream = self.upstream_with(metadata.as_deref());
        let sign_in = &upstream.contract().sign_in;
        let grant = upstream.grant(sign_in, Call::Provider, &credentials(fields)).await;
        let grant = grant.map_err(ProviderError::of_tokens)?;
        let id_token = grant.body.as_ref().and_then(|body| text(body.get("id_token")?));
        let access = grant.unkept.tokens().access_token.secret();
        let (claims, subject) = match &metadata {
            Some(metadata) => {
                let token = id_token.as_deref().ok_or(ProviderError::NoIdToken)?;
                let (claims, subject) = self.identified(metadata, token, Some(&attempt.nonce), access).await?;
                (Some(claims), Some(subject))
            }
            None => (None, None),
        };
        let mut provided = Provided::of(provider, subject);
        provided.session = claims.as_ref().and_then(|claims| text(claims.get("sid")?));
        provided.id_token = id_token.clone().filter(|_| provider.logout).map(Secret::new);
        if let Some(with) = &provider.exchange {
            // The provider's profile is the API's to read.
            let more = [("access_token", access), ("id_token", id_token.as_deref().unwrap_or_default())];
            let given = credentials(more.into_iter().chain(named));
            return Ok((Given::Exchange { with, given, unkept: Some(grant.unkept) }, provided));
        }
        let tokens = grant.unkept.tokens();
        let profile = self.profile(&upstream, tokens, claims.as_ref(), returned.user.as_deref()).await?;
        let answer = upstream.read_profile(profile, tokens, None).map_err(ProviderError::Profile)?;
        if provided.subject.is_none() {
            let name = answer.user.id_text().ok_or(ProviderError::Profile(Oddity::NoIdentity))?;
            provided.subject = Some(Subject::new(name));
        }
        let mut granted = grant.with(provided.named(answer));
        // A renewal must not change it.
        granted.signed_in.subject = provided.subject.as_ref().filter(|_| claims.is_some()).map(ToString::to_string);
        Ok((Given::Session(Box::new(granted)), provided))
    }
}

pub(super) fn credentials<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Credentials {
    let fields = fields.into_iter().filter(|(_, text)| !text.is_empty());
    Credentials::new(fields.map(|(name, text)| (name.to_owned(), Secret::new(text))).collect())
}

/// A word of a provider that came through a browser: as much as stands in a log line.
fn cleaned(word: &str) -> String {
    word.chars().filter(|letter| letter.is_ascii_graphic()).take(64).collect()
}
