//! A sign-in that did not succeed, before it is put into a language.

use std::collections::BTreeMap;

use vestibule_core::{ErrorCode, SignInFailure, Text};

use super::Locale;

/// Words for a person: the upstream's, as they are, or ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Cleaned, and only with `login.messages = "upstream"`.
    Theirs(String),
    /// In the language of whoever reads it.
    Ours(Text),
}

/// A [`SignInFailure`] in no language yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The code to match on.
    pub code: ErrorCode,
    /// Other words than the code's own.
    pub message: Option<Said>,
    /// Words for single fields of the form, by field name.
    pub fields: BTreeMap<String, Said>,
    /// How long to wait before the next attempt, in seconds.
    pub retry_after: Option<u32>,
    /// Whether the form to show next is that of the second step.
    pub second_step: bool,
    /// A path of this site where the person is sent instead.
    pub elsewhere: Option<String>,
    /// Whose sign-in it was, as log lines name an account; the browser is not told.
    pub account: Option<String>,
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            message: None,
            fields: BTreeMap::new(),
            retry_after: None,
            second_step: false,
            elsewhere: None,
            account: None,
        }
    }
}

impl Refused {
    /// What the browser learns.
    #[must_use]
    pub fn in_words_of(self, locale: &Locale) -> SignInFailure {
        let words = |said: Said| match said {
            Said::Theirs(text) => text,
            Said::Ours(text) => locale.text(text).to_owned(),
        };
        SignInFailure {
            code: self.code,
            message: self.message.map_or_else(|| locale.message(self.code).to_owned(), words),
            fields: self.fields.into_iter().map(|(field, said)| (field, words(said))).collect(),
            retry_after: self.retry_after,
            second_step: self.second_step,
            elsewhere: self.elsewhere,
        }
    }
}
