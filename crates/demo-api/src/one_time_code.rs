//! One-time codes (RFC 6238): what a user with a second factor types after the password.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use totp_rs::{Builder, Secret, Totp};

/// The last code that each user used, by its step of 30 seconds: none is taken twice (RFC 6238, section 5.2).
#[derive(Debug, Default)]
pub(crate) struct OneTimeCodes(Mutex<HashMap<String, u64>>);

impl OneTimeCodes {
    /// Whether `code` is one of this moment, of the one before or the one after, and was not used. `now` is Unix time in
    /// seconds.
    pub(crate) fn take(&self, user: &str, secret: &str, code: &str, now: u64) -> bool {
        let step = totp(secret).and_then(|totp| totp.check(code, now));
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match step {
            Some(step) if last.get(user).is_none_or(|last| *last < step) => {
                last.insert(user.to_owned(), step);
                true
            }
            _ => false,
        }
    }
}

/// Six digits, HMAC-SHA-1, 30 seconds, one step of leniency: what every authenticator takes for granted.
fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).with_skew(1).build().ok()
}

#[cfg(test)]
mod tests {
    use super::{OneTimeCodes, totp};

    const NOW: u64 = 1_800_000_000;
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    /// RFC 6238, appendix B: the last six digits of its table.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert!(OneTimeCodes::default().take("ana", SECRET, code, time), "{time}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_minute_and_a_half() {
        let code = |at: u64| totp(SECRET).unwrap().generate(at).to_string();
        let codes = OneTimeCodes::default();
        assert!(!codes.take("ana", SECRET, &code(NOW - 60), NOW));
        assert!(codes.take("ana", SECRET, &code(NOW - 30), NOW));
        assert!(!codes.take("ana", SECRET, &code(NOW - 30), NOW), "used");
        assert!(codes.take("zoe", SECRET, &code(NOW - 30), NOW), "by somebody else");
        assert!(codes.take("ana", SECRET, &code(NOW + 30), NOW));
        assert!(!codes.take("ana", SECRET, &code(NOW), NOW), "older than the last");
        assert!(!codes.take("ana", SECRET, "", NOW + 90));
        assert!(!codes.take("ana", "not base32!", &code(NOW + 90), NOW + 90));
    }
}
