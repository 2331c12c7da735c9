//! Our own words for the person at the page, in the language of the page.
//!
//! The English ones are compiled in. Those of another language, or of the configuration, come with the page as
//! [`Words`]; what is not among them is read in English.

use serde::{Deserialize, Serialize};

macro_rules! texts {
    ($($name:ident, $key:literal, $english:literal;)*) => {
        /// A text of the library's own pages; its documentation is the English one.
        ///
        /// The messages of [`ErrorCode`](crate::ErrorCode) are beside these: they are made by the server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Text {
            $(#[doc = $english] $name,)*
        }

        impl Text {
            /// Every text, in the order of the enumeration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The text in English.
            #[must_use]
            pub const fn english(self) -> &'static str {
                match self { $(Self::$name => $english,)* }
            }

            /// Its key in `[login.text]` of the configuration.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

texts! {
    Language, "language", "English";
    ChooseLanguage, "choose_language", "Language";
    SignIn, "sign_in", "Sign in";
    SigningIn, "signing_in", "Signing in…";
    UsernameOrEmail, "username_or_email", "E-mail or username";
    Username, "username", "Username";
    Email, "email", "Email";
    Password, "password", "Password";
    OneTimeCode, "one_time_code", "One-time code";
    Remember, "remember", "Keep me signed in";
    Show, "show", "Show";
    ShowPassword, "show_password", "Show password";
    SecondStepTitle, "second_step_title", "One more step";
    SecondStepHint, "second_step_hint", "Your password was right. Please enter the code that confirms that it is you.";
    StartAgain, "start_again", "Start again";
    SignedInTitle, "signed_in_title", "You are signed in";
    Continue, "continue", "Continue";
    ReasonEnded, "reason_ended", "Your session has ended. Please sign in again.";
    ReasonSignedOut, "reason_signed_out", "You are signed out.";
    ReasonDenied, "reason_denied", "You were not given access. Please sign in with another account, or ask for access.";
    ReasonError, "reason_error", "Signing in did not work. Please try again.";
    SignOut, "sign_out", "Sign out";
    SignOutEverywhere, "sign_out_everywhere", "Sign out everywhere";
    SignOutQuestion, "sign_out_question", "Sign out?";
    SignOutHint, "sign_out_hint", "You will need to sign in again to come back.";
    StaySignedIn, "stay_signed_in", "Stay signed in";
    SignedOutTitle, "signed_out_title", "You are signed out";
    IdleQuestion, "idle_question", "You have not done anything here for a while, and will be signed out soon.";
    ForbiddenTitle, "forbidden_title", "No access";
    ForbiddenHint, "forbidden_hint", "You are signed in, but this page is not open to your account.";
    OtherAccount, "other_account", "Sign in with another account";
    Unreachable, "unreachable", "This site cannot be reached at the moment. Please check your connection and try again.";
    FillIn, "fill_in", "Please fill in this field.";
    UnusableCharacter, "unusable_character", "This has a character that cannot be used.";
    CheckValue, "check_value", "Please check this value.";
    WrongCode, "wrong_code", "That code did not match. Please try again.";
    RefusedTitle, "refused_title", "Something went wrong";
    Home, "home", "Home";
    ContinueWith, "continue_with", "Continue with {provider}";
    Or, "or", "or";
    LastUsed, "last_used", "Last used";
    ReasonCancelled, "reason_cancelled", "You were not signed in: it was cancelled there, or you have no access.";
    ReasonUnavailable, "reason_unavailable", "That way to sign in is not available at the moment. Please try again shortly.";
    Reference, "reference", "If you report this, please quote:";
}

/// The words of one language, as a page is given them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The language's tag (BCP 47), such as `es`.
    pub lang: String,
    /// By a [`Text`]'s place in [`Text::ALL`]; an empty one, or one beyond the end, is read in English.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    texts: Vec<String>,
    /// What a person may choose from, as tag and name of each; empty where there is no choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<(String, String)>,
}

impl Default for Words {
    fn default() -> Self {
        Self { lang: "en".to_owned(), texts: Vec::new(), choices: Vec::new() }
    }
}

impl Words {
    /// The words of a language. `own`: its text where it has one.
    #[must_use]
    pub fn new(lang: String, own: impl Fn(Text) -> Option<String>) -> Self {
        let differing = |text: &Text| own(*text).filter(|own| own != text.english()).unwrap_or_default();
        let mut texts: Vec<String> = Text::ALL.iter().map(differing).collect();
        texts.truncate(texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1));
        Self { lang, texts, choices: Vec::new() }
    }

    /// A text in this language.
    #[must_use]
    pub fn get(&self, text: Text) -> &str {
        self.texts.get(text as usize).filter(|own| !own.is_empty()).map_or(text.english(), String::as_str)
    }
}

#[cfg(test)]
mod tests;
