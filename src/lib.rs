//! The application: pages on a session. This is the part that a developer makes their own; the library beneath it is
//! `vestibule`.
//!
//! `app` holds the route table, `pages` one file a page, `components` the application's own widgets. The server's entry
//! is `main.rs`; the browser's is `browser.rs`.
#![allow(unreachable_pub, reason = "the component macro makes public what it is given")]

pub mod app;
mod components;
mod pages;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "ssr")]
pub mod shell;
