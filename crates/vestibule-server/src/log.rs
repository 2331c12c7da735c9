//! The log: human lines or JSON, and never a byte of what dependencies send or receive.

use std::fmt;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{LogConfig, LogFormat};

/// Dependencies that print bytes of requests at debug and trace, tokens and passwords with them. They stay at info
/// whatever the level is.
const TALKATIVE: [&str; 7] = ["hyper", "hyper_util", "h2", "reqwest", "rustls", "tower_http", "mio"];

/// The log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `log.level` or `RUST_LOG` is no filter. Remedy: write a level such as `info`.
    #[error("log.level: not a filter: {0}")]
    Filter(#[from] ParseError),
    /// The process has a log already. Remedy: call [`init`] once.
    #[error("the log was set up before")]
    Twice,
}

/// Sets up the process's log on standard error; `RUST_LOG`, where set, is taken instead of `log.level`.
///
/// # Errors
/// [`LogError`] says what to mend.
pub fn init(config: &LogConfig) -> Result<(), LogError> {
    let level = std::env::var("RUST_LOG").ok().filter(|level| !level.is_empty());
    let filter = filter(level.as_deref().unwrap_or(&config.level))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.format {
        LogFormat::Pretty => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    }
    .map_err(|_| LogError::Twice)
}

/// The filter for `level`, with the talkative dependencies capped at info.
fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    let mut filter = EnvFilter::try_new(level)?;
    let coarse = ["off", "error", "warn"].contains(&level.trim().to_ascii_lowercase().as_str());
    for name in TALKATIVE.into_iter().filter(|_| !coarse) {
        filter = filter.add_directive(format!("{name}=info").parse()?);
    }
    Ok(filter)
}

/// The request's id, as a log field and as the `x-request-id` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
