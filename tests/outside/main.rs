//! The program from outside, as it is built, on sockets: in front of an API that misbehaves, and when it is told to stop.
//!
//! Whatever the fault, [`program::Program::came_through`] holds: nothing secret is in the log, no descriptor and no memory is
//! left behind, and the next person signs in without a restart.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod drain;
mod program;
mod refresh;
mod sign_in;
