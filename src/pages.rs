//! The application's pages, one file each.

mod account;
mod admin;
mod home;
mod not_found;
mod projects;

pub(crate) use self::account::Account;
pub(crate) use self::admin::Admin;
pub(crate) use self::home::Home;
pub(crate) use self::not_found::NotFound;
pub(crate) use self::projects::Projects;

#[cfg(all(test, feature = "ssr"))]
mod tests;
