//! The embedded demo API, started where the configuration names no upstream: development and demonstration only.

use std::error::Error;
use std::path::Path;

use demo_api::{CONTRACT, DEMO_USERS, Options, Running};
use vestibule_server::config::Config;
use vestibule_server::upstream::{Contract, ContractSettings};

use crate::settings::Settings;

/// Whether a demo API is compiled in.
pub(crate) const AVAILABLE: bool = true;
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
        access_lifetime: settings.demo_access_lifetime.unwrap_or(Options::default().access_lifetime),
        ..Options::default()
    })
    .await?;
    let contract = contract(config, &running.url)?;
    let [user, ..] = DEMO_USERS;
    let account = format!("Demo account: {} with the password {}", user.email, user.password);
    tracing::info!(url = running.url, "no upstream is configured: the demo API stands in");
    Ok(Demo { contract, account, _running: running })
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
