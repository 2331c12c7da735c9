//! `[[providers]]`: each over its built-in definition, checked.

use std::collections::BTreeSet;

use toml::Table;
use url::Url;

use super::contract::settings;
use super::mistake::shown;
use super::origin::parse_origin;
use super::report::Report;
use super::section::Section;
use super::suggestion::closest;
use crate::providers::{
    DEFINITIONS, Definition, Exchange, Kind, MappingSettings, Provider, ProviderSettings, RESERVED, ResponseMode,
    SignedSecret, StyleSettings, is_safe,
};
use crate::secret::Secret;
use crate::upstream::{
    AttributeSettings, ClientSettings, Contract, ContractSettings, Pointer, ProfileSettings, SignInSettings, contract,
};

/// What every OAuth 2.0 provider has in common.
const CONTRACT: &str = include_str!("../providers/contract.toml");
const LONGEST_ID: usize = 32;
const LONGEST_NAME: usize = 60;
const LONGEST_MARK: usize = 8_192;
const PRESET: &str = "preset";
/// What is asked for so that tokens can be renewed: OpenID's word, and X's. Google has a parameter for it.
const OFFLINE: [&str; 2] = ["offline_access", "offline.access"];

/// `public_url`: a provider that posts its answer needs cookies that cross sites, which https alone has.
pub(super) fn read(tables: Vec<Section>, public_url: &Url, report: &mut Report) -> Vec<Provider> {
    let mut ids = BTreeSet::new();
    let mut providers = Vec::new();
    for table in tables {
        let key = table.name().to_owned();
        let Some(provider) = one(&key, table.into_table(), public_url, report) else { continue };
        if !ids.insert(provider.id.clone()) {
            let what = format!("{} is the id of another provider too", shown(&provider.id));
            report.add(&format!("{key}.id"), what, "give one of them another");
        }
        providers.push(provider);
    }
    providers
}

fn one(key: &str, mut table: Table, public_url: &Url, report: &mut Report) -> Option<Provider> {
    supply_definition(key, &mut table, report);
    if report.names(&format!("{key}.id")) {
        return None;
    }
    let settings: ProviderSettings = settings(key, &[PRESET], table, report)?;
    let mut check = Check { key, report, failed: false };
    let provider = check.provider(settings, public_url);
    provider.filter(|_| !check.failed)
}

/// Puts the definition that `preset`, or else `id`, names under the keys that stand there.
fn supply_definition(key: &str, table: &mut Table, report: &mut Report) {
    let preset = table.remove(PRESET);
    let name = match (&preset, table.get("id")) {
        (Some(toml::Value::String(name)), _) => name.clone(),
        (Some(_), _) => {
            report.add(&format!("{key}.{PRESET}"), "is not a text", "write it in quotation marks");
            return;
        }
        (None, Some(toml::Value::String(id))) => id.clone(),
        (None, _) => return,
    };
    let names: Vec<_> = DEFINITIONS.iter().map(|definition| definition.name).collect();
    match Definition::named(&name) {
        // Read by every test; one that is no TOML supplies nothing.
        Some(definition) => {
            crate::upstream::put_under(table, definition.text.parse().unwrap_or_default());
            table.entry("id").or_insert_with(|| name.into());
        }
        None if preset.is_some() => {
            let what = format!("{} is not a preset", shown(&name));
            report.add(&format!("{key}.{PRESET}"), what, format!("write one of {}", names.join(", ")));
        }
        None if !table.contains_key("kind") => {
            if let Some(meant) = closest(&name, &names) {
                let what = format!("{} is no provider that is known", shown(&name));
                report.add(&format!("{key}.id"), what, format!("did you mean `{meant}`?"));
            }
        }
        None => {}
    }
}

struct Check<'a> {
    key: &'a str,
    report: &'a mut Report,
    failed: bool,
}

impl Check<'_> {
    fn mistake(&mut self, below: &str, what: impl Into<String>, mend: impl Into<String>) {
        self.failed = true;
        self.report.add(&format!("{}.{below}", self.key), what, mend);
    }

    fn missing<T>(&mut self, below: &str, mend: &str) -> Option<T> {
        self.mistake(below, "is missing", mend);
        None
    }

    fn provider(&mut self, settings: ProviderSettings, public_url: &Url) -> Option<Provider> {
        let id = self.id(settings.id);
        let name = self.name(settings.name);
        let kind = self.kind(settings.kind.as_deref());
        let issuer = settings.issuer.and_then(|text| self.issuer(text));
        let [authorize_url, token_url, userinfo_url, revoke_url] = [
            ("authorize_url", settings.authorize_url),
            ("token_url", settings.token_url),
            ("userinfo_url", settings.userinfo_url),
            ("revoke_url", settings.revoke_url),
        ]
        .map(|(below, text)| text.and_then(|text| self.address(below, &text)));
        match kind {
            Some(Kind::Oidc) if issuer.is_none() && !self.failed => {
                self.missing::<()>("issuer", "write the provider's, such as \"https://id.example.org/realms/main\"");
            }
            Some(Kind::OAuth2) => {
                for (below, url) in
                    [("authorize_url", &authorize_url), ("token_url", &token_url), ("userinfo_url", &userinfo_url)]
                {
                    if url.is_none() && !self.report.names(&format!("{}.{below}", self.key)) {
                        self.missing::<()>(
                            below,
                            "write the provider's address for it, or kind = \"oidc\" and its issuer",
                        );
                    }
                }
            }
            _ => {}
        }
        let client_id = match settings.client_id.filter(|id| !id.is_empty()) {
            Some(id) => id,
            None => {
                self.missing("client_id", "write the one that the provider gave this application").unwrap_or_default()
            }
        };
        let signed_secret = settings.signed_secret.and_then(|settings| {
            let (team, id, key) = (settings.team_id, settings.key_id, settings.private_key);
            let (Some(team), Some(id), Some(key)) = (team, id, key) else {
                self.mistake("signed_secret", "is not whole", "write team_id, key_id and private_key_file");
                return None;
            };
            let signed = SignedSecret::new(team, id, key);
            signed
                .map_err(|error| {
                    self.mistake("signed_secret.private_key", error.to_string(), "name Apple's file AuthKey_….p8")
                })
                .ok()
        });
        let client =
            self.client(&client_id, settings.client_secret, signed_secret.is_some(), settings.token_auth.as_deref());
        for name in settings.params.keys().filter(|name| RESERVED.contains(&name.as_str()) || *name == "scope") {
            self.mistake(
                &format!("params.{name}"),
                "is set by the sign-in itself",
                "remove it; scopes has a key of its own",
            );
        }
        let mut scopes = settings.scopes.unwrap_or_default();
        let is_scope = |scope: &String| {
            !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        };
        if !scopes.iter().all(is_scope) {
            self.mistake("scopes", "has one that is none", "write each in quotation marks of its own, without blanks");
        }
        if kind == Some(Kind::Oidc) && !scopes.iter().any(|scope| scope == "openid") {
            self.mistake("scopes", "lacks \"openid\", without which there is no ID token", "add it");
        }
        let response_mode = match settings.response_mode.as_deref() {
            None | Some("query") => ResponseMode::Query,
            Some("form_post") => ResponseMode::FormPost,
            Some(_) => {
                self.mistake("response_mode", "is not a choice", "write \"query\" or \"form_post\"");
                ResponseMode::Query
            }
        };
        if response_mode == ResponseMode::FormPost && public_url.scheme() != "https" {
            let what = "has the provider post its answer, for which browsers want https here";
            self.mistake("response_mode", what, "set server.public_url to an https address, also for development");
        }
        let style = self.style(settings.style);
        // Without its id there is no client: what depends on that would only say so again.
        let contract = if client_id.is_empty() { None } else { self.contract(client, settings.profile) };
        let exchange = settings.exchange.map(|settings| self.exchange(kind, settings));
        let mut params = settings.params;
        if exchange.as_ref().is_some_and(|exchange| !exchange.takes_code()) {
            // Nobody renews what only opens the exchange: people are not asked for more than is used.
            scopes.retain(|scope| !OFFLINE.contains(&scope.as_str()));
            params.retain(|name, value| (name.as_str(), value.as_str()) != ("access_type", "offline"));
        }
        let via = settings.via.into_iter().filter_map(|text| self.origin(&text)).collect();
        Some(Provider {
            id: id?,
            name: name?,
            kind: kind?,
            style,
            logout: settings.logout.unwrap_or(false),
            issuer,
            authorize_url,
            token_url,
            userinfo_url,
            revoke_url,
            revoke: settings.revoke.unwrap_or(true),
            client_id,
            signed_secret,
            scopes,
            params,
            pkce: settings.pkce.unwrap_or(true),
            response_mode,
            via,
            contract: contract?,
            exchange,
            key: self.key.to_owned(),
        })
    }

    fn id(&mut self, id: Option<String>) -> Option<String> {
        const MEND: &str = "write small letters, digits and -, such as \"google\"";
        let Some(id) = id else { return self.missing("id", MEND) };
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(plain) || id == "credentials" {
            self.mistake("id", format!("{} is not an id for a provider", shown(&id)), MEND);
            return None;
        }
        Some(id)
    }

    fn name(&mut self, name: Option<String>) -> Option<String> {
        const MEND: &str = "write what people call it, such as \"Google\"";
        let Some(name) = name.filter(|name| !name.is_empty()) else { return self.missing("name", MEND) };
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            self.mistake("name", "is too long for a button, or has a control character", MEND);
            return None;
        }
        Some(name)
    }

    fn kind(&mut self, kind: Option<&str>) -> Option<Kind> {
        const MEND: &str = "write \"oidc\" or \"oauth2\", or preset with a provider that is known";
        match kind {
            None => self.missing("kind", MEND),
            Some("oidc") => Some(Kind::Oidc),
            Some("oauth2") => Some(Kind::OAuth2),
            Some(_) => {
                self.mistake("kind", "is not a choice", MEND);
                None
            }
        }
    }

    fn address(&mut self, below: &str, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok().filter(is_safe).filter(|url| url.fragment().is_none());
        if url.is_none() {
            self.mistake(
                below,
                "is no https address",
                "write the provider's, such as \"https://id.example.org/token\"",
            );
        }
        url
    }

    /// As the provider writes it: it is compared letter by letter.
    fn issuer(&mut self, text: String) -> Option<String> {
        let is_issuer = |url: &Url| is_safe(url) && url.query().is_none() && url.fragment().is_none();
        if Url::parse(&text).ok().as_ref().is_some_and(is_issuer) {
            return Some(text);
        }
        self.mistake(
            "issuer",
            "is no https address",
            "write it as the provider's ID tokens have it, with or without a slash",
        );
        None
    }

    fn origin(&mut self, text: &str) -> Option<String> {
        match parse_origin(text) {
            Ok(url) if is_safe(&url) => Some(url.origin().ascii_serialization()),
            _ => {
                self.mistake("via", "has what is no https origin", "write https://host, without a path");
                None
            }
        }
    }

    fn client(
        &mut self,
        id: &str,
        secret: Option<Secret>,
        is_signed: bool,
        token_auth: Option<&str>,
    ) -> ClientSettings {
        if secret.is_some() && is_signed {
            self.mistake("client_secret", "stands beside signed_secret", "keep one of the two");
        }
        let has_secret = secret.as_ref().is_some_and(|secret| !secret.expose().is_empty()) || is_signed;
        let auth = match token_auth {
            // A definition knows how a secret is sent; whoever has none is a public client.
            Some("none") => "body",
            Some(auth @ ("basic" | "body")) if has_secret && !(is_signed && auth == "basic") => auth,
            Some("basic" | "body") | None if !has_secret => "body",
            None => "basic",
            Some(_) => {
                self.mistake(
                    "token_auth",
                    "is not a choice",
                    "write \"basic\", \"body\" (also for a signed secret) or \"none\"",
                );
                "body"
            }
        };
        if token_auth == Some("none") && has_secret {
            self.mistake("token_auth", "is \"none\", and there is a secret", "remove one of the two");
        }
        ClientSettings { auth: Some(auth.to_owned()), id: Some(id.to_owned()), secret }
    }

    fn contract(&mut self, client: ClientSettings, mapping: MappingSettings) -> Option<Contract> {
        // Read by every test.
        let mut settings: ContractSettings = toml::from_str(CONTRACT).unwrap_or_default();
        settings.client = client;
        let MappingSettings { pointer, id, name, email, email_verified, image, omit, keep } = mapping;
        let or = |set: Option<String>, of_openid: &str| set.or_else(|| Some(of_openid.to_owned()));
        let attributes =
            AttributeSettings { name: or(name, "/name"), email: or(email, "/email"), image: or(image, "/picture") };
        settings.profile =
            ProfileSettings { pointer, id: or(id, "/sub"), attributes, omit, keep, ..ProfileSettings::default() };
        // Some providers want any text, and this one names nobody.
        let nowhere = Url::parse("http://localhost/").ok()?;
        let mut contract = contract::provider(settings, nowhere, &mut |key, text| self.translated(&key, &text));
        // Nobody vouches for an address unless they say so: where nothing stands, it is not true.
        match Pointer::parse(email_verified.as_deref().unwrap_or("/email_verified")) {
            Ok(pointer) => contract.profile.email_verified = Some(pointer),
            Err(error) => self.translated("upstream.profile.email_verified", &error.to_string()),
        }
        Some(contract)
    }

    fn exchange(&mut self, kind: Option<Kind>, settings: SignInSettings) -> Exchange {
        let place = settings.user.clone();
        if settings.path.is_none() {
            self.missing::<()>("exchange.path", "write where the API takes it, such as \"/sign-in/provider\"");
        }
        if settings.body.is_none() {
            let mend = "write it, such as { \"/idToken\" = \"{id_token}\", \"/provider\" = \"{provider}\" }";
            self.missing::<()>("exchange.body", mend);
        }
        let settings = SignInSettings { body: Some(settings.body.unwrap_or_default()), ..settings };
        let call = contract::exchange(settings, &mut |key, text| self.translated(&key, &text));
        let uses = |name: &&str| call.endpoint.body.as_ref().is_some_and(|body| body.uses(name));
        let of_tokens = ["id_token", "access_token"].into_iter().find(uses);
        let of_code = ["code_verifier", "redirect_uri"].into_iter().find(uses);
        match (uses(&"code"), of_tokens, of_code) {
            (true, Some(name), _) => {
                let what = format!("has {{code}} and {{{name}}}, which comes for that code: it can be redeemed once");
                self.mistake("exchange.body", what, "keep one of them");
            }
            (false, _, Some(name)) => {
                let what = format!("has {{{name}}} without the code that it belongs to");
                self.mistake("exchange.body", what, "add {code}, or remove it");
            }
            (_, Some("id_token"), _) if kind == Some(Kind::OAuth2) => {
                let what = "has {id_token}, which nobody gives with kind = \"oauth2\"";
                self.mistake("exchange.body", what, "write {access_token} or {code}");
            }
            _ => {}
        }
        let profile = place.and_then(|text| Pointer::parse(&text).ok());
        Exchange { call, profile }
    }

    /// A mistake that was told with a key of `[upstream]`.
    fn translated(&mut self, key: &str, text: &str) {
        self.failed = true;
        let places = [
            ("upstream.profile.attributes", "profile"),
            ("upstream.profile", "profile"),
            ("upstream.sign_in", "exchange"),
            ("upstream.client.id", "client_id"),
            ("upstream.client.secret", "client_secret"),
            ("upstream.client", "client_id"),
        ];
        let found = places.into_iter().find_map(|(theirs, ours)| Some([ours, key.strip_prefix(theirs)?].concat()));
        let below = found.unwrap_or_else(|| key.to_owned());
        self.report.add_text(&format!("{}.{below}", self.key), text);
    }

    fn style(&mut self, style: StyleSettings) -> (Option<String>, Option<String>) {
        let is_path = |mark: &String| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ,.+-".contains(&byte);
            mark.len() <= LONGEST_MARK && mark.starts_with(['M', 'm']) && mark.bytes().all(plain)
        };
        if style.mark.as_ref().is_some_and(|mark| !is_path(mark)) {
            self.mistake("style.mark", "is no path of an SVG", "write what stands in its d=\"…\", of 24 by 24 units");
        }
        let color = style.color.filter(|color| {
            let digits = color.strip_prefix('#').unwrap_or_default();
            let is_color = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_color {
                self.mistake("style.color", "is not a colour", "write #rrggbb, such as \"#1db954\"");
            }
            is_color
        });
        (style.mark, color)
    }
}

#[cfg(test)]
mod tests;
