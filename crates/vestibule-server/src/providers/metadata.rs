//! What an OpenID provider says of itself (OpenID Connect Discovery 1.0, section 3; RFC 8414).

use serde::Deserialize;
use url::Url;

use crate::config::is_loopback;

/// Where every provider says it, below its issuer.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";
/// What stands in an issuer of many tenants for the one of a token.
pub(crate) const TENANT: &str = "{tenantid}";
/// The places of tenants in such an issuer that stand for more than one.
const ANY_TENANT: [&str; 2] = ["/common/", "/organizations/"];
/// The one that stands for a tenant under another name: that of everybody's own accounts.
const CONSUMERS: (&str, &str) = ("/consumers/", "/9188040d-6c67-4c5b-b112-36a304b66dad/");

/// The metadata, as far as it matters here, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The issuer that ID tokens name; with [`TENANT`] in it where each tenant has one.
    pub(crate) issuer: String,
    pub(crate) authorize_url: Url,
    pub(crate) token_url: Url,
    pub(crate) jwks_url: Url,
    pub(crate) userinfo_url: Option<Url>,
    pub(crate) revoke_url: Option<Url>,
    pub(crate) end_session_url: Option<Url>,
    /// Whether every answer of the authorization endpoint names the issuer (RFC 9207, section 3).
    pub(crate) names_issuer: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Address,
    token_endpoint: Address,
    jwks_uri: Address,
    userinfo_endpoint: Option<Address>,
    revocation_endpoint: Option<Address>,
    end_session_endpoint: Option<Address>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// An address to which people and secrets may be sent.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Address(Url);

impl TryFrom<String> for Address {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Url::parse(&text).ok().filter(is_safe).map(Self).ok_or("no address over https")
    }
}

impl Metadata {
    /// Where it stands.
    pub(crate) fn address(issuer: &str) -> Option<Url> {
        Url::parse(&[issuer.trim_end_matches('/'), WELL_KNOWN].concat()).ok()
    }

    /// Reads the document of the provider that is configured as `issuer`. `None` where it is another's (Discovery 1.0,
    /// section 4.3; OA-02), lacks what the code flow needs, or sends people or secrets over an open line.
    pub(crate) fn parse(body: &[u8], issuer: &str) -> Option<Self> {
        let document: Document = serde_json::from_slice(body).ok()?;
        let is_right = document.issuer == issuer || tenants_of(issuer).as_deref() == Some(document.issuer.as_str());
        let inner = |address: Option<Address>| address.map(|Address(url)| url);
        is_right.then_some(Self {
            issuer: document.issuer,
            authorize_url: document.authorization_endpoint.0,
            token_url: document.token_endpoint.0,
            jwks_url: document.jwks_uri.0,
            userinfo_url: inner(document.userinfo_endpoint),
            revoke_url: inner(document.revocation_endpoint),
            end_session_url: inner(document.end_session_endpoint),
            names_issuer: document.authorization_response_iss_parameter_supported,
        })
    }
}

impl Metadata {
    /// Whether each tenant is an issuer of its own.
    pub(crate) fn is_of_tenants(&self) -> bool {
        self.issuer.contains(TENANT)
    }

    /// Whether `issuer` is this one, or that of some tenant of it.
    pub(crate) fn is_issuer(&self, issuer: &str) -> bool {
        match self.issuer.split_once(TENANT) {
            None => self.issuer == issuer,
            Some((before, after)) => {
                let tenant = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                tenant.is_some_and(|tenant| !tenant.is_empty() && !tenant.contains('/'))
            }
        }
    }
}

/// The issuer that the document of an address names which is not one itself.
fn tenants_of(issuer: &str) -> Option<String> {
    if issuer.contains(CONSUMERS.0) {
        return Some(issuer.replacen(CONSUMERS.0, CONSUMERS.1, 1));
    }
    let any = ANY_TENANT.into_iter().find(|any| issuer.contains(any))?;
    Some(issuer.replacen(any, &["/", TENANT, "/"].concat(), 1))
}

/// Whether people and secrets may be sent there: over https, or to this very machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    let is_named = !url.username().is_empty() || url.password().is_some();
    (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))) && !is_named
}

#[cfg(test)]
mod tests;
