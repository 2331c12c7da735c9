//! The contract, checked: everything that must be known of an upstream to sign people in there.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;
use url::Url;
use vestibule_core::SecondStep;

use super::pointer::Pointer;
use super::rule::Rule;
use super::settings::ContractSettings;
use super::template::{BodyTemplate, Encoding, PathTemplate};
use super::verify::{KEYS_TIMEOUT, Verify};
use crate::secret::Secret;

mod check;

pub(crate) use self::check::{exchange, provider};

/// The longest that `upstream.timeout` may be: a sign-in makes two calls, and a request has 30 s in all.
pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_secs(14);
/// The same where a sign-in may have to wait for the API's keys besides.
pub(crate) const LONGEST_TIMEOUT_WITH_KEYS: Duration = Duration::from_secs(12);

/// A valid contract with a JWT API. Made from [`ContractSettings`], or with every default by [`Contract::at`].
#[derive(Clone, Debug)]
pub struct Contract {
    pub(crate) base_url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) accept: HeaderValue,
    pub(crate) auth: Auth,
    pub(crate) client: Client,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) sign_in: SignIn,
    pub(crate) profile: Profile,
    pub(crate) refresh: Option<Refresh>,
    pub(crate) sign_out: Option<Endpoint>,
    pub(crate) expiry: Expiry,
    pub(crate) verify: Option<Verify>,
    /// Login fields whose text no message may repeat: the password and a one-time code.
    pub(crate) secret_fields: Vec<String>,
}

impl Contract {
    /// The smallest contract, as if `base_url` alone were configured: `POST /sign-in`, `{accessToken}`, `GET /me`,
    /// `Authorization: Bearer`.
    #[must_use]
    pub fn at(base_url: Url) -> Self {
        check::build(ContractSettings::default(), base_url, &check::DEFAULT_FIELDS, false, &mut |_, _| {})
    }

    /// What every path is appended to: an origin or a prefix.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// The header that carries the access token, and what stands before the token in it; `None` where a cookie does.
    #[must_use]
    pub fn auth_header(&self) -> Option<(&str, &str)> {
        match &self.auth {
            Auth::Header { name, scheme } => Some((name.as_str(), scheme)),
            Auth::Cookie { .. } => None,
        }
    }

    /// Whether a header is among the constant ones of every call.
    pub(crate) fn names_header(&self, name: &HeaderName) -> bool {
        self.headers.contains_key(name)
    }

    /// The longest that one call may take, answer and all.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The longest that connecting may take.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// How to sign in.
    #[must_use]
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// Where the profile stands.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// How to refresh, where the upstream can.
    #[must_use]
    pub fn refresh(&self) -> Option<&Refresh> {
        self.refresh.as_ref()
    }

    /// How to sign out, where the upstream wants to know.
    #[must_use]
    pub fn sign_out(&self) -> Option<&Endpoint> {
        self.sign_out.as_ref()
    }

    /// When a token dies.
    #[must_use]
    pub fn expiry(&self) -> &Expiry {
        &self.expiry
    }

    /// How tokens are verified, if they are.
    #[must_use]
    pub fn verify(&self) -> Option<&Verify> {
        self.verify.as_ref()
    }

    /// The longest that renewing a token may take: the call, and where the API's keys are fetched, that too.
    pub(crate) fn longest_renewal(&self) -> Duration {
        let keys = self.verify.as_ref().and_then(Verify::jwks_url).map_or(Duration::ZERO, |_| KEYS_TIMEOUT);
        self.timeout + keys
    }

    /// Whether any address of the contract is https.
    pub(crate) fn speaks_tls(&self) -> bool {
        let keys = self.verify.as_ref().and_then(Verify::jwks_url);
        [Some(&self.base_url), keys].into_iter().flatten().any(|url| url.scheme() == "https")
    }

    /// Whether a sign-in may ask for a second step.
    pub(crate) fn asks_for_second_step(&self) -> bool {
        !self.sign_in.mfa.is_empty()
    }

    /// Whether a sign-in has a place for what is typed then.
    pub(crate) fn takes_second_step(&self, step: &SecondStep) -> bool {
        let body = self.sign_in.endpoint.body.as_ref();
        body.is_some_and(|body| step.fields.iter().any(|field| body.uses(&field.name)))
    }
}

/// How an authenticated call carries the access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// In a header: `Authorization: Bearer …` (RFC 6750, section 2.1).
    Header {
        /// The header's name.
        name: HeaderName,
        /// What stands before the token; empty for the bare token.
        scheme: String,
    },
    /// In a cookie.
    Cookie {
        /// The cookie's name.
        name: String,
    },
}

/// How the application itself is known to the upstream (RFC 6749, section 2.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Client {
    /// It is not.
    None,
    /// By HTTP Basic authentication.
    Basic {
        /// The client's id.
        id: String,
        /// The client's secret.
        secret: Secret,
    },
    /// By `client_id` and `client_secret` in the body.
    Body {
        /// The client's id.
        id: String,
        /// The client's secret; a public client has none.
        secret: Option<Secret>,
    },
}

/// One call of the contract.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The HTTP method.
    pub method: Method,
    /// Where it is, if not below `base_url`: a provider's endpoints are each at an address of their own.
    pub(crate) address: Option<Url>,
    /// Appended to `base_url`.
    pub path: PathTemplate,
    /// How the body is written.
    pub encoding: Encoding,
    /// The `Content-Type`, where it is not what the encoding implies.
    pub content_type: Option<HeaderValue>,
    /// The body; `None` sends none.
    pub body: Option<BodyTemplate>,
    /// The statuses of success; `None` is any 2xx.
    pub success: Option<Vec<StatusCode>>,
    /// Whether the access token goes along.
    pub auth: bool,
    /// Whether the client's id and secret go along.
    pub client_auth: bool,
}

impl Endpoint {
    /// Whether a status means success here.
    #[must_use]
    pub fn succeeds_with(&self, status: StatusCode) -> bool {
        self.success.as_ref().map_or(status.is_success(), |statuses| statuses.contains(&status))
    }
}

/// Where the access token stands in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// In the body.
    Pointer(Pointer),
    /// In a cookie that the answer sets.
    Cookie(String),
}

/// `[upstream.sign_in]`, checked.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The call.
    pub endpoint: Endpoint,
    /// Where the access token stands.
    pub token: TokenSource,
    /// Where a refresh token may stand.
    pub refresh_token: Pointer,
    /// Where the user's id may stand.
    pub user_id: Pointer,
    /// What answers mean wrong credentials.
    pub bad_credentials: Vec<Rule>,
    /// What answers mean a locked account.
    pub locked: Vec<Rule>,
    /// What answers ask for a second step.
    pub mfa: Vec<Rule>,
    /// Where the API's own words stand, in order.
    pub message: Vec<Pointer>,
    /// Where messages for single fields may stand.
    pub field_errors: Vec<Pointer>,
}

/// What a rule of `[upstream.sign_in]` takes an answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    BadCredentials,
    Locked,
    SecondStep,
}

impl SignIn {
    /// What the rules take an answer for; `None` where none of them matches.
    ///
    /// Those that look into the body go before those of a status alone: an API that says 401 to everything tells the
    /// cases apart there, and `bad_credentials` has a default that would be in the way.
    pub(crate) fn refusal(&self, status: StatusCode, body: Option<&Value>) -> Option<Refusal> {
        let lists = [
            (&self.bad_credentials, Refusal::BadCredentials),
            (&self.locked, Refusal::Locked),
            (&self.mfa, Refusal::SecondStep),
        ];
        let rules = || lists.into_iter().flat_map(|(rules, refusal)| rules.iter().map(move |rule| (rule, refusal)));
        let special = rules().filter(|(rule, _)| rule.looks_into_body());
        let general = rules().filter(|(rule, _)| !rule.looks_into_body());
        special.chain(general).find_map(|(rule, refusal)| rule.matches(status, body).then_some(refusal))
    }
}

/// `[upstream.profile]`, checked. Every pointer but `pointer` is relative to the profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The call.
    pub endpoint: Endpoint,
    /// Where the profile stands in the answer.
    pub pointer: Pointer,
    /// Where the identity stands, if configured.
    pub id: Option<Pointer>,
    /// Where the name stands.
    pub name: Pointer,
    /// Where the e-mail address stands.
    pub email: Pointer,
    /// Where it stands whether the e-mail address is known to be the person's, if anywhere; what is not `true` there means
    /// that it is not.
    pub(crate) email_verified: Option<Pointer>,
    /// Where the picture's address stands.
    pub image: Pointer,
    /// What is never kept.
    pub omit: Vec<Pointer>,
    /// What is kept although it looks like a credential.
    pub keep: Vec<Pointer>,
    /// What answers mean a dead token.
    pub unauthorized: Vec<Rule>,
}

/// `[upstream.refresh]`, checked.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The call.
    pub endpoint: Endpoint,
    /// Where the new access token stands.
    pub token: TokenSource,
    /// Where a new refresh token may stand.
    pub refresh_token: Pointer,
    /// Where the user's id may stand.
    pub user_id: Pointer,
    /// What answers mean that the session is over.
    pub unauthorized: Vec<Rule>,
}

impl Refresh {
    /// Whether a session's tokens can be renewed: with the refresh token where the body asks for it, else with the
    /// access token, in the way that `upstream.auth` says or in the body.
    #[must_use]
    pub fn can_renew(&self, has_refresh_token: bool) -> bool {
        let body = self.endpoint.body.as_ref();
        let carries = |name| body.is_some_and(|body| body.uses(name));
        // A default body is left out where there is nothing to fill it with.
        let demands = carries("refresh") && body.is_some_and(|body| !body.is_default);
        (has_refresh_token && carries("refresh")) || (!demands && (self.endpoint.auth || carries("access")))
    }
}

/// `[upstream.expiry]`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The access token is a JWT with an `exp` of its own.
    Jwt,
    /// The answer that brings the token says it.
    Pointer {
        /// Where.
        pointer: Pointer,
        /// In what unit.
        unit: ExpiryUnit,
    },
    /// Every token lives as long.
    Fixed(Duration),
}

/// The unit of an expiry that stands in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryUnit {
    /// Seconds from now.
    Seconds,
    /// Milliseconds from now.
    Millis,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// A date and time as in RFC 3339.
    Rfc3339,
}

#[cfg(test)]
mod tests;
