//! From settings to a contract: the defaults, and every mistake with its key and its mend.

use std::time::Duration;

use http::StatusCode;
use http::header::HeaderValue;
use url::Url;
use vestibule_core::{FieldKind, LoginForm};

use super::{Contract, LONGEST_TIMEOUT, LONGEST_TIMEOUT_WITH_KEYS, SignIn};
use crate::config::duration::{HumanDuration, written};
use crate::config::is_loopback;
use crate::upstream::pointer::Pointer;
use crate::upstream::rule::Rule;
use crate::upstream::settings::{ContractSettings, RuleSettings, SignInSettings};
use crate::upstream::template::constant;

mod access;
mod endpoint;
mod tables;
mod verify;

/// What a provider's sign-in brings, by the names of the placeholders of an exchange.
const EXCHANGED: [&str; 7] = ["access_token", "code", "code_verifier", "id_token", "nonce", "provider", "redirect_uri"];

/// The fields of the default login form, and whether each is secret.
pub(super) const DEFAULT_FIELDS: [(&str, bool); 2] = [("username", false), ("password", true)];

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
        let first = form.fields.iter().map(|field| (field.name.as_str(), field.kind == FieldKind::Password));
        // Whatever is asked in a second step is as good as a password while it lasts.
        let second = form.second_step.iter().flat_map(|step| &step.fields).map(|field| (field.name.as_str(), true));
        let fields: Vec<(&str, bool)> = first.chain(second).collect();
        // Where nobody types anything, the call is never made: it is checked as if it were the usual one.
        let fields = if form.fields.is_empty() { DEFAULT_FIELDS.to_vec() } else { fields };
        // Without an address the rest is checked all the same, so that every mistake is told at once.
        let address = base_url.clone().or_else(|| Url::parse("http://localhost/").ok())?;
        let contract = build(self, address, &fields, production, &mut report);
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

/// The contract of a provider: where a sign-in stands, the exchange of a code (RFC 6749, section 4.1.3). Mistakes are told
/// with the keys of `[upstream]`. Addresses are not in it.
pub(crate) fn provider(
    settings: ContractSettings,
    base_url: Url,
    mistakes: &mut dyn FnMut(String, String),
) -> Contract {
    let fields = [("code", true), ("code_verifier", true), ("redirect_uri", false), ("token", true)];
    build(settings, base_url, &fields, false, mistakes)
}

/// `[providers.exchange]`: the sign-in of the upstream for who comes from a provider. Mistakes are told with the keys of
/// `[upstream.sign_in]`.
pub(crate) fn exchange(settings: SignInSettings, mistakes: &mut dyn FnMut(String, String)) -> SignIn {
    let given = EXCHANGED.map(|name| (name, true));
    Check { report: mistakes, fields: &given, others: &[], unknown: "is nothing that a provider gives" }
        .sign_in(settings)
}

/// The contract with a default in the place of every mistake, so that all mistakes are found in one go.
pub(super) fn build(
    settings: ContractSettings,
    base_url: Url,
    fields: &[(&str, bool)],
    production: bool,
    report: &mut dyn FnMut(String, String),
) -> Contract {
    let unknown = "names no field of the login form";
    let mut check = Check { report, fields, others: &["otp", "access", "refresh", "user_id"], unknown };
    let auth = check.auth(settings.auth);
    let headers = check.headers(settings.headers, &auth);
    let client = check.client(settings.client);
    let verify = settings.token.verify.and_then(|verify| check.verify(verify, production));
    let fetches_keys = verify.as_ref().is_some_and(|verify| verify.jwks_url().is_some());
    let sign_in = check.sign_in(settings.sign_in);
    let refresh_user_id = sign_in.user_id.clone();
    let contract = Contract {
        base_url,
        headers,
        accept: check.header_value("upstream.accept", settings.accept).unwrap_or(HeaderValue::from_static("*/*")),
        client,
        timeout: check.timeout("upstream.timeout", settings.timeout, 10, fetches_keys),
        connect_timeout: check.timeout("upstream.connect_timeout", settings.connect_timeout, 3, fetches_keys),
        profile: check.profile(settings.profile),
        refresh: settings.refresh.map(|refresh| check.refresh(refresh, refresh_user_id)),
        sign_out: settings.sign_out.map(|sign_out| check.sign_out(&sign_out)),
        expiry: check.expiry(settings.expiry),
        verify,
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
    /// Placeholders that are no fields.
    others: &'static [&'static str],
    /// What is wrong with any other.
    unknown: &'static str,
}

impl Check<'_> {
    fn mistake(&mut self, key: impl Into<String>, text: impl Into<String>) {
        (self.report)(key.into(), text.into());
    }

    fn secret_fields(&self) -> Vec<String> {
        let secret = self.fields.iter().filter(|(_, secret)| *secret).map(|(name, _)| (*name).to_owned());
        secret.chain(["otp".to_owned()]).collect()
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

    fn duration(&mut self, key: &str, set: Option<HumanDuration>, default: u64) -> Duration {
        let duration = set.map_or(Duration::from_secs(default), |HumanDuration(duration)| duration);
        if duration.is_zero() {
            self.mistake(key, "is no time at all — write a longer one, such as \"10s\"");
        }
        duration
    }

    /// How long a call of the upstream may take.
    fn timeout(&mut self, key: &str, set: Option<HumanDuration>, default: u64, fetches_keys: bool) -> Duration {
        let duration = self.duration(key, set, default);
        let (longest, what) = match fetches_keys {
            true => (LONGEST_TIMEOUT_WITH_KEYS, "the two calls of a sign-in and the API's keys"),
            false => (LONGEST_TIMEOUT, "the two calls of a sign-in"),
        };
        if duration > longest {
            let longest = written(longest);
            let text = format!(
                "is longer than {longest}, and {what} must fit into the 30 s of a request — write {longest} or less"
            );
            self.mistake(key, text);
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
