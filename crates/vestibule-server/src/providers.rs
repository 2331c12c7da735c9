//! Signing in with a provider: OpenID Connect and OAuth 2.0, by the code flow with PKCE.
//!
//! ```text
//! button ─► POST /auth/sign-in/{id} ─► attempt, sealed into a cookie ─► the provider's page
//!        ◄─ GET /auth/callback/{id}, with state and code ◄─────────────────────────────┘
//!        ─► attempt opened and used up ─► code for tokens ─► ID token verified ─► profile
//!        ─► [providers.exchange]: the API's own tokens and profile for them ─► session
//! ```
//!
//! A provider is data ([`Definition`], or a table of the configuration), and becomes a contract like that of any other API:
//! exchanging a code stands where a sign-in does, and renewing, reading the profile and signing out are the same calls, with
//! everything that is known about them (one flight, no lost token).
//!
//! The protocol's own part is small, and is here and not in a library's: what is sent and read is fixed by the code flow
//! alone, the HTTP client and the signatures are those of the rest of this server, and providers that are almost OAuth 2.0
//! need not be taught to one. It follows RFC 6749, 7636, 9207 and 9700, and OpenID Connect Core 1.0.

pub(crate) mod attempt;
pub(crate) mod authorization;
pub(crate) mod client;
pub(crate) mod client_secret;
mod definition;
mod error;
pub(crate) mod id_token;
pub(crate) mod metadata;
mod probe;
mod profile;
pub(crate) mod provided;
mod provider;
pub(crate) mod redeem;
mod settings;
pub(crate) mod subject;

pub(crate) use self::authorization::RESERVED;
pub(crate) use self::client::{LONGEST_RENEWAL, ProviderClient};
pub(crate) use self::client_secret::SignedSecret;
pub use self::definition::{DEFINITIONS, Definition};
pub use self::error::{ProviderError, Reason};
pub use self::id_token::IdTokenError;
pub(crate) use self::metadata::is_safe;
pub use self::probe::probe;
pub(crate) use self::provided::Provided;
pub(crate) use self::provider::{Exchange, ResponseMode};
pub use self::provider::{Kind, Provider};
pub use self::settings::{MappingSettings, ProviderSettings, SignedSecretSettings, StyleSettings};

#[cfg(test)]
pub(crate) mod fixture;
