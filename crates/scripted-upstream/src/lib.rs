//! An upstream under a test's control: an HTTP/1.1 server on a loopback port that answers by script, records every byte
//! it receives, and can misbehave the way real upstreams do: refuse, hang, reset, drip, redirect, cut an answer short.
//!
//! It stands on sockets, not on an HTTP library, because a library would not let it break the protocol. Every
//! connection carries one request and is closed after the answer (`Connection: close`), so that what a test sees
//! does not depend on how a client pools. Nothing waits for time to pass: an answer that must come late is
//! [held by a gate](Answer::held_by) that the test opens.
//!
//! ```
//! use scripted_upstream::{Answer, ScriptedUpstream};
//! use serde_json::json;
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let upstream = ScriptedUpstream::start().await;
//! upstream
//!     .once("POST", "/sign-in", Answer::status(503))
//!     .on("POST", "/sign-in", Answer::json(200, json!({ "accessToken": "canary-token" })))
//!     .on("GET", "/me", Answer::json(200, json!({ "email": "ana@example.com" })));
//!
//! // … the code under test is pointed at `upstream.url()`. By hand:
//! let mut client = tokio::net::TcpStream::connect(upstream.address()).await?;
//! client.write_all(b"GET /me?full=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer canary-token\r\n\r\n").await?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer).await?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//!
//! let requests = upstream.requests_to("/me");
//! assert_eq!(requests[0].query(), Some("full=1"));
//! assert_eq!(requests[0].header("authorization"), Some("Bearer canary-token"));
//! # Ok(())
//! # }
//! ```
//!
//! Used by tests only: whatever a test gets wrong (a port that cannot be had, a request that never comes) panics.
#![warn(missing_docs)]

mod answer;
mod api;
mod gate;
mod refusing;
mod request;
mod script;
mod upstream;

pub use answer::Answer;
pub use api::{Api, Moods, PASSWORD, Tally};
pub use gate::Gate;
pub use refusing::Refusing;
pub use request::Request;
pub use upstream::ScriptedUpstream;
