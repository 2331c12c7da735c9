//! The program from outside, as it is built, on sockets: in front of an API that misbehaves, when it is told to stop or killed,
//! and before requests that no browser would send.
//!
//! Whatever the fault, [`program::Program::came_through`] holds: nothing secret is in the log, no descriptor and no memory is
//! left behind, and the next person signs in without a restart.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod browser;
mod clocks;
mod drain;
mod flapping;
mod guessing;
mod http;
mod keys;
mod killed;
mod program;
mod refresh;
mod sign_in;
mod signing;
mod streamed;
mod tls;
