//! The keys of `[[providers]]` as they stand in the configuration, before anything is checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::secret::Secret;
use crate::upstream::SignInSettings;

/// One of `[[providers]]`. Every key goes before that of the built-in definition (`preset`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderSettings {
    /// What the addresses call it, and the session's `way`.
    pub id: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// `oidc` (OpenID Connect) or `oauth2`.
    pub kind: Option<String>,
    /// The issuer of an OpenID provider, which says where its endpoints are.
    pub issuer: Option<String>,
    /// The authorization endpoint, where the issuer does not say it.
    pub authorize_url: Option<String>,
    /// The token endpoint.
    pub token_url: Option<String>,
    /// Where the profile is.
    pub userinfo_url: Option<String>,
    /// The revocation endpoint (RFC 7009).
    pub revoke_url: Option<String>,
    /// This application's id there.
    pub client_id: Option<String>,
    /// Its secret; a public client has none.
    pub client_secret: Option<Secret>,
    /// A secret that is signed anew: Apple's.
    pub signed_secret: Option<SignedSecretSettings>,
    /// What is asked for.
    pub scopes: Option<Vec<String>>,
    /// More parameters of the authorization request.
    pub params: BTreeMap<String, String>,
    /// How the client proves itself: `basic`, `body` or `none`.
    pub token_auth: Option<String>,
    /// Whether PKCE is used. Default: yes.
    pub pkce: Option<bool>,
    /// `query` (default) or `form_post`.
    pub response_mode: Option<String>,
    /// Whether signing out revokes the tokens. Default: yes.
    pub revoke: Option<bool>,
    /// Whether signing out signs out at the provider, too.
    pub logout: Option<bool>,
    /// Other origins that the way leads over: browsers hold a form's redirects to the policy of the page.
    pub via: Vec<String>,
    /// Where the profile's parts are.
    pub profile: MappingSettings,
    /// What the button looks like.
    pub style: StyleSettings,
    /// Where the API takes what the provider gave.
    pub exchange: Option<SignInSettings>,
}

/// `providers.profile`: JSON Pointers; all but `pointer` within the profile.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MappingSettings {
    /// Where the profile stands in the answer of `userinfo_url`.
    pub pointer: Option<String>,
    /// Where the subject stands. Default: `/sub`.
    pub id: Option<String>,
    /// Default: `/name`.
    pub name: Option<String>,
    /// Default: `/email`.
    pub email: Option<String>,
    /// Where it stands whether the address is the person's. Default: `/email_verified`.
    pub email_verified: Option<String>,
    /// Default: `/picture`.
    pub image: Option<String>,
    /// What is never kept.
    pub omit: Option<Vec<String>>,
    /// What is kept although it looks like a credential.
    pub keep: Option<Vec<String>>,
}

/// `providers.style`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StyleSettings {
    /// The path of an SVG of 24 by 24 units.
    pub mark: Option<String>,
    /// The mark's colour.
    pub color: Option<String>,
}

/// `providers.signed_secret`: the key that signs the client's secret.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignedSecretSettings {
    /// Who signs: Apple's team.
    pub team_id: Option<String>,
    /// The key's id there.
    pub key_id: Option<String>,
    /// The key itself: P-256, PKCS #8, in PEM.
    pub private_key: Option<Secret>,
}
