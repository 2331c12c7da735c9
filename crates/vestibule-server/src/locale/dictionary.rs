//! The words of one language by their keys: ours, under those of the configuration.

use std::collections::BTreeMap;

use vestibule_core::{ErrorCode, Text};

/// The languages that come along, with their texts; English, the first, is in the code.
pub(crate) const BUILT_IN: [(&str, &str); 6] = [
    ("en", ""),
    ("es", include_str!("words/es.toml")),
    ("ca", include_str!("words/ca.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("de", include_str!("words/de.toml")),
    ("pt", include_str!("words/pt.toml")),
];

/// Texts by their keys; what it does not have is read in English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dictionary(BTreeMap<String, String>);

impl Dictionary {
    /// The texts that come along for a language; those of `es` for `es-MX`, none for a language that is not there.
    pub(crate) fn built_in(tag: &str) -> Self {
        // A test reads every one of them.
        Self(toml::from_str(texts_of(tag).unwrap_or_default()).unwrap_or_default())
    }

    /// Whether there are words for a language, or for that of a region.
    pub(crate) fn comes_along(tag: &str) -> bool {
        texts_of(tag).is_some()
    }

    /// The same, with other texts in front.
    pub(crate) fn under(mut self, texts: &BTreeMap<String, String>) -> Self {
        self.0.extend(texts.iter().map(|(key, text)| (key.clone(), text.clone())));
        self
    }

    /// The text of a key, where this language has one.
    pub(crate) fn own(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        self.own(text.key()).unwrap_or(text.english())
    }

    pub(crate) fn message(&self, code: ErrorCode) -> &str {
        self.own(code.key()).unwrap_or(code.message())
    }
}

fn texts_of(tag: &str) -> Option<&'static str> {
    let primary = tag.split('-').next().unwrap_or_default();
    BUILT_IN.iter().find(|(name, _)| primary.eq_ignore_ascii_case(name)).map(|(_, texts)| *texts)
}

#[cfg(test)]
mod tests;
