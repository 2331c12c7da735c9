//! Access tokens: JWTs that are signed, dated, and ended by a sign-out.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::Clock;
use crate::key::Key;

/// What a token says: `{sub, tokenId, iat, exp}`, times in seconds of Unix time.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Claims {
    /// The user's e-mail address.
    pub(crate) sub: String,
    /// A UUID of version 7, which says when it was made among all others.
    token_id: String,
    iat: u64,
    exp: u64,
}

/// Makes tokens, and says which of them live.
pub(crate) struct Tokens {
    encode: EncodingKey,
    decode: DecodingKey,
    lifetime: u64,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The stamp of the newest token id.
    last: u64,
    /// By user: tokens up to this stamp are signed out. One number for each user ends also what an earlier process
    /// issued; it is forgotten with the process, which a demonstration may do.
    ended: HashMap<String, u64>,
}

impl Tokens {
    pub(crate) fn new(key: &Key, lifetime: u64, clock: Clock) -> Self {
        let (encode, decode) = (EncodingKey::from_secret(key), DecodingKey::from_secret(key));
        Self { encode, decode, lifetime, clock, state: Mutex::default() }
    }

    /// A token for the user, from now on.
    pub(crate) fn issue(&self, email: &str) -> Option<String> {
        let iat = self.clock.now();
        let claims =
            Claims { sub: email.to_owned(), token_id: self.id()?, iat, exp: iat.saturating_add(self.lifetime) };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encode).ok()
    }

    /// What the token says, if it is one of ours, has not expired and has not been signed out.
    pub(crate) fn verify(&self, token: &str) -> Option<Claims> {
        // Exactly one algorithm (RFC 8725, section 3.1); the time is looked at below, by the clock that was passed in.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decode, &validation).ok()?.claims;
        let stamp = stamp_of(&claims.token_id)?;
        let signed_out = self.state().ended.get(&claims.sub).is_some_and(|ended| stamp <= *ended);
        (self.clock.now() < claims.exp && !signed_out).then_some(claims)
    }

    /// Ends every token of the user that was issued until now.
    pub(crate) fn sign_out(&self, email: &str) {
        let stamp = self.next_stamp();
        self.state().ended.insert(email.to_owned(), stamp);
    }

    /// An id that no other thing here has: a UUID of version 7 (RFC 9562, section 5.7; method 1 for the counter).
    /// `None` where the machine has no randomness.
    pub(crate) fn id(&self) -> Option<String> {
        let stamp = self.next_stamp();
        let mut random = [0; 8];
        getrandom::fill(&mut random).ok()?;
        let random = u64::from_be_bytes(random) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
        let (millis, counter) = (stamp >> 12, stamp & 0xfff);
        Some(format!(
            "{:08x}-{:04x}-7{counter:03x}-{:04x}-{:012x}",
            millis >> 16,
            millis & 0xffff,
            random >> 48,
            random & 0xffff_ffff_ffff,
        ))
    }

    /// Milliseconds and a counter of 12 bits, always larger than the one before: also within one millisecond, and where
    /// the clock goes back.
    fn next_stamp(&self) -> u64 {
        let now = self.clock.now_millis() << 12;
        let mut state = self.state();
        state.last = now.max(state.last.saturating_add(1));
        state.last
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When an id was made: its milliseconds and its counter as one number.
fn stamp_of(id: &str) -> Option<u64> {
    let hex = id.replace('-', "");
    let millis = u64::from_str_radix(hex.get(..12)?, 16).ok()?;
    let counter = u64::from_str_radix(hex.get(13..16)?, 16).ok()?;
    Some(millis << 12 | counter)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
