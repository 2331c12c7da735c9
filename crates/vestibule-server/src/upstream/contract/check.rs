//! From settings to a contract: the defaults, and every mistake with its key and its mend.

use std::time::Duration;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde_json::json;
use url::{Host, Url};
use vestibule_core::{FieldKind, LoginForm};

use super::{Auth, Client, Contract, Endpoint, Expiry, ExpiryUnit, Profile, Refresh, SignIn, TokenSource};
use crate::config::duration::HumanDuration;
use crate::upstream::pointer::{Pointer, index};
use crate::upstream::rule::Rule;
use crate::upstream::settings::{
    AuthSettings, BodySettings, ClientSettings, ContractSettings, EndpointSettings, ExpirySettings, ProfileSettings,
    RefreshSettings, RuleSettings, SignInSettings, SignOutSettings,
};
use crate::upstream::template::{
    BodyTemplate, Encoding, Entry, PathTemplate, Template, USER_ID, constant, has_dot_segment,
};

/// The fields of the default login form, and whether each is secret.
pub(super) const DEFAULT_FIELDS: [(&str, bool); 2] = [("username", false), ("password", true)];
/// Placeholders that are no fields of the form.
const RESERVED: [&str; 4] = ["otp", "access", "refresh", "user_id"];
/// Headers that the transport or another key of the contract sets. A compressed answer could not be read, either.
const NOT_CONSTANT: [HeaderName; 13] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::RANGE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl ContractSettings {
    /// Checks the settings against the login form. `None` when `base_url` is not set, or when there was a mistake:
    /// each is told to `mistakes` by its key, such as `upstream.sign_in.token`, and what is wrong and how to mend it,
    /// joined by a dash. Secret values are never repeated.
    ///
    /// In production, plain http is refused but for loopback.
    pub fn contract(
        self,
        form: &LoginForm,
        production: bool,
        mistakes: &mut impl FnMut(String, String),
    ) -> Option<Contract> {
        let mut failed = false;
        let mut report = |key: String, text: String| {
            failed = true;
            mistakes(key, text);
        };
        let base_url = self.base_url.as_ref()?;
        let base_url = match base(base_url, production) {
            Ok(url) => Some(url),
            Err(text) => {
                report("upstream.base_url".to_owned(), text.to_owned());
                None
            }
        };
        let fields: Vec<(&str, bool)> =
            form.fields.iter().map(|field| (field.name.as_str(), field.kind == FieldKind::Password)).collect();
        // Without an address the rest is checked all the same, so that every mistake is told at once.
        let address = base_url.clone().or_else(|| Url::parse("http://localhost/").ok())?;
        let contract = build(self, address, &fields, &mut report);
        base_url.filter(|_| !failed).map(|_| contract)
    }
}

fn base(text: &str, production: bool) -> Result<Url, &'static str> {
    let form = "is not an address — write an origin or a prefix, such as \"https://api.example.org/v1\"";
    let url = Url::parse(text).map_err(|_| form)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("is neither http nor https — write an origin or a prefix, such as \"https://api.example.org/v1\"");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "holds a user name or password — remove it; upstream.client or upstream.headers can carry credentials",
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment — remove it; a constant query can stand in the path of an endpoint");
    }
    if production && url.scheme() == "http" && !is_loopback(&url) {
        return Err("is plain http, which shows every password on the way — write https");
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The contract with a default in the place of every mistake, so that all mistakes are found in one go.
pub(super) fn build(
    settings: ContractSettings,
    base_url: Url,
    fields: &[(&str, bool)],
    report: &mut dyn FnMut(String, String),
) -> Contract {
    let mut check = Check { report, fields };
    let auth = check.auth(settings.auth);
    let headers = check.headers(settings.headers, &auth);
    let client = check.client(settings.client);
    let sign_in = check.sign_in(settings.sign_in);
    let refresh_user_id = sign_in.user_id.clone();
    let contract = Contract {
        base_url,
        headers,
        accept: check.header_value("upstream.accept", settings.accept).unwrap_or(HeaderValue::from_static("*/*")),
        client,
        timeout: check.duration("upstream.timeout", settings.timeout, 10),
        connect_timeout: check.duration("upstream.connect_timeout", settings.connect_timeout, 3),
        profile: check.profile(settings.profile),
        refresh: settings.refresh.map(|refresh| check.refresh(refresh, refresh_user_id)),
        sign_out: settings.sign_out.map(|sign_out| check.sign_out(&sign_out)),
        expiry: check.expiry(settings.expiry),
        secret_fields: check.secret_fields(),
        auth,
        sign_in,
    };
    check.clients(&contract);
    contract
}

struct Check<'a> {
    report: &'a mut dyn FnMut(String, String),
    fields: &'a [(&'a str, bool)],
}

/// What an endpoint is where the configuration does not say.
struct Defaults {
    key: &'static str,
    method: Method,
    path: &'static str,
    /// Names and templates.
    body: &'static [(&'static str, &'static str)],
    auth: bool,
}

impl Check<'_> {
    fn mistake(&mut self, key: impl Into<String>, text: impl Into<String>) {
        (self.report)(key.into(), text.into());
    }

    fn secret_fields(&self) -> Vec<String> {
        let secret = self.fields.iter().filter(|(_, secret)| *secret).map(|(name, _)| (*name).to_owned());
        secret.chain(["otp".to_owned()]).collect()
    }

    fn auth(&mut self, settings: AuthSettings) -> Auth {
        let bearer = Auth::Header { name: header::AUTHORIZATION, scheme: "Bearer".to_owned() };
        match settings.place.as_deref().unwrap_or("header") {
            "header" => {
                if settings.cookie.is_some() {
                    self.mistake(
                        "upstream.auth.cookie",
                        "is used only with in = \"cookie\" — write that too, or remove it",
                    );
                }
                let name = settings.header.map(|name| HeaderName::try_from(name.as_str()));
                let Ok(name) = name.unwrap_or(Ok(header::AUTHORIZATION)) else {
                    self.mistake(
                        "upstream.auth.header",
                        "is not a header's name — write one such as \"Authorization\"",
                    );
                    return bearer;
                };
                if NOT_CONSTANT.contains(&name) || name == header::COOKIE {
                    self.mistake("upstream.auth.header", "cannot carry a token — write one such as \"Authorization\"");
                    return bearer;
                }
                let scheme = settings.scheme.unwrap_or_else(|| "Bearer".to_owned());
                if HeaderValue::from_str(&scheme).is_err() || !scheme.is_ascii() {
                    self.mistake("upstream.auth.scheme", "cannot stand in a header — write one such as \"Bearer\"");
                    return bearer;
                }
                Auth::Header { name, scheme: scheme.trim().to_owned() }
            }
            "cookie" => {
                for (key, set) in [("header", settings.header.is_some()), ("scheme", settings.scheme.is_some())] {
                    if set {
                        self.mistake(format!("upstream.auth.{key}"), "is not used with in = \"cookie\" — remove it");
                    }
                }
                match settings.cookie.filter(|name| is_cookie_name(name)) {
                    Some(name) => Auth::Cookie { name },
                    None => {
                        self.mistake(
                            "upstream.auth.cookie",
                            "is not a cookie's name — write the cookie that the API reads",
                        );
                        bearer
                    }
                }
            }
            _ => {
                self.mistake("upstream.auth.in", "is not a choice — write \"header\" or \"cookie\"");
                bearer
            }
        }
    }

    fn headers(
        &mut self,
        settings: std::collections::BTreeMap<String, crate::secret::Secret>,
        auth: &Auth,
    ) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in settings {
            let key = format!("upstream.headers.{name}");
            let Ok(name) = HeaderName::try_from(name.as_str()) else {
                self.mistake(key, "is not a header's name — write one such as \"X-Api-Key\"");
                continue;
            };
            let carries_token = match auth {
                Auth::Header { name: used, .. } => *used == name,
                Auth::Cookie { .. } => name == header::COOKIE,
            };
            if carries_token {
                self.mistake(
                    key,
                    "carries the access token (upstream.auth) — remove it, or let the token use another header",
                );
            } else if NOT_CONSTANT.contains(&name) {
                self.mistake(
                    key,
                    "is set for each call — remove it (upstream.accept and content_type are keys of their own)",
                );
            } else if let Ok(mut value) = HeaderValue::from_str(value.expose()) {
                value.set_sensitive(true);
                headers.append(name, value);
            } else {
                self.mistake(key, "cannot stand in a header — write it as one line of plain text");
            }
        }
        headers
    }

    fn client(&mut self, settings: ClientSettings) -> Client {
        let kind = settings.auth.as_deref().unwrap_or("none");
        if kind == "none" {
            if settings.id.is_some() || settings.secret.is_some() {
                self.mistake(
                    "upstream.client.auth",
                    "is \"none\", so id and secret are not used — write \"basic\" or \"body\"",
                );
            }
            return Client::None;
        }
        let Some(id) = settings.id.filter(|id| !id.is_empty()) else {
            self.mistake("upstream.client.id", "is missing — write the id that the API gave to this application");
            return Client::None;
        };
        match (kind, settings.secret) {
            ("basic", Some(secret)) => Client::Basic { id, secret },
            ("basic", None) => {
                self.mistake("upstream.client.secret", "is missing — write it, or its file at secret_file");
                Client::None
            }
            ("body", secret) => Client::Body { id, secret },
            _ => {
                self.mistake("upstream.client.auth", "is not a choice — write \"none\", \"basic\" or \"body\"");
                Client::None
            }
        }
    }

    /// Whether every endpoint that sends the client can.
    fn clients(&mut self, contract: &Contract) {
        let endpoints = [
            ("upstream.sign_in", Some(&contract.sign_in.endpoint)),
            ("upstream.profile", Some(&contract.profile.endpoint)),
            ("upstream.refresh", contract.refresh.as_ref().map(|refresh| &refresh.endpoint)),
            ("upstream.sign_out", contract.sign_out.as_ref()),
        ];
        for (key, endpoint) in endpoints {
            let Some(endpoint) = endpoint.filter(|endpoint| endpoint.client_auth) else { continue };
            let in_authorization = matches!(&contract.auth, Auth::Header { name, .. } if name == header::AUTHORIZATION);
            match &contract.client {
                Client::None => {
                    let text = "needs upstream.client — write its auth, id and secret, or remove this key";
                    self.mistake(format!("{key}.client_auth"), text);
                }
                Client::Basic { .. } if endpoint.auth && in_authorization => {
                    let text = "and auth both need the Authorization header — set one of them to false, or upstream.client.auth to \"body\"";
                    self.mistake(format!("{key}.client_auth"), text);
                }
                _ => {}
            }
        }
    }

    fn endpoint(&mut self, settings: EndpointSettings, defaults: &Defaults) -> Endpoint {
        let key = defaults.key;
        let method = match settings.method.as_deref() {
            None => defaults.method.clone(),
            Some("GET") => Method::GET,
            Some("POST") => Method::POST,
            Some("PUT") => Method::PUT,
            Some("PATCH") => Method::PATCH,
            Some("DELETE") => Method::DELETE,
            Some(_) => {
                let text = "is not a method — write \"GET\", \"POST\", \"PUT\", \"PATCH\" or \"DELETE\"";
                self.mistake(format!("{key}.method"), text);
                defaults.method.clone()
            }
        };
        let encoding = match settings.encoding.as_deref() {
            None | Some("json") => Encoding::Json,
            Some("form") => Encoding::Form,
            Some(_) => {
                self.mistake(format!("{key}.encoding"), "is not a choice — write \"json\" or \"form\"");
                Encoding::Json
            }
        };
        let body = match settings.body {
            Some(body) => Some(self.body(&format!("{key}.body"), &body, encoding)),
            None if defaults.body.is_empty() => None,
            None => Some(self.default_body(&format!("{key}.body"), defaults.body)),
        };
        Endpoint {
            path: self.path(&format!("{key}.path"), settings.path.as_deref().unwrap_or(defaults.path)),
            content_type: self.header_value(&format!("{key}.content_type"), settings.content_type),
            success: settings.success.map(|statuses| self.success(&format!("{key}.success"), statuses)),
            auth: settings.auth.unwrap_or(defaults.auth),
            client_auth: settings.client_auth.unwrap_or(false),
            method,
            encoding,
            body,
        }
    }

    fn path(&mut self, key: &str, text: &str) -> PathTemplate {
        let plain = text.replace(USER_ID, "");
        let problem = if !text.starts_with('/') || text.starts_with("//") {
            Some("does not begin with one slash — write it as it follows base_url, such as \"/sign-in\"")
        } else if plain.contains(['{', '}']) {
            Some("has a placeholder that a path cannot take — {user_id} is the one that it can")
        } else if !plain.bytes().all(|byte| byte.is_ascii_graphic())
            || plain.contains(['\\', '#', '"', '<', '>', '^', '`', '|'])
        {
            Some("has a character that a path cannot take — percent-encode it")
        } else if has_dot_segment(text) {
            Some("has a segment . or .. — write the path without it")
        } else {
            None
        };
        if let Some(text) = problem {
            self.mistake(key, text);
        }
        PathTemplate(text.to_owned())
    }

    fn success(&mut self, key: &str, statuses: Vec<u16>) -> Vec<StatusCode> {
        if statuses.is_empty() {
            self.mistake(key, "is empty, so that nothing succeeds — write the statuses, or remove the key for any 2xx");
        }
        let mut codes = Vec::new();
        for status in statuses {
            match StatusCode::from_u16(status) {
                Ok(code) if code.is_success() => codes.push(code),
                _ => self.mistake(key, format!("has the status {status} — write statuses from 200 to 299")),
            }
        }
        codes
    }

    fn body(&mut self, key: &str, settings: &BodySettings, encoding: Encoding) -> BodyTemplate {
        let mut entries = Vec::new();
        for (name, value) in &settings.0 {
            let place = format!("{key}.\"{name}\"");
            let names = match encoding {
                Encoding::Json => match Pointer::parse(name) {
                    Ok(pointer) => pointer.tokens(),
                    Err(_) => {
                        self.mistake(
                            place,
                            format!("is not a JSON Pointer — write \"/{name}\" (RFC 6901), or encoding = \"form\""),
                        );
                        continue;
                    }
                },
                Encoding::Form if name.starts_with('/') || name.is_empty() => {
                    self.mistake(
                        place,
                        "is not the name of a form's field — write it without the slash, or encoding = \"json\"",
                    );
                    continue;
                }
                Encoding::Form => vec![name.clone()],
            };
            if encoding == Encoding::Form && (value.is_array() || value.is_table()) {
                self.mistake(
                    place,
                    "is a list or a table, which a form cannot send — write a text, a number, true or false",
                );
                continue;
            }
            let Some(template) = Template::parse(value) else {
                self.mistake(place, "has a number that JSON cannot write — write a finite one");
                continue;
            };
            self.placeholders(&place, &template);
            entries.push(Entry { names, template });
        }
        // Indices of lists in the order of their numbers: 2 before 10.
        entries.sort_by_key(|entry| {
            entry.names.iter().map(|name| (index(name).unwrap_or_default(), name.clone())).collect::<Vec<_>>()
        });
        let body = BodyTemplate { entries, is_default: false };
        if encoding == Encoding::Json && !body.fits() {
            self.mistake(key, "has two values for one place — let each JSON Pointer lead to a place of its own");
        }
        body
    }

    fn default_body(&mut self, key: &str, defaults: &[(&str, &str)]) -> BodyTemplate {
        let mut entries = Vec::new();
        for (name, text) in defaults {
            let template = Template::Text(crate::upstream::template::Text::parse(text));
            self.placeholders(key, &template);
            entries.push(Entry { names: vec![(*name).to_owned()], template });
        }
        BodyTemplate { entries, is_default: true }
    }

    fn placeholders(&mut self, key: &str, template: &Template) {
        for name in template.placeholders() {
            let known = RESERVED.contains(&name) || self.fields.iter().any(|(field, _)| *field == name);
            if !known {
                let fields: Vec<&str> = self.fields.iter().map(|(field, _)| *field).collect();
                let known = [&fields[..], &RESERVED[..]].concat().join("}, {");
                self.mistake(key, format!("{{{name}}} names no field of the login form — write one of {{{known}}}"));
            }
        }
    }

    fn sign_in(&mut self, settings: SignInSettings) -> SignIn {
        const KEY: &str = "upstream.sign_in";
        let body = &[("username", "{username}"), ("password", "{password}")];
        let defaults = Defaults { key: KEY, method: Method::POST, path: "/sign-in", body, auth: false };
        let endpoint = self.endpoint(settings.endpoint(), &defaults);
        if endpoint.auth || endpoint.path.needs_user_id() {
            self.mistake(KEY, "asks for the access token or {user_id}, which nobody has before signing in — remove auth and {user_id}");
        }
        let user = self.pointer(&format!("{KEY}.user"), settings.user, "/user");
        let user_id = match settings.user_id {
            Some(text) => self.pointer(&format!("{KEY}.user_id"), Some(text), ""),
            None => user.child("id"),
        };
        SignIn {
            endpoint,
            token: self.token(KEY, settings.token, settings.token_cookie),
            refresh_token: self.pointer(&format!("{KEY}.refresh_token"), settings.refresh_token, "/refreshToken"),
            user_id,
            bad_credentials: self.rules(&format!("{KEY}.bad_credentials"), settings.bad_credentials, || {
                vec![Rule::status(StatusCode::UNAUTHORIZED)]
            }),
            locked: self.rules(&format!("{KEY}.locked"), settings.locked, || {
                vec![Rule::status(StatusCode::FORBIDDEN), Rule::status(StatusCode::LOCKED)]
            }),
            mfa: self.rules(&format!("{KEY}.mfa"), settings.mfa, Vec::new),
            message: self.pointers(&format!("{KEY}.message"), settings.message, &["/errors/0/title"]),
            field_errors: self.pointers(&format!("{KEY}.field_errors"), settings.field_errors, &["/errors", "/fields"]),
        }
    }

    fn profile(&mut self, settings: ProfileSettings) -> Profile {
        const KEY: &str = "upstream.profile";
        let defaults = Defaults { key: KEY, method: Method::GET, path: "/me", body: &[], auth: true };
        let attributes = settings.attributes.clone();
        Profile {
            endpoint: self.endpoint(settings.endpoint(), &defaults),
            pointer: self.pointer(&format!("{KEY}.pointer"), settings.pointer, ""),
            id: settings.id.map(|text| self.pointer(&format!("{KEY}.id"), Some(text), "/id")),
            name: self.pointer(&format!("{KEY}.attributes.name"), attributes.name, "/displayName"),
            email: self.pointer(&format!("{KEY}.attributes.email"), attributes.email, "/email"),
            image: self.pointer(&format!("{KEY}.attributes.image"), attributes.image, "/avatar"),
            omit: self.pointers(&format!("{KEY}.omit"), settings.omit, &["/password"]),
            keep: self.pointers(&format!("{KEY}.keep"), settings.keep, &[]),
            unauthorized: self.rules(&format!("{KEY}.unauthorized"), settings.unauthorized, || {
                vec![Rule::status(StatusCode::UNAUTHORIZED)]
            }),
        }
    }

    fn refresh(&mut self, settings: RefreshSettings, user_id: Pointer) -> Refresh {
        const KEY: &str = "upstream.refresh";
        // No refresh token, no body: the default one is for APIs that gave one.
        let body = &[("refresh_token", "{refresh}")];
        let defaults = Defaults { key: KEY, method: Method::POST, path: "/refresh", body, auth: false };
        Refresh {
            endpoint: self.endpoint(settings.endpoint(), &defaults),
            token: self.token(KEY, settings.token, settings.token_cookie),
            refresh_token: self.pointer(&format!("{KEY}.refresh_token"), settings.refresh_token, "/refreshToken"),
            user_id: match settings.user_id {
                Some(text) => self.pointer(&format!("{KEY}.user_id"), Some(text), ""),
                None => user_id,
            },
            unauthorized: self.rules(&format!("{KEY}.unauthorized"), settings.unauthorized, || {
                vec![
                    Rule::status(StatusCode::UNAUTHORIZED),
                    Rule {
                        status: StatusCode::BAD_REQUEST,
                        pointer: Pointer::parse("/error").ok(),
                        equals: Some(json!("invalid_grant")),
                    },
                ]
            }),
        }
    }

    fn sign_out(&mut self, settings: &SignOutSettings) -> Endpoint {
        let key = "upstream.sign_out";
        self.endpoint(
            settings.endpoint(),
            &Defaults { key, method: Method::POST, path: "/sign-out", body: &[], auth: true },
        )
    }

    fn token(&mut self, key: &str, pointer: Option<String>, cookie: Option<String>) -> TokenSource {
        match cookie {
            Some(_) if pointer.is_some() => {
                self.mistake(format!("{key}.token_cookie"), "stands beside token — write only one of them");
                TokenSource::Pointer(Pointer::default())
            }
            Some(name) => {
                if !is_cookie_name(&name) {
                    let text = "is not a cookie's name — write the cookie that the API sets";
                    self.mistake(format!("{key}.token_cookie"), text);
                }
                TokenSource::Cookie(name)
            }
            None => TokenSource::Pointer(self.pointer(&format!("{key}.token"), pointer, "/accessToken")),
        }
    }

    fn pointer(&mut self, key: &str, text: Option<String>, default: &str) -> Pointer {
        match Pointer::parse(text.as_deref().unwrap_or(default)) {
            Ok(pointer) => pointer,
            Err(error) => {
                self.mistake(key, error.to_string());
                Pointer::default()
            }
        }
    }

    fn pointers(&mut self, key: &str, texts: Option<Vec<String>>, default: &[&str]) -> Vec<Pointer> {
        let texts = texts.unwrap_or_else(|| default.iter().map(|text| (*text).to_owned()).collect());
        texts
            .into_iter()
            .enumerate()
            .map(|(number, text)| self.pointer(&format!("{key}[{number}]"), Some(text), ""))
            .collect()
    }

    fn rules(
        &mut self,
        key: &str,
        settings: Option<Vec<RuleSettings>>,
        default: impl FnOnce() -> Vec<Rule>,
    ) -> Vec<Rule> {
        let Some(settings) = settings else { return default() };
        let mut rules = Vec::new();
        for (number, rule) in settings.into_iter().enumerate() {
            let key = format!("{key}[{number}]");
            let status = match StatusCode::from_u16(rule.status) {
                Ok(status) if (200..600).contains(&rule.status) => status,
                _ => {
                    self.mistake(format!("{key}.status"), "is not a status of an answer — write one from 200 to 599");
                    continue;
                }
            };
            if status.is_success() && rule.pointer.is_none() && rule.equals.is_none() {
                self.mistake(key, "would match every success — add a pointer that only the meant answers have");
                continue;
            }
            let equals = match rule.equals.as_ref().map(constant) {
                Some(None) => {
                    self.mistake(format!("{key}.equals"), "is a number that JSON cannot write — write a finite one");
                    continue;
                }
                equals => equals.flatten(),
            };
            let pointer = rule.pointer.map(|text| self.pointer(&format!("{key}.pointer"), Some(text), ""));
            rules.push(Rule { status, pointer, equals });
        }
        rules
    }

    fn expiry(&mut self, settings: ExpirySettings) -> Expiry {
        const KEY: &str = "upstream.expiry";
        let from = settings.from.as_deref().unwrap_or("jwt");
        let keys = [
            ("pointer", settings.pointer.is_some(), "pointer"),
            ("unit", settings.unit.is_some(), "pointer"),
            ("max_age", settings.max_age.is_some(), "fixed"),
        ];
        for (key, set, wanted) in keys {
            if set && from != wanted {
                self.mistake(
                    format!("{KEY}.{key}"),
                    format!("is used only with from = \"{wanted}\" — write that, or remove it"),
                );
            }
        }
        match from {
            "jwt" => Expiry::Jwt,
            "pointer" => {
                let unit = match settings.unit.as_deref() {
                    Some("s") => ExpiryUnit::Seconds,
                    Some("ms") => ExpiryUnit::Millis,
                    Some("epoch_s") => ExpiryUnit::EpochSeconds,
                    Some("epoch_ms") => ExpiryUnit::EpochMillis,
                    Some("rfc3339") => ExpiryUnit::Rfc3339,
                    _ => {
                        let text =
                            "is missing or no choice — write \"s\", \"ms\", \"epoch_s\", \"epoch_ms\" or \"rfc3339\"";
                        self.mistake(format!("{KEY}.unit"), text);
                        ExpiryUnit::Seconds
                    }
                };
                if settings.pointer.is_none() {
                    self.mistake(
                        format!("{KEY}.pointer"),
                        "is missing — write where it stands, such as \"/expires_in\"",
                    );
                }
                Expiry::Pointer { pointer: self.pointer(&format!("{KEY}.pointer"), settings.pointer, ""), unit }
            }
            "fixed" => match settings.max_age {
                Some(_) => Expiry::Fixed(self.duration(&format!("{KEY}.max_age"), settings.max_age, 0)),
                None => {
                    self.mistake(
                        format!("{KEY}.max_age"),
                        "is missing — write how long a token lives, such as \"24h\"",
                    );
                    Expiry::Jwt
                }
            },
            _ => {
                self.mistake(format!("{KEY}.from"), "is not a choice — write \"jwt\", \"pointer\" or \"fixed\"");
                Expiry::Jwt
            }
        }
    }

    fn duration(&mut self, key: &str, written: Option<HumanDuration>, default: u64) -> Duration {
        let duration = written.map_or(Duration::from_secs(default), |HumanDuration(duration)| duration);
        if duration.is_zero() {
            self.mistake(key, "is no time at all — write a longer one, such as \"10s\"");
        }
        duration
    }

    fn header_value(&mut self, key: &str, text: Option<String>) -> Option<HeaderValue> {
        let value = HeaderValue::try_from(text?).ok().filter(|value| !value.is_empty());
        if value.is_none() {
            self.mistake(key, "cannot stand in a header — write a media type, such as \"application/json\"");
        }
        value
    }
}

/// A cookie's name is a token (RFC 6265, section 4.1.1).
fn is_cookie_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
