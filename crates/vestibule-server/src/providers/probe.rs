//! The probe of a provider: all of a sign-in that needs no person, tried with the living provider.

use std::sync::Arc;

use url::Url;

use super::client::ProviderClient;
use super::provider::{Exchange, Provider};
use super::redeem::credentials;
use crate::clock::Clock;
use crate::upstream::probe::{bad, good, odd};
use crate::upstream::{Call, Finding, SignInError, Transport};

/// A code that nobody gave.
const MADE_UP: &str = "vestibule-probe";
/// A verifier of the right form (RFC 7636, section 4.1).
const VERIFIER: &str = "vestibule-probe-vestibule-probe-vestibule-probe";
/// What is said to a client that is not known, or has the wrong secret: the specification's words, and GitHub's.
const NOT_KNOWN: [&str; 3] = ["invalid_client", "unauthorized_client", "incorrect_client_credentials"];
/// What is said to a client that is known: the code is wrong. GitHub has its own word.
const KNOWN: [&str; 2] = ["invalid_grant", "bad_verification_code"];
/// What Google and GitHub say where the redirect URI is another one than is registered.
const NOT_REGISTERED: &str = "redirect_uri_mismatch";

/// Asks a provider for its metadata and keys, and has it refuse a code that it never gave, by which it shows whether it knows
/// the client. `tell` hears of every step as it is done.
///
/// It says whether every step is well. The provider sees one failed sign-in.
pub async fn probe(
    provider: &Provider,
    public_url: &Url,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    tell: &mut (dyn FnMut(Finding) + Send),
) -> bool {
    let client = ProviderClient::new(provider.clone(), public_url, transport, clock);
    let key = |below: &str| format!("{}.{below}", provider.key);
    let metadata = match client.metadata().await {
        Ok(metadata) => metadata,
        Err(away) => {
            tell(bad(key("issuer"), format!("its metadata: {away}"), key("issuer")));
            return false;
        }
    };
    if let Some(metadata) = &metadata {
        tell(good(
            key("issuer"),
            format!("people sign in at {}", metadata.authorize_url.origin().ascii_serialization()),
        ));
        if let Err(away) = client.verifier(metadata).ready().await {
            tell(bad(key("issuer"), format!("its keys: {away}"), key("issuer")));
            return false;
        }
        tell(good(key("issuer"), "there are keys that ID tokens can be verified by"));
    }
    let register = format!("to be registered there: {}", client.redirect_uri());
    if provider.exchange.as_ref().is_some_and(Exchange::takes_code) {
        tell(odd(key("client_id"), "the API redeems the codes, and was not asked", key("exchange")));
        tell(good(key("id"), register));
        return true;
    }
    let upstream = client.upstream_with(metadata.as_deref());
    let fields = [("code", MADE_UP), ("code_verifier", VERIFIER), ("redirect_uri", client.redirect_uri())];
    let outcome = upstream.grant(&upstream.contract().sign_in, Call::Provider, &credentials(fields)).await;
    let is_known = match outcome.map(drop) {
        Err(SignInError::BadCredentials { message }) => match message.as_deref() {
            Some(word) if NOT_KNOWN.contains(&word) => {
                let keys = [key("client_id"), key("client_secret"), key("token_auth")].join(", ");
                bad(key("client_id"), format!("the token endpoint said {word:?}"), keys)
            }
            Some(NOT_REGISTERED) => bad(key("id"), register.clone(), key("id")),
            Some(word) if KNOWN.contains(&word) => {
                good(key("client_id"), format!("the token endpoint knows it, and refuses a made-up code: {word:?}"))
            }
            Some(word) => {
                let what = format!("the token endpoint refuses a made-up code, in words of its own: {word:?}");
                odd(key("client_id"), what, [key("client_id"), key("client_secret")].join(", "))
            }
            None => odd(key("client_id"), "the token endpoint refuses a made-up code without a word", key("client_id")),
        },
        Err(error) => bad(key("token_url"), error.to_string(), key("token_url")),
        Ok(()) => bad(key("token_url"), "a made-up code brings tokens", key("token_url")),
    };
    let is_well = !is_known.is_bad();
    tell(is_known);
    tell(good(key("id"), register));
    is_well
}

#[cfg(test)]
mod tests;
