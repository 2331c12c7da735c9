//! Origins as an operator writes them: scheme, host and port, nothing behind.

use std::net::Ipv4Addr;

use url::{Host, Url};

/// Reads an origin of http or https. The error says what is wrong; it does not repeat the text, which may hold a
/// password.
pub(crate) fn parse_origin(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("is more than an origin");
    }
    Ok(url)
}

/// Whether an address is this machine's own, where plain http shows nothing to anybody.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Only the schemes of browsers have their addresses read; elsewhere, as in `redis://`, they are names.
        Some(Host::Domain(name)) => name == "localhost" || name.parse().is_ok_and(|it: Ipv4Addr| it.is_loopback()),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
