//! Why somebody was sent to the login page: a closed set, each with its text.

use vestibule_core::{Text, wire};

use crate::query;

/// One of [`wire::REASONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Ended,
    SignedOut,
    Denied,
    Error,
    Cancelled,
    Unavailable,
}

impl Reason {
    /// The reason in a query string; what is not in the set is ignored, so that no link can put words on the page.
    pub(crate) fn of(query: &str) -> Option<Self> {
        let reasons = [Self::Ended, Self::SignedOut, Self::Denied, Self::Error, Self::Cancelled, Self::Unavailable];
        let named = query::first(query, wire::REASON)?;
        wire::REASONS.into_iter().zip(reasons).find_map(|(name, reason)| (name == named).then_some(reason))
    }

    /// Whether something went wrong, rather than came to its end.
    pub(crate) fn is_alarming(self) -> bool {
        !matches!(self, Self::Ended | Self::SignedOut)
    }

    /// What the person reads.
    pub(crate) const fn text(self) -> Text {
        match self {
            Self::Ended => Text::ReasonEnded,
            Self::SignedOut => Text::ReasonSignedOut,
            Self::Denied => Text::ReasonDenied,
            Self::Error => Text::ReasonError,
            Self::Cancelled => Text::ReasonCancelled,
            Self::Unavailable => Text::ReasonUnavailable,
        }
    }
}

#[cfg(test)]
mod tests;
