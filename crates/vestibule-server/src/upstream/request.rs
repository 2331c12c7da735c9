//! Requests to the upstream: an endpoint of the contract, filled in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method, Request, Uri};
use serde_json::Value;
use url::form_urlencoded;
use vestibule_core::AccessToken;
use zeroize::Zeroizing;

use super::Credentials;
use super::contract::{Auth, Client, Contract, Endpoint};
use super::template::{BodyTemplate, Values};
use crate::secret::RefreshToken;

/// The values of a contract's placeholders.
#[derive(Clone, Copy, Default)]
pub(crate) struct Filling<'a> {
    pub(crate) fields: Option<&'a Credentials>,
    pub(crate) access: Option<&'a AccessToken>,
    pub(crate) refresh: Option<&'a RefreshToken>,
    pub(crate) user_id: Option<&'a str>,
}

impl Values for Filling<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.fields.and_then(|fields| fields.get(name)).or_else(|| match name {
            "access" => self.access.map(AccessToken::secret),
            "refresh" => self.refresh.map(RefreshToken::expose),
            "user_id" => self.user_id,
            // Whoever gave one token alone takes that one back (RFC 7009, section 2.1).
            "token" => self.refresh.map(RefreshToken::expose).or(self.access.map(AccessToken::secret)),
            _ => None,
        })
    }
}

/// Why an endpoint cannot be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsendable {
    /// The path carries `{user_id}` and the answer had none, or one that is no path segment. Remedy:
    /// `upstream.sign_in.user_id`.
    #[error("the path needs a user's id that the upstream did not give")]
    NoUserId,
    /// The access token cannot be carried in the way that `upstream.auth` says.
    #[error("the access token cannot stand in the header or cookie that upstream.auth names")]
    Token,
    /// Address and path are no URI together. Remedy: mend `upstream.base_url` or the path.
    #[error("the address cannot be written")]
    Address,
}

/// The identity in the form that a path or a template takes: a text or a number.
pub(crate) fn user_id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a token can be carried as the contract says: visible ASCII in a header (RFC 9110, section 5.5), and what
/// RFC 6265 allows in a cookie.
pub(crate) fn can_carry(auth: &Auth, token: &str) -> bool {
    let visible = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    match auth {
        Auth::Header { .. } => visible,
        Auth::Cookie { .. } => visible && !token.contains(['"', ',', ';', '\\']),
    }
}

/// The request of an endpoint.
pub(crate) fn build(
    contract: &Contract,
    endpoint: &Endpoint,
    filling: &Filling<'_>,
) -> Result<Request<Bytes>, Unsendable> {
    let mut request = match &endpoint.address {
        Some(address) => start_at(contract, endpoint.method.clone(), address.as_str())?,
        None => {
            let path = endpoint.path.fill(filling).ok_or(Unsendable::NoUserId)?;
            start(contract, endpoint.method.clone(), &path)?
        }
    };
    let headers = request.headers_mut();
    if endpoint.auth {
        let token = filling.access.ok_or(Unsendable::Token)?;
        authorize(headers, &contract.auth, token)?;
    }
    let mut more = Vec::new();
    match &contract.client {
        Client::Basic { id, secret } if endpoint.client_auth => {
            headers.insert(AUTHORIZATION, basic(id, secret.expose()).ok_or(Unsendable::Token)?);
        }
        Client::Body { id, secret } if endpoint.client_auth => {
            more.push(("client_id", id.as_str()));
            more.extend(secret.as_ref().map(|secret| ("client_secret", secret.expose())));
        }
        _ => {}
    }
    let none = BodyTemplate::default();
    let template = endpoint.body.as_ref().or((!more.is_empty()).then_some(&none));
    if let Some(bytes) = template.and_then(|body| body.render(endpoint.encoding, filling, &more)) {
        let implied = HeaderValue::from_static(endpoint.encoding.content_type());
        headers.insert(CONTENT_TYPE, endpoint.content_type.clone().unwrap_or(implied));
        // The bytes are wiped when the last one who reads them is done.
        *request.body_mut() = Bytes::from_owner(bytes);
    }
    Ok(request)
}

/// A request with the headers of every call, and no body yet. `path` begins with a slash.
pub(crate) fn start(contract: &Contract, method: Method, path: &str) -> Result<Request<Bytes>, Unsendable> {
    let base = contract.base_url.as_str().trim_end_matches('/');
    start_at(contract, method, &format!("{base}{path}"))
}

fn start_at(contract: &Contract, method: Method, address: &str) -> Result<Request<Bytes>, Unsendable> {
    let uri: Uri = address.parse().map_err(|_| Unsendable::Address)?;
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(USER_AGENT, HeaderValue::from_static("Vestibule"));
    for (name, value) in &contract.headers {
        headers.insert(name, value.clone());
    }
    headers.insert(ACCEPT, contract.accept.clone());
    Ok(request)
}

/// Puts the access token where `upstream.auth` says.
pub(crate) fn authorize(headers: &mut HeaderMap, auth: &Auth, token: &AccessToken) -> Result<(), Unsendable> {
    if !can_carry(auth, token.secret()) {
        return Err(Unsendable::Token);
    }
    let (name, text) = match auth {
        Auth::Header { name, scheme } if scheme.is_empty() => (name, Zeroizing::new(token.secret().to_owned())),
        Auth::Header { name, scheme } => (name, Zeroizing::new(format!("{scheme} {}", token.secret()))),
        Auth::Cookie { name } => (&COOKIE, Zeroizing::new(format!("{name}={}", token.secret()))),
    };
    headers.insert(name, sensitive(&text).ok_or(Unsendable::Token)?);
    Ok(())
}

/// `Basic …`, with id and secret encoded as RFC 6749, section 2.3.1, wants it.
fn basic(id: &str, secret: &str) -> Option<HeaderValue> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(id), encoded(secret)));
    sensitive(&Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes()))))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests;
