//! Security headers, on every answer: pages, redirects, files and refusals.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use getrandom::Error as NoRandomness;
use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};
use vestibule_core::ErrorCode;

use super::refusal;
use crate::app::Vestibule;

/// The nonce of this response's scripts and styles, in the request's extensions: 128 random bits as 32 hex digits.
#[derive(Clone, Debug)]
pub struct RequestNonce(pub String);

/// What does not change from one response to the next.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Where a script of ours may connect to, beside this site.
    connect: Arc<str>,
    /// Who knows where a form of ours may lead to, beside this site.
    vestibule: Vestibule,
    transport_security: Option<HeaderValue>,
    /// Where nonces come from.
    random: fn(&mut [u8]) -> Result<(), NoRandomness>,
}

impl Policy {
    pub(crate) fn new(vestibule: &Vestibule) -> Self {
        let server = &vestibule.config().server;
        let mut connect = String::new();
        if vestibule.browser_api().is_some() {
            connect.extend([" ", &vestibule.upstream().contract().base_url().origin().ascii_serialization()]);
        }
        if server.watched {
            let host = server.public_url.host_str().unwrap_or("127.0.0.1");
            connect.push_str(&format!(" ws://{host}:{}", server.reload_port));
        }
        let transport_security = (server.public_url.scheme() == "https").then(|| {
            HeaderValue::from_static(if server.hsts_subdomains {
                "max-age=31536000; includeSubDomains"
            } else {
                "max-age=31536000"
            })
        });
        Self { connect: connect.into(), vestibule: vestibule.clone(), transport_security, random: getrandom::fill }
    }

    /// Browsers that hold a form's redirects to the policy, too, would not follow these otherwise. Where a provider's pages
    /// are is known once its metadata are.
    fn form_action(&self) -> String {
        let providers = self.vestibule.providers().iter().flat_map(|client| client.origins());
        let origins: BTreeSet<String> = self.vestibule.external_origins().into_iter().chain(providers).collect();
        origins.iter().flat_map(|origin| [" ", origin]).collect()
    }

    /// Draws the nonce of a response.
    fn nonce(&self) -> Result<RequestNonce, NoRandomness> {
        let mut bytes = [0; 16];
        (self.random)(&mut bytes)?;
        Ok(RequestNonce(format!("{:032x}", u128::from_ne_bytes(bytes))))
    }

    /// `'strict-dynamic'` trusts what a script with the nonce loads; `'self'` is for browsers that do not know it.
    fn content_security_policy(&self, nonce: &str) -> String {
        format!(
            "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval' 'self'; \
             style-src 'self' 'nonce-{nonce}'; img-src 'self'; connect-src 'self'{}; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'{}",
            self.connect,
            self.form_action()
        )
    }
}

/// For the page that says that there is no nonce: it has neither scripts nor styles.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/// ASVS 3.4: the policy with a fresh nonce, no sniffing, no framing, no referrer path, no shared windows.
pub(crate) async fn layer(State(policy): State<Policy>, mut request: Request, next: Next) -> Response {
    let (mut response, content_security_policy) = match policy.nonce() {
        Ok(nonce) => {
            let value = HeaderValue::from_str(&policy.content_security_policy(&nonce.0));
            request.extensions_mut().insert(nonce);
            (next.run(request).await, value.unwrap_or(HeaderValue::from_static(NOTHING)))
        }
        // A nonce that can be guessed is worse than a page whose scripts do not run.
        Err(error) => {
            tracing::error!(%error, "no randomness for a nonce");
            let refused = refusal::refuse(request.uri(), ErrorCode::Internal);
            let refused = refusal::complete_bare(refused, request.extensions().get());
            (refused, HeaderValue::from_static(NOTHING))
        }
    };
    let headers = response.headers_mut();
    // What came through the proxy has a stricter one.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(content_security_policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // The origin is needed by our own cross-origin guard; paths and queries are nobody's business.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static("same-origin"));
    }
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
    );
    if let Some(value) = &policy.transport_security {
        headers.insert(STRICT_TRANSPORT_SECURITY, value.clone());
    }
    response
}

#[cfg(test)]
mod tests;
