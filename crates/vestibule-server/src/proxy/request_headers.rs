//! What of a request's headers reaches the API.

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, FORWARDED, HOST, MAX_FORWARDS, ORIGIN,
    REFERER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT, VIA,
};
use http::{HeaderMap, HeaderName};

use crate::upstream::Contract;

/// Hop by hop (RFC 9110, section 7.6.1), the browser's own business with this site, or for this server to say.
const KEPT: [HeaderName; 17] = [
    ACCEPT_ENCODING,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    COOKIE,
    EXPECT,
    FORWARDED,
    HOST,
    MAX_FORWARDS,
    ORIGIN,
    REFERER,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
    VIA,
];
/// Beginnings of names by which proxies tell each other where a request comes from, or whom it was made for.
const CLAIMS: [&str; 20] = [
    "x-forwarded",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original",
    "x-rewrite",
    "x-remote",
    "x-session-",
    "x-request-id",
    "true-client-ip",
    "cf-",
    "fastly-",
    "proxy-",
    "keep-alive",
    "sec-",
    // Another method than the one that was allowed.
    "x-http-method",
    "x-method-override",
    // Whose trace it is, and what goes with that: nobody outside says (W3C Trace Context, Baggage).
    "traceparent",
    "tracestate",
    "baggage",
];

/// The headers that pass: none that the contract sends itself.
///
/// A name that `Connection` lists goes no further, and neither does one with an underscore: some servers read
/// `X_Forwarded_User` as `X-Forwarded-User`.
pub(crate) fn passed_on(headers: &HeaderMap, contract: &Contract) -> HeaderMap {
    let listed: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    let is_ours = |name: &HeaderName| {
        contract.auth_header().is_some_and(|(ours, _)| name.as_str().eq_ignore_ascii_case(ours))
            || contract.names_header(name)
    };
    let mut passed = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let text = name.as_str();
        let is_kept = KEPT.contains(name)
            || text.contains('_')
            || CLAIMS.iter().any(|claim| text.starts_with(claim))
            || listed.iter().any(|listed| listed == text)
            || is_ours(name);
        if !is_kept {
            passed.append(name.clone(), value.clone());
        }
    }
    passed
}
