//! Requests that were denied: an event for each, of a closed set, in the log and the metrics (ASVS 16.3.2, 16.3.3; LG-02).
//!
//! An application's own `event` does not hear of them. Anybody can make a thousand a second, and what an audit waits for would
//! be lost among them; nor may they fill the log, so that only so many lines of one kind are written in a minute.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use http::{HeaderValue, StatusCode};

use super::Vestibule;
use crate::record::Record;
use crate::store::Identity;

/// Lines of one kind in a minute; those beyond are counted.
const MOST_LINES: u32 = 100;
/// What is repeated of an `Origin`, in bytes.
const MOST_OF_ORIGIN: usize = 200;

/// Why a request was denied, or something in it was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Denial {
    /// Another site's page asked, or what no page of ours would load.
    CrossOrigin,
    /// A cookie of ours was there more than once.
    CookieTwice,
    /// A cookie that names a key of ours does not open with it: it was changed, cut, or sealed for something else.
    CookieChanged,
    /// A path that some server could read as another.
    Path,
    /// A call of the API that may not be made.
    NotAllowed,
    /// Nobody is signed in, and somebody has to be.
    SignedOut,
    /// Whoever is signed in may not.
    Forbidden,
    /// The page was made for somebody else than who is signed in now.
    OtherUser,
    /// The request is for another host.
    OtherHost,
    /// Address, head or body are larger than they may be.
    TooLarge,
    /// The request, or its answer, did not come in time.
    TooSlow,
    /// It cannot be read, is of a type that nobody takes, or is no HTTP at all.
    Malformed,
}

impl Denial {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 12] = [
        Self::CrossOrigin,
        Self::CookieTwice,
        Self::CookieChanged,
        Self::Path,
        Self::NotAllowed,
        Self::SignedOut,
        Self::Forbidden,
        Self::OtherUser,
        Self::OtherHost,
        Self::TooLarge,
        Self::TooSlow,
        Self::Malformed,
    ];

    /// The word for it, in the log and the metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CrossOrigin => "cross_origin",
            Self::CookieTwice => "cookie_twice",
            Self::CookieChanged => "cookie_changed",
            Self::Path => "path",
            Self::NotAllowed => "not_allowed",
            Self::SignedOut => "signed_out",
            Self::Forbidden => "forbidden",
            Self::OtherUser => "other_user",
            Self::OtherHost => "other_host",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Malformed => "malformed",
        }
    }

    /// Whether it happens to people who mean no harm, and to every host on the net: `info`. The rest is `warn`.
    pub(crate) const fn is_ordinary(self) -> bool {
        match self {
            Self::CrossOrigin
            | Self::CookieTwice
            | Self::CookieChanged
            | Self::Path
            | Self::NotAllowed
            | Self::TooSlow => false,
            Self::SignedOut
            | Self::Forbidden
            | Self::OtherUser
            | Self::OtherHost
            | Self::TooLarge
            | Self::Malformed => true,
        }
    }
}

/// What is known of a request that was denied; what is not, is left out of the line.
#[derive(Clone, Copy, Default)]
pub(crate) struct Circumstances<'a> {
    /// What it was answered with; none where it goes on all the same.
    pub(crate) status: Option<StatusCode>,
    /// Where it comes from, past trusted proxies.
    pub(crate) address: Option<IpAddr>,
    /// The origin that it names, in its own words.
    pub(crate) origin: Option<&'a HeaderValue>,
    /// Whose session it came with.
    pub(crate) record: Option<&'a Record>,
}

impl Vestibule {
    /// Counts what was denied, and writes it down.
    pub(crate) fn deny(&self, why: Denial, circumstances: Circumstances<'_>) {
        self.metrics().denied(why.name());
        let Some(Line { left_out, is_last }) = self.0.denials.next(why, self.clock().now().as_unix()) else { return };
        let Circumstances { status, address, origin, record } = circumstances;
        let status = status.map(|status| status.as_u16());
        let address = address.map(|address| address.to_string());
        let origin = origin.map(legible);
        let session = record.map(|record| record.id.for_log());
        let user = record.and_then(|record| record.user.id.as_ref()).map(Identity::of);
        let user = user.as_ref().map(Identity::as_str);
        let left_out = (left_out > 0).then_some(left_out);
        let words = match is_last {
            false => "a request was denied",
            true => "a request was denied; more of this kind are only counted until the minute is over",
        };
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "audit",
                    what = "denied",
                    why = why.name(),
                    status,
                    address,
                    origin,
                    session,
                    user,
                    left_out,
                    "{words}"
                )
            };
        }
        if why.is_ordinary() { line!(info) } else { line!(warn) }
    }
}

/// An origin is ASCII without spaces (RFC 6454, section 7.1); whatever else stands there does not reach a terminal.
fn legible(origin: &HeaderValue) -> String {
    let bytes = origin.as_bytes().iter().take(MOST_OF_ORIGIN);
    bytes.map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '?' }).collect()
}

/// Which lines are written.
#[derive(Debug, Default)]
pub(super) struct Denials(Mutex<BTreeMap<Denial, Minute>>);

/// What was written of one kind in its latest minute.
#[derive(Debug, Default)]
struct Minute {
    /// Minutes since 1970.
    number: i64,
    written: u32,
    left_out: u32,
}

/// A line that is written.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// As many before it were not.
    left_out: u32,
    is_last: bool,
}

impl Denials {
    /// `None` where there were enough. `now` is Unix time in seconds.
    fn next(&self, why: Denial, now: i64) -> Option<Line> {
        // Every number is right by itself: a poisoned lock guards nothing that would be wrong.
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = kinds.entry(why).or_default();
        let number = now.div_euclid(60);
        if minute.number != number {
            *minute = Minute { number, written: 0, left_out: minute.left_out };
        }
        if minute.written == MOST_LINES {
            minute.left_out = minute.left_out.saturating_add(1);
            return None;
        }
        minute.written += 1;
        Some(Line { left_out: std::mem::take(&mut minute.left_out), is_last: minute.written == MOST_LINES })
    }
}

#[cfg(test)]
mod tests;
