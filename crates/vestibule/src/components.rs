//! The components of a page with a session.

mod gates;
mod login_field;
mod login_form;
mod login_parts;
mod login_providers;
mod require_session;
mod routes;
mod sign_out_form;
mod stay_signed_in;

pub use self::gates::{SignedIn, SignedOut};
pub use self::login_form::LoginForm;
pub use self::login_parts::{
    LoginAlert, LoginButton, LoginFields, LoginLanguages, LoginLinks, LoginNotice, LoginRemember, LoginStartAgain,
};
pub use self::login_providers::LoginProviders;
pub use self::require_session::{ForbiddenPage, RequireSession};
pub use self::routes::{FlatRoutes, Routes};
pub use self::sign_out_form::SignOutForm;
pub use self::stay_signed_in::StaySignedIn;
