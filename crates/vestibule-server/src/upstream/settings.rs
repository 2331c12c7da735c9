//! The keys of `[upstream]` as they stand in the configuration, before anything is checked.
//!
//! Every key is optional and every table refuses unknown keys; [`ContractSettings::contract`] puts the defaults in and
//! checks the rest.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::config::duration::HumanDuration;
use crate::secret::Secret;

/// `[upstream]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContractSettings {
    /// An origin or a prefix; every path of the contract is appended to it.
    pub base_url: Option<String>,
    /// Constant headers on every call. Their values may be secret (an API key).
    pub headers: BTreeMap<String, Secret>,
    /// The `Accept` header of every call. Default: `*/*`.
    pub accept: Option<String>,
    /// How an authenticated call carries the access token.
    pub auth: AuthSettings,
    /// How the application itself is known to the upstream.
    pub client: ClientSettings,
    /// The longest that one call may take. Default: 10 s.
    pub timeout: Option<HumanDuration>,
    /// The longest that connecting may take. Default: 3 s.
    pub connect_timeout: Option<HumanDuration>,
    /// `[upstream.sign_in]`.
    pub sign_in: SignInSettings,
    /// `[upstream.profile]`.
    pub profile: ProfileSettings,
    /// `[upstream.refresh]`; the upstream refreshes only where the table stands.
    pub refresh: Option<RefreshSettings>,
    /// `[upstream.sign_out]`; the upstream hears of a sign-out only where the table stands.
    pub sign_out: Option<SignOutSettings>,
    /// `[upstream.expiry]`.
    pub expiry: ExpirySettings,
    /// `[upstream.token]`.
    pub token: TokenSettings,
}

/// `upstream.auth`: `{ header, scheme }`, or `{ in = "cookie", cookie }`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSettings {
    /// `header` (default) or `cookie`.
    #[serde(rename = "in")]
    pub place: Option<String>,
    /// The header's name. Default: `Authorization`.
    pub header: Option<String>,
    /// What stands before the token. Default: `Bearer`; empty for the bare token.
    pub scheme: Option<String>,
    /// The cookie's name, with `in = "cookie"`.
    pub cookie: Option<String>,
}

/// `upstream.client`: used where an endpoint says `client_auth = true`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSettings {
    /// `none` (default), `basic` or `body` (RFC 6749, section 2.3.1).
    pub auth: Option<String>,
    /// The client's id.
    pub id: Option<String>,
    /// The client's secret.
    pub secret: Option<Secret>,
}

/// The templates of a body. `Debug` shows their names only: a constant may be a secret.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct BodySettings(pub toml::Table);

impl fmt::Debug for BodySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A rule that recognises an answer: the first that matches wins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSettings {
    /// The answer's status.
    pub status: u16,
    /// Where something must stand in the answer's body.
    pub pointer: Option<String>,
    /// What must stand there, type included; any value but null if not set.
    pub equals: Option<toml::Value>,
}

/// The keys that every endpoint of the contract takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct EndpointSettings {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) encoding: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Option<BodySettings>,
    pub(crate) success: Option<Vec<u16>>,
    pub(crate) auth: Option<bool>,
    pub(crate) client_auth: Option<bool>,
}

/// serde's `flatten` and `deny_unknown_fields` exclude each other, so the common keys are written into each table.
macro_rules! endpoint_table {
    ($(#[$table:meta])* $name:ident { $($(#[$key:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$table])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// The HTTP method.
            pub method: Option<String>,
            /// Appended to `base_url`; may carry `{user_id}` and a constant query.
            pub path: Option<String>,
            /// `json` (default) or `form`.
            pub encoding: Option<String>,
            /// Overrides what `encoding` implies.
            pub content_type: Option<String>,
            /// The body's templates by JSON Pointer, or by name with `form`. Absent sends none, `{}` an empty object.
            pub body: Option<BodySettings>,
            /// The statuses of success. Default: any 2xx.
            pub success: Option<Vec<u16>>,
            /// Whether the access token goes along, in the way that `upstream.auth` says.
            pub auth: Option<bool>,
            /// Whether `upstream.client` goes along.
            pub client_auth: Option<bool>,
            $($(#[$key])* pub $field: $kind,)*
        }

        impl $name {
            pub(crate) fn endpoint(&self) -> EndpointSettings {
                EndpointSettings {
                    method: self.method.clone(),
                    path: self.path.clone(),
                    encoding: self.encoding.clone(),
                    content_type: self.content_type.clone(),
                    body: self.body.clone(),
                    success: self.success.clone(),
                    auth: self.auth,
                    client_auth: self.client_auth,
                }
            }
        }
    };
}

endpoint_table! {
    /// `[upstream.sign_in]`.
    SignInSettings {
        /// Where the access token stands in the answer. Default: `/accessToken`.
        token: Option<String>,
        /// The cookie that carries the access token, for an API that answers with `Set-Cookie`. Instead of `token`.
        token_cookie: Option<String>,
        /// Where a refresh token may stand. Default: `/refreshToken`.
        refresh_token: Option<String>,
        /// Where the user object may stand. Default: `/user`.
        user: Option<String>,
        /// Where the user's id may stand. Default: `id` of the user object.
        user_id: Option<String>,
        /// What answers mean wrong credentials. Default: 401.
        bad_credentials: Option<Vec<RuleSettings>>,
        /// What answers mean a locked account. Default: 403 and 423.
        locked: Option<Vec<RuleSettings>>,
        /// What answers ask for a second step. Default: none.
        mfa: Option<Vec<RuleSettings>>,
        /// Where the API's own words stand; `""` is the whole body. Default: `/errors/0/title`.
        message: Option<Vec<String>>,
        /// Where messages for single fields may stand. Default: `/errors` and `/fields`.
        field_errors: Option<Vec<String>>,
    }
}

endpoint_table! {
    /// `[upstream.profile]`.
    ProfileSettings {
        /// Where the profile stands in the answer. Default: the whole of it.
        pointer: Option<String>,
        /// Where the identity stands in the profile. Not set: `/id`, else the JWT's `sub`, else the e-mail address.
        id: Option<String>,
        /// Where the well-known names stand in the profile.
        attributes: AttributeSettings,
        /// What is never kept, besides what plainly is a credential. Default: `/password`.
        omit: Option<Vec<String>>,
        /// What is kept although it looks like a credential.
        keep: Option<Vec<String>>,
        /// What answers mean a dead token. Default: 401.
        unauthorized: Option<Vec<RuleSettings>>,
    }
}

endpoint_table! {
    /// `[upstream.refresh]`.
    RefreshSettings {
        /// Where the access token stands in the answer. Default: `/accessToken`.
        token: Option<String>,
        /// The cookie that carries the access token. Instead of `token`.
        token_cookie: Option<String>,
        /// Where a new refresh token may stand. Default: `/refreshToken`.
        refresh_token: Option<String>,
        /// Where the user's id may stand. Default: as at sign-in.
        user_id: Option<String>,
        /// What answers mean that the session is over. Default: 401, and 400 with `/error` equal to `invalid_grant`.
        unauthorized: Option<Vec<RuleSettings>>,
    }
}

endpoint_table! {
    /// `[upstream.sign_out]`.
    SignOutSettings {}
}

/// `upstream.profile.attributes`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributeSettings {
    /// Default: `/displayName`.
    pub name: Option<String>,
    /// Default: `/email`.
    pub email: Option<String>,
    /// Default: `/avatar`.
    pub image: Option<String>,
}

/// `[upstream.expiry]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpirySettings {
    /// `jwt` (default), `pointer` or `fixed`.
    pub from: Option<String>,
    /// With `from = "pointer"`: where it stands in the answer that brought the token.
    pub pointer: Option<String>,
    /// With `from = "pointer"`: `s`, `ms`, `epoch_s`, `epoch_ms` or `rfc3339`.
    pub unit: Option<String>,
    /// With `from = "fixed"`: how long a token lives.
    pub max_age: Option<HumanDuration>,
}

/// `[upstream.token]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSettings {
    /// How the API's access tokens are verified; not set, they are opaque but for a hint or two.
    pub verify: Option<VerifySettings>,
}

/// `upstream.token.verify`: exactly one of `jwks_url`, `secret` and `public_key`, and what a token must say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerifySettings {
    /// Where the API publishes its public keys (RFC 7517).
    pub jwks_url: Option<String>,
    /// The secret that the API signs its tokens with; `secret_file` names its file.
    pub secret: Option<Secret>,
    /// The public key of the API, in PEM; `public_key_file` names its file.
    pub public_key: Option<String>,
    /// The algorithms that a token may be signed by. Default: the usual one of the key; of a key set, RS256, ES256 and
    /// EdDSA.
    pub algorithms: Option<Vec<String>>,
    /// What a token's `iss` must be.
    pub issuer: Option<String>,
    /// What a token's `aud` must name.
    pub audience: Option<String>,
    /// What a token's `typ` must be. Default: `JWT`, `at+jwt`, or none.
    pub typ: Option<String>,
}
