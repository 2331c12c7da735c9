//! The pages of signing in and out. An application routes to them at `/login` and `/logout`.

mod login;
mod logout;
mod reason;

pub use self::login::LoginPage;
pub use self::logout::LogoutPage;
pub(crate) use self::reason::Reason;
