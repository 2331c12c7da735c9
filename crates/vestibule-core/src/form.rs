//! The login form, as `[login]` of the configuration describes it and the page renders it.

use serde::{Deserialize, Serialize};

use crate::wire;

/// The kind of an input of the login form: what HTML calls its `type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Any single line.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Tel,
    /// The password: never echoed, never kept.
    Password,
}

impl FieldKind {
    /// The value of the input's `type` attribute.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Tel => "tel",
            Self::Password => "password",
        }
    }
}

/// One field of the login form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginField {
    /// The name on the wire and in the contract's templates: `username` is `{username}` there.
    pub name: String,
    /// What stands over the input.
    pub label: String,
    /// The input's type.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// What stands in the empty input.
    pub placeholder: String,
    /// What a password manager may fill in; empty for the browser's own choice.
    pub autocomplete: String,
    /// Whether it must be filled in.
    pub required: bool,
}

/// What is asked once the upstream has taken the password and wants more: a one-time code, mostly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStep {
    /// The page's heading meanwhile.
    pub title: String,
    /// The inputs, in order.
    pub fields: Vec<LoginField>,
}

/// A link below the form: a forgotten password, registration, help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginLink {
    /// The link's text.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

/// A provider that people may sign in with, as a button of the login page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginProvider {
    /// Its id: the form of its button posts to [`wire::PROVIDER_SIGN_IN`] and this.
    pub id: String,
    /// Its name, such as "Google".
    pub name: String,
    /// Its mark, as the path of an SVG of 24 by 24 units; a letter of its name where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// The mark's colour, as `#rrggbb`; that of the text where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// The login form: everything that the page needs to render it, and nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginForm {
    /// The path of the page that the form stands on; the form itself always posts to [`wire::LOGIN`].
    #[serde(default = "usual_page", skip_serializing_if = "is_usual_page")]
    pub page: String,
    /// The page's heading, such as "Sign in with Marxan".
    pub title: String,
    /// The inputs, in order; exactly one is of kind [`FieldKind::Password`]. Empty where people sign in with a provider
    /// alone.
    pub fields: Vec<LoginField>,
    /// The providers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<LoginProvider>,
    /// Whether the form offers a longer session.
    pub remember: bool,
    /// The second step; `None` where the upstream asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_step: Option<SecondStep>,
    /// Links below the form.
    pub links: Vec<LoginLink>,
    /// A picture above the heading: a path of this site.
    pub logo: Option<String>,
    /// The colour of buttons and links, as `#rrggbb`.
    pub accent: Option<String>,
}

fn usual_page() -> String {
    wire::LOGIN.to_owned()
}

fn is_usual_page(page: &str) -> bool {
    page == wire::LOGIN
}
