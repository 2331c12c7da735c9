//! What the browser and the server of a Vestibule application share: the session, its access token, the error codes
//! that a browser may see, the login form, and the words of the wire.
//!
//! This crate knows nobody: no web framework, no HTTP, no clock. Whatever only the server may hold (the refresh
//! token, the sealed record, the upstream's address book) is in `vestibule-server`, as types of its own, so that it
//! cannot reach a browser by mistake.
#![warn(missing_docs)]

mod error;
mod form;
mod https_url;
mod misfit;
mod session;
mod timestamp;
mod token;
pub mod wire;
mod words;

pub use error::{ErrorCode, SignInFailure};
pub use form::{FieldKind, LoginField, LoginForm, LoginLink, LoginProvider, SecondStep};
pub use https_url::https_url;
pub use misfit::without_values;
pub use session::{ProfileError, Session, User};
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use token::AccessToken;
pub use words::{Text, Words};
