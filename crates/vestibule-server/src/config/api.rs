//! `[api]`: how pages in the browser call the API.

use super::report::Report;
use super::section::Section;
use super::session::{SessionConfig, TokenExposure};
use crate::upstream::Contract;

/// `[api]` of the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApiConfig {
    /// `browser`: the way of a call that a page makes in the browser. Default: through this server.
    pub browser: BrowserWay,
}

/// `api.browser`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BrowserWay {
    /// `"proxy"`: through `/upstream/…`; the access token stays on the server for it.
    #[default]
    Proxy,
    /// `"direct"`: straight to the API, with the token of the session context; the API must allow this origin (CORS).
    Direct,
}

pub(crate) fn read(
    mut section: Section,
    session: &SessionConfig,
    upstream: Option<&Contract>,
    report: &mut Report,
) -> ApiConfig {
    let key = section.key("browser");
    let ways = [("proxy", BrowserWay::Proxy), ("direct", BrowserWay::Direct)];
    let browser = section.choice("browser", &ways, report).unwrap_or_default();
    section.finish(report);
    if browser == BrowserWay::Direct {
        if session.access_token == TokenExposure::ServerOnly {
            let what = "is \"direct\", and session.access_token = \"server-only\" keeps the token from the browser";
            report.add(&key, what, "remove one of the two");
        }
        if upstream.is_some_and(|contract| contract.auth_header().is_none()) {
            let what = "is \"direct\", and upstream.auth carries the token in a cookie, which no script can set";
            report.add(&key, what, "write \"proxy\"");
        }
    }
    ApiConfig { browser }
}

#[cfg(test)]
mod tests;
