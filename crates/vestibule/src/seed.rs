//! The seed: what the server tells the page at its first breath, and the browser reads from the first HTML.
//!
//! It is printed in the page, so only what the person at the browser may see is in it: the public session, the login
//! form, and where the API is if pages call it themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vestibule_core::{LoginForm, Session, SignInFailure, Timestamp, Words, wire};

use crate::context::Ended;

/// Where the API is for a page in the browser that calls it itself (`api.browser = "direct"`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DirectApi {
    /// What every path is appended to; no slash at its end.
    pub(crate) base_url: String,
    /// The header that carries the access token.
    pub(crate) header: String,
    /// What stands before the token in it; empty for the bare token.
    pub(crate) scheme: String,
}

/// A sign-in that failed, with what the page needs to be helpful about it. The password is never in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginFailure {
    /// What went wrong, in words for the person.
    pub failure: SignInFailure,
    /// What was typed, by field name, so that nobody types it twice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub typed: BTreeMap<String, String>,
    /// Whether a longer session was asked for.
    #[serde(default)]
    pub remember: bool,
    /// The request's id, for failures that the operator may be asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The callback URL of the page that was asked for, made safe by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeededCallback {
    /// The query string of that page. With another query, the browser is elsewhere and this does not count.
    pub(crate) query: String,
    /// A path of this site.
    pub(crate) target: String,
    /// What the form sends: the target, or what was asked for where the application decides. Anybody's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<String>,
}

/// See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<Arc<Session>>,
    /// The session that the request came with was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<Ended>,
    pub(crate) login: Arc<LoginForm>,
    /// In the language of whoever asks; absent where they are those of the code.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub(crate) words: Arc<Words>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<LoginFailure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) callback: Option<SeededCallback>,
    /// The id of the provider that was used last in this browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_provider: Option<String>,
    /// Absent where calls go through this server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api: Option<Arc<DirectApi>>,
    /// The server's time: lives and expiries are counted by it, whatever the visitor's clock says.
    pub(crate) now: Timestamp,
}

fn is_plain(words: &Arc<Words>) -> bool {
    **words == Words::default()
}

impl Default for Seed {
    /// A page without a server behind it: nobody is signed in, and the login form has no fields.
    fn default() -> Self {
        let login = LoginForm {
            page: wire::LOGIN.to_owned(),
            title: String::new(),
            fields: Vec::new(),
            providers: Vec::new(),
            remember: false,
            second_step: None,
            links: Vec::new(),
            logo: None,
            accent: None,
        };
        Self {
            session: None,
            ended: None,
            login: Arc::new(login),
            words: Arc::default(),
            failure: None,
            callback: None,
            last_provider: None,
            api: None,
            now: Timestamp::from_unix(0),
        }
    }
}

#[cfg(test)]
mod tests;
