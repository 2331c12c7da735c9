//! The embedded demo API, started where the configuration names no upstream: development and demonstration only.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use demo_api::{CONTRACT, DEMO_USERS, Fetch, Options, Running, TrustedIssuer};
use http::Request;
use vestibule_server::config::Config;
use vestibule_server::providers::Provider;
use vestibule_server::upstream::{Contract, ContractSettings, HttpTransport, Transport};

use crate::settings::Settings;

/// Whether a demo API is compiled in.
pub(crate) const AVAILABLE: bool = true;
/// How long the keys of a provider may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// Where its signing key is kept, beside the configuration, so that a restart signs nobody out.
const KEY_FILE: &str = ".demo-api-key";

/// The running demo API, and how to sign in against it.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) contract: Contract,
    /// A line for the terminal.
    pub(crate) account: String,
    /// It stops when this is dropped.
    _running: Running,
}

/// Starts it on a free loopback port.
///
/// # Errors
/// When there is no port, or no place for its key.
pub(crate) async fn start(config: &Config) -> Result<Demo, Box<dyn Error>> {
    let settings: Settings = config.app_settings()?;
    let directory = config.path.parent().unwrap_or(Path::new(""));
    let running = demo_api::start(Options {
        key_file: Some(directory.join(KEY_FILE)),
        origins: vec![config.server.public_url.origin().ascii_serialization()],
        issuers: issuers(config),
        fetch: fetch(config)?,
        access_lifetime: settings.demo_access_lifetime.unwrap_or(Options::default().access_lifetime),
        ..Options::default()
    })
    .await?;
    let contract = contract(config, &running.url)?;
    let [user, ..] = DEMO_USERS;
    let account = format!("Demo account: {} with the password {}", user.email, user.password);
    if config.path.exists() {
        tracing::info!(url = running.url, "no upstream is configured: the demo API stands in");
    } else {
        tracing::warn!(
            path = %config.path.display(),
            url = running.url,
            "there is no such file: this is development, with the demo API and its public password"
        );
    }
    Ok(Demo { contract, account, _running: running })
}

/// The OpenID providers of the configuration: with an exchange, their people have accounts at the demo API, too.
fn issuers(config: &Config) -> Vec<TrustedIssuer> {
    let trusted = |provider: &Provider| {
        let (issuer, audience) = (provider.issuer()?.to_owned(), provider.client_id().to_owned());
        Some(TrustedIssuer { issuer, audience })
    };
    config.providers.iter().filter(|provider| !provider.keeps_tokens()).filter_map(trusted).collect()
}

/// How the demo API reads their keys.
fn fetch(config: &Config) -> Result<Option<Fetch>, Box<dyn Error>> {
    if config.providers.is_empty() {
        return Ok(None);
    }
    let transport = HttpTransport::over_tls(&Contract::at(config.server.public_url.clone()))?;
    Ok(Some(Fetch::new(move |address| {
        let transport = transport.clone();
        async move {
            let request = Request::get(address).body(Bytes::new()).ok()?;
            let answer = transport.send(request, FETCH_TIMEOUT).await.ok()?;
            String::from_utf8(answer.into_body().to_vec()).ok()
        }
    })))
}

fn contract(config: &Config, url: &str) -> Result<Contract, Box<dyn Error>> {
    let mut tables: toml::Table = CONTRACT.parse()?;
    let mut upstream = match tables.remove("upstream") {
        Some(toml::Value::Table(upstream)) => upstream,
        _ => toml::Table::new(),
    };
    upstream.insert("base_url".to_owned(), url.into());
    let settings: ContractSettings = upstream.try_into()?;
    let mut mistakes = Vec::new();
    // The demo API takes a user name and a password: another login form does not fit it.
    let contract =
        settings.contract(config.login.form(), false, &mut |key, text| mistakes.push(format!("{key}: {text}")));
    contract.ok_or_else(|| format!("the demo API does not fit [login]: {}", mistakes.join("; ")).into())
}
