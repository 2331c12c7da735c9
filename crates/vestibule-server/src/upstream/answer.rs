//! An answer of the upstream, as far as the contract can read it.

use bytes::Bytes;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use vestibule_core::{Timestamp, wire};

use super::contract::TokenSource;

/// The longest wait that a 429 asks for here, in seconds.
pub(crate) const LONGEST_WAIT: u32 = 3_600;

/// Status, headers, and the body if it is JSON. `Debug` is left out on purpose: tokens are in it.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    /// `None` for a body that is no JSON: HTML, cut short, nested too deeply, or empty. The last of duplicate members
    /// counts.
    pub(crate) body: Option<Value>,
}

impl Answer {
    pub(crate) fn read(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        Self { status: head.status, headers: head.headers, body: serde_json::from_slice(&body).ok() }
    }

    /// The token at its source, if it is a text and not empty.
    pub(crate) fn token(&self, source: &TokenSource) -> Option<String> {
        match source {
            TokenSource::Pointer(pointer) => self.body.as_ref().and_then(|body| text(pointer.find(body)?)),
            TokenSource::Cookie(name) => self.cookie(name),
        }
    }

    /// The value of a cookie that the answer sets; the last counts.
    fn cookie(&self, name: &str) -> Option<String> {
        let lines = self.headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut set = lines.filter_map(|line| cookie::Cookie::parse(line).ok()).filter(|cookie| cookie.name() == name);
        set.next_back().map(|cookie| cookie.value_trimmed().to_owned()).filter(|value| !value.is_empty())
    }

    /// The seconds to wait after a 429: what `Retry-After` says (RFC 9110, section 10.2.3), from 1 to 3,600; 60 where
    /// it says nothing that makes sense.
    pub(crate) fn retry_after(&self, now: Timestamp) -> u32 {
        let Some(text) = self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::trim) else {
            return wire::WAIT_WHILE_BUSY;
        };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = if digits {
            text.parse().unwrap_or(i64::from(LONGEST_WAIT))
        } else if let Ok(date) = OffsetDateTime::parse(text, &Rfc2822) {
            date.unix_timestamp().saturating_sub(now.as_unix())
        } else {
            return wire::WAIT_WHILE_BUSY;
        };
        u32::try_from(seconds.clamp(1, i64::from(LONGEST_WAIT))).unwrap_or(wire::WAIT_WHILE_BUSY)
    }
}

/// A text that is not empty.
pub(crate) fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
