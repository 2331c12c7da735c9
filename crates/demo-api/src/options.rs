//! How the API is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::{Clock, Fetch, TrustedIssuer};

/// What can be chosen. The default is a free loopback port, tokens of two hours, a signing key that dies with the
/// process, no cross-origin calls, and no rate limit.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one. Anything but loopback offers known passwords to a network.
    pub address: SocketAddr,
    /// How long an access token lives, to the second.
    pub access_lifetime: Duration,
    /// Where the signing key is kept (32 random bytes, made if missing, readable by the owner only), so that a restart
    /// signs nobody out.
    pub key_file: Option<PathBuf>,
    /// The origins whose pages may call with `fetch`, such as `http://127.0.0.1:3000`; compared exactly.
    pub origins: Vec<String>,
    /// How many calls one address may make.
    pub rate_limit: Option<RateLimit>,
    /// The OpenID providers whose people have accounts here.
    pub issuers: Vec<TrustedIssuer>,
    /// How their keys are read; without it nobody comes with a provider.
    pub fetch: Option<Fetch>,
    /// The time.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            access_lifetime: Duration::from_secs(2 * 60 * 60),
            key_file: None,
            origins: Vec::new(),
            rate_limit: None,
            issuers: Vec::new(),
            fetch: None,
            clock: Clock::system(),
        }
    }
}

/// A number of calls in a window of time, for one client address; `X-Forwarded-For` is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many calls are answered in one window.
    pub calls: u32,
    /// The window's length in seconds.
    pub seconds: u32,
}

impl RateLimit {
    /// Marxan's: the 26th call within a minute is answered with 429.
    pub const MARXAN: Self = Self { calls: 25, seconds: 60 };
}
