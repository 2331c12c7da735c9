//! `[store]`: where instances share what a cookie cannot hold.

use url::Url;

use super::origin::is_loopback;
use super::report::Report;
use super::section::Section;
use crate::secret::Secret;

/// `[store]` of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreConfig {
    /// `url`: a Redis or Valkey server, `redis://…` or `rediss://…`; it may hold a password. Default: none, and this
    /// process's memory is the store.
    pub url: Option<Secret>,
    /// `required`: whether requests with a session are refused while the store is away. Default: false.
    pub required: bool,
}

impl StoreConfig {
    /// Whether what is said to the store, its password first, can be read on the way there.
    pub(crate) fn is_on_an_open_line(&self) -> bool {
        let url = self.url.as_ref().and_then(|url| Url::parse(url.expose()).ok());
        url.is_some_and(|url| matches!(url.scheme(), "redis" | "valkey") && !is_loopback(&url))
    }
}

pub(crate) fn read(mut section: Section, report: &mut Report) -> StoreConfig {
    let key = section.key("url");
    // It may hold a password: it is never repeated.
    let url = section.text("url", report).filter(|url| match fault(url) {
        Some((what, mend)) => {
            report.add(&key, what, mend);
            false
        }
        None => true,
    });
    let required = section.flag("required", report).unwrap_or_default();
    if required && url.is_none() {
        report.add(&section.key("required"), "is set, and there is no store to require", "set url, or remove it");
    }
    section.finish(report);
    StoreConfig { url: url.map(Secret::new), required }
}

/// What is wrong with an address, and the mend.
fn fault(url: &str) -> Option<(&'static str, &'static str)> {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "redis" | "rediss" | "valkey" | "valkeys"));
    let Some(parsed) = parsed.filter(|parsed| parsed.has_host() && redis::Client::open(url).is_ok()) else {
        let mend = "write redis://HOST:PORT/DATABASE, or rediss:// for TLS";
        return Some(("is not the address of a Redis or Valkey server", mend));
    };
    // The client would take `#insecure` as leave not to look at certificates.
    parsed.fragment().map(|_| ("has a fragment", "remove what stands from # on"))
}

#[cfg(test)]
mod tests;
