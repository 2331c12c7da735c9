//! The way to the provider and back: the authorization request, and what the browser brings from there (RFC 6749, sections
//! 4.1.1 and 4.1.2).

use std::fmt;

use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::attempt::Attempt;
use super::provider::{Kind, Provider, ResponseMode};

/// Parameters that are ours to set: `params` of the configuration cannot.
pub(crate) const RESERVED: [&str; 16] = [
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "grant_type",
    "nonce",
    "redirect_uri",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "state",
];

/// Where to send the person.
pub(crate) fn address(provider: &Provider, endpoint: &Url, redirect_uri: &str, attempt: &Attempt) -> Url {
    let mut address = endpoint.clone();
    let scope = provider.scopes.join(" ");
    let challenge = attempt.challenge();
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", provider.client_id.as_str()),
        ("redirect_uri", redirect_uri),
        ("state", attempt.state.as_str()),
    ];
    if !scope.is_empty() {
        parameters.push(("scope", &scope));
    }
    if provider.kind == Kind::Oidc {
        parameters.push(("nonce", &attempt.nonce));
    }
    if provider.pkce {
        parameters.extend([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")]);
    }
    if provider.response_mode == ResponseMode::FormPost {
        parameters.push(("response_mode", "form_post"));
    }
    let more = provider.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    address.query_pairs_mut().extend_pairs(parameters.into_iter().chain(more));
    address
}

/// What the browser brought from the provider; anybody may have written it.
pub(crate) struct Returned {
    /// Which attempt it belongs to.
    pub(crate) state: String,
    pub(crate) outcome: Outcome,
    /// Who says so (RFC 9207).
    pub(crate) issuer: Option<String>,
    /// What Apple says of the person, once.
    pub(crate) user: Option<String>,
}

/// What became of it there.
pub(crate) enum Outcome {
    /// A code for tokens.
    Code(Zeroizing<String>),
    /// No code, and why, in the provider's word.
    Error(String),
}

impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Returned").field("is_code", &matches!(self.outcome, Outcome::Code(_))).finish_non_exhaustive()
    }
}

impl Returned {
    /// Reads a query or a form. `None` where it is nobody's answer: no state, neither code nor error, or a parameter twice
    /// (RFC 6749, section 3.1).
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (mut state, mut code, mut error, mut issuer, mut user) = (None, None, None, None, None);
        for (name, value) in form_urlencoded::parse(text) {
            let place = match &*name {
                "state" => &mut state,
                "code" => &mut code,
                "error" => &mut error,
                "iss" => &mut issuer,
                "user" => &mut user,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        let outcome = match (code, error) {
            (_, Some(error)) => Outcome::Error(error),
            (Some(code), None) if !code.is_empty() => Outcome::Code(Zeroizing::new(code)),
            _ => return None,
        };
        Some(Self { state: state.filter(|state| !state.is_empty())?, outcome, issuer, user })
    }
}

#[cfg(test)]
mod tests;
