//! Security headers, on every answer: pages, redirects, files and refusals.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

use crate::app::Vestibule;

/// The nonce of this response's scripts and styles, in the request's extensions: 128 random bits as 32 hex digits.
#[derive(Clone, Debug)]
pub struct RequestNonce(pub String);

/// What does not change from one response to the next.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Where a script of ours may connect to, beside this site.
    connect: Arc<str>,
    transport_security: Option<HeaderValue>,
}

impl Policy {
    pub(crate) fn new(vestibule: &Vestibule) -> Self {
        let server = &vestibule.config().server;
        let mut connect = String::new();
        if vestibule.browser_api().is_some() {
            connect.extend([" ", &vestibule.upstream().contract().base_url().origin().ascii_serialization()]);
        }
        // Set by cargo-leptos in watch mode, where the page listens for reloads.
        if std::env::var_os("LEPTOS_WATCH").is_some() {
            let port = std::env::var("LEPTOS_RELOAD_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3_001_u16);
            let host = server.public_url.host_str().unwrap_or("127.0.0.1");
            connect.push_str(&format!(" ws://{host}:{port}"));
        }
        let transport_security = (server.public_url.scheme() == "https").then(|| {
            HeaderValue::from_static(if server.hsts_subdomains {
                "max-age=31536000; includeSubDomains"
            } else {
                "max-age=31536000"
            })
        });
        Self { connect: connect.into(), transport_security }
    }

    /// `'strict-dynamic'` trusts what a script with the nonce loads; `'self'` is for browsers that do not know it.
    fn content_security_policy(&self, nonce: &str) -> String {
        format!(
            "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval' 'self'; \
             style-src 'self' 'nonce-{nonce}'; img-src 'self'; connect-src 'self'{}; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
            self.connect
        )
    }
}

/// ASVS 3.4: the policy with a fresh nonce, no sniffing, no framing, no referrer path, no shared windows.
pub(crate) async fn layer(State(policy): State<Policy>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 16];
    let nonce = match getrandom::fill(&mut bytes) {
        Ok(()) => format!("{:032x}", u128::from_ne_bytes(bytes)),
        // A nonce that can be guessed is worse than a page whose scripts do not run.
        Err(error) => {
            tracing::error!(%error, "no randomness for a nonce");
            return super::refusal::refuse(request.uri(), vestibule_core::ErrorCode::Internal);
        }
    };
    let content_security_policy = HeaderValue::from_str(&policy.content_security_policy(&nonce));
    request.extensions_mut().insert(RequestNonce(nonce));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(value) = content_security_policy {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
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
