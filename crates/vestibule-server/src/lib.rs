//! The server half of Vestibule, for any axum application: configuration, the sealed session, the upstream JWT API.
//!
//! How a request flows:
//!
//! ```text
//! request ─► protect: request id, security headers, the page of a refusal, the fence for panics, size limits, host,
//!            cross-origin guard, time limits
//!         ─► session layer: raw Cookie header ─► exact-name chunks ─► key ring opens ─► record
//!            ─► SessionHandle in the request's extensions
//!         ─► the application's routes, and the wire: /auth/session, /auth/providers, /auth/sign-out
//!         ─► session layer, on the way out: Set-Cookie only if the record changed in this request
//! ```
//!
//! Time and the network are passed in ([`clock::Clock`], [`upstream::Transport`]), so that expiry and faults are
//! tested without sleeping and without a network.
#![warn(missing_docs)]

pub mod app;
pub mod callback;
pub mod callbacks;
pub mod clock;
pub mod config;
pub mod cookies;
#[cfg(test)]
mod fixture;
pub mod form;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod layers;
pub mod locale;
pub mod log;
mod metrics;
pub mod providers;
pub mod proxy;
pub mod record;
mod remote;
pub mod routes;
pub mod seal;
pub mod secret;
pub mod serve;
pub mod session;
pub mod store;
#[cfg(not(feature = "otel"))]
#[path = "traces/none.rs"]
mod traces;
#[cfg(feature = "otel")]
#[path = "traces/otlp.rs"]
mod traces;
pub mod upstream;
