//! The languages of the library's own pages: each with its words, its messages and its login form, made once at start.

mod accept_language;
mod dictionary;
mod refused;

use std::sync::Arc;

use vestibule_core::{ErrorCode, LoginForm, SignInFailure, Text, Words};

pub(crate) use self::dictionary::{BUILT_IN, Dictionary};
pub use self::refused::{Refused, Said};

/// A language, and everything that a person reads of us in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale {
    words: Arc<Words>,
    /// By a code's place in [`ErrorCode::ALL`].
    messages: Vec<String>,
    login_form: Arc<LoginForm>,
}

impl Locale {
    pub(crate) fn new(lang: String, dictionary: &Dictionary, login_form: LoginForm) -> Self {
        Self {
            messages: ErrorCode::ALL.iter().map(|code| dictionary.message(*code).to_owned()).collect(),
            words: Arc::new(Words::new(lang, |text| dictionary.own(text.key()).map(str::to_owned))),
            login_form: Arc::new(login_form),
        }
    }

    /// The language's tag (BCP 47), such as `es`.
    #[must_use]
    pub fn lang(&self) -> &str {
        &self.words.lang
    }

    /// The words that a page is given.
    #[must_use]
    pub fn words(&self) -> &Arc<Words> {
        &self.words
    }

    /// The login form to render.
    #[must_use]
    pub fn login_form(&self) -> &Arc<LoginForm> {
        &self.login_form
    }

    /// A text in this language.
    #[must_use]
    pub fn text(&self, text: Text) -> &str {
        self.words.get(text)
    }

    /// What a person reads of a failure.
    #[must_use]
    pub fn message(&self, code: ErrorCode) -> &str {
        self.messages.get(code as usize).map_or(code.message(), String::as_str)
    }

    /// A failure in our own words.
    #[must_use]
    pub fn failure(&self, code: ErrorCode) -> SignInFailure {
        SignInFailure { message: self.message(code).to_owned(), ..SignInFailure::new(code) }
    }
}

/// The languages that a person may choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locales {
    standard: Arc<Locale>,
    others: Vec<Arc<Locale>>,
}

impl Locales {
    /// `standard`: the language of whoever asks for none of these.
    pub(crate) fn new(standard: Locale, others: Vec<Locale>) -> Self {
        let name = |locale: &Locale| (locale.lang().to_owned(), locale.text(Text::Language).to_owned());
        let choices: Vec<_> = std::iter::once(&standard).chain(&others).map(name).collect();
        let with_choices = |locale: Locale| {
            let mut words = Arc::unwrap_or_clone(locale.words);
            // One language is no choice.
            words.choices = if others.is_empty() { Vec::new() } else { choices.clone() };
            Arc::new(Locale { words: Arc::new(words), ..locale })
        };
        let standard = with_choices(standard);
        Self { standard, others: others.iter().cloned().map(with_choices).collect() }
    }

    /// The language of whoever asks for none of these.
    #[must_use]
    pub fn standard(&self) -> &Arc<Locale> {
        &self.standard
    }

    /// Every language, the standard one first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Locale>> {
        std::iter::once(&self.standard).chain(&self.others)
    }

    /// The language of a tag: the very one, else one whose first part is the same (`es` for `es-MX`; RFC 4647 §3.4).
    #[must_use]
    pub fn named(&self, tag: &str) -> Option<&Arc<Locale>> {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        self.all()
            .find(|locale| locale.lang().eq_ignore_ascii_case(tag))
            .or_else(|| self.all().find(|locale| primary(locale.lang()) == primary(tag)))
    }

    /// The language that a browser prefers, of those that there are (`Accept-Language`; RFC 9110 §12.5.4).
    #[must_use]
    pub fn accepted(&self, header: &str) -> Option<&Arc<Locale>> {
        accept_language::preferred(header).find_map(|range| match range {
            "*" => Some(&self.standard),
            tag => self.named(tag),
        })
    }

    /// The same languages, without the second step in their forms.
    pub(crate) fn without_second_step(&self) -> Self {
        let without = |locale: &Arc<Locale>| {
            let login_form = LoginForm { second_step: None, ..LoginForm::clone(&locale.login_form) };
            Arc::new(Locale { login_form: Arc::new(login_form), ..Locale::clone(locale) })
        };
        Self { standard: without(&self.standard), others: self.others.iter().map(without).collect() }
    }
}

#[cfg(test)]
mod tests;
