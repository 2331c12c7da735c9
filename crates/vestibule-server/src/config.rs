//! The configuration: `Leptos.toml`, the environment over it, and secrets from files; validated whole before anything
//! starts.
//!
//! ```text
//! Leptos.toml ─► environment (VESTIBULE__SECTION__KEY) ─► files (…_file) ─► one reader a section ─► Config
//!                                                                               └─► every mistake, one line each
//! ```
//!
//! Reading changes nothing ([`Config::read`], [`Config::check`]); [`Config::load`], which starts the application, makes
//! and guards the secret of development besides.
//!
//! Nothing is accepted that has no effect: every table refuses keys that it does not know.

mod api;
mod app_settings;
mod contract;
mod development_secret;
pub mod duration;
mod environment;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
mod limits;
mod log;
mod login;
mod mistake;
mod origin;
mod providers;
mod proxy;
mod quota;
mod report;
mod secret_strength;
mod section;
mod server;
mod session;
mod size;
mod source;
mod store;
mod suggestion;
mod syntax;
mod value_file;

use std::fmt;
use std::path::PathBuf;

use toml::Table;

pub use api::{ApiConfig, BrowserWay};
pub use development_secret::FILE as DEVELOPMENT_SECRET_FILE;
pub use duration::{HumanDuration, InvalidDuration, parse_duration};
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use login::{LoginConfig, Messages};
pub use mistake::{Mistake, Mistakes};
pub use proxy::ProxyConfig;
pub use quota::{InvalidQuota, Quota};
pub use secret_strength::{EXAMPLES as EXAMPLE_SECRETS, Weakness, check as check_secret, generate_secret};
pub use server::ServerConfig;
pub use session::{LONGEST_SESSION, SessionConfig, Storage, TokenExposure};
pub use size::{InvalidSize, parse_size};
pub use source::{
    DEFAULT_FILE, FILE_VARIABLE, RELOAD_PORT_VARIABLE, SITE_ADDRESS_VARIABLE, SITE_ROOT_VARIABLE, Source,
    WATCH_VARIABLE,
};
pub use store::StoreConfig;

pub(crate) use origin::is_loopback;

use crate::providers::Provider;
use crate::upstream::Contract;
use report::Report;
use section::Section;

/// A valid configuration: everything has a value, and everything was checked against everything else.
#[derive(Clone)]
pub struct Config {
    /// The file that it was read from, as the operator named it; it need not exist.
    pub path: PathBuf,
    /// `environment`. Default: development.
    pub environment: Environment,
    /// `[server]`.
    pub server: ServerConfig,
    /// `[session]`.
    pub session: SessionConfig,
    /// `[login]`.
    pub login: LoginConfig,
    /// `[[providers]]`, in order. Default: none.
    pub providers: Vec<Provider>,
    /// `[upstream]`; `None` where `base_url` is not set, which stands for the embedded demo API.
    pub upstream: Option<Contract>,
    /// `[limits]`.
    pub limits: LimitsConfig,
    /// `[proxy]`.
    pub proxy: ProxyConfig,
    /// `[api]`.
    pub api: ApiConfig,
    /// `[store]`.
    pub store: StoreConfig,
    /// `[log]`.
    pub log: LogConfig,
    /// `[app]`: the application's own settings, as they stand.
    pub app: Table,
    /// Mistakes that stop nothing, such as a file that others could read: for standard error, since they are found before
    /// there is a log.
    pub warnings: Vec<Mistake>,
}

/// `environment`: what the configuration is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    /// `"development"`: plain http, the demo API and a secret made on the spot will do.
    #[default]
    Development,
    /// `"production"`: none of them will (CK-02).
    Production,
}

impl Config {
    /// Reads the configuration of this process to run with it: the file that `VESTIBULE_CONFIG` names, else `Leptos.toml`
    /// in the working directory, and the environment.
    ///
    /// It has one effect: where development has no secret, `.vestibule-secret` is made beside the file, and kept from
    /// other users.
    ///
    /// # Errors
    /// Every mistake that was found, not the first only.
    pub fn load() -> Result<Self, Mistakes> {
        Self::ready(&Source::of_process()?)
    }

    /// Reads the configuration of this process to say what is wrong with it; writes nothing.
    ///
    /// # Errors
    /// Every mistake that was found, not the first only.
    pub fn check() -> Result<Self, Mistakes> {
        Self::read(&Source::of_process()?)
    }

    /// Reads the configuration of a source; looks at nothing of the process itself, and writes nothing. In development
    /// `session.secrets` comes out empty where none is set and none was made before.
    ///
    /// # Errors
    /// Every mistake that was found, not the first only; where the file is not TOML, those of its syntax.
    pub fn read(source: &Source) -> Result<Self, Mistakes> {
        Self::read_with(source, development_secret::find)
    }

    /// What [`Config::load`] does, for any source.
    fn ready(source: &Source) -> Result<Self, Mistakes> {
        Self::read_with(source, development_secret::find_or_make)
    }

    fn read_with(source: &Source, development_secret: development_secret::Finder) -> Result<Self, Mistakes> {
        let mut table = match &source.text {
            None => Table::new(),
            Some(text) => syntax::parse(text, &source.path)?,
        };
        let mut report = Report::new(&source.path);
        environment::overlay(&mut table, &source.variables, &mut report);
        value_file::resolve(&mut table, &source.directory, &mut report);

        let mut root = Section::new("", table);
        let environments = [("development", Environment::Development), ("production", Environment::Production)];
        let environment = root.choice("environment", &environments, &mut report).unwrap_or_default();
        let production = environment == Environment::Production;
        let section = root.section("server", &mut report);
        let server = server::read(section, source, production, &mut report);
        let section = root.section("session", &mut report);
        let mut session = session::read(section, source, production, &mut report);
        let tables = root.tables("providers", &mut report).unwrap_or_default();
        let providers = providers::read(tables, &server.public_url, &mut report);
        let buttons = providers.iter().map(Provider::button).collect();
        let section = root.section("login", &mut report);
        let login = login::read(section, buttons, &mut report);
        let section = root.section("upstream", &mut report);
        let upstream = contract::read(section, login.form(), production, &mut report);
        contract::tell_keys_apart(upstream.as_ref(), &session.secrets, &mut report);
        let section = root.section("limits", &mut report);
        let limits = limits::read(section, &mut report);
        let section = root.section("proxy", &mut report);
        let proxy = proxy::read(section, &mut report);
        let section = root.section("api", &mut report);
        let api = api::read(section, &session, upstream.as_ref(), &mut report);
        let section = root.section("store", &mut report);
        let store = store::read(section, &mut report);
        let section = root.section("log", &mut report);
        let log = log::read(section, &mut report);
        let app = root.section("app", &mut report).into_table();
        environment::tell_misspelt(&source.variables, root.known(), &mut report);
        root.finish(&mut report);

        // Only now, so that a configuration with mistakes leaves nothing behind.
        if session.secrets.is_empty() && report.is_empty() {
            match development_secret(&source.directory, &mut report) {
                Ok(secret) => session.secrets.extend(secret),
                Err(error) => report.add_text("session.secrets", &error.to_string()),
            }
        }
        let warnings = report.take_warnings();
        let path = source.path.clone();
        report.finish(Self {
            path,
            environment,
            server,
            session,
            login,
            providers,
            upstream,
            limits,
            proxy,
            api,
            store,
            log,
            app,
            warnings,
        })
    }
}

/// `[app]` may hold secrets of the application: it is left out.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("path", &self.path)
            .field("environment", &self.environment)
            .field("server", &self.server)
            .field("session", &self.session)
            .field("login", &self.login)
            .field("providers", &self.providers)
            .field("upstream", &self.upstream)
            .field("limits", &self.limits)
            .field("proxy", &self.proxy)
            .field("api", &self.api)
            .field("store", &self.store)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
