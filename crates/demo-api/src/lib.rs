//! A small JWT API for development, demonstration and tests: what stands behind a Vestibule application that has no
//! upstream of its own yet.
//!
//! It speaks the contract of Marxan, a real API (see [`CONTRACT`]):
//!
//! | call | answer |
//! | --- | --- |
//! | `POST /auth/sign-in` `{"username", "password", "otp"?}` | 201 `{"user": {…}, "accessToken": JWT}`; 401, with the code `otp_required` or `otp_invalid` where a user has a second factor; 400 for any other field |
//! | `POST /auth/exchange` `{"idToken"}` | 201 as sign-in, for who comes with an OpenID provider that is trusted ([`Options::issuers`]); 401 |
//! | `GET /api/v1/users/me` | 200 `{"data": {"type": "users", "id", "attributes": {…}}}` |
//! | `POST /auth/refresh-token`, no body | 201 as sign-in, while the token that is sent still lives; the old one stays valid |
//! | `POST /auth/sign-out` | 201, empty; ends every session of the user |
//! | `GET /api/v1/projects` | 200 `{"data": [{"id", "name", "description", "createdAt"}]}` |
//! | `POST /api/v1/projects` `{"name", "description"?}` | 201 `{"data": {…}}`; 422 `{"errors": {"name": "…"}}` |
//!
//! All but the first two need `Authorization: Bearer`, and answer 401 without a living token. Passwords are real Argon2id
//! hashes and tokens real JWTs (HS256), but the users and their passwords are public ([`DEMO_USERS`]): nothing here may
//! hold data that matters, and a Vestibule application refuses to start with it in production.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), demo_api::StartError> {
//! let running = demo_api::start(demo_api::Options::default()).await?;
//! println!("{} for {}", running.url, demo_api::DEMO_USERS[0].email);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod clock;
mod cors;
mod exchange;
mod fault;
mod key;
mod limit;
mod one_time_code;
mod options;
mod password;
mod projects;
mod router;
mod run;
mod state;
mod tokens;
mod users;

pub use clock::Clock;
pub use exchange::{Fetch, TrustedIssuer};
pub use options::{Options, RateLimit};
pub use router::router;
pub use run::{Running, start};
pub use state::{DemoApi, StartError};
pub use users::{DEMO_USERS, DemoUser};

/// The `[upstream]` tables of a `Leptos.toml` for this API, without `base_url`: that is [`Running::url`].
pub const CONTRACT: &str = include_str!("../contract.toml");
