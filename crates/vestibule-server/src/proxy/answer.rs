//! What of the API's answer reaches the browser.

use axum::body::Body;
use http::header::{
    ACCEPT_RANGES, AGE, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH,
    CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, EXPIRES, LAST_MODIFIED, LOCATION, RETRY_AFTER, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use vestibule_core::{ErrorCode, wire};

use crate::upstream::Contract;

/// What describes the body or the answer, and asks the browser for nothing.
const PASSED: [HeaderName; 14] = [
    ACCEPT_RANGES,
    AGE,
    ALLOW,
    CONTENT_DISPOSITION,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    CONTENT_TYPE,
    ETAG,
    EXPIRES,
    LAST_MODIFIED,
    RETRY_AFTER,
    VARY,
];
/// Beginnings of names of an API's own headers that browsers, or the servers between, would act on.
const COMMANDS: [&str; 16] = [
    "x-accel-",
    "x-content-",
    "x-dns-",
    "x-download-",
    "x-forwarded",
    "x-frame-",
    "x-lighttpd-",
    "x-permitted-",
    "x-powered-",
    "x-real-ip",
    "x-request-id",
    "x-robots-",
    "x-sendfile",
    "x-session-",
    "x-ua-",
    "x-xss-",
];
/// Names without `x-` that tell a program something, and a browser nothing.
const TOLD: [&str; 6] = ["deprecation", "sunset", "ratelimit", "ratelimit-", "idempotency-key", "preference-applied"];

/// What an answer may do if a browser shows it after all. `default-src` speaks of nothing but loading, so the rest is said
/// one by one (ASVS 3.4.3, 3.4.6).
const POLICY: &str = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The answer, as far as it may pass.
///
/// # Errors
/// The code of the refusal: a redirect (502), or a type that a browser would run in this site's name (415).
pub(super) fn passed_back(answer: Response<Body>, contract: &Contract) -> Result<Response<Body>, ErrorCode> {
    let (mut head, body) = answer.into_parts();
    if head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED {
        tracing::warn!(status = head.status.as_u16(), "the API answered a call with a redirect, which is not followed");
        return Err(ErrorCode::UnexpectedAnswer);
    }
    let kind = kind_of(&head.headers);
    if kind == Kind::Running {
        tracing::warn!("the API answered with a page or a script, which does not pass");
        return Err(ErrorCode::UnsupportedType);
    }
    let mut headers = HeaderMap::with_capacity(head.headers.len());
    for (name, value) in &head.headers {
        if passes(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    if let Some(location) = head.headers.get(LOCATION).and_then(|location| below(location, contract)) {
        headers.insert(LOCATION, location);
    }
    headers.insert(CACHE_CONTROL, private(&head.headers));
    if kind == Kind::File {
        if !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        }
        let named = headers.get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
        let is_attachment =
            named.is_some_and(|named| named.trim_start().to_ascii_lowercase().starts_with("attachment"));
        if !is_attachment {
            headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        }
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    head.headers = headers;
    Ok(Response::from_parts(head, body))
}

fn passes(name: &HeaderName) -> bool {
    let text = name.as_str();
    let is_own = text.starts_with("x-") && !COMMANDS.iter().any(|command| text.starts_with(command));
    PASSED.contains(name)
        || is_own
        || TOLD.iter().any(|told| text == *told || (told.ends_with('-') && text.starts_with(told)))
}

/// What a browser makes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Data, which it shows or hands to a script.
    Data,
    /// Something that it is to save.
    File,
    /// A page, a drawing or a script, which it would run.
    Running,
}

fn kind_of(headers: &HeaderMap) -> Kind {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(named), None) = (types.next(), types.next()) else {
        // Nobody knows what it is; two types are one too many.
        return if headers.contains_key(CONTENT_TYPE) { Kind::Running } else { Kind::File };
    };
    let named = named.to_str().unwrap_or_default().to_ascii_lowercase();
    let essence = named.split(';').next().unwrap_or_default().trim();
    let is_xml = essence.ends_with("/xml") || essence.ends_with("+xml");
    let is_script = essence.contains("javascript") || essence.contains("ecmascript") || essence == "text/jscript";
    let is_page = essence.starts_with("text/html") || essence.contains("xhtml") || essence.starts_with("multipart/");
    // More than one type in one header: browsers differ in which they take.
    if is_xml || is_script || is_page || named.contains(',') {
        Kind::Running
    } else if essence == "application/json"
        || essence.ends_with("+json")
        || matches!(essence, "text/plain" | "text/event-stream")
        || essence.starts_with("image/")
    {
        Kind::Data
    } else {
        Kind::File
    }
}

/// The API's word on caches, without leave for those that others share.
fn private(headers: &HeaderMap) -> HeaderValue {
    let said = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or("no-store");
    let kept = said.split(',').map(str::trim).filter(|directive| {
        let name = directive.split('=').next().unwrap_or_default().to_ascii_lowercase();
        !matches!(name.as_str(), "" | "public" | "private" | "s-maxage" | "proxy-revalidate")
    });
    let kept: Vec<_> = ["private"].into_iter().chain(kept).collect();
    HeaderValue::from_str(&kept.join(", ")).unwrap_or(HeaderValue::from_static("private, no-store"))
}

/// The address of what was made, where it is below the API: by the way that leads through here.
fn below(location: &HeaderValue, contract: &Contract) -> Option<HeaderValue> {
    let base = contract.base_url();
    let target = base.join(location.to_str().ok()?).ok()?;
    if target.origin() != base.origin() {
        return None;
    }
    let path = target.path().strip_prefix(base.path().trim_end_matches('/')).filter(|path| path.starts_with('/'))?;
    let query = target.query().map(|query| format!("?{query}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{}{path}{query}", wire::UPSTREAM)).ok()
}

#[cfg(test)]
mod tests;
