//! What `redirect` is asked, what it may answer, and the rule that its answer passes.

use serde_json::Value;
use url::{Host, Url};

use crate::callback;

/// What the person has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum After {
    /// They signed in, or came to the login page signed in.
    SignIn,
    /// They signed out.
    SignOut,
}

/// Somebody is about to be sent somewhere.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Redirection<'a> {
    /// What they did.
    pub after: After,
    /// Where they go: a path of this site, after the same-origin rule.
    pub target: &'a str,
    /// The callback URL as the request had it: anybody's text. It decides nothing unless it is returned, and then it
    /// passes the rule of [`Redirect`].
    pub asked: Option<&'a str>,
    /// The profile as the server keeps it; `None` after signing out.
    pub profile: Option<&'a Value>,
}

impl<'a> Redirection<'a> {
    /// A redirection, for tests of an application's callbacks.
    #[must_use]
    pub fn new(after: After, target: &'a str) -> Self {
        Self { after, target, asked: None, profile: None }
    }
}

/// Where to send somebody. It is checked when it is used: an answer that may not be given changes nothing, and the log
/// says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Redirect(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Keep,
    Path(String),
    External(String),
}

impl Redirect {
    /// To the target that was there.
    pub const fn keep() -> Self {
        Self(Kind::Keep)
    }

    /// To another path of this site; checked as a callback URL is, so that no string from outside leads off it.
    pub fn path(path: impl Into<String>) -> Self {
        Self(Kind::Path(path.into()))
    }

    /// To an absolute URL whose origin is in [`Callbacks::external_origins`](super::Callbacks::external_origins).
    pub fn external(url: impl Into<String>) -> Self {
        Self(Kind::External(url.into()))
    }

    /// The address to go to; `None` is the target that was there.
    pub(crate) fn checked(self, public_url: &Url, login_page: &str, origins: &ExternalOrigins) -> Option<String> {
        let checked = match &self.0 {
            Kind::Keep => return None,
            Kind::Path(path) => callback::checked(public_url, login_page, path),
            Kind::External(url) => origins.checked(url),
        };
        if checked.is_none() {
            // What it was may have come from outside: it is not repeated.
            let kind = if matches!(self.0, Kind::Path(_)) { "a path of this site" } else { "in external_origins" };
            tracing::warn!("the redirect callback chose an address that is not {kind}; it was ignored");
        }
        checked
    }
}

/// Origins of other sites, each declared by the application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalOrigins(Vec<Url>);

/// A text that is no origin to send people to.
///
/// Remedy: scheme, host and, if need be, port, and nothing behind: `https://docs.example.org`. Plain http is for loopback.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin to send people to: write https://host, without a path")]
pub struct NotAnOrigin(pub String);

impl ExternalOrigins {
    /// These origins.
    ///
    /// # Errors
    /// [`NotAnOrigin`] names the first that is none.
    pub fn new<'a>(origins: impl IntoIterator<Item = &'a str>) -> Result<Self, NotAnOrigin> {
        let origin = |text: &str| {
            let url = Url::parse(text).ok().filter(is_fit)?;
            let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            is_bare.then_some(url)
        };
        let origins = origins.into_iter().map(|text| origin(text).ok_or_else(|| NotAnOrigin(text.to_owned())));
        origins.collect::<Result<_, _>>().map(Self)
    }

    /// Each as browsers write it, such as `https://docs.example.org`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|url| url.origin().ascii_serialization())
    }

    /// The URL, written again from what was checked.
    fn checked(&self, url: &str) -> Option<String> {
        let url = Url::parse(url).ok().filter(is_fit)?;
        let is_declared = self.0.iter().any(|declared| declared.origin() == url.origin());
        (is_declared && url.as_str().len() <= callback::MOST_BYTES).then(|| url.into())
    }
}

/// Over https (plain http on loopback alone), and without a name or password in front of the host.
fn is_fit(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let is_named = !url.username().is_empty() || url.password().is_some();
    (url.scheme() == "https" || (url.scheme() == "http" && is_loopback)) && !is_named
}

#[cfg(test)]
mod tests;
