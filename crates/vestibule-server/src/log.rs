//! The log: human lines or JSON, and never a byte of what dependencies send or receive.

use std::fmt;
use std::io::{self, IsTerminal};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, ParseError, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt as format, registry};

use crate::config::{LogConfig, LogFormat};
use crate::traces;

/// Dependencies that print bytes of requests at debug and trace, tokens and passwords with them. They say no more than
/// info, whatever is asked for; nor does what is named after them, such as `hyper_util`.
const TALKATIVE: [&str; 7] = ["hyper", "h2", "reqwest", "rustls", "tower_http", "mio", "redis"];
/// Taken instead of `log.level` where it is set.
const VARIABLE: &str = "RUST_LOG";

/// The log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `log.level` or `RUST_LOG` is no filter. Remedy: write a level such as `info`.
    #[error("{place}: is not a filter of the log ({error}) — write a level, such as info")]
    Filter {
        /// Where the filter was written.
        place: &'static str,
        /// What is wrong with it.
        #[source]
        error: ParseError,
    },
    /// The variables that say where traces are sent to (feature `otel`) are wrong. Remedy: mend
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    #[error(
        "OTEL_EXPORTER_OTLP_ENDPOINT: no traces can be sent there ({0}) — write an address such as http://localhost:4318"
    )]
    Traces(String),
    /// The process has a log already. Remedy: call [`init`] once.
    #[error("the log was set up before")]
    Twice,
}

/// Sets up the process's log on standard error; `RUST_LOG`, where set, is taken instead of `log.level`.
/// With the feature `otel`, traces are sent to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, if any.
///
/// # Errors
/// [`LogError`] says what to mend.
pub fn init(config: &LogConfig) -> Result<(), LogError> {
    let is_coloured = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let subscriber = subscriber(config, std::env::var(VARIABLE).ok().as_deref(), is_coloured, io::stderr)?;
    subscriber.with(traces::layer()?).try_init().map_err(|_| LogError::Twice)
}

/// A log that is written to `writer`. `asked` is what `RUST_LOG` holds.
pub(crate) fn subscriber<W>(
    config: &LogConfig,
    asked: Option<&str>,
    is_coloured: bool,
    writer: W,
) -> Result<impl Subscriber + for<'span> LookupSpan<'span> + Send + Sync, LogError>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let (place, level) = match asked.filter(|level| !level.is_empty()) {
        Some(level) => (VARIABLE, level),
        None => ("log.level", config.level.as_str()),
    };
    let filter = EnvFilter::try_new(level).map_err(|error| LogError::Filter { place, error })?;
    let lines = format::layer().with_ansi(is_coloured).with_writer(writer);
    let lines = match config.format {
        LogFormat::Pretty => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // A filter of its own, over whatever was asked for: among the directives of one filter, the longest target wins, and
    // one that names a span lets everything below that span pass.
    Ok(registry().with(filter).with(filter_fn(is_discreet)).with(lines))
}

/// Whether a line cannot hold bytes of what a dependency sends or receives.
fn is_discreet(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::INFO || !TALKATIVE.iter().any(|name| metadata.target().starts_with(name))
}

/// The request's id, as a log field and as the `x-request-id` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
