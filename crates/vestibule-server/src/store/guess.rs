//! Guesses at passwords, as the store counts them.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::Identity;

/// How long a guess is taken to be under way that nobody tells the end of: as long as a request may take.
pub(crate) const LONGEST_GUESS: Duration = Duration::from_secs(30);

/// Whose wrong guesses are counted together, by a hash: an account's, or an address's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bucket {
    is_account: bool,
    hash: Identity,
}

impl Bucket {
    /// The account of an identifier, as it is sent to the upstream: one spelling is one account (RL-04).
    #[must_use]
    pub fn account(identifier: &str) -> Self {
        Self { is_account: true, hash: Identity::of_text(&["account", identifier].join("\n")) }
    }

    /// An address, or the /64 that it is in: whoever has one address of IPv6 has all of those (RL-03).
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        let network = match address.to_canonical() {
            IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
            four @ IpAddr::V4(_) => four,
        };
        Self { is_account: false, hash: Identity::of_text(&format!("address\n{network}")) }
    }

    /// Whether it is an account's.
    #[must_use]
    pub const fn is_account(&self) -> bool {
        self.is_account
    }

    /// The limit that it belongs to, as a log line names it.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        if self.is_account { "limits.account" } else { "limits.address" }
    }

    /// Its name in the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.hash.as_str()
    }
}

/// Whether somebody may guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// They may; what came of it is told by [`Store::finish_guess`](super::Store::finish_guess).
    Ours,
    /// As many are under way as may be wrong: once they are over, it is known.
    Busy,
    /// Too many were wrong; after so long, another may be.
    Over(Duration),
}

/// What came of a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guessed {
    /// It was wrong, and counts.
    Wrong,
    /// It was right: nothing counts any more.
    Right,
    /// Neither: nobody knows.
    Nothing,
}

#[cfg(test)]
mod tests;
